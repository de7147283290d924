package blocking

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/internal/cpu"
)

func BenchmarkBuild(b *testing.B) {
	for _, c := range datasets {
		b.Run(c.name, func(b *testing.B) {
			d := load(b, c.file, c.truth, c.person)
			rules := Default(d.has, d.table.Len())
			b.ReportAllocs()
			start := cpu.Time()
			for b.Loop() {
				_, err := Build(context.Background(), d.table, rules, Options{})
				require.NoError(b, err)
			}
			used := cpu.Time() - start
			keys := float64(b.N) * float64(d.table.Len()) * float64(len(rules))
			b.ReportMetric(1000*used.Seconds()/float64(b.N), "cpu-ms/op")
			b.ReportMetric(float64(used)/keys, "cpu-ns/key")
		})
	}
}

// BenchmarkEach reports the time a distinct pair takes with its mask, the
// duplicates of other rules included.
func BenchmarkEach(b *testing.B) {
	for _, c := range datasets {
		b.Run(c.name, func(b *testing.B) {
			d := load(b, c.file, c.truth, c.person)
			ix, err := Build(context.Background(), d.table, Default(d.has, d.table.Len()), Options{})
			require.NoError(b, err)
			pairs, sum := 0, uint64(0)
			b.ReportAllocs()
			start := cpu.Time()
			for b.Loop() {
				err := ix.Each(context.Background(), 0, 1, func(i, j uint32, rule int, mask uint64) bool {
					pairs++
					sum += mask
					return true
				})
				require.NoError(b, err)
			}
			used := cpu.Time() - start
			_, blocks := ix.Estimate()
			b.ReportMetric(float64(used)/float64(pairs), "cpu-ns/pair")
			b.ReportMetric(float64(used)/(float64(b.N)*float64(blocks)), "cpu-ns/block-pair")
			b.ReportMetric(float64(ix.Bytes())/float64(d.table.Len()), "B/row")
		})
	}
}
