package population

// A Relation says how two people who have records are related.
type Relation struct {
	Kind RelationKind
	A, B uint64 // numbers of people
}

// A RelationKind is a kind of relation.
type RelationKind string

// The kinds of relations. In a parent's the parent comes first.
const (
	RelationTwin           RelationKind = "twin"
	RelationSibling        RelationKind = "sibling"
	RelationParent         RelationKind = "parent"
	RelationNamesakeParent RelationKind = "namesake_parent" // a parent of the same name
	RelationSpouse         RelationKind = "spouse"
	RelationGrandmother    RelationKind = "grandmother"
	RelationSharedSSN      RelationKind = "shared_ssn" // a record of the first has the number of the second
)

// A Person is what a merge of all records of somebody should come to.
type Person struct {
	ID        uint64
	Household uint64
	Born      int32 // day of birth: see [Person.BirthDate]
	Records   int   // how many records there are of them

	text string
	at   [7]uint32 // begin and ends of the texts
}

func (p *Person) part(i int) string { return p.text[p.at[i]:p.at[i+1]] }

// Given returns the legal given name, Middle, Family and Suffix the rest of the
// legal name, as properly written.
func (p *Person) Given() string { return p.part(0) }

// Middle returns the middle name.
func (p *Person) Middle() string { return p.part(1) }

// Family returns the family name.
func (p *Person) Family() string { return p.part(2) }

// Suffix returns the suffix.
func (p *Person) Suffix() string { return p.part(3) }

// MRNs returns the medical record numbers that a merged record keeps, each as
// authority|number, separated by semicolons.
func (p *Person) MRNs() string { return p.part(4) }

// Doses returns the doses that were given, among those that any record reports,
// as cvx|date|lot and separated by semicolons: what is left once doses told
// twice are counted once.
func (p *Person) Doses() string { return p.part(5) }

// BirthDate returns the day of birth as YYYY-MM-DD.
func (p *Person) BirthDate() string { return string(appendDay(nil, p.Born)) }

// fact notes what a merge should come to, of a person whose rows begin at one.
func (m *maker) fact(h *household, p *person, begin int) {
	b := m.batch
	rows := b.Rows[begin:]
	x := Person{ID: p.id, Household: h.id, Born: p.born, Records: len(rows)}
	now := p.current()
	at := 0
	end := func() {
		at++
		x.at[at] = uint32(len(b.facts))
	}
	x.at[0] = uint32(len(b.facts))
	b.facts = append(b.facts, now.given.proper...)
	if p.pair == twoGiven || p.pair == twoSyllables || p.pair == afterMuhammad {
		b.facts = append(append(b.facts, ' '), p.given2.proper...)
	}
	end()
	b.facts = append(b.facts, p.middle.proper...)
	end()
	b.facts = appendFamily(b.facts, &now.family)
	end()
	b.facts = append(b.facts, p.suffix...)
	end()
	for i := range rows {
		m.appendMRN(rows[:i+1], int(x.at[at]))
	}
	end()
	for i := range m.given {
		if m.seen[i/64]>>(i%64)&1 == 0 {
			continue
		}
		if uint32(len(b.facts)) > x.at[at] {
			b.facts = append(b.facts, ';')
		}
		dose := &m.given[i]
		b.facts = append(append(b.facts, vaccines[dose.vaccine].cvx...), '|')
		b.facts = append(appendDay(b.facts, dose.day), '|')
		b.facts = m.appendLot(b.facts, dose)
	}
	end()
	b.Persons = append(b.Persons, x)
}

func appendFamily(dst []byte, f *family) []byte {
	if f.form == articleName {
		dst = append(dst, "Al-"...)
	}
	dst = append(dst, f.first.proper...)
	switch f.form {
	case doubleName:
		return append(append(dst, ' '), f.second.proper...)
	case hyphenName:
		return append(append(dst, '-'), f.second.proper...)
	}
	return dst
}

// appendMRN appends the number of the last of some rows, unless another has it.
func (m *maker) appendMRN(rows []Row, begin int) {
	b := m.batch
	last := &rows[len(rows)-1]
	number, authority := last.bytes(ColumnMRN), last.bytes(ColumnMRNAuthority)
	if len(number) == 0 {
		return
	}
	for i := range rows[:len(rows)-1] {
		if string(rows[i].bytes(ColumnMRN)) == string(number) && string(rows[i].bytes(ColumnMRNAuthority)) == string(authority) {
			return
		}
	}
	if len(b.facts) > begin {
		b.facts = append(b.facts, ';')
	}
	b.facts = append(b.facts, authority...)
	b.facts = append(append(b.facts, '|'), number...)
}

// bytes is the value of a column while the batch is being made.
func (r *Row) bytes(c Column) []byte {
	begin := r.begin
	if c > 0 {
		begin = r.ends[c-1]
	}
	return r.batch.buffer[begin:r.ends[c]]
}

// relate notes the relations between members who have records.
func (m *maker) relate(h *household, begin int) {
	b := m.batch
	for i := range b.Rows[begin:] {
		row := &b.Rows[begin+i]
		member := row.truth.person & 15
		f := &m.found[member]
		f.rows++
		at := int32(begin + i)
		switch {
		case row.truth.query:
		case row.truth.placeholder && f.placeholder < 0:
			f.placeholder = at
		case !row.truth.placeholder && f.named < 0:
			f.named = at
		}
		if p := &h.people[member]; p.change == changeAdoption {
			switch {
			case row.truth.separated && f.after < 0:
				f.after = at
			case !row.truth.separated && f.before < 0:
				f.before = at
			}
		}
		for _, t := range b.tags[row.truth.tags:row.truth.lastTag] {
			if t == tagSSNShared {
				p := &h.people[member]
				other := &h.people[max(p.spouse, 0)]
				b.Relations = append(b.Relations, Relation{RelationSharedSSN, p.id, other.id})
			}
		}
	}
	for i := range h.n {
		for j := i + 1; j < h.n; j++ {
			if m.found[i].rows == 0 || m.found[j].rows == 0 {
				continue
			}
			if kind := h.relation(i, j); kind != "" {
				a, o := h.people[i].id, h.people[j].id
				if h.people[i].mother == int8(j) || h.people[i].father == int8(j) {
					a, o = o, a
				}
				b.Relations = append(b.Relations, Relation{kind, a, o})
			}
		}
	}
}

// relation is how two members are related; i comes before j, as parents do.
func (h *household) relation(i, j int) RelationKind {
	a, b := &h.people[i], &h.people[j]
	switch {
	case a.spouse == int8(j):
		return RelationSpouse
	case b.mother == int8(i) || b.father == int8(i):
		if b.namesake && a.sex == b.sex {
			return RelationNamesakeParent
		}
		return RelationParent
	case a.role == roleChild && b.role == roleChild && a.twins != 0 && a.twins == b.twins:
		return RelationTwin
	case a.role == roleChild && b.role == roleChild:
		return RelationSibling
	case a.role == roleGrandmother && b.role == roleChild:
		return RelationGrandmother
	}
	return ""
}
