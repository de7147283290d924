package main

import (
	"cmp"
	"slices"
	"strings"

	"github.com/idem-health/idem/examples/idem/report"
	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/merge"
)

// A lifeAnswer is a record of a person, and what came with it.
type lifeAnswer struct {
	Received string   `json:"received,omitempty"`
	Record   string   `json:"record"`
	Name     string   `json:"name"`
	Nameless bool     `json:"placeholder,omitempty"`
	Brought  []string `json:"brought"` // fields of the golden record that are from it
	Because  string   `json:"because"` // why it is this person's
}

// A nameAnswer is a name that a person was known by.
type nameAnswer struct {
	Name    string   `json:"name"`
	As      string   `json:"as"` // legal, also or placeholder
	From    string   `json:"from,omitempty"`
	To      string   `json:"to,omitempty"`
	Records []string `json:"records"`
}

// A doseAnswer is a dose of the consolidated history.
type doseAnswer struct {
	Dose     string            `json:"dose"`
	Families []string          `json:"families"`
	From     string            `json:"from"`
	Also     []otherDoseAnswer `json:"also,omitempty"`
}

// An otherDoseAnswer is a report that tells of the same dose.
type otherDoseAnswer struct {
	Dose string `json:"dose"`
	From string `json:"from"`
	Rule string `json:"rule"`
}

// A life tells a person's records in the order they came.
type life struct {
	*explainer
	members []int32
	records map[int32]patient.Record
	golden  *merge.GoldenRecord
	pairs   map[[2]int32]match.Pair // decided pairs within the person
}

// tell fills in what is told of a person's life.
func (l *life) tell(p *personAnswer) {
	slices.SortFunc(l.members, func(a, b int32) int {
		x, y := l.records[a].Received, l.records[b].Received
		return cmp.Or(cmp.Compare(unknownLast(x), unknownLast(y)), cmp.Compare(l.name(int(a)), l.name(int(b))))
	})
	brought := map[string][]string{}
	for _, v := range l.golden.Values {
		from := v.Source + "/" + v.ID
		if v.Field != "alias" && v.Value != "" && !slices.Contains(brought[from], v.Field) {
			brought[from] = append(brought[from], v.Field)
		}
	}
	for k, m := range l.members {
		r, name := l.records[m], l.name(int(m))
		n, _ := patient.Normalize(&r, l.result.Profile)
		entry := lifeAnswer{
			Received: r.Received.String(), Record: name, Name: writtenName(&r), Nameless: isPlaceholder(&n),
			Brought: append([]string{}, brought[name]...), Because: l.because(k),
		}
		p.Life = append(p.Life, entry)
		p.addName(&entry)
	}
	p.sortNames(l.golden)
	for _, d := range l.golden.Doses {
		dose := doseAnswer{Dose: d.Dose, Families: append([]string{}, d.Families...), From: d.Source + "/" + d.ID}
		for _, o := range d.Others {
			dose.Also = append(dose.Also, otherDoseAnswer{o.Dose, o.Source + "/" + o.ID, string(o.Rule)})
		}
		p.Doses = append(p.Doses, dose)
	}
}

func unknownLast(d patient.Date) int {
	if days := d.Days(); days > 0 {
		return days
	}
	return int(^uint(0) >> 1)
}

func isPlaceholder(n *patient.Normalized) bool {
	return n.Placeholder.Class != patient.NotPlaceholder && n.Given == ""
}

func writtenName(r *patient.Record) string {
	if len(r.Names) == 0 {
		return ""
	}
	n := &r.Names[0]
	return strings.Join(strings.Fields(strings.Join([]string{n.Given, n.Middle, n.Family, n.Suffix}, " ")), " ")
}

// because says why the k-th record is this person's: the strongest of its pairs
// with those that came before.
func (l *life) because(k int) string {
	m := l.members[k]
	if k == 0 {
		return "the first"
	}
	var best *match.Pair
	for _, earlier := range l.members[:k] {
		pair, ok := l.pairs[[2]int32{min(m, earlier), max(m, earlier)}]
		if ok && pair.Decision == match.Match && (best == nil || pair.Weight > best.Weight) {
			best = &pair
		}
	}
	if best == nil {
		return "by way of records that came later"
	}
	other := best.A + best.B - m
	if slices.Contains(l.result.Reasons(*best), match.ReasonNewborn) {
		for _, x := range l.result.ResolvedNewborns() {
			switch int32(x.Record) {
			case m:
				return "a newborn that is " + l.name(int(other)) + ", by " + report.ResolvedBy(x.By)
			case other:
				return "names the newborn of " + l.name(int(other)) + ", by " + report.ResolvedBy(x.By)
			}
		}
	}
	return "one with " + l.name(int(other)) + ", " + bits(best.Weight) + " bits"
}

// addName notes under which name a record knows the person.
func (p *personAnswer) addName(e *lifeAnswer) {
	if e.Name == "" {
		return
	}
	i := slices.IndexFunc(p.Names, func(n nameAnswer) bool { return patient.Fold(n.Name) == patient.Fold(e.Name) })
	if i < 0 {
		i = len(p.Names)
		p.Names = append(p.Names, nameAnswer{Name: e.Name, From: e.Received, As: "also"})
		if e.Nameless {
			p.Names[i].As = "placeholder"
		}
	}
	p.Names[i].To = e.Received
	p.Names[i].Records = append(p.Names[i].Records, e.Record)
}

// sortNames marks the name that the golden record has, and puts it first.
func (p *personAnswer) sortNames(g *merge.GoldenRecord) {
	given, _ := g.Get("given_name")
	family, _ := g.Get("family_name")
	from := given.Source + "/" + given.ID
	if given.Value == "" {
		from = family.Source + "/" + family.ID
	}
	for i := range p.Names {
		if n := &p.Names[i]; slices.Contains(n.Records, from) && n.As != "placeholder" {
			n.As = "legal"
		}
	}
	rank := []string{"legal", "also", "placeholder"}
	slices.SortStableFunc(p.Names, func(a, b nameAnswer) int {
		return cmp.Compare(slices.Index(rank, a.As), slices.Index(rank, b.As))
	})
}

// printLife tells the records in the order they came, the names and the doses.
func (p *personAnswer) printLife(t *textWriter) {
	var rows [][]string
	if len(p.Life) > 1 {
		t.printf("The records, in the order they came:\n")
		for _, e := range p.Life {
			name := shownValue(e.Name)
			if e.Nameless {
				name += " (placeholder)"
			}
			brought := "brought nothing that is kept"
			if len(e.Brought) > 0 {
				brought = "brought " + strings.Join(e.Brought, ", ")
			}
			rows = append(rows, []string{cmp.Or(e.Received, "not dated"), printable(e.Record), name, printable(e.Because), brought})
		}
		t.table(rows)
		t.printf("\n")
	}
	if len(p.Names) > 1 {
		t.printf("Names:\n")
		rows = nil
		for _, n := range p.Names {
			dates := n.From
			if n.To != n.From {
				dates += " to " + n.To
			}
			rows = append(rows, []string{shownValue(n.Name), n.As, cmp.Or(dates, "not dated"), printable(strings.Join(n.Records, ", "))})
		}
		t.table(rows)
		t.printf("\n")
	}
	if len(p.Doses) > 0 {
		t.printf("Doses, as cvx|date|lot|mvx|ndc|historical:\n")
		rows = nil
		for _, d := range p.Doses {
			rows = append(rows, []string{printable(d.Dose), strings.Join(d.Families, " "), "of " + printable(d.From)})
			for _, o := range d.Also {
				rows = append(rows, []string{"  " + printable(o.Dose), "told by " + printable(o.From), strings.ReplaceAll(o.Rule, "_", " ")})
			}
		}
		t.table(rows)
		t.printf("\n")
	}
}
