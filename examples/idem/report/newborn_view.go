package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/merge"
)

// WaitingBecause says in words why a placeholder waits.
func WaitingBecause(reason merge.WaitReason) string {
	if words, ok := waitWords[reason]; ok {
		return words
	}
	return words(string(reason))
}

var waitWords = map[merge.WaitReason]string{
	merge.WaitDied:              "the child died before it had a name",
	merge.WaitMoved:             "the child moved away before it had a name",
	merge.WaitNoCandidate:       "no legal name fits yet",
	merge.WaitSeveralCandidates: "several children fit: probably twins",
	merge.WaitOtherPlaceholder:  "another newborn fits the same child as well",
	merge.WaitConflict:          "a conflict of the policy",
	merge.WaitOtherChart:        "one hospital knows the two by two numbers",
	merge.WaitOtherParents:      "one certificate or number, other parents: perhaps an adoption",
	merge.WaitSexConflict:       "the sex differs: mistyped, or a twin",
	merge.WaitBirthDate:         "the birth date is not the same, or not known",
	merge.WaitTwinQuestion:      "one of several born, and nothing says which",
	merge.WaitWeakPlaceholder:   "the word may be a name",
	merge.WaitEvidence:          "too little agrees",
}

// ResolvedBy says in words what resolved a placeholder.
func ResolvedBy(by merge.ResolveReason) string {
	if words, ok := resolveWords[by]; ok {
		return words
	}
	return words(string(by))
}

var resolveWords = map[merge.ResolveReason]string{
	merge.ByCertificate: "the birth certificate's number",
	merge.ByIdentifier:  "a personal number of one authority",
	merge.ByMother:      "the mother, with phone, address, birth dose or hospital",
	merge.ByPhone:       "the family name and phone, where no mother is known",
	merge.ByPolicy:      "the weight of the pair",
}

// newbornTables are what became of newborns: how placeholders got their names,
// why others wait, and who was born together.
func newbornTables(res *match.Result) []table {
	var tables []table
	type resolved struct{ placeholders, told int }
	by := map[merge.ResolveReason]*resolved{}
	for _, x := range res.ResolvedNewborns() {
		c := entry(by, x.By)
		c.placeholders++
		if x.Among > 1 {
			c.told++
		}
	}
	if len(by) > 0 {
		t := table{Caption: "Placeholders that got their legal name, by what told it", Head: heads("By", "#Placeholders", "#Told apart from twins")}
		for _, r := range slices.Sorted(maps.Keys(by)) {
			t.row(text(ResolvedBy(r)), number(count(by[r].placeholders)), number(count(by[r].told)))
		}
		tables = append(tables, t)
	}
	type waits struct{ placeholders, stale, candidates int }
	waiting := map[merge.WaitReason]*waits{}
	for _, w := range res.Worklist() {
		c := entry(waiting, w.Reason)
		c.placeholders++
		if w.Stale {
			c.stale++
		}
		if len(w.Candidates) > 0 {
			c.candidates++
		}
	}
	if len(waiting) > 0 {
		t := table{Caption: "Placeholders that wait, by what must be settled first", Head: heads("Because", "#Placeholders", "#With candidates", "#Stale")}
		reasons := slices.SortedFunc(maps.Keys(waiting), func(a, b merge.WaitReason) int {
			return cmp.Or(cmp.Compare(waiting[b].placeholders, waiting[a].placeholders), cmp.Compare(a, b))
		})
		for _, r := range reasons {
			c := waiting[r]
			t.row(text(WaitingBecause(r)), number(count(c.placeholders)), number(count(c.candidates)), number(count(c.stale)))
		}
		tables = append(tables, t)
	}
	if sizes := births(res.Siblings()); len(sizes) > 0 {
		t := table{Caption: "Born together, as newborns gave occasion to tell", Head: heads("Children of one birth", "#Births")}
		for _, n := range slices.Sorted(maps.Keys(sizes)) {
			t.row(text(count(n)), number(count(sizes[n])))
		}
		tables = append(tables, t)
	}
	return tables
}

func entry[K comparable, V any](m map[K]*V, key K) *V {
	if m[key] == nil {
		m[key] = new(V)
	}
	return m[key]
}

// births counts the groups of people that sibling links make, by size.
func births(links [][2]int) map[int]int {
	parent := map[int]int{}
	root := func(p int) int {
		for parent[p] != p {
			p = parent[p]
		}
		return p
	}
	for _, l := range links {
		for _, p := range l {
			if _, known := parent[p]; !known {
				parent[p] = p
			}
		}
		a, b := root(l[0]), root(l[1])
		parent[max(a, b)] = min(a, b)
	}
	members := map[int]int{}
	for p := range parent {
		members[root(p)]++
	}
	sizes := map[int]int{}
	for _, n := range members {
		sizes[n]++
	}
	return sizes
}

// reviewTable counts what there is to review, by the policy's reasons: pairs
// that are possible and of two people. A pair may have several reasons.
func reviewTable(res *match.Result) table {
	type load struct {
		pairs  int
		people map[int]bool
	}
	loads := map[string]*load{}
	why := map[string]string{}
	for _, r := range res.Policy.Rules {
		why[r.ID] = r.Why
	}
	for _, c := range append(slices.Clone(res.Policy.Conflicts.Hard), res.Policy.Conflicts.Soft...) {
		why[c.ID] = c.Why
	}
	all := &load{people: map[int]bool{}}
	for p := range res.Pairs() {
		a, b := res.Person(int(p.A)), res.Person(int(p.B))
		if p.Decision != match.Possible || a == b {
			continue
		}
		reasons := res.Reasons(p)
		if len(reasons) == 0 {
			reasons = []string{""}
		}
		touched := []*load{all}
		for _, reason := range reasons {
			if loads[reason] == nil {
				loads[reason] = &load{people: map[int]bool{}}
			}
			touched = append(touched, loads[reason])
		}
		for _, l := range touched {
			l.pairs++
			l.people[a], l.people[b] = true, true
		}
	}
	t := table{Caption: "What there is to review, by the policy's reasons", Head: heads("Reason", "#Pairs", "#People", "#Share of all people")}
	if all.pairs == 0 {
		return t
	}
	row := func(name cell, l *load) {
		t.row(name, number(count(l.pairs)), number(count(len(l.people))), number(share(int64(len(l.people)), int64(res.Persons()))))
	}
	row(cell{Text: "any", Class: "strong"}, all)
	for _, id := range slices.SortedFunc(maps.Keys(loads), func(a, b string) int {
		return cmp.Or(cmp.Compare(loads[b].pairs, loads[a].pairs), cmp.Compare(a, b))
	}) {
		name := cell{Text: id, Note: why[id]}
		if id == "" {
			name.Text = "the weight alone"
		}
		row(name, loads[id])
	}
	return t
}

// namesLine says what became of the placeholders, in a sentence.
func namesLine(res *match.Result) string {
	resolved, waiting := len(res.ResolvedNewborns()), res.Worklist()
	stale := 0
	for _, w := range waiting {
		if w.Stale {
			stale++
		}
	}
	if resolved+len(waiting) == 0 {
		return ""
	}
	return fmt.Sprintf("%s got the legal name, %s %s, %s of them longer than a month.", count(resolved), count(len(waiting)),
		plural(len(waiting), "waits", "wait"), count(stale))
}
