package population

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var rewriteGolden = flag.Bool("rewrite", false, "rewrite the golden files")

// digestOf is the digest of the first records of a population.
func digestOf(t testing.TB, o Options, records int) string {
	t.Helper()
	g, err := New(o)
	require.NoError(t, err)
	d, n := NewDigest(), 0
	for r, err := range g.Rows(context.Background()) {
		require.NoError(t, err)
		d.Add(r)
		if n++; n == records {
			break
		}
	}
	return d.String()
}

// lines are all that a population says: records, truth, relations, labels and
// people.
func lines(t testing.TB, o Options) []string {
	t.Helper()
	g, err := New(o)
	require.NoError(t, err)
	var all []string
	for b, err := range g.Batches(context.Background()) {
		require.NoError(t, err)
		for i := range b.Rows {
			all = append(all, string(b.Rows[i].AppendCSV(nil))+string(b.Rows[i].AppendTruth(nil)))
		}
		for _, r := range b.Relations {
			all = append(all, fmt.Sprint(r))
		}
		for i := range b.Labels {
			all = append(all, string(b.Labels[i].append(nil)))
		}
		for i := range b.Persons {
			all = append(all, string(b.Persons[i].append(nil)))
		}
	}
	return all
}

func TestParallelIsSerial(t *testing.T) {
	for _, mode := range Modes() {
		t.Run(mode, func(t *testing.T) {
			o := Options{Seed: 7, People: 3000, Mode: mode, Theme: "newborn", Workers: 1}
			want := lines(t, o)
			require.NotEmpty(t, want)
			for _, processors := range []int{1, 8} {
				before := runtime.GOMAXPROCS(processors)
				for _, workers := range []int{0, 3} {
					o.Workers = workers
					assert.Equal(t, want, lines(t, o), "%d processors, %d workers", processors, workers)
				}
				runtime.GOMAXPROCS(before)
			}
		})
	}
}

func TestFirstHouseholdsStay(t *testing.T) {
	records := func(people int) (all []string) {
		g, err := New(Options{Seed: 3, People: people})
		require.NoError(t, err)
		for r, err := range g.Rows(context.Background()) {
			require.NoError(t, err)
			all = append(all, string(r.AppendCSV(nil)))
		}
		return all
	}
	small, large := records(700), records(5000)
	require.Greater(t, len(large), len(small))
	assert.Equal(t, small, large[:len(small)])
}

func TestHouseholdAlone(t *testing.T) {
	g, err := New(Options{People: 2000, Theme: "newborn"})
	require.NoError(t, err)
	inOrder, alone := &world{Generator: g}, &world{Generator: g}
	a := &household{}
	for id := range uint64(500) {
		inOrder.build(a, id, false)
		b := &household{}
		alone.build(b, id, false)
		require.Equal(t, a.householdState, b.householdState, "household %d", id)
		require.Equal(t, a.people[:a.n], b.people[:b.n], "household %d", id)
		alone = &world{Generator: g}
	}
}

// TestGolden holds the digests of the first 10,000 records of what can be asked
// for. Whoever changes one changes a distribution, and raises GenVersion.
func TestGolden(t *testing.T) {
	const file = "testdata/digests.txt"
	var b strings.Builder
	fmt.Fprintf(&b, "# SHA-256 of the first 10,000 records and their truth, version %d, seed 1\n", GenVersion)
	line := func(name string, o Options) {
		o.Seed = 1
		fmt.Fprintf(&b, "%-20s %s\n", name, digestOf(t, o, 10_000))
	}
	for _, p := range Presets() {
		line("preset "+p.Name, Options{Preset: p.Name})
	}
	for _, mode := range Modes() {
		line("mode "+mode, Options{Preset: "small", Mode: mode})
	}
	for _, noise := range Noises() {
		line("noise "+noise, Options{Preset: "small", Noise: noise})
	}
	for _, ages := range Ages() {
		line("ages "+ages, Options{Preset: "small", Ages: ages})
	}
	for _, theme := range Themes() {
		line("theme "+theme, Options{Preset: "small", Theme: theme})
	}
	if *rewriteGolden {
		require.NoError(t, os.WriteFile(file, []byte(b.String()), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(want), b.String(), "the generator's output has changed: raise GenVersion, then go test -run Golden -rewrite")
}

func TestSeedsAndOptionsDiffer(t *testing.T) {
	base := digestOf(t, Options{}, 500)
	for name, o := range map[string]Options{
		"seed": {Seed: 1}, "noise": {Noise: "dirty"}, "theme": {Theme: "asian"}, "mode": {Mode: ModeStream}, "ages": {Ages: "child"},
		"rate": {Rates: map[string]float64{"noise.given": .5}},
	} {
		assert.NotEqual(t, base, digestOf(t, o, 500), name)
	}
}

func TestStops(t *testing.T) {
	for _, workers := range []int{1, 2} {
		g, err := New(Options{Preset: "xxl", Workers: workers})
		require.NoError(t, err)
		n := 0
		for _, err := range g.Rows(context.Background()) { // by the caller
			require.NoError(t, err)
			if n++; n == 1000 {
				break
			}
		}
		ctx, cancel := context.WithCancel(context.Background())
		var last error
		for _, err := range g.Rows(ctx) {
			if last = err; err == nil {
				cancel()
			}
		}
		assert.ErrorIs(t, last, context.Canceled)
		cancel()
	}
}

func TestCalendar(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := int32(rapid.IntRange(dayOf2(1850, 1, 1), dayOf2(2100, 1, 1)).Draw(t, "day"))
		y, m, d := civil(day)
		if dayOf(y, m, d) != day || dateOf(day).Days() != int(day) || !dateOf(day).Full() {
			t.Fatalf("day %d is %d-%d-%d, which is day %d", day, y, m, d, dayOf(y, m, d))
		}
	})
	assert.Equal(t, int32(1), dayOf(1, 1, 1)%7, "the first day was a Monday")
	assert.Equal(t, "2025-06-30", string(appendDay(nil, asOf)))
}

func dayOf2(y, m, d int) int { return int(dayOf(y, m, d)) }

// TestAlias holds the table against plain drawing by cumulated weights: shares
// must be those of the weights.
func TestAlias(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weights := rapid.SliceOfN(rapid.Uint64Range(0, 1000), 1, 12).Draw(t, "weights")
		a := newAlias(weights)
		total := uint64(0)
		for _, w := range weights {
			total += w
		}
		// The share that the table gives each, exactly.
		shares := make([]float64, len(weights))
		for i := range a.cut {
			cut := float64(a.cut[i]) / (1 << 32)
			if a.cut[i] == 1<<32-1 {
				cut = 1
			}
			shares[i] += cut / float64(len(weights))
			shares[a.other[i]] += (1 - cut) / float64(len(weights))
		}
		for i, w := range weights {
			if total > 0 && max(shares[i]-float64(w)/float64(total), float64(w)/float64(total)-shares[i]) > 1e-8 {
				t.Fatalf("weight %d of %d has the share %g", w, total, shares[i])
			}
		}
	})
}

func TestChance(t *testing.T) {
	assert.Equal(t, certain, chanceOf(1))
	assert.Equal(t, chance(0), chanceOf(-1))
	assert.Equal(t, certain/2, chanceOf(.5))
	assert.Equal(t, certain/4, chanceOf(.5).times(chanceOf(.5)))
	assert.Equal(t, certain, certain.times(certain))
	assert.Equal(t, certain, chanceOf(.9).times(percent(200)).times(certain*4))
	d := draws{1}
	for range 1000 {
		assert.True(t, d.is(certain))
		assert.False(t, d.is(0))
	}
}
