package scoring

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/internal/table"
	"github.com/idem-health/idem/match/patient"
)

// everyComparison is every comparison there is, under one table.
func everyComparison() []Comparison {
	cs := IISComparisons()
	for _, g := range GenericComparisons() {
		known := false
		for _, c := range cs {
			known = known || c.Name == g.Name
		}
		if !known {
			cs = append(cs, g)
		}
	}
	return cs
}

// fastAndPlain compares all pairs of records both ways.
func fastAndPlain(t testing.TB, records []patient.Record, met map[string]bool) {
	cs := everyComparison()
	var spec table.Spec
	for _, c := range cs {
		spec.Text = append(spec.Text, c.Fields()...)
	}
	b := table.NewBuilder(spec)
	normalized := make([]patient.Normalized, len(records))
	for i := range records {
		normalized[i], _ = patient.Normalize(&records[i], patient.US())
		b.Add(&normalized[i])
	}
	tab := b.Freeze(nil, 0, nil)
	has := func(f patient.Field) bool { return tab.Column(f) != nil }
	var present []Comparison
	for _, c := range cs {
		if c.Present(has) {
			present = append(present, c)
		}
	}
	// All together have more than 2^64 patterns, so a few at a time; names and
	// twins, which depend on each other, stay together.
	for len(present) > 0 {
		n := min(8, len(present))
		compareBothWays(t, present[:n], tab, normalized, met)
		present = present[n:]
	}
}

func compareBothWays(t testing.TB, cs []Comparison, tab *table.Table, normalized []patient.Normalized, met map[string]bool) {
	fast, err := NewComparer(cs, tab)
	require.NoError(t, err)
	for i := range tab.Len() {
		for j := range tab.Len() {
			a, b := &normalized[tab.Origin(i)], &normalized[tab.Origin(j)]
			want := Reference(cs, a, b)
			got := fast.Space().AppendLevels(nil, fast.Pattern(uint32(i), uint32(j)))
			for c := range cs {
				met[cs[c].Name+" "+cs[c].Levels()[want[c]]] = true
				if got[c] != want[c] {
					t.Fatalf("%s of\n%+v\n%+v\nfast %s, plain %s", cs[c].Name, a, b, cs[c].Levels()[got[c]], cs[c].Levels()[want[c]])
				}
			}
		}
	}
}

var fastPools = map[string][]string{
	"given_name":      {"", "MARIA", "MARIA JOSE", "JOSE", "MARY", "BILL", "WILLIAM", "WILL", "LIAM", "LEAM", "NGUYEN", "VAN ANH", "VANANH", "J", "JO", "BABYBOY", "JUDYSGIRL", "UNKNOWN", "ÉMILE", "ANNABELLELOUISEMARGUERITEALEXANDRA", "ANNABELLE", "王", "ANNE-MARIE", "MARTIN", "MARTINE", "MARIA DEL CARMEN", "JOSE LUIS", "ROBERTSSON", "ROBERTO", "PEPE LUIS", "MOHAMED", "MAXAMUUD", "FATOU", "FATIMAH", "ABDUL RAHMAN", "ABDIRAHMAN", "ABDURRAHMAN", "ABU BAKR", "BOUBACAR"},
	"middle_name":     {"", "", "JOSE", "J", "ANH", "VAN", "MARIE", "ROBERT"},
	"family_name":     {"", "SMITH", "SMYTHE", "GARCIA LOPEZ", "LOPEZ GARCIA", "GARCIA-LOPEZ", "LOPEZ", "GARCIA", "O'BRIEN", "OBRIEN", "NGUYEN", "VAN ANH", "DE LA CRUZ", "DELACRUZ", "MARTIN", "MARTINS", "Smith Jr", "JONES", "SMITHSON", "JOHNSTONE", "JONSTON", "JOHANSSEN", "HSU", "XU", "ZHOU", "CHOU", "ALMASRI", "MASRI", "EL MASRI", "NOVAK", "NOVAKOVA", "KAZLAUSKAS", "KAZLAUSKIENE", "ABDIRAHMAN"},
	"alias":           {"", "", "", "JONES, BILL", "BILLY"},
	"birth_date":      {"", "2018-04-05", "2018-05-04", "2018-04-06", "2018-04-15", "2017-04-05", "2018-04-25", "2018-11-05", "1988-04-05", "2018-04", "2018", "1950-12-31", "2001-11-11"},
	"birth_time":      {"", "0930", "0935", "1800"},
	"sex":             {"", "F", "M", "X"},
	"multiple_birth":  {"", "", "Y", "N", "2"},
	"birth_order":     {"", "", "1", "2"},
	"mother_given":    {"", "JUDY", "CAROL", "JUDITH"},
	"mother_maiden":   {"", "JONES", "LOPEZ", "JONNES"},
	"guardian_given":  {"", "JUDY", "PAUL;JUDY"},
	"guardian_family": {"", "SMITH", "GARCIA"},
	"address": {"", "12 Oak St", "12 Oak Street Apt 2", "14 Oak St", "SHELTER 1 Main St", "12 N Oak St", "PO BOX 12", "1100 Oakland Ave", "77 Maple Rd Apt 3",
		"SHELTER 1 Main St;PO BOX 12", "12 Oak St;SHELTER 1 Main St", "14 Oak St;12 Oak St", "PO BOX 3;PO BOX 12"},
	"city":              {"", "LANSING;DETROIT", "LANSING", "LANSNG", "LANGSTON", "DETROIT"},
	"state":             {"", "MI", "OH"},
	"postal_code":       {"", "48911;48912", "48911", "48912", "48991", "11111", "489112233", "SW1A 1AA", "SW1A 2AB", "NR11 6PT"},
	"phone":             {"", "6162340100", "5172340100", "6162340101", "6162340100;5175551234", "3132769988"},
	"email":             {"", "a.b@example.org", "ab@example.org", "zz@example.com", "q@u.net"},
	"ssn":               {"", "219556788", "219556789", "291556788", "401223344"},
	"medicaid_id":       {"", "134911736", "134911763", "AB12"},
	"mrn":               {"", "111", "112", "7;111"},
	"mrn_authority":     {"", "HOSP", "CLINIC"},
	"student_id":        {"", "5550", "5551"},
	"birth_certificate": {"", "", "2026-5", "2026-6"},
	"birth_facility":    {"", "GENERAL", "MERCY"},
	"birth_place":       {"", "LONDON", "LONDEN", "LONGDEAN", "PARIS"},
	"occupation":        {"", "POET", "POETS", "POTTER", "PAINTER"},
	"suffix":            {"", "JR", "II", "SR"},
	"death_date":        {"", "2020-01-01", "2020-02-02"},
	"received":          {"", "2021-01-01", "2019-05-05"},
	"doses":             {"", "08|2018-04-05|H1;20|2018-06-05|D1", "08|2018-04-05|H1", "08|2018-04-05|H1;20|2018-06-05|D1;10|2018-06-05|P1;133|2018-06-05|C1;03|2019-04-08|M1", "08|2018-04-05|H1;20|2018-06-05|D1;10|2018-06-05|P1;133|2018-06-05|C1", "20|2018-07-05|X1;20|2018-09-05|X2;20|2018-08-05|X3"},
}

func randomRecords(rng *rand.Rand, n int) []patient.Record { return recordsOf(fastPools, rng, n) }

func recordsOf(pools map[string][]string, rng *rand.Rand, n int) []patient.Record {
	records := make([]patient.Record, n)
	for i := range records {
		for _, name := range patient.StandardNames() {
			if pool := pools[name]; len(pool) > 0 {
				records[i].SetField(name, pool[rng.IntN(len(pool))], "")
			}
		}
	}
	return records
}

// Law 10: the compiled comparisons are the plain ones. The records are such
// that nearly every level is met.
func TestFastIsPlain(t *testing.T) {
	met := map[string]bool{}
	for seed := range uint64(6) {
		fastAndPlain(t, randomRecords(rand.New(rand.NewPCG(seed, 1)), 120), met)
	}
	levels, missed := 0, []string{}
	for _, c := range everyComparison() {
		for _, l := range c.Levels() {
			levels++
			if !met[c.Name+" "+l] && c.Kind != KindCandidates {
				missed = append(missed, c.Name+" "+l)
			}
		}
	}
	require.LessOrEqual(t, len(missed), levels/10, "levels never met: %v", missed)
	t.Logf("%d levels, never met: %v", levels, missed)
}

func FuzzFastIsPlain(f *testing.F) {
	f.Add("MARIA JOSE", "GARCIA LOPEZ", "2018-04-05", "6162340100", "12 Oak St", "JOSE MARIA", "LOPEZ", "2018-05-04", "5172340100", "12 Oak")
	f.Add("HSIAO", "XU", "2018", "1", "", "XIAO", "HSU", "201804", "", "")
	f.Add("SUKARNO", "", "2018", "1", "", "", "SUKARNO", "201804", "", "")
	f.Add("ABDULRAHMAN", "NOVAK", "2018", "1", "", "ABDIRAHMAN", "NOVAKOVA", "201804", "", "")
	f.Add("NGUYEN", "VAN ANH", "2018", "1", "", "VAN ANH", "NGUYEN", "201804", "", "PO BOX 1")
	f.Add("", "", "", "", "1", "", "", "", "", "0カ")
	f.Fuzz(func(t *testing.T, given1, family1, birth1, number1, address1, given2, family2, birth2, number2, address2 string) {
		records := make([]patient.Record, 2)
		for i, v := range [][]string{{given1, family1, birth1, number1, address1}, {given2, family2, birth2, number2, address2}} {
			r := &records[i]
			r.SetField("given_name", v[0], "")
			r.SetField("family_name", v[1], "")
			r.SetField("birth_date", v[2], "")
			r.SetField("address", v[4], "")
			r.SetField("city", v[1], "")
			for _, name := range []string{"phone", "ssn", "postal_code", "mrn", "medicaid_id"} {
				r.SetField(name, strings.ReplaceAll(v[3], ";", ""), "")
			}
		}
		fastAndPlain(t, records, map[string]bool{})
	})
}

func BenchmarkPatternPair(b *testing.B) {
	records := randomRecords(rand.New(rand.NewPCG(3, 3)), 2000)
	cs := GenericComparisons()
	var spec table.Spec
	for _, c := range cs {
		spec.Text = append(spec.Text, c.Fields()...)
	}
	builder := table.NewBuilder(spec)
	normalized := make([]patient.Normalized, len(records))
	for i := range records {
		normalized[i], _ = patient.Normalize(&records[i], patient.US())
		builder.Add(&normalized[i])
	}
	tab := builder.Freeze(nil, 0, nil)
	fast, err := NewComparer(cs, tab)
	require.NoError(b, err)
	b.Run("fast", func(b *testing.B) {
		for k := uint32(0); b.Loop(); k++ {
			fast.Pattern(k*7919%2000, k*104729%2000)
		}
	})
	b.Run("plain", func(b *testing.B) {
		for k := 0; b.Loop(); k++ {
			Reference(cs, &normalized[k*7919%2000], &normalized[k*104729%2000])
		}
	})
}
