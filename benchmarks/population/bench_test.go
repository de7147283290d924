package population

import (
	"testing"

	"github.com/idem-health/idem/match/patient"
)

// BenchmarkGenerate makes batches on one goroutine.
func BenchmarkGenerate(b *testing.B) {
	for _, mode := range Modes() {
		b.Run(mode, func(b *testing.B) {
			g, err := New(Options{Mode: mode, Workers: 1})
			if err != nil {
				b.Fatal(err)
			}
			m, batch := newMaker(g, false), &Batch{}
			var r patient.Record
			rows, bytes, first := 0, 0, uint64(0)
			b.ReportAllocs()
			for b.Loop() {
				m.fill(batch, first)
				first += batchHouseholds
				rows += len(batch.Rows)
				bytes += len(batch.text)
				for i := range batch.Rows {
					batch.Rows[i].Record(&r)
				}
			}
			b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "records/s")
			b.ReportMetric(float64(bytes)/float64(rows), "bytes/record")
		})
	}
}
