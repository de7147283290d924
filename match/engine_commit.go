package match

import (
	"context"
	"fmt"
	"slices"

	"github.com/idem-health/idem/merge"
	"github.com/idem-health/idem/scoring"
)

// A change is what an operation wants of the state, and the events that came of
// it.
type change struct {
	basis    merge.Basis
	commands []merge.Command
	arrivals map[merge.RecordID]merge.RecordDigest
	events   []merge.Event
}

// commit gives an operation its place in the order of events: it applies the step
// to the pairs that were kept, solves the components it touched, and records what
// changed. Wait returns when that is on disk. The caller holds the stripes of the
// step's rows; then is called before others can change anything.
func (e *Engine) commit(l *live, s *step, c *change, then func()) (wait func(context.Context) error, err error) {
	e.serial.Lock()
	defer e.serial.Unlock()
	if e.failed != nil {
		return nil, e.failed
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	return e.commitLocked(l, s, c, then)
}

func (e *Engine) commitLocked(l *live, s *step, c *change, then func(), more ...uint32) (wait func(context.Context) error, err error) {
	defer func() {
		if err != nil { // the state may be half changed: nothing may build on it
			e.failed = fmt.Errorf("%w: %w", ErrEngineFailed, err)
		}
	}()
	for _, command := range c.commands {
		if err := e.decide(l, c, command); err != nil {
			return nil, err
		}
	}
	seeds := append(l.apply(s), more...)
	for i := range c.events {
		l.hear(&c.events[i])
	}
	if err := e.repartition(l, s, c, seeds); err != nil {
		return nil, err
	}
	if wait, err = e.journal.enqueue(c.events); err != nil {
		return nil, err
	}
	e.count(c.events)
	if e.missed != nil {
		*e.missed = append(*e.missed, c.events...)
	}
	if then != nil {
		then()
	}
	return wait, nil
}

// decide turns a command into events and applies them to the state.
func (e *Engine) decide(l *live, c *change, command merge.Command) error {
	events, err := merge.Decide(e.state, command, l.hard)
	if err != nil {
		return err
	}
	for i := range events {
		if err := e.state.Apply(&events[i]); err != nil {
			return err
		}
	}
	c.events = append(c.events, events...)
	return nil
}

// hear takes in what an event says of stewards' decisions.
func (l *live) hear(ev *merge.Event) {
	forget := func(a, b merge.RecordID) {
		l.said[a] = slices.DeleteFunc(l.said[a], func(d saidOf) bool { return d.other == b })
		if len(l.said[a]) == 0 {
			delete(l.said, a)
		}
	}
	switch ev.Kind {
	case merge.EventSame, merge.EventNever, merge.EventWithdraw:
		forget(ev.Record, ev.With)
		forget(ev.With, ev.Record)
		if ev.Kind != merge.EventWithdraw {
			same := ev.Kind == merge.EventSame
			l.said[ev.Record] = append(l.said[ev.Record], saidOf{ev.With, same})
			l.said[ev.With] = append(l.said[ev.With], saidOf{ev.Record, same})
		}
	case merge.EventErase:
		for _, d := range l.said[ev.Record] {
			forget(d.other, ev.Record)
		}
		delete(l.said, ev.Record)
	}
}

// repartition solves the components of the seeds and brings the people of their
// rows to what was found.
func (e *Engine) repartition(l *live, s *step, c *change, seeds []uint32) error {
	if s.loneEcho() {
		return e.linkEcho(l, s, c)
	}
	seen := map[uint32]bool{}
	people := l.partition(seeds, seen)
	for { // a person is asked about as a whole
		missing := e.missing(l, people, seen)
		if len(missing) == 0 {
			break
		}
		people = append(people, l.partition(missing, seen)...)
	}
	people = slices.DeleteFunc(people, func(rows []uint32) bool { return e.unchanged(l, rows) })
	if len(people) == 0 {
		return nil
	}
	command := merge.Repartition{Arrivals: c.arrivals, Partial: true, Causes: e.causes(l, people), Basis: c.basis}
	for _, rows := range people {
		ids := make([]merge.RecordID, len(rows))
		for i, row := range rows {
			ids[i] = l.id(row)
		}
		command.People = append(command.People, ids)
	}
	return e.decide(l, c, command)
}

// loneEcho reports whether a step is nothing but one more record of a content
// that is there many times.
func (s *step) loneEcho() bool {
	return s.repeats && len(s.come) == 1 && len(s.gone)+len(s.enter)+len(s.out)+len(s.lead)+len(s.decided)+len(s.crossed) == 0
}

// linkEcho links an echo without looking at the others: there may be very many.
func (e *Engine) linkEcho(l *live, s *step, c *change) error {
	row := s.come[0]
	id := l.id(row)
	if !l.repeats(s.leader, []uint32{row}) {
		return e.decide(l, c, merge.Submit{Record: id, Digest: c.arrivals[id], Basis: c.basis})
	}
	person, _ := e.state.Person(l.id(s.leader))
	ev := merge.Event{Version: merge.EventVersion, Kind: merge.EventLink, Record: id, Digest: c.arrivals[id], Person: person, Basis: c.basis}
	if err := e.state.Apply(&ev); err != nil {
		return err
	}
	c.events = append(c.events, ev)
	return nil
}

// missing returns rows of the people's persons so far that were not seen.
func (e *Engine) missing(l *live, people [][]uint32, seen map[uint32]bool) (missing []uint32) {
	asked := map[merge.EnterpriseID]bool{}
	for _, rows := range people {
		for _, row := range rows {
			person, known := e.state.Person(l.id(row))
			if !known || asked[person] {
				continue
			}
			asked[person] = true
			for id := range e.state.Members(person) {
				if other, ok := l.find(id); ok && !seen[other] {
					missing = append(missing, other)
				}
			}
		}
	}
	return missing
}

// unchanged reports whether rows are one person, and nobody else is.
func (e *Engine) unchanged(l *live, rows []uint32) bool {
	person, known := e.state.Person(l.id(rows[0]))
	if !known || e.state.Count(person) != len(rows) {
		return false
	}
	for _, row := range rows[1:] {
		if p, ok := e.state.Person(l.id(row)); !ok || p != person {
			return false
		}
	}
	return true
}

// CauseConflict is why a record left a person when a hard conflict of the policy
// came to stand between them.
const CauseConflict merge.Cause = "conflict"

// causes says of the records of people that fall apart why each would leave.
func (e *Engine) causes(l *live, people [][]uint32) map[merge.RecordID]merge.Cause {
	parts := map[merge.EnterpriseID]int{}
	for _, rows := range people {
		met := map[merge.EnterpriseID]bool{}
		for _, row := range rows {
			if p, ok := e.state.Person(l.id(row)); ok && !met[p] {
				met[p] = true
				parts[p]++
			}
		}
	}
	causes := map[merge.RecordID]merge.Cause{}
	for _, rows := range people {
		for _, row := range rows {
			id := l.id(row)
			person, ok := e.state.Person(id)
			if !ok || parts[person] < 2 {
				continue
			}
			switch {
			case l.waiting[id].twin():
				causes[id] = merge.CauseTwin
			case e.inConflict(l, row, person, rows):
				causes[id] = CauseConflict
			}
		}
	}
	return causes
}

// twin reports whether a placeholder waits because several children fit.
func (w waitingNewborn) twin() bool {
	switch w.reason {
	case merge.WaitSeveralCandidates, merge.WaitOtherPlaceholder, merge.WaitTwinQuestion:
		return true
	}
	return false
}

// mostAsked bounds how many records of a person are asked for the cause of one's
// leaving.
const mostAsked = 32

// inConflict reports whether a row is in hard conflict with a record that it was
// one person with and is no more.
func (e *Engine) inConflict(l *live, row uint32, person merge.EnterpriseID, together []uint32) bool {
	asked := 0
	for id := range e.state.Members(person) {
		other, ok := l.find(id)
		if !ok || slices.Contains(together, other) {
			continue
		}
		if asked++; asked > mostAsked {
			return false
		}
		if _, sc, _ := l.own.weigh(row, other); sc.Verdict.Hard {
			return true
		}
	}
	return false
}

// hard is the policy's hard conflict between two records, as its reasons' first
// id.
func (l *live) hard(a, b merge.RecordID) string {
	x, okA := l.find(a)
	y, okB := l.find(b)
	if !okA || !okB {
		return ""
	}
	_, sc, _ := l.own.weigh(x, y)
	if !sc.Verdict.Hard {
		return ""
	}
	return l.bound.scorer.HardReason(sc.Verdict)
}

// pairsOf returns the pairs of a row that are a match or possible, the best
// first.
func (e *Engine) pairsOf(l *live, row uint32) (pairs []KeptPair) {
	edges := slices.Clone(l.edgesOf(row))
	slices.SortFunc(edges, func(a, b edge) int {
		if a.weight() != b.weight() {
			return int(b.weight()) - int(a.weight())
		}
		return l.order(a.row, b.row)
	})
	for _, ed := range edges {
		if ed.kind()&(edgeMatch|edgePossible) == 0 || len(pairs) == mostPairs {
			continue
		}
		pairs = append(pairs, e.keptPair(l, row, ed))
	}
	return pairs
}

// mostPairs bounds the pairs a receipt lists.
const mostPairs = 100

func (e *Engine) keptPair(l *live, row uint32, ed edge) KeptPair {
	_, sc, weight := l.own.weigh(row, ed.row)
	p := KeptPair{
		With: keyOf(l.id(ed.row)), Weight: scoring.Weight(ed.weight()).Bits(), Decision: Possible,
		Reasons: l.bound.scorer.VerdictReasons(sc.Verdict.At(weight)),
	}
	p.Person, _ = e.state.Person(l.id(ed.row))
	if ed.kind()&edgeMatch != 0 {
		p.Decision = Match
	}
	if own, ok := e.state.Person(l.id(row)); ed.kind()&edgeMixed != 0 { // as in a batch, the newborn rules have the last word
		if ok && own == p.Person {
			p.Decision, p.Reasons = Match, append(p.Reasons, ReasonNewborn)
		} else if p.Decision == Match {
			p.Decision, p.Reasons = Possible, append(p.Reasons, ReasonNewbornWaits)
		}
	}
	return p
}

// engineCounts is what an engine has done since it was opened.
type engineCounts struct {
	events, unlinks int64
}

// count notes what was recorded. The caller holds serial.
func (e *Engine) count(events []merge.Event) {
	e.stats.events += int64(len(events))
	unlinks := int64(0)
	for i := range events {
		if events[i].Kind == merge.EventUnlink && events[i].By == merge.Engine {
			unlinks++
		}
	}
	e.stats.unlinks += unlinks
	e.o.Observer.Count(CountEvents, int64(len(events)))
	if unlinks > 0 {
		e.o.Observer.Count(CountUnlinks, unlinks)
	}
	records, people := e.state.Size()
	e.o.Observer.Level(LevelRecords, int64(records))
	e.o.Observer.Level(LevelPeople, int64(people))
	e.o.Observer.Level(LevelWaiting, int64(len(e.live.waiting)))
	e.o.Observer.Level(LevelOutgrown, int64(e.live.outgrown))
	e.o.Observer.Level(LevelComponent, int64(e.live.largest))
}
