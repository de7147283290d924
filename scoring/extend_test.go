package scoring

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/internal/hash"
	"github.com/idem-health/idem/internal/table"
	"github.com/idem-health/idem/match/patient"
)

// A comparer of a table that grows, and whose rows are written anew, compares
// like the plain comparisons, and a frequencer weighs like one made afterwards.
func TestExtendedIsPlain(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	records := randomRecords(rng, 150)
	cs := everyComparison()
	var spec table.Spec
	for _, c := range cs {
		spec.Text = append(spec.Text, c.Fields()...)
	}
	for len(cs) > 0 {
		n := min(8, len(cs))
		extendedIsPlain(t, rng, cs[:n], spec, records)
		cs = cs[n:]
	}
}

func extendedIsPlain(t *testing.T, rng *rand.Rand, cs []Comparison, spec table.Spec, records []patient.Record) {
	g := table.NewGrowing(spec)
	fast, err := NewComparer(cs, g.Table())
	require.NoError(t, err)
	counts := []ValueCount{{hash.String("MARIA"), 50}, {hash.String("SMITH"), 20}, {hash.String("JOSE"), 1}}
	model := &Model{
		Comparisons: []FittedComparison{{Comparison: Given()}, {Comparison: Family()}},
		Frequencies: []Frequency{NewFrequency("given", []bool{true}, counts), NewFrequency("family", []bool{true}, counts)},
	}
	frequencer := NewFrequencer(model, g.Table())
	of := map[uint32]*patient.Normalized{}
	rows := []uint32{}
	for i := range records {
		n, _ := patient.Normalize(&records[i], patient.US())
		if len(rows) > 40 {
			k := rng.IntN(len(rows))
			g.Remove(rows[k])
			rows[k] = rows[len(rows)-1]
			rows = rows[:len(rows)-1]
		}
		row := g.Put(&n)
		fast.Extend()
		frequencer.Extend()
		of[row], rows = &n, append(rows, row)
		for _, other := range rows {
			want := Reference(cs, of[other], &n)
			require.Equal(t, want, fast.Space().AppendLevels(nil, fast.Pattern(other, row)))
			require.Equal(t, NewFrequencer(model, g.Table()).Weights(other, row), frequencer.Weights(other, row))
		}
	}
}
