package merge

import (
	"cmp"
	"slices"
	"strings"

	"github.com/idem-health/idem/match/patient"
)

// eventOf is what makes two reported doses the same event: vaccine, day and lot,
// normalised. Doses that differ in any of them are both kept: a missing lot or a
// neighboring day is for dose-level deduplication to judge. What is no readable
// dose (no day, no CVX code, "no vaccine administered") is an event only with
// its exact copies. "" is a dose that says nothing.
func (p *person) eventOf(d patient.Dose) string {
	if key := first(p.one(patient.Record{Doses: []patient.Dose{d}}).Doses); key != "" {
		return key
	}
	if blank(d.CVX, d.NDC, d.MVX, d.Lot, d.Date.Text) && d.Date.Year == 0 {
		return ""
	}
	return "?" + doseText(d) // no normalised key begins so
}

// doses keeps every event once, in the order of days: of several reports of one
// event the one that says most, an administration before a history.
func (p *person) doses() {
	list := p.list[:0]
	for i := range p.members {
		for j, d := range p.members[i].record.Doses {
			if key := p.eventOf(d); key != "" {
				list = append(list, candidate{member: int32(i), part: int32(j), key: key, full: specificity(d)})
			}
		}
	}
	// How specific a report is comes before all rules, so it cannot be one of them.
	slices.SortStableFunc(list, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.member, b.member), cmp.Compare(a.key, b.key), cmp.Compare(b.full, a.full))
	})
	most := map[string]int32{}
	holders := map[string]int32{}
	for i, c := range list {
		most[c.key] = max(most[c.key], c.full)
		if i == 0 || c.member != list[i-1].member || c.key != list[i-1].key {
			holders[c.key]++
		}
	}
	specific := slices.DeleteFunc(slices.Clone(list), func(c candidate) bool { return c.full < most[c.key] })
	members := 0
	for i, c := range list {
		if i == 0 || c.member != list[i-1].member {
			members++
		}
	}
	kept, _, _ := p.keep(unitDoses, specific)
	day := func(c candidate) string { return p.members[c.member].record.Doses[c.part].Date.Compact() }
	slices.SortStableFunc(kept, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(day(a), day(b)), cmp.Compare(a.key, b.key))
	})
	rule := Union
	if members == 1 {
		rule = Sole
	}
	for _, c := range kept {
		agree := int(holders[c.key])
		p.put("doses", doseText(p.members[c.member].record.Doses[c.part]), c.member, rule, agree, members-agree)
	}
}

// specificity orders reports of one event: administered before historical,
// then by what they say of the product.
func specificity(d patient.Dose) int32 {
	return int32(8*btoi(!d.Historical) + 4*btoi(d.NDC != "") + 2*btoi(d.Lot != "") + btoi(d.MVX != ""))
}

// doseText writes cvx|date|lot|mvx|ndc|historical, the standard form of a dose,
// without empty parts at the end.
func doseText(d patient.Dose) string {
	day := d.Date.String()
	if day == "" {
		day = d.Date.Text
	}
	historical := ""
	if d.Historical {
		historical = "Y"
	}
	return strings.TrimRight(strings.Join([]string{d.CVX, day, d.Lot, d.MVX, d.NDC, historical}, "|"), "|")
}
