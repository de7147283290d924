package merge

// Weights here and everywhere in the package are log-odds in units of 1/1024 bit.
const (
	// DefaultClip is 6 nats: beyond it one pair, however sure, outvotes no more
	// than six pairs nobody proposed.
	DefaultClip = 8864
	// DefaultNonCandidate is -1 nat. On historical data 0 let one person grow to
	// 124 records and -3 tore true people apart.
	DefaultNonCandidate = -1477
	// DefaultPasses is how often the edges are gone through.
	DefaultPasses = 2

	maxWeight = 1 << 20 // 1024 bits; keeps the sums of a component of a billion pairs in 62 bits
)

// An Edge is an accepted pair of rows: one the policy calls a match and no
// conflict. Weight orders the joins. The ends may come in either order.
type Edge struct {
	A, B   uint32
	Weight int32
}

// Evidence is what speaks for and against two rows being one person.
//
// A Hard conflict (different birth orders, different certificate numbers)
// never gives way. A Soft one bars joining too, save by a steward's decision;
// a policy whose identifier rule overrides it does not report it at all.
type Evidence struct {
	Weight     int32 // log-odds; used of candidates only
	Candidate  bool  // some blocking rule proposed the pair, so that Weight means something
	Hard, Soft bool
}

// Options configures [Resolve]. The zero value is ready to use.
type Options struct {
	Clip         int32 // a pair counts at most this much, for or against; 0 means DefaultClip
	NonCandidate int32 // what a pair that is no candidate counts; 0 means DefaultNonCandidate, -1 is next to nothing
	Passes       int   // an edge refused early may be possible later; 0 means DefaultPasses
	Workers      int   // components solved at a time; 0 means 1. With more the evidence function must be safe for concurrent use

	// A steward's decisions, as pairs of rows. Same joins first, whatever the
	// evidence and any soft conflict, but never against a hard one. Never is a
	// hard conflict.
	Same, Never [][2]uint32
}

func (o Options) withDefaults() Options {
	if o.Clip <= 0 {
		o.Clip = DefaultClip
	}
	if o.NonCandidate == 0 {
		o.NonCandidate = DefaultNonCandidate
	}
	if o.Passes <= 0 {
		o.Passes = DefaultPasses
	}
	if o.Workers <= 0 {
		o.Workers = 1
	}
	o.Clip = min(o.Clip, maxWeight)
	o.NonCandidate = max(-maxWeight, min(o.NonCandidate, maxWeight))
	return o
}

// Resolve groups n rows into people. The label of a row is the smallest row of
// its group. Rows must be numbered by content (the canonical order of the
// table), since the order of joins falls back on them.
//
// Joins are tried in the order weight descending, then smaller rows. Two groups
// join if no conflict stands between any two rows of them and the evidence of
// all their cross pairs, each clipped, adds up to more than 0.
//
// The evidence function is asked with the smaller row first, only within a
// connected component of the edges, only when a sum needs it, and at most once
// a pair (once more to name the pair behind a refused Same). At most one sum is
// stored an edge and pass, so that memory stays linear in the edges whatever
// the size of a component; the time of a component of k rows is linear in the
// pairs asked, at most k(k-1)/2.
func Resolve(n int, edges []Edge, evidence func(a, b uint32) Evidence, o Options) ([]uint32, Report) {
	o = o.withDefaults()
	parts := partition(n, edges, o)
	return parts.resolve(evidence, o)
}

// ResolveComponent is [Resolve] for some rows only: a connected component, or
// several. Labels[i] is the label of rows[i], a row of the list. Edges and
// decisions that name other rows are left out (edges are counted in
// Report.Ignored); the cost of a call grows with all of them, so a caller with
// many components hands each its own.
func ResolveComponent(rows []uint32, edges []Edge, evidence func(a, b uint32) Evidence, o Options) ([]uint32, Report) {
	sorted, position := sortedRows(rows)
	find := func(row uint32) (uint32, bool) {
		i, ok := position(row)
		return uint32(i), ok
	}
	local := make([]Edge, 0, len(edges))
	ignored := 0
	for _, e := range edges {
		a, okA := find(e.A)
		b, okB := find(e.B)
		if !okA || !okB {
			ignored++
			continue
		}
		local = append(local, Edge{a, b, e.Weight})
	}
	o.Same = localPairs(o.Same, find)
	o.Never = localPairs(o.Never, find)

	found, report := Resolve(len(sorted), local, func(a, b uint32) Evidence {
		return evidence(sorted[a], sorted[b])
	}, o)

	report.translate(sorted)
	report.Ignored += ignored
	labels := make([]uint32, len(rows))
	for i, row := range rows {
		p, _ := find(row)
		labels[i] = sorted[found[p]]
	}
	return labels, report
}

func localPairs(pairs [][2]uint32, find func(uint32) (uint32, bool)) [][2]uint32 {
	var local [][2]uint32
	for _, p := range pairs {
		a, okA := find(p[0])
		b, okB := find(p[1])
		if okA && okB {
			local = append(local, [2]uint32{a, b})
		}
	}
	return local
}
