package fhir

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"github.com/idem-health/idem/match/patient"
)

// A Grade is how sure a match is (value set match-grade).
type Grade string

// The grades.
const (
	Certain      Grade = "certain"
	Probable     Grade = "probable"
	Possible     Grade = "possible"
	CertainlyNot Grade = "certainly-not"
)

// A Found is one person of an answer.
type Found struct {
	ID     string
	Record patient.Record // the merged one
	Score  float64        // 0 to 1
	Grade  Grade
}

type bundle struct {
	ResourceType string  `json:"resourceType"`
	Type         string  `json:"type"`
	Total        int     `json:"total"`
	Entry        []entry `json:"entry,omitempty"`
}

type entry struct {
	FullURL  string      `json:"fullUrl"`
	Resource patientJSON `json:"resource"`
	Search   search      `json:"search"`
}

type search struct {
	Extension []extension `json:"extension"`
	Mode      string      `json:"mode"`
	Score     float64     `json:"score"`
}

// MatchBundle writes the answer of Patient/$match, in the order given: the most
// likely first.
func MatchBundle(found []Found) ([]byte, error) {
	b := bundle{ResourceType: "Bundle", Type: "searchset", Total: len(found)}
	for _, f := range found {
		b.Entry = append(b.Entry, entry{
			FullURL: "urn:idem:person:" + f.ID, Resource: of(f.ID, &f.Record, false),
			Search: search{[]extension{{URL: matchGrade, ValueCode: string(f.Grade)}}, "match", f.Score},
		})
	}
	return json.Marshal(b)
}

// WritePatient writes a person with the doses as contained Immunizations.
func WritePatient(id string, r *patient.Record) ([]byte, error) {
	return json.Marshal(of(id, r, true))
}

func of(id string, r *patient.Record, doses bool) patientJSON {
	p := patientJSON{ResourceType: "Patient", ID: id, BirthDate: r.BirthDate.String(), DeceasedDateTime: r.Death.String()}
	p.Identifier = append(p.Identifier, identifier{System: systemPerson, Value: id})
	for _, i := range r.Identifiers {
		if i.Type == patient.IDMedicalRecord { // no number that opens other doors
			p.Identifier = append(p.Identifier, identifier{
				System: i.Authority, Value: i.Value, Type: &concept{Coding: []coding{{System: systemIDType, Code: "MR"}}},
			})
		}
	}
	for i := range r.Names {
		p.Name = append(p.Name, nameOf(&r.Names[i]))
	}
	for code, sex := range sexes {
		if sex == r.Sex && sex != "" {
			p.Gender = code
		}
	}
	for _, phone := range r.Phones {
		p.Telecom = append(p.Telecom, contactPoint{System: "phone", Value: phone})
	}
	for _, mail := range r.Emails {
		p.Telecom = append(p.Telecom, contactPoint{System: "email", Value: mail})
	}
	for _, a := range r.Addresses {
		p.Address = append(p.Address, addressOf(a))
	}
	if n, err := strconv.Atoi(r.BirthOrder); err == nil && n > 0 {
		p.MultipleBirthInteger = &n
	} else if r.MultipleBirth == "Y" || r.MultipleBirth == "N" {
		yes := r.MultipleBirth == "Y"
		p.MultipleBirthBoolean = &yes
	}
	if r.Mother.Maiden != "" {
		p.Extension = append(p.Extension, extension{URL: maidenName, ValueString: r.Mother.Maiden})
	}
	for i, d := range r.Doses {
		if doses {
			p.Contained = append(p.Contained, immunizationOf(i, d))
		}
	}
	return p
}

func nameOf(n *patient.Name) humanName {
	h := humanName{Use: "official", Family: n.Family, Text: n.Full}
	switch n.Use {
	case patient.NameAlias:
		h.Use = "old"
	case patient.NameMaiden:
		h.Use = "maiden"
	case patient.NameNewborn:
		h.Use = "temp"
	}
	for _, given := range append([]string{n.Given}, strings.Fields(n.Middle)...) {
		if given != "" {
			h.Given = append(h.Given, given)
		}
	}
	if n.Suffix != "" {
		h.Suffix = []string{n.Suffix}
	}
	return h
}

func addressOf(a patient.Address) address {
	to := address{City: a.City, State: a.State, PostalCode: a.PostalCode, Country: a.Country}
	for _, line := range []string{strings.TrimSpace(a.Number + " " + a.Street), strings.TrimSpace(a.Unit + " " + a.Line2)} {
		if line != "" {
			to.Line = append(to.Line, line)
		}
	}
	return to
}

func immunizationOf(i int, d patient.Dose) contained {
	primary := !d.Historical
	c := contained{
		ResourceType: "Immunization", ID: "dose-" + strconv.Itoa(i+1), Status: "completed", PrimarySource: &primary,
		VaccineCode: &concept{Coding: []coding{{System: systemCVX, Code: d.CVX}}}, OccurrenceDateTime: d.Date.String(), LotNumber: d.Lot,
	}
	if d.NDC != "" {
		c.VaccineCode.Coding = append(c.VaccineCode.Coding, coding{System: systemNDC, Code: d.NDC})
	}
	if d.MVX != "" {
		c.Manufacturer = &orgRef{&identifier{System: systemMVX, Value: d.MVX}}
	}
	return c
}

// Failure writes an OperationOutcome. Of an error that is none of this package
// only that it happened is told.
func Failure(err error) []byte {
	issue := map[string]any{"severity": "error", "code": "exception", "diagnostics": "the request could not be answered"}
	if e, ok := errors.AsType[*IssueError](err); ok {
		issue = map[string]any{"severity": "error", "code": e.Code, "diagnostics": e.Text, "expression": []string{e.Path}}
	}
	b, err := json.Marshal(map[string]any{"resourceType": "OperationOutcome", "issue": []any{issue}})
	if err != nil {
		return []byte(`{"resourceType":"OperationOutcome"}`)
	}
	return b
}
