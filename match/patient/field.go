package patient

// A Field names one normalised value of a patient: the columns that blocking
// rules and comparisons are made of. Its string is used in models and rules.
type Field uint8

// The fields. Those marked (set) may hold several values.
const (
	FieldNone Field = iota
	FieldGiven
	FieldGivenAlias // (set)
	FieldMiddle
	FieldFamily
	FieldFamilyAlias // (set)
	FieldSuffix
	FieldFullName
	FieldBirthDate // YYYYMMDD, 00 where a part is not known
	FieldBirthTime
	FieldSex
	FieldMultipleBirth // Y, N
	FieldBirthOrder
	FieldBirthPlace
	FieldPlaceholderClass
	FieldMotherGiven
	FieldMotherFamily
	FieldMotherMaiden
	FieldGuardianGiven  // (set)
	FieldGuardianFamily // (set)
	FieldStreetNumber   // (set) address parts: value i of each belongs to address i
	FieldStreet         // (set)
	FieldUnit           // (set)
	FieldCity           // (set)
	FieldState          // (set)
	FieldPostalCode     // (set)
	FieldInstitution    // (set) Y where the address is a hospital's, a shelter's or the like
	FieldPhone          // (set)
	FieldEmail          // (set)
	FieldSSN
	FieldMedicaid
	FieldMRN       // (set)
	FieldStudentID // (set)
	FieldBirthCertificate
	FieldBirthFacility
	FieldSchool
	FieldGrade
	FieldOccupation
	FieldDeathDate
	FieldReceived
	FieldActivity
	FieldDoseKey // (set)
	numFields
)

// fieldNames are the names of the fields in rules and models, in their order.
var fieldNames = [numFields]string{
	FieldNone:             "",
	FieldGiven:            "given",
	FieldGivenAlias:       "given_alias",
	FieldMiddle:           "middle",
	FieldFamily:           "family",
	FieldFamilyAlias:      "family_alias",
	FieldSuffix:           "suffix",
	FieldFullName:         "full_name",
	FieldBirthDate:        "birth_date",
	FieldBirthTime:        "birth_time",
	FieldSex:              "sex",
	FieldMultipleBirth:    "multiple_birth",
	FieldBirthOrder:       "birth_order",
	FieldBirthPlace:       "birth_place",
	FieldPlaceholderClass: "placeholder_class",
	FieldMotherGiven:      "mother_given",
	FieldMotherFamily:     "mother_family",
	FieldMotherMaiden:     "mother_maiden",
	FieldGuardianGiven:    "guardian_given",
	FieldGuardianFamily:   "guardian_family",
	FieldStreetNumber:     "street_number",
	FieldStreet:           "street",
	FieldUnit:             "unit",
	FieldCity:             "city",
	FieldState:            "state",
	FieldPostalCode:       "postal_code",
	FieldInstitution:      "institution",
	FieldPhone:            "phone",
	FieldEmail:            "email",
	FieldSSN:              "ssn",
	FieldMedicaid:         "medicaid_id",
	FieldMRN:              "mrn",
	FieldStudentID:        "student_id",
	FieldBirthCertificate: "birth_certificate",
	FieldBirthFacility:    "birth_facility",
	FieldSchool:           "school",
	FieldGrade:            "grade",
	FieldOccupation:       "occupation",
	FieldDeathDate:        "death_date",
	FieldReceived:         "received",
	FieldActivity:         "activity",
	FieldDoseKey:          "dose",
}

// String returns the field's name in rules and models, such as "birth_date".
func (f Field) String() string {
	if f < numFields {
		return fieldNames[f]
	}
	return "invalid"
}

// FieldByName returns the field of that name.
func FieldByName(name string) (Field, bool) {
	for f := FieldNone + 1; f < numFields; f++ {
		if fieldNames[f] == name {
			return f, true
		}
	}
	return FieldNone, false
}

// Set reports whether the field may hold several values.
func (f Field) Set() bool {
	switch f {
	case FieldGivenAlias, FieldFamilyAlias, FieldGuardianGiven, FieldGuardianFamily,
		FieldStreetNumber, FieldStreet, FieldUnit, FieldCity, FieldState, FieldPostalCode, FieldInstitution,
		FieldPhone, FieldEmail, FieldMRN, FieldStudentID, FieldDoseKey:
		return true
	}
	return false
}

// AddressPart reports whether the field is a part of addresses: value k belongs
// to address k, so that even repetitions say something.
func (f Field) AddressPart() bool {
	switch f {
	case FieldStreetNumber, FieldStreet, FieldUnit, FieldCity, FieldState, FieldPostalCode, FieldInstitution:
		return true
	}
	return false
}

// Fields returns all fields in their order.
func Fields() []Field {
	all := make([]Field, 0, numFields-1)
	for f := FieldNone + 1; f < numFields; f++ {
		all = append(all, f)
	}
	return all
}
