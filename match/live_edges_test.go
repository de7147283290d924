package match

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestEdgeArenaLikeSlices holds the arena's lists against plain ones.
func TestEdgeArenaLikeSlices(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var arena edgeArena
		var at [5]uint32
		var plain [5][]edge
		for range rapid.IntRange(0, 300).Draw(t, "steps") {
			k := rapid.IntRange(0, len(at)-1).Draw(t, "list")
			switch rapid.IntRange(0, 9).Draw(t, "what") {
			case 0:
				arena.drop(at[k])
				at[k], plain[k] = 0, nil
			case 1, 2:
				than := rapid.Uint32Range(0, 100).Draw(t, "than")
				at[k] = arena.keep(at[k], func(e edge) bool { return e.row < than })
				plain[k] = slices.DeleteFunc(plain[k], func(e edge) bool { return e.row >= than })
			default:
				weight, kind := rapid.Int32Range(-64*30*1024, 64*30*1024).Draw(t, "weight"), edgeKind(rapid.IntRange(0, 15).Draw(t, "kind"))
				e := newEdge(rapid.Uint32Range(0, 100).Draw(t, "row"), weight, kind)
				require.Equal(t, weight, e.weight())
				require.Equal(t, kind, e.kind())
				at[k] = arena.add(at[k], e)
				plain[k] = append(plain[k], e)
			}
			for k := range at {
				require.Equal(t, append([]edge{}, plain[k]...), append([]edge{}, arena.list(at[k])...))
			}
		}
	})
}
