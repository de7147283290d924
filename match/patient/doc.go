// Package patient says what a patient record is, and gives its one normalised
// form: the vocabulary every other package speaks.
//
// [Record] is a record as received, never altered. [Normalize] makes a
// [Normalized] of it under a [Profile]: names folded and split, addresses
// standardised, junk dropped, placeholder newborn names (BABYBOY, 1JUDYSGIRL,
// BABYBOYSMITH) recognised and decoded. [Field] and [Column] name the values
// that blocking rules and comparisons use.
//
// The package never compares two records, and knows no weight, no person, no
// clock and no I/O.
package patient
