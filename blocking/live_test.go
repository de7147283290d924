package blocking

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/idem-health/idem/internal/hash"
	"github.com/idem-health/idem/internal/table"
	"github.com/idem-health/idem/match/patient"
)

var liveSpec = table.Spec{
	Text: []patient.Field{patient.FieldGiven, patient.FieldGivenAlias, patient.FieldFamily, patient.FieldFullName, patient.FieldBirthDate,
		patient.FieldPhone, patient.FieldPostalCode, patient.FieldStreet, patient.FieldCity},
	Key: []patient.Field{patient.FieldMRN, patient.FieldSex, patient.FieldStreetNumber},
}

// After any coming and going of rows the live index makes those pairs candidates
// that an index of the rows that are left does, with the same frozen ladder,
// keys refined, skipped and outgrown among them.
func TestLiveIsBuilt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		training, _ := freeze(rapid.SliceOfN(rapid.Custom(drawPatient), 5, 30).Draw(t, "training"))
		rules := drawRules(t)
		trained, err := Build(context.Background(), training, rules, Options{
			MaxBlock: rapid.IntRange(1, 8).Draw(t, "bound"), PerRecord: -1, AllPairs: -1})
		require.NoError(t, err)
		ladder := trained.Ladder()
		g := table.NewGrowing(liveSpec)
		l, err := NewLive(g.Table(), rules, ladder)
		require.NoError(t, err)
		left := comeAndGo(t, g, l)

		records, row := []*patient.Normalized{}, map[*patient.Normalized]uint32{}
		for r, n := range left {
			records, row[n] = append(records, n), r
		}
		tab, rows := freeze(records)
		ix, err := Build(context.Background(), tab, rules, Options{Frozen: &ladder, AllPairs: -1})
		require.NoError(t, err)
		for i, a := range rows {
			x, _ := l.AppendKeys(nil, row[a])
			for j, b := range rows {
				if i != j {
					y := l.AppendLive(nil, row[b])
					require.Equal(t, ix.Mask(uint32(i), uint32(j)), Shared(l.AppendLive(nil, row[a]), y))
				}
			}
			near := map[uint32]bool{}
			for _, k := range x {
				block, _ := l.AppendBlock(nil, k)
				for _, r := range block {
					near[r] = near[r] || r != row[a]
				}
			}
			delete(near, row[a])
			require.Len(t, near, len(ix.Neighbors(nil, uint32(i))))
		}
	})
}

// comeAndGo puts rows and takes them out again at random.
func comeAndGo(t *rapid.T, g *table.Growing, l *Live) map[uint32]*patient.Normalized {
	rows := map[uint32]*patient.Normalized{}
	enter := func(row uint32, in bool) {
		keys, _ := l.AppendKeys(nil, row)
		for _, k := range keys {
			if in {
				l.Change(k, nil, []uint32{row})
			} else {
				l.Change(k, []uint32{row}, nil)
			}
		}
	}
	for range rapid.IntRange(1, 40).Draw(t, "steps") {
		var there []uint32
		for row := range rows {
			there = append(there, row)
		}
		slices.Sort(there)
		switch what := rapid.IntRange(0, 9).Draw(t, "what"); {
		case what == 0:
			g.Compact()
			require.NoError(t, l.Bind(g.Table()))
		case what < 4 && len(there) > 0:
			row := rapid.SampledFrom(there).Draw(t, "row")
			enter(row, false)
			g.Remove(row)
			delete(rows, row)
		default:
			n := drawPatient(t)
			row := g.Put(n)
			l.Extend()
			enter(row, true)
			rows[row] = n
		}
	}
	return rows
}

// The compact map of keys to rows is a map of sets.
func TestPostingsAgainstMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var p postings
		want := map[uint64][]uint32{}
		pool := rapid.IntRange(1, 40).Draw(t, "keys")
		for step := range rapid.IntRange(1, 300).Draw(t, "steps") {
			key := hash.Mix(uint64(rapid.IntRange(0, pool).Draw(t, "key")), 1)
			have := want[key]
			var out, in []uint32
			if len(have) > 0 && rapid.IntRange(0, 2).Draw(t, "take") > 0 {
				out = slices.Clone(have[:rapid.IntRange(1, len(have)).Draw(t, "out")])
			}
			for k := range rapid.IntRange(0, 4).Draw(t, "in") {
				in = append(in, uint32(step*10+k))
			}
			before, after := p.change(key, out, in)
			require.Equal(t, len(have), before)
			want[key] = append(slices.Clone(have[len(out):]), in...)
			require.Equal(t, len(want[key]), after)
			if len(want[key]) == 0 {
				delete(want, key)
			}
		}
		require.Equal(t, len(want), p.used)
		for key, rows := range want {
			got, n := p.appendRows(nil, key, 1<<20)
			require.Equal(t, len(rows), n)
			require.ElementsMatch(t, rows, got)
			_, n = p.appendRows(nil, key, n-1)
			require.Equal(t, len(rows), n)
		}
	})
}

// Nothing is left of rows that are gone, however they came and went.
func TestPostingsDoNotLeak(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	var p postings
	var after int64
	for round := range 6 {
		for i := range uint32(20_000) {
			p.change(hash.Mix(uint64(rng.IntN(3000)), 1), nil, []uint32{i})
		}
		for key := range uint64(3000) {
			k := hash.Mix(key, 1)
			rows, _ := p.appendRows(nil, k, 1<<20)
			p.change(k, rows, nil)
		}
		require.Zero(t, p.used)
		if round == 2 {
			after = p.bytes()
		}
	}
	assert.LessOrEqual(t, p.bytes(), after*5/4)
}

func BenchmarkLiveKeys(b *testing.B) {
	g := table.NewGrowing(liveSpec)
	rules := []Rule{
		{Name: "1", Keys: columns([]string{"family:soundex", "birth_date"})}, {Name: "2", Keys: columns([]string{"given", "family"})},
		{Name: "3", Keys: columns([]string{"phone"})}, {Name: "4", Keys: columns([]string{"street", "postal_code"})},
	}
	ladder, err := DefaultLadder(rules)
	require.NoError(b, err)
	l, err := NewLive(g.Table(), rules, ladder)
	require.NoError(b, err)
	for i := range 1000 {
		g.Put(&patient.Normalized{Given: fmt.Sprint("G", i%50), Family: fmt.Sprint("F", i%200), Birth: patient.Date{Year: 2000, Month: 1, Day: uint8(1 + i%28)}})
		l.Extend()
	}
	var keys []BlockKey
	for i := uint32(0); b.Loop(); i++ {
		keys, _ = l.AppendKeys(keys[:0], i%1000)
	}
}
