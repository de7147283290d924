// Package vfs is the little of a file system that durable files need: an
// [FS] with files that are written and read at offsets, Sync of a file and of a
// directory, atomic replacement and an exclusive lock. [OS] is the real one;
// package memfs below it loses, tears and fails, for tests.
//
// A file's content is on disk when its Sync returned nil, and its name when
// SyncDir of its directory did. After a Sync that failed nothing is known of what
// was written since the last good one: not even a second Sync that succeeds
// makes it durable (Rebello et al. 2020, "Can Applications Recover from fsync
// Failures?"). It must be written again.
//
// The package never knows what is in a file.
package vfs
