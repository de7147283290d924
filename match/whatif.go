package match

import (
	"slices"

	"github.com/idem-health/idem/scoring"
)

// A Change is one comparison of a pair having come out otherwise, and what would
// have become of the pair.
type Change struct {
	Comparison int   // of the model
	Level      uint8 // it would have
	Weight     scoring.Weight
	Decision   Decision
	Rules      []string // of the policy, that would fire
}

// Changes scores a pair anew for every comparison and every other level it could
// have, one at a time, in the order of the model: which of them would change the
// decision, and how near it was. What the pair agrees on exactly keeps its
// frequency; a value that would be agreed on is taken for one of middling
// frequency, since it is not known which. Not every change could come about:
// values that are exchanged between two fields change the levels of both.
//
// There is no change to tell where the newborn rules decided: they do not go by
// levels.
func (res *Result) Changes(a, b int) []Change {
	r := res.run
	i, j := uint32(min(a, b)), uint32(max(a, b))
	if res.ruled(i, j) != nil {
		return nil
	}
	pattern := r.comparer.Pattern(i, j)
	frequencies := r.frequencer.Weights(i, j)
	sc := r.scorer.Score(pattern)
	bonus := r.bonus(i, j, r.scorer.Weight(&sc, frequencies), &sc.Verdict)
	space, comparisons := r.scorer.Space(), r.model.Scoring.Comparisons
	levels := space.AppendLevels(nil, pattern)
	var changes []Change
	for c, now := range levels {
		own := frequencies
		for k, f := range r.model.Scoring.Frequencies {
			if f.Comparison == comparisons[c].Name {
				own[k] = 0
			}
		}
		other := slices.Clone(levels)
		for level := range uint8(len(comparisons[c].Levels())) {
			if level == now {
				continue
			}
			other[c] = level
			p := space.Pattern(other)
			sc := r.scorer.Score(p)
			v := r.verdict(&sc, p, bonus)
			change := Change{Comparison: c, Level: level, Weight: r.scorer.Weight(&sc, own) + bonus}
			change.Rules = r.scorer.VerdictReasons(v.At(change.Weight))
			change.Decision, _ = res.settle(i, j, r.decide(change.Weight, &v))
			changes = append(changes, change)
		}
	}
	return changes
}
