package ledger_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/internal/vfs"
	"github.com/idem-health/idem/internal/vfs/memfs"
	"github.com/idem-health/idem/match/ledger"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/match/store"
)

// The tests here use a ledger and a store as an engine does: a payload is put,
// then its event enqueued, and one wait is for both.

var ctx = context.Background()

// A pair is a ledger with a store beside it.
type pair struct {
	store *store.Store
	log   *ledger.File
	known map[int]store.Digest // the record of each event
	cut   int                  // events that Open removed: their payloads are missing
}

// A note is the payload of an event.
type note struct {
	Record int          `json:"record"`
	Digest store.Digest `json:"digest"`
}

// size is of a file, after which the next is begun: small in tests, 0 as usual.
func openPair(ctx context.Context, dir string, size int64) (*pair, error) {
	p := &pair{known: map[int]store.Digest{}}
	var err error
	if p.store, err = store.Open(ctx, filepath.Join(dir, "store"), store.Options{PackSize: 2 * size}); err != nil {
		return nil, err
	}
	p.log, err = ledger.Open(ctx, filepath.Join(dir, "ledger"), ledger.Options{SegmentSize: size, Beside: p.store})
	if err != nil {
		return nil, errors.Join(err, p.store.Close())
	}
	if err := p.replay(ctx); err != nil {
		return nil, errors.Join(err, p.close())
	}
	return p, nil
}

func (p *pair) replay(ctx context.Context) error {
	for e, err := range p.log.Read(ctx, 0) {
		if err != nil {
			return err
		}
		var n note
		if err := json.Unmarshal(e.Payload, &n); err != nil {
			return err
		}
		if p.store.Status(n.Digest) == store.Absent {
			cut, err := p.log.Cut(ctx, e.Position)
			p.cut = cut.Frames
			return err
		}
		p.known[n.Record] = n.Digest
	}
	return nil
}

func (p *pair) close() error { return errors.Join(p.log.Close(), p.store.Close()) }

func record(i int) patient.Record {
	return patient.Record{Source: "clinic", ID: strconv.Itoa(i), Names: []patient.Name{{Given: fmt.Sprint("Given", i*i)}}}
}

// submit returns nil when the record and its event are on disk.
func (p *pair) submit(ctx context.Context, i int) error {
	r := record(i)
	payload := p.store.Encode(&r)
	if err := p.store.Put(payload, time.Unix(1, 0)); err != nil {
		return err
	}
	event, err := json.Marshal(note{i, payload.Digest()})
	if err != nil {
		return err
	}
	ticket, err := p.log.Enqueue([]ledger.Event{{Payload: event}})
	if err != nil {
		return err
	}
	return ticket.Wait(ctx)
}

// check says what is lacking.
func (p *pair) check(acked map[int]bool) error {
	for i := range acked {
		if _, ok := p.known[i]; !ok {
			return fmt.Errorf("record %d was acknowledged and is lost", i)
		}
	}
	for i, d := range p.known {
		r, err := p.store.Get(ctx, d)
		if err != nil {
			return fmt.Errorf("record %d: %w", i, err)
		}
		if !assert.ObjectsAreEqual(record(i), r) {
			return fmt.Errorf("record %d is another", i)
		}
	}
	if _, err := p.store.Verify(ctx); err != nil {
		return err
	}
	_, err := p.log.Verify(ctx)
	return err
}

func long() bool { return os.Getenv("IDEM_DURABILITY") == "1" }

// TestPowerFailsUnderBoth stops the machine, or fails a call, under four
// writers: now and then the event is on disk and its payload is not.
func TestPowerFailsUnderBoth(t *testing.T) {
	rounds := 100
	if long() {
		rounds = 1500
	}
	cut := 0
	for seed := range uint64(rounds) {
		fs := memfs.New(seed)
		random := rand.New(rand.NewPCG(seed, 2))
		p, err := openPair(vfs.With(ctx, fs), "d", 4<<10)
		require.NoError(t, err)
		if seed%2 == 1 {
			fs.FailAt(1+random.IntN(200), false)
		}
		var mu sync.Mutex
		acked, stop := map[int]bool{}, make(chan struct{})
		var group sync.WaitGroup
		for worker := range 4 {
			group.Go(func() {
				for i := worker; i < 200; i += 4 {
					select {
					case <-stop:
						return
					default:
					}
					if p.submit(ctx, i) == nil {
						mu.Lock()
						acked[i] = true
						mu.Unlock()
					}
				}
			})
		}
		for i := range random.IntN(20) {
			_ = p.submit(ctx, 1000+i)
		}
		mu.Lock()
		before := map[int]bool{}
		for i := range acked {
			before[i] = true
		}
		mu.Unlock()
		crashed := fs.Crash()
		close(stop)
		group.Wait()
		_ = p.close()
		fs.FailAt(0, false)
		fs.Kill()
		for _, left := range []struct {
			fs    *memfs.FS
			acked map[int]bool
		}{{crashed, before}, {fs, acked}} {
			for round := range 2 {
				p, err := openPair(vfs.With(ctx, left.fs), "d", 4<<10)
				require.NoError(t, err, "seed %d", seed)
				require.NoError(t, p.check(left.acked), "seed %d", seed)
				cut += p.cut
				require.NoError(t, p.submit(ctx, 5000+round))
				left.acked[5000+round] = true
				left.fs = left.fs.Crash()
				_ = p.close() // of what was before the crash
			}
		}
	}
	assert.Positive(t, cut, "that an event lacks its payload was never tried")
}

var kills = flag.Int("kills", 0, "how often TestKill kills a process; 0 means 5, or 100 under IDEM_DURABILITY=1")

// TestKill submits records in a process of its own, which is killed at some
// moment, again and again in the same directory.
func TestKill(t *testing.T) {
	if dir := os.Getenv("IDEM_KILL_DIR"); dir != "" {
		submitUntilKilled(dir)
		return
	}
	cycles := *kills
	if cycles == 0 {
		cycles = 5
		if long() {
			cycles = 100
		}
	}
	dir, acked := t.TempDir(), map[int]bool{}
	random := rand.New(rand.NewPCG(9, 9))
	there := 0
	for cycle := range cycles {
		for i := range killed(t, dir, cycle*100_000, time.Duration(random.IntN(40_000))*time.Microsecond) {
			acked[i] = true
		}
		p, err := openPair(ctx, dir, 4<<10)
		require.NoError(t, err, "cycle %d", cycle)
		require.NoError(t, p.check(acked), "cycle %d", cycle)
		there = len(p.known)
		require.NoError(t, p.close())
	}
	t.Logf("%d cycles, %d records acknowledged, %d there", cycles, len(acked), there)
	assert.NotEmpty(t, acked)
}

// killed runs the process, kills it some time after its first acknowledgement,
// and returns what it acknowledged.
func killed(t *testing.T, dir string, first int, after time.Duration) map[int]bool {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^TestKill$")
	child.Env = append(os.Environ(), "IDEM_KILL_DIR="+dir, fmt.Sprint("IDEM_KILL_FIRST=", first))
	out, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	acked := map[int]bool{}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		i, err := strconv.Atoi(lines.Text())
		if err != nil {
			t.Errorf("the process says %q", lines.Text())
			break
		}
		if len(acked) == 0 {
			time.AfterFunc(after, func() { _ = child.Process.Kill() })
		}
		acked[i] = true
	}
	_ = child.Process.Kill()
	require.Error(t, child.Wait(), "it ends by being killed only")
	return acked
}

func submitUntilKilled(dir string) {
	first, _ := strconv.Atoi(os.Getenv("IDEM_KILL_FIRST"))
	p, err := openPair(ctx, dir, 4<<10)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	var group sync.WaitGroup
	for worker := range 4 {
		group.Go(func() {
			for i := first + worker; ; i += 4 {
				if err := p.submit(ctx, i); err != nil {
					fmt.Println(err)
					return
				}
				fmt.Println(i) // one write: a line is whole
			}
		})
	}
	group.Wait()
}
