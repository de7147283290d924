package match

import (
	"cmp"
	"slices"

	"github.com/idem-health/idem/blocking"
)

// A step is what the coming and going of some rows changes in the blocks, found
// while the stripes of all their keys are held. It is applied to the pairs that
// were kept under Engine.serial.
type step struct {
	come, gone []uint32            // rows that become records, or are none any more
	decided    map[uint32]bool     // rows that a steward said something of, or no longer does
	enter, out []uint32            // rows that take part in blocking from now on, or no longer do
	lead       map[uint32]bool     // rows that become the first of many equal ones, or no longer are
	found      []foundPair         // pairs of the rows that enter
	crossed    []blocking.BlockKey // blocks that have outgrown their bound, or are within it again
	deferred   bool                // some block of a row that enters is beyond its bound
	candidates int                 // pairs weighed
	repeats    bool                // the row that comes repeats that of leader
	leader     uint32
}

type foundPair struct {
	a, b   uint32
	weight int32
	kind   edgeKind
}

// prepare enters the step's rows into the blocks and weighs the pairs they make.
func (l *live) prepare(s *step) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	s.lead = map[uint32]bool{}
	l.regroup(s)
	l.reblock(s)
	l.weigh(s)
}

// regroup brings the groups of rows of equal content up to date: of more than
// maxEqual only the first takes part in blocking, and those that a steward has
// decided about.
func (l *live) regroup(s *step) {
	type member struct {
		key       uint64
		row       uint32
		come, out bool
	}
	var list []member
	for _, row := range s.gone {
		list = append(list, member{l.equal(row), row, false, true})
	}
	for _, row := range s.come {
		list = append(list, member{l.equal(row), row, true, false})
	}
	for row := range s.decided {
		list = append(list, member{key: l.equal(row), row: row})
	}
	slices.SortFunc(list, func(a, b member) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.row, b.row)) })
	for from := 0; from < len(list); {
		g := equalGroup{key: list[from].key}
		to := from
		for ; to < len(list) && list[to].key == g.key; to++ {
			switch m := list[to]; {
			case m.come:
				g.come = append(g.come, m.row)
			case m.out:
				g.gone = append(g.gone, m.row)
			default:
				g.touched = append(g.touched, m.row)
			}
		}
		from = to
		l.regroupEqual(s, &g)
	}
}

// An equalGroup is what happens to the rows of equal content.
type equalGroup struct {
	key                 uint64
	come, gone, touched []uint32
}

func (l *live) regroupEqual(s *step, g *equalGroup) {
	before, after := l.index.Change(equalBlock(g.key), g.gone, g.come)
	leaders := &l.leaders[stripe(g.key)]
	leader, many := (*leaders)[g.key]
	lost := many && slices.Contains(g.gone, leader)
	for _, row := range g.gone {
		if !l.rows[row].echo {
			s.out = append(s.out, row)
		}
	}
	if !many && after <= maxEqual {
		s.enter = append(s.enter, g.come...)
		return
	}
	s.repeats, s.leader = many && !lost, leader
	members := slices.Concat(g.come, g.touched)
	if many != (after > maxEqual) || lost || before == 0 {
		members = l.index.AppendRows(nil, equalBlock(g.key))
	}
	first := leader
	switch {
	case after <= maxEqual:
		delete(*leaders, g.key)
	case !many || lost:
		first = slices.MinFunc(members, l.order)
	default:
		for _, row := range g.come {
			if l.order(row, first) < 0 {
				first = row
			}
		}
	}
	if after > maxEqual {
		if *leaders == nil {
			*leaders = map[uint64]uint32{}
		}
		(*leaders)[g.key] = first
	}
	if many && !lost && (after <= maxEqual || first != leader) {
		s.lead[leader] = false
		members = append(members, leader)
	}
	if after > maxEqual && (!many || first != leader) {
		s.lead[first] = true
		members = append(members, first)
	}
	slices.Sort(members)
	for _, row := range slices.Compact(members) {
		arrives := slices.Contains(g.come, row)
		was := !arrives && !l.rows[row].echo
		is := after <= maxEqual || row == first || l.isDecided(s, row)
		switch {
		case is && !was:
			s.enter = append(s.enter, row)
		case was && !is:
			s.out = append(s.out, row)
		}
	}
}

func (l *live) isDecided(s *step, row uint32) bool {
	if d, ok := s.decided[row]; ok {
		return d
	}
	return l.rows[row].decided
}

// reblock takes rows out of their blocks and puts rows in, each block at one
// moment.
func (l *live) reblock(s *step) {
	type entry struct {
		blocking.BlockKey
		row uint32
		in  bool
	}
	var list []entry
	var keys []blocking.BlockKey
	add := func(rows []uint32, in bool) {
		for _, row := range rows {
			keys, _ = l.index.AppendKeys(keys[:0], row)
			for _, k := range keys {
				list = append(list, entry{k, row, in})
			}
		}
	}
	add(s.out, false)
	add(s.enter, true)
	slices.SortFunc(list, func(a, b entry) int { return cmp.Compare(a.Key, b.Key) })
	var out, in []uint32
	for from := 0; from < len(list); {
		k := list[from].BlockKey
		out, in = out[:0], in[:0]
		for ; from < len(list) && list[from].Key == k.Key; from++ {
			if list[from].in {
				in = append(in, list[from].row)
			} else {
				out = append(out, list[from].row)
			}
		}
		before, after := l.index.Change(k, out, in)
		if (before <= int(k.Bound)) != (after <= int(k.Bound)) {
			s.crossed = append(s.crossed, k)
		}
		s.deferred = s.deferred || len(in) > 0 && after > int(k.Bound)
	}
}

// weigh finds the candidates of the rows that enter and weighs them.
func (l *live) weigh(s *step) {
	if len(s.enter) == 0 {
		return
	}
	j := l.bound.judge()
	defer l.bound.judges.Put(j)
	var keys []blocking.BlockKey
	var rows []uint32
	for _, row := range s.enter {
		keys, _ = l.index.AppendKeys(keys[:0], row)
		rows = rows[:0]
		for _, k := range keys {
			rows, _ = l.index.AppendBlock(rows, k)
		}
		slices.Sort(rows)
		for i, other := range rows {
			if other == row || i > 0 && rows[i-1] == other {
				continue
			}
			s.candidates++
			if p, ok := l.pair(j, row, other); ok {
				s.found = append(s.found, p)
			}
		}
	}
}

// pair weighs two rows that are candidates and says whether the pair is kept.
func (l *live) pair(j *judge, a, b uint32) (foundPair, bool) {
	_, sc, weight := j.weigh(a, b)
	kept := keeps(weight, &sc.Verdict)
	p := foundPair{a: a, b: b, weight: int32(weight)}
	if kept {
		switch j.decide(weight, &sc.Verdict) {
		case Match:
			p.kind |= edgeMatch
		case Possible:
			p.kind |= edgePossible
		}
	}
	if x, y := &l.rows[a], &l.rows[b]; l.policy.Newborns && (x.nameless && y.named || y.nameless && x.named) {
		p.kind |= edgeMixed
		if n := j.newbornOf(a, b, sc, weight); tells(&n, kept) {
			p.kind |= edgeLink
		}
	}
	return p, p.kind&^edgeMixed != 0
}
