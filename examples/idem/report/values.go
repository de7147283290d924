package report

import (
	"strings"

	"github.com/idem-health/idem/match/patient"
)

// A value is one field of a record as received, for a person to read.
type value struct {
	Field, Text string
}

// values lists what a record holds, in a fixed order. Several values of one
// field stand in one text.
func values(r *patient.Record) []value {
	l := &valueList{}
	for _, n := range r.Names {
		switch n.Use {
		case patient.NameAlias:
			l.add("alias", join(" ", n.Full, n.Given, n.Middle, n.Family))
		case patient.NameMaiden:
			l.add("maiden name", join(" ", n.Full, n.Family))
		default:
			l.add("given name", n.Given)
			l.add("middle name", n.Middle)
			l.add("family name", n.Family)
			l.add("suffix", n.Suffix)
			l.add("full name", n.Full)
		}
	}
	l.add("birth date", dateText(r.BirthDate))
	l.add("birth time", r.BirthTime)
	l.add("sex", r.Sex)
	l.add("multiple birth", r.MultipleBirth)
	l.add("birth order", r.BirthOrder)
	l.add("birth place", r.BirthPlace)
	l.add("mother", join(" ", r.Mother.Given, r.Mother.Family))
	l.add("mother's maiden name", r.Mother.Maiden)
	for _, g := range r.Guardians {
		l.add("guardian", join(" ", g.Given, g.Family))
	}
	for _, a := range r.Addresses {
		l.add("address", join(" ", a.Number, a.Street, a.Unit, a.Line2))
		l.add("city", a.City)
		l.add("state", a.State)
		l.add("postal code", a.PostalCode)
	}
	l.add("phone", r.Phones...)
	l.add("email", r.Emails...)
	for _, id := range r.Identifiers {
		l.add(identifierName(id.Type), join(" ", id.Authority, id.Value))
	}
	l.add("birth certificate", r.BirthCertificate)
	l.add("birth facility", r.BirthFacility)
	l.add("school", join(" ", r.School.District, r.School.School, r.School.Grade))
	l.add("occupation", r.Occupation)
	l.add("death", dateText(r.Death))
	for _, d := range r.Doses {
		l.add("doses", join(" ", d.CVX, dateText(d.Date), d.Lot))
	}
	return l.list
}

func identifierName(kind string) string {
	switch kind {
	case patient.IDSocialSecurity:
		return "social security number"
	case patient.IDMedicaid:
		return "Medicaid id"
	case patient.IDMedicalRecord:
		return "medical record number"
	case patient.IDStudent:
		return "student id"
	}
	return "identifier " + kind
}

type valueList struct{ list []value }

// add adds texts to a field. Texts that stand there are not repeated.
func (l *valueList) add(field string, texts ...string) {
	for _, text := range texts {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		at := -1
		for i := range l.list {
			if l.list[i].Field == field {
				at = i
			}
		}
		if at < 0 {
			l.list = append(l.list, value{field, text})
		} else if have := &l.list[at].Text; *have != text {
			*have += "; " + text
		}
	}
}

// join joins the texts that are not empty.
func join(sep string, texts ...string) string {
	var kept []string
	for _, t := range texts {
		if t = strings.TrimSpace(t); t != "" {
			kept = append(kept, t)
		}
	}
	return strings.Join(kept, sep)
}

// dateText writes a date as received where that is known: what could not be
// read is shown as it stands.
func dateText(d patient.Date) string {
	if d.Text != "" {
		return d.Text
	}
	c := d.Compact()
	if len(c) != 8 {
		return c
	}
	return c[:4] + "-" + c[4:6] + "-" + c[6:]
}

// name is who a record is about, in a few words.
func name(r *patient.Record) string {
	for _, n := range r.Names {
		if n.Use == patient.NameLegal || n.Use == patient.NameNewborn {
			if text := join(" ", n.Given, n.Middle, n.Family, n.Suffix); text != "" {
				return text
			}
			if n.Full != "" {
				return n.Full
			}
		}
	}
	return ""
}
