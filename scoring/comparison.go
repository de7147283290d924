package scoring

import (
	"slices"

	"github.com/idem-health/idem/match/patient"
)

// A Kind names a way of comparing two values and, with it, its comparison
// levels. The kinds are fixed; see the named constructors of [Comparison].
type Kind string

// The kinds. Those above the line speak of who a person is; those below it
// only tell a [Policy] facts and never weigh anything.
const (
	KindGiven            Kind = "given"
	KindFamily           Kind = "family"
	KindMiddle           Kind = "middle"
	KindBirthDate        Kind = "birth_date"
	KindSex              Kind = "sex"
	KindSuffix           Kind = "suffix"
	KindMultiple         Kind = "multiple"
	KindSSN              Kind = "ssn"
	KindMedicaid         Kind = "medicaid"
	KindMRN              Kind = "mrn"
	KindStudentID        Kind = "student_id"
	KindBirthCertificate Kind = "birth_certificate"
	KindPhone            Kind = "phone"
	KindPostalCode       Kind = "postal_code"
	KindAddress          Kind = "address"
	KindMotherGiven      Kind = "mother_given"
	KindMotherMaiden     Kind = "mother_maiden"
	KindGuardian         Kind = "guardian"
	KindGuardianGiven    Kind = "guardian_given"
	KindDoses            Kind = "doses"
	KindText             Kind = "text"
	KindNumber           Kind = "number"
	KindExact            Kind = "exact"

	KindPlaceholder Kind = "placeholder"
	KindCandidates  Kind = "candidates"
	KindSequential  Kind = "sequential"
	KindBirthTime   Kind = "birth_time"
	KindDeath       Kind = "death"
)

// A Role says how a comparison behaves between two persons of one household
// or of one name, that is, which probabilities it has against each
// alternative of a model.
type Role string

// The roles.
const (
	RoleGiven      Role = "given"
	RoleFamily     Role = "family"
	RoleBirthDate  Role = "birth_date"
	RolePerson     Role = "person"     // a property of one person: sex, birth order, occupation
	RoleIdentifier Role = "identifier" // issued to one person
	RoleContact    Role = "contact"    // one person's own, unless the file shows that families share it: e-mail
	RoleMother     Role = "mother"     // shared by siblings
	RoleHousehold  Role = "household"  // shared by who lives together
	RolePolicy     Role = "policy"     // a fact for the policy: weight 0
)

// roles lists them: a model with any other is refused.
var roles = []Role{
	RoleGiven, RoleFamily, RoleBirthDate, RolePerson, RoleIdentifier, RoleContact, RoleMother, RoleHousehold, RolePolicy,
}

// A Comparison is one coordinate of a comparison vector: what is compared, how
// and in which role. It is data; the named constructors make the usual ones.
type Comparison struct {
	Name  string `json:"name"`
	Kind  Kind   `json:"kind"`
	Field string `json:"field,omitempty"` // for the kinds text, number and exact: the field they compare
	Role  Role   `json:"role"`
}

// Levels is a comparison vector: one level per comparison. Level 0 is
// "missing" and never evidence.
type Levels []uint8

// Levels returns the level names of the comparison's kind in the order they
// are tried; the first is "missing". It returns nil for an unknown kind. The
// slice must not be changed.
func (c Comparison) Levels() []string { return kinds[c.Kind].levels }

// Level returns the number of a level by its name.
func (c Comparison) Level(name string) (uint8, bool) {
	i := slices.Index(c.Levels(), name)
	return uint8(max(i, 0)), i >= 0
}

// Neutral reports whether a level is a fact for policies alone and must weigh
// 0: one side says "a twin" and the other says nothing.
func (c Comparison) Neutral(level uint8) bool {
	return level == 0 || c.Role == RolePolicy || c.Kind == KindMultiple && level == multipleOneSide
}

// Fields returns the fields the comparison reads: what a table must hold for
// it, and what "a blocking rule uses this comparison" means.
func (c Comparison) Fields() []patient.Field {
	k := kinds[c.Kind]
	if !k.parameterized {
		return k.fields
	}
	if f, ok := patient.FieldByName(c.Field); ok {
		return []patient.Field{f}
	}
	return nil
}

// Present reports whether data with the fields that has admits can give the
// comparison evidence: its leading field, the first of [Comparison.Fields],
// is there.
func (c Comparison) Present(has func(patient.Field) bool) bool {
	fields := c.Fields()
	if len(fields) == 0 {
		return c.Kind == KindCandidates
	}
	if c.Kind == KindSequential {
		return has(patient.FieldSSN) || has(patient.FieldMRN)
	}
	return has(fields[0])
}

// kind is one entry of the registry.
type kind struct {
	levels        []string
	fields        []patient.Field // the leading one first
	parameterized bool            // compares Comparison.Field instead
	reference     func(f patient.Field, a, b *patient.Normalized) uint8
}

// Given compares given names, with middle names, aliases and a swap with the
// family name as levels of their own.
func Given() Comparison { return Comparison{Name: "given", Kind: KindGiven, Role: RoleGiven} }

// Family compares family names: parts of compound names, earlier names, and
// the family names of mother and guardians of the other record. It is missing
// where [Given] found given and family name swapped and has spoken for both.
func Family() Comparison { return Comparison{Name: "family", Kind: KindFamily, Role: RoleFamily} }

// Middle compares middle names.
func Middle() Comparison { return Comparison{Name: "middle", Kind: KindMiddle, Role: RolePerson} }

// BirthDate compares birth dates.
func BirthDate() Comparison {
	return Comparison{Name: "birth_date", Kind: KindBirthDate, Role: RoleBirthDate}
}

// Sex compares sex.
func Sex() Comparison { return Comparison{Name: "sex", Kind: KindSex, Role: RolePerson} }

// Suffix compares name suffixes (JR and II, SR and I are the same).
func Suffix() Comparison { return Comparison{Name: "suffix", Kind: KindSuffix, Role: RolePerson} }

// Multiple compares what is known of a multiple birth and the birth order.
func Multiple() Comparison {
	return Comparison{Name: "multiple", Kind: KindMultiple, Role: RolePerson}
}

// SSN compares social security numbers.
func SSN() Comparison { return Comparison{Name: "ssn", Kind: KindSSN, Role: RoleIdentifier} }

// Medicaid compares Medicaid ids.
func Medicaid() Comparison {
	return Comparison{Name: "medicaid", Kind: KindMedicaid, Role: RoleIdentifier}
}

// MRN compares medical record numbers, only within one authority.
func MRN() Comparison { return Comparison{Name: "mrn", Kind: KindMRN, Role: RoleIdentifier} }

// StudentID compares student ids, only within one district.
func StudentID() Comparison {
	return Comparison{Name: "student_id", Kind: KindStudentID, Role: RoleIdentifier}
}

// BirthCertificate compares birth certificate numbers.
func BirthCertificate() Comparison {
	return Comparison{Name: "birth_certificate", Kind: KindBirthCertificate, Role: RoleIdentifier}
}

// Phone compares phone numbers.
func Phone() Comparison { return Comparison{Name: "phone", Kind: KindPhone, Role: RoleHousehold} }

// PostalCode compares postal codes, US and UK.
func PostalCode() Comparison {
	return Comparison{Name: "postal_code", Kind: KindPostalCode, Role: RoleHousehold}
}

// Address compares whole addresses. It is for models that weigh an address
// once; others compare its parts.
func Address() Comparison {
	return Comparison{Name: "address", Kind: KindAddress, Role: RoleHousehold}
}

// MotherGiven compares the mothers' given names.
func MotherGiven() Comparison {
	return Comparison{Name: "mother_given", Kind: KindMotherGiven, Role: RoleMother}
}

// MotherMaiden compares the mothers' maiden names.
func MotherMaiden() Comparison {
	return Comparison{Name: "mother_maiden", Kind: KindMotherMaiden, Role: RoleMother}
}

// Guardian compares guardians, the mother among them, by given and family name
// together.
func Guardian() Comparison {
	return Comparison{Name: "guardian", Kind: KindGuardian, Role: RoleMother}
}

// GuardianGiven compares guardians' given names where not both records name
// the mother, for whom [MotherGiven] speaks.
func GuardianGiven() Comparison {
	return Comparison{Name: "guardian_given", Kind: KindGuardianGiven, Role: RoleMother}
}

// Doses compares immunization histories: how many doses are the same to the
// day and the lot. It is missing where there is doubt of a multiple birth,
// since twins are vaccinated together. Its role is household: siblings share
// appointments.
func Doses() Comparison { return Comparison{Name: "doses", Kind: KindDoses, Role: RoleHousehold} }

// Text compares one text field by similarity.
func Text(name string, f patient.Field, r Role) Comparison {
	return Comparison{Name: name, Kind: KindText, Field: f.String(), Role: r}
}

// Number compares one field of digits: equal, one slip, else.
func Number(name string, f patient.Field, r Role) Comparison {
	return Comparison{Name: name, Kind: KindNumber, Field: f.String(), Role: r}
}

// Exact compares one field by equality alone.
func Exact(name string, f patient.Field, r Role) Comparison {
	return Comparison{Name: name, Kind: KindExact, Field: f.String(), Role: r}
}

// GenericComparisons are the comparisons of the preset generic, to be kept
// where their fields are present. The parts of an address are compared each
// for itself; full names are not compared, being the other names once more.
func GenericComparisons() []Comparison {
	return []Comparison{
		Given(), Family(), Middle(), BirthDate(), Sex(), Suffix(), Multiple(),
		SSN(), Medicaid(), MRN(), StudentID(), BirthCertificate(),
		Text("email", patient.FieldEmail, RoleContact),
		Phone(),
		Number("street_number", patient.FieldStreetNumber, RoleHousehold),
		Text("street", patient.FieldStreet, RoleHousehold),
		Exact("unit", patient.FieldUnit, RoleHousehold),
		Text("city", patient.FieldCity, RoleHousehold),
		Exact("state", patient.FieldState, RoleHousehold),
		PostalCode(),
		MotherGiven(), MotherMaiden(), GuardianGiven(),
		Text("birth_place", patient.FieldBirthPlace, RoleHousehold),
		Text("occupation", patient.FieldOccupation, RolePerson),
		Exact("birth_facility", patient.FieldBirthFacility, RoleHousehold),
	}
}

// IISComparisons are the comparisons of the preset iis, which has weights for
// them as shipped.
func IISComparisons() []Comparison {
	return append([]Comparison{
		Given(), Family(), Middle(), BirthDate(), Sex(), Suffix(), Multiple(),
		SSN(), Medicaid(), MRN(), StudentID(), BirthCertificate(),
		Phone(), Address(), Guardian(), MotherMaiden(), Doses(),
	}, PolicyComparisons()...)
}

// PolicyComparisons are the facts that only policies read.
func PolicyComparisons() []Comparison {
	return []Comparison{
		{Name: "placeholder", Kind: KindPlaceholder, Role: RolePolicy},
		{Name: "candidates", Kind: KindCandidates, Role: RolePolicy},
		{Name: "sequential", Kind: KindSequential, Role: RolePolicy},
		{Name: "birth_time", Kind: KindBirthTime, Role: RolePolicy},
		{Name: "death", Kind: KindDeath, Role: RolePolicy},
	}
}

// standardComparison finds a comparison of the presets by name.
func standardComparison(name string) (Comparison, bool) {
	for _, cs := range [][]Comparison{IISComparisons(), GenericComparisons()} {
		for _, c := range cs {
			if c.Name == name {
				return c, true
			}
		}
	}
	return Comparison{}, false
}
