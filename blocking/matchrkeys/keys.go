package matchrkeys

import (
	"slices"
	"strings"

	"github.com/antzucaro/matchr"

	"github.com/idem-health/idem/blocking"
	"github.com/idem-health/idem/internal/fold"
	"github.com/idem-health/idem/match/patient"
)

// DoubleMetaphone appends the codes of L. Philips' Double Metaphone (2000) for
// each word of value: the first, and the second where it differs.
func DoubleMetaphone(dst []string, value string) []string {
	return appendCodes(dst, value, func(word string) (string, string) { return matchr.DoubleMetaphone(word) })
}

// NYSIIS appends the code of the New York State Identification and Intelligence
// System (1970) for each word of value.
func NYSIIS(dst []string, value string) []string {
	return appendCodes(dst, value, func(word string) (string, string) { return matchr.NYSIIS(word), "" })
}

// Phonex appends the code of Phonex (A. J. Lait and B. Randell, 1996) for each
// word of value.
//
// matchr loses the first letter of a word that starts with ND, NG, MD or MG: its
// code for NGUYEN and NGO starts with the digit of the N. Such a code is
// refused: those words have no key.
func Phonex(dst []string, value string) []string {
	return appendCodes(dst, value, func(word string) (string, string) {
		code := matchr.Phonex(word)
		if code == "" || code[0] < 'A' {
			return "", ""
		}
		return code, ""
	})
}

// Soundex appends the American Soundex code of each word of value.
func Soundex(dst []string, value string) []string {
	return appendCodes(dst, value, func(word string) (string, string) { return matchr.Soundex(word), "" })
}

// words are the words of a name that are worth a key: of two letters or more, and
// no particles.
var words = patient.Column{Field: patient.FieldFamily, Transform: patient.Token}

func appendCodes(dst []string, value string, encode func(word string) (first, second string)) []string {
	start := len(dst)
	for _, word := range words.AppendKeys(nil, fold.Words(value)) {
		if !latin(word) {
			continue
		}
		first, second := encode(word)
		for _, code := range [...]string{first, second} {
			if strings.Trim(code, "0") != "" && !slices.Contains(dst[start:], code) {
				dst = append(dst, code)
			}
		}
	}
	return dst
}

// latin reports whether a word has two letters or more, all of A to Z. Phonex
// gives "0000" for all others, Double Metaphone nothing, and Soundex their first
// character.
func latin(word string) bool {
	for i := range len(word) {
		if word[i] < 'A' || word[i] > 'Z' {
			return false
		}
	}
	return len(word) >= 2
}

// Funcs returns the key functions of a field of names, called after the field
// and the code: "family:double_metaphone", "family:nysiis", "family:phonex" and
// "family:matchr_soundex".
func Funcs(field patient.Field) []blocking.KeyFunc {
	name := field.String()
	return []blocking.KeyFunc{
		{Name: name + ":double_metaphone", Field: field, Append: DoubleMetaphone},
		{Name: name + ":nysiis", Field: field, Append: NYSIIS},
		{Name: name + ":phonex", Field: field, Append: Phonex},
		{Name: name + ":matchr_soundex", Field: field, Append: Soundex},
	}
}

// Rules returns rules that make a pair of two records whose family names have a
// code in common and that agree on the birth date: one rule for each code but
// Soundex, for which the default rules have their own. A block that is too large
// is refined by the first letter of the given name.
func Rules() []blocking.Rule {
	var rules []blocking.Rule
	for _, f := range Funcs(patient.FieldFamily)[:3] {
		_, code, _ := strings.Cut(f.Name, ":")
		rules = append(rules, blocking.Rule{
			Name:   "family sounds alike by " + code + ", birth date",
			Keys:   []patient.Column{{Field: patient.FieldBirthDate}},
			Funcs:  []blocking.KeyFunc{f},
			Refine: []patient.Column{{Field: patient.FieldGiven, Transform: patient.Initial}},
		})
	}
	return rules
}
