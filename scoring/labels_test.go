package scoring

import (
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// panelLabels are the pairs of the expert panels as labels. S-n and D-n share
// their first patient, and so a group.
func panelLabels(t testing.TB, pairs []*labelledPair, panel string) LabelTraining {
	t.Helper()
	training := LabelTraining{Policy: IISPolicy()}
	for _, p := range pairs {
		label := p.Expect
		if panel == "C" {
			label = p.ExpectC
		}
		training.Pairs = append(training.Pairs, LabelledPair{
			Levels: PairLevels(IISComparisons(), &p.a, &p.b, p.Candidates),
			Expect: outcome(t, label),
			Group:  strconv.Itoa(p.testNumber(t)),
		})
	}
	return training
}

// TestTrainedOnExpertPanels holds the trained figures, cross-validated, and what
// a hundred labels reach.
func TestTrainedOnExpertPanels(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long and has nothing for the race detector")
	}
	pairs := readPairs(t, "aira/pairs.jsonl.gz")
	for _, c := range []struct {
		panel          string
		least, hundred float64
	}{{"A", .985, .96}, {"C", .965, .95}} {
		t.Run(c.panel, func(t *testing.T) {
			training := panelLabels(t, pairs, c.panel)
			w, err := TrainLabels(training)
			require.NoError(t, err)
			got := w.Report.Trained
			t.Logf("trained %.4f, default %.4f\n%v", got.Agreement(), w.Report.Default.Agreement(), got)
			assert.False(t, w.Report.KeptDefault)
			assert.Equal(t, 2017, got.Total())
			assert.GreaterOrEqual(t, got.Agreement(), c.least)
			assert.Zero(t, got[No][Match], "two persons matched")
			assert.Zero(t, got[Match][No], "one person missed")
			assert.LessOrEqual(t, float64(got[Possible][Match]), .06*float64(w.Report.Labels[Possible]))

			curve, err := LabelCurve(training, []int{25, 50, 100, 200, 400}, 8)
			require.NoError(t, err)
			for _, p := range curve {
				t.Logf("%+v", p)
				assert.Zero(t, p.FalseMatches, "of %d labels", p.Labels)
			}
			assert.GreaterOrEqual(t, curve[2].Agreement, c.hundred)
		})
	}
}

// madeUpLabels are pairs of made-up comparison vectors, most levels agreeing or
// missing, labelled by the shipped weights; a share of the labels is wrong.
func madeUpLabels(seed uint64, n int, wrong float64) LabelTraining {
	rng := rand.New(rand.NewPCG(seed, 3))
	training := LabelTraining{Policy: IISPolicy()}
	d, err := NewPairDecider(ShippedIIS(), training.Policy)
	if err != nil {
		panic(err)
	}
	cs := IISComparisons()
	for i := range n {
		levels := make(Levels, len(cs))
		for j, c := range cs {
			switch r := rng.IntN(10); {
			case c.Role == RolePolicy || r < 3:
			case r < 8-2*(i%3):
				levels[j] = 1
			default:
				levels[j] = uint8(rng.IntN(len(c.Levels())))
			}
		}
		newInterplay(cs).settle(levels)
		label := d.decide(levels).Decision
		if rng.Float64() < wrong {
			label = Decision(rng.IntN(3))
		}
		training.Pairs = append(training.Pairs, LabelledPair{Levels: levels, Expect: label, Group: strconv.Itoa(i / 2)})
	}
	return training
}

func TestOrderOfLabelsDoesNotMatter(t *testing.T) {
	training := madeUpLabels(1, 300, .1)
	training.Folds = 3
	first, err := TrainLabels(training)
	require.NoError(t, err)
	want, err := first.JSON()
	require.NoError(t, err)
	for seed := range uint64(4) {
		rng := rand.New(rand.NewPCG(seed, 5))
		rng.Shuffle(len(training.Pairs), func(i, j int) {
			training.Pairs[i], training.Pairs[j] = training.Pairs[j], training.Pairs[i]
		})
		again, err := TrainLabels(training)
		require.NoError(t, err)
		got, err := again.JSON()
		require.NoError(t, err)
		assert.Equal(t, string(want), string(got), "seed %d", seed)
	}
}

// perverse labels say that whoever shares an identifier is not one person.
func perverseLabels(seed uint64) LabelTraining {
	training := madeUpLabels(seed, 240, 0)
	for i, c := range IISComparisons() {
		if c.Role != RoleIdentifier {
			continue
		}
		for j := range training.Pairs {
			if p := &training.Pairs[j]; p.Levels[i] == 1 && j%2 == 0 {
				p.Expect = No
			}
		}
	}
	return training
}

// TestSignsHold: whatever the labels say, agreement never weighs below 0 and
// disagreement never above.
func TestSignsHold(t *testing.T) {
	for seed := range uint64(4) {
		task, err := newLabelTask(perverseLabels(seed))
		require.NoError(t, err)
		w, err := task.fit(task.items)
		require.NoError(t, err)
		require.NoError(t, w.Validate(), "which checks the sign of every weight")
		moved := 0
		for _, c := range w.Comparisons {
			for l, level := range c.Levels {
				sign := labelSignOf(c.Comparison, uint8(l+1))
				assert.True(t, sign.allows(level.Possible) && sign.allows(level.Match), "%s %s", c.Name, level.Name)
				if c.Neutral(uint8(l + 1)) {
					assert.Zero(t, level.OrdinalWeight, "%s %s", c.Name, level.Name)
				}
				if level.Match != 0 {
					moved++
				}
			}
		}
		assert.Greater(t, moved, 20, "there is something to constrain")
	}
}

// TestAgreeingIdentifierNeverLowers: whatever the labels say, an identifier that
// comes to agree lowers neither sum.
func TestAgreeingIdentifierNeverLowers(t *testing.T) {
	var deciders []*LabelledDecider
	for seed := range uint64(3) {
		task, err := newLabelTask(perverseLabels(seed))
		require.NoError(t, err)
		w, err := task.fit(task.items)
		require.NoError(t, err)
		w.UnnamedByDefault = seed%2 == 0
		d, err := NewLabelledDecider(w)
		require.NoError(t, err)
		deciders = append(deciders, d)
	}
	cs := IISComparisons()
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.SampledFrom(deciders).Draw(t, "decider")
		levels := drawLevels(t, cs)
		before := d.Sums(levels)
		for i, c := range cs {
			if c.Role != RoleIdentifier {
				continue
			}
			agree := slices.Clone(levels)
			agree[i] = 1
			after := d.Sums(agree)
			if after.Possible < before.Possible || after.Match < before.Match {
				t.Errorf("%s agrees, and %v becomes %v", c.Name, before, after)
			}
		}
	})
}

// TestUnnamedBetween: a pair without a given name is decided no lower than if
// the names differed, and no higher than if they agreed.
func TestUnnamedBetween(t *testing.T) {
	w, err := TrainLabels(madeUpLabels(1, 300, .05))
	require.NoError(t, err)
	w.UnnamedByDefault = true
	d, err := NewLabelledDecider(w)
	require.NoError(t, err)
	cs := IISComparisons()
	rapid.Check(t, func(t *rapid.T) {
		levels := drawLevels(t, cs)
		levels[0] = 0
		missing := d.DecideLevels(levels)
		levels = slices.Clone(levels)
		levels[0] = givenExact
		agree := d.DecideLevels(levels)
		if missing.Decision > agree.Decision || missing.Weight > agree.Weight {
			t.Errorf("%v without given names, %v when they agree", missing, agree)
		}
	})
}

// TestLogitIsAtItsMinimum checks the conditions of optimality of every weight:
// no slope where it is free, and where it is held, none that leads inside.
func TestLogitIsAtItsMinimum(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	for range 20 {
		g := &logit{}
		const parameters = 9
		for range parameters {
			g.signs = append(g.signs, labelSign(rng.IntN(3)-1))
			g.prior = append(g.prior, g.signs[len(g.signs)-1].bound(rng.NormFloat64()))
			g.penalty = append(g.penalty, .3)
		}
		g.penalty[parameters-1], g.signs[parameters-1] = 0, eitherWay
		for range 60 {
			r := logitRow{n: float64(1 + rng.IntN(4))}
			r.yes = float64(rng.IntN(int(r.n) + 1))
			for p := range int32(parameters) {
				if p == parameters-1 || rng.IntN(2) == 0 {
					r.active = append(r.active, p)
				}
			}
			g.rows = append(g.rows, r)
		}
		w := g.fit()
		for p := range w {
			slope := g.penalty[p] * (w[p] - g.prior[p])
			for _, r := range g.rows {
				if !slices.Contains(r.active, int32(p)) {
					continue
				}
				sum := 0.0
				for _, q := range r.active {
					sum += w[q]
				}
				slope += r.n/(1+math.Exp(-sum)) - r.yes
			}
			switch held := w[p] == 0 && g.signs[p] != eitherWay; {
			case !held:
				assert.InDelta(t, 0, slope, 1e-3)
			default:
				assert.GreaterOrEqual(t, slope*float64(g.signs[p]), -1e-3)
			}
		}
	}
}

// TestDefaultInLabelledForm: the default in the form of labelled weights decides
// as the default does.
func TestDefaultInLabelledForm(t *testing.T) {
	for _, p := range presets(t) {
		w := defaultLabelled(ShippedIIS(), p)
		d, err := NewLabelledDecider(w)
		require.NoError(t, err)
		plain, err := NewPairDecider(ShippedIIS(), p)
		require.NoError(t, err)
		rapid.Check(t, func(t *rapid.T) {
			levels := drawLevels(t, IISComparisons())
			want, got := plain.decide(levels), d.DecideLevels(levels)
			if want.Decision != got.Decision || !slices.Equal(want.Reasons, got.Reasons) {
				t.Errorf("%v %v, not %v %v", got.Decision, got.Reasons, want.Decision, want.Reasons)
			}
		})
	}
}

// TestNeverWorseThanTheDefault: labels that the default gives are not learnt
// from, since nothing does better.
func TestNeverWorseThanTheDefault(t *testing.T) {
	for seed := range uint64(3) {
		training := madeUpLabels(seed, 240, 0)
		training.Folds = 3
		w, err := TrainLabels(training)
		require.NoError(t, err)
		assert.Equal(t, 1.0, w.Report.Default.Agreement())
		require.Less(t, w.Report.Trained.Agreement(), 1.0)
		assert.True(t, w.Report.KeptDefault)
		assert.Equal(t, defaultLabelled(ShippedIIS(), IISPolicy()).Comparisons, w.Comparisons)
	}
}

func TestTooFewLabels(t *testing.T) {
	training := madeUpLabels(1, 300, 0)
	training.Pairs = slices.DeleteFunc(training.Pairs, func(p LabelledPair) bool { return p.Expect == Possible })
	_, err := TrainLabels(training)
	require.ErrorIs(t, err, ErrTooFewLabels)
	assert.ErrorContains(t, err, "0 possible")
	assert.ErrorContains(t, err, "at least 20 of each are needed")

	training = madeUpLabels(1, 300, 0)
	for i := range training.Pairs {
		training.Pairs[i].Group = "one"
	}
	_, err = TrainLabels(training)
	assert.ErrorContains(t, err, "of 1 groups that share no record")

	training.Pairs[7].Levels = training.Pairs[7].Levels[1:]
	_, err = TrainLabels(training)
	assert.ErrorContains(t, err, "labelled pair 8: 21 levels for 22 comparisons")
	training = madeUpLabels(1, 300, 0)
	training.Pairs[3].Levels[4] = 9
	_, err = TrainLabels(training)
	assert.ErrorContains(t, err, `labelled pair 4: comparison "sex" has no level 9`)
	_, err = LabelCurve(madeUpLabels(1, 300, 0), []int{300}, 8)
	assert.ErrorContains(t, err, "8 draws of 300 of 300 pairs")
}

// TestRulesThatLabelsContradict: a rule stays unless labels speak against it, and
// what they reject by review is not matched.
func TestRulesThatLabelsContradict(t *testing.T) {
	all := []string{"floor", "cap", "veto"}
	for _, c := range []struct {
		name  string
		fires [3]int // no, possible, match
		stay  []string
	}{
		{"no label", [3]int{}, all},
		{"all no", [3]int{30, 0, 0}, []string{"cap", "veto"}},
		{"all possible", [3]int{0, 30, 0}, []string{"floor", "cap"}},
		{"all match", [3]int{0, 0, 30}, []string{"floor"}},
		{"one slip of a label in fifty", [3]int{49, 0, 1}, []string{"cap", "veto"}},
		{"one in forty", [3]int{39, 0, 1}, nil},
	} {
		var stay []string
		for _, effect := range all {
			if stays(Effect(effect), c.fires) {
				stay = append(stay, effect)
			}
		}
		assert.Equal(t, c.stay, stay, c.name)
	}

	training := madeUpLabels(2, 400, 0)
	d, err := NewPairDecider(ShippedIIS(), training.Policy)
	require.NoError(t, err)
	for i, p := range training.Pairs {
		reasons := d.decide(p.Levels).Reasons
		if slices.Contains(reasons, "family-differs") {
			training.Pairs[i].Expect = Possible
		}
		if slices.Contains(reasons, "middle-conflict") {
			training.Pairs[i].Expect = Match
		}
	}
	task, err := newLabelTask(training)
	require.NoError(t, err)
	w, err := task.fit(task.items)
	require.NoError(t, err)
	assert.Contains(t, w.Contradicted, ContradictedRule{ID: "middle-conflict"})
	i := slices.IndexFunc(w.Contradicted, func(c ContradictedRule) bool { return c.ID == "family-differs" })
	require.GreaterOrEqual(t, i, 0)
	left := w.remaining()
	assert.Len(t, left.Conflicts.Hard, len(training.Policy.Conflicts.Hard))
	assert.False(t, slices.ContainsFunc(left.Rules, func(r Rule) bool { return r.ID == "middle-conflict" }))
	assert.True(t, slices.ContainsFunc(left.Rules, func(r Rule) bool { return r.ID == "activity-after-death" }), "no label speaks of deaths")
}
