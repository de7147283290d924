package patient

import (
	"cmp"
	"slices"
	"strings"

	"github.com/idem-health/idem/internal/fold"
)

// Normalize returns the normalised form of a record under a profile, with
// remarks on what was dropped, doubted or repaired. It is a pure function of
// the record's contents, whatever its id, source, line and attributes; it never
// fails, and everything it returns is bounded.
func Normalize(r *Record, p Profile) (Normalized, []Issue) {
	var n Normalized
	return n, NewPlainNormalizer(p).Apply(&n, r)
}

// A Normalizer normalises many records under one profile. It does what
// [Normalize] does, reuses memory, and remembers what became of frequent
// values. It is not safe for concurrent use.
type Normalizer struct {
	rules  rules
	issues []Issue

	gaveBirthDose bool // of the record at hand

	given, family cache[parsedName]
	texts         cache[fixed] // place, school, occupation ...
	cities        cache[fixed]
	states        cache[fixed]
	postal        cache[fixed]
	emails        cache[fixed]
	streets       [2]cache[parsedStreet] // without, with a house number apart
	units         cache[fixed]
}

// fixed is a value of which there is nothing more to say.
type fixed struct {
	value string
	issue IssueCode
}

// NewNormalizer returns a Normalizer for the profile.
func NewNormalizer(p Profile) *Normalizer {
	z := &Normalizer{rules: p.compile()}
	z.given.bits, z.family.bits = 14, 14
	z.texts.bits, z.cities.bits, z.postal.bits = 12, 13, 13
	z.states.bits, z.units.bits, z.emails.bits = 8, 10, 10
	z.streets[0].bits, z.streets[1].bits = 12, 12
	return z
}

// NewPlainNormalizer returns a Normalizer that remembers nothing, for a handful
// of records.
func NewPlainNormalizer(p Profile) *Normalizer { return &Normalizer{rules: p.compile()} }

// Apply makes dst the normalised form of r, reusing its memory. The strings of
// dst may be pieces of the record's. The issues are valid until the next Apply.
func (z *Normalizer) Apply(dst *Normalized, r *Record) []Issue {
	z.issues = z.issues[:0]
	z.personal(dst, r, true)
	for i := range r.Addresses {
		z.address(dst, &r.Addresses[i])
	}
	for _, v := range r.Phones {
		if v == "" {
			continue
		}
		// There are too many to remember, and plain digits cost nothing.
		v, issue := phone(v, z.rules.phone)
		z.issue(FieldPhone, issue)
		if v != "" {
			dst.Phones = z.add(dst.Phones, v, maxList, FieldPhone)
		}
	}
	for _, v := range r.Emails {
		if v := z.fixed(&z.emails, FieldEmail, v, readEmail); v != "" {
			dst.Emails = z.add(dst.Emails, v, maxList, FieldEmail)
		}
	}
	z.doses(dst, r)
	if len(z.issues) == 0 {
		return nil
	}
	return z.issues
}

// personal reads who the patient is and was at birth.
func (z *Normalizer) personal(dst *Normalized, r *Record, identifiers bool) {
	dst.reset()
	z.dates(dst, r)
	z.birthFacts(dst, r)
	z.gaveBirthDose = gaveBirthDose(dst.Birth, r.Doses)
	z.texted(dst, r)
	if identifiers {
		z.identifiers(dst, r)
	}
	z.parents(dst, r)
	z.names(dst, r)
	z.reconcile(dst)
}

// reset empties n and keeps its memory.
func (n *Normalized) reset() {
	*n = Normalized{
		GivenAliases: n.GivenAliases[:0], FamilyAliases: n.FamilyAliases[:0],
		GuardianGiven: n.GuardianGiven[:0], GuardianFamily: n.GuardianFamily[:0],
		Addresses: n.Addresses[:0], Phones: n.Phones[:0], Emails: n.Emails[:0],
		MRN: n.MRN[:0], StudentID: n.StudentID[:0], Doses: n.Doses[:0],
	}
}

func (z *Normalizer) issue(f Field, code IssueCode) {
	if code != "" && !slices.Contains(z.issues, Issue{f, code}) {
		z.issues = append(z.issues, Issue{f, code})
	}
}

// add appends a value that is not there yet, up to a bound.
func (z *Normalizer) add(list []string, v string, bound int, f Field) []string {
	switch {
	case slices.Contains(list, v):
		return list
	case len(list) >= bound:
		z.issue(f, IssueBounded)
		return list
	}
	return append(list, v)
}

// fixed reads a value through a cache.
func (z *Normalizer) fixed(c *cache[fixed], f Field, raw string, read func(*rules, string) fixed) string {
	if raw == "" {
		return ""
	}
	s, hit := c.find(raw)
	if !hit {
		s.value = read(&z.rules, s.key)
	}
	z.issue(f, s.value.issue)
	return s.value.value
}

func readEmail(c *rules, raw string) fixed {
	v, issue := email(raw, c.email)
	return fixed{v, issue}
}

func readPostal(c *rules, raw string) fixed {
	v, issue := postalCode(raw, c.postal)
	return fixed{v, issue}
}

func readCity(_ *rules, raw string) fixed {
	v, issue := cityName(raw)
	return fixed{v, issue}
}

func readState(c *rules, raw string) fixed {
	v, issue := stateName(raw, c.us)
	return fixed{v, issue}
}

func readUnit(_ *rules, raw string) fixed { return fixed{parseUnit(raw), ""} }

func readText(_ *rules, raw string) fixed {
	w := fold.Words(cutRaw(raw))
	if w == "" || isJunkValue(w) {
		return fixed{"", IssueJunk}
	}
	return fixed{boundText(w), ""}
}

func (z *Normalizer) dates(n *Normalized, r *Record) {
	var issue IssueCode
	n.Received, issue = checkDate(r.Received)
	z.issue(FieldReceived, issue)
	n.Birth, issue = checkBirth(r.BirthDate, r.Received, z.rules)
	z.issue(FieldBirthDate, issue)
	n.Death, issue = checkDate(r.Death)
	z.issue(FieldDeathDate, issue)
	n.Activity = n.Received
}

func (z *Normalizer) birthFacts(n *Normalized, r *Record) {
	var issue IssueCode
	n.Sex, issue = sexOf(r.Sex)
	z.issue(FieldSex, issue)
	raw := r.BirthTime
	if raw == "" && len(r.BirthDate.Text) > 10 && n.Birth.Known() {
		raw = r.BirthDate.Text // to the minute, as HL7 has it
	}
	if raw != "" {
		t, readable := clockTime(raw)
		if !readable && r.BirthTime != "" {
			z.issue(FieldBirthTime, IssueUnreadable)
		}
		n.BirthTime = t
	}
	multiple, order := r.MultipleBirth, r.BirthOrder
	if BirthFactsSwapped(multiple, order) {
		multiple, order = order, multiple
		z.issue(FieldMultipleBirth, IssueSwapped)
	}
	if multiple != "" {
		n.Multiple, issue = multipleBirth(multiple)
		z.issue(FieldMultipleBirth, issue)
	}
	if order != "" {
		n.BirthOrder, issue = birthOrder(order)
		z.issue(FieldBirthOrder, issue)
	}
}

func (z *Normalizer) texted(n *Normalized, r *Record) {
	n.BirthPlace = z.fixed(&z.texts, FieldBirthPlace, r.BirthPlace, readText)
	n.BirthFacility = z.fixed(&z.texts, FieldBirthFacility, r.BirthFacility, readText)
	n.School = z.fixed(&z.texts, FieldSchool, r.School.School, readText)
	n.Grade = z.fixed(&z.texts, FieldGrade, r.School.Grade, readText)
	n.Occupation = z.fixed(&z.texts, FieldOccupation, r.Occupation, readText)
	if r.BirthCertificate != "" {
		n.BirthCertificate = z.certificate(r.BirthCertificate)
	}
}

func (z *Normalizer) certificate(raw string) string {
	v, issue := opaque(raw)
	z.issue(FieldBirthCertificate, issue)
	return v
}

// identifiers reads what has a type that means something here.
func (z *Normalizer) identifiers(n *Normalized, r *Record) {
	for i := range r.Identifiers {
		f, v := z.identifier(&r.Identifiers[i], n.Birth, r.School.District)
		switch f {
		case FieldSSN:
			n.SSN = cmp.Or(n.SSN, v)
		case FieldMedicaid:
			n.Medicaid = cmp.Or(n.Medicaid, v)
		case FieldBirthCertificate:
			n.BirthCertificate = cmp.Or(n.BirthCertificate, v)
		case FieldMRN:
			n.MRN = z.number(n.MRN, v, f)
		case FieldStudentID:
			n.StudentID = z.number(n.StudentID, v, f)
		}
	}
	slices.Sort(n.MRN)
	slices.Sort(n.StudentID)
}

func (z *Normalizer) number(list []string, v string, f Field) []string {
	if v == "" {
		return list
	}
	return z.add(list, v, maxList, f)
}

// identifier reads one identifier and says which field it is of: FieldNone for
// types that mean nothing here, and "" for junk.
func (z *Normalizer) identifier(id *Identifier, birth Date, district string) (f Field, v string) {
	if id.Value == "" {
		return FieldNone, ""
	}
	var issue IssueCode
	switch id.Type {
	case IDSocialSecurity:
		f = FieldSSN
		v, issue = socialSecurity(id.Value, z.rules.ssn)
	case IDMedicaid:
		f = FieldMedicaid
		v, issue = opaque(id.Value)
	case IDMedicalRecord, "MRN", "PI", "SR", "WC", "PT":
		f = FieldMRN
		v, issue = scoped(birth, id, id.Authority)
	case IDStudent:
		f = FieldStudentID
		v, issue = scoped(birth, id, cmp.Or(id.Authority, district))
	case "BR":
		return FieldBirthCertificate, z.certificate(id.Value)
	}
	z.issue(f, issue)
	return f, v
}

// scoped makes AUTHORITY|NUMBER; "" for junk. A number that is the birth date
// was filled in where there was none.
func scoped(birth Date, id *Identifier, authority string) (string, IssueCode) {
	v, issue := recordNumber(id.Value)
	if issue == "" && len(v) == 8 && v == birth.Compact() {
		v, issue = "", IssueDefault
	}
	if v == "" {
		return "", issue
	}
	scope := trimRightSpace(cutBytes(fold.Words(cutRaw(authority)), maxText/2))
	v = cutBytes(v, maxText/2-1)
	if scope == "" && (id.Type == "SR" || id.Type == "WC") {
		scope = id.Type
	}
	return scope + "|" + v, issue
}

func (z *Normalizer) address(n *Normalized, a *Address) {
	switch out := z.readAddress(a); {
	case out == NormalAddress{} || slices.Contains(n.Addresses, out):
	case len(n.Addresses) >= maxList:
		z.issue(FieldStreet, IssueBounded)
	default:
		n.Addresses = append(n.Addresses, out)
	}
}

func (z *Normalizer) readAddress(a *Address) (out NormalAddress) {
	if a.Street != "" {
		numbered := 0
		if a.Number != "" {
			numbered = 1
		}
		s, hit := z.streets[numbered].find(a.Street)
		if !hit {
			s.value = parseStreet(s.key, numbered == 1)
		}
		p := &s.value
		if p.junk {
			z.issue(FieldStreet, IssueJunk)
		}
		out.Number, out.Street, out.Unit, out.Institution = p.number, p.street, p.unit, p.institution
	}
	if a.Number != "" {
		if v := readText(&z.rules, a.Number).value; v != "" {
			out.Number = v
		}
	}
	for _, raw := range [...]string{a.Unit, a.Line2} {
		if raw == "" {
			continue
		}
		switch v := z.fixed(&z.units, FieldUnit, raw, readUnit); {
		case v == "" || v == out.Unit:
		case out.Unit == "":
			out.Unit = v
		default:
			out.Unit = boundText(out.Unit + " " + v)
		}
	}
	out.City = z.fixed(&z.cities, FieldCity, a.City, readCity)
	out.State = z.fixed(&z.states, FieldState, a.State, readState)
	out.PostalCode = z.fixed(&z.postal, FieldPostalCode, a.PostalCode, readPostal)
	return out
}

// doses makes the dose keys and finds the latest sign of life.
func (z *Normalizer) doses(n *Normalized, r *Record) {
	for i := range r.Doses {
		d := &r.Doses[i]
		key := d.Key()
		if key == "" {
			if d.Date.Year == 0 && strings.TrimSpace(d.Date.Text) != "" {
				z.issue(FieldDoseKey, IssueUnreadable)
			}
			continue
		}
		n.Doses = z.add(n.Doses, key, maxDoses, FieldDoseKey)
		if !d.Historical && d.Date.after(n.Activity) {
			n.Activity = d.Date
			n.Activity.Text = ""
		}
	}
	slices.Sort(n.Doses)
}
