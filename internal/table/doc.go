// Package table holds normalised records as compact rows and dictionaries, for
// batch and online alike.
//
// A [Builder] takes records and freezes them into a [Table]: fixed-width rows of
// 32-bit words, one [Col] a field, one [Dict] of distinct values per text field
// (all person names share one, so that equal ids mean equal names across
// fields). A text column keeps its values; a key column keeps only a 64-bit
// hash, enough for equality. A [Derived] is a transform of every distinct value
// of a dictionary (phonetic code, prefix, year ...), computed once.
//
// Rows are in the order of a digest of their content, never of arrival, so that
// nothing computed from row numbers depends on the order of the input. The ids
// of a dictionary do depend on it: they may be compared for equality only.
//
// The package does not know what a rule or a weight is.
package table
