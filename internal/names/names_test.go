package names

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestLikeMap holds the table against a map of strings, over additions and
// removals.
func TestLikeMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table, plain := &Table{}, map[[2]string]uint32{}
		source := rapid.SampledFrom([]string{"", "a", "clinic"})
		id := rapid.OneOf(rapid.StringMatching(`[0-9a-f]{0,2}`), rapid.StringMatching(`x{100,300}`))
		for range rapid.IntRange(0, 300).Draw(t, "steps") {
			s, i := source.Draw(t, "source"), id.Draw(t, "id")
			known, has := plain[[2]string{s, i}]
			n, ok := table.Find(s, i)
			require.Equal(t, has, ok)
			if has {
				require.Equal(t, known, n)
			}
			if rapid.Bool().Draw(t, "add") {
				n, added := table.Add(s, i)
				require.Equal(t, !has, added)
				for other, m := range plain {
					require.Equal(t, other == [2]string{s, i}, m == n)
				}
				plain[[2]string{s, i}] = n
			} else if has {
				table.Remove(known)
				require.False(t, table.Used(known))
				delete(plain, [2]string{s, i})
			}
			require.Equal(t, len(plain), table.Len())
		}
		for _, table := range []*Table{table, table.Clone()} {
			for name, n := range plain {
				s, i := table.Name(n)
				require.Equal(t, name, [2]string{s, i})
				got, ok := table.Find(s, i)
				require.True(t, ok)
				require.Equal(t, n, got)
				require.True(t, table.Used(n))
			}
		}
	})
}

// TestRemovedNamesLeaveMemory fills and empties a table over and over: neither
// its arena nor its numbers grow for it, and texts that were given out stay.
func TestRemovedNamesLeaveMemory(t *testing.T) {
	var table Table
	kept, _ := table.Add("a", "kept")
	_, text := table.Name(kept)
	for round := range 50 {
		var all []uint32
		for i := range 1000 {
			n, added := table.Add("a", fmt.Sprintf("record %d of round %d", i, round))
			require.True(t, added)
			all = append(all, n)
		}
		for _, n := range all {
			table.Remove(n)
		}
	}
	require.Equal(t, 1, table.Len())
	require.LessOrEqual(t, table.Cap(), 1001)
	require.Less(t, table.Bytes(), int64(300_000))
	require.Equal(t, "kept", text)
	_, id := table.Name(kept)
	require.Equal(t, "kept", id)
}

// TestBytesPerName holds what the package says a name takes.
func TestBytesPerName(t *testing.T) {
	var table Table
	const n, size = 100_000, 12
	for i := range n {
		table.Add("source", fmt.Sprintf("id%010d", i))
	}
	require.Less(t, float64(table.Bytes())/n, float64(size+18))
	require.Zero(t, testing.AllocsPerRun(100, func() {
		k, _ := table.Find("source", "id0000000077")
		table.Name(k)
	}))
}
