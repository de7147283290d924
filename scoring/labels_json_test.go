package scoring

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func trainedJSON(t testing.TB) (*LabelledWeights, []byte) {
	t.Helper()
	training := madeUpLabels(1, 300, .1)
	training.Folds = 3
	w, err := TrainLabels(training)
	require.NoError(t, err)
	data, err := w.JSON()
	require.NoError(t, err)
	return w, data
}

func TestLabelledWeightsAreData(t *testing.T) {
	w, data := trainedJSON(t)
	got, err := ParseLabelledWeights(data)
	require.NoError(t, err)
	assert.Equal(t, w, got)
	assert.True(t, IsLabelledWeights(data))
	assert.False(t, IsLabelledWeights(IISPolicy().JSON()))
	assert.False(t, IsLabelledWeights([]byte("{]")))
}

func TestParseLabelledWeightsSaysWhere(t *testing.T) {
	_, data := trainedJSON(t)
	for _, c := range []struct{ name, old, new, want string }{
		{"unknown name", `"start":`, `"begin":`, `unknown name "begin"`},
		{"unknown kind of file", `"labelled-weights"`, `"weights"`, `kind "weights", format 1`},
		{"unknown version", `"format": 1`, `"format": 2`, `format 2: this version reads`},
		{"unknown kind", `"kind": "given"`, `"kind": "givn"`, `comparison "given": unknown kind "givn"`},
		{"unknown level", `"name": "nickname"`, `"name": "nikname"`, `level "nikname" is unknown or out of place`},
		{"comparison twice", `"name": "middle"`, `"name": "family"`, `comparison "family": is there twice`},
		{"unknown rule", `"id": "middle-conflict"`, `"id": "middle-conflict-2"`, ``},
		{"unknown macro", `"ref": "corroborated"`, `"ref": "corroborate"`, `unknown macro "corroborate"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Contains(t, string(data), c.old)
			_, err := ParseLabelledWeights([]byte(strings.Replace(string(data), c.old, c.new, 1)))
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			assert.ErrorContains(t, err, c.want)
		})
	}
}

func TestLabelledWeightsValidate(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long and has nothing for the race detector")
	}
	for _, c := range []struct {
		name  string
		spoil func(*LabelledWeights)
		want  string
	}{
		{"agreement below 0", func(w *LabelledWeights) { w.Comparisons[0].Levels[0].Match = -1 }, `comparison "given": level "exact" weighs the wrong way`},
		{"disagreement above 0", func(w *LabelledWeights) { w.Comparisons[4].Levels[1].Possible = 1 }, `comparison "sex": level "differs" weighs the wrong way`},
		{"out of bounds", func(w *LabelledWeights) { w.Comparisons[0].Levels[0].Match = 1 << 30 }, "weighs the wrong way"},
		{"start out of bounds", func(w *LabelledWeights) { w.Start.Match = -1 << 30 }, "start: is out of range"},
		{"a fact that weighs", func(w *LabelledWeights) { w.Comparisons[21].Levels[0].Match = 1 }, "is a fact for policies"},
		{"a level without weight", func(w *LabelledWeights) { w.Comparisons[0].Levels = w.Comparisons[0].Levels[:3] }, `level "midswap" has no weight`},
		{"a cross below 0", func(w *LabelledWeights) { w.Crosses[0].Match = -1 }, "weighs less than 0"},
		{"no comparisons", func(w *LabelledWeights) { w.Comparisons = nil }, "no comparisons"},
		{"a rule that is not there", func(w *LabelledWeights) { w.Contradicted = []ContradictedRule{{ID: "x"}} }, `has no rule or soft conflict "x"`},
		{"a floor becomes a cap", func(w *LabelledWeights) { w.Contradicted = []ContradictedRule{{"family-changed", Cap}} }, "only a veto can become anything"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, _ := trainedJSON(t)
			w.Crosses = labelCrosses()
			c.spoil(w)
			assert.ErrorContains(t, w.Validate(), c.want)
			_, err := NewLabelledDecider(w)
			assert.Error(t, err)
		})
	}
}

// TestBindToOtherComparisons: what a model lacks is missing, what the weights do
// not know weighs nothing.
func TestBindToOtherComparisons(t *testing.T) {
	w, _ := trainedJSON(t)
	for _, cs := range [][]Comparison{GenericComparisons(), allComparisons(), {Given(), Family()}, nil} {
		d, err := w.Bind(cs)
		require.NoError(t, err)
		whole, err := NewLabelledDecider(w)
		require.NoError(t, err)
		assert.Equal(t, whole.DecideLevels(make(Levels, len(w.Comparisons))), withLevels(d.DecideLevels(make(Levels, len(cs))), len(w.Comparisons)))
	}
	_, err := w.Bind([]Comparison{{Name: "given", Kind: KindText, Field: "given_name", Role: RoleGiven}})
	assert.ErrorContains(t, err, `comparison "given" is of kind "given" there and "text" here`)
}

func withLevels(d PairDecision, n int) PairDecision {
	d.Levels = make(Levels, n)
	return d
}

func FuzzParseLabelledWeights(f *testing.F) {
	_, data := trainedJSON(f)
	f.Add(data)
	f.Add([]byte(`{"kind": "labelled-weights", "format": 1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		w, err := ParseLabelledWeights(data)
		if err != nil {
			return
		}
		d, err := NewLabelledDecider(w)
		require.NoError(t, err)
		d.DecideLevels(make(Levels, len(w.Comparisons)))
	})
}
