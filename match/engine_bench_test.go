package match_test

import (
	"context"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/scoring"
)

var engineRecords = flag.Int("engine-records", 20_000, "records of the register that BenchmarkEngine measures")

// syllables makes names: the k-th of a list as long as one likes.
func syllables(k int) string {
	list := []string{"ba", "ko", "li", "mar", "ten", "so", "rie", "da", "von", "shi", "el", "na", "tor", "gu", "pe", "wal"}
	name := ""
	for n := k + 17; n > 0; n /= len(list) {
		name += list[n%len(list)]
	}
	return name
}

// manyFamilies makes n records of families, two thirds of them a person's only one, with
// the skew of names that registers have.
func manyFamilies(n int, seed uint64) []patient.Record {
	rng := rand.New(rand.NewPCG(seed, 5))
	skewed := func(most int) string { return syllables(int(math.Pow(float64(most), rng.Float64()))) }
	var records []patient.Record
	for len(records) < n {
		family := []string{
			"family_name", skewed(60_000), "phone", fmt.Sprintf("%d%07d", 201+rng.IntN(700), 2_000_000+rng.IntN(7_000_000)),
			"address", fmt.Sprintf("%d %s St", 1+rng.IntN(2000), skewed(5000)), "city", skewed(300), "postal_code", fmt.Sprintf("4%04d", rng.IntN(900)),
			"mother_given", skewed(3000),
		}
		for range 1 + rng.IntN(3) {
			given, birth := skewed(3000), fmt.Sprintf("%d-%02d-%02d", 2006+rng.IntN(20), 1+rng.IntN(12), 1+rng.IntN(28))
			for copies := 1 + rng.IntN(3)/2; copies > 0; copies-- {
				r := record(fmt.Sprint("r", len(records)), append(slices.Clone(family), "given_name", given, "birth_date", birth, "sex", "FM"[len(given)%2:][:1])...)
				if rng.IntN(4) == 0 {
					r.Phones = nil
				}
				if rng.IntN(10) == 0 {
					r.Names[0].Given = given + "a"
				}
				records = append(records, *r)
			}
		}
	}
	return records[:n]
}

// percentiles reports the median and the 99th percentile of durations.
func percentiles(b *testing.B, name string, took []time.Duration) {
	slices.Sort(took)
	at := func(p float64) float64 { return float64(took[int(p*float64(len(took)-1))].Nanoseconds()) / 1000 }
	b.ReportMetric(at(.5), name+"-p50-us")
	b.ReportMetric(at(.99), name+"-p99-us")
}

// BenchmarkEngine measures a register on disk: how it is filled, what a
// submission and a query take once it is full, how long it takes to open, and
// what a record takes in memory.
func BenchmarkEngine(b *testing.B) {
	n := *engineRecords
	records := manyFamilies(n+20_000, 1)
	sample := records
	if len(sample) > 50_000 {
		sample = sample[:50_000]
	}
	m := dedupe(b, sample, nil, match.Options{Policy: scoring.GenericPolicy()}).Model
	for i := range m.Ladder.Rules { // a register grows beyond what it was trained on
		for d := range m.Ladder.Rules[i].Bounds {
			m.Ladder.Rules[i].Bounds[d] = max(m.Ladder.Rules[i].Bounds[d], 100)
		}
	}
	dir, ctx := b.TempDir(), context.Background()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	e, err := match.Open(ctx, dir, match.EngineOptions{Model: m, Policy: scoring.GenericPolicy(), QueriesPerMinute: -1})
	require.NoError(b, err)
	var next atomic.Int64
	submitAll := func(b *testing.B, callers int, to int64) {
		done := make(chan error)
		for range callers {
			go func() {
				for i := next.Add(1) - 1; i < to; i = next.Add(1) - 1 {
					if _, err := e.Submit(ctx, &records[i]); err != nil {
						done <- err
						return
					}
				}
				done <- nil
			}()
		}
		for range callers {
			require.NoError(b, <-done)
		}
		next.Store(to)
	}
	b.Run("fill", func(b *testing.B) {
		for b.Loop() {
			if next.Load() == 0 {
				submitAll(b, 64, int64(n))
			}
		}
		b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "records/s")
	})
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.Run("memory", func(b *testing.B) {
		for b.Loop() {
		}
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(n), "heap-bytes/record")
		b.ReportMetric(float64(e.Stats().Bytes)/float64(n), "index-bytes/record")
	})
	b.Run("query", func(b *testing.B) {
		var took []time.Duration
		for k := 0; b.Loop(); k++ {
			began := time.Now()
			_, err := e.Query(ctx, &records[k*7919%len(records)], match.QueryOptions{})
			took = append(took, time.Since(began))
			require.NoError(b, err)
		}
		percentiles(b, "query", took)
	})
	require.NoError(b, e.Close())
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			e, err = match.Open(ctx, dir, match.EngineOptions{})
			require.NoError(b, err)
			require.NoError(b, e.Close())
		}
	})
}

// BenchmarkSubmit measures submissions to a register in memory, by one caller and
// by one a processor.
func BenchmarkSubmit(b *testing.B) {
	n := *engineRecords
	records := manyFamilies(n, 2)
	m := dedupe(b, records[:min(n, 50_000)], nil, match.Options{Policy: scoring.GenericPolicy()}).Model
	for _, procs := range []int{1, 2} {
		b.Run(fmt.Sprint(procs), func(b *testing.B) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
			took := make([]time.Duration, n)
			for b.Loop() {
				e, err := match.Open(context.Background(), "", match.EngineOptions{Model: m, Policy: scoring.GenericPolicy()})
				require.NoError(b, err)
				var next atomic.Int64
				done := make(chan error)
				for range procs {
					go func() {
						for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
							began := time.Now()
							if _, err := e.Submit(context.Background(), &records[i]); err != nil {
								done <- err
								return
							}
							took[i] = time.Since(began)
						}
						done <- nil
					}()
				}
				for range procs {
					require.NoError(b, <-done)
				}
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
			percentiles(b, "submit", took)
		})
	}
}
