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
	r := p.ring()
	var c canvas
	for _, q := range pairs {
		class := "edge"
		if q.Decision == match.Possible {
			class = "edge dotted"
		}
		if l, ok := r.between(q.A, q.B); ok {
			c.line(class, l.x1, l.y1, l.x2, l.y2)
		}
	}
	for i, j := range p.joins {
		class := "join"
		if i == p.weakest {
			class = "join weak"
		}
		if l, ok := r.between(int32(j.A), int32(j.B)); ok {
			c.line(class, l.x1, l.y1, l.x2, l.y2)
		}
	}
	p.labels(&c, r)
	size := 12.0
	if len(r.order) > 30 {
		size = 7
	}
	for _, m := range r.order {
		x, y := r.at(m)
		c.circle("node", x, y, size)
		if len(r.order) <= 30 {
			c.text("node a", x, y+4, fmt.Sprint(p.position(m)))
		}
	}
	id := fmt.Sprintf("person-%d", p.number+1)
	title := fmt.Sprintf("Joins of person %d", p.number+1)
	return c.figure(id, title, p.describe(), r.width, r.height)
}

// labels writes the weights of the joins beside them, where there is room.
func (p *person) labels(c *canvas, r *ring) {
	// Off the middle, so that the labels of crossing lines do not meet there.
	t := .5
	switch k := len(r.order); {
	case k > labelled:
		return
	case k > 3:
		t = .4
	}
	for _, j := range p.joins {
		if l, ok := r.between(int32(j.A), int32(j.B)); ok && !j.Same {
			c.text("halo a", l.x1+(l.x2-l.x1)*t, l.y1+(l.y2-l.y1)*t+4, signed(scoring.Weight(j.Weight).Bits()))
		}
	}
}

// A ring is where the members of a person are drawn: two beside each other, more
// in a circle.
type ring struct {
	order         []int32
	place         map[int32]int // of a member in order
	width, height float64
}

type line struct{ x1, y1, x2, y2 float64 }

func (p *person) ring() *ring {
	r := &ring{order: p.walk(), place: map[int32]int{}, width: 300, height: 232}
	for i, m := range r.order {
		r.place[m] = i
	}
	if len(r.order) == 2 {
		r.height = 84
	}
	return r
}

func (r *ring) at(row int32) (x, y float64) {
	const radius = 92
	i := float64(r.place[row])
	if len(r.order) == 2 {
		return 60 + 180*i, r.height / 2
	}
	a := 2*math.Pi*i/float64(len(r.order)) - math.Pi/2
	return r.width/2 + radius*1.3*math.Cos(a), r.height/2 + radius*math.Sin(a)
}

// between is the line from one member to another; ok is false where one of them
// is not drawn.
func (r *ring) between(a, b int32) (l line, ok bool) {
	_, first := r.place[a]
	_, second := r.place[b]
	if !first || !second {
		return line{}, false
	}
	l.x1, l.y1 = r.at(a)
	l.x2, l.y2 = r.at(b)
	return l, true
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
