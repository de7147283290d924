package match

import (
	"slices"

	"github.com/idem-health/idem/blocking"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/merge"
)

// apply changes the pairs that are kept by a step and returns the rows whose
// components are to be solved anew. The caller holds Engine.serial and mu for
// reading.
func (l *live) apply(s *step) (seeds []uint32) {
	seed := func(rows ...uint32) { seeds = append(seeds, rows...) }
	for _, row := range s.out {
		for _, e := range l.edgesOf(row) {
			l.drop(e.row, row)
			seed(e.row)
		}
		l.edges.drop(l.rows[row].edges)
		l.rows[row].edges = 0
		l.rows[row].echo = true
		seed(row)
	}
	for _, row := range s.come {
		r := &l.rows[row]
		r.there, r.echo = true, true
		l.rowAt[r.number-1] = row + 1
		l.received[r.received]++
		if r.protected {
			l.protected++
		}
		seed(row)
	}
	for _, row := range s.enter {
		l.rows[row].echo = false
		seed(row)
	}
	for row, leads := range s.lead {
		l.rows[row].leads = leads
		seed(row)
	}
	for row, decided := range s.decided {
		l.rows[row].decided = decided
		seed(row)
	}
	for _, row := range s.gone {
		seed(l.saidRows(row)...)
		r := &l.rows[row]
		r.there, r.leads = false, false
		if at := &l.rowAt[r.number-1]; *at == row+1 {
			*at = 0
		}
		if l.received[r.received]--; l.received[r.received] == 0 {
			delete(l.received, r.received)
		}
		delete(l.waiting, l.id(row))
		if r.protected {
			l.protected--
		}
	}
	for _, p := range s.found {
		l.keep(p)
		seed(p.b)
	}
	if len(s.crossed) > 0 {
		seed(l.cross(s.crossed)...)
	}
	return seeds
}

// drop takes the edge to other out of a row.
func (l *live) drop(row, other uint32) {
	at := &l.rows[row].edges
	*at = l.edges.keep(*at, func(e edge) bool { return e.row != other })
}

// edgesOf returns the edges of a row, valid until an edge is added to any.
func (l *live) edgesOf(row uint32) []edge { return l.edges.list(l.rows[row].edges) }

// keep enters a pair at both of its rows, unless it is there.
func (l *live) keep(p foundPair) {
	if l.adjacent(p.a, p.b) {
		return
	}
	a, b := &l.rows[p.a].edges, &l.rows[p.b].edges
	*a = l.edges.add(*a, newEdge(p.b, p.weight, p.kind))
	*b = l.edges.add(*b, newEdge(p.a, p.weight, p.kind))
}

func (l *live) adjacent(a, b uint32) bool {
	if len(l.edgesOf(b)) < len(l.edgesOf(a)) {
		a, b = b, a
	}
	return slices.ContainsFunc(l.edgesOf(a), func(e edge) bool { return e.row == b })
}

// cross follows blocks that have outgrown their bounds, or are within them again:
// their pairs are no candidates any more, but for those of other blocks, or are
// again. It returns the rows of the blocks: their evidence has changed.
func (l *live) cross(blocks []blocking.BlockKey) (touched []uint32) {
	l.own.forget()
	var beyond []uint32
	for _, k := range blocks {
		rows := l.index.AppendRows(nil, k)
		touched = append(touched, rows...)
		if len(rows) > int(k.Bound) {
			l.outgrown++
			beyond = append(beyond, rows...)
			continue
		}
		l.outgrown--
		l.regain(rows)
	}
	slices.Sort(beyond)
	l.outgrow(slices.Compact(beyond))
	return touched
}

// regain weighs the pairs of a block that is within its bound again.
func (l *live) regain(rows []uint32) {
	for i, a := range rows {
		for _, b := range rows[i+1:] {
			if !l.adjacent(a, b) {
				if p, ok := l.pair(l.own, a, b); ok {
					l.keep(p)
				}
			}
		}
	}
}

// outgrow drops the pairs of rows, given in order, that no block has any more.
func (l *live) outgrow(rows []uint32) {
	keys := make([][]blocking.BlockKey, len(rows))
	for i, row := range rows {
		keys[i] = l.index.AppendLive(nil, row)
	}
	for i, row := range rows {
		at := &l.rows[row].edges
		*at = l.edges.keep(*at, func(e edge) bool {
			k, member := slices.BinarySearch(rows, e.row)
			return !member || blocking.Shared(keys[i], keys[k]) != 0
		})
	}
}

// saidRows returns the rows that a steward said are the same as a row.
func (l *live) saidRows(row uint32) (rows []uint32) {
	if !l.rows[row].decided {
		return nil
	}
	for _, d := range l.said[l.id(row)] {
		if other, ok := l.find(d.other); ok && d.same {
			rows = append(rows, other)
		}
	}
	return rows
}

// components returns the connected components of the seeds that are records, each
// in canonical order.
func (l *live) components(seeds []uint32, seen map[uint32]bool) (list [][]uint32) {
	for _, from := range seeds {
		if seen[from] || !l.rows[from].there || l.rows[from].echo {
			continue
		}
		seen[from] = true
		rows := []uint32{from}
		visit := func(row uint32) {
			if !seen[row] {
				seen[row] = true
				rows = append(rows, row)
			}
		}
		for at := 0; at < len(rows); at++ {
			for _, e := range l.edgesOf(rows[at]) {
				if e.kind().joins() {
					visit(e.row)
				}
			}
			for _, row := range l.saidRows(rows[at]) {
				visit(row)
			}
		}
		slices.SortFunc(rows, l.order)
		l.largest = max(l.largest, len(rows))
		list = append(list, rows)
	}
	return list
}

// solve groups the rows of a component into people, as a batch would, and notes
// which placeholders wait.
func (l *live) solve(rows []uint32) (people [][]uint32) {
	labels := make([]uint32, len(rows))
	if len(rows) > 1 || l.policy.Newborns && l.rows[rows[0]].nameless {
		labels = l.solveProblem(rows)
	}
	place := make([]int, len(rows))
	for i, label := range labels {
		if int(label) == i {
			place[i] = len(people)
			people = append(people, nil)
		}
		p := place[label]
		people[p] = append(people[p], rows[i])
	}
	return people
}

func (l *live) solveProblem(rows []uint32) []uint32 {
	p := &problem{rows: len(rows)}
	local := make(map[uint32]uint32, len(rows))
	for i, row := range rows {
		local[row] = uint32(i)
	}
	placeholder := false
	for i, row := range rows {
		a := uint32(i)
		r := &l.rows[row]
		placeholder = placeholder || r.nameless
		for _, e := range l.edgesOf(row) {
			b, member := local[e.row]
			if !member || b < a {
				continue
			}
			if e.kind()&(edgeMatch|edgeMixed) == edgeMatch {
				p.edges = append(p.edges, merge.Edge{A: a, B: b, Weight: e.weight()})
			}
			if e.kind()&edgeLink != 0 {
				p.links = append(p.links, [2]uint32{a, b})
			}
		}
		if r.decided {
			l.addSaid(p, local, row, a)
		}
	}
	keys := make([][]blocking.BlockKey, len(rows))
	of := func(i uint32) []blocking.BlockKey {
		if keys[i] == nil {
			keys[i] = l.index.AppendLive(make([]blocking.BlockKey, 0, 1), rows[i])
		}
		return keys[i]
	}
	l.own.forget()
	p.evidence = func(a, b uint32) merge.Evidence {
		return l.own.evidence(rows[a], rows[b], blocking.Shared(of(a), of(b)) != 0)
	}
	labels, _ := p.group()
	if !l.policy.Newborns || !placeholder {
		return labels
	}
	p.newborn = func(i uint32) merge.NewbornView {
		var n patient.Normalized
		l.own.rows.view(&n, int(rows[i]))
		return merge.ViewNewborn(&n)
	}
	p.pair = func(a, b uint32) merge.NewbornPair { return l.own.newborn(rows[a], rows[b]) }
	report := p.placeholders(labels)
	l.note(rows, &report)
	return report.Join(labels)
}

// addSaid adds what stewards said of a row and rows of the component that come
// after it.
func (l *live) addSaid(p *problem, local map[uint32]uint32, row, a uint32) {
	for _, d := range l.said[l.id(row)] {
		other, known := l.find(d.other)
		b, member := local[other]
		if !known || !member || b < a {
			continue
		}
		if d.same {
			p.same = append(p.same, [2]uint32{a, b})
		} else {
			p.never = append(p.never, [2]uint32{a, b})
		}
	}
}

// A waitingNewborn is a placeholder that waits, by identities.
type waitingNewborn struct {
	reason     merge.WaitReason
	since      int32 // day, 0 unknown
	candidates []waitingCandidate
}

type waitingCandidate struct {
	with   merge.RecordID
	weight int32
	enough bool
	reason merge.WaitReason
}

// note keeps which placeholders of a component wait.
func (l *live) note(rows []uint32, report *merge.NewbornReport) {
	for _, row := range rows {
		if l.rows[row].nameless {
			delete(l.waiting, l.id(row))
		}
	}
	for _, item := range report.Waiting {
		row := rows[item.Row]
		var n patient.Normalized
		l.own.rows.view(&n, int(row))
		w := waitingNewborn{reason: item.Reason, since: int32(n.Received.Days())}
		if w.since == 0 {
			w.since = int32(n.Birth.Days())
		}
		for _, c := range item.Candidates {
			w.candidates = append(w.candidates, waitingCandidate{l.id(rows[c.With]), c.Weight, c.Enough, c.Reason})
		}
		l.waiting[l.id(row)] = w
	}
}

// partition solves the components of the seeds and returns the people of all
// their rows, echoes among them.
func (l *live) partition(seeds []uint32, seen map[uint32]bool) (people [][]uint32) {
	for _, rows := range l.components(seeds, seen) {
		solved := l.solve(rows)
		for _, members := range solved {
			for _, row := range members[:len(members):len(members)] {
				if !l.rows[row].leads {
					continue
				}
				echoes := l.echoes(row, seen)
				if l.repeats(row, echoes) {
					members = append(members, echoes...)
					continue
				}
				for _, e := range echoes {
					people = append(people, []uint32{e})
				}
			}
			people = append(people, members)
		}
	}
	for _, row := range seeds {
		if r := &l.rows[row]; r.there && r.echo && !seen[row] {
			seen[row] = true
			people = append(people, l.partition([]uint32{l.leader(row)}, seen)...)
		}
	}
	return people
}

// echoes returns the rows that repeat the content of their leader and take no
// part in blocking.
func (l *live) echoes(leader uint32, seen map[uint32]bool) (echoes []uint32) {
	for _, row := range l.index.AppendRows(nil, equalBlock(l.equal(leader))) {
		if r := &l.rows[row]; r.there && r.echo {
			seen[row] = true
			echoes = append(echoes, row)
		}
	}
	return echoes
}

// repeats reports whether echoes are one person with the record that they repeat:
// all or none, since their content is the same.
func (l *live) repeats(leader uint32, echoes []uint32) bool {
	if len(echoes) == 0 {
		return false
	}
	_, sc, weight := l.own.weigh(leader, echoes[0])
	return l.own.decide(weight, &sc.Verdict) == Match
}

// leader returns the row that an echo repeats.
func (l *live) leader(echo uint32) uint32 {
	for _, row := range l.index.AppendRows(nil, equalBlock(l.equal(echo))) {
		if l.rows[row].leads {
			return row
		}
	}
	return echo
}
