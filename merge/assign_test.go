package merge

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// bestByTrial is the most weight of any matching, by trying all.
func bestByTrial(edges []Edge) int64 {
	if len(edges) == 0 {
		return 0
	}
	best := bestByTrial(edges[1:])
	first := edges[0]
	rest := slices.DeleteFunc(slices.Clone(edges[1:]), func(e Edge) bool { return e.A == first.A || e.B == first.B })
	return max(best, int64(first.Weight)+bestByTrial(rest))
}

// bestByMatrix is the same by the Hungarian method over a whole matrix, as
// textbooks have it: squared, where staying alone costs nothing.
func bestByMatrix(edges []Edge, left, right int) int64 {
	n := left + right
	cost := make([][]int64, n+1)
	for i := range cost {
		cost[i] = make([]int64, n+1)
	}
	for _, e := range edges {
		cost[e.A+1][e.B+1] = min(cost[e.A+1][e.B+1], -int64(e.Weight))
	}
	const far = int64(1) << 60
	u, v, p, way := make([]int64, n+1), make([]int64, n+1), make([]int, n+1), make([]int, n+1)
	for i := 1; i <= n; i++ {
		p[0] = i
		j0 := 0
		least, used := slices.Repeat([]int64{far}, n+1), make([]bool, n+1)
		for p[j0] != 0 {
			used[j0] = true
			i0, delta, j1 := p[j0], far, 0
			for j := 1; j <= n; j++ {
				if used[j] {
					continue
				}
				if c := cost[i0][j] - u[i0] - v[j]; c < least[j] {
					least[j], way[j] = c, j0
				}
				if least[j] < delta {
					delta, j1 = least[j], j
				}
			}
			for j := range n + 1 {
				if used[j] {
					u[p[j]] += delta
					v[j] -= delta
				} else {
					least[j] -= delta
				}
			}
			j0 = j1
		}
		for j0 != 0 {
			p[j0] = p[way[j0]]
			j0 = way[j0]
		}
	}
	sum := int64(0)
	for j := 1; j <= n; j++ {
		sum -= cost[p[j]][j]
	}
	return sum
}

// weigh adds up chosen edges and holds them to be a matching.
func weigh(t require.TestingT, edges []Edge, chosen []int) int64 {
	sum := int64(0)
	left, right := map[uint32]bool{}, map[uint32]bool{}
	for _, i := range chosen {
		e := edges[i]
		require.False(t, left[e.A] || right[e.B], "a row twice")
		require.Positive(t, e.Weight)
		left[e.A], right[e.B] = true, true
		sum += int64(e.Weight)
	}
	require.True(t, slices.IsSorted(chosen))
	return sum
}

func drawEdges(t *rapid.T, left, right, most int, weights *rapid.Generator[int32]) []Edge {
	n := rapid.IntRange(0, most).Draw(t, "edges")
	edges := make([]Edge, n)
	for i := range edges {
		edges[i] = Edge{uint32(rapid.IntRange(0, left-1).Draw(t, "a")), uint32(rapid.IntRange(0, right-1).Draw(t, "b")), weights.Draw(t, "weight")}
	}
	return edges
}

// drawWeights has many ties, and weights that are never chosen.
var drawWeights = rapid.OneOf(rapid.Int32Range(-2, 6), rapid.Int32Range(1, 40_000))

func TestAssignIsOptimal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		edges := drawEdges(t, 5, 5, 12, drawWeights)
		want := bestByTrial(slices.DeleteFunc(slices.Clone(edges), func(e Edge) bool { return e.Weight <= 0 }))
		require.Equal(t, want, weigh(t, edges, Assign(edges)))
	})
}

func TestAssignAgainstMatrix(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		left, right := rapid.IntRange(1, 25).Draw(t, "left"), rapid.IntRange(1, 25).Draw(t, "right")
		edges := drawEdges(t, left, right, 200, drawWeights)
		require.Equal(t, bestByMatrix(edges, left, right), weigh(t, edges, Assign(edges)))
	})
}

// FuzzAssign reads edges from bytes, three each.
func FuzzAssign(f *testing.F) {
	f.Add([]byte{0, 0, 9, 0, 1, 5, 1, 0, 6})
	f.Fuzz(func(t *testing.T, data []byte) {
		var edges []Edge
		for ; len(data) >= 3 && len(edges) < 100; data = data[3:] {
			edges = append(edges, Edge{uint32(data[0] % 12), uint32(data[1] % 12), int32(int8(data[2]))})
		}
		require.Equal(t, bestByMatrix(edges, 12, 12), weigh(t, edges, Assign(edges)))
	})
}

// The choice is a function of the set of edges.
func TestAssignDoesNotDependOnOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		edges := drawEdges(t, 8, 8, 30, rapid.Int32Range(1, 3))
		shuffled := rapid.Permutation(edges).Draw(t, "order")
		pick := func(edges []Edge) []Edge {
			var out []Edge
			for _, i := range Assign(edges) {
				out = append(out, edges[i])
			}
			slices.SortFunc(out, func(x, y Edge) int { return int(x.A) - int(y.A) })
			return out
		}
		require.Equal(t, pick(edges), pick(shuffled))
	})
}

func TestAssignByHand(t *testing.T) {
	for _, tt := range []struct {
		name  string
		edges []Edge
		want  []int
	}{
		{"nothing", nil, nil},
		{"a pair that weighs nothing", []Edge{{0, 0, 0}, {1, 1, -5}}, nil},
		{"the better of two", []Edge{{7, 3, 10}, {7, 9, 12}}, []int{1}},
		{"of equals the smaller row", []Edge{{7, 9, 10}, {7, 3, 10}}, []int{1}},
		{"two together outweigh the best one", []Edge{{0, 0, 10}, {0, 1, 9}, {1, 0, 9}}, []int{1, 2}},
		{"the best one outweighs two", []Edge{{0, 0, 20}, {0, 1, 9}, {1, 0, 9}}, []int{0}},
		{"rows of the sides are numbered apart", []Edge{{5, 5, 1}, {6, 6, 1}}, []int{0, 1}},
		{"an edge twice counts by its best", []Edge{{0, 0, 1}, {0, 0, 3}, {0, 1, 2}}, []int{1}},
	} {
		t.Run(tt.name, func(t *testing.T) { assert.Equal(t, tt.want, Assign(tt.edges)) })
	}
}

// randomLinkage is n records a side, each with its own pair and some others,
// which make a component of many of them.
func randomLinkage(n int) []Edge {
	rng := rand.New(rand.NewPCG(1, 2))
	var edges []Edge
	for i := range uint32(n) {
		edges = append(edges, Edge{i, i, 15_000 + rng.Int32N(5000)})
		for range rng.IntN(4) {
			edges = append(edges, Edge{i, rng.Uint32N(uint32(n)), 1 + rng.Int32N(19_000)})
		}
	}
	return edges
}

// denseLinkage is one block of n records a side that all look alike.
func denseLinkage(n int, spread int32) []Edge {
	rng := rand.New(rand.NewPCG(1, 2))
	var edges []Edge
	for i := range uint32(n) {
		for j := range uint32(n) {
			edges = append(edges, Edge{i, j, 1000 + rng.Int32N(spread)})
		}
	}
	return edges
}

func BenchmarkAssign(b *testing.B) {
	for name, edges := range map[string][]Edge{
		"10k records": randomLinkage(10_000), "1000 x 1000 alike": denseLinkage(1000, 1), "300 x 300 by chance": denseLinkage(300, 1000),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Assign(edges)
			}
			b.ReportMetric(float64(len(edges)*b.N)/b.Elapsed().Seconds(), "edges/s")
		})
	}
}
