package patient

// A Record is one patient record as it was received. It is never altered:
// what normalisation drops for matching stays here. Its identity is
// (Source, ID). The zero value of every field means "not sent".
//
// Readers may reuse one Record for a whole file; see [Record.Clone].
type Record struct {
	Source   string // which feed or file sent it
	ID       string // record id, unique within Source
	Line     int64  // where it was read: its line in the source; 0 unknown, never evidence
	Received Date   // when it was received; zero if unknown

	Names         []Name // the first legal (or unspecified) name is the current one
	BirthDate     Date
	BirthTime     string // HHMM, HH:MM or an HL7 time stamp
	Sex           string
	MultipleBirth string // Y, N, or how many were born
	BirthOrder    string
	BirthPlace    string

	Mother    Parent
	Guardians []Guardian

	Addresses   []Address
	Phones      []string
	Emails      []string
	Identifiers []Identifier

	BirthFacility    string
	BirthCertificate string
	School           School
	Occupation       string

	Death     Date
	Protected bool // protection indicator: may not be disclosed
	Consent   Consent

	Doses      []Dose
	Attributes []Attribute // everything that has no field; never evidence
}

// NameUse says what a name was used for (HL7 table 0200, FHIR HumanName.use).
type NameUse uint8

const (
	NameLegal   NameUse = iota // legal, official or unspecified
	NameAlias                  // alias, nickname, former or artistic name
	NameMaiden                 // the patient's own name before marriage
	NameNewborn                // marked by the sender as a newborn's temporary name
)

// A Name is one name of a person, as received. Full is for feeds that send the
// whole name in one field; it may stand beside the parts.
type Name struct {
	Use                           NameUse
	Full                          string
	Given, Middle, Family, Suffix string
}

// A Parent is what the record says of the patient's mother.
type Parent struct {
	Given, Family, Maiden string
	BirthDate             Date
}

// A Guardian is a parent or guardian; Relationship is as sent (MTH, FTH, GRD, ...).
type Guardian struct {
	Relationship  string
	Given, Family string
}

// An Address is a postal address as received. Street is the whole first line
// ("12 N Oak St Apt 2") or, where Number is sent apart, the street's name.
type Address struct {
	Number, Street, Unit, Line2, City, State, PostalCode, Country string
}

// Identifier types that mean something to matching (HL7 table 0203).
const (
	IDSocialSecurity = "SS"
	IDMedicaid       = "MA"
	IDMedicalRecord  = "MR"
	IDStudent        = "SID" // student id; the authority is the district
)

// An Identifier is (authority, type, value). Values of different authorities
// are never compared with each other, save where the type is issued nationally.
type Identifier struct {
	Authority, Type, Value string
}

// A School says where a school roster found the patient.
type School struct {
	District, School, Grade string
}

// Consent is what the source may do with the record.
type Consent struct {
	NoAdd         bool // may be looked up, not stored
	AggregateOnly bool // may only be counted
}

// A Dose is one vaccination event as reported.
type Dose struct {
	CVX, MVX, NDC, Lot string
	Date               Date
	Historical         bool // reported from a history, not by who gave it
}

// An Attribute is a column that means nothing to this package.
type Attribute struct {
	Name, Value string
}
