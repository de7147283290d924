package merge

import (
	"cmp"
	"slices"

	"github.com/idem-health/idem/match/patient"
)

// A Fact says what one field tells of two records.
type Fact uint8

// What a field may tell.
const (
	Unknown Fact = iota // missing on a side, or not to be compared
	Agrees
	Nearly  // a birth date one day off or with month and day exchanged, a birth minutes apart, a digit of a phone
	Differs // both known, and not the same
)

// A NewbornView is what [ResolveNewborns] must know of one record. Days are
// those of [patient.Date.Days], 0 where not known.
type NewbornView struct {
	Placeholder patient.Class // NotPlaceholder unless the given name is one, or is missing in a newborn's record
	Confidence  patient.Confidence
	Named       bool // there is a legal given name
	Multiple    patient.Answer
	Order       uint8 // of birth, sent or decoded
	Moved       bool  // the child is known to have moved away
	Birth       int32
	Received    int32
	Death       int32
}

// A NewbornPair is what [ResolveNewborns] must know of two records.
type NewbornPair struct {
	Weight int32 // log-odds in 1/1024 bit; ranks candidates, decides nothing
	Match  bool  // the policy calls the pair a match
	Hard   bool  // a policy's hard conflict
	Soft   bool  // a soft one, but for two numbers of one hospital: those are Identifier

	Given       Fact // legal given names, if both have one
	Family      Fact // any of family, maiden, mother's family names and aliases with any other
	BirthDate   Fact
	BirthTime   Fact
	Sex         Fact
	Order       Fact // of birth
	Mother      Fact // given name, sent, decoded or a guardian's
	Maiden      Fact // the mother's family name before marriage
	Guardian    Fact // who is not the mother
	Phone       Fact
	Address     Fact // no institution's
	Facility    Fact
	Identifier  Fact // numbers of one authority
	Sequential  bool // numbers of one authority that follow each other, as those born together get
	Certificate Fact
	Dose        Fact // the birth dose's lot
}

// NewbornOptions configures [ResolveNewborns]. The zero value is ready to use.
type NewbornOptions struct {
	AsOf      patient.Date // today, for what is stale; not known: nothing is
	StaleDays int          // from then on a placeholder is stale; 0 means 30
}

// A WaitReason says why a placeholder is not resolved.
type WaitReason string

// Why a placeholder waits, the reason that must be settled first before others.
const (
	WaitDied              WaitReason = "died"               // the child died under the placeholder
	WaitMoved             WaitReason = "moved"              // the child moved away under the placeholder
	WaitNoCandidate       WaitReason = "no_candidate"       // no legal name fits
	WaitSeveralCandidates WaitReason = "several_candidates" // several children fit: probably twins
	WaitOtherPlaceholder  WaitReason = "other_placeholder"  // another newborn fits the same child as well
	WaitConflict          WaitReason = "conflict"           // a policy's soft conflict
	WaitOtherChart        WaitReason = "other_chart"        // one hospital knows the two by two numbers: a double, or twins
	WaitOtherParents      WaitReason = "other_parents"      // one certificate or number, other parents: perhaps an adoption
	WaitSexConflict       WaitReason = "sex_conflict"       // mistyped, or a twin of the other sex
	WaitBirthDate         WaitReason = "birth_date"         // not the same day, not known, or of somebody who has grown up
	WaitTwinQuestion      WaitReason = "twin_question"      // one of several born, and nothing says which
	WaitWeakPlaceholder   WaitReason = "weak_placeholder"   // perhaps the word is a name
	WaitEvidence          WaitReason = "too_little_evidence"
)

// A ResolveReason says what resolved a placeholder.
type ResolveReason string

// What resolves a placeholder.
const (
	ByCertificate ResolveReason = "certificate"
	ByIdentifier  ResolveReason = "identifier"
	ByMother      ResolveReason = "mother"     // her given name and phone or address; or her given name, a family name, and maiden name, birth dose or facility
	ByPhone       ResolveReason = "phone"      // no mother known: family name and phone or address
	ByTime        ResolveReason = "birth_time" // one family, facility and minute of birth
	ByHousehold   ResolveReason = "household"  // no mother known, another family name: phone and address
	ByPolicy      ResolveReason = "policy"     // the pair is a match by itself
)

// A Resolution is a placeholder record that got its legal name.
type Resolution struct {
	Row    uint32 // of the placeholder
	Person uint32 // the person it belongs to, by the label given
	With   uint32 // the row of that person that fits best
	Weight int32
	By     ResolveReason
	// Among is how many children of one mother and birth date were told apart:
	// by order of birth, sex, number, dose or time of birth.
	Among int
}

// A WorkItem is a placeholder record that waits for a steward, or for a message.
type WorkItem struct {
	Row        uint32
	Person     uint32 // the label given
	Reason     WaitReason
	Days       int32 // since it was received, else since birth; 0 where not known
	Stale      bool
	Candidates []NewbornCandidate // the best first
}

// A NewbornCandidate is a person that a placeholder may belong to.
type NewbornCandidate struct {
	Person uint32 // by the label given
	With   uint32 // the row of it that fits best
	Weight int32
	Enough bool       // the facts would do if this were the only candidate
	Reason WaitReason // what speaks against this one; "" if nothing does
}

// A NewbornReport is what became of the placeholders. It is the same for any
// order of the links.
type NewbornReport struct {
	Resolved []Resolution // sorted by row
	Waiting  []WorkItem   // sorted by row
	Siblings [][2]uint32  // labels of people born together in one household, sorted
}

// ResolveNewborns finds the legal name of every newborn's placeholder.
//
// People is a partition by smallest rows, as [Resolve] gives it, made without
// edges between placeholders and legal names: those are decided here. Links are
// the pairs of a placeholder and a legal name that may be one child or be born
// together: all candidate pairs, those in conflict among them, for a child that
// a newborn is not helps to tell which it is. Other pairs among the links are
// left out. Record and pair tell what is known; pair is asked with the smaller
// row first, within a connected component of the links, and must give the same
// whenever it is asked.
//
// A placeholder and all records that are one person with it are resolved to a
// person with a legal name if what survives renaming says so, if it is the only
// candidate for that mother and birth date, and if it is no open question which
// of several born it is. Inside a family every placeholder is weighed against
// every child: what differs in sex, number, dose lot or time of birth where
// another child agrees is not it, two newborns of one hospital are two children,
// and what then has only one solution is resolved. Everything else waits, with
// the candidates and the reason. The placeholder of a child that died or moved
// is not given to another one.
func ResolveNewborns(people []uint32, links [][2]uint32, record func(row uint32) NewbornView,
	pair func(a, b uint32) NewbornPair, o NewbornOptions) NewbornReport {
	if o.StaleDays <= 0 {
		o.StaleDays = 30
	}
	s := newbornSolver{people: people, record: record, pair: pair, options: o, asOf: int32(o.AsOf.Days())}
	parts := s.components(links)
	for c := range parts.len() {
		s.component(parts, c)
	}
	s.alone(parts)
	r := &s.report
	slices.SortFunc(r.Resolved, func(a, b Resolution) int { return cmp.Compare(a.Row, b.Row) })
	slices.SortFunc(r.Waiting, func(a, b WorkItem) int { return cmp.Compare(a.Row, b.Row) })
	slices.SortFunc(r.Siblings, comparePairs)
	r.Siblings = slices.Compact(r.Siblings)
	return s.report
}

func comparePairs(a, b [2]uint32) int {
	return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
}

// Join returns the partition with every resolved placeholder, and all records
// that were one person with it, joined to the person it belongs to.
func (r *NewbornReport) Join(people []uint32) []uint32 {
	to := slices.Clone(people)
	for _, x := range r.Resolved {
		if from := people[x.Row]; from != x.Person {
			to[from] = x.Person // a label is its own row
		}
	}
	// Several placeholders may have joined one person, whose label is no longer
	// the smallest row: number anew.
	smallest := make([]uint32, len(people))
	for i := range smallest {
		smallest[i] = ^uint32(0)
	}
	joined := make([]uint32, len(people))
	for row := range people {
		label := to[people[row]]
		smallest[label] = min(smallest[label], uint32(row))
		joined[row] = label
	}
	for row := range joined {
		joined[row] = smallest[joined[row]]
	}
	return joined
}

// SiblingLinks returns which people are siblings, given the pairs of rows that
// are in conflict as those born together are: different orders of birth or given
// names, one birth date, one household. Pairs within a person say nothing.
func SiblingLinks(people []uint32, conflicts [][2]uint32) [][2]uint32 {
	links := make([][2]uint32, 0, len(conflicts))
	for _, c := range conflicts {
		if a, b := people[c[0]], people[c[1]]; a != b {
			links = append(links, [2]uint32{min(a, b), max(a, b)})
		}
	}
	slices.SortFunc(links, comparePairs)
	return slices.Compact(links)
}
