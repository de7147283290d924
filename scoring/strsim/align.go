package strsim

import "math/bits"

const (
	short = 16 // longest string of the 16-bit tables
	word  = 64 // longest string of one machine word
	ascii = 128
)

// Align assigns to each character of a, first to last, the first equal
// character of b that is not assigned yet and at most max(lenA, lenB)/2 - 1
// places away.
func Align(a, b string) Alignment {
	la, lb, m, t, p := align(a, b)
	return Alignment{LenA: la, LenB: lb, Matches: m, Transpositions: t, Prefix: p}
}

// align returns the fields of an [Alignment] in registers: a struct of five goes
// through memory, which took as long as the alignment itself.
func align(a, b string) (la, lb, matches, transposed, prefix int) {
	if len(a) <= short && len(b) <= short {
		if m, t, ok := alignShort(a, b); ok {
			return len(a), len(b), m, t, commonPrefix(a, b)
		}
	} else if len(a) <= word && len(b) <= word {
		if m, t, ok := alignWord(a, b); ok {
			return len(a), len(b), m, t, commonPrefix(a, b)
		}
	}
	return alignSlow(a, b)
}

// alignSlow keeps its buffers out of the frame of align.
//
//go:noinline
func alignSlow(a, b string) (la, lb, matches, transposed, prefix int) {
	var bufA, bufB [word]rune
	x := alignRunes(appendRunes(bufA[:0], a), appendRunes(bufB[:0], b))
	return x.LenA, x.LenB, x.Matches, x.Transpositions, x.Prefix
}

// reach is how far apart two characters may be to match.
func reach(la, lb int) int { return max(max(la, lb)/2-1, 0) }

// alignShort is Align for ASCII strings of up to 16 bytes; ok is false when
// there is another byte in them. at[c] has bit j set where b[j] is c, so that a
// character is assigned by isolating the lowest free bit within reach.
//
// The branches of the textbook's inner loop, which nothing predicts, are gone:
// alignments are counted by arithmetic. Characters out of order are counted only
// if there are any: an assignment to the left of an earlier one.
func alignShort(a, b string) (m, t int, ok bool) {
	if len(a) > short || len(b) > short {
		return 0, 0, false
	}
	var at [ascii]uint16
	other := byte(0)
	for j := 0; j < len(b); j++ {
		c := b[j]
		other |= c
		at[c%ascii] |= 1 << (j % short)
	}
	r := reach(len(a), len(b))
	window := uint64(1)<<((2*r+1)%word) - 1 // of the character at r
	free := ^uint64(0)
	crossed := uint64(0)
	var assigned [short]byte // the characters of a that are, in order
	for i := 0; i < len(a); i++ {
		c := a[i]
		other |= c
		found := uint64(at[c%ascii]) & (window << (i % word) >> (r % word)) & free
		lowest := found & -found
		crossed |= ^free & -lowest
		free ^= lowest
		assigned[m%short] = c
		m += int((found + 1<<short - 1) >> short) // found has 16 bits: 1 unless it is 0
	}
	if other >= ascii {
		return 0, 0, false
	}
	if crossed != 0 {
		t = transpositions(assigned[:m], b, ^free)
	}
	return m, t, true
}

// alignWord is alignShort for up to 64 bytes. Its window does not fit a word
// with room to shift, so that it moves with the character.
func alignWord(a, b string) (m, t int, ok bool) {
	if len(a) > word || len(b) > word {
		return 0, 0, false
	}
	var at [ascii]uint64
	other := byte(0)
	for j := 0; j < len(b); j++ {
		c := b[j]
		other |= c
		at[c%ascii] |= 1 << (j % word)
	}
	r := reach(len(a), len(b))
	window := uint64(1)<<((r+1)%word) - 1 // r is at most 31
	free := ^uint64(0)
	crossed := uint64(0)
	var assigned [word]byte
	for i := 0; i < len(a); i++ {
		c := a[i]
		other |= c
		found := at[c%ascii] & window & free
		lowest := found & -found
		crossed |= ^free & -lowest
		free ^= lowest
		assigned[m%word] = c
		m += int((found | -found) >> (word - 1))
		// The next window ends one further, and starts one further from r on.
		window <<= 1
		if i < r {
			window |= 1
		}
	}
	if other >= ascii {
		return 0, 0, false
	}
	if crossed != 0 {
		t = transpositions(assigned[:m], b, ^free)
	}
	return m, t, true
}

// transpositions compares the assigned characters of a with those of b, each in
// their own order.
func transpositions(assigned []byte, b string, taken uint64) int {
	n := 0
	for _, c := range assigned {
		j := bits.TrailingZeros64(taken)
		taken &= taken - 1
		if j < len(b) {
			n += int((uint(b[j]^c) + 255) >> 8) // 1 unless they are equal
		}
	}
	return n / 2
}

// commonPrefix counts the equal first bytes, at most four.
func commonPrefix(a, b string) int {
	if len(a) >= maxPrefix && len(b) >= maxPrefix {
		x := uint32(a[0]) | uint32(a[1])<<8 | uint32(a[2])<<16 | uint32(a[3])<<24
		y := uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
		return bits.TrailingZeros32(x^y) / 8
	}
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// alignRunes is Align as it is written in the books, for any strings.
func alignRunes(a, b []rune) Alignment {
	x := Alignment{LenA: len(a), LenB: len(b)}
	var bufA, bufB [word]bool
	takenA, takenB := append(bufA[:0], make([]bool, len(a))...), append(bufB[:0], make([]bool, len(b))...)
	r := reach(len(a), len(b))
	for i, c := range a {
		for j := max(0, i-r); j < min(len(b), i+r+1); j++ {
			if !takenB[j] && b[j] == c {
				takenA[i], takenB[j] = true, true
				x.Matches++
				break
			}
		}
	}
	out, j := 0, 0
	for i, c := range a {
		if !takenA[i] {
			continue
		}
		for !takenB[j] {
			j++
		}
		if b[j] != c {
			out++
		}
		j++
	}
	x.Transpositions = out / 2
	for x.Prefix < min(len(a), len(b), maxPrefix) && a[x.Prefix] == b[x.Prefix] {
		x.Prefix++
	}
	return x
}

// appendRunes appends the runes of s to dst; bytes that are not UTF-8 become
// U+FFFD, as in a conversion.
func appendRunes(dst []rune, s string) []rune {
	for _, r := range s {
		dst = append(dst, r)
	}
	return dst
}
