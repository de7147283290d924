package strsim

import "math/bits"

// Levenshtein returns the least number of characters to insert, delete or
// replace to turn a into b (V. I. Levenshtein, 1966).
func Levenshtein(a, b string) int {
	if len(a) > len(b) {
		a, b = b, a // the distance is symmetric; the shorter one is the pattern
	}
	var vp, vn uint64
	var other byte
	switch {
	case len(a) <= short:
		var at places[uint16]
		other = at.fill(a)
		vp, vn, other = levenshteinColumns(&at, b, other)
	case len(a) <= word:
		var at places[uint64]
		other = at.fill(a)
		vp, vn, other = levenshteinColumns(&at, b, other)
	default:
		return editSlow(a, b, false)
	}
	if other >= ascii {
		return editSlow(a, b, false)
	}
	return lastRow(a, b, vp, vn)
}

// OSA returns the optimal string alignment distance of a and b: as
// [Levenshtein], where exchanging two neighbours counts as one as well and no
// character is edited twice (the restricted distance of F. J. Damerau, 1964).
func OSA(a, b string) int {
	if len(a) > len(b) {
		a, b = b, a
	}
	var vp, vn uint64
	var other byte
	switch {
	case len(a) <= short:
		var at places[uint16]
		other = at.fill(a)
		vp, vn, other = osaColumns(&at, b, other)
	case len(a) <= word:
		var at places[uint64]
		other = at.fill(a)
		vp, vn, other = osaColumns(&at, b, other)
	default:
		return editSlow(a, b, true)
	}
	if other >= ascii {
		return editSlow(a, b, true)
	}
	return lastRow(a, b, vp, vn)
}

// OSAWithin reports whether the [OSA] distance of a and b is at most k. For k up
// to 1 it looks at each byte once.
func OSAWithin(a, b string, k int) bool {
	switch {
	case k < 0:
		return false
	case k == 0:
		return equal(a, b)
	case !isASCII(a) || !isASCII(b):
		return OSA(a, b) <= k
	}
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > k {
		return false
	}
	// Some optimal alignment leaves a common start and a common end as they are.
	for len(a) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	switch {
	case len(b) <= k:
		return true // every character replaced or inserted
	case len(a) == 0:
		return false
	case k == 1:
		return len(a) == 2 && len(b) == 2 && a[0] == b[1] && a[1] == b[0]
	}
	return OSA(a, b) <= k
}

// equal compares in runes, like everything here: two bytes that are not UTF-8
// are one character.
func equal(a, b string) bool {
	return a == b || (!isASCII(a) && !isASCII(b) && Levenshtein(a, b) == 0)
}

func isASCII(s string) bool {
	other := byte(0)
	for i := 0; i < len(s); i++ {
		other |= s[i]
	}
	return other < ascii
}

// The functions below are the bit-parallel distances of G. Myers (1999) in the
// form of H. Hyyrö (2003), for an ASCII pattern a that fits a word. One column of
// the matrix of distances is held as differences: bit i of vp (vn) is set when
// row i+1 is one more (less) than row i, bit i of hp when row i+1 is one more than
// in the column before. Bits beyond the pattern hold nonsense, which only moves
// up. other collects the bits of all bytes, to tell whether they are ASCII.

// levenshteinColumns returns the differences of the last column.
func levenshteinColumns[T uint16 | uint64](at *places[T], b string, seen byte) (vp, vn uint64, other byte) {
	vp, other = ^uint64(0), seen
	for j := 0; j < len(b); j++ {
		c := b[j]
		other |= c
		equal := uint64(at[c%ascii])
		diag := ((equal&vp + vp) ^ vp) | equal | vn
		hp := (vn|^(diag|vp))<<1 | 1
		vp = (diag&vp)<<1 | ^(diag | hp)
		vn = hp & diag
	}
	return vp, vn, other
}

// osaColumns is levenshteinColumns with exchanges: of the characters of this
// column and the one before, where the diagonal did not stay the same anyway.
func osaColumns[T uint16 | uint64](at *places[T], b string, seen byte) (vp, vn uint64, other byte) {
	vp, other = ^uint64(0), seen
	var rose, before uint64 // the complement of diag, and equal, of the column before
	for j := 0; j < len(b); j++ {
		c := b[j]
		other |= c
		equal := uint64(at[c%ascii])
		exchange := (rose & equal) << 1 & before
		before = equal
		diag := ((equal&vp + vp) ^ vp) | equal | vn | exchange
		rose = ^diag
		hp := (vn|^(diag|vp))<<1 | 1
		vp = (diag&vp)<<1 | ^(diag | hp)
		vn = hp & diag
	}
	return vp, vn, other
}

// lastRow sums the differences of the last column up, from its top, len(b). The
// textbooks follow the last row from column to column instead, which costs a
// third of the loop.
func lastRow(a, b string, vp, vn uint64) int {
	rows := uint64(1)<<(len(a)%word) - 1
	if len(a) == word {
		rows = ^uint64(0)
	}
	return len(b) + bits.OnesCount64(vp&rows) - bits.OnesCount64(vn&rows)
}

// editSlow keeps its buffers out of the frames of its callers.
//
//go:noinline
func editSlow(a, b string, exchanges bool) int {
	var bufA, bufB [word]rune
	return editRunes(appendRunes(bufA[:0], a), appendRunes(bufB[:0], b), exchanges)
}

// editRunes fills the matrix of distances row by row, for any strings. It keeps
// three rows, the third for exchanges.
func editRunes(a, b []rune, exchanges bool) int {
	var buf [3][word + 1]int
	rows := [3][]int{}
	for i := range rows {
		rows[i] = append(buf[i][:0], make([]int, len(b)+1)...)
	}
	before, above, row := rows[0], rows[1], rows[2]
	for j := range row {
		row[j] = j
	}
	for i, ca := range a {
		before, above, row = above, row, before
		row[0] = i + 1
		for j, cb := range b {
			if ca == cb {
				row[j+1] = above[j]
			} else {
				row[j+1] = 1 + min(above[j], above[j+1], row[j])
			}
			if exchanges && i > 0 && j > 0 && ca == b[j-1] && a[i-1] == cb {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(b)]
}
