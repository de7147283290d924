// Package fold brings a name to the one form in which names are compared:
// upper-case words separated by single spaces.
//
// [Words] drops diacritics, apostrophes and invisible characters, turns every
// other sign into a space, and keeps letters of other scripts. It never looks
// at what a word means.
package fold
