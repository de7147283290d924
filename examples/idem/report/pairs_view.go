package report

import (
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/scoring"
)

// A groupView shows some pairs, each side by side with what it weighs.
type groupView struct {
	ID, Title, About string
	Pairs            []pairView
}

type pairView struct {
	Title, A, B       string
	Decision          string
	Bits, Probability string
	Open              bool
	Truth             string // what the truth says of the pair
	Person            string
	FoundBy           string
	Rules             []string
	Against           string
	Sides             []sideRow
	Parts             table
	Silent            string // comparisons without evidence
}

// A sideRow is a field of both records.
type sideRow struct {
	Field string
	A, B  []segment
	State string // same, differs, one side
}

// groupView shows the pairs of a group that no group before it has told.
func (f *facts) groupView(g sampleGroup, s *shown, told map[[2]int32]bool) groupView {
	v := groupView{ID: g.id, Title: g.title, About: g.about}
	for _, c := range g.chosen {
		key := [2]int32{c.pair.A, c.pair.B}
		if told[key] {
			continue
		}
		told[key] = true
		p := f.pairView(c.pair, s)
		p.Open = len(v.Pairs) == 0
		v.Pairs = append(v.Pairs, p)
	}
	return v
}

func (f *facts) pairView(s match.Scored, sh *shown) pairView {
	a, b := f.res.Key(int(s.A)), f.res.Key(int(s.B))
	e := f.res.Explain(int(s.A), int(s.B))
	v := pairView{
		A: a.ID, B: b.ID, Decision: e.Decision.String(), Bits: signed(e.Weight.Bits()), Probability: probability(e.Probability),
		Against: alternativeName(e.Alternative), Rules: f.why(e.Rules), FoundBy: strings.Join(e.FoundBy, "; "),
	}
	if a.Source != b.Source {
		v.A, v.B = a.Source+"/"+a.ID, b.Source+"/"+b.ID
	}
	v.Title = v.A + " and " + v.B
	ra, rb := sh.records[s.A], sh.records[s.B]
	if ra != nil && rb != nil {
		v.Title = pairTitle(name(ra), name(rb), v.Title)
		v.Sides = sides(ra, rb)
	}
	switch pa, pb := f.res.Person(int(s.A)), f.res.Person(int(s.B)); {
	case pa == pb:
		v.Person = "in one person, " + count(pa+1)
	default:
		v.Person = "in two people, " + count(pa+1) + " and " + count(pb+1)
	}
	if t := f.in.Truth; t != nil && t[s.A] >= 0 && t[s.B] >= 0 {
		v.Truth = "two people"
		if t[s.A] == t[s.B] {
			v.Truth = "one person"
		}
	}
	v.Parts, v.Silent = f.waterfall(&e)
	return v
}

// pairTitle names a pair by the names, or by the ids where there are none.
func pairTitle(a, b, ids string) string {
	switch {
	case a == "" && b == "":
		return ids
	case a == "":
		a = "(no name)"
	case b == "":
		b = "(no name)"
	}
	if a == b {
		return a + ", twice"
	}
	return a + " and " + b
}

// why gives rules of the policy with what they stand for.
func (f *facts) why(ids []string) []string {
	var out []string
	for _, id := range ids {
		text := id
		if i, ok := f.reason[id]; ok {
			text = id + " (" + f.reasons[i].effect + ")"
			if f.reasons[i].why != "" {
				text += ": " + f.reasons[i].why
			}
		}
		out = append(out, text)
	}
	return out
}

// sides lays two records side by side, in the order of the fields of the
// first and then of the second.
func sides(a, b *patient.Record) []sideRow {
	va, vb := values(a), values(b)
	var rows []sideRow
	find := func(list []value, field string) string {
		i := slices.IndexFunc(list, func(v value) bool { return v.Field == field })
		if i < 0 {
			return ""
		}
		return list[i].Text
	}
	add := func(field, x, y string) {
		row := sideRow{Field: title(field)}
		switch {
		case x == "" || y == "":
			row.State = "one side"
			row.A, row.B = whole(x), whole(y)
		case patient.Fold(x) == patient.Fold(y):
			row.State = "same"
			row.A, row.B = whole(x), whole(y)
		default:
			row.State = "differs"
			row.A, row.B = diff(x, y)
		}
		rows = append(rows, row)
	}
	for _, v := range va {
		add(v.Field, v.Text, find(vb, v.Field))
	}
	for _, v := range vb {
		if find(va, v.Field) == "" {
			add(v.Field, "", v.Text)
		}
	}
	return rows
}

func whole(text string) []segment {
	if text == "" {
		return nil
	}
	return []segment{{Text: text}}
}

// waterfall lists the parts of a weight, each drawn from where the one before
// it ended, and names the comparisons that had no evidence.
func (f *facts) waterfall(e *scoring.Explanation) (table, string) {
	t := table{Caption: "Parts of the weight against " + alternativeName(e.Alternative), Hidden: true, Head: heads("Part", "Level", "|", "#Bits")}
	var silent []string
	lo, hi, sum := 0.0, 0.0, 0.0
	for _, p := range e.Parts {
		sum += p.Weight.Bits()
		lo, hi = min(lo, sum), max(hi, sum)
	}
	x := scale{lo, hi, 0, 100}
	sum = 0
	for _, p := range e.Parts {
		if p.Level == "missing" {
			if f.kinds.weighs(p.Name) {
				silent = append(silent, words(p.Name))
			}
			continue
		}
		if p.Weight == 0 {
			continue
		}
		from := sum
		sum += p.Weight.Bits()
		t.row(text(title(p.Name)), cell{Text: words(p.Level), Class: "muted"}, strip(step(x, from, sum)), number(signed(p.Weight.Bits())))
	}
	var c canvas
	class := "w for"
	if e.Weight < 0 {
		class = "w against"
	}
	from, to := x.at(min(0, sum)), x.at(max(0, sum))
	c.rect(class, from, 2, to-from, 10)
	c.rect("zero", x.at(0)-.3, 0, .6, 14)
	t.row(cell{Text: "Match weight", Class: "strong"}, text(""), strip(c.strip(14)), cell{Text: signed(e.Weight.Bits()), Class: "n strong"})
	note := ""
	if len(silent) > 0 {
		note = fmt.Sprintf("No evidence, on one side at least: %s.", strings.Join(silent, ", "))
	}
	return t, note
}

// step draws one part of a waterfall.
func step(x scale, from, to float64) template.HTML {
	var c canvas
	class := "w for"
	if to < from {
		class = "w against"
	}
	left, right := x.at(min(from, to)), x.at(max(from, to))
	c.rect("zero", x.at(0)-.3, 0, .6, 14)
	c.rect(class, left, 3, max(right-left, .6), 8)
	return c.strip(14)
}
