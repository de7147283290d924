package report

import (
	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/patient"
)

// shown holds the records whose values the page shows.
type shown struct {
	records map[int32]*patient.Record // nil values until the second pass
	classes [patient.Test + 1]placeholderFacts
	given   bool // the run read given names

	normalizer *patient.Normalizer
	normal     patient.Normalized
}

// placeholderFacts counts the records of a class of placeholder, by what became
// of them.
type placeholderFacts struct {
	records int
	named   int // share a person with a record that has a legal name
	unnamed int // share one with other placeholders alone
	alone   int
}

// want asks for a record.
func (s *shown) want(rows ...int32) {
	for _, r := range rows {
		s.records[r] = nil
	}
}

func newShown(res *match.Result) *shown {
	s := &shown{records: map[int32]*patient.Record{}, normalizer: patient.NewNormalizer(res.Profile)}
	for _, f := range res.Fields() {
		s.given = s.given || f.Field == patient.FieldGiven
	}
	return s
}

// see keeps a record that is wanted, and classifies one without a given name of
// its own.
func (s *shown) see(res *match.Result, r match.Reread) {
	if _, wanted := s.records[int32(r.Index)]; wanted {
		c := r.Record.Clone()
		s.records[int32(r.Index)] = &c
	}
	if s.given && !res.Has(r.Index, patient.FieldGiven) {
		s.normalizer.Apply(&s.normal, r.Record)
		s.classify(res, r.Index, s.normal.Placeholder.Class)
	}
}

func (s *shown) classify(res *match.Result, row int, class patient.Class) {
	if class == patient.NotPlaceholder || int(class) >= len(s.classes) {
		return // the given name is missing
	}
	c := &s.classes[class]
	c.records++
	members := res.Members(res.Person(row))
	if len(members) == 1 {
		c.alone++
		return
	}
	for _, m := range members {
		if res.Has(int(m), patient.FieldGiven) {
			c.named++
			return
		}
	}
	c.unnamed++
}

// className says in words what a class of placeholder is.
func className(c patient.Class) (name, example string) {
	switch c {
	case patient.Generic:
		return "generic", "BABY BOY, TWIN A"
	case patient.Composed:
		return "names the mother", "JUDYSGIRL"
	case patient.Fused:
		return "with the family name", "BABYBOYSMITH"
	case patient.Unnamed:
		return "no name", "UNKNOWN, FNU"
	case patient.Test:
		return "test patient", "TEST PATIENT"
	}
	return "", ""
}
