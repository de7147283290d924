package match

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/merge"
	"github.com/idem-health/idem/scoring"
)

// Reasons that a linkage gives beside those of its policy.
const (
	// ReasonOneToOne: the pair would be a match, but one of its records is better
	// linked to another one.
	ReasonOneToOne = "one-to-one"
	// ReasonSameSide: both records are of one side, which are never compared.
	ReasonSameSide = "same-side"
)

// Link decides which records of two sides belong to the same person, a record of
// the left with one of the right: what is within a side is taken to be settled,
// and no pair of one side is a candidate. Nothing else is different from
// [Dedupe]: the result is a pure function of the two sets of records, the policy
// and the model.
//
// A record is linked to one of the other side at most: of the matches that
// compete, those are followed that together weigh the most ([merge.Assign]). The
// others become possible, for the reason [ReasonOneToOne]. Where a side has
// several records of a person, Options.ManyToMany follows every match, and
// people may have several records of each side.
//
// The two sides may have records of one identity; [Result.FindOn] tells them
// apart. For a second pass ([Result.Golden]) the records of both sides are given
// as one sequence.
//
// Both sequences are begun before either is at its end: a profile is calibrated
// on both. They must not share the record that they yield.
func Link(ctx context.Context, left, right iter.Seq2[*patient.Record, error], o Options) (*Result, error) {
	r, err := newRun(o)
	if err != nil {
		return nil, err
	}
	r.reader.linkage = true
	r.oneToOne = !o.ManyToMany
	return r.all(ctx, r.both(left, right))
}

// both gives the records of the two sides, and says which side they are of: first
// the beginnings of both, as much as the profile is calibrated on.
func (r *run) both(left, right iter.Seq2[*patient.Record, error]) iter.Seq2[*patient.Record, error] {
	return func(yield func(*patient.Record, error) bool) {
		next, stop := iter.Pull2(right)
		defer stop()
		give := func(most int) (more bool) {
			for n := 0; most < 0 || n < most; n++ {
				rec, err, ok := next()
				if !ok {
					return true
				}
				if r.reader.side = 1; !yield(rec, err) {
					return false
				}
			}
			return true
		}
		if !give(calibrationSample / 2) {
			return
		}
		for rec, err := range left {
			if r.reader.side = 0; !yield(rec, err) {
				return
			}
		}
		give(-1)
	}
}

// sides notes the side of each row of a linkage.
func (r *run) sides() error {
	if !r.reader.linkage {
		return nil
	}
	r.right = make([]bool, r.table.Len())
	for row := range r.right {
		if r.right[row] = r.reader.right[r.table.Origin(row)]; r.right[row] {
			r.stats.Right++
		}
	}
	switch r.stats.Right {
	case 0:
		return fmt.Errorf("%w on the right side", ErrNoRecords)
	case len(r.right):
		return fmt.Errorf("%w on the left side", ErrNoRecords)
	}
	return nil
}

// allPairs returns how many pairs there are that could be candidates.
func (r *run) allPairs() float64 {
	n, right := float64(r.table.Distinct()), float64(r.stats.Right)
	if r.right != nil {
		return (n - right) * right
	}
	return n * (n - 1) / 2
}

// mask returns the rules by which two rows are a candidate pair.
func (r *run) mask(i, j uint32) uint64 {
	if r.right != nil && r.right[i] == r.right[j] {
		return 0
	}
	return r.index.Mask(i, j)
}

// countRandomCross is countRandom between two sides, each in the order of content:
// a row of the larger one and those of the other that stand a third of its length
// further on.
func (r *run) countRandomCross(ctx context.Context, c *scoring.Comparer) ([]scoring.PatternCount, error) {
	var large, small []uint32
	for row, right := range r.right {
		if right {
			large = append(large, uint32(row))
		} else {
			small = append(small, uint32(row))
		}
	}
	if len(large) < len(small) {
		large, small = small, large
	}
	n, m := len(large), len(small)
	want := min(randomPairs, max(fewPairs, (n+m)*perRecord))
	each, offset := min(want/n+1, max(1, m/3)), m/3+1
	counters := newCounters(c, r.workers)
	err := parallel(ctx, r.workers, randomTasks, func(worker, task int) error {
		counter, session := &counters[worker].Counter, counters[worker].session
		for at := n * task / randomTasks; at < n*(task+1)/randomTasks; at++ {
			i, first := large[at], int(int64(at)*int64(m)/int64(n))+offset
			for d := range each {
				j := small[(first+d)%m]
				counter.Add(session.Pattern(min(i, j), max(i, j)), 0)
			}
		}
		return nil
	})
	return merged(counters), err
}

// lowestCut is the least weight that a cut by estimated F1 can have.
const lowestCut = -2 * scoring.OneBit

// assigned counts the pairs that one-to-one would leave if every pair the policy
// lets match were one: what the cut is to be chosen among. The others are as good
// as known to be different people.
func (r *run) assigned(kept []candidate) *scoring.Histogram {
	cache := r.scorer.NewCache()
	var pairs []candidate
	for _, c := range kept {
		v := r.verdict(cache.Get(c.pattern), c.pattern, scoring.Weight(c.bonus))
		if c.weight >= lowestCut && v.ApplyAt(Match, c.weight) == Match {
			pairs = append(pairs, c)
		}
	}
	histogram := &scoring.Histogram{}
	for _, i := range r.choose(pairs, lowestCut) {
		histogram.Add(pairs[i].weight)
	}
	return histogram
}

// assign makes the matches possible that one-to-one does not leave, and counts
// them.
func (r *run) assign(pairs []decided) (rivals int64) {
	var matches []candidate
	var of []int
	for i := range pairs {
		// A placeholder's legal name is for the newborn rules to find.
		if p := &pairs[i]; p.decision == Match && !r.newborns.mixed(p.a, p.b) {
			matches, of = append(matches, pairs[i].candidate), append(of, i)
		}
	}
	chosen := r.choose(matches, min(r.matchCut, 0))
	for k, i := range of {
		if len(chosen) > 0 && chosen[0] == k {
			chosen = chosen[1:]
			continue
		}
		pairs[i].decision, pairs[i].rival = Possible, true
		rivals++
	}
	return rivals
}

// choose returns the places of the pairs that one-to-one leaves. A pair counts by
// what it weighs above least, which is not above 0, so that each counts for
// something.
func (r *run) choose(pairs []candidate, least scoring.Weight) []int {
	rank := r.ranks()
	edges := make([]merge.Edge, len(pairs))
	for k, c := range pairs {
		left, right := c.a, c.b
		if r.right[left] {
			left, right = right, left
		}
		edges[k] = merge.Edge{A: rank[left], B: rank[right], Weight: max(1, int32(c.weight-least)+1)}
	}
	return merge.Assign(edges)
}

// ranks numbers the rows by content, and rows of one content by identity instead
// of by arrival: of two equal records either could be linked, and it must be the
// same one in every run.
func (r *run) ranks() []uint32 {
	order := make([]uint32, r.table.Len())
	for row := range order {
		order[row] = uint32(row)
	}
	for from := 0; from < len(order); {
		digest, to := r.table.Digest(from), from+1
		for to < len(order) && r.table.Digest(to) == digest {
			to++
		}
		if to-from > 1 {
			slices.SortFunc(order[from:to], func(x, y uint32) int {
				a, b := r.table.Origin(int(x)), r.table.Origin(int(y))
				keys := r.reader.keys
				return cmp.Or(cmp.Compare(keys.sources[keys.source[a]], keys.sources[keys.source[b]]), bytes.Compare(keys.id(a), keys.id(b)))
			})
		}
		from = to
	}
	rank := make([]uint32, len(order))
	for at, row := range order {
		rank[row] = uint32(at)
	}
	return rank
}

// keepOneToOne takes those placeholders out of a report whose joining would give
// a person two records of one side, the less likely first, and returns them.
func (r *run) keepOneToOne(labels []uint32, report *merge.NewbornReport) (barred []merge.Resolution) {
	if !r.oneToOne {
		return nil
	}
	sides := map[uint32][2]int{} // records of each group on each side
	for row, label := range labels {
		count := sides[label]
		if r.right[row] {
			count[1]++
		} else {
			count[0]++
		}
		sides[label] = count
	}
	rank := r.ranks()
	order := slices.Clone(report.Resolved)
	slices.SortFunc(order, func(x, y merge.Resolution) int {
		return cmp.Or(cmp.Compare(y.Weight, x.Weight), cmp.Compare(rank[x.Row], rank[y.Row]), cmp.Compare(rank[x.With], rank[y.With]))
	})
	joined := map[uint32]bool{} // groups of placeholders that have joined their person
	report.Resolved = report.Resolved[:0]
	for _, x := range order {
		from := labels[x.Row]
		if !joined[from] && from != x.Person {
			a, b := sides[from], sides[x.Person]
			if a[0]+b[0] > 1 || a[1]+b[1] > 1 {
				barred = append(barred, x)
				continue
			}
			sides[x.Person] = [2]int{a[0] + b[0], a[1] + b[1]}
			joined[from] = true
		}
		report.Resolved = append(report.Resolved, x)
	}
	slices.SortFunc(report.Resolved, func(x, y merge.Resolution) int { return cmp.Compare(x.Row, y.Row) })
	return barred
}

// noteRivals makes the pairs say what one-to-one barred.
func (res *Result) noteRivals(barred []merge.Resolution) {
	for _, x := range barred {
		if p := res.find(min(x.Row, x.With), max(x.Row, x.With)); p != nil && !p.rival {
			res.run.count(p.decision, -1)
			p.decision, p.newborn, p.rival = Possible, 0, true
			res.run.count(Possible, 1)
			res.run.stats.Rivals++
		}
	}
}

// assignedEvidence is the evidence of the pairs that one-to-one leaves: all has
// been said of them.
func (res *Result) assignedEvidence(a, b uint32) merge.Evidence {
	if p := res.find(a, b); p != nil {
		return merge.Evidence{Weight: int32(p.weight), Candidate: true}
	}
	return merge.Evidence{}
}

// find returns a decided pair of two rows in ascending order, nil if there is none.
func (res *Result) find(i, j uint32) *decided {
	at, ok := slices.BinarySearchFunc(res.pairs, [2]uint32{i, j}, func(p decided, key [2]uint32) int {
		return cmp.Or(cmp.Compare(p.a, key[0]), cmp.Compare(p.b, key[1]))
	})
	if !ok {
		return nil
	}
	return &res.pairs[at]
}

// Linkage reports whether the result is of [Link].
func (res *Result) Linkage() bool { return res.run.right != nil }

// Side returns which side of a linkage record i is of: 0 is the left, 1 the right.
func (res *Result) Side(i int) int {
	if res.run.right != nil && res.run.right[i] {
		return 1
	}
	return 0
}

// ruled returns a pair that the newborn rules decided, nil if they did not.
func (res *Result) ruled(i, j uint32) *decided {
	if res.run.newborns == nil {
		return nil
	}
	if p := res.find(i, j); p != nil && p.newborn != 0 {
		return p
	}
	return nil
}

// settle returns what the newborn rules or a linkage made of a pair's decision,
// and their reason.
func (res *Result) settle(i, j uint32, d Decision) (Decision, string) {
	r := res.run
	if p := res.ruled(i, j); p != nil {
		return p.decision, newbornReasons[p.newborn]
	}
	switch {
	case r.right == nil:
		return d, ""
	case r.right[i] == r.right[j]:
		return No, ReasonSameSide
	case !r.oneToOne || d == No:
		return d, ""
	}
	if p := res.find(i, j); p != nil && p.rival {
		return Possible, ReasonOneToOne
	}
	return d, ""
}
