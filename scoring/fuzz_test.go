package scoring

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/idem-health/idem/match/patient"
)

// FuzzParsePolicy: no input panics, and what is read is read again from what is
// written.
func FuzzParsePolicy(f *testing.F) {
	f.Add(GenericPolicy().JSON())
	f.Add([]byte(`{"name": "x", "rules": [{"when": {"all": [{"not": {"ref": "a"}}]}}]}`))
	f.Add([]byte(`[[{}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := ParsePolicy(data)
		if err != nil {
			return
		}
		again, err := ParsePolicy(p.JSON())
		require.NoError(t, err)
		assert.Equal(t, p.ID(), again.ID())
		_, _ = p.Compile(IISComparisons()) // may fail, must not panic
	})
}

// FuzzCompare: every comparison of texts is symmetric, in range, and missing
// without a value.
func FuzzCompare(f *testing.F) {
	f.Add("MARY ANN", "ANN MARIE", "LOPEZ GARCIA")
	f.Add("20180405", "20180504", "20180000")
	f.Add("TQ13 8DF", "495030001", "H|9")
	f.Add("ÅSA", "\xff", " ")
	functions := map[string]func(a, b string) uint8{
		"text": compareText, "number": compareNumber, "exact": compareExact, "birth date": compareBirthDate,
		"suffix": compareSuffix, "ssn": compareSSN, "phone": comparePhone, "postal code": comparePostalCode,
		"given alone": compareGivenAlone, "maiden": compareMaiden,
		"given": func(a, b string) uint8 {
			return compareGiven(&givenView{Given: a, Family: b, Middle: b}, &givenView{Given: b, Family: a, Aliases: []string{a}})
		},
		"family": func(a, b string) uint8 {
			return compareFamily(&familyView{Family: a}, &familyView{Family: b, Mother: []string{a, b}})
		},
		"sequence": func(a, b string) uint8 { return compareSequential(&sequentialView{SSN: a}, &sequentialView{SSN: b}) },
	}
	f.Fuzz(func(t *testing.T, a, b, c string) {
		for name, compare := range functions {
			for _, p := range [][2]string{{a, b}, {b, c}, {a, c}, {a, a}} {
				x, y := compare(p[0], p[1]), compare(p[1], p[0])
				if name != "given" && name != "family" {
					assert.Equal(t, x, y, "%s(%q, %q)", name, p[0], p[1])
					assert.Zero(t, compare("", p[0]), "%s(%q) against nothing", name, p[0])
				}
				assert.Less(t, x, uint8(15), name)
			}
		}
	})
}

// TestRemovingAValue: removing a value that agreed never raises the sum of the
// shipped weights, removing one that disagreed never lowers it.
func TestRemovingAValue(t *testing.T) {
	w := ShippedIIS()
	removals := []struct {
		comparison string
		remove     func(n *patient.Normalized)
	}{
		{"given", func(n *patient.Normalized) { n.Given = "" }},
		{"birth_date", func(n *patient.Normalized) { n.Birth = patient.Date{} }},
		{"sex", func(n *patient.Normalized) { n.Sex = 0 }},
		{"suffix", func(n *patient.Normalized) { n.Suffix = "" }},
		{"ssn", func(n *patient.Normalized) { n.SSN = "" }},
		{"medicaid", func(n *patient.Normalized) { n.Medicaid = "" }},
		{"mrn", func(n *patient.Normalized) { n.MRN = nil }},
		{"phone", func(n *patient.Normalized) { n.Phones = nil }},
		{"address", func(n *patient.Normalized) { n.Addresses = nil }},
		{"guardian", func(n *patient.Normalized) { n.GuardianGiven = nil }},
		{"doses", func(n *patient.Normalized) { n.Doses = nil }},
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawNormalized(t, "a"), drawNormalized(t, "b")
		levels := Reference(w.Comparisons, a, b)
		before := w.Sum(levels)
		for _, r := range removals {
			var was Weight
			for i, c := range w.Comparisons {
				switch {
				case c.Name == r.comparison:
					was += w.Levels[i][levels[i]]
				case c.Kind == KindMiddle && r.comparison == "given" && levels[i] == middleGiven:
					was += OneBit // it agreed with the other's middle name
				}
			}
			less := *a
			r.remove(&less)
			switch after := w.Sum(Reference(w.Comparisons, &less, b)); {
			case was > 0 && after > before:
				t.Errorf("%s agreed, and without it the sum is %v after %v", r.comparison, after, before)
			case was <= 0 && after < before:
				t.Errorf("%s did not agree, and without it the sum is %v after %v", r.comparison, after, before)
			}
		}
	})
}
