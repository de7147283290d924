package peers

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/idem-health/idem/match/evaluate"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// known is a prepared file of records 0, 1, 2 ... of these people.
func known(person ...int32) *Prepared {
	p := &Prepared{Records: len(person), person: person, index: map[string]int32{}}
	for i := range person {
		p.index[fmt.Sprint(i)] = int32(i)
	}
	return p
}

func results(t *testing.T, clusters, pairs string) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, ClustersFile), []byte(clusters), 0o600))
	if pairs != "" {
		require.NoError(t, os.WriteFile(filepath.Join(dir, PairsFile), []byte(pairs), 0o600))
	}
	return dir
}

func TestJudge(t *testing.T) {
	p := known(0, 0, 0, 1, 1, -1)
	const clusters = "cluster_id,record_id\nx,0\nx,1\ny,2\ny,3\nz,4\nz,5\n"
	t.Run("clusters alone", func(t *testing.T) {
		j, err := p.Judge(results(t, clusters, ""))
		require.NoError(t, err)
		assert.Equal(t, Judgement{People: evaluate.Score{TruePositive: 1, Predicted: 2, Actual: 4, Unknown: 1}, Largest: 2}, j)
	})
	t.Run("probabilities", func(t *testing.T) {
		j, err := p.Judge(results(t, clusters, "record_a,record_b,weight,probability\n0,1,,0.99\n1,2,,0.9\n2,3,,0.3\n3,4,,0.2\n"))
		require.NoError(t, err)
		assert.Equal(t, evaluate.Score{TruePositive: 1, Predicted: 1, Actual: 4}, *j.Pairs)
		assert.InDelta(t, 2*3/8.0, *j.OraclePairs, 1e-12, "down to .2")
		assert.InDelta(t, .2, *j.OracleCut, 0)
		assert.InDelta(t, 2*3/7.0, *j.OraclePeople, 1e-12, "0, 1 and 2 are one person at .9")
	})
	t.Run("weights order, where probabilities are all 1", func(t *testing.T) {
		j, err := p.Judge(results(t, clusters, "record_a,record_b,weight,probability\n2,3,50,1\n0,1,80,1\n1,2,70,1\n"))
		require.NoError(t, err)
		assert.InDelta(t, 2*2/6.0, *j.OraclePairs, 1e-12)
	})
	t.Run("decisions", func(t *testing.T) {
		j, err := p.Judge(results(t, clusters, "record_a,record_b,weight,probability,decision\n0,1,3,0.1,match\n1,2,2,0.99,possible\n"))
		require.NoError(t, err)
		assert.Equal(t, evaluate.Score{TruePositive: 1, Predicted: 1, Actual: 4}, *j.Pairs)
		assert.Nil(t, j.OraclePeople, "its people are not components")
	})
	for name, dir := range map[string]string{
		"no clusters":             t.TempDir(),
		"clusters without header": results(t, "0,1\n", ""),
		"another record":          results(t, "record_id,cluster_id\n9,1\n", ""),
		"a pair of another":       results(t, clusters, "record_a,record_b,probability\n0,9,1\n"),
		"a pair without a number": results(t, clusters, "record_a,record_b\n0,1\n"),
		"a ragged file":           results(t, "record_id,cluster_id\n0\n", ""),
	} {
		_, err := p.Judge(dir)
		assert.Error(t, err, name)
	}
}

// TestOracleIsTheBestCut holds the oracle, which joins people as it goes, against
// every cut tried anew.
func TestOracleIsTheBestCut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		person := rapid.SliceOfN(rapid.Int32Range(-1, 3), 2, 12).Draw(t, "person")
		p := known(person...)
		var pairs []scoredPair
		for i := range person {
			for j := range i {
				if rapid.Bool().Draw(t, "pair") {
					weight := float64(rapid.IntRange(0, 6).Draw(t, "weight"))
					pairs = append(pairs, scoredPair{a: int32(j), b: int32(i), order: weight, cut: weight})
				}
			}
		}
		actual := evaluate.Clusters(person, nil).Actual
		got := p.oracle(slices.Clone(pairs), actual)
		var bestPairs, bestPeople float64
		for cut := range 7 {
			kept := slices.DeleteFunc(slices.Clone(pairs), func(x scoredPair) bool { return x.order < float64(cut) })
			if len(kept) == 0 {
				continue
			}
			people := make([]int32, len(person))
			for i := range people {
				people[i] = int32(i)
			}
			for range kept { // as often as there are pairs, so that all meet
				for _, x := range kept {
					least := min(people[x.a], people[x.b])
					people[x.a], people[x.b] = least, least
				}
			}
			pairScore := evaluate.Pairs(person, func(yield func(int, int) bool) {
				for _, x := range kept {
					if !yield(int(x.a), int(x.b)) {
						return
					}
				}
			})
			bestPairs = max(bestPairs, pairScore.F1())
			bestPeople = max(bestPeople, evaluate.Clusters(person, people).F1())
		}
		if actual > 0 {
			assert.InDelta(t, bestPairs, got.pairs, 1e-12)
			assert.InDelta(t, bestPeople, got.people, 1e-12)
		}
	})
}
