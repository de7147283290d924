package patient

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// The authority of medical record numbers is the same whichever column comes
// first.
func TestAuthoritiesBeforeAndAfterNumbers(t *testing.T) {
	for _, c := range []struct{ numbers, authorities string }{
		{"7", "HOSP"}, {"7;111", "HOSP"}, {"7;111", "HOSP;CLINIC"}, {"7;111;5", "HOSP;CLINIC"}, {"7", "HOSP;CLINIC"}, {"7;111", ""},
	} {
		var before, after Record
		before.SetField("mrn_authority", c.authorities, "")
		before.SetField("mrn", c.numbers, "")
		after.SetField("mrn", c.numbers, "")
		after.SetField("mrn_authority", c.authorities, "")
		x, _ := Normalize(&before, US())
		y, _ := Normalize(&after, US())
		assert.Equal(t, y.MRN, x.MRN, "%s of %s", c.numbers, c.authorities)
	}
}
