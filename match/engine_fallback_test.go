package match_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/scoring"
)

// TestQueryFallsBack: a query that shares no key with its person finds it among
// the records that the fallback names, and is not asked where a key finds one.
func TestQueryFallsBack(t *testing.T) {
	ctx := context.Background()
	model := *trained(t, scoring.IISPolicy(), 0)
	model.Rules = model.Rules[:1]
	model.Ladder.Rules = model.Ladder.Rules[:1]
	e, err := match.Open(ctx, "", match.EngineOptions{Model: &model})
	require.NoError(t, err)
	records, _ := population(5, 40)
	for i := range records {
		_, err := e.Submit(ctx, &records[i])
		require.NoError(t, err)
	}
	var all []match.Key
	for r, err := range e.Records(ctx) {
		require.NoError(t, err)
		all = append(all, keyOf(r))
	}
	require.Len(t, all, len(records))
	require.True(t, slices.IsSortedFunc(all, func(a, b match.Key) int { return slices.Compare([]string{a.Source, a.ID}, []string{b.Source, b.ID}) }))

	asked := 0
	everybody := match.QueryOptions{Fallback: func(_ context.Context, n *patient.Normalized) ([]match.Key, error) {
		asked++
		require.NotEmpty(t, n.AppendDigest(nil))
		return append(all, match.Key{Source: "gone", ID: "gone"}), nil
	}}
	helped := 0
	for i := range records {
		plain, err := e.Query(ctx, &records[i], match.QueryOptions{})
		require.NoError(t, err)
		before := asked
		fallen, err := e.Query(ctx, &records[i], everybody)
		require.NoError(t, err)
		if len(plain.People) > 0 || plain.Kind == match.AnswerTooMany {
			require.Equal(t, plain, fallen)
			continue
		}
		require.Equal(t, before+1, asked)
		if len(fallen.People) > 0 {
			helped++
		}
	}
	assert.Positive(t, helped)

	failed := errors.New("the index is closed")
	_, err = e.Query(ctx, &patient.Record{}, match.QueryOptions{Fallback: func(context.Context, *patient.Normalized) ([]match.Key, error) { return nil, failed }})
	require.ErrorIs(t, err, failed)
}
