package table

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/idem-health/idem/match/patient"
)

// A table whose rows come and go, and that is compacted now and then, holds of
// each row what plain lists do, and so do the transforms that grow with it.
func TestGrowingAgainstPlainLists(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var spec Spec
		for _, f := range fields {
			if rapid.Bool().Draw(t, "text") {
				spec.Text = append(spec.Text, f)
			} else {
				spec.Key = append(spec.Key, f)
			}
		}
		g := NewGrowing(spec)
		rows := map[uint32]*patient.Normalized{}
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			live := make([]uint32, 0, len(rows))
			for row := range rows {
				live = append(live, row)
			}
			slices.Sort(live)
			switch what := rapid.IntRange(0, 9).Draw(t, "what"); {
			case what == 0:
				g.Compact()
			case what < 4 && len(live) > 0:
				row := rapid.SampledFrom(live).Draw(t, "row")
				g.Remove(row)
				delete(rows, row)
			default:
				n := drawRecord(t)
				row := g.Put(n)
				require.NotContains(t, rows, row)
				rows[row] = n
			}
		}
		require.Equal(t, len(rows), g.Live())
		for row, n := range rows {
			checkRow(t, g.Table(), int(row), n)
		}
	})
}

func TestDerivedGrows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := newDict()
		values := rapid.SliceOfN(rapid.StringMatching(`[A-Z]{1,4}( [A-Z]{1,4}){0,2}`), 0, 20).Draw(t, "values")
		col := patient.Column{Field: patient.FieldFullName, Transform: "token"}
		grown := d.Transform(col.AppendKeys)
		for i, v := range values {
			d.intern(v)
			if i%3 == 0 {
				grown.Extend(d, col.AppendKeys)
			}
		}
		grown.Extend(d, col.AppendKeys)
		whole := d.Transform(col.AppendKeys)
		for id := range uint32(d.Len()) {
			require.Equal(t, whole.First(id), grown.First(id))
			require.Equal(t, append([]uint64{}, whole.Keys(id)...), append([]uint64{}, grown.Keys(id)...))
		}
	})
}

// Values and words that no row uses are not kept for ever.
func TestGrowingForgets(t *testing.T) {
	g := NewGrowing(Spec{Text: []patient.Field{patient.FieldFamily, patient.FieldPhone}})
	for i := range 200_000 {
		row := g.Put(&patient.Normalized{Family: fmt.Sprintf("NAME %d", i), Phones: []string{"1", "2"}})
		g.Remove(row)
		if g.Stale() {
			g.Compact()
		}
	}
	assert.LessOrEqual(t, g.Values(), minStale+10)
	assert.LessOrEqual(t, len(g.Table().side), 2*minStale+10)
	assert.Equal(t, 1, g.Table().Len())
}
