// Package bleveindex finds records that no exact key finds, on disk: by names
// with a letter wrong or swapped, names and dates in part, a mistyped date, a
// digit wrong in an identifier, and by the free text that a steward types.
//
// An [Index] is filled by [Index.Put], [Index.Delete] and [Index.Commit], or made
// whole by [Index.Rebuild]. [Index.Candidates] answers for a record,
// [Index.Search] for a text, [Index.ByKey] for the blocking keys that were filed.
// Every answer says what was left out so that its work stays bounded.
//
// It is derived data: it knows neither weights nor decisions, says only who might
// be looked at, and can always be made again of the records. [Open] checks it
// against the state it should have, and every file against its checksum; an error
// that wraps [ErrStale] or [ErrDamaged] means: [Create] it and fill it anew. After
// Rebuild no file holds anything of a record that is not in it; blocks that the
// file system has freed are its own matter.
//
// bleve serves as the store of dictionaries and posting lists. Terms are whole
// normalized values and compositions of them, walked by an automaton of this
// package; format.md describes them. A placeholder name is never a term.
package bleveindex
