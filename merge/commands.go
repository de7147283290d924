package merge

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// A Command is a wish to change records or people. [Decide] turns it into the
// events that fulfil it: one of [Submit], [SaySame], [SayNever], [SayUnsure],
// [Withdraw], [MergePeople], [UnmergePeople], [UnlinkRecord],
// [ResolvePlaceholder], [EraseRecord] and [Repartition].
type Command interface {
	decide(s *State, hard Conflict) ([]Event, error)
}

// A Conflict returns why two records can never be one person (different orders
// of birth, two birth certificates), or "". It is a policy's hard conflict.
type Conflict func(a, b RecordID) (reason string)

// Decide returns the events of a command, to be applied in their order; none if
// nothing is to change. The state stays as it is. Hard may be nil: no conflicts.
// A command that cannot be is refused with an error that wraps [ErrRefused]
// or, if it names what is not there, [ErrUnknown].
func Decide(s *State, c Command, hard Conflict) ([]Event, error) {
	if hard == nil {
		hard = func(a, b RecordID) string { return "" }
	}
	events, err := c.decide(s, hard)
	if err != nil {
		return nil, err
	}
	for i := range events {
		events[i].Version = EventVersion
		if events[i].By == "" {
			events[i].By = Engine
		}
	}
	return events, nil
}

var (
	// ErrUnknown is returned for a record or person that is not there.
	ErrUnknown = errors.New("merge: no such record or person")
	// ErrRefused is what a [*RefusedError] wraps.
	ErrRefused = errors.New("merge: refused")
)

// A RefusedError says why a command was refused, and between which records what
// bars it stands.
type RefusedError struct {
	A, B   RecordID
	Reason string // a policy's conflict, or "never" or "same" for a steward's decision
}

// Error implements error.
func (e *RefusedError) Error() string {
	return fmt.Sprintf("merge: refused: %s and %s: %s", e.A, e.B, e.Reason)
}

// Unwrap returns ErrRefused.
func (e *RefusedError) Unwrap() error { return ErrRefused }

// Submit brings a record, or new content of one.
type Submit struct {
	Record RecordID
	Digest RecordDigest
	Basis  Basis
}

func (c Submit) decide(s *State, _ Conflict) ([]Event, error) {
	old, known := s.record(c.Record)
	switch {
	case c.Record == RecordID{} || c.Digest.IsZero():
		return nil, ErrUnknown
	case !known:
		return []Event{{Kind: EventLink, Record: c.Record, Digest: c.Digest, Person: s.next, Basis: c.Basis}}, nil
	case old.digest == c.Digest:
		return nil, nil
	}
	return []Event{{Kind: EventSupersede, Record: c.Record, Digest: c.Digest, WithDigest: old.digest, Basis: c.Basis}}, nil
}

// SaySame is a steward's word that two records are one person. It joins their
// people and holds against every score, but not against a hard conflict.
type SaySame struct {
	A, B  RecordID
	Basis Basis
}

func (c SaySame) decide(s *State, hard Conflict) ([]Event, error) {
	event, err := s.decision(EventSame, c.A, c.B, c.Basis)
	if err != nil {
		return nil, err
	}
	a, _ := s.Person(c.A)
	b, _ := s.Person(c.B)
	direct := pairOf(c.A, c.B) // what was said of these two themselves is said anew
	if reason := hard(c.A, c.B); reason != "" {
		return nil, &RefusedError{c.A, c.B, reason}
	}
	if err := s.bars(a, b, hard, &direct); a != b && err != nil {
		return nil, err
	}
	events := []Event{event}
	if d, ok := s.decisions[direct]; ok && d.Kind == EventSame && s.Reviewed(c.A, c.B) {
		events = nil
	}
	if a != b {
		// The merge follows from the decision and ends with it.
		events = append(events, Event{Kind: EventMerge, Person: min(a, b), Other: max(a, b), Cause: CauseSame, Basis: c.Basis.as(Engine)})
	}
	return events, nil
}

// SayNever is a steward's word that two records are two people. If they are one,
// the second leaves it; a rerun places the others.
type SayNever struct {
	A, B  RecordID
	Basis Basis
}

func (c SayNever) decide(s *State, _ Conflict) ([]Event, error) {
	event, err := s.decision(EventNever, c.A, c.B, c.Basis)
	if err != nil {
		return nil, err
	}
	direct := pairOf(c.A, c.B)
	if via, ok := s.saidSame(c.A, c.B, &direct); ok {
		return nil, &RefusedError{c.A, via, "same"}
	}
	events := []Event{event}
	if d, ok := s.decisions[direct]; ok && d.Kind == EventNever && s.Reviewed(c.A, c.B) {
		events = nil
	}
	p, _ := s.Person(c.A)
	if other, _ := s.Person(c.B); other == p {
		events = append(events, Event{Kind: EventUnlink, Record: c.B, Person: p, Other: s.next, Cause: CauseNever, Basis: c.Basis.as(Steward)})
	}
	return events, nil
}

// SayUnsure notes that a steward reviewed two records without a decision. The
// pair needs no review until one of them changes.
type SayUnsure struct {
	A, B  RecordID
	Basis Basis
}

func (c SayUnsure) decide(s *State, _ Conflict) ([]Event, error) {
	event, err := s.decision(EventUnsure, c.A, c.B, c.Basis)
	if d, ok := s.decisions[pairOf(c.A, c.B)]; err == nil && ok && (d.Kind != EventUnsure || s.Reviewed(c.A, c.B)) {
		if d.Kind == EventUnsure {
			return nil, nil
		}
		return nil, &RefusedError{c.A, c.B, string(d.Kind)}
	}
	return []Event{event}, err
}

// Withdraw takes back what a steward said of two records.
type Withdraw struct {
	A, B  RecordID
	Basis Basis
}

func (c Withdraw) decide(s *State, _ Conflict) ([]Event, error) {
	if _, ok := s.decisions[pairOf(c.A, c.B)]; !ok {
		return nil, ErrUnknown
	}
	return []Event{{Kind: EventWithdraw, Record: c.A, With: c.B, Basis: c.Basis.as(Steward)}}, nil
}

// MergePeople makes two people one, under the id of the first. A steward's merge
// holds against every score.
type MergePeople struct {
	Survivor, Retired EnterpriseID
	Cause             Cause
	Basis             Basis
}

func (c MergePeople) decide(s *State, hard Conflict) ([]Event, error) {
	a, okA := s.Current(c.Survivor)
	b, okB := s.Current(c.Retired)
	if !okA || !okB {
		return nil, ErrUnknown
	}
	if a == b {
		return nil, nil
	}
	if err := s.bars(a, b, hard, nil); err != nil {
		return nil, err
	}
	return []Event{{Kind: EventMerge, Person: a, Other: b, Cause: cmp.Or(c.Cause, CauseEvidence), Basis: c.Basis}}, nil
}

// UnmergePeople undoes the merge by which an id was retired: the records that
// were its go back to it, as they are now. Undoing a steward's merge is as if it
// had not been. To undo an engine's is a steward's word against the scores: the
// two stay apart.
type UnmergePeople struct {
	Retired EnterpriseID
	Basis   Basis
}

func (c UnmergePeople) decide(s *State, _ Conflict) ([]Event, error) {
	m, ok := s.merges[c.Retired]
	if !ok {
		return nil, ErrUnknown
	}
	person := s.redirect.resolve(c.Retired)
	var back, rest []RecordID
	var one [1]uint32
	for _, n := range s.people.members(person, &one) {
		if slices.Contains(m.records, n) {
			back = append(back, s.name(n))
		} else {
			rest = append(rest, s.name(n))
		}
	}
	if len(back) == 0 {
		return nil, ErrUnknown
	}
	events := []Event{{Kind: EventUnmerge, Person: person, Other: c.Retired, Records: back, Cause: CauseMistake, Basis: c.Basis}}
	if c.Basis.By != Steward || m.by == Steward {
		return events, nil
	}
	for _, a := range back {
		for _, b := range rest {
			if via, ok := s.saidSame(a, b, nil); ok {
				return nil, &RefusedError{a, via, "same"}
			}
			event, err := s.decision(EventNever, a, b, c.Basis)
			if err != nil {
				return nil, err
			}
			events = append(events, event)
		}
	}
	return events, nil
}

// UnlinkRecord takes a record out of its person. A steward's word keeps it apart
// from the records it leaves.
type UnlinkRecord struct {
	Record RecordID
	Cause  Cause
	Basis  Basis
}

func (c UnlinkRecord) decide(s *State, _ Conflict) ([]Event, error) {
	r, ok := s.record(c.Record)
	if !ok {
		return nil, ErrUnknown
	}
	others := s.Records(r.person)
	if len(others) == 1 {
		return nil, nil
	}
	cause := c.Cause
	if cause == "" {
		cause = CauseEvidence
		if c.Basis.By == Steward {
			cause = CauseMistake
		}
	}
	events := []Event{{Kind: EventUnlink, Record: c.Record, Person: r.person, Other: s.next, Cause: cause, Basis: c.Basis}}
	for _, other := range others {
		if other == c.Record {
			continue
		}
		if via, ok := s.saidSame(c.Record, other, nil); ok {
			return nil, &RefusedError{c.Record, via, "same"}
		}
		if c.Basis.By == Steward {
			event, err := s.decision(EventNever, c.Record, other, c.Basis)
			if err != nil {
				return nil, err
			}
			events = append(events, event)
		}
	}
	return events, nil
}

// ResolvePlaceholder gives a newborn's placeholder record the legal name of
// another one, and makes the two one person.
type ResolvePlaceholder struct {
	Placeholder, Legal RecordID
	Basis              Basis
}

func (c ResolvePlaceholder) decide(s *State, hard Conflict) ([]Event, error) {
	placeholder, ok := s.record(c.Placeholder)
	legal, okLegal := s.record(c.Legal)
	if !ok || !okLegal || c.Placeholder == c.Legal {
		return nil, ErrUnknown
	}
	if old, ok := s.resolved[c.Placeholder]; ok && old.with == c.Legal && placeholder.person == legal.person {
		return nil, nil
	}
	if err := s.bars(placeholder.person, legal.person, hard, nil); err != nil {
		return nil, err
	}
	var events []Event
	if placeholder.person != legal.person {
		events = append(events, Event{Kind: EventMerge, Person: legal.person, Other: placeholder.person, Cause: CausePlaceholder, Basis: c.Basis.as(Engine)})
	}
	return append(events, Event{Kind: EventResolve, Record: c.Placeholder, With: c.Legal, Basis: c.Basis}), nil
}

// EraseRecord forgets a record and all that was said about it.
type EraseRecord struct {
	Record RecordID
	Basis  Basis
}

func (c EraseRecord) decide(s *State, _ Conflict) ([]Event, error) {
	if _, ok := s.record(c.Record); !ok {
		return nil, ErrUnknown
	}
	return []Event{{Kind: EventErase, Record: c.Record, Basis: c.Basis}}, nil
}

// as returns the basis with an author.
func (b Basis) as(by Author) Basis {
	b.By = by
	return b
}

func (s *State) decision(kind EventKind, a, b RecordID, basis Basis) (Event, error) {
	x, okA := s.record(a)
	y, okB := s.record(b)
	if !okA || !okB || a == b {
		return Event{}, ErrUnknown
	}
	return Event{Kind: kind, Record: a, With: b, Digest: x.digest, WithDigest: y.digest, Basis: basis.as(Steward)}, nil
}

// bars returns what stands between two people: a hard conflict or a steward's
// Never, but for one about the pair that is not asked for.
func (s *State) bars(a, b EnterpriseID, hard Conflict, but *recordPair) error {
	for x := range s.Members(a) {
		for y := range s.Members(b) {
			p := pairOf(x, y)
			if d, ok := s.decisions[p]; ok && d.Kind == EventNever && (but == nil || p != *but) {
				return &RefusedError{x, y, "never"}
			}
			if reason := hard(x, y); reason != "" {
				return &RefusedError{x, y, reason}
			}
		}
	}
	return nil
}

// saidSame says whether stewards' words make two records one person, without
// what was said of the pair itself; via is where the chain begins.
func (s *State) saidSame(a, b RecordID, but *recordPair) (via RecordID, ok bool) {
	return s.chain(a, b, func(d Decision) bool { return but == nil || pairOf(d.A, d.B) != *but })
}

func (s *State) chain(a, b RecordID, counts func(d Decision) bool) (via RecordID, ok bool) {
	decisions := s.withMerges(maps.Clone(s.decisions)) // to take a record out is to take back what resolved it
	first := map[RecordID]RecordID{a: a}               // reached, by way of which neighbor of a
	for frontier := []RecordID{a}; len(frontier) > 0; frontier = frontier[1:] {
		at := frontier[0]
		for _, d := range decisions {
			if d.Kind != EventSame || !counts(d) || d.A != at && d.B != at {
				continue
			}
			next := d.A
			if next == at {
				next = d.B
			}
			if _, seen := first[next]; seen {
				continue
			}
			if first[next] = first[at]; at == a {
				first[next] = next
			}
			if next == b {
				return first[next], true
			}
			frontier = append(frontier, next)
		}
	}
	return RecordID{}, false
}
