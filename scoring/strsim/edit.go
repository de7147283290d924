package strsim

// Levenshtein returns the least number of characters to insert, delete or
// replace to turn a into b (V. I. Levenshtein, 1966).
func Levenshtein(a, b string) int {
	if len(a) > len(b) {
		a, b = b, a // the distance is symmetric; the shorter one is the pattern
	}
	if len(a) <= short {
		if d, ok := levenshteinShort(a, b); ok {
			return d
		}
	} else if len(a) <= word {
		if d, ok := levenshteinWord(a, b); ok {
			return d
		}
	}
	var bufA, bufB [word]rune
	return editRunes(appendRunes(bufA[:0], a), appendRunes(bufB[:0], b), false)
}

// OSA returns the optimal string alignment distance of a and b: as
// [Levenshtein], where exchanging two neighbours counts as one as well and no
// character is edited twice (the restricted distance of F. J. Damerau, 1964).
func OSA(a, b string) int {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(a) <= short {
		if d, ok := osaShort(a, b); ok {
			return d
		}
	} else if len(a) <= word {
		if d, ok := osaWord(a, b); ok {
			return d
		}
	}
	var bufA, bufB [word]rune
	return editRunes(appendRunes(bufA[:0], a), appendRunes(bufB[:0], b), true)
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

// The four functions below are the bit-parallel distances of G. Myers (1999) in
// the form of H. Hyyrö (2003) for an ASCII pattern a that fits a word; ok is
// false when there is another byte in a or b. One column of the matrix of
// distances is held as differences: bit i of vp (vn) is set when row i+1 is one
// more (less) than row i, bit i of hp (hn) when row i+1 is one more (less) than
// in the column before. d is the last row.
//
// They are spelled out twice for each distance, because a table of 16-bit
// entries is cleared in a quarter of the time, which is most of the time a name
// takes, and because the compiler does not inline a step with this many results.

func levenshteinShort(a, b string) (d int, ok bool) {
	if len(a) == 0 || len(a) > short {
		return len(b), len(a) == 0 && isASCII(b)
	}
	var at [ascii]uint16
	other := byte(0)
	for i := 0; i < len(a); i++ {
		c := a[i]
		other |= c
		at[c%ascii] |= 1 << (i % short)
	}
	d = len(a)
	last := (len(a) - 1) % short
	vp, vn := ^uint64(0), uint64(0)
	for j := 0; j < len(b); j++ {
		c := b[j]
		other |= c
		eq := uint64(at[c%ascii])
		diag := ((eq&vp + vp) ^ vp) | eq | vn
		hp := vn | ^(diag | vp)
		hn := diag & vp
		d += int(hp>>last&1) - int(hn>>last&1)
		hp = hp<<1 | 1
		vp = hn<<1 | ^(diag | hp)
		vn = hp & diag
	}
	return d, other < ascii
}

func levenshteinWord(a, b string) (d int, ok bool) {
	if len(a) == 0 || len(a) > word {
		return len(b), len(a) == 0 && isASCII(b)
	}
	var at [ascii]uint64
	other := byte(0)
	for i := 0; i < len(a); i++ {
		c := a[i]
		other |= c
		at[c%ascii] |= 1 << (i % word)
	}
	d = len(a)
	last := (len(a) - 1) % word
	vp, vn := ^uint64(0), uint64(0)
	for j := 0; j < len(b); j++ {
		c := b[j]
		other |= c
		eq := at[c%ascii]
		diag := ((eq&vp + vp) ^ vp) | eq | vn
		hp := vn | ^(diag | vp)
		hn := diag & vp
		d += int(hp>>last&1) - int(hn>>last&1)
		hp = hp<<1 | 1
		vp = hn<<1 | ^(diag | hp)
		vn = hp & diag
	}
	return d, other < ascii
}

func osaShort(a, b string) (d int, ok bool) {
	if len(a) == 0 || len(a) > short {
		return len(b), len(a) == 0 && isASCII(b)
	}
	var at [ascii]uint16
	other := byte(0)
	for i := 0; i < len(a); i++ {
		c := a[i]
		other |= c
		at[c%ascii] |= 1 << (i % short)
	}
	d = len(a)
	last := (len(a) - 1) % short
	vp, vn := ^uint64(0), uint64(0)
	diag, eqBefore := ^uint64(0), uint64(0) // no exchange with what is before the first
	for j := 0; j < len(b); j++ {
		c := b[j]
		other |= c
		eq := uint64(at[c%ascii])
		exchange := (^diag & eq) << 1 & eqBefore
		diag = ((eq&vp + vp) ^ vp) | eq | vn | exchange
		hp := vn | ^(diag | vp)
		hn := diag & vp
		d += int(hp>>last&1) - int(hn>>last&1)
		hp = hp<<1 | 1
		vp = hn<<1 | ^(diag | hp)
		vn = hp & diag
		eqBefore = eq
	}
	return d, other < ascii
}

func osaWord(a, b string) (d int, ok bool) {
	if len(a) == 0 || len(a) > word {
		return len(b), len(a) == 0 && isASCII(b)
	}
	var at [ascii]uint64
	other := byte(0)
	for i := 0; i < len(a); i++ {
		c := a[i]
		other |= c
		at[c%ascii] |= 1 << (i % word)
	}
	d = len(a)
	last := (len(a) - 1) % word
	vp, vn := ^uint64(0), uint64(0)
	diag, eqBefore := ^uint64(0), uint64(0)
	for j := 0; j < len(b); j++ {
		c := b[j]
		other |= c
		eq := at[c%ascii]
		exchange := (^diag & eq) << 1 & eqBefore
		diag = ((eq&vp + vp) ^ vp) | eq | vn | exchange
		hp := vn | ^(diag | vp)
		hn := diag & vp
		d += int(hp>>last&1) - int(hn>>last&1)
		hp = hp<<1 | 1
		vp = hn<<1 | ^(diag | hp)
		vn = hp & diag
		eqBefore = eq
	}
	return d, other < ascii
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
