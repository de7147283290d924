package patient

import (
	"bufio"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/idem-health/idem/internal/testdata"
)

// record makes a record of names and values of standard fields.
func record(tb testing.TB, fields ...string) *Record {
	tb.Helper()
	var r Record
	for i := 0; i+1 < len(fields); i += 2 {
		require.True(tb, r.SetField(fields[i], fields[i+1], ""), fields[i])
	}
	return &r
}

func normalized(tb testing.TB, fields ...string) Normalized {
	tb.Helper()
	n, _ := Normalize(record(tb, fields...), US())
	return n
}

// has checks fields by their values; several values of a set joined by '+'.
func has(tb testing.TB, n Normalized, name string, want map[Field]string) {
	tb.Helper()
	for f, w := range want {
		got := ""
		for i, v := range n.AppendValues(nil, f) {
			if i > 0 {
				got += "+"
			}
			got += v
		}
		assert.Equal(tb, w, got, "%s: %s", name, f)
	}
}

func TestNames(t *testing.T) {
	for _, c := range []struct {
		name   string
		fields []string
		want   map[Field]string
	}{
		{"Spanish letters", []string{"given_name", "José", "family_name", "Peña"},
			map[Field]string{FieldGiven: "JOSE", FieldFamily: "PENA"}},
		{"apostrophe", []string{"given_name", "Sean", "family_name", "O'Brien"},
			map[Field]string{FieldFamily: "OBRIEN"}},
		{"O Brien in two words", []string{"given_name", "Sean", "family_name", "O Brien"},
			map[Field]string{FieldFamily: "OBRIEN"}},
		{"Mc Donald", []string{"given_name", "Ann", "family_name", "Mc Donald"},
			map[Field]string{FieldFamily: "MCDONALD"}},
		{"particles stay words", []string{"given_name", "Ana", "family_name", "de la Cruz"},
			map[Field]string{FieldFamily: "DE LA CRUZ"}},
		{"compound", []string{"given_name", "Maria", "family_name", "Garcia-Lopez"},
			map[Field]string{FieldFamily: "GARCIA LOPEZ"}},
		{"Arabic particle", []string{"given_name", "Omar", "family_name", "al-Rashid"},
			map[Field]string{FieldFamily: "AL RASHID"}},
		{"suffix behind the family name", []string{"given_name", "John", "family_name", "Smith Jr."},
			map[Field]string{FieldFamily: "SMITH", FieldSuffix: "JR"}},
		{"suffix behind a comma", []string{"given_name", "John", "family_name", "Smith, III"},
			map[Field]string{FieldFamily: "SMITH", FieldSuffix: "III", FieldGiven: "JOHN"}},
		{"suffix behind the given name", []string{"given_name", "John Jr", "family_name", "Smith"},
			map[Field]string{FieldGiven: "JOHN", FieldSuffix: "JR"}},
		{"suffix field prevails", []string{"given_name", "John", "family_name", "Smith Jr", "suffix", "Sr."},
			map[Field]string{FieldSuffix: "SR"}},
		{"second is II", []string{"given_name", "John", "family_name", "Smith", "suffix", "2nd"},
			map[Field]string{FieldSuffix: "II"}},
		{"Last, First in the given name", []string{"given_name", "Smith, Liam", "family_name", "Unknown"},
			map[Field]string{FieldGiven: "LIAM", FieldFamily: "SMITH"}},
		{"Last, First in the family name", []string{"family_name", "Smith, Liam"},
			map[Field]string{FieldGiven: "LIAM", FieldFamily: "SMITH"}},
		{"Last, First in one field", []string{"full_name", "Smith, Liam James"},
			map[Field]string{FieldGiven: "LIAM", FieldMiddle: "JAMES", FieldFamily: "SMITH", FieldFullName: "LIAM JAMES SMITH"}},
		{"full name in order", []string{"full_name", "Ana Maria de la Cruz"},
			map[Field]string{FieldGiven: "ANA", FieldMiddle: "MARIA", FieldFamily: "DE LA CRUZ"}},
		{"full name beside the family name", []string{"full_name", "Ana Maria Lopez Garcia", "family_name", "Lopez Garcia"},
			map[Field]string{FieldGiven: "ANA", FieldMiddle: "MARIA", FieldFamily: "LOPEZ GARCIA"}},
		{"a newborn in one field", []string{"full_name", "Baby Boy Smith"},
			map[Field]string{FieldGiven: "", FieldMiddle: "", FieldFamily: "SMITH", FieldSex: "M"}},
		{"one word is a given name", []string{"full_name", "Lillywhite"},
			map[Field]string{FieldGiven: "LILLYWHITE", FieldFamily: ""}},
		{"a title of the past stays", []string{"full_name", "thomas clifford, 1st baron clifford of chudleigh", "given_name", "thomas", "family_name", "chudleigh"},
			map[Field]string{FieldGiven: "THOMAS", FieldFamily: "CHUDLEIGH", FieldFullName: "THOMAS CLIFFORD 1ST BARON CLIFFORD OF CHUDLEIGH"}},
		{"Mrs goes", []string{"given_name", "Mrs. Emma", "family_name", "Smith"},
			map[Field]string{FieldGiven: "EMMA"}},
		{"degree goes", []string{"given_name", "Emma", "family_name", "Smith, MD"},
			map[Field]string{FieldGiven: "EMMA", FieldFamily: "SMITH"}},
		{"nickname in quotes", []string{"given_name", `Robert "Bob"`, "family_name", "Smith"},
			map[Field]string{FieldGiven: "ROBERT", FieldGivenAlias: "BOB"}},
		{"nickname in parentheses", []string{"given_name", "Robert (Bob)", "family_name", "Smith (Jones)"},
			map[Field]string{FieldGiven: "ROBERT", FieldGivenAlias: "BOB", FieldFamily: "SMITH", FieldFamilyAlias: "JONES"}},
		{"also known as", []string{"given_name", "Emma", "family_name", "Smith aka Jones"},
			map[Field]string{FieldFamily: "SMITH", FieldFamilyAlias: "JONES"}},
		{"initial behind the given name", []string{"given_name", "Mary J.", "family_name", "Smith"},
			map[Field]string{FieldGiven: "MARY", FieldMiddle: "J"}},
		{"initials alone stay", []string{"given_name", "F.O.", "family_name", "Oertel"},
			map[Field]string{FieldGiven: "F O", FieldMiddle: ""}},
		{"alias", []string{"given_name", "Lucentio", "family_name", "Ellis", "alias", "Knox"},
			map[Field]string{FieldGiven: "LUCENTIO", FieldGivenAlias: "KNOX", FieldFamilyAlias: ""}},
		{"two aliases, one a whole name", []string{"given_name", "Lucentio", "family_name", "Ellis", "alias", "Knox; Luke Hill"},
			map[Field]string{FieldGivenAlias: "KNOX+LUKE", FieldFamilyAlias: "HILL"}},
		{"a suffix typed as alias", []string{"given_name", "John", "family_name", "Ellis", "alias", "II"},
			map[Field]string{FieldSuffix: "II", FieldGivenAlias: ""}},
		{"maiden name", []string{"given_name", "Valerie", "family_name", "Mills", "maiden_name", "Silva"},
			map[Field]string{FieldFamily: "MILLS", FieldFamilyAlias: "SILVA"}},
		{"a king", []string{"given_name", "William", "family_name", "III"},
			map[Field]string{FieldGiven: "WILLIAM", FieldFamily: "", FieldSuffix: "III"}},
		{"equal initials are initials", []string{"given_name", "C.C.", "family_name", "Calvert"},
			map[Field]string{FieldGiven: "C C"}},
		{"all in quotes", []string{"given_name", "'Kyd'", "family_name", "Smith"},
			map[Field]string{FieldGiven: "KYD", FieldGivenAlias: ""}},
		{"family unknown", []string{"given_name", "Emma", "family_name", "LNU"},
			map[Field]string{FieldGiven: "EMMA", FieldFamily: ""}},
		{"no middle name", []string{"given_name", "Emma", "family_name", "Smith", "middle_name", "NMN"},
			map[Field]string{FieldMiddle: ""}},
		{"do not use", []string{"given_name", "Emma", "family_name", "ZZ Smith DO NOT USE"},
			map[Field]string{FieldFamily: "SMITH"}},
		{"an adult legally named Baby", []string{"given_name", "Baby", "family_name", "Ruth", "birth_date", "1980-04-05", "received", "2024-01-11"},
			map[Field]string{FieldGiven: "BABY", FieldPlaceholderClass: ""}},
		{"Chinese characters", []string{"given_name", "小明", "family_name", "王"},
			map[Field]string{FieldGiven: "小明", FieldFamily: "王"}},
	} {
		has(t, normalized(t, c.fields...), c.name, c.want)
	}
}

func TestNewborns(t *testing.T) {
	baby := []string{"family_name", "Smith", "birth_date", "2026-03-01", "received", "2026-03-02"}
	for _, c := range []struct {
		name   string
		fields []string
		want   map[Field]string
	}{
		{"generic", []string{"given_name", "BABYBOY"},
			map[Field]string{FieldGiven: "", FieldFamily: "SMITH", FieldSex: "M", FieldPlaceholderClass: "GENERIC"}},
		{"names the mother", []string{"given_name", "1JUDYSGIRL"},
			map[Field]string{FieldGiven: "", FieldSex: "F", FieldBirthOrder: "1", FieldMultipleBirth: "Y", FieldMotherGiven: "JUDY", FieldGuardianGiven: "JUDY"}},
		{"fused with the family", []string{"given_name", "BABYBOYSMITH"},
			map[Field]string{FieldGiven: "", FieldFamily: "SMITH", FieldSex: "M"}},
		{"in the family's field", []string{"given_name", "NB", "family_name", "SMITH BABY BOY"},
			map[Field]string{FieldGiven: "", FieldFamily: "SMITH", FieldSex: "M"}},
		{"Last, First in the given name", []string{"given_name", "Smith, Babyboy", "family_name", "UNKNOWN"},
			map[Field]string{FieldGiven: "", FieldFamily: "SMITH", FieldSex: "M"}},
		{"goes on in the middle name", []string{"given_name", "Baby", "middle_name", "Boy"},
			map[Field]string{FieldGiven: "", FieldMiddle: "", FieldSex: "M"}},
		{"the mother in the middle name", []string{"given_name", "BOY", "middle_name", "MARIE"},
			map[Field]string{FieldGiven: "", FieldMiddle: "", FieldSex: "M", FieldMotherGiven: "MARIE", FieldPlaceholderClass: "COMPOSED?"}},
		{"a real middle name beside another mother", []string{"given_name", "BOY", "middle_name", "MARIE", "mother_given", "Ana"},
			map[Field]string{FieldGiven: "", FieldMiddle: "MARIE", FieldMotherGiven: "ANA"}},
		{"in the full name", []string{"full_name", "Smith, Baby Boy"},
			map[Field]string{FieldGiven: "", FieldSex: "M", FieldFamily: "SMITH"}},
		{"no name at all", []string{"given_name", "FNU"},
			map[Field]string{FieldGiven: "", FieldPlaceholderClass: "UNNAMED"}},
		{"sex that was sent prevails", []string{"given_name", "BABYBOY", "sex", "F"},
			map[Field]string{FieldSex: "F"}},
		{"an alias that is a placeholder is none", []string{"given_name", "Liam", "alias", "BABYBOY"},
			map[Field]string{FieldGiven: "LIAM", FieldGivenAlias: ""}},
	} {
		has(t, normalized(t, append(append([]string{}, baby...), c.fields...)...), c.name, c.want)
	}
}

func TestMarkedAsTemporary(t *testing.T) {
	r := Record{Names: []Name{{Use: NameNewborn, Given: "Judy", Family: "Smith"}}}
	n, issues := Normalize(&r, US())
	assert.Empty(t, n.Given)
	assert.Equal(t, "SMITH", n.Family)
	assert.Equal(t, Probable, n.Placeholder.Confidence)
	assert.Contains(t, issues, Issue{FieldGiven, IssuePlaceholder})

	r.Names = append(r.Names, Name{Given: "Emma", Family: "Jones"})
	n, _ = Normalize(&r, US())
	assert.Equal(t, "EMMA", n.Given, "a legal name is current wherever it stands")
	assert.Equal(t, []string{"SMITH"}, n.FamilyAliases)
}

func TestMultipleBirths(t *testing.T) {
	for _, c := range []struct {
		name                    string
		multiple, count, order  string
		wantMultiple, wantOrder string
		issue                   IssueCode
	}{
		{"twin", "Y", "", "2", "Y", "2", ""},
		{"indicator and order exchanged", "2", "", "Y", "Y", "2", IssueSwapped},
		{"single by count", "", "1", "1", "N", "1", ""},
		{"twin by count", "N", "2", "", "Y", "", IssueConflict},
		{"second-born of one", "N", "", "2", "Y", "2", IssueConflict},
		{"third-born, nothing said", "", "", "3", "Y", "3", ""},
		{"first-born, nothing said", "", "", "1", "", "1", ""},
	} {
		r := record(t, "given_name", "Liam", "multiple_birth", c.multiple, "birth_count", c.count, "birth_order", c.order)
		n, issues := Normalize(r, US())
		has(t, n, c.name, map[Field]string{FieldMultipleBirth: c.wantMultiple, FieldBirthOrder: c.wantOrder})
		if c.issue == "" {
			assert.Empty(t, issues, c.name)
		} else {
			assert.Contains(t, issues, Issue{FieldMultipleBirth, c.issue}, c.name)
		}
	}
}

func TestBirthDates(t *testing.T) {
	for _, c := range []struct {
		name, birth, received string
		us, neutral           string
		issue                 IssueCode
	}{
		{"plain", "2018-04-05", "2024-01-11", "20180405", "20180405", ""},
		{"born today", "2026-03-02", "2026-03-02", "20260302", "20260302", ""},
		{"born tomorrow", "2026-03-03", "2026-03-02", "", "20260303", IssueFuture},
		{"born tomorrow, sent at eleven at night", "2026-03-03", "202603022310", "20260303", "20260303", ""},
		{"this year", "2026", "2026-03-02", "20260000", "20260000", ""},
		{"121 years old", "1903-01-01", "2024-01-11", "", "19030101", IssueTooOld},
		{"120 years old", "1904-01-11", "2024-01-11", "19040111", "19040111", ""},
		{"no day of receipt, nothing to judge by", "1843-05-15", "", "18430515", "18430515", ""},
		{"software's default", "1900-01-01", "2024-01-11", "", "19000101", IssueDefault},
		{"nines", "9999-12-31", "2024-01-11", "", "", IssueJunk},
		{"31 February", "2018-02-31", "2024-01-11", "20180231", "20180231", IssueImpossible},
		{"day and month exchanged", "1984-19-06", "2024-01-11", "19841906", "19841906", IssueImpossible},
		{"other layout", "04/05/2018", "2024-01-11", "", "", IssueUnreadable},
	} {
		r := record(t, "birth_date", c.birth, "received", c.received)
		n, issues := Normalize(r, US())
		has(t, n, "US: "+c.name, map[Field]string{FieldBirthDate: c.us})
		if c.issue == "" {
			assert.Empty(t, issues, c.name)
		} else {
			assert.Equal(t, []Issue{{FieldBirthDate, c.issue}}, issues, c.name)
		}
		n, _ = Normalize(r, Neutral())
		has(t, n, "Neutral: "+c.name, map[Field]string{FieldBirthDate: c.neutral})
	}
}

func TestFamilyAndIdentifiers(t *testing.T) {
	n := normalized(t,
		"mother_given", "Judy", "mother_maiden", "Jones", "mother_family", "Smith",
		"guardian_given", "Mark;Judy", "guardian_family", "Smith;Smith", "guardian_relationship", "FTH;MTH",
		"mrn", "000111;77", "mrn_authority", "HOSP;CLINIC", "student_id", "5550", "district", "Ann Arbor",
		"ssn", "219-55-6788", "medicaid_id", "134911736", "birth_certificate", "2026-004211",
		"doses", "20|2018-06-05|D1;08|2018-04-05|H1;08|2018-04-05|H1;998|2018-04-05|",
		"received", "2018-05-01")
	has(t, n, "family and identifiers", map[Field]string{
		FieldMotherGiven: "JUDY", FieldMotherMaiden: "JONES", FieldMotherFamily: "SMITH",
		FieldGuardianGiven: "JUDY+MARK", FieldGuardianFamily: "SMITH",
		FieldMRN: "CLINIC|77+HOSP|111", FieldStudentID: "ANN ARBOR|5550", FieldSSN: "219556788",
		FieldMedicaid: "134911736", FieldBirthCertificate: "2026004211",
		FieldDoseKey: "08|20180405|H1+20|20180605|D1", FieldActivity: "20180605",
	})
	n = normalized(t, "guardian_given", "Judy", "guardian_family", "Smith", "guardian_relationship", "MTH")
	has(t, n, "a guardian who is the mother", map[Field]string{FieldMotherGiven: "JUDY", FieldMotherFamily: "SMITH"})
	n = normalized(t, "mother_given", "unknown", "mrn", "20180405", "birth_date", "2018-04-05")
	has(t, n, "filled in", map[Field]string{FieldMotherGiven: "", FieldMRN: ""})
}

func TestSeveralAddresses(t *testing.T) {
	n := normalized(t, "address", "12 Oak St; PO Box 7", "city", "Lansing; ;", "postal_code", ";48901")
	has(t, n, "value i belongs to address i", map[Field]string{
		FieldStreetNumber: "12+7", FieldStreet: "OAK ST+PO BOX", FieldCity: "LANSING+", FieldPostalCode: "+48901", FieldUnit: "",
	})
	assert.False(t, n.Addresses[0].Institution)
	assert.True(t, n.Addresses[1].Institution)
	n = normalized(t, "street_number", "7", "street", "wallaby place", "address2", "delmar", "city", "cleveland")
	has(t, n, "number and estate apart", map[Field]string{FieldStreetNumber: "7", FieldStreet: "WALLABY PL", FieldUnit: "DELMAR"})
}

// TestWorkedPairs checks that every field of the worked cases is read, and that
// nothing of a legal name is lost.
func TestWorkedPairs(t *testing.T) {
	lines := bufio.NewScanner(testdata.Open(t, "newborn/worked_pairs.jsonl"))
	cases := 0
	for lines.Scan() {
		var pair struct {
			ID   string
			A, B map[string]string
		}
		require.NoError(t, json.Unmarshal(lines.Bytes(), &pair))
		for _, fields := range []map[string]string{pair.A, pair.B} {
			cases++
			var r Record
			for name, value := range fields {
				assert.True(t, r.SetField(name, value, ""), "%s: %s", pair.ID, name)
			}
			n, _ := Normalize(&r, US())
			for _, check := range []struct {
				column string
				field  Field
			}{
				{"mrn", FieldMRN}, {"student_id", FieldStudentID}, {"birth_certificate", FieldBirthCertificate},
				{"mother_given", FieldMotherGiven}, {"mother_maiden", FieldMotherMaiden}, {"sex", FieldSex},
				{"address", FieldStreet}, {"doses", FieldDoseKey}, {"family_name", FieldFamily},
			} {
				if fields[check.column] != "" {
					assert.NotEmpty(t, n.Value(check.field), "%s: %s", pair.ID, check.column)
				}
			}
			if n.Placeholder.Class == NotPlaceholder && fields["given_name"] != "" {
				assert.NotEmpty(t, n.Given, pair.ID)
			} else {
				assert.Empty(t, n.Given, pair.ID)
			}
		}
	}
	require.NoError(t, lines.Err())
	assert.Equal(t, 136, cases)
}

// drawRecord draws a record of words that occur, and of noise.
func drawRecord(t *rapid.T) Record {
	words := rapid.OneOf(rapid.SampledFrom([]string{
		"BABYBOY", "Judy", "Smith", "de la Cruz", "1JUDYSGIRL", "Smith, John", "UNKNOWN", "JR", "O'Brien", "Ana (Annie)", "2026-03-01",
		"12 N Oak St Apt 2", "PO BOX 7", "6162340100", "78677-6454", "48469-1234", "Y", "2", "N", "F", "M", "08|2026-03-01|X1", "x@y.org", "A;B;C",
	}), rapid.String())
	var r Record
	for _, name := range StandardNames() {
		if rapid.Bool().Draw(t, "has "+name) {
			r.SetField(name, words.Draw(t, name), "")
		}
	}
	return r
}

// TestIdentityIsNoEvidence: what names a record does not change what it says.
func TestIdentityIsNoEvidence(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRecord(t)
		other := r.Clone()
		other.ID, other.Source = rapid.String().Draw(t, "id"), rapid.String().Draw(t, "source")
		other.Line = rapid.Int64().Draw(t, "line")
		other.Attributes = []Attribute{{rapid.String().Draw(t, "attribute"), rapid.String().Draw(t, "value")}}
		for _, p := range []Profile{US(), Neutral()} {
			a, issuesA := Normalize(&r, p)
			b, issuesB := Normalize(&other, p)
			assert.Equal(t, a.AppendDigest(nil), b.AppendDigest(nil))
			assert.Equal(t, issuesA, issuesB)
		}
	})
}

// TestDigestTellsApart: a digest differs when any value does.
func TestDigestTellsApart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawRecord(t), drawRecord(t)
		na, _ := Normalize(&a, US())
		nb, _ := Normalize(&b, US())
		same := assert.ObjectsAreEqual(bare(na), bare(nb))
		assert.Equal(t, same, string(na.AppendDigest(nil)) == string(nb.AppendDigest(nil)))
	})
}

// bare makes empty lists nil, so that equal records are equal values.
func bare(n Normalized) Normalized {
	for _, list := range []*[]string{
		&n.GivenAliases, &n.FamilyAliases, &n.GuardianGiven, &n.GuardianFamily, &n.Phones, &n.Emails, &n.MRN, &n.StudentID, &n.Doses,
	} {
		if len(*list) == 0 {
			*list = nil
		}
	}
	if len(n.Addresses) == 0 {
		n.Addresses = nil
	}
	return n
}

func TestApplyAllocatesNothing(t *testing.T) {
	r := record(t, "given_name", "Emma", "middle_name", "J", "family_name", "Smith", "birth_date", "2018-04-05", "sex", "F",
		"postal_code", "48469", "city", "Port Sanilac", "phone", "6162340100", "received", "2024-01-11")
	for _, p := range []Profile{US(), Neutral()} {
		z := NewNormalizer(p)
		var n Normalized
		z.Apply(&n, r)
		assert.Zero(t, testing.AllocsPerRun(100, func() { z.Apply(&n, r) }), p.Name)
	}
}
