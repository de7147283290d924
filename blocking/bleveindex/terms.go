package bleveindex

import (
	"slices"
	"strings"

	"github.com/idem-health/idem/match/patient"
)

// The fields of the index. Each is a dictionary of whole terms; no analyzer ever
// sees a name (bleve's standard one drops An, Do and No as English stop words).
const (
	fieldDay    = "d" // year, month and day, family name, given name
	fieldNames  = "n" // family and given name in both orders, year, month and day
	fieldMother = "m" // year, month and day, mother's given name, family name
	fieldNumber = "i" // kind, identifier
	fieldKey    = "k" // blocking keys, see Options.Keys
	fieldWord   = "w" // words, for free text
	fieldDigits = "x" // numbers and dates, for free text
	fieldEntry  = "e" // the record's digest, stored only
)

// Bounds of what is filed of one record.
const (
	maxNames = 4  // given or family names
	maxPairs = 8  // of a given and a family name
	maxWords = 64 // words and numbers for free text
)

// A term is one term of a field.
type term struct{ field, text string }

// join makes a composite term. Each section is cut like those of a pattern.
func join(parts ...string) string {
	var b strings.Builder
	for i, part := range parts {
		if i > 0 {
			b.WriteByte(sep)
		}
		b.WriteString(cut(part))
	}
	return b.String()
}

// names are the names and the birth date of a record, in the form of terms.
type names struct {
	given, family []string // own, without spaces, the current one first
	parents       []string // family names of the mother, which a newborn may bear
	mother        string   // her given name
	year, day     string   // "2014", "0312"; "03" where the day is unknown, "" where nothing is
}

// dated reports whether the whole birth date is known.
func (s *names) dated() bool { return len(s.day) == 4 }

func namesOf(n *patient.Normalized) names {
	var s names
	s.given = appendNames(s.given, n.Given)
	s.given = appendNames(s.given, n.GivenAliases...)
	s.family = appendNames(s.family, n.Family)
	s.family = appendNames(s.family, n.FamilyAliases...)
	if len(s.given)+len(s.family) == 0 && n.FullName != "" && n.Placeholder.Class == patient.NotPlaceholder {
		first, last := n.FullName, n.FullName
		if i := strings.IndexByte(first, ' '); i >= 0 {
			first, last = first[:i], last[strings.LastIndexByte(last, ' ')+1:]
			s.given = appendNames(s.given, first)
		}
		s.family = appendNames(s.family, last)
	}
	s.given = appendParts(s.given, n.Given)
	s.family = appendParts(s.family, n.Family)
	s.parents = appendNames(s.parents, n.MotherFamily, n.MotherMaiden, n.Placeholder.Family)
	s.mother = compact(n.MotherGiven)
	if d := n.Birth.Compact(); d != "" {
		s.year = d[:4]
		s.day = strings.TrimSuffix(strings.TrimSuffix(d[4:], "00"), "00")
	}
	return s
}

func appendNames(dst []string, list ...string) []string {
	for _, name := range list {
		if name = compact(name); name != "" && len(dst) < maxNames && !slices.Contains(dst, name) {
			dst = append(dst, name)
		}
	}
	return dst
}

// appendParts appends the parts of a compound name, any of which may be all that
// another record has.
func appendParts(dst []string, name string) []string {
	if strings.IndexByte(name, ' ') < 0 {
		return dst
	}
	for word := range strings.FieldsSeq(name) {
		if len(word) > 2 && !patient.Particle(word) {
			dst = appendNames(dst, word)
		}
	}
	return dst
}

func compact(s string) string {
	if strings.IndexByte(s, ' ') < 0 {
		return s
	}
	return strings.ReplaceAll(s, " ", "")
}

// pairs calls f with the pairs of a family and a given name; either may be
// missing, not both.
func (s *names) pairs(families []string, f func(family, given string)) {
	given := s.given
	if len(given) == 0 {
		given = []string{""}
	}
	if len(families) == 0 && len(s.given) > 0 {
		families = []string{""}
	}
	n := 0
	for _, family := range families {
		for _, g := range given {
			if n++; n > maxPairs {
				return
			}
			f(family, g)
		}
	}
}

// termsOf returns the distinct terms of a record but for its keys, sorted.
func termsOf(id string, n *patient.Normalized) []term {
	var terms []term
	s := namesOf(n)
	s.pairs(slices.Concat(s.family, s.parents), func(family, given string) {
		if s.year != "" {
			terms = append(terms, term{fieldDay, join(s.year, s.day, family, given)})
		}
	})
	s.pairs(s.family, func(family, given string) {
		if family != "" && given != "" {
			terms = append(terms, term{fieldNames, join(family, given, s.year, s.day)}, term{fieldNames, join(given, family, s.year, s.day)})
		}
	})
	if s.mother != "" && s.year != "" {
		for _, family := range slices.Concat(s.family, s.parents) {
			terms = append(terms, term{fieldMother, join(s.year, s.day, s.mother, family)})
		}
	}
	numbers(n, func(kind, number string) {
		terms = append(terms, term{fieldNumber, join(kind, number)})
	})
	terms = appendText(terms, id, n)
	slices.SortFunc(terms, compareTerms)
	return slices.Compact(terms)
}

func compareTerms(a, b term) int {
	if c := strings.Compare(a.field, b.field); c != 0 {
		return c
	}
	return strings.Compare(a.text, b.text)
}

// minNumber is the shortest identifier that is searched for with a digit wrong:
// a shorter one has too many neighbors.
const minNumber = 6

// numbers calls f with the identifiers that are a person's own, authorities left out.
func numbers(n *patient.Normalized, f func(kind, number string)) {
	add := func(kind, number string) {
		if len(number) >= minNumber {
			f(kind, number)
		}
	}
	add("s", n.SSN)
	add("m", n.Medicaid)
	add("b", compact(n.BirthCertificate))
	for _, list := range []struct {
		kind string
		ids  []string
	}{{"r", n.MRN}, {"u", n.StudentID}} {
		for _, id := range list.ids[:min(len(list.ids), maxNames)] {
			add(list.kind, id[strings.IndexByte(id, '|')+1:])
		}
	}
}

// textFields are the fields whose words a steward may type.
var textFields = [...]patient.Field{
	patient.FieldGiven, patient.FieldMiddle, patient.FieldFamily, patient.FieldGivenAlias, patient.FieldFamilyAlias,
	patient.FieldMotherGiven, patient.FieldMotherFamily, patient.FieldMotherMaiden,
	patient.FieldGuardianGiven, patient.FieldGuardianFamily, patient.FieldFullName, patient.FieldCity, patient.FieldStreet,
}

// digitFields are those whose numbers a steward may type.
var digitFields = [...]patient.Field{
	patient.FieldBirthDate, patient.FieldPhone, patient.FieldSSN, patient.FieldMedicaid, patient.FieldMRN,
	patient.FieldStudentID, patient.FieldBirthCertificate, patient.FieldPostalCode, patient.FieldStreetNumber,
}

// appendText appends the terms of free text. A placeholder's own words are none
// of them: the full name is left out where the given name is a placeholder.
func appendText(terms []term, id string, n *patient.Normalized) []term {
	words, digits := 0, 0
	var values []string
	for _, f := range textFields {
		if f == patient.FieldFullName && n.Placeholder.Class != patient.NotPlaceholder {
			continue
		}
		values = n.AppendValues(values[:0], f)
		for _, v := range values {
			for word := range strings.FieldsSeq(v) {
				if words++; words <= maxWords {
					terms = append(terms, term{fieldWord, cut(word)})
				}
			}
		}
	}
	for _, f := range digitFields {
		values = n.AppendValues(values[:0], f)
		for _, v := range values {
			v = v[strings.IndexByte(v, '|')+1:]
			for _, number := range numberForms(f, compact(v)) {
				if digits++; digits <= maxWords {
					terms = append(terms, term{fieldDigits, cut(number)})
				}
			}
		}
	}
	for _, word := range tokens(id) {
		terms = append(terms, term{fieldDigits, cut(word)})
	}
	return terms
}

// numberForms are the forms in which a number is typed: a phone without its
// area, the last four of a social security number, a date as it is known.
func numberForms(f patient.Field, v string) []string {
	switch {
	case v == "":
		return nil
	case f == patient.FieldPhone && len(v) > 7:
		return []string{v, v[len(v)-7:]}
	case f == patient.FieldSSN && len(v) > 4:
		return []string{v, v[len(v)-4:]}
	case f == patient.FieldBirthDate:
		return []string{dateMark + v}
	}
	return []string{v}
}

// dateMark sets dates apart from other numbers.
const dateMark = "D"
