package report_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/examples/idem/report"
	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/intake"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/scoring"
)

// A sink counts the bytes of a page.
type sink int64

func (s *sink) Write(p []byte) (int, error) { *s += sink(len(p)); return len(p), nil }

// large is a file of 100,000 records, or the test is skipped.
func large(t testing.TB) (*intake.Reader, *match.Result, []int32) {
	const name = "households/gen_iis_100k.csv.gz"
	path := filepath.Join(os.Getenv("IDEM_DATA"), filepath.FromSlash(name))
	if _, err := os.Stat(path); os.Getenv("IDEM_DATA") == "" || err != nil {
		if os.Getenv("IDEM_REQUIRE_DATA") == "1" {
			t.Fatalf("test data %s is missing: set IDEM_DATA to the folder that holds it", name)
		}
		t.Skipf("test data %s is missing: set IDEM_DATA to the folder that holds it", name)
	}
	input, err := intake.Open([]string{path}, intake.Options{Truth: "cluster_id"})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, input.Close()) })
	people, numbers := map[match.Key]int32{}, map[string]int32{}
	res, err := match.Dedupe(context.Background(), func(yield func(*patient.Record, error) bool) {
		for r, err := range input.Records(context.Background()) {
			if err == nil {
				for _, a := range r.Attributes {
					if _, ok := numbers[a.Value]; !ok {
						numbers[a.Value] = int32(len(numbers))
					}
					people[match.Key{Source: r.Source, ID: r.ID}] = numbers[a.Value]
				}
			}
			if !yield(r, err) {
				return
			}
		}
	}, match.Options{Policy: scoring.GenericPolicy()})
	require.NoError(t, err)
	truth := make([]int32, res.Records())
	for i := range truth {
		truth[i] = people[res.Key(i)]
	}
	return input, res, truth
}

func TestPageOfManyRecordsIsSmall(t *testing.T) {
	input, res, truth := large(t)
	var size sink
	require.NoError(t, report.Write(context.Background(), &size, report.Input{Result: res, Records: input.Records(context.Background()), Truth: truth}))
	assert.Less(t, int64(size), int64(2<<20))
}

// BenchmarkWrite makes the page of 100,000 records, reading the file once more.
func BenchmarkWrite(b *testing.B) {
	input, res, truth := large(b)
	for _, c := range []struct {
		name  string
		truth []int32
	}{{"plain", nil}, {"truth", truth}} {
		b.Run(c.name, func(b *testing.B) {
			var size sink
			for b.Loop() {
				size = 0
				require.NoError(b, report.Write(context.Background(), &size, report.Input{Result: res, Records: input.Records(context.Background()), Truth: c.truth}))
			}
			b.ReportMetric(float64(size), "bytes")
		})
	}
}
