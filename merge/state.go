package merge

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/idem-health/idem/internal/names"
)

// A State is what all events so far amount to: who is one person, under which
// id, and what stewards decided. It is replay(events), and nothing else. It is
// not safe for concurrent use while it changes.
type State struct {
	ids       *names.Table // numbers of records
	records   []recordState
	people    membership
	redirect  redirects
	decisions map[recordPair]Decision
	merges    map[EnterpriseID]merged // by the retired id
	resolved  map[RecordID]resolved
	next      EnterpriseID
}

// A recordState is what is known of a record, by its number.
type recordState struct {
	digest RecordDigest
	person EnterpriseID
}

// merged is a merge that can be undone. Its records are numbers.
type merged struct {
	into    EnterpriseID
	records []uint32 // of the retired person, by their identities
	with    uint32   // first record of the other one, or noRecord
	by      Author   // a steward's word holds against scores
}

// noRecord stands for a record that is gone.
const noRecord = 1<<32 - 1

type resolved struct {
	with RecordID
	by   Author
}

// A recordPair is two records, the smaller first.
type recordPair struct{ a, b RecordID }

func pairOf(a, b RecordID) recordPair {
	if a.compare(b) > 0 {
		a, b = b, a
	}
	return recordPair{a, b}
}

// A Decision is what a steward said of two records, and of which content.
type Decision struct {
	A, B             RecordID // A before B
	Kind             EventKind
	DigestA, DigestB RecordDigest
}

// NewState returns the state before all events.
func NewState() *State {
	return &State{
		ids: &names.Table{}, redirect: redirects{},
		decisions: map[recordPair]Decision{}, merges: map[EnterpriseID]merged{}, resolved: map[RecordID]resolved{}, next: 1,
	}
}

// Clone returns a copy that shares nothing that changes.
func (s *State) Clone() *State {
	return &State{
		ids: s.ids.Clone(), records: slices.Clone(s.records), people: s.people.clone(), redirect: maps.Clone(s.redirect),
		decisions: maps.Clone(s.decisions), merges: maps.Clone(s.merges), resolved: maps.Clone(s.resolved), next: s.next,
	}
}

// name returns the identity of a number, and compare orders numbers by it.
func (s *State) name(n uint32) RecordID {
	source, id := s.ids.Name(n)
	return RecordID{source, id}
}

func (s *State) compare(a, b uint32) int { return s.name(a).compare(s.name(b)) }

// record returns what is known of a record; the zero recordState if it is not
// there.
func (s *State) record(r RecordID) (recordState, bool) {
	n, ok := s.ids.Find(r.Source, r.ID)
	if !ok {
		return recordState{}, false
	}
	return s.records[n], true
}

// Replay returns the state that events amount to.
func Replay(events []Event) (*State, error) {
	s := NewState()
	for i := range events {
		if err := s.Apply(&events[i]); err != nil {
			return nil, fmt.Errorf("event %d: %w", i, err)
		}
	}
	return s, nil
}

// Apply returns the state after an event and leaves the state before it as it
// is. It copies the state; the owner of a large one uses [State.Apply].
func Apply(s *State, e Event) (*State, error) {
	after := s.Clone()
	if err := after.Apply(&e); err != nil {
		return nil, err
	}
	return after, nil
}

// ErrState is returned for an event that does not fit the state: one that was
// not decided on it, or came twice or out of order.
var ErrState = errors.New("merge: the event does not fit the state")

// Apply changes the state by an event. After an error it is as before.
func (s *State) Apply(e *Event) error {
	if err := e.Validate(); err != nil {
		return err
	}
	if !s.fits(e) {
		return fmt.Errorf("%w: %s", ErrState, e.Kind)
	}
	switch e.Kind {
	case EventLink:
		s.link(e.Record, recordState{e.Digest, e.Person})
	case EventUnlink:
		s.move(e.Record, e.Other)
		s.unresolve(e.Record, e.Person)
		if s.people.count(e.Person) == 0 {
			s.retire(e.Person, e.Other)
		}
	case EventMerge:
		var one [1]uint32
		records := slices.Clone(s.people.members(e.Other, &one))
		s.merges[e.Other] = merged{e.Person, records, s.people.members(e.Person, &one)[0], e.By}
		for _, n := range records {
			s.moveNumber(n, e.Person)
		}
		s.retire(e.Other, e.Person)
	case EventUnmerge:
		delete(s.redirect, e.Other)
		delete(s.merges, e.Other)
		for _, r := range e.Records {
			s.move(r, e.Other)
		}
		for _, r := range e.Records {
			s.unresolve(r, e.Person)
		}
		if s.people.count(e.Person) == 0 {
			s.retire(e.Person, e.Other)
		}
	case EventSame, EventNever, EventUnsure:
		d := Decision{e.Record, e.With, e.Kind, e.Digest, e.WithDigest}
		if d.A.compare(d.B) > 0 {
			d = Decision{e.With, e.Record, e.Kind, e.WithDigest, e.Digest}
		}
		s.decisions[recordPair{d.A, d.B}] = d
	case EventWithdraw:
		delete(s.decisions, pairOf(e.Record, e.With))
	case EventResolve:
		s.resolved[e.Record] = resolved{e.With, e.By}
	case EventSupersede:
		n, _ := s.ids.Find(e.Record.Source, e.Record.ID)
		s.records[n].digest = e.Digest
	case EventErase:
		s.erase(e.Record)
	}
	return nil
}

// fits says whether an event can happen in this state.
func (s *State) fits(e *Event) bool {
	record, known := s.record(e.Record)
	with, withKnown := s.record(e.With)
	used := s.people.place(e.Person) != 0
	otherUsed := s.people.place(e.Other) != 0
	switch e.Kind {
	case EventLink:
		return !known && (used || s.fresh(e.Person))
	case EventUnlink:
		return known && record.person == e.Person && (otherUsed || s.fresh(e.Other))
	case EventMerge:
		return used && otherUsed
	case EventUnmerge:
		m, ok := s.merges[e.Other]
		return ok && used && !otherUsed && s.redirect.resolve(e.Other) == e.Person && !slices.ContainsFunc(e.Records, func(r RecordID) bool {
			n, ok := s.ids.Find(r.Source, r.ID)
			return !ok || s.records[n].person != e.Person || !slices.Contains(m.records, n)
		})
	case EventSame, EventNever, EventUnsure:
		return known && withKnown && record.digest == e.Digest && with.digest == e.WithDigest
	case EventWithdraw:
		_, ok := s.decisions[pairOf(e.Record, e.With)]
		return ok
	case EventResolve:
		return known && withKnown && record.person == with.person
	case EventSupersede:
		return known && record.digest == e.WithDigest && e.Digest != e.WithDigest
	}
	return known // erase
}

// fresh says whether an id was never in use.
func (s *State) fresh(id EnterpriseID) bool {
	_, retired := s.redirect[id]
	return !retired && s.people.place(id) == 0
}

// link enters a record that is new.
func (s *State) link(r RecordID, state recordState) {
	n, _ := s.ids.Add(r.Source, r.ID)
	if int(n) == len(s.records) {
		s.records = append(s.records, recordState{})
	}
	s.records[n] = recordState{state.digest, 0}
	s.enter(n, state.person)
}

func (s *State) enter(n uint32, id EnterpriseID) {
	s.people.add(id, n, s.compare)
	s.records[n].person = id
	s.next = max(s.next, id+1)
}

func (s *State) move(r RecordID, to EnterpriseID) {
	n, _ := s.ids.Find(r.Source, r.ID)
	s.moveNumber(n, to)
}

func (s *State) moveNumber(n uint32, to EnterpriseID) {
	s.people.remove(s.records[n].person, n)
	s.enter(n, to)
}

// unresolve forgets what resolved a record that left a person, or what it
// resolved there.
func (s *State) unresolve(r RecordID, left EnterpriseID) {
	if len(s.resolved) == 0 {
		return
	}
	now, _ := s.Person(r)
	if to, ok := s.resolved[r]; ok {
		if with, _ := s.Person(to.with); with != now {
			delete(s.resolved, r)
		}
	}
	for other := range s.Members(left) {
		if to, ok := s.resolved[other]; ok && to.with == r {
			delete(s.resolved, other)
		}
	}
}

func (s *State) retire(id, into EnterpriseID) { s.redirect[id] = into }

// erase forgets a record in everything.
func (s *State) erase(r RecordID) {
	n, _ := s.ids.Find(r.Source, r.ID)
	id := s.records[n].person
	s.people.remove(id, n)
	s.records[n] = recordState{}
	s.ids.Remove(n)
	if s.people.count(id) == 0 {
		s.retire(id, 0)
	}
	for p := range s.decisions {
		if p.a == r || p.b == r {
			delete(s.decisions, p)
		}
	}
	for placeholder, to := range s.resolved {
		if placeholder == r || to.with == r {
			delete(s.resolved, placeholder)
		}
	}
	for retired, m := range s.merges {
		at := slices.Index(m.records, n)
		if at < 0 && m.with != n {
			continue
		}
		if at >= 0 {
			m.records = slices.Delete(slices.Clone(m.records), at, at+1) // clones share the lists
		}
		if len(m.records) == 0 {
			delete(s.merges, retired)
			continue
		}
		if m.with == n {
			m.by, m.with = Engine, noRecord // the record that stood for the decision is gone
		}
		s.merges[retired] = m
	}
}

// Person returns the person of a record.
func (s *State) Person(r RecordID) (EnterpriseID, bool) {
	state, ok := s.record(r)
	return state.person, ok
}

// Digest returns the content of a record.
func (s *State) Digest(r RecordID) (RecordDigest, bool) {
	state, ok := s.record(r)
	return state.digest, ok
}

// Size returns how many records and people there are.
func (s *State) Size() (records, people int) { return s.ids.Len(), s.people.used }

// Bytes returns the memory held for records and people.
func (s *State) Bytes() int64 {
	n := s.ids.Bytes() + int64(cap(s.records))*24 + 4*int64(cap(s.people.at)+cap(s.people.free)) + 24*int64(cap(s.people.lists))
	for _, list := range s.people.lists {
		n += 4 * int64(cap(list))
	}
	return n
}

// All returns every record with its content and person, in no order.
func (s *State) All() iter.Seq2[RecordID, RecordDigest] {
	return func(yield func(RecordID, RecordDigest) bool) {
		for n := range s.records {
			if s.ids.Used(uint32(n)) && !yield(s.name(uint32(n)), s.records[n].digest) {
				return
			}
		}
	}
}

// Records returns the records of a person in use, sorted.
func (s *State) Records(id EnterpriseID) []RecordID { return slices.Collect(s.Members(id)) }

// Members passes over the records of a person in use, sorted.
func (s *State) Members(id EnterpriseID) iter.Seq[RecordID] {
	return func(yield func(RecordID) bool) {
		var one [1]uint32
		for _, n := range s.people.members(id, &one) {
			if !yield(s.name(n)) {
				return
			}
		}
	}
}

// Count returns how many records a person has.
func (s *State) Count(id EnterpriseID) int { return s.people.count(id) }

// People returns the ids in use, ascending.
func (s *State) People() []EnterpriseID { return slices.Sorted(s.people.all()) }

// Current returns the id in use for one that may have been retired; false if it
// was never given, or its records are gone.
func (s *State) Current(id EnterpriseID) (EnterpriseID, bool) {
	if id == 0 || id >= s.next {
		return 0, false
	}
	id = s.redirect.resolve(id)
	return id, s.people.place(id) != 0
}

// LegalName returns the record that gave a placeholder its legal name.
func (s *State) LegalName(placeholder RecordID) (RecordID, bool) {
	r, ok := s.resolved[placeholder]
	return r.with, ok
}

// Decisions returns what stewards said, sorted: their decisions about pairs of
// records, and the merges and resolved placeholders that are their word. All
// but Unsure bind every rerun, as [Options].Same and Never.
func (s *State) Decisions() []Decision {
	all := maps.Clone(s.decisions)
	for placeholder, to := range s.resolved {
		if to.by == Steward {
			s.imply(all, placeholder, to.with)
		}
	}
	return s.withMerges(all)
}

// withMerges adds to decisions the merges that are a steward's word.
func (s *State) withMerges(all map[recordPair]Decision) []Decision {
	for _, m := range s.merges {
		if m.by == Steward {
			s.imply(all, s.name(m.records[0]), s.name(m.with))
		}
	}
	list := slices.Collect(maps.Values(all))
	slices.SortFunc(list, func(x, y Decision) int { return cmp.Or(x.A.compare(y.A), x.B.compare(y.B)) })
	return list
}

func (s *State) imply(all map[recordPair]Decision, a, b RecordID) {
	p := pairOf(a, b)
	if _, said := all[p]; !said {
		x, _ := s.record(p.a)
		y, _ := s.record(p.b)
		all[p] = Decision{p.a, p.b, EventSame, x.digest, y.digest}
	}
}

// Reviewed says whether a steward has seen two records as they are now: then
// they need no review, whatever was said. They return to it when the content of
// one changes; the decision itself holds on.
func (s *State) Reviewed(a, b RecordID) bool {
	p := pairOf(a, b)
	d, ok := s.decisions[p]
	if !ok {
		return false
	}
	x, _ := s.record(p.a)
	y, _ := s.record(p.b)
	return x.digest == d.DigestA && y.digest == d.DigestB
}
