package hl7

import (
	"strings"

	"github.com/idem-health/idem/match/patient"
)

// A Header is what MSH says of a message.
type Header struct {
	Application, Facility string // of the sender
	Time                  patient.Date
	Type, Event           string // VXU, V04
	ID                    string // MSH-10
	Processing, Version   string
	Profile               string // MSH-21: Z22, Z34 ...
}

// Header reads MSH.
func (m *Message) Header() Header {
	s := m.Segment("MSH")
	return Header{
		Application: s.Get(3, 1), Facility: s.Get(4, 1), Time: patient.ParseDate(s.Get(7, 1), ""),
		Type: s.Get(9, 1), Event: s.Get(9, 2), ID: s.Get(10, 1),
		Processing: s.Get(11, 1), Version: s.Get(12, 1), Profile: s.Get(21, 1),
	}
}

// check refuses what is no message of the kind wanted.
func (h Header) check(kind, event string) (faults []Fault) {
	refuse := func(field, code int, text string) {
		faults = append(faults, Fault{Segment: "MSH", Number: 1, Field: field, Code: code, Severity: Error, Text: text, Reject: true})
	}
	switch {
	case h.Type != kind:
		refuse(9, CodeMessageType, "this address takes VXU^V04 and QBP^Q11")
	case h.Event != event:
		refuse(9, CodeEvent, "this address takes VXU^V04 and QBP^Q11")
	}
	if h.Processing != "P" && h.Processing != "T" && h.Processing != "D" {
		refuse(11, CodeProcessing, "the processing id is P, T or D")
	}
	if !strings.HasPrefix(h.Version, "2.") {
		refuse(12, CodeVersion, "the version is 2.5.1")
	}
	if h.ID == "" {
		faults = append(faults, Fault{Segment: "MSH", Number: 1, Field: 10, Code: CodeRequired, Severity: Error, Text: "the message has no control id", Reject: true})
	}
	return faults
}

// An Order is one vaccination that a message reports.
type Order struct {
	ID     string // ORC-3, the filler's number, with its authority; "" unknown
	Action byte   // A added, D deleted, U updated
	Dose   patient.Dose
	Given  bool // not refused, and there was one
}

// An Update is a VXU^V04.
type Update struct {
	Header Header
	Record patient.Record // without doses
	Orders []Order
}

// ReadUpdate reads a VXU^V04. Where a fault is an Error of MSH or PID there is no
// record that could be filed; one of an order leaves that order out.
func ReadUpdate(m *Message) (Update, []Fault) {
	u := Update{Header: m.Header()}
	faults := u.Header.check("VXU", "V04")
	if len(faults) > 0 {
		return u, faults
	}
	pid := m.Segment("PID")
	if !pid.Has() {
		return u, append(faults, Fault{Segment: "PID", Code: CodeSequence, Severity: Error, Text: "the message has no PID", Reject: true})
	}
	r := reader{faults: faults, header: u.Header, record: &u.Record}
	r.patient(pid)
	r.around(m)
	u.Orders = r.orders(m)
	return u, r.faults
}

// A reader makes a record of segments.
type reader struct {
	header Header
	record *patient.Record
	faults []Fault
}

func (r *reader) fault(s Segment, field int, severity Severity, code, application int, text string) {
	r.faults = append(r.faults, Fault{Segment: s.Name, Number: s.Number, Field: field, Severity: severity, Code: code, Application: application, Text: text})
}

// patient reads PID.
func (r *reader) patient(s Segment) {
	rec := r.record
	rec.Source = r.header.Facility
	if rec.Source == "" {
		rec.Source = r.header.Application
	}
	if rec.Source == "" {
		r.fault(r.msh(), 4, Error, CodeRequired, Missing, "the message does not say which facility sends it")
	}
	rec.Received = r.header.Time
	r.identifiers(s.Repeats(3))
	if rec.ID == "" {
		r.fault(s, 3, Error, CodeRequired, Missing, "the patient has no identifier")
	}
	r.names(s.Repeats(5))
	if len(rec.Names) == 0 {
		r.fault(s, 5, Error, CodeRequired, Missing, "the patient has no name")
	}
	r.mother(s.Field(6))
	r.birth(s)
	rec.Sex = s.Get(8, 1)
	if rec.Sex == "" {
		r.fault(s, 8, Warning, CodeRequired, Missing, "the sex is missing")
	}
	for _, f := range s.Repeats(11) {
		r.address(f)
	}
	for _, f := range append(s.Repeats(13), s.Repeats(14)...) {
		r.contact(f)
	}
	rec.BirthFacility = s.Get(23, 1)
	r.multiple(s, s.Get(24, 1), s.Get(25, 1))
	rec.Death = patient.ParseDate(s.Get(29, 1), "")
}

func (r *reader) msh() Segment { return Segment{Name: "MSH", Number: 1, d: &standard} }

// identifiers reads CX values. The record's own id is its medical record number
// at the sender, or else the first identifier.
func (r *reader) identifiers(list []Field) {
	rank := 0
	for _, f := range list {
		value, authority, kind := f.Get(1), f.Get(4), strings.ToUpper(f.Get(5))
		if value == "" {
			continue
		}
		id := patient.Identifier{Authority: authority, Type: kind, Value: value}
		own := 1
		switch kind {
		case "MR", "PI", "PT":
			id.Type, own = patient.IDMedicalRecord, 2
		case "BR":
			r.record.BirthCertificate = value
		}
		if kind != "BR" {
			r.record.Identifiers = append(r.record.Identifiers, id)
		}
		if own > rank {
			rank = own
			r.record.ID = strings.Join([]string{id.Type, authority, value}, ":")
		}
	}
}

// names reads XPN values.
func (r *reader) names(list []Field) {
	for _, f := range list {
		n := patient.Name{Family: f.Get(1), Given: f.Get(2), Middle: f.Get(3), Suffix: f.Get(4)}
		if n.Family == "" && n.Given == "" {
			continue
		}
		switch f.Get(7) {
		case "A", "N", "S", "P", "BAD":
			n.Use = patient.NameAlias
		case "M":
			n.Use = patient.NameMaiden
		case "NB", "NAV", "TEMP", "U":
			n.Use = patient.NameNewborn
		}
		r.record.Names = append(r.record.Names, n)
	}
}

// mother reads PID-6; it often has the mother's given name too.
func (r *reader) mother(f Field) {
	r.record.Mother.Maiden = f.Get(1)
	r.record.Mother.Given = f.Get(2)
}

func (r *reader) birth(s Segment) {
	text := s.Get(7, 1)
	date := patient.ParseDate(text, "")
	r.record.BirthDate = date
	if len(text) >= 12 {
		r.record.BirthTime = text
	}
	switch sent := r.header.Time; {
	case text == "":
		r.fault(s, 7, Error, CodeRequired, Missing, "the birth date is missing")
	case !date.Full():
		r.fault(s, 7, Error, CodeDataType, InvalidDate, "the birth date is no date: send YYYYMMDD")
	case sent.Full() && date.Days() > sent.Days():
		r.fault(s, 7, Error, CodeRequired, IllogicalDate, "the birth date is after the message")
	case sent.Full() && sent.Days()-date.Days() > 121*365:
		r.fault(s, 7, Error, CodeDataType, IllogicalDate, "the birth date is more than 120 years ago")
	}
}

// address reads XAD: bad addresses are left out, and where the patient was born is
// no place to live.
func (r *reader) address(f Field) {
	switch f.Get(7) {
	case "BA":
		return
	case "BDL", "N":
		r.record.BirthPlace = f.Get(3)
		return
	}
	a := patient.Address{Street: f.Get(1), Line2: f.Get(2), City: f.Get(3), State: f.Get(4), PostalCode: f.Get(5), Country: f.Get(6)}
	if a != (patient.Address{}) {
		r.record.Addresses = append(r.record.Addresses, a)
	}
}

// contact reads XTN: an e-mail address or a telephone number.
func (r *reader) contact(f Field) {
	if mail := f.Get(4); mail != "" {
		r.record.Emails = append(r.record.Emails, mail)
		return
	}
	phone := f.Get(6) + f.Get(7)
	if phone == "" {
		phone = f.Get(1)
	}
	if phone != "" && f.Get(2) != "NET" {
		r.record.Phones = append(r.record.Phones, phone)
	}
}

// multiple reads the indicator and the order of a multiple birth, which the
// national guide prints in either order.
func (r *reader) multiple(s Segment, indicator, order string) {
	if (order == "Y" || order == "N") && indicator != "" && strings.Trim(indicator, "0123456789") == "" {
		indicator, order = order, indicator
		if s.Name == "PID" {
			r.fault(s, 24, Warning, CodeAccepted, IllogicalValue, "birth indicator and birth order were swapped: PID-24 is Y or N, PID-25 the number")
		}
	}
	r.record.MultipleBirth, r.record.BirthOrder = indicator, order
	if s.Name == "PID" && indicator == "Y" && order == "" {
		r.fault(s, 25, Warning, CodeAccepted, IllogicalValue, "a multiple birth without its order")
	}
}

// guardians are the relationships of NK1 that bring up a child.
var guardians = map[string]bool{"MTH": true, "FTH": true, "PAR": true, "GRD": true, "CGV": true, "GRP": true, "FCH": true}

// around reads PD1 and NK1.
func (r *reader) around(m *Message) {
	for _, s := range m.Segments {
		switch s.Name {
		case "PD1":
			if r.record.Protected = s.Get(12, 1) == "Y"; r.record.Protected {
				r.fault(s, 12, Warning, CodeAccepted, 0, "the record is protected: nobody but its sender will be told of it")
			}
		case "NK1":
			r.kin(s)
		}
	}
}

func (r *reader) kin(s Segment) {
	family, given, relation := s.Get(2, 1), s.Get(2, 2), s.Get(3, 1)
	if relation == "" {
		r.fault(s, 3, Warning, CodeRequired, Missing, "a next of kin without the relationship")
		return
	}
	if relation == "MTH" {
		mother := &r.record.Mother
		mother.Family, mother.BirthDate = family, patient.ParseDate(s.Get(16, 1), "")
		if given != "" {
			mother.Given = given
		}
	}
	if guardians[relation] {
		if given != "" || family != "" {
			r.record.Guardians = append(r.record.Guardians, patient.Guardian{Relationship: relation, Given: given, Family: family})
		}
		if len(r.record.Addresses) == 0 {
			r.address(s.Field(4))
		}
		for _, f := range s.Repeats(5) {
			r.contact(f)
		}
	}
}

// orders reads the groups of ORC and RXA.
func (r *reader) orders(m *Message) []Order {
	var list []Order
	id := ""
	for _, s := range m.Segments {
		switch s.Name {
		case "ORC":
			if id = s.Get(3, 1); id != "" {
				id += ":" + s.Get(3, 2)
			}
		case "RXA":
			if o, ok := r.order(s, id); ok {
				list = append(list, o)
			}
			id = ""
		}
	}
	return list
}

func (r *reader) order(s Segment, id string) (Order, bool) {
	status := s.Get(20, 1)
	o := Order{ID: id, Action: 'A', Given: status == "" || status == "CP" || status == "PA"}
	switch action := s.Get(21, 1); action {
	case "":
	case "A", "D", "U":
		o.Action = action[0]
	default:
		r.fault(s, 21, Error, CodeTable, NotInTable, "the action is A, D or U")
		return o, false
	}
	text := s.Get(3, 1)
	date := patient.ParseDate(text, "")
	cvx := s.Get(5, 1)
	switch {
	case text == "":
		r.fault(s, 3, Error, CodeRequired, Missing, "the date of the dose is missing")
	case !date.Full():
		r.fault(s, 3, Error, CodeDataType, InvalidDate, "the date of the dose is no date: send YYYYMMDD")
	case r.header.Time.Full() && date.Days() > r.header.Time.Days():
		r.fault(s, 3, Error, CodeAccepted, IllogicalDate, "the dose is dated after the message")
	case r.record.BirthDate.Full() && date.Days() < r.record.BirthDate.Days():
		r.fault(s, 3, Error, CodeAccepted, IllogicalDate, "the dose is dated before the birth")
	case cvx == "":
		r.fault(s, 5, Error, CodeRequired, Missing, "the vaccine is missing")
	case strings.Trim(cvx, "0123456789") != "" || len(cvx) > 4:
		r.fault(s, 5, Error, CodeTable, NotInTable, "the vaccine is no CVX code")
	default:
		o.Dose = patient.Dose{
			CVX: cvx, MVX: s.Get(17, 1), Lot: s.Get(15, 1), Date: date,
			Historical: s.Get(9, 1) != "" && s.Get(9, 1) != "00",
		}
		if strings.EqualFold(s.Field(5).Get(6), "NDC") {
			o.Dose.NDC = s.Field(5).Get(4)
		}
		return o, true
	}
	return o, false
}

// A Query is a QBP^Q11.
type Query struct {
	Header Header
	Tag    string // QPD-2
	Limit  int    // RCP-2; 0 not given
	Record patient.Record
	qpd    []string // in the standard separators
}

// ReadQuery reads a QBP^Q11 of profile Z34 or Z44.
func ReadQuery(m *Message) (Query, []Fault) {
	q := Query{Header: m.Header()}
	faults := q.Header.check("QBP", "Q11")
	if len(faults) > 0 {
		return q, faults
	}
	s := m.Segment("QPD")
	if !s.Has() {
		return q, append(faults, Fault{Segment: "QPD", Code: CodeSequence, Severity: Error, Text: "the message has no QPD", Reject: true})
	}
	r := reader{header: q.Header, record: &q.Record}
	if p := q.Header.Profile; p != "Z34" && p != "Z44" {
		r.fault(r.msh(), 21, Error, CodeTable, NotInTable, "the profile is Z34 or Z44")
	}
	q.Tag = s.Get(2, 1)
	if q.Tag == "" {
		r.fault(s, 2, Error, CodeRequired, Missing, "the query has no tag")
	}
	for n := 1; n < min(len(s.fields), 12); n++ {
		q.qpd = append(q.qpd, s.d.translate(s.fields[n]))
	}
	r.record.Source, r.record.Received = q.Header.Facility, q.Header.Time
	r.identifiers(s.Repeats(3))
	r.names(s.Repeats(4))
	r.mother(s.Field(5))
	if text := s.Get(6, 1); text != "" {
		if r.record.BirthDate = patient.ParseDate(text, ""); !r.record.BirthDate.Known() {
			r.fault(s, 6, Error, CodeDataType, InvalidDate, "the birth date is no date: send YYYYMMDD")
		}
	}
	r.record.Sex = s.Get(7, 1)
	for _, f := range s.Repeats(8) {
		r.address(f)
	}
	for _, f := range s.Repeats(9) {
		r.contact(f)
	}
	r.multiple(s, s.Get(10, 1), s.Get(11, 1))
	if len(q.Record.Names) == 0 && len(q.Record.Identifiers) == 0 {
		r.fault(s, 4, Error, CodeRequired, Missing, "the query has neither a name nor an identifier")
	}
	q.Limit = limitOf(m.Segment("RCP").Get(2, 1))
	return q, r.faults
}

func limitOf(text string) int {
	n := 0
	for _, c := range text {
		if c < '0' || c > '9' || n > 1000 {
			return 0
		}
		n = 10*n + int(c-'0')
	}
	return n
}
