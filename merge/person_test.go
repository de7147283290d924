package merge

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/idem-health/idem/match/patient"
)

// A Chooser that has worked on other people makes what a new one makes.
func TestMemoryOfOthersIsNotSeen(t *testing.T) {
	c, err := Survivorship{}.Compile(patient.US())
	require.NoError(t, err)
	many := make([]patient.Record, manyMembers+1)
	for i := range many {
		many[i] = record("clinic", fmt.Sprint(i), "given_name", "Ann", "phone", fmt.Sprint(int64(5032714000)+int64(i)), "doses", "08|2024-01-01|H1;110|2024-03-01|P1")
	}
	c.Golden(many)
	var earlier []GoldenRecord
	var texts []string
	rapid.Check(t, func(t *rapid.T) {
		members := drawMembers(t)
		g := c.Golden(members)
		require.Equal(t, Golden(members, patient.US(), Survivorship{}), g)
		require.Equal(t, append([]Value{{Field: "given_name"}}, g.Values...), c.AppendValues([]Value{{Field: "given_name"}}, members))
		if len(earlier) < 20 {
			earlier, texts = append(earlier, g), append(texts, fmt.Sprint(g))
		}
	})
	for i, g := range earlier {
		assert.Equal(t, texts[i], fmt.Sprint(g), "what was returned stays")
	}
}

// Memory is for what is returned: the values, and the texts of doses.
func TestGoldenAllocations(t *testing.T) {
	if raced {
		t.Skip("the race detector empties pools at random: allocations are counted without it")
	}
	c, err := Survivorship{}.Compile(patient.US())
	require.NoError(t, err)
	history := "08|2024-01-01|H1;110|2024-03-01|P1;133|2024-03-01|V1;48|2024-03-01|B1;119|2024-03-01|R1;110|2024-05-01|P2"
	one := []patient.Record{record("clinic", "1", "given_name", "Ann", "family_name", "Smith", "birth_date", "2024-01-01", "sex", "F",
		"address", "12 N Oak St", "city", "Salem", "postal_code", "97301", "phone", "503-271-4000", "doses", history)}
	two := append([]patient.Record{record("school", "2", "given_name", "Ann", "family_name", "Smith", "birth_date", "2024-01-01",
		"doses", strings.ReplaceAll(history, ";", "|||Y;"))}, one...)
	assert.LessOrEqual(t, testing.AllocsPerRun(200, func() { c.Golden(one) }), 11.0)
	assert.LessOrEqual(t, testing.AllocsPerRun(200, func() { c.Golden(two) }), 33.0)
	var values []Value
	assert.LessOrEqual(t, testing.AllocsPerRun(200, func() { values = c.AppendValues(values[:0], one) }), 8.0)
	assert.LessOrEqual(t, testing.AllocsPerRun(200, func() { values = c.AppendValues(values[:0], two) }), 18.0)
}
