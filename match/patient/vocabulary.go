package patient

import "strings"

// standardNames are the names of columns and JSON fields, in the order in which
// they are listed to a user, each with its usual spellings. A spelling is
// lower-case letters and digits alone.
var standardNames = []struct{ name, spellings string }{
	{"record_id", "recordid recid id uniqueid patientid externalid rowid recordnumber"},
	{"source", "source sourcesystem sourcedataset dataset feed"},
	{"received", "received receivedat receiveddate eventat messagedate datereceived submissiondate"},
	{"given_name", "givenname given first firstname fname forename namefirst patientfirst patientfirstname namegiven givennames"},
	{"middle_name", "middlename middle mname middleinitial mi namemiddle patientmiddle patientmiddlename middlenames"},
	{"family_name", "familyname family last lastname lname surname namelast patientlast patientlastname namefamily"},
	{"suffix", "suffix namesuffix generation patientsuffix"},
	{"full_name", "fullname name patientname wholename"},
	{"alias", "alias aliases nickname nicknames preferredname namealias aka othername othernames knownas"},
	{"maiden_name", "maidenname maiden birthname birthsurname formername nee previouslastname"},
	{"birth_date", "birthdate dob dateofbirth birthday bdate birthdt patientdob patientbirthdate datebirth"},
	{"birth_time", "birthtime timeofbirth"},
	{"sex", "sex gender patientsex patientgender administrativesex administrativegender birthsex sexatbirth"},
	{"multiple_birth", "multiplebirth birthstatus multiplebirthindicator multiplebirthflag multibirth ismultiplebirth"},
	{"birth_count", "birthcount birthtype plurality multiplebirthcount"},
	{"birth_order", "birthorder multiplebirthorder"},
	{"birth_place", "birthplace placeofbirth birthcity"},
	{"mother_given", "mothergiven mothergivenname motherfirst motherfirstname mothersfirstname mothernamefirst mothername"},
	{"mother_family", "motherfamily motherfamilyname motherlast motherlastname motherslastname mothernamelast"},
	{"mother_maiden", "mothermaiden mothermaidenname mothersmaidenname mothersmaiden"},
	{"mother_birth_date", "motherbirthdate motherdob mothersdateofbirth"},
	{"guardian_given", "guardiangiven guardiangivenname guardianfirst guardianfirstname guardiannamefirst parentfirstname responsiblepartyfirst"},
	{"guardian_family", "guardianfamily guardianfamilyname guardianlast guardianlastname guardiannamelast parentlastname responsiblepartylast"},
	{"guardian_relationship", "guardianrelationship relationship"},
	{"address", "address address1 addressline1 addressstreet1 addressstreet streetaddress addr addr1 line1 addressline street1 homeaddress"},
	{"street_number", "streetnumber housenumber houseno streetno addressnumber"},
	{"street", "street streetname"},
	{"unit", "unit unitnumber unitno apt apartment aptnumber suite"},
	{"address2", "address2 addressline2 addressstreet2 addr2 line2 street2"},
	{"city", "city town suburb locality addresscity municipality"},
	{"state", "state province addressstate statecode stateprovince"},
	{"postal_code", "postalcode postcode zip zipcode zip5 addresszip addresspostalcode postcodefake zippostalcode"},
	{"country", "country addresscountry countrycode"},
	{"phone", "phone phones phonenumber telephone tel mobile cell cellphone homephone mobilephone phone1 phone2 phonehome phonemobile telephonenumber contactnumber"},
	{"email", "email emails emailaddress mail email1 email2"},
	{"ssn", "ssn socialsecurity socialsecuritynumber socialsecurityno socsecid"},
	{"medicaid_id", "medicaidid medicaid medicaidnumber medicaidno"},
	{"mrn", "mrn mrns medicalrecord medicalrecordnumber chartnumber"},
	{"mrn_authority", "mrnauthority assigningauthority mrnassigner mrnassigningauthority"},
	{"birth_certificate", "birthcertificate birthcertificatenumber birthcertificateno birthfilenumber birthregistrynumber"},
	{"birth_facility", "birthfacility birthhospital hospitalofbirth facilityofbirth"},
	{"student_id", "studentid studentnumber statestudentid"},
	{"district", "district schooldistrict districtid"},
	{"school", "school schoolname schoolid"},
	{"grade", "grade gradelevel"},
	{"occupation", "occupation profession job"},
	{"death_date", "deathdate dateofdeath dod deceaseddate"},
	{"protected", "protected protectionindicator"},
	{"doses", "doses immunizations immunisations vaccinations shots shothistory"},
}

// spellings maps the spellings to the names.
var spellings = func() map[string]string {
	m := map[string]string{}
	for _, s := range standardNames {
		for _, spelling := range strings.Fields(s.spellings) {
			m[spelling] = s.name
		}
	}
	return m
}()

// Spelling returns the standard name of a usual spelling of a column: "dob",
// "Date of Birth" and "birthDate" are birth_date. Only letters and digits count.
func Spelling(column string) (name string, ok bool) {
	var buf [64]byte
	key := buf[:0]
	for i := range len(column) {
		switch c := column[i]; {
		case c >= 'A' && c <= 'Z':
			key = append(key, c+'a'-'A')
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			key = append(key, c)
		case c >= 0x80:
			return "", false
		}
		if len(key) > 40 {
			return "", false
		}
	}
	name, ok = spellings[string(key)]
	return name, ok
}

// StandardNames returns the names that [Record.SetField] takes.
func StandardNames() []string {
	names := make([]string, len(standardNames))
	for i, s := range standardNames {
		names[i] = s.name
	}
	return names
}

// IsStandardName reports whether [Record.SetField] takes the name.
func IsStandardName(name string) bool { return isStandard[name] }

var isStandard = func() map[string]bool {
	m := map[string]bool{}
	for _, s := range standardNames {
		m[s.name] = true
	}
	return m
}()

// IsDate reports whether the standard name is a date's, for which a layout is
// needed.
func IsDate(name string) bool {
	switch name {
	case "birth_date", "received", "death_date", "mother_birth_date":
		return true
	}
	return false
}
