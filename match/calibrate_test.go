package match_test

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/patient"
)

// fromTwoCountries are more records than the profile is calibrated on for a
// start: 10,000 with American postal codes, then as many Icelandic ones as switch
// the rule off for the whole.
func fromTwoCountries() []patient.Record {
	records := make([]patient.Record, 10_600)
	for i := range records {
		r := patient.Record{Source: "feed", ID: fmt.Sprint(i)}
		person := i / 2
		r.SetField("family_name", fmt.Sprintf("Family%c%c%c", 'a'+person%26, 'a'+person/26%26, 'a'+person/676), "")
		r.SetField("given_name", []string{"Liam", "Emma", "Noah", "Olivia", "Mia"}[person%5], "")
		r.SetField("birth_date", fmt.Sprintf("%d-%02d-%02d", 1950+person%70, 1+person%12, 1+person%28), "")
		postal := fmt.Sprintf("%05d", 10_000+person*13%80_000)
		if i >= 10_000 {
			postal = fmt.Sprint(101 + person%700)
		}
		r.SetField("postal_code", postal, "")
		records[i] = r
	}
	return records
}

// Law 3 holds for the profile too: all records decide which of its shape rules
// are switched off, and not those that happened to come first.
func TestCalibrationDoesNotDependOnTheOrder(t *testing.T) {
	records := fromTwoCountries()
	order := make([]int, len(records))
	for i := range order {
		order[i] = i
	}
	o := match.Options{Profile: patient.US()}
	american := dedupe(t, records, order, o) // the first ones keep the rule, and all of them do not
	slices.Reverse(order)
	icelandic := dedupe(t, records, order, o)
	assert.Equal(t, []patient.Shape{patient.ShapePostalCode}, american.Model.Profile.Off)
	assert.Equal(t, modelJSON(t, icelandic), modelJSON(t, american))
	assert.Equal(t, pairKeys(icelandic), pairKeys(american))
	assert.Equal(t, icelandic.Stats.Issues, american.Stats.Issues)
	assert.Equal(t, icelandic.Stats.Notices, american.Stats.Notices)

	linked := func(left, right []patient.Record) *match.Result {
		res, err := match.Link(context.Background(), stream(left, nil), stream(right, nil), o)
		require.NoError(t, err)
		return res
	}
	assert.Equal(t, []patient.Shape{patient.ShapePostalCode}, linked(records[:9000], records[9000:]).Model.Profile.Off)
}

// What can be read only once is not lost: the first records have decided, and a
// notice says so.
func TestCalibrationOfWhatIsReadOnce(t *testing.T) {
	records := fromTwoCountries()
	next, stop := iter.Pull2(stream(records, nil))
	defer stop()
	once := func(yield func(*patient.Record, error) bool) {
		for {
			if r, err, ok := next(); !ok || !yield(r, err) {
				return
			}
		}
	}
	res, err := match.Dedupe(context.Background(), once, match.Options{Profile: patient.US()})
	require.NoError(t, err)
	assert.Equal(t, len(records), res.Records())
	assert.Empty(t, res.Model.Profile.Off)
	require.NotEmpty(t, res.Stats.Notices)
	assert.Contains(t, fmt.Sprint(res.Stats.Notices), "give records that can be read twice")
	assert.Equal(t, int64(600), res.Stats.Issues[patient.IssueShape])
}
