package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/idem-health/idem/benchmarks/population"
	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/merge"
	"github.com/idem-health/idem/scoring"
)

// A registry keeps what came, and who is who by events. The model is frozen: the
// same records give the same people whatever else comes.
type registry struct {
	model   *match.Model
	records []patient.Record
	result  *match.Result // of the last run
	state   *merge.State
	events  []merge.Event
	out     io.Writer
}

// learn trains a model on a made-up town: a handful of records teach nothing
// about how rare a name is or how often a phone changes.
func learn(ctx context.Context) (*match.Model, error) {
	town, err := population.New(population.Options{People: 4000, Ages: "child", Theme: "newborn", Seed: 1})
	if err != nil {
		return nil, err
	}
	res, err := match.Dedupe(ctx, town.Records(ctx), match.Options{Policy: scoring.IISPolicy()})
	if err != nil {
		return nil, err
	}
	return res.Model, nil
}

// all gives the records to a run, in the order they came. No other order would
// change anything.
func (r *registry) all() iter.Seq2[*patient.Record, error] {
	return func(yield func(*patient.Record, error) bool) {
		for i := range r.records {
			if !yield(&r.records[i], nil) {
				return
			}
		}
	}
}

// receive takes messages: it matches everything anew and brings the people, with
// their enterprise ids, to what was found.
func (r *registry) receive(ctx context.Context, records ...patient.Record) error {
	engine := merge.Basis{By: merge.Engine, Policy: "iis"}
	for _, rec := range records {
		digest := sha256.Sum256(rec.AppendContent(nil))
		if err := r.do(merge.Submit{Record: idOf(rec.Source, rec.ID), Digest: merge.RecordDigest(digest[:16]), Basis: engine}); err != nil {
			return err
		}
	}
	r.records = append(r.records, records...)
	res, err := match.Dedupe(ctx, r.all(), match.Options{Policy: scoring.IISPolicy(), Model: r.model, Sparse: true})
	if err != nil {
		return err
	}
	r.result = res
	people := make([][]merge.RecordID, res.Persons())
	for p := range people {
		for _, m := range res.Members(p) {
			people[p] = append(people[p], r.id(m))
		}
	}
	causes := map[merge.RecordID]merge.Cause{}
	for _, x := range res.ResolvedNewborns() {
		causes[r.id(int32(x.Record))], causes[r.id(int32(x.With))] = merge.CausePlaceholder, merge.CausePlaceholder
	}
	if err := r.do(merge.Repartition{People: people, Causes: causes, Basis: engine}); err != nil {
		return err
	}
	for _, x := range res.ResolvedNewborns() {
		placeholder := r.id(int32(x.Record))
		if _, known := r.state.LegalName(placeholder); known {
			continue
		}
		if err := r.do(merge.ResolvePlaceholder{Placeholder: placeholder, Legal: r.id(int32(x.With)), Basis: engine}); err != nil {
			return err
		}
	}
	return nil
}

// do decides a command and applies its events. They are all that has to be kept:
// the state is their replay.
func (r *registry) do(c merge.Command) error {
	events, err := merge.Decide(r.state, c, r.conflict)
	if err != nil {
		return err
	}
	for _, e := range events {
		if err := r.state.Apply(&e); err != nil {
			return err
		}
		r.events = append(r.events, e)
		r.print("  event  %s\n", inWords(&e))
	}
	return nil
}

// conflict names the policy's hard conflict between two records, which no
// steward can override.
func (r *registry) conflict(a, b merge.RecordID) string {
	i, okA := r.result.Find(match.Key(a))
	j, okB := r.result.Find(match.Key(b))
	if !okA || !okB || i == j {
		return ""
	}
	fired := r.result.Explain(i, j).Rules
	for _, c := range r.result.Policy.Conflicts.Hard {
		if slices.Contains(fired, c.ID) {
			return c.ID
		}
	}
	return ""
}

// why tells what makes a record one person with another, or keeps it from it.
func (r *registry) why(a, b string) {
	i, _ := r.result.Find(keyOf(a))
	j, _ := r.result.Find(keyOf(b))
	e := r.result.Explain(i, j)
	var levels []string
	for _, part := range e.Parts {
		if part.Level != "" && part.Level != "missing" {
			levels = append(levels, part.Name+" "+part.Level)
		}
	}
	r.print("  why    %s and %s: %s\n", a, b, e.Decision)
	r.print("         %s\n", strings.Join(levels, ", "))
	if len(e.Rules) > 0 {
		r.print("         rules that fired: %s\n", strings.Join(e.Rules, ", "))
	}
	for _, x := range r.result.ResolvedNewborns() {
		if x.Record == i || x.Record == j {
			r.print("         %s got the legal name of %s, by %s\n", r.id(int32(x.Record)), r.id(int32(x.With)), x.By)
		}
	}
}

// people lists everybody, as the golden records call them.
func (r *registry) people(ctx context.Context) error {
	for g, err := range r.result.Golden(ctx, r.all(), merge.Survivorship{}) {
		if err != nil {
			return err
		}
		id, _ := r.state.Person(r.id(g.Members[0]))
		name := ""
		for _, field := range []string{"given_name", "family_name"} {
			if v, ok := g.Get(field); ok {
				name += " " + v.Value
			}
		}
		r.print("  person %s%s: %s\n", id, name, joined(r.state.Records(id)))
	}
	return nil
}

// waiting is the work list.
func (r *registry) waiting() {
	items := r.result.Worklist()
	slices.SortFunc(items, func(a, b match.WorkItem) int {
		return strings.Compare(r.id(int32(a.Record)).String(), r.id(int32(b.Record)).String())
	})
	for _, w := range items {
		r.print("  waits  %s, %s, %d days\n", r.id(int32(w.Record)), w.Reason, w.Days)
		for _, c := range w.Candidates {
			r.print("         perhaps %s\n", r.id(int32(c.With)))
		}
	}
}

func (r *registry) print(format string, values ...any) { fmt.Fprintf(r.out, format, values...) }

func (r *registry) id(i int32) merge.RecordID { return merge.RecordID(r.result.Key(int(i))) }

func idOf(source, id string) merge.RecordID { return merge.RecordID{Source: source, ID: id} }

func keyOf(name string) match.Key {
	source, id, _ := strings.Cut(name, "/")
	return match.Key{Source: source, ID: id}
}

func joined(ids []merge.RecordID) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = id.String()
	}
	return strings.Join(names, ", ")
}

// inWords tells an event.
func inWords(e *merge.Event) string {
	switch e.Kind {
	case merge.EventLink:
		return fmt.Sprintf("%s is new: %s", e.Record, e.Person)
	case merge.EventUnlink:
		return fmt.Sprintf("%s leaves %s for %s, by %s", e.Record, e.Person, e.Other, e.Cause)
	case merge.EventMerge:
		return fmt.Sprintf("%s becomes %s, by the %s (%s)", e.Other, e.Person, e.By, e.Cause)
	case merge.EventUnmerge:
		return fmt.Sprintf("%s is itself again: %s leave %s, by the %s", e.Other, joined(e.Records), e.Person, e.By)
	case merge.EventResolve:
		return fmt.Sprintf("%s has the legal name of %s", e.Record, e.With)
	}
	return string(e.Kind)
}
