package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/evaluate"
	"github.com/idem-health/idem/scoring"
)

// calibrationBin is how many pairs a bin of the reliability table has at least:
// a share of a thousand pairs is known to about two parts in a hundred.
const calibrationBin = 1000

// calibrationEdges are where bins may begin; one with too few pairs goes on to
// the next.
var calibrationEdges = []float64{0, .0001, .001, .01, .05, .1, .2, .3, .4, .5, .6, .7, .8, .9, .95, .99, .999, .9999}

// A weightCount counts the candidates of one weight: all, and of one person.
type weightCount struct{ pairs, same int64 }

// A calibration compares the probabilities of a run with the truth, over all
// candidates. A sealed adoption is one person here: that none may link the two
// is the policy's business.
type calibration struct {
	weights []scoring.Weight // ascending
	counts  map[scoring.Weight]weightCount
	decided evaluate.Score // of the run's own decisions
	actual  int64
}

func (t *trial) calibrate(ctx context.Context) (*calibration, error) {
	c := &calibration{counts: map[scoring.Weight]weightCount{}}
	records := map[uint64]int64{}
	for i := range t.person {
		person := t.truth(i).Person
		c.actual += records[person]
		records[person]++
	}
	c.decided.Actual = c.actual
	_, err := t.result.Candidates(ctx, 0, func(s match.Scored) bool {
		n := c.counts[s.Weight]
		n.pairs++
		same := t.truth(int(s.A)).Person == t.truth(int(s.B)).Person
		if same {
			n.same++
		}
		c.counts[s.Weight] = n
		if s.Decision == match.Match {
			c.decided.Predicted++
			if same {
				c.decided.TruePositive++
			}
		}
		return true
	})
	for weight := range c.counts {
		c.weights = append(c.weights, weight)
	}
	slices.Sort(c.weights)
	return c, err
}

// A reliabilityBin holds the candidates of a range of probabilities.
type reliabilityBin struct {
	from, to    float64
	pairs, same int64
	sum         float64 // of the probabilities
}

func (b *reliabilityBin) error() float64 {
	return b.sum/float64(b.pairs) - float64(b.same)/float64(b.pairs)
}

func (c *calibration) bins() []reliabilityBin {
	var bins []reliabilityBin
	edge := 0
	for _, weight := range c.weights {
		p := weight.Probability()
		for edge < len(calibrationEdges) && calibrationEdges[edge] <= p {
			edge++
		}
		from := calibrationEdges[edge-1]
		if k := len(bins) - 1; k < 0 || bins[k].pairs >= calibrationBin && from >= bins[k].to {
			bins = append(bins, reliabilityBin{from: from})
		}
		b := &bins[len(bins)-1]
		if b.to = 1; edge < len(calibrationEdges) {
			b.to = calibrationEdges[edge]
		}
		n := c.counts[weight]
		b.pairs, b.same, b.sum = b.pairs+n.pairs, b.same+n.same, b.sum+p*float64(n.pairs)
	}
	return bins
}

// brier is the mean square error of the probabilities, and what it would be had
// every candidate the same one.
func (c *calibration) brier() (score, flat float64) {
	pairs, same := 0.0, 0.0
	for _, weight := range c.weights {
		n, p := c.counts[weight], weight.Probability()
		right, wrong := float64(n.same), float64(n.pairs-n.same)
		score += right*(1-p)*(1-p) + wrong*p*p
		pairs, same = pairs+float64(n.pairs), same+right
	}
	return score / pairs, same / pairs * (1 - same/pairs)
}

// oracle is the best F1 that a cut through the weights gives, and where it is.
func (c *calibration) oracle() (f1 float64, cut scoring.Weight) {
	score := evaluate.Score{Actual: c.actual}
	for _, weight := range slices.Backward(c.weights) {
		n := c.counts[weight]
		score.Predicted, score.TruePositive = score.Predicted+n.pairs, score.TruePositive+n.same
		if got := score.F1(); got > f1 {
			f1, cut = got, weight
		}
	}
	return f1, cut
}

func calibrationGrid() *grid {
	return &grid{
		Title: "calibration over all candidates, and the cut against the one that labels would choose",
		Head:  []string{"set", "run", "candidates", "same", "Brier", "flat Brier", "mean error", "F1 at default", "oracle F1", "default cut", "oracle cut"},
	}
}

// addCalibration adds a run. The mean error is that of the bins, by their size.
func addCalibration(g *grid, t *trial, c *calibration) {
	brier, flat := c.brier()
	off, pairs, same := 0.0, int64(0), int64(0)
	for _, b := range c.bins() {
		off += math.Abs(b.error()) * float64(b.pairs)
		pairs, same = pairs+b.pairs, same+b.same
	}
	f1, cut := c.oracle()
	own, _ := t.result.Cuts()
	g.add(t.world.name, t.name, fmt.Sprint(pairs), fmt.Sprint(same), fraction(brier), fraction(flat), fraction(off/float64(pairs)),
		fraction(c.decided.F1()), fraction(f1), fmt.Sprintf("%.1f", own.Bits()), fmt.Sprintf("%.1f", cut.Bits()))
}

// printReliability prints the table of one run.
func printReliability(w io.Writer, t *trial, c *calibration) {
	g := &grid{
		Title: t.world.name + ", " + t.name + ": probabilities and what came of them, in bins of 1,000 pairs or more",
		Head:  []string{"from", "to", "pairs", "mean probability", "one person", "off by"},
	}
	for _, b := range c.bins() {
		g.add(fmt.Sprintf("%.4f", b.from), fmt.Sprintf("%.4f", b.to), fmt.Sprint(b.pairs), fraction(b.sum/float64(b.pairs)),
			ratio(b.same, b.pairs), fmt.Sprintf("%+.4f", b.error()))
	}
	fmt.Fprintln(w)
	g.text(w)
}
