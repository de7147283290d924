package scoring

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/scoring/strsim"
)

// A givenView is what the comparison of given names looks at in one record.
type givenView struct {
	Given, Middle, Family string
	Aliases               []string
	Placeholder           bool // the given name was a placeholder and is missing for that reason
}

// compareGiven compares given names. The order of the tests is the order of
// the levels, but for names that are exactly crosswise, which come first.
func compareGiven(a, b *givenView) uint8 {
	if crosswise(a, b) && !sameCompact(a.Given, b.Given) {
		return givenSwap
	}
	if a.Given == "" || b.Given == "" {
		return compareGivenMissing(a, b)
	}
	switch {
	case sameCompact(a.Given, b.Given), writtenTogether(a, b), writtenTogether(b, a):
		return givenExact
	case sameNickname(a.Given, b.Given):
		return givenNickname
	case swapped(a, b):
		return givenSwap
	case isMiddle(a.Given, b.Middle), isMiddle(b.Given, a.Middle):
		return givenMidswap
	case isAlias(a.Given, b.Aliases), isAlias(b.Given, a.Aliases):
		return givenAlias
	}
	return compareGivenSpelling(a.Given, b.Given)
}

// compareGivenMissing finds what middle names and aliases still say when a
// given name is missing. The middle name of a placeholder says nothing: it may
// be the mother's name (GIRL MARIE). One name alone, here as given name and there
// as family name, says nothing either: where values were left out at random it
// is chance more often than a person of one name.
func compareGivenMissing(a, b *givenView) uint8 {
	switch {
	case a.Given == "" && !a.Placeholder && isMiddle(b.Given, a.Middle),
		b.Given == "" && !b.Placeholder && isMiddle(a.Given, b.Middle):
		return givenMidswap
	case isAlias(a.Given, b.Aliases), isAlias(b.Given, a.Aliases):
		return givenAlias
	}
	return 0
}

// sameNickname reports whether two given names are nicknames or spellings of one,
// word by word where they have several.
func sameNickname(a, b string) bool {
	if patient.SameNickname(a, b) {
		return true
	}
	if strings.IndexByte(a, ' ') < 0 || strings.Count(a, " ") != strings.Count(b, " ") {
		return false
	}
	x, y := words(a), words(b)
	if len(x) < 2 || len(x) != len(y) {
		return false
	}
	for i := range x {
		if !patient.SameNickname(x[i], y[i]) {
			return false
		}
	}
	return true
}

// compareGivenSpelling compares two given names that differ, as texts.
func compareGivenSpelling(a, b string) uint8 {
	switch {
	case subset(a, b):
		return givenSubset
	case slip(a, b):
		return givenSlip
	case initial(a, b):
		return givenInitial
	case prefix(a, b, 3):
		return givenPrefix
	case shareWord(a, b, 2):
		return givenPartial
	}
	switch alignment := strsim.Align(a, b); {
	case alignment.AtLeast(nameClose):
		return givenClose
	case alignment.AtLeast(nameNear):
		return givenNear
	case alignment.AtLeast(nameFar):
		return givenFar
	}
	return givenDiffers
}

// crosswise reports whether each one's given name is the other's family name.
func crosswise(a, b *givenView) bool {
	return a.Given != "" && b.Given != "" && sameCompact(a.Given, b.Family) && sameCompact(a.Family, b.Given)
}

// swapped reports whether the names are alike crosswise and not straight, so
// that MARTIN MARTINS and MARTINE MARTIN stay what they are.
func swapped(a, b *givenView) bool {
	return a.Family != "" && b.Family != "" &&
		similar(a.Given, b.Family, nameSwap) && similar(a.Family, b.Given, nameSwap) &&
		!(similar(a.Given, b.Given, nameSwap) && similar(a.Family, b.Family, nameSwap))
}

// writtenTogether reports whether b's given name is a's given and middle name
// written as one.
func writtenTogether(a, b *givenView) bool {
	return a.Middle != "" && sameCompact(a.Given+a.Middle, b.Given)
}

func isMiddle(given, middle string) bool {
	return utf8.RuneCountInString(middle) > 1 && sameCompact(given, middle)
}

func isAlias(name string, aliases []string) bool {
	return name != "" && slices.ContainsFunc(aliases, func(s string) bool { return sameCompact(name, s) })
}

// subset reports whether the words of one name are all among the other's,
// which has more. A lone initial is no such word.
func subset(a, b string) bool {
	if oneWord(a) && oneWord(b) {
		return false
	}
	x, y := words(a), words(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	if len(x) == len(y) {
		return false
	}
	for _, w := range x {
		if utf8.RuneCountInString(w) < 2 || !slices.Contains(y, w) {
			return false
		}
	}
	return true
}

// initial reports whether one name is the other's first letter alone.
func initial(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	return utf8.RuneCountInString(a) == 1 && strings.HasPrefix(b, a)
}

// prefix reports whether one name, of n letters or more, begins the other.
func prefix(a, b string, n int) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	return utf8.RuneCountInString(a) >= n && strings.HasPrefix(b, a)
}

// shareWord reports whether a and b have a word of n letters or more in common.
func shareWord(a, b string, n int) bool {
	for wa := range strings.FieldsSeq(a) {
		if utf8.RuneCountInString(wa) < n {
			continue
		}
		for wb := range strings.FieldsSeq(b) {
			if wa == wb {
				return true
			}
		}
	}
	return false
}

// A familyView is what the comparison of family names looks at in one record.
type familyView struct {
	Family  string
	Aliases []string // the patient's other family names
	Mother  []string // maiden and family names of the mother, family names of guardians
}

// compareFamily compares family names.
func compareFamily(a, b *familyView) uint8 {
	if a.Family == "" || b.Family == "" {
		return 0
	}
	switch {
	case sameCompact(a.Family, b.Family), sameWords(a.Family, b.Family):
		return familyExact
	case shareWord(a.Family, b.Family, 3):
		return familyPart
	case slip(a.Family, b.Family), patient.SameFamilyName(a.Family, b.Family):
		return familySlip
	case prefix(a.Family, b.Family, 4):
		return familyPrefix
	case otherFamily(a, b), otherFamily(b, a):
		return familyOther
	}
	switch alignment := strsim.Align(a.Family, b.Family); {
	case alignment.AtLeast(nameClose):
		return familyClose
	case alignment.AtLeast(nameNear):
		return familyNear
	case alignment.AtLeast(nameFar):
		return familyFar
	}
	return familyDiffers
}

// otherFamily reports whether a's family name, or one a had before, is another
// family name of b: an earlier one, or the mother's or a guardian's.
func otherFamily(a, b *familyView) bool {
	if isAlias(a.Family, b.Aliases) || isAlias(a.Family, b.Mother) {
		return true
	}
	return slices.ContainsFunc(a.Aliases, func(s string) bool { return isAlias(s, b.Aliases) })
}

// sameWords reports whether a and b have the same words in any order.
func sameWords(a, b string) bool {
	if oneWord(a) || oneWord(b) {
		return false
	}
	x, y := words(a), words(b)
	if len(x) < 2 || len(x) != len(y) {
		return false
	}
	slices.Sort(x)
	slices.Sort(y)
	return slices.Equal(x, y)
}

// A middleView is what the comparison of middle names looks at in one record.
type middleView struct{ Middle, Given string }

// compareMiddle compares middle names.
func compareMiddle(a, b *middleView) uint8 {
	if a.Middle == "" || b.Middle == "" {
		return 0
	}
	switch {
	case sameCompact(a.Middle, b.Middle):
		return middleExact
	case prefix(a.Middle, b.Middle, 1):
		return middleInitial
	case slip(a.Middle, b.Middle), sameNickname(a.Middle, b.Middle):
		return middleSlip
	case isMiddle(a.Given, b.Middle), isMiddle(b.Given, a.Middle):
		return middleGiven
	}
	return middleDiffers
}

// compareGivenAlone compares the given names of mothers and guardians.
func compareGivenAlone(a, b string) uint8 {
	switch {
	case a == "" || b == "":
		return 0
	case sameCompact(a, b):
		return nearExact
	case slip(a, b), sameNickname(a, b):
		return nearNear
	}
	return nearDiffers
}

// compareMaiden compares mothers' maiden names; a shared part of a compound
// name counts as a slip.
func compareMaiden(a, b string) uint8 {
	switch {
	case a == "" || b == "":
		return 0
	case sameCompact(a, b), sameWords(a, b):
		return nearExact
	case slip(a, b), shareWord(a, b, 3), patient.SameFamilyName(a, b):
		return nearNear
	}
	return nearDiffers
}

// A guardianView is what the comparison of guardians looks at in one record.
type guardianView struct{ Given, Family []string }

// compareGuardian compares guardians by given and family name. A given name
// decides where both have one; a family name alone says little.
func compareGuardian(a, b *guardianView) uint8 {
	given := best(a.Given, b.Given, compareGivenAlone)
	family := best(a.Family, b.Family, compareExact) == plainExact
	switch {
	case given == 0 && family:
		return guardianFamily
	case given == 0:
		return 0
	case given == nearDiffers:
		return guardianDiffers
	case family:
		return guardianFull
	}
	return guardianGiven
}
