package report_test

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/examples/idem/report"
	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/intake"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/scoring"
)

// hostile is what a name must never become on the page.
const hostile = `<script>alert("x")</script>`

// clinic makes records of people, some of them twice with a slip, some of them
// twins, some newborns under a placeholder; a few have names full of HTML. The
// truth stands in their ids, p12-0 and p12-1.
func clinic(people int) []patient.Record {
	rng := rand.New(rand.NewPCG(7, 11))
	given := strings.Fields("Oliver Amelia Theodore Josephine Maximilian Beatrice Sebastian Penelope Frederick Clementine Augustus Wilhelmina Bartholomew Evangeline Cornelius Rosalind Nathaniel Gwendolyn Alexander Philippa")
	family := strings.Fields("Abernathy Blackwood Carmichael Dunsworth Ellington Fairbanks Goldsmith Hathaway Inglewood Jefferson Kensington Lancaster Montrose Northcott Oakenfold Pemberton")
	cities := strings.Fields("Albany Boston Chester Dayton Eugene Fresno")
	var out []patient.Record
	add := func(person, copy int, fields ...string) {
		r := patient.Record{Source: "clinic", ID: fmt.Sprintf("p%d-%d", person, copy)}
		for i := 0; i+1 < len(fields); i += 2 {
			r.SetField(fields[i], fields[i+1], "")
		}
		out = append(out, r)
	}
	for p := range people {
		first, last := given[rng.IntN(len(given))], family[rng.IntN(len(family))]
		born := fmt.Sprintf("%04d-%02d-%02d", 2000+rng.IntN(24), 1+rng.IntN(12), 1+rng.IntN(28))
		rest := []string{
			"family_name", last, "birth_date", born, "sex", []string{"F", "M"}[p%2], "postal_code", fmt.Sprint(10000 + rng.IntN(900)),
			"city", cities[rng.IntN(len(cities))], "phone", fmt.Sprintf("616%07d", rng.IntN(1e7)),
		}
		if p%4 == 0 {
			rest[1] = last + hostile
		}
		add(p, 0, append([]string{"given_name", first}, rest...)...)
		switch {
		case p%10 == 9: // a twin is another person
			add(1000+p, 0, append([]string{"given_name", given[rng.IntN(len(given))]}, rest...)...)
		case p%10 == 8:
			add(p, 1, append([]string{"given_name", "BABY BOY"}, rest...)...)
		case p%2 == 0:
			add(p, 1, append([]string{"given_name", first[:2] + first[3:]}, rest...)...)
			add(p, 2, append([]string{"given_name", first}, rest[:8]...)...)
		default:
			add(p, 1, append([]string{"given_name", first}, rest[:6]...)...)
		}
	}
	return out
}

func sequence(records []patient.Record) iter.Seq2[*patient.Record, error] {
	return func(yield func(*patient.Record, error) bool) {
		for i := range records {
			r := records[i].Clone()
			if !yield(&r, nil) {
				return
			}
		}
	}
}

var personOf = regexp.MustCompile(`^(?:rec-|p)(\d+)-`)

// truthOf reads the truth out of the ids.
func truthOf(t testing.TB, res *match.Result) []int32 {
	truth := make([]int32, res.Records())
	for i := range truth {
		m := personOf.FindStringSubmatch(res.Key(i).ID)
		require.NotNil(t, m)
		n, err := strconv.Atoi(m[1])
		require.NoError(t, err)
		truth[i] = int32(n)
	}
	return truth
}

// inputOf dedupes records and is ready to be written.
func inputOf(t testing.TB, records []patient.Record, policy scoring.Policy) report.Input {
	t.Helper()
	res, err := match.Dedupe(context.Background(), sequence(records), match.Options{Policy: policy})
	require.NoError(t, err)
	return report.Input{
		Result: res, Records: sequence(records), Truth: truthOf(t, res),
		Files: []report.File{{Name: "clinic.csv", Source: "clinic", Columns: []report.Column{{Name: "dob", Field: "birth_date", Note: "YYYY-MM-DD"}, {Name: "<b>", Note: "attribute"}}}},
		Aside: []report.Count{{What: "more or fewer cells than the header line", N: 3}},
	}
}

func write(t testing.TB, in report.Input) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, report.Write(context.Background(), &b, in))
	return b.String()
}

// clinicPage is made once: every test looks at it.
func clinicPage(t testing.TB) string {
	t.Helper()
	clinicOnce.Do(func() { clinicHTML = write(t, inputOf(t, clinic(400), scoring.Policy{})) })
	require.NotEmpty(t, clinicHTML)
	return clinicHTML
}

var (
	clinicOnce sync.Once
	clinicHTML string
)

// sampleInput is the sample that is built into the command.
func sampleInput(t testing.TB) report.Input {
	t.Helper()
	input, err := intake.Open([]string{"../sample/febrl_dataset3.csv.gz"}, intake.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, input.Close()) })
	var records []patient.Record
	for r, err := range input.Records(context.Background()) {
		require.NoError(t, err)
		records = append(records, r.Clone())
	}
	in := inputOf(t, records, scoring.Policy{})
	in.Files, in.Aside = []report.File{{Name: "febrl_dataset3.csv.gz", Source: "febrl_dataset3"}}, nil
	return in
}

func shuffled(records []patient.Record) []patient.Record {
	out := slices.Clone(records)
	rng := rand.New(rand.NewPCG(3, 5))
	rng.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}
