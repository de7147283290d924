package matchrkeys_test

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/blocking"
	"github.com/idem-health/idem/blocking/matchrkeys"
	"github.com/idem-health/idem/internal/table"
	"github.com/idem-health/idem/internal/testdata"
	"github.com/idem-health/idem/match/intake"
	"github.com/idem-health/idem/match/patient"
)

// What matchr's phonetic codes add to the default rules on historical_50k, as
// the blocking analysis says it: go test ./blocking/matchrkeys -run Recall -v
func TestRecallOnHistorical(t *testing.T) {
	tab, truth := historical(t)
	has := func(f patient.Field) bool { return tab.Column(f) != nil }
	defaults := blocking.Default(has, tab.Len())
	ctx := context.Background()
	analyze := func(rules []blocking.Rule) *blocking.Report {
		ix, err := blocking.Build(ctx, tab, rules, blocking.Options{})
		require.NoError(t, err)
		report, err := ix.Analyze(ctx, truth)
		require.NoError(t, err)
		return report
	}
	before := analyze(defaults)
	after := analyze(append(slices.Clone(defaults), matchrkeys.Rules()...))
	t.Logf("default rules: recall %.4f at %d pairs", before.Recall(), before.Pairs)
	for _, r := range after.Rules[len(defaults):] {
		t.Logf("%-60s %7d pairs, %6d new; recall alone %.4f, with all before it %.4f", r.Name, r.Pairs, r.NewPairs, r.Recall, r.Cumulative)
	}
	t.Logf("with matchr's codes: recall %.4f at %d pairs", after.Recall(), after.Pairs)
	assert.Greater(t, after.Found, before.Found)
	assert.Greater(t, after.Pairs, before.Pairs)
}

// historical encodes the file, with the person of each record as added.
func historical(t *testing.T) (*table.Table, []int32) {
	reader, err := intake.Open([]string{testdata.Path(t, "splink/historical_50k.csv.gz")}, intake.Options{Truth: "cluster"})
	require.NoError(t, err)
	t.Cleanup(func() { reader.Close() })
	b := table.NewBuilder(table.Spec{Text: patient.Fields()})
	z := patient.NewNormalizer(patient.Neutral())
	people := map[string]int32{}
	var truth []int32
	var n patient.Normalized
	for rec, err := range reader.Records(context.Background()) {
		require.NoError(t, err)
		z.Apply(&n, rec)
		b.Add(&n)
		for _, a := range rec.Attributes {
			if a.Name == "cluster" {
				if _, ok := people[a.Value]; !ok {
					people[a.Value] = int32(len(people))
				}
				truth = append(truth, people[a.Value])
			}
		}
	}
	return b.Freeze(nil, 0, nil), truth
}
