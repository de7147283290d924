package scoring

// A Histogram counts pairs by match weight, in sixteenths of a bit from -64 to
// 64. The zero value is empty. Counts are integers, so that the histograms of
// several goroutines add up to the same whatever the split.
type Histogram struct {
	bins [128 * histogramBins]int64
}

const histogramBins = 16 // a bit

// Add counts one pair.
func (h *Histogram) Add(w Weight) {
	i := (int(w) + 64*int(OneBit)) * histogramBins / int(OneBit)
	h.bins[min(max(i, 0), len(h.bins)-1)]++
}

// Merge adds the counts of another histogram.
func (h *Histogram) Merge(other *Histogram) {
	for i, n := range other.bins {
		h.bins[i] += n
	}
}

// lower returns the least weight of bin i.
func (h *Histogram) lower(i int) Weight {
	return Weight(i*int(OneBit)/histogramBins - 64*int(OneBit))
}

// middle returns the probability at the middle of bin i.
func (h *Histogram) middle(i int) float64 {
	return (h.lower(i) + OneBit/(2*histogramBins)).Probability()
}

// Estimate returns the precision and recall of calling match every pair that
// weighs at least cut, as the model's own probabilities say. Recall is among
// the candidates: what blocking lost is not known to the model.
func (h *Histogram) Estimate(cut Weight) (precision, recall float64) {
	var predicted, hits, total float64
	for i, n := range h.bins {
		p := float64(float64(n) * h.middle(i))
		total += p
		if h.lower(i) >= cut {
			predicted += float64(n)
			hits += p
		}
	}
	if predicted > 0 {
		precision = hits / predicted
	}
	if total > 0 {
		recall = hits / total
	}
	return precision, recall
}

// Cuts returns the cut that maximises the estimated F1 of pairs, and what it
// is estimated to reach. No label is used. The cut is never below even odds
// divided by four (-2 bits), where the estimate itself is least sure.
func (h *Histogram) Cuts() Cuts {
	var total float64
	for i, n := range h.bins {
		total += float64(float64(n) * h.middle(i))
	}
	best := Cuts{EstimatedF1: 0}
	var bestF1, hits, predicted float64
	for i := len(h.bins) - 1; i >= 0 && h.lower(i) >= -2*OneBit; i-- {
		hits += float64(float64(h.bins[i]) * h.middle(i))
		predicted += float64(h.bins[i])
		if predicted+total == 0 {
			continue
		}
		if f1 := 2 * hits / (predicted + total); f1 > bestF1 {
			bestF1 = f1
			best.EstimatedF1 = h.lower(i)
		}
	}
	best.Precision, best.Recall = h.Estimate(best.EstimatedF1)
	return best
}
