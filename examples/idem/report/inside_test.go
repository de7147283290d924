package report

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/scoring"
)

// marked writes segments with the marked ones in brackets.
func marked(segments []segment) string {
	var b strings.Builder
	for _, s := range segments {
		if s.Diff {
			b.WriteString("[" + s.Text + "]")
		} else {
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

func TestDiff(t *testing.T) {
	for _, c := range []struct{ name, a, b, left, right string }{
		{"a slip", "morrison", "morrion", "morri[s]on", "morrion"},
		{"letters exchanged", "Smith", "Smtih", "Sm[i]th", "Smt[i]h"},
		{"upper case is no difference", "SMITH", "Smithe", "SMITH", "Smith[e]"},
		{"two names", "karen", "gahao", "[karen]", "[gahao]"},
		{"a digit", "1985-05-23", "1985-05-28", "1985-05-2[3]", "1985-05-2[8]"},
		{"another date", "19371121", "19620915", "[19371121]", "[19620915]"},
		{"words moved", "23 allunga woollum street", "woollum street allunga", "[23 allunga] woollum street", "woollum street[ allunga]"},
		{"not Latin", "Łódź", "Łódz", "Łód[ź]", "Łód[z]"},
		{"long", strings.Repeat("a", 500), "b", "[" + strings.Repeat("a", 500) + "]", "[b]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			left, right := diff(c.a, c.b)
			assert.Equal(t, c.left, marked(left))
			assert.Equal(t, c.right, marked(right))
		})
	}
}

func TestDiffLosesNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	letters := []rune("aAb é1 -\xff")
	draw := func() string {
		n := rng.IntN(12)
		out := make([]rune, n)
		for i := range out {
			out[i] = letters[rng.IntN(len(letters))]
		}
		return string(out)
	}
	for range 2000 {
		a, b := draw(), draw()
		left, right := diff(a, b)
		join := func(segments []segment) (text string) {
			for _, s := range segments {
				text += s.Text
			}
			return text
		}
		assert.Equal(t, a, join(left))
		assert.Equal(t, b, join(right))
	}
}

func TestFormats(t *testing.T) {
	assert.Equal(t, "1,234,567", count(1234567))
	assert.Equal(t, "−1,234", count(-1234))
	assert.Equal(t, "999", count(999))
	assert.Equal(t, "≈ 12,300", about(1234, .1))
	assert.Equal(t, "1,234", about(1234, 1))
	assert.Equal(t, "+1.5", signed(1.5))
	assert.Equal(t, "−1.5", signed(-1.5))
	assert.Equal(t, "0.0", signed(-.04), "no minus before nothing")
	assert.Equal(t, "> 99.99 %", percent(.99999), "not all")
	assert.Equal(t, "99.95 %", percent(.9995))
	assert.Equal(t, "< 0.01 %", percent(.00001), "not nothing")
	assert.Equal(t, "> 0.9999", probability(.99999))
	assert.Equal(t, "1.0000", probability(1))
	assert.Equal(t, "1·10⁻⁴", small(.0001))
	assert.Equal(t, "1·10⁻⁴", small(.0000999999), "rounded into the next decade")
	assert.Equal(t, "2.5 %", small(.025))
	assert.Equal(t, "Birth date", title("birth_date"))
	assert.Equal(t, "SSN", title("ssn"))
	assert.Equal(t, "0.9999", decimal(.9999))
}

// The pairs chosen are the same in whatever order they are offered.
func TestSampleOrderDoesNotMatter(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	var pairs []match.Scored
	for i := range 500 {
		pairs = append(pairs, match.Scored{A: int32(i), B: int32(i + 1), Weight: scoring.Weight(rng.IntN(50)), Pattern: uint64(rng.IntN(40))})
	}
	choose := func() []sample {
		g := sampleGroup{most: 5, distance: func(s *match.Scored, _ *patternFacts) (int64, uint64, bool) {
			return int64(s.Weight), s.Pattern, s.Weight > 3
		}}
		for i := range pairs {
			g.offer(&pairs[i], nil)
		}
		return g.chosen
	}
	want := choose()
	assert.Len(t, want, 5)
	for range 20 {
		rng.Shuffle(len(pairs), func(i, j int) { pairs[i], pairs[j] = pairs[j], pairs[i] })
		assert.Equal(t, want, choose())
	}
}

func TestValuesOfARecord(t *testing.T) {
	r := patient.Record{Source: "s", ID: "1"}
	for _, f := range [][2]string{
		{"given_name", "Ann"}, {"family_name", "Lee"}, {"alias", "Annie Lee"}, {"birth_date", "2001-02-03"}, {"phone", "1;2"},
		{"address", "1 Oak St;2 Elm St"}, {"city", "Albany;Boston"}, {"mrn", "77"}, {"mother_given", "Eve"},
	} {
		r.SetField(f[0], f[1], "")
	}
	got := map[string]string{}
	for _, v := range values(&r) {
		got[v.Field] = v.Text
	}
	assert.Equal(t, map[string]string{
		"given name": "Ann", "family name": "Lee", "alias": "Annie Lee", "birth date": "2001-02-03", "phone": "1; 2",
		"address": "1 Oak St; 2 Elm St", "city": "Albany; Boston", "medical record number": "77", "mother": "Eve",
	}, got)
	assert.Equal(t, "Ann Lee", name(&r))
	assert.Equal(t, "Albany", place(&r))
}

func TestWilson(t *testing.T) {
	lo, hi := wilson(10, 10)
	assert.InDelta(t, .722, lo, .002)
	assert.InDelta(t, 1, hi, 1e-9)
	lo, hi = wilson(50, 100)
	assert.InDelta(t, .404, lo, .002)
	assert.InDelta(t, .596, hi, .002)
}

func TestSVGEscapes(t *testing.T) {
	var c canvas
	c.text("a", 1, 2.04, `<x>&"`)
	out := string(c.figure("i", "<t>", "<d>", 10, 10))
	assert.NotContains(t, out, "<x>")
	assert.NotContains(t, out, "<t>")
	assert.NotContains(t, out, "<d>")
	assert.Contains(t, out, `x="1" y="2"`)
}
