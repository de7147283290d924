package strsim

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/antzucaro/matchr"
)

// benchPairs are pairs of surnames of 6 to 12 letters: a quarter neighbours in
// sort order, a quarter strangers, half near copies. They are so many that the
// branch predictor cannot learn them by heart, which it does with 4,096, and lie
// in memory one after the other, so that not its latency is measured.
func benchPairs(b *testing.B) (pairs [][2]string) {
	var all strings.Builder
	namePairs(b, 60_000, func(x, y string) {
		if len(x) >= 6 && len(x) <= 12 && len(y) >= 6 && len(y) <= 12 && isASCII(y) {
			pairs = append(pairs, [2]string{x, y})
			all.WriteString(x + y)
		}
	})
	rest := all.String()
	for i, p := range pairs {
		x, y := len(p[0]), len(p[0])+len(p[1])
		pairs[i] = [2]string{rest[:x], rest[x:y]}
		rest = rest[y:]
	}
	return pairs
}

var sink float64

// versus times ours and matchr's in turn, round by round over the same pairs, and
// reports the quickest round of each: the machine disturbs no round for less than
// nothing. The benchmark's own time and allocations are ours alone, for a round.
func versus(b *testing.B, ours, theirs func(x, y string) float64) {
	pairs := benchPairs(b)
	round := func(f func(x, y string) float64) float64 {
		start := time.Now()
		sum := 0.0
		for i := range pairs {
			sum += f(pairs[i][0], pairs[i][1])
		}
		sink = sum
		return float64(time.Since(start).Nanoseconds()) / float64(len(pairs))
	}
	own, peer := math.Inf(1), math.Inf(1)
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		peer = min(peer, round(theirs))
		b.StartTimer()
		own = min(own, round(ours))
	}
	b.ReportMetric(own, "ns/pair")
	b.ReportMetric(peer, "matchr-ns/pair")
	b.ReportMetric(peer/own, "times-faster")
}

// Target: 80 ns and 3 times matchr. Measured 43 ns and 2.9 times on a Zen 4, where
// matchr takes 125 ns, half of what it took on the Xeon the target was set on. Sorting
// the pairs by length saves 6 ns of ours: loop ends that are not predicted.
func BenchmarkJaroWinkler(b *testing.B) {
	versus(b, JaroWinkler, func(x, y string) float64 { return matchr.JaroWinkler(x, y, false) })
}

// Target: 65 ns and 8 times matchr. Measured 39 ns and 10 times.
func BenchmarkLevenshtein(b *testing.B) {
	versus(b, func(x, y string) float64 { return float64(Levenshtein(x, y)) },
		func(x, y string) float64 { return float64(matchr.Levenshtein(x, y)) })
}

// Target: 65 ns and 8 times matchr. Measured 43 ns and 9 times.
func BenchmarkOSA(b *testing.B) {
	versus(b, func(x, y string) float64 { return float64(OSA(x, y)) },
		func(x, y string) float64 { return float64(matchr.OSA(x, y)) })
}

func BenchmarkAtLeast(b *testing.B) {
	pairs := benchPairs(b)
	i, n := 0, 0
	for b.Loop() {
		p := &pairs[i%len(pairs)]
		if JaroWinklerAtLeast(p[0], p[1], 920) {
			n++
		}
		i++
	}
}

func BenchmarkOSAWithin1(b *testing.B) {
	pairs := benchPairs(b)
	i, n := 0, 0
	for b.Loop() {
		p := &pairs[i%len(pairs)]
		if OSAWithin(p[0], p[1], 1) {
			n++
		}
		i++
	}
}

func BenchmarkMayReach(b *testing.B) {
	pairs := benchPairs(b)
	type signed struct {
		a, b   Signature
		ha, hb uint32
	}
	all := make([]signed, len(pairs))
	for i, p := range pairs {
		all[i] = signed{Sign(p[0]), Sign(p[1]), Head(p[0]), Head(p[1])}
	}
	cut := NewJWCut(700)
	i, n := 0, 0
	for b.Loop() {
		s := &all[i%len(all)]
		if cut.MayReach(s.a, s.b, CommonHead(s.ha, s.hb)) {
			n++
		}
		i++
	}
}

func BenchmarkSign(b *testing.B) {
	pairs := benchPairs(b)
	i := 0
	var s Signature
	for b.Loop() {
		s ^= Sign(pairs[i%len(pairs)][0])
		i++
	}
}

// BenchmarkLong and BenchmarkRunes are the other paths: 40 letters, and accents.
func BenchmarkLong(b *testing.B) {
	for b.Loop() {
		JaroWinkler("WOLFESCHLEGELSTEINHAUSENBERGERDORFFRANCIS", "WOLFESCHLEGELSTIENHAUSENBERGERDORFFRANCES")
	}
}

func BenchmarkRunes(b *testing.B) {
	for b.Loop() {
		JaroWinkler("GARCÍA MUÑOZ", "GARCÍA MUÑIZ")
	}
}
