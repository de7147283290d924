package scoring

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/idem-health/idem/match/patient"
)

// A made-up world of pairs: class sizes and the chance of each level.
var trueM = map[string][]float64{
	"given":      {0, .85, .01, 0, 0, 0, 0, .06, .01, 0, 0, .01, .01, .01, .04},
	"birth_date": {0, .93, .01, .01, .03, 0, 0, .01, 0, 0, 0, .01},
	"sex":        {0, .99, .01},
	"city":       {0, .80, .03, .02, .15},
}

var trueU = map[string][]float64{
	"given":      {0, .004, .002, 0, 0, 0, 0, .002, 0, 0, 0, .002, .02, .09, .88},
	"birth_date": {0, .0001, .0001, .0001, .0005, .003, .003, .003, .0033, .02, .3, .6669},
	"sex":        {0, .5, .5},
	"city":       {0, .05, .01, .02, .92},
}

func draw(rng *rand.Rand, p []float64) uint8 {
	x := rng.Float64()
	for l, q := range p {
		if x -= q; x < 0 {
			return uint8(l)
		}
	}
	return uint8(len(p) - 1)
}

func madeUpWorld(same, others int) Training {
	cs := []Comparison{Given(), BirthDate(), Sex(), Text("city", patient.FieldCity, RoleHousehold)}
	space, err := NewSpace(cs)
	if err != nil {
		panic(err)
	}
	rng := rand.New(rand.NewPCG(7, 7))
	var candidates, random Counter
	pair := func(p map[string][]float64) Pattern {
		levels := make(Levels, len(cs))
		for i, c := range cs {
			levels[i] = draw(rng, p[c.Name])
		}
		return space.Pattern(levels)
	}
	for range same {
		candidates.Add(pair(trueM), 1)
	}
	for range others {
		candidates.Add(pair(trueU), 1)
	}
	for range 300_000 {
		random.Add(pair(trueU), 0)
	}
	return Training{
		Comparisons: cs, Space: space, Candidates: candidates.Counts(), Random: random.Counts(),
		TotalPairs: float64(same + others), RuleUses: make([]uint64, len(cs)),
	}
}

func TestTrainFindsTheTruth(t *testing.T) {
	m := Train(madeUpWorld(20_000, 400_000))
	require.NoError(t, m.Validate())
	assert.InEpsilon(t, 20_000, m.SamePairs, .03)
	for _, c := range m.Comparisons {
		for l, fitted := range c.Fitted {
			assert.InDelta(t, trueM[c.Name][l+1], fitted.M, .015, "m of %s %s", c.Name, fitted.Name)
			stranger := fitted.Others[len(fitted.Others)-1]
			assert.InDelta(t, trueU[c.Name][l+1], stranger, .005, "u of %s %s", c.Name, fitted.Name)
		}
	}
}

func TestTrainIsDeterministic(t *testing.T) {
	world := madeUpWorld(2_000, 20_000)
	assert.Equal(t, Train(world), Train(world))
}

func TestTrainGuardsAgainstTwinsTakingOver(t *testing.T) {
	m := Train(madeUpWorld(0, 100_000))
	for _, c := range m.Comparisons {
		last := c.Fitted[len(c.Fitted)-1]
		switch c.Kind {
		case KindGiven:
			assert.LessOrEqual(t, last.M, .20+1e-9)
		case KindBirthDate:
			assert.LessOrEqual(t, last.M, .08+1e-9)
		}
	}
	assert.Less(t, m.SamePairs, 200.0, "a file without duplicates has no same-person pairs to speak of")
}

func TestTwoClassBaselineHasOneAlternative(t *testing.T) {
	world := madeUpWorld(2_000, 20_000)
	world.TwoClasses = true
	m := Train(world)
	require.Len(t, m.Alternatives, 1)
	assert.Equal(t, AlternativeStranger, m.Alternatives[0].Name)
}

// Law 7: the parts of an explanation sum exactly to the weight.
func TestExplanationAddsUp(t *testing.T) {
	world := madeUpWorld(5_000, 50_000)
	m := Train(world)
	m.Frequencies = []Frequency{NewFrequency("given", []bool{true, false, true, true}, []ValueCount{{Hash: 1, N: 90}, {Hash: 2, N: 10}})}
	s, err := NewScorer(m, GenericPolicy())
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		p := world.Space.Pattern(drawLevels(t, world.Comparisons))
		freq := FrequencyWeights{Weight(rapid.Int32Range(-8000, 8000).Draw(t, "frequency"))}
		e := s.Explain(p, freq)
		var sum Weight
		for _, part := range e.Parts {
			sum += part.Weight
		}
		assert.Equal(t, e.Weight, sum)
		sc := s.Score(p)
		assert.Equal(t, s.Weight(&sc, freq), e.Weight)
	})
}

// Law 2 in the model: a missing value weighs nothing against any alternative.
func TestMissingWeighsNothing(t *testing.T) {
	world := madeUpWorld(5_000, 50_000)
	s, err := NewScorer(Train(world), GenericPolicy())
	require.NoError(t, err)
	none := s.Score(0)
	for k, alt := range s.Model().Alternatives {
		assert.Equal(t, alt.Prior, none.Against[k])
	}
}

func TestCacheIsTheScorer(t *testing.T) {
	world := madeUpWorld(5_000, 50_000)
	s, err := NewScorer(Train(world), GenericPolicy())
	require.NoError(t, err)
	cache := s.NewCache()
	for range 2 {
		for _, c := range world.Candidates {
			assert.Equal(t, s.Score(c.Pattern), *cache.Get(c.Pattern))
		}
	}
}

func TestCutMaximisesEstimatedF1(t *testing.T) {
	var h Histogram
	for w := -40; w <= 40; w++ {
		for range 1000 / (1 + abs(w)) {
			h.Add(Weight(w) * OneBit / 2)
		}
	}
	cuts := h.Cuts()
	f1 := func(cut Weight) float64 {
		p, r := h.Estimate(cut)
		return 2 * p * r / (p + r)
	}
	best := f1(cuts.EstimatedF1)
	for c := -2 * OneBit; c < 20*OneBit; c += OneBit / histogramBins {
		assert.LessOrEqual(t, f1(c), best+1e-12)
	}
	assert.False(t, math.IsNaN(best))
}

func abs(x int) int { return max(x, -x) }

func TestFrequencyWeighsRareValuesMore(t *testing.T) {
	f := NewFrequency("family", []bool{true}, []ValueCount{{Hash: 1, N: 50}, {Hash: 2, N: 49}, {Hash: 3, N: 1}})
	assert.Greater(t, f.Weight(3), 5*OneBit)
	assert.Less(t, f.Weight(1), Weight(0))
	assert.Equal(t, f.Weight(3), f.Weight(99), "a value never seen weighs as one seen once")
}

func TestModelRoundTripsAndRefusesUnknownNames(t *testing.T) {
	m := Train(madeUpWorld(2_000, 20_000))
	data := mustJSON(t, m)
	again, err := ParseModel(data)
	require.NoError(t, err)
	assert.Equal(t, m, again)

	for _, c := range []struct{ name, old, new, want string }{
		{"unknown member", `"same_pairs"`, `"same_pears"`, "same_pears"},
		{"unknown kind", `"kind":"sex"`, `"kind":"gender"`, `unknown kind "gender"`},
		{"unknown level", `"name":"swapped"`, `"name":"swopped"`, `"swopped"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ParseModel(replaceOnce(t, data, c.old, c.new))
			assert.ErrorContains(t, err, c.want)
		})
	}
	m.Comparisons[1].Fitted = m.Comparisons[1].Fitted[:3]
	assert.ErrorContains(t, m.Validate(), "untrained")
}

// Law 2: taking away a value that agreed exactly never raises the weight
// against a stranger, taking away one that plainly differed never lowers it.
func TestRemovingAValueIsOrderly(t *testing.T) {
	world := madeUpWorld(3_000, 60_000)
	m := Train(world)
	stranger := len(m.Alternatives) - 1
	against := make([]bool, len(m.Alternatives))
	against[stranger] = true
	common := NewFrequency("given", against, []ValueCount{{Hash: 1, N: 960_000}, {Hash: 2, N: 1}})
	m.AddFrequency(common)
	common = m.Frequencies[0]
	s, err := NewScorer(m, GenericPolicy())
	require.NoError(t, err)
	weigh := func(levels Levels, freq FrequencyWeights) Weight {
		sc := s.Score(world.Space.Pattern(levels))
		return s.against(&sc, freq, stranger)
	}
	rapid.Check(t, func(t *rapid.T) {
		levels := drawLevels(t, world.Comparisons)
		c := rapid.IntRange(0, len(levels)-1).Draw(t, "comparison")
		without := append(Levels(nil), levels...)
		without[c] = 0
		freq := FrequencyWeights{common.Weight(rapid.Uint64Range(1, 2).Draw(t, "value"))}
		before, after := weigh(levels, freq), weigh(without, freq)
		switch int(levels[c]) {
		case 1:
			assert.LessOrEqual(t, after, before)
		case len(world.Comparisons[c].Levels()) - 1:
			assert.GreaterOrEqual(t, after, before)
		}
	})
}

// The same where a value silences another, or lets it say less: without it the
// other speaks up, but never louder.
func TestRemovingAValueThatSilencesIsOrderly(t *testing.T) {
	cs := []Comparison{Given(), Family(), PostalCode(), Text("city", patient.FieldCity, RoleHousehold), Exact("state", patient.FieldState, RoleHousehold)}
	space, err := NewSpace(cs)
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		// Files of a few pairs of any kind: the fit must keep the law, whatever it learns.
		var candidates, random Counter
		settle := func(levels Levels) Levels {
			newInterplay(cs).settle(levels)
			return levels
		}
		for range rapid.IntRange(1, 6).Draw(t, "patterns") {
			n := rapid.Int64Range(1, 500).Draw(t, "pairs")
			candidates.add(space.Pattern(settle(drawLevels(t, cs))), 1, n)
			random.add(space.Pattern(settle(drawLevels(t, cs))), 0, n)
		}
		m := Train(Training{Comparisons: cs, Space: space, Candidates: candidates.Counts(), Random: random.Counts(),
			TotalPairs: 100_000, RuleUses: make([]uint64, len(cs))})
		stranger := len(m.Alternatives) - 1
		against := make([]bool, len(m.Alternatives))
		against[stranger] = true
		for _, name := range []string{"given", "family"} {
			m.AddFrequency(NewFrequency(name, against, []ValueCount{{Hash: 1, N: 960_000}, {Hash: 2, N: 1}}))
		}
		s, err := NewScorer(m, GenericPolicy())
		require.NoError(t, err)
		common := FrequencyWeights{m.Frequencies[0].Weight(1), m.Frequencies[1].Weight(1)}
		weigh := func(levels Levels) Weight {
			sc := s.Score(space.Pattern(settle(levels)))
			return s.against(&sc, common, stranger)
		}
		levels := drawLevels(t, cs)
		c := rapid.IntRange(0, len(levels)-1).Draw(t, "comparison")
		without := append(Levels(nil), levels...)
		without[c] = 0
		level := int(levels[c])
		if c == 0 && level == int(givenSwap) { // speaks for the family name too
			return
		}
		before, after := weigh(levels), weigh(without)
		switch level {
		case 1:
			assert.LessOrEqual(t, after, before)
		case len(cs[c].Levels()) - 1:
			assert.GreaterOrEqual(t, after, before)
		}
	})
}

// Law 2, the minimum evidence: under generic no pair is a match on fewer than
// two agreeing comparisons, whatever was taken away and whatever it weighs.
func TestOneAgreementIsNoMatch(t *testing.T) {
	cs := GenericComparisons()
	policy, err := GenericPolicy().Compile(cs)
	require.NoError(t, err)
	conditions := agreements(cs)
	rapid.Check(t, func(t *rapid.T) {
		levels := make(Levels, len(cs))
		for range rapid.IntRange(0, 4).Draw(t, "values") {
			c := rapid.IntRange(0, len(cs)-1).Draw(t, "comparison")
			levels[c] = uint8(rapid.IntRange(0, len(cs[c].Levels())-1).Draw(t, "level"))
		}
		agreeing := 0
		for i := range conditions {
			for c := range cs {
				if cs[c].Name == conditions[i].Level.Of {
					name := cs[c].Levels()[levels[c]]
					for _, in := range conditions[i].Level.In {
						if in == name {
							agreeing++
						}
					}
				}
			}
		}
		if agreeing < 2 {
			assert.NotEqual(t, Match, policy.Judge(levels).Apply(Match))
		}
	})
}

// A small file whose every second record has a slip in the given name: the
// household must not take the pairs, though it could explain each of them.
func TestSlipsAreNoHousehold(t *testing.T) {
	cs := []Comparison{Given(), Family(), BirthDate(), Sex(), Phone()}
	space, err := NewSpace(cs)
	require.NoError(t, err)
	var candidates, random Counter
	rng := rand.New(rand.NewPCG(3, 4))
	slips := space.Pattern(Levels{givenSlip, familyExact, birthExact, plainExact, nearExact})
	for range 100 {
		candidates.Add(slips, 1)
	}
	for range 19_800 {
		levels := Levels{draw(rng, trueU["given"]), familyDiffers, draw(rng, trueU["birth_date"]), draw(rng, trueU["sex"]), nearDiffers}
		candidates.Add(space.Pattern(levels), 1)
		random.Add(space.Pattern(levels), 1)
	}
	m := Train(Training{Comparisons: cs, Space: space, Candidates: candidates.Counts(), Random: random.Counts(),
		TotalPairs: 19_900, RuleUses: make([]uint64, len(cs))})
	assert.InDelta(t, 100, m.SamePairs, 10)
	s, err := NewScorer(m, GenericPolicy())
	require.NoError(t, err)
	assert.Greater(t, s.Score(slips).Weight, 3*OneBit)
}
