package ledger_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkSubmit measures what is durable of a submission: a payload in the
// store and an event in the ledger, on disk with one wait for both.
func BenchmarkSubmit(b *testing.B) {
	for _, writers := range []int{1, 64} {
		b.Run(fmt.Sprint("writers=", writers), func(b *testing.B) {
			p, err := openPair(ctx, b.TempDir(), 0)
			require.NoError(b, err)
			var next atomic.Int64
			var group sync.WaitGroup
			b.ResetTimer()
			for range writers {
				group.Go(func() {
					for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
						if err := p.submit(ctx, int(i)); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			group.Wait()
			b.StopTimer()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
			b.ReportMetric(float64(p.log.Stats().Syncs+p.store.Stats().Syncs)/float64(b.N), "fsyncs/record")
			require.NoError(b, p.close())
		})
	}
}
