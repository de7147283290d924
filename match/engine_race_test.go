package match_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/internal/vfs"
	"github.com/idem-health/idem/internal/vfs/memfs"
	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/merge"
	"github.com/idem-health/idem/scoring"
)

// 64 goroutines that submit the same newcomer at once, each under an id of its
// own, make one person, each time.
func TestOneNewcomerIsOnePerson(t *testing.T) {
	rounds := 200
	if testing.Short() {
		rounds = 20
	}
	e, err := match.Open(context.Background(), "", match.EngineOptions{Model: trained(t, scoring.GenericPolicy(), 0), Policy: scoring.GenericPolicy()})
	require.NoError(t, err)
	newcomers, _ := population(4242, 3*rounds)
	for round := range rounds {
		r := newcomers[round*3]
		r.BirthCertificate = fmt.Sprintf("2026-%06d", round)
		r.Names = []patient.Name{{Given: fmt.Sprintf("Given%c%c", 'a'+round%26, 'a'+round/26), Family: fmt.Sprintf("Family%c%c", 'a'+round/26, 'a'+round%26)}}
		var wait sync.WaitGroup
		start := make(chan struct{})
		for g := range 64 {
			wait.Go(func() {
				c := r.Clone()
				c.ID = fmt.Sprintf("round-%d-%d", round, g)
				<-start
				_, err := e.Submit(context.Background(), &c)
				assert.NoError(t, err)
			})
		}
		close(start)
		wait.Wait()
		found := map[merge.EnterpriseID]int{}
		for g := range 64 {
			id, err := e.Person(match.Key{Source: r.Source, ID: fmt.Sprintf("round-%d-%d", round, g)})
			require.NoError(t, err)
			found[id]++
		}
		require.Len(t, found, 1, "round %d", round)
	}
	require.NoError(t, e.Close())
}

// Law 3 with many submitters: whatever their interleaving, the people are those
// of a batch; queries, views and work lists are asked for meanwhile. No goroutine
// is left, and what is on disk opens as it was.
func TestConcurrentEngineIsTheBatch(t *testing.T) {
	for name, policy := range policies {
		for _, bound := range []int{0, 5} {
			for _, procs := range []int{1, 4} {
				t.Run(fmt.Sprint(name, bound, procs), func(t *testing.T) {
					defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
					concurrent(t, policy(), bound)
				})
			}
		}
	}
}

func concurrent(t *testing.T, policy scoring.Policy, bound int) {
	m := trained(t, policy, bound)
	before := runtime.NumGoroutine()
	ctx := vfs.With(context.Background(), memfs.New(1))
	e, err := match.Open(ctx, "register", match.EngineOptions{Model: m, Policy: policy, QueriesPerMinute: -1})
	require.NoError(t, err)
	people0 := 90
	if testing.Short() {
		people0 = 45
	}
	s := newScript(t, 21, people0, e)
	var mu sync.Mutex
	var wait sync.WaitGroup
	const workers = 8
	for w := range workers { // each has records of its own, which are near those of the others
		wait.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(w), 1))
			var own []match.Key
			for i := w; i < len(s.pool); i += workers {
				r := s.pool[i].Clone()
				_, err := e.Submit(ctx, &r)
				assert.NoError(t, err)
				own = append(own, keyOf(&r))
				mu.Lock()
				s.reg.records[keyOf(&r)] = &r
				mu.Unlock()
				switch k := own[rng.IntN(len(own))]; rng.IntN(8) {
				case 0:
					if assert.NoError(t, e.Delete(ctx, k)) {
						mu.Lock()
						s.reg.drop(k)
						mu.Unlock()
						own = append(own[:0], own...)
						for j, o := range own {
							if o == k {
								own = append(own[:j], own[j+1:]...)
								break
							}
						}
					}
					if len(own) == 0 {
						return
					}
				case 1:
					c := s.pool[rng.IntN(len(s.pool))].Clone()
					c.Source, c.ID = k.Source, k.ID
					c.Received = patient.Date{Year: 2026, Month: 3, Day: 1}
					_, err := e.Submit(ctx, &c)
					assert.NoError(t, err)
					mu.Lock()
					s.reg.records[k] = &c
					mu.Unlock()
				case 2:
					_, err := e.Query(ctx, &s.pool[rng.IntN(len(s.pool))], match.QueryOptions{})
					assert.NoError(t, err)
				case 3:
					if id, err := e.Person(k); assert.NoError(t, err) {
						_, err = e.Get(ctx, id)
						assert.NoError(t, err)
					}
					_, err := e.Worklist(5)
					assert.NoError(t, err)
				}
			}
		})
	}
	wait.Wait()
	require.Empty(t, differences(s.reg.dedupe(t, e.Model(), policy), people(t, e, s.reg.keys())))
	want := people(t, e, s.reg.keys())
	require.NoError(t, e.Close())
	_, err = e.Query(ctx, &s.pool[0], match.QueryOptions{})
	require.ErrorIs(t, err, match.ErrEngineClosed)
	e, err = match.Open(ctx, "register", match.EngineOptions{})
	require.NoError(t, err)
	require.Equal(t, want, people(t, e, s.reg.keys()))
	require.NoError(t, e.Close())
	for range 100 { // what was closed takes a moment to end
		if runtime.NumGoroutine() <= before {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	assert.LessOrEqual(t, runtime.NumGoroutine(), before)
}
