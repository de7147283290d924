package match

import (
	"context"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/internal/table"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/merge"
	"github.com/idem-health/idem/scoring"
)

// newbornRecords draws records with any of the facts that the newborn rules read.
func newbornRecords(n int) []patient.Record {
	rng := rand.New(rand.NewPCG(4, 4))
	pools := map[string][]string{
		"given_name": {"BABYBOY", "BABY GIRL A", "JUDYSGIRL", "NINA", "Liam", "Emma", "", "UNKNOWN"},
		"alias":      {"", "", "Lee"}, "middle_name": {"", "", "Emma", "Ray"}, "family_name": {"Smith", "Garcia Lopez", ""}, "maiden_name": {"", "Jones"},
		"birth_date": {"2026-03-01", "2026-03-02", "2026-03", ""}, "birth_time": {"", "0930", "0935"}, "sex": {"F", "M", ""},
		"multiple_birth": {"", "Y", "N"}, "birth_order": {"", "1", "2"}, "mother_given": {"", "Judy", "Carol"},
		"mother_maiden": {"", "Jones"}, "guardian_given": {"", "Paul;Judy"}, "guardian_family": {"", "Smith"},
		"address": {"", "12 Oak St Apt 2", "SHELTER 1 Main St"}, "city": {"", "Lansing"}, "postal_code": {"", "48911"},
		"phone": {"", "6162340100", "6162340100;5172340199"}, "ssn": {"", "219556788", "219556789"}, "medicaid_id": {"", "AB12"},
		"mrn": {"", "111", "112"}, "mrn_authority": {"HOSP", ""}, "birth_certificate": {"", "2026-5", "2026-6"},
		"birth_facility": {"", "General"}, "doses": {"", "08|2026-03-01|X12"}, "death_date": {"", "2026-03-05"}, "received": {"", "2026-04-15", "2026-03-02"},
	}
	records := make([]patient.Record, n)
	for i := range records {
		r := &records[i]
		r.Source, r.ID = "feed", strconv.Itoa(i)
		for _, name := range patient.StandardNames() {
			if pool := pools[name]; len(pool) > 0 {
				r.SetField(name, pool[rng.IntN(len(pool))], "")
			}
		}
	}
	return records
}

// What the newborn rules read back from table rows is what the normalised
// records say.
func TestNewbornFactsSurviveTheTable(t *testing.T) {
	builder := table.NewBuilder(table.Spec{Text: newbornFields})
	var normalized []patient.Normalized
	for _, r := range newbornRecords(150) {
		n, _ := patient.Normalize(&r, patient.US())
		normalized = append(normalized, n)
		builder.Add(&n)
	}
	tab := builder.Freeze(nil, 0, nil)
	reader := newRowReader(tab)
	var x, y patient.Normalized // read into over and over, as a judge does
	for i := range tab.Len() {
		a := &normalized[tab.Origin(i)]
		reader.read(&x, i)
		assert.Equal(t, merge.ViewNewborn(a), merge.ViewNewborn(&x))
		for j := range tab.Len() {
			b := &normalized[tab.Origin(j)]
			reader.read(&y, j)
			assert.Equal(t, merge.CompareNewborn(a, b), merge.CompareNewborn(&x, &y))
		}
	}
}

// A pair of newborns allocates nothing, and what a judge remembers of rows is
// what they are.
func TestNewbornPairsAllocateNothing(t *testing.T) {
	records := newbornRecords(150)
	res, err := Dedupe(context.Background(), func(yield func(*patient.Record, error) bool) {
		for i := range records {
			if !yield(&records[i], nil) {
				return
			}
		}
	}, Options{Policy: scoring.IISPolicy()})
	require.NoError(t, err)
	j, plain := res.run.newJudge(), newRowReader(res.run.table)
	rows := uint32(res.run.table.Distinct())
	pairs := func(each func(a, b uint32)) {
		for a := range rows {
			for b := a + 1; b < min(rows, a+40); b++ {
				each(a, b)
			}
		}
	}
	pairs(func(a, b uint32) {
		var x, y patient.Normalized
		plain.read(&x, int(a))
		plain.read(&y, int(b))
		want, got := merge.CompareNewborn(&x, &y), j.newborn(a, b)
		want.Weight, want.Match, want.Hard, want.Soft = got.Weight, got.Match, got.Hard, got.Soft
		if want != got {
			t.Fatalf("%+v, plain %+v", got, want)
		}
	})
	allocated := testing.AllocsPerRun(1, func() { pairs(func(a, b uint32) { j.newborn(a, b) }) })
	require.Less(t, allocated, float64(rows)/100, "over %d pairs", 39*rows)
}
