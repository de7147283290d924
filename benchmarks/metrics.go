package main

import (
	"fmt"
	"math"
	"math/big"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/antzucaro/matchr"
	"github.com/idem-health/idem/scoring/strsim"
)

// A metricRow is one string metric, ours against matchr's.
type metricRow struct {
	Metric        string         `json:"metric"`
	Ours          float64        `json:"ns"`
	Theirs        float64        `json:"matchr_ns"`
	OurAllocs     int64          `json:"allocs"`
	TheirAllocs   int64          `json:"matchr_allocs"`
	Compared      int            `json:"compared"`
	Disagreements map[string]int `json:"disagreements,omitempty"`
}

// The ways matchr disagrees, each a fault or a choice of its own. What belongs
// to none of them is unexplained, and would be worth a look.
const (
	lastBits    = "last bits of a float"
	digitPrefix = "the prefix ends at a digit"
	boostEdge   = "Jaro is exactly .7 and gets the bonus"
	cutEdge     = "a cut is reached exactly, the float says otherwise"
	firstSwap   = "a swap of the first two letters costs two"
	unexplained = "unexplained"
)

// metricCuts are the similarities at which a level usually begins.
var metricCuts = []strsim.Permille{700, 820, 880, 920}

// namePairs pairs names with their neighbours in sort order, with strangers, and
// with a copy with one slip: as many of each.
func namePairs(names []string, most int) [][2]string {
	names = slices.Clone(names)
	slices.Sort(names)
	names = slices.Compact(names)
	n := len(names)
	if n < 2 {
		return nil
	}
	var pairs [][2]string
	step := max(1, 3*n/most)
	for i := 0; i < n && len(pairs)+3 <= most; i += step {
		name := names[i]
		pairs = append(pairs, [2]string{name, names[(i+1)%n]}, [2]string{name, names[(i+n/2)%n]}, [2]string{name, slip(name, i)})
	}
	return pairs
}

// slip makes a typing error: a swap, a loss, a doubling or another letter, the
// kth by turns.
func slip(name string, k int) string {
	b := []byte(name)
	at := k / 4 % (len(b) - 1)
	switch k % 4 {
	case 0:
		b[at], b[at+1] = b[at+1], b[at]
	case 1:
		b = slices.Delete(b, at, at+1)
	case 2:
		b = slices.Insert(b, at, b[at])
	default:
		b[at] = 'A' + (b[at]+byte(k))%26
	}
	return string(b)
}

// cost is what one call takes, over all pairs in turn.
func cost(pairs [][2]string, metric func(a, b string) float64) (nanoseconds float64, allocs int64) {
	result := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		i, sum := 0, 0.0
		for b.Loop() {
			sum += metric(pairs[i][0], pairs[i][1])
			if i++; i == len(pairs) {
				i = 0
			}
		}
		runtime.KeepAlive(sum)
	})
	return float64(result.T.Nanoseconds()) / float64(result.N), result.AllocsPerOp()
}

// compareMetrics measures ours and matchr's on pairs of names, in this process.
func compareMetrics(pairs [][2]string) []metricRow {
	whole := func(f func(a, b string) int) func(a, b string) float64 {
		return func(a, b string) float64 { return float64(f(a, b)) }
	}
	short := func(f func(a, b string, long bool) float64) func(a, b string) float64 {
		return func(a, b string) float64 { return f(a, b, false) }
	}
	metrics := []struct {
		name         string
		ours, theirs func(a, b string) float64
		class        func(a, b string, ours, theirs float64) []string
	}{
		{"Jaro", strsim.Jaro, matchr.Jaro, floatClass},
		{"Jaro-Winkler", strsim.JaroWinkler, short(matchr.JaroWinkler), winklerClass},
		{"Levenshtein", whole(strsim.Levenshtein), whole(matchr.Levenshtein), editClass},
		{"OSA", whole(strsim.OSA), whole(matchr.OSA), editClass},
	}
	var rows []metricRow
	for _, m := range metrics {
		row := metricRow{Metric: m.name, Compared: len(pairs), Disagreements: map[string]int{}}
		for _, p := range pairs {
			for _, class := range m.class(p[0], p[1], m.ours(p[0], p[1]), m.theirs(p[0], p[1])) {
				row.Disagreements[class]++
			}
		}
		row.Ours, row.OurAllocs = cost(pairs, m.ours)
		row.Theirs, row.TheirAllocs = cost(pairs, m.theirs)
		rows = append(rows, row)
	}
	return rows
}

// floatTolerance is what two roundings of one fraction can differ by.
const floatTolerance = 4e-16

func floatClass(_, _ string, ours, theirs float64) []string {
	switch {
	case ours == theirs:
		return nil
	case math.Abs(ours-theirs) <= floatTolerance:
		return []string{lastBits}
	}
	return []string{unexplained}
}

func winklerClass(a, b string, ours, theirs float64) []string {
	x := strsim.Align(a, b)
	if math.Abs(ours-theirs) > floatTolerance {
		switch {
		case exactJaro(x).Cmp(big.NewRat(7, 10)) == 0:
			return []string{boostEdge}
		case strings.ContainsAny(a[:min(len(a), 4)], "0123456789"):
			return []string{digitPrefix}
		}
		return []string{unexplained}
	}
	var classes []string
	if ours != theirs {
		classes = append(classes, lastBits)
	}
	for _, cut := range metricCuts {
		if x.AtLeast(cut) != (theirs >= float64(cut)/1000) {
			classes = append(classes, cutEdge)
		}
	}
	return classes
}

// exactJaro is the similarity as a fraction.
func exactJaro(x strsim.Alignment) *big.Rat {
	if x.Matches == 0 {
		return new(big.Rat)
	}
	m := int64(x.Matches)
	sum := new(big.Rat).Add(big.NewRat(m, int64(x.LenA)), big.NewRat(m, int64(x.LenB)))
	sum.Add(sum, big.NewRat(m-int64(x.Transpositions), m))
	return sum.Mul(sum, big.NewRat(1, 3))
}

func editClass(a, b string, ours, theirs float64) []string {
	switch {
	case ours == theirs:
		return nil
	case int(ours) == plainOSA(a, b, 2) && int(theirs) == plainOSA(a, b, 3):
		return []string{firstSwap}
	}
	return []string{unexplained}
}

// plainOSA is the distance as its definition has it, where a swap counts as one
// only from the row first on: 2 is right, 3 is matchr's.
func plainOSA(a, b string, first int) int {
	x, y := []rune(a), []rune(b)
	d := make([][]int, len(x)+1)
	for i := range d {
		d[i] = make([]int, len(y)+1)
		for j := range d[i] {
			switch {
			case i == 0 || j == 0:
				d[i][j] = i + j
				continue
			case x[i-1] == y[j-1]:
				d[i][j] = d[i-1][j-1]
			default:
				d[i][j] = 1 + min(d[i-1][j-1], d[i-1][j], d[i][j-1])
			}
			if i >= first && j >= first && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(x)][len(y)]
}

// metricGrid prints the rows.
func metricGrid(rows []metricRow) *grid {
	g := &grid{
		Title: "string metrics on pairs of names, against matchr in this process",
		Head:  []string{"metric", "ns", "matchr ns", "times faster", "allocs", "matchr allocs", "disagree"},
	}
	for _, r := range rows {
		disagree := 0
		for _, n := range r.Disagreements {
			disagree += n
		}
		g.add(r.Metric, fmt.Sprintf("%.1f", r.Ours), fmt.Sprintf("%.1f", r.Theirs), fmt.Sprintf("%.1f", r.Theirs/r.Ours),
			fmt.Sprint(r.OurAllocs), fmt.Sprint(r.TheirAllocs), fmt.Sprintf("%d of %d", disagree, r.Compared))
		for _, class := range []string{lastBits, digitPrefix, boostEdge, cutEdge, firstSwap, unexplained} {
			if n := r.Disagreements[class]; n > 0 {
				g.Notes = append(g.Notes, fmt.Sprintf("%s: %d of %d: %s", r.Metric, n, r.Compared, class))
			}
		}
	}
	return g
}
