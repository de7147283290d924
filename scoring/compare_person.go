package scoring

import (
	"strings"

	"github.com/idem-health/idem/match/patient"
)

// compareBirthDate compares birth dates written YYYYMMDD, 00 for a part that
// is not known.
func compareBirthDate(a, b string) uint8 {
	if len(a) != 8 || len(b) != 8 {
		return 0
	}
	if !wholeDate(a) || !wholeDate(b) {
		return compareBirthParts(a, b)
	}
	year, month, day := a[:4] == b[:4], a[4:6] == b[4:6], a[6:] == b[6:]
	switch {
	case year && month && day:
		return birthExact
	case year && a[4:6] == b[6:] && a[6:] == b[4:6]:
		return birthSwapped
	case dayApart(a, b):
		return birthDay
	case oneEdit(a, b):
		return birthDigit
	case month && day:
		return birthYear
	case year && month:
		return birthMonth
	case year && day:
		return birthTwo
	case edits(a, b) == 2:
		return birthOSA2
	case year:
		return birthSameYear
	}
	return birthYearsApart(dateYear(a), dateYear(b))
}

// A generation is how many years parent and child are apart: those who bear one
// name and live at one address differ so.
const (
	generationMin = 15
	generationMax = 50
)

// birthYearsApart is the level of two birth dates that have nothing in common.
func birthYearsApart(a, b uint16) uint8 {
	if d := max(a, b) - min(a, b); d >= generationMin && d <= generationMax {
		return birthGeneration
	}
	return birthDiffers
}

// dateYear is the year of a date written YYYYMMDD.
func dateYear(s string) uint16 { return dateOf(s).Year }

// compareBirthParts compares birth dates of which one is not wholly known. Year
// and month are evidence; a year alone, or parts one slip apart, are too little
// to speak either way.
func compareBirthParts(a, b string) uint8 {
	n := 4
	if a[4:6] != "00" && b[4:6] != "00" {
		n = 6
	}
	switch {
	case a[:n] == b[:n] && n == 6:
		return birthMonth
	case within(a[:n], b[:n], 1):
		return 0
	}
	return birthYearsApart(dateYear(a), dateYear(b))
}

func wholeDate(s string) bool { return s[4:6] != "00" && s[6:] != "00" }

// dayApart reports whether two dates follow each other.
func dayApart(a, b string) bool {
	x, y := dateOf(a).Days(), dateOf(b).Days()
	return x != 0 && y != 0 && (x-y == 1 || y-x == 1)
}

func dateOf(s string) patient.Date {
	digit := func(i int) uint16 { return uint16(s[i] - '0') }
	return patient.Date{
		Year:  digit(0)*1000 + digit(1)*100 + digit(2)*10 + digit(3),
		Month: uint8(digit(4)*10 + digit(5)),
		Day:   uint8(digit(6)*10 + digit(7)),
	}
}

// compareSex compares sex. X is no evidence against F or M: one feed may know
// what another cannot say.
func compareSex(a, b byte) uint8 {
	switch {
	case a == 0 || b == 0:
		return 0
	case a == b:
		return plainExact
	case a == 'X' || b == 'X':
		return 0
	}
	return plainDiffers
}

// compareSuffix compares name suffixes; one side alone says nothing.
func compareSuffix(a, b string) uint8 {
	return compareExact(commonSuffix(a), commonSuffix(b))
}

func commonSuffix(s string) string {
	switch s {
	case "JR":
		return "II"
	case "SR":
		return "I"
	}
	return s
}

// A multipleView is what the comparison of multiple births looks at.
type multipleView struct {
	Multiple patient.Answer
	Order    uint8
}

func (v multipleView) is() bool { return v.Multiple == patient.Yes || v.Order >= 2 }

// compareMultiple compares what is known of a multiple birth. Two single
// births are no evidence: nearly everyone is one.
func compareMultiple(a, b multipleView) uint8 {
	x, y := a.is(), b.is()
	orders := a.Order != 0 && b.Order != 0
	switch {
	case !x && !y:
		return 0
	case orders && a.Order != b.Order:
		return multipleConflict
	case x && !y && b.Multiple == patient.No, y && !x && a.Multiple == patient.No:
		return multipleStatus
	case orders:
		return multipleAgree
	case x && y:
		return multipleOrderless
	}
	return multipleOneSide
}

// compareSSN compares social security numbers.
func compareSSN(a, b string) uint8 {
	switch {
	case a == "" || b == "":
		return 0
	case a == b:
		return ssnExact
	}
	switch edits(a, b) {
	case 0, 1:
		return ssnOSA1
	case 2:
		return ssnOSA2
	}
	return ssnDiffers
}

// compareScoped compares lists of numbers written AUTHORITY|NUMBER. Numbers
// differ only where one known authority has issued both.
func compareScoped(a, b []string) uint8 {
	var differs bool
	for _, x := range a {
		for _, y := range b {
			if x == y {
				return plainExact
			}
			differs = differs || sameAuthority(x, y)
		}
	}
	if differs {
		return plainDiffers
	}
	return 0
}

func sameAuthority(a, b string) bool {
	x, _, _ := strings.Cut(a, "|")
	y, _, _ := strings.Cut(b, "|")
	return x != "" && x == y
}
