package merge

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
)

// A State is what all events so far amount to: who is one person, under which
// id, and what stewards decided. It is replay(events), and nothing else. It is
// not safe for concurrent use while it changes.
type State struct {
	records   map[RecordID]recordState
	people    map[EnterpriseID][]RecordID // sorted
	redirect  redirects
	decisions map[recordPair]Decision
	merges    map[EnterpriseID]merged // by the retired id
	resolved  map[RecordID]resolved
	next      EnterpriseID
}

type recordState struct {
	digest RecordDigest
	person EnterpriseID
}

// merged is a merge that can be undone.
type merged struct {
	into    EnterpriseID
	records []RecordID // of the retired person
	with    RecordID   // first record of the other one
	by      Author     // a steward's word holds against scores
}

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
		records: map[RecordID]recordState{}, people: map[EnterpriseID][]RecordID{}, redirect: redirects{},
		decisions: map[recordPair]Decision{}, merges: map[EnterpriseID]merged{}, resolved: map[RecordID]resolved{}, next: 1,
	}
}

// Clone returns a copy that shares nothing that changes.
func (s *State) Clone() *State {
	return &State{
		records: maps.Clone(s.records), people: maps.Clone(s.people), redirect: maps.Clone(s.redirect),
		decisions: maps.Clone(s.decisions), merges: maps.Clone(s.merges), resolved: maps.Clone(s.resolved), next: s.next,
	}
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
		s.records[e.Record] = recordState{e.Digest, e.Person}
		s.enter(e.Record, e.Person)
	case EventUnlink:
		s.move(e.Record, e.Other)
		s.unresolve(e.Record, e.Person)
		if len(s.people[e.Person]) == 0 {
			s.retire(e.Person, e.Other)
		}
	case EventMerge:
		records := slices.Clone(s.people[e.Other])
		s.merges[e.Other] = merged{e.Person, records, s.people[e.Person][0], e.By}
		for _, r := range records {
			s.move(r, e.Person)
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
		if len(s.people[e.Person]) == 0 {
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
		r := s.records[e.Record]
		r.digest = e.Digest
		s.records[e.Record] = r
	case EventErase:
		s.erase(e.Record)
	}
	return nil
}

// fits says whether an event can happen in this state.
func (s *State) fits(e *Event) bool {
	record, known := s.records[e.Record]
	with, withKnown := s.records[e.With]
	_, used := s.people[e.Person]
	_, otherUsed := s.people[e.Other]
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
			return s.records[r].person != e.Person || !slices.Contains(m.records, r)
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
	return !retired && s.people[id] == nil
}

func (s *State) enter(r RecordID, id EnterpriseID) {
	list := s.people[id]
	at, _ := slices.BinarySearchFunc(list, r, RecordID.compare)
	s.people[id] = slices.Insert(slices.Clip(list), at, r) // never in place: clones share the lists
	s.next = max(s.next, id+1)
}

func (s *State) leave(r RecordID, id EnterpriseID) {
	s.people[id] = slices.DeleteFunc(slices.Clone(s.people[id]), func(x RecordID) bool { return x == r })
}

func (s *State) move(r RecordID, to EnterpriseID) {
	state := s.records[r]
	s.leave(r, state.person)
	state.person = to
	s.records[r] = state
	s.enter(r, to)
}

// unresolve forgets what resolved a record that left a person, or what it
// resolved there.
func (s *State) unresolve(r RecordID, left EnterpriseID) {
	if to, ok := s.resolved[r]; ok && s.records[to.with].person != s.records[r].person {
		delete(s.resolved, r)
	}
	for _, other := range s.people[left] {
		if to, ok := s.resolved[other]; ok && to.with == r {
			delete(s.resolved, other)
		}
	}
}

func (s *State) retire(id, into EnterpriseID) {
	delete(s.people, id)
	s.redirect[id] = into
}

// erase forgets a record in everything.
func (s *State) erase(r RecordID) {
	id := s.records[r].person
	s.leave(r, id)
	delete(s.records, r)
	if len(s.people[id]) == 0 {
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
		left := slices.DeleteFunc(slices.Clone(m.records), func(x RecordID) bool { return x == r })
		switch {
		case len(left) == 0:
			delete(s.merges, retired)
			continue
		case m.with == r:
			m.by = Engine // the record that stood for the decision is gone
			m.with = RecordID{}
		}
		m.records = left
		s.merges[retired] = m
	}
}

// Person returns the person of a record.
func (s *State) Person(r RecordID) (EnterpriseID, bool) {
	state, ok := s.records[r]
	return state.person, ok
}

// Digest returns the content of a record.
func (s *State) Digest(r RecordID) (RecordDigest, bool) {
	state, ok := s.records[r]
	return state.digest, ok
}

// Size returns how many records and people there are.
func (s *State) Size() (records, people int) { return len(s.records), len(s.people) }

// All returns every record with its content and person, in no order.
func (s *State) All() iter.Seq2[RecordID, RecordDigest] {
	return func(yield func(RecordID, RecordDigest) bool) {
		for r, state := range s.records {
			if !yield(r, state.digest) {
				return
			}
		}
	}
}

// Records returns the records of a person in use, sorted.
func (s *State) Records(id EnterpriseID) []RecordID { return slices.Clone(s.people[id]) }

// Members passes over the records of a person in use, sorted.
func (s *State) Members(id EnterpriseID) iter.Seq[RecordID] { return slices.Values(s.people[id]) }

// Count returns how many records a person has.
func (s *State) Count(id EnterpriseID) int { return len(s.people[id]) }

// People returns the ids in use, ascending.
func (s *State) People() []EnterpriseID { return slices.Sorted(maps.Keys(s.people)) }

// Current returns the id in use for one that may have been retired; false if it
// was never given, or its records are gone.
func (s *State) Current(id EnterpriseID) (EnterpriseID, bool) {
	if id == 0 || id >= s.next {
		return 0, false
	}
	id = s.redirect.resolve(id)
	_, ok := s.people[id]
	return id, ok
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
			s.imply(all, m.records[0], m.with)
		}
	}
	list := slices.Collect(maps.Values(all))
	slices.SortFunc(list, func(x, y Decision) int { return cmp.Or(x.A.compare(y.A), x.B.compare(y.B)) })
	return list
}

func (s *State) imply(all map[recordPair]Decision, a, b RecordID) {
	p := pairOf(a, b)
	if _, said := all[p]; !said {
		all[p] = Decision{p.a, p.b, EventSame, s.records[p.a].digest, s.records[p.b].digest}
	}
}

// Reviewed says whether a steward has seen two records as they are now: then
// they need no review, whatever was said. They return to it when the content of
// one changes; the decision itself holds on.
func (s *State) Reviewed(a, b RecordID) bool {
	p := pairOf(a, b)
	d, ok := s.decisions[p]
	return ok && s.records[p.a].digest == d.DigestA && s.records[p.b].digest == d.DigestB
}
