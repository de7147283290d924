package evaluate

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func pairs(list ...int) iter.Seq2[int, int] {
	return func(yield func(int, int) bool) {
		for i := 0; i+1 < len(list); i += 2 {
			if !yield(list[i], list[i+1]) {
				return
			}
		}
	}
}

func TestPairs(t *testing.T) {
	for _, c := range []struct {
		name                  string
		truth                 []int32
		pairs                 []int
		want                  Score
		precision, recall, f1 float64
	}{
		{"nothing at all", nil, nil, Score{}, 1, 1, 1},
		{"nothing to find, nothing found", []int32{1, 2, 3}, nil, Score{}, 1, 1, 1},
		{"nothing found", []int32{1, 1}, nil, Score{Actual: 1}, 1, 0, 0},
		{"found, either way round", []int32{7, 7, 3, 3}, []int{1, 0, 2, 3}, Score{TruePositive: 2, Predicted: 2, Actual: 2}, 1, 1, 1},
		{"one of three pairs of a person, and a wrong one", []int32{5, 5, 5, 6}, []int{0, 1, 0, 3}, Score{TruePositive: 1, Predicted: 2, Actual: 3}, .5, 1. / 3, .4},
		{"only wrong ones", []int32{1, 2}, []int{0, 1}, Score{Predicted: 1}, 0, 1, 0},
		{"truth unknown", []int32{1, -1, 1, -1}, []int{0, 1, 1, 3, 0, 2}, Score{TruePositive: 1, Predicted: 1, Actual: 1, Unknown: 2}, 1, 1, 1},
		{"no such record, and a record with itself", []int32{1, 1}, []int{0, 2, -1, 0, 1, 1}, Score{Actual: 1, Unknown: 3}, 1, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := Pairs(c.truth, pairs(c.pairs...))
			assert.Equal(t, c.want, s)
			assert.InDelta(t, c.precision, s.Precision(), 1e-12)
			assert.InDelta(t, c.recall, s.Recall(), 1e-12)
			assert.InDelta(t, c.f1, s.F1(), 1e-12)
			assert.Equal(t, s.Predicted, s.TruePositive+s.FalsePositive())
			assert.Equal(t, s.Actual, s.TruePositive+s.FalseNegative())
		})
	}
}

func TestClusters(t *testing.T) {
	for _, c := range []struct {
		name          string
		truth, people []int32
		want          Score
	}{
		{"nothing", nil, nil, Score{}},
		{"exact, other numbers", []int32{1, 1, 2, 2, 2}, []int32{9, 9, 4, 4, 4}, Score{TruePositive: 4, Predicted: 4, Actual: 4}},
		{"one person too many", []int32{1, 1, 1}, []int32{0, 0, 2}, Score{TruePositive: 1, Predicted: 1, Actual: 3}},
		{"two people in one", []int32{1, 1, 2}, []int32{0, 0, 0}, Score{TruePositive: 1, Predicted: 3, Actual: 1}},
		{"truth unknown: left out on both sides", []int32{-1, 1, 1, -1}, []int32{0, 0, 0, 0}, Score{TruePositive: 1, Predicted: 1, Actual: 1, Unknown: 2}},
		{"nobody assigned", []int32{1, 1, 1}, []int32{-1, -1}, Score{Actual: 3}},
	} {
		t.Run(c.name, func(t *testing.T) { assert.Equal(t, c.want, Clusters(c.truth, c.people)) })
	}
}

// The plain twin looks at every pair.
func TestClustersEqualPlain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		person := rapid.Int32Range(-1, 6)
		truth := rapid.SliceOfN(person, 0, 30).Draw(t, "truth")
		people := rapid.SliceOfN(person, 0, 30).Draw(t, "people")
		before := fmt.Sprint(truth, people)
		var want Score
		var predicted []int
		for i, ti := range truth {
			if ti < 0 {
				want.Unknown++
				continue
			}
			for j := range i {
				if truth[j] < 0 {
					continue
				}
				together := i < len(people) && people[i] >= 0 && people[i] == people[j]
				if together {
					want.Predicted++
					predicted = append(predicted, i, j)
				}
				if ti == truth[j] {
					want.Actual++
					if together {
						want.TruePositive++
					}
				}
			}
		}
		require.Equal(t, want, Clusters(truth, people))
		want.Unknown = 0
		require.Equal(t, want, Pairs(truth, pairs(predicted...)))
		require.Equal(t, before, fmt.Sprint(truth, people))
	})
}

func ExampleClusters() {
	truth := []int32{0, 0, 0, 1, 1}
	people := []int32{10, 10, 11, 12, 12}
	s := Clusters(truth, people)
	fmt.Printf("precision %.2f recall %.2f F1 %.2f\n", s.Precision(), s.Recall(), s.F1())
	// Output: precision 1.00 recall 0.50 F1 0.67
}

func BenchmarkClusters(b *testing.B) {
	const n = 1 << 20
	r := rand.New(rand.NewPCG(1, 2))
	truth, people := make([]int32, n), make([]int32, n)
	for i := range truth {
		truth[i] = r.Int32N(n / 2)
		people[i] = truth[i]
	}
	for b.Loop() {
		Clusters(truth, people)
	}
}
