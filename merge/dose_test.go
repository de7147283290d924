package merge

import (
	"encoding/csv"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/idem-health/idem/internal/testdata"
	"github.com/idem-health/idem/match/patient"
)

// dosesOf writes the history of some records, given as source and doses: each
// dose, then its filled parts, its other reports and its doubts.
func dosesOf(rules Survivorship, reports ...string) string {
	var members []patient.Record
	for i := 0; i < len(reports); i += 2 {
		members = append(members, record(reports[i], fmt.Sprint(i/2), "doses", reports[i+1]))
	}
	var b strings.Builder
	for _, d := range Golden(members, patient.US(), rules).Doses {
		fmt.Fprintf(&b, "%s from %s", d.Dose, d.Source)
		for _, f := range d.Filled {
			fmt.Fprintf(&b, " +%s from %s", f.Part, f.Source)
		}
		for _, o := range d.Others {
			fmt.Fprintf(&b, "\n  %s from %s: %s", o.Dose, o.Source, o.Rule)
		}
		for _, r := range d.Review {
			fmt.Fprintf(&b, "\n  review: %s with %d", r.Rule, r.With)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestDoseHistories(t *testing.T) {
	for _, c := range []struct {
		name    string
		reports []string
		want    string
	}{
		{"a birth dose reported by hospital and school is one; who gave it knows the lot",
			[]string{"hospital", "08|2026-03-01|X12|MSD", "school", "45|2026-03-01||||Y"},
			"08|2026-03-01|X12|MSD from hospital\n  45|2026-03-01||||Y from school: same_day\n"},
		{"Pediarix given, its components in a school's history",
			[]string{"clinic", "110|2026-05-01|P1|SKB", "school", "20|2026-05-01||||Y;08|2026-05-01||||Y;10|2026-05-01||||Y"},
			"110|2026-05-01|P1|SKB from clinic\n  08|2026-05-01||||Y from school: components\n" +
				"  10|2026-05-01||||Y from school: components\n  20|2026-05-01||||Y from school: components\n"},
		{"three shots given, a history that took them for Pediarix",
			[]string{"clinic", "20|2026-05-01|D1;08|2026-05-01|H1;10|2026-05-01|I1", "plan", "110|2026-05-01||||Y"},
			"08|2026-05-01|H1 from clinic\n  110|2026-05-01||||Y from plan: components\n" +
				"10|2026-05-01|I1 from clinic\n  110|2026-05-01||||Y from plan: components\n" +
				"20|2026-05-01|D1 from clinic\n  110|2026-05-01||||Y from plan: components\n"},
		{"a combination covered in part loses no component",
			[]string{"clinic", "20|2026-05-01|D1", "plan", "110|2026-05-01||||Y"},
			"110|2026-05-01||||Y from plan\n  review: overlap with 1\n20|2026-05-01|D1 from clinic\n"},
		{"MMR and varicella given apart, reported as MMRV",
			[]string{"clinic", "03|2026-05-01;21|2026-05-01", "school", "94|2026-05-01||||Y"},
			"03|2026-05-01 from clinic\n  94|2026-05-01||||Y from school: components\n" +
				"21|2026-05-01 from clinic\n  94|2026-05-01||||Y from school: components\n"},
		{"two clinics, one day, two lots: a chart must tell",
			[]string{"a", "08|2026-05-01|L1", "b", "08|2026-05-01|L2"},
			"08|2026-05-01|L1 from a\n08|2026-05-01|L2 from b\n  review: lots_differ with 0\n"},
		{"one clinic twice, a mistyped lot",
			[]string{"a", "08|2026-05-01|L1", "a", "08|2026-05-01|L2"},
			"08|2026-05-01|L1 from a\n  08|2026-05-01|L2 from a: same_day\n"},
		{"the lot without its decorations",
			[]string{"a", "08|2026-05-01|LOT AB12 (P)", "b", "08|2026-05-01|ab12|MSD"},
			"08|2026-05-01|ab12|MSD from b\n  08|2026-05-01|LOT AB12 (P) from a: same_day\n"},
		{"an unspecified code takes code and lot from the history that knows them",
			[]string{"a", "45|2026-05-01", "b", "08|2026-05-01|H7|MSD||Y"},
			"08|2026-05-01|H7|MSD from a +cvx from b +lot from b +mvx from b\n  08|2026-05-01|H7|MSD||Y from b: same_day\n"},
		{"pneumococcal unspecified is either of two vaccines",
			[]string{"a", "133|2026-05-01|P1", "b", "109|2026-05-01||||Y"},
			"133|2026-05-01|P1 from a\n  109|2026-05-01||||Y from b: same_day\n"},
		{"a history two days off what was given",
			[]string{"a", "20|2026-05-01|D1", "school", "107|2026-05-03||||Y"},
			"20|2026-05-01|D1 from a\n  107|2026-05-03||||Y from school: near_day\n"},
		{"a history that knew the month only",
			[]string{"a", "20|2026-05-19|D1", "school", "20|2026-05-01||||Y"},
			"20|2026-05-19|D1 from a\n  20|2026-05-01||||Y from school: first_of_month\n"},
		{"components in a history one day off the combination that was given",
			[]string{"a", "110|2026-05-02|P1", "plan", "20|2026-05-01||||Y;08|2026-05-01||||Y;10|2026-05-01||||Y"},
			"110|2026-05-02|P1 from a\n  08|2026-05-01||||Y from plan: near_day\n  10|2026-05-01||||Y from plan: near_day\n  20|2026-05-01||||Y from plan: near_day\n"},
		{"a date of which only the month is known",
			[]string{"a", "20|2026-05-19|D1;20|2026-08-02", "school", "20|2026-05||||Y"},
			"20|2026-05-19|D1 from a\n  20|2026-05||||Y from school: partial_date\n20|2026-08-02 from a\n"},
		{"a combination in a history one day off the shots that were given",
			[]string{"a", "20|2026-05-01;08|2026-05-01;10|2026-05-01", "plan", "110|2026-05-02||||Y"},
			"08|2026-05-01 from a\n  110|2026-05-02||||Y from plan: near_day\n10|2026-05-01 from a\n  110|2026-05-02||||Y from plan: near_day\n" +
				"20|2026-05-01 from a\n  110|2026-05-02||||Y from plan: near_day\n"},
		{"two given ten days apart: too soon, or one dose",
			[]string{"a", "08|2026-05-01", "b", "08|2026-05-11"},
			"08|2026-05-01 from a\n08|2026-05-11 from b\n  review: too_near with 0\n"},
		{"a series at its least interval is no doubt",
			[]string{"a", "08|2026-05-01;08|2026-05-29"},
			"08|2026-05-01 from a\n08|2026-05-29 from a\n"},
		{"rabies on days 0, 3 and 7 is three doses",
			[]string{"a", "175|2026-05-01;175|2026-05-04;175|2026-05-08", "b", "90|2026-05-04||||Y"},
			"175|2026-05-01 from a\n175|2026-05-04 from a\n  90|2026-05-04||||Y from b: same_day\n175|2026-05-08 from a\n"},
		{"a school that knows of two doses keeps two",
			[]string{"a", "20|2026-05-01", "school", "20|2026-05-01||||Y;20|2026-05-03||||Y"},
			"20|2026-05-01 from a\n  20|2026-05-01||||Y from school: same_day\n20|2026-05-03||||Y from school\n  review: too_near with 0\n"},
		{"Td in a history is the Tdap that was given",
			[]string{"a", "115|2026-05-01|T1", "school", "139|2026-05-01||||Y"},
			"115|2026-05-01|T1 from a\n  139|2026-05-01||||Y from school: same_day\n"},
		{"pneumococcal conjugate and polysaccharide are two vaccines",
			[]string{"a", "33|2026-05-01;216|2026-05-01"},
			"216|2026-05-01 from a\n33|2026-05-01 from a\n"},
		{"a refusal is no dose, and one refusal twice is one",
			[]string{"a", "08|2026-05-01;998|2026-05-01", "a", "998|2026-05-01"},
			"08|2026-05-01 from a\n998|2026-05-01 from a\n  998|2026-05-01 from a: same_report\n"},
		{"a code nobody knows is a vaccine of its own",
			[]string{"a", "899|2026-05-01", "b", "899|2026-05-01||||Y", "b", "898|2026-05-01"},
			"898|2026-05-01 from b\n899|2026-05-01 from a\n  899|2026-05-01||||Y from b: same_day\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.Equal(t, c.want, dosesOf(Survivorship{}, c.reports...))
			var reversed []string
			for i := len(c.reports) - 2; i >= 0; i -= 2 {
				reversed = append(reversed, c.reports[i], c.reports[i+1])
			}
			assert.Equal(t, c.want, dosesOf(Survivorship{}, reversed...), "in the other order")
		})
	}
}

func TestDoseWindowsAreASetting(t *testing.T) {
	two := []string{"a", "08|2026-05-01|L1", "b", "08|2026-05-03||MSD"}
	assert.Equal(t, "08|2026-05-01|L1 from a\n08|2026-05-03||MSD from b\n  review: too_near with 0\n", dosesOf(Survivorship{}, two...))
	wide := Survivorship{Doses: DoseRules{Days: 3}}
	assert.Equal(t, "08|2026-05-01|L1|MSD from a +mvx from b\n  08|2026-05-03||MSD from b: near_day\n", dosesOf(wide, two...))
	strict := Survivorship{Doses: DoseRules{HistoricalDays: -1}}
	assert.Equal(t, "20|2026-05-01 from a\n20|2026-05-02||||Y from b\n", dosesOf(strict, "a", "20|2026-05-01", "b", "20|2026-05-02||||Y"))
	s, err := ParseSurvivorship([]byte(`{"doses": {"days": 1, "historical_days": 2, "review_days": 3, "families": [{"groups": ["FLU"], "days": 2}]}}`))
	require.NoError(t, err)
	assert.Equal(t, 2, s.Doses.Families[0].Days)
	_, err = ParseSurvivorship([]byte(`{"doses": {"families": [{"groups": []}, {"groups": ["FLU"]}, {"groups": ["FLU"]}]}}`))
	assert.ErrorContains(t, err, "family 0 has no groups")
	assert.ErrorContains(t, err, `group "FLU" in two families`)
}

// Nothing is lost: every report that says anything stands in the history, as a
// dose or beside one, and every dose is some report's.
func TestEveryReportIsInTheHistory(t *testing.T) {
	codes := []string{"08", "20", "10", "110", "107", "45", "89", "03", "21", "94", "109", "133", "33", "175", "899", "998", ""}
	days := []string{"2026-05-01", "2026-05-02", "2026-05-04", "2026-05-19", "2026-05", "2026", "2026-06-20", "no day"}
	rapid.Check(t, func(t *rapid.T) {
		members := make([]patient.Record, rapid.IntRange(1, 4).Draw(t, "members"))
		reports := 0
		for i := range members {
			members[i] = record(rapid.SampledFrom([]string{"a", "b"}).Draw(t, "source"), fmt.Sprint(i))
			for range rapid.IntRange(0, 6).Draw(t, "doses") {
				d := patient.Dose{
					CVX:  rapid.SampledFrom(codes).Draw(t, "cvx"),
					Lot:  rapid.SampledFrom([]string{"", "L1", "L2"}).Draw(t, "lot"),
					MVX:  rapid.SampledFrom([]string{"", "MSD"}).Draw(t, "mvx"),
					Date: patient.ParseDate(rapid.SampledFrom(days).Draw(t, "day"), ""), Historical: rapid.Bool().Draw(t, "historical"),
				}
				members[i].Doses = append(members[i].Doses, d)
				reports++
			}
		}
		rules := Survivorship{Doses: DoseRules{Days: rapid.IntRange(0, 3).Draw(t, "days"), HistoricalDays: 4, ReviewDays: 24}}
		g := Golden(members, patient.US(), rules)
		require.Len(t, g.All("doses"), len(g.Doses))
		found := map[string]bool{}
		say := func(source, id, dose string) { found[source+"/"+id+" "+dose] = true }
		total := 0
		for i, d := range g.Doses {
			require.Equal(t, d.Dose, g.All("doses")[i].Value)
			if len(d.Filled) == 0 {
				say(d.Source, d.ID, d.Dose)
			}
			total++
			for _, o := range d.Others {
				say(o.Source, o.ID, o.Dose)
				total++
			}
			for _, r := range d.Review {
				require.NotEqual(t, i, r.With)
				require.Less(t, r.With, len(g.Doses))
			}
		}
		require.GreaterOrEqual(t, total, reports)
		filled := slices.ContainsFunc(g.Doses, func(d DoseEvent) bool { return len(d.Filled) > 0 })
		for i := range members {
			for _, d := range members[i].Doses {
				if !filled {
					require.True(t, found[members[i].Source+"/"+members[i].ID+" "+new(person).doseText(&d)], new(person).doseText(&d))
				}
			}
		}
		require.Equal(t, g, Golden(rapid.Permutation(members).Draw(t, "order"), patient.US(), rules))
	})
}

// Merged again with one of its own reports, a history stays as it is.
func TestDosesAreIdempotent(t *testing.T) {
	members := []patient.Record{
		record("clinic", "1", "doses", "110|2026-05-01|P1;133|2026-05-01;08|2026-03-01"),
		record("school", "2", "doses", "20|2026-05-01||||Y;45|2026-03-02||||Y"),
	}
	texts := func(g GoldenRecord) (all []string) {
		for _, d := range g.Doses {
			all = append(all, d.Dose)
		}
		return all
	}
	once := texts(Golden(members, patient.US(), Survivorship{}))
	assert.Equal(t, []string{"08|2026-03-01", "110|2026-05-01|P1", "133|2026-05-01"}, once)
	again := append(slices.Clone(members), record("clinic", "3", "doses", strings.Join(once, ";")))
	assert.Equal(t, once, texts(Golden(again, patient.US(), Survivorship{})))
}

func TestVaccineCodes(t *testing.T) {
	v := RoutineVaccines()
	assert.Equal(t, []string{"DTAP", "HepB", "POLIO"}, v.Groups("110"))
	assert.Equal(t, []string{"HepB"}, v.Groups("8"))
	assert.True(t, v.Unspecified("45"))
	assert.False(t, v.Unspecified("8"))
	assert.Empty(t, v.Groups("x"))

	bars, err := ParseVaccineGroups([]byte("Hep B, pediatric|08 |Active|HepB|45\r\nHep B, unspecified formulation|45|Inactive|HepB|45\r\n"))
	require.NoError(t, err)
	assert.Equal(t, []string{"HepB"}, bars.Groups("08"))
	assert.True(t, bars.Unspecified("45"))
	for name, c := range map[string][2]string{
		"empty":           {"", "empty"},
		"no column":       {"cvx,name\n08,x\n", "no column vaccine_group or group"},
		"short row":       {"a|b\n", "line 1: 2 columns, not 5"},
		"no code":         {"short,cvx,vaccine_group\nx,,HepB\n", "line 2: no CVX code"},
		"a header alone":  {"short,cvx,vaccine_group\n", "no codes"},
		"an odd quote":    {"short,cvx,vaccine_group\n\"x\n", "no CSV"},
		"not a bar table": {"a|b|c|d\nx", "4 columns"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParseVaccineGroups([]byte(c[0]))
			require.ErrorIs(t, err, ErrVaccineFile)
			assert.ErrorContains(t, err, c[1])
		})
	}

	n, err := v.WithNDC([]byte("ndc,cvx\n00006-4093-02,08\n0006-4981-00,43\n58160-0811-52,110\n58160-0811-52,20\n1,\n"))
	require.NoError(t, err)
	for ndc, want := range map[string]string{"00006-4093-02": "08", "0006-4093-02": "08", "00006409302": "08", "0006409302": "", "58160081152": "", "": ""} {
		got, ok := n.CVX(ndc)
		assert.Equal(t, want, got, ndc)
		assert.Equal(t, want != "", ok, ndc)
	}
	assert.Equal(t, "|2026-05-01|||0006-4981-00 from a +cvx from b\n", strings.Replace(
		dosesOf(Survivorship{Vaccines: n}, "a", "|2026-05-01|||0006-4981-00", "b", "43|2026-05-01||||Y"),
		"43|2026-05-01|||0006-4981-00 from a +cvx from b\n  43|2026-05-01||||Y from b: same_day\n", "|2026-05-01|||0006-4981-00 from a +cvx from b\n", 1),
		"a product code alone names the vaccine")
	_, err = v.WithNDC([]byte("a|b\n"))
	assert.ErrorIs(t, err, ErrVaccineFile)
}

func TestCodesOfTheCDC(t *testing.T) {
	read := func(name string) []byte {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		return data
	}
	v, err := ParseVaccineGroups(read(testdata.Path(t, "codes/cvx_vaccine_group.csv")))
	require.NoError(t, err)
	for cvx, code := range RoutineVaccines().codes {
		assert.Equal(t, v.Groups(cvx), code.groups, cvx)
		if cvx != "194" { // Southern Hemisphere: the name does not say that it is unspecified
			assert.Equal(t, v.Unspecified(cvx), code.unspecified, cvx)
		}
	}
	for _, file := range []string{
		testdata.Path(t, "codes/cdc_NDC_Unit_use.txt"), testdata.Path(t, "codes/cdc_NDC_Unit_sale.txt"), testdata.Path(t, "codes/ndc_cvx_mvx_codebase.csv"),
	} {
		n, err := v.WithNDC(read(file))
		require.NoError(t, err)
		assert.Greater(t, len(n.ndc), 400)
		for ndc, cvx := range n.ndc {
			assert.Len(t, ndc, 11)
			if cvx != "" {
				assert.NotEmpty(t, cvxCode(cvx))
			}
		}
	}
	// Every code of the vaccines in routine use is built in.
	rows, err := csv.NewReader(strings.NewReader(string(read(testdata.Path(t, "codes/cvx_vaccine_group.csv"))))).ReadAll()
	require.NoError(t, err)
	for _, r := range rows[1:] {
		if slices.ContainsFunc(routineGroups, func(g struct{ group, codes, unspecified string }) bool { return g.group == r[3] }) && r[2] != "Non-US" {
			assert.NotEmpty(t, RoutineVaccines().Groups(r[0]), r[0])
		}
	}
	_, err = Survivorship{Vaccines: v}.Compile(patient.US())
	assert.NoError(t, err)
}

func BenchmarkDoses(b *testing.B) {
	history := "08|2024-01-01|H1;110|2024-03-01|P1;133|2024-03-01|V1;48|2024-03-01|B1;119|2024-03-01|R1;110|2024-05-01|P2;133|2024-05-01|V2;" +
		"48|2024-05-01|B2;119|2024-05-01|R2;110|2024-07-01|P3;133|2024-07-01|V3;03|2025-01-05|M1;21|2025-01-05|A1;83|2025-01-05|X1"
	members := []patient.Record{
		record("clinic", "1", "given_name", "Ann", "doses", history),
		record("school", "2", "given_name", "Ann", "doses", strings.ReplaceAll(history, ";", "|||Y;")),
	}
	c, err := Survivorship{}.Compile(patient.US())
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		c.Golden(members)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/28, "ns/report")
}
