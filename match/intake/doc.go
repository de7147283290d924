// Package intake reads files of patient records: CSV and NDJSON, plain or
// compressed with gzip. Other compressions and formats that are not text are
// handed in ([Decompressor], [Format]), so that no library for them is linked
// by who does not need it.
//
// [Open] looks at the files once: what they are, which column is which field
// ([Mapping]), how their dates are written. [Reader.Records] then streams the
// records, as often as asked, so that a second pass can build golden records.
// What cannot be read is never lost in silence: each such row is a [Reject]
// with its line and a reason.
//
// A column is recognised by its usual spellings, or named by an [Assignment].
// A column that means nothing becomes an attribute of the record. The column
// that holds the record id, the source or the truth is never a field.
//
// The package never normalises, compares or judges a value, and no error,
// reject or mapping of it holds one.
package intake
