package scoring

import (
	"strings"

	"github.com/idem-health/idem/match/patient"
)

// comparePhone compares phone numbers by their last ten digits. The same last
// seven are near: area codes are dropped and split.
func comparePhone(a, b string) uint8 {
	a, b = lastDigits(a, 10), lastDigits(b, 10)
	switch {
	case a == "" || b == "":
		return 0
	case a == b:
		return nearExact
	case len(a) >= 7 && len(b) >= 7 && lastDigits(a, 7) == lastDigits(b, 7), oneEdit(a, b):
		return nearNear
	}
	return nearDiffers
}

func lastDigits(s string, n int) string { return s[max(len(s)-n, 0):] }

// comparePostalCode compares postal codes: US ZIP codes by their five digits,
// UK postcodes by unit, outward code and area.
func comparePostalCode(a, b string) uint8 {
	a, b = postalCode(a), postalCode(b)
	if a == "" || b == "" {
		return 0
	}
	outwardA, areaA := postalParts(a)
	outwardB, areaB := postalParts(b)
	switch {
	case a == b:
		return postalExact
	case outwardA != "" && outwardA == outwardB, oneEdit(a, b):
		return postalNear
	case areaA != "" && areaA == areaB:
		return postalArea
	}
	return postalDiffers
}

// postalCode leaves out spaces and the add-on of a ZIP+4.
func postalCode(s string) string {
	s = strings.ReplaceAll(s, " ", "")
	if len(s) == 9 && digitsOnly(s) {
		return s[:5]
	}
	return s
}

// postalParts returns the outward code of a UK postcode, and the area: its
// letters, or the first three digits of a ZIP code.
func postalParts(s string) (outward, area string) {
	if digitsOnly(s) {
		return "", s[:min(3, len(s))]
	}
	if len(s) >= 5 && len(s) <= 7 {
		outward = s[:len(s)-3]
	}
	n := 0
	for n < len(s) && s[n] > '9' {
		n++
	}
	return outward, s[:n]
}

func digitsOnly(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// compareAddress compares two addresses as wholes. An institution's address is
// hardly evidence and counts as missing.
func compareAddress(a, b *patient.NormalAddress) uint8 {
	if a.Institution || b.Institution {
		return 0
	}
	zip := compareNumber(postalCode(a.PostalCode), postalCode(b.PostalCode))
	if a.Street == "" || b.Street == "" {
		return compareAddressPlace(zip)
	}
	city := compareCity(a.City, b.City)
	lineA, lineB := a.Number+" "+a.Street, b.Number+" "+b.Street
	allowed := 2
	if zip == nearExact || zip == nearNear || city == nearExact || city == nearNear {
		allowed = 3
	}
	switch {
	case sameCompact(lineA, lineB) && zip <= nearExact && city <= nearExact && !unitConflict(a, b):
		return addressSame
	case within(lineA, lineB, allowed):
		return addressNear
	case zip == nearExact:
		return addressZip
	}
	return addressDiffers
}

// compareAddressPlace says what the postal code alone says where a street is
// missing.
func compareAddressPlace(zip uint8) uint8 {
	switch zip {
	case nearExact:
		return addressZip
	case nearNear:
		return addressZipNear
	case nearDiffers:
		return addressDiffers
	}
	return 0
}

func compareCity(a, b string) uint8 {
	switch {
	case a == "" || b == "":
		return 0
	case sameCompact(a, b):
		return nearExact
	case slip(a, b):
		return nearNear
	}
	return nearDiffers
}

func unitConflict(a, b *patient.NormalAddress) bool {
	return a.Unit != "" && b.Unit != "" && !sameCompact(a.Unit, b.Unit)
}

// compareDoses compares immunization histories, sorted lists of CVX|DATE|LOT.
// Only doses with a lot can be the same. Two histories are disjoint where both
// have doses with lots, over the same time, and not one date in common.
func compareDoses(a, b []string) uint8 {
	shared := 0
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] < b[j]:
			i++
		case a[i] > b[j]:
			j++
		default:
			if hasLot(a[i]) && (i == 0 || a[i] != a[i-1]) {
				shared++
			}
			i++
			j++
		}
	}
	switch {
	case shared > 0:
		return dosesOne - uint8(min(shared, maxSharedDoses)-1)
	case disjoint(a, b):
		return dosesDisjoint
	}
	return 0
}

func hasLot(dose string) bool { return !strings.HasSuffix(dose, "|") && strings.Count(dose, "|") == 2 }

func doseDate(dose string) string {
	_, rest, _ := strings.Cut(dose, "|")
	date, _, _ := strings.Cut(rest, "|")
	return date
}

// minDisjoint is the number of doses with lots either history needs before
// their having nothing in common means anything.
const minDisjoint = 3

func disjoint(a, b []string) bool {
	firstA, lastA, okA := doseSpan(a)
	firstB, lastB, okB := doseSpan(b)
	if !okA || !okB || firstA > lastB || firstB > lastA {
		return false
	}
	for _, x := range a {
		for _, y := range b {
			if doseDate(x) == doseDate(y) {
				return false
			}
		}
	}
	return true
}

func doseSpan(doses []string) (first, last string, ok bool) {
	n := 0
	for _, d := range doses {
		date := doseDate(d)
		if !hasLot(d) || len(date) != 8 {
			continue
		}
		if n == 0 || date < first {
			first = date
		}
		last = max(last, date)
		n++
	}
	return first, last, n >= minDisjoint
}
