package scoring

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Caps give way where the model is sure and every one of them has a proof; never
// a veto, a conflict, or a cap that nothing lifts.
func TestProofsLiftCaps(t *testing.T) {
	cs := IISComparisons()
	p, err := IISPolicy().Compile(cs)
	require.NoError(t, err)
	sure := WeightOf(.9995)
	names := map[string]string{"given": "exact", "family": "exact", "birth_date": "exact", "sex": "exact"}
	for _, c := range []struct {
		name   string
		levels map[string]string
		want   Decision
		proof  string
	}{
		{"name and birth date alone", nil, Possible, ""},
		{"moved, the mother agrees", map[string]string{"address": "differs", "guardian": "full"}, Match, "sure-with-other-evidence"},
		{"moved, the middle name agrees", map[string]string{"address": "differs", "middle": "exact"}, Match, "sure-with-other-evidence"},
		{"moved, another mother", map[string]string{"address": "differs", "guardian": "differs", "middle": "exact"}, Possible, ""},
		{"part of the family name, one phone", map[string]string{"family": "part", "phone": "exact"}, Match, "sure-of-family-name"},
		{"part of the family name, nothing else", map[string]string{"family": "part"}, Possible, ""},
		{"one of two given names, one address", map[string]string{"given": "subset", "address": "same"}, Match, "sure-of-given-name"},
		{"one letter off, one address: twins?", map[string]string{"given": "slip", "address": "same"}, Possible, ""},
		{"the other's middle name", map[string]string{"given": "midswap", "address": "same"}, Possible, ""},
		{"another day, one address", map[string]string{"birth_date": "swapped", "address": "same", "phone": "exact"}, Possible, ""},
		{"one of two given names of a twin", map[string]string{"given": "subset", "address": "same", "multiple": "orderless"}, Possible, ""},
		{"another given name", map[string]string{"given": "differs", "address": "same", "phone": "exact"}, No, ""},
		{"two orders of birth", map[string]string{"family": "part", "phone": "exact", "multiple": "conflict"}, No, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			levels := levelsOf(t, cs, names)
			for i, l := range levelsOf(t, cs, c.levels) {
				if l != 0 {
					levels[i] = l
				}
			}
			v := p.Judge(levels)
			assert.Equal(t, c.want, v.ApplyAt(Match, sure))
			assert.Equal(t, v.Apply(Match), v.ApplyAt(Match, sure-1), "not sure enough")
			assert.Equal(t, min(c.want, Possible), v.Apply(Match), "experts who see two records alone")
			reasons := p.Reasons(v.At(sure))
			if c.proof != "" {
				assert.Contains(t, reasons, c.proof)
			} else {
				assert.Equal(t, p.Reasons(v), reasons)
			}
		})
	}
}

// A proof only ever turns possible into match.
func TestProofsOnlyLift(t *testing.T) {
	cs := IISComparisons()
	p, err := IISPolicy().Compile(cs)
	require.NoError(t, err)
	off, err := IISPolicy().With("proof", "off")
	require.NoError(t, err)
	without, err := off.Compile(cs)
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		levels := make(Levels, len(cs))
		for i, c := range cs {
			levels[i] = uint8(rapid.IntRange(0, len(c.Levels())-1).Draw(t, c.Name))
		}
		d := Decision(rapid.IntRange(0, 2).Draw(t, "by weight"))
		w := Weight(rapid.IntRange(-20*1024, 20*1024).Draw(t, "weight"))
		v := p.Judge(levels)
		got, plain := v.ApplyAt(d, w), without.Judge(levels).Apply(d)
		assert.Equal(t, plain, v.Apply(d))
		if got != plain {
			assert.Equal(t, [2]Decision{Possible, Match}, [2]Decision{plain, got})
			assert.Equal(t, Match, d)
			assert.GreaterOrEqual(t, w, WeightOf(.9995))
		}
		assert.Equal(t, got, v.At(w).Apply(d))
		assert.True(t, slices.Equal(v.Fired, v.At(w).Fired[:len(v.Fired)]), "what held is still told")
	})
}

func TestWithoutRule(t *testing.T) {
	p := IISPolicy()
	for _, r := range slices.Clone(p.Rules) {
		_, err := p.Without(r.ID).Compile(IISComparisons())
		assert.NoError(t, err, "%s is lifted by nothing any more", r.ID)
		assert.Len(t, p.Without(r.ID).Rules, len(p.Rules)-1)
	}
	for _, c := range slices.Concat(p.Conflicts.Hard, p.Conflicts.Soft) {
		assert.NotContains(t, p.Without(c.ID).ids(), c.ID)
	}
	assert.Equal(t, IISPolicy(), p, "the policy itself stays")
}
