package strsim

import "math/big"

// The plain twins, straight from the definitions, on runes.

// plainAlign is the textbook's Jaro, in floats nowhere. With digitsEnd the prefix
// ends at a digit, as strcmp95 and matchr have it.
func plainAlign(s, t string, digitsEnd bool) Alignment {
	a, b := []rune(s), []rune(t)
	x := Alignment{LenA: len(a), LenB: len(b)}
	distance := max(len(a), len(b))/2 - 1
	if distance < 0 {
		distance = 0
	}
	usedA, usedB := map[int]bool{}, map[int]bool{}
	for i := range a {
		for j := range b {
			if j >= i-distance && j <= i+distance && !usedB[j] && a[i] == b[j] {
				usedA[i], usedB[j] = true, true
				break
			}
		}
	}
	var inA, inB []rune
	for i, r := range a {
		if usedA[i] {
			inA = append(inA, r)
		}
	}
	for j, r := range b {
		if usedB[j] {
			inB = append(inB, r)
		}
	}
	x.Matches = len(inA)
	for i := range inA {
		if inA[i] != inB[i] {
			x.Transpositions++
		}
	}
	x.Transpositions /= 2
	for i := 0; i < 4 && i < len(a) && i < len(b) && a[i] == b[i]; i++ {
		if digitsEnd && a[i] >= '0' && a[i] <= '9' {
			break
		}
		x.Prefix++
	}
	return x
}

// plainJaro is the similarity of an alignment as an exact fraction.
func plainJaro(x Alignment) *big.Rat {
	if x.Matches == 0 {
		return new(big.Rat)
	}
	m, la, lb := int64(x.Matches), int64(x.LenA), int64(x.LenB)
	j := big.NewRat(m, la)
	j.Add(j, big.NewRat(m, lb))
	j.Add(j, big.NewRat(m-int64(x.Transpositions), m))
	return j.Quo(j, big.NewRat(3, 1))
}

func plainWinkler(x Alignment) *big.Rat {
	j := plainJaro(x)
	if j.Cmp(big.NewRat(7, 10)) <= 0 {
		return j
	}
	missing := new(big.Rat).Sub(big.NewRat(1, 1), j)
	return j.Add(j, missing.Mul(missing, big.NewRat(int64(x.Prefix), 10)))
}

// plainEdit fills the whole matrix. An exchange counts as one from the position
// firstExchange on (2 is the first where there can be one); 0 allows none.
func plainEdit(s, t string, firstExchange int) int {
	a, b := []rune(s), []rune(t)
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		d[i][0] = i
	}
	for j := range d[0] {
		d[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+cost)
			if firstExchange > 0 && i >= firstExchange && j >= firstExchange && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(a)][len(b)]
}
