package match

import (
	"strconv"
	"strings"

	"github.com/idem-health/idem/internal/table"
	"github.com/idem-health/idem/match/patient"
)

// A rowReader reads the fields of the newborn rules back from a table: what
// normalisation gave, but for what no rule of theirs reads. It writes into what
// the caller has, so that reading row after row allocates nothing.
type rowReader struct {
	cols []*table.Col // by field
}

func newRowReader(t *table.Table) rowReader {
	var r rowReader
	for _, f := range newbornFields {
		for int(f) >= len(r.cols) {
			r.cols = append(r.cols, nil)
		}
		if c := t.Column(f); c != nil && c.Text() {
			r.cols[f] = c
		}
	}
	return r
}

func (r rowReader) one(row int, f patient.Field) string {
	if c := r.cols[f]; c != nil {
		return c.Dict.Value(c.ID(row))
	}
	return ""
}

// all returns the values of a field in place of those that dst has.
func (r rowReader) all(dst []string, row int, f patient.Field) []string {
	dst = dst[:0]
	if c := r.cols[f]; c != nil {
		for _, id := range c.Values(row) {
			dst = append(dst, c.Dict.Value(id))
		}
	}
	return dst
}

// view reads what [merge.ViewNewborn] needs.
func (r rowReader) view(n *patient.Normalized, row int) {
	n.Given = r.one(row, patient.FieldGiven)
	n.Birth = compactDate(r.one(row, patient.FieldBirthDate))
	n.Received = compactDate(r.one(row, patient.FieldReceived))
	n.Death = compactDate(r.one(row, patient.FieldDeathDate))
	n.BirthOrder = digit(r.one(row, patient.FieldBirthOrder))
	n.Multiple = patient.NotKnown
	switch r.one(row, patient.FieldMultipleBirth) {
	case "Y":
		n.Multiple = patient.Yes
	case "N":
		n.Multiple = patient.No
	}
	n.Placeholder = patient.Placeholder{}
	if class := r.one(row, patient.FieldPlaceholderClass); class != "" {
		n.Placeholder = patient.ParsePlaceholder(class)
	}
}

// read reads all that [merge.CompareNewborn] needs.
func (r rowReader) read(n *patient.Normalized, row int) {
	r.view(n, row)
	n.GivenAliases = r.all(n.GivenAliases, row, patient.FieldGivenAlias)
	n.Middle = r.one(row, patient.FieldMiddle)
	n.Family, n.FamilyAliases = r.one(row, patient.FieldFamily), r.all(n.FamilyAliases, row, patient.FieldFamilyAlias)
	n.BirthTime = clockMinutes(r.one(row, patient.FieldBirthTime))
	n.Sex = 0
	if s := r.one(row, patient.FieldSex); s != "" {
		n.Sex = s[0]
	}
	n.MotherGiven, n.MotherFamily = r.one(row, patient.FieldMotherGiven), r.one(row, patient.FieldMotherFamily)
	n.MotherMaiden = r.one(row, patient.FieldMotherMaiden)
	n.GuardianGiven = r.all(n.GuardianGiven, row, patient.FieldGuardianGiven)
	n.GuardianFamily = r.all(n.GuardianFamily, row, patient.FieldGuardianFamily)
	n.Addresses = r.addresses(n.Addresses, row)
	n.Phones = r.all(n.Phones, row, patient.FieldPhone)
	n.MRN, n.Doses = r.all(n.MRN, row, patient.FieldMRN), r.all(n.Doses, row, patient.FieldDoseKey)
	n.SSN, n.Medicaid = r.one(row, patient.FieldSSN), r.one(row, patient.FieldMedicaid)
	n.BirthCertificate, n.BirthFacility = r.one(row, patient.FieldBirthCertificate), r.one(row, patient.FieldBirthFacility)
}

// addressFields are the parts of an address that are read.
var addressFields = [...]patient.Field{
	patient.FieldStreetNumber, patient.FieldStreet, patient.FieldUnit, patient.FieldCity, patient.FieldPostalCode, patient.FieldInstitution,
}

func (r rowReader) addresses(dst []patient.NormalAddress, row int) []patient.NormalAddress {
	dst = dst[:0]
	for _, f := range addressFields {
		c := r.cols[f]
		if c == nil {
			continue
		}
		for k, id := range c.Values(row) {
			for k >= len(dst) {
				dst = append(dst, patient.NormalAddress{})
			}
			a, v := &dst[k], c.Dict.Value(id)
			switch f {
			case patient.FieldStreetNumber:
				a.Number = v
			case patient.FieldStreet:
				a.Street = v
			case patient.FieldUnit:
				a.Unit = v
			case patient.FieldCity:
				a.City = v
			case patient.FieldPostalCode:
				a.PostalCode = v
			case patient.FieldInstitution:
				a.Institution = v != ""
			}
		}
	}
	return dst
}

func compactDate(s string) patient.Date {
	if len(s) != 8 {
		return patient.Date{}
	}
	year, _ := strconv.Atoi(s[:4])
	month, _ := strconv.Atoi(s[4:6])
	day, _ := strconv.Atoi(s[6:])
	return patient.Date{Year: uint16(year), Month: uint8(month), Day: uint8(day)}
}

func digit(s string) uint8 {
	if len(s) != 1 || strings.Trim(s, "0123456789") != "" {
		return 0
	}
	return s[0] - '0'
}

// clockMinutes reads HHMM as minutes since midnight + 1.
func clockMinutes(s string) int16 {
	if len(s) != 4 {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return int16(n/100*60 + n%100 + 1)
}
