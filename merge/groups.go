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
func (p *person) putPart(field place, value string, from candidate, rule Rule, differ int) {
	if value = strings.TrimSpace(value); value != "" {
		p.put(field, value, from.member, rule, int(from.agree), differ)
	}
}

func (p *person) mother() {
	list := p.list[:0]
	for i := range p.members {
		m := &p.members[i]
		sent := &m.record.Mother
		if blank(sent.Given, sent.Family) {
			continue
		}
		given, family := p.normalizer.Relative(sent.Given, sent.Family)
		if given == "" && family == "" {
			p.drop(atMotherGiven, m)
			continue
		}
		list = append(list, candidate{member: int32(i), key: p.key('|', given, family), full: fullText(given, family)})
	}
	p.list = list
	if best, rule, differ, ok := p.survivor(unitMother, list); ok {
		mother := p.members[best.member].record.Mother
		p.putPart(atMotherGiven, mother.Given, best, rule, differ)
		p.putPart(atMotherFamily, mother.Family, best, rule, differ)
	}
}

func (p *person) school() {
	list := p.list[:0]
	for i := range p.members {
		m := &p.members[i]
		s := &m.record.School
		if blank(s.District, s.School, s.Grade) {
			continue
		}
		parts := [...]string{patient.Fold(s.District), m.normal.School, m.normal.Grade}
		if blank(parts[:]...) {
			p.drop(unitFields[unitSchool], m)
			continue
		}
		list = append(list, candidate{member: int32(i), key: p.key('|', parts[:]...), full: fullText(parts[:]...)})
	}
	p.list = list
	if best, rule, differ, ok := p.survivor(unitSchool, list); ok {
		s := p.members[best.member].record.School
		p.putPart(atDistrict, s.District, best, rule, differ)
		p.putPart(unitFields[unitSchool], s.School, best, rule, differ)
		p.putPart(atGrade, s.Grade, best, rule, differ)
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
	a := &p.members[best.member].record.Addresses[best.part]
	if strings.TrimSpace(a.Number) == "" {
		p.putPart(unitFields[unitAddress], a.Street, best, rule, differ)
	} else {
		p.putPart(atStreetNumber, a.Number, best, rule, differ)
		p.putPart(atStreet, a.Street, best, rule, differ)
	}
	p.putPart(atUnit, a.Unit, best, rule, differ)
	p.putPart(atAddress2, a.Line2, best, rule, differ)
	p.putPart(atCity, a.City, best, rule, differ)
	p.putPart(atState, a.State, best, rule, differ)
	p.putPart(atPostalCode, a.PostalCode, best, rule, differ)
	p.putPart(atCountry, a.Country, best, rule, differ)
}

func (p *person) addressOf(m *member) (best candidate, ok bool) {
	for i := range m.record.Addresses {
		a := &m.record.Addresses[i]
		if blank(a.Number, a.Street, a.Unit, a.Line2, a.City, a.State, a.PostalCode) {
			continue
		}
		n, left := p.normalizer.Address(a)
		if !left {
			p.drop(unitFields[unitAddress], m)
			continue
		}
		parts := [...]string{n.Number, n.Street, n.Unit, n.City, n.State, n.PostalCode}
		c := candidate{part: int32(i), key: p.key('|', parts[:]...), legal: int32(btoi(!n.Institution)), full: fullText(parts[:]...)}
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
		for j := range m.record.Guardians {
			g := &m.record.Guardians[j]
			if blank(g.Given, g.Family) {
				continue
			}
			givenKey, familyKey := p.normalizer.Relative(g.Given, g.Family)
			if givenKey == "" && familyKey == "" {
				p.drop(atGuardian[0], m)
				continue
			}
			given = given || !blank(g.Given)
			family = family || !blank(g.Family)
			relationship = relationship || !blank(g.Relationship)
			list = append(list, candidate{member: int32(i), part: int32(j), key: p.key('|', givenKey, familyKey), full: fullText(g.Given, g.Family, g.Relationship)})
		}
	}
	p.list = list
	kept, rule, holders := p.keep(unitGuardian, list)
	for _, c := range kept {
		g := &p.members[c.member].record.Guardians[c.part]
		put := func(there bool, field place, value string) {
			if there {
				p.put(field, strings.TrimSpace(value), c.member, rule, int(c.agree), holders-int(c.agree))
			}
		}
		put(given, atGuardian[0], g.Given)
		put(family, atGuardian[1], g.Family)
		put(relationship, atGuardian[2], g.Relationship)
	}
}

func blank(values ...string) bool {
	for _, v := range values {
		if strings.TrimSpace(v) != "" {
			return false
		}
	}
	return true
}
