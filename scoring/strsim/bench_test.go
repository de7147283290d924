package strsim

import (
	"testing"

	"github.com/antzucaro/matchr"
)

// benchPairs are 4,096 pairs of surnames of 6 to 12 letters, strangers and near
// copies in turn.
func benchPairs(b *testing.B) (pairs [4096][2]string) {
	i := 0
	namePairs(b, 40_000, func(x, y string) {
		if i < len(pairs) && len(x) >= 6 && len(x) <= 12 && len(y) >= 6 && len(y) <= 12 && isASCII(y) {
			pairs[i] = [2]string{x, y}
			i++
		}
	})
	return pairs
}

var sink float64

// versus times ours and matchr's on the same pairs in one run, and reports the
// ratio with ours. No benchmark is a test: targets are in the comments.
func versus(b *testing.B, ours, theirs func(x, y string) float64) {
	pairs := benchPairs(b)
	run := func(b *testing.B, f func(x, y string) float64) float64 {
		b.ReportAllocs()
		i, sum := 0, 0.0
		for b.Loop() {
			p := &pairs[i%len(pairs)]
			sum += f(p[0], p[1])
			i++
		}
		sink = sum
		return float64(b.Elapsed().Nanoseconds()) / float64(b.N)
	}
	var peer float64
	b.Run("matchr", func(b *testing.B) { peer = run(b, theirs) })
	b.Run("strsim", func(b *testing.B) {
		own := run(b, ours)
		if peer > 0 {
			b.ReportMetric(peer/own, "times_faster")
		}
	})
}

// Target: 80 ns and 3 times matchr.
func BenchmarkJaroWinkler(b *testing.B) {
	versus(b, JaroWinkler, func(x, y string) float64 { return matchr.JaroWinkler(x, y, false) })
}

// Target: 65 ns and 8 times matchr.
func BenchmarkLevenshtein(b *testing.B) {
	versus(b, func(x, y string) float64 { return float64(Levenshtein(x, y)) },
		func(x, y string) float64 { return float64(matchr.Levenshtein(x, y)) })
}

// Target: 65 ns and 8 times matchr.
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
