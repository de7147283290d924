package store

import (
	"bytes"

	"github.com/idem-health/idem/match/patient"
)

// describe says how a record is written: everything but its line, which is not
// of the record but of the file it came in. A member may be added anywhere; one
// that was ever written stays.
func describe(w *wire, r *patient.Record) {
	w.text("source", &r.Source)
	w.text("id", &r.ID)
	w.date("received", &r.Received)
	objects(w, "names", &r.Names, func(n *patient.Name) {
		number(w, "use", &n.Use)
		w.text("full", &n.Full)
		w.text("given", &n.Given)
		w.text("middle", &n.Middle)
		w.text("family", &n.Family)
		w.text("suffix", &n.Suffix)
	})
	w.date("birth_date", &r.BirthDate)
	w.text("birth_time", &r.BirthTime)
	w.text("sex", &r.Sex)
	w.text("multiple_birth", &r.MultipleBirth)
	w.text("birth_order", &r.BirthOrder)
	w.text("birth_place", &r.BirthPlace)
	if w.member("mother", r.Mother != patient.Parent{}) {
		w.object(func() {
			w.text("given", &r.Mother.Given)
			w.text("family", &r.Mother.Family)
			w.text("maiden", &r.Mother.Maiden)
			w.date("birth_date", &r.Mother.BirthDate)
		})
	}
	objects(w, "guardians", &r.Guardians, func(g *patient.Guardian) {
		w.text("relationship", &g.Relationship)
		w.text("given", &g.Given)
		w.text("family", &g.Family)
	})
	objects(w, "addresses", &r.Addresses, func(a *patient.Address) {
		w.text("number", &a.Number)
		w.text("street", &a.Street)
		w.text("unit", &a.Unit)
		w.text("line2", &a.Line2)
		w.text("city", &a.City)
		w.text("state", &a.State)
		w.text("postal_code", &a.PostalCode)
		w.text("country", &a.Country)
	})
	list(w, "phones", &r.Phones, w.value)
	list(w, "emails", &r.Emails, w.value)
	objects(w, "identifiers", &r.Identifiers, func(i *patient.Identifier) {
		w.text("authority", &i.Authority)
		w.text("type", &i.Type)
		w.text("value", &i.Value)
	})
	describeRest(w, r)
}

func describeRest(w *wire, r *patient.Record) {
	w.text("birth_facility", &r.BirthFacility)
	w.text("birth_certificate", &r.BirthCertificate)
	if w.member("school", r.School != patient.School{}) {
		w.object(func() {
			w.text("district", &r.School.District)
			w.text("school", &r.School.School)
			w.text("grade", &r.School.Grade)
		})
	}
	w.text("occupation", &r.Occupation)
	w.date("death", &r.Death)
	w.flag("protected", &r.Protected)
	if w.member("consent", r.Consent != patient.Consent{}) {
		w.object(func() {
			w.flag("no_add", &r.Consent.NoAdd)
			w.flag("aggregate_only", &r.Consent.AggregateOnly)
		})
	}
	objects(w, "doses", &r.Doses, func(d *patient.Dose) {
		w.text("cvx", &d.CVX)
		w.text("mvx", &d.MVX)
		w.text("ndc", &d.NDC)
		w.text("lot", &d.Lot)
		w.date("date", &d.Date)
		w.flag("historical", &d.Historical)
	})
	objects(w, "attributes", &r.Attributes, func(a *patient.Attribute) {
		w.text("name", &a.Name)
		w.text("value", &a.Value)
	})
}

// appendRecord appends the record as canonical JSON.
func appendRecord(dst []byte, r *patient.Record) []byte {
	w := wire{dst: dst}
	w.object(func() { describe(&w, r) })
	return w.dst
}

// parseRecord reads what appendRecord wrote. The record's texts share the
// memory of the source.
func parseRecord(src string) (patient.Record, error) {
	w := wire{reading: true, src: src}
	var r patient.Record
	w.object(func() { describe(&w, &r) })
	if w.err == nil && w.src != "" {
		w.fail()
	}
	if w.err != nil {
		return patient.Record{}, w.err
	}
	return r, nil
}

// sourceOf reads the source of a payload alone: its first member, if it has one.
func sourceOf(payload []byte) string {
	if !bytes.HasPrefix(payload, []byte(`{"source":`)) {
		return ""
	}
	w := wire{reading: true, src: string(payload[1:])}
	source := ""
	w.text("source", &source)
	return source
}
