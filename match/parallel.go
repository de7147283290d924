package match

import (
	"context"
	"sync"
	"sync/atomic"
)

// parallel calls work for every task of n, on the given number of goroutines,
// each with its own worker number. It returns the first error by task number,
// or ctx's error. No goroutine outlives the call.
func parallel(ctx context.Context, workers, n int, work func(worker, task int) error) error {
	errs := make([]error, n)
	var next atomic.Int64
	var failed atomic.Bool
	var wg sync.WaitGroup
	for w := range max(1, min(workers, n)) {
		wg.Go(func() {
			for {
				task := int(next.Add(1)) - 1
				if task >= n || failed.Load() || ctx.Err() != nil {
					return
				}
				if errs[task] = work(w, task); errs[task] != nil {
					failed.Store(true)
				}
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}
