package intake

import (
	"strings"

	"github.com/idem-health/idem/match/patient"
)

// A setter puts a cell that is not empty into a record. Setters are compiled
// once a file, so that no name is looked up for a cell.
type setter func(r *patient.Record, value string)

func plan(columns []Column) []setter {
	p := make([]setter, len(columns))
	for i, c := range columns {
		p[i] = c.setter()
	}
	return p
}

// setter is how a column is put into a record.
func (c Column) setter() setter {
	switch c.Role {
	case RoleDropped:
		return func(*patient.Record, string) {}
	case RoleRecordID:
		return func(r *patient.Record, value string) { r.ID = strings.TrimSpace(value) }
	case RoleSource:
		return func(r *patient.Record, value string) { r.Source = strings.TrimSpace(value) }
	case RoleField:
		return fieldSetter(c.Field, c.Layout)
	}
	name := c.Name
	return func(r *patient.Record, value string) {
		r.Attributes = append(r.Attributes, patient.Attribute{Name: name, Value: value})
	}
}

// fieldSetter is [patient.Record.SetField] with the name looked up beforehand.
// The columns nearly every file has are set directly where that is the same; a
// test holds both equal.
func fieldSetter(field string, layout patient.DateLayout) setter {
	slow := func(r *patient.Record, value string) { r.SetField(field, value, layout) }
	if part := namePart(field); part != nil {
		return func(r *patient.Record, value string) {
			if value = strings.TrimSpace(value); value == "" {
				return
			}
			if len(r.Names) == 0 {
				r.Names = append(r.Names, patient.Name{})
			}
			if n := &r.Names[0]; n.Use == patient.NameLegal {
				*part(n) = value
				return
			}
			slow(r, value)
		}
	}
	if part := addressPart(field); part != nil {
		return func(r *patient.Record, value string) {
			if value = strings.TrimSpace(value); value == "" || strings.IndexByte(value, ';') >= 0 {
				slow(r, value)
				return
			}
			if len(r.Addresses) == 0 {
				r.Addresses = append(r.Addresses, patient.Address{})
			}
			*part(&r.Addresses[0]) = value
		}
	}
	switch field {
	case fieldBirthDate:
		return func(r *patient.Record, value string) {
			if value = strings.TrimSpace(value); value != "" {
				r.BirthDate = patient.ParseDate(value, layout)
			}
		}
	case "sex":
		return func(r *patient.Record, value string) {
			if value = strings.TrimSpace(value); value != "" {
				r.Sex = value
			}
		}
	case "phone":
		return func(r *patient.Record, value string) {
			if value = strings.TrimSpace(value); value == "" || strings.IndexByte(value, ';') >= 0 {
				slow(r, value)
				return
			}
			r.Phones = append(r.Phones, value)
		}
	}
	return slow
}

func namePart(field string) func(*patient.Name) *string {
	switch field {
	case "given_name":
		return func(n *patient.Name) *string { return &n.Given }
	case "middle_name":
		return func(n *patient.Name) *string { return &n.Middle }
	case "family_name":
		return func(n *patient.Name) *string { return &n.Family }
	case "suffix":
		return func(n *patient.Name) *string { return &n.Suffix }
	case "full_name":
		return func(n *patient.Name) *string { return &n.Full }
	}
	return nil
}

func addressPart(field string) func(*patient.Address) *string {
	switch field {
	case "address", "street":
		return func(a *patient.Address) *string { return &a.Street }
	case "street_number":
		return func(a *patient.Address) *string { return &a.Number }
	case "unit":
		return func(a *patient.Address) *string { return &a.Unit }
	case "address2":
		return func(a *patient.Address) *string { return &a.Line2 }
	case "city":
		return func(a *patient.Address) *string { return &a.City }
	case "state":
		return func(a *patient.Address) *string { return &a.State }
	case "postal_code":
		return func(a *patient.Address) *string { return &a.PostalCode }
	}
	return nil
}
