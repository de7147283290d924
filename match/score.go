package match

import (
	"cmp"
	"context"
	"slices"

	"github.com/idem-health/idem/scoring"
)

// A candidate is a scored pair worth keeping: one that may be a match or
// possible once the cuts are known.
type candidate struct {
	a, b    uint32
	weight  scoring.Weight
	rule    uint8
	bonus   uint16 // part of the weight that one-to-one gives, see [run.bonus]
	pattern scoring.Pattern
}

// keepWeight is the least weight a pair is kept at (odds of 1 to 64). Pairs
// that a floor of the policy lifts are kept whatever they weigh.
const keepWeight = -6 * scoring.OneBit

// scored is what one worker found.
type scored struct {
	kept      []candidate
	links     [][2]uint32 // of placeholders and legal names, whatever they weigh, that tell something
	histogram scoring.Histogram
	judge     *judge
	byRule    []int64
	pairs     int64
}

// score weighs every candidate pair and keeps those that may be decided other
// than no. The histogram counts the pairs that the policy lets match.
func (r *run) score(ctx context.Context) ([]candidate, *scoring.Histogram, error) {
	workers := make([]scored, r.workers)
	for w := range workers {
		workers[w].judge = r.newJudge()
		workers[w].byRule = make([]int64, len(r.index.Rules()))
	}
	var done progressCounter
	err := parallel(ctx, r.workers, r.shards, func(worker, shard int) error {
		w := &workers[worker]
		before := w.pairs
		err := r.index.Each(ctx, shard, r.shards, r.pairScorer(w, shard))
		r.progress(StageScore, done.add(w.pairs-before), r.estimate)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	var kept []candidate
	histogram := &scoring.Histogram{}
	patterns := map[scoring.Pattern]struct{}{}
	for w := range workers {
		kept = append(kept, workers[w].kept...)
		histogram.Merge(&workers[w].histogram)
		if r.newborns != nil {
			r.newborns.links = append(r.newborns.links, workers[w].links...)
		}
		r.stats.Candidates += workers[w].pairs
		for i, n := range workers[w].byRule {
			r.stats.Rules[i].NewPairs += n
		}
		for _, p := range workers[w].judge.cache.Patterns() {
			patterns[p] = struct{}{}
		}
	}
	r.stats.Patterns = len(patterns)
	slices.SortFunc(kept, func(x, y candidate) int { return cmp.Or(cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b)) })
	return kept, histogram, nil
}

// pairScorer returns what is done with each pair of a shard. What the training
// has compared is not compared again.
func (r *run) pairScorer(w *scored, shard int) func(i, j uint32, rule int, mask uint64) bool {
	if shard >= len(r.known) {
		return func(i, j uint32, rule int, _ uint64) bool {
			r.scorePair(w, w.judge.session.Pattern(i, j), i, j, rule)
			return true
		}
	}
	known := r.known[shard]
	r.known[shard] = nil
	return func(i, j uint32, rule int, _ uint64) bool {
		pattern := known[0]
		known = known[1:]
		r.scorePair(w, pattern, i, j, rule)
		return true
	}
}

func (r *run) scorePair(w *scored, pattern scoring.Pattern, i, j uint32, rule int) {
	w.pairs++
	w.byRule[rule]++
	sc, weight := w.judge.weighPattern(pattern, i, j)
	if sc.Verdict.ApplyAt(scoring.Match, weight) == scoring.Match {
		w.histogram.Add(weight)
	}
	kept := keeps(weight, &sc.Verdict)
	if r.newborns.mixed(i, j) {
		if p := w.judge.newbornOf(i, j, sc, weight); tells(&p, kept) {
			w.links = append(w.links, [2]uint32{i, j})
		}
	}
	if !kept {
		return
	}
	w.kept = append(w.kept, candidate{a: i, b: j, weight: weight, rule: uint8(rule), pattern: pattern})
}

// keeps reports whether a pair may be decided other than no.
func keeps(weight scoring.Weight, v *scoring.Verdict) bool {
	return (weight >= keepWeight || v.Floor) && v.Apply(Match) != No
}
