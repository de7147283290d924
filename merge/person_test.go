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

// What is read off the normalised form of a lightened record is what the whole
// record says.
func TestLightenedRecordsSayTheSame(t *testing.T) {
	read := func(n *patient.Normalized) []any {
		return []any{
			n.FullName, n.Given, n.Middle, n.Family, n.Suffix, n.Placeholder, n.Birth, n.BirthTime, n.BirthPlace, n.BirthFacility,
			n.BirthCertificate, n.MotherMaiden, n.School, n.Grade, n.Occupation, n.Death,
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		r := drawRecord(t, 1)
		for range rapid.IntRange(0, 3).Draw(t, "doses") {
			r.Doses = append(r.Doses, patient.Dose{
				CVX: "08", Lot: rapid.SampledFrom([]string{"", "L1"}).Draw(t, "lot"), Historical: rapid.Bool().Draw(t, "historical"),
				Date: patient.ParseDate(rapid.SampledFrom([]string{"2023-12-31", "2024-03-14", "2024-03-15", "2024-04", "2026-01-01", "x"}).Draw(t, "day"), ""),
			})
		}
		r.BirthFacility = rapid.SampledFrom([]string{"", "GHS", "County"}).Draw(t, "facility")
		r.Identifiers = append(r.Identifiers, patient.Identifier{Type: rapid.SampledFrom([]string{"MR", "BR", "SS"}).Draw(t, "type"), Value: "4711", Authority: "GHS"})
		if rapid.Bool().Draw(t, "placeholder") {
			r.Names = []patient.Name{{Given: rapid.SampledFrom([]string{"BABYBOY", "JUDYSGIRL", "Baby", "B"}).Draw(t, "given"), Family: "Smith"}}
		}
		whole, _ := patient.Normalize(&r, patient.US())
		light, _ := patient.Normalize(new(person).lighten(&r), patient.US())
		require.Equal(t, read(&whole), read(&light))
	})
}

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
		if len(earlier) < 20 {
			earlier, texts = append(earlier, g), append(texts, fmt.Sprint(g))
		}
	})
	for i, g := range earlier {
		assert.Equal(t, texts[i], fmt.Sprint(g), "what was returned stays")
	}
}

// Memory is for what is returned: the values that are written, and the keys
// they are compared by.
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
	assert.LessOrEqual(t, testing.AllocsPerRun(200, func() { c.Golden(one) }), 31.0)
	assert.LessOrEqual(t, testing.AllocsPerRun(200, func() { c.Golden(two) }), 68.0)
}
