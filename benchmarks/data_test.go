package main

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/evaluate"
	"github.com/idem-health/idem/match/patient"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// people yields n people of three records each.
func people(n int) iter.Seq2[*patient.Record, error] {
	return func(yield func(*patient.Record, error) bool) {
		for i := range 3 * n {
			r := &patient.Record{ID: fmt.Sprintf("r%d", i), Attributes: []patient.Attribute{{Name: "cluster", Value: fmt.Sprint(i % n)}}}
			if !yield(r, nil) {
				return
			}
		}
	}
}

func TestPartKeepsOneRecordOfEachPerson(t *testing.T) {
	s := set{file: "made", truth: "cluster"}
	one, err := s.part(people(100))
	require.NoError(t, err)
	assert.Len(t, one, 100)
	kept := map[string]int{}
	for r := range people(100) {
		if one[r.ID] {
			kept[s.person(r)]++
		}
	}
	assert.Len(t, kept, 100)

	s.extra = 30
	more, err := s.part(people(100))
	require.NoError(t, err)
	assert.Len(t, more, 130)
	for id := range one {
		assert.Contains(t, more, id)
	}
	again, err := s.part(people(100))
	require.NoError(t, err)
	assert.True(t, maps.Equal(more, again))

	s.extra = 201
	_, err = s.part(people(100))
	assert.Error(t, err)

	failed := errors.New("read")
	_, err = s.part(func(yield func(*patient.Record, error) bool) { yield(nil, failed) })
	assert.ErrorIs(t, err, failed)
}

func TestPerson(t *testing.T) {
	febrl := set{inID: febrlPerson}
	assert.Equal(t, "17", febrl.person(&patient.Record{ID: "rec-17-org"}))
	assert.Equal(t, "17", febrl.person(&patient.Record{ID: "rec-17-dup-3"}))
	assert.Empty(t, febrl.person(&patient.Record{ID: "17"}))
	known := newTruth()
	for range known.watch(set{truth: "cluster"}, people(5)) {
	}
	assert.Len(t, known.of, 15)
	assert.Equal(t, known.of[match.Key{ID: "r1"}], known.of[match.Key{ID: "r6"}])
	assert.NotEqual(t, known.of[match.Key{ID: "r1"}], known.of[match.Key{ID: "r2"}])
	assert.EqualValues(t, -1, known.number(""))
}

func TestTruePairs(t *testing.T) {
	var got [][2]int
	for i, j := range truePairs([]int32{0, 1, 0, -1, -1, 0}) {
		got = append(got, [2]int{i, j})
	}
	assert.Equal(t, [][2]int{{0, 2}, {0, 5}, {2, 5}}, got)
}

func TestOracleIsTheBestCut(t *testing.T) {
	person := []int32{0, 0, 1, 1, 2}
	pairs := []match.Pair{
		{A: 0, B: 4, Weight: 1, Decision: match.Possible},
		{A: 0, B: 1, Weight: 9, Decision: match.Match},
		{A: 2, B: 3, Weight: 3, Decision: match.Possible},
		{A: 0, B: 2, Weight: 5, Decision: match.Match},
	}
	actual := evaluate.Pairs(person, func(func(int, int) bool) {}).Actual
	assert.InDelta(t, 2*2/5.0, oracle(person, slices.Clone(pairs), actual), 1e-12, "down to the weight of 3")
	assert.InDelta(t, 2/3.0, oracle(person, pairs[1:2], actual), 1e-12)
	assert.Zero(t, oracle(person, nil, actual))
	var found [][2]int
	for i, j := range matches(pairs) {
		found = append(found, [2]int{i, j})
	}
	assert.Equal(t, [][2]int{{0, 1}, {0, 2}}, found)
}

func TestDataPath(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("IDEM_DATA", dir)
	_, err := dataPath("made/here.csv")
	require.ErrorIs(t, err, errNoData)
	assert.ErrorContains(t, err, "made/here.csv")
	require.NoError(t, os.Mkdir(filepath.Join(dir, "made"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "made", "here.csv"), nil, 0o600))
	path, err := dataPath("made/here.csv")
	require.NoError(t, err)
	assert.Equal(t, filepath.Join(dir, "made", "here.csv"), path)
	t.Setenv("IDEM_DATA", "")
	_, err = dataPath("made/here.csv")
	assert.ErrorIs(t, err, errNoData)
}

func TestChoose(t *testing.T) {
	all, err := choose(sets, "")
	require.NoError(t, err)
	assert.Len(t, all, len(sets))
	two, err := choose(sets, "febrl3,fake_1000")
	require.NoError(t, err)
	require.Len(t, two, 2)
	assert.Equal(t, "febrl3", two[0].name)
	_, err = choose(sets, "febrl3,elsewhere")
	assert.Error(t, err)
}
