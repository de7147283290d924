package report

import (
	"fmt"
	"html/template"

	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/scoring"
)

// longTail is the size from which on people are counted in one row.
const longTail = 16

// A gathering holds the people that are shown, and the decided pairs within
// them.
type gathering struct {
	largest, weakest []person
	sizes            []int
	pairs            map[int][]match.Pair
}

func gatherPeople(res *match.Result) *gathering {
	g := &gathering{pairs: map[int][]match.Pair{}}
	g.largest, g.weakest, g.sizes = choosePeople(res)
	for _, list := range [][]person{g.largest, g.weakest} {
		for _, p := range list {
			g.pairs[p.number] = nil
		}
	}
	for pair := range res.Pairs() {
		n := res.Person(int(pair.A))
		if _, wanted := g.pairs[n]; wanted && res.Person(int(pair.B)) == n {
			g.pairs[n] = append(g.pairs[n], pair)
		}
	}
	return g
}

func (g *gathering) want(s *shown) {
	for _, list := range [][]person{g.largest, g.weakest} {
		for _, p := range list {
			s.want(p.members[:min(len(p.members), membersShown)]...)
		}
	}
}

// A peopleView shows who became one person.
type peopleView struct {
	Sizes            table
	Largest, Weakest []personView
	Refused          table
}

type personView struct {
	Number string
	About  string
	Graph  template.HTML
	Table  table
	More   string
}

func (g *gathering) view(f *facts, s *shown) peopleView {
	v := peopleView{Sizes: table{Caption: "People by their number of records", Head: heads("Records", "#People", "|")}}
	most := 1
	for _, n := range g.sizes {
		most = max(most, n)
	}
	row := func(label string, n int) {
		v.Sizes.row(text(label), number(count(n)), strip(bar("bar-ink", float64(n), float64(most))))
	}
	tail := 0
	for size, n := range g.sizes {
		switch {
		case n > 0 && size < longTail:
			row(count(size), n)
		case n > 0:
			tail += n
		}
	}
	if tail > 0 {
		row(fmt.Sprintf("%d and more", longTail), tail)
	}
	seen := map[int]bool{}
	for _, p := range g.largest {
		v.Largest = append(v.Largest, g.personView(f, s, &p))
		seen[p.number] = true
	}
	for _, p := range g.weakest {
		if !seen[p.number] {
			v.Weakest = append(v.Weakest, g.personView(f, s, &p))
		}
	}
	r := f.res.Refusals()
	v.Refused = table{Caption: "Matches that were not followed, by what stood against them", Head: heads("Against it", "#Pairs")}
	v.Refused.row(text("A hard conflict between records of the two people"), number(count(r.Hard)))
	v.Refused.row(text("A soft conflict"), number(count(r.Soft)))
	v.Refused.row(text("The other records of the two people"), number(count(r.Evidence)))
	return v
}

func (g *gathering) personView(f *facts, s *shown, p *person) personView {
	v := personView{Number: count(p.number + 1), Graph: p.graph(g.pairs[p.number])}
	v.About = fmt.Sprintf("%d records", len(p.members))
	if p.weakest >= 0 {
		j := p.joins[p.weakest]
		v.About += fmt.Sprintf("; the weakest join, by %d and %d, had %s bits", p.position(int32(j.A)), p.position(int32(j.B)),
			signed(float64(j.Sum)/float64(scoring.OneBit)))
	}
	v.Table = table{Caption: fmt.Sprintf("Records of person %s", v.Number), Hidden: true, Head: heads("#No.", "Record", "Name", "Born", "Place")}
	for i, m := range p.members {
		if i == membersShown {
			v.More = fmt.Sprintf("and %s more records, not shown", count(len(p.members)-membersShown))
			break
		}
		k := f.res.Key(int(m))
		row := []cell{number(fmt.Sprint(i + 1)), {Text: k.ID, Class: "id"}, text(""), {Class: "date"}, text("")}
		if r := s.records[m]; r != nil {
			row[2].Text, row[3].Text, row[4].Text = name(r), dateText(r.BirthDate), place(r)
		}
		v.Table.row(row...)
	}
	return v
}

// place is where the person of a record lives, in a word or two.
func place(r *patient.Record) string {
	for _, a := range r.Addresses {
		if text := join(" ", a.PostalCode, a.City); text != "" {
			return text
		}
	}
	return r.BirthPlace
}
