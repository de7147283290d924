package ledger

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// payload is as long as an event of the engine usually is.
var payload = []byte(fmt.Sprintf("%-220s", `{"v":1,"kind":"link","record":"clinic/1","digest":"00","person":1}`))

// BenchmarkAppend measures durable events a second: one writer, who waits for
// an fsync each time, and many, who share them.
func BenchmarkAppend(b *testing.B) {
	for _, writers := range []int{1, 8, 64, 256} {
		b.Run(fmt.Sprint("writers=", writers), func(b *testing.B) {
			f := reopen(b, ctx, b.TempDir(), Options{})
			event := []Event{{Payload: payload}}
			work := make(chan struct{}, writers)
			var group sync.WaitGroup
			b.ResetTimer()
			for range writers {
				group.Go(func() {
					for range work {
						if _, err := f.Append(ctx, Head{}, event); err != nil {
							b.Error(err)
						}
					}
				})
			}
			for range b.N {
				work <- struct{}{}
			}
			close(work)
			group.Wait()
			b.StopTimer()
			stats := f.Stats()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
			b.ReportMetric(float64(stats.Syncs)/float64(stats.Events), "fsyncs/event")
			require.NoError(b, f.Close())
		})
	}
}

// BenchmarkFsync is what one writer of BenchmarkAppend cannot be faster than.
func BenchmarkFsync(b *testing.B) {
	f, err := os.Create(filepath.Join(b.TempDir(), "file"))
	require.NoError(b, err)
	data := make([]byte, len(payload)+frameHead)
	for at := int64(0); b.Loop(); at += int64(len(data)) {
		_, err := f.WriteAt(data, at)
		require.NoError(b, err)
		require.NoError(b, f.Sync())
	}
	require.NoError(b, f.Close())
}

// BenchmarkRead measures what a start without a snapshot costs the log.
func BenchmarkRead(b *testing.B) {
	f := reopen(b, ctx, b.TempDir(), Options{})
	events := make([]Event, 100)
	for i := range events {
		events[i].Payload = payload
	}
	const calls = 1000
	for range calls {
		_, err := f.Enqueue(events)
		require.NoError(b, err)
	}
	_, err := f.Append(ctx, Head{}, nil)
	require.NoError(b, err)
	for b.Loop() {
		n := 0
		for _, err := range f.Read(ctx, 0) {
			require.NoError(b, err)
			n++
		}
		require.Equal(b, calls*len(events), n)
	}
	b.ReportMetric(float64(b.N)*calls*float64(len(events))/b.Elapsed().Seconds(), "events/s")
	require.NoError(b, f.Close())
}
