package blocking

import (
	"slices"

	"github.com/idem-health/idem/match/patient"
)

// Default returns a set of rules for the columns that are there. Each rule holds
// on to a few things that survive when others were mistyped, changed or left
// out; together they leave hardly a way for two records of a person to share
// nothing. has says whether a field is there, for a fair share of the records;
// n is the number of records.
//
// Where a phone, an e-mail address or an identifier is there, most pairs that
// lost their birth date or a name meet by it. Without any, looser rules on names,
// places and years have to carry them, and cost more pairs; a small file can
// afford them in any case, and a very large one never, since their blocks grow
// with the file. So do those of the birth date alone, which finds who was renamed
// and moved, but slowly: files of some size can afford it.
func Default(has func(patient.Field) bool, n int) []Rule {
	strong := slices.ContainsFunc(strongFields, has)
	var rules []Rule
	for _, d := range defaults {
		if r, ok := d.rule(has); ok && d.use.fits(strong, n) {
			rules = append(rules, r)
		}
	}
	return rules
}

// rule makes the rule for the columns that are there; it is none where one of
// its keys is not.
func (d defaultRule) rule(has func(patient.Field) bool) (r Rule, ok bool) {
	r = Rule{Name: d.name, Keys: columns(d.keys), Crosswise: d.crosswise}
	if slices.ContainsFunc(r.KeyFields(), func(f patient.Field) bool { return !has(f) }) {
		return r, false
	}
	for _, c := range columns(d.refine) {
		if has(c.Field) {
			r.Refine = append(r.Refine, c)
		}
	}
	return r, true
}

// strongFields are those by which a person is found whatever the names.
var strongFields = []patient.Field{
	patient.FieldPhone, patient.FieldEmail, patient.FieldSSN, patient.FieldMedicaid, patient.FieldMRN,
	patient.FieldStudentID, patient.FieldBirthCertificate,
}

// A use says in which files a rule is used.
type use uint8

const (
	always use = iota
	loose      // where there is nothing strong, or few records
	some       // of few records, or not very many among which there is something strong: no loose ones then
)

const (
	fewRecords  = 25_000
	someRecords = 50_000
	manyRecords = 2_000_000
)

func (u use) fits(strong bool, n int) bool {
	switch u {
	case loose:
		return n <= fewRecords || !strong && n <= manyRecords
	case some:
		return n <= fewRecords || strong && n <= someRecords
	}
	return true
}

// A defaultRule is a rule of the default set.
type defaultRule struct {
	name         string
	keys, refine []string
	crosswise    bool
	use          use
}

func columns(names []string) []patient.Column {
	var list []patient.Column
	for _, name := range names {
		if c, err := patient.ParseColumn(name); err == nil { // a test parses all of them
			list = append(list, c)
		}
	}
	return list
}

func list(s ...string) []string { return s }

var defaults = []defaultRule{
	// Identifiers, alone. Each is refined by what two holders of a shared or
	// made-up number do not share.
	{name: "ssn", keys: list("ssn"), refine: list("birth_date", "given:initial")},
	{name: "medicaid id", keys: list("medicaid_id"), refine: list("birth_date", "given:initial")},
	{name: "birth certificate", keys: list("birth_certificate"), refine: list("birth_date", "given:initial")},
	{name: "medical record number", keys: list("mrn"), refine: list("birth_date", "given:initial")},
	{name: "student id", keys: list("student_id"), refine: list("birth_date", "given:initial")},
	{name: "email", keys: list("email"), refine: list("birth_date", "given:initial")},
	{name: "phone", keys: list("phone"), refine: list("birth_date:year", "given:initial")},

	// The birth date with one name, and with a place.
	{name: "birth date, given name", keys: list("birth_date", "given:prefix3"), refine: list("sex", "family:initial")},
	{name: "digits of the birth date, given name", keys: list("birth_date:digits", "given"), refine: list("family:initial")},
	{name: "birth date, family name sounds alike", keys: list("birth_date", "family:soundex"), refine: list("given:initial")},
	{name: "digits of the birth date, family name sounds alike", keys: list("birth_date:digits", "family:soundex"), refine: list("given:initial")},
	{name: "birth date, postal district", keys: list("birth_date", "postal_code:outward"), refine: list("sex")},
	{name: "birth date, birth place", keys: list("birth_date", "birth_place"), refine: list("sex")},
	{name: "birth date, city", keys: list("birth_date", "city"), refine: list("sex")},

	// Newborns: what survives when the child is renamed.
	{name: "birth date, mother's given name", keys: list("birth_date", "mother_given"), refine: list("sex")},
	{name: "birth date, address", keys: list("birth_date", "street_number", "street")},
	{name: "birth date, birth facility", keys: list("birth_date", "birth_facility"), refine: list("sex", "family:soundex")},
	{name: "birth date, dose", keys: list("birth_date", "dose"), refine: list("sex", "family:soundex")},

	// Both names.
	{name: "both names in either order", keys: list("given", "family"), crosswise: true, refine: list("birth_date:year", "postal_code:outward")},
	{name: "nickname, family name sounds alike, year", keys: list("given:root", "family:soundex", "birth_date:year"), refine: list("postal_code:outward")},
	{name: "names begin alike", keys: list("given:prefix3", "family:prefix4"), refine: list("birth_date:year", "postal_code:outward")},
	{name: "names begin alike, year", keys: list("given:prefix2", "family:prefix2", "birth_date:year"), refine: list("sex")},
	{name: "names sound alike", keys: list("given:soundex", "family:soundex"), refine: list("birth_date:year", "postal_code:outward")},

	// One name and a place or a year.
	{name: "family name, postal code", keys: list("family", "postal_code"), refine: list("given:initial", "birth_date:year")},
	{name: "address, initial", keys: list("street_number", "street", "given:initial"), refine: list("birth_date:year")},
	{name: "given name, postal code", keys: list("given", "postal_code"), refine: list("birth_date:year"), use: loose},
	{name: "last word of the full name, postal district", keys: list("full_name:lasttoken", "postal_code:outward"), refine: list("given:initial", "birth_date:year"), use: loose},
	{name: "family name sounds alike, postal district", keys: list("family:soundex", "postal_code:outward"), refine: list("given:initial", "birth_date:year"), use: loose},
	{name: "given name sounds alike, postal district", keys: list("given:soundex", "postal_code:outward"), refine: list("birth_date:year"), use: loose},
	{name: "family name sounds alike, birth place", keys: list("family:soundex", "birth_place"), refine: list("given:initial", "birth_date:year")},
	{name: "given name sounds alike, birth place", keys: list("given:soundex", "birth_place"), refine: list("birth_date:year"), use: loose},
	{name: "birth place, year, initial", keys: list("birth_place", "birth_date:year", "given:initial")},
	{name: "family name sounds alike, initial, year", keys: list("family:soundex", "given:initial", "birth_date:year")},
	{name: "family name sounds alike, year", keys: list("family:soundex", "birth_date:year"), refine: list("given:initial"), use: loose},
	{name: "family name sounds alike, initial", keys: list("family:soundex", "given:initial"), refine: list("birth_date:year"), use: loose},
	{name: "family name, occupation", keys: list("family", "occupation"), refine: list("given:initial"), use: loose},
	{name: "a word of the full name, birth date", keys: list("full_name:token", "birth_date"), refine: list("birth_place"), use: loose},
	{name: "a word of the full name, birth place", keys: list("full_name:token", "birth_place"), refine: list("birth_date:year"), use: loose},
	{name: "last word of the full name, year", keys: list("full_name:lasttoken", "birth_date:year"), use: loose},
	{name: "postal code", keys: list("postal_code"), refine: list("birth_date:year", "given:initial"), use: loose},
	{name: "birth date", keys: list("birth_date"), refine: list("sex", "given:initial"), use: some},
}
