package merge

import (
	"strings"

	"github.com/idem-health/idem/match/patient"
)

// survivor chooses one candidate of a unit and says how many members differ;
// false where there is none.
func (p *person) survivor(u unit, list []candidate) (best candidate, rule Rule, differ int, ok bool) {
	if len(list) == 0 {
		return candidate{}, "", 0, false
	}
	best, rule = p.choose(u, list)
	return best, rule, len(list) - int(best.agree), true
}

// putPart adds one field of a group that survived.
func (p *person) putPart(field, value string, from candidate, rule Rule, differ int) {
	if value = strings.TrimSpace(value); value != "" {
		p.put(field, value, from.member, rule, int(from.agree), differ)
	}
}

func (p *person) mother() {
	list := p.list[:0]
	for i := range p.members {
		m := &p.members[i]
		sent := patient.Parent{Given: m.record.Mother.Given, Family: m.record.Mother.Family}
		if blank(sent.Given, sent.Family) {
			continue
		}
		n := p.one(patient.Record{Mother: sent})
		if n.MotherGiven == "" && n.MotherFamily == "" {
			p.drop("mother_given", m)
			continue
		}
		list = append(list, candidate{member: int32(i), key: n.MotherGiven + "|" + n.MotherFamily, full: fullText(n.MotherGiven, n.MotherFamily)})
	}
	p.list = list
	if best, rule, differ, ok := p.survivor(unitMother, list); ok {
		mother := p.members[best.member].record.Mother
		p.putPart("mother_given", mother.Given, best, rule, differ)
		p.putPart("mother_family", mother.Family, best, rule, differ)
	}
}

func (p *person) school() {
	list := p.list[:0]
	for i := range p.members {
		m := &p.members[i]
		s := m.record.School
		if blank(s.District, s.School, s.Grade) {
			continue
		}
		parts := [...]string{patient.Fold(s.District), m.normal.School, m.normal.Grade}
		if blank(parts[:]...) {
			p.drop("school", m)
			continue
		}
		list = append(list, candidate{member: int32(i), key: p.joined(parts[:]), full: fullText(parts[:]...)})
	}
	p.list = list
	if best, rule, differ, ok := p.survivor(unitSchool, list); ok {
		s := p.members[best.member].record.School
		p.putPart("district", s.District, best, rule, differ)
		p.putPart("school", s.School, best, rule, differ)
		p.putPart("grade", s.Grade, best, rule, differ)
	}
}

// address lets one whole address survive: of each member the first that is a
// home, else its first.
func (p *person) address() {
	list := p.list[:0]
	for i := range p.members {
		if c, ok := p.addressOf(&p.members[i]); ok {
			c.member = int32(i)
			list = append(list, c)
		}
	}
	p.list = list
	best, rule, differ, ok := p.survivor(unitAddress, list)
	if !ok {
		return
	}
	a := p.members[best.member].record.Addresses[best.part]
	if strings.TrimSpace(a.Number) == "" {
		p.putPart("address", a.Street, best, rule, differ)
	} else {
		p.putPart("street_number", a.Number, best, rule, differ)
		p.putPart("street", a.Street, best, rule, differ)
	}
	p.putPart("unit", a.Unit, best, rule, differ)
	p.putPart("address2", a.Line2, best, rule, differ)
	p.putPart("city", a.City, best, rule, differ)
	p.putPart("state", a.State, best, rule, differ)
	p.putPart("postal_code", a.PostalCode, best, rule, differ)
	p.putPart("country", a.Country, best, rule, differ)
}

func (p *person) addressOf(m *member) (best candidate, ok bool) {
	for i, a := range m.record.Addresses {
		if blank(a.Number, a.Street, a.Unit, a.Line2, a.City, a.State, a.PostalCode) {
			continue
		}
		p.alone.addresses[0] = a
		list := p.one(patient.Record{Addresses: p.alone.addresses[:]}).Addresses
		if len(list) == 0 {
			p.drop("address", m)
			continue
		}
		n := list[0]
		parts := [...]string{n.Number, n.Street, n.Unit, n.City, n.State, n.PostalCode}
		c := candidate{part: int32(i), key: p.joined(parts[:]), legal: int32(btoi(!n.Institution)), full: fullText(parts[:]...)}
		if !ok || c.legal > best.legal {
			best, ok = c, true
		}
	}
	return best, ok
}

// guardians keeps all guardians, the columns side by side.
func (p *person) guardians() {
	list := p.list[:0]
	var given, family, relationship bool
	for i := range p.members {
		m := &p.members[i]
		for j, g := range m.record.Guardians {
			if blank(g.Given, g.Family) {
				continue
			}
			p.alone.guardians[0] = patient.Guardian{Given: g.Given, Family: g.Family}
			n := p.one(patient.Record{Guardians: p.alone.guardians[:]})
			key := strings.Join(n.GuardianGiven, " ") + "|" + strings.Join(n.GuardianFamily, " ")
			if key == "|" {
				p.drop("guardian_given", m)
				continue
			}
			given = given || !blank(g.Given)
			family = family || !blank(g.Family)
			relationship = relationship || !blank(g.Relationship)
			list = append(list, candidate{member: int32(i), part: int32(j), key: key, full: fullText(g.Given, g.Family, g.Relationship)})
		}
	}
	p.list = list
	kept, rule, holders := p.keep(unitGuardian, list)
	for _, c := range kept {
		g := p.members[c.member].record.Guardians[c.part]
		put := func(there bool, field, value string) {
			if there {
				p.put(field, strings.TrimSpace(value), c.member, rule, int(c.agree), holders-int(c.agree))
			}
		}
		put(given, "guardian_given", g.Given)
		put(family, "guardian_family", g.Family)
		put(relationship, "guardian_relationship", g.Relationship)
	}
}

// joined is strings.Join by a bar.
func (p *person) joined(parts []string) string {
	p.text = p.text[:0]
	for i, s := range parts {
		if i > 0 {
			p.text = append(p.text, '|')
		}
		p.text = append(p.text, s...)
	}
	return string(p.text)
}

func blank(values ...string) bool {
	for _, v := range values {
		if strings.TrimSpace(v) != "" {
			return false
		}
	}
	return true
}
