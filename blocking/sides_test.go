package blocking

import (
	"context"
	"maps"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// With sides the candidates are those of the plain set whose rows are of both,
// each once over any number of shards, by rules and as all pairs.
func TestSidesAgainstSetOfPairs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tab, rows := freeze(rapid.SliceOfN(rapid.Custom(drawPatient), 0, 25).Draw(t, "records"))
		rules := drawRules(t)
		right := rapid.SliceOfN(rapid.Bool(), len(rows), len(rows)).Draw(t, "sides")
		crosses := func(p plainPair, _ uint64) bool { return right[p.i] != right[p.j] }
		all := map[plainPair]uint64{}
		for i := range uint32(len(rows)) {
			for j := i + 1; j < uint32(len(rows)); j++ {
				all[plainPair{i, j}] = ^uint64(0)
			}
		}
		for _, allPairs := range []int64{-1, 1000} {
			want := plainMasks(rows, rules, 6)
			if allPairs > 0 {
				want = maps.Clone(all)
			}
			maps.DeleteFunc(want, func(p plainPair, mask uint64) bool { return !crosses(p, mask) })
			ix, err := Build(context.Background(), tab, rules, Options{MaxBlock: 6, PerRecord: -1, AllPairs: allPairs, Right: right})
			require.NoError(t, err)
			for _, shards := range []int{1, 3} {
				got := map[plainPair]uint64{}
				for shard := range shards {
					require.NoError(t, ix.Each(context.Background(), shard, shards, func(i, j uint32, _ int, mask uint64) bool {
						p := plainPair{i, j}
						require.NotContains(t, got, p, "visited twice")
						require.Less(t, i, j)
						got[p] = mask
						return true
					}))
				}
				require.Equal(t, want, got)
			}
			_, sum := ix.Estimate()
			require.GreaterOrEqual(t, sum, int64(len(want)))
			for i := range uint32(len(rows)) {
				for _, j := range ix.Neighbors(nil, i) {
					require.Contains(t, want, plainPair{min(i, j), max(i, j)})
				}
			}
			report, err := ix.Analyze(context.Background(), make([]int32, len(rows))) // one person
			require.NoError(t, err)
			require.Equal(t, int64(len(want)), report.Found)
			require.Equal(t, ix.allPairs(), report.TruePairs)
		}
	})
}

func TestSidesOfAnotherTable(t *testing.T) {
	tab, _ := freeze(nil)
	_, err := Build(context.Background(), tab, nil, Options{Right: []bool{true}})
	require.ErrorContains(t, err, "the sides of 1 rows")
}
