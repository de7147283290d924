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
