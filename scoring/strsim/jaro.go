package strsim

import "math/big"

// Permille is a similarity in thousandths: 920 is 0.92.
type Permille int

// Winkler's constants, in tenths: his bonus applies to a Jaro similarity above
// 0.7, and is a tenth of what is missing to 1 for each character of a common
// prefix of up to four.
const (
	boostAbove = 7
	maxPrefix  = 4
)

// Alignment is what a Jaro comparison of two strings a and b comes down to.
// Both similarities, and every decision on them, are functions of these five.
type Alignment struct {
	LenA, LenB     int // runes
	Matches        int // characters of a assigned to an equal one of b nearby
	Transpositions int // half the number of assigned characters out of order, rounded down
	Prefix         int // equal characters at the start, at most 4
}

// Jaro returns the similarity of M. A. Jaro (Advances in Record-Linkage
// Methodology, 1989), between 0 and 1. It is 0 when a string is empty, even when
// both are: a value that is missing is like nothing.
func Jaro(a, b string) float64 {
	la, lb, m, t, _ := align(a, b)
	return similarity(la, lb, m, t, 0)
}

// JaroWinkler returns Jaro's similarity with the bonus for a common prefix of
// W. E. Winkler (String Comparator Metrics and Enhanced Decision Rules, 1990):
// a tenth of what is missing to 1 for each of up to four equal first
// characters, when the similarity is above 0.7. Any character counts towards
// the prefix; Winkler's program strcmp95 stops at a digit, and has further
// adjustments for long strings and for similar letters, which are not part of
// the measure.
func JaroWinkler(a, b string) float64 {
	la, lb, m, t, p := align(a, b)
	return similarity(la, lb, m, t, p)
}

// JaroWinklerAtLeast reports whether the Jaro-Winkler similarity of a and b is
// cut or more, exactly.
func JaroWinklerAtLeast(a, b string, cut Permille) bool {
	la, lb, m, t, p := align(a, b)
	return atLeast(la, lb, m, t, p, cut)
}

// Jaro returns the Jaro similarity of the alignment.
func (x Alignment) Jaro() float64 {
	return similarity(x.LenA, x.LenB, x.Matches, x.Transpositions, 0)
}

// JaroWinkler returns the Jaro-Winkler similarity of the alignment.
func (x Alignment) JaroWinkler() float64 {
	return similarity(x.LenA, x.LenB, x.Matches, x.Transpositions, x.Prefix)
}

// AtLeast reports whether the Jaro-Winkler similarity of the alignment is cut
// or more. It is exact.
func (x Alignment) AtLeast(cut Permille) bool {
	return atLeast(x.LenA, x.LenB, x.Matches, x.Transpositions, x.Prefix, cut)
}

func similarity(la, lb, m, t, prefix int) float64 {
	if m <= 0 || la <= 0 || lb <= 0 {
		return 0
	}
	if max(la, lb) > maxExact {
		num, den := bigRatio(la, lb, m, t, prefix)
		f, _ := new(big.Rat).SetFrac(num, den).Float64()
		return f
	}
	num, den := ratio(la, lb, m, t, prefix)
	return float64(num) / float64(den)
}

func atLeast(la, lb, m, t, prefix int, cut Permille) bool {
	if m <= 0 || la <= 0 || lb <= 0 {
		return cut <= 0
	}
	if cut > 1000 {
		return false
	}
	if max(la, lb) > maxExact {
		num, den := bigRatio(la, lb, m, t, prefix)
		return num.Mul(num, big.NewInt(1000)).Cmp(den.Mul(den, big.NewInt(int64(cut)))) >= 0
	}
	num, den := ratio(la, lb, m, t, prefix)
	return 1000*num >= int64(cut)*den
}

// maxExact is the longest length for which the integers of atLeast fit 64 bits:
// 1000 * den = 30,000 * 2^16 * 2^16 * 2^16 < 2^63.
const maxExact = 1 << 16

// ratio returns the similarity as a fraction. With m matches and t
// transpositions Jaro's is (m/lenA + m/lenB + (m-t)/m) / 3.
func ratio(lenA, lenB, matches, transposed, prefix int) (num, den int64) {
	la, lb, m := int64(lenA), int64(lenB), int64(matches)
	area := la * lb
	num = m*m*(la+lb) + (m-int64(transposed))*area
	den = 3 * m * area
	boost := int64(0)
	if 10*num > boostAbove*den {
		boost = int64(prefix) * (den - num)
	}
	return 10*num + boost, 10 * den
}

// bigRatio is ratio for strings of any length.
func bigRatio(la, lb, m, t, prefix int) (num, den *big.Int) {
	mul := func(v ...int) *big.Int {
		p := big.NewInt(1)
		for _, f := range v {
			p.Mul(p, big.NewInt(int64(f)))
		}
		return p
	}
	num = mul(10, m, m, la)
	num.Add(num, mul(10, m, m, lb)).Add(num, mul(10, m-t, la, lb))
	den = mul(30, m, la, lb)
	if new(big.Int).Mul(num, big.NewInt(10)).Cmp(new(big.Int).Mul(den, big.NewInt(boostAbove))) > 0 {
		missing := new(big.Int).Sub(den, num)
		num.Add(num, missing.Mul(missing, big.NewInt(int64(prefix))).Quo(missing, big.NewInt(10)))
	}
	return num, den
}
