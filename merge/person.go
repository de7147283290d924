package merge

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"slices"
	"strings"

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
	members    []member // in canonical order
	normalizer *patient.Normalizer
	out        GoldenRecord
	places     []place // of the values of out, from the first of this person on
	brief      bool    // nothing but values is wanted

	normal  []patient.Normalized // of the members, as they came
	placed  []placedMember
	content []byte
	keys    strings.Builder // see key
	list    []candidate
	numbers [numUnits][]candidate // see identifiers
	kept    []candidate           // see keep
	text    []byte
	history history

	alias struct { // see junkAlias
		record patient.Record
		name   [1]patient.Name
		normal patient.Normalized
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
		p = &person{Chooser: c, normalizer: patient.NewPlainNormalizer(c.profile)}
	}
	p.out, p.brief = GoldenRecord{Members: len(members)}, false
	p.places, p.members = p.places[:0], p.members[:0]
	for len(p.normal) < len(members) {
		p.normal = append(p.normal, patient.Normalized{})
	}
	for i := range members {
		p.normalizer.Personal(&p.normal[i], &members[i])
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

// keyBlock is the size of the blocks that keys are cut from.
const keyBlock = 16 << 10

// key joins parts into a key, with a sign between two of them. Keys are compared
// and forgotten, so they are cut from large blocks.
func (p *person) key(between byte, parts ...string) string {
	size := len(parts)
	for _, s := range parts {
		size += len(s)
	}
	from := p.room(size)
	for i, s := range parts {
		if i > 0 {
			p.keys.WriteByte(between)
		}
		p.keys.WriteString(s)
	}
	return p.keys.String()[from:]
}

// byteKey is key of one part.
func (p *person) byteKey(part []byte) string {
	from := p.room(len(part))
	p.keys.Write(part)
	return p.keys.String()[from:]
}

// room begins a new block of keys if a key of a size does not fit into this one,
// and returns where the key will begin.
func (p *person) room(size int) (from int) {
	b := &p.keys
	if b.Cap()-b.Len() < size {
		b.Reset()
		b.Grow(max(size, keyBlock))
	}
	return b.Len()
}

// A place is that of a standard field among the others.
type place uint8

// fields are the standard fields by their places.
var fields = patient.StandardNames()

// fieldAt returns the place of a standard field; SurvivorshipFields that are
// none have that of the first of their parts.
func fieldAt(name string) place {
	switch name {
	case "name":
		name = "given_name"
	case "mother", "guardian":
		name += "_given"
	}
	i := slices.Index(fields, name)
	if i < 0 {
		panic("merge: " + name + " is no standard field")
	}
	return place(i)
}

// unitFields are the places of the units.
var unitFields = func() (at [numUnits]place) {
	for u, name := range unitNames {
		at[u] = fieldAt(name)
	}
	return at
}()

// The places of other fields that values are put into.
var (
	atFullName     = fieldAt("full_name")
	atGivenName    = fieldAt("given_name")
	atMiddleName   = fieldAt("middle_name")
	atFamilyName   = fieldAt("family_name")
	atSuffix       = fieldAt("suffix")
	atAlias        = fieldAt("alias")
	atMotherGiven  = fieldAt("mother_given")
	atMotherFamily = fieldAt("mother_family")
	atGuardian     = [...]place{fieldAt("guardian_given"), fieldAt("guardian_family"), fieldAt("guardian_relationship")}
	atStreetNumber = fieldAt("street_number")
	atStreet       = fieldAt("street")
	atUnit         = fieldAt("unit")
	atAddress2     = fieldAt("address2")
	atCity         = fieldAt("city")
	atState        = fieldAt("state")
	atPostalCode   = fieldAt("postal_code")
	atCountry      = fieldAt("country")
	atAuthority    = fieldAt("mrn_authority")
	atDistrict     = fieldAt("district")
	atGrade        = fieldAt("grade")
	atProtected    = fieldAt("protected")
)

// put adds a value to the golden record.
func (p *person) put(at place, value string, from int32, rule Rule, agree, differ int) {
	r := p.members[from].record
	p.places = append(p.places, at)
	p.out.Values = append(p.out.Values, Value{fields[at], value, r.Source, r.ID, rule, agree, differ})
}

func (p *person) drop(at place, m *member) {
	if !p.brief {
		p.out.Dropped = append(p.out.Dropped, Dropped{fields[at], m.record.Source, m.record.ID})
	}
}
