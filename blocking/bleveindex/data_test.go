package bleveindex

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/blocking"
	"github.com/idem-health/idem/internal/cpu"
	"github.com/idem-health/idem/internal/table"
	"github.com/idem-health/idem/internal/testdata"
	"github.com/idem-health/idem/match/patient"
)

// A dataset is a file of records whose persons are known.
type dataset struct {
	records []*patient.Normalized
	truth   []int32
	table   *table.Table
}

func (d *dataset) has(f patient.Field) bool { return d.table.Column(f) != nil }

// all gives the records under their number in the file.
func (d *dataset) all() iter.Seq2[string, *patient.Normalized] {
	return func(yield func(string, *patient.Normalized) bool) {
		for i, n := range d.records {
			if !yield(fmt.Sprint(i), n) {
				return
			}
		}
	}
}

func load(t testing.TB, name, truth string, person func(string) string, most int) *dataset {
	t.Helper()
	cells := testdata.Rows(t, name)
	b := table.NewBuilder(table.Spec{Text: patient.Fields()})
	people := map[string]int32{}
	normalizer := patient.NewNormalizer(patient.Neutral())
	var record patient.Record
	d := &dataset{}
	for _, row := range cells[1:min(len(cells), most+1)] {
		record.Reset()
		for i, cell := range row {
			switch field, ok := patient.Spelling(cells[0][i]); {
			case cells[0][i] == truth:
				p := person(cell)
				if _, ok := people[p]; !ok {
					people[p] = int32(len(people))
				}
				d.truth = append(d.truth, people[p])
			case ok && field != "record_id":
				record.SetField(field, cell, "")
			}
		}
		n := new(patient.Normalized)
		normalizer.Apply(n, &record)
		d.records = append(d.records, n)
		b.Add(n)
	}
	d.table = b.Freeze(nil, 0, nil)
	return d
}

func whole(cell string) string { return cell }

// febrlPerson is the N of rec-N-org and rec-N-dup-M.
func febrlPerson(cell string) string { return strings.Split(cell, "-")[1] }

func BenchmarkRebuild(b *testing.B) {
	d := load(b, "households/gen_iis_100k.csv.gz", "cluster_id", whole, 20_000)
	ix, err := Create(b.TempDir(), Options{})
	require.NoError(b, err)
	start := cpu.Time()
	for b.Loop() {
		require.NoError(b, ix.Rebuild(context.Background(), State{}, d.all()))
	}
	b.ReportMetric(float64(b.N*len(d.records))/(cpu.Time()-start).Seconds(), "rows/cpu-s")
	require.NoError(b, ix.Close())
}

// BenchmarkCandidates queries for records of the file itself, one in a hundred.
func BenchmarkCandidates(b *testing.B) {
	d := load(b, "households/gen_iis_100k.csv.gz", "cluster_id", whole, 1<<30)
	ix := rebuilt(b, Options{}, d.all())
	ask := map[string]func(n *patient.Normalized) ([]Hit, Truncated, error){
		"candidates": func(n *patient.Normalized) ([]Hit, Truncated, error) {
			return ix.Candidates(context.Background(), n, 100)
		},
		"search": func(n *patient.Normalized) ([]Hit, Truncated, error) {
			return ix.Search(context.Background(), n.Given+" "+n.Family+" "+n.Birth.String(), 20)
		},
	}
	for _, name := range slices.Sorted(maps.Keys(ask)) {
		b.Run(name, func(b *testing.B) {
			var took []time.Duration
			hits, truncated := 0, 0
			for b.Loop() {
				for i := 0; i < len(d.records); i += 100 {
					start := cpu.Time()
					found, t, err := ask[name](d.records[i])
					require.NoError(b, err)
					took = append(took, cpu.Time()-start)
					hits += len(found)
					if t != 0 {
						truncated++
					}
				}
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-cpu-us")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-cpu-us")
			b.ReportMetric(float64(hits)/float64(len(took)), "hits/query")
			b.ReportMetric(float64(truncated)/float64(len(took)), "truncated")
		})
	}
}

// TestCandidatesFindWhatNoKeyFinds says what the routes add: of the true pairs
// that no default blocking rule finds, how many, and at how many candidates.
func TestCandidatesFindWhatNoKeyFinds(t *testing.T) {
	ctx := context.Background()
	d := load(t, "households/gen_iis_100k.csv.gz", "cluster_id", whole, 40_000)
	memory, err := blocking.Build(ctx, d.table, blocking.Default(d.has, d.table.Len()), blocking.Options{AllPairs: -1})
	require.NoError(t, err)
	report, err := memory.Analyze(ctx, d.truth)
	require.NoError(t, err)
	ix := rebuilt(t, Options{}, d.all())
	routes := map[Route]int{}
	hits, gain, missed := 0, 0, len(report.Missed)
	for _, pair := range report.Missed {
		found, _, err := ix.Candidates(ctx, d.records[pair[0]], 0)
		require.NoError(t, err)
		hits += len(found)
		if i := slices.IndexFunc(found, func(h Hit) bool { return h.ID == fmt.Sprint(pair[1]) }); i >= 0 {
			routes[found[i].Route]++
			gain++
		}
	}
	t.Logf("%d of %d true pairs missed by the default rules; found %d, by %v, at %.1f hits a query",
		missed, report.TruePairs, gain, routes, float64(hits)/float64(missed))
	assert.GreaterOrEqual(t, gain*5, missed)
	assert.LessOrEqual(t, hits, 20*missed)
}

// TestByKeyIsTheMemoryIndexOnData compares every record of a file.
func TestByKeyIsTheMemoryIndexOnData(t *testing.T) {
	d := load(t, "febrl/dataset3.csv", "rec_id", febrlPerson, 3000)
	sameAsMemory(t, t.TempDir(), d.records, blocking.Default(d.has, d.table.Len()))
}
