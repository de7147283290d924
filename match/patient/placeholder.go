package patient

import (
	"strings"

	"github.com/idem-health/idem/internal/fold"
)

// A placeholderContext is what else a record says that helps to read a
// placeholder. Names are folded.
type placeholderContext struct {
	MotherGiven, MotherFamily string
	Family                    string // the family name to look for, where it is not the one being read
	Sex                       byte   // 'F', 'M' or 0
	AgeDays                   int    // age when received; -1 unknown
	BirthHospital             bool   // the source is where the child was born
	Single                    bool   // the record says that the child is the only one of its birth
}

// placeholderParts is what remains of the given and family names, folded, once
// the placeholder is taken out of them.
type placeholderParts struct{ Given, Family string }

// The age gates, in days: up to newbornDays a weak word alone (NINA, RN) is a
// placeholder, up to infantDays BABY, BOY and their like. Adults are called
// Baby and Boy too.
const (
	newbornDays = 60
	infantDays  = 366
)

// Circumstances is what else is known of a person whose name may be a
// placeholder. The zero value knows nothing.
type Circumstances struct {
	MotherGiven, MotherFamily string
	Birth, Received           Date // both full: the age, which decides on NINA, RN and BABY
	BirthHospital             bool // the source is where the child was born
}

// Classify reads a given and family name, as received, as a placeholder. Class
// is [NotPlaceholder] for every other name.
func Classify(given, family string, c Circumstances) Placeholder {
	p, _ := classify(given, family, placeholderContext{
		MotherGiven:   fold.Words(c.MotherGiven),
		MotherFamily:  fold.Words(c.MotherFamily),
		AgeDays:       placeholderAge(c.Birth, c.Received),
		BirthHospital: c.BirthHospital,
	})
	return p
}

// placeholderAge is the age in days, -1 where it is not known.
func placeholderAge(birth, received Date) int {
	if !birth.Full() || !received.Full() {
		return -1
	}
	return max(received.Days()-birth.Days(), -1)
}

// classify reads a name as a placeholder, if it is one. The names may be raw
// or folded; a name that is folded and no placeholder is read without
// allocation (B/O, boy of, is surer with its stroke than as B O).
func classify(rawGiven, rawFamily string, ctx placeholderContext) (Placeholder, placeholderParts) {
	parts := placeholderParts{Given: fold.Words(rawGiven), Family: fold.Words(rawFamily)}
	if parts.Given == "" && ctx.AgeDays >= 0 && ctx.AgeDays <= infantDays {
		if p, split := splitFamily(parts.Family, ctx); p.Class != NotPlaceholder {
			return p, split
		}
	}
	if !suspicious(parts.Given) && !suspiciousFamily(parts.Family) {
		return Placeholder{}, parts
	}
	return classifySlowly(rawGiven, parts, ctx)
}

func classifySlowly(rawGiven string, parts placeholderParts, ctx placeholderContext) (Placeholder, placeholderParts) {
	if isTest(parts.Given, parts.Family) {
		return Placeholder{Class: Test, Confidence: Certain}, placeholderParts{Family: parts.Family}
	}
	fam := familyOf(parts.Family, false)
	r := newReader(parts.Given, fam.clean, ctx)
	r.stroke = strings.IndexByte(rawGiven, '/') >= 0
	r.sure = fam.strong
	p := r.read()
	if p.Class == NotPlaceholder && parts.Given != "" &&
		isUnnamedIfYoungWord(parts.Given) && (r.newborn() || isNoFamily(parts.Family) || parts.Family == "NULL") {
		p = Placeholder{Class: Unnamed, Confidence: Probable}
	}
	if p.Class == NotPlaceholder && fam.strong {
		p = placeholderInFamily(parts.Given, fam, ctx)
	}
	if p.Class == NotPlaceholder {
		if fam.strong || isNoFamily(parts.Family) {
			parts.Family = fam.clean
		}
		return p, parts
	}
	return withFamily(p, parts.Family, ctx)
}

// splitFamily reads the family name of an infant without a given name as both
// names, written into one field: CASTRO BOY, SMITH GEORGIAS BOY. Of the ways to
// split it the first counts that leaves no doubt.
func splitFamily(family string, ctx placeholderContext) (Placeholder, placeholderParts) {
	for i := 1; i < len(family); i++ {
		if family[i] != ' ' || !suspicious(family[i+1:]) {
			continue
		}
		p, parts := classifySlowly("", placeholderParts{Given: family[i+1:], Family: family[:i]}, ctx)
		if p.Confidence != Certain {
			continue
		}
		switch p.Class {
		case Generic:
			p.Class, p.Family = Fused, parts.Family
			return p, parts
		case Composed, Fused:
			return p, parts
		}
	}
	return Placeholder{}, placeholderParts{}
}

func isUnnamedIfYoungWord(given string) bool { return len(given) <= 4 && isUnnamedIfYoung(given) }

// placeholderInFamily reads a placeholder that stands in the family name only
// (SMITH BABY BOY). It takes a family name left beside it and a given name that
// is missing or the mother's: the family field alone makes no placeholder.
func placeholderInFamily(given string, fam familyReading, ctx placeholderContext) Placeholder {
	p := Placeholder{Sex: fam.sex, Order: fam.order, Family: fam.clean, Confidence: Certain}
	switch {
	case fam.clean == "":
	case given == "":
		p.Class = Fused
		return p
	case given == ctx.MotherGiven:
		p.Class, p.MotherGiven = Composed, given
		return p
	}
	return Placeholder{}
}

// withFamily completes a placeholder by what the family name says, and cleans
// the family name.
func withFamily(p Placeholder, family string, ctx placeholderContext) (Placeholder, placeholderParts) {
	fam := familyOf(family, true)
	if fam.found {
		if p.Sex == 0 {
			p.Sex = fam.sex
		}
		if p.Order == 0 {
			p.Order = fam.order
		}
		if fam.strong {
			p.Confidence = Certain
		}
		if p.Family == "" && fam.clean != "" {
			p.Family = fam.clean
		}
		if p.Class == Generic || p.Class == Unnamed {
			p.Class = Generic
			if fam.clean != "" {
				p.Class = Fused
			}
		}
	}
	clean := fam.clean
	if clean == "" {
		clean = p.Family
	}
	return p, placeholderParts{Family: clean}
}

// isTest tells whether the two parts together are a test, not a person.
func isTest(given, family string) bool {
	if isTestPair(given, family) {
		return true
	}
	if first, rest, ok := strings.Cut(given, " "); ok && (family == "" || isNoFamily(family)) && isTestPair(first, rest) {
		return true
	}
	words, patient := testWords(given)
	if words == 0 {
		return false
	}
	if words > 1 && patient {
		return true // TEST PATIENT in one field
	}
	of, _ := testWords(family)
	return of > 0
}

// testWords counts the words of a name that stands for a test; 0 where any
// word is another, digits and ordinals apart. both tells whether it names a
// test and a patient.
func testWords(name string) (n int, both bool) {
	var test, patient bool
	for name != "" {
		var w string
		w, name = nextWord(name)
		switch {
		case isTestWord(w):
			n++
			test = test || w == "TEST"
			patient = patient || w == "PATIENT"
		case isDigits(w) || senseOf(w).kind == wordOrdinal || senseOf(w).kind == wordCore: // TEST 1, BABY TEST
		default:
			return 0, false
		}
	}
	return n, test && patient
}

// nextWord splits the first word off a folded name; letters and digits that
// stand together are two words.
func nextWord(s string) (word, rest string) {
	if s == "" {
		return "", ""
	}
	digits := isDigit(s[0])
	i := 1
	for i < len(s) && s[i] != ' ' && isDigit(s[i]) == digits {
		i++
	}
	word = s[:i]
	if i < len(s) && s[i] == ' ' {
		i++
	}
	return word, s[i:]
}

func isDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}
