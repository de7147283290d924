package merge

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/idem-health/idem/internal/unionfind"
)

// A parts is a problem cut into its connected components. Components are
// numbered by their smallest row; only those of two rows and more are there.
type parts struct {
	n        int
	ignored  int
	maxTable int // see solver

	rows     []uint32 // component after component, ascending within
	rowEnd   []int
	local    []uint32 // of each row, its place within its component
	edges    []Edge   // component after component, ends local
	edgeEnd  []int
	same     []decision // sorted by component, then rows
	never    []decision
	sameEnd  []int
	neverEnd []int
}

// A decision is a steward's pair, its ends local, A < B.
type decision struct{ component, a, b uint32 }

func (d decision) compare(e decision) int {
	return cmp.Or(cmp.Compare(d.component, e.component), cmp.Compare(d.a, e.a), cmp.Compare(d.b, e.b))
}

func (p *parts) len() int { return len(p.rowEnd) }

// span returns the bounds of part i of a list cut at ends.
func span(ends []int, i int) (from, to int) {
	if i > 0 {
		from = ends[i-1]
	}
	return from, ends[i]
}

// partition cuts the rows into components by counting sort, linear in rows and
// edges.
func partition(n int, edges []Edge, o Options) *parts {
	p := &parts{n: n, maxTable: maxTable}
	valid := func(a, b uint32) bool { return a != b && int64(a) < int64(n) && int64(b) < int64(n) }
	sets := unionfind.New(n)
	for _, e := range edges {
		if valid(e.A, e.B) {
			sets.Union(e.A, e.B)
		} else {
			p.ignored++
		}
	}
	for _, s := range o.Same {
		if valid(s[0], s[1]) {
			sets.Union(s[0], s[1])
		} else {
			p.ignored++
		}
	}
	component := p.groupRows(sets.Labels())
	p.groupEdges(edges, component, valid)
	p.same, p.sameEnd = p.groupDecisions(o.Same, component, valid)
	p.never, p.neverEnd = p.groupDecisions(o.Never, component, valid)
	return p
}

const alone = ^uint32(0) // the component of a row that stands alone

// groupRows fills rows, rowEnd and local, and returns the component of each row.
func (p *parts) groupRows(labels []uint32) []uint32 {
	p.local = make([]uint32, p.n) // first the size of the set, at its label
	for _, l := range labels {
		p.local[l]++
	}
	component := make([]uint32, p.n)
	total := 0
	for row, l := range labels {
		switch size := int(p.local[l]); {
		case size == 1:
			component[row] = alone
		case int(l) == row: // the label is the smallest row, so it comes first
			component[row] = uint32(len(p.rowEnd))
			total += size
			p.rowEnd = append(p.rowEnd, total)
		default:
			component[row] = component[l]
		}
	}
	p.rows = make([]uint32, total)
	next := make([]uint32, len(p.rowEnd))
	for row, c := range component {
		if c == alone {
			continue
		}
		from, _ := span(p.rowEnd, int(c))
		p.local[row] = next[c]
		p.rows[from+int(next[c])] = uint32(row)
		next[c]++
	}
	return component
}

func (p *parts) groupEdges(edges []Edge, component []uint32, valid func(a, b uint32) bool) {
	p.edgeEnd = make([]int, p.len())
	for _, e := range edges {
		if valid(e.A, e.B) {
			p.edgeEnd[component[e.A]]++
		}
	}
	total := 0
	for c, k := range p.edgeEnd {
		p.edgeEnd[c] = total // the start for now; it has become the end once all edges are placed
		total += k
	}
	p.edges = make([]Edge, total)
	for _, e := range edges {
		if valid(e.A, e.B) {
			c := component[e.A]
			a, b := p.local[e.A], p.local[e.B]
			p.edges[p.edgeEnd[c]] = Edge{min(a, b), max(a, b), e.Weight}
			p.edgeEnd[c]++
		}
	}
}

func (p *parts) groupDecisions(pairs [][2]uint32, component []uint32, valid func(a, b uint32) bool) ([]decision, []int) {
	ends := make([]int, p.len())
	var list []decision
	for _, d := range pairs {
		if !valid(d[0], d[1]) {
			continue
		}
		// A Never between two components, or of a row that stands alone, bars nothing.
		c := component[d[0]]
		if c == alone || c != component[d[1]] {
			continue
		}
		a, b := p.local[d[0]], p.local[d[1]]
		list = append(list, decision{c, min(a, b), max(a, b)})
		ends[c]++
	}
	slices.SortFunc(list, decision.compare)
	total := 0
	for c, k := range ends {
		total += k
		ends[c] = total
	}
	return list, ends
}

// resolve solves every component and puts the answers together.
func (p *parts) resolve(evidence func(a, b uint32) Evidence, o Options) ([]uint32, Report) {
	labels := make([]uint32, p.n)
	for i := range labels {
		labels[i] = uint32(i)
	}
	// A component of k rows has at most k-1 joins, so each has room of its own.
	joins := make([]Join, len(p.rows)-p.len())
	joined := make([]uint32, p.len())

	workers := min(o.Workers, max(1, (p.len()+chunk-1)/chunk))
	reports := make([]Report, workers)
	var next atomic.Int64
	work := func(w int) {
		s := solver{evidence: evidence, clip: o.Clip, nonCandidate: o.NonCandidate, passes: o.Passes, maxTable: p.maxTable, report: &reports[w]}
		for {
			from := int(next.Add(chunk)) - chunk
			if from >= p.len() {
				return
			}
			for c := from; c < min(from+chunk, p.len()); c++ {
				first, last := span(p.rowEnd, c)
				room := joins[first-c : first-c : last-c-1]
				joined[c] = uint32(len(s.solve(p, c, labels, room)))
			}
		}
	}
	if workers == 1 {
		work(0)
	} else {
		var wg sync.WaitGroup
		for w := range workers {
			wg.Go(func() { work(w) })
		}
		wg.Wait()
	}
	return labels, p.report(labels, joins, joined, reports)
}

// chunk is how many components a worker takes at a time.
const chunk = 64

func (p *parts) report(labels []uint32, joins []Join, joined []uint32, reports []Report) Report {
	r := Report{Components: p.len(), Largest: min(1, p.n), LargestComponent: min(1, p.n), Ignored: p.ignored}
	for i := range reports {
		r.add(&reports[i])
	}
	slices.SortFunc(r.SameRefused, func(x, y Refusal) int {
		return cmp.Or(cmp.Compare(x.A, y.A), cmp.Compare(x.B, y.B))
	})
	// Counting sort by label keeps the joins of a label in their order.
	start := make([]uint32, p.n+1)
	total := 0
	for c := range p.len() {
		from, to := span(p.rowEnd, c)
		r.LargestComponent = max(r.LargestComponent, to-from)
		kept := joins[from-c:][:joined[c]]
		for i := range kept {
			start[kept[i].Label+1]++
		}
		total += len(kept)
	}
	for i, k := range start {
		if k > 0 {
			r.Groups++
			r.Largest = max(r.Largest, int(k)+1)
		}
		if i > 0 {
			start[i] += start[i-1]
		}
	}
	r.Joins = make([]Join, total)
	for c := range p.len() {
		from, _ := span(p.rowEnd, c)
		for _, j := range joins[from-c:][:joined[c]] {
			r.Joins[start[j.Label]] = j
			start[j.Label]++
		}
	}
	return r
}

// sortedRows returns the distinct rows, ascending, and a look-up into them.
func sortedRows(rows []uint32) ([]uint32, func(uint32) (int, bool)) {
	sorted := rows
	if !ascending(rows) {
		sorted = slices.Clone(rows)
		slices.Sort(sorted)
		sorted = slices.Compact(sorted)
	}
	return sorted, func(row uint32) (int, bool) { return slices.BinarySearch(sorted, row) }
}

func ascending(rows []uint32) bool {
	for i := 1; i < len(rows); i++ {
		if rows[i-1] >= rows[i] {
			return false
		}
	}
	return true
}
