package bleveindex

import (
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/match/patient"
)

func TestCandidatesByCase(t *testing.T) {
	for _, c := range []struct {
		name  string
		filed []string
		query []string
		route Route // 0: not found
		edits int
	}{
		{"a letter wrong in each name", []string{"given_name=Jonathan", "family_name=Kowalski", "birth_date=2014-03-12"},
			[]string{"given_name=Janathan", "family_name=Kowalsky", "birth_date=2014-03-12"}, RouteDate, 2},
		{"first letters swapped", []string{"given_name=Maria", "family_name=Ebll", "birth_date=2014-03-12"},
			[]string{"given_name=Maria", "family_name=Bell", "birth_date=2014-03-12"}, RouteDate, 1},
		{"names swapped, a letter wrong", []string{"given_name=Smith", "family_name=John", "birth_date=2014-03-12"},
			[]string{"given_name=Jhon", "family_name=Smith", "birth_date=2014-03-12"}, RouteDate, 1},
		{"a digit of the day wrong, a letter wrong", []string{"given_name=Ana", "family_name=Perez", "birth_date=2014-03-12"},
			[]string{"given_name=Ann", "family_name=Perez", "birth_date=2014-03-17"}, RouteDate, 2},
		{"the year wrong, a letter wrong", []string{"given_name=Hannah", "family_name=Thompson", "birth_date=2014-03-12"},
			[]string{"given_name=Hanna", "family_name=Thompson", "birth_date=2017-03-12"}, RouteNames, 2},
		{"day and month swapped", []string{"given_name=Zoe", "family_name=Clark", "birth_date=2014-03-12"},
			[]string{"given_name=Zoe", "family_name=Clarke", "birth_date=2014-12-03"}, RouteShifted, 1},
		{"born at midnight of the last of the month", []string{"given_name=Zoe", "family_name=Clark", "birth_date=2014-02-28"},
			[]string{"given_name=Zoe", "family_name=Clarke", "birth_date=2014-03-01"}, RouteShifted, 1},
		{"an initial on file", []string{"given_name=A", "family_name=Clark", "birth_date=2014-03-12"},
			[]string{"given_name=Alexander", "family_name=Clark", "birth_date=2014-07-30"}, RoutePartial, 0},
		{"the beginning of a name asked for", []string{"given_name=Alexander", "family_name=Clark", "birth_date=2014-03-12"},
			[]string{"given_name=Alex", "family_name=Clark", "birth_date=2014-07-30"}, RoutePartial, 0},
		{"only the year on file", []string{"given_name=Noah", "family_name=Walker", "birth_date=2014"},
			[]string{"given_name=Noah", "family_name=Wolker", "birth_date=2014-03-12"}, RoutePartial, 1},
		{"only year and month on file", []string{"given_name=Noah", "family_name=Walker", "birth_date=2014-03"},
			[]string{"given_name=Noah", "family_name=Wolker", "birth_date=2014-03-12"}, RoutePartial, 1},
		{"only the year asked for", []string{"given_name=Noah", "family_name=Walker", "birth_date=2014-03-12"},
			[]string{"given_name=Noah", "family_name=Wolker", "birth_date=2014"}, RoutePartial, 1},
		{"no date on file", []string{"given_name=Noah", "family_name=Walker"},
			[]string{"given_name=Noah", "family_name=Wolker", "birth_date=2014-03-12"}, RoutePartial, 1},
		{"no date asked for", []string{"given_name=Noah", "family_name=Walker", "birth_date=2014-03-12"},
			[]string{"given_name=Noah", "family_name=Wolker"}, RouteNoDate, 1},
		{"a new family name", []string{"given_name=Noah", "family_name=Walker", "birth_date=2014-03-12"},
			[]string{"given_name=Noa", "family_name=Garcia", "birth_date=2014-03-12"}, RouteOneName, 1},
		{"one part of a compound name", []string{"given_name=Ana", "family_name=Garcia Lopez", "birth_date=2014-03-12"},
			[]string{"given_name=Ana", "family_name=Lopes", "birth_date=2014-03-12"}, RouteDate, 1},
		{"a newborn renamed, under the mother's maiden name", []string{"given_name=BABYBOY", "family_name=Jones", "birth_date=2014-03-12", "mother_given=Judy"},
			[]string{"given_name=Liam", "family_name=Garcia", "birth_date=2014-03-12", "mother_given=Judi", "mother_maiden=Jones"}, RouteOneName, 0},
		{"a newborn renamed, mother's name mistyped", []string{"given_name=BABYBOY", "family_name=Jones", "birth_date=2014-03-12", "mother_given=Judy"},
			[]string{"given_name=Liam", "family_name=Garcia", "birth_date=2014-03-12", "mother_given=Judi"}, RouteMother, 1},
		{"two digits of a number swapped", []string{"given_name=Liam", "ssn=212345678"}, []string{"given_name=Noah", "ssn=212346578"}, RouteNumber, 1},
		{"names that the English stop words would lose", []string{"given_name=An", "family_name=Do", "birth_date=2014-03-12"},
			[]string{"given_name=An", "family_name=Do", "birth_date=2014-03-12"}, RouteDate, 0},
		{"another child", []string{"given_name=Liam", "family_name=Jones", "birth_date=2014-03-12"},
			[]string{"given_name=Olivia", "family_name=Garcia", "birth_date=2014-03-12"}, 0, 0},
		{"two placeholders of one day", []string{"given_name=BABYBOY", "family_name=Jones", "birth_date=2014-03-12"},
			[]string{"given_name=BABYBOY", "family_name=Garcia", "birth_date=2014-03-12"}, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			ix := rebuilt(t, Options{}, of(map[string]*patient.Normalized{"x": normal(c.filed...)}))
			hits, truncated, err := ix.Candidates(ctx, normal(c.query...), 0)
			require.NoError(t, err)
			assert.Zero(t, truncated)
			if c.route == 0 {
				assert.Empty(t, hits)
				return
			}
			require.Equal(t, []Hit{{"x", c.route, c.edits}}, hits, "by %v", c.route)
		})
	}
}

func TestSearchAsTyped(t *testing.T) {
	ix := rebuilt(t, Options{}, of(map[string]*patient.Normalized{
		"clinic/17":  normal("given_name=Jonathan", "family_name=O'Brien", "birth_date=2014-03-12", "phone=(202) 555-0123", "ssn=212-34-5678", "city=Flint"),
		"clinic/18":  normal("given_name=Ana", "family_name=Garcia Lopez", "birth_date=2014-03-04", "mother_given=Rosa", "mrn=A7731"),
		"hospital/9": normal("given_name=An", "family_name=Do", "birth_date=2014-03", "postal_code=48503"),
		"hospital/8": normal("given_name=Jonathan", "family_name=Smith", "birth_date=1990-12-03"),
	}))
	for text, want := range map[string][]string{
		"obrien jonathan":              {"clinic/17"},
		"Jonathan":                     {"clinic/17", "hospital/8"},
		"jon obrien":                   {"clinic/17"},
		"12 obryen":                    nil,
		"obriem, jonathan":             {"clinic/17"},
		"2014-03-12 obrien":            {"clinic/17"},
		"3/12/2014":                    {"clinic/17", "hospital/9"},
		"garcia 4.3.2014":              {"clinic/18"},
		"2014-03":                      {"clinic/17", "clinic/18", "hospital/9"},
		"jonathan 1990":                {"hospital/8"},
		"(202) 555-0123":               {"clinic/17"},
		"555-0123 flint":               {"clinic/17"},
		"+1 202 555 0123":              {"clinic/17"},
		"5678 brien jonathan":          {"clinic/17"},
		"an do":                        {"hospital/9"},
		"rosa lopez":                   {"clinic/18"},
		"a7731":                        {"clinic/18"},
		"clinic/18":                    {"clinic/18"},
		"48503 do":                     {"hospital/9"},
		"jonathan smith 1990 zzz":      {"hospital/8"},
		"zzz yyy":                      nil,
		"":                             nil,
		"jonathan obrien 2014-03-12 x": {"clinic/17"},
	} {
		hits, truncated, err := ix.Search(ctx, text, 0)
		require.NoError(t, err)
		assert.Zero(t, truncated, text)
		var got []string
		for _, h := range hits {
			got = append(got, h.ID)
		}
		assert.ElementsMatch(t, want, got, "%q", text)
	}
}

func FuzzSearch(f *testing.F) {
	ix := rebuilt(f, Options{}, of(map[string]*patient.Normalized{
		"a": normal("given_name=Jonathan", "family_name=O'Brien", "birth_date=2014-03-12", "phone=2025550123"),
	}))
	f.Add("obrien 3/12/2014 (202) 555-0123")
	f.Add("\xff 00000000 1-1-1111111 \x1f")
	f.Fuzz(func(t *testing.T, text string) {
		if _, _, err := ix.Search(ctx, text, 5); err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if _, _, err := ix.Candidates(ctx, normal("given_name="+text, "family_name="+text, "birth_date=2014-03-12"), 5); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	})
}

func ExampleIndex() {
	dir, err := os.MkdirTemp("", "bleveindex")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	ix, err := Create(dir, Options{Epoch: "2026-01"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = ix.Close() }()
	_ = ix.Put(ctx, "clinic/17", normal("given_name=Jonathan", "family_name=O'Brien", "birth_date=2014-03-12"))
	_ = ix.Commit(ctx, 1)
	hits, _, err := ix.Candidates(ctx, normal("given_name=Jonathon", "family_name=Obrian", "birth_date=2014-03-12"), 10)
	fmt.Println(hits[0].ID, hits[0].Route, hits[0].Edits, err)
	hits, _, err = ix.Search(ctx, "obrien 3/12/2014", 10)
	fmt.Println(hits[0].ID, hits[0].Route, err)
	// Output:
	// clinic/17 date 2 <nil>
	// clinic/17 text <nil>
}
