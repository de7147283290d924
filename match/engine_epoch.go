package match

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/merge"
	"github.com/idem-health/idem/scoring"
)

// ReloadOptions configures [Engine.Reload]. The zero value is ready to use.
type ReloadOptions struct {
	Policy scoring.Policy // the zero value means the one in use

	// Approve is shown what the new model would change before it takes effect; an
	// error keeps the old one. Records come and go meanwhile. Nil approves.
	Approve func(Preview) error
}

// A Preview says which people another model would change.
type Preview struct {
	Records, People int // in the register; people as they would be
	Deferred        int // blocks beyond the new model's bounds
	Changed         []ChangedPerson
}

// A ChangedPerson is a person as it would be, and the people whose records it
// has now.
type ChangedPerson struct {
	Records []Key
	Was     []merge.EnterpriseID
}

// Reload changes the model, and the policy if one is given. The new model is tried
// beside the old one, which goes on deciding; then what it changes is shown to
// Approve, and then, while all else waits, what came meanwhile is caught up with
// and the people are brought to it, as events. It returns these. A crash leaves
// the register with the old model or the new one.
func (e *Engine) Reload(ctx context.Context, model *Model, o ReloadOptions) ([]merge.Event, error) {
	e.reloading.Lock()
	defer e.reloading.Unlock()
	if model == nil {
		return nil, ErrNoModel
	}
	old, err := e.enter()
	if err != nil {
		return nil, err
	}
	policy := old.policy
	e.leave()
	if !reflect.ValueOf(o.Policy).IsZero() {
		policy = o.Policy
	}
	l, err := newLive(model, policy)
	if err != nil {
		return nil, err
	}
	var missed []merge.Event
	all, err := e.listen(&missed)
	if err != nil {
		return nil, err
	}
	defer e.listen(nil)
	if err := e.load(ctx, l, all); err != nil {
		return nil, err
	}
	if o.Approve != nil {
		if err := o.Approve(e.preview(l)); err != nil {
			return nil, fmt.Errorf("match: reload: %w", err)
		}
	}
	return e.adopt(ctx, l, &missed)
}

// listen lists what is in the register and from then on appends all events to
// missed; nil ends it.
func (e *Engine) listen(missed *[]merge.Event) (contents, error) {
	e.serial.Lock()
	defer e.serial.Unlock()
	e.missed = missed
	if missed == nil {
		return contents{}, nil
	}
	return contentsOf(e.state), e.failed
}

// preview says what a model would change. Nobody else uses it yet.
func (e *Engine) preview(l *live) Preview {
	l.mu.RLock()
	defer l.mu.RUnlock()
	p := Preview{Deferred: l.outgrown}
	people := l.partition(l.all(), map[uint32]bool{})
	p.People = len(people)
	for chunk := range slices.Chunk(people, reviewChunk) {
		e.previewChunk(l, chunk, &p)
	}
	slices.SortFunc(p.Changed, func(a, b ChangedPerson) int { return compareIDs(idOf(a.Records[0]), idOf(b.Records[0])) })
	return p
}

func (e *Engine) previewChunk(l *live, people [][]uint32, p *Preview) {
	e.serial.RLock()
	defer e.serial.RUnlock()
	for _, rows := range people {
		p.Records += len(rows)
		if e.unchanged(l, rows) {
			continue
		}
		var c ChangedPerson
		for _, row := range rows {
			id := l.id(row)
			c.Records = append(c.Records, keyOf(id))
			if person, ok := e.state.Person(id); ok {
				c.Was = append(c.Was, person)
			}
		}
		slices.SortFunc(c.Records, func(a, b Key) int { return compareIDs(idOf(a), idOf(b)) })
		slices.Sort(c.Was)
		c.Was = slices.Compact(c.Was)
		p.Changed = append(p.Changed, c)
	}
}

// adopt makes a model the one that decides.
func (e *Engine) adopt(ctx context.Context, l *live, missed *[]merge.Event) ([]merge.Event, error) {
	e.epoch.Lock()
	defer e.epoch.Unlock()
	if e.closed {
		return nil, ErrEngineClosed
	}
	if e.failed != nil { // nobody else is here
		return nil, e.failed
	}
	if err := e.catchUp(ctx, l, *missed); err != nil {
		return nil, err
	}
	e.missed = nil
	if err := e.writeEpoch(l, false); err != nil {
		return nil, err
	}
	e.live, e.o.Policy = l, l.policy
	events, err := e.settle(ctx)
	if err != nil {
		e.fail(err)
	}
	return events, err
}

// catchUp brings a model's records to the state, given the events that it missed.
func (e *Engine) catchUp(ctx context.Context, l *live, missed []merge.Event) error {
	touched, changed := map[merge.RecordID]bool{}, map[merge.RecordID]bool{}
	var ids []merge.RecordID
	for i := range missed {
		ev := &missed[i]
		switch ev.Kind {
		case merge.EventLink, merge.EventSupersede, merge.EventErase:
			changed[ev.Record] = true
		}
		for _, id := range [2]merge.RecordID{ev.Record, ev.With} {
			if id != (merge.RecordID{}) && !touched[id] {
				touched[id] = true
				ids = append(ids, id)
			}
		}
	}
	for i := range missed {
		l.hear(&missed[i])
	}
	for _, id := range ids {
		if err := e.catchUpRecord(ctx, l, id, changed[id]); err != nil {
			return err
		}
	}
	return nil
}

// catchUpRecord brings one record of a model to the state.
func (e *Engine) catchUpRecord(ctx context.Context, l *live, id merge.RecordID, changed bool) error {
	s := &step{decided: map[uint32]bool{}}
	digest, is := e.state.Digest(id)
	row, was := l.find(id)
	decided := len(l.said[id]) > 0
	switch {
	case is && was && !changed:
		s.decided[row] = decided
	case is:
		rec, err := e.archive.get(ctx, digest)
		if err != nil {
			return fmt.Errorf("match: read record %v: %w", id, err)
		}
		n := l.normalize(&rec)
		s.come = []uint32{l.putRecord(&rec, &n, id, decided)}
		fallthrough
	default:
		if was {
			s.gone = []uint32{row}
		}
	}
	l.prepare(s)
	l.mu.RLock()
	l.apply(s)
	l.mu.RUnlock()
	return l.remove(s.gone...)
}

// putRecord writes a record with all that is known of it.
func (l *live) putRecord(rec *patient.Record, n *patient.Normalized, id merge.RecordID, decided bool) uint32 {
	return l.put(n, id, liveRow{
		received: int32(n.Received.Days()), protected: rec.Protected, decided: decided,
	})
}
