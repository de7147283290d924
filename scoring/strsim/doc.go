// Package strsim measures how alike two short strings are: Jaro, Jaro-Winkler,
// Levenshtein and optimal string alignment (OSA), for names and identifiers.
//
// Everything is written from the published descriptions (see each function),
// counts in runes, needs nothing but the standard library, and allocates
// nothing for strings of up to 64 bytes. Strings of ASCII letters take a
// bit-parallel path; anything else takes a plain one with the same result. No
// function folds, trims or upper-cases: give it what is to be compared. All
// functions and types are safe for concurrent use.
//
// # Deciding a level
//
// A comparison level is decided by whether a similarity reaches a cut, and a
// pair on the boundary must fall on the same side in every run and on every
// machine. [Align] therefore reduces a pair to five integers, and
// [Alignment.AtLeast] decides from them by integer arithmetic. The floats of
// this package are one division of two exact integers, correctly rounded, so
// that comparing one with a literal of up to three decimals (>= 0.92) decides
// the same; a formula that adds up rounded thirds does not.
//
// # Order
//
// All measures are symmetric, to the bit. Of Jaro's this is often denied, because
// characters are assigned greedily in the order of the first string. But per
// letter that assignment is a merge of two ascending lists of positions: match
// the two heads if they are near enough, else drop the smaller. The rule does not
// know which list is which.
//
// # Rejecting early
//
// Most candidate pairs have names that are nothing alike. A [Signature] is
// computed once per string, and [JWCut.MayReach] then tells in a few
// nanoseconds that a pair cannot reach a cut. It never rejects one that does.
package strsim
