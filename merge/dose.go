package merge

import (
	"cmp"
	"slices"
	"strings"

	"github.com/idem-health/idem/match/patient"
)

// A DoseRule says why a report is not a dose of its own, or why a dose that is
// kept wants a look.
type DoseRule string

// Why a report is another dose's.
const (
	SameReport   DoseRule = "same_report"    // an exact copy, and no vaccine: refused, or not readable
	SameDay      DoseRule = "same_day"       // same family and day
	Components   DoseRule = "components"     // a combination and its components on one day
	NearDay      DoseRule = "near_day"       // within the window of the family
	FirstOfMonth DoseRule = "first_of_month" // a history that knew only the month
	PartialDate  DoseRule = "partial_date"   // a date that fits, as far as it is known
	LotsDiffer   DoseRule = "lots_differ"    // review: two givers, one day, two lots
	Overlap      DoseRule = "overlap"        // review: vaccines that share a component on one day
	TooNear      DoseRule = "too_near"       // review: nearer than any schedule allows
)

// A DoseEvent is one dose a person got, of all the reports about it.
type DoseEvent struct {
	// Dose is the report that survived, cvx|date|lot|mvx|ndc|historical, with
	// what it did not say filled from the others.
	Dose     string       `json:"dose"`
	Families []string     `json:"families,omitempty"` // vaccine families it counts for
	Source   string       `json:"source"`             // of the record whose report survived
	ID       string       `json:"record_id"`
	Filled   []DoseFilled `json:"filled,omitempty"`
	Others   []DoseOther  `json:"others,omitempty"` // the reports that did not survive
	Review   []DoseReview `json:"review,omitempty"`
}

// A DoseFilled is a part of a dose that comes from another report.
type DoseFilled struct {
	Part   string `json:"part"` // cvx, lot, mvx or ndc
	Source string `json:"source"`
	ID     string `json:"record_id"`
}

// A DoseOther is a report that another stands for. A combination whose
// components survived stands with each of them.
type DoseOther struct {
	Dose   string   `json:"dose"`
	Source string   `json:"source"`
	ID     string   `json:"record_id"`
	Rule   DoseRule `json:"rule"`
}

// A DoseReview is a doubt about two doses that are both kept.
type DoseReview struct {
	Rule DoseRule `json:"rule"`
	With int      `json:"with"` // place of the other dose in [GoldenRecord.Doses]
}

// A doseReport is one reported dose.
type doseReport struct {
	candidate // key: cvx|date|lot, normalised
	dose      *patient.Dose
	cvx, lot  string // normalised
	families  uint64
	names     []string // of the families, sorted; reports of one code share the list, which has no room to append to
	any       bool     // the code names no formulation: it is of any of its families, not of all
	received  uint32   // sorts by the day; not known is last
	day       int      // 0 unless the date is full
	date      uint32   // sorts by the date as far as it is known; 0 of what is no vaccine
	vaccine   bool     // else refused, no vaccine, or nothing that can be read
}

// eventDay stands in for days where only code and lot are wanted in normalised
// form.
var eventDay = patient.Date{Year: 2000, Month: 1, Day: 1}

// report reads one dose; false if it says nothing.
func (p *person) report(member, part int32, d *patient.Dose) (doseReport, bool) {
	r := doseReport{candidate: candidate{member: member, part: part, full: specificity(d)}, dose: d}
	if blank(d.CVX, d.NDC, d.MVX, d.Lot, d.Date.Text) && d.Date.Year == 0 {
		return r, false
	}
	cvx := d.CVX
	if cvxCode(cvx) == "" {
		if code, ok := p.table.vaccines.CVX(d.NDC); ok {
			cvx = code
		}
	}
	when := d.Date
	if !when.Full() {
		when = eventDay
	}
	p.text = (&patient.Dose{CVX: cvx, Lot: d.Lot, Date: when}).AppendKey(p.text[:0])
	if len(p.text) == 0 || d.Date.Year == 0 {
		p.text = p.appendDose(append(p.text[:0], '?'), d) // no normalised key begins so
		r.key = p.byteKey(p.text)
		return r, true
	}
	r.key = p.byteKey(p.text)
	cut := strings.IndexByte(r.key, '|')
	r.cvx, r.lot = r.key[:cut], r.key[cut+len("|YYYYMMDD|"):]
	if when != d.Date {
		r.key = p.key('|', r.cvx, d.Date.Compact(), r.lot)
	}
	r.day, r.date, r.vaccine = d.Date.Days(), daySort(d.Date), true
	r.received = ^uint32(0)
	if when := p.members[member].record.Received; when.Known() {
		r.received = uint32(when.Year)<<16 | uint32(when.Month)<<8 | uint32(when.Day)
	}
	code := p.table.code(r.cvx)
	r.families, r.names, r.any = code.families, code.names, code.any
	return r, true
}

// doses writes the history a clinician wants to read: every dose once, in the
// order of days, and beside it the reports it was made of.
func (p *person) doses() {
	h := &p.history
	reports := h.unsorted[:0]
	members := 0
	for i := range p.members {
		before := len(reports)
		for j := range p.members[i].record.Doses {
			if r, ok := p.report(int32(i), int32(j), &p.members[i].record.Doses[j]); ok {
				reports = append(reports, r)
			}
		}
		members += btoi(len(reports) > before)
	}
	if len(reports) == 0 {
		return
	}
	h.unsorted = reports
	h.begin(p)
	h.sameDays()
	h.nearDays()
	h.order()
	rule := Union
	if members == 1 {
		rule = Sole
	}
	p.out.Values = slices.Grow(p.out.Values, len(h.ordered))
	if !p.brief {
		p.out.Doses = make([]DoseEvent, 0, len(h.ordered))
	}
	for _, i := range h.ordered {
		e := &h.events[i]
		event := h.describe(e)
		agree := h.holders(e)
		p.put(unitFields[unitDoses], event.Dose, h.reports[e.survivor].member, rule, agree, members-agree)
		if !p.brief {
			p.out.Doses = append(p.out.Doses, event)
		}
	}
	if !p.brief {
		h.review()
		h.linkReviews()
	}
}

// specificity orders reports of one vaccine by what they say of the product.
func specificity(d *patient.Dose) int32 {
	return int32(4*btoi(!blank(d.NDC)) + 2*btoi(!blank(d.Lot)) + btoi(!blank(d.MVX)))
}

// compareReports orders reports, the better first: administered before
// historical, a formulation before none, a combination before components, the
// one that says most, the earlier received; then by the rules of the field.
func (p *person) compareReports(a, b *doseReport) int {
	switch { // a report says more than the one before it
	case a.dose.Historical != b.dose.Historical:
		return cmp.Compare(btoi(a.dose.Historical), btoi(b.dose.Historical))
	case a.any != b.any:
		return cmp.Compare(btoi(a.any), btoi(b.any))
	case components(a) != components(b):
		return cmp.Compare(components(b), components(a))
	case a.full != b.full:
		return cmp.Compare(b.full, a.full)
	case a.received != b.received:
		return cmp.Compare(a.received, b.received)
	}
	return p.compare(unitDoses, &a.candidate, &b.candidate)
}

// doseText is appendDose as a text.
func (p *person) doseText(d *patient.Dose) string {
	p.text = p.appendDose(p.text[:0], d)
	return string(p.text)
}

// appendDose writes cvx|date|lot|mvx|ndc|historical, the standard form of a
// dose, without empty parts at the end.
func (p *person) appendDose(dst []byte, d *patient.Dose) []byte {
	from := len(dst)
	dst = append(append(dst, d.CVX...), '|')
	if d.Date.Year != 0 {
		dst = d.Date.AppendString(dst)
	} else {
		dst = append(dst, d.Date.Text...)
	}
	for _, part := range [...]string{d.Lot, d.MVX, d.NDC} {
		dst = append(append(dst, '|'), part...)
	}
	if d.Historical {
		dst = append(dst, "|Y"...)
	}
	for len(dst) > from && dst[len(dst)-1] == '|' {
		dst = dst[:len(dst)-1]
	}
	return dst
}

// daySort sorts dates as they are written YYYYMMDD, one without a year first.
func daySort(d patient.Date) uint32 {
	if d.Year == 0 {
		return 0
	}
	return 1 + uint32(d.Year)%10000*10000 + uint32(d.Month)%100*100 + uint32(d.Day)%100
}

// describe writes an event with its provenance.
func (h *history) describe(e *doseEvent) DoseEvent {
	s := &h.reports[e.survivor]
	record := func(r *doseReport) *patient.Record { return h.person.members[r.member].record }
	out := DoseEvent{Source: record(s).Source, ID: record(s).ID, Families: s.names}
	if len(e.others) > 1 {
		slices.SortStableFunc(e.others, func(a, b otherReport) int {
			return h.person.compareReports(&h.reports[a.report], &h.reports[b.report])
		})
	}
	if len(e.others) == 0 {
		out.Dose = h.person.doseText(s.dose)
		return out
	}
	dose := *s.dose
	fill := func(part string, to *string, of func(d *patient.Dose) string) {
		if !blank(*to) {
			return
		}
		for _, o := range e.others {
			if r := &h.reports[o.report]; h.sameProduct(s, r) && !blank(of(r.dose)) {
				*to = strings.TrimSpace(of(r.dose))
				out.Filled = append(out.Filled, DoseFilled{part, record(r).Source, record(r).ID})
				return
			}
		}
	}
	if s.any || cvxCode(dose.CVX) == "" {
		kept := dose.CVX
		dose.CVX = ""
		fill("cvx", &dose.CVX, func(d *patient.Dose) string {
			if c := cvxCode(d.CVX); c != "" && !h.table.vaccines.Unspecified(c) {
				return d.CVX
			}
			return ""
		})
		if dose.CVX == "" {
			dose.CVX = kept
		}
	}
	fill("lot", &dose.Lot, func(d *patient.Dose) string { return d.Lot })
	fill("mvx", &dose.MVX, func(d *patient.Dose) string { return d.MVX })
	fill("ndc", &dose.NDC, func(d *patient.Dose) string { return d.NDC })
	out.Dose = h.person.doseText(&dose)
	if h.person.brief {
		return out
	}
	for _, o := range e.others {
		r := &h.reports[o.report]
		out.Others = append(out.Others, DoseOther{h.person.doseText(r.dose), record(r).Source, record(r).ID, o.rule})
	}
	slices.SortStableFunc(out.Others, func(a, b DoseOther) int { return cmp.Compare(a.Dose, b.Dose) })
	return out
}

// sameProduct says whether one report may complete the other: both name the
// same vaccine, or one names the family only. A component's lot is not the
// combination's.
func (h *history) sameProduct(a, b *doseReport) bool {
	return a.vaccine && b.vaccine && (a.cvx == b.cvx || a.families == b.families && (a.any || b.any))
}
