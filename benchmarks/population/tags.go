package population

// A Tag names one way in which a record differs from the truth: a field and
// what happened to it, as in "family_name:phonetic".
type Tag uint8

// The kinds of errors in names, in the order of the rates mix.name.*.
const (
	nameKeyboard = iota
	nameOmission
	nameInsertion
	nameDouble
	nameTransposition
	namePhonetic
	nameOCR
	nameTruncation
	nameVowel
	nameSwapFamily
	nameSwapMiddle
	nameExtra
	numNameErrors
)

// The kinds of errors in birth dates, in the order of the rates mix.date.*.
const (
	dateDigit = iota
	dateSwap
	dateAdjacent
	dateDay
	dateMonth
	dateYear
	dateDecade
	dateCentury
	dateRelative
	dateDefault
	numDateErrors
)

// The tags. Those of errors in names come three times, in the order of the
// kinds.
const (
	tagNone   Tag = iota
	tagGiven      // and the kinds
	tagFamily     = tagGiven + numNameErrors
	tagMiddle     = tagFamily + numNameErrors
	tagBirth      = tagMiddle + numNameErrors

	tagGivenFormer Tag = iota + tagBirth + numDateErrors - 5
	tagGivenNickname
	tagGivenSecond
	tagGivenPart
	tagGivenWestern
	tagGivenPlaceholder
	tagGivenGlued
	tagGivenMononym
	tagGivenDamaged
	tagGivenMissing
	tagFamilyFormer
	tagFamilyPart
	tagFamilyJoined
	tagFamilyInMiddle
	tagFamilyPlaceholder
	tagFamilyDamaged
	tagNamesExchanged
	tagMiddleInitial
	tagSuffixMissing
	tagBirthMissing
	tagBirthGrade
	tagSexError
	tagSexMissing
	tagOrderDisagrees
	tagAddressFormer
	tagAddressOther
	tagAddressJunk
	tagAddressInstitution
	tagAddressBox
	tagStreetError
	tagPostalCodeError
	tagPhoneFormer
	tagPhoneOrganization
	tagPhoneError
	tagSSNJunk
	tagSSNShared
	tagRepeated
	tagSubscriber
	numTags
)

var nameErrorNames = [numNameErrors]string{
	"keyboard", "omission", "insertion", "double", "transposition", "phonetic", "ocr", "truncation", "vowel", "swap_family", "swap_middle", "extra",
}

var dateErrorNames = [numDateErrors]string{
	"digit", "month_day", "adjacent", "day", "month", "year", "decade", "century", "relative", "default",
}

var tagNames = [numTags]string{
	tagGivenFormer: "given_name:former", tagGivenNickname: "given_name:nickname", tagGivenSecond: "given_name:second", tagGivenPart: "given_name:part",
	tagGivenWestern: "given_name:western", tagGivenPlaceholder: "given_name:placeholder", tagGivenGlued: "given_name:glued",
	tagGivenMononym: "given_name:mononym", tagGivenDamaged: "given_name:damaged", tagGivenMissing: "given_name:missing",
	tagFamilyFormer: "family_name:former", tagFamilyPart: "family_name:part", tagFamilyJoined: "family_name:joined", tagFamilyInMiddle: "family_name:in_middle",
	tagFamilyPlaceholder: "family_name:placeholder", tagFamilyDamaged: "family_name:damaged", tagNamesExchanged: "names:exchanged",
	tagMiddleInitial: "middle_name:initial", tagSuffixMissing: "suffix:missing",
	tagBirthMissing: "birth_date:missing", tagBirthGrade: "birth_date:grade", tagSexError: "sex:error", tagSexMissing: "sex:missing",
	tagOrderDisagrees: "birth_order:disagrees",
	tagAddressFormer:  "address:former", tagAddressOther: "address:other_home", tagAddressJunk: "address:junk",
	tagAddressInstitution: "address:institution", tagAddressBox: "address:po_box", tagStreetError: "address:error", tagPostalCodeError: "postal_code:error",
	tagPhoneFormer: "phone:former", tagPhoneOrganization: "phone:organization", tagPhoneError: "phone:error",
	tagSSNJunk: "ssn:junk", tagSSNShared: "ssn:shared", tagRepeated: "record:repeated", tagSubscriber: "record:subscriber",
}

// String returns the tag as it stands in truth.csv.
func (t Tag) String() string {
	switch {
	case t == tagNone || t >= numTags:
		return ""
	case t < tagFamily:
		return "given_name:" + nameErrorNames[t-tagGiven]
	case t < tagMiddle:
		return "family_name:" + nameErrorNames[t-tagFamily]
	case t < tagBirth:
		return "middle_name:" + nameErrorNames[t-tagMiddle]
	case t < tagBirth+numDateErrors:
		return "birth_date:" + dateErrorNames[t-tagBirth]
	}
	return tagNames[t]
}

// Tags lists all tags there are.
func Tags() []Tag {
	all := make([]Tag, 0, numTags-1)
	for t := tagNone + 1; t < numTags; t++ {
		all = append(all, t)
	}
	return all
}
