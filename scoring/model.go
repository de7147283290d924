package scoring

import (
	"fmt"
	"slices"

	"github.com/idem-health/idem/internal/strictjson"
	"github.com/idem-health/idem/match/patient"
)

// The alternatives a pair is weighed against: who two records may be other
// than one person.
const (
	AlternativeHousehold = "household" // another person of the same household: twin, sibling, parent
	AlternativeHeir      = "heir"      // another person of the household who bears the same name: father and son
	AlternativeNamesake  = "namesake"  // a stranger of the same name
	AlternativeStranger  = "stranger"  // an unrelated person
)

// maxAlternatives bounds the alternatives of a model, so that a scored pattern
// is a fixed-size value.
const maxAlternatives = 4

// A Model says how much each comparison level weighs against each alternative.
// It is data: strict JSON, valid for any files with its columns. The integer
// weights decide; the probabilities they came from are kept for the reader.
type Model struct {
	Name         string             `json:"name"`
	SamePairs    float64            `json:"same_pairs"` // expected pairs of one person, over all pairs of the training data
	Alternatives []Alternative      `json:"alternatives"`
	Comparisons  []FittedComparison `json:"comparisons"`
	Frequencies  []Frequency        `json:"frequencies,omitempty"`
	Cuts         Cuts               `json:"cuts"`
	Warnings     []string           `json:"warnings,omitempty"` // why the model should be doubted
}

// An Alternative is one class of pairs of different persons.
type Alternative struct {
	Name  string  `json:"name"`
	Pairs float64 `json:"pairs"` // expected pairs in the class
	Prior Weight  `json:"prior"` // log2(same pairs / pairs)
}

// A FittedComparison is a comparison with its levels' probabilities and
// weights. The level "missing" is not listed: it weighs 0, always.
type FittedComparison struct {
	Comparison
	Fitted []FittedLevel `json:"levels"`
}

// A FittedLevel is one comparison level of a model.
type FittedLevel struct {
	Name    string    `json:"name"`
	M       float64   `json:"m"`       // probability among pairs of one person
	Others  []float64 `json:"others"`  // probability among the pairs of each alternative (u for the stranger)
	Weights []Weight  `json:"weights"` // log2(m/other) for each alternative, in 1/1024 bit
}

// Cuts are match weights chosen in training for the file, from the model's own
// estimates. A policy says which of them it uses.
type Cuts struct {
	EstimatedF1 Weight  `json:"estimated_f1"` // maximises the estimated F1 of pairs
	Precision   float64 `json:"estimated_precision"`
	Recall      float64 `json:"estimated_recall"`
}

// A Frequency holds the value-frequency weights of one comparison: how much
// more (rare value) or less (common value) exact agreement on a value weighs
// than agreement on an average one. Values are kept by keyed hash only.
type Frequency struct {
	Comparison string            `json:"comparison"`
	Against    []bool            `json:"against"` // alternatives the term is added for
	Rest       Weight            `json:"rest"`    // of every value not listed
	Values     []FrequencyWeight `json:"values"`  // sorted by hash
}

// A FrequencyWeight is the frequency weight of one value.
type FrequencyWeight struct {
	Hash   uint64 `json:"hash,string"`
	Weight Weight `json:"weight"`
}

// Weight returns the frequency weight of the value with the given hash.
func (f *Frequency) Weight(hash uint64) Weight {
	i, ok := slices.BinarySearchFunc(f.Values, hash, func(v FrequencyWeight, h uint64) int {
		switch {
		case v.Hash < h:
			return -1
		case v.Hash > h:
			return 1
		}
		return 0
	})
	if !ok {
		return f.Rest
	}
	return f.Values[i].Weight
}

// Specs returns the model's comparisons.
func (m *Model) Specs() []Comparison {
	cs := make([]Comparison, len(m.Comparisons))
	for i, c := range m.Comparisons {
		cs[i] = c.Comparison
	}
	return cs
}

// fewHouseholds reports whether the training data had fewer pairs of household
// members than pairs of one person among what was compared, and enough of these
// to say so.
func (m *Model) fewHouseholds() bool {
	if m.SamePairs < minPrior {
		return false
	}
	for _, a := range m.Alternatives {
		if a.Name == AlternativeHousehold {
			return a.Pairs < m.SamePairs
		}
	}
	return false
}

// ParseModel reads a model from strict JSON and validates it.
func ParseModel(data []byte) (*Model, error) {
	m := &Model{}
	if err := strictjson.Unmarshal(data, m); err != nil {
		return nil, fmt.Errorf("scoring: model: %w", err)
	}
	if err := m.Validate(); err != nil {
		return nil, err
	}
	return m, nil
}

// Decides returns the fields whose agreement decides the comparison's level. A
// blocking rule that demands one of them to agree tells nothing of the
// comparison's m probabilities; the other fields it reads only break ties.
func (c Comparison) Decides() []patient.Field {
	switch c.Kind {
	case KindGiven:
		return []patient.Field{patient.FieldGiven, patient.FieldGivenAlias}
	case KindFamily:
		return []patient.Field{patient.FieldFamily, patient.FieldFamilyAlias}
	case KindMiddle:
		return []patient.Field{patient.FieldMiddle}
	case KindGuardianGiven:
		return []patient.Field{patient.FieldGuardianGiven}
	}
	return c.Fields()
}

// ComparisonsFor returns the comparisons of a policy's preset. Facts for the
// policy are left out where it does not ask for them.
func ComparisonsFor(p Policy) []Comparison {
	preset := append(GenericComparisons(), PolicyComparisons()...)
	if p.Preset == PresetIIS {
		preset = IISComparisons()
	}
	reads := p.Comparisons()
	return slices.DeleteFunc(preset, func(c Comparison) bool {
		return c.Role == RolePolicy && !slices.Contains(reads, c.Name)
	})
}
