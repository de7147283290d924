package merge

import (
	"cmp"
	"slices"

	"github.com/idem-health/idem/internal/unionfind"
)

// Assign chooses of the edges between two sides those that pair each row with
// at most one of the other side and weigh the most together: the maximum-weight
// matching of a bipartite graph, exactly. A names a row of the left side, B one
// of the right; the two are numbered apart, so A and B may be equal. Edges that
// do not weigh more than 0 are never chosen.
//
// It returns the places of the chosen edges in the list, ascending. Among
// matchings of equal weight the choice depends on the numbers of the rows
// alone, so rows are best numbered by content; the order of the edges does not
// matter, but that of equal edges the first is taken.
//
// Every connected component of the edges is a problem of its own and most are a
// single edge or a star, which need no search. The others are solved by shortest
// augmenting paths (Kuhn 1955 in the form of Jonker and Volgenant 1987, over
// lists of edges instead of a matrix): one left row after another is added and
// the cheapest way found to make room for it. That takes at worst the left rows
// of a component times its edges, times a logarithm; in practice the paths are
// short, and a component of a thousand rows a side whose pairs all weigh the
// same takes one look at each edge.
func Assign(edges []Edge) []int {
	g := newBipartite(edges)
	sets := unionfind.New(len(g.left) + len(g.right))
	for _, e := range g.edges {
		sets.Union(e.a, uint32(len(g.left))+e.b)
	}
	labels := sets.Labels()
	slices.SortStableFunc(g.edges, func(x, y link) int { return cmp.Compare(labels[x.a], labels[y.a]) })
	s := assigner{mate: make([]int32, len(g.right))}
	var chosen []int
	for from := 0; from < len(g.edges); {
		to := from + 1
		for to < len(g.edges) && labels[g.edges[to].a] == labels[g.edges[from].a] {
			to++
		}
		chosen = s.component(g.edges[from:to], chosen)
		from = to
	}
	slices.Sort(chosen)
	return chosen
}

// A link is an edge with its rows numbered from 0 on each side, in the order of
// their own numbers.
type link struct {
	a, b   uint32
	weight int64
	at     int // in the caller's list
}

type bipartite struct {
	left, right []uint32
	edges       []link // by left row, then right row; each pair once
}

func newBipartite(edges []Edge) *bipartite {
	g := &bipartite{}
	for i, e := range edges {
		if e.Weight > 0 {
			g.edges = append(g.edges, link{e.A, e.B, int64(e.Weight), i})
			g.left, g.right = append(g.left, e.A), append(g.right, e.B)
		}
	}
	var place [2]func(uint32) (int, bool)
	g.left, place[0] = distinct(g.left)
	g.right, place[1] = distinct(g.right)
	for i := range g.edges {
		e := &g.edges[i]
		a, _ := place[0](e.a)
		b, _ := place[1](e.b)
		e.a, e.b = uint32(a), uint32(b)
	}
	slices.SortFunc(g.edges, func(x, y link) int {
		return cmp.Or(cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b), cmp.Compare(y.weight, x.weight), cmp.Compare(x.at, y.at))
	})
	g.edges = slices.CompactFunc(g.edges, func(x, y link) bool { return x.a == y.a && x.b == y.b })
	return g
}

// distinct is sortedRows for a list that may be sorted in place.
func distinct(rows []uint32) ([]uint32, func(uint32) (int, bool)) {
	slices.Sort(rows)
	return sortedRows(slices.Compact(rows))
}

// An assigner solves one component after the other in the same memory.
//
// Weights are turned into costs (-weight), and each left row has the choice of
// staying alone for 0. Invariant of the potentials u and v: u[i] + v[j] <= cost
// of every edge and u[i] <= 0, with equality for what is chosen; v[j] is 0
// while right row j is free. So what is chosen is optimal for the left rows
// added so far.
type assigner struct {
	mate []int32 // of a right row of the whole graph, its number here

	edges []link // of the component; a and b are numbered within it
	start []int  // edges of left row i are edges[start[i]:start[i+1]]
	u, v  []int64
	rowOf []int32 // left row of each right row, -1: free
	colOf []int32 // right row of each left row, -1: alone
	edge  []int32 // of a right row, the edge it is chosen by

	// Of the search for one left row. A distance counts only if seen is the
	// number of the search.
	distance []int64
	seen     []int32
	done     []bool
	by       []int32 // edge that the right row is reached by
	reached  []int32 // right rows whose distance is final
	heap     []waiting
	search   int32
}

// component appends the chosen edges of one component, whose edges are sorted.
func (s *assigner) component(edges []link, chosen []int) []int {
	if best, ok := star(edges); ok {
		return append(chosen, edges[best].at)
	}
	s.reset(edges)
	for i := range len(s.u) {
		s.add(int32(i))
	}
	for j, row := range s.rowOf {
		if row >= 0 {
			chosen = append(chosen, s.edges[s.edge[j]].at)
		}
	}
	return chosen
}

// star returns the best edge of a component whose edges all share a row.
func star(edges []link) (best int, ok bool) {
	oneLeft := edges[0].a == edges[len(edges)-1].a
	for i, e := range edges {
		if !oneLeft && e.b != edges[0].b {
			return 0, false
		}
		if e.weight > edges[best].weight {
			best = i
		}
	}
	return best, true
}

// reset numbers the rows of a component.
func (s *assigner) reset(edges []link) {
	s.edges, s.start = s.edges[:0], s.start[:0]
	rights := make([]uint32, len(edges))
	for i, e := range edges {
		rights[i] = e.b
	}
	slices.Sort(rights)
	rights = slices.Compact(rights)
	for j, b := range rights {
		s.mate[b] = int32(j)
	}
	for i, e := range edges {
		if i == 0 || e.a != edges[i-1].a {
			s.start = append(s.start, i)
		}
		s.edges = append(s.edges, link{uint32(len(s.start) - 1), uint32(s.mate[e.b]), e.weight, e.at})
	}
	s.u, s.colOf = resize(s.u, len(s.start)), resize(s.colOf, len(s.start))
	for i := range s.colOf {
		s.colOf[i] = -1
	}
	s.start = append(s.start, len(edges))
	n := len(rights)
	s.v, s.distance = resize(s.v, n), resize(s.distance, n)
	s.rowOf, s.edge, s.seen, s.by = resize(s.rowOf, n), resize(s.edge, n), resize(s.seen, n), resize(s.by, n)
	s.done = resize(s.done, n)
	for j := range s.rowOf {
		s.rowOf[j] = -1
	}
	s.search = 0
}

// resize returns a list of n zeros, in the memory of the old one if it has room.
func resize[T any](list []T, n int) []T {
	if cap(list) < n {
		return make([]T, n)
	}
	list = list[:n]
	clear(list)
	return list
}

// add finds the cheapest way to give left row i a right row of its own, or to
// leave alone some left row whose place another takes.
func (s *assigner) add(i int32) {
	s.search++
	s.heap, s.reached = s.heap[:0], s.reached[:0]
	s.u[i] = 0
	for _, e := range s.edges[s.start[i]:s.start[i+1]] {
		s.u[i] = min(s.u[i], -e.weight-s.v[e.b])
	}
	alone, aloneCost := i, -s.u[i] // the left row that is left alone most cheaply
	s.scan(i, 0)
	end, total := int32(-1), int64(0)
	for {
		j, ok := s.pop()
		if !ok || s.distance[j] > aloneCost {
			total = aloneCost
			break
		}
		if s.rowOf[j] < 0 {
			end, total = j, s.distance[j]
			break
		}
		s.done[j] = true
		s.reached = append(s.reached, j)
		row := s.rowOf[j]
		if cost := s.distance[j] - s.u[row]; cost < aloneCost {
			alone, aloneCost = row, cost
		}
		s.scan(row, s.distance[j])
	}
	s.u[i] += total
	for _, j := range s.reached {
		s.done[j] = false
		if d := total - s.distance[j]; d > 0 {
			s.u[s.rowOf[j]] += d
			s.v[j] -= d
		}
	}
	s.augment(i, alone, end)
}

// augment moves every left row on the path to the right row it was reached by.
// The path ends at a free right row, or, if end is -1, at the right row of the
// left row alone, which gives it up.
func (s *assigner) augment(i, alone, end int32) {
	j := end
	if j < 0 {
		j = s.colOf[alone]
		s.colOf[alone] = -1
		if alone == i {
			return
		}
	}
	for {
		e := s.by[j]
		row := int32(s.edges[e].a)
		before := s.colOf[row]
		s.rowOf[j], s.colOf[row], s.edge[j] = row, j, e
		if row == i {
			return
		}
		j = before
	}
}

// scan offers the edges of a left row that is reached at a distance.
func (s *assigner) scan(row int32, base int64) {
	for k := s.start[row]; k < s.start[row+1]; k++ {
		e := &s.edges[k]
		j := int32(e.b)
		d := base - e.weight - s.u[row] - s.v[j]
		if s.seen[j] != s.search {
			s.seen[j], s.distance[j], s.by[j] = s.search, d, int32(k)
			s.push(j)
		} else if !s.done[j] && d < s.distance[j] {
			s.distance[j], s.by[j] = d, int32(k)
			s.push(j) // its earlier place in the heap is passed over
		}
	}
}

// A waiting is a right row that may be reached next.
type waiting struct {
	distance int64
	taken    bool // a left row has it, so that the path would go on from it
	row      int32
}

// before orders the heap: nearest first, of equals those that end the search,
// then by number.
func (w waiting) before(x waiting) bool {
	switch {
	case w.distance != x.distance:
		return w.distance < x.distance
	case w.taken != x.taken:
		return x.taken
	}
	return w.row < x.row
}

func (s *assigner) push(j int32) {
	s.heap = append(s.heap, waiting{s.distance[j], s.rowOf[j] >= 0, j})
	h := s.heap
	for i := len(h) - 1; i > 0; {
		up := (i - 1) / 2
		if !h[i].before(h[up]) {
			return
		}
		h[i], h[up] = h[up], h[i]
		i = up
	}
}

// pop returns the nearest right row that is not done.
func (s *assigner) pop() (int32, bool) {
	for len(s.heap) > 0 {
		h := s.heap
		top, last := h[0], len(h)-1
		h[0] = h[last]
		s.heap = h[:last]
		s.sink()
		if !s.done[top.row] && top.distance == s.distance[top.row] {
			return top.row, true
		}
	}
	return 0, false
}

func (s *assigner) sink() {
	h := s.heap
	for i := 0; ; {
		next := 2*i + 1
		if next >= len(h) {
			return
		}
		if next+1 < len(h) && h[next+1].before(h[next]) {
			next++
		}
		if !h[next].before(h[i]) {
			return
		}
		h[i], h[next] = h[next], h[i]
		i = next
	}
}
