package match

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/idem-health/idem/internal/table"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/merge"
)

// What the newborn rules read back from table rows is what the normalised
// records say.
func TestNewbornFactsSurviveTheTable(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	pools := map[string][]string{
		"given_name": {"BABYBOY", "BABY GIRL A", "JUDYSGIRL", "NINA", "Liam", "Emma", "", "UNKNOWN"},
		"alias":      {"", "", "Lee"}, "family_name": {"Smith", "Garcia Lopez", ""}, "maiden_name": {"", "Jones"},
		"birth_date": {"2026-03-01", "2026-03-02", "2026-03", ""}, "birth_time": {"", "0930", "0935"}, "sex": {"F", "M", ""},
		"multiple_birth": {"", "Y", "N"}, "birth_order": {"", "1", "2"}, "mother_given": {"", "Judy", "Carol"},
		"mother_maiden": {"", "Jones"}, "guardian_given": {"", "Paul;Judy"}, "guardian_family": {"", "Smith"},
		"address": {"", "12 Oak St Apt 2", "SHELTER 1 Main St"}, "city": {"", "Lansing"}, "postal_code": {"", "48911"},
		"phone": {"", "6162340100", "6162340100;5172340199"}, "ssn": {"", "219556788", "219556789"}, "medicaid_id": {"", "AB12"},
		"mrn": {"", "111", "112"}, "mrn_authority": {"HOSP", ""}, "birth_certificate": {"", "2026-5", "2026-6"},
		"birth_facility": {"", "General"}, "doses": {"", "08|2026-03-01|X12"}, "death_date": {"", "2026-03-05"}, "received": {"", "2026-04-15", "2026-03-02"},
	}
	builder := table.NewBuilder(table.Spec{Text: newbornFields})
	var normalized []patient.Normalized
	for range 150 {
		var r patient.Record
		for _, name := range patient.StandardNames() {
			if pool := pools[name]; len(pool) > 0 {
				r.SetField(name, pool[rng.IntN(len(pool))], "")
			}
		}
		n, _ := patient.Normalize(&r, patient.US())
		normalized = append(normalized, n)
		builder.Add(&n)
	}
	tab := builder.Freeze(nil, 0, nil)
	reader := newRowReader(tab)
	for i := range tab.Len() {
		x, a := reader.normalized(i), &normalized[tab.Origin(i)]
		assert.Equal(t, merge.ViewNewborn(a), merge.ViewNewborn(&x))
		for j := range tab.Len() {
			y, b := reader.normalized(j), &normalized[tab.Origin(j)]
			assert.Equal(t, merge.CompareNewborn(a, b), merge.CompareNewborn(&x, &y))
		}
	}
}
