// Package lint holds the repository's own rules as functions, and the test that
// applies them: which package may import which, who may import matchr and
// bleve, what the library depends on, where the clock and random numbers must
// not be used, and what must not stand in a file.
//
// The rules are functions of a [Package] list, a parsed file or a text, so that
// the tests can show on made-up input that each of them bites. The package is
// used by its own tests only.
package lint
