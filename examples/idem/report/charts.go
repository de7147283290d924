package report

import (
	"fmt"
	"html/template"
	"math"
)

// histogram draws how many candidate pairs have which weight, on a logarithmic
// axis: all pairs behind, those that are possible before them, matches in
// front.
func (f *facts) histogram(id string, width, height float64, perBit int) template.HTML {
	group := binsPerBit / perBit
	lo, hi := f.weightRange()
	const left, top, bottom = 46.0, 34.0, 36.0
	x := scale{lo, hi, left, width - 10}
	most := int64(1)
	type column struct{ pairs, possible, match int64 }
	columns := make([]column, numBins/group)
	for i := range f.bins {
		c := &columns[i/group]
		c.pairs += f.bins[i].pairs
		c.possible += f.bins[i].possible
		c.match += f.bins[i].match
		most = max(most, c.pairs)
	}
	scaled := func(n int64) float64 { return math.Log10(float64(n) / f.share) }
	y := scale{math.Log10(.5), math.Ceil(max(scaled(most), 1)), height - bottom, top}
	var c canvas
	for e := 0.0; e <= y.hi; e++ {
		c.line("grid", left, y.at(e), width-10, y.at(e))
		c.text("tick e", left-8, y.at(e)+4, compact(math.Pow(10, e)))
	}
	step := 10.0
	if hi-lo > 60 && width < 500 {
		step = 20
	}
	for v := math.Ceil(lo/step) * step; v <= hi; v += step {
		c.line("tickmark", x.at(v), height-bottom, x.at(v), height-bottom+5)
		c.text("tick a", x.at(v), height-bottom+19, plain(v, 0))
	}
	c.text("axis e", width-10, height-2, "match weight, bits")
	c.text("axis", 0, 12, "pairs")
	w := x.at(1/float64(perBit)) - x.at(0)
	gap := min(1, w/5)
	for i, col := range columns {
		at := x.at(lowestBits + float64(i)/float64(perBit))
		for _, part := range []struct {
			class string
			n     int64
		}{{"bar-no", col.pairs}, {"bar-possible", col.possible}, {"bar-match", col.match}} {
			if part.n > 0 {
				to := y.at(max(scaled(part.n), 0))
				c.rect(part.class, at, to, w-gap, height-bottom-to)
			}
		}
	}
	c.line("baseline", left, height-bottom, width-10, height-bottom)
	cut := func(v float64, label, class string) {
		c.line("cut", x.at(v), top-8, x.at(v), height-bottom)
		dx := 6.0
		if class == "label e" {
			dx = -6
		}
		c.text(class, x.at(v)+dx, top-12, label)
	}
	if f.possibleCut < f.matchCut {
		cut(f.possibleCut.Bits(), "possible "+signed(f.possibleCut.Bits()), "label e")
	}
	cut(f.matchCut.Bits(), "match "+signed(f.matchCut.Bits()), "label")
	desc := fmt.Sprintf("%s candidate pairs by weight, from %s to %s bits. Pairs are possible from %s bits on and a match from %s bits on. The table below has the numbers.",
		count(f.res.Stats.Candidates), plain(lo, 0), plain(hi, 0), signed(f.possibleCut.Bits()), signed(f.matchCut.Bits()))
	return c.figure(id, "Candidate pairs by match weight", desc, width, height)
}

// weightRange returns the range of the weights there are, rounded outward.
func (f *facts) weightRange() (lo, hi float64) {
	lo, hi = f.possibleCut.Bits()-12, f.matchCut.Bits()+12 // room for their names
	for i := range f.bins {
		if f.bins[i].pairs > 0 {
			lo, hi = min(lo, binBits(i)), max(hi, binBits(i)+1)
		}
	}
	return math.Floor(lo/5) * 5, math.Ceil(hi/5) * 5
}

// compact writes powers of ten shortly.
func compact(v float64) string {
	switch {
	case v >= 1e9:
		return plain(v/1e9, 0) + " G"
	case v >= 1e6:
		return plain(v/1e6, 0) + " M"
	case v >= 1e3:
		return plain(v/1e3, 0) + " k"
	}
	return plain(v, 0)
}

// prChart draws precision against recall over all cuts, near the point where
// the run is.
func (f *facts) prChart(t *truthFacts) template.HTML {
	with, without := f.curve(t.pairs.Actual, true), f.curve(t.pairs.Actual, false)
	here := prPoint{precision: t.pairs.Precision(), recall: t.pairs.Recall()}
	lo := 0.0
	for _, v := range []float64{.5, .8, .9, .95, .98, .99, .995} {
		if min(here.precision, here.recall) >= v+(1-v)*.3 {
			lo = v
		}
	}
	const width, height, left, top, bottom = 400.0, 340.0, 52.0, 26.0, 40.0
	x := scale{lo, 1, left, width - 14}
	y := scale{lo, 1, height - bottom, top}
	decimals := 1
	if lo >= .9 {
		decimals = 2
	}
	if lo >= .98 {
		decimals = 3
	}
	var c canvas
	for i := range 6 {
		v := lo + (1-lo)*float64(i)/5
		c.line("grid", left, y.at(v), width-14, y.at(v))
		c.line("grid", x.at(v), top, x.at(v), height-bottom)
		c.text("tick e", left-8, y.at(v)+4, plain(v, decimals))
		c.text("tick a", x.at(v), height-bottom+18, plain(v, decimals))
	}
	c.text("axis", 0, 12, "precision")
	c.text("axis e", width-14, height-4, "recall")
	draw := func(class string, points []prPoint) {
		var line [][2]float64
		for _, p := range points {
			if p.precision >= lo && p.recall >= lo {
				line = append(line, [2]float64{x.at(p.recall), y.at(p.precision)})
			}
		}
		c.path(class, thin(line))
	}
	draw("curve faint", without)
	draw("curve", with)
	c.circle("here", x.at(here.recall), y.at(here.precision), 5)
	class, dx := "label e", -10.0
	if here.recall < lo+(1-lo)*.4 {
		class, dx = "label", 10
	}
	c.text(class, x.at(here.recall)+dx, y.at(here.precision)+18, "this run")
	desc := fmt.Sprintf("The run is at precision %s and recall %s. The axes begin at %s.", score(here.precision), score(here.recall), plain(lo, decimals))
	return c.figure("pr", "Precision against recall over all cuts", desc, width, height)
}

// thin leaves out points that lie on top of the one before.
func thin(points [][2]float64) [][2]float64 {
	var kept [][2]float64
	for i, p := range points {
		if n := len(kept); n > 0 && i < len(points)-1 && math.Abs(p[0]-kept[n-1][0])+math.Abs(p[1]-kept[n-1][1]) < .5 {
			continue
		}
		kept = append(kept, p)
	}
	return kept
}

// calibrationChart draws the true share of the pairs of each range of
// probability against their mean probability, both on a scale of log-odds.
func calibrationChart(bins []calibrationBin) template.HTML {
	const width, height, left, top, bottom = 400.0, 340.0, 58.0, 26.0, 40.0
	const least, most = .0005, .99995
	logit := func(p float64) float64 {
		p = min(max(p, least), most)
		return math.Log(p / (1 - p))
	}
	x := scale{logit(least), logit(most), left, width - 14}
	y := scale{logit(least), logit(most), height - bottom, top}
	var c canvas
	for _, v := range []float64{.001, .01, .1, .5, .9, .99, .999, .9999} {
		c.line("grid", left, y.at(logit(v)), width-14, y.at(logit(v)))
		c.line("grid", x.at(logit(v)), top, x.at(logit(v)), height-bottom)
		c.text("tick e", left-8, y.at(logit(v))+4, fmt.Sprint(v))
		if v != .9999 {
			c.text("tick a", x.at(logit(v)), height-bottom+18, fmt.Sprint(v))
		}
	}
	c.line("diagonal", x.from, y.from, x.to, y.to)
	c.text("axis", 0, 12, "true share")
	c.text("axis e", width-14, height-4, "probability by the model")
	for _, b := range bins {
		if b.pairs == 0 {
			continue
		}
		lo, hi := wilson(b.truth, b.pairs)
		at := x.at(logit(b.mean))
		c.line("whisker", at, y.at(logit(lo)), at, y.at(logit(hi)))
		c.circle("dot", at, y.at(logit(float64(b.truth)/float64(b.pairs))), 2.5+.9*math.Log10(float64(b.pairs)))
	}
	return c.figure("calibration", "Calibration of the probabilities",
		"For each range of probability, the share of its pairs that are one person in truth; on the diagonal the two are the same. The table has the numbers.", width, height)
}

// wilson returns the 95 % interval of a share.
func wilson(part, whole int64) (lo, hi float64) {
	const z = 1.96
	n, p := float64(whole), float64(part)/float64(whole)
	center := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return max(center-half, 0), min(center+half, 1)
}
