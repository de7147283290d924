package main

import (
	"fmt"
	"io"
	"slices"

	"github.com/idem-health/idem/benchmarks/population"
	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/patient"
)

// What became of a placeholder whose child has a record with the legal name,
// which it may be linked to.
const (
	newbornRight   = iota // one person with the name, and with no other child's
	newbornWrong          // one person with another child's name
	newbornFirst          // on the work list, the right child the first candidate
	newbornAmong          // ... among the candidates
	newbornNot            // ... not among them
	newbornNone           // ... without candidates
	newbornMissed         // alone, and nobody is told
	newbornUnknown        // alone: not known for a placeholder
	newbornFates
)

// A newbornStudy is what became of the placeholders of a run.
type newbornStudy struct {
	placeholders int
	named        map[int32]bool    // people who have a record with a legal name
	fates        [newbornFates]int // of the placeholders of those people
	resolved     map[string]*[2]int
	waiting      map[string]*[3]int // all, those whose name is in the file, and among the candidates
	ambiguous    [3]int             // labels: apart, with the right child, with the other
}

func (t *trial) studyNewborns() *newbornStudy {
	s := &newbornStudy{named: map[int32]bool{}, resolved: map[string]*[2]int{}, waiting: map[string]*[3]int{}}
	for i := range t.person {
		if t.legal(i) {
			s.named[t.person[i]] = true
		}
	}
	for _, x := range t.result.ResolvedNewborns() {
		c := s.resolved[string(x.By)]
		if c == nil {
			c = &[2]int{}
			s.resolved[string(x.By)] = c
		}
		c[0]++
		if t.person[x.Record] == t.person[x.With] {
			c[1]++
		}
	}
	items := map[int]match.WorkItem{}
	for _, item := range t.result.Worklist() {
		items[item.Record] = item
		c := s.waiting[string(item.Reason)]
		if c == nil {
			c = &[3]int{}
			s.waiting[string(item.Reason)] = c
		}
		c[0]++
		if s.named[t.person[item.Record]] {
			c[1]++
			if t.place(item) >= 0 {
				c[2]++
			}
		}
	}
	for i := range t.person {
		if !t.truth(i).Placeholder {
			continue
		}
		s.placeholders++
		if s.named[t.person[i]] {
			item, waits := items[i]
			s.fates[t.fate(i, item, waits)]++
		}
	}
	t.countAmbiguous(s)
	return s
}

// legal reports whether the record has a given name that is no placeholder.
func (t *trial) legal(i int) bool {
	r := &t.world.records[t.of[i]]
	return !t.truth(i).Placeholder && len(r.Names) > 0 && r.Names[0].Given != ""
}

// place is the place of the right child among the candidates; -1 if it is none.
func (t *trial) place(item match.WorkItem) int {
	return slices.IndexFunc(item.Candidates, func(c match.WorkCandidate) bool {
		return slices.ContainsFunc(t.result.Members(c.Person), func(m int32) bool {
			return t.person[m] == t.person[item.Record] && t.legal(int(m))
		})
	})
}

func (t *trial) fate(i int, item match.WorkItem, waits bool) int {
	with, without := false, false
	for _, m := range t.result.Members(t.result.Person(i)) {
		if t.legal(int(m)) {
			if t.person[m] == t.person[i] {
				with = true
			} else {
				without = true
			}
		}
	}
	switch {
	case without:
		return newbornWrong
	case with:
		return newbornRight
	case waits && len(item.Candidates) == 0:
		return newbornNone
	case waits:
		switch place := t.place(item); {
		case place < 0:
			return newbornNot
		case place == 0:
			return newbornFirst
		}
		return newbornAmong
	case t.result.Has(i, patient.FieldGiven):
		return newbornUnknown
	}
	return newbornMissed
}

func (t *trial) countAmbiguous(s *newbornStudy) {
	for _, l := range t.world.labels {
		if l.Verdict != population.VerdictAmbiguous {
			continue
		}
		a, okA := t.at(l.A)
		b, okB := t.at(l.B)
		switch {
		case !okA || !okB:
		case t.found[a] != t.found[b]:
			s.ambiguous[0]++
		case t.person[a] == t.person[b]:
			s.ambiguous[1]++
		default:
			s.ambiguous[2]++
		}
	}
}

func newbornGrid() *grid {
	return &grid{
		Title: "placeholders whose child has a record with the legal name that they may be linked to",
		Head: []string{"set", "run", "placeholders", "with a name", "right", "wrong child", "waits: first", "among", "not among", "no candidates",
			"alone", "taken for a name", "resolved", "shown", "ambiguous: apart", "right", "wrong"},
	}
}

// addNewborns counts the placeholders of a run. Shown is the share that is
// resolved right, or on the work list with the right child.
func addNewborns(g *grid, t *trial, s *newbornStudy) {
	all := int64(0)
	row := []string{t.world.name, t.name, fmt.Sprint(s.placeholders), ""}
	for _, n := range s.fates {
		all += int64(n)
		row = append(row, fmt.Sprint(n))
	}
	row[3] = fmt.Sprint(all)
	right := int64(s.fates[newbornRight])
	row = append(row, ratio(right, all), ratio(right+int64(s.fates[newbornFirst]+s.fates[newbornAmong]), all))
	for _, n := range s.ambiguous {
		row = append(row, fmt.Sprint(n))
	}
	g.add(row...)
}

// printNewborns prints what resolved placeholders, and why others wait.
func printNewborns(w io.Writer, t *trial, s *newbornStudy) {
	g := &grid{
		Title: t.world.name + ", " + t.name + ": what resolved placeholders",
		Head:  []string{"by", "resolved", "right", "precision"},
	}
	var all [2]int
	for _, by := range sortedKeys(s.resolved) {
		c := s.resolved[by]
		g.add(by, fmt.Sprint(c[0]), fmt.Sprint(c[1]), ratio(int64(c[1]), int64(c[0])))
		all[0], all[1] = all[0]+c[0], all[1]+c[1]
	}
	g.add("(all)", fmt.Sprint(all[0]), fmt.Sprint(all[1]), ratio(int64(all[1]), int64(all[0])))
	fmt.Fprintln(w)
	g.text(w)
	g = &grid{
		Title: t.world.name + ", " + t.name + ": why placeholders wait",
		Head:  []string{"reason", "waiting", "name in the file", "among the candidates"},
	}
	for _, reason := range sortedKeys(s.waiting) {
		c := s.waiting[reason]
		g.add(reason, fmt.Sprint(c[0]), fmt.Sprint(c[1]), fmt.Sprint(c[2]))
	}
	fmt.Fprintln(w)
	g.text(w)
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// A reviewCount counts possible pairs of two people, and the people they touch.
type reviewCount struct {
	pairs, same int64
	people      map[int32]bool
}

func (c *reviewCount) add(t *trial, p match.Pair) {
	c.pairs++
	if t.person[p.A] == t.person[p.B] {
		c.same++
	}
	c.people[t.found[p.A]], c.people[t.found[p.B]] = true, true
}

// printReview prints who has a pair to be reviewed, by the policy's reasons. A
// pair may have several.
func printReview(w io.Writer, t *trial) {
	counts := map[string]*reviewCount{}
	for p := range t.result.Pairs() {
		if p.Decision != match.Possible || t.found[p.A] == t.found[p.B] {
			continue
		}
		reasons := t.result.Reasons(p)
		if len(reasons) == 0 {
			reasons = []string{"(weight alone)"}
		}
		for _, reason := range append(reasons, "(any)") {
			c := counts[reason]
			if c == nil {
				c = &reviewCount{people: map[int32]bool{}}
				counts[reason] = c
			}
			c.add(t, p)
		}
	}
	g := &grid{
		Title: t.world.name + ", " + t.name + ": people with a pair to review, by the policy's reasons",
		Head:  []string{"reason", "pairs", "one person in truth", "share", "people", "share of all"},
	}
	for _, reason := range sortedKeys(counts) {
		c := counts[reason]
		g.add(reason, fmt.Sprint(c.pairs), fmt.Sprint(c.same), ratio(c.same, c.pairs), fmt.Sprint(len(c.people)),
			ratio(int64(len(c.people)), int64(t.result.Persons())))
	}
	fmt.Fprintln(w)
	g.text(w)
}
