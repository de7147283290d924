package merge

import (
	"cmp"
	"slices"
)

// A Report says how the groups of [Resolve] came to be. It is the same for any
// order of the edges and any number of workers.
type Report struct {
	Components       int // connected components of two rows and more
	LargestComponent int // rows of the largest one
	Groups           int // people of two rows and more
	Largest          int // rows of the largest person; 1 where nothing joined
	Ignored          int // edges and Same decisions from a row to itself, or to a row that is not there

	// Edges whose rows ended apart, by what was found when they were last tried.
	RefusedHard, RefusedSoft, RefusedEvidence int64

	Asked int64 // pairs whose evidence was asked

	// Joins holds every join, sorted by label and in the order they happened
	// within one: a group of k rows has k-1 of them. They are how a person came
	// to be.
	Joins []Join

	// SameRefused holds the decisions that a hard conflict bars, sorted.
	SameRefused []Refusal
}

// A Join is one joining of two groups of rows.
type Join struct {
	Label  uint32 // of the final group
	A, B   uint32 // the edge or decision that joined them, A < B
	Weight int32  // of the edge; 0 for a decision
	Sum    int64  // the clipped evidence of all cross pairs at that moment
	Rows   uint32 // rows of the group after the join
	Same   bool   // a steward's decision
}

// A Refusal is a steward's Same that was not followed: a hard conflict stands
// between the groups of A and B.
type Refusal struct {
	A, B  uint32 // the decision, A < B
	C, D  uint32 // the first pair in conflict: C in the group of A, D in the group of B
	Never bool   // the conflict is a steward's Never
}

// JoinsOf returns the joins that made a group.
func (r *Report) JoinsOf(label uint32) []Join {
	from, _ := slices.BinarySearchFunc(r.Joins, label, func(j Join, l uint32) int { return cmp.Compare(j.Label, l) })
	to := from
	for to < len(r.Joins) && r.Joins[to].Label == label {
		to++
	}
	return r.Joins[from:to:to]
}

// Weakest returns the join of a group that had the least evidence, the earliest
// of equals: where to look first when a person is doubted. A steward's
// decisions are left out; ok is false if there is nothing else.
func (r *Report) Weakest(label uint32) (weakest Join, ok bool) {
	for _, j := range r.JoinsOf(label) {
		if !j.Same && (!ok || j.Sum < weakest.Sum) {
			weakest, ok = j, true
		}
	}
	return weakest, ok
}

// translate renames local rows. The names ascend, so every order is kept.
func (r *Report) translate(rows []uint32) {
	for i := range r.Joins {
		j := &r.Joins[i]
		j.Label, j.A, j.B = rows[j.Label], rows[j.A], rows[j.B]
	}
	for i := range r.SameRefused {
		f := &r.SameRefused[i]
		f.A, f.B, f.C, f.D = rows[f.A], rows[f.B], rows[f.C], rows[f.D]
	}
}

// add adds the counts of another part of the run; Joins are collected apart.
func (r *Report) add(p *Report) {
	r.RefusedHard += p.RefusedHard
	r.RefusedSoft += p.RefusedSoft
	r.RefusedEvidence += p.RefusedEvidence
	r.Asked += p.Asked
	r.SameRefused = append(r.SameRefused, p.SameRefused...)
}
