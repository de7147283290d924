package merge

import (
	"bytes"
	"cmp"
	"crypto/sha256"
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
	p.sort()
	return p.out
}

// sort puts the values and what was dropped into the order of the standard
// fields. They come nearly so, and each field is looked up once.
func (p *person) sort() {
	values, places := p.out.Values, make([]int, len(p.out.Values))
	for i := range values {
		places[i] = order[values[i].Field]
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

// A member is a record and its normalised form.
type member struct {
	record *patient.Record
	normal *patient.Normalized
}

// A person is the work on one golden record.
type person struct {
	*Chooser
	members    []member            // in canonical order
	normalizer *patient.Normalizer // nil: normalize without caches
	sent       patient.Record      // see one
	scratch    patient.Normalized  // its normalised form
	list       []candidate         // of the unit at hand; reused
	out        GoldenRecord
}

// newPerson puts the members into canonical order: by digest of the content,
// then, for records that say the same, by identity. Everything after it may
// rely on the order.
func newPerson(c *Chooser, members []patient.Record) *person {
	p := &person{Chooser: c, members: make([]member, len(members))}
	if c.normalizers != nil {
		p.normalizer = c.normalizers.Get().(*patient.Normalizer)
	}
	p.out.Members = len(members)
	p.out.Values = make([]Value, 0, 16)
	normal := make([]patient.Normalized, len(members))
	for i := range members {
		p.normalize(&normal[i], &members[i])
		p.members[i] = member{&members[i], &normal[i]}
	}
	if len(members) < 2 {
		return p
	}
	type placed struct {
		digest [sha256.Size]byte
		member
	}
	list := make([]placed, len(members))
	var content []byte
	for i, m := range p.members {
		content = m.record.AppendContent(content[:0])
		list[i] = placed{sha256.Sum256(content), m}
	}
	slices.SortStableFunc(list, func(a, b placed) int {
		return cmp.Or(bytes.Compare(a.digest[:], b.digest[:]),
			cmp.Compare(a.record.Source, b.record.Source), cmp.Compare(a.record.ID, b.record.ID))
	})
	for i := range list {
		p.members[i] = list[i].member
	}
	return p
}

// one normalises a record of a single value: what became of one of several
// values cannot be read off the whole record. The result holds until the next
// call.
func (p *person) one(r patient.Record) *patient.Normalized {
	p.sent = r
	p.normalize(&p.scratch, &p.sent)
	return &p.scratch
}

func (p *person) normalize(dst *patient.Normalized, r *patient.Record) {
	if p.normalizer != nil {
		p.normalizer.Apply(dst, r)
		return
	}
	*dst, _ = patient.Normalize(r, p.profile)
}

func (p *person) release() {
	if p.normalizer != nil {
		p.normalizers.Put(p.normalizer)
	}
}

// put adds a value to the golden record.
func (p *person) put(field, value string, from int32, rule Rule, agree, differ int) {
	r := p.members[from].record
	p.out.Values = append(p.out.Values, Value{field, value, r.Source, r.ID, rule, agree, differ})
}

func (p *person) drop(field string, m *member) {
	p.out.Dropped = append(p.out.Dropped, Dropped{field, m.record.Source, m.record.ID})
}

// A single is a unit of one field with one value.
type single struct {
	unit unit
	// value returns the value as received ("" if none), its normalised form (""
	// if it is junk) and how complete it is.
	value func(p *person, m *member) (raw, key string, full int32)
}

// single lets one value of a unit survive.
func (p *person) single(s *single) {
	field := unitNames[s.unit]
	list := p.list[:0]
	for i := range p.members {
		raw, key, full := s.value(p, &p.members[i])
		switch {
		case raw == "":
		case key == "":
			p.drop(field, &p.members[i])
		default:
			list = append(list, candidate{member: int32(i), key: key, full: full})
		}
	}
	p.list = list
	if len(list) == 0 {
		return
	}
	best, rule := p.choose(s.unit, list)
	raw, _, _ := s.value(p, &p.members[best.member])
	p.put(field, raw, best.member, rule, int(best.agree), len(list)-int(best.agree))
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
		p.put("protected", "Y", first, Restricted, agree, len(p.members)-agree)
	}
}
