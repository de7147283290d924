package meter

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestCPUCountsWork does some, so that a clock that stands still is seen.
func TestCPUCountsWork(t *testing.T) {
	before, sum := CPU(), uint64(1)
	for i := uint64(0); CPU() == before && i < 1<<16; i++ {
		for j := range uint64(1 << 16) {
			sum = sum*31 + i ^ j
		}
	}
	assert.Greater(t, CPU(), before, "worked up to %d", sum)
}

// TestPeakNeverFalls holds memory and lets it go.
func TestPeakNeverFalls(t *testing.T) {
	before := Peak()
	block := make([]byte, 64<<20)
	for i := 0; i < len(block); i += 4096 {
		block[i] = 1
	}
	held := Peak()
	assert.GreaterOrEqual(t, held, before)
	assert.GreaterOrEqual(t, held, int64(len(block)), "%d", block[0])
}
