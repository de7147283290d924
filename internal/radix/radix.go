// Package radix sorts pairs of a 64-bit key and a 32-bit row by key.
//
// Block keys are sorted by the million, and a comparison sort spends its time
// on mispredicted branches. The sort here looks at one byte of the keys a pass,
// the lowest first, and each pass keeps the order of the one before, which also
// makes it stable. A byte that is the same in all keys costs no pass.
package radix

import "math/bits"

const (
	digitBits = 8
	buckets   = 1 << digitBits
	digits    = 64 / digitBits

	// small is the number of pairs below which shifting pairs by hand beats
	// filling eight histograms.
	small = 64
)

// Buffer is the scratch memory of a sort, to be used for one after the other.
// The zero value is ready to use. It is not safe for concurrent use.
type Buffer struct {
	keys []uint64
	rows []uint32
}

// SortPairs sorts keys ascending and moves rows along; rows of equal keys keep
// their order. Both must have one length: rows beyond that of the shorter are
// left alone. buf may be nil.
func SortPairs(keys []uint64, rows []uint32, buf *Buffer) {
	n := min(len(keys), len(rows))
	keys, rows = keys[:n], rows[:n]
	if n <= small {
		insertion(keys, rows)
		return
	}
	if buf == nil {
		buf = new(Buffer)
	}
	if cap(buf.keys) < n || cap(buf.rows) < n {
		buf.keys, buf.rows = make([]uint64, n), make([]uint32, n)
	}
	sortDigits(keys, rows, buf.keys[:n], buf.rows[:n])
}

// sortDigits sorts by every byte that differs among the keys.
func sortDigits(keys []uint64, rows []uint32, tmpKeys []uint64, tmpRows []uint32) {
	var count [digits][buckets]uint32
	first, differ, sorted := keys[0], uint64(0), true
	last := first
	for _, k := range keys {
		differ |= k ^ first
		sorted = sorted && last <= k
		last = k
		for d := range digits {
			count[d][byte(k>>(d*digitBits))]++
		}
	}
	if sorted {
		return
	}
	flipped := false
	for d := bits.TrailingZeros64(differ) / digitBits; d < digits; d++ {
		shift := d * digitBits
		if byte(differ>>shift) == 0 {
			continue
		}
		next := &count[d]
		sum := uint32(0)
		for i, c := range next {
			next[i] = sum
			sum += c
		}
		for i, k := range keys {
			b := byte(k >> shift)
			to := next[b]
			next[b]++
			tmpKeys[to], tmpRows[to] = k, rows[i]
		}
		keys, tmpKeys = tmpKeys, keys
		rows, tmpRows = tmpRows, rows
		flipped = !flipped
	}
	if flipped {
		copy(tmpKeys, keys)
		copy(tmpRows, rows)
	}
}

// insertion sorts a few pairs, stably.
func insertion(keys []uint64, rows []uint32) {
	for i := 1; i < len(keys); i++ {
		k, r := keys[i], rows[i]
		j := i
		for ; j > 0 && keys[j-1] > k; j-- {
			keys[j], rows[j] = keys[j-1], rows[j-1]
		}
		keys[j], rows[j] = k, r
	}
}
