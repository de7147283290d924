package table

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

// TestEqualWordsPlain compares with one word after another, at every length.
func TestEqualWordsPlain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.SampledFrom([]uint32{0, 1, 1 << 31, 1<<32 - 1})
		a := rapid.SliceOfN(word, 0, 64).Draw(t, "a")
		b := rapid.SliceOfN(word, len(a), 70).Draw(t, "b")
		want := uint64(0)
		for i := range a {
			if a[i] == b[i] {
				want |= 1 << i
			}
		}
		assert.Equal(t, want, EqualWords(a, b))
	})
}
