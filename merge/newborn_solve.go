package merge

import (
	"cmp"
	"slices"

	"github.com/idem-health/idem/match/patient"
)

// A newbornSolver solves one component after the other in the same memory.
type newbornSolver struct {
	people  []uint32
	record  func(row uint32) NewbornView
	pair    func(a, b uint32) NewbornPair
	options NewbornOptions
	asOf    int32
	kind    []rowKind
	report  NewbornReport

	// Of the component at hand.
	rows       []uint32 // sorted by label, then placeholders first
	newborns   []newborn
	children   []child
	links      [][2]uint32 // newborn, child; distinct
	candidates []fit       // of one newborn after the other, the best first
	siblings   [][2]int32  // children born together, a < b
	same       [][2]int32  // children that are one child not joined yet, a < b
	rivals     [][2]int32  // newborns that are two children and may be the same one, a < b
	claims     [][2]int32  // child, newborn: who may be it
	done       []bool      // newborns that have been given to a search
	family     familySearch
}

type rowKind uint8

const (
	rowOther rowKind = iota
	rowNamed
	rowPlaceholder
)

// A newborn is the placeholder records of one person.
type newborn struct {
	label    uint32
	rows     []uint32
	view     NewbornView // of all of them together
	from, to int32       // its candidates
	best     int32       // the candidate it gets, -1 none
	reason   WaitReason  // why not
}

// A child is the records of one person that have a legal name.
type child struct {
	label uint32
	rows  []uint32
	view  NewbornView
}

// A fit is a newborn and a child that it may be.
type fit struct {
	child    int32
	with     uint32
	facts    NewbornPair // of all their records together
	strength strength
	by       ResolveReason
	reason   WaitReason // why it waits, if this were the only candidate
	excluded bool       // it is not this child
	ruledOut bool       // another child of the family fits where this one does not
}

// strength orders fits.
type strength uint8

const (
	fitsPossibly strength = iota
	fitsEnough            // mother, or phone; or the policy's match
	fitsSurely            // a number or certificate
)

// components cuts the rows into components of links and people.
func (s *newbornSolver) components(links [][2]uint32) *parts {
	n := len(s.people)
	s.kind = make([]rowKind, n)
	edges := make([]Edge, 0, len(links)+n/4)
	for row := range s.people {
		v := s.record(uint32(row))
		switch {
		case v.Placeholder == patient.Test:
		case v.Named:
			s.kind[row] = rowNamed
		case v.Placeholder != patient.NotPlaceholder:
			s.kind[row] = rowPlaceholder
		}
		if label := s.people[row]; int(label) != row {
			edges = append(edges, Edge{A: label, B: uint32(row)})
		}
	}
	for _, l := range links {
		if int64(l[0]) < int64(n) && int64(l[1]) < int64(n) && s.kind[l[0]]+s.kind[l[1]] == rowNamed+rowPlaceholder &&
			s.kind[l[0]] != rowOther && s.kind[l[1]] != rowOther {
			edges = append(edges, Edge{A: l[0], B: l[1], Weight: 1}) // 1: a link
		}
	}
	return partition(n, edges, Options{})
}

// component decides on the placeholders of one component.
func (s *newbornSolver) component(p *parts, c int) {
	from, to := span(p.rowEnd, c)
	if !slices.ContainsFunc(p.rows[from:to], func(row uint32) bool { return s.kind[row] == rowPlaceholder }) {
		return
	}
	s.gather(p.rows[from:to])
	s.linkGroups(p, c, from)
	s.weigh()
	s.siblings, s.same = s.siblings[:0], s.same[:0]
	for i := range s.newborns {
		s.relate(&s.newborns[i])
		s.narrow(&s.newborns[i])
	}
	s.assign()
	for i := range s.newborns {
		s.tell(&s.newborns[i])
	}
}

// gather makes the groups of a component.
func (s *newbornSolver) gather(rows []uint32) {
	s.rows = s.rows[:0]
	for _, row := range rows {
		if s.kind[row] != rowOther {
			s.rows = append(s.rows, row)
		}
	}
	slices.SortFunc(s.rows, func(a, b uint32) int {
		return cmp.Or(cmp.Compare(s.people[a], s.people[b]), cmp.Compare(s.kind[b], s.kind[a]), cmp.Compare(a, b))
	})
	s.newborns, s.children = s.newborns[:0], s.children[:0]
	for from := 0; from < len(s.rows); {
		label, kind := s.people[s.rows[from]], s.kind[s.rows[from]]
		to := from + 1
		for to < len(s.rows) && s.people[s.rows[to]] == label && s.kind[s.rows[to]] == kind {
			to++
		}
		group := s.rows[from:to:to]
		view := s.together(group)
		if kind == rowPlaceholder {
			s.newborns = append(s.newborns, newborn{label: label, rows: group, view: view, best: -1})
		} else {
			s.children = append(s.children, child{label: label, rows: group, view: view})
		}
		from = to
	}
}

// together is what the records of one person say: a doubt or a sign of one is
// all records' doubt or sign, save that one certain placeholder makes the others
// certain.
func (s *newbornSolver) together(rows []uint32) NewbornView {
	all := s.record(rows[0])
	for _, row := range rows[1:] {
		v := s.record(row)
		all.Confidence = max(all.Confidence, v.Confidence)
		if all.Placeholder == patient.Unnamed {
			all.Placeholder = v.Placeholder
		}
		all.Multiple = max(all.Multiple, v.Multiple)
		all.Order = max(all.Order, v.Order)
		all.Moved = all.Moved || v.Moved
		all.Death = max(all.Death, v.Death)
	}
	return all
}

// linkGroups finds which newborns and children are linked.
func (s *newbornSolver) linkGroups(p *parts, c, from int) {
	s.links = s.links[:0]
	firstEdge, lastEdge := span(p.edgeEnd, c)
	for _, e := range p.edges[firstEdge:lastEdge] {
		if e.Weight == 0 {
			continue
		}
		a, b := p.rows[from+int(e.A)], p.rows[from+int(e.B)]
		if s.kind[a] != rowPlaceholder {
			a, b = b, a
		}
		i, _ := slices.BinarySearchFunc(s.newborns, s.people[a], func(x newborn, l uint32) int { return cmp.Compare(x.label, l) })
		j, _ := slices.BinarySearchFunc(s.children, s.people[b], func(x child, l uint32) int { return cmp.Compare(x.label, l) })
		s.links = append(s.links, [2]uint32{uint32(i), uint32(j)})
	}
	slices.SortFunc(s.links, comparePairs)
	s.links = slices.Compact(s.links)
}

// weigh pools the evidence of every linked newborn and child, and puts the
// candidates of each newborn into order.
func (s *newbornSolver) weigh() {
	s.candidates = s.candidates[:0]
	next := 0
	for i := range s.newborns {
		b := &s.newborns[i]
		b.from = int32(len(s.candidates))
		for ; next < len(s.links) && int(s.links[next][0]) == i; next++ {
			j := int32(s.links[next][1])
			f := fit{child: j}
			f.facts, f.with = s.pool(b.rows, s.children[j].rows)
			f.judge(&b.view, &s.children[j].view)
			s.candidates = append(s.candidates, f)
		}
		b.to = int32(len(s.candidates))
		slices.SortFunc(s.candidates[b.from:b.to], func(x, y fit) int {
			return cmp.Or(cmp.Compare(btoi(x.excluded), btoi(y.excluded)), cmp.Compare(y.strength, x.strength),
				cmp.Compare(y.facts.Weight, x.facts.Weight), cmp.Compare(x.with, y.with))
		})
	}
}

// pool returns what the records of two persons tell together, and the row of the
// second that weighs most: a fact that agrees somewhere agrees, and what a
// conflict is for one pair of records is one for all.
func (s *newbornSolver) pool(a, b []uint32) (all NewbornPair, with uint32) {
	for i, x := range a {
		for j, y := range b {
			p := s.pair(min(x, y), max(x, y))
			if i == 0 && j == 0 {
				all, with = p, y
				continue
			}
			if p.Weight > all.Weight || p.Weight == all.Weight && y < with {
				all.Weight, with = p.Weight, y
			}
			all.Match = all.Match || p.Match
			all.Hard = all.Hard || p.Hard
			all.Soft = all.Soft || p.Soft
			all.Sequential = all.Sequential || p.Sequential
			for _, f := range [...]struct{ to, of *Fact }{
				{&all.Given, &p.Given}, {&all.Family, &p.Family}, {&all.BirthDate, &p.BirthDate}, {&all.BirthTime, &p.BirthTime},
				{&all.Sex, &p.Sex}, {&all.Mother, &p.Mother}, {&all.Maiden, &p.Maiden}, {&all.Guardian, &p.Guardian}, {&all.Phone, &p.Phone}, {&all.Address, &p.Address},
				{&all.Facility, &p.Facility}, {&all.Identifier, &p.Identifier}, {&all.Dose, &p.Dose},
			} {
				if *f.to == Unknown || *f.of != Unknown && *f.of < *f.to {
					*f.to = *f.of
				}
			}
			all.Order = max(all.Order, p.Order)
			all.Certificate = max(all.Certificate, p.Certificate)
		}
	}
	return all, with
}

// judge says how well a newborn and a child fit, taken alone.
func (f *fit) judge(b, c *NewbornView) {
	x := &f.facts
	certificate, number := x.Certificate == Agrees, x.Identifier == Agrees
	sure := certificate || number
	twins := b.multiple() || c.multiple()
	// If one of them is said to be the only child of its birth, another one of its
	// mother and day is itself; so is one that was born at the same minute.
	single := x.oneMother() && !twins && (b.Multiple == patient.No || c.Multiple == patient.No || x.BirthTime == Agrees)
	otherChart := x.Identifier == Differs && !certificate && !single
	switch {
	case x.Hard || x.Order == Differs || x.Certificate == Differs,
		x.BirthDate == Differs,
		x.Sex == Differs && twins,
		x.Mother == Differs && !sure,
		(x.Soft || otherChart) && !sure && !(x.oneMother() && x.contact()),
		otherChart && (twins && x.Order != Agrees || x.Sequential):
		f.excluded = true
		return
	}
	switch {
	case certificate:
		f.strength, f.by = fitsSurely, ByCertificate
	case number:
		f.strength, f.by = fitsSurely, ByIdentifier
	case x.Mother == Agrees && (x.contact() || x.Family == Agrees && x.corroborated()):
		f.strength, f.by = fitsEnough, ByMother
	case x.Mother == Unknown && x.Family == Agrees && b.Placeholder != patient.Unnamed && x.contact():
		f.strength, f.by = fitsEnough, ByPhone
	case x.Family == Agrees && x.Facility == Agrees && x.BirthTime == Agrees && x.Sex == Agrees:
		f.strength, f.by = fitsEnough, ByTime
	case x.Mother == Unknown && x.Phone == Agrees && x.Address == Agrees && x.Sex == Agrees:
		f.strength, f.by = fitsEnough, ByHousehold
	case x.Match:
		f.strength, f.by = fitsEnough, ByPolicy
	case x.Family != Agrees && x.Dose != Agrees && !x.household():
		f.excluded = true // born on one day, like some others
		return
	}
	switch {
	case b.Death != 0 && b.Death != c.Death:
		f.reason = WaitDied
	case b.Moved:
		f.reason = WaitMoved
	case x.Soft && !sure:
		f.reason = WaitConflict
	case otherChart:
		f.reason = WaitOtherChart
	case x.Mother == Differs:
		f.reason = WaitOtherParents
	case x.Sex == Differs:
		f.reason = WaitSexConflict
	case (x.BirthDate != Agrees || b.grown()) && !sure:
		f.reason = WaitBirthDate
	case b.Confidence != patient.Certain && !x.reads(b.Placeholder) && !(sure && x.household()):
		f.reason = WaitWeakPlaceholder
	case f.strength == fitsPossibly:
		f.reason = WaitEvidence
	}
}

// alone lists the placeholders that have no record linked to them at all.
func (s *newbornSolver) alone(p *parts) {
	inComponent := make([]bool, len(s.people))
	for _, row := range p.rows {
		inComponent[row] = true
	}
	for row, kind := range s.kind {
		if kind != rowPlaceholder || inComponent[row] {
			continue
		}
		s.rows = append(s.rows[:0], uint32(row))
		b := newborn{label: s.people[row], rows: s.rows, view: s.record(uint32(row)), best: -1}
		s.tell(&b)
	}
}

// grownDays is the age at which nobody is a newborn any more whose name has not
// come: the birth date is another person's, the mother's perhaps.
const grownDays = 18 * 365

func (v *NewbornView) grown() bool { return v.Birth > 0 && v.Received-v.Birth > grownDays }

// multiple says whether a record speaks of a multiple birth.
func (v *NewbornView) multiple() bool { return v.Multiple == patient.Yes || v.Order != 0 }

// oneMother says whether two children are of one mother: her name agrees, or
// where one of them lacks it the family name and its phone or address.
func (p *NewbornPair) oneMother() bool {
	return p.Mother == Agrees || p.Mother == Unknown && p.Family == Agrees && p.contact()
}

// household says whether two records share what a household shares. The mother's
// given name alone is that of many mothers of a day: with another family name
// it says nothing.
func (p *NewbornPair) household() bool {
	return p.contact() || p.Mother == Agrees && p.Family != Differs
}

// reads says whether a doubtful placeholder was read right: AMBERSBOY is no name
// where the mother is Amber.
func (p *NewbornPair) reads(c patient.Class) bool {
	return c == patient.Composed && p.Mother == Agrees || c == patient.Fused && p.Family == Agrees
}

// contact says whether two records share a phone or an address.
func (p *NewbornPair) contact() bool { return p.Phone == Agrees || p.Address == Agrees }

// corroborated says whether two records of one mother's given name and one
// family share what another mother of these names would not: few of them give
// birth in one hospital on one day, or had one maiden name.
func (p *NewbornPair) corroborated() bool {
	return p.Dose == Agrees || p.Facility == Agrees || p.Maiden == Agrees || p.Guardian == Agrees || p.Phone == Nearly
}

// family says whether a child is of the newborn's family, be it this newborn or
// one born with it.
func (f *fit) family() bool {
	return f.facts.BirthDate != Differs && (f.facts.household() || f.strength > fitsPossibly)
}

// open says whether a child of the family may still be the newborn.
func (f *fit) open() bool { return !f.excluded && !f.ruledOut && f.family() }
