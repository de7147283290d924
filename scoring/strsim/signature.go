package strsim

import "math/bits"

// Signature says which letters a string has, in 64 bits, to bound from above how
// many characters of two strings can match.
//
// Bit x is set when the letter A+x is there, bit 26+x when it is there twice.
// Six bits hold the length, and six how many characters were counted neither
// way: a letter's third and later, and whatever is not a letter A to Z. Lower
// case counts there too: the bound holds for it, but rejects little.
type Signature uint64

const (
	letters       = 26
	lettersMask   = 1<<(2*letters) - 1
	lengthShift   = 2 * letters
	surplusShift  = lengthShift + 6
	sixBits       = 1<<6 - 1
	unboundedSign = Signature(sixBits) << lengthShift // 63 characters and more are not bounded
)

// Sign returns the signature of s.
func Sign(s string) Signature {
	var seen, length, surplus uint64
	for _, c := range s {
		length++
		x := uint64(c - 'A')
		switch {
		case c < 'A' || c > 'Z' || seen>>(letters+x)&1 != 0:
			surplus++
		case seen>>x&1 != 0:
			seen |= 1 << (letters + x)
		default:
			seen |= 1 << x
		}
	}
	if length >= sixBits {
		return unboundedSign
	}
	return Signature(seen | length<<lengthShift | surplus<<surplusShift)
}

// Len is the length in runes; bounded is false for one of 63 or more, whose
// signature says nothing.
func (s Signature) Len() (n int, bounded bool) {
	n = int(s >> lengthShift & sixBits)
	return n, n < sixBits
}

// MaxMatches bounds the matches of an [Alignment] of two strings, both of which
// must be bounded, from above. A letter that is there i and j times can match
// min(i, j) times: the first two are counted apiece, the others together.
func MaxMatches(a, b Signature) int {
	return bits.OnesCount64(uint64(a&b)&lettersMask) + int(min(a>>surplusShift, b>>surplusShift))
}

// Head returns the first four characters of s, the low byte of each; zeros for
// those it has not.
func Head(s string) uint32 {
	var h uint32
	shift := 0
	for _, c := range s {
		h |= uint32(c&0xff) << shift
		if shift += 8; shift == 32 {
			break
		}
	}
	return h
}

// CommonHead bounds the common prefix of two strings, given their heads, from
// above; for ASCII strings of four bytes and more it is the [Alignment.Prefix].
func CommonHead(a, b uint32) int { return bits.TrailingZeros32(a^b) / 8 }

// JWCut decides whether a Jaro-Winkler similarity reaches a cut. It holds a
// small table and is meant to be made once.
type JWCut struct {
	cut Permille
	// need is the matches without which strings of these lengths and this prefix
	// do not reach the cut, however well they are ordered.
	need [tabled + 1][tabled + 1][maxPrefix + 1]uint8
}

const (
	tabled  = 32 // longest length with an entry
	nothing = 255
)

// NewJWCut returns the decision at cut.
func NewJWCut(cut Permille) *JWCut {
	c := &JWCut{cut: cut}
	for la := range c.need {
		for lb := range c.need[la] {
			for p := range c.need[la][lb] {
				c.need[la][lb][p] = need(la, lb, p, cut)
			}
		}
	}
	return c
}

func need(la, lb, prefix int, cut Permille) uint8 {
	for m := 0; m <= min(la, lb); m++ {
		if (Alignment{LenA: la, LenB: lb, Matches: m, Prefix: prefix}).AtLeast(cut) {
			return uint8(m)
		}
	}
	return nothing
}

// Cut is the cut it decides.
func (c *JWCut) Cut() Permille { return c.cut }

// MayReach reports whether two strings with these signatures and a common prefix
// of at most this many characters (4 when it is not known, see [CommonHead])
// might reach the cut, in either order. It is false only if they do not.
func (c *JWCut) MayReach(a, b Signature, prefix int) bool {
	la, lb := a>>lengthShift&sixBits, b>>lengthShift&sixBits
	m := MaxMatches(a, b)
	if la <= tabled && lb <= tabled && uint(prefix) <= maxPrefix {
		return m >= int(c.need[la][lb][prefix])
	}
	if la == sixBits || lb == sixBits {
		return true
	}
	x := Alignment{LenA: int(la), LenB: int(lb), Matches: m, Prefix: min(max(prefix, 0), maxPrefix)}
	return x.AtLeast(c.cut)
}

// Reached reports whether the Jaro-Winkler similarity of a and b is the cut or
// more, exactly.
func (c *JWCut) Reached(a, b string) bool { return JaroWinklerAtLeast(a, b, c.cut) }
