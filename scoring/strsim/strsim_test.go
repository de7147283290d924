package strsim

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var cuts = []Permille{-1, 0, 1, 700, 701, 800, 820, 880, 920, 961, 1000, 1001}

// words draws a string of a small alphabet, so that pairs have much in common,
// of every path: short and long ASCII, runes, bytes that are not UTF-8.
func words() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.StringMatching(`[A-E]{0,16}`),
		rapid.StringMatching(`[A-Z]{0,12}`),
		rapid.StringMatching(`[AB0 ]{0,70}`),
		rapid.StringMatching(`[A-Da\x7f]{14,20}`),
		rapid.StringMatching(`[AÉÑ王B]{0,20}`),
		rapid.StringMatching(`[AÉB]{60,70}`),
		rapid.StringMatching(`[A-Z]{60,66}`),
		rapid.Map(rapid.SliceOfN(rapid.SampledFrom([]byte("AB\xc3\xa9\xff")), 0, 10), func(b []byte) string { return string(b) }),
	)
}

// pairs draws two strings, or one and an edited copy of it.
func pairs(t *rapid.T) (a, b string) {
	a = words().Draw(t, "a")
	if rapid.Bool().Draw(t, "unrelated") {
		return a, words().Draw(t, "b")
	}
	c := []byte(a)
	for range rapid.IntRange(0, 3).Draw(t, "edits") {
		if len(c) < 2 {
			break
		}
		i := rapid.IntRange(0, len(c)-2).Draw(t, "at")
		switch rapid.IntRange(0, 3).Draw(t, "edit") {
		case 0:
			c[i], c[i+1] = c[i+1], c[i]
		case 1:
			c = append(c[:i], c[i+1:]...)
		case 2:
			c[i] = 'X'
		case 3:
			c = append(c[:i], append([]byte{'A'}, c[i:]...)...)
		}
	}
	return a, string(c)
}

// checkAll holds every function equal to its plain twin on one pair.
func checkAll(t assert.TestingT, a, b string) {
	x := plainAlign(a, b, false)
	assert.Equal(t, x, Align(a, b), "Align(%q, %q)", a, b)
	jaro, _ := plainJaro(x).Float64()
	assert.Equal(t, jaro, Jaro(a, b), "Jaro(%q, %q)", a, b)
	exact := plainWinkler(x)
	winkler, _ := exact.Float64()
	assert.Equal(t, winkler, JaroWinkler(a, b), "JaroWinkler(%q, %q)", a, b)
	num, den := bigRatio(x.LenA, x.LenB, x.Matches, x.Transpositions, x.Prefix)
	if den.Sign() > 0 {
		assert.Zero(t, exact.Cmp(new(big.Rat).SetFrac(num, den)), "bigRatio(%+v)", x)
	}
	for _, cut := range cuts {
		want := exact.Cmp(big.NewRat(int64(cut), 1000)) >= 0
		assert.Equal(t, want, JaroWinklerAtLeast(a, b, cut), "JaroWinklerAtLeast(%q, %q, %d)", a, b, cut)
		assert.Equal(t, want, winkler >= float64(cut)/1000, "JaroWinkler(%q, %q) >= %d/1000 as floats", a, b, cut)
	}
	checkReject(t, a, b, exact)
	assert.Equal(t, plainEdit(a, b, 0), Levenshtein(a, b), "Levenshtein(%q, %q)", a, b)
	osa := plainEdit(a, b, 2)
	assert.Equal(t, osa, OSA(a, b), "OSA(%q, %q)", a, b)
	for _, k := range []int{-1, 0, 1, 2, 3, osa - 1, osa} {
		assert.Equal(t, k >= 0 && osa <= k, OSAWithin(a, b, k), "OSAWithin(%q, %q, %d)", a, b, k)
	}
}

var tables = func() (list []*JWCut) {
	for _, cut := range cuts {
		list = append(list, NewJWCut(cut))
	}
	return list
}()

// checkReject holds that no pair that reaches a cut is rejected, and that the
// table decides as the formula.
func checkReject(t assert.TestingT, a, b string, exact *big.Rat) {
	sa, sb := Sign(a), Sign(b)
	head := CommonHead(Head(a), Head(b))
	la, boundedA := sa.Len()
	lb, boundedB := sb.Len()
	for _, c := range tables {
		reaches := exact.Cmp(big.NewRat(int64(c.Cut()), 1000)) >= 0
		assert.Equal(t, reaches, c.Reached(a, b))
		for _, p := range []int{head, 4} {
			may := c.MayReach(sa, sb, p)
			assert.True(t, may || !reaches, "MayReach(%q, %q) at %d rejects a pair that reaches the cut", a, b, c.Cut())
			assert.Equal(t, may, c.MayReach(sb, sa, p))
			if boundedA && boundedB {
				best := Alignment{LenA: la, LenB: lb, Matches: MaxMatches(sa, sb), Prefix: p}
				assert.Equal(t, best.AtLeast(c.Cut()), may, "MayReach(%q, %q) at %d against the formula", a, b, c.Cut())
			} else {
				assert.True(t, may)
			}
		}
	}
}

func TestEqualsPlain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := pairs(t)
		checkAll(t, a, b)
		checkAll(t, b, a)
	})
}

func FuzzEqualsPlain(f *testing.F) {
	for _, s := range [][2]string{{"", ""}, {"MARTHA", "MARHTA"}, {"SEATHWELL", "ESATHWELL"}, {"MUÑOZ", "MUNOZ"}, {"\xff", "\xc3\xa9"},
		{strings.Repeat("AB", 40), strings.Repeat("BA", 40)}, {"ABCDEFGHIJKLMNOPQ", "BADCFEHGJILKNMPO"}} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		if len(a) > 200 || len(b) > 200 {
			return // the twins are quadratic
		}
		checkAll(t, a, b)
	})
}

func TestProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := pairs(t)
		assert.Equal(t, OSA(a, b), OSA(b, a))
		assert.Equal(t, Levenshtein(a, b), Levenshtein(b, a))
		assert.LessOrEqual(t, OSA(a, b), Levenshtein(a, b))
		assert.Equal(t, Jaro(a, b), Jaro(b, a))
		assert.Equal(t, JaroWinkler(a, b), JaroWinkler(b, a))
		assert.GreaterOrEqual(t, JaroWinkler(a, b), Jaro(a, b))
		if a != "" {
			assert.Equal(t, 1.0, JaroWinkler(a, a))
			assert.True(t, JaroWinklerAtLeast(a, a, 1000))
		}
		assert.Zero(t, OSA(a, a))
	})
}

func TestJaroWinkler(t *testing.T) {
	for _, c := range []struct {
		a, b          string
		jaro, winkler string // of Winkler 1994, table 1, to three decimals
	}{
		{"SHACKLEFORD", "SHACKELFORD", "0.970", "0.982"},
		{"DUNNINGHAM", "CUNNIGHAM", "0.896", "0.896"},
		{"NICHLESON", "NICHULSON", "0.926", "0.956"},
		{"JONES", "JOHNSON", "0.790", "0.832"},
		{"MASSEY", "MASSIE", "0.889", "0.933"},
		{"ABROMS", "ABRAMS", "0.889", "0.922"},
		{"HARDIN", "MARTINEZ", "0.722", "0.722"},
		{"ITMAN", "SMITH", "0.467", "0.467"},
		{"JERALDINE", "GERALDINE", "0.926", "0.926"},
		{"MARTHA", "MARHTA", "0.944", "0.961"},
		{"MICHELLE", "MICHAEL", "0.869", "0.921"},
		{"JULIES", "JULIUS", "0.889", "0.933"},
		{"TANYA", "TONYA", "0.867", "0.880"},
		{"DWAYNE", "DUANE", "0.822", "0.840"},
		{"SEAN", "SUSAN", "0.783", "0.805"},
		{"JON", "JOHN", "0.917", "0.933"},
		{"JON", "JAN", "0.778", "0.800"},
		{"", "", "0.000", "0.000"},
		{"", "JON", "0.000", "0.000"},
		{"A", "B", "0.000", "0.000"},
		{"A", "A", "1.000", "1.000"},
		{"MUÑOZ", "MUÑOS", "0.867", "0.920"},
	} {
		assert.Equal(t, c.jaro, fmt.Sprintf("%.3f", Jaro(c.a, c.b)), "Jaro(%q, %q)", c.a, c.b)
		assert.Equal(t, c.winkler, fmt.Sprintf("%.3f", JaroWinkler(c.a, c.b)), "JaroWinkler(%q, %q)", c.a, c.b)
	}
}

func TestEditDistances(t *testing.T) {
	for _, c := range []struct {
		a, b             string
		levenshtein, osa int
	}{
		{"", "", 0, 0}, {"", "ABC", 3, 3}, {"", "É", 1, 1},
		{"KITTEN", "SITTING", 3, 3},
		{"SEATHWELL", "ESATHWELL", 2, 1}, // a swap of the first two letters, which matchr charges twice
		{"CA", "ABC", 3, 3},              // 2 in the unrestricted distance
		{"19840312", "19840321", 2, 1},
		{"MUÑOZ", "MUNOZ", 1, 1}, {"ÉA", "AÉ", 2, 1}, {"王小明", "王明小", 2, 1},
		{"ABCDEFGHIJKLMNOPQRSTUVWXYZ", "ABCDEFGHIJKLMNOPQRSTUVWXZY", 2, 1},
	} {
		assert.Equal(t, c.levenshtein, Levenshtein(c.a, c.b), "Levenshtein(%q, %q)", c.a, c.b)
		assert.Equal(t, c.osa, OSA(c.a, c.b), "OSA(%q, %q)", c.a, c.b)
	}
}

// TestSymmetric holds the argument of the package comment to every pair of the
// 1,093 strings of up to six of three letters.
func TestSymmetric(t *testing.T) {
	all := []string{""}
	for i := 0; len(all[i]) < 6; i++ {
		all = append(all, all[i]+"A", all[i]+"B", all[i]+"C")
	}
	require.Len(t, all, 1093)
	for i, a := range all {
		for _, b := range all[:i] {
			x, y := Align(a, b), Align(b, a)
			x.LenA, x.LenB = x.LenB, x.LenA
			if x != y {
				t.Fatalf("Align(%q, %q) = %+v, turned round %+v", a, b, x, y)
			}
		}
	}
}

// TestLongestStrings passes the length from which the fraction needs more than
// 64 bits.
func TestLongestStrings(t *testing.T) {
	for _, n := range []int{maxExact, maxExact + 1, 1 << 30} {
		x := Alignment{LenA: n, LenB: n - 1, Matches: n - 2, Transpositions: 7, Prefix: 3}
		exact := plainWinkler(x)
		f, _ := exact.Float64()
		assert.Equal(t, f, x.JaroWinkler())
		for _, cut := range cuts {
			assert.Equal(t, exact.Cmp(big.NewRat(int64(cut), 1000)) >= 0, x.AtLeast(cut))
		}
		x = Alignment{LenA: n, LenB: n, Matches: n, Prefix: 4}
		assert.Equal(t, 1.0, x.JaroWinkler())
		assert.True(t, x.AtLeast(1000))
	}
	assert.Zero(t, Alignment{LenA: -1, LenB: 0, Matches: 3}.JaroWinkler())
	assert.False(t, Alignment{LenA: 0, LenB: 5, Matches: 3}.AtLeast(1))
}

func TestNothingIsAllocated(t *testing.T) {
	ascii64 := strings.Repeat("ABCDEFGH", 8)
	runes64 := strings.Repeat("ÉÑ王Z", 8)
	cut := NewJWCut(880)
	for _, p := range [][2]string{{"SEATHWELL", "ESATHWELL"}, {ascii64, ascii64[1:] + "X"}, {runes64, runes64[2:]}, {"\xff\xfe", "A"}} {
		a, b := p[0], p[1]
		assert.LessOrEqual(t, len(a), 64+8)
		for name, f := range map[string]func(){
			"Align": func() { Align(a, b) }, "Jaro": func() { Jaro(a, b) }, "JaroWinkler": func() { JaroWinkler(a, b) },
			"AtLeast": func() { JaroWinklerAtLeast(a, b, 920) }, "Levenshtein": func() { Levenshtein(a, b) },
			"OSA": func() { OSA(a, b) }, "OSAWithin": func() { OSAWithin(a, b, 2) },
			"Sign": func() { _ = Sign(a) }, "MayReach": func() { cut.MayReach(Sign(a), Sign(b), 4) },
		} {
			assert.Zero(t, testing.AllocsPerRun(20, f), "%s(%q, %q)", name, a, b)
		}
	}
}

func TestSignature(t *testing.T) {
	n, bounded := Sign("ANNA MARÍA").Len()
	assert.Equal(t, 10, n)
	assert.True(t, bounded)
	_, bounded = Sign(strings.Repeat("A", 63)).Len()
	assert.False(t, bounded)
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"ANNA", "ANNA", 4}, {"ANNA", "ANA", 3}, {"ANNA", "HANNAH", 4}, {"BOB", "ANNA", 0},
		{"AAAA", "AAA", 3}, {"AAAA", "AA", 2}, {"A-1", "B-1", 2}, {"", "A", 0},
		{"AAAA", "É A A A", 3 + 1}, // the fourth A could be the É for all the signature knows
	} {
		assert.Equal(t, c.want, MaxMatches(Sign(c.a), Sign(c.b)), "%q, %q", c.a, c.b)
	}
	assert.Equal(t, 4, CommonHead(Head("MARTHA"), Head("MARTIN")))
	assert.Equal(t, 3, CommonHead(Head("MARY"), Head("MARTIN")))
	assert.Equal(t, 2, CommonHead(Head("JO"), Head("JON")))
	assert.Equal(t, 0, CommonHead(Head(""), Head("JON")))
}
