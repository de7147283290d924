package population

// A Batch is what some households in a row give: their records, and what is
// true of them. It is valid until the next one is asked for.
type Batch struct {
	First, Households uint64 // the households it covers
	People            int    // those who have records
	Rows              []Row
	Relations         []Relation
	Labels            []Label
	Persons           []Person

	text   string // of all rows
	buffer []byte
	tags   []Tag

	factText string // of all persons
	facts    []byte
	ends     []householdEnd
}

// householdEnd is how much of the batch the households up to one have filled.
type householdEnd struct {
	people, rows, relations, labels, persons int
}

func (b *Batch) reset(first uint64) {
	*b = Batch{
		First: first, Rows: b.Rows[:0], Relations: b.Relations[:0], Labels: b.Labels[:0], Persons: b.Persons[:0],
		buffer: b.buffer[:0], tags: b.tags[:0], facts: b.facts[:0], ends: b.ends[:0],
	}
}

// cut drops the households after the one that brings the people to at least n.
func (b *Batch) cut(n int) {
	for i, e := range b.ends {
		if e.people >= n {
			b.Households = uint64(i + 1)
			b.People, b.Rows, b.Relations = e.people, b.Rows[:e.rows], b.Relations[:e.relations]
			b.Labels, b.Persons = b.Labels[:e.labels], b.Persons[:e.persons]
			return
		}
	}
}
