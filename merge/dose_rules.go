package merge

import (
	"fmt"
	mathbits "math/bits"
	"slices"
	"strconv"
	"sync"
)

// DoseRules say when two reports are one dose. They are data; the zero value is
// [DefaultDoseRules].
//
// Doses are of one family if their vaccine groups intersect: DTaP-HepB-IPV is of
// the family of each of its components. Reports of one family on one day are one
// dose. Two valid doses of a vaccine lie four weeks apart, with four days of
// grace; what is nearer is one dose with a wrong date, or a dose given too soon,
// and only a chart can tell.
type DoseRules struct {
	// Days that two reports of one dose may lie apart, whoever made them; 0 is
	// the same day.
	Days int `json:"days"`
	// HistoricalDays that a history may err about a dose that its giver, or
	// another history, reported; less than 0 is none. A history that names the first
	// of a month, and no other lot, may err about any day of it: it knew the month.
	HistoricalDays int `json:"historical_days"`
	// ReviewDays: doses of one family no further apart than this are both kept,
	// for review.
	ReviewDays int `json:"review_days"`
	// Families with windows of their own.
	Families []DoseFamily `json:"families,omitempty"`
}

// A DoseFamily has windows of its own, because its schedule is a quick one, or
// unites vaccine groups of which no two are given on one day.
type DoseFamily struct {
	Groups         []string `json:"groups"`
	Days           int      `json:"days"`
	HistoricalDays int      `json:"historical_days"`
	ReviewDays     int      `json:"review_days"`
}

// DefaultDoseRules returns the rules for a US registry.
func DefaultDoseRules() DoseRules {
	return DoseRules{
		HistoricalDays: 4, ReviewDays: 24,
		Families: []DoseFamily{
			{Groups: []string{"RABIES"}, ReviewDays: 2},                                   // days 0, 3, 7, 14
			{Groups: []string{"TYPHOID"}, ReviewDays: 1},                                  // capsules every other day
			{Groups: []string{"Japanese encephalitis"}, HistoricalDays: 2, ReviewDays: 6}, // days 0, 7
			{Groups: []string{"cholera"}, HistoricalDays: 2, ReviewDays: 6},
			{Groups: []string{"COVID-19"}, HistoricalDays: 4, ReviewDays: 16}, // three weeks with four days of grace
			{Groups: []string{"Td", "TDAP"}, HistoricalDays: 4, ReviewDays: 24},
		},
	}
}

func (r DoseRules) isZero() bool {
	return r.Days == 0 && r.HistoricalDays == 0 && r.ReviewDays == 0 && len(r.Families) == 0
}

// faults lists what is wrong.
func (r DoseRules) faults() (faults []string) {
	seen := map[string]bool{}
	for i, f := range r.Families {
		if len(f.Groups) == 0 {
			faults = append(faults, fmt.Sprintf("doses: family %d has no groups", i))
		}
		for _, g := range f.Groups {
			if seen[g] {
				faults = append(faults, fmt.Sprintf("doses: group %q in two families", g))
			}
			seen[g] = true
		}
	}
	return faults
}

// window is how near two doses of a family are one, or doubtful.
type window struct{ days, historical, review int }

// A doseTable is rules and codes, compiled: families are bits.
type doseTable struct {
	vaccines *Vaccines
	names    []string // of the families
	windows  []window
	codes    []doseCode // the first is of codes that have no family
	byNumber []uint16   // places in codes of CVX codes, by their numbers
	other    window     // of codes that have no family
}

// A doseCode is what is known of a CVX code.
type doseCode struct {
	families uint64
	names    []string // of the families, sorted
	any      bool     // it names no formulation
}

// maxCVX is the largest number of a CVX code.
const maxCVX = 9999

// code returns what is known of a code as [cvxCode] writes it.
func (t *doseTable) code(cvx string) *doseCode {
	n := 0
	for i := range len(cvx) {
		n = n*10 + int(cvx[i]-'0')
	}
	return &t.codes[t.byNumber[n]]
}

// maxFamilies is how many families can be told apart; the CDC has 38 groups.
const maxFamilies = 64

// defaultDoses is what almost every golden record is made by.
var defaultDoses = sync.OnceValue(func() *doseTable { return DefaultDoseRules().number(RoutineVaccines()) })

// compile makes the rules ready for use; nil stands for the built-in codes.
func (r DoseRules) compile(v *Vaccines) *doseTable {
	if r.isZero() {
		if v == nil {
			return defaultDoses()
		}
		r = DefaultDoseRules()
	}
	if v == nil {
		v = RoutineVaccines()
	}
	return r.number(v)
}

// number numbers the families: those of the rules, then all other groups.
// Groups beyond the last number share it, which Validate refuses.
func (r DoseRules) number(v *Vaccines) *doseTable {
	t := &doseTable{vaccines: v, codes: make([]doseCode, 1, len(v.codes)+1), byNumber: make([]uint16, maxCVX+1), other: window{max(r.Days, 0), r.HistoricalDays, r.ReviewDays}}
	bit := map[string]int{}
	family := func(name string, w window) int {
		if len(t.names) == maxFamilies {
			return maxFamilies - 1
		}
		t.names = append(t.names, name)
		t.windows = append(t.windows, w)
		return len(t.names) - 1
	}
	for _, f := range r.Families {
		if len(f.Groups) == 0 {
			continue
		}
		b := family(f.Groups[0], window{f.Days, f.HistoricalDays, f.ReviewDays})
		for _, g := range f.Groups {
			bit[g] = b
		}
	}
	for _, g := range v.groups() {
		if _, ok := bit[g]; !ok {
			bit[g] = family(g, t.other)
		}
	}
	for cvx, code := range v.codes {
		c := doseCode{any: code.unspecified}
		for _, g := range code.groups {
			c.families |= 1 << bit[g]
		}
		c.names = t.bitNames(c.families)
		n, _ := strconv.Atoi(cvx) // digits, four at most
		t.byNumber[n] = uint16(len(t.codes))
		t.codes = append(t.codes, c)
	}
	return t
}

// groups returns all groups, sorted.
func (v *Vaccines) groups() []string {
	var all []string
	for _, code := range v.codes {
		for _, g := range code.groups {
			if !slices.Contains(all, g) {
				all = append(all, g)
			}
		}
	}
	slices.Sort(all)
	return all
}

// of returns the narrowest window of some families.
func (t *doseTable) of(families uint64) window {
	if families == 0 {
		return t.other
	}
	w := window{1 << 20, 1 << 20, 1 << 20}
	for f := families; f != 0; f &= f - 1 {
		x := t.windows[mathbits.TrailingZeros64(f)]
		w = window{min(w.days, x.days), min(w.historical, x.historical), min(w.review, x.review)}
	}
	return w
}

// bitNames returns the names of families, sorted.
func (t *doseTable) bitNames(families uint64) []string {
	var names []string
	for f := families; f != 0; f &= f - 1 {
		names = append(names, t.names[mathbits.TrailingZeros64(f)])
	}
	slices.Sort(names)
	return slices.Clip(names)
}
