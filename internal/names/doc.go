// Package names numbers pairs of texts, such as the identities of records: a
// source, of which there are few, and an id within it.
//
// A [Table] takes about sixteen bytes a pair beside the id's own, and holds no
// pointer that a garbage collector would have to follow, where a map of strings
// takes more than a hundred. Numbers are dense, are given again once they are
// free, and tell nothing.
//
// The package does not know what a name stands for.
package names
