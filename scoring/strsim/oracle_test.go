package strsim

import (
	"math"
	"math/big"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/antzucaro/matchr"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/internal/testdata"
)

// column reads the first column of a compressed table, without its heading.
func column(t testing.TB, name string) []string {
	var values []string
	for _, row := range testdata.Rows(t, name)[1:] {
		values = append(values, row[0])
	}
	slices.Sort(values)
	return slices.Compact(values)
}

// namePairs calls f for n pairs of names, the same in every run: neighbours in
// sort order, strangers, and copies with up to three errors, among them a digit
// struck for a letter and a letter with an accent. Some start with a digit, as
// newborns of a multiple birth are registered.
func namePairs(t testing.TB, n int, f func(a, b string)) {
	family, given := column(t, "reference/surnames_20000.csv.gz"), column(t, "reference/first_names_8000.csv.gz")
	r := rand.New(rand.NewPCG(20, 26))
	damage := []rune("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -'ÉÑ")
	for i := range n {
		list := family
		if i%3 == 0 {
			list = given
		}
		at := r.IntN(len(list))
		a := list[at]
		if i%16 == 2 {
			a = string(rune('1'+r.IntN(3))) + a
		}
		switch i % 4 {
		case 0:
			f(a, list[(at+1+r.IntN(8))%len(list)])
		case 1:
			f(a, list[r.IntN(len(list))])
		default:
			c := []rune(a)
			for range 1 + r.IntN(3) {
				at := r.IntN(len(c))
				switch r.IntN(4) {
				case 0:
					c[at] = damage[r.IntN(len(damage))]
				case 1:
					c = slices.Insert(c, at, damage[r.IntN(len(damage))])
				case 2:
					if len(c) > 1 {
						c = slices.Delete(c, at, at+1)
					}
				case 3:
					c[at], c[max(at-1, 0)] = c[max(at-1, 0)], c[at]
				}
			}
			f(a, string(c))
		}
	}
}

func pairCount() int {
	if os.Getenv("IDEM_LONG") == "1" {
		return 20_000_000
	}
	return 1_000_000
}

// TestMatchrOracle compares with matchr on names. Where the two differ the pair
// must belong to one of the classes below, each of them a fault or a choice of
// matchr that is understood and shown, pair by pair, to be the whole difference.
func TestMatchrOracle(t *testing.T) {
	const (
		lastBit      = "similarity: sums of rounded thirds, off in the last bits"
		digit        = "Jaro-Winkler: the prefix ends at a digit"
		boostEdge    = "Jaro-Winkler: Jaro is exactly 0.7, rounded up, and gets the bonus"
		cutEdge      = "Jaro-Winkler: the cut is reached exactly, the float is below or above"
		firstLetters = "OSA: a swap of the first two letters costs two"
		long         = "Jaro-Winkler with long tolerance, which is never used, is another measure"
	)
	classes := map[string]int{}
	n := pairCount()
	i := 0
	namePairs(t, n, func(a, b string) {
		i++
		x := Align(a, b)
		if theirs, ours := matchr.Jaro(a, b), x.Jaro(); theirs != ours {
			require.InDelta(t, ours, theirs, 4e-16, "Jaro(%q, %q)", a, b)
			classes[lastBit]++
		}
		theirs, ours := matchr.JaroWinkler(a, b, false), x.JaroWinkler()
		same := math.Abs(theirs-ours) <= 4e-16
		switch {
		case same && theirs != ours:
			classes[lastBit]++
		case !same && plainJaro(x).Cmp(big.NewRat(7, 10)) == 0:
			classes[boostEdge]++
		case !same:
			want, _ := plainWinkler(plainAlign(a, b, true)).Float64()
			require.InDelta(t, want, theirs, 4e-16, "JaroWinkler(%q, %q) and not for a digit", a, b)
			require.True(t, strings.ContainsAny(a[:min(len(a), 8)], "0123456789"))
			classes[digit]++
		}
		for _, cut := range cuts {
			if reached := x.AtLeast(cut); same && reached != (theirs >= float64(cut)/1000) {
				require.Zero(t, plainWinkler(x).Cmp(big.NewRat(int64(cut), 1000)), "cut %d of (%q, %q)", cut, a, b)
				require.True(t, reached)
				classes[cutEdge]++
			}
		}
		if theirs, ours := matchr.OSA(a, b), OSA(a, b); theirs != ours {
			require.Equal(t, plainEdit(a, b, 2), ours, "OSA(%q, %q)", a, b)
			require.Equal(t, plainEdit(a, b, 3), theirs, "OSA(%q, %q) and not for the first two letters", a, b)
			classes[firstLetters]++
		}
		require.Equal(t, matchr.Levenshtein(a, b), Levenshtein(a, b), "Levenshtein(%q, %q)", a, b)
		if i%16 == 0 && matchr.JaroWinkler(a, b, true) != theirs {
			classes[long]++
		}
	})
	for _, c := range []string{lastBit, digit, boostEdge, cutEdge, firstLetters, long} {
		t.Logf("%8d of %d: %s", classes[c], n, c)
		assert.Positive(t, classes[c], "a class that no pair shows: %s", c)
	}
}

// TestRejectIsExact holds on names that no pair is rejected that reaches a cut,
// and tells how many are.
func TestRejectIsExact(t *testing.T) {
	pairs, below := make([]int, len(tables)), make([]int, len(tables))
	rejected := make([]int, len(tables))
	n := pairCount()
	namePairs(t, n, func(a, b string) {
		x := Align(a, b)
		sa, sb, head := Sign(a), Sign(b), CommonHead(Head(a), Head(b))
		for i, c := range tables {
			pairs[i]++
			reaches, may := x.AtLeast(c.Cut()), c.MayReach(sa, sb, head)
			if reaches && !may {
				t.Fatalf("MayReach(%q, %q) at %d rejects a pair that reaches the cut", a, b, c.Cut())
			}
			if !reaches {
				below[i]++
			}
			if !may {
				rejected[i]++
			}
		}
	})
	for i, c := range tables {
		t.Logf("cut %4d: %.1f %% of pairs are below, %.1f %% of those rejected early", c.Cut(),
			100*float64(below[i])/float64(n), 100*float64(rejected[i])/float64(max(below[i], 1)))
	}
}
