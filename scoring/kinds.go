package scoring

import "github.com/idem-health/idem/match/patient"

// The levels of each kind, in the order they are tried: level 0 is missing,
// level 1 the best agreement, the last one "differs" wherever there is such.
const (
	givenExact uint8 = iota + 1
	givenNickname
	givenSwap
	givenMidswap
	givenAlias
	givenSubset
	givenSlip
	givenInitial
	givenPrefix
	givenPartial
	givenClose
	givenNear
	givenFar
	givenDiffers
)

const (
	familyExact uint8 = iota + 1
	familyPart
	familySlip
	familyPrefix
	familyOther
	familyClose
	familyNear
	familyFar
	familyRenamed
	familyDiffers
)

const (
	middleExact uint8 = iota + 1
	middleInitial
	middleSlip
	middleGiven
	middleDiffers
)

const (
	birthExact uint8 = iota + 1
	birthSwapped
	birthDay
	birthDigit
	birthYear
	birthMonth
	birthTwo
	birthOSA2
	birthSameYear
	birthGeneration
	birthDiffers
)

const (
	multipleAgree uint8 = iota + 1
	multipleOrderless
	multipleOneSide
	multipleStatus
	multipleConflict
)

const (
	ssnExact uint8 = iota + 1
	ssnOSA1
	ssnOSA2
	ssnDiffers
)

// Levels of the kinds that know equal, nearly equal and different.
const (
	nearExact uint8 = iota + 1
	nearNear
	nearDiffers
)

// Levels of the kinds that know equal and different.
const (
	plainExact uint8 = iota + 1
	plainDiffers
)

const (
	textExact uint8 = iota + 1
	textClose
	textNear
	textDiffers
)

const (
	postalExact uint8 = iota + 1
	postalNear
	postalArea
	postalDiffers
)

const (
	addressSame uint8 = iota + 1
	addressNear
	addressZip
	addressZipNear
	addressDiffers
)

const (
	guardianFull uint8 = iota + 1
	guardianGiven
	guardianFamily
	guardianDiffers
)

// maxSharedDoses is the number of identical doses beyond which more say
// nothing new.
const maxSharedDoses = 5

const (
	dosesFive uint8 = iota + 1
	_
	_
	_
	dosesOne
	dosesDisjoint
)

const (
	placeholderOne uint8 = iota + 1
	placeholderBoth
	placeholderWeak
	placeholderUnnamed
	placeholderTest
)

const (
	candidatesOne uint8 = iota + 1
	candidatesSeveral
)

const sequentialYes uint8 = 1

const (
	timeExact uint8 = iota + 1
	timeMinutes
	timeDiffers
)

const (
	deathAgree uint8 = iota + 1
	deathActive
	deathDiffers
)

// kinds is the registry. The order of the level names is that of the
// constants above; a test holds them together.
var kinds = map[Kind]kind{
	KindGiven: {
		levels: []string{"missing", "exact", "nickname", "swap", "midswap", "alias", "subset", "slip", "initial",
			"prefix", "partial", "close", "near", "far", "differs"},
		fields:    []patient.Field{patient.FieldGiven, patient.FieldGivenAlias, patient.FieldMiddle, patient.FieldFamily, patient.FieldPlaceholderClass},
		reference: referenceGiven,
	},
	KindFamily: {
		levels: []string{"missing", "exact", "part", "slip", "prefix", "other", "close", "near", "far", "renamed", "differs"},
		fields: []patient.Field{patient.FieldFamily, patient.FieldFamilyAlias, patient.FieldMotherMaiden,
			patient.FieldMotherFamily, patient.FieldGuardianFamily},
		reference: referenceFamily,
	},
	KindMiddle: {
		levels:    []string{"missing", "exact", "initial", "slip", "given", "differs"},
		fields:    []patient.Field{patient.FieldMiddle, patient.FieldGiven},
		reference: referenceMiddle,
	},
	KindBirthDate: {
		levels: []string{"missing", "exact", "swapped", "day", "digit", "year", "month", "two", "osa2", "sameyear", "generation", "differs"},
		fields: []patient.Field{patient.FieldBirthDate},
		reference: func(_ patient.Field, a, b *patient.Normalized) uint8 {
			return compareBirthDate(a.Birth.Compact(), b.Birth.Compact())
		},
	},
	KindSex: {
		levels:    []string{"missing", "exact", "differs"},
		fields:    []patient.Field{patient.FieldSex},
		reference: func(_ patient.Field, a, b *patient.Normalized) uint8 { return compareSex(a.Sex, b.Sex) },
	},
	KindSuffix: {
		levels:    []string{"missing", "exact", "differs"},
		fields:    []patient.Field{patient.FieldSuffix},
		reference: func(_ patient.Field, a, b *patient.Normalized) uint8 { return compareSuffix(a.Suffix, b.Suffix) },
	},
	KindMultiple: {
		levels: []string{"missing", "agree", "orderless", "oneside", "status", "conflict"},
		fields: []patient.Field{patient.FieldMultipleBirth, patient.FieldBirthOrder},
		reference: func(_ patient.Field, a, b *patient.Normalized) uint8 {
			return compareMultiple(multipleView{a.Multiple, a.BirthOrder}, multipleView{b.Multiple, b.BirthOrder})
		},
	},
	KindSSN: {
		levels:    []string{"missing", "exact", "osa1", "osa2", "differs"},
		fields:    []patient.Field{patient.FieldSSN},
		reference: func(_ patient.Field, a, b *patient.Normalized) uint8 { return compareSSN(a.SSN, b.SSN) },
	},
	KindMedicaid: {
		levels:    []string{"missing", "exact", "osa1", "differs"},
		fields:    []patient.Field{patient.FieldMedicaid},
		reference: func(_ patient.Field, a, b *patient.Normalized) uint8 { return compareNumber(a.Medicaid, b.Medicaid) },
	},
	KindMRN: {
		levels:    []string{"missing", "exact", "differs"},
		fields:    []patient.Field{patient.FieldMRN},
		reference: func(_ patient.Field, a, b *patient.Normalized) uint8 { return compareScoped(a.MRN, b.MRN) },
	},
	KindStudentID: {
		levels:    []string{"missing", "exact", "differs"},
		fields:    []patient.Field{patient.FieldStudentID},
		reference: func(_ patient.Field, a, b *patient.Normalized) uint8 { return compareScoped(a.StudentID, b.StudentID) },
	},
	KindBirthCertificate: {
		levels: []string{"missing", "exact", "differs"},
		fields: []patient.Field{patient.FieldBirthCertificate},
		reference: func(_ patient.Field, a, b *patient.Normalized) uint8 {
			return compareExact(a.BirthCertificate, b.BirthCertificate)
		},
	},
	KindPhone: {
		levels:    []string{"missing", "exact", "near", "differs"},
		fields:    []patient.Field{patient.FieldPhone},
		reference: func(_ patient.Field, a, b *patient.Normalized) uint8 { return best(a.Phones, b.Phones, comparePhone) },
	},
	KindPostalCode: {
		levels: []string{"missing", "exact", "near", "area", "differs"},
		fields: []patient.Field{patient.FieldPostalCode},
		reference: func(_ patient.Field, a, b *patient.Normalized) uint8 {
			return best(a.AppendValues(nil, patient.FieldPostalCode), b.AppendValues(nil, patient.FieldPostalCode), comparePostalCode)
		},
	},
	KindAddress: {
		levels: []string{"missing", "same", "near", "zip", "zipnear", "differs"},
		fields: []patient.Field{patient.FieldStreet, patient.FieldStreetNumber, patient.FieldUnit, patient.FieldCity,
			patient.FieldPostalCode, patient.FieldInstitution},
		reference: referenceAddress,
	},
	KindMotherGiven: {
		levels: []string{"missing", "exact", "slip", "differs"},
		fields: []patient.Field{patient.FieldMotherGiven},
		reference: func(_ patient.Field, a, b *patient.Normalized) uint8 {
			return compareGivenAlone(a.MotherGiven, b.MotherGiven)
		},
	},
	KindMotherMaiden: {
		levels: []string{"missing", "exact", "slip", "differs"},
		fields: []patient.Field{patient.FieldMotherMaiden},
		reference: func(_ patient.Field, a, b *patient.Normalized) uint8 {
			return compareMaiden(a.MotherMaiden, b.MotherMaiden)
		},
	},
	KindGuardian: {
		levels:    []string{"missing", "full", "given", "family", "differs"},
		fields:    []patient.Field{patient.FieldGuardianGiven, patient.FieldGuardianFamily},
		reference: referenceGuardian,
	},
	KindGuardianGiven: {
		levels:    []string{"missing", "exact", "slip", "differs"},
		fields:    []patient.Field{patient.FieldGuardianGiven, patient.FieldMotherGiven},
		reference: referenceGuardianGiven,
	},
	KindDoses: {
		levels:    []string{"missing", "five", "four", "three", "two", "one", "disjoint"},
		fields:    []patient.Field{patient.FieldDoseKey},
		reference: func(_ patient.Field, a, b *patient.Normalized) uint8 { return compareDoses(a.Doses, b.Doses) },
	},
	KindText: {
		levels:        []string{"missing", "exact", "close", "near", "differs"},
		parameterized: true,
		reference:     referenceValues(compareText),
	},
	KindNumber: {
		levels:        []string{"missing", "exact", "near", "differs"},
		parameterized: true,
		reference:     referenceValues(compareNumber),
	},
	KindExact: {
		levels:        []string{"missing", "exact", "differs"},
		parameterized: true,
		reference:     referenceValues(compareExact),
	},
	KindPlaceholder: {
		levels: []string{"missing", "one", "both", "weak", "unnamed", "test"},
		fields: []patient.Field{patient.FieldPlaceholderClass},
		reference: func(_ patient.Field, a, b *patient.Normalized) uint8 {
			return comparePlaceholder(placeholderGrade(a.Placeholder), placeholderGrade(b.Placeholder))
		},
	},
	KindCandidates: {
		levels: []string{"missing", "one", "several"},
		// How many records fit is no property of the two: whoever knows it
		// sets the level.
		reference: func(patient.Field, *patient.Normalized, *patient.Normalized) uint8 { return 0 },
	},
	KindSequential: {
		levels: []string{"missing", "sequential"},
		fields: []patient.Field{patient.FieldSSN, patient.FieldMRN},
		reference: func(_ patient.Field, a, b *patient.Normalized) uint8 {
			return compareSequential(&sequentialView{a.SSN, a.MRN}, &sequentialView{b.SSN, b.MRN})
		},
	},
	KindBirthTime: {
		levels: []string{"missing", "exact", "minutes", "differs"},
		fields: []patient.Field{patient.FieldBirthTime},
		reference: func(_ patient.Field, a, b *patient.Normalized) uint8 {
			return compareBirthTime(a.BirthTime, b.BirthTime)
		},
	},
	KindDeath: {
		levels: []string{"missing", "agree", "active", "differs"},
		fields: []patient.Field{patient.FieldDeathDate, patient.FieldActivity},
		reference: func(_ patient.Field, a, b *patient.Normalized) uint8 {
			return compareDeath(
				deathView{a.Death.Compact(), a.Activity.Compact()},
				deathView{b.Death.Compact(), b.Activity.Compact()})
		},
	},
}
