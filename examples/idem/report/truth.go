package report

import (
	"context"
	"slices"

	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/evaluate"
)

// mostTruePairs bounds the pairs whose fate is told one by one.
const mostTruePairs = 3_000_000

// A cause says why a true pair is no match.
type cause uint8

const (
	causeNoCandidate cause = iota // no blocking rule found it
	causeWeight                   // below the cut
	causePolicy                   // heavy enough, held back by the policy
	causeApart                    // a match that was not followed
	numCauses
)

var causeNames = [numCauses]string{
	"No blocking rule found the pair",
	"Weighs less than a match",
	"Held back by the policy",
	"A match, not followed when people were made",
}

// truthFacts is a result held against the truth.
type truthFacts struct {
	pairs, people evaluate.Score

	falsePairs, falsePeople [numKinds]int64  // false links: decided a match; sharing a person
	missed, rescued         [numCauses]int64 // true pairs by cause; of those, in one person anyway
	capped                  bool             // there are too many true pairs to tell their causes

	wrong, lost sampleGroup // false links by the heaviest, missed pairs likewise
}

func (f *facts) gatherTruth(ctx context.Context) (*truthFacts, error) {
	t := &truthFacts{}
	res, truth := f.res, f.in.Truth
	t.pairs = evaluate.Pairs(truth, func(yield func(int, int) bool) {
		for p := range res.Pairs() {
			if p.Decision == match.Match && !yield(int(p.A), int(p.B)) {
				return
			}
		}
	})
	given := make([]int32, res.Records())
	for i := range given {
		given[i] = int32(res.Person(i))
	}
	t.people = evaluate.Clusters(truth, given)
	heaviest := func(s *match.Scored, _ *patternFacts) (int64, uint64, bool) { return -int64(s.Weight), s.Pattern, true }
	t.wrong = sampleGroup{id: "wrong", title: "False links", about: "Matches of different people by the truth, the heaviest first.", most: samplesWrong, distance: heaviest}
	t.lost = sampleGroup{id: "missed", title: "Missed pairs", about: "Candidate pairs of one person by the truth that are no match, the heaviest first.", most: samplesWrong, distance: heaviest}
	judge := res.Judge()
	t.falseLinks(f, judge)
	return t, t.missedPairs(ctx, f, judge)
}

// falseLinks counts matches, and pairs within people, that are not one person.
func (t *truthFacts) falseLinks(f *facts, judge func(a, b int) match.Scored) {
	truth := f.in.Truth
	differ := func(a, b int) bool { return truth[a] >= 0 && truth[b] >= 0 && truth[a] != truth[b] }
	for p := range f.res.Pairs() {
		if p.Decision != match.Match || !differ(int(p.A), int(p.B)) {
			continue
		}
		s := judge(int(p.A), int(p.B))
		pf := f.pattern(s.Pattern)
		t.falsePairs[pf.kind]++
		t.wrong.offer(&s, pf)
	}
	for p := range f.res.Persons() {
		members := f.res.Members(p)
		for i, a := range members {
			for _, b := range members[i+1:] {
				if differ(int(a), int(b)) {
					t.falsePeople[f.pattern(judge(int(a), int(b)).Pattern).kind]++
				}
			}
		}
	}
}

// missedPairs finds out why true pairs are no match.
func (t *truthFacts) missedPairs(ctx context.Context, f *facts, judge func(a, b int) match.Scored) error {
	if t.capped = t.pairs.Actual > mostTruePairs; t.capped {
		return nil
	}
	order := make([]int32, 0, len(f.in.Truth))
	for i, p := range f.in.Truth {
		if p >= 0 {
			order = append(order, int32(i))
		}
	}
	slices.SortStableFunc(order, func(a, b int32) int { return int(f.in.Truth[a]) - int(f.in.Truth[b]) })
	for from := 0; from < len(order); {
		to := from
		for to < len(order) && f.in.Truth[order[to]] == f.in.Truth[order[from]] {
			to++
		}
		for i, a := range order[from:to] {
			for _, b := range order[from+i+1 : to] {
				t.fate(f, judge(int(a), int(b)))
			}
		}
		from = to
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// fate counts a true pair.
func (t *truthFacts) fate(f *facts, s match.Scored) {
	same := f.res.Person(int(s.A)) == f.res.Person(int(s.B))
	var c cause
	switch {
	case s.Rule < 0:
		c = causeNoCandidate
	case s.Decision == match.Match && same:
		return
	case s.Decision == match.Match:
		c = causeApart
	case s.Weight >= f.matchCut:
		c = causePolicy
	default:
		c = causeWeight
	}
	t.missed[c]++
	if same {
		t.rescued[c]++
	}
	if c == causeWeight || c == causePolicy {
		t.lost.offer(&s, f.pattern(s.Pattern))
	}
}

// A point of the precision-recall curve.
type prPoint struct{ bits, precision, recall float64 }

// curve returns precision and recall of every cut, from the surest on. With
// policy, pairs that it does not let match are never predicted.
func (f *facts) curve(actual int64, policy bool) []prPoint {
	var points []prPoint
	var predicted, hits int64
	for i := numBins - 1; i >= 0; i-- {
		b := &f.bins[i]
		if b.known == 0 {
			continue
		}
		if policy {
			predicted += b.freeKnown
			hits += b.truthFree
		} else {
			predicted += b.known
			hits += b.truth
		}
		if predicted == 0 {
			continue
		}
		points = append(points, prPoint{binBits(i), float64(hits) / float64(predicted), float64(hits) / f.share / float64(max(actual, 1))})
	}
	return points
}

// A calibration bin holds pairs whose probability lies in a range.
type calibrationBin struct {
	lo, hi       float64
	pairs, truth int64
	mean         float64 // of the probabilities
}

// calibration bins are narrow at both ends, where the pairs are.
var calibrationEdges = []float64{0, .001, .01, .05, .1, .2, .3, .4, .5, .6, .7, .8, .9, .95, .99, .999, .9999, 1}

func (f *facts) calibration() []calibrationBin {
	var bins []calibrationBin
	for i := 1; i < len(calibrationEdges); i++ {
		bins = append(bins, calibrationBin{lo: calibrationEdges[i-1], hi: calibrationEdges[i]})
	}
	at := 0
	for i := range f.bins {
		b := &f.bins[i]
		if b.known == 0 {
			continue
		}
		mean := b.probability / float64(b.known)
		for at < len(bins)-1 && mean >= bins[at].hi {
			at++
		}
		bins[at].pairs += b.known
		bins[at].truth += b.truth
		bins[at].mean += b.probability
	}
	for i := range bins {
		if bins[i].pairs > 0 {
			bins[i].mean /= float64(bins[i].pairs)
		}
	}
	return bins
}
