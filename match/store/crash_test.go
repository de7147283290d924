package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/internal/vfs"
	"github.com/idem-health/idem/internal/vfs/memfs"
	"github.com/idem-health/idem/match/patient"
)

// long says whether the tests of durability run in full, as CI does.
func long() bool { return os.Getenv("IDEM_DURABILITY") == "1" }

var small = Options{PackSize: 2 << 10}

// mark is a text that only the record of the number holds.
func mark(i int) string { return fmt.Sprintf("given-%05d-", i) }

func marked(i int) patient.Record {
	return patient.Record{Source: "clinic", ID: fmt.Sprint(i), Names: []patient.Name{{Given: mark(i) + strings.Repeat("x", i*37%200)}}}
}

// A witness knows what a store has to hold.
type witness struct {
	present map[int]Digest // acknowledged, and nobody tried to erase it
	erased  map[int]Digest // acknowledged
	shot    uint64         // position of the last snapshot that was acknowledged
}

func newWitness() *witness { return &witness{present: map[int]Digest{}, erased: map[int]Digest{}} }

func (w *witness) clone() *witness {
	return &witness{maps.Clone(w.present), maps.Clone(w.erased), w.shot}
}

// script runs operations until one cannot be done; what fails is not
// acknowledged and the store opened again.
func script(fs *memfs.FS, w *witness, operations int) {
	ctx := vfs.With(context.Background(), fs)
	var s *Store
	defer func() {
		if s != nil {
			_ = s.Close()
		}
	}()
	waiting := map[int]Digest{} // put, not synced
	for op := range operations {
		if s == nil {
			opened, err := Open(ctx, "d", small)
			if err != nil {
				return
			}
			s = opened
			clear(waiting)
		}
		if failed := w.step(ctx, s, op, waiting); failed || op%53 == 52 {
			_ = s.Close()
			s = nil
		}
	}
}

func (w *witness) step(ctx context.Context, s *Store, op int, waiting map[int]Digest) (failed bool) {
	var err error
	switch {
	case op%61 == 60:
		_, err = s.Compact(ctx, 0.2)
	case op%23 == 22:
		err = s.WriteSnapshot(ctx, Snapshot{Name: "index", Position: uint64(op)}, func(out io.Writer) error {
			_, err := out.Write(bytes.Repeat([]byte{byte(op)}, 1000+op))
			return err
		})
		if err == nil {
			w.shot = uint64(op)
		}
	case op%7 == 6 && len(w.present) > 3:
		numbers := slices.Sorted(maps.Keys(w.present))
		i := op % (len(numbers) - 1)
		doomed := numbers[i : i+2]
		list := []Digest{w.present[doomed[0]], w.present[doomed[1]]}
		for _, i := range doomed {
			delete(w.present, i)
		}
		if _, err = s.Erase(ctx, noon, list...); err == nil {
			w.erased[doomed[0]], w.erased[doomed[1]] = list[0], list[1]
		}
	default:
		r := marked(op)
		p := s.Encode(&r)
		if err = s.Put(p, noon); err == nil {
			waiting[op] = p.Digest()
		}
		if op%3 == 2 && err == nil {
			if err = s.Sync(ctx); err == nil {
				maps.Copy(w.present, waiting)
				clear(waiting)
			}
		}
	}
	return errors.Is(err, ErrFailed)
}

// check says what a store lacks, or has too much.
func (w *witness) check(s *Store, fs *memfs.FS) error {
	for i, d := range w.present {
		r, err := s.Get(ctx, d)
		if err != nil {
			return fmt.Errorf("record %d: %w", i, err)
		}
		if r.Names[0] != marked(i).Names[0] {
			return fmt.Errorf("record %d is another", i)
		}
	}
	for where, files := range map[string]map[string][]byte{"seen": fs.Files(), "on disk": fs.OnDisk()} {
		there := map[string]bool{}
		for _, data := range files {
			for {
				_, rest, ok := bytes.Cut(data, []byte("given-"))
				if !ok || len(rest) < 6 {
					break
				}
				there["given-"+string(rest[:6])], data = true, rest
			}
		}
		for i, d := range w.erased {
			if s.Status(d) != Erased {
				return fmt.Errorf("record %d was erased and is %v", i, s.Status(d))
			}
			if there[mark(i)] {
				return fmt.Errorf("record %d was erased and its bytes are %s", i, where)
			}
		}
	}
	err := s.ReadSnapshot(ctx, "index", func(h Snapshot, r io.Reader) error {
		data, err := io.ReadAll(r)
		if err == nil && !bytes.Equal(data, bytes.Repeat([]byte{byte(h.Position)}, 1000+int(h.Position))) {
			err = fmt.Errorf("the snapshot of %d is another", h.Position)
		}
		if h.Position < w.shot {
			err = errors.Join(err, fmt.Errorf("the snapshot of %d was acknowledged and that of %d is there", w.shot, h.Position))
		}
		return err
	})
	if err != nil && (w.shot > 0 || !errors.Is(err, ErrAbsent)) {
		return err
	}
	_, err = s.Verify(ctx)
	return err
}

// survive opens what is left, and what a crash leaves of that after some more
// work, and so on.
func survive(t *testing.T, fs *memfs.FS, w *witness, rounds int, what func() string) {
	t.Helper()
	for round := range rounds {
		s, err := Open(vfs.With(ctx, fs), "d", small)
		require.NoError(t, err, what())
		require.NoError(t, w.check(s, fs), what())
		for i := range 3 {
			number := 10_000*(round+1) + i
			w.present[number] = put(t, s, marked(number), noon)
		}
		require.NoError(t, s.Sync(ctx))
		fs = fs.Crash()
		_ = s.Close() // of what was before the crash
	}
}

func TestEveryCallFailsOnce(t *testing.T) {
	t.Parallel()
	everyCall(t, false)
}

func TestTheDiskDiesAtEveryCall(t *testing.T) {
	t.Parallel()
	everyCall(t, true)
}

func everyCall(t *testing.T, broken bool) {
	step := 41
	switch {
	case testing.Short():
		step = 199
	case long() && broken: // much of it is as if the call failed once
		step = 7
	case long():
		step = 1
	}
	for n := 1; ; n += step {
		fs, w := memfs.New(uint64(n)), newWitness()
		fs.FailAt(n, broken)
		script(fs, w, 300)
		calls, failed := fs.Calls()
		what := func() string { return fmt.Sprint("seed ", n, ", failed: ", failed) }
		fs.FailAt(0, false)
		fs.Kill()
		survive(t, fs.Crash(), w.clone(), 2, what)
		survive(t, fs, w.clone(), 1, what) // no crash: the same system goes on
		if calls < n {
			assert.Greater(t, n, 300)
			return
		}
	}
}

func TestPowerLoss(t *testing.T) {
	rounds := 40
	if long() {
		rounds = 600
	}
	for seed := range uint64(rounds) {
		fs := memfs.New(seed)
		s := reopen(t, vfs.With(ctx, fs), "d", small)
		var mu sync.Mutex
		w := newWitness()
		var group sync.WaitGroup
		stop := make(chan struct{})
		for worker := range 4 {
			group.Go(func() {
				for i := worker; ; i += 4 {
					select {
					case <-stop:
						return
					default:
					}
					r := marked(i)
					p := s.Encode(&r)
					if s.Put(p, noon) == nil && s.Sync(ctx) == nil {
						mu.Lock()
						w.present[i] = p.Digest()
						mu.Unlock()
					}
				}
			})
		}
		random := rand.New(rand.NewPCG(seed, 1))
		for i := range random.IntN(50) {
			put(t, s, marked(100_000+i), noon)
			require.NoError(t, s.Sync(ctx))
		}
		mu.Lock()
		before := w.clone()
		mu.Unlock()
		crashed := fs.Crash()
		close(stop)
		group.Wait()
		require.NoError(t, s.Close())
		survive(t, crashed, before, 2, func() string { return fmt.Sprint("seed ", seed) })
	}
}

// storeFiles makes a store of several packs, with tombstones and a snapshot.
func storeFiles(t testing.TB, closed bool) (map[string][]byte, *witness) {
	t.Helper()
	fs, w := memfs.New(7), newWitness()
	s := reopen(t, vfs.With(ctx, fs), "d", small)
	waiting := map[int]Digest{}
	for op := range 80 {
		w.step(ctx, s, op, waiting)
	}
	w.present[1000] = put(t, s, marked(1000), noon)
	require.NoError(t, s.Sync(ctx))
	files := fs.OnDisk()
	require.NoError(t, s.Close())
	if closed {
		files = fs.OnDisk()
	}
	return files, w
}

func placed(t testing.TB, files map[string][]byte) *memfs.FS {
	t.Helper()
	fs := memfs.New(1)
	require.NoError(t, fs.MkdirAll("d"))
	for name, data := range files {
		require.NoError(t, vfs.WriteFile(fs, name, data))
	}
	return fs
}

// TestNoDamageIsSilent flips bits and cuts files. Of derived files, the indexes,
// damage may do nothing at all.
func TestNoDamageIsSilent(t *testing.T) {
	for _, closed := range []bool{true, false} {
		files, w := storeFiles(t, closed)
		names := slices.Sorted(maps.Keys(files))
		require.Greater(t, len(names), 6)
		rounds := 300
		if long() {
			rounds = 3000
		}
		random := rand.New(rand.NewPCG(5, 6))
		for round := range rounds {
			damaged := maps.Clone(files)
			name := names[random.IntN(len(names))]
			data := bytes.Clone(files[name])
			at := random.IntN(len(data))
			what := fmt.Sprintf("round %d (closed %v): byte %d of %s", round, closed, at, name)
			if random.IntN(4) == 0 {
				data = data[:at]
			} else {
				data[at] ^= 1 << random.IntN(8)
			}
			damaged[name] = data
			fs := placed(t, damaged)
			s, err := Open(vfs.With(ctx, fs), "d", small)
			reported := false
			if err == nil {
				reported = s.Recovered() != Recovered{}
				err = w.check(s, fs)
				require.NoError(t, s.Close(), what)
			}
			derived := strings.HasSuffix(name, ".index")
			switch {
			case err == nil && !derived && !reported:
				t.Fatalf("%s: unnoticed", what)
			case err != nil && derived:
				t.Fatalf("%s: %v", what, err)
			case err != nil && !reported:
				require.ErrorIs(t, err, ErrCorrupt, what)
			}
		}
	}
}
