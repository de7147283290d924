// Package matchrkeys offers the phonetic codes of github.com/antzucaro/matchr as
// blocking keys: Double Metaphone, NYSIIS, Phonex and Soundex.
//
// matchr is licensed under the GPL, version 2 or later. A program that imports
// this package links it, and may be distributed only under terms that the GPL
// allows. That is why it is a package of its own that nothing else of the module
// imports: who does not import it links no GPL code, which
//
//	go list -deps ./... | grep matchr
//
// proves for any program. The transform "soundex" of match/patient does not come
// from here, and gives the same codes.
//
// [Rules] are ready to be appended to those of blocking.Default; [Funcs] are for
// rules of one's own, in Go or for blocking.ParseRules. There is no registry.
//
// Each key function takes the words of a value apart, without particles (DE LA
// CRUZ has the key of CRUZ), and gives the codes of each. It gives no key where a
// code would say nothing: for a word that is not all letters A to Z once folded
// (other scripts, digits), for one letter, for codes that are empty or all zeros,
// and for the codes by which Phonex loses the start of a name (see [Phonex]).
package matchrkeys
