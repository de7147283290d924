package population

import (
	"github.com/idem-health/idem/match/patient"
)

// A Column is a place in a [Row].
type Column uint8

// The columns, by the names that patient.StandardNames has for them; race and
// ethnicity have none, and are never evidence.
const (
	ColumnRecordID Column = iota
	ColumnSource
	ColumnReceived
	ColumnGivenName
	ColumnMiddleName
	ColumnFamilyName
	ColumnSuffix
	ColumnAlias
	ColumnBirthDate
	ColumnBirthTime
	ColumnSex
	ColumnMultipleBirth
	ColumnBirthOrder
	ColumnMotherGiven
	ColumnMotherFamily
	ColumnMotherMaiden
	ColumnGuardianGiven
	ColumnGuardianFamily
	ColumnAddress
	ColumnUnit
	ColumnCity
	ColumnState
	ColumnPostalCode
	ColumnPhone
	ColumnEmail
	ColumnSSN
	ColumnMedicaidID
	ColumnMRN
	ColumnMRNAuthority
	ColumnBirthCertificate
	ColumnBirthFacility
	ColumnStudentID
	ColumnDistrict
	ColumnSchool
	ColumnGrade
	ColumnDeathDate
	ColumnRace
	ColumnEthnicity
	ColumnDoses
	NumColumns
)

var columnNames = [NumColumns]string{
	"record_id", "source", "received", "given_name", "middle_name", "family_name", "suffix", "alias", "birth_date", "birth_time", "sex",
	"multiple_birth", "birth_order", "mother_given", "mother_family", "mother_maiden", "guardian_given", "guardian_family",
	"address", "unit", "city", "state", "postal_code", "phone", "email", "ssn", "medicaid_id", "mrn", "mrn_authority",
	"birth_certificate", "birth_facility", "student_id", "district", "school", "grade", "death_date", "race", "ethnicity", "doses",
}

// String returns the column's name.
func (c Column) String() string {
	if c < NumColumns {
		return columnNames[c]
	}
	return "invalid"
}

// A Row is one record as text, and what is true of it. It is valid as long as
// its [Batch].
type Row struct {
	batch *Batch
	begin uint32
	ends  [NumColumns]uint32
	truth truth
}

// truth is what is true of a row, as the batch holds it.
type truth struct {
	person, household      uint64
	twins                  uint32
	tags, lastTag          uint32 // in the batch's tags
	placeholder, separated bool
	query                  bool
}

// Value returns the text of a column, "" where it is missing.
func (r *Row) Value(c Column) string {
	begin := r.begin
	if c > 0 {
		begin = r.ends[c-1]
	}
	return r.batch.text[begin:r.ends[c]]
}

// Query reports whether the row is a query, of mode query.
func (r *Row) Query() bool { return r.truth.query }

// Truth returns what is true of the row.
func (r *Row) Truth() Truth {
	t := &r.truth
	return Truth{
		Source: r.Value(ColumnSource), RecordID: r.Value(ColumnRecordID),
		Person: t.person, Household: t.household, TwinGroup: t.twins,
		Placeholder: t.placeholder, MayLink: !t.separated, Tags: r.batch.tags[t.tags:t.lastTag:t.lastTag],
	}
}

// A Truth says who a record is, and how it differs from what is true of them.
type Truth struct {
	Source, RecordID  string
	Person, Household uint64 // numbers of the world; a person's tells the household's
	TwinGroup         uint32 // of the household; 0 none
	Placeholder       bool   // the given name is a placeholder
	MayLink           bool   // false: a sealed adoption parts it from the person's earlier records
	Tags              []Tag  // what differs, by field
}

// Record fills dst with the record, whose strings share the batch's text. There
// is nothing of the truth in it.
func (r *Row) Record(dst *patient.Record) {
	dst.Reset()
	value := r.Value
	dst.ID, dst.Source = value(ColumnRecordID), value(ColumnSource)
	dst.Received = parseDay(value(ColumnReceived))
	dst.Names = append(dst.Names, patient.Name{
		Given: value(ColumnGivenName), Middle: value(ColumnMiddleName), Family: value(ColumnFamilyName), Suffix: value(ColumnSuffix),
	})
	if alias := value(ColumnAlias); alias != "" {
		dst.Names = append(dst.Names, patient.Name{Use: patient.NameAlias, Full: alias})
	}
	dst.BirthDate = parseDay(value(ColumnBirthDate))
	dst.BirthTime = value(ColumnBirthTime)
	dst.Sex, dst.MultipleBirth, dst.BirthOrder = value(ColumnSex), value(ColumnMultipleBirth), value(ColumnBirthOrder)
	dst.Mother = patient.Parent{Given: value(ColumnMotherGiven), Family: value(ColumnMotherFamily), Maiden: value(ColumnMotherMaiden)}
	if given, family := value(ColumnGuardianGiven), value(ColumnGuardianFamily); given != "" || family != "" {
		dst.Guardians = append(dst.Guardians, patient.Guardian{Given: given, Family: family})
	}
	a := patient.Address{
		Street: value(ColumnAddress), Unit: value(ColumnUnit), City: value(ColumnCity), State: value(ColumnState), PostalCode: value(ColumnPostalCode),
	}
	if a != (patient.Address{}) {
		dst.Addresses = append(dst.Addresses, a)
	}
	if phone := value(ColumnPhone); phone != "" {
		dst.Phones = append(dst.Phones, phone)
	}
	if email := value(ColumnEmail); email != "" {
		dst.Emails = append(dst.Emails, email)
	}
	r.identifiers(dst)
	dst.BirthCertificate, dst.BirthFacility = value(ColumnBirthCertificate), value(ColumnBirthFacility)
	dst.School = patient.School{District: value(ColumnDistrict), School: value(ColumnSchool), Grade: value(ColumnGrade)}
	dst.Death = parseDay(value(ColumnDeathDate))
	for c := ColumnRace; c <= ColumnEthnicity; c++ {
		if v := value(c); v != "" {
			dst.Attributes = append(dst.Attributes, patient.Attribute{Name: c.String(), Value: v})
		}
	}
	dst.Doses = appendDoses(dst.Doses, value(ColumnDoses))
}

func (r *Row) identifiers(dst *patient.Record) {
	for _, id := range [...]struct {
		kind              string
		column, authority Column
	}{
		{patient.IDSocialSecurity, ColumnSSN, NumColumns}, {patient.IDMedicaid, ColumnMedicaidID, NumColumns},
		{patient.IDMedicalRecord, ColumnMRN, ColumnMRNAuthority}, {patient.IDStudent, ColumnStudentID, NumColumns},
	} {
		v := r.Value(id.column)
		if v == "" {
			continue
		}
		x := patient.Identifier{Type: id.kind, Value: v}
		if id.authority < NumColumns {
			x.Authority = r.Value(id.authority)
		}
		dst.Identifiers = append(dst.Identifiers, x)
	}
}

// appendDoses reads cvx|date|lot|mvx|ndc|historical, separated by semicolons.
func appendDoses(dst []patient.Dose, text string) []patient.Dose {
	for text != "" {
		var part [6]string
		n, begin, i := 0, 0, 0
		for ; i < len(text) && text[i] != ';'; i++ {
			if text[i] == '|' {
				if n < len(part)-1 {
					part[n] = text[begin:i]
					n++
				}
				begin = i + 1
			}
		}
		part[n] = text[begin:i]
		dst = append(dst, patient.Dose{
			CVX: part[0], Date: parseDay(part[1]), Lot: part[2], MVX: part[3], NDC: part[4], Historical: part[5] == "Y",
		})
		if i < len(text) {
			i++
		}
		text = text[i:]
	}
	return dst
}

// parseDay reads a date as the generator writes it: YYYY-MM-DD or MM/DD/YYYY.
func parseDay(s string) patient.Date {
	if len(s) != 10 {
		return patient.Date{}
	}
	two := func(i int) uint8 { return (s[i]-'0')*10 + s[i+1] - '0' }
	y, m, d := 0, 5, 8
	if s[2] == '/' {
		y, m, d = 6, 0, 3
	}
	return patient.Date{Text: s, Year: uint16(two(y))*100 + uint16(two(y+2)), Month: two(m), Day: two(d)}
}
