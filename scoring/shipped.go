package scoring

import (
	"fmt"
	"math"

	"github.com/idem-health/idem/match/patient"
)

// A ShippedWeights holds weights that were not fitted to any file: what each
// comparison level is worth in general. They sum to the weight of a pair.
type ShippedWeights struct {
	Comparisons []Comparison
	Levels      [][]Weight // of each comparison, for each of its levels; "missing" is 0
	Prior       Weight     // added to the sum, it gives log-odds: the rarity of pairs of one person
}

// Sum returns the sum of the weights of a comparison vector, prior left out.
func (s *ShippedWeights) Sum(levels Levels) Weight {
	var sum Weight
	for c, l := range levels {
		sum += s.Levels[c][l]
	}
	return sum
}

// A shippedLevel is the weight of a level, in bits.
type shippedLevel struct {
	name string
	bits float64
}

// doseBits is what an identical dose, the same lot on the same day, weighs:
// pairs of one person share a dose twelve times as often as others.
const doseBits = 3.6

// iisBits are weights for log2 of m/u as the literature has them. They are
// generic on purpose: the rules of the policy carry the outcome, and drawing
// each weight between .8 and 1.2 of itself hardly changes it. A swap weighs as much
// as what may be found in its place when the given name is taken away: an alias and
// a slip of the family name.
var iisBits = map[string][]shippedLevel{
	"given": {{"exact", 6.5}, {"nickname", 4.5}, {"swap", 8.5}, {"midswap", 4}, {"alias", 4}, {"subset", 3}, {"slip", 4},
		{"initial", 2}, {"prefix", 2.5}, {"partial", -5}, {"close", -5}, {"near", -5}, {"far", -5}, {"differs", -5}},
	"family": {{"exact", 7}, {"part", 4.5}, {"slip", 4.5}, {"prefix", 3}, {"other", 2},
		{"close", -5}, {"near", -5}, {"far", -5}, {"renamed", -5}, {"differs", -5}},
	"middle": {{"exact", 4}, {"initial", 1}, {"slip", 2}, {"given", 1}, {"differs", -3}},
	"birth_date": {{"exact", 11}, {"swapped", 5}, {"day", 4.5}, {"digit", 3}, {"year", 1}, {"month", 1},
		{"two", -7}, {"osa2", -7}, {"sameyear", -7}, {"generation", -7}, {"differs", -7}},
	"sex":               {{"exact", 1}, {"differs", -4}},
	"suffix":            {{"exact", 2}, {"differs", -5}},
	"multiple":          {{"agree", 2}, {"orderless", 0}, {"oneside", 0}, {"status", -4}, {"conflict", -10}},
	"ssn":               {{"exact", 10}, {"osa1", 6}, {"osa2", -4}, {"differs", -4}},
	"medicaid":          {{"exact", 10}, {"osa1", 5}, {"differs", -4}},
	"mrn":               {{"exact", 10}, {"differs", -1}},
	"student_id":        {{"exact", 10}, {"differs", -1}},
	"birth_certificate": {{"exact", 10}, {"differs", -1}},
	"phone":             {{"exact", 7}, {"near", 3}, {"differs", -1.5}},
	"address":           {{"same", 7}, {"near", 5}, {"zip", 2}, {"zipnear", 1}, {"differs", -2}},
	"guardian":          {{"full", 5}, {"given", 3.5}, {"family", 1}, {"differs", -2}},
	"mother_maiden":     {{"exact", 5}, {"slip", 3}, {"differs", -2}},
	"doses": {{"five", 5 * doseBits}, {"four", 4 * doseBits}, {"three", 3 * doseBits}, {"two", 2 * doseBits}, {"one", doseBits},
		{"disjoint", -2.5}},
}

// evenOdds is the sum of weights at which both are as likely one person as two:
// one pair in a million is of one person.
const evenOdds = 20

// ShippedIIS returns the weights of the preset iis, for [IISComparisons].
func ShippedIIS() *ShippedWeights {
	s := &ShippedWeights{Comparisons: IISComparisons(), Prior: -evenOdds * OneBit}
	for _, c := range s.Comparisons {
		weights := make([]Weight, len(c.Levels()))
		for _, l := range iisBits[c.Name] {
			i, _ := c.Level(l.name) // a test checks the names
			weights[i] = Weight(math.Round(l.bits * float64(OneBit)))
		}
		s.Levels = append(s.Levels, weights)
	}
	return s
}

// A PairDecider decides single pairs with shipped weights: without a file to
// fit a model to, and without training. It is immutable and safe for concurrent
// use.
type PairDecider struct {
	weights         *ShippedWeights
	policy          *CompiledPolicy
	match, possible Weight // sums from which on a pair is one
	candidates      int    // the comparison of that kind, -1 without
}

// NewPairDecider binds shipped weights to a policy.
func NewPairDecider(w *ShippedWeights, p Policy) (*PairDecider, error) {
	if len(w.Levels) != len(w.Comparisons) {
		return nil, fmt.Errorf("scoring: shipped weights: %d lists for %d comparisons", len(w.Levels), len(w.Comparisons))
	}
	d := &PairDecider{weights: w, candidates: -1}
	for i, c := range w.Comparisons {
		if n := len(c.Levels()); n == 0 || len(w.Levels[i]) != n || w.Levels[i][0] != 0 {
			return nil, fmt.Errorf("scoring: shipped weights of %q: want one for each of %d levels, 0 for missing", c.Name, n)
		}
		if c.Kind == KindCandidates {
			d.candidates = i
		}
	}
	var err error
	if d.policy, err = p.Compile(w.Comparisons); err != nil {
		return nil, err
	}
	bits := func(t Threshold) Weight { return clampWeight(t.ShippedBits, 8*maxWeight) }
	d.match, d.possible = bits(p.Thresholds.Match), bits(p.Thresholds.Possible)
	return d, nil
}

// A PairDecision is what became of one pair.
type PairDecision struct {
	Decision    Decision
	Weight      Weight // log-odds
	Probability float64
	Reasons     []string // rules and conflicts of the policy that fired, by id
	Levels      Levels   // of the weights' comparisons
	Verdict     Verdict
}

// Decide decides whether two records are one person. Candidates is how many
// records on file fit the first one, the second included; 0 if that is not
// known.
func (d *PairDecider) Decide(a, b *patient.Normalized, candidates int) PairDecision {
	levels := Reference(d.weights.Comparisons, a, b)
	if d.candidates >= 0 {
		levels[d.candidates] = CandidatesLevel(candidates)
	}
	return d.decide(levels)
}

func (d *PairDecider) decide(levels Levels) PairDecision {
	sum := d.weights.Sum(levels)
	out := PairDecision{Levels: levels, Weight: sum + d.weights.Prior, Verdict: d.policy.Judge(levels)}
	switch {
	case sum >= d.match:
		out.Decision = Match
	case sum >= d.possible:
		out.Decision = Possible
	}
	out.Decision = out.Verdict.Apply(out.Decision)
	out.Probability = out.Weight.Probability()
	out.Reasons = d.policy.Reasons(out.Verdict)
	return out
}

// CandidatesLevel returns the level of the comparison of kind
// [KindCandidates] for a number of candidates, 0 if that is not known.
func CandidatesLevel(n int) uint8 {
	switch {
	case n <= 0:
		return 0
	case n == 1:
		return candidatesOne
	}
	return candidatesSeveral
}
