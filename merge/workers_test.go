package merge

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// groupedEvidence is evidence over rows that come in true groups of a size.
func groupedEvidence(size uint32) func(a, b uint32) Evidence {
	return func(a, b uint32) Evidence {
		mix := (uint64(a)<<32 | uint64(b)) * 0x9e3779b97f4a7c15 >> 40
		if a/size == b/size {
			return Evidence{Candidate: mix%8 != 0, Weight: 4000 + int32(mix%6000)}
		}
		return Evidence{Candidate: true, Weight: -9000 + int32(mix%12000)}
	}
}

func TestWorkersGiveTheSame(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const n = 20_000
	evidence := groupedEvidence(3)
	var edges []Edge
	for range 3 * n {
		a := r.Uint32N(n - 8)
		b := a + 1 + r.Uint32N(4)
		if r.IntN(3) == 0 { // no giant component
			continue
		}
		if a/6 == b/6 {
			edges = append(edges, Edge{a, b, evidence(a, b).Weight})
		}
	}
	labels, report := Resolve(n, edges, evidence, Options{})
	require.Greater(t, report.Groups, 1000)
	for _, workers := range []int{2, 7} {
		again, againReport := Resolve(n, edges, evidence, Options{Workers: workers})
		require.Equal(t, labels, again)
		require.Equal(t, report, againReport)
	}
}

func TestPairsAllocateNothing(t *testing.T) {
	const n = 2000
	var edges []Edge
	for i := uint32(0); i < n; i += 2 {
		edges = append(edges, Edge{i, i + 1, 100})
	}
	evidence := groupedEvidence(2)
	o := Options{}.withDefaults()
	p := partition(n, edges, o)
	labels := make([]uint32, n)
	room := make([]Join, 0, 4)
	s := solver{evidence: evidence, clip: o.Clip, nonCandidate: o.NonCandidate, passes: 2, maxTable: maxTable, report: &Report{}}
	assert.Zero(t, testing.AllocsPerRun(3, func() {
		for c := range p.len() {
			s.solve(p, c, labels, room)
		}
	}))
}

func BenchmarkResolvePairs(b *testing.B) {
	const n = 1 << 20
	var edges []Edge
	for i := uint32(0); i < n; i += 2 {
		edges = append(edges, Edge{i, i + 1, int32(i)})
	}
	evidence := groupedEvidence(2)
	b.ReportAllocs()
	for b.Loop() {
		Resolve(n, edges, evidence, Options{})
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(n/2), "ns/pair")
}

func BenchmarkResolveClusters(b *testing.B) {
	const n = 1 << 18
	evidence := groupedEvidence(4)
	var edges []Edge
	for a := uint32(0); a < n; a++ {
		for c := a + 1; c < (a/8+1)*8; c++ {
			if e := evidence(a, c); e.Weight > 0 {
				edges = append(edges, Edge{a, c, e.Weight})
			}
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		Resolve(n, edges, evidence, Options{})
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(edges)), "ns/edge")
}

// One component in which every pair is an edge: of one person, and of groups
// that the evidence keeps apart.
func BenchmarkResolveOneComponent(b *testing.B) {
	for _, c := range []struct {
		rows, size uint32
		all        bool
	}{{1500, 1500, true}, {1500, 5, true}, {10_000, 5, false}} {
		evidence := groupedEvidence(c.size)
		var edges []Edge
		for x := range c.rows {
			for y := x + 1; y < c.rows && (c.all || y < x+40); y++ {
				e := evidence(x, y)
				edges = append(edges, Edge{x, y, e.Weight})
			}
		}
		b.Run(fmt.Sprintf("rows=%d,size=%d,edges=%d", c.rows, c.size, len(edges)), func(b *testing.B) {
			b.ReportAllocs()
			var report Report
			for b.Loop() {
				_, report = Resolve(int(c.rows), edges, evidence, Options{})
			}
			b.ReportMetric(float64(report.Asked), "asked")
			b.ReportMetric(float64(report.Largest), "largest")
		})
	}
}
