package blocking

import (
	"slices"

	"github.com/idem-health/idem/match/patient"
)

// Catalogue returns every rule that this package knows of for the columns that
// are there: those that [Default] chooses from, whatever the size of the file,
// and more. It is far more than a run should use; a choice is made of it by what
// each rule finds in the records at hand (match.SuggestRules).
func Catalogue(has func(patient.Field) bool) []Rule {
	var rules []Rule
	for _, d := range slices.Concat(defaults, further) {
		if r, ok := d.rule(has); ok {
			rules = append(rules, r)
		}
	}
	return rules
}

// further are the rules of the catalogue that Default never chooses. Each of
// them is good in some file: where a place is rarer than here, where only a part
// of a date was kept, where the family name comes last or has two parts.
var further = []defaultRule{
	{name: "end of the phone", keys: list("phone:last7"), refine: list("birth_date:year", "given:initial")},
	{name: "end of the ssn, year", keys: list("ssn:last4", "birth_date:year"), refine: list("given:initial")},

	// The birth date and something of a name.
	{name: "birth date, initial", keys: list("birth_date", "given:initial"), refine: list("sex", "family:initial")},
	{name: "birth date, initial of the family name", keys: list("birth_date", "family:initial"), refine: list("sex", "given:initial")},
	{name: "birth date, given name sounds alike", keys: list("birth_date", "given:soundex"), refine: list("sex", "family:initial")},
	{name: "birth date, a word of the family name", keys: list("birth_date", "family:token"), refine: list("given:initial")},
	{name: "birth date, middle name", keys: list("birth_date", "middle"), refine: list("sex")},
	{name: "birth date, names exchanged", keys: list("given:prefix3", "family:prefix3", "birth_date"), crosswise: true},

	// Parts of the birth date.
	{name: "year and month, family name", keys: list("birth_date:yearmonth", "family"), refine: list("given:initial")},
	{name: "year and month, given name", keys: list("birth_date:yearmonth", "given"), refine: list("family:initial")},
	{name: "month and day, family name", keys: list("birth_date:monthday", "family"), refine: list("given:initial")},
	{name: "month and day, given name, initial", keys: list("birth_date:monthday", "given", "family:initial")},
	{name: "given name, year, initial of the family name", keys: list("given", "birth_date:year", "family:initial"), refine: list("sex")},

	// Both names otherwise.
	{name: "nickname, a word of the family name", keys: list("given:root", "family:token"), refine: list("birth_date:year", "postal_code:outward")},
	{name: "names sound alike in either order", keys: list("given:soundex", "family:soundex"), crosswise: true, refine: list("birth_date:year")},
	{name: "both names by their letters", keys: list("given:letters", "family:letters"), refine: list("birth_date:year")},

	// Places.
	{name: "postal code, month and day", keys: list("postal_code", "birth_date:monthday")},
	{name: "postal code, year, initial", keys: list("postal_code", "birth_date:year", "given:initial")},
	{name: "postal district, year, initials", keys: list("postal_code:outward", "birth_date:year", "given:initial", "family:initial")},
	{name: "address", keys: list("street_number", "street"), refine: list("birth_date:year", "given:initial")},
	{name: "city, nickname, initial", keys: list("city", "given:root", "family:initial"), refine: list("birth_date:year")},
	{name: "occupation, year, initial", keys: list("occupation", "birth_date:year", "given:initial"), refine: list("sex")},
	{name: "a word of the full name, postal district", keys: list("full_name:token", "postal_code:outward"), refine: list("birth_date:year")},
}
