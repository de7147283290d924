package match

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/idem-health/idem/match/ledger"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/match/store"
	"github.com/idem-health/idem/merge"
)

// Erase takes a record out of the register, if it is there, and destroys all that
// was ever received of it. The ledger keeps that there was a record, and that it
// was erased. One that ended with an error is to be repeated.
func (e *Engine) Erase(ctx context.Context, k Key) (payloads int, err error) {
	if err := e.Delete(ctx, k); err != nil && !errors.Is(err, ErrNoSuchRecord) {
		return 0, err
	}
	l, err := e.enter()
	if err != nil {
		return 0, err
	}
	defer e.leave()
	id := idOf(k)
	defer e.lockIdentities(id)()
	e.serial.RLock()
	_, back := e.state.Person(id)
	e.serial.RUnlock()
	if back {
		return 0, fmt.Errorf("match: erase: the record came again meanwhile: %w", merge.ErrRefused)
	}
	digests, err := e.archive.history(ctx, id)
	if err != nil {
		return 0, err
	}
	if len(digests) == 0 {
		return 0, ErrNoSuchRecord
	}
	payloads, err = e.archive.erase(ctx, e.o.Now(), digests...)
	if err != nil {
		return payloads, fmt.Errorf("match: erase: %w", err)
	}
	l.mu.Lock() // the values that no other record has are to leave the memory, too
	defer l.mu.Unlock()
	return payloads, l.compact()
}

// A Verification says what [Engine.Verify] found. What is damaged is an error
// instead.
type Verification struct {
	Ledger  ledger.Report // zero in memory
	Store   store.Report
	Records int

	// Differences are the records that a batch finds in other people than the
	// engine; always none, unless the engine is wrong or was changed from outside.
	Differences []Difference
}

// A Difference is a record that the engine and a batch put into different people.
// A person is named by its first record.
type Difference struct {
	Record, Engine, Batch Key
}

// Verify reads the whole ledger and store and checks every byte, and that each
// record is there. Heads are heads of the ledger that were kept elsewhere, see
// package ledger. With recompute it holds the people against those of a [Dedupe]
// over all records, which takes what a batch takes; others go on meanwhile.
func (e *Engine) Verify(ctx context.Context, recompute bool, heads ...ledger.Head) (Verification, error) {
	var v Verification
	all, people, l, err := e.snapshot()
	if err != nil {
		return v, err
	}
	v.Records = len(all.ids)
	if e.disk != nil {
		if v.Ledger, err = e.disk.ledger.Verify(ctx, heads...); err != nil {
			return v, err
		}
		if v.Store, err = e.disk.store.Verify(ctx); err != nil {
			return v, err
		}
		for i, d := range all.digests {
			if e.disk.store.Status(store.Digest(d)) == store.Absent {
				return v, fmt.Errorf("match: verify: record %v is not in the store: %w", all.ids[i], store.ErrAbsent)
			}
		}
	}
	if recompute && len(all.ids) > 0 {
		v.Differences, err = e.recompute(ctx, l, all, people)
	}
	return v, err
}

// snapshot lists the register at a moment at which nothing is under way.
func (e *Engine) snapshot() (all contents, people []merge.EnterpriseID, l *live, err error) {
	e.epoch.Lock()
	defer e.epoch.Unlock()
	if e.closed {
		return all, nil, nil, ErrEngineClosed
	}
	all = contentsOf(e.state)
	for _, id := range all.ids {
		people = append(people, e.personOf(id))
	}
	return all, people, e.live, e.failed
}

// recompute holds the people against those of a batch.
func (e *Engine) recompute(ctx context.Context, l *live, all contents, people []merge.EnterpriseID) ([]Difference, error) {
	o := Options{Model: l.model, Policy: l.policy, Sparse: true}
	for _, d := range all.decisions {
		if d.Kind == merge.EventSame || d.Kind == merge.EventNever {
			o.Decisions = append(o.Decisions, PairDecision{A: keyOf(d.A), B: keyOf(d.B), Same: d.Kind == merge.EventSame})
		}
	}
	res, err := Dedupe(ctx, func(yield func(*patient.Record, error) bool) {
		for _, d := range all.digests {
			rec, err := e.archive.get(ctx, d)
			if !yield(&rec, err) || err != nil {
				return
			}
		}
	}, o)
	if err != nil {
		return nil, fmt.Errorf("match: verify: %w", err)
	}
	firstOf, firstIn := map[merge.EnterpriseID]Key{}, map[int]Key{}
	batch := make([]int, len(all.ids))
	for i, id := range all.ids {
		row, ok := res.Find(keyOf(id))
		if !ok {
			return nil, fmt.Errorf("match: verify: record %v: %w", id, ErrNoSuchRecord)
		}
		batch[i] = res.Person(row)
		if _, ok := firstOf[people[i]]; !ok {
			firstOf[people[i]] = keyOf(id)
		}
		if _, ok := firstIn[batch[i]]; !ok {
			firstIn[batch[i]] = keyOf(id)
		}
	}
	var list []Difference
	for i, id := range all.ids {
		if a, b := firstOf[people[i]], firstIn[batch[i]]; a != b {
			list = append(list, Difference{keyOf(id), a, b})
		}
	}
	return slices.Clip(list), nil
}
