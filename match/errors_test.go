package match_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/blocking"
	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/merge"
	"github.com/idem-health/idem/scoring"
)

// Law 9: whatever fails, no value of a record is in the error.
func TestErrorsHoldNoValues(t *testing.T) {
	const canary = "Zyxwvutsrq"
	many := make([]patient.Record, 1600)
	for i := range many {
		many[i].Source, many[i].ID = "feed", fmt.Sprintf("%d", i)
		many[i].SetField("given_name", canary, "")
		many[i].SetField("family_name", canary+fmt.Sprint(i%200), "")
		many[i].SetField("birth_date", "1990-01-02", "")
	}
	sources := make([]patient.Record, 1<<16)
	for i := range sources {
		sources[i].Source, sources[i].ID = fmt.Sprintf("s%d", i), canary
		sources[i].SetField("family_name", canary, "")
	}
	trained := dedupe(t, many[:60], nil, match.Options{}).Model
	other := make([]patient.Record, 10)
	for i := range other {
		other[i].ID = fmt.Sprint(i)
		other[i].SetField("email", canary+"@example.org", "")
	}
	canceled, cancel := context.WithCancel(context.Background())
	cancel()
	for _, c := range []struct {
		name    string
		ctx     context.Context
		records []patient.Record
		o       match.Options
		want    string
	}{
		{"no records", context.Background(), nil, match.Options{}, "no records"},
		{"too many pairs", context.Background(), many, match.Options{MaxPairs: 10}, "too many candidate pairs"},
		{"too many sources", context.Background(), sources, match.Options{}, "sources"},
		{"a model for other columns", context.Background(), other, match.Options{Model: trained}, "the records have no"},
		{"canceled", canceled, many, match.Options{}, context.Canceled.Error()},
		{"a policy with an unknown level", context.Background(), many, match.Options{Policy: func() scoring.Policy {
			p := scoring.GenericPolicy()
			p.Rules = append(p.Rules, scoring.Rule{ID: "odd", Effect: scoring.Veto, When: scoring.In("sex", canary[:3])})
			return p
		}()}, "has no level"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := match.Dedupe(c.ctx, stream(c.records, nil), c.o)
			require.Error(t, err)
			assert.ErrorContains(t, err, c.want)
			assert.NotContains(t, err.Error(), canary)
		})
	}
}

func TestErrorsCanBeTold(t *testing.T) {
	records, _ := population(3, 1500)
	_, err := match.Dedupe(context.Background(), stream(records, nil), match.Options{MaxPairs: 100})
	var budget *blocking.BudgetError
	require.ErrorAs(t, err, &budget)
	assert.NotEmpty(t, budget.Rule)
	_, err = match.Dedupe(context.Background(), stream(nil, nil), match.Options{})
	assert.ErrorIs(t, err, match.ErrNoRecords)
	broken := errors.New("the disk is gone")
	_, err = match.Dedupe(context.Background(), func(yield func(*patient.Record, error) bool) { yield(nil, broken) }, match.Options{})
	assert.ErrorIs(t, err, broken)
}

// The same id and content again is counted; the same id with other content is
// superseded by the later received.
func TestIdentityOfRecords(t *testing.T) {
	record := func(id, given, received string) patient.Record {
		r := patient.Record{Source: "feed", ID: id, Line: 7}
		r.SetField("given_name", given, "")
		r.SetField("family_name", "Smith", "")
		r.SetField("received", received, "")
		return r
	}
	late, early := record("1", "Liam", "2026-04-15"), record("1", "Babyboy", "2026-03-02")
	for _, records := range [][]patient.Record{{early, late, late, record("2", "Emma", "")}, {late, early, late, record("2", "Emma", "")}} {
		res := dedupe(t, records, nil, match.Options{})
		assert.Equal(t, 2, res.Stats.Records)
		assert.Equal(t, 1, res.Stats.Identical)
		assert.Equal(t, 1, res.Stats.Superseded)
		require.Len(t, res.Superseded, 1)
		assert.Equal(t, match.Key{Source: "feed", ID: "1"}, res.Superseded[0].Key)
		for g, err := range res.Golden(context.Background(), stream(records, nil), merge.DefaultSurvivorship()) {
			require.NoError(t, err)
			given, _ := g.Get("given_name")
			assert.NotEqual(t, "Babyboy", given.Value)
		}
	}
}
