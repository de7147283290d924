package merge

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/idem-health/idem/match/patient"
)

// record makes a record from standard fields, name and value in turn.
func record(source, id string, fields ...string) patient.Record {
	r := patient.Record{Source: source, ID: id}
	for i := 0; i < len(fields); i += 2 {
		if !r.SetField(fields[i], fields[i+1], "") {
			panic("no field " + fields[i])
		}
	}
	return r
}

// show writes the values of some fields, one a line: field=value from source/id
// by rule agree/differ.
func show(g GoldenRecord, fields ...string) string {
	var b strings.Builder
	for _, v := range g.Values {
		if len(fields) == 0 || slices.Contains(fields, v.Field) {
			fmt.Fprintf(&b, "%s=%s from %s/%s by %s %d/%d\n", v.Field, v.Value, v.Source, v.ID, v.Rule, v.Agree, v.Differ)
		}
	}
	return b.String()
}

func TestGoldenCases(t *testing.T) {
	for _, c := range []struct {
		name    string
		members []patient.Record
		rules   Survivorship
		fields  []string
		want    string
	}{
		{name: "a hospital's placeholder never overwrites the legal name, though newer and twice",
			members: []patient.Record{
				record("clinic", "9", "given_name", "Oliver", "family_name", "Smith", "received", "2026-03-20"),
				record("hospital", "1", "given_name", "BabyBoySmith", "family_name", "Smith", "received", "2026-04-01"),
				record("hospital", "2", "given_name", "BABY BOY", "family_name", "Smith", "received", "2026-05-01"),
			},
			rules: Survivorship{Trust: map[string]int{"hospital": 9}},
			want: "given_name=Oliver from clinic/9 by legal_over_placeholder 1/0\n" +
				"family_name=Smith from clinic/9 by legal_over_placeholder 3/0\n" +
				"alias=BabyBoySmith from hospital/1 by union 1/1\n" +
				"alias=BABY BOY from hospital/2 by union 1/1\n"},
		{name: "a name is one value: no given name beside another record's family name",
			members: []patient.Record{
				record("a", "1", "given_name", "Ana", "family_name", "Ruiz"),
				record("b", "2", "given_name", "Anna", "family_name", "Ruiz-Lopez", "middle_name", "Sofia"),
			},
			rules:  Survivorship{Trust: map[string]int{"b": 1}},
			fields: []string{"given_name", "middle_name", "family_name", "alias"},
			want: "given_name=Anna from b/2 by trust 1/1\nmiddle_name=Sofia from b/2 by trust 1/0\n" +
				"family_name=Ruiz-Lopez from b/2 by trust 1/1\nalias=Ana Ruiz from a/1 by union 1/0\n"},
		{name: "an empty middle name is filled from the same given name only",
			members: []patient.Record{
				record("a", "1", "given_name", "Ana", "family_name", "Ruiz"),
				record("b", "2", "given_name", "ANA", "family_name", "Ruiz Lopez", "middle_name", "Sofia"),
				record("c", "3", "given_name", "Eva", "family_name", "Ruiz", "middle_name", "Maria"),
			},
			rules:  Survivorship{Trust: map[string]int{"a": 1}},
			fields: []string{"given_name", "middle_name"},
			want:   "given_name=Ana from a/1 by trust 2/1\nmiddle_name=Sofia from b/2 by filled 1/0\n"},
		{name: "an initial is no name where a name is known",
			members: []patient.Record{
				record("a", "1", "given_name", "J", "family_name", "Lee"),
				record("a", "2", "given_name", "J", "family_name", "Lee"),
				record("a", "3", "given_name", "John", "family_name", "Lee"),
			},
			fields: []string{"given_name"},
			want:   "given_name=John from a/3 by legal_over_placeholder 1/2\n"},
		{name: "vital records know the birth date, the majority otherwise",
			members: []patient.Record{
				record("a", "1", "birth_date", "2020-03-14"), record("a", "2", "birth_date", "2020-03-14"),
				record("v", "3", "birth_date", "2020-03-15", "birth_certificate", "B-77120"),
			},
			fields: []string{"birth_date"},
			want:   "birth_date=2020-03-15 from v/3 by verified 1/2\n"},
		{name: "a partial date agrees with the full one, which is more complete",
			members: []patient.Record{
				record("a", "1", "birth_date", "2020-03"), record("a", "2", "birth_date", "2020-03"),
				record("b", "3", "birth_date", "2020-03-14"), record("c", "4", "birth_date", "2019-03-14"),
			},
			fields: []string{"birth_date"},
			want:   "birth_date=2020-03-14 from b/3 by completeness 3/1\n"},
		{name: "the latest address, whole, and no hospital's",
			members: []patient.Record{
				record("a", "1", "received", "2020-01-01", "address", "12 N Oak St", "city", "Salem", "postal_code", "97301"),
				record("a", "2", "received", "2022-01-01", "address", "9 Elm Ave", "city", "Eugene"),
				record("a", "3", "received", "2023-01-01", "address", "PO Box 12", "city", "Bend"),
			},
			fields: []string{"address", "city", "postal_code"},
			want: "address=9 Elm Ave from a/2 by recency 1/2\n" +
				"city=Eugene from a/2 by recency 1/2\n"},
		{name: "phones and record numbers are kept, each once, the latest first",
			members: []patient.Record{
				record("a", "1", "received", "2020-01-01", "phone", "(503) 271-4000;503-271-4001", "mrn", "00123", "mrn_authority", "GHS"),
				record("b", "2", "received", "2022-01-01", "phone", "503.271.4001", "mrn", "123", "mrn_authority", "ghs"),
				record("b", "3", "mrn", "77"),
			},
			fields: []string{"phone", "mrn", "mrn_authority"},
			want: "phone=503.271.4001 from b/2 by union 2/0\nphone=(503) 271-4000 from a/1 by union 1/1\n" +
				"mrn=123 from b/2 by union 2/1\nmrn=77 from b/3 by union 1/2\n" +
				"mrn_authority=ghs from b/2 by union 2/1\nmrn_authority= from b/3 by union 1/2\n"},
		{name: "exact duplicates of a dose are one, the administration before the history; another lot is another dose",
			members: []patient.Record{
				record("a", "1", "doses", "8|2020-03-14|AB 12|||Y;08|2020-05-14|C3"),
				record("b", "2", "doses", "08|20200314|ab12|MSD|"),
			},
			fields: []string{"doses"},
			want: "doses=08|2020-03-14|ab12|MSD from b/2 by union 2/0\n" +
				"doses=08|2020-05-14|C3 from a/1 by union 1/1\n"},
		{name: "junk does not survive",
			members: []patient.Record{
				record("a", "1", "ssn", "999999999", "sex", "U", "given_name", "UNKNOWN", "family_name", "Lee"),
				record("b", "2", "ssn", "219-09-1234", "sex", "F"),
			},
			want: "family_name=Lee from a/1 by sole 1/0\nsex=F from b/2 by sole 1/0\nssn=219-09-1234 from b/2 by sole 1/0\n"},
		{name: "a decoded sex is evidence, not a value",
			members: []patient.Record{record("a", "1", "given_name", "BABY BOY", "family_name", "Lee", "sex", "U")},
			fields:  []string{"given_name", "sex"},
			want:    "given_name=BABY BOY from a/1 by sole 1/0\n"},
		{name: "exchanged multiple birth fields are put right",
			members: []patient.Record{record("a", "1", "multiple_birth", "2", "birth_order", "Y")},
			want:    "multiple_birth=Y from a/1 by sole 1/0\nbirth_order=2 from a/1 by sole 1/0\n"},
		{name: "one protected record protects the person",
			members: []patient.Record{record("a", "1"), record("a", "2", "protected", "Y")},
			want:    "protected=Y from a/2 by restricted 1/1\n"},
		{name: "guardians stay beside their family names",
			members: []patient.Record{
				record("a", "1", "guardian_given", "Judy;Tom", "guardian_family", "Smith;Jones"),
				record("a", "2", "guardian_given", "JUDY", "guardian_family", "SMITH", "received", "2021-01-01"),
			},
			want: "guardian_given=JUDY from a/2 by union 2/0\nguardian_given=Tom from a/1 by union 1/1\n" +
				"guardian_family=SMITH from a/2 by union 2/0\nguardian_family=Jones from a/1 by union 1/1\n"},
		{name: "agreement in another spelling is unanimous",
			members: []patient.Record{
				record("a", "1", "city", "SALEM", "received", "2020-01-01"), record("b", "2", "city", "Salem", "received", "2021-01-01"),
			},
			want: "city=Salem from b/2 by unanimous 2/0\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := show(Golden(c.members, patient.US(), c.rules), c.fields...)
			assert.Equal(t, c.want, got)
			slices.Reverse(c.members)
			assert.Equal(t, got, show(Golden(c.members, patient.US(), c.rules), c.fields...), "reversed")
		})
	}
}

func TestDroppedAreListed(t *testing.T) {
	g := Golden([]patient.Record{record("a", "1", "ssn", "999999999", "phone", "5555555555;503-271-4000", "sex", "U", "given_name", "UNKNOWN")},
		patient.US(), Survivorship{})
	assert.Equal(t, []Dropped{{"given_name", "a", "1"}, {"sex", "a", "1"}, {"phone", "a", "1"}, {"ssn", "a", "1"}}, g.Dropped)
	phone, ok := g.Get("phone")
	assert.True(t, ok)
	assert.Equal(t, "503-271-4000", phone.Value)
	_, ok = g.Get("ssn")
	assert.False(t, ok)
	assert.Len(t, g.All("phone"), 1)
	assert.Nil(t, g.All("ssn"))
}

func TestGoldenOfNobody(t *testing.T) {
	assert.Equal(t, GoldenRecord{}, Golden(nil, patient.US(), Survivorship{}))
	assert.Equal(t, GoldenRecord{Members: 2, Values: []Value{}}, Golden(make([]patient.Record, 2), patient.US(), Survivorship{}))
}

// drawRecord draws a record with few enough values that members often agree.
func drawRecord(t *rapid.T, id int) patient.Record {
	pick := func(name string, values ...string) string {
		return rapid.SampledFrom(append(values, "", "")).Draw(t, name)
	}
	r := patient.Record{
		Source:   rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "source"),
		ID:       fmt.Sprint(id),
		Received: patient.ParseDate(pick("received", "2024-01-01", "2025-06-30", "2025"), ""),
	}
	for _, f := range [][]string{
		{"given_name", "Oliver", "OLIVER", "O", "BABYBOY", "BabyBoySmith", "Olivér", "UNKNOWN", "Liv"},
		{"middle_name", "James", "J", "Lee"}, {"family_name", "Smith", "SMITH", "Smith-Jones", "UNKNOWN"}, {"suffix", "Jr", "II"},
		{"alias", "Ollie", "Ollie Smith;Bob", "BB"}, {"maiden_name", "Jones"},
		{"birth_date", "2024-01-01", "2024-01", "2024", "2023-12-31", "nonsense"}, {"birth_time", "0610", "06:10"},
		{"sex", "M", "male", "F", "U"}, {"multiple_birth", "Y", "N", "2"}, {"birth_order", "1", "2", "Y"},
		{"mother_given", "Judy", "JUDY"}, {"mother_family", "Smith"}, {"mother_maiden", "Jones", "JONES"},
		{"guardian_given", "Judy", "Judy;Tom"}, {"guardian_family", "Smith", "Smith;Jones"},
		{"address", "12 N Oak St", "12 North Oak Street", "PO Box 5"}, {"city", "Salem"}, {"postal_code", "97301", "97301-1234", "00000"},
		{"phone", "503-271-4000", "5032714000;503-271-4001", "000"}, {"email", "a@b.org", "A@B.org", "x"},
		{"ssn", "219-09-1234", "219091234", "999999999"}, {"medicaid_id", "AB1", "ab 1"},
		{"mrn", "12", "0012", "12;13"}, {"mrn_authority", "GHS", "ghs"}, {"birth_certificate", "C1"}, {"student_id", "7"},
		{"district", "D1"}, {"school", "Lincoln"}, {"grade", "1", "2"}, {"death_date", "2025-01-01"}, {"protected", "Y"},
		{"doses", "08|2024-01-01|A1", "8|20240101|a 1|MSD", "08|2024-01-01||||Y;110|2024-03-01", "998|2024-01-01", "|bad|"},
	} {
		r.SetField(f[0], pick(f[0], f[1:]...), "")
	}
	if rapid.IntRange(0, 4).Draw(t, "newborn") == 0 {
		r.Names = append(r.Names, patient.Name{Use: patient.NameNewborn, Given: "BABYBOY", Family: "Smith"})
	}
	return r
}

func drawMembers(t *rapid.T) []patient.Record {
	members := make([]patient.Record, rapid.SampledFrom([]int{1, 2, 3, 4, 6, 12}).Draw(t, "members"))
	for i := range members {
		members[i] = drawRecord(t, i)
	}
	return members
}

var drawRules = rapid.Custom(func(t *rapid.T) Survivorship {
	s := DefaultSurvivorship()
	s.Trust = map[string]int{"a": rapid.IntRange(0, 2).Draw(t, "trust")}
	if rapid.Bool().Draw(t, "odd") {
		s.Default = rapid.Permutation(ruleNames[:6]).Draw(t, "rules")
		s.Fields = nil
	}
	return s
})

// Laws 3 and 4: the golden record is a function of the set of members, and none
// of them is altered.
func TestGoldenIsAFunctionOfTheSet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		members := drawMembers(t)
		before := make([]patient.Record, len(members))
		for i := range members {
			before[i] = members[i].Clone()
		}
		rules := drawRules.Draw(t, "rules")
		c, err := rules.Compile(patient.US())
		require.NoError(t, err)
		g := c.Golden(members)
		require.Equal(t, before, members)
		require.Equal(t, g, c.Golden(rapid.Permutation(members).Draw(t, "order")))
		require.Equal(t, g, Golden(members, patient.US(), rules))
	})
}

// Record ids and sources without trust are no evidence: renamed, they give the
// same values by the same rules.
func TestGoldenKnowsNoIDs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		members := drawMembers(t)
		g := Golden(members, patient.US(), Survivorship{})
		renamed := slices.Clone(members)
		for i := range renamed {
			renamed[i].ID = fmt.Sprint(100 - i)
			renamed[i].Source = "z"
		}
		again := Golden(renamed, patient.US(), Survivorship{})
		require.Len(t, again.Values, len(g.Values))
		for i, v := range again.Values {
			v.Source, v.ID = g.Values[i].Source, g.Values[i].ID
			require.Equal(t, g.Values[i], v)
		}
	})
}

func TestGoldenInvariants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		members := drawMembers(t)
		rules := drawRules.Draw(t, "rules")
		g := Golden(members, patient.US(), rules)
		legal := false
		for i := range members {
			n, _ := patient.Normalize(&members[i], patient.US())
			legal = legal || len(n.Given) > 1
		}
		last := -1
		for _, v := range g.Values {
			place, ok := order[v.Field]
			require.True(t, ok, v.Field)
			require.LessOrEqual(t, last, place)
			last = place
			require.Positive(t, v.Agree)
			require.LessOrEqual(t, v.Agree+v.Differ, len(members))
			from := slices.IndexFunc(members, func(r patient.Record) bool { return r.Source == v.Source && r.ID == v.ID })
			require.GreaterOrEqual(t, from, 0)
			if len(members) == 1 {
				require.Contains(t, []Rule{Sole, Union, Restricted}, v.Rule)
			}
			if v.Field == "given_name" && legal && rules.Fields != nil {
				n, _ := patient.Normalize(&members[from], patient.US())
				require.NotEmpty(t, n.Given, "a placeholder survived a legal name")
			}
			if slices.Contains([]string{"given_name", "family_name", "sex", "city", "phone"}, v.Field) {
				content := string(members[from].AppendContent(nil))
				require.Contains(t, content, v.Value, "a value is as received")
			}
		}
		if family, given := g.All("guardian_family"), g.All("guardian_given"); len(family) > 0 && len(given) > 0 {
			require.Len(t, family, len(given))
		}
		if mrn, authority := g.All("mrn"), g.All("mrn_authority"); len(authority) > 0 {
			require.Len(t, authority, len(mrn))
		}
	})
}

func TestSurvivorshipJSON(t *testing.T) {
	data, err := json.Marshal(DefaultSurvivorship())
	require.NoError(t, err)
	read, err := ParseSurvivorship(data)
	require.NoError(t, err)
	assert.Equal(t, DefaultSurvivorship(), read)

	for name, c := range map[string][2]string{
		"not JSON":             {`{`, "unexpected EOF"},
		"unknown key":          {`{"rule": []}`, `unknown field "rule"`},
		"unknown rule":         {`{"default": ["newest"]}`, `default: no rule "newest"`},
		"unknown field":        {`{"fields": [{"field": "nose", "rules": ["trust"]}]}`, `no field "nose"`},
		"field twice":          {`{"fields": [{"field": "sex", "rules": ["trust"]}, {"field": "sex", "rules": ["trust"]}]}`, `field "sex" twice`},
		"rule twice":           {`{"default": ["trust", "trust"]}`, `default: rule "trust" twice`},
		"no rules":             {`{"fields": [{"field": "sex", "rules": []}]}`, "sex: no rules"},
		"digest before a rule": {`{"default": ["digest", "trust"]}`, "digest always decides"},
		"two values":           {`{} {}`, "more than one JSON value"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParseSurvivorship([]byte(c[0]))
			require.ErrorIs(t, err, ErrSurvivorship)
			assert.ErrorContains(t, err, c[1])
		})
	}
	_, err = Survivorship{Default: []Rule{"newest"}, Fields: []FieldRules{{"nose", []Rule{Trust}}}}.Compile(patient.US())
	assert.ErrorContains(t, err, "newest")
	assert.ErrorContains(t, err, "nose", "all faults at once")
}

func TestUnitsAreFields(t *testing.T) {
	groups := []string{"name", "mother", "guardian"}
	for _, name := range SurvivorshipFields() {
		assert.True(t, slices.Contains(groups, name) || patient.IsStandardName(name), name)
	}
}

func BenchmarkGolden(b *testing.B) {
	members := []patient.Record{
		record("clinic", "9", "received", "2026-03-20", "given_name", "Oliver", "family_name", "Smith", "birth_date", "2026-03-14", "sex", "M",
			"address", "12 N Oak St", "city", "Salem", "postal_code", "97301", "phone", "503-271-4000"),
		record("hospital", "1", "given_name", "BabyBoySmith", "family_name", "Smith", "birth_date", "2026-03-14", "sex", "M",
			"address", "12 North Oak Street", "city", "Salem", "postal_code", "97301", "phone", "5032714000", "mrn", "12", "mrn_authority", "GHS"),
	}
	c, err := Survivorship{}.Compile(patient.US())
	require.NoError(b, err)
	b.Run("members=2", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			c.Golden(members)
		}
	})
	b.Run("members=1", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			c.Golden(members[:1])
		}
	})
	b.Run("members=2,uncompiled", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			Golden(members, patient.US(), Survivorship{})
		}
	})
	many := make([]patient.Record, 2000)
	for i := range many {
		many[i] = members[i%2]
		many[i].ID = fmt.Sprint(i)
	}
	b.Run("members=2000", func(b *testing.B) {
		for b.Loop() {
			c.Golden(many)
		}
	})
}
