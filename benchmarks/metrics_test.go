package main

import (
	"strings"
	"testing"

	"github.com/antzucaro/matchr"
	"github.com/idem-health/idem/scoring/strsim"
	"github.com/stretchr/testify/assert"
)

func TestNamePairs(t *testing.T) {
	names := []string{"ANA", "BOB", "CARLA", "DANA", "EVE", "ANA"}
	pairs := namePairs(names, 100)
	assert.Len(t, pairs, 15)
	assert.Equal(t, pairs, namePairs(names, 100), "the same every time")
	assert.Equal(t, "ANA", names[5], "the names are left as they are")
	assert.LessOrEqual(t, len(namePairs(names, 7)), 7)
	assert.Empty(t, namePairs([]string{"ANA"}, 100))
	var slips []string
	for k := range 6 {
		slips = append(slips, slip("SMITH", k))
	}
	assert.Equal(t, []string{"MSITH", "MITH", "SSMITH", "IMITH", "SIMTH", "SITH"}, slips)
}

// TestDisagreements shows a pair of each class, and that no pair is unexplained.
func TestDisagreements(t *testing.T) {
	classes := func(a, b string) (all []string) {
		all = append(all, winklerClass(a, b, strsim.JaroWinkler(a, b), matchr.JaroWinkler(a, b, false))...)
		all = append(all, floatClass(a, b, strsim.Jaro(a, b), matchr.Jaro(a, b))...)
		all = append(all, editClass(a, b, float64(strsim.OSA(a, b)), float64(matchr.OSA(a, b)))...)
		return append(all, editClass(a, b, float64(strsim.Levenshtein(a, b)), float64(matchr.Levenshtein(a, b)))...)
	}
	assert.Equal(t, []string{firstSwap}, onlyEdits(classes("SEATHWELL", "ESATHWELL")))
	assert.Contains(t, classes("A1BCD", "A1BCE"), digitPrefix)
	assert.Empty(t, onlyEdits(classes("SMITH", "SMIHT")))
	var names []string
	for i := range 400 {
		name := []byte("MARI")
		for k, n := 0, i; k < 4; k, n = k+1, n/5 {
			name = append(name, "AEIOUBCDLR"[(n+3*k)%10])
		}
		names = append(names, string(name[i%3:]))
	}
	for _, p := range namePairs(names, 1200) {
		assert.NotContains(t, classes(p[0], p[1]), unexplained, "%v", p)
	}
	assert.Equal(t, []string{unexplained}, floatClass("", "", .5, .6))
	assert.Equal(t, []string{unexplained}, editClass("AB", "AB", 0, 1))
}

func onlyEdits(classes []string) (edits []string) {
	for _, c := range classes {
		if c == firstSwap || c == unexplained {
			edits = append(edits, c)
		}
	}
	return edits
}

func TestMetricGrid(t *testing.T) {
	var text strings.Builder
	metricGrid([]metricRow{{Metric: "OSA", Ours: 50, Theirs: 500, TheirAllocs: 1, Compared: 9, Disagreements: map[string]int{firstSwap: 2}}}).text(&text)
	assert.Contains(t, text.String(), "10.0")
	assert.Contains(t, text.String(), "2 of 9: "+firstSwap)
}
