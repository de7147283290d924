package scoring

import (
	"fmt"
	"slices"
	"strings"
)

// maxCut bounds the cuts of a model, as histograms of weights do.
const maxCut = 64 * OneBit

// Validate reports all faults of the model in one error that says where: unknown
// or repeated names, untrained levels, lists of the wrong length, numbers out of
// range. No sum of a valid model's weights overflows.
func (m *Model) Validate() error {
	var faults []string
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	if !(m.SamePairs >= 0) {
		fault("same_pairs: %v is no count", m.SamePairs)
	}
	m.validateAlternatives(fault)
	if len(m.Comparisons) == 0 {
		fault("no comparisons")
	}
	for i, c := range m.Comparisons {
		if c.Name == "" {
			fault("comparisons[%d]: the name is empty", i)
		}
		if m.comparison(c.Name) != i {
			fault("comparison %q: is there twice", c.Name)
		}
		c.Comparison.validate(fault)
		if names := c.Levels(); len(names) > 0 {
			m.validateLevels(c, names[1:], fault)
		}
	}
	m.validateFrequencies(fault)
	if !m.Cuts.EstimatedF1.within(maxCut) {
		fault("cuts.estimated_f1: is beyond %v bits", maxCut.Bits())
	}
	if len(faults) > 0 {
		return fmt.Errorf("scoring: model %q:\n  %s", m.Name, strings.Join(faults, "\n  "))
	}
	return nil
}

// comparison returns the index of the first comparison of that name, or -1.
func (m *Model) comparison(name string) int {
	return slices.IndexFunc(m.Comparisons, func(c FittedComparison) bool { return c.Name == name })
}

func (w Weight) within(bound Weight) bool { return w >= -bound && w <= bound }

// alternatives are the names that a model may use.
var alternatives = []string{AlternativeHousehold, AlternativeHeir, AlternativeNamesake, AlternativeStranger}

func (m *Model) validateAlternatives(fault func(string, ...any)) {
	if n := len(m.Alternatives); n == 0 || n > maxAlternatives {
		fault("alternatives: %d, want 1 to %d", n, maxAlternatives)
	}
	seen := map[string]bool{}
	for i, a := range m.Alternatives {
		switch {
		case !slices.Contains(alternatives, a.Name):
			fault("alternatives[%d]: unknown name %q, want one of %s", i, a.Name, strings.Join(alternatives, ", "))
		case seen[a.Name]:
			fault("alternatives[%d]: %q is there twice", i, a.Name)
		}
		seen[a.Name] = true
		if !(a.Pairs >= 0) {
			fault("alternatives[%d] %q: pairs: %v is no count", i, a.Name, a.Pairs)
		}
		if !a.Prior.within(2 * maxWeight) {
			fault("alternatives[%d] %q: the prior is beyond %v bits", i, a.Name, (2 * maxWeight).Bits())
		}
	}
}

// validate reports a kind, role or field that there is not.
func (c Comparison) validate(fault func(string, ...any)) {
	if !slices.Contains(roles, c.Role) {
		fault("comparison %q: unknown role %q", c.Name, c.Role)
	}
	k, ok := kinds[c.Kind]
	switch {
	case !ok:
		fault("comparison %q: unknown kind %q", c.Name, c.Kind)
	case k.parameterized && c.Fields() == nil:
		fault("comparison %q: unknown field %q", c.Name, c.Field)
	case !k.parameterized && c.Field != "":
		fault("comparison %q: kind %q compares fields of its own, not %q", c.Name, c.Kind, c.Field)
	}
}

func (m *Model) validateLevels(c FittedComparison, names []string, fault func(string, ...any)) {
	for i, l := range c.Fitted {
		switch {
		case i >= len(names) || l.Name != names[i]:
			fault("comparison %q: level %q is unknown or out of place, want %s", c.Name, l.Name, strings.Join(names, ", "))
			return
		case len(l.Weights) != len(m.Alternatives) || len(l.Others) != len(m.Alternatives):
			fault("comparison %q: level %q: %d weights and %d probabilities for %d alternatives",
				c.Name, l.Name, len(l.Weights), len(l.Others), len(m.Alternatives))
		case slices.ContainsFunc(l.Weights, func(w Weight) bool { return !w.within(maxWeight) }):
			fault("comparison %q: level %q: a weight is beyond %v bits", c.Name, l.Name, maxWeight.Bits())
		case !probable(l.M) || slices.ContainsFunc(l.Others, func(p float64) bool { return !probable(p) }):
			fault("comparison %q: level %q: a probability is not between 0 and 1", c.Name, l.Name)
		}
	}
	if len(c.Fitted) < len(names) {
		fault("comparison %q: level %q is untrained", c.Name, names[len(c.Fitted)])
	}
}

// probable reports whether p is a probability, give or take what rounding adds.
func probable(p float64) bool { return p >= 0 && p <= 1+1e-9 }

func (m *Model) validateFrequencies(fault func(string, ...any)) {
	if n := len(m.Frequencies); n > maxFrequencies {
		fault("frequencies: %d, at most %d", n, maxFrequencies)
	}
	seen := map[string]bool{}
	for i, f := range m.Frequencies {
		where := fmt.Sprintf("frequencies[%d] of %q", i, f.Comparison)
		if seen[f.Comparison] {
			fault("%s: is there twice", where)
		}
		seen[f.Comparison] = true
		if c := m.comparison(f.Comparison); c < 0 {
			fault("%s: there is no such comparison", where)
		} else if kind := m.Comparisons[c].Kind; kind != KindGiven && kind != KindFamily {
			fault("%s: the comparison is of kind %q, only %s and %s have frequencies", where, kind, KindGiven, KindFamily)
		}
		if len(f.Against) != len(m.Alternatives) {
			fault("%s: %d flags for %d alternatives", where, len(f.Against), len(m.Alternatives))
		}
		if !f.Rest.within(maxWeight) {
			fault("%s: rest: is beyond %v bits", where, maxWeight.Bits())
		}
		f.validateValues(where, fault)
	}
}

// validateValues reports the first value out of order or out of range.
func (f *Frequency) validateValues(where string, fault func(string, ...any)) {
	for i, v := range f.Values {
		if i > 0 && v.Hash <= f.Values[i-1].Hash {
			fault("%s: values[%d]: the hash is not greater than the one before", where, i)
			return
		}
		if !v.Weight.within(maxWeight) {
			fault("%s: values[%d]: the weight is beyond %v bits", where, i, maxWeight.Bits())
			return
		}
	}
}
