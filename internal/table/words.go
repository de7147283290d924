package table

// EqualWords returns the mask of the words that two rows have in common; b is at
// least as long as a, and a has at most 64. There is no branch to mispredict, and
// four words at a time keep the processor's units busy.
func EqualWords(a, b []uint32) (mask uint64) {
	b = b[:len(a)]
	k := 0
	for ; len(a) >= 4 && len(b) >= 4; a, b = a[4:], b[4:] {
		four := same(a[0], b[0]) | same(a[1], b[1])<<1 | same(a[2], b[2])<<2 | same(a[3], b[3])<<3
		mask |= four << (k & 63)
		k += 4
	}
	for i, x := range a {
		mask |= same(x, b[i]) << ((k + i) & 63)
	}
	return mask
}

// same is 1 for equal words, else 0: only 0 - 1 borrows.
func same(x, y uint32) uint64 { return (uint64(x^y) - 1) >> 63 }
