package hl7

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/idem-health/idem/match/patient"
)

// A Sender is who writes a message, and when.
type Sender struct {
	Application, Facility string
	Now                   time.Time
	ID                    string // control id of the answer
}

// A writer writes segments in the standard separators.
type writer struct{ b strings.Builder }

// segment writes a segment; its fields are written as they are.
func (w *writer) segment(fields ...string) {
	w.b.WriteString(strings.TrimRight(strings.Join(fields, "|"), "|"))
	w.b.WriteByte('\r')
}

// components joins components, escaped.
func components(parts ...string) string {
	for i, p := range parts {
		parts[i] = escape(p)
	}
	return strings.TrimRight(strings.Join(parts, "^"), "^")
}

func (w *writer) msh(s Sender, to Header, kind, event, structure, profile string) {
	processing := to.Processing
	if processing != "P" && processing != "T" && processing != "D" {
		processing = "P"
	}
	w.segment("MSH", `^~\&`, escape(s.Application), escape(s.Facility), escape(to.Application), escape(to.Facility),
		s.Now.UTC().Format("20060102150405-0700"), "", kind+"^"+event+"^"+structure, escape(s.ID), processing, "2.5.1", "", "",
		"NE", "NE", "", "", "", "", profile+"^CDCPHINVS")
}

// acknowledge writes MSA and ERR and returns the acknowledgment code.
func (w *writer) acknowledge(to Header, faults []Fault) string {
	code := "AA"
	switch errors, reject := Refused(faults); {
	case reject:
		code = "AR"
	case errors:
		code = "AE"
	}
	w.segment("MSA", code, escape(to.ID))
	for _, f := range faults {
		application := ""
		if f.Application != 0 {
			application = components(strconv.Itoa(f.Application), applicationText[f.Application], applicationErrors)
		}
		w.segment("ERR", "", f.location(), components(strconv.Itoa(f.Code), codeText[f.Code], "HL70357"), string(f.Severity), application, "", "", escape(f.Text))
	}
	return code
}

// Ack writes the ACK^V04 (Z23) to a message, or to one that could not be read:
// then to is empty and a fault says why.
func Ack(s Sender, to Header, faults []Fault) []byte {
	var w writer
	event := to.Event
	if event == "" {
		event = "V04"
	}
	w.msh(s, to, "ACK", escape(event), "ACK", "Z23")
	w.acknowledge(to, faults)
	return []byte(w.b.String())
}

// An Outcome is how a search ended.
type Outcome int

// The outcomes.
const (
	NoneFound Outcome = iota
	OneFound          // with confidence: the history is sent
	SeveralFound
	TooMany
)

// A Patient is what an answer says of one person.
type Patient struct {
	ID     string         // the registry's own identifier
	Record patient.Record // the merged one
}

// Response writes the RSP^K11 to a query. Of several patients only demographics
// are sent.
func Response(s Sender, q Query, outcome Outcome, patients []Patient, faults []Fault) []byte {
	profile, status := "Z33", "NF"
	if errors, _ := Refused(faults); errors {
		status, patients = "AE", nil
	} else {
		switch outcome {
		case OneFound:
			profile, status = "Z32", "OK"
			if q.Header.Profile == "Z44" {
				profile = "Z42"
			}
		case SeveralFound:
			profile, status = "Z31", "OK"
		case TooMany:
			status, patients = "TM", nil
		default:
			patients = nil
		}
	}
	var w writer
	w.msh(s, q.Header, "RSP", "K11", "RSP_K11", profile)
	if w.acknowledge(q.Header, faults) == "AR" {
		status = "AR"
	}
	name := ""
	if len(q.qpd) > 0 {
		name = q.qpd[0]
	}
	w.segment("QAK", escape(q.Tag), status, name)
	w.segment(append([]string{"QPD"}, q.qpd...)...)
	for i, p := range patients {
		w.patient(i+1, p)
		if profile == "Z32" || profile == "Z42" {
			w.doses(p)
		}
	}
	return []byte(w.b.String())
}

func (w *writer) patient(n int, p Patient) {
	r := &p.Record
	ids := []string{components(p.ID, "", "", "IDEM", "SR")}
	for _, id := range r.Identifiers {
		if id.Type == patient.IDMedicalRecord {
			ids = append(ids, components(id.Value, "", "", id.Authority, "MR"))
		}
	}
	var names, addresses, phones []string
	for _, name := range r.Names {
		kind := "L"
		if name.Use != patient.NameLegal {
			kind = "A"
		}
		names = append(names, components(name.Family, name.Given, name.Middle, name.Suffix, "", "", kind))
	}
	for _, a := range r.Addresses {
		addresses = append(addresses, components(strings.TrimSpace(a.Number+" "+a.Street), strings.TrimSpace(a.Unit+" "+a.Line2), a.City, a.State, a.PostalCode, a.Country, "H"))
	}
	for _, phone := range r.Phones {
		phones = append(phones, phoneField(phone))
	}
	for _, mail := range r.Emails {
		phones = append(phones, components("", "NET", "Internet", mail))
	}
	mother := ""
	if r.Mother.Maiden != "" {
		mother = components(r.Mother.Maiden, r.Mother.Given, "", "", "", "", "M")
	}
	w.segment("PID", strconv.Itoa(n), "", strings.Join(ids, "~"), "", strings.Join(names, "~"), mother, r.BirthDate.Compact(), escape(r.Sex),
		"", "", strings.Join(addresses, "~"), "", strings.Join(phones, "~"), "", "", "", "", "", "", "", "", "", "",
		escape(r.MultipleBirth), escape(r.BirthOrder))
	for i, g := range r.Guardians {
		w.segment("NK1", strconv.Itoa(i+1), components(g.Family, g.Given, "", "", "", "", "L"), components(g.Relationship, "", "HL70063"))
	}
}

func phoneField(phone string) string {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, phone)
	if len(digits) == 11 && digits[0] == '1' {
		digits = digits[1:]
	}
	if len(digits) == 10 {
		return components("", "PRN", "PH", "", "", digits[:3], digits[3:])
	}
	return components(phone, "PRN", "PH")
}

func (w *writer) doses(p Patient) {
	for i, d := range p.Record.Doses {
		source := components("00", "New immunization record", "NIP001")
		if d.Historical {
			source = components("01", "Historical information - source unspecified", "NIP001")
		}
		vaccine := components(d.CVX, "", "CVX")
		if d.NDC != "" {
			vaccine = components(d.CVX, "", "CVX", d.NDC, "", "NDC")
		}
		w.segment("ORC", "RE", "", components(fmt.Sprintf("%s-%d", p.ID, i+1), "IDEM"))
		w.segment("RXA", "0", "1", d.Date.Compact(), d.Date.Compact(), vaccine, "999", "", "", source, "", "", "", "", "",
			escape(d.Lot), "", components(d.MVX, "", "MVX"), "", "", "CP", "A")
	}
}
