package merge

import (
	"cmp"
	"slices"
	"strings"

	"github.com/idem-health/idem/match/patient"
)

// A candidate is one value that may survive.
type candidate struct {
	member int32  // place in the canonical order of the members
	part   int32  // which of the member's names, addresses, identifiers ...
	key    string // normalised: equal keys are the same value
	raw    string // as received, of a unit of one field and one value
	legal  int32  // for LegalOverPlaceholder; more is better
	full   int32  // for Completeness
	agree  int32  // for Agreement; members whose value agrees with this one
}

// score is the value of a candidate under a rule; more is better.
func (p *person) score(c *candidate, r ruleNumber) int64 {
	record := p.members[c.member].record
	switch r {
	case byLegal:
		return int64(c.legal)
	case byTrust:
		if len(p.trust) == 0 {
			return 0
		}
		return int64(p.trust[record.Source])
	case byVerified:
		return int64(btoi(p.members[c.member].normal.BirthCertificate != ""))
	case byAgreement:
		return int64(c.agree)
	case byRecency:
		d := record.Received
		return int64(d.Year)<<16 | int64(d.Month)<<8 | int64(d.Day)
	case byCompleteness:
		return int64(c.full)
	}
	return -int64(c.member) // byDigest
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// compare orders candidates by the rules one after the other, the better first,
// then by digest and place: a total order of what the members hold.
func (p *person) compare(u unit, a, b *candidate) int {
	for _, r := range p.rules[u] {
		if d := cmp.Compare(p.score(b, r), p.score(a, r)); d != 0 {
			return d
		}
	}
	return cmp.Or(cmp.Compare(a.member, b.member), cmp.Compare(a.part, b.part))
}

// choose returns the candidate that survives and the rule that settled which
// value it is. Rules behind that one, and the digest, only choose among members
// that hold the same value. The candidates are not empty; a member has at most
// one.
func (p *person) choose(u unit, list []candidate) (candidate, Rule) {
	if len(list) == 1 {
		list[0].agree = 1
		if u == unitName { // its given and its family name
			list[0].agree = 2
		}
		return list[0], Sole
	}
	if u == unitName {
		countNameAgreement(list)
	} else {
		countAgreement(list, agrees(u))
	}
	return p.best(u, list)
}

// best is choose, once the agreement has been counted.
func (p *person) best(u unit, list []candidate) (candidate, Rule) {
	best := &list[0]
	for i := range list {
		if p.compare(u, &list[i], best) < 0 {
			best = &list[i]
		}
	}
	return *best, p.settledBy(u, list, best)
}

// countAgreement counts for each candidate those whose value agrees with its own.
// Distinct values are few, so that the work stays linear in the candidates; the
// usual handful is compared outright.
func countAgreement(list []candidate, same func(a, b string) bool) {
	if len(list) <= 8 {
		for i := range list {
			list[i].agree = 0
			for j := range list {
				a, b := list[i].key, list[j].key
				if a == b || same != nil && same(a, b) {
					list[i].agree++
				}
			}
		}
		return
	}
	count := map[string]int32{}
	for i := range list {
		count[list[i].key]++
	}
	for i := range list {
		if same == nil {
			list[i].agree = count[list[i].key]
			continue
		}
		list[i].agree = 0
		for key, n := range count { // a sum: the order of the map does not matter
			if same(list[i].key, key) {
				list[i].agree += n
			}
		}
	}
}

// countNameAgreement counts for each name the members whose given name does not
// contradict its own, and those whose family name does not: who errs in one may
// be right in the other, and who writes one of two names contradicts neither.
func countNameAgreement(list []candidate) {
	if len(list) <= 8 {
		for i := range list {
			list[i].agree = 0
			given, family, _ := strings.Cut(list[i].key, "|")
			for j := range list {
				g, f, _ := strings.Cut(list[j].key, "|")
				list[i].agree += int32(btoi(namesAgree(given, g)) + btoi(namesAgree(family, f)))
			}
		}
		return
	}
	count := map[string]int32{}
	for i := range list {
		count[list[i].key]++
	}
	for i := range list {
		list[i].agree = 0
		given, family, _ := strings.Cut(list[i].key, "|")
		for key, n := range count { // a sum: the order of the map does not matter
			g, f, _ := strings.Cut(key, "|")
			list[i].agree += n * int32(btoi(namesAgree(given, g))+btoi(namesAgree(family, f)))
		}
	}
}

// namesAgree says whether two given or family names do not contradict each
// other: they are equal, or one is part of the other.
func namesAgree(a, b string) bool { return a == b || holdsWords(a, b) || holdsWords(b, a) }

// holdsWords says whether all words of part are words of whole, which has more.
func holdsWords(whole, part string) bool {
	if part == "" || len(whole) <= len(part) {
		return false
	}
	for w := range strings.FieldsSeq(part) {
		if !hasWord(whole, w) {
			return false
		}
	}
	return true
}

func hasWord(name, word string) bool {
	for w := range strings.FieldsSeq(name) {
		if w == word {
			return true
		}
	}
	return false
}

// settledBy returns the first rule after which no other value is left.
func (p *person) settledBy(u unit, list []candidate, best *candidate) Rule {
	if len(list) == 1 {
		return Sole
	}
	rules := p.rules[u]
	last := -1 // the latest rule by which a different value lost
	for i := range list {
		if list[i].key == best.key {
			continue
		}
		lost := slices.IndexFunc(rules, func(r ruleNumber) bool { return p.score(best, r) != p.score(&list[i], r) })
		if lost < 0 {
			return Digest
		}
		last = max(last, lost)
	}
	if last < 0 {
		return Unanimous
	}
	return ruleNames[rules[last]]
}

// agrees says when two values of a unit do not contradict each other: dates do
// not when they are equal in the parts both know. nil means equality.
func agrees(u unit) func(a, b string) bool {
	switch u {
	case unitBirthDate, unitMotherBirthDate, unitDeathDate:
		return datesAgree
	}
	return nil
}

func datesAgree(a, b string) bool {
	if len(a) != 8 || len(b) != 8 {
		return a == b
	}
	part := func(i, j int) bool { return a[i:j] == b[i:j] || a[i:j] == "00" || b[i:j] == "00" }
	return a[:4] == b[:4] && part(4, 6) && part(6, 8)
}

// fullDate counts the parts of a date that are known.
func fullDate(d patient.Date) int32 {
	return int32(btoi(d.Year != 0) + btoi(d.Month != 0) + btoi(d.Day != 0))
}

// fullName scores a name by the words of given and family name, for a compound
// one is often sent in part, then by whether there are the others, then by
// whether the given name is in the tables. Letters say nothing: one too many is a
// slip.
func fullName(n *patient.Normalized) int32 {
	words := 0
	for range strings.FieldsSeq(n.Given) {
		words++
	}
	for range strings.FieldsSeq(n.Family) {
		words++
	}
	return int32(words*8 + 2*btoi(n.Middle != "") + 2*btoi(n.Suffix != "") + btoi(patient.GivenNameKnown(n.Given)))
}

// fullText scores the parts of a value: their number first, then their length.
func fullText(parts ...string) int32 {
	n, length := 0, 0
	for _, s := range parts {
		n += btoi(s != "")
		length += len(s)
	}
	return int32(n*1000 + min(length, 999))
}
