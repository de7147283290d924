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
	place   []int // of each event, in the order written
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

// newHistory puts the reports into order, the better first.
func newHistory(p *person, reports []doseReport) *history {
	holders := map[string]int32{}
	for i := range reports {
		r := &reports[i]
		if i == 0 || r.member != reports[i-1].member || r.key != reports[i-1].key {
			holders[r.key]++
		}
	}
	for i := range reports {
		reports[i].agree = holders[reports[i].key]
	}
	slices.SortStableFunc(reports, func(a, b doseReport) int { return p.compareReports(&a, &b) })
	return &history{person: p, table: p.table, reports: reports}
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
	days := make(map[string][]int, len(h.reports))
	var order []string
	for i := range h.reports {
		r := &h.reports[i]
		day := r.key // no vaccine: with exact copies only
		if r.vaccine {
			day = r.dose.Date.Compact()
		}
		if len(days[day]) == 0 {
			order = append(order, day)
		}
		days[day] = append(days[day], i)
	}
	slices.Sort(order)
	for _, day := range order {
		if list := days[day]; h.reports[list[0]].vaccine {
			h.sameDay(list)
		} else {
			e := h.add(list[0])
			for _, i := range list[1:] {
				h.events[e].others = append(h.events[e].others, otherReport{i, SameReport})
			}
		}
	}
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
	order := make([]int, len(h.events))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(x, y int) int { return cmp.Compare(h.events[y].survivor, h.events[x].survivor) })
	for _, e := range order {
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
	order := h.ordered()
	for i, later := range order {
		if later.day == 0 {
			continue
		}
		for j := i - 1; j >= 0; j-- {
			earlier := order[j]
			a, b := &h.reports[earlier.survivor], &h.reports[later.survivor]
			if earlier.day == 0 || !sameFamily(a, b) || earlier.day == later.day {
				continue
			}
			if later.day-earlier.day <= h.table.of(a.families&b.families).review {
				later.reviews = append(later.reviews, doubt{TooNear, h.index(earlier)})
			}
			break
		}
	}
}

func (h *history) index(e *doseEvent) int {
	for i := range h.events {
		if &h.events[i] == e {
			return i
		}
	}
	return -1
}

// ordered returns the events that are left, in the order of days.
func (h *history) ordered() []*doseEvent {
	list := make([]*doseEvent, 0, len(h.events))
	for i := range h.events {
		if !h.events[i].gone {
			list = append(list, &h.events[i])
		}
	}
	day := func(e *doseEvent) string { return h.reports[e.survivor].dose.Date.Compact() }
	slices.SortStableFunc(list, func(a, b *doseEvent) int {
		return cmp.Or(cmp.Compare(day(a), day(b)), cmp.Compare(h.reports[a.survivor].key, h.reports[b.survivor].key),
			cmp.Compare(a.survivor, b.survivor))
	})
	h.place = make([]int, len(h.events))
	for i := range h.place {
		h.place[i] = -1
	}
	for i, e := range list {
		h.place[h.index(e)] = i
	}
	return list
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
	var seen []int32
	h.each(e, func(r *doseReport) {
		if !slices.Contains(seen, r.member) {
			seen = append(seen, r.member)
		}
	})
	return len(seen)
}
