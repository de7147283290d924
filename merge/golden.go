package merge

import (
	"cmp"
	"slices"

	"github.com/idem-health/idem/match/patient"
)

// A GoldenRecord is the one record of a person: for every field the value that
// survived, where it came from and why.
type GoldenRecord struct {
	// Values are in the order of the standard fields. A field that keeps all
	// values, the best first, has one Value each. The columns that belong
	// together (guardian_given and guardian_family, mrn and mrn_authority) have
	// as many values each, empty ones included.
	Values []Value `json:"values"`
	// Members is the number of records merged.
	Members int `json:"members"`
	// Doses is the consolidated history, in the order of the values of "doses",
	// with the reports each dose was made of.
	Doses []DoseEvent `json:"dose_events,omitempty"`
	// Dropped are the values that normalisation takes for junk or cannot read.
	// They survive in nothing but their own record.
	Dropped []Dropped `json:"dropped,omitempty"`
}

// A Value is one value of a golden record.
type Value struct {
	Field string `json:"field"` // standard field name
	// Value is as received, never folded. Dates alone are written YYYY-MM-DD as
	// far as known, since two sources may mean different days by one spelling.
	Value  string `json:"value"`
	Source string `json:"source"` // of the record it came from
	ID     string `json:"record_id"`
	Rule   Rule   `json:"rule"`   // why it survived
	Agree  int    `json:"agree"`  // members that have this value, normalised; this one included
	Differ int    `json:"differ"` // members that have another
}

// A Dropped value stands in a record and in no golden record.
type Dropped struct {
	Field  string `json:"field"`
	Source string `json:"source"`
	ID     string `json:"record_id"`
}

// Get returns the first value of a field.
func (g *GoldenRecord) Get(field string) (Value, bool) {
	i := slices.IndexFunc(g.Values, func(v Value) bool { return v.Field == field })
	if i < 0 {
		return Value{}, false
	}
	return g.Values[i], true
}

// All returns the values of a field.
func (g *GoldenRecord) All(field string) []Value {
	from := slices.IndexFunc(g.Values, func(v Value) bool { return v.Field == field })
	if from < 0 {
		return nil
	}
	to := from
	for to < len(g.Values) && g.Values[to].Field == field {
		to++
	}
	return g.Values[from:to:to]
}

// Golden merges the records of a person. Values are compared by their
// normalised form under the profile. The result does not depend on the order of
// the members, and no member is altered. Rules and fields that are not known
// decide nothing; [Survivorship.Compile] refuses them, and is to be preferred
// for many people.
func Golden(members []patient.Record, profile patient.Profile, rules Survivorship) GoldenRecord {
	return rules.compile(profile).Golden(members)
}

// Golden is [Golden] by compiled rules.
func (c *Chooser) Golden(members []patient.Record) GoldenRecord {
	if len(members) == 0 {
		return GoldenRecord{}
	}
	p := newPerson(c, members)
	defer p.release()
	p.out.Values = make([]Value, 0, 24)
	p.merge()
	return p.out
}

// AppendValues appends the values of [Chooser.Golden], without the history of
// the doses and what was dropped. It allocates little but the texts of doses: who
// writes many golden records down can use the memory of the last one again.
func (c *Chooser) AppendValues(dst []Value, members []patient.Record) []Value {
	if len(members) == 0 {
		return dst
	}
	p := newPerson(c, members)
	defer p.release()
	p.brief = true
	p.out.Values = dst
	p.merge()
	return p.out.Values
}

// merge lets the values of all fields survive.
func (p *person) merge() {
	before := len(p.out.Values)
	p.name()
	for i := range singles {
		p.single(&singles[i])
	}
	p.identifiers()
	p.mother()
	p.guardians()
	p.address()
	p.school()
	p.texts(unitPhone, phonesOf)
	p.texts(unitEmail, emailsOf)
	p.doses()
	p.protection()
	p.sort(p.out.Values[before:])
}

// sort puts the values and what was dropped into the order of the standard
// fields. They come nearly so.
func (p *person) sort(values []Value) {
	places := p.places
	for i := range values {
		for j := i; j > 0 && places[j-1] > places[j]; j-- {
			places[j-1], places[j] = places[j], places[j-1]
			values[j-1], values[j] = values[j], values[j-1]
		}
	}
	if len(p.out.Dropped) > 1 {
		slices.SortStableFunc(p.out.Dropped, func(a, b Dropped) int { return cmp.Compare(order[a.Field], order[b.Field]) })
	}
}

// order is the place of every standard field.
var order = func() map[string]int {
	m := map[string]int{}
	for i, name := range patient.StandardNames() {
		m[name] = i
	}
	return m
}()

// A single is a unit of one field with one value.
type single struct {
	unit unit
	// value returns the value as received ("" if none), its normalised form (""
	// if it is junk) and how complete it is.
	value func(p *person, m *member) (raw, key string, full int32)
}

// single lets one value of a unit survive.
func (p *person) single(s *single) {
	field := unitFields[s.unit]
	list := p.list[:0]
	for i := range p.members {
		raw, key, full := s.value(p, &p.members[i])
		switch {
		case raw == "":
		case key == "":
			p.drop(field, &p.members[i])
		default:
			list = append(list, candidate{member: int32(i), key: key, full: full, raw: raw})
		}
	}
	p.list = list
	if len(list) == 0 {
		return
	}
	best, rule := p.choose(s.unit, list)
	p.put(field, best.raw, best.member, rule, int(best.agree), len(list)-int(best.agree))
}

// protection is the person's as soon as it is one member's.
func (p *person) protection() {
	agree, first := 0, int32(-1)
	for i, m := range p.members {
		if m.record.Protected {
			if agree++; first < 0 {
				first = int32(i)
			}
		}
	}
	if agree > 0 {
		p.put(atProtected, "Y", first, Restricted, agree, len(p.members)-agree)
	}
}
