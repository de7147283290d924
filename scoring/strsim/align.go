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

// A places table has, for each ASCII character c, bit j set where b[j] is c. Its
// entries of 16 bits are cleared in a quarter of the time, and most names fit.
type places[T uint16 | uint64] [ascii]T

// fill enters a string that has no more characters than T has bits, and returns
// the bits of all its bytes, to tell whether they are ASCII.
func (at *places[T]) fill(s string) (other byte) {
	bit := T(1)
	for i := 0; i < len(s); i++ {
		c := s[i]
		other |= c
		at[c%ascii] |= bit
		bit <<= 1
	}
	return other
}

// alignShort returns the matches and transpositions of ASCII strings of up to 16
// bytes; ok is false when there is another byte in them.
func alignShort(a, b string) (m, t int, ok bool) {
	var at places[uint16]
	other := at.fill(b)
	r := reach(len(a), len(b))
	taken, crossed, more := assign(a, &at, r)
	if (other | more) >= ascii {
		return 0, 0, false
	}
	if crossed {
		t = transposed(a, &at, r, taken)
	}
	return bits.OnesCount64(taken), t, true
}

// alignWord is alignShort for up to 64 bytes.
func alignWord(a, b string) (m, t int, ok bool) {
	var at places[uint64]
	other := at.fill(b)
	r := reach(len(a), len(b))
	taken, crossed, more := assign(a, &at, r)
	if (other | more) >= ascii {
		return 0, 0, false
	}
	if crossed {
		t = transposed(a, &at, r, taken)
	}
	return bits.OnesCount64(taken), t, true
}

// assign gives each character of a the lowest free place of its own within reach
// r, at most 31, and returns the places taken, whether one was taken to the left
// of an earlier one, and the bits of all bytes of a.
//
// Its branches, which nothing predicts in the textbook's inner loop, are gone. It
// is a function of its own to keep its values in registers, and the window
// grows by hand because a shift by a variable needs one more.
func assign[T uint16 | uint64](a string, at *places[T], r int) (taken uint64, crossed bool, other byte) {
	left := uint64(1)<<(r%word) - 1 // one bit for each character before the window moves
	window := left<<1 | 1
	behind := uint64(0) // places taken before a lower one
	for i := 0; i < len(a); i++ {
		c := a[i]
		other |= c
		found := uint64(at[c%ascii]) & window &^ taken
		window = window<<1 | left&1
		left >>= 1
		lowest := found & -found
		behind |= taken & -lowest
		taken |= lowest
	}
	return taken, behind != 0, other
}

// transposed assigns once more, now that it is known which places are taken in
// the end, and counts the characters that are not equal to the one that has
// their rank in b. It is needed for few pairs.
func transposed[T uint16 | uint64](a string, at *places[T], r int, taken uint64) int {
	left := uint64(1)<<(r%word) - 1
	window := left<<1 | 1
	free, ranked := taken, taken
	n := uint64(0)
	for i := 0; i < len(a); i++ {
		equal := uint64(at[a[i]%ascii])
		found := equal & window & free
		window = window<<1 | left&1
		left >>= 1
		free ^= found & -found
		next := ranked & -ranked & -((found | -found) >> (word - 1)) // none if not found
		ranked ^= next
		differs := next &^ equal
		n += (differs | -differs) >> (word - 1)
	}
	return int(n / 2)
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
