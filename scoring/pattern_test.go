package scoring

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func drawLevels(t *rapid.T, cs []Comparison) Levels {
	levels := make(Levels, len(cs))
	for i, c := range cs {
		levels[i] = uint8(rapid.IntRange(0, len(c.Levels())-1).Draw(t, c.Name))
	}
	return levels
}

func TestPatternHoldsItsLevels(t *testing.T) {
	for _, cs := range [][]Comparison{GenericComparisons(), IISComparisons()} {
		space, err := NewSpace(cs)
		require.NoError(t, err)
		rapid.Check(t, func(t *rapid.T) {
			levels := drawLevels(t, cs)
			p := space.Pattern(levels)
			assert.Equal(t, levels, space.AppendLevels(nil, p))
			for c, l := range levels {
				assert.Equal(t, l, space.Level(p, c))
			}
		})
	}
}

func TestSpaceRefusesMoreThan64Bits(t *testing.T) {
	var cs []Comparison
	for range 30 {
		cs = append(cs, Given())
	}
	_, err := NewSpace(cs)
	assert.ErrorContains(t, err, "2^64")
	_, err = NewSpace([]Comparison{{Name: "odd", Kind: "no such kind"}})
	assert.ErrorContains(t, err, "odd")
}

func TestCounterCountsLikeAMap(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	type key struct{ pattern, mask uint64 }
	want := map[key]int64{}
	var a, b Counter
	for range 50_000 {
		k := key{rng.Uint64N(2000), rng.Uint64N(3)}
		want[k]++
		if rng.Uint64N(2) == 0 {
			a.Add(k.pattern, k.mask)
		} else {
			b.Add(k.pattern, k.mask)
		}
	}
	a.Merge(&b)
	counts := a.Counts()
	require.Len(t, counts, len(want))
	for i, c := range counts {
		assert.Equal(t, want[key{c.Pattern, c.Mask}], c.N)
		if i > 0 {
			before := counts[i-1]
			assert.True(t, before.Pattern < c.Pattern || before.Pattern == c.Pattern && before.Mask < c.Mask)
		}
	}
}

func TestCombineIsTheSumOfOdds(t *testing.T) {
	table := log1pTable()
	rapid.Check(t, func(t *rapid.T) {
		a := Weight(rapid.Int32Range(-60*1024, 60*1024).Draw(t, "a"))
		b := Weight(rapid.Int32Range(-60*1024, 60*1024).Draw(t, "b"))
		want := -math.Log2(math.Exp2(-a.Bits()) + math.Exp2(-b.Bits()))
		assert.InDelta(t, want, combine(table, a, b).Bits(), 1.0/1024)
		assert.Equal(t, combine(table, a, b), combine(table, b, a))
	})
}

func TestWeightOfProbability(t *testing.T) {
	for _, p := range []float64{.001, .1, .5, .9, .999} {
		assert.InDelta(t, p, WeightOf(p).Probability(), 1e-4)
	}
	assert.Equal(t, 2*maxWeight, WeightOf(1))
	assert.Equal(t, -2*maxWeight, WeightOf(0))
}
