// Package blocking says which records share a key, and how good a set of rules
// is at that.
//
// A [Rule] is a conjunction of columns: records that agree on all its keys are a
// candidate pair. [Default] chooses a set of rules by the columns that are
// there. [Build] makes an [Index] of a table of records: its blocks, after keys
// that too many records share were refined by further columns. [Index.Each]
// visits every candidate pair exactly once, with the mask of all rules that
// found it, and holds no set of pairs. What was refined or skipped is a
// [Ladder]: it is frozen with a model, so that the same keys are treated alike
// later. [Index.Analyze] reports what each rule costs and finds.
//
// The package knows no similarity, no weight and no decision. Reports hold
// hashed keys, never values.
package blocking
