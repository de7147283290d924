package scoring

import (
	"cmp"
	"math"
	"slices"
)

// A ValueCount says how many records hold a value.
type ValueCount struct {
	Hash uint64
	N    int64
}

// maxFrequencyValues bounds how many values a model lists: the commonest. The
// others share one weight, that of their mean frequency.
const maxFrequencyValues = 5000

// NewFrequency returns the value-frequency weights of a comparison (Winkler
// 1988): exact agreement on a value of frequency f weighs log2(sum of f^2 / f)
// more than the comparison's exact level says, since the chance that two
// strangers agree on this value is f^2 of the sum that u was measured on.
func NewFrequency(comparison string, against []bool, counts []ValueCount) Frequency {
	f := Frequency{Comparison: comparison, Against: against}
	var total, squares float64
	for _, c := range counts {
		total += float64(c.N)
	}
	if total == 0 {
		return f
	}
	counts = slices.Clone(counts)
	slices.SortFunc(counts, func(a, b ValueCount) int {
		return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Hash, b.Hash))
	})
	for _, c := range counts {
		share := float64(c.N) / total
		squares += float64(share * share)
	}
	listed := counts[:min(len(counts), maxFrequencyValues)]
	for _, c := range listed {
		w := clampWeight(math.Log2(squares*total/float64(c.N)), maxWeight)
		f.Values = append(f.Values, FrequencyWeight{Hash: c.Hash, Weight: w})
	}
	slices.SortFunc(f.Values, func(a, b FrequencyWeight) int { return cmp.Compare(a.Hash, b.Hash) })
	f.Rest = clampWeight(math.Log2(squares*total/restCount(counts[len(listed):])), maxWeight)
	return f
}

// restCount is the mean count of the values not listed; 1 where all are, the
// count of a value never seen in training.
func restCount(rest []ValueCount) float64 {
	if len(rest) == 0 {
		return 1
	}
	var n int64
	for _, c := range rest {
		n += c.N
	}
	return float64(n) / float64(len(rest))
}

// AddFrequency adds a frequency term to the model. It keeps law 2: however common
// a value is, agreement on it does not speak for a stranger.
func (m *Model) AddFrequency(f Frequency) {
	if c := m.comparison(f.Comparison); c >= 0 {
		f.floor(m.Comparisons[c].Fitted[0].Weights[len(m.Alternatives)-1] - m.leastExact(c))
	}
	m.Frequencies = append(m.Frequencies, f)
}

// floor bounds the weights from below: exact is what agreement weighs without
// them.
func (f *Frequency) floor(exact Weight) {
	f.Rest = max(f.Rest, -exact)
	for i := range f.Values {
		f.Values[i].Weight = max(f.Values[i].Weight, -exact)
	}
}
