package patient

// A Normalized is the one normalised form of a [Record]: everything matching
// may look at, and nothing else (no record id, no source, no attribute).
//
// Name strings are folded: upper-case ASCII A-Z (other scripts: folded upper
// case letters), words separated by one space, no other character. "" is
// missing. Every string and list is bounded.
type Normalized struct {
	// Given, Middle and Family are missing when the name is a placeholder or junk.
	Given, Middle, Family string
	Suffix                string   // JR, SR, II, III, IV, V
	GivenAliases          []string // other given names: aliases, nicknames in quotes
	FamilyAliases         []string // other family names: aliases, the patient's own maiden name
	FullName              string   // all words of the full name where one was sent, in order

	Birth      Date   // no Text; parts not known are 0
	BirthTime  int16  // minutes since midnight + 1; 0 unknown
	Sex        byte   // 'F', 'M', 'X'; 0 unknown; a placeholder's decoded sex fills a missing one
	Multiple   Answer // multiple birth
	BirthOrder uint8  // 1..8; 0 unknown; a placeholder's decoded order fills a missing one
	BirthPlace string

	Placeholder Placeholder

	MotherGiven    string // decoded from a placeholder when not sent
	MotherFamily   string
	MotherMaiden   string
	GuardianGiven  []string // guardians' given names, the mother's among them, sorted, distinct
	GuardianFamily []string // guardians' family names, the mother's among them, sorted, distinct

	Addresses []NormalAddress
	Phones    []string // digits only; 10 under US
	Emails    []string // lower case

	SSN              string   // digits
	Medicaid         string   // letters and digits
	MRN              []string // "AUTHORITY|NUMBER", sorted
	StudentID        []string // "DISTRICT|NUMBER", sorted
	BirthCertificate string
	BirthFacility    string
	School           string
	Grade            string
	Occupation       string

	Death    Date
	Received Date
	Activity Date     // the latest of received and the administered doses' dates
	Doses    []string // "CVX|YYYYMMDD|LOT", lot normalised, administered or historical alike, sorted; refusals left out
}

// A NormalAddress is a standardised address: directionals and street types in
// one spelling, the unit apart. A second line that is no unit, such as the name
// of an estate, stands in Unit too. A post box is street PO BOX with its number.
type NormalAddress struct {
	Number, Street, Unit, City, State, PostalCode string
	Institution                                   bool // hospital, shelter, P.O. box: hardly evidence
}

// An Answer is yes, no or not known.
type Answer uint8

const (
	NotKnown Answer = iota
	No
	Yes
)

// Class says which kind of placeholder a given name is.
type Class uint8

const (
	NotPlaceholder Class = iota
	Generic              // BABY BOY, BG, TWIN A
	Composed             // JUDYSGIRL, 1JUDYSGIRL, GIRLMARIE: names the mother
	Fused                // BABYBOYSMITH: placeholder and family name in one
	Unnamed              // UNKNOWN, FNU, NO NAME, X
	Test                 // TEST PATIENT, MICKEY MOUSE: quarantine
)

// Confidence grades a classification.
type Confidence uint8

const (
	Unsure   Confidence = iota
	Probable            // a weak word alone (NINA, BEBE, RN) within the age gate: the name is missing, but no automatic match
	Certain
)

// A Placeholder is what a placeholder name encodes. Its parts are evidence of
// their own; the given name itself is missing.
type Placeholder struct {
	Class       Class
	Sex         byte   // 'F', 'M' or 0
	Order       uint8  // birth order, 0 unknown
	MotherGiven string // folded
	Family      string // folded
	Confidence  Confidence
}

// An Issue is a remark of [Normalize] on one field: what was dropped,
// doubted or repaired. It never holds the value.
type Issue struct {
	Field Field
	Code  IssueCode
}

// An IssueCode names a kind of [Issue].
type IssueCode string
