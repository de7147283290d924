package match

import (
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/merge"
)

// A problem is rows to be grouped into people: all of a batch, or of the online
// engine a connected component of the pairs that may join. Rows are numbered from
// 0 in canonical order, by content, then by identity. What it gives for a
// component is what it gives for all.
type problem struct {
	rows        int
	edges       []merge.Edge // pairs decided match, but those that the newborn rules decide
	same, never [][2]uint32  // stewards' decisions
	evidence    func(a, b uint32) merge.Evidence
	workers     int

	// Of the newborn rules; nil where there is no placeholder.
	newborn func(row uint32) merge.NewbornView
	pair    func(a, b uint32) merge.NewbornPair
	links   [][2]uint32
	asOf    patient.Date
}

// group joins the rows of matches. Labels are the smallest rows of the groups.
func (p *problem) group() ([]uint32, merge.Report) {
	return merge.Resolve(p.rows, p.edges, p.evidence, merge.Options{Workers: p.workers, Same: p.same, Never: p.never})
}

// placeholders finds the legal names of newborns' placeholders, given the groups.
// A placeholder that a steward said is one person with a legal name is not asked
// about any more; two that a steward said are never one are in hard conflict.
func (p *problem) placeholders(labels []uint32) merge.NewbornReport {
	settled := map[uint32]bool{} // groups of a steward's word that have a legal name
	for _, s := range p.same {
		if labels[s[0]] == labels[s[1]] {
			settled[labels[s[0]]] = false
		}
	}
	if len(settled) > 0 {
		for row, label := range labels {
			if _, said := settled[label]; said && p.newborn(uint32(row)).Named {
				settled[label] = true
			}
		}
	}
	record := func(row uint32) merge.NewbornView {
		v := p.newborn(row)
		if settled[labels[row]] && nameless(&v) {
			return merge.NewbornView{}
		}
		return v
	}
	never := make(map[[2]uint32]bool, len(p.never))
	for _, n := range p.never {
		never[[2]uint32{min(n[0], n[1]), max(n[0], n[1])}] = true
	}
	pair := func(a, b uint32) merge.NewbornPair {
		x := p.pair(a, b)
		x.Hard = x.Hard || never[[2]uint32{a, b}]
		return x
	}
	return merge.ResolveNewborns(labels, p.links, record, pair, merge.NewbornOptions{AsOf: p.asOf})
}

// nameless reports whether a view is of a newborn's record without a legal name.
func nameless(v *merge.NewbornView) bool {
	return v.Placeholder != patient.NotPlaceholder && v.Placeholder != patient.Test && !v.Named
}
