//go:build race

package merge

// raced says that the race detector is on: it empties pools at random.
const raced = true
