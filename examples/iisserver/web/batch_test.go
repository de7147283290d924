package web

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/benchmarks/population"
	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/merge"
	"github.com/idem-health/idem/scoring"
)

// A batch is the plainest register there is: it keeps records, and decides by
// running match.Dedupe over all of them whenever it is asked.
type batch struct {
	model *match.Model

	mu        sync.Mutex
	records   map[match.Key]patient.Record
	decisions []match.PairDecision
	fail      error // returned by every call
}

// trained is a model of a made-up population.
var trained = sync.OnceValues(func() (*match.Model, error) {
	g, err := population.New(population.Options{Seed: 7, People: 3000, Ages: "child"})
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	result, err := match.Dedupe(ctx, func(yield func(*patient.Record, error) bool) {
		var r patient.Record
		for row, err := range g.Rows(ctx) {
			if err == nil {
				row.Record(&r)
			}
			if !yield(&r, err) {
				return
			}
		}
	}, match.Options{Policy: scoring.IISPolicy()})
	if err != nil {
		return nil, err
	}
	return result.Model, nil
})

func newBatch(t testing.TB) *batch {
	model, err := trained()
	require.NoError(t, err)
	return &batch{model: model, records: map[match.Key]patient.Record{}}
}

func (b *batch) all(extra ...patient.Record) iter.Seq2[*patient.Record, error] {
	return func(yield func(*patient.Record, error) bool) {
		keys := slices.SortedFunc(maps.Keys(b.records), func(x, y match.Key) int {
			return cmp.Or(cmp.Compare(x.Source, y.Source), cmp.Compare(x.ID, y.ID))
		})
		for _, k := range keys {
			r := b.records[k]
			if !yield(&r, nil) {
				return
			}
		}
		for i := range extra {
			if !yield(&extra[i], nil) {
				return
			}
		}
	}
}

func (b *batch) dedupe(ctx context.Context, extra ...patient.Record) (*match.Result, error) {
	if b.fail != nil {
		return nil, b.fail
	}
	return match.Dedupe(ctx, b.all(extra...), match.Options{Policy: scoring.IISPolicy(), Model: b.model, Decisions: b.decisions, Sparse: true})
}

func (b *batch) Submit(ctx context.Context, r *patient.Record) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.records[match.Key{Source: r.Source, ID: r.ID}] = r.Clone()
	_, err := b.dedupe(ctx)
	return "", err
}

func (b *batch) Record(_ context.Context, k match.Key) (patient.Record, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if r, ok := b.records[k]; ok {
		return r.Clone(), b.fail
	}
	return patient.Record{}, cmp.Or(b.fail, ErrNotFound)
}

// person merges the records of a person of a result, the query's left out.
func (b *batch) person(res *match.Result, p int) (Person, bool) {
	var members []patient.Record
	protected := false
	for _, i := range res.Members(p) {
		if r, ok := b.records[res.Key(int(i))]; ok {
			members = append(members, r)
			protected = protected || r.Protected
		}
	}
	if len(members) == 0 || protected {
		return Person{}, false
	}
	golden := merge.Golden(members, res.Profile, merge.DefaultSurvivorship())
	return Person{ID: fmt.Sprint("P", p), Record: RecordOf(&golden)}, true
}

func (b *batch) Query(ctx context.Context, _ string, r *patient.Record, limit int) (Answer, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	question := r.Clone()
	question.Source, question.ID = "query", "query"
	res, err := b.dedupe(ctx, question)
	if err != nil {
		return Answer{}, err
	}
	n, _ := patient.Normalize(&question, res.Profile)
	asked, _ := res.Find(match.Key{Source: "query", ID: "query"})
	best := map[int]Person{}
	for pair := range res.Pairs() {
		other := int(pair.A) + int(pair.B) - asked
		if int(pair.A) != asked && int(pair.B) != asked {
			continue
		}
		if p, ok := b.person(res, res.Person(other)); ok && best[res.Person(other)].Score <= pair.Probability {
			p.Score, p.Match = pair.Probability, pair.Decision == match.Match
			best[res.Person(other)] = p
		}
	}
	a := Answer{Found: slices.SortedFunc(maps.Values(best), func(x, y Person) int { return cmp.Compare(y.Score, x.Score) })}
	matches := slices.DeleteFunc(slices.Clone(a.Found), func(p Person) bool { return !p.Match })
	switch {
	case len(a.Found) == 0:
	case len(matches) == 1 && n.Placeholder.Class == patient.NotPlaceholder:
		a.Outcome, a.Found = One, matches
	case len(a.Found) > limit:
		a.Outcome, a.Found = TooMany, nil
	default:
		a.Outcome = Several
	}
	return a, nil
}

func (b *batch) Person(ctx context.Context, _, id string) (Person, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	res, err := b.dedupe(ctx)
	if err != nil {
		return Person{}, err
	}
	for p := range res.Persons() {
		if found, ok := b.person(res, p); ok && found.ID == id {
			return found, nil
		}
	}
	return Person{}, ErrNotFound
}

func (b *batch) say(x, y match.Key, same bool) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, k := range []match.Key{x, y} {
		if _, ok := b.records[k]; !ok {
			return ErrNotFound
		}
	}
	b.decisions = append(b.decisions, match.PairDecision{A: x, B: y, Same: same})
	return b.fail
}

func (b *batch) Link(_ context.Context, x, y match.Key, _ string) error  { return b.say(x, y, true) }
func (b *batch) Never(_ context.Context, x, y match.Key, _ string) error { return b.say(x, y, false) }

func (b *batch) Unlink(_ context.Context, k match.Key, steward string) error {
	return b.Never(context.Background(), k, k, steward)
}

func (b *batch) Worklist(ctx context.Context) ([]Waiting, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	res, err := b.dedupe(ctx)
	if err != nil {
		return nil, err
	}
	var list []Waiting
	for _, item := range res.Worklist() {
		w := Waiting{Record: Key(res.Key(item.Record)), Person: fmt.Sprint("P", item.Person), Reason: string(item.Reason)}
		for _, c := range item.Candidates {
			w.Candidates = append(w.Candidates, Hit{Key(res.Key(c.With)), fmt.Sprint("P", c.Person)})
		}
		list = append(list, w)
	}
	return list, nil
}

func (b *batch) Search(context.Context, string, string, int) ([]Hit, string, error) {
	return []Hit{{Key{"HOSP", "1"}, "P0"}}, "hits", b.fail
}
