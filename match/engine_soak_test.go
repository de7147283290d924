package match_test

import (
	"context"
	"errors"
	"flag"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/internal/vfs"
	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/scoring"
)

var soakFor = flag.Duration("soak", 0, "how long TestEngineSoak runs; 0 means 2s (1s if -short), or 20s under IDEM_DURABILITY=1")

// A soak is an engine under concurrent use whose records stay as many: each has two
// forms, and is the one, the other, or for a moment not there.
type soak struct {
	dir   string
	e     *match.Engine
	forms [2][]patient.Record
	ops   int64
}

const (
	soakPeople  = 700
	soakWorkers = 4
)

func newSoak(dir string) *soak {
	s := &soak{dir: filepath.Join(dir, "register")}
	s.forms[0], _ = population(80, soakPeople)
	random := rand.New(rand.NewPCG(6, 6))
	for i := range s.forms[0] {
		r := s.forms[0][i].Clone()
		donor := &s.forms[0][random.IntN(len(s.forms[0]))]
		switch random.IntN(3) {
		case 0:
			r.Names = donor.Clone().Names
		case 1:
			r.BirthDate = donor.BirthDate
		default:
			r.Phones, r.Addresses = donor.Clone().Phones, donor.Clone().Addresses
		}
		s.forms[1] = append(s.forms[1], r)
	}
	return s
}

func (s *soak) open(ctx context.Context, model *match.Model) (err error) {
	s.e, err = match.Open(ctx, s.dir, match.EngineOptions{Model: model, Policy: scoring.IISPolicy(), QueriesPerMinute: -1})
	return err
}

// work does operations for some time, on every soakWorkers-th record, and leaves
// these in their first form.
func (s *soak) work(ctx context.Context, first int, random *rand.Rand, end time.Time) (ops int64, err error) {
	for time.Now().Before(end) {
		i := first + soakWorkers*random.IntN((len(s.forms[0])-first+soakWorkers-1)/soakWorkers)
		r := &s.forms[random.IntN(2)][i]
		ops++
		switch what := random.IntN(100); {
		case what < 40:
			_, err = s.e.Submit(ctx, r)
		case what < 55:
			if err = s.e.Delete(ctx, keyOf(r)); err == nil {
				_, err = s.e.Submit(ctx, r)
			}
		case what < 90:
			_, err = s.e.Query(ctx, &s.forms[random.IntN(2)][random.IntN(len(s.forms[0]))], match.QueryOptions{})
		case what < 98:
			id, e := s.e.Person(keyOf(r))
			if err = e; err == nil {
				_, err = s.e.Get(ctx, id)
			}
			if errors.Is(err, match.ErrNoSuchPerson) { // meanwhile another's
				err = nil
			}
		default:
			_, err = s.e.Worklist(20)
		}
		if err != nil {
			return ops, err
		}
	}
	return ops, s.restore(ctx, first)
}

func (s *soak) restore(ctx context.Context, first int) error {
	for i := first; i < len(s.forms[0]); i += soakWorkers {
		if _, err := s.e.Submit(ctx, &s.forms[0][i]); err != nil {
			return err
		}
	}
	return nil
}

// session lets all workers work for some time.
func (s *soak) session(ctx context.Context, t *testing.T, number int, d time.Duration) {
	t.Helper()
	end := time.Now().Add(d)
	var mu sync.Mutex
	var group sync.WaitGroup
	for w := range soakWorkers {
		group.Go(func() {
			ops, err := s.work(ctx, w, rand.New(rand.NewPCG(uint64(number), uint64(w))), end)
			assert.NoError(t, err)
			mu.Lock()
			defer mu.Unlock()
			s.ops += ops
		})
	}
	group.Wait()
}

// heap is what is in use.
func heap() int64 {
	runtime.GC()
	runtime.GC() // what pools held
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// unsynced is the usual file system, but does not wait for the disk: a soak is to
// do much.
type unsynced struct{ vfs.FS }

type unsyncedFile struct{ vfs.File }

func (unsyncedFile) Sync() error { return nil }

func (unsynced) SyncDir(string) error { return nil }

func (u unsynced) Create(name string) (vfs.File, error) {
	f, err := u.FS.Create(name)
	return unsyncedFile{f}, err
}

func (u unsynced) OpenWrite(name string) (vfs.File, error) {
	f, err := u.FS.OpenWrite(name)
	return unsyncedFile{f}, err
}

// A soaked engine is one that has been in use for a while, and then opened anew.
type soaked struct {
	held   int64 // bytes of the process's heap at the end of its use
	opened int64 // the same after it was opened anew
	events int64 // in use
}

// soakedFor runs a session, and opens the engine anew.
func (s *soak) soakedFor(ctx context.Context, t *testing.T, number int, d time.Duration) soaked {
	t.Helper()
	s.session(ctx, t, number, d)
	held, events := heap(), s.e.Stats().Events
	require.NoError(t, s.e.Close())
	require.NoError(t, s.open(ctx, nil))
	return soaked{held, heap(), events}
}

// Many use an engine for a long time, and it is closed and opened in between: its
// people stay those of a batch, no goroutine is left, and it holds no more memory
// after a long session than after one of half of it. What it takes to open it
// grows by the crosswalk alone: every enterprise id that was ever in use.
func TestEngineSoak(t *testing.T) {
	d := *soakFor
	switch {
	case d > 0:
	case durability():
		d = 20 * time.Second
	case testing.Short():
		d = time.Second
	default:
		d = 2 * time.Second
	}
	ctx := vfs.With(context.Background(), unsynced{vfs.OS})
	model := crashModel(t)
	goroutines := runtime.NumGoroutine()
	s := newSoak(t.TempDir())
	require.NoError(t, s.open(ctx, model))
	for w := range soakWorkers {
		require.NoError(t, s.restore(ctx, w))
	}
	first := s.soakedFor(ctx, t, 1, d*30/100)
	for number := range 3 {
		s.soakedFor(ctx, t, 2+number, d*3/100)
	}
	last := s.soakedFor(ctx, t, 5, d*61/100)
	t.Logf("%d operations; the first session: %d events, %d bytes, opened anew %d; the last: %d events, %d bytes, opened anew %d",
		s.ops, first.events, first.held, first.opened, last.events, last.held, last.opened)
	if d >= 20*time.Second { // else it has not settled yet
		history := last.opened - first.opened
		assert.LessOrEqual(t, last.held-history, first.held+first.held/20)
		assert.LessOrEqual(t, history, first.opened/20+32*last.events)
	}
	reg := &register{records: map[match.Key]*patient.Record{}}
	for i := range s.forms[0] {
		reg.records[keyOf(&s.forms[0][i])] = &s.forms[0][i]
	}
	require.Equal(t, len(reg.records), s.e.Stats().Records)
	require.Empty(t, differences(reg.dedupe(t, s.e.Model(), scoring.IISPolicy()), people(t, s.e, reg.keys())))
	require.NoError(t, s.e.Close())
	for range 100 { // what was closed takes a moment to end
		if runtime.NumGoroutine() <= goroutines {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	assert.LessOrEqual(t, runtime.NumGoroutine(), goroutines)
}
