package merge

import (
	"strings"

	"github.com/idem-health/idem/match/patient"
)

// name lets one member's name survive, all its parts together: a name is one
// value, and the given name of one record beside the family name of another is
// nobody's. Only an empty middle name is filled. Every other name is kept as an
// alias, placeholders among them, so that a hospital's later BABYBOY still finds
// the person.
func (p *person) name() {
	list := p.list[:0]
	for i := range p.members {
		if c, ok := p.nameOf(&p.members[i]); ok {
			c.member = int32(i)
			list = append(list, c)
		}
	}
	p.list = list
	if len(list) == 0 {
		p.aliases(candidate{member: -1}, patient.Name{})
		return
	}
	best, rule := p.choose(unitName, list)
	winner := &p.members[best.member]
	n := winner.record.Names[best.part]
	put := func(field place, value, key string, of func(*patient.Normalized) string) {
		if value = strings.TrimSpace(value); value == "" {
			return
		}
		agree, differ := 1, 0
		for _, c := range list {
			switch other := of(p.members[c.member].normal); {
			case c.member == best.member || other == "" || key == "":
			case other == key:
				agree++
			default:
				differ++
			}
		}
		p.put(field, value, best.member, rule, agree, differ)
	}
	if junkGiven(winner.normal) && !blank(n.Given) {
		p.drop(atGivenName, winner)
		n.Given = ""
	}
	if winner.normal.Family == "" && !blank(n.Family) && (junkGiven(winner.normal) || winner.normal.Placeholder.Class == patient.NotPlaceholder) {
		p.drop(atFamilyName, winner)
		n.Family = ""
	}
	put(atFullName, n.Full, winner.normal.FullName, func(n *patient.Normalized) string { return n.FullName })
	put(atGivenName, n.Given, winner.normal.Given, func(n *patient.Normalized) string { return n.Given })
	put(atMiddleName, n.Middle, winner.normal.Middle, func(n *patient.Normalized) string { return n.Middle })
	put(atFamilyName, n.Family, winner.normal.Family, func(n *patient.Normalized) string { return n.Family })
	put(atSuffix, n.Suffix, winner.normal.Suffix, func(n *patient.Normalized) string { return n.Suffix })
	if n.Full == "" && strings.TrimSpace(n.Middle) == "" && best.legal > 0 && winner.normal.Middle == "" {
		p.fillMiddle(list, winner.normal.Given)
	}
	p.aliases(best, n)
}

// nameOf returns a member's current name, which is the one that was normalised:
// the first legal one, else the first newborn's, else the first.
func (p *person) nameOf(m *member) (c candidate, ok bool) {
	best := -1
	for i := range m.record.Names {
		use := m.record.Names[i].Use
		if use == patient.NameLegal {
			best = i
			break
		}
		if best < 0 || use == patient.NameNewborn && m.record.Names[best].Use != patient.NameNewborn {
			best = i
		}
	}
	if best < 0 {
		return candidate{}, false
	}
	name, n := &m.record.Names[best], m.normal
	if blank(name.Full, name.Given, name.Middle, name.Family) {
		return candidate{}, false
	}
	c = candidate{part: int32(best), key: p.key('|', n.Given, n.Family), full: fullName(n)}
	if c.key == "|" { // nothing of it is left; as received then
		c.key = patient.Fold(name.Full + " " + name.Given + " " + name.Family)
	}
	switch {
	case n.Placeholder.Class == patient.Unnamed || n.Placeholder.Class == patient.Test:
		c.legal = -1
	case n.Placeholder.Class != patient.NotPlaceholder || n.Given == "":
	case len(n.Given) == 1:
		c.legal = 1
	default:
		c.legal = 2
	}
	return c, true
}

// junkGiven says whether the given name is a word for "not known": unlike a
// newborn's placeholder it says nothing and is no name to go by.
func junkGiven(n *patient.Normalized) bool { return n.Placeholder.Class == patient.Unnamed }

// junkAlias says whether a name that is not the current one is junk.
func (p *person) junkAlias(n *patient.Name) bool {
	p.alias.name[0] = patient.Name{Full: n.Full, Given: n.Given, Family: n.Family}
	p.alias.record.Names = p.alias.name[:]
	p.normalizer.Personal(&p.alias.normal, &p.alias.record)
	return junkGiven(&p.alias.normal)
}

// fillMiddle takes a middle name from the members with the same given name.
func (p *person) fillMiddle(list []candidate, given string) {
	var fill []candidate
	for _, c := range list {
		m := &p.members[c.member]
		if raw := m.record.Names[c.part].Middle; m.normal.Given == given && m.normal.Middle != "" && strings.TrimSpace(raw) != "" {
			c.key = m.normal.Middle
			fill = append(fill, c)
		}
	}
	if len(fill) == 0 {
		return
	}
	countAgreement(fill, nil)
	best, _ := p.best(unitName, fill)
	raw := p.members[best.member].record.Names[best.part].Middle
	p.put(atMiddleName, strings.TrimSpace(raw), best.member, Filled, int(best.agree), len(fill)-int(best.agree))
}

// aliases keeps every name but the one that survived: the given name alone
// where the family name is the same, else both.
func (p *person) aliases(winner candidate, survived patient.Name) {
	others := 0
	for i := range p.members {
		others += len(p.members[i].record.Names)
	}
	if others == 0 || others == 1 && winner.member >= 0 {
		return
	}
	given, family := patient.Fold(survived.Given), patient.Fold(survived.Family)
	full := patient.Fold(survived.Full)
	list := p.list[:0]
	for i := range p.members {
		for j, n := range p.members[i].record.Names {
			if int32(i) == winner.member && int32(j) == winner.part {
				continue
			}
			alias := aliasText(n, family)
			key := patient.Fold(alias)
			if key == "" || key == given || key == full || key == strings.TrimSpace(given+" "+family) {
				continue
			}
			if p.junkAlias(&n) {
				p.drop(atGivenName, &p.members[i])
				continue
			}
			list = append(list, candidate{member: int32(i), part: int32(j), key: key, full: fullText(key)})
		}
	}
	p.list = list
	kept, _, holders := p.keep(unitName, list)
	for _, c := range kept {
		p.put(atAlias, aliasText(p.members[c.member].record.Names[c.part], family), c.member, Union, int(c.agree), holders-int(c.agree))
	}
}

// aliasText is a name as an alias beside a family name; "" for one without a
// given name, which is a maiden_name or nothing.
func aliasText(n patient.Name, family string) string {
	given := strings.TrimSpace(n.Given)
	switch {
	case given == "":
		return strings.TrimSpace(n.Full)
	case strings.TrimSpace(n.Family) == "" || patient.Fold(n.Family) == family:
		return given
	}
	return given + " " + strings.TrimSpace(n.Family)
}
