package scoring

import (
	"math"
	"strconv"
	"sync"
)

// A Weight is a match weight: the logarithm (base 2) of a likelihood ratio or
// of posterior odds, in units of 1/1024 bit. Sums of weights are exact, so a
// decision is the same on every machine and an explanation adds up.
type Weight int32

// OneBit is a weight of one bit: odds of 2 to 1.
const OneBit Weight = 1024

// maxWeight bounds what one level may weigh (about 30 bits: a billion to one).
const maxWeight = 30 * OneBit

// Bits returns the weight in bits.
func (w Weight) Bits() float64 { return float64(w) / float64(OneBit) }

// Probability returns the probability whose log-odds the weight is.
func (w Weight) Probability() float64 { return 1 / (1 + math.Exp2(-w.Bits())) }

// String formats the weight in bits with two decimals.
func (w Weight) String() string { return strconv.FormatFloat(w.Bits(), 'f', 2, 64) }

// WeightOf returns the weight of a probability; 0 and 1 give the bound of
// plus or minus 60 bits.
func WeightOf(p float64) Weight {
	return clampWeight(math.Log2(p/(1-p)), 2*maxWeight)
}

// ratioWeight returns log2(m/u), bounded.
func ratioWeight(m, u float64) Weight { return clampWeight(math.Log2(m/u), maxWeight) }

func clampWeight(bits float64, bound Weight) Weight {
	if math.IsNaN(bits) {
		return 0
	}
	w := math.Round(bits * float64(OneBit))
	return Weight(min(max(w, -float64(bound)), float64(bound)))
}

// log1pTable holds log2(1 + 2^-d) for d = 0, 1/1024, 2/1024 ... bit. Beyond its
// end the value rounds to 0.
var log1pTable = sync.OnceValue(func() *[12 * OneBit]int16 {
	var t [12 * OneBit]int16
	for d := range t {
		t[d] = int16(math.Round(math.Log2(1+math.Exp2(-float64(d)/float64(OneBit))) * float64(OneBit)))
	}
	return &t
})

// combine returns the weight against two alternatives together:
// -log2(2^-a + 2^-b).
func combine(table *[12 * OneBit]int16, a, b Weight) Weight {
	if a > b {
		a, b = b, a
	}
	if d := b - a; int(d) < len(table) {
		return a - Weight(table[d])
	}
	return a
}
