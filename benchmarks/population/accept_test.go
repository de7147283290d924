package population

import (
	"os"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
)

// within asserts that a count lies between two bounds.
func within[T int | int64 | float64](t *testing.T, what string, got, lo, hi T) {
	t.Helper()
	assert.True(t, got >= lo && got <= hi, "%s: %v is not within %v and %v", what, got, lo, hi)
	t.Logf("%-46s %12v  (%v to %v)", what, got, lo, hi)
}

// TestWorld holds the world against the figures that were computed from the
// Census: how often strangers share a surname, a birth date and so on. Two of
// those figures take birth dates as spread over 85 years and names as
// independent of age and group. Here half the people are children, which makes
// 1.75 times the pairs of one birth date, and names follow the year of birth and
// the group, which makes 1.7 times the pairs of one name: the bounds say so.
func TestWorld(t *testing.T) {
	c := takeCensus(t, Options{Preset: "medium"})
	c.check(t, 1)
}

func (c census) check(t *testing.T, scale int64) {
	s := float64(scale)
	within(t, "pairs of one surname", c.surnamePairs, int64(2.43e6*s*s), int64(2.97e6*s*s))
	within(t, "pairs of one birth date", c.birthPairs, int64(2.5e5*s*s), int64(3.1e5*s*s))
	within(t, "pairs of one surname and birth date", float64(c.surnameBirthPairs), .8*c.expectedSurnameBirthPairs, 1.2*c.expectedSurnameBirthPairs)
	within(t, "pairs of one name and sex", c.nameSexPairs, int64(4.8e3*s*s), int64(9.6e3*s*s))
	within(t, "pairs of one name, sex and birth date", c.nameSexBirthPairs, int64(.1*s*s), int64(.7*s*s+3))
	within(t, "largest surname", c.largestSurname, int(711*s*.98), int(869*s))
	within(t, "share under 6", share(c.young, c.people), .23, .27)
	within(t, "share of 6 to 18", share(c.school, c.people), .24, .29)
	within(t, "share of adults", share(c.adult, c.people), .46, .53)
	within(t, "twins among babies", share(c.twinBabies, c.babies), .030, .034)
	within(t, "Hispanic surname mass of the top 30", c.hispanicTop, .25, .30)
	within(t, "largest ZIP code area", c.zipShare, .01, .03)
	within(t, "slope of ZIP code areas", c.zipSlope, -1, -.75)
}

func share(part, whole int) float64 { return float64(part) / float64(whole) }

// TestRecords holds the records of the registry against what is known of real
// ones, and against how hard they should be.
func TestRecords(t *testing.T) {
	r := takeReport(t, Options{Preset: "medium"})
	r.check(t, .55, .75)
	for f, want := range [numFeeds]float64{.08, .08, .34, .08, .24, .08, .06, .04} {
		within(t, "share of feed "+feedTable[f].name, share(r.feeds[feedTable[f].name], r.records), want-.03, want+.03)
	}
	within(t, "repeated in their feed", share(r.repeated, r.records), .105, .123)
	within(t, "records of a person", share(r.records, r.persons), 1.5, 1.6)
	within(t, "doses of a record", share(r.doses, r.records), 2, 6)
	within(t, "records of one person that share a dose", share(r.sameShare, r.samePairs), .42, .90)
	within(t, "records of twins that share a dose", share(r.twinShare, r.twinPairs), .42, .90)
	dirty := takeReport(t, Options{Preset: "medium", Noise: "dirty"})
	dirty.check(t, .30, .45)
}

func (r report) check(t *testing.T, lo, hi float64) {
	within(t, "pairs of one person, names and birth date equal", float64(r.exactPairs)/float64(r.pairs), lo, hi)
	within(t, "placeholders", share(r.placeholders, r.records), .005, .03)
}

// TestNaive: a matcher made in an afternoon must not do well.
func TestNaive(t *testing.T) {
	for noise, limit := range map[string]float64{"typical": .93, "dirty": .85} {
		f1, candidates := naiveF1(plainRecords(t, Options{People: 50_000, Noise: noise}))
		within(t, "naive F1, "+noise, f1, .70, limit)
		assert.Greater(t, candidates, 50_000)
	}
}

// TestMillion repeats the tests at a million people, and adds what shows only
// there: keys whose blocks explode.
func TestMillion(t *testing.T) {
	if os.Getenv("IDEM_LONG") != "1" {
		t.Skip("takes half a minute; set IDEM_LONG=1")
	}
	c := takeCensus(t, Options{Preset: "large"})
	c.check(t, 10)
	// The table itself, which is the Census, has a slope of -.84.
	within(t, "slope of surnames, ranks 10 to 10,000", c.slope, -1.1, -.8)
	runtime.GC()
	r := takeReport(t, Options{Preset: "large"})
	r.check(t, .55, .75)
	within(t, "largest phone", r.largestPhone, 150, 20_000)
	within(t, "largest address", r.largestAddress, 1500, 20_000)
	within(t, "records of a practice whose name another has", r.sharedName, .16, .41)
	within(t, "and whose birth date too", r.sharedNameBirth, .0016, .18)
}
