package report

import (
	"context"

	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/patient"
)

// shown holds the records whose values the page shows.
type shown struct {
	records map[int32]*patient.Record // nil values until the second pass
	classes [patient.Test + 1]placeholderFacts
	given   bool // the run read given names
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

// read passes over the input once more. It keeps the records that are wanted,
// and classifies those without a given name of their own.
func (s *shown) read(ctx context.Context, in *Input) error {
	res := in.Result
	for _, f := range res.Fields() {
		s.given = s.given || f.Field == patient.FieldGiven
	}
	if in.Records == nil {
		return nil
	}
	normalizer := patient.NewNormalizer(res.Profile)
	var n patient.Normalized
	for r, err := range res.Reread(ctx, in.Records) {
		if err != nil {
			return err
		}
		if _, wanted := s.records[int32(r.Index)]; wanted {
			c := r.Record.Clone()
			s.records[int32(r.Index)] = &c
		}
		if s.given && !res.Has(r.Index, patient.FieldGiven) {
			normalizer.Apply(&n, r.Record)
			s.classify(res, r.Index, n.Placeholder.Class)
		}
	}
	return nil
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
