package report

import (
	"fmt"
	"html/template"
	"math"
	"slices"

	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/scoring"
)

// labelled bounds the graphs whose lines bear their weights.
const labelled = 8

// graph draws a person: its records on a circle, in an order that keeps joins
// short, the joins as lines and the other pairs behind them.
func (p *person) graph(pairs []match.Pair) template.HTML {
	order := p.walk()
	place := map[int32]int{}
	for i, m := range order {
		place[m] = i
	}
	k := len(order)
	width, height := 300.0, 232.0
	r := 92.0
	if k == 2 {
		height = 84
	}
	at := func(row int32) (x, y float64) {
		i := place[row]
		if k == 2 {
			return 60 + 180*float64(i), height / 2
		}
		a := 2*math.Pi*float64(i)/float64(k) - math.Pi/2
		return width/2 + r*1.3*math.Cos(a), height/2 + r*math.Sin(a)
	}
	var c canvas
	for _, q := range pairs {
		if _, ok := place[q.A]; !ok {
			continue
		}
		if _, ok := place[q.B]; !ok {
			continue
		}
		class := "edge"
		if q.Decision == match.Possible {
			class = "edge dotted"
		}
		x1, y1 := at(q.A)
		x2, y2 := at(q.B)
		c.line(class, x1, y1, x2, y2)
	}
	shown := func(i int) bool {
		_, a := place[int32(p.joins[i].A)]
		_, b := place[int32(p.joins[i].B)]
		return a && b
	}
	for i, j := range p.joins {
		if !shown(i) {
			continue
		}
		class := "join"
		if i == p.weakest {
			class = "join weak"
		}
		x1, y1 := at(int32(j.A))
		x2, y2 := at(int32(j.B))
		c.line(class, x1, y1, x2, y2)
	}
	for i, j := range p.joins {
		if k > labelled || !shown(i) || j.Same {
			continue
		}
		x1, y1 := at(int32(j.A))
		x2, y2 := at(int32(j.B))
		// Off the middle, so that the labels of crossing lines do not meet there.
		t := .5
		if k > 3 {
			t = .4
		}
		c.text("halo a", x1+(x2-x1)*t, y1+(y2-y1)*t+4, signed(scoring.Weight(j.Weight).Bits()))
	}
	size := 12.0
	if k > 30 {
		size = 7
	}
	for _, m := range order {
		x, y := at(m)
		c.circle("node", x, y, size)
		if k <= 30 {
			c.text("node a", x, y+4, fmt.Sprint(p.position(m)))
		}
	}
	id := fmt.Sprintf("person-%d", p.number+1)
	title := fmt.Sprintf("Joins of person %d", p.number+1)
	return c.figure(id, title, p.describe(), width, height)
}

// position is the number of a member in the list beside the graph.
func (p *person) position(row int32) int { return slices.Index(p.members, row) + 1 }

// walk returns the members that are shown in the order of a walk along the
// joins.
func (p *person) walk() []int32 {
	if len(p.members) > membersShown {
		return p.members[:membersShown]
	}
	next := map[int32][]int32{}
	for _, j := range p.joins {
		a, b := int32(j.A), int32(j.B)
		next[a] = append(next[a], b)
		next[b] = append(next[b], a)
	}
	var order []int32
	seen := map[int32]bool{}
	var visit func(int32)
	visit = func(m int32) {
		if seen[m] {
			return
		}
		seen[m] = true
		order = append(order, m)
		for _, n := range next[m] {
			visit(n)
		}
	}
	for _, m := range p.members {
		visit(m)
	}
	return order
}

// describe says in words what the graph shows.
func (p *person) describe() string {
	text := fmt.Sprintf("%d records, %d %s.", len(p.members), len(p.joins), plural(len(p.joins), "join", "joins"))
	if p.weakest >= 0 {
		j := p.joins[p.weakest]
		text += fmt.Sprintf(" The weakest, by %d and %d, had %s bits.",
			p.position(int32(j.A)), p.position(int32(j.B)), signed(float64(j.Sum)/float64(scoring.OneBit)))
	}
	return text
}
