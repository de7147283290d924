package scoring

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/idem-health/idem/internal/table"
	"github.com/idem-health/idem/match/patient"
)

// A receivedCell is a field as received.
type receivedCell struct{ name, value string }

// unread are marks that a keyboard adds to letters and no comparison reads.
var unread = []string{"\u0301", "\u0308", "\u0327", "\u0323\u0306"}

// writtenOtherwise is a value as another clerk would type it: other white space
// and case, and on letters of names and places some marks.
func writtenOtherwise(rng *rand.Rand, c receivedCell) string {
	lists := strings.Split(c.value, ";")
	for i, v := range lists {
		var s strings.Builder
		s.WriteString(strings.Repeat(" ", rng.IntN(3)))
		for _, r := range v {
			text := string(r)
			if wordy[c.name] {
				switch {
				case r == ' ':
					text = []string{" ", "  ", "\t", "\u00a0"}[rng.IntN(4)]
				case rng.IntN(2) == 0:
					text = strings.ToLower(text)
				case r < 0x80:
					text = strings.ToUpper(text)
				}
				if marked[c.name] && r >= 'A' && r <= 'z' && rng.IntN(4) == 0 {
					text += unread[rng.IntN(len(unread))]
				}
			}
			s.WriteString(text)
		}
		s.WriteString([]string{"", " ", "\t", "  "}[rng.IntN(4)])
		lists[i] = s.String()
	}
	return strings.Join(lists, ";")
}

// marked are fields of names and places, wordy those and others where case and
// the width of spaces are nobody's choice.
var marked, wordy = fieldSets()

func fieldSets() (marked, wordy map[string]bool) {
	marked, wordy = map[string]bool{}, map[string]bool{}
	for _, name := range []string{"given_name", "middle_name", "family_name", "mother_given", "mother_maiden", "guardian_given",
		"guardian_family", "city", "birth_place", "occupation"} {
		marked[name], wordy[name] = true, true
	}
	for _, name := range []string{"sex", "address", "state", "postal_code", "email", "suffix", "birth_facility", "medicaid_id", "mrn"} {
		wordy[name] = true
	}
	return marked, wordy
}

func receivedRecord(cells []receivedCell) patient.Record {
	var r patient.Record
	for _, c := range cells {
		r.SetField(c.name, c.value, "")
	}
	return r
}

func drawCells(t *rapid.T, label string) []receivedCell {
	var cells []receivedCell
	for _, name := range patient.StandardNames() {
		if pool := fastPools[name]; len(pool) > 0 {
			if v := rapid.SampledFrom(pool).Draw(t, label+" "+name); v != "" {
				cells = append(cells, receivedCell{name, v})
			}
		}
	}
	return cells
}

// A decision never flips by white space, case, diacritics, the order of the
// fields or a field that says nothing: the normalised record is the same, and so
// every comparison and decision.
func TestDecisionsAreRobust(t *testing.T) {
	decider, err := NewPairDecider(ShippedIIS(), IISPolicy())
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		cells := [2][]receivedCell{drawCells(t, "a"), drawCells(t, "b")}
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 3))
		var plain, varied [2]patient.Normalized
		for i := range cells {
			r := receivedRecord(cells[i])
			plain[i], _ = patient.Normalize(&r, patient.US())
			other := slices.Clone(cells[i])
			for k := range other {
				other[k].value = writtenOtherwise(rng, other[k])
			}
			rng.Shuffle(len(other), func(a, b int) { other[a], other[b] = other[b], other[a] })
			r = receivedRecord(other)
			r.Attributes = []patient.Attribute{{Name: "shoe size", Value: fmt.Sprint(rng.IntN(50))}, {Name: "note", Value: "SMITH"}}
			varied[i], _ = patient.Normalize(&r, patient.US())
			if x, y := string(plain[i].AppendDigest(nil)), string(varied[i].AppendDigest(nil)); x != y {
				t.Fatalf("%v as %v:\n%+v\n%+v", cells[i], other, plain[i], varied[i])
			}
		}
		want, got := decider.Decide(&plain[0], &plain[1], 1), decider.Decide(&varied[1], &varied[0], 1)
		assert.Equal(t, want, got)
	})
}

// Weights are symmetric to the bit: patterns, alternatives and value frequencies,
// under a fitted model and under the shipped weights.
func TestWeightsAreSymmetric(t *testing.T) {
	records := randomRecords(rand.New(rand.NewPCG(11, 5)), 150)
	cs := GenericComparisons()
	var spec table.Spec
	for _, c := range cs {
		spec.Text = append(spec.Text, c.Fields()...)
	}
	b := table.NewBuilder(spec)
	normalized := make([]patient.Normalized, len(records))
	for i := range records {
		normalized[i], _ = patient.Normalize(&records[i], patient.US())
		b.Add(&normalized[i])
	}
	tab := b.Freeze(nil, 0, nil)
	cs = slices.DeleteFunc(cs, func(c Comparison) bool {
		return !c.Present(func(f patient.Field) bool { return tab.Column(f) != nil })
	})
	comparer, err := NewComparer(cs, tab)
	require.NoError(t, err)
	var pairs Counter
	for i := range uint32(tab.Len()) {
		for j := range i {
			pairs.Add(comparer.Pattern(j, i), 1)
		}
	}
	n := float64(tab.Len())
	m := Train(Training{Comparisons: cs, Space: comparer.Space(), Candidates: pairs.Counts(), Random: pairs.Counts(),
		TotalPairs: n * (n - 1) / 2, RuleUses: make([]uint64, len(cs))})
	for _, name := range []string{"given", "family"} {
		col := tab.Column(map[string]patient.Field{"given": patient.FieldGiven, "family": patient.FieldFamily}[name])
		var counts []ValueCount
		for id := range uint32(col.Dict.Len()) {
			if k := col.Count(id); k > 0 && id != 0 {
				counts = append(counts, ValueCount{Hash: col.Dict.Hash(id), N: int64(k)})
			}
		}
		m.Frequencies = append(m.Frequencies, NewFrequency(name, slices.Repeat([]bool{true}, len(m.Alternatives)), counts))
	}
	scorer, err := NewScorer(m, GenericPolicy())
	require.NoError(t, err)
	frequencer := NewFrequencer(m, tab)
	shipped := ShippedIIS()
	for i := range uint32(tab.Len()) {
		for j := range i {
			p, q := comparer.Pattern(i, j), comparer.Pattern(j, i)
			require.Equal(t, p, q)
			one, two := frequencer.Weights(i, j), frequencer.Weights(j, i)
			require.Equal(t, one, two)
			x, y := scorer.Score(p), scorer.Score(q)
			require.Equal(t, scorer.Weight(&x, one), scorer.Weight(&y, two))
			a, b := &normalized[tab.Origin(int(i))], &normalized[tab.Origin(int(j))]
			require.Equal(t, shipped.Sum(Reference(shipped.Comparisons, a, b)), shipped.Sum(Reference(shipped.Comparisons, b, a)))
		}
	}
}
