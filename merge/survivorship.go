package merge

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/idem-health/idem/match/patient"
)

// A Rule names a survivorship rule: which of several values is better. A rule
// keeps the values that are best by it and leaves the choice among them to the
// next one.
type Rule string

// The rules a [Survivorship] may name.
const (
	// LegalOverPlaceholder keeps a legal given name where another record has only
	// a newborn's placeholder, an initial or none, and a home where another has
	// only an institution's address.
	LegalOverPlaceholder Rule = "legal_over_placeholder"
	Trust                Rule = "trust"        // from the sources trusted most (Survivorship.Trust; 0 where not named)
	Verified             Rule = "verified"     // from records that carry a birth certificate number: vital records
	Agreement            Rule = "agreement"    // held by most members; a partial date agrees with a full one it fits, one of two names with both
	Recency              Rule = "recency"      // received last; an unknown date is the oldest
	Completeness         Rule = "completeness" // most parts, then the longest; of names the most words
	Digest               Rule = "digest"       // first by the digest of the record: arbitrary, but always the same
)

// Other reasons why a value is in a golden record.
const (
	Sole       Rule = "sole"       // no other member has a value
	Unanimous  Rule = "unanimous"  // all that have a value have this one
	Union      Rule = "union"      // of a field that keeps all values
	Filled     Rule = "filled"     // a middle name missing in the name that survived, from one with the same given name
	Restricted Rule = "restricted" // one member's restriction holds for the person
)

// ruleNames lists the rules that can be named, by their numbers.
var ruleNames = [...]Rule{
	byLegal: LegalOverPlaceholder, byTrust: Trust, byVerified: Verified, byAgreement: Agreement,
	byRecency: Recency, byCompleteness: Completeness, byDigest: Digest,
}

// A ruleNumber is a rule, compiled: a rule is asked for every value.
type ruleNumber uint8

const (
	byLegal ruleNumber = iota
	byTrust
	byVerified
	byAgreement
	byRecency
	byCompleteness
	byDigest
)

// numbered compiles rules. One that is not known decides nothing.
func numbered(rules []Rule) []ruleNumber {
	var numbers []ruleNumber
	for _, r := range rules {
		if i := slices.Index(ruleNames[:], r); i >= 0 {
			numbers = append(numbers, ruleNumber(i))
		}
	}
	return numbers
}

// A unit is what survives as one value: a standard field, or a group of them
// that makes no sense mixed from two records.
type unit uint8

const (
	unitName unit = iota // full_name, given_name, middle_name, family_name, suffix; also orders aliases
	unitMaidenName
	unitBirthDate
	unitBirthTime
	unitSex
	unitMultipleBirth
	unitBirthOrder
	unitBirthPlace
	unitMother // mother_given, mother_family
	unitMotherMaiden
	unitMotherBirthDate
	unitGuardian // guardian_given, guardian_family, guardian_relationship; all are kept
	unitAddress  // address, street_number, street, unit, address2, city, state, postal_code, country
	unitPhone    // all are kept
	unitEmail    // all are kept
	unitSSN
	unitMedicaid
	unitMRN // mrn, mrn_authority; all are kept
	unitBirthCertificate
	unitBirthFacility
	unitStudentID // all are kept
	unitSchool    // district, school, grade
	unitOccupation
	unitDeathDate
	unitDoses // all are kept
	numUnits
)

var unitNames = [numUnits]string{
	"name", "maiden_name", "birth_date", "birth_time", "sex", "multiple_birth", "birth_order", "birth_place",
	"mother", "mother_maiden", "mother_birth_date", "guardian", "address", "phone", "email", "ssn", "medicaid_id",
	"mrn", "birth_certificate", "birth_facility", "student_id", "school", "occupation", "death_date", "doses",
}

// SurvivorshipFields returns the names a [FieldRules] may have: standard fields,
// and name, mother, guardian, address and school for the fields that survive
// together.
func SurvivorshipFields() []string { return slices.Clone(unitNames[:]) }

// A Survivorship says which values survive into a golden record. It is data:
// read from JSON strictly, it refuses names it does not know. The zero value
// is [DefaultSurvivorship].
type Survivorship struct {
	Default []Rule         `json:"default,omitempty"` // for fields that are not listed
	Fields  []FieldRules   `json:"fields,omitempty"`
	Trust   map[string]int `json:"trust,omitempty"` // of a source; more is better, 0 where it is not named
	Doses   DoseRules      `json:"doses,omitzero"`  // when two reports are one dose

	// Vaccines are the codes in force; nil means [RoutineVaccines]. They are read
	// from files of their own, so they are no part of the rules' JSON.
	Vaccines *Vaccines `json:"-"`
}

// FieldRules are the rules of one field in the order they are tried. Where all
// leave several values, the digest decides. For a field that keeps all its
// values (phone, email, mrn, student_id, guardian, doses) they give the order
// and choose among spellings of the same value.
type FieldRules struct {
	Field string `json:"field"`
	Rules []Rule `json:"rules"`
}

// DefaultSurvivorship returns the rules for a US registry. What is true from
// birth follows vital records and the majority; where one lives follows the
// latest news.
func DefaultSurvivorship() Survivorship {
	birth := []Rule{Trust, Verified, Agreement, Completeness, Recency, Digest}
	current := []Rule{Trust, Recency, Agreement, Completeness, Digest}
	s := Survivorship{
		Default: []Rule{Trust, Agreement, Recency, Completeness, Digest},
		// Names change, are sent in part, and a certificate has slips of its own: what
		// several say, and the whole of it, stands before the certificate.
		Fields: []FieldRules{{"name", []Rule{LegalOverPlaceholder, Trust, Agreement, Completeness, Verified, Recency, Digest}}},
	}
	for _, f := range []string{
		"birth_date", "birth_time", "sex", "multiple_birth", "birth_order", "birth_place",
		"mother", "mother_maiden", "mother_birth_date", "birth_certificate", "birth_facility",
	} {
		s.Fields = append(s.Fields, FieldRules{f, slices.Clone(birth)})
	}
	s.Fields = append(s.Fields, FieldRules{"address", append([]Rule{LegalOverPlaceholder}, current...)})
	for _, f := range []string{"guardian", "phone", "email", "school", "occupation"} {
		s.Fields = append(s.Fields, FieldRules{f, slices.Clone(current)})
	}
	return s
}

// ErrSurvivorship is what errors about survivorship rules wrap.
var ErrSurvivorship = errors.New("merge: survivorship rules")

// ParseSurvivorship reads rules from JSON. Unknown keys, fields and rules are
// errors.
func ParseSurvivorship(data []byte) (Survivorship, error) {
	var s Survivorship
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return Survivorship{}, fmt.Errorf("%w: %w", ErrSurvivorship, err)
	}
	if rest := bytes.TrimSpace(data[d.InputOffset():]); len(rest) > 0 {
		return Survivorship{}, fmt.Errorf("%w: more than one JSON value", ErrSurvivorship)
	}
	if err := s.Validate(); err != nil {
		return Survivorship{}, err
	}
	return s, nil
}

// Validate reports every name that is not known, every field listed twice and
// every rule that can never be reached.
func (s Survivorship) Validate() error {
	var faults []error
	fault := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf("%w: "+format, append([]any{ErrSurvivorship}, args...)...))
	}
	check := func(field string, rules []Rule) {
		for i, r := range rules {
			switch {
			case !slices.Contains(ruleNames[:], r):
				fault("%s: no rule %q; there are %v", field, r, ruleNames)
			case slices.Contains(rules[:i], r):
				fault("%s: rule %q twice", field, r)
			case r == Digest && i < len(rules)-1:
				fault("%s: digest always decides, so it must come last", field)
			}
		}
	}
	check("default", s.Default)
	seen := map[string]bool{}
	for _, f := range s.Fields {
		switch {
		case !slices.Contains(unitNames[:], f.Field):
			fault("no field %q; there are %v", f.Field, unitNames)
		case seen[f.Field]:
			fault("field %q twice", f.Field)
		case len(f.Rules) == 0:
			fault("%s: no rules", f.Field)
		}
		seen[f.Field] = true
		check(f.Field, f.Rules)
	}
	for _, text := range s.Doses.faults() {
		fault("%s", text)
	}
	if table := s.Doses.compile(s.Vaccines); len(table.names) == maxFamilies {
		fault("doses: more than %d vaccine families", maxFamilies-1)
	}
	return errors.Join(faults...)
}

// A Chooser is a [Survivorship] ready to use. It is safe for concurrent use.
type Chooser struct {
	rules   [numUnits][]ruleNumber
	trust   map[string]int
	table   *doseTable
	profile patient.Profile
	people  *sync.Pool // of *person, whose caches take megabytes; nil for a single use
}

// Compile checks the rules and makes them ready for many people. The profile is
// the one the records were matched under: values that are equal by it are equal
// here, and its junk does not survive.
func (s Survivorship) Compile(profile patient.Profile) (*Chooser, error) {
	if err := errors.Join(s.Validate(), profile.Validate()); err != nil {
		return nil, err
	}
	c := s.compile(profile)
	c.people = &sync.Pool{New: func() any { return &person{Chooser: c, normalizer: patient.NewNormalizer(profile)} }}
	return c, nil
}

func (s Survivorship) compile(profile patient.Profile) *Chooser {
	fallback := DefaultSurvivorship()
	if len(s.Default) == 0 && len(s.Fields) == 0 {
		s.Fields = fallback.Fields
	}
	if len(s.Default) == 0 {
		s.Default = fallback.Default
	}
	c := &Chooser{trust: make(map[string]int, len(s.Trust)), profile: profile, table: s.Doses.compile(s.Vaccines)}
	for source, t := range s.Trust {
		c.trust[source] = t
	}
	for u, name := range unitNames {
		rules := s.Default
		for _, f := range s.Fields {
			if f.Field == name {
				rules = f.Rules
			}
		}
		c.rules[u] = numbered(rules)
	}
	return c
}
