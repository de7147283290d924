package population

import (
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestMisspell: each kind of error does what its name says, and no more.
func TestMisspell(t *testing.T) {
	names := rapid.SampledFrom([]string{"Jennifer", "Muñoz", "Nguyễn", "Li", "Al-Hassan", "O'Brien", "McDonald", "Christopher", "Xochitl", "Ana", "De La Cruz", "J", ""})
	rapid.Check(t, func(t *rapid.T) {
		name := names.Draw(t, "name")
		kind := rapid.IntRange(0, numNameErrors-1).Draw(t, "kind")
		d := draws{rapid.Uint64().Draw(t, "seed")}
		out, done := misspell(&d, []byte(name), kind)
		got := string(out)
		if !utf8.ValidString(got) {
			t.Fatalf("%s of %q is not valid text", nameErrorNames[kind], name)
		}
		if !done {
			if got != name {
				t.Fatalf("%s says that %q stays, and makes %q", nameErrorNames[kind], name, got)
			}
			return
		}
		edits := editDistance(name, got)
		most := map[int]int{
			nameKeyboard: 1, nameOmission: 1, nameInsertion: 1, nameDouble: 1, nameTransposition: 2, namePhonetic: 3, nameOCR: 2,
			nameTruncation: 8, nameVowel: 1, nameExtra: 12,
		}[kind]
		if got == name || edits > most {
			t.Fatalf("%s makes %q of %q", nameErrorNames[kind], got, name)
		}
	})
}

func TestMisdate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := int32(rapid.IntRange(int(dayOf(1930, 1, 1)), int(asOf)).Draw(t, "day"))
		kind := rapid.IntRange(0, numDateErrors-1).Draw(t, "kind")
		d := draws{rapid.Uint64().Draw(t, "seed")}
		got := misdate(&d, day, kind, day-700)
		if got > asOf || got < dayOf(1800, 1, 1) || !dateOf(got).Full() {
			t.Fatalf("%s of day %d gives %d", dateErrorNames[kind], day, got)
		}
	})
	day := dayOf(2019, 3, 7)
	d := draws{1}
	assert.Equal(t, dayOf(2019, 7, 3), misdate(&d, day, dateSwap, 0))
	assert.Equal(t, dayOf(1919, 3, 7), misdate(&d, day, dateCentury, 0))
	assert.Equal(t, day-700, misdate(&d, day, dateRelative, day-700))
}

func TestRewritingsChange(t *testing.T) {
	for _, rules := range [][]rewriting{phonetics, lookalikes} {
		for _, r := range rules {
			assert.NotEmpty(t, r.from)
			assert.NotEqual(t, r.from, r.to)
			assert.LessOrEqual(t, len(r.to), 4)
		}
	}
}

func TestRates(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Rates() {
		assert.NotEmpty(t, r.Name)
		assert.NotEmpty(t, r.Meaning)
		assert.False(t, seen[r.Name], "%s twice", r.Name)
		seen[r.Name] = true
		assert.True(t, r.Default >= 0 && r.Default <= r.Max && r.Max > 0, r.Name)
	}
	for i := range numFeeds {
		assert.Equal(t, "feed."+feedTable[i].name, rateTable[rateFeed+rate(i)].Name)
	}
	for i, name := range nameErrorNames {
		assert.Equal(t, "mix.name."+name, rateTable[rateNameMix+rate(i)].Name)
	}
	for i, name := range dateErrorNames {
		assert.Equal(t, "mix.date."+name, rateTable[rateDateMix+rate(i)].Name)
	}
	for theme, rates := range themes {
		v := defaultRates()
		assert.NoError(t, v.set(rates), theme)
	}
	for _, rates := range []map[string]float64{childRates, dirtyRates} {
		v := defaultRates()
		assert.NoError(t, v.set(rates))
	}
}

func TestOptions(t *testing.T) {
	for name, c := range map[string]struct {
		o    Options
		want []string // all of these
	}{
		"rate":        {Options{Rates: map[string]float64{"noise.givn": .1}}, []string{`no "noise.givn"`, "noise.given"}},
		"part":        {Options{Rates: map[string]float64{"nicu": .1}}, []string{`no "nicu"`}},
		"range":       {Options{Rates: map[string]float64{"noise.given": 2}}, []string{"noise.given is between 0 and 1"}},
		"preset":      {Options{Preset: "huge"}, []string{"tiny, small, medium, large, xl, xxl"}},
		"theme":       {Options{Theme: "cats"}, []string{"newborn"}},
		"mode":        {Options{Mode: "cats"}, []string{"crosslink"}},
		"ages":        {Options{Ages: "cats"}, []string{"lifespan"}},
		"noise":       {Options{Noise: "-1"}, []string{"a factor from 0 to 20"}},
		"people":      {Options{People: -1}, []string{"people"}},
		"all at once": {Options{Preset: "a", Theme: "b", Mode: "c"}, []string{"preset", "theme", "mode"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := New(c.o)
			require.Error(t, err)
			for _, want := range c.want {
				assert.ErrorContains(t, err, want)
			}
		})
	}
	_, err := New(Options{Rates: map[string]float64{"x": 1}})
	assert.ErrorIs(t, err, ErrRate)
	_, err = New(Options{Preset: "x"})
	assert.ErrorIs(t, err, ErrOption)
	g, err := New(Options{Noise: "0", Rates: map[string]float64{"name.middle": 1}})
	require.NoError(t, err)
	assert.Equal(t, 1000, g.People())
	assert.Equal(t, ModeRegistry, g.Mode())
	assert.InDelta(t, 1, g.Manifest().Rates["name.middle"], 0)
}

func TestParseRate(t *testing.T) {
	name, value, err := ParseRate(" noise.given = 0.25 ")
	require.NoError(t, err)
	assert.Equal(t, "noise.given", name)
	assert.InDelta(t, .25, value, 0)
	for _, text := range []string{"noise.given", "noise.given=much", "noise.gven=.1", ""} {
		_, _, err := ParseRate(text)
		assert.ErrorIs(t, err, ErrRate, text)
	}
}
