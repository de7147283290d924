package population

// The rates, in the order of rateTable.
const (
	rateAdultsOnly rate = iota
	rateMultigenerational
	rateCustody
	rateNonmarital
	rateHalfSiblings
	rateFatherPresent
	rateFoster
	rateYoung
	rateRegisteredMother
	rateRegisteredFather
	rateRegisteredGrandparent
	rateImmigrantAdult
	rateImmigrantChild
	rateWeekend
	rateJanuaryFirst

	rateGroupChild0
	rateGroupChild1
	rateGroupChild2
	rateGroupChild3
	rateGroupChild4
	rateGroupChild5
	rateGroupAdult0
	rateGroupAdult1
	rateGroupAdult2
	rateGroupAdult3
	rateGroupAdult4
	rateGroupAdult5

	rateTwins
	rateTriplets
	rateTwinSameSex
	rateTwinInitial
	rateTwinNear
	rateTwinRhyme
	rateTwinMiddle

	rateMiddle
	rateTwoGiven
	rateDoubleSurname
	rateHyphen
	rateAsianSwapped
	rateAsianWestern
	rateMononym
	rateNicknameAdult
	rateNicknameSchool
	rateNicknameChild
	rateJunior
	rateJuniorSuffix
	rateMotherDaughter
	rateDiacritics
	rateEncodingDamage
	rateFalseFriend
	rateTail

	rateChangeYear0
	rateChangeYear1
	rateChangeYear5
	rateChangeLater
	rateChangePaternity
	rateChangeSpelling
	rateChangeAdoption
	rateAdoptionSealed
	rateAdoptionGiven
	rateMarriageChange
	rateDivorce
	rateDivorceReverts
	rateNameDelay

	rateMoveYoung
	rateMoveMixed
	rateMoveSchool
	rateMoveNone
	rateMoveSameCounty
	rateMoveOtherCounty
	rateMoveOtherState
	ratePhoneShared
	ratePhoneChurn
	ratePhoneRecycled
	ratePhoneOrganization

	ratePlaceholder
	ratePlaceholderUpdate
	ratePlaceholderVital
	ratePlaceholderClinic
	rateTransfer
	rateUnmarked
	rateOrderDisagrees
	rateGlued
	rateInFamily
	rateDistinct
	rateSpanish
	rateMovedOut
	rateInfantDeath
	rateAdultDeath
	rateTrapStrangers
	rateTrapNamesake

	rateCoverage
	rateFeedVR
	rateFeedHOSP
	rateFeedPED
	rateFeedLHD
	rateFeedPHARM
	rateFeedSCHOOL
	rateFeedPLAN
	rateFeedMASS
	rateDuplicateWithin
	rateDuplicateSameDay
	rateMissing
	rateUpperCase
	rateMixedCase

	rateDoseCoverage
	rateRefuser
	rateRereport
	rateDoseDateOff
	rateDoseMonthFirst
	rateDoseSplit
	rateDoseUnspecified
	rateDoseLotMissing

	rateNoiseGiven
	rateNoiseFamily
	rateNoiseMiddle
	rateMiddleInitial
	rateNoiseBirthDate
	rateNoiseSex
	rateNoiseStreet
	rateNoisePostalCode
	rateNoisePhone
	rateNoiseBlank
	rateNoiseControl

	rateMixKeyboard
	rateMixOmission
	rateMixInsertion
	rateMixDouble
	rateMixTransposition
	rateMixPhonetic
	rateMixOCR
	rateMixTruncation
	rateMixVowel
	rateMixSwapFamily
	rateMixSwapMiddle
	rateMixExtra
	rateMixDateDigit
	rateMixDateSwap
	rateMixDateAdjacent
	rateMixDateDay
	rateMixDateMonth
	rateMixDateYear
	rateMixDateDecade
	rateMixDateCentury
	rateMixDateRelative
	rateMixDateDefault

	rateAddressJunk
	rateAddressInstitution
	rateAddressBox
	rateZIP4
	rateZeroLost
	rateSSNJunk
	rateSSNShared

	rateSubscriber
	rateArrives
	rateOverlap
	rateQueryAbsent
	rateQueryPartial

	numRates
)

// The weights of the groups, the feeds and the kinds of errors follow each
// other in the order of those.
const (
	rateGroupChild = rateGroupChild0
	rateGroupAdult = rateGroupAdult0
	rateFeed       = rateFeedVR
	rateNameMix    = rateMixKeyboard
	rateDateMix    = rateMixDateDigit
)

// rateTable describes the rates. Those without a source are assumptions.
var rateTable = [numRates]Rate{
	rateAdultsOnly:            {"household.adults_only", 0.36, 1, "households without children"},
	rateMultigenerational:     {"household.multigenerational", 0.18, 1, "families with a grandmother (Pew 2022)"},
	rateCustody:               {"household.custody", 0.12, 1, "families whose children live in two homes"},
	rateNonmarital:            {"household.nonmarital", 0.40, 1, "families whose parents are not married"},
	rateHalfSiblings:          {"household.half_siblings", 0.15, 1, "families of two and more children whose elder ones have another father"},
	rateFatherPresent:         {"household.father", 0.78, 1, "families whose father lives with them"},
	rateFoster:                {"household.foster", 0.006, 1, "children who were in foster care for a while"},
	rateYoung:                 {"household.young", 0.58, 1, "share of families drawn around a child under six"},
	rateRegisteredMother:      {"registered.mother", 0.62, 1, "mothers who have records of their own"},
	rateRegisteredFather:      {"registered.father", 0.40, 1, "fathers who have"},
	rateRegisteredGrandparent: {"registered.grandmother", 0.70, 1, "grandmothers who have"},
	rateImmigrantAdult:        {"immigrant.adult", 0.14, 1, "adults born abroad"},
	rateImmigrantChild:        {"immigrant.child", 0.03, 1, "children born abroad"},
	rateWeekend:               {"birth.weekend", 0.65, 1, "births on a Saturday or Sunday, to those on another day"},
	rateJanuaryFirst:          {"birth.january_first", 0.02, 1, "people born abroad whose birthday was made the first of January"},

	rateGroupChild0: {"group.child.white", 0.50, 1000, "weight of a group among families"},
	rateGroupChild1: {"group.child.hispanic", 0.26, 1000, "weight of a group among families"},
	rateGroupChild2: {"group.child.black", 0.14, 1000, "weight of a group among families"},
	rateGroupChild3: {"group.child.asian", 0.06, 1000, "weight of a group among families"},
	rateGroupChild4: {"group.child.native", 0.01, 1000, "weight of a group among families"},
	rateGroupChild5: {"group.child.other", 0.03, 1000, "weight of a group among families"},
	rateGroupAdult0: {"group.adult.white", 0.62, 1000, "weight of a group among households without children"},
	rateGroupAdult1: {"group.adult.hispanic", 0.17, 1000, "weight of a group among households without children"},
	rateGroupAdult2: {"group.adult.black", 0.12, 1000, "weight of a group among households without children"},
	rateGroupAdult3: {"group.adult.asian", 0.06, 1000, "weight of a group among households without children"},
	rateGroupAdult4: {"group.adult.native", 0.01, 1000, "weight of a group among households without children"},
	rateGroupAdult5: {"group.adult.other", 0.02, 1000, "weight of a group among households without children"},

	rateTwins:       {"multiples.twins", 0.0163, 1, "births that bring twins; 32 of 1,000 babies are twins"},
	rateTriplets:    {"multiples.triplets", 0.00025, 1, "births that bring triplets (74 of 100,000 babies, 2023)"},
	rateTwinSameSex: {"multiples.same_sex", 0.64, 1, "twins of one sex"},
	rateTwinInitial: {"multiples.same_initial", 0.25, 1, "multiples whose names begin with one letter"},
	rateTwinNear:    {"multiples.near_names", 0.05, 1, "multiples whose names are a letter or two apart"},
	rateTwinRhyme:   {"multiples.rhyme", 0.08, 1, "multiples whose names rhyme"},
	rateTwinMiddle:  {"multiples.shared_middle", 0.10, 1, "multiples who share a middle name"},

	rateMiddle:         {"name.middle", 0.75, 1, "people who have a middle name"},
	rateTwoGiven:       {"name.two_given", 0.30, 1, "Hispanic people with two given names, used one for the other"},
	rateDoubleSurname:  {"name.double_surname", 0.70, 1, "Hispanic children with the surnames of both parents"},
	rateHyphen:         {"name.hyphen", 0.02, 1, "other people with a hyphenated surname"},
	rateAsianSwapped:   {"name.asian_swapped", 0.08, 1, "records of Asian people with family and given name exchanged"},
	rateAsianWestern:   {"name.asian_western", 0.15, 1, "people with a Chinese or Korean given name known by a Western one"},
	rateMononym:        {"name.mononym", 0.003, 1, "adults born abroad who have one name"},
	rateNicknameAdult:  {"name.nickname_adult", 0.06, 1, "records of adults under a nickname"},
	rateNicknameSchool: {"name.nickname_school", 0.08, 1, "records of schools under a nickname"},
	rateNicknameChild:  {"name.nickname_child", 0.02, 1, "other records of children under a nickname"},
	rateJunior:         {"name.junior", 0.03, 1, "sons with their father's first and last name"},
	rateJuniorSuffix:   {"name.junior_suffix", 0.40, 1, "records of such sons that have the suffix"},
	rateMotherDaughter: {"name.mother_daughter", 0.003, 1, "daughters with their mother's first and last name"},
	rateDiacritics:     {"name.diacritics_kept", 0.25, 1, "organizations whose systems keep diacritics"},
	rateEncodingDamage: {"name.encoding_damage", 0.02, 1, "names with diacritics that arrive damaged"},
	rateFalseFriend:    {"name.false_friend", 0.0002, 1, "people whose real name looks like a placeholder"},
	rateTail:           {"name.tail", 1, 4, "factor on the share of names that are in no table"},

	rateChangeYear0:     {"change.year0", 0.034, 1, "children who change a name or parents in their first year (Utah, Duncan 2015)"},
	rateChangeYear1:     {"change.year1", 0.015, 1, "in their second year"},
	rateChangeYear5:     {"change.year5", 0.004, 1, "in a year up to the fifth"},
	rateChangeLater:     {"change.later", 0.0005, 1, "in a later year"},
	rateChangePaternity: {"change.paternity", 0.50, 1, "changes that give the father's surname"},
	rateChangeSpelling:  {"change.spelling", 0.30, 1, "changes that amend the given name"},
	rateChangeAdoption:  {"change.adoption", 0.12, 1, "changes that are adoptions; the rest is ordered by courts"},
	rateAdoptionSealed:  {"adoption.sealed", 0.50, 1, "adoptions whose records may not be linked across"},
	rateAdoptionGiven:   {"adoption.new_given", 0.25, 1, "adoptions that give a new given name as well"},
	rateMarriageChange:  {"marriage.change", 0.70, 1, "wives who take the husband's surname"},
	rateDivorce:         {"marriage.divorce", 0.25, 1, "marriages that end"},
	rateDivorceReverts:  {"marriage.reverts", 0.40, 1, "divorced women who take their own surname again"},
	rateNameDelay:       {"marriage.delay", 1, 4, "factor on the years, 0 to 3, until an organization learns of a wife's name"},

	rateMoveYoung:         {"move.young", 0.205, 1, "moves a year, families with children under six alone"},
	rateMoveMixed:         {"move.mixed", 0.145, 1, "moves a year, families with younger and older children"},
	rateMoveSchool:        {"move.school", 0.104, 1, "moves a year, families with older children alone"},
	rateMoveNone:          {"move.none", 0.121, 1, "moves a year, households without children"},
	rateMoveSameCounty:    {"move.same_county", 0.59, 1, "moves within a county"},
	rateMoveOtherCounty:   {"move.other_county", 0.19, 1, "moves to another county"},
	rateMoveOtherState:    {"move.other_state", 0.19, 1, "moves to another state; the rest goes abroad"},
	ratePhoneShared:       {"phone.shared", 0.65, 1, "members of a household who give one number"},
	ratePhoneChurn:        {"phone.churn", 0.12, 1, "numbers that change in a year"},
	ratePhoneRecycled:     {"phone.recycled", 0.005, 1, "new numbers that were a stranger's before"},
	ratePhoneOrganization: {"phone.organization", 0.01, 1, "records with the number of a school, a shelter or a clinic"},

	ratePlaceholder:       {"newborn.placeholder", 0.35, 1, "birth doses sent under a placeholder name"},
	ratePlaceholderUpdate: {"newborn.update", 0.60, 1, "of those, hospitals that send the name later"},
	ratePlaceholderVital:  {"newborn.vital_unnamed", 0.03, 1, "birth certificates without a given name"},
	ratePlaceholderClinic: {"newborn.clinic_keeps", 0.05, 1, "pediatric records that keep the placeholder for months"},
	rateTransfer:          {"newborn.transfer", 0.10, 1, "newborns moved to a second hospital"},
	rateUnmarked:          {"newborn.unmarked", 0.15, 1, "placeholders of multiples without letter or number"},
	rateOrderDisagrees:    {"newborn.order_disagrees", 0.05, 1, "marked placeholders whose order is not the certificate's"},
	rateGlued:             {"newborn.glued", 0.04, 1, "placeholders glued to the surname"},
	rateInFamily:          {"newborn.in_family", 0.03, 1, "placeholders written behind the surname"},
	rateDistinct:          {"newborn.distinct", 0.20, 1, "hospitals that name newborns by their mother"},
	rateSpanish:           {"newborn.spanish", 0.04, 1, "placeholders in Spanish"},
	rateMovedOut:          {"newborn.moved_out", 0.004, 1, "newborns who leave the state within a month"},
	rateInfantDeath:       {"death.infant", 0.0056, 1, "children who die in their first year"},
	rateAdultDeath:        {"death.adult", 0.01, 1, "adults over fifty who died; twice that over seventy"},
	rateTrapStrangers:     {"trap.placeholder_strangers", 0.0004, 1, "pairs of households made to have newborns of one surname, sex, day and hospital"},
	rateTrapNamesake:      {"trap.namesake", 0.0001, 1, "pairs of households made to have namesakes born on one day"},

	rateCoverage:         {"feed.coverage", 0.68, 1, "factor on the share of people a feed knows, where each feed has a row for a person"},
	rateFeedVR:           {"feed.vr", 1, 8, "factor on the vital records' share of people"},
	rateFeedHOSP:         {"feed.hosp", 1, 8, "factor on the birth hospitals' share"},
	rateFeedPED:          {"feed.ped", 1, 8, "factor on the pediatric practices' share"},
	rateFeedLHD:          {"feed.lhd", 1, 8, "factor on the public clinics' share"},
	rateFeedPHARM:        {"feed.pharm", 1, 8, "factor on the pharmacies' share"},
	rateFeedSCHOOL:       {"feed.school", 1, 8, "factor on the schools' share"},
	rateFeedPLAN:         {"feed.plan", 1, 8, "factor on the payers' share"},
	rateFeedMASS:         {"feed.mass", 1, 8, "factor on the share of events and paper"},
	rateDuplicateWithin:  {"duplicate.within", 0.128, 1, "rows a feed holds twice under two ids (NYC, Papadouka 2004: 11.4 % of all rows)"},
	rateDuplicateSameDay: {"duplicate.same_day", 0.005, 1, "pharmacy rows filed twice within a day"},
	rateMissing:          {"missing", 1, 10, "factor on the shares of missing values"},
	rateUpperCase:        {"format.upper", 0.40, 1, "organizations that write in capitals"},
	rateMixedCase:        {"format.mixed", 0.05, 1, "records in mixed case"},

	rateDoseCoverage:    {"dose.coverage", 0.90, 1, "children who get a recommended series"},
	rateRefuser:         {"dose.refuser", 0.02, 1, "people who take no vaccine"},
	rateRereport:        {"dose.rereport", 0.35, 1, "doses reported again by somebody else"},
	rateDoseDateOff:     {"dose.date_off", 0.07, 1, "of those, dates off by one to three days"},
	rateDoseMonthFirst:  {"dose.month_first", 0.03, 1, "of those, dates with the first of the month"},
	rateDoseSplit:       {"dose.split", 0.20, 1, "of those, combinations split into their parts"},
	rateDoseUnspecified: {"dose.unspecified", 0.25, 1, "of those, codes of an unspecified vaccine"},
	rateDoseLotMissing:  {"dose.lot_missing", 0.85, 1, "of those, doses without a lot"},

	rateNoiseGiven:      {"noise.given", 0.020, 1, "records with an error in the given name, at level typical"},
	rateNoiseFamily:     {"noise.family", 0.018, 1, "records with an error in the family name"},
	rateNoiseMiddle:     {"noise.middle", 0.06, 1, "records with an error in the middle name"},
	rateMiddleInitial:   {"noise.middle_initial", 0.25, 1, "middle names given as an initial (measured)"},
	rateNoiseBirthDate:  {"noise.birth_date", 0.010, 1, "records with an error in the birth date"},
	rateNoiseSex:        {"noise.sex", 0.004, 1, "records with an error in the sex"},
	rateNoiseStreet:     {"noise.street", 0.04, 1, "records with an error in the street"},
	rateNoisePostalCode: {"noise.postal_code", 0.015, 1, "records with an error in the ZIP code"},
	rateNoisePhone:      {"noise.phone", 0.02, 1, "records with an error in the phone number"},
	rateNoiseBlank:      {"noise.blank", 0.002, 1, "names with trailing blanks"},
	rateNoiseControl:    {"noise.control", 0.0002, 1, "names with a control character"},

	rateMixKeyboard:      {"mix.name.keyboard", 22, 1000, "weight among errors in names"},
	rateMixOmission:      {"mix.name.omission", 14, 1000, "weight among errors in names"},
	rateMixInsertion:     {"mix.name.insertion", 8, 1000, "weight among errors in names"},
	rateMixDouble:        {"mix.name.double", 10, 1000, "weight among errors in names"},
	rateMixTransposition: {"mix.name.transposition", 10, 1000, "weight among errors in names"},
	rateMixPhonetic:      {"mix.name.phonetic", 16, 1000, "weight among errors in names"},
	rateMixOCR:           {"mix.name.ocr", 4, 1000, "weight among errors in names"},
	rateMixTruncation:    {"mix.name.truncation", 4, 1000, "weight among errors in names"},
	rateMixVowel:         {"mix.name.vowel", 6, 1000, "weight among errors in names"},
	rateMixSwapFamily:    {"mix.name.swap_family", 3, 1000, "weight among errors in names"},
	rateMixSwapMiddle:    {"mix.name.swap_middle", 2, 1000, "weight among errors in names"},
	rateMixExtra:         {"mix.name.extra", 1, 1000, "weight among errors in names"},
	rateMixDateDigit:     {"mix.date.digit", 38, 1000, "weight among errors in birth dates"},
	rateMixDateSwap:      {"mix.date.month_day", 17, 1000, "weight among errors in birth dates"},
	rateMixDateAdjacent:  {"mix.date.adjacent", 14, 1000, "weight among errors in birth dates"},
	rateMixDateDay:       {"mix.date.day", 8, 1000, "weight among errors in birth dates"},
	rateMixDateMonth:     {"mix.date.month", 5, 1000, "weight among errors in birth dates"},
	rateMixDateYear:      {"mix.date.year", 7, 1000, "weight among errors in birth dates"},
	rateMixDateDecade:    {"mix.date.decade", 3, 1000, "weight among errors in birth dates"},
	rateMixDateCentury:   {"mix.date.century", 1, 1000, "weight among errors in birth dates"},
	rateMixDateRelative:  {"mix.date.relative", 4, 1000, "weight among errors in birth dates"},
	rateMixDateDefault:   {"mix.date.default", 3, 1000, "weight among errors in birth dates"},

	rateAddressJunk:        {"address.junk", 0.009, 1, "records with UNK, HOMELESS and the like for an address (measured)"},
	rateAddressInstitution: {"address.institution", 0.01, 1, "records with the address of a hospital, shelter or jail"},
	rateAddressBox:         {"address.po_box", 0.003, 1, "records with a post box"},
	rateZIP4:               {"address.zip4", 0.014, 1, "ZIP codes with four more digits"},
	rateZeroLost:           {"address.zero_lost", 0.01, 1, "ZIP codes that lost their leading zero"},
	rateSSNJunk:            {"ssn.junk", 0.015, 1, "social security numbers that are made up (measured)"},
	rateSSNShared:          {"ssn.shared", 0.007, 1, "that are the spouse's or the mother's"},

	rateSubscriber:   {"plan.subscriber", 0.02, 1, "payers' records of children with the birth date of the subscriber, their mother"},
	rateArrives:      {"stream.arrives", 0.85, 1, "visits whose message reaches the registry, in mode stream"},
	rateOverlap:      {"crosslink.overlap", 0.75, 1, "schoolchildren of the roster whom the registry has"},
	rateQueryAbsent:  {"query.absent", 0.15, 1, "queries for somebody the registry does not have"},
	rateQueryPartial: {"query.partial", 0.50, 1, "queries that leave out a part of what identifies"},
}
