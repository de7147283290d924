package match_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/patient"
)

// Thousands of records of equal content are one person, in linear time, and
// nobody else is drawn in.
func TestEchoesAreOnePerson(t *testing.T) {
	records, _ := population(21, 300)
	others := len(records)
	for i := range 5000 {
		r := patient.Record{Source: "feed", ID: fmt.Sprintf("same%05d", i)}
		r.SetField("given_name", "Zacharias", "")
		r.SetField("family_name", "Featherstonehaugh", "")
		r.SetField("birth_date", "1951-02-03", "")
		r.SetField("phone", "6162340100", "")
		records = append(records, r)
	}
	res := dedupe(t, records, nil, match.Options{})
	assert.Equal(t, 4999, res.Stats.Echoes)
	first, _ := res.Find(match.Key{Source: "feed", ID: "same00000"})
	assert.Len(t, res.Members(res.Person(first)), 5000)
	assert.Equal(t, 5000, res.Largest())
	last, _ := res.Find(match.Key{Source: "feed", ID: "same04999"})
	assert.Contains(t, res.Explain(first, last).FoundBy, match.RuleEcho)
	alone := dedupe(t, records[:others], nil, match.Options{})
	assert.InDelta(t, alone.Persons()+1, res.Persons(), 3)
}

// One content alone: the shipped probabilities decide.
func TestAllRecordsEqual(t *testing.T) {
	var records []patient.Record
	for i := range 2000 {
		r := patient.Record{ID: fmt.Sprint(i)}
		r.SetField("given_name", "Liam", "")
		r.SetField("family_name", "Smith", "")
		r.SetField("birth_date", "2020-01-02", "")
		r.SetField("phone", "6162340100", "")
		records = append(records, r)
	}
	res := dedupe(t, records, nil, match.Options{})
	e := res.Explain(0, 1)
	t.Log(e)
	assert.Equal(t, 1, res.Persons())
	assert.NotEmpty(t, res.Stats.Notices)
}

// A model of so few records that all pairs were compared serves a larger file.
func TestModelOfAFewRecordsServesMany(t *testing.T) {
	few, _ := population(41, 200)
	many, _ := population(42, 1000)
	small := dedupe(t, few, nil, match.Options{})
	assert.True(t, small.Stats.AllPairs)
	large := dedupe(t, many, nil, match.Options{Model: small.Model})
	assert.False(t, large.Stats.AllPairs)
	assert.Less(t, large.Persons(), len(many)*3/4)
}

// What a frozen model leaves out because a block has grown is told.
func TestOutgrownBlocksAreTold(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long and has nothing for the race detector")
	}
	few, _ := population(43, 900)
	trained := dedupe(t, few, nil, match.Options{})
	require.False(t, trained.Stats.AllPairs)
	many, _ := population(44, 6000)
	res := dedupe(t, many, nil, match.Options{Model: trained.Model})
	outgrown := 0
	for _, r := range res.Stats.Rules {
		outgrown += r.Outgrown
	}
	assert.Positive(t, outgrown)
	assert.Contains(t, fmt.Sprint(res.Stats.Notices), "outgrown")
}
