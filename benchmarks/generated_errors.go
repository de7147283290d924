package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/idem-health/idem/benchmarks/population"
	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/patient"
)

// The kinds of false links: how the two people are related. What else two of a
// household may be comes after the relations of the generator.
var falseKinds = []string{"twin", "sibling", "parent", "namesake_parent", "spouse", "grandmother", "household", "sealed", "namesake", "stranger"}

// falseKind says how the people of two records are related who were taken for
// one. A namesake is of another household and has the same names.
func (t *trial) falseKind(i, j int) string {
	a, b := t.truth(i), t.truth(j)
	switch {
	case a.Person == b.Person:
		return "sealed"
	case a.Household == b.Household:
		kind, known := t.world.relation[[2]uint64{min(a.Person, b.Person), max(a.Person, b.Person)}]
		if known && slices.Contains(falseKinds, string(kind)) {
			return string(kind)
		}
		return "household"
	case t.names(i) == t.names(j):
		return "namesake"
	}
	return "stranger"
}

// names are the names of a record as they are compared.
func (t *trial) names(i int) [2]string {
	r := &t.world.records[t.of[i]]
	if len(r.Names) == 0 {
		return [2]string{}
	}
	return [2]string{patient.Fold(r.Names[0].Given), patient.Fold(r.Names[0].Family)}
}

func falseGrid() *grid {
	return &grid{
		Title: "false links in people, by how the two are related",
		Head:  append(append([]string{"set", "run"}, falseKinds...), "all", "of a placeholder", "twins as one"),
	}
}

// addFalse counts the pairs of records that are one person wrongly, those with
// a placeholder among them, and the births of which two children are one person.
func addFalse(g *grid, t *trial) {
	count := map[string]int{}
	for i, j := range truePairs(t.found) {
		if t.person[i] == t.person[j] {
			continue
		}
		a, b := t.truth(i), t.truth(j)
		count[t.falseKind(i, j)]++
		count["all"]++
		if a.Placeholder || b.Placeholder {
			count["placeholder"]++
		}
	}
	row := []string{t.world.name, t.name}
	for _, kind := range falseKinds {
		row = append(row, fmt.Sprint(count[kind]))
	}
	g.add(append(row, fmt.Sprint(count["all"]), fmt.Sprint(count["placeholder"]), fmt.Sprint(t.sharedBirths()))...)
}

// sharedBirths counts the births of which two children are one person.
func (t *trial) sharedBirths() int {
	births := map[[2]uint64]bool{}
	for i, j := range truePairs(t.found) {
		a, b := t.truth(i), t.truth(j)
		if a.Person != b.Person && a.Household == b.Household && a.TwinGroup != 0 && a.TwinGroup == b.TwinGroup {
			births[[2]uint64{a.Household, uint64(a.TwinGroup)}] = true
		}
	}
	return len(births)
}

// A trapKey is a row of the table of traps.
type trapKey struct {
	trap    population.Trap
	verdict population.Verdict
}

// right reports whether the run makes of a labeled pair what it should.
func (t *trial) right(l population.Label) bool {
	a, okA := t.at(l.A)
	b, okB := t.at(l.B)
	switch {
	case !okA:
		return false
	case l.Verdict == population.VerdictAlone:
		return len(t.result.Members(t.result.Person(a))) == 1
	case l.Verdict == population.VerdictName:
		return t.result.Has(a, patient.FieldGiven)
	case !okB:
		return false
	}
	together := t.found[a] == t.found[b]
	switch l.Verdict {
	case population.VerdictSame:
		return together
	case population.VerdictAmbiguous: // what else is known may decide, and may not decide wrongly
		return !together || t.person[a] == t.person[b]
	}
	return !together
}

// printTraps prints the labeled pairs of a set, side by side for its runs.
func printTraps(w io.Writer, trials []*trial) {
	world := trials[0].world
	all := map[trapKey]int{}
	right := make([]map[trapKey]int, len(trials))
	var keys []trapKey
	for k, t := range trials {
		right[k] = map[trapKey]int{}
		for _, l := range world.labels {
			key := trapKey{l.Trap, l.Verdict}
			if k == 0 {
				if all[key] == 0 {
					keys = append(keys, key)
				}
				all[key]++
			}
			if t.right(l) {
				right[k][key]++
			}
		}
	}
	slices.SortFunc(keys, func(a, b trapKey) int {
		if a.verdict != b.verdict {
			return strings.Compare(string(a.verdict), string(b.verdict))
		}
		return strings.Compare(string(a.trap), string(b.trap))
	})
	g := &grid{Title: world.name + ": traps, and the share of which the run makes what it should", Head: []string{"verdict trap", "labels"}}
	for _, t := range trials {
		g.Head = append(g.Head, t.name)
	}
	for _, key := range keys {
		row := []string{string(key.verdict) + " " + string(key.trap), fmt.Sprint(all[key])}
		for k := range trials {
			row = append(row, ratio(int64(right[k][key]), int64(all[key])))
		}
		g.add(row...)
	}
	fmt.Fprintln(w)
	g.text(w)
}

// A tagCount counts the true pairs that have a kind of error in a record.
type tagCount struct {
	pairs, candidates, matches, together int64
	only, onlyTogether                   int64 // pairs with no other kind
}

// printTags prints the recall for each kind of error.
func printTags(w io.Writer, t *trial) {
	judge := t.result.Judge()
	var none tagCount
	byTag := map[population.Tag]*tagCount{}
	for i, j := range truePairs(t.person) {
		s := judge(i, j)
		tags := slices.Concat(t.truth(i).Tags, t.truth(j).Tags)
		slices.Sort(tags)
		tags = slices.Compact(tags)
		together := t.found[i] == t.found[j]
		if len(tags) == 0 {
			none.count(s, together, true)
		}
		for _, tag := range tags {
			c := byTag[tag]
			if c == nil {
				c = &tagCount{}
				byTag[tag] = c
			}
			c.count(s, together, len(tags) == 1)
		}
	}
	g := &grid{
		Title: t.world.name + ", " + t.name + ": recall of true pairs, by the kinds of errors in either record",
		Head:  []string{"error", "pairs", "blocking", "pairs", "people", "with no other", "people"},
	}
	none.row(g, "(none)")
	for _, tag := range population.Tags() {
		if c := byTag[tag]; c != nil {
			c.row(g, tag.String())
		}
	}
	fmt.Fprintln(w)
	g.text(w)
}

func (c *tagCount) count(s match.Scored, together, only bool) {
	c.pairs++
	if s.Rule >= 0 {
		c.candidates++
		if s.Decision == match.Match {
			c.matches++
		}
	}
	if together {
		c.together++
	}
	if only {
		c.only++
		if together {
			c.onlyTogether++
		}
	}
}

func (c *tagCount) row(g *grid, name string) {
	g.add(name, fmt.Sprint(c.pairs), ratio(c.candidates, c.pairs), ratio(c.matches, c.pairs), ratio(c.together, c.pairs),
		fmt.Sprint(c.only), ratio(c.onlyTogether, c.only))
}
