package match

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/internal/cpu"
	"github.com/idem-health/idem/internal/testdata"
	"github.com/idem-health/idem/match/intake"
	"github.com/idem-health/idem/scoring"
)

// BenchmarkRead is the read stage of a batch (parsed, normalised, encoded and
// frozen) from memory: of nine columns, or of the file that IDEM_BENCH_READ names.
func BenchmarkRead(b *testing.B) {
	path := os.Getenv("IDEM_BENCH_READ")
	if path == "" {
		path = testdata.Path(b, "households/gen_100k.csv.gz")
	}
	text, err := os.ReadFile(path)
	require.NoError(b, err)
	if strings.HasSuffix(path, ".gz") {
		z, err := gzip.NewReader(bytes.NewReader(text))
		require.NoError(b, err)
		text, err = io.ReadAll(z)
		require.NoError(b, err)
	}
	in, err := intake.OpenReader("records.csv", bytes.NewReader(text), intake.Options{})
	require.NoError(b, err)
	policy, err := scoring.PolicyByName("iis")
	require.NoError(b, err)
	b.ReportAllocs()
	records, start := 0, cpu.Time()
	for b.Loop() {
		r, err := newRun(Options{Policy: policy})
		require.NoError(b, err)
		require.NoError(b, r.read(context.Background(), in.Records(context.Background())))
		records += r.stats.Records
	}
	b.ReportMetric(float64(cpu.Time()-start)/float64(records), "cpu-ns/record")
}
