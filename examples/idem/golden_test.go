package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/merge"
)

// Columns that belong together hold a value for each other's, an empty one
// included, wherever it stands.
func TestGoldenColumnsThatBelongTogether(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(clinic()), "\n")
	lines[0] += ",guardian_given,guardian_family,mrn,mrn_authority"
	for i := 1; i < len(lines); i++ {
		// Of the ten people with two records each, the second line is the other's.
		lines[i] += [...]string{",Mary;,Rayburn;Smith,765432;123456,GOOD HOPE;", ",,Smith,123456,"}[i%2]
	}
	dir := filepath.Join(t.TempDir(), "people")
	require.Equal(t, exitOK, idem(t, "dedupe", "--quiet", "--out", dir, write(t, "clinic.csv", strings.Join(lines, "\n")+"\n")).code)
	leading := 0
	for _, row := range sheetOf(t, dir, "golden.csv") {
		if row["records"] != "2" {
			continue
		}
		var r patient.Record
		for _, f := range []string{"guardian_given", "guardian_family", "mrn", "mrn_authority"} {
			require.True(t, r.SetField(f, row[f], ""))
			require.Equal(t, 1, strings.Count(row[f], ";"), f)
			require.Equal(t, 1, strings.Count(row[f+"_from"], ";"), f)
			require.Equal(t, 1, strings.Count(row[f+"_rule"], ";"), f)
		}
		assert.ElementsMatch(t, []patient.Guardian{{Family: "Smith"}, {Given: "Mary", Family: "Rayburn"}}, r.Guardians, row["guardian_given"])
		assert.ElementsMatch(t, []patient.Identifier{{Type: patient.IDMedicalRecord, Value: "123456"}, {Type: patient.IDMedicalRecord, Value: "765432", Authority: "GOOD HOPE"}},
			r.Identifiers, row["mrn_authority"])
		if row["guardian_given"] == ";Mary" {
			assert.Equal(t, "Smith;Rayburn", row["guardian_family"])
			leading++
		}
	}
	assert.Positive(t, leading)
}

// Records of unknown person, an empty person_id, are not one person.
func TestTruthFileWithUnknownPersons(t *testing.T) {
	var file strings.Builder
	file.WriteString("record_id,person_id\n")
	for i, line := range strings.Split(strings.TrimSpace(clinic()), "\n")[1:] {
		cells := strings.Split(line, ",")
		if i >= 30 {
			cells[1] = strings.Repeat(" ", i%2)
		}
		fmt.Fprintf(&file, "%s,%s\n", cells[0], cells[1])
	}
	r := idem(t, "dedupe", "--truth", write(t, "truth.csv", file.String()), write(t, "clinic.csv", clinic()))
	require.Equal(t, exitOK, r.code, r.stderr)
	assert.Contains(t, r.stdout, "(10 true pairs)")
	assert.Contains(t, r.stdout, "10 records have no known truth")
}

// A candidate of the worklist is named by source and id.
func TestWorklistNamesRecords(t *testing.T) {
	wendy := ",Abernathy,2026-03-01,M,Wendy,Featherstone,3132340155,12 Oak St,Lansing,48911\n"
	path := write(t, "feed.csv", "record_id,received,given_name,family_name,birth_date,sex,mother_given,mother_maiden,phone,address,city,postal_code\n"+
		"1,2026-03-02,BABYBOY"+wendy+"2,2026-04-15,Leopold"+wendy+"3,2026-04-15,Augustin"+wendy)
	dir := filepath.Join(t.TempDir(), "people")
	require.Equal(t, exitOK, idem(t, "dedupe", "--policy", "iis", "--quiet", "--out", dir, path).code)
	rows := sheetOf(t, dir, "worklist.csv")
	require.Len(t, rows, 1)
	assert.ElementsMatch(t, []string{"feed/2", "feed/3"}, strings.Split(rows[0]["candidate_records"], ";"))
}

// A plain value is written as it is, also between others.
func FuzzPlainPart(f *testing.F) {
	for _, v := range []string{"", "12 N Oak St", "=1+1", "a;=b", "\uff1dx", "x\uff1d", `\.`, "a,b", `a"b`, " a", "a\n", "Ann", "-", "9|x"} {
		f.Add([]byte(v))
	}
	f.Fuzz(func(t *testing.T, v []byte) {
		if !plainPart(v) {
			return
		}
		for _, cell := range [][]byte{v, append(append([]byte("a;"), v...), ";b"...)} {
			require.Equal(t, string(cell)+",", string(appendCell(nil, appendTame(nil, cell))))
		}
	})
}

// What a scratch is given comes back in the order of the people, from its
// buffers and from its file.
func TestScratchGivesBack(t *testing.T) {
	const people = 3*partPeople + 17
	f, err := newFolder(filepath.Join(t.TempDir(), "people"), false)
	require.NoError(t, err)
	defer f.discard()
	s := newScratch(f, people)
	values := func(person int) []merge.Value {
		list := []merge.Value{{Field: "given_name", Value: strings.Repeat("x", person%100), Source: "a", ID: fmt.Sprint(person), Rule: merge.Sole}}
		for i := range person % 40 { // of more records than are looked at for a name
			list = append(list, merge.Value{Field: "phone", Value: fmt.Sprint(i), Source: "b", ID: fmt.Sprint(i % 20), Rule: merge.Union})
		}
		return list
	}
	for i := range people {
		person := (i*7919 + 13) % people // any order
		require.NoError(t, s.add(person, person%40+1, values(person)))
	}
	require.NotNil(t, s.file, "it is too much for the buffers")
	names, numbers := s.columns()
	require.Equal(t, []string{"given_name", "phone"}, names)
	next := 0
	var row goldenRow
	require.NoError(t, s.each(func(person int, data decoder) error {
		require.Equal(t, next, person)
		next++
		row.decode(data)
		require.EqualValues(t, person%40+1, row.members)
		for i, v := range values(person) {
			got := row.values[i]
			require.Equal(t, v, merge.Value{
				Field: names[slices.Index(numbers, got.field)], Value: string(got.text), Source: string(row.from[got.from].name[:1]),
				ID: string(row.from[got.from].name[2:]), Rule: got.rule,
			})
		}
		return nil
	}))
	require.Equal(t, people, next)
	require.NoError(t, s.close())
	_, err = os.Stat(s.file.Name())
	require.ErrorIs(t, err, os.ErrNotExist)
}
