package merge

import (
	"cmp"
	"slices"
)

// Repartition brings the people to what a rerun found. Stewards' decisions hold:
// a partition that joins two records of whom one said Never, or parts two that
// are the same by a steward's word, is refused, but for a hard conflict, which
// bars Same too. Whoever makes partitions gives [State.Decisions] to [Resolve].
type Repartition struct {
	People [][]RecordID       // all records of the state, each once
	Causes map[RecordID]Cause // why a record leaves its person; CauseEvidence where not said
	Basis  Basis

	// Arrivals are records among them that are new, with their content: each is
	// linked to its person at once.
	Arrivals map[RecordID]RecordDigest

	// Partial says that People are those of some records only: all that are one
	// person with any of them. Its cost is that of these records. Stewards'
	// decisions are then not asked for: the caller has kept them.
	Partial bool
}

func (c Repartition) decide(s *State, hard Conflict) ([]Event, error) {
	person := map[RecordID]int32{}
	for p, members := range c.People {
		for _, r := range members {
			_, known := s.record(r)
			if _, arrives := c.Arrivals[r]; known == arrives {
				return nil, ErrUnknown
			}
			if _, again := person[r]; again {
				return nil, &RefusedError{r, r, "in two people"}
			}
			person[r] = int32(p)
		}
	}
	if len(person) != c.wants(s)+len(c.Arrivals) {
		return nil, ErrUnknown
	}
	if !c.Partial {
		if err := c.respects(s, person, hard); err != nil {
			return nil, err
		}
	}
	records := make([]RecordID, 0, len(person))
	for r := range person {
		records = append(records, r)
	}
	slices.SortFunc(records, RecordID.compare)
	previous, now := make([]EnterpriseID, len(records)), make([]int32, len(records))
	for i, r := range records {
		previous[i], _ = s.Person(r)
		now[i] = person[r]
	}
	ids, changes, _ := Carry(previous, now, len(c.People), s.next)
	return c.events(s, records, previous, now, ids, changes), nil
}

// wants returns how many records of the state the partition must have.
func (c Repartition) wants(s *State) int {
	if !c.Partial {
		return s.ids.Len()
	}
	touched, n := map[EnterpriseID]bool{}, 0
	for _, members := range c.People {
		for _, r := range members {
			if id, _ := s.Person(r); id != 0 && !touched[id] {
				touched[id] = true
				n += s.people.count(id)
			}
		}
	}
	return n
}

// respects checks a partition against what stewards said.
func (c Repartition) respects(s *State, person map[RecordID]int32, hard Conflict) error {
	for _, d := range s.Decisions() {
		together := person[d.A] == person[d.B]
		switch {
		case d.Kind == EventNever && together:
			return &RefusedError{d.A, d.B, "never"}
		case d.Kind == EventSame && !together && !c.conflict(s, person[d.A], person[d.B], hard):
			return &RefusedError{d.A, d.B, "same"}
		}
	}
	return nil
}

// conflict says whether a hard conflict or a Never stands between two of the new
// people.
func (c Repartition) conflict(s *State, p, q int32, hard Conflict) bool {
	for _, a := range c.People[p] {
		for _, b := range c.People[q] {
			if d, ok := s.decisions[pairOf(a, b)]; ok && d.Kind == EventNever || hard(a, b) != "" {
				return true
			}
		}
	}
	return false
}

// events moves every record whose id changes. A person that becomes another's
// as a whole is merged, so that it can be unmerged; else its records leave one by
// one, those first that do not go where its id will redirect.
func (c Repartition) events(s *State, records []RecordID, previous []EnterpriseID, now []int32, ids []EnterpriseID, changes []IDChange) []Event {
	redirect := map[EnterpriseID]EnterpriseID{}
	for _, change := range changes {
		if change.Kind == IDRetired && change.Records == s.people.count(change.ID) {
			redirect[change.ID] = change.Other
		}
	}
	whole := map[EnterpriseID]bool{}
	for id := range redirect {
		whole[id] = true
	}
	var links, moves []Event
	for i, r := range records {
		to := ids[now[i]]
		if to == previous[i] {
			continue
		}
		if previous[i] == 0 {
			links = append(links, Event{Kind: EventLink, Record: r, Digest: c.Arrivals[r], Person: to, Basis: c.Basis})
			continue
		}
		if redirect[previous[i]] != to {
			whole[previous[i]] = false
		}
		cause := cmp.Or(c.Causes[r], CauseEvidence)
		moves = append(moves, Event{Kind: EventUnlink, Record: r, Person: previous[i], Other: to, Cause: cause, Basis: c.Basis})
	}
	slices.SortFunc(moves, func(a, b Event) int {
		last := func(e *Event) int { return btoi(redirect[e.Person] == e.Other) }
		return cmp.Or(cmp.Compare(a.Person, b.Person), cmp.Compare(last(&a), last(&b)), a.Record.compare(b.Record))
	})
	events := links
	var merges []Event
	for _, m := range moves {
		switch {
		case !whole[m.Person]:
			events = append(events, m)
		case len(merges) == 0 || merges[len(merges)-1].Other != m.Person:
			merges = append(merges, Event{Kind: EventMerge, Person: m.Other, Other: m.Person, Cause: m.Cause, Basis: c.Basis})
		}
	}
	return append(events, merges...)
}
