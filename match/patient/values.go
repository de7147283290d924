package patient

import (
	"encoding/binary"
	"strconv"
)

// placeholderNames are the values of [FieldPlaceholderClass], the second ones
// where the class is not certain.
var placeholderNames = [...][2]string{
	{"", ""}, {"GENERIC", "GENERIC?"}, {"COMPOSED", "COMPOSED?"}, {"FUSED", "FUSED?"}, {"UNNAMED", "UNNAMED?"}, {"TEST", "TEST?"},
}

// ParsePlaceholder reads a value of [FieldPlaceholderClass] back. Of a
// placeholder it gives the class and the confidence; what the name encodes is in
// the other fields.
func ParsePlaceholder(value string) Placeholder {
	for class, names := range placeholderNames {
		for doubt, name := range names {
			if name == value && name != "" {
				return Placeholder{Class: Class(class), Confidence: Certain - Confidence(doubt)}
			}
		}
	}
	return Placeholder{}
}

// AppendValues appends the values of a field, the first value first; nothing
// where it is missing. The address fields give one value for each address, ""
// where that address has none, so that value i of each belongs to address i.
func (n *Normalized) AppendValues(dst []string, f Field) []string {
	switch f {
	case FieldGivenAlias:
		return append(dst, n.GivenAliases...)
	case FieldFamilyAlias:
		return append(dst, n.FamilyAliases...)
	case FieldGuardianGiven:
		return append(dst, n.GuardianGiven...)
	case FieldGuardianFamily:
		return append(dst, n.GuardianFamily...)
	case FieldStreetNumber, FieldStreet, FieldUnit, FieldCity, FieldState, FieldPostalCode, FieldInstitution:
		return n.appendAddress(dst, f)
	case FieldPhone:
		return append(dst, n.Phones...)
	case FieldEmail:
		return append(dst, n.Emails...)
	case FieldMRN:
		return append(dst, n.MRN...)
	case FieldStudentID:
		return append(dst, n.StudentID...)
	case FieldDoseKey:
		return append(dst, n.Doses...)
	}
	if v := n.Value(f); v != "" {
		dst = append(dst, v)
	}
	return dst
}

// Value returns the value of a field, the first one of a set; "" where it is
// missing.
func (n *Normalized) Value(f Field) string {
	if p := n.text(f); p != nil {
		return *p
	}
	switch f {
	case FieldBirthDate:
		return n.Birth.Compact()
	case FieldDeathDate:
		return n.Death.Compact()
	case FieldReceived:
		return n.Received.Compact()
	case FieldActivity:
		return n.Activity.Compact()
	case FieldBirthTime:
		return clock(n.BirthTime)
	case FieldSex:
		return letter(n.Sex)
	case FieldMultipleBirth:
		return [...]string{"", "N", "Y"}[min(n.Multiple, Yes)]
	case FieldBirthOrder:
		if n.BirthOrder != 0 {
			return strconv.Itoa(int(n.BirthOrder)) // below 100: no allocation
		}
	case FieldPlaceholderClass:
		doubt := 0
		if n.Placeholder.Confidence != Certain {
			doubt = 1
		}
		return placeholderNames[min(n.Placeholder.Class, Test)][doubt]
	}
	if f.Set() {
		return n.first(f)
	}
	return ""
}

// text returns where a field that is a plain text is kept, or nil.
func (n *Normalized) text(f Field) *string {
	switch f {
	case FieldGiven:
		return &n.Given
	case FieldMiddle:
		return &n.Middle
	case FieldFamily:
		return &n.Family
	case FieldSuffix:
		return &n.Suffix
	case FieldFullName:
		return &n.FullName
	case FieldBirthPlace:
		return &n.BirthPlace
	case FieldMotherGiven:
		return &n.MotherGiven
	case FieldMotherFamily:
		return &n.MotherFamily
	case FieldMotherMaiden:
		return &n.MotherMaiden
	case FieldSSN:
		return &n.SSN
	case FieldMedicaid:
		return &n.Medicaid
	case FieldBirthCertificate:
		return &n.BirthCertificate
	case FieldBirthFacility:
		return &n.BirthFacility
	case FieldSchool:
		return &n.School
	case FieldGrade:
		return &n.Grade
	case FieldOccupation:
		return &n.Occupation
	}
	return nil
}

// first returns the first value of a set.
func (n *Normalized) first(f Field) string {
	var list []string
	switch f {
	case FieldGivenAlias:
		list = n.GivenAliases
	case FieldFamilyAlias:
		list = n.FamilyAliases
	case FieldGuardianGiven:
		list = n.GuardianGiven
	case FieldGuardianFamily:
		list = n.GuardianFamily
	case FieldPhone:
		list = n.Phones
	case FieldEmail:
		list = n.Emails
	case FieldMRN:
		list = n.MRN
	case FieldStudentID:
		list = n.StudentID
	case FieldDoseKey:
		list = n.Doses
	default:
		if len(n.Addresses) > 0 {
			return n.Addresses[0].part(f)
		}
	}
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

func (n *Normalized) appendAddress(dst []string, f Field) []string {
	any := false
	for i := range n.Addresses {
		any = any || n.Addresses[i].part(f) != ""
	}
	if !any {
		return dst
	}
	for i := range n.Addresses {
		dst = append(dst, n.Addresses[i].part(f))
	}
	return dst
}

// part returns the part of an address that a field names.
func (a *NormalAddress) part(f Field) string {
	switch f {
	case FieldStreetNumber:
		return a.Number
	case FieldStreet:
		return a.Street
	case FieldUnit:
		return a.Unit
	case FieldCity:
		return a.City
	case FieldState:
		return a.State
	case FieldInstitution:
		if a.Institution {
			return "Y"
		}
		return ""
	}
	return a.PostalCode
}

// alphabet has every capital letter, so that a one-letter value costs nothing.
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

func letter(b byte) string {
	if b < 'A' || b > 'Z' {
		return ""
	}
	return alphabet[b-'A' : b-'A'+1]
}

// clock writes minutes since midnight + 1 as HHMM.
func clock(m int16) string {
	if m <= 0 || m > 24*60 {
		return ""
	}
	h, m := (m-1)/60, (m-1)%60
	return string([]byte{'0' + byte(h/10), '0' + byte(h%10), '0' + byte(m/10), '0' + byte(m%10)})
}

// AppendDigest appends canonical bytes of everything in n: two normalised
// records are equal exactly when their bytes are. It is the record's content
// identity, by which ties are broken, whatever its id or place in a file.
func (n *Normalized) AppendDigest(dst []byte) []byte {
	for _, v := range [...]string{ // the plain texts, in the order of their fields
		n.Given, n.Middle, n.Family, n.Suffix, n.FullName, n.BirthPlace, n.MotherGiven, n.MotherFamily, n.MotherMaiden,
		n.SSN, n.Medicaid, n.BirthCertificate, n.BirthFacility, n.School, n.Grade, n.Occupation,
	} {
		dst = appendString(dst, v)
	}
	for _, list := range [...][]string{
		n.GivenAliases, n.FamilyAliases, n.GuardianGiven, n.GuardianFamily,
		n.Phones, n.Emails, n.MRN, n.StudentID, n.Doses,
	} {
		dst = binary.AppendUvarint(dst, uint64(len(list)))
		for _, v := range list {
			dst = appendString(dst, v)
		}
	}
	dst = binary.AppendUvarint(dst, uint64(len(n.Addresses)))
	for i := range n.Addresses {
		a := &n.Addresses[i]
		for _, v := range [...]string{a.Number, a.Street, a.Unit, a.City, a.State, a.PostalCode} {
			dst = appendString(dst, v)
		}
		dst = append(dst, flag(a.Institution))
	}
	for _, d := range [...]Date{n.Birth, n.Death, n.Received, n.Activity} {
		dst = append(dst, byte(d.Year>>8), byte(d.Year), d.Month, d.Day)
	}
	p := n.Placeholder
	dst = append(dst, byte(n.BirthTime>>8), byte(n.BirthTime), n.Sex, byte(n.Multiple), n.BirthOrder,
		byte(p.Class), p.Sex, p.Order, byte(p.Confidence))
	return appendString(appendString(dst, p.MotherGiven), p.Family)
}

func appendString(dst []byte, s string) []byte {
	if len(s) < 1<<7 { // a length of one byte
		return append(append(dst, byte(len(s))), s...)
	}
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

func flag(b bool) byte {
	if b {
		return 1
	}
	return 0
}
