package scoring

import "github.com/idem-health/idem/match/patient"

// The grades of a record's given name as a placeholder.
const (
	gradeNone uint8 = iota
	gradeNewborn
	gradeUnnamed
	gradeWeak
	gradeTest
)

// placeholderGrade grades the placeholder of one record.
func placeholderGrade(p patient.Placeholder) uint8 {
	switch {
	case p.Class == patient.NotPlaceholder:
		return gradeNone
	case p.Class == patient.Test:
		return gradeTest
	case p.Confidence != patient.Certain:
		return gradeWeak
	case p.Class == patient.Unnamed:
		return gradeUnnamed
	}
	return gradeNewborn
}

// comparePlaceholder says which placeholders are involved, the more doubtful
// side first.
func comparePlaceholder(a, b uint8) uint8 {
	switch max(a, b) {
	case gradeTest:
		return placeholderTest
	case gradeWeak:
		return placeholderWeak
	case gradeUnnamed:
		return placeholderUnnamed
	case gradeNewborn:
		if a == b {
			return placeholderBoth
		}
		return placeholderOne
	}
	return 0
}

// A sequentialView is what the test for consecutive identifiers looks at.
type sequentialView struct {
	SSN string
	MRN []string
}

// compareSequential reports identifiers of one authority that follow each
// other, as they do for twins.
func compareSequential(a, b *sequentialView) uint8 {
	if consecutive(a.SSN, b.SSN) {
		return sequentialYes
	}
	for _, x := range a.MRN {
		for _, y := range b.MRN {
			if sameAuthority(x, y) && consecutive(x, y) {
				return sequentialYes
			}
		}
	}
	return 0
}

// consecutive reports whether a and b end in numbers that follow each other
// and are otherwise the same.
func consecutive(a, b string) bool {
	return successor(a, b) || successor(b, a)
}

// successor reports whether b is a with its last number one higher, by carrying
// through trailing nines.
func successor(a, b string) bool {
	if len(a) != len(b) || a == "" {
		return false
	}
	i := len(a) - 1
	for i > 0 && a[i] == '9' && b[i] == '0' {
		i--
	}
	return a[i] >= '0' && a[i] < '9' && b[i] == a[i]+1 && a[:i] == b[:i]
}

// compareBirthTime compares birth times, minutes since midnight plus one.
// Twins are born some minutes apart.
func compareBirthTime(a, b int16) uint8 {
	switch d := max(a-b, b-a); {
	case a == 0 || b == 0:
		return 0
	case d == 0:
		return timeExact
	case d <= 60:
		return timeMinutes
	}
	return timeDiffers
}

// A deathView is what the comparison of deaths looks at: dates YYYYMMDD.
type deathView struct{ Death, Activity string }

// compareDeath compares dates of death; where one alone is known, activity of
// the other after it is a doubt.
func compareDeath(a, b deathView) uint8 {
	switch {
	case a.Death != "" && b.Death != "":
		if a.Death == b.Death {
			return deathAgree
		}
		return deathDiffers
	case a.Death != "" && after(b.Activity, a.Death), b.Death != "" && after(a.Activity, b.Death):
		return deathActive
	}
	return 0
}

// after reports whether activity is surely later than death, parts of which
// may be unknown.
func after(activity, death string) bool {
	return activity > latest(death)
}

// latest returns the latest date a date with unknown parts may be.
func latest(d string) string {
	month, day := d[4:6], d[6:]
	if month == "00" {
		return d[:4] + "9999"
	}
	if day == "00" {
		day = "99"
	}
	return d[:4] + month + day
}
