package population

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestStream: a child has some eight to fifteen messages, in the order of time.
func TestStream(t *testing.T) {
	g, err := New(Options{People: 5000, Mode: ModeStream, Ages: "child"})
	require.NoError(t, err)
	w, h := &world{Generator: g}, &household{}
	built, last, received := uint64(1<<63), uint64(1<<63), ""
	messages, children := 0, 0
	for row, err := range g.Rows(context.Background()) {
		require.NoError(t, err)
		truth := row.Truth()
		if truth.Household != built {
			built = truth.Household
			w.build(h, built, false)
		}
		if truth.Person != last {
			if last, received = truth.Person, ""; h.people[truth.Person&15].role == roleChild {
				children++
			}
		}
		if h.people[truth.Person&15].role == roleChild {
			messages++
		}
		assert.LessOrEqual(t, received, row.Value(ColumnReceived))
		received = row.Value(ColumnReceived)
	}
	within(t, "messages of a child", share(messages, children), 8, 15)
}

// TestCrosslink: the two files overlap as the rate says.
func TestCrosslink(t *testing.T) {
	g, err := New(Options{People: 10_000, Mode: ModeCrosslink})
	require.NoError(t, err)
	school, registry := map[uint64]int{}, map[uint64]int{}
	for row, err := range g.Rows(context.Background()) {
		require.NoError(t, err)
		if g.fileOf(row) == "school" {
			school[row.Truth().Person]++
			if v := row.Value(ColumnBirthDate); v != "" {
				assert.Regexp(t, `^\d\d/\d\d/\d{4}$`, v)
			}
		} else {
			registry[row.Truth().Person]++
		}
	}
	both := 0
	for p, n := range school {
		assert.Equal(t, 1, n)
		if registry[p] > 0 {
			both++
		}
	}
	within(t, "share of the roster that the registry has", share(both, len(school)), .6, .9)
}

// TestQuery: queries say little, and some ask for people who are not there.
func TestQuery(t *testing.T) {
	g, err := New(Options{People: 10_000, Mode: ModeQuery})
	require.NoError(t, err)
	known, asked := map[uint64]bool{}, map[uint64]bool{}
	partial, queries := 0, 0
	for row, err := range g.Rows(context.Background()) {
		require.NoError(t, err)
		if !row.Query() {
			known[row.Truth().Person] = true
			continue
		}
		queries++
		asked[row.Truth().Person] = true
		for _, c := range []Column{ColumnSSN, ColumnMRN, ColumnDoses, ColumnEmail} {
			assert.Empty(t, row.Value(c))
		}
		if row.Value(ColumnGivenName) == "" || row.Value(ColumnBirthDate) == "" || row.Value(ColumnPostalCode) == "" {
			partial++
		}
	}
	absent := 0
	for p := range asked {
		if !known[p] {
			absent++
		}
	}
	within(t, "queries for somebody unknown", share(absent, queries), .1, .2)
	within(t, "queries that leave something out", share(partial, queries), .25, .6)
	for _, err := range g.Records(context.Background()) {
		require.NoError(t, err)
	}
}

// TestNewborn: a pediatric record follows a placeholder, and the share of those
// is the rate's.
func TestNewborn(t *testing.T) {
	for _, want := range []float64{.1, .35, .8} {
		g, err := New(Options{People: 20_000, Mode: ModeStream, Rates: map[string]float64{"newborn.placeholder": want}})
		require.NoError(t, err)
		first, placeholders := 0, 0
		last := uint64(1 << 63)
		for row, err := range g.Rows(context.Background()) {
			require.NoError(t, err)
			if row.Value(ColumnSource) != "hosp" || row.Truth().Person == last {
				continue
			}
			last = row.Truth().Person
			first++
			if row.Truth().Placeholder {
				placeholders++
			}
		}
		within(t, "first hospital messages under a placeholder", share(placeholders, first), want-.03, want+.03)
	}
}

// TestHomes: a child of two homes has two numbers.
func TestHomes(t *testing.T) {
	g, err := New(Options{Rates: map[string]float64{"phone.recycled": 0}})
	require.NoError(t, err)
	w := &world{Generator: g}
	same := 0
	for id := range uint64(2000) {
		first, _ := w.phoneAt(id, 0, asOf)
		second, _ := w.phoneAt(id|1<<41, 0, asOf)
		again, former := w.phoneAt(id, 0, asOf)
		assert.Equal(t, first, again)
		assert.False(t, former, "the number of today")
		if first == second {
			same++
		}
	}
	assert.Zero(t, same)
}
