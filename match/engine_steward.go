package match

import (
	"context"
	"errors"
	"slices"

	"github.com/idem-health/idem/merge"
)

// Delete takes a record out of the register: its people are as if it had never
// come. The ledger keeps that it did, the store what it said, until [Engine.Erase].
func (e *Engine) Delete(ctx context.Context, k Key) error {
	_, err := e.operate(ctx, operation{records: []merge.RecordID{idOf(k)}, gone: true, command: func(b merge.Basis) merge.Command {
		return merge.EraseRecord{Record: idOf(k), Basis: b}
	}})
	return err
}

// Link is a steward's word that two records are one person. It holds against
// every score until it is withdrawn, also when records change, but a hard
// conflict refuses it: the error wraps [merge.ErrRefused] and says between which
// records what stands. Steward is an id, never a name.
func (e *Engine) Link(ctx context.Context, a, b Key, steward string) ([]merge.Event, error) {
	return e.say(ctx, a, b, steward, func(basis merge.Basis) merge.Command {
		return merge.SaySame{A: idOf(a), B: idOf(b), Basis: basis}
	})
}

// Never is a steward's word that two records are two people: a hard conflict.
func (e *Engine) Never(ctx context.Context, a, b Key, steward string) ([]merge.Event, error) {
	return e.say(ctx, a, b, steward, func(basis merge.Basis) merge.Command {
		return merge.SayNever{A: idOf(a), B: idOf(b), Basis: basis}
	})
}

// Withdraw takes back what a steward said of two records.
func (e *Engine) Withdraw(ctx context.Context, a, b Key, steward string) ([]merge.Event, error) {
	return e.say(ctx, a, b, steward, func(basis merge.Basis) merge.Command {
		return merge.Withdraw{A: idOf(a), B: idOf(b), Basis: basis}
	})
}

func (e *Engine) say(ctx context.Context, a, b Key, steward string, command func(merge.Basis) merge.Command) ([]merge.Event, error) {
	return e.operate(ctx, operation{
		records: []merge.RecordID{idOf(a), idOf(b)}, steward: steward, command: command,
	})
}

// Unlink is a steward's word that a record is not of its person: it leaves it,
// and is never one person again with the records that it leaves.
func (e *Engine) Unlink(ctx context.Context, k Key, steward string) ([]merge.Event, error) {
	id := idOf(k)
	for {
		others, err := e.together(id)
		if err != nil {
			return nil, err
		}
		events, err := e.operate(ctx, operation{
			records: append(others, id), steward: steward,
			command: func(basis merge.Basis) merge.Command { return merge.UnlinkRecord{Record: id, Basis: basis} },
			still: func() bool { // else somebody joined them, or left
				now := slices.Collect(e.state.Members(e.personOf(id)))
				return slices.Equal(now, slices.SortedFunc(slices.Values(append(others, id)), compareIDs))
			},
		})
		if err != errMoved {
			return events, err
		}
	}
}

// together returns the other records of a record's person.
func (e *Engine) together(id merge.RecordID) ([]merge.RecordID, error) {
	e.serial.RLock()
	defer e.serial.RUnlock()
	if _, ok := e.state.Person(id); !ok {
		return nil, ErrNoSuchRecord
	}
	return slices.DeleteFunc(slices.Collect(e.state.Members(e.personOf(id))), func(r merge.RecordID) bool { return r == id }), nil
}

func (e *Engine) personOf(id merge.RecordID) merge.EnterpriseID {
	p, _ := e.state.Person(id)
	return p
}

// An operation is a command about records that are there.
type operation struct {
	records []merge.RecordID
	steward string
	gone    bool // the records are none any more afterwards
	command func(merge.Basis) merge.Command
	still   func() bool // asked once nothing can change: whether it is still what was meant
}

// operate carries an operation out. Commands that may be refused are tried while
// nobody else can change anything, before any block is touched.
func (e *Engine) operate(ctx context.Context, o operation) ([]merge.Event, error) {
	for {
		events, wait, err := e.tryOperate(ctx, o)
		if err == errMoved && o.still == nil {
			continue
		}
		if err != nil {
			return nil, err
		}
		return events, e.settled(ctx, wait)
	}
}

func (e *Engine) tryOperate(ctx context.Context, o operation) ([]merge.Event, func(context.Context) error, error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	l, err := e.enter()
	if err != nil {
		return nil, nil, err
	}
	defer e.leave()
	said := e.saidBy(l, o.records)
	touched := append(slices.Clone(o.records), said...)
	defer e.lockIdentities(touched...)()
	rows, err := e.rowsOf(l, touched)
	if err != nil {
		return nil, nil, err
	}
	defer l.lockKeys(rows)()
	s, c, wait, err := e.carryOut(l, o, said, touched, rows)
	if err != nil {
		return nil, nil, err
	}
	return c.events, wait, l.remove(s.gone...)
}

// carryOut does an operation under serial. The caller holds all stripes.
func (e *Engine) carryOut(l *live, o operation, said, touched []merge.RecordID, rows []uint32) (*step, *change, func(context.Context) error, error) {
	e.serial.Lock()
	defer e.serial.Unlock()
	if e.failed != nil {
		return nil, nil, nil, e.failed
	}
	if o.still != nil && !o.still() || !slices.Equal(said, l.saidBy(o.records)) {
		return nil, nil, nil, errMoved
	}
	c := &change{basis: e.basis(l)}
	if o.steward != "" {
		c.basis.By, c.basis.Actor = merge.Steward, o.steward
	}
	command := o.command(c.basis)
	c.basis = e.basis(l)
	l.mu.RLock()
	events, err := merge.Decide(e.state, command, l.hard)
	l.mu.RUnlock()
	if err != nil {
		return nil, nil, nil, err
	}
	c.commands = []merge.Command{command}
	s := &step{decided: map[uint32]bool{}}
	for i, row := range rows {
		if o.gone && i < len(o.records) {
			s.gone = append(s.gone, row)
			continue
		}
		s.decided[row] = l.decidedAfter(touched[i], events)
	}
	l.prepare(s)
	l.mu.RLock()
	defer l.mu.RUnlock()
	wait, err := e.commitLocked(l, s, c, nil)
	return s, c, wait, err
}

// decidedAfter reports whether a steward will have decided about a record after
// some events.
func (l *live) decidedAfter(id merge.RecordID, events []merge.Event) bool {
	others := map[merge.RecordID]bool{}
	for _, d := range l.said[id] {
		others[d.other] = true
	}
	for i := range events {
		ev := &events[i]
		other := ev.With
		if other == id {
			other = ev.Record
		}
		switch {
		case ev.Kind == merge.EventErase:
			delete(others, ev.Record)
		case ev.Record != id && ev.With != id:
		case ev.Kind == merge.EventSame, ev.Kind == merge.EventNever:
			others[other] = true
		case ev.Kind == merge.EventWithdraw:
			delete(others, other)
		}
	}
	return len(others) > 0
}

// saidBy returns the records beside the given ones that a steward has decided
// about together with one of them, sorted.
func (l *live) saidBy(ids []merge.RecordID) (others []merge.RecordID) {
	for _, id := range ids {
		for _, d := range l.said[id] {
			if !slices.Contains(ids, d.other) {
				others = append(others, d.other)
			}
		}
	}
	slices.SortFunc(others, compareIDs)
	return slices.Compact(others)
}

func (e *Engine) saidBy(l *live, ids []merge.RecordID) []merge.RecordID {
	e.serial.RLock()
	defer e.serial.RUnlock()
	return l.saidBy(ids)
}

// rowsOf returns the rows of records, which must be there.
func (e *Engine) rowsOf(l *live, ids []merge.RecordID) ([]uint32, error) {
	e.serial.RLock()
	defer e.serial.RUnlock()
	if e.failed != nil {
		return nil, e.failed
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	rows := make([]uint32, len(ids))
	for i, id := range ids {
		row, ok := l.find(id)
		if !ok {
			return nil, ErrNoSuchRecord
		}
		rows[i] = row
	}
	return rows, nil
}

// errMoved says that what an operation is about changed before its turn.
var errMoved = errors.New("match: moved")
