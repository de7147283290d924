package merge

import (
	"cmp"
	"math"
	"slices"
)

// A cross is what stands between two groups: the summed evidence of all their
// cross pairs, times four, with a bit for a soft conflict. A hard conflict
// makes everything else idle and is a value of its own.
type cross int64

const (
	softBit cross = 1
	hard    cross = 2
	unknown cross = math.MinInt64
)

func (c cross) sum() int64 { return int64(c >> 2) }

func (c cross) soft() bool { return c&softBit != 0 }

func (c cross) plus(d cross) cross {
	if c == hard || d == hard {
		return hard
	}
	return c&^softBit + d&^softBit | (c|d)&softBit
}

// maxTable is the most cells of the plain table; larger components use a map.
// 2^17 cells of 8 bytes are components of 256 rows.
const maxTable = 1 << 17

// A solver solves one component after the other in the same memory.
//
// Rows, and every group that ever existed, are nodes of a forest: rows are 0 to
// k-1, the group made by join number j is k+j, and its children are the two
// groups joined. What stands between two groups is asked top down: known, or
// the sum of what stands between the children of the later one and the other.
// So every sum ever computed is used again, S(A+B, C) = S(A, C) + S(B, C), and
// no pair of rows is asked twice: a pair not covered by a stored sum was never
// asked. Only the sums the algorithm itself asked for are stored.
type solver struct {
	evidence           func(a, b uint32) Evidence
	clip, nonCandidate int32
	passes             int
	report             *Report
	maxTable           int // tests make it small

	rows     []uint32
	never    []decision
	edges    []Edge
	parent   []uint32 // union-find over local rows; the root is the smallest
	node     []uint32 // of a root, its node
	children [][2]uint32
	joins    []Join

	table  []cross // of node pairs, triangular
	sparse map[uint64]cross
	flat   bool
}

// solve solves component c: it labels its rows and appends its joins.
func (s *solver) solve(p *parts, c int, labels []uint32, joins []Join) []Join {
	from, to := span(p.rowEnd, c)
	s.rows = p.rows[from:to]
	s.joins = joins
	firstEdge, lastEdge := span(p.edgeEnd, c)
	edges := p.edges[firstEdge:lastEdge]
	sameFrom, sameTo := span(p.sameEnd, c)
	neverFrom, neverTo := span(p.neverEnd, c)
	s.never = p.never[neverFrom:neverTo]

	if len(s.rows) == 2 && sameFrom == sameTo {
		s.pair(edges, labels)
		return s.joins
	}
	s.reset(edges)
	for _, d := range p.same[sameFrom:sameTo] {
		s.decide(d.a, d.b)
	}
	for range s.passes {
		before := len(s.joins)
		s.pass()
		if len(s.joins) == before {
			break
		}
	}
	for _, e := range s.edges {
		if s.find(e.A) != s.find(e.B) {
			s.report.RefusedEvidence++
		}
	}
	for i, row := range s.rows {
		labels[row] = s.rows[s.find(uint32(i))]
	}
	for i := range s.joins {
		j := &s.joins[i]
		j.Label, j.A, j.B = labels[s.rows[j.A]], s.rows[j.A], s.rows[j.B]
	}
	return s.joins
}

// pair solves a component of two rows, the usual one, without any memory.
func (s *solver) pair(edges []Edge, labels []uint32) {
	a, b := s.rows[0], s.rows[1]
	weight := edges[0].Weight
	for _, e := range edges {
		weight = max(weight, e.Weight)
	}
	between := s.leaf(0, 1)
	switch n := int64(len(edges)); {
	case between == hard:
		s.report.RefusedHard += n
	case between.soft():
		s.report.RefusedSoft += n
	case between.sum() <= 0:
		s.report.RefusedEvidence += n
	default:
		labels[b] = a
		s.joins = append(s.joins, Join{Label: a, A: a, B: b, Weight: weight, Sum: between.sum(), Rows: 2})
	}
}

// reset makes the memory ready for a component.
func (s *solver) reset(edges []Edge) {
	k := len(s.rows)
	s.edges = append(s.edges[:0], edges...)
	slices.SortFunc(s.edges, func(x, y Edge) int {
		return cmp.Or(cmp.Compare(y.Weight, x.Weight), cmp.Compare(x.A, y.A), cmp.Compare(x.B, y.B))
	})
	s.parent, s.node, s.children = s.parent[:0], s.node[:0], s.children[:0]
	for i := range uint32(k) {
		s.parent = append(s.parent, i)
		s.node = append(s.node, i)
	}
	cells := (2*k - 1) * (k - 1) // pairs of 2k-1 nodes
	s.flat = k <= maxTable/256 && cells <= s.maxTable
	if !s.flat {
		if s.sparse == nil {
			s.sparse = map[uint64]cross{}
		}
		clear(s.sparse)
		return
	}
	s.table = slices.Grow(s.table[:0], cells)[:cells]
	for i := range s.table {
		s.table[i] = unknown
	}
}

// pass goes through the edges that are left. Only those refused for want of
// evidence are kept: groups only grow, so a conflict never goes away.
func (s *solver) pass() {
	kept := s.edges[:0]
	for _, e := range s.edges {
		a, b := s.find(e.A), s.find(e.B)
		if a == b {
			continue
		}
		switch between := s.between(s.node[a], s.node[b]); {
		case between == hard:
			s.report.RefusedHard++
		case between.soft():
			s.report.RefusedSoft++
		case between.sum() <= 0:
			kept = append(kept, e)
		default:
			s.join(a, b, Join{A: e.A, B: e.B, Weight: e.Weight, Sum: between.sum()})
		}
	}
	s.edges = kept
}

// decide follows a steward's Same unless a hard conflict bars it.
func (s *solver) decide(a, b uint32) {
	ra, rb := s.find(a), s.find(b)
	if ra == rb {
		return
	}
	between := s.between(s.node[ra], s.node[rb])
	if between == hard {
		s.report.SameRefused = append(s.report.SameRefused, s.refusal(a, b))
		return
	}
	s.join(ra, rb, Join{A: a, B: b, Same: true, Sum: between.sum()})
}

// refusal finds the first pair in hard conflict between the groups of a and b.
func (s *solver) refusal(a, b uint32) Refusal {
	r := Refusal{A: s.rows[a], B: s.rows[b]}
	ra, rb := s.find(a), s.find(b)
	for i := range uint32(len(s.rows)) {
		if s.find(i) != ra {
			continue
		}
		for j := range uint32(len(s.rows)) {
			if s.find(j) != rb {
				continue
			}
			c, d := min(i, j), max(i, j)
			if s.barred(c, d) || s.evidence(s.rows[c], s.rows[d]).Hard {
				r.C, r.D, r.Never = s.rows[i], s.rows[j], s.barred(c, d)
				return r
			}
		}
	}
	return r
}

func (s *solver) find(i uint32) uint32 {
	for s.parent[i] != i {
		s.parent[i] = s.parent[s.parent[i]]
		i = s.parent[i]
	}
	return i
}

func (s *solver) join(a, b uint32, j Join) {
	node := uint32(len(s.rows) + len(s.children))
	s.children = append(s.children, [2]uint32{s.node[a], s.node[b]})
	root := min(a, b)
	s.parent[max(a, b)] = root
	s.node[root] = node
	j.Rows = s.size(node)
	s.joins = append(s.joins, j)
}

// size is the number of rows of a node; the join that made it has told.
func (s *solver) size(node uint32) uint32 {
	k := uint32(len(s.rows))
	if node < k {
		return 1
	}
	if made := int(node - k); made < len(s.joins) {
		return s.joins[made].Rows
	}
	c := s.children[node-k]
	return s.size(c[0]) + s.size(c[1])
}

// between is what stands between two current groups.
func (s *solver) between(x, y uint32) cross {
	if x < y {
		x, y = y, x
	}
	c := s.load(x, y)
	if c == unknown {
		c = s.compute(x, y)
		s.store(x, y, c)
	}
	return c
}

// compute sums what is not stored. x is the later node.
func (s *solver) compute(x, y uint32) cross {
	k := uint32(len(s.rows))
	if x < k {
		return s.leaf(y, x)
	}
	sum := cross(0)
	for _, child := range s.children[x-k] {
		later, earlier := max(child, y), min(child, y)
		c := s.load(later, earlier)
		if c == unknown {
			c = s.compute(later, earlier)
		}
		if c == hard {
			return hard // and never asked again: the groups stay apart
		}
		sum = sum.plus(c)
	}
	return sum
}

// leaf asks for the evidence of two rows, a < b.
func (s *solver) leaf(a, b uint32) cross {
	if s.barred(a, b) {
		return hard
	}
	s.report.Asked++
	e := s.evidence(s.rows[a], s.rows[b])
	if e.Hard {
		return hard
	}
	weight := s.nonCandidate
	if e.Candidate {
		weight = max(-s.clip, min(e.Weight, s.clip))
	}
	c := cross(weight) << 2
	if e.Soft {
		c |= softBit
	}
	return c
}

// barred says whether a steward decided Never; a < b.
func (s *solver) barred(a, b uint32) bool {
	if len(s.never) == 0 {
		return false
	}
	_, found := slices.BinarySearchFunc(s.never, decision{s.never[0].component, a, b}, decision.compare)
	return found
}

func (s *solver) load(x, y uint32) cross {
	if s.flat {
		return s.table[int(x)*int(x-1)/2+int(y)]
	}
	if c, ok := s.sparse[uint64(x)<<32|uint64(y)]; ok {
		return c
	}
	return unknown
}

func (s *solver) store(x, y uint32, c cross) {
	if s.flat {
		s.table[int(x)*int(x-1)/2+int(y)] = c
		return
	}
	s.sparse[uint64(x)<<32|uint64(y)] = c
}
