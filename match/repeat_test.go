package match_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/patient"
)

// permutations calls each with all orders of n things.
func permutations(n int, each func(order []int)) {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	var from func(int)
	from = func(k int) {
		if k == n {
			each(order)
		}
		for i := k; i < n; i++ {
			order[k], order[i] = order[i], order[k]
			from(k + 1)
			order[k], order[i] = order[i], order[k]
		}
	}
	from(0)
}

// What comes under one identity is counted and listed alike in any order: each
// content that is not kept once, at its first line, and everything said again
// as identical.
func TestRepeatedIdentitiesInAnyOrder(t *testing.T) {
	record := func(id, given, received string, line int64) patient.Record {
		r := patient.Record{Source: "feed", ID: id, Line: line}
		r.SetField("given_name", given, "")
		r.SetField("family_name", "Smith", "")
		r.SetField("phone", "000", "") // worth a remark
		r.SetField("received", received, "")
		return r
	}
	one := match.Key{Source: "feed", ID: "1"}
	other := record("2", "Emma", "", 1)
	for name, c := range map[string]struct {
		records     []patient.Record
		identical   int
		superseded  []int64 // lines
		placeholder int
		contents    int64
	}{
		"twice the same and another": {[]patient.Record{
			record("1", "Liam", "2026-04-15", 2), record("1", "Liam", "2026-04-15", 3), record("1", "Noah", "2026-03-02", 4)}, 1, []int64{4}, 0, 3},
		"the older one twice": {[]patient.Record{
			record("1", "Liam", "2026-03-02", 2), record("1", "Liam", "2026-03-02", 3), record("1", "Noah", "2026-04-15", 4)}, 1, []int64{2}, 0, 3},
		"a placeholder loses": {[]patient.Record{
			record("1", "Babyboy", "2026-03-02", 2), record("1", "Babyboy", "2026-03-02", 3), record("1", "Liam", "2026-04-15", 4), record("1", "Liam", "2026-04-15", 5)}, 2, []int64{2}, 0, 3},
		"a placeholder is kept": {[]patient.Record{
			record("1", "Liam", "2026-03-02", 2), record("1", "Noah", "2026-03-03", 3), record("1", "Babyboy", "2026-04-15", 4), record("1", "Noah", "2026-03-03", 5)}, 1, []int64{2, 3}, 1, 4},
		"of one day": {[]patient.Record{
			record("1", "Liam", "", 0), record("1", "Noah", "", 0), record("1", "Liam", "", 0), record("1", "Oliver", "", 0), record("1", "Noah", "", 0)}, 2, []int64{0, 0}, 0, 4},
	} {
		kept := ""
		permutations(len(c.records), func(order []int) {
			order = append([]int{len(c.records)}, order...)
			records := append([]patient.Record{}, c.records...)
			records = append(records, other)
			res := dedupe(t, records, order, match.Options{})
			require.Equal(t, [3]int{2, c.identical, len(c.superseded)}, [3]int{res.Stats.Records, res.Stats.Identical, res.Stats.Superseded}, "%s: %v", name, order)
			var lines []int64
			for _, s := range res.Superseded {
				require.Equal(t, one, s.Key)
				lines = append(lines, s.Line)
			}
			require.ElementsMatch(t, c.superseded, lines, "%s: %v", name, order)
			require.Equal(t, c.placeholder, res.Stats.Placeholder, "%s: %v", name, order)
			require.Equal(t, c.contents, res.Stats.Issues[patient.IssueJunk], "%s: %v", name, order)
			for re, err := range res.Reread(t.Context(), stream(records, order)) {
				require.NoError(t, err)
				if given := re.Record.Names[0].Given; re.Record.ID == "1" {
					require.True(t, kept == "" || kept == given, "%s: %v", name, order)
					kept = given
				}
			}
		})
		assert.NotEmpty(t, kept, name)
	}
}

// The two sides of a linkage may hold the same identities, each once and again.
func TestRepeatedIdentitiesOfALinkage(t *testing.T) {
	record := func(given string) patient.Record {
		r := patient.Record{Source: "feed", ID: "1"}
		r.SetField("given_name", given, "")
		r.SetField("family_name", "Smith", "")
		return r
	}
	left := []patient.Record{record("Liam"), record("Noah"), record("Liam"), record("Noah")}
	res, err := match.Link(t.Context(), stream(left, nil), stream(left, []int{3, 2, 1, 0}), match.Options{})
	require.NoError(t, err)
	assert.Equal(t, [3]int{2, 4, 2}, [3]int{res.Stats.Records, res.Stats.Identical, res.Stats.Superseded})
	assert.Len(t, res.Superseded, 2)
}
