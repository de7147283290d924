package merge

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"slices"

	"github.com/idem-health/idem/match/patient"
)

// A member is a record and its normalised form.
type member struct {
	record *patient.Record
	normal *patient.Normalized
}

// A placedMember is a member and what orders it.
type placedMember struct {
	digest [sha256.Size]byte
	member
}

// A person is the work on one golden record. A [Chooser] for many people uses
// it, and all its memory but out, again.
type person struct {
	*Chooser
	members    []member            // in canonical order
	normalizer *patient.Normalizer // nil: normalize without caches
	out        GoldenRecord

	normal  []patient.Normalized // of the members, as they came
	light   patient.Record       // see lighten
	births  []patient.Dose       // its doses
	placed  []placedMember
	content []byte
	places  []int // see sort
	list    []candidate
	numbers [numUnits][]candidate // see identifiers
	kept    []candidate           // see keep
	text    []byte
	history history

	sent    patient.Record     // see one
	scratch patient.Normalized // its normalised form
	alone   struct {           // values of one each, for it
		texts       [1]string
		names       [1]patient.Name
		addresses   [1]patient.Address
		guardians   [1]patient.Guardian
		identifiers [1]patient.Identifier
	}
}

// manyMembers is the size of a person whose memory is not kept.
const manyMembers = 256

// newPerson puts the members into canonical order: by digest of the content,
// then, for records that say the same, by identity. Everything after it may
// rely on the order.
func newPerson(c *Chooser, members []patient.Record) *person {
	var p *person
	if c.people != nil {
		p = c.people.Get().(*person)
	} else {
		p = &person{Chooser: c}
	}
	p.out = GoldenRecord{Members: len(members), Values: make([]Value, 0, 24)}
	p.members = p.members[:0]
	for len(p.normal) < len(members) {
		p.normal = append(p.normal, patient.Normalized{})
	}
	for i := range members {
		p.normalize(&p.normal[i], p.lighten(&members[i]))
		p.members = append(p.members, member{&members[i], &p.normal[i]})
	}
	if len(members) < 2 {
		return p
	}
	p.placed = p.placed[:0]
	for _, m := range p.members {
		p.content = m.record.AppendContent(p.content[:0])
		p.placed = append(p.placed, placedMember{sha256.Sum256(p.content), m})
	}
	slices.SortStableFunc(p.placed, func(a, b placedMember) int {
		return cmp.Or(bytes.Compare(a.digest[:], b.digest[:]),
			cmp.Compare(a.record.Source, b.record.Source), cmp.Compare(a.record.ID, b.record.ID))
	})
	for i := range p.placed {
		p.members[i] = p.placed[i].member
	}
	return p
}

// release gives the memory back. What refers to the records goes.
func (p *person) release() {
	if p.people == nil {
		return
	}
	p.out = GoldenRecord{}
	clear(p.members)
	clear(p.placed)
	if len(p.normal) > manyMembers {
		*p = person{Chooser: p.Chooser, normalizer: p.normalizer}
	}
	p.people.Put(p)
}

// lighten returns a record without the values whose normalised form is asked
// for one by one, if at all (see one): a test holds the rest equal. Its
// certificate, the record numbers of its birth facility and a dose given at
// birth have a say in what the given name means. The result holds until the
// next call.
func (p *person) lighten(r *patient.Record) *patient.Record {
	p.light = *r
	p.light.Addresses, p.light.Phones, p.light.Emails, p.light.Attributes = nil, nil, nil, nil
	if r.BirthFacility == "" && !slices.ContainsFunc(r.Identifiers, func(id patient.Identifier) bool { return id.Type == "BR" }) {
		p.light.Identifiers = nil
	}
	p.births = p.births[:0]
	for i := range r.Doses {
		if d := &r.Doses[i]; !d.Historical && d.Date.Year-r.BirthDate.Year <= 1 {
			p.births = append(p.births, *d)
		}
	}
	p.light.Doses = p.births
	return &p.light
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

// put adds a value to the golden record.
func (p *person) put(field, value string, from int32, rule Rule, agree, differ int) {
	r := p.members[from].record
	p.out.Values = append(p.out.Values, Value{field, value, r.Source, r.ID, rule, agree, differ})
}

func (p *person) drop(field string, m *member) {
	p.out.Dropped = append(p.out.Dropped, Dropped{field, m.record.Source, m.record.ID})
}
