package report

import (
	"cmp"
	"slices"

	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/scoring"
)

const (
	samplesBeside = 3 // pairs shown on each side of a threshold
	samplesHeld   = 6 // pairs shown that the policy held back, one a rule
	samplesWrong  = 4 // pairs shown of each kind of error
)

// A sampleGroup chooses some of all pairs to show: those of the least distance,
// one for a pattern, so that no two of them tell the same story.
type sampleGroup struct {
	id, title, about string
	most             int
	// distance says how far a pair is from what the group shows; false: not at
	// all. Pairs of one slot stand for each other.
	distance func(*match.Scored, *patternFacts) (distance int64, slot uint64, ok bool)
	chosen   []sample
}

type sample struct {
	distance int64
	slot     uint64
	pair     match.Scored
}

func (a sample) compare(b sample) int {
	return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.pair.A, b.pair.A), cmp.Compare(a.pair.B, b.pair.B))
}

// offer takes a pair if it is among the nearest. What is chosen in the end
// does not depend on the order of the offers: a pair leaves only for as many
// nearer slots as there is room.
func (g *sampleGroup) offer(s *match.Scored, pf *patternFacts) {
	distance, slot, ok := g.distance(s, pf)
	if !ok || len(g.chosen) == g.most && distance > g.chosen[g.most-1].distance {
		return
	}
	c := sample{distance, slot, *s}
	if i := slices.IndexFunc(g.chosen, func(o sample) bool { return o.slot == slot }); i >= 0 {
		if c.compare(g.chosen[i]) >= 0 {
			return
		}
		g.chosen = slices.Delete(g.chosen, i, i+1)
	}
	at, _ := slices.BinarySearchFunc(g.chosen, c, sample.compare)
	g.chosen = slices.Insert(g.chosen, at, c)
	g.chosen = g.chosen[:min(len(g.chosen), g.most)]
}

// newSampleGroups returns the groups that every page has.
func newSampleGroups(f *facts) []sampleGroup {
	beside := func(cut scoring.Weight, above bool, want match.Decision) func(*match.Scored, *patternFacts) (int64, uint64, bool) {
		return func(s *match.Scored, _ *patternFacts) (int64, uint64, bool) {
			if (s.Weight >= cut) != above || s.Decision != want || want == match.Possible && s.Weight >= f.matchCut {
				return 0, 0, false
			}
			d := int64(s.Weight) - int64(cut)
			return max(d, -d), s.Pattern, true
		}
	}
	below := match.Possible
	if f.matchCut == f.possibleCut {
		below = match.No
	}
	groups := []sampleGroup{
		{id: "above-match", title: "The least sure matches", about: "Just above the weight from which on a pair is a match.", most: samplesBeside, distance: beside(f.matchCut, true, match.Match)},
		{id: "below-match", title: "Just short of a match", about: "Just below that weight.", most: samplesBeside, distance: beside(f.matchCut, false, below)},
	}
	if f.matchCut != f.possibleCut {
		groups = append(groups,
			sampleGroup{id: "above-possible", title: "The least sure possible pairs", about: "Just above the weight from which on a pair is possible.", most: samplesBeside, distance: beside(f.possibleCut, true, match.Possible)},
			sampleGroup{id: "below-possible", title: "Just not possible", about: "Just below that weight: decided no.", most: samplesBeside, distance: beside(f.possibleCut, false, match.No)})
	}
	return append(groups,
		sampleGroup{
			id: "held", title: "Held back by the policy", most: samplesHeld,
			about: "Heavy enough for a match, and not one by a rule or conflict of the policy; the heaviest pair of each.",
			distance: func(s *match.Scored, pf *patternFacts) (int64, uint64, bool) {
				if s.Best == match.Match || s.Weight < f.matchCut || len(pf.reasons) == 0 {
					return 0, 0, false
				}
				return -int64(s.Weight), uint64(pf.reasons[0]), true
			},
		},
		sampleGroup{
			id: "apart", title: "Matches that were not followed", most: samplesBeside,
			about: "Matches whose records are two people all the same, since a conflict or the other records of the two stand against it; the heaviest first.",
			distance: func(s *match.Scored, _ *patternFacts) (int64, uint64, bool) {
				return -int64(s.Weight), s.Pattern, s.Decision == match.Match && f.res.Person(int(s.A)) != f.res.Person(int(s.B))
			},
		})
}
