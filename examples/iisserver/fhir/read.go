package fhir

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/idem-health/idem/match/patient"
)

// ReadPatient reads a Patient, its contained Immunizations as doses. Its identity
// is the first identifier of type MR, or else the first one; source names who
// sends it.
func ReadPatient(data []byte, source string) (patient.Record, error) {
	var p patientJSON
	if err := decode(data, &p); err != nil {
		return patient.Record{}, err
	}
	return p.record(source, true)
}

// A Match is the input of the operation Patient/$match.
type Match struct {
	Record      patient.Record
	OnlyCertain bool
	Count       int // 0 not given
}

// ReadMatch reads the Parameters of Patient/$match, or a bare Patient.
func ReadMatch(data []byte, source string) (Match, error) {
	var head struct {
		ResourceType string `json:"resourceType"`
		Parameter    []struct {
			Name         string          `json:"name"`
			Resource     json.RawMessage `json:"resource"`
			ValueBoolean *bool           `json:"valueBoolean"`
			ValueInteger *int            `json:"valueInteger"`
		} `json:"parameter"`
	}
	var m Match
	if err := decode(data, &head); err != nil {
		return m, err
	}
	resource := json.RawMessage(data)
	if head.ResourceType == typeParameter {
		resource = nil
		for _, p := range head.Parameter {
			switch p.Name {
			case "resource":
				if resource != nil {
					return m, &IssueError{"structure", "Parameters.parameter", "there is more than one resource"}
				}
				resource = p.Resource
			case "onlyCertainMatches", "onlySingleMatch":
				m.OnlyCertain = m.OnlyCertain || p.ValueBoolean != nil && *p.ValueBoolean
			case "count":
				if p.ValueInteger == nil || *p.ValueInteger < 1 {
					return m, &IssueError{"value", "Parameters.parameter", "count is a positive integer"}
				}
				m.Count = *p.ValueInteger
			}
		}
		if resource == nil {
			return m, &IssueError{"required", "Parameters.parameter", "there is no resource"}
		}
	}
	var p patientJSON
	err := decode(resource, &p)
	if err == nil {
		m.Record, err = p.record(source, false)
	}
	return m, err
}

// record makes a record of a Patient; one that is to be filed needs an identifier
// and a birth date.
func (p *patientJSON) record(source string, file bool) (r patient.Record, err error) {
	if p.ResourceType != "Patient" {
		return r, &IssueError{"structure", "$this", "the resource is no Patient"}
	}
	if err := p.bounded(); err != nil {
		return r, err
	}
	r.Source = source
	p.identifiers(&r)
	p.names(&r)
	switch {
	case file && r.ID == "":
		return r, &IssueError{"required", "Patient.identifier", "a Patient needs an identifier with a value"}
	case len(r.Names) == 0 && (file || len(p.Identifier) == 0):
		return r, &IssueError{"required", "Patient.name", "a Patient needs a name"}
	case file && p.BirthDate == "":
		return r, &IssueError{"required", "Patient.birthDate", "a Patient needs a birth date"}
	}
	if r.BirthDate, err = date(p.BirthDate, "Patient.birthDate"); err != nil {
		return r, err
	}
	if r.Death, err = date(p.DeceasedDateTime, "Patient.deceasedDateTime"); err != nil {
		return r, err
	}
	if p.Meta != nil {
		if r.Received, err = date(p.Meta.LastUpdated, "Patient.meta.lastUpdated"); err != nil {
			return r, err
		}
		for _, s := range p.Meta.Security {
			r.Protected = r.Protected || s.Code == "R" || s.Code == "V"
		}
	}
	if err := p.facts(&r); err != nil {
		return r, err
	}
	return r, p.doses(&r)
}

// bounded refuses lists and texts that no patient has.
func (p *patientJSON) bounded() error {
	for path, n := range map[string]int{
		"identifier": len(p.Identifier), "name": len(p.Name), "telecom": len(p.Telecom), "address": len(p.Address), "contact": len(p.Contact),
	} {
		if n > maxList {
			return &IssueError{"too-costly", "Patient." + path, "there are more than " + strconv.Itoa(maxList)}
		}
	}
	if len(p.Contained) > 1000 {
		return &IssueError{"too-costly", "Patient.contained", "there are more than 1000"}
	}
	return nil
}

// clean bounds a text and drops control characters.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	if len(s) > maxText {
		s = strings.ToValidUTF8(s[:maxText], "")
	}
	return strings.TrimSpace(s)
}

func date(text, path string) (patient.Date, error) {
	if text == "" {
		return patient.Date{}, nil
	}
	if len(text) > 10 { // a date and time
		text = text[:10]
	}
	d := patient.ParseDate(text, "")
	if !d.Known() || d.Day != 0 && !d.Full() || len(text) != 4 && len(text) != 7 && len(text) != 10 {
		return d, &IssueError{"value", path, "it is no date: send YYYY, YYYY-MM or YYYY-MM-DD"}
	}
	return d, nil
}

func (p *patientJSON) identifiers(r *patient.Record) {
	rank := 0
	for _, id := range p.Identifier {
		value, kind := clean(id.Value), id.Type.code(systemIDType)
		if value == "" || id.Use == "old" && len(p.Identifier) > 1 {
			continue
		}
		if id.System == systemSSN {
			kind = patient.IDSocialSecurity
		}
		own := 1
		switch kind {
		case "MR", "PI", "PT":
			kind, own = patient.IDMedicalRecord, 2
		case "BR":
			r.BirthCertificate = value
		}
		authority := clean(id.System)
		if kind != "BR" {
			r.Identifiers = append(r.Identifiers, patient.Identifier{Authority: authority, Type: kind, Value: value})
		}
		if own > rank {
			rank, r.ID = own, strings.Join([]string{kind, authority, value}, ":")
		}
	}
}

func (p *patientJSON) names(r *patient.Record) {
	for _, n := range p.Name {
		name := n.name()
		switch n.Use {
		case "nickname", "anonymous", "old":
			name.Use = patient.NameAlias
		case "maiden":
			name.Use = patient.NameMaiden
		case "temp":
			name.Use = patient.NameNewborn
		}
		if name.Family != "" || name.Given != "" || name.Full != "" {
			r.Names = append(r.Names, name)
		}
	}
}

func (n *humanName) name() patient.Name {
	name := patient.Name{Family: clean(n.Family)}
	if len(n.Given) > 0 {
		name.Given = clean(n.Given[0])
		name.Middle = clean(strings.Join(n.Given[1:min(len(n.Given), maxList)], " "))
	}
	if len(n.Suffix) > 0 {
		name.Suffix = clean(n.Suffix[0])
	}
	if name.Family == "" && name.Given == "" {
		name.Full = clean(n.Text)
	}
	return name
}

// sexes are the codes of administrative-gender.
var sexes = map[string]string{"": "", "male": "M", "female": "F", "other": "X", "unknown": "U"}

func (p *patientJSON) facts(r *patient.Record) error {
	sex, ok := sexes[p.Gender]
	if !ok {
		return &IssueError{"value", "Patient.gender", "it is male, female, other or unknown"}
	}
	r.Sex = sex
	switch {
	case p.MultipleBirthInteger != nil && p.MultipleBirthBoolean != nil:
		return &IssueError{"structure", "Patient.multipleBirth", "it is a boolean or an integer, not both"}
	case p.MultipleBirthInteger != nil:
		if n := *p.MultipleBirthInteger; n < 1 || n > 20 {
			return &IssueError{"value", "Patient.multipleBirthInteger", "it is the birth order, from 1"}
		}
		r.MultipleBirth, r.BirthOrder = "Y", strconv.Itoa(*p.MultipleBirthInteger)
	case p.MultipleBirthBoolean != nil:
		r.MultipleBirth = map[bool]string{true: "Y", false: "N"}[*p.MultipleBirthBoolean]
	}
	for _, e := range p.Extension {
		if e.URL == maidenName {
			r.Mother.Maiden = clean(e.ValueString)
		}
	}
	if p.BirthDateElement != nil {
		for _, e := range p.BirthDateElement.Extension {
			if e.URL == birthTime && len(e.ValueDateTime) >= 16 {
				r.BirthTime = e.ValueDateTime[11:16]
			}
		}
	}
	addContacts(r, p.Telecom)
	for i := range p.Address {
		if p.Address[i].Use != "old" {
			addAddress(r, &p.Address[i])
		}
	}
	for i := range p.Contact {
		p.Contact[i].add(r)
	}
	return nil
}

func addContacts(r *patient.Record, list []contactPoint) {
	for _, c := range list[:min(len(list), maxList)] {
		switch value := clean(c.Value); {
		case value == "" || c.Use == "old":
		case c.System == "phone" || c.System == "sms":
			r.Phones = append(r.Phones, value)
		case c.System == "email":
			r.Emails = append(r.Emails, value)
		}
	}
}

func addAddress(r *patient.Record, a *address) {
	to := patient.Address{City: clean(a.City), State: clean(a.State), PostalCode: clean(a.PostalCode), Country: clean(a.Country)}
	if len(a.Line) > 0 {
		to.Street = clean(a.Line[0])
	}
	if len(a.Line) > 1 {
		to.Line2 = clean(a.Line[1])
	}
	if to != (patient.Address{}) {
		r.Addresses = append(r.Addresses, to)
	}
}

// relations are the role codes that name a parent or guardian.
var relations = map[string]string{
	"MTH": "MTH", "NMTH": "MTH", "GESTM": "MTH", "FTH": "FTH", "NFTH": "FTH", "PRN": "PAR", "PAR": "PAR", "GUARD": "GRD", "GRPRN": "GRP",
}

// add reads a parent or guardian; other contacts say nothing of who the patient is.
func (c *contact) add(r *patient.Record) {
	relation := ""
	for i := range c.Relationship {
		if k := relations[c.Relationship[i].code(systemRole)]; k != "" {
			relation = k
		}
	}
	if relation == "" || c.Name == nil {
		return
	}
	name := c.Name.name()
	if relation == "MTH" {
		r.Mother.Given, r.Mother.Family = name.Given, name.Family
	}
	r.Guardians = append(r.Guardians, patient.Guardian{Relationship: relation, Given: name.Given, Family: name.Family})
	addContacts(r, c.Telecom)
	if c.Address != nil && len(r.Addresses) == 0 {
		addAddress(r, c.Address)
	}
}

// doses reads the contained Immunizations that were given.
func (p *patientJSON) doses(r *patient.Record) error {
	for i := range p.Contained {
		c := &p.Contained[i]
		if c.ResourceType != "Immunization" || c.Status != "completed" {
			continue
		}
		path := "Patient.contained[" + strconv.Itoa(i) + "]"
		d := patient.Dose{
			CVX: c.VaccineCode.code(systemCVX), NDC: c.VaccineCode.code(systemNDC), Lot: clean(c.LotNumber),
			Historical: c.PrimarySource != nil && !*c.PrimarySource,
		}
		if d.CVX == "" || len(d.CVX) > 4 || strings.Trim(d.CVX, "0123456789") != "" {
			return &IssueError{"value", path + ".vaccineCode", "it has no CVX code"}
		}
		if c.Manufacturer != nil && c.Manufacturer.Identifier != nil && c.Manufacturer.Identifier.System == systemMVX {
			d.MVX = clean(c.Manufacturer.Identifier.Value)
		}
		var err error
		if d.Date, err = date(c.OccurrenceDateTime, path+".occurrenceDateTime"); err != nil {
			return err
		}
		if !d.Date.Full() {
			return &IssueError{"required", path + ".occurrenceDateTime", "the date of the dose is missing"}
		}
		r.Doses = append(r.Doses, d)
	}
	return nil
}
