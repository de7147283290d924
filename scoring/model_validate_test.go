package scoring

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/match/patient"
)

// smallModel is a model trained on few pairs, with value frequencies.
func smallModel() *Model {
	cs := []Comparison{Given(), BirthDate(), Sex(), Text("city", patient.FieldCity, RoleHousehold)}
	space, err := NewSpace(cs)
	if err != nil {
		panic(err)
	}
	candidates := []PatternCount{
		{Pattern: space.Pattern(Levels{givenDiffers, birthDiffers, plainExact, textDiffers}), Mask: 1, N: 1_500},
		{Pattern: space.Pattern(Levels{givenDiffers, birthDiffers, plainDiffers, textDiffers}), Mask: 1, N: 1_500},
		{Pattern: space.Pattern(Levels{givenExact, birthExact, plainExact, textExact}), Mask: 1, N: 90},
	}
	slices.SortFunc(candidates, func(a, b PatternCount) int { return cmp.Compare(a.Pattern, b.Pattern) })
	m := Train(Training{Comparisons: cs, Space: space, Candidates: candidates, Random: candidates[1:],
		TotalPairs: 3_090, RuleUses: make([]uint64, len(cs))})
	against := make([]bool, len(m.Alternatives))
	against[len(against)-1] = true
	m.Frequencies = []Frequency{NewFrequency("given", against, []ValueCount{{Hash: 7, N: 90}, {Hash: 3, N: 10}, {Hash: math.MaxUint64, N: 1}})}
	m.Cuts = Cuts{EstimatedF1: -OneBit, Precision: .9, Recall: .8}
	return m
}

func TestModelRefusesNonsense(t *testing.T) {
	require.NoError(t, smallModel().Validate())
	last := func(s []Weight) *Weight { return &s[len(s)-1] }
	for _, c := range []struct {
		name, want string
		spoil      func(m *Model)
	}{
		{"no alternatives", "alternatives: 0, want 1 to 4", func(m *Model) { m.Alternatives = nil }},
		{"unknown alternative", `alternatives[0]: unknown name "neighbor", want one of household, heir, namesake, stranger`,
			func(m *Model) { m.Alternatives[0].Name = "neighbor" }},
		{"alternative twice", `alternatives[1]: "stranger" is there twice`, func(m *Model) {
			m.Alternatives[0].Name, m.Alternatives[1].Name = AlternativeStranger, AlternativeStranger
		}},
		{"prior", "the prior is beyond 60 bits", func(m *Model) { m.Alternatives[0].Prior = 2*maxWeight + 1 }},
		{"least prior", "the prior is beyond 60 bits", func(m *Model) { m.Alternatives[0].Prior = math.MinInt32 }},
		{"pairs", "pairs: -1 is no count", func(m *Model) { m.Alternatives[0].Pairs = -1 }},
		{"same pairs", "same_pairs: NaN is no count", func(m *Model) { m.SamePairs = math.NaN() }},
		{"weight", `comparison "given": level "exact": a weight is beyond 30 bits`, func(m *Model) { *last(m.Comparisons[0].Fitted[0].Weights) = -maxWeight - 1 }},
		{"probability", `comparison "given": level "nickname": a probability is not between 0 and 1`, func(m *Model) { m.Comparisons[0].Fitted[1].M = 1.5 }},
		{"frequency's rest", `frequencies[0] of "given": rest: is beyond 30 bits`, func(m *Model) { m.Frequencies[0].Rest = math.MaxInt32 }},
		{"frequency's value", `frequencies[0] of "given": values[2]: the weight is beyond 30 bits`, func(m *Model) { m.Frequencies[0].Values[2].Weight = math.MinInt32 }},
		{"cut", "cuts.estimated_f1: is beyond 64 bits", func(m *Model) { m.Cuts.EstimatedF1 = 64*OneBit + 1 }},
		{"values out of order", `frequencies[0] of "given": values[1]: the hash is not greater than the one before`,
			func(m *Model) { v := m.Frequencies[0].Values; v[0], v[1] = v[1], v[0] }},
		{"value twice", `values[1]: the hash is not greater than the one before`, func(m *Model) { m.Frequencies[0].Values[1].Hash = 3 }},
		{"frequency of another kind", `frequencies[0] of "sex": the comparison is of kind "sex", only given and family have frequencies`,
			func(m *Model) { m.Frequencies[0].Comparison = "sex" }},
		{"frequency of nothing", `frequencies[0] of "team": there is no such comparison`, func(m *Model) { m.Frequencies[0].Comparison = "team" }},
		{"frequency twice", `frequencies[1] of "given": is there twice`, func(m *Model) { m.Frequencies = append(m.Frequencies, m.Frequencies[0]) }},
		{"many frequencies", "frequencies: 3, at most 2", func(m *Model) {
			m.Frequencies = append(m.Frequencies, m.Frequencies[0], m.Frequencies[0])
		}},
		{"flags", "1 flags for ", func(m *Model) { m.Frequencies[0].Against = []bool{true} }},
		{"comparison twice", `comparison "given": is there twice`, func(m *Model) { m.Comparisons = append(m.Comparisons, m.Comparisons[0]) }},
		{"comparison without a name", "comparisons[2]: the name is empty", func(m *Model) { m.Comparisons[2].Name = "" }},
		{"role", `comparison "sex": unknown role "purpose"`, func(m *Model) { m.Comparisons[2].Role = "purpose" }},
		{"field", `comparison "city": unknown field "town"`, func(m *Model) { m.Comparisons[3].Field = "town" }},
		{"no field", `comparison "city": unknown field ""`, func(m *Model) { m.Comparisons[3].Field = "" }},
		{"field of a kind without", `comparison "sex": kind "sex" compares fields of its own, not "city"`,
			func(m *Model) { m.Comparisons[2].Field = patient.FieldCity.String() }},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := smallModel()
			c.spoil(m)
			err := m.Validate()
			require.ErrorContains(t, err, c.want)
			_, err = NewScorer(m, GenericPolicy())
			assert.Error(t, err)
		})
	}
}

func TestParseModelIsStrict(t *testing.T) {
	data := mustJSON(t, smallModel())
	for _, c := range []struct{ name, old, new, want string }{
		{"another case", `"kind":"sex"`, `"Kind":"sex"`, `comparisons[2]: unknown name "Kind"`},
		{"name twice", `"same_pairs":`, `"same_pairs":1,"same_pairs":`, `name "same_pairs" is there twice`},
		{"null", `"kind":"sex"`, `"kind":null`, "comparisons[2].kind: null is no value for it"},
		{"fraction of a weight", `"estimated_f1":-1024`, `"estimated_f1":-0.5`, "cuts.estimated_f1: a JSON number -0.5 is no value for it"},
		{"more than 32 bits", `"estimated_f1":-1024`, `"estimated_f1":99999999999`, "cuts.estimated_f1: a JSON number 99999999999 is no value for it"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ParseModel(replaceOnce(t, data, c.old, c.new))
			assert.ErrorContains(t, err, c.want)
		})
	}
	_, err := ParseModel(append(data, "{}"...))
	assert.ErrorContains(t, err, "something follows the value")
}

// The heaviest model that is valid: no sum overflows and no pair panics.
func TestBoundsKeepSumsWhole(t *testing.T) {
	for _, sign := range []Weight{1, -1} {
		m := smallModel()
		for k := range m.Alternatives {
			bound := sign
			if k%2 == 1 {
				bound = -sign
			}
			m.Alternatives[k].Prior = bound * 2 * maxWeight
			m.Frequencies[0].Against[k] = true
			for c := range m.Comparisons {
				for l := range m.Comparisons[c].Fitted {
					m.Comparisons[c].Fitted[l].Weights[k] = bound * maxWeight
				}
			}
		}
		s, err := NewScorer(m, GenericPolicy())
		require.NoError(t, err)
		scoreAll(s)
	}
}

// scoreAll scores patterns with every level of every comparison.
func scoreAll(s *Scorer) {
	levels := make(Levels, s.Space().Len())
	for l := range uint8(16) {
		for c, spec := range s.Model().Specs() {
			levels[c] = min(l, uint8(len(spec.Levels())-1))
		}
		p := s.Space().Pattern(levels)
		sc := s.Score(p)
		for _, f := range s.Model().Frequencies {
			for _, w := range append([]FrequencyWeight{{Weight: f.Rest}}, f.Values...) {
				s.Weight(&sc, FrequencyWeights{w.Weight, w.Weight})
				s.Explain(p, FrequencyWeights{w.Weight, w.Weight})
			}
		}
	}
	s.Score(math.MaxUint64)
}

// FuzzParseModel: whatever is accepted as a model scores any pattern without a
// panic and is read again from what is written.
func FuzzParseModel(f *testing.F) {
	data, err := json.Marshal(smallModel())
	require.NoError(f, err)
	f.Add(data)
	f.Add([]byte(strings.Replace(string(data), `"rest":`, `"rest":2147483647,"values":[],"x":`, 1)))
	f.Add([]byte(`{"alternatives":[{"name":"stranger","prior":-2147483648}],"comparisons":[{"name":"sex","kind":"sex","role":"person",` +
		`"levels":[{"name":"exact","others":[1],"weights":[1]},{"name":"differs","others":[1],"weights":[-1]}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := ParseModel(data)
		if err != nil {
			return
		}
		again, err := ParseModel(mustJSON(t, m))
		require.NoError(t, err)
		assert.Equal(t, mustJSON(t, m), mustJSON(t, again))
		s, err := NewScorer(m, GenericPolicy())
		if err != nil {
			return // more patterns than a number holds
		}
		scoreAll(s)
	})
}

// Every comparison of the presets has a kind, a role and a field that a model may have.
func TestPresetsAreValid(t *testing.T) {
	for _, c := range append(GenericComparisons(), IISComparisons()...) {
		c.validate(func(format string, args ...any) { t.Errorf(format, args...) })
	}
}
