package blocking

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/internal/table"
	"github.com/idem-health/idem/internal/testdata"
	"github.com/idem-health/idem/match/patient"
)

// A dataset is a file of records whose persons are known.
type dataset struct {
	table *table.Table
	truth []int32
}

func (d dataset) has(f patient.Field) bool { return d.table.Column(f) != nil }

// load reads a file. person says whose record a row is, from the cell of the
// truth column.
func load(t testing.TB, name, truth string, person func(cell string) string) dataset {
	t.Helper()
	cells := testdata.Rows(t, name)
	b := table.NewBuilder(table.Spec{Text: patient.Fields()})
	people := map[string]int32{}
	normalizer := patient.NewNormalizer(patient.Neutral())
	var record patient.Record
	var normal patient.Normalized
	var d dataset
	for _, row := range cells[1:] {
		record.Reset()
		for i, cell := range row {
			switch name, ok := patient.Spelling(cells[0][i]); {
			case cells[0][i] == truth:
				p := person(cell)
				if _, ok := people[p]; !ok {
					people[p] = int32(len(people))
				}
				d.truth = append(d.truth, people[p])
			case cells[0][i] == "postcode_fake":
				record.SetField("postal_code", cell, "")
			case ok && name != "record_id":
				record.SetField(name, cell, "")
			}
		}
		normalizer.Apply(&normal, &record)
		b.Add(&normal)
	}
	d.table = b.Freeze(nil, 0, nil)
	return d
}

func whole(cell string) string { return cell }

// febrlPerson is the N of rec-N-org and rec-N-dup-M.
func febrlPerson(cell string) string { return strings.Split(cell, "-")[1] }

var datasets = []struct {
	name, file, truth string
	person            func(string) string
	recall            float64
	pairs             int64
}{
	{"gen_100k", "households/gen_100k.csv.gz", "cluster_id", whole, .9925, 450_000},
	{"gen_iis_100k", "households/gen_iis_100k.csv.gz", "cluster_id", whole, .993, 1_100_000},
	{"febrl3", "febrl/dataset3.csv", "rec_id", febrlPerson, .998, 90_000},
	{"historical_50k", "splink/historical_50k.csv.gz", "cluster", whole, .86, 750_000},
}

// One default set serves files of quite different columns: recall at least, and
// pairs at most.
func TestDefaultRulesOnData(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long and has nothing for the race detector")
	}
	for _, c := range datasets {
		t.Run(c.name, func(t *testing.T) {
			d := load(t, c.file, c.truth, c.person)
			rules := Default(d.has, d.table.Len())
			start := time.Now()
			ix, err := Build(context.Background(), d.table, rules, Options{})
			require.NoError(t, err)
			built := time.Since(start)
			r, err := ix.Analyze(context.Background(), d.truth)
			require.NoError(t, err)
			t.Logf("%d rules built in %v\n%s", len(rules), built.Round(time.Millisecond), text(r))
			assert.GreaterOrEqual(t, r.Recall(), c.recall)
			assert.LessOrEqual(t, r.Pairs, c.pairs)
		})
	}
}

// text is the report as lines, one a rule.
func text(r *Report) string {
	var s strings.Builder
	fmt.Fprintf(&s, "%d records, %d pairs, recall %.4f of %d\n", r.Records, r.Pairs, r.Recall(), r.TruePairs)
	for _, k := range r.Rules {
		fmt.Fprintf(&s, "%-58s %8d pairs, %8d new, recall %.4f, so far %.4f, refined %d, skipped %d\n",
			k.Name, k.Pairs, k.NewPairs, k.Recall, k.Cumulative, k.Refined, k.Skipped)
	}
	return s.String()
}
