package main

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/idem-health/idem/benchmarks/population"
	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/evaluate"
	"github.com/idem-health/idem/match/patient"
)

// A world is a generated population: its records, and what is true of them.
type world struct {
	name     string
	records  []patient.Record
	truth    []population.Truth // of each record
	index    map[match.Key]int  // of a record
	labels   []population.Label
	persons  []population.Person
	relation map[[2]uint64]population.RelationKind // the smaller number first
}

// generate makes a world.
func generate(ctx context.Context, name string, o population.Options) (*world, error) {
	g, err := population.New(o)
	if err != nil {
		return nil, err
	}
	w := &world{name: name, index: map[match.Key]int{}, relation: map[[2]uint64]population.RelationKind{}}
	for b, err := range g.Batches(ctx) {
		if err != nil {
			return nil, err
		}
		for i := range b.Rows {
			var r patient.Record
			b.Rows[i].Record(&r)
			truth := b.Rows[i].Truth()
			truth.Tags = slices.Clone(truth.Tags)
			w.index[match.Key{Source: r.Source, ID: r.ID}] = len(w.records)
			w.records, w.truth = append(w.records, r), append(w.truth, truth)
		}
		for _, r := range b.Relations {
			w.relation[[2]uint64{min(r.A, r.B), max(r.A, r.B)}] = r.Kind
		}
		w.labels = append(w.labels, b.Labels...)
		w.persons = append(w.persons, b.Persons...)
	}
	return w, nil
}

// stream gives the records, as an engine gets them.
func (w *world) stream() iter.Seq2[*patient.Record, error] {
	return func(yield func(*patient.Record, error) bool) {
		for i := range w.records {
			if !yield(&w.records[i], nil) {
				return
			}
		}
	}
}

// A trial is a run over a world. All of it but the world is by the result's
// numbers of records.
type trial struct {
	name   string
	world  *world
	result *match.Result
	of     []int32 // the world's record
	row    []int32 // the record of the world's
	person []int32 // who it is, as far as it may be linked: a sealed adoption makes two of one
	found  []int32 // who the run says it is
}

// try runs the library over a world.
func (w *world) try(ctx context.Context, name string, o match.Options) (*trial, error) {
	result, err := match.Dedupe(ctx, w.stream(), o)
	if err != nil {
		return nil, fmt.Errorf("%s, %s: %w", w.name, name, err)
	}
	n := result.Records()
	if n != len(w.records) {
		return nil, fmt.Errorf("%s, %s: %d of %d records kept", w.name, name, n, len(w.records))
	}
	t := &trial{
		name: name, world: w, result: result,
		of: make([]int32, n), row: make([]int32, n), person: make([]int32, n), found: make([]int32, n),
	}
	number := map[personKey]int32{}
	for i := range w.records {
		p := keyOf(&w.truth[i])
		if _, known := number[p]; !known {
			number[p] = int32(len(number))
		}
	}
	for i := range n {
		at, known := w.index[result.Key(i)]
		if !known {
			return nil, fmt.Errorf("%s, %s: a record came that was not sent", w.name, name)
		}
		t.of[i], t.row[at] = int32(at), int32(i)
		t.person[i], t.found[i] = number[keyOf(&w.truth[at])], int32(result.Person(i))
	}
	return t, nil
}

// A personKey is a person as far as records may be linked.
type personKey struct {
	person uint64
	parted bool
}

func keyOf(t *population.Truth) personKey { return personKey{t.Person, !t.MayLink} }

// truth is what is true of record i.
func (t *trial) truth(i int) *population.Truth { return &t.world.truth[t.of[i]] }

// at returns the record that a label names.
func (t *trial) at(ref population.RecordRef) (int, bool) {
	i, ok := t.world.index[match.Key{Source: ref.Source, ID: ref.ID.String()}]
	if !ok {
		return 0, false
	}
	return int(t.row[i]), true
}

// outcome scores the run as those over the named sets are.
func (t *trial) outcome() outcome {
	pairs := slices.Collect(t.result.Pairs())
	o := outcome{
		set: t.world.name, records: t.result.Records(), candidates: t.result.Stats.Candidates,
		pairs: evaluate.Pairs(t.person, matches(pairs)), people: evaluate.Clusters(t.person, t.found),
		largest: t.result.Largest(), precision: t.result.Stats.Precision, recall: t.result.Stats.Recall,
	}
	o.oracle = oracle(t.person, pairs, o.pairs.Actual)
	o.blockingRecall = t.blockingRecall()
	return o
}

func (t *trial) blockingRecall() float64 {
	judge := t.result.Judge()
	all, candidates := 0, 0
	for i, j := range truePairs(t.person) {
		all++
		if judge(i, j).Rule >= 0 {
			candidates++
		}
	}
	return float64(candidates) / float64(max(all, 1))
}
