package merge

import (
	"strconv"
	"strings"

	"github.com/idem-health/idem/match/patient"
)

// singles are the units of one field and one value.
var singles = []single{
	{unitMaidenName, maidenName},
	{unitBirthDate, func(p *person, m *member) (string, string, int32) { return p.date(&m.record.BirthDate, m.normal.Birth) }},
	{unitBirthTime, func(_ *person, m *member) (string, string, int32) {
		return text(m.record.BirthTime, number(int(m.normal.BirthTime)))
	}},
	{unitSex, sex},
	{unitMultipleBirth, multipleBirth},
	{unitBirthOrder, birthOrder},
	{unitBirthPlace, func(_ *person, m *member) (string, string, int32) {
		return text(m.record.BirthPlace, m.normal.BirthPlace)
	}},
	{unitMotherMaiden, func(_ *person, m *member) (string, string, int32) {
		return text(m.record.Mother.Maiden, m.normal.MotherMaiden)
	}},
	{unitMotherBirthDate, func(p *person, m *member) (string, string, int32) {
		return p.date(&m.record.Mother.BirthDate, m.record.Mother.BirthDate)
	}},
	{unitBirthFacility, func(_ *person, m *member) (string, string, int32) {
		return text(m.record.BirthFacility, m.normal.BirthFacility)
	}},
	{unitOccupation, func(_ *person, m *member) (string, string, int32) {
		return text(m.record.Occupation, m.normal.Occupation)
	}},
	{unitDeathDate, func(p *person, m *member) (string, string, int32) { return p.date(&m.record.Death, m.normal.Death) }},
}

func text(raw, key string) (string, string, int32) {
	return strings.TrimSpace(raw), key, fullText(key)
}

// number is the key of a normalised number; 0 is missing.
func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// date writes a date as it was read, so that one spelling means one day.
func (p *person) date(received *patient.Date, normal patient.Date) (string, string, int32) {
	var buf [16]byte
	written, raw := received.AppendString(buf[:0]), received.Text
	switch {
	case len(written) == 0: // unreadable: it has no key and is dropped
		return strings.TrimSpace(raw), "", 0
	case string(written) != raw: // most are received so
		raw = string(written)
	}
	return raw, p.byteKey(normal.AppendCompact(buf[:0])), fullDate(normal)
}

// sex is what was sent; one decoded from a placeholder is evidence, not a value.
func sex(p *person, m *member) (string, string, int32) {
	if m.record.Sex == "" {
		return "", "", 0
	}
	key := ""
	if s := p.normalizer.Sex(m.record.Sex); s != 0 {
		key = string(rune(s))
	}
	return text(m.record.Sex, key)
}

// birthFacts returns multiple birth and birth order as sent, the right way
// round where the sender exchanged the two.
func birthFacts(m *member) (multiple, order string) {
	multiple, order = m.record.MultipleBirth, m.record.BirthOrder
	if patient.BirthFactsSwapped(multiple, order) {
		return order, multiple
	}
	return multiple, order
}

func multipleBirth(p *person, m *member) (string, string, int32) {
	raw, _ := birthFacts(m)
	if raw == "" {
		return "", "", 0
	}
	return text(raw, number(int(p.normalizer.MultipleBirth(raw))))
}

func birthOrder(p *person, m *member) (string, string, int32) {
	_, raw := birthFacts(m)
	if raw == "" {
		return "", "", 0
	}
	return text(raw, number(int(p.normalizer.BirthOrder(raw))))
}

func maidenName(_ *person, m *member) (string, string, int32) {
	for _, n := range m.record.Names {
		if n.Use == patient.NameMaiden {
			if raw, key, full := text(n.Family, patient.Fold(n.Family)); raw != "" {
				return raw, key, full
			}
		}
	}
	return "", "", 0
}
