package merge

import (
	"strings"

	"github.com/idem-health/idem/match/patient"
)

// unitOf says which unit an identifier belongs to. Types that mean nothing to
// matching belong to none: they stay in their record.
func unitOf(kind string) (unit, bool) {
	switch kind {
	case patient.IDSocialSecurity:
		return unitSSN, true
	case patient.IDMedicaid:
		return unitMedicaid, true
	case patient.IDMedicalRecord, "MRN", "PI", "SR", "WC", "PT":
		return unitMRN, true
	case patient.IDStudent:
		return unitStudentID, true
	case "BR":
		return unitBirthCertificate, true
	}
	return 0, false
}

// certificatePart is the part of a candidate whose value is not among the
// identifiers but in the record's own field.
const certificatePart = -1

// identifiers keeps all record and student numbers, each record number beside
// its authority. Of numbers that a person has one of (social security,
// Medicaid, birth certificate) one survives.
func (p *person) identifiers() {
	lists := &p.numbers
	for u := range lists {
		lists[u] = lists[u][:0]
	}
	for i := range p.members {
		m := &p.members[i]
		if raw := m.record.BirthCertificate; !blank(raw) {
			p.number(lists, int32(i), certificatePart, unitBirthCertificate, p.normalizer.Certificate(raw))
		}
		for j := range m.record.Identifiers {
			id := &m.record.Identifiers[j]
			if u, ok := unitOf(id.Type); ok && !blank(id.Value) {
				p.number(lists, int32(i), int32(j), u, p.normalizer.Identifier(id, m.normal.Birth, m.record.School.District))
			}
		}
	}
	for _, u := range []unit{unitSSN, unitMedicaid, unitBirthCertificate} {
		if best, rule, differ, ok := p.survivor(u, lists[u]); ok {
			p.putPart(unitFields[u], p.identifier(best).Value, best, rule, differ)
		}
	}
	authorities := false
	for _, c := range lists[unitMRN] {
		authorities = authorities || !blank(p.identifier(c).Authority)
	}
	for _, u := range []unit{unitMRN, unitStudentID} {
		kept, rule, holders := p.keep(u, lists[u])
		for _, c := range kept {
			id := p.identifier(c)
			p.put(unitFields[u], strings.TrimSpace(id.Value), c.member, rule, int(c.agree), holders-int(c.agree))
			if u == unitMRN && authorities {
				p.put(atAuthority, strings.TrimSpace(id.Authority), c.member, rule, int(c.agree), holders-int(c.agree))
			}
		}
	}
}

// number adds a candidate, or drops it where it has no key. Of a unit with one
// value a member's first counts.
func (p *person) number(lists *[numUnits][]candidate, member, part int32, u unit, key string) {
	list := lists[u]
	switch {
	case key == "":
		p.drop(unitFields[u], &p.members[member])
	case u != unitMRN && u != unitStudentID && len(list) > 0 && list[len(list)-1].member == member:
	default:
		lists[u] = append(list, candidate{member: member, part: part, key: key, full: fullText(key)})
	}
}

// identifier is the identifier a candidate stands for.
func (p *person) identifier(c candidate) patient.Identifier {
	record := p.members[c.member].record
	if c.part == certificatePart {
		return patient.Identifier{Value: record.BirthCertificate}
	}
	return record.Identifiers[c.part]
}
