package patient

import (
	"slices"
	"strings"
)

// SetField sets a standard field from text, and reports whether there is such a
// name. Dates are read by the layout. Several values of a list are separated by
// ';' and added to those that are there; value i of one guardian, address or
// identifier column belongs to value i of the others. An empty text sets
// nothing.
func (r *Record) SetField(name, value string, layout DateLayout) bool {
	value = strings.TrimSpace(value)
	if value == "" {
		return IsStandardName(name)
	}
	return r.setName(name, value) || r.setBirth(name, value, layout) || r.setAddress(name, value) || r.setOther(name, value, layout)
}

func (r *Record) setName(name, value string) bool {
	switch name {
	case "given_name":
		r.legal().Given = value
	case "middle_name":
		r.legal().Middle = value
	case "family_name":
		r.legal().Family = value
	case "suffix":
		r.legal().Suffix = value
	case "full_name":
		r.legal().Full = value
	case "alias":
		for _, v := range list(value) {
			if v != "" {
				r.Names = append(r.Names, Name{Use: NameAlias, Full: v})
			}
		}
	case "maiden_name":
		r.Names = append(r.Names, Name{Use: NameMaiden, Family: value})
	case "mother_given":
		r.Mother.Given = value
	case "mother_family":
		r.Mother.Family = value
	case "mother_maiden":
		r.Mother.Maiden = value
	case "guardian_given":
		setGuardians(r, value, func(g *Guardian) *string { return &g.Given })
	case "guardian_family":
		setGuardians(r, value, func(g *Guardian) *string { return &g.Family })
	case "guardian_relationship":
		setGuardians(r, value, func(g *Guardian) *string { return &g.Relationship })
	default:
		return false
	}
	return true
}

// setGuardians sets a part of the guardians, value i that of guardian i.
func setGuardians(r *Record, value string, part func(*Guardian) *string) {
	for i, more := 0, true; more; i++ {
		var v string
		v, value, more = strings.Cut(value, ";")
		*part(at(&r.Guardians, i)) = strings.TrimSpace(v)
	}
}

func (r *Record) setBirth(name, value string, layout DateLayout) bool {
	switch name {
	case "birth_date":
		r.BirthDate = ParseDate(value, layout)
	case "birth_time":
		r.BirthTime = value
	case "sex":
		r.Sex = value
	case "multiple_birth", "birth_count":
		// Both may be sent (N beside 2): normalisation reads the two together.
		if r.MultipleBirth != "" && r.MultipleBirth != value {
			value = r.MultipleBirth + ";" + value
		}
		r.MultipleBirth = value
	case "birth_order":
		r.BirthOrder = value
	case "birth_place":
		r.BirthPlace = value
	case "birth_facility":
		r.BirthFacility = value
	case "birth_certificate":
		r.BirthCertificate = value
	case "mother_birth_date":
		r.Mother.BirthDate = ParseDate(value, layout)
	case "death_date":
		r.Death = ParseDate(value, layout)
	default:
		return false
	}
	return true
}

func (r *Record) setAddress(name, value string) bool {
	var part func(*Address) *string
	switch name {
	case "address", "street":
		part = func(a *Address) *string { return &a.Street }
	case "street_number":
		part = func(a *Address) *string { return &a.Number }
	case "unit":
		part = func(a *Address) *string { return &a.Unit }
	case "address2":
		part = func(a *Address) *string { return &a.Line2 }
	case "city":
		part = func(a *Address) *string { return &a.City }
	case "state":
		part = func(a *Address) *string { return &a.State }
	case "postal_code":
		part = func(a *Address) *string { return &a.PostalCode }
	case "country":
		part = func(a *Address) *string { return &a.Country }
	default:
		return false
	}
	if strings.IndexByte(value, ';') < 0 {
		*part(at(&r.Addresses, 0)) = value
		return true
	}
	for i, v := range list(value) {
		*part(at(&r.Addresses, i)) = v
	}
	return true
}

func (r *Record) setOther(name, value string, layout DateLayout) bool {
	switch name {
	case "record_id":
		r.ID = value
	case "source":
		r.Source = value
	case "received":
		r.Received = ParseDate(value, layout)
	case "phone":
		r.Phones = appendList(r.Phones, value)
	case "email":
		r.Emails = appendList(r.Emails, value)
	case "ssn":
		r.addIdentifiers(IDSocialSecurity, value)
	case "medicaid_id":
		r.addIdentifiers(IDMedicaid, value)
	case "mrn":
		r.addIdentifiers(IDMedicalRecord, value)
	case "mrn_authority":
		r.setAuthorities(value)
	case "student_id":
		r.addIdentifiers(IDStudent, value)
	case "district":
		r.School.District = value
	case "school":
		r.School.School = value
	case "grade":
		r.School.Grade = value
	case "occupation":
		r.Occupation = value
	case "protected":
		r.Protected = isYes(value)
	case "doses":
		for v := range strings.SplitSeq(value, ";") {
			if v = strings.TrimSpace(v); v != "" {
				r.Doses = append(r.Doses, parseDose(v))
			}
		}
	default:
		return false
	}
	return true
}

// legal returns the record's first legal name, which it adds where there is none.
func (r *Record) legal() *Name {
	for i := range r.Names {
		if r.Names[i].Use == NameLegal {
			return &r.Names[i]
		}
	}
	r.Names = append(r.Names, Name{})
	return &r.Names[len(r.Names)-1]
}

// addIdentifiers adds values, each to the first identifier of its type that has
// an authority but no value yet. One authority that was there before is that of
// all, as it is when it comes after them.
func (r *Record) addIdentifiers(kind, value string) {
	authority := r.loneAuthority(kind)
	from := 0 // none before it is without a value: ten thousand values must not cost their square
	for v := range strings.SplitSeq(value, ";") {
		if v = strings.TrimSpace(v); v == "" {
			continue
		}
		for from < len(r.Identifiers) && (r.Identifiers[from].Type != kind || r.Identifiers[from].Value != "") {
			from++
		}
		if from == len(r.Identifiers) {
			r.Identifiers = append(r.Identifiers, Identifier{Type: kind, Authority: authority})
		}
		r.Identifiers[from].Value = v
	}
}

// loneAuthority returns the authority of the only identifier of a type, if that
// has no value yet.
func (r *Record) loneAuthority(kind string) string {
	authority, n := "", 0
	for i := range r.Identifiers {
		if id := &r.Identifiers[i]; id.Type == kind {
			if n++; n > 1 || id.Value != "" {
				return ""
			}
			authority = id.Authority
		}
	}
	return authority
}

// setAuthorities gives the medical record numbers their authorities: one for
// each, or one for all.
func (r *Record) setAuthorities(value string) {
	authorities := list(value)
	n := 0
	for i := range r.Identifiers {
		id := &r.Identifiers[i]
		if id.Type != IDMedicalRecord || id.Authority != "" {
			continue
		}
		if n < len(authorities) {
			id.Authority = authorities[n]
		} else if len(authorities) == 1 {
			id.Authority = authorities[0]
		}
		n++
	}
	for ; n < len(authorities); n++ {
		r.Identifiers = append(r.Identifiers, Identifier{Type: IDMedicalRecord, Authority: authorities[n]})
	}
}

// parseDose reads cvx|date|lot|mvx|ndc|historical; trailing parts are optional.
func parseDose(v string) Dose {
	var part [6]string
	for i := range part {
		p, rest, _ := strings.Cut(v, "|")
		part[i], v = strings.TrimSpace(p), rest
	}
	return Dose{
		CVX: part[0], Date: ParseDate(part[1], ""), Lot: part[2], MVX: part[3], NDC: part[4],
		Historical: isYes(part[5]),
	}
}

// isYes reads the usual spellings of yes; "historical" is one in a dose.
func isYes(v string) bool {
	switch strings.ToLower(v) {
	case "y", "yes", "true", "t", "1", "historical", "h":
		return true
	}
	return false
}

// list splits at ';' into trimmed values, empty ones included.
func list(value string) []string {
	values := make([]string, 0, 1)
	for {
		v, rest, more := strings.Cut(value, ";")
		values = append(values, strings.TrimSpace(v))
		if !more {
			return values
		}
		value = rest
	}
}

func appendList(dst []string, value string) []string {
	if strings.IndexByte(value, ';') < 0 {
		return append(dst, value)
	}
	for _, v := range list(value) {
		if v != "" {
			dst = append(dst, v)
		}
	}
	return dst
}

// at returns element i of a list that is made long enough.
func at[T any](list *[]T, i int) *T {
	for len(*list) <= i {
		var zero T
		*list = append(*list, zero)
	}
	return &(*list)[i]
}

// Reset empties the record for the next one, keeping its memory.
func (r *Record) Reset() {
	*r = Record{
		Names:       r.Names[:0],
		Guardians:   r.Guardians[:0],
		Addresses:   r.Addresses[:0],
		Phones:      r.Phones[:0],
		Emails:      r.Emails[:0],
		Identifiers: r.Identifiers[:0],
		Doses:       r.Doses[:0],
		Attributes:  r.Attributes[:0],
	}
}

// Clone returns a record of its own, for a caller that keeps what a reader will
// overwrite.
func (r *Record) Clone() Record {
	var c Record
	r.CloneInto(&c)
	return c
}

// CloneInto makes dst a [Record.Clone] of r, reusing its memory.
func (r *Record) CloneInto(dst *Record) {
	old := *dst
	*dst = *r
	dst.Names = cloneInto(old.Names, r.Names)
	dst.Guardians = cloneInto(old.Guardians, r.Guardians)
	dst.Addresses = cloneInto(old.Addresses, r.Addresses)
	dst.Phones = cloneInto(old.Phones, r.Phones)
	dst.Emails = cloneInto(old.Emails, r.Emails)
	dst.Identifiers = cloneInto(old.Identifiers, r.Identifiers)
	dst.Doses = cloneInto(old.Doses, r.Doses)
	dst.Attributes = cloneInto(old.Attributes, r.Attributes)
}

// cloneInto is slices.Clone into the memory of dst, if there is any.
func cloneInto[E any](dst, list []E) []E {
	if dst == nil {
		return slices.Clone(list)
	}
	return append(dst[:0], list...)
}
