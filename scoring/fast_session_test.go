package scoring

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/internal/table"
	"github.com/idem-health/idem/match/patient"
)

// tableFor returns records as the table that comparisons need.
func tableFor(t testing.TB, cs []Comparison, records []patient.Record) *table.Table {
	t.Helper()
	var spec table.Spec
	for _, c := range cs {
		spec.Text = append(spec.Text, c.Fields()...)
	}
	b := table.NewBuilder(spec)
	for i := range records {
		n, _ := patient.Normalize(&records[i], patient.US())
		b.Add(&n)
	}
	return b.Freeze(nil, 0, nil)
}

// pairsOfEveryKind returns a comparer of the shipped comparisons over records in
// which all of them have something to compare.
func pairsOfEveryKind(t testing.TB, n int) (*Comparer, *table.Table) {
	cs := IISComparisons()
	tab := tableFor(t, cs, randomRecords(rand.New(rand.NewPCG(3, 3)), n))
	c, err := NewComparer(cs, tab)
	require.NoError(t, err)
	return c, tab
}

// A pair costs no allocation. Only texts of several words, the first time that
// two of them meet, are cut at their spaces; here are none of them.
func TestSessionAllocatesNothing(t *testing.T) {
	pools := maps.Clone(fastPools)
	for _, field := range []string{"given_name", "middle_name", "family_name", "postal_code", "alias"} {
		pools[field] = slices.DeleteFunc(slices.Clone(pools[field]), func(v string) bool { return strings.ContainsAny(v, " -") })
	}
	records := recordsOf(pools, rand.New(rand.NewPCG(3, 3)), 60)
	cs := IISComparisons()
	tab := tableFor(t, cs, records)
	c, err := NewComparer(cs, tab)
	require.NoError(t, err)
	s := c.NewSession()
	patterns := map[Pattern]bool{}
	for i := range uint32(tab.Len()) {
		for j := range i {
			patterns[s.Pattern(j, i)] = true
		}
	}
	assert.Greater(t, len(patterns), 1000)
	assert.Zero(t, testing.AllocsPerRun(3, func() {
		for i := range uint32(tab.Len()) {
			for j := range i {
				s.Pattern(j, i)
			}
		}
	}))
}

// Sessions remember rows and texts, and say the same whatever came before: rows
// that share a place, more rows than there is room for, pairs in any order.
func TestSessionRemembersNothingWrong(t *testing.T) {
	c, tab := pairsOfEveryKind(t, 2*ringSize)
	rng := rand.New(rand.NewPCG(5, 5))
	s, other := c.NewSession(), c.NewSession()
	fresh := func(i, j uint32) Pattern {
		clear(other.where[:])
		clear(other.memo[:])
		for k := range other.ring {
			other.ring[k].row = 0
		}
		return other.Pattern(i, j)
	}
	for range 2000 {
		i, j := rng.Uint32N(uint32(tab.Len())), rng.Uint32N(uint32(tab.Len()))
		require.Equal(t, fresh(i, j), s.Pattern(i, j))
	}
}
