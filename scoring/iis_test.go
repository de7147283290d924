package scoring

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/idem-health/idem/internal/testdata"
	"github.com/idem-health/idem/match/patient"
)

// A labelledPair is one line of a file of pairs.
type labelledPair struct {
	ID         string
	Test       string
	A, B       map[string]string
	Candidates int
	Expect     string
	ExpectC    string `json:"expect_aira_c"`

	a, b patient.Normalized
}

// readPairs reads a file of pairs and normalises it under US, with the shape
// rules off that the file as a whole does not follow.
func readPairs(t testing.TB, name string) []*labelledPair {
	t.Helper()
	var pairs []*labelledPair
	var records []patient.Record
	for lines := bufio.NewScanner(testdata.Open(t, name)); lines.Scan(); {
		p := &labelledPair{Candidates: 1}
		require.NoError(t, json.Unmarshal(lines.Bytes(), p))
		pairs = append(pairs, p)
		records = append(records, recordOf(t, p.A), recordOf(t, p.B))
	}
	profile, notices := patient.US().Calibrate(records)
	for _, n := range notices {
		t.Log(n)
	}
	for i, p := range pairs {
		p.a, _ = patient.Normalize(&records[2*i], profile)
		p.b, _ = patient.Normalize(&records[2*i+1], profile)
	}
	return pairs
}

func recordOf(t testing.TB, fields map[string]string) patient.Record {
	t.Helper()
	var r patient.Record
	for _, column := range slices.Sorted(maps.Keys(fields)) {
		name, ok := patient.Spelling(column)
		require.True(t, ok, "column %s", column)
		require.True(t, r.SetField(name, fields[column], ""), "column %s", column)
	}
	return r
}

func outcome(t testing.TB, label string) Decision {
	t.Helper()
	switch label {
	case "Match", "match":
		return Match
	case "Possible Match", "possible":
		return Possible
	case "Not a Match", "no":
		return No
	}
	require.Fail(t, "unknown label", label)
	return No
}

// A confusion counts decisions by label.
type confusion [3][3]int // [label][decision]

func (c *confusion) agreement() float64 {
	n, right := 0, 0
	for label := range c {
		for d := range c[label] {
			n += c[label][d]
		}
		right += c[label][label]
	}
	return float64(right) / float64(max(n, 1))
}

func (c *confusion) String() string {
	var s strings.Builder
	fmt.Fprintf(&s, "agreement %.4f\n%10s %6s %9s %6s\n", c.agreement(), "", "no", "possible", "match")
	for label := range c {
		fmt.Fprintf(&s, "%10s %6d %9d %6d\n", Decision(label), c[label][No], c[label][Possible], c[label][Match])
	}
	return s.String()
}

// testNumber is the number of a test; S-n and D-n share their first patient.
func (p *labelledPair) testNumber(t testing.TB) int {
	t.Helper()
	name, _, _ := strings.Cut(p.Test, ":")
	_, number, _ := strings.Cut(name, "-")
	n, err := strconv.Atoi(number)
	require.NoError(t, err)
	return n
}

func panelDecider(t testing.TB, w *ShippedWeights, policy string) *PairDecider {
	t.Helper()
	p, err := PolicyByName(policy)
	require.NoError(t, err)
	d, err := NewPairDecider(w, p)
	require.NoError(t, err)
	return d
}

// TestExpertPanels compares the presets with two panels' labels. The rules were
// argued from the odd tests; the even ones say how far they carry.
func TestExpertPanels(t *testing.T) {
	pairs := readPairs(t, "aira/pairs.jsonl.gz")
	require.Len(t, pairs, 2017)
	for _, c := range []struct {
		policy, panel string
		least         float64
	}{
		{"iis", "A", .97},
		{"iis", "C", .93},
		{"aira-a", "A", .98},
		{"aira-c", "C", .96},
	} {
		t.Run(c.policy+" and panel "+c.panel, func(t *testing.T) {
			d := panelDecider(t, ShippedIIS(), c.policy)
			var odd, even, all confusion
			for _, p := range pairs {
				label := outcome(t, p.Expect)
				if c.panel == "C" {
					label = outcome(t, p.ExpectC)
				}
				got := d.Decide(&p.a, &p.b, p.Candidates)
				back := d.Decide(&p.b, &p.a, p.Candidates)
				require.Equal(t, got, back, "%s is not the same backwards", p.Test)
				all[label][got.Decision]++
				if p.testNumber(t)%2 == 1 {
					odd[label][got.Decision]++
				} else {
					even[label][got.Decision]++
				}
				if got.Decision != label && os.Getenv("IDEM_SHOW_PAIRS") != "" {
					t.Log(describe(d, p, label, got))
				}
			}
			t.Logf("odd tests\n%seven tests\n%sall tests\n%s", &odd, &even, &all)
			assert.GreaterOrEqual(t, all.agreement(), c.least)
			assert.GreaterOrEqual(t, even.agreement(), c.least-.005)
			assert.Zero(t, all[No][Match], "two persons matched")
			assert.Zero(t, all[Match][No], "one person missed")
			possible := all[Possible]
			share := float64(possible[Match]) / float64(possible[No]+possible[Possible]+possible[Match])
			t.Logf("possible decided as match: %.4f", share)
			assert.Less(t, share, .11)
		})
	}
}

func describe(d *PairDecider, p *labelledPair, label Decision, got PairDecision) string {
	var s strings.Builder
	fmt.Fprintf(&s, "%s%s: %s, decided %s at %s (%s)", p.Test, p.ID, label, got.Decision, got.Weight-d.weights.Prior, strings.Join(got.Reasons, " "))
	for i, c := range d.weights.Comparisons {
		if got.Levels[i] != 0 {
			fmt.Fprintf(&s, " %s=%s", c.Name, c.Levels()[got.Levels[i]])
		}
	}
	return s.String()
}

// TestWeightsHardlyMatter draws every weight between .8 and 1.2 of itself: the
// rules carry the outcome, so that no figure hangs on a decimal.
func TestWeightsHardlyMatter(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long and has nothing for the race detector")
	}
	pairs := readPairs(t, "aira/pairs.jsonl.gz")
	levels := make([]Levels, len(pairs))
	shipped := panelDecider(t, ShippedIIS(), "iis")
	for i, p := range pairs {
		levels[i] = shipped.Decide(&p.a, &p.b, 1).Levels
	}
	least := 1.0
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 20))
		w := ShippedIIS()
		for _, list := range w.Levels {
			for l := range list {
				list[l] = Weight(float64(list[l]) * (.8 + .4*r.Float64()))
			}
		}
		d := panelDecider(t, w, "iis")
		var all confusion
		for i, p := range pairs {
			all[outcome(t, p.Expect)][d.decide(levels[i]).Decision]++
		}
		assert.Zero(t, all[No][Match], "seed %d: two persons matched", seed)
		assert.GreaterOrEqual(t, all.agreement(), .94, "seed %d", seed)
		least = min(least, all.agreement())
	}
	t.Logf("least agreement of 60 draws: %.4f", least)
}

// TestWorkedPairs decides the worked cases of the domain, in both orders.
func TestWorkedPairs(t *testing.T) {
	pairs := readPairs(t, "newborn/worked_pairs.jsonl")
	require.Len(t, pairs, 68)
	d := panelDecider(t, ShippedIIS(), "iis")
	for _, p := range pairs {
		t.Run(p.ID, func(t *testing.T) {
			want := outcome(t, p.Expect)
			got := d.Decide(&p.a, &p.b, p.Candidates)
			assert.Equal(t, want, got.Decision, describe(d, p, want, got))
			assert.Equal(t, got, d.Decide(&p.b, &p.a, p.Candidates), "backwards")
		})
	}
}

// TestShippedWeightsNameEveryLevel: a level without a weight would silently
// weigh nothing.
func TestShippedWeightsNameEveryLevel(t *testing.T) {
	for _, c := range IISComparisons() {
		named := map[string]bool{}
		for _, l := range iisBits[c.Name] {
			_, ok := c.Level(l.name)
			assert.True(t, ok, "%s has no level %s", c.Name, l.name)
			named[l.name] = true
		}
		for _, level := range c.Levels()[1:] {
			assert.Equal(t, c.Role != RolePolicy, named[level], "%s %s", c.Name, level)
		}
	}
	assert.Len(t, iisBits, len(IISComparisons())-len(PolicyComparisons()))
}

func TestPairDeciderRefusesWrongWeights(t *testing.T) {
	w := ShippedIIS()
	w.Levels[0] = w.Levels[0][1:]
	_, err := NewPairDecider(w, IISPolicy())
	assert.ErrorContains(t, err, `shipped weights of "given": want one for each of 15 levels, 0 for missing`)
	w = ShippedIIS()
	w.Levels = w.Levels[1:]
	_, err = NewPairDecider(w, IISPolicy())
	assert.Error(t, err)
	p := IISPolicy()
	p.Rules[0].When = In("given", "exat")
	_, err = NewPairDecider(ShippedIIS(), p)
	assert.ErrorContains(t, err, `comparison "given" has no level "exat"`)
}

// TestPlaceholderIsNoEvidence: what is made of a placeholder's given name is
// what is made of none, up to the policy's doubts about it.
func TestPlaceholderIsNoEvidence(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawNormalized(t, "a"), drawNormalized(t, "b")
		a.Given, a.Middle = "", ""
		a.Placeholder = patient.Placeholder{Class: patient.Generic, Confidence: patient.Certain}
		without := *a
		without.Placeholder = patient.Placeholder{}
		w := ShippedIIS()
		x, y := Reference(w.Comparisons, a, b), Reference(w.Comparisons, &without, b)
		if w.Sum(x) != w.Sum(y) {
			t.Errorf("%v against %v", w.Sum(x), w.Sum(y))
		}
	})
}

// TestMinimumEvidence: no removal of a value makes a match without a fact
// beyond name, birth date and sex.
func TestMinimumEvidence(t *testing.T) {
	d := panelDecider(t, ShippedIIS(), "iis")
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawNormalized(t, "a"), drawNormalized(t, "b")
		got := d.Decide(a, b, 1)
		if got.Decision != Match {
			return
		}
		facts := 0
		for i, c := range d.weights.Comparisons {
			switch c.Name {
			case "given", "family", "middle", "birth_date", "sex", "suffix", "multiple":
			default:
				if w := d.weights.Levels[i][got.Levels[i]]; w > 0 {
					facts++
				}
			}
		}
		if facts == 0 {
			t.Errorf("a match on name, birth date and sex: %v", got.Levels)
		}
	})
}
