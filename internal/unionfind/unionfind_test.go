package unionfind

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

// plain relabels the whole larger-labelled set at each union.
type plain []uint32

func (p plain) union(a, b uint32) bool {
	la, lb := p[a], p[b]
	for i, l := range p {
		if l == la || l == lb {
			p[i] = min(la, lb)
		}
	}
	return la != lb
}

func TestSetsEqualPlain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(t, "n")
		s, p := New(n), make(plain, n)
		for i := range p {
			p[i] = uint32(i)
		}
		id := rapid.Uint32Range(0, uint32(n-1))
		for range rapid.IntRange(0, 60).Draw(t, "edges") {
			a, b := id.Draw(t, "a"), id.Draw(t, "b")
			assert.Equal(t, p.union(a, b), s.Union(a, b))
		}
		for i := range uint32(n) {
			assert.Equal(t, p[i], s.Find(i))
		}
		assert.Equal(t, []uint32(p), s.Labels())
		assert.Equal(t, n, s.Len())
	})
}

func TestEmpty(t *testing.T) {
	assert.Empty(t, New(0).Labels())
}

func TestLabelsOfALongChain(t *testing.T) {
	const n = 100_000
	s := New(n)
	for i := uint32(n - 1); i > 0; i-- {
		assert.True(t, s.Union(i, i-1))
	}
	for _, l := range s.Labels() {
		if l != 0 {
			t.Fatalf("label %d in one chain", l)
		}
	}
}

func BenchmarkUnion(b *testing.B) {
	const n = 1 << 20
	r := rand.New(rand.NewPCG(1, 2))
	edges := make([][2]uint32, n)
	for i := range edges {
		edges[i] = [2]uint32{r.Uint32N(n), r.Uint32N(n)}
	}
	b.ReportAllocs()
	for b.Loop() {
		s := New(n)
		for _, e := range edges {
			s.Union(e[0], e[1])
		}
		s.Labels()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/edge")
}
