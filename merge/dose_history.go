package merge

import (
	"cmp"
	mathbits "math/bits"
	"slices"
	"strings"
)

// A history is the work on the doses of one person.
type history struct {
	person  *person
	table   *doseTable
	reports []doseReport // the better first
	events  []doseEvent
	ordered []int // the events that are left, in the order written; see order
	place   []int // of each event in it, -1 if it is not

	unsorted []doseReport // as they came
	sorted   []int
}

// A doseEvent is a report that survived, and those it stands for.
type doseEvent struct {
	survivor int // a report
	others   []otherReport
	reviews  []doubt
	families uint64
	day      int
	gone     bool // it became another event's
}

type otherReport struct {
	report int
	rule   DoseRule
}

type doubt struct {
	rule DoseRule
	with int // an event
}

// begin puts the reports into order, the better first.
func (h *history) begin(p *person) {
	h.person, h.table = p, p.table
	reports := h.unsorted
	h.number(len(reports))
	slices.SortFunc(h.sorted, func(a, b int) int { return cmp.Or(strings.Compare(reports[a].key, reports[b].key), cmp.Compare(a, b)) })
	for from := 0; from < len(h.sorted); { // who holds the same key
		to, holders := from, int32(0)
		for ; to < len(h.sorted) && reports[h.sorted[to]].key == reports[h.sorted[from]].key; to++ {
			i := h.sorted[to]
			if i == 0 || reports[i].member != reports[i-1].member || reports[i].key != reports[i-1].key {
				holders++
			}
		}
		for ; from < to; from++ {
			reports[h.sorted[from]].agree = holders
		}
	}
	h.number(len(reports))
	slices.SortFunc(h.sorted, func(a, b int) int { return cmp.Or(p.compareReports(&reports[a], &reports[b]), cmp.Compare(a, b)) })
	h.reports, h.events = h.reports[:0], h.events[:0]
	for _, i := range h.sorted {
		h.reports = append(h.reports, reports[i])
	}
}

// number makes sorted the numbers up to n.
func (h *history) number(n int) {
	h.sorted = h.sorted[:0]
	for i := range n {
		h.sorted = append(h.sorted, i)
	}
}

// components is the number of families a report surely is of.
func components(r *doseReport) int {
	if r.any {
		return min(1, mathbits.OnesCount64(r.families))
	}
	return mathbits.OnesCount64(r.families)
}

// sameFamily says whether two reports can be of one dose. A code that has no
// family is one of its own.
func sameFamily(a, b *doseReport) bool {
	if a.families == 0 || b.families == 0 {
		return a.families == b.families && a.cvx == b.cvx
	}
	return a.families&b.families != 0
}

func (h *history) add(report int) int {
	r := &h.reports[report]
	h.events = append(h.events, doseEvent{survivor: report, families: r.families, day: r.day})
	return len(h.events) - 1
}

// sameDays makes events of the reports of each day.
func (h *history) sameDays() {
	h.number(len(h.reports))
	slices.SortFunc(h.sorted, func(a, b int) int {
		r, s := &h.reports[a], &h.reports[b]
		if r.vaccine && s.vaccine {
			return cmp.Or(cmp.Compare(r.date, s.date), cmp.Compare(a, b))
		}
		return cmp.Or(cmp.Compare(btoi(s.vaccine), btoi(r.vaccine)), strings.Compare(r.key, s.key), cmp.Compare(a, b))
	})
	for from := 0; from < len(h.sorted); {
		first := &h.reports[h.sorted[from]]
		to := from + 1
		for to < len(h.sorted) && first.sameDay(&h.reports[h.sorted[to]]) {
			to++
		}
		list := h.sorted[from:to]
		if from = to; first.vaccine {
			h.sameDay(list)
			continue
		}
		e := h.add(list[0])
		for _, i := range list[1:] {
			h.events[e].others = append(h.events[e].others, otherReport{i, SameReport})
		}
	}
}

// sameDay says whether two reports are of one day; what is no vaccine, of exact
// copies only.
func (r *doseReport) sameDay(s *doseReport) bool {
	return r.vaccine && s.vaccine && r.date == s.date || !r.vaccine && !s.vaccine && r.key == s.key
}

// sameDay makes the events of one day. First every report, the best first, that
// shares no component with one before it stands for a dose. The others are of
// those doses if they cover it; a report that they cover in part is kept, for
// review, since else a component would be lost.
func (h *history) sameDay(list []int) {
	from := len(h.events)
	left := list[:0]
	for _, i := range list {
		if h.overlapping(from, i) {
			left = append(left, i)
		} else {
			h.add(i)
		}
	}
	for _, i := range left {
		r := &h.reports[i]
		if with, ok := h.otherLot(from, r); ok {
			h.events[h.add(i)].reviews = []doubt{{LotsDiffer, with}}
			continue
		}
		if with, covered := h.covered(from, r); !covered {
			h.events[h.add(i)].reviews = []doubt{{Overlap, with}}
			continue
		}
		for e := from; e < len(h.events); e++ {
			s := &h.reports[h.events[e].survivor]
			if sameFamily(s, r) && !h.lotsDiffer(s, r) {
				rule := SameDay
				if components(s) != components(r) {
					rule = Components
				}
				h.events[e].others = append(h.events[e].others, otherReport{i, rule})
			}
		}
	}
}

func (h *history) overlapping(from, report int) bool {
	for e := from; e < len(h.events); e++ {
		if sameFamily(&h.reports[h.events[e].survivor], &h.reports[report]) {
			return true
		}
	}
	return false
}

// covered says whether the events of a day are all that a report tells; with is
// the first that shares a component with it.
func (h *history) covered(from int, r *doseReport) (with int, ok bool) {
	var all uint64
	with = -1
	for e := from; e < len(h.events); e++ {
		if s := &h.reports[h.events[e].survivor]; sameFamily(s, r) && !h.lotsDiffer(s, r) {
			all |= s.families
			if with < 0 {
				with = e
			}
		}
	}
	return with, with >= 0 && (r.any || r.families&^all == 0)
}

// lotsDiffer says whether two givers each report a lot of their own.
func (h *history) lotsDiffer(a, b *doseReport) bool {
	return !a.dose.Historical && !b.dose.Historical && a.lot != "" && b.lot != "" && a.lot != b.lot &&
		h.person.members[a.member].record.Source != h.person.members[b.member].record.Source
}

// otherLot finds an event of the day that differs in its lot, unless another
// one is of the same family and does not.
func (h *history) otherLot(from int, r *doseReport) (with int, ok bool) {
	with = -1
	for e := from; e < len(h.events); e++ {
		s := &h.reports[h.events[e].survivor]
		if !sameFamily(s, r) {
			continue
		}
		if !h.lotsDiffer(s, r) {
			return -1, false
		}
		if with < 0 {
			with = e
		}
	}
	return with, with >= 0
}

// nearDays gives events to others that lie near, the worst first: a history to
// what was administered, a partial date to a day it fits, and what the rules
// call one dose whoever reported it.
func (h *history) nearDays() {
	h.number(len(h.events))
	slices.SortFunc(h.sorted, func(x, y int) int { return cmp.Compare(h.events[y].survivor, h.events[x].survivor) })
	for _, e := range h.sorted {
		if day, rule, ok := h.nearest(e); ok {
			h.give(e, day, rule)
		}
	}
}

// nearest finds the day whose doses event e is best given to.
func (h *history) nearest(e int) (day int, rule DoseRule, ok bool) {
	r := &h.reports[h.events[e].survivor]
	if !r.vaccine {
		return 0, "", false
	}
	best := 1 << 30
	for t := range h.events {
		target := &h.events[t]
		s := &h.reports[target.survivor]
		if t == e || target.gone || target.day == 0 || target.survivor > h.events[e].survivor && r.day != 0 || !sameFamily(r, s) {
			continue
		}
		why, near := h.near(r, s)
		if !near {
			continue
		}
		distance := max(target.day-r.day, r.day-target.day)
		if r.day == 0 {
			distance = target.day // the earliest day that fits
		}
		if (distance < best || distance == best && target.day < day) && h.takes(e, target.day) {
			best, day, rule, ok = distance, target.day, why, true
		}
	}
	return day, rule, ok
}

// near says whether report r may be of the dose of report s, on another day.
func (h *history) near(r, s *doseReport) (DoseRule, bool) {
	if r.day == 0 {
		known := r.dose.Date.Compact() // YYYYMM00 or YYYY0000
		if r.dose.Date.Month != 0 {
			known = known[:6]
		} else {
			known = known[:4]
		}
		return PartialDate, strings.HasPrefix(s.dose.Date.Compact(), known)
	}
	w := h.table.of(r.families & s.families)
	apart := max(r.day-s.day, s.day-r.day)
	history := r.dose.Historical // r is the worse report: s was administered, or says more
	switch {
	case apart <= w.days || history && apart <= w.historical:
		return NearDay, true
	case history && w.historical > 0 && (r.lot == "" || r.lot == s.lot) && r.dose.Date.Day == 1 && r.dose.Date.Month == s.dose.Date.Month && apart <= 30:
		return FirstOfMonth, true
	}
	return "", false
}

// takes says whether the doses of a day cover an event, without a lot of their
// own that differs, and without a record that reports the family on both days:
// it knows of two doses.
func (h *history) takes(e, day int) bool {
	r := &h.reports[h.events[e].survivor]
	var all uint64
	found, lot := false, r.lot == ""
	for t := range h.events {
		target := &h.events[t]
		s := &h.reports[target.survivor]
		if target.gone || target.day != day || !sameFamily(r, s) {
			continue
		}
		found = true
		all |= s.families
		lot = lot || s.lot == "" || s.lot == r.lot
		if h.shareRecord(e, t) {
			return false
		}
	}
	return found && lot && (r.any || r.families&^all == 0)
}

func (h *history) shareRecord(e, t int) bool {
	shared := false
	h.each(&h.events[e], func(a *doseReport) {
		h.each(&h.events[t], func(b *doseReport) { shared = shared || a.member == b.member && sameFamily(a, b) })
	})
	return shared
}

// each calls f for all reports of an event.
func (h *history) each(e *doseEvent, f func(r *doseReport)) {
	f(&h.reports[e.survivor])
	for _, o := range e.others {
		f(&h.reports[o.report])
	}
}

// give makes the reports of event e others of the doses of a day.
func (h *history) give(e, day int, rule DoseRule) {
	h.events[e].gone = true
	given := append([]otherReport{{h.events[e].survivor, rule}}, h.events[e].others...)
	for t := range h.events {
		target := &h.events[t]
		if target.gone || target.day != day {
			continue
		}
		for _, o := range given {
			if sameFamily(&h.reports[o.report], &h.reports[target.survivor]) {
				target.others = append(target.others, o)
			}
		}
	}
}

// review doubts doses of one family that lie nearer than a schedule allows: the
// later one, with the one before it.
func (h *history) review() {
	for i, l := range h.ordered {
		later := &h.events[l]
		if later.day == 0 {
			continue
		}
		for j := i - 1; j >= 0; j-- {
			earlier := &h.events[h.ordered[j]]
			a, b := &h.reports[earlier.survivor], &h.reports[later.survivor]
			if earlier.day == 0 || !sameFamily(a, b) || earlier.day == later.day {
				continue
			}
			if later.day-earlier.day <= h.table.of(a.families&b.families).review {
				later.reviews = append(later.reviews, doubt{TooNear, h.ordered[j]})
			}
			break
		}
	}
}

// order puts the events that are left into the order of days.
func (h *history) order() {
	h.ordered, h.place = h.ordered[:0], h.place[:0]
	for i := range h.events {
		h.place = append(h.place, -1)
		if !h.events[i].gone {
			h.ordered = append(h.ordered, i)
		}
	}
	slices.SortFunc(h.ordered, func(x, y int) int {
		a, b := h.events[x].survivor, h.events[y].survivor
		r, s := &h.reports[a], &h.reports[b]
		return cmp.Or(cmp.Compare(daySort(r.dose.Date), daySort(s.dose.Date)), strings.Compare(r.key, s.key), cmp.Compare(a, b))
	})
	for i, e := range h.ordered {
		h.place[e] = i
	}
}

// linkReviews writes the doubts, once all events have their places. A doubt
// about an event that became another's has gone with it.
func (h *history) linkReviews() {
	for i := range h.events {
		e := &h.events[i]
		if e.gone {
			continue
		}
		out := &h.person.out.Doses[h.place[i]]
		for _, d := range e.reviews {
			if with := h.place[d.with]; with >= 0 {
				out.Review = append(out.Review, DoseReview{d.rule, with})
			}
		}
	}
}

// holders counts the members that report an event.
func (h *history) holders(e *doseEvent) int {
	if len(e.others) == 0 {
		return 1
	}
	var seen []int32
	h.each(e, func(r *doseReport) {
		if !slices.Contains(seen, r.member) {
			seen = append(seen, r.member)
		}
	})
	return len(seen)
}
