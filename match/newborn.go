package match

import (
	"cmp"
	"slices"

	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/merge"
	"github.com/idem-health/idem/scoring"
)

// Reasons that the newborn rules give beside those of the policy.
const (
	// ReasonNewborn: the placeholder was resolved to this person's legal name.
	ReasonNewborn = "newborn-resolved"
	// ReasonNewbornWaits: the placeholder waits on the work list.
	ReasonNewbornWaits = "newborn-waits"
)

// newbornFields are what the newborn rules read beside the comparisons' fields.
var newbornFields = []patient.Field{
	patient.FieldGiven, patient.FieldGivenAlias, patient.FieldMiddle, patient.FieldFamily, patient.FieldFamilyAlias, patient.FieldPlaceholderClass,
	patient.FieldBirthDate, patient.FieldBirthTime, patient.FieldSex, patient.FieldMultipleBirth, patient.FieldBirthOrder,
	patient.FieldMotherGiven, patient.FieldMotherFamily, patient.FieldMotherMaiden,
	patient.FieldGuardianGiven, patient.FieldGuardianFamily,
	patient.FieldStreetNumber, patient.FieldStreet, patient.FieldUnit, patient.FieldCity, patient.FieldPostalCode, patient.FieldInstitution,
	patient.FieldPhone, patient.FieldSSN, patient.FieldMedicaid, patient.FieldMRN, patient.FieldBirthCertificate,
	patient.FieldBirthFacility, patient.FieldDoseKey, patient.FieldDeathDate, patient.FieldReceived,
}

// newborns holds what resolving placeholders needs: which rows are a newborn's
// without a name, which have a legal name, and the candidate pairs of the two.
type newborns struct {
	views []merge.NewbornView // by row
	links [][2]uint32
	asOf  patient.Date // the latest date of receipt
}

// nameless reports whether the row is a newborn's without a legal name.
func (n *newborns) nameless(row uint32) bool {
	return nameless(&n.views[row])
}

// mixed reports whether a pair is of a newborn's placeholder and a legal name:
// one that the newborn rules decide.
func (n *newborns) mixed(a, b uint32) bool {
	return n != nil && (n.nameless(a) && n.views[b].Named || n.nameless(b) && n.views[a].Named)
}

// findNewborns looks for placeholders, if the policy resolves them.
func (r *run) findNewborns() {
	if !r.o.Policy.Newborns {
		return
	}
	n := &newborns{views: make([]merge.NewbornView, r.table.Distinct())}
	reader := newRowReader(r.table)
	var normal patient.Normalized
	found := false
	for row := range n.views {
		reader.view(&normal, row)
		n.views[row] = merge.ViewNewborn(&normal)
		found = found || n.nameless(uint32(row))
		if normal.Received.Days() > n.asOf.Days() {
			n.asOf = normal.Received
		}
	}
	if found {
		r.newborns = n
	}
}

// resolveNewborns finds the legal names of the placeholders, joins them to
// their persons, and says in the pairs and the work list what became of them.
func (r *run) resolveNewborns(res *Result, p *problem, labels []uint32) []uint32 {
	if r.newborns == nil {
		return labels
	}
	p.newborn = func(row uint32) merge.NewbornView { return r.newborns.views[row] }
	p.pair, p.links, p.asOf = r.newJudge().newborn, r.newborns.links, r.newborns.asOf
	report := p.placeholders(labels)
	barred := r.keepOneToOne(labels, &report)
	joined := report.Join(labels)
	r.noteNewborns(res, joined, &report)
	res.noteRivals(barred)
	res.newborns = report
	return joined
}

// noteNewborns makes the decided pairs say what the newborn rules decided.
func (r *run) noteNewborns(res *Result, labels []uint32, report *merge.NewbornReport) {
	for i := range res.pairs {
		p := &res.pairs[i]
		if !r.newborns.mixed(p.a, p.b) {
			continue
		}
		together := labels[p.a] == labels[p.b]
		r.count(p.decision, -1)
		switch {
		case together:
			p.decision, p.newborn = Match, newbornResolved
		case p.decision == Match:
			p.decision, p.newborn = Possible, newbornWaits
		}
		r.count(p.decision, 1)
	}
	known := func(a, b uint32) bool {
		_, ok := slices.BinarySearchFunc(res.pairs, [2]uint32{a, b}, func(d decided, p [2]uint32) int {
			return cmp.Or(cmp.Compare(d.a, p[0]), cmp.Compare(d.b, p[1]))
		})
		return ok
	}
	var more []decided
	for _, x := range report.Resolved {
		a, b := min(x.Row, x.With), max(x.Row, x.With)
		if known(a, b) {
			continue
		}
		mask, rule := r.mask(a, b), 0
		for mask != 0 && mask&1 == 0 {
			mask, rule = mask>>1, rule+1
		}
		c := candidate{a: a, b: b, weight: scoring.Weight(x.Weight), rule: uint8(rule), pattern: r.comparer.Pattern(a, b)}
		more = append(more, decided{candidate: c, decision: Match, newborn: newbornResolved})
		r.count(Match, 1)
	}
	if len(more) > 0 {
		res.pairs = append(res.pairs, more...)
		slices.SortFunc(res.pairs, func(x, y decided) int { return cmp.Or(cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b)) })
	}
}

func (r *run) count(d Decision, by int64) {
	switch d {
	case Match:
		r.stats.Matches += by
	case Possible:
		r.stats.Possible += by
	}
}

// What the newborn rules made of a pair.
const (
	newbornResolved uint8 = iota + 1
	newbornWaits
)

var newbornReasons = map[uint8]string{newbornResolved: ReasonNewborn, newbornWaits: ReasonNewbornWaits}

// A WorkItem is a newborn's placeholder record that waits for a steward, or for
// another message.
type WorkItem struct {
	Record     int
	Person     int
	Reason     merge.WaitReason
	Days       int // since it was received, else since birth; 0 where not known
	Stale      bool
	Candidates []WorkCandidate // the best first
}

// A WorkCandidate is a person that a placeholder may belong to.
type WorkCandidate struct {
	Person int
	With   int // the record of it that fits best
	Weight float64
	Enough bool             // the facts would do if this were the only candidate
	Reason merge.WaitReason // what speaks against this one; "" if nothing does
}

// Worklist returns the placeholders that were not resolved, by record. Only a
// policy that resolves newborns has one.
func (res *Result) Worklist() []WorkItem {
	var items []WorkItem
	for _, w := range res.newborns.Waiting {
		item := WorkItem{Record: int(w.Row), Person: res.Person(int(w.Row)), Reason: w.Reason, Days: int(w.Days), Stale: w.Stale}
		for _, c := range w.Candidates {
			item.Candidates = append(item.Candidates, WorkCandidate{
				Person: res.Person(int(c.With)), With: int(c.With), Weight: scoring.Weight(c.Weight).Bits(), Enough: c.Enough, Reason: c.Reason,
			})
		}
		items = append(items, item)
	}
	return items
}

// A ResolvedNewborn is a placeholder record that got its legal name.
type ResolvedNewborn struct {
	Record int
	With   int // the record that fits best
	By     merge.ResolveReason
	Among  int // children of one mother and birth date that were told apart
}

// ResolvedNewborns returns the placeholders that were resolved, by record.
func (res *Result) ResolvedNewborns() []ResolvedNewborn {
	var out []ResolvedNewborn
	for _, x := range res.newborns.Resolved {
		out = append(out, ResolvedNewborn{Record: int(x.Row), With: int(x.With), By: x.By, Among: x.Among})
	}
	return out
}

// Siblings returns the pairs of people born together in one household, as far
// as placeholders gave occasion to tell.
func (res *Result) Siblings() [][2]int {
	var out [][2]int
	for _, s := range res.newborns.Siblings {
		if a, b := res.Person(int(s[0])), res.Person(int(s[1])); a != b {
			out = append(out, [2]int{min(a, b), max(a, b)})
		}
	}
	slices.SortFunc(out, func(x, y [2]int) int { return cmp.Or(cmp.Compare(x[0], y[0]), cmp.Compare(x[1], y[1])) })
	return slices.Compact(out)
}
