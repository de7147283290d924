package evaluate

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Against counting one pair after the other.
func TestAcrossAgainstPlainCounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 20).Draw(t, "records")
		truth := rapid.SliceOfN(rapid.Int32Range(-1, 5), n, n).Draw(t, "truth")
		people := rapid.SliceOfN(rapid.Int32Range(-1, 5), n, n).Draw(t, "people")
		right := rapid.SliceOfN(rapid.Bool(), n, n).Draw(t, "sides")
		var clusters, decided Score
		var list []int
		for i := range n {
			if truth[i] < 0 {
				clusters.Unknown++
			}
			for j := range i {
				known, cross := truth[i] >= 0 && truth[j] >= 0, right[i] != right[j]
				same, joined := known && truth[i] == truth[j], people[i] >= 0 && people[i] == people[j]
				if cross && same {
					clusters.Actual++
					decided.Actual++
				}
				if cross && joined && known {
					clusters.Predicted++
					if same {
						clusters.TruePositive++
					}
				}
				if rapid.Bool().Draw(t, "decided") {
					list = append(list, i, j)
					switch {
					case !cross || !known:
						decided.Unknown++
					default:
						decided.Predicted++
						if same {
							decided.TruePositive++
						}
					}
				}
			}
		}
		require.Equal(t, clusters, ClustersAcross(truth, people, right))
		require.Equal(t, decided, PairsAcross(truth, right, pairs(list...)))
	})
}
