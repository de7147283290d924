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
	if len(a) <= short && len(b) <= short {
		if x, ok := alignShort(a, b); ok {
			return x
		}
	} else if len(a) <= word && len(b) <= word {
		if x, ok := alignWord(a, b); ok {
			return x
		}
	}
	var bufA, bufB [word]rune
	return alignRunes(appendRunes(bufA[:0], a), appendRunes(bufB[:0], b))
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
func alignShort(a, b string) (x Alignment, ok bool) {
	if len(a) > short || len(b) > short {
		return x, false
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
	m := 0
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
		return x, false
	}
	x = Alignment{LenA: len(a), LenB: len(b), Matches: m, Prefix: prefix(a, b)}
	if crossed != 0 {
		x.Transpositions = transpositions(assigned[:m], b, ^free)
	}
	return x, true
}

// alignWord is alignShort for up to 64 bytes. Its window does not fit a word
// with room to shift, so that it moves with the character.
func alignWord(a, b string) (x Alignment, ok bool) {
	if len(a) > word || len(b) > word {
		return x, false
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
	m := 0
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
		return x, false
	}
	x = Alignment{LenA: len(a), LenB: len(b), Matches: m, Prefix: prefix(a, b)}
	if crossed != 0 {
		x.Transpositions = transpositions(assigned[:m], b, ^free)
	}
	return x, true
}

// transpositions compares the assigned characters of a with those of b, each in
// their own order.
func transpositions(assigned []byte, b string, taken uint64) int {
	n := 0
	for _, c := range assigned {
		j := bits.TrailingZeros64(taken)
		taken &= taken - 1
		if j < len(b) && b[j] != c {
			n++
		}
	}
	return n / 2
}

// prefix counts the equal first bytes, at most four.
func prefix(a, b string) int {
	n := min(len(a), len(b), maxPrefix)
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
