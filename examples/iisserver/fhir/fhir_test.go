package fhir

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/match/patient"
)

const newborn = `{"resourceType": "Patient",
	"meta": {"lastUpdated": "2026-03-15T09:30:00Z"},
	"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName", "valueString": "Jones"}],
	"contained": [
		{"resourceType": "Immunization", "status": "completed", "vaccineCode": {"coding": [{"system": "http://hl7.org/fhir/sid/cvx", "code": "08"}]},
		 "occurrenceDateTime": "2026-03-14T20:00:00Z", "lotNumber": "LOT1", "primarySource": true,
		 "manufacturer": {"identifier": {"system": "http://hl7.org/fhir/sid/mvx", "value": "MSD"}}},
		{"resourceType": "Immunization", "status": "not-done"}],
	"identifier": [{"system": "http://hl7.org/fhir/sid/us-ssn", "value": "212-34-5678"},
		{"type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}]}, "system": "urn:hosp", "value": "111"}],
	"name": [{"use": "official", "family": "Smith", "given": ["Liam", "James"], "suffix": ["Jr"]}, {"use": "temp", "family": "Smith", "given": ["Babyboy"]}],
	"telecom": [{"system": "phone", "value": "616-234-0100"}, {"system": "email", "value": "judy@example.org"}],
	"gender": "male", "birthDate": "2026-03-14",
	"_birthDate": {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/patient-birthTime", "valueDateTime": "2026-03-14T12:05:00-04:00"}]},
	"address": [{"line": ["12 Oak St", "Apt 2"], "city": "Adrian", "state": "MI", "postalCode": "49221"}, {"use": "old", "city": "Flint"}],
	"multipleBirthInteger": 2,
	"contact": [{"relationship": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": "MTH"}]}], "name": {"family": "Smith", "given": ["Judy"]}},
		{"name": {"family": "Doctor"}}]}`

func TestPatient(t *testing.T) {
	r, err := ReadPatient([]byte(newborn), "clinic")
	require.NoError(t, err)
	assert.Equal(t, "clinic", r.Source)
	assert.Equal(t, "MR:urn:hosp:111", r.ID)
	assert.Equal(t, []patient.Name{
		{Family: "Smith", Given: "Liam", Middle: "James", Suffix: "Jr"}, {Use: patient.NameNewborn, Family: "Smith", Given: "Babyboy"},
	}, r.Names)
	assert.Equal(t, "M Y 2 12:05", strings.Join([]string{r.Sex, r.MultipleBirth, r.BirthOrder, r.BirthTime}, " "))
	assert.Equal(t, "2026-03-14", r.BirthDate.String())
	assert.Equal(t, "2026-03-15", r.Received.String())
	assert.Equal(t, "Judy Smith Jones", strings.Join([]string{r.Mother.Given, r.Mother.Family, r.Mother.Maiden}, " "))
	assert.Equal(t, []patient.Guardian{{Relationship: "MTH", Given: "Judy", Family: "Smith"}}, r.Guardians)
	require.Len(t, r.Addresses, 1)
	assert.Equal(t, "Apt 2", r.Addresses[0].Line2)
	assert.Equal(t, []string{"616-234-0100", "judy@example.org"}, append(r.Phones, r.Emails...))
	require.Len(t, r.Doses, 1)
	assert.Equal(t, "08 MSD LOT1 2026-03-14", strings.Join([]string{r.Doses[0].CVX, r.Doses[0].MVX, r.Doses[0].Lot, r.Doses[0].Date.String()}, " "))

	// What is written reads back, but for what nobody is told.
	data, err := WritePatient("E0000001", &r)
	require.NoError(t, err)
	assert.NotContains(t, string(data), "5678", "no social security number")
	back, err := ReadPatient(data, "clinic")
	require.NoError(t, err)
	assert.Equal(t, r.Names[0], back.Names[0])
	assert.Equal(t, r.Doses, back.Doses)
	assert.Equal(t, r.Addresses, back.Addresses)
	assert.Equal(t, r.BirthDate, back.BirthDate)
	assert.Equal(t, r.BirthOrder, back.BirthOrder)
	assert.Equal(t, r.ID, back.ID)
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct{ name, old, now, code, path string }{
		{"no JSON", `{"resourceType"`, `{{`, "structure", "$this"},
		{"another resource", `"Patient"`, `"Person"`, "structure", "$this"},
		{"a number for a text", `"Liam"`, `7`, "structure", "$this"},
		{"no name", `"family": "Smith", "given": ["Liam", "James"], "suffix": ["Jr"]}, {"use": "temp", "family": "Smith", "given": ["Babyboy"]}`, `"use": "temp"}`, "required", "Patient.name"},
		{"no birth date", `"birthDate": "2026-03-14",`, ``, "required", "Patient.birthDate"},
		{"a birth date that is none", `"birthDate": "2026-03-14"`, `"birthDate": "2026-02-30"`, "value", "Patient.birthDate"},
		{"a gender that is none", `"male"`, `"boy"`, "value", "Patient.gender"},
		{"a birth order that is none", `"multipleBirthInteger": 2`, `"multipleBirthInteger": -2`, "value", "Patient.multipleBirthInteger"},
		{"two kinds of multiple birth", `"multipleBirthInteger": 2`, `"multipleBirthInteger": 2, "multipleBirthBoolean": true`, "structure", "Patient.multipleBirth"},
		{"a vaccine without CVX", `"code": "08"`, `"code": "HepB"`, "value", "Patient.contained[0].vaccineCode"},
		{"a dose without its day", `"2026-03-14T20:00:00Z"`, `"2026-03"`, "required", "Patient.contained[0].occurrenceDateTime"},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Contains(t, newborn, c.old)
			_, err := ReadPatient([]byte(strings.Replace(newborn, c.old, c.now, 1)), "clinic")
			issue, ok := errors.AsType[*IssueError](err)
			require.True(t, ok, "%v", err)
			assert.Equal(t, c.code+" "+c.path, issue.Code+" "+issue.Path)
			require.ErrorIs(t, err, ErrIssue)
			for _, secret := range []string{"Liam", "Smith", "2026", "0100"} {
				assert.NotContains(t, string(Failure(err)), secret)
			}
		})
	}
	_, err := ReadPatient([]byte(strings.Repeat(" ", MaxBytes)+"{}"), "x")
	require.ErrorContains(t, err, "larger")
	assert.Contains(t, string(Failure(errors.New("Liam Smith"))), "could not be answered")
	assert.NotContains(t, string(Failure(errors.New("Liam Smith"))), "Liam")
}

func TestMatch(t *testing.T) {
	m, err := ReadMatch([]byte(`{"resourceType": "Parameters", "parameter": [{"name": "resource", "resource": `+newborn+`},
		{"name": "count", "valueInteger": 3}, {"name": "onlyCertainMatches", "valueBoolean": true}]}`), "clinic")
	require.NoError(t, err)
	assert.Equal(t, 3, m.Count)
	assert.True(t, m.OnlyCertain)
	assert.Equal(t, "Liam", m.Record.Names[0].Given)
	m, err = ReadMatch([]byte(`{"resourceType": "Patient", "name": [{"text": "Liam Smith"}], "birthDate": "2026"}`), "clinic")
	require.NoError(t, err, "a query needs less")
	assert.Equal(t, "Liam Smith", m.Record.Names[0].Full)
	for _, bad := range []string{
		`{"resourceType": "Parameters"}`, `{"resourceType": "Parameters", "parameter": [{"name": "count", "valueInteger": 0}]}`,
		`{"resourceType": "Parameters", "parameter": [{"name": "resource", "resource": {}}, {"name": "resource", "resource": {}}]}`, `[]`, ``, `{"resourceType": "Patient"}`,
	} {
		_, err := ReadMatch([]byte(bad), "clinic")
		require.ErrorIs(t, err, ErrIssue, bad)
	}
	data, err := MatchBundle([]Found{{"E1", m.Record, .99, Certain}, {"E2", m.Record, .5, Possible}})
	require.NoError(t, err)
	var b bundle
	require.NoError(t, json.Unmarshal(data, &b))
	assert.Equal(t, "searchset", b.Type)
	require.Len(t, b.Entry, 2)
	assert.Equal(t, "certain", b.Entry[0].Search.Extension[0].ValueCode)
	assert.Equal(t, "E2", b.Entry[1].Resource.ID)
}

// FuzzRead: nothing panics, every error is an issue, and what is read can be
// written and read again.
func FuzzRead(f *testing.F) {
	f.Add([]byte(newborn))
	f.Add([]byte(`{"resourceType": "Parameters", "parameter": [{"name": "resource", "resource": {"resourceType": "Patient", "name": [{"family": "A"}]}}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if m, err := ReadMatch(data, "s"); err != nil {
			require.ErrorIs(t, err, ErrIssue)
		} else if _, err := MatchBundle([]Found{{"E1", m.Record, 1, Certain}}); err != nil {
			t.Fatal(err)
		}
		r, err := ReadPatient(data, "s")
		if err != nil {
			require.ErrorIs(t, err, ErrIssue)
			return
		}
		written, err := WritePatient("E1", &r)
		require.NoError(t, err)
		_, err = ReadMatch(written, "s")
		require.NoError(t, err, "%s", written)
	})
}
