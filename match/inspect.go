package match

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/scoring"
)

// What follows looks into a result: for reports and for a person who asks why.
// Nothing of it decides anything.

// A Scored pair is two records with all that model and policy say of them.
type Scored struct {
	A, B     int32 // A < B
	Weight   scoring.Weight
	Pattern  scoring.Pattern
	Best     Decision // what the policy lets it be at most, whatever it weighs
	Decision Decision
	Rule     int // blocking rule that finds the pair, an index into Stats.Rules; -1: none does
}

// Cuts returns the weights from which on a pair is a match, and possible.
func (res *Result) Cuts() (match, possible scoring.Weight) {
	return res.run.matchCut, res.run.possibleCut
}

// Candidates scores the candidate pairs once more and gives each to the
// function, those that were decided no among them, until it returns false. The
// order is the same in every run. Where there are more than most (0: no bound),
// only a part of the blocks is visited, chosen by their keys; share is the part
// of the candidates that was asked for.
func (res *Result) Candidates(ctx context.Context, most int64, each func(Scored) bool) (share float64, err error) {
	r := res.run
	parts := shards
	if n := res.Stats.Candidates; most > 0 && n > most {
		parts = int(max(1, most*shards/n))
	}
	session, cache := r.comparer.NewSession(), r.scorer.NewCache()
	going := true
	var seen int64
	for shard := 0; shard < parts && going; shard++ {
		err := r.index.Each(ctx, shard, shards, func(i, j uint32, rule int, _ uint64) bool {
			seen++
			going = each(res.scored(cache, session.Pattern(i, j), i, j, rule))
			return going
		})
		if err != nil {
			return 0, err
		}
	}
	if parts == shards || res.Stats.Candidates == 0 {
		return 1, nil
	}
	return float64(seen) / float64(res.Stats.Candidates), nil
}

func (res *Result) scored(cache *scoring.Cache, p scoring.Pattern, i, j uint32, rule int) Scored {
	r := res.run
	s := Scored{A: int32(i), B: int32(j), Pattern: p, Rule: rule}
	sc := cache.Get(s.Pattern)
	s.Weight = sc.Weight
	if sc.Frequency != 0 {
		s.Weight = r.scorer.Weight(sc, r.frequencer.Weights(i, j))
	}
	bonus := r.bonus(i, j, s.Weight, &sc.Verdict)
	s.Weight += bonus
	v := r.verdict(sc, s.Pattern, bonus)
	s.Best = v.ApplyAt(Match, s.Weight)
	s.Decision, _ = res.settle(i, j, r.decide(s.Weight, &v))
	return s
}

// Judge returns a function that scores any two records, whether or not a
// blocking rule makes them candidates. The function remembers what it has seen
// and is not safe for concurrent use.
func (res *Result) Judge() func(a, b int) Scored {
	cache := res.run.scorer.NewCache()
	return func(a, b int) Scored {
		i, j := uint32(min(a, b)), uint32(max(a, b))
		rule := -1
		mask := res.run.mask(i, j)
		for k := range res.Stats.Rules {
			if mask&(1<<k) != 0 {
				rule = k
				break
			}
		}
		return res.scored(cache, res.run.comparer.Pattern(i, j), i, j, rule)
	}
}

// Levels returns the comparison levels of a pattern, one for each comparison of
// the model.
func (res *Result) Levels(p scoring.Pattern) scoring.Levels {
	return res.run.scorer.Space().AppendLevels(nil, p)
}

// PatternReasons returns the ids of the policy rules and conflicts that fire
// for a pattern.
func (res *Result) PatternReasons(p scoring.Pattern) []string { return res.run.scorer.Reasons(p) }

// A FieldCount says how many records have a value of a field.
type FieldCount struct {
	Field    patient.Field
	Records  int
	Distinct int // first values; 0 where the run kept no values, only their hashes
}

// Fields counts the fields that the run read, in their order. Fields that no
// record has are left out.
func (res *Result) Fields() []FieldCount {
	var out []FieldCount
	for _, f := range patient.Fields() {
		col := res.run.table.Column(f)
		if col == nil || col.NonMissing() == 0 {
			continue
		}
		c := FieldCount{Field: f, Records: col.NonMissing()}
		if col.Text() {
			for id := uint32(1); id < uint32(col.Dict.Len()); id++ {
				if col.Count(id) > 0 {
					c.Distinct++
				}
			}
		}
		out = append(out, c)
	}
	return out
}

// A ValueCount is a normalised value and the number of records that have it
// first.
type ValueCount struct {
	Value   string
	Records int
}

// Frequent returns the most frequent values of a field, at most k, the most
// frequent first; none where the run kept no values of it.
func (res *Result) Frequent(f patient.Field, k int) []ValueCount {
	col := res.run.table.Column(f)
	if col == nil || !col.Text() || k <= 0 {
		return nil
	}
	var top []ValueCount
	less := func(a, b ValueCount) int {
		return cmp.Or(cmp.Compare(b.Records, a.Records), cmp.Compare(a.Value, b.Value))
	}
	for id := uint32(1); id < uint32(col.Dict.Len()); id++ {
		n := col.Count(id)
		if n == 0 || len(top) == k && n < top[k-1].Records {
			continue
		}
		v := ValueCount{col.Dict.Value(id), n}
		at, _ := slices.BinarySearchFunc(top, v, less)
		if at < k {
			top = slices.Insert(top, at, v)
			top = top[:min(len(top), k)]
		}
	}
	return top
}

// Has reports whether record i has a value of a field that the run read.
func (res *Result) Has(i int, f patient.Field) bool {
	col := res.run.table.Column(f)
	return col != nil && (col.Text() && col.ID(i) != 0 || !col.Text() && col.Key(i) != 0)
}

// Refusals are the match pairs whose records ended as two people, by what was
// found when the pair was last tried.
type Refusals struct {
	Hard     int64 // a conflict that nothing overrides
	Soft     int64 // a conflict of the policy
	Evidence int64 // the other records of the two speak against it
}

// Refusals counts the match pairs that were not followed.
func (res *Result) Refusals() Refusals {
	return Refusals{res.report.RefusedHard, res.report.RefusedSoft, res.report.RefusedEvidence}
}

// A Reread is a kept record as received, with its number in the result. The
// record is the reader's and may change with the next one.
type Reread struct {
	Index  int
	Record *patient.Record
}

// Reread passes over the input that the result was made from once more and
// gives each record that was kept, in the order of the input. It can be used
// once; it stops after the first error.
func (res *Result) Reread(ctx context.Context, records iter.Seq2[*patient.Record, error]) iter.Seq2[Reread, error] {
	return func(yield func(Reread, error) bool) {
		pass := res.newSecondPass()
		n := 0
		for rec, err := range records {
			if n++; err == nil && n%1024 == 0 {
				err = ctx.Err()
			}
			if err != nil {
				yield(Reread{}, fmt.Errorf("match: second pass: %w", err))
				return
			}
			row, err := pass.row(rec)
			if err != nil {
				yield(Reread{}, err)
				return
			}
			if row < 0 {
				continue
			}
			if !yield(Reread{row, rec}, nil) {
				return
			}
		}
		if !pass.complete() {
			yield(Reread{}, ErrChanged)
		}
	}
}
