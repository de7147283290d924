package merge

import (
	"cmp"
	"slices"
	"strings"
)

// keep lets every value of a unit survive, each once, in the spelling that is
// best by the unit's rules, the best value first. Agreement of a value is the
// number of members that hold it; holders is the number that hold any.
func (p *person) keep(u unit, list []candidate) (kept []candidate, rule Rule, holders int) {
	if len(list) == 0 {
		return nil, "", 0
	}
	kept = p.kept[:0]
	last := int32(-1) // the list comes in the order of the members
	for i := range list {
		if list[i].member != last {
			last = list[i].member
			holders++
		}
	}
	slices.SortStableFunc(list, func(a, b candidate) int { return cmp.Compare(a.key, b.key) })
	for from := 0; from < len(list); {
		to := from
		agree := int32(0)
		for ; to < len(list) && list[to].key == list[from].key; to++ {
			if to == from || list[to].member != list[to-1].member {
				agree++
			}
		}
		best := from
		for i := from; i < to; i++ {
			list[i].agree = agree
		}
		for i := from + 1; i < to; i++ {
			if p.compare(u, &list[i], &list[best]) < 0 {
				best = i
			}
		}
		kept = append(kept, list[best])
		from = to
	}
	p.kept = kept
	slices.SortFunc(kept, func(a, b candidate) int { return p.compare(u, &a, &b) })
	rule = Union
	if holders == 1 {
		rule = Sole
	}
	return kept, rule, holders
}

func phonesOf(p *person, m *member, place int) (raw, key string, ok bool) {
	if place >= len(m.record.Phones) {
		return "", "", false
	}
	raw = m.record.Phones[place]
	return raw, p.normalizer.Phone(raw), true
}

func emailsOf(p *person, m *member, place int) (raw, key string, ok bool) {
	if place >= len(m.record.Emails) {
		return "", "", false
	}
	raw = m.record.Emails[place]
	return raw, p.normalizer.Email(raw), true
}

// texts keeps all values of a unit that is a list of texts. value returns the
// value at a place and its key, "" for junk; false behind the last.
func (p *person) texts(u unit, value func(p *person, m *member, place int) (raw, key string, ok bool)) {
	list := p.list[:0]
	for i := range p.members {
		m := &p.members[i]
		for j := 0; ; j++ {
			raw, key, ok := value(p, m, j)
			switch {
			case !ok:
			case blank(raw):
				continue
			case key == "":
				p.drop(unitFields[u], m)
				continue
			default:
				list = append(list, candidate{member: int32(i), part: int32(j), key: key, full: fullText(key), raw: raw})
				continue
			}
			break
		}
	}
	p.list = list
	kept, rule, holders := p.keep(u, list)
	for _, c := range kept {
		p.put(unitFields[u], strings.TrimSpace(c.raw), c.member, rule, int(c.agree), holders-int(c.agree))
	}
}
