package fhir

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Bounds of what is read.
const (
	MaxBytes = 1 << 20
	maxList  = 50
	maxText  = 1024
)

// An IssueError says what is wrong with a resource, by its element.
type IssueError struct {
	Code string // of the value set issue-type: structure, required, value, not-supported, too-costly
	Path string // FHIRPath of the element
	Text string
}

func (e *IssueError) Error() string { return fmt.Sprintf("fhir: %s: %s", e.Path, e.Text) }

// ErrIssue is what every error of this package wraps.
var ErrIssue = errors.New("fhir: not accepted")

// Unwrap returns [ErrIssue].
func (e *IssueError) Unwrap() error { return ErrIssue }

// decode reads one JSON value, refusing what follows it.
func decode(data []byte, v any) error {
	if len(data) > MaxBytes {
		return &IssueError{"too-costly", "$this", fmt.Sprintf("it is larger than %d bytes", MaxBytes)}
	}
	if err := json.Unmarshal(data, v); err != nil {
		// The text of a JSON error may quote the input: its kind is enough.
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			return &IssueError{"structure", "$this", fmt.Sprintf("at byte %d a value is of the wrong type", wrong.Offset)}
		}
		if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
			return &IssueError{"structure", "$this", fmt.Sprintf("at byte %d it is no JSON", syntax.Offset)}
		}
		return &IssueError{"structure", "$this", "it is no JSON of the kind expected"}
	}
	return nil
}

type coding struct {
	System  string `json:"system,omitempty"`
	Code    string `json:"code,omitempty"`
	Display string `json:"display,omitempty"`
}

type concept struct {
	Coding []coding `json:"coding,omitempty"`
	Text   string   `json:"text,omitempty"`
}

func (c *concept) code(system string) string {
	if c == nil {
		return ""
	}
	for _, k := range c.Coding {
		if k.System == system {
			return k.Code
		}
	}
	return ""
}

type identifier struct {
	Use      string     `json:"use,omitempty"`
	Type     *concept   `json:"type,omitempty"`
	System   string     `json:"system,omitempty"`
	Value    string     `json:"value,omitempty"`
	Assigner *reference `json:"assigner,omitempty"`
}

type reference struct {
	Reference string `json:"reference,omitempty"`
	Display   string `json:"display,omitempty"`
}

type humanName struct {
	Use    string   `json:"use,omitempty"`
	Text   string   `json:"text,omitempty"`
	Family string   `json:"family,omitempty"`
	Given  []string `json:"given,omitempty"`
	Suffix []string `json:"suffix,omitempty"`
}

type contactPoint struct {
	System string `json:"system,omitempty"`
	Value  string `json:"value,omitempty"`
	Use    string `json:"use,omitempty"`
}

type address struct {
	Use        string   `json:"use,omitempty"`
	Line       []string `json:"line,omitempty"`
	City       string   `json:"city,omitempty"`
	State      string   `json:"state,omitempty"`
	PostalCode string   `json:"postalCode,omitempty"`
	Country    string   `json:"country,omitempty"`
}

type contact struct {
	Relationship []concept      `json:"relationship,omitempty"`
	Name         *humanName     `json:"name,omitempty"`
	Telecom      []contactPoint `json:"telecom,omitempty"`
	Address      *address       `json:"address,omitempty"`
}

type extension struct {
	URL         string `json:"url"`
	ValueString string `json:"valueString,omitempty"`
	ValueCode   string `json:"valueCode,omitempty"`
}

type meta struct {
	LastUpdated string   `json:"lastUpdated,omitempty"`
	Security    []coding `json:"security,omitempty"`
}

type link struct {
	Other reference `json:"other"`
	Type  string    `json:"type"`
}

// patientJSON is the part of Patient that is read and written.
type patientJSON struct {
	ResourceType         string         `json:"resourceType"`
	ID                   string         `json:"id,omitempty"`
	Meta                 *meta          `json:"meta,omitempty"`
	Extension            []extension    `json:"extension,omitempty"`
	Contained            []contained    `json:"contained,omitempty"`
	Identifier           []identifier   `json:"identifier,omitempty"`
	Active               *bool          `json:"active,omitempty"`
	Name                 []humanName    `json:"name,omitempty"`
	Telecom              []contactPoint `json:"telecom,omitempty"`
	Gender               string         `json:"gender,omitempty"`
	BirthDate            string         `json:"birthDate,omitempty"`
	BirthDateElement     *element       `json:"_birthDate,omitempty"`
	DeceasedDateTime     string         `json:"deceasedDateTime,omitempty"`
	Address              []address      `json:"address,omitempty"`
	MultipleBirthBoolean *bool          `json:"multipleBirthBoolean,omitempty"`
	MultipleBirthInteger *int           `json:"multipleBirthInteger,omitempty"`
	Contact              []contact      `json:"contact,omitempty"`
	Link                 []link         `json:"link,omitempty"`
}

type element struct {
	Extension []extensionTime `json:"extension,omitempty"`
}

type extensionTime struct {
	URL           string `json:"url"`
	ValueDateTime string `json:"valueDateTime,omitempty"`
}

// contained is an Immunization within a Patient or an entry of a Bundle.
type contained struct {
	ResourceType       string       `json:"resourceType"`
	ID                 string       `json:"id,omitempty"`
	Identifier         []identifier `json:"identifier,omitempty"`
	Status             string       `json:"status,omitempty"`
	VaccineCode        *concept     `json:"vaccineCode,omitempty"`
	Patient            *reference   `json:"patient,omitempty"`
	OccurrenceDateTime string       `json:"occurrenceDateTime,omitempty"`
	PrimarySource      *bool        `json:"primarySource,omitempty"`
	LotNumber          string       `json:"lotNumber,omitempty"`
	Manufacturer       *orgRef      `json:"manufacturer,omitempty"`
}

type orgRef struct {
	Identifier *identifier `json:"identifier,omitempty"`
}

// Systems and extensions.
const (
	systemCVX     = "http://hl7.org/fhir/sid/cvx"
	systemMVX     = "http://hl7.org/fhir/sid/mvx"
	systemNDC     = "http://hl7.org/fhir/sid/ndc"
	systemSSN     = "http://hl7.org/fhir/sid/us-ssn"
	systemIDType  = "http://terminology.hl7.org/CodeSystem/v2-0203"
	systemRole    = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
	maidenName    = "http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName"
	birthTime     = "http://hl7.org/fhir/StructureDefinition/patient-birthTime"
	matchGrade    = "http://hl7.org/fhir/StructureDefinition/match-grade"
	systemPerson  = "urn:idem:person"
	typeParameter = "Parameters"
)
