package merge

import (
	"cmp"
	"slices"

	"github.com/idem-health/idem/match/patient"
)

func ordered(a, b int32) [2]int32 { return [2]int32{min(a, b), max(a, b)} }

func has(list [][2]int32, a, b int32) bool { return slices.Contains(list, ordered(a, b)) }

// relate finds out which children of a newborn's family were born together, and
// which are one child under two persons.
func (s *newbornSolver) relate(b *newborn) {
	list := s.candidates[b.from:b.to]
	for i := range list {
		for j := range list[:i] {
			x, y := list[i].child, list[j].child
			if !list[i].family() || !list[j].family() || has(s.siblings, x, y) || has(s.same, x, y) {
				continue
			}
			p, _ := s.pool(s.children[min(x, y)].rows, s.children[max(x, y)].rows)
			switch {
			case p.BirthDate == Differs || p.Mother == Differs:
			case p.Hard || p.Soft || p.Order == Differs || p.Certificate == Differs || p.Given == Differs:
				if p.BirthDate == Unknown {
					continue // a sister of another year
				}
				s.siblings = append(s.siblings, ordered(x, y))
				s.addSiblings(s.children[x].label, s.children[y].label)
			case p.Given == Agrees, p.Given == Nearly && s.onlyChild(b, x, y, &p):
				s.same = append(s.same, ordered(x, y))
			}
		}
	}
}

// onlyChild says whether two children of one mother and day, both of which a
// newborn may be, must be one: one of the three is said to be the only one of its
// birth.
func (s *newbornSolver) onlyChild(n *newborn, x, y int32, p *NewbornPair) bool {
	a, b := &s.children[x].view, &s.children[y].view
	return p.oneMother() && !a.multiple() && !b.multiple() && !n.view.multiple() &&
		(a.Multiple == patient.No || b.Multiple == patient.No || n.view.Multiple == patient.No)
}

func (s *newbornSolver) addSiblings(a, b uint32) {
	if a != b {
		s.report.Siblings = append(s.report.Siblings, [2]uint32{min(a, b), max(a, b)})
	}
}

// narrow rules children of the family out, where another one fits and this one
// does not. A number or the order of birth is one child's only, so that the
// others need not even have one; a dose's lot, sex and time are several
// children's, so that only those that differ are out.
func (s *newbornSolver) narrow(b *newborn) {
	list := s.candidates[b.from:b.to]
	ruleOut := func(agrees, out func(f *fit) bool) {
		// Not by a child that is itself out, and not the same child twice.
		if !anyOpen(list, agrees) {
			return
		}
		for i := range list {
			if f := &list[i]; f.open() && out(f) && !s.sameAsOne(list, f.child, agrees) {
				f.ruledOut = true
			}
		}
	}
	surely := func(f *fit) bool { return f.strength == fitsSurely }
	order := func(f *fit) bool { return f.facts.Order == Agrees }
	ruleOut(surely, func(f *fit) bool { return !surely(f) })
	// A child of another day, or of a day not known, is no rival of one that fits
	// and is of this one.
	ruleOut(func(f *fit) bool { return f.facts.BirthDate == Agrees && f.strength > fitsPossibly },
		func(f *fit) bool { return f.facts.BirthDate != Agrees && !surely(f) })
	ruleOut(order, func(f *fit) bool { return !order(f) })
	ruleOut(func(f *fit) bool { return f.facts.Sex == Agrees }, func(f *fit) bool { return f.facts.Sex == Differs })
	ruleOut(func(f *fit) bool { return f.facts.Dose == Agrees }, func(f *fit) bool { return f.facts.Dose == Differs })
	ruleOut(func(f *fit) bool { return f.facts.BirthTime == Agrees },
		func(f *fit) bool { return f.facts.BirthTime == Differs || f.facts.BirthTime == Nearly })
	// Two persons that are one child are one candidate, the better of them.
	for i := range list {
		for j := range list[:i] {
			if list[i].open() && list[j].open() && has(s.same, list[i].child, list[j].child) {
				worse := i
				if better(&list[i], &list[j]) {
					worse = j
				}
				list[worse].ruledOut = true
			}
		}
	}
}

// better says whether a fit is surer than one that ranks higher.
func better(f, g *fit) bool {
	if (f.reason == "") != (g.reason == "") {
		return f.reason == ""
	}
	return f.facts.Order == Agrees && g.facts.Order != Agrees
}

// sameAsOne says whether a child is the same as one that agrees.
func (s *newbornSolver) sameAsOne(list []fit, child int32, agrees func(f *fit) bool) bool {
	if len(s.same) == 0 {
		return false
	}
	return anyOpen(list, func(f *fit) bool { return agrees(f) && has(s.same, child, f.child) })
}

// anyOpen is slices.ContainsFunc without a copy of every fit.
func anyOpen(list []fit, holds func(f *fit) bool) bool {
	for i := range list {
		if list[i].open() && holds(&list[i]) {
			return true
		}
	}
	return false
}

// assign gives children to newborns.
func (s *newbornSolver) assign() {
	s.findRivals()
	s.done = slices.Grow(s.done[:0], len(s.newborns))[:len(s.newborns)]
	clear(s.done)
	for i := range s.newborns {
		if s.done[i] {
			continue
		}
		s.family.group = s.family.group[:0]
		s.collect(int32(i))
		s.family.solve(s)
	}
}

// collect gathers the newborns that compete with one another.
func (s *newbornSolver) collect(i int32) {
	s.done[i] = true
	s.family.group = append(s.family.group, i)
	for _, r := range s.rivals {
		for side := range r {
			if r[side] == i && !s.done[r[1-side]] {
				s.collect(r[1-side])
			}
		}
	}
}

// findRivals finds newborns that may both be one child and are two.
func (s *newbornSolver) findRivals() {
	s.rivals, s.claims = s.rivals[:0], s.claims[:0]
	for i := range s.newborns {
		b := &s.newborns[i]
		for j := b.from; j < b.to; j++ {
			if s.candidates[j].open() {
				s.claims = append(s.claims, [2]int32{s.candidates[j].child, int32(i)})
			}
		}
	}
	slices.SortFunc(s.claims, func(a, b [2]int32) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	for i, x := range s.claims {
		for _, y := range s.claims[i+1:] {
			if y[0] != x[0] {
				break
			}
			if has(s.rivals, x[1], y[1]) {
				continue
			}
			a, b := &s.newborns[x[1]], &s.newborns[y[1]]
			p, _ := s.pool(a.rows, b.rows)
			if s.twoChildren(a, b, &p, s.children[x[0]].view.Multiple == patient.No) {
				s.rivals = append(s.rivals, ordered(x[1], y[1]))
				if p.household() && p.BirthDate != Differs {
					s.addSiblings(a.label, b.label)
				}
			}
		}
	}
}

// twoChildren says whether two newborns are surely, or as far as one can tell,
// two children. Where one of them, or the child they both may be, is said to be
// the only one of its birth, two of its mother are one, and so are two that were
// born in the same place of the same birth, or at the same minute.
func (s *newbornSolver) twoChildren(a, b *newborn, p *NewbornPair, only bool) bool {
	only = only || a.view.Multiple == patient.No || b.view.Multiple == patient.No || p.BirthTime == Agrees
	one := p.oneMother() && (p.Order == Agrees || only && !a.view.multiple() && !b.view.multiple())
	return p.Hard || p.Soft && p.Identifier != Agrees || p.Order == Differs || p.Certificate == Differs ||
		p.Identifier == Differs && (!one || p.Sequential) || p.Mother == Differs || p.Sex == Differs || p.BirthDate == Differs
}

// maxFamily is how many newborns and how many children of each a search goes
// through; real families are smaller.
const maxFamily = 6

// A familySearch gives the children of a family to its newborns. Rivals never
// get the same child. Of all ways those count that resolve most newborns, and
// then those that follow numbers and orders of birth most; what is the same in
// all of them is decided.
type familySearch struct {
	group   []int32 // newborns
	picks   [maxFamily]int32
	best    int
	found   [maxFamily]int32
	unsure  [maxFamily]bool // not the same in all solutions
	settled [maxFamily]bool
}

const nobody = int32(-1)

func (f *familySearch) solve(s *newbornSolver) {
	if len(f.group) > maxFamily || len(f.group) > 1 && slices.ContainsFunc(f.group, func(i int32) bool {
		open, _ := s.openCount(&s.newborns[i])
		return open > maxFamily
	}) {
		for _, i := range f.group {
			s.newborns[i].reason = WaitOtherPlaceholder
		}
		return
	}
	f.best = -1
	f.search(s, 0, 0)
	f.settle(s)
	for k, i := range f.group {
		b := &s.newborns[i]
		switch open, last := s.openCount(b); {
		case open == 0:
		case f.settled[k]:
			b.best = f.found[k]
		case open > 1:
			b.reason = WaitSeveralCandidates
		case s.candidates[last].reason == "" && (f.unsure[k] || f.found[k] == nobody):
			b.reason = WaitOtherPlaceholder
		default:
			b.best = last // it waits; what is doubted first tells why
		}
	}
}

// settle keeps what is the same in all solutions and hangs on nothing that
// waits: every other child that a newborn may be is some rival's, and that is
// settled too.
func (f *familySearch) settle(s *newbornSolver) {
	for k, i := range f.group {
		b := &s.newborns[i]
		f.settled[k] = !f.unsure[k] && f.found[k] != nobody && s.candidates[f.found[k]].reason == "" &&
			!s.twinQuestion(b, &s.candidates[f.found[k]])
	}
	for changed := true; changed; {
		changed = false
		for k, i := range f.group {
			b := &s.newborns[i]
			for j := b.from; j < b.to && f.settled[k]; j++ {
				if c := &s.candidates[j]; j != f.found[k] && c.open() && !f.isRivals(s, c.child, k) {
					f.settled[k], changed = false, true
				}
			}
		}
	}
}

// isRivals says whether a child is settled to be a rival of newborn k.
func (f *familySearch) isRivals(s *newbornSolver, child int32, k int) bool {
	for other, i := range f.group {
		if f.settled[other] && s.candidates[f.found[other]].child == child && has(s.rivals, i, f.group[k]) {
			return true
		}
	}
	return false
}

// openCount counts the children a newborn may be; last is the last of them.
func (s *newbornSolver) openCount(b *newborn) (n int, last int32) {
	for j := b.from; j < b.to; j++ {
		if s.candidates[j].open() {
			n, last = n+1, j
		}
	}
	return n, last
}

// search tries every child, and none, for newborn k of the group.
func (f *familySearch) search(s *newbornSolver, k, score int) {
	if k == len(f.group) {
		f.keep(score)
		return
	}
	b := &s.newborns[f.group[k]]
	for j := b.from; j < b.to; j++ {
		c := &s.candidates[j]
		if !c.open() || f.taken(s, k, c.child) {
			continue
		}
		f.picks[k] = j
		gain := 0
		if c.reason == "" { // a fit that is in doubt itself leaves no other child to another newborn
			gain = 64 + btoi(c.strength == fitsSurely || c.facts.Order == Agrees)
		}
		f.search(s, k+1, score+gain)
	}
	f.picks[k] = nobody
	f.search(s, k+1, score)
}

func (f *familySearch) taken(s *newbornSolver, k int, child int32) bool {
	for earlier := range k {
		if p := f.picks[earlier]; p != nobody && s.candidates[p].child == child && has(s.rivals, f.group[earlier], f.group[k]) {
			return true
		}
	}
	return false
}

func (f *familySearch) keep(score int) {
	if score < f.best {
		return
	}
	for k := range f.group {
		if score > f.best {
			f.found[k], f.unsure[k] = f.picks[k], false
		} else if f.found[k] != f.picks[k] {
			f.unsure[k] = true
		}
	}
	f.best = score
}

// tell reports what became of a newborn.
func (s *newbornSolver) tell(b *newborn) {
	list := s.candidates[b.from:b.to]
	reason := b.reason
	if b.best >= 0 {
		f := &s.candidates[b.best]
		if reason = f.reason; reason == "" && s.twinQuestion(b, f) {
			reason = WaitTwinQuestion
		}
		if reason == "" {
			for _, row := range b.rows {
				s.report.Resolved = append(s.report.Resolved, Resolution{
					Row: row, Person: s.children[f.child].label, With: f.with, Weight: f.facts.Weight, By: f.by, Among: 1 + s.told(b, f.child)})
			}
			return
		}
	}
	var candidates []NewbornCandidate
	for i := range list {
		if f := &list[i]; !f.excluded {
			candidates = append(candidates, NewbornCandidate{
				Person: s.children[f.child].label, With: f.with, Weight: f.facts.Weight, Enough: f.strength > fitsPossibly, Reason: f.reason})
		}
	}
	switch {
	case b.view.Death != 0 && (reason == "" || reason == WaitDied):
		reason = WaitDied
	case b.view.Moved && (reason == "" || reason == WaitMoved):
		reason = WaitMoved
	case reason == "" && len(candidates) == 0:
		reason = WaitNoCandidate
	case reason == "":
		if reason = candidates[0].Reason; reason == "" {
			reason = WaitEvidence
		}
	}
	for _, row := range b.rows {
		item := WorkItem{Row: row, Person: b.label, Reason: reason, Candidates: candidates}
		v := s.record(row)
		since := v.Received
		if since == 0 {
			since = v.Birth
		}
		if s.asOf > 0 && since > 0 {
			item.Days = max(0, s.asOf-since)
			item.Stale = item.Days > int32(s.options.StaleDays)
		}
		s.report.Waiting = append(s.report.Waiting, item)
	}
}

// twinQuestion says whether it is open which of several born together a newborn
// is. Order of birth, number or certificate answer it; and where the newborn has
// no order so do the others: each born with this child is known, and is not the
// newborn, by more than a number that a hospital gave twice.
func (s *newbornSolver) twinQuestion(b *newborn, f *fit) bool {
	c := &s.children[f.child]
	if f.strength == fitsSurely {
		return false
	}
	if t := f.facts.BirthTime; t == Nearly && (b.view.multiple() || c.view.multiple()) {
		return true // as twins are, whatever letter they got
	}
	if f.facts.Order == Agrees || !b.view.multiple() && !c.view.multiple() && !s.bornWith(b, f.child) {
		return false
	}
	if b.view.Order != 0 {
		// Letters are not always the certificate's: an order that agrees says which
		// child it is, one that another child has does not say that it is this one.
		return true
	}
	born := max(2, int(b.view.Order), int(c.view.Order))
	for j := b.from; j < b.to; j++ {
		if has(s.siblings, s.candidates[j].child, f.child) {
			born = max(born, int(s.children[s.candidates[j].child].view.Order))
		}
	}
	return s.told(b, f.child) < born-1
}

// bornWith says whether another child of the newborn's family was born with one.
func (s *newbornSolver) bornWith(b *newborn, child int32) bool {
	for j := b.from; j < b.to; j++ {
		if has(s.siblings, s.candidates[j].child, child) {
			return true
		}
	}
	return false
}

// byChart says whether nothing but a hospital's two numbers, or a policy's soft
// conflict, speaks against a child: a newborn may be registered twice.
func (f *fit) byChart() bool {
	x := &f.facts
	return f.excluded && !(x.Hard || x.Order == Differs || x.Certificate == Differs || x.Sex == Differs || x.BirthDate == Differs || x.Mother == Differs)
}

// told counts the children of the family that were born with a child: those the
// newborn turned out not to be. One that is two persons counts once.
func (s *newbornSolver) told(b *newborn, child int32) (n int) {
	list := s.candidates[b.from:b.to]
	for i := range list {
		if !has(s.siblings, list[i].child, child) {
			continue
		}
		again := slices.ContainsFunc(list[:i], func(f fit) bool { return has(s.same, f.child, list[i].child) })
		n += btoi(!again && !list[i].byChart())
	}
	return n
}
