package match

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"math"
	"math/bits"
	"slices"

	"github.com/idem-health/idem/blocking"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/scoring"
)

const (
	// suggestPairs is how many pairs of the whole catalogue are looked at; of more
	// a part of the keys is. Half of the pairs of a file of 100,000 records was too
	// few to tell rules apart that find a thousandth more or less.
	suggestPairs = 12_000_000

	// shareUnit is the probability that counts as one pair: whole numbers add up
	// to the same sum in any order.
	shareUnit = 1 << 16

	// leastGain is the part of the expected pairs of one person that a rule must
	// find anew, or alone, to be worth its blocks.
	leastGain = 2e-5
)

// A Suggestion is a set of blocking rules chosen for the records at hand, without
// labels: what each costs is counted, what each finds is expected. A pair of the
// catalogue's candidates counts as a pair of one person by the probability that
// the model fitted to these records gives it, if that is one half or more. Those
// that no rule of the catalogue finds are not seen; how many they are is estimated
// from how well rules that read different fields find the same pairs (capture and
// recapture).
//
// What the model cannot tell apart, it cannot count: where it takes two records
// of one person for strangers, no rule is credited with finding them. So the
// recall expected here is of the pairs that a run could know, and the true one of
// poor records is lower; but what a run cannot know costs it nothing to miss.
type Suggestion struct {
	Records int
	Share   float64 // part of the pairs of the catalogue that was looked at; 1 is all
	Same    float64 // expected pairs of one person, those that no rule finds included
	Unseen  float64 // of them, those that no rule of the catalogue is expected to find

	Rules     []SuggestedRule // in the order they were chosen
	Default   RuleSet         // what a run would use of itself
	Catalogue RuleSet         // everything there was to choose from

	run     *run
	initial []blocking.Rule // of Default
}

// A SuggestedRule is a rule with what it costs and what it is expected to find.
type SuggestedRule struct {
	blocking.Rule
	Pairs    int64 // of the rule alone
	NewPairs int64 // found by none of the rules before it

	Recall     float64 // expected part of the pairs of one person, of this rule alone
	Cumulative float64 // of this rule and all before it

	TrueRecall, TrueCumulative float64 // once [Suggestion.Measure] was told the truth
}

// A RuleSet is a set of rules with what they cost and are expected to find
// together.
type RuleSet struct {
	Rules      int
	Pairs      int64
	Recall     float64
	TrueRecall float64 // see [Suggestion.Measure]
}

// SuggestRules chooses blocking rules for the records: from a catalogue of rules
// over the columns that are there, one after another the rule that is expected to
// find the most further pairs of one person for each further pair it costs, while
// that is worth it and no more pairs come together than Options.MaxPairs; 0 means
// as many as the default rules give. What became superfluous is taken out again.
// Where no choice is expected to do better than the default rules and these are
// within the bound, they are the suggestion.
//
// Options.Rules, where there are any, stand for the default rules. Options.Model
// is of no use here: a model is fitted to the records.
func SuggestRules(ctx context.Context, records iter.Seq2[*patient.Record, error], o Options) (*Suggestion, error) {
	given := o.Rules
	o.Model, o.Rules = nil, blocking.Catalogue(func(patient.Field) bool { return true })
	o.Rules = append(o.Rules, given...) // so that the table has their columns
	r, err := newRun(o)
	if err != nil {
		return nil, err
	}
	steps := []struct {
		stage Stage
		do    func(context.Context) error
	}{
		{StageRead, func(ctx context.Context) error { return r.read(ctx, records) }},
		{StageBlock, r.block},
		{StageTrain, r.fit},
	}
	for _, s := range steps {
		if err := r.timed(s.stage, func() error { return s.do(ctx) }); err != nil {
			return nil, err
		}
		r.o.Rules, r.o.MaxPairs = given, 0
	}
	s := &Suggestion{Records: r.table.Len(), run: r, initial: given}
	if given == nil {
		s.initial = blocking.Default(r.has, r.table.Len())
	}
	return s, r.timed(StageScore, func() error { return s.choose(ctx, o.MaxPairs) })
}

// choose counts the catalogue's candidates and chooses among its rules.
func (s *Suggestion) choose(ctx context.Context, most int64) error {
	rules := s.catalogue()
	index, err := blocking.Build(ctx, s.run.table, rules, blocking.Options{MaxPairs: math.MaxInt64, AllPairs: -1})
	if err != nil {
		return err
	}
	seen, err := s.run.shares(ctx, index)
	if err != nil {
		return err
	}
	s.Share = seen.share
	var initial uint64
	for k, rule := range rules {
		if k < len(s.initial) && rule.Name == s.initial[k].Name {
			initial |= 1 << k
		}
	}
	found := seen.found(^uint64(0))
	s.Unseen = seen.unseen(rules) / shareUnit / s.Share
	s.Same = float64(found.same)/shareUnit/s.Share + s.Unseen
	set := func(chosen uint64) RuleSet {
		f := seen.found(chosen)
		return RuleSet{Rules: bits.OnesCount64(chosen), Pairs: s.pairs(f), Recall: s.recall(f)}
	}
	s.Default, s.Catalogue = set(initial), set(allRules(rules))
	alone, _ := index.Estimate()
	covered := uint64(0)
	budget := seen.found(initial).pairs
	if most > 0 {
		budget = uint64(float64(most) * s.Share)
	}
	for _, k := range seen.choose(len(rules), initial, budget) {
		before := seen.found(covered)
		covered |= 1 << k
		now := seen.found(covered)
		s.Rules = append(s.Rules, SuggestedRule{
			Rule: rules[k], Pairs: alone[k], NewPairs: s.pairs(now) - s.pairs(before),
			Recall: s.recall(seen.found(1 << k)), Cumulative: s.recall(now),
		})
	}
	return nil
}

// catalogue returns the rules to choose from, those of the default first.
func (s *Suggestion) catalogue() []blocking.Rule {
	rules := slices.Clone(s.initial)
	for _, rule := range blocking.Catalogue(s.run.has) {
		known := slices.ContainsFunc(rules, func(r blocking.Rule) bool { return r.Name == rule.Name })
		if !known && len(rules) < blocking.MaxRules {
			rules = append(rules, rule)
		}
	}
	return rules
}

func allRules(rules []blocking.Rule) uint64 { return ^uint64(0) >> (64 - len(rules)) }

// pairs is the number of pairs of the whole file that a count of a part stands
// for.
func (s *Suggestion) pairs(t tally) int64 { return int64(math.Round(float64(t.pairs) / s.Share)) }

func (s *Suggestion) recall(t tally) float64 {
	if s.Same == 0 {
		return 1
	}
	return float64(t.same) / shareUnit / s.Share / s.Same
}

// Records are numbered as those of a [Result].

// Key returns the identity of record i.
func (s *Suggestion) Key(i int) Key { return s.run.reader.keys.key(s.run.table.Origin(i)) }

// Blocking returns the suggested rules, as [Options].Rules takes them.
func (s *Suggestion) Blocking() []blocking.Rule {
	rules := make([]blocking.Rule, len(s.Rules))
	for k, r := range s.Rules {
		rules[k] = r.Rule
	}
	return rules
}

// Measure fills in what the rules, and the default ones, truly find. truth has
// the person of each record, negative where it is not known.
func (s *Suggestion) Measure(ctx context.Context, truth []int32) error {
	if len(truth) != s.Records {
		return fmt.Errorf("match: the truth of %d records, there are %d", len(truth), s.Records)
	}
	added := make([]int32, s.run.reader.keys.len())
	for i := range added {
		added[i] = -1
	}
	for row, person := range truth {
		added[s.run.table.Origin(row)] = person
	}
	measure := func(rules []blocking.Rule) (*blocking.Report, error) {
		index, err := blocking.Build(ctx, s.run.table, rules, blocking.Options{MaxPairs: math.MaxInt64, AllPairs: -1})
		if err != nil {
			return nil, err
		}
		return index.Analyze(ctx, added)
	}
	report, err := measure(s.Blocking())
	if err != nil {
		return err
	}
	for k := range s.Rules {
		s.Rules[k].TrueRecall, s.Rules[k].TrueCumulative = report.Rules[k].Recall, report.Rules[k].Cumulative
	}
	if report, err = measure(s.initial); err != nil {
		return err
	}
	s.Default.TrueRecall = report.Recall()
	return nil
}

// A tally counts pairs, and the pairs of one person that are expected among them.
type tally struct {
	pairs uint64
	same  uint64 // in shareUnit
}

func (t *tally) add(u tally) { t.pairs += u.pairs; t.same += u.same }

// rate is the pairs of one person for each pair.
func (t tally) rate() float64 {
	if t.pairs == 0 {
		return 0
	}
	return float64(t.same) / float64(t.pairs)
}

// seenPairs are the pairs of the catalogue by the rules that found them.
type seenPairs struct {
	masks []maskTally // by mask, ascending
	share float64     // part of the pairs that was looked at
}

type maskTally struct {
	mask uint64
	tally
}

// shares weighs every candidate pair of the index.
func (r *run) shares(ctx context.Context, index *blocking.Index) (*seenPairs, error) {
	tasks := shards
	if _, pairs := index.Estimate(); pairs > suggestPairs {
		tasks = max(1, int(float64(shards)*suggestPairs/float64(pairs)))
	}
	type counted struct {
		cache *scoring.Cache
		by    map[uint64]*tally
	}
	workers := make([]counted, r.workers)
	for w := range workers {
		workers[w] = counted{r.scorer.NewCache(), map[uint64]*tally{}}
	}
	var done progressCounter
	err := parallel(ctx, r.workers, tasks, func(worker, shard int) error {
		w := &workers[worker]
		err := index.Each(ctx, shard, shards, func(i, j uint32, _ int, mask uint64) bool {
			t := w.by[mask]
			if t == nil {
				t = &tally{}
				w.by[mask] = t
			}
			t.pairs++
			sc := w.cache.Get(r.comparer.Pattern(i, j))
			weight := sc.Weight
			if sc.Frequency != 0 {
				weight = r.scorer.Weight(sc, r.frequencer.Weights(i, j))
			}
			if weight >= 0 { // of the others none would be joined, found or not
				t.same += uint64(math.Round(weight.Probability() * shareUnit))
			}
			return true
		})
		r.progress(StageScore, done.add(1), int64(tasks))
		return err
	})
	if err != nil {
		return nil, err
	}
	all := map[uint64]tally{}
	for _, w := range workers {
		for mask, t := range w.by {
			sum := all[mask]
			sum.add(*t)
			all[mask] = sum
		}
	}
	s := &seenPairs{share: float64(tasks) / shards}
	for mask, t := range all {
		s.masks = append(s.masks, maskTally{mask, t})
	}
	slices.SortFunc(s.masks, func(a, b maskTally) int { return cmp.Compare(a.mask, b.mask) })
	return s, nil
}

// found counts the pairs that any of the rules finds.
func (s *seenPairs) found(rules uint64) (sum tally) {
	for _, m := range s.masks {
		if m.mask&rules != 0 {
			sum.add(m.tally)
		}
	}
	return sum
}

// unseen estimates the expected pairs of one person that no rule finds. A rule
// and all those that read none of its fields are two captures: of what the others
// find, the rule finds a part, and it is taken to find the same part of
// everything. Records that were changed in one field are likelier to be changed
// in another, so this is too few rather than too many.
func (s *seenPairs) unseen(rules []blocking.Rule) float64 {
	all := float64(s.found(^uint64(0)).same)
	best, most := 0.0, uint64(0)
	for k, rule := range rules {
		others := uint64(0)
		for l, other := range rules {
			if disjoint(rule, other) {
				others |= 1 << l
			}
		}
		var both, one, two uint64
		for _, m := range s.masks {
			in, out := m.mask>>k&1 != 0, m.mask&others != 0
			if in {
				one += m.same
			}
			if out {
				two += m.same
			}
			if in && out {
				both += m.same
			}
		}
		if both > most {
			most = both
			best = float64(one) * float64(two) / float64(both)
		}
	}
	return max(0, best-all)
}

// disjoint reports whether two rules read different fields. A full name holds the
// given and the family name.
func disjoint(a, b blocking.Rule) bool {
	return !slices.ContainsFunc(a.KeyFields(), func(f patient.Field) bool {
		return related(f, b.KeyFields()) || slices.ContainsFunc(b.KeyFields(), func(g patient.Field) bool { return related(g, []patient.Field{f}) })
	})
}

// choose returns the rules to use, best first, that have no more pairs than the
// budget. initial are those of the default.
func (s *seenPairs) choose(rules int, initial, budget uint64) []int {
	gain := uint64(math.Ceil(leastGain * float64(s.found(^uint64(0)).same)))
	chosen := s.prune(s.grow(0, rules, budget, gain), gain)
	chosen = s.grow(chosen, rules, budget, gain)
	if s.found(initial).pairs <= budget {
		// From the other end: what the default has too much of makes room for what
		// it lacks.
		for _, other := range []uint64{s.grow(s.prune(initial, gain), rules, budget, gain), initial} {
			if s.found(other).same > s.found(chosen).same {
				chosen = other
			}
		}
	}
	if chosen == 0 { // these records teach nothing
		chosen = initial
	}
	return s.order(chosen)
}

// grow adds rules to those chosen, each time the one with the most new pairs of
// one person for each new pair, while one fits the budget and finds enough.
func (s *seenPairs) grow(chosen uint64, rules int, budget, gain uint64) uint64 {
	for {
		spent := s.found(chosen).pairs
		best, most := -1, 0.0
		for k, t := range s.gains(chosen, rules) {
			if chosen>>k&1 == 0 && t.same >= max(gain, 1) && spent+t.pairs <= budget && t.rate() > most {
				best, most = k, t.rate()
			}
		}
		if best < 0 {
			return chosen
		}
		chosen |= 1 << best
	}
}

// gains counts, for each rule, the pairs that it alone would add.
func (s *seenPairs) gains(chosen uint64, rules int) []tally {
	gains := make([]tally, rules)
	for _, m := range s.masks {
		if m.mask&chosen != 0 {
			continue
		}
		for rest := m.mask; rest != 0; rest &= rest - 1 {
			gains[bits.TrailingZeros64(rest)].add(m.tally)
		}
	}
	return gains
}

// prune takes out rules that find next to nothing alone, the dearest first.
func (s *seenPairs) prune(chosen uint64, gain uint64) uint64 {
	for {
		own := make([]tally, 64)
		for _, m := range s.masks {
			if in := m.mask & chosen; bits.OnesCount64(in) == 1 {
				own[bits.TrailingZeros64(in)].add(m.tally)
			}
		}
		worst, least := -1, math.Inf(1)
		for k, t := range own {
			if chosen>>k&1 != 0 && t.same < gain && t.rate() < least {
				worst, least = k, t.rate()
			}
		}
		if worst < 0 {
			return chosen
		}
		chosen &^= 1 << worst
	}
}

// order puts chosen rules in the order in which they find the most for their
// pairs.
func (s *seenPairs) order(chosen uint64) []int {
	var order []int
	for covered := uint64(0); covered != chosen; {
		best, most := -1, -1.0
		for k, t := range s.gains(covered, 64) {
			if chosen&^covered>>k&1 != 0 && t.rate() > most {
				best, most = k, t.rate()
			}
		}
		order = append(order, best)
		covered |= 1 << best
	}
	return order
}
