package patient

import (
	"encoding/csv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/internal/testdata"
)

// TestSpelling goes through the headers of files that people have.
func TestSpelling(t *testing.T) {
	for header, want := range map[string]string{
		// a simulator of records
		"rec_id, given_name, surname, street_number, address_1, address_2, suburb, postcode, state, date_of_birth, soc_sec_id": "record_id given_name family_name street_number address address2 city postal_code state birth_date ssn",
		// people of an encyclopedia
		"unique_id,first_name,surname,dob,city,email":                                          "record_id given_name family_name birth_date city email",
		"full_name,birth_place,postcode_fake,gender,occupation":                                "full_name birth_place postal_code sex occupation",
		"middle_initial,last_name,street_name,unit_number,zipcode,ssn":                         "middle_name family_name street unit postal_code ssn",
		"ID,BIRTHDATE,FIRST,LAST,SUFFIX,MAIDEN,GENDER,ADDRESS,CITY,STATE,ZIP,SSN":              "record_id birth_date given_name family_name suffix maiden_name sex address city state postal_code ssn",
		"nameFirst,nameLast,nameMiddle,nameSuffix,nameAlias,birthDate,gender,phone":            "given_name family_name middle_name suffix alias birth_date sex phone",
		"medicaid,mrns,addressStreet1,addressStreet2,addressCity,addressState,addressZip":      "medicaid_id mrn address address2 city state postal_code",
		"guardianNameFirst,guardianNameLast,motherMaidenName,birthStatus,birthType,birthOrder": "guardian_given guardian_family mother_maiden multiple_birth birth_count birth_order",
		"Date of Birth,Zip Code,Mother's Maiden Name,E-Mail":                                   "birth_date postal_code mother_maiden email",
		"first,last,zip,postcode": "given_name family_name postal_code postal_code",
	} {
		var got []string
		for column := range strings.SplitSeq(header, ",") {
			name, ok := Spelling(column)
			assert.True(t, ok, column)
			got = append(got, name)
		}
		assert.Equal(t, want, strings.Join(got, " "))
	}
	for _, column := range []string{"", "cluster", "cluster_id", "simulant_id", "household_id", "race_ethnicity", "year", "Match Id",
		"Expected Result", "event_type", "first_and_surname", "größe", strings.Repeat("x", 1000)} {
		_, ok := Spelling(column)
		assert.False(t, ok, column)
	}
	for _, name := range StandardNames() {
		got, ok := Spelling(name)
		assert.True(t, ok, name)
		assert.Equal(t, name, got, "a standard name is its own spelling")
	}
}

func TestSpellingsAreDistinct(t *testing.T) {
	seen := map[string]string{}
	for _, s := range standardNames {
		for _, spelling := range strings.Fields(s.spellings) {
			assert.Empty(t, seen[spelling], "%s is of %s and %s", spelling, seen[spelling], s.name)
			seen[spelling] = s.name
		}
	}
}

// TestEveryStandardNameIsSet: each name changes the record, and only known
// names are taken.
func TestEveryStandardNameIsSet(t *testing.T) {
	for _, name := range StandardNames() {
		var r Record
		value := "2026-03-01"
		if name == "protected" {
			value = "Y"
		}
		assert.True(t, r.SetField(name, value, ""), name)
		assert.NotEqual(t, Record{}, r, name)
		assert.True(t, r.SetField(name, "", ""), name)
		assert.Equal(t, IsDate(name), strings.HasSuffix(name, "_date") || name == "received", name)
	}
	var r Record
	assert.False(t, r.SetField("surname", "Smith", ""), "a spelling is no standard name")
	assert.False(t, r.SetField("surname", "", ""))
	assert.Equal(t, Record{}, r)
}

func TestSetField(t *testing.T) {
	var r Record
	set := func(name, value string) { require.True(t, r.SetField(name, value, "MM/DD/YYYY"), name) }
	set("mrn_authority", "HOSP")
	set("mrn", "111")
	set("birth_date", "03/14/2026")
	set("alias", "Bob; Bobby")
	set("phone", "1;2")
	set("phone", "3")
	set("guardian_family", "Smith;Jones")
	set("guardian_given", "Mark")
	set("given_name", "Robert")
	set("doses", "08|2026-03-14|X12|MSD|00006-4981-00|1; ")
	assert.Equal(t, []Identifier{{"HOSP", IDMedicalRecord, "111"}}, r.Identifiers)
	assert.Equal(t, "20260314", r.BirthDate.Compact())
	assert.Equal(t, []Name{{Use: NameAlias, Full: "Bob"}, {Use: NameAlias, Full: "Bobby"}, {Given: "Robert"}}, r.Names)
	assert.Equal(t, []string{"1", "2", "3"}, r.Phones)
	assert.Equal(t, []Guardian{{Given: "Mark", Family: "Smith"}, {Family: "Jones"}}, r.Guardians)
	require.Len(t, r.Doses, 1)
	assert.True(t, r.Doses[0].Historical)
	assert.Equal(t, "20260314", r.Doses[0].Date.Compact(), "doses have dates of their own")

	set("mrn", "5; 6")
	set("mrn_authority", "CLINIC")
	assert.Equal(t, []Identifier{{"HOSP", IDMedicalRecord, "111"}, {"CLINIC", IDMedicalRecord, "5"}, {"CLINIC", IDMedicalRecord, "6"}}, r.Identifiers)

	kept := r.Clone()
	r.Reset()
	r.SetField("given_name", "Emma", "")
	r.SetField("phone", "9", "")
	assert.Equal(t, "Robert", kept.Names[2].Given, "a clone is not overwritten")
	assert.Equal(t, []string{"1", "2", "3"}, kept.Phones)
	assert.Empty(t, r.Identifiers)
	assert.True(t, r.BirthDate.IsZero())
}

// TestFebrlIsReadWhole: every value of a real file's first rows arrives.
func TestFebrlIsReadWhole(t *testing.T) {
	c := csv.NewReader(testdata.Open(t, "febrl/dataset3.csv"))
	c.TrimLeadingSpace = true
	header, err := c.Read()
	require.NoError(t, err)
	var r Record
	for range 200 {
		row, err := c.Read()
		require.NoError(t, err)
		r.Reset()
		sent := 0
		for i, column := range header {
			name, ok := Spelling(column)
			require.True(t, ok, column)
			require.True(t, r.SetField(name, row[i], ""))
			if row[i] != "" && name != "record_id" {
				sent++
			}
		}
		n, _ := Normalize(&r, Neutral())
		got := 0
		for _, field := range []Field{FieldGiven, FieldFamily, FieldStreetNumber, FieldStreet, FieldUnit, FieldCity, FieldPostalCode, FieldState, FieldBirthDate, FieldSSN} {
			if n.Value(field) != "" {
				got++
			}
		}
		assert.LessOrEqual(t, sent-got, 1, r.ID)
	}
}
