package match_test

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/internal/vfs"
	"github.com/idem-health/idem/internal/vfs/memfs"
	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/ledger"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/match/store"
	"github.com/idem-health/idem/merge"
	"github.com/idem-health/idem/scoring"
)

var (
	kills = flag.Int("kills", 0, "how often TestKilledEngine kills a process; 0 means 4, or 100 under IDEM_DURABILITY=1")
	every = flag.Bool("every", false, "TestEngineOnAFailingDisk lets every call of its script fail, not a sample of them")
)

// durability says whether the tests of what is on disk run in full, as CI does.
func durability() bool { return os.Getenv("IDEM_DURABILITY") == "1" }

// A witness knows what an engine has to hold. Every operation has a mark, which a
// record bears as an attribute, and a steward's decision as its steward.
type witness struct {
	records map[match.Key][]string // the marks that the record may bear; "" is that it is not there
	said    map[string]int         // events of the steward's decisions that were acknowledged
}

func newWitness() *witness { return &witness{map[match.Key][]string{}, map[string]int{}} }

// A deed is an operation that was begun.
type deed struct {
	kind string // submit, delete, or a steward's
	key  match.Key
	mark string
}

func (d deed) leaves() string {
	if d.kind == "delete" {
		return ""
	}
	return d.mark
}

func (w *witness) begin(d deed) {
	if _, ok := w.records[d.key]; !ok {
		w.records[d.key] = []string{""}
	}
	if d.kind == "submit" || d.kind == "delete" {
		w.records[d.key] = append(w.records[d.key], d.leaves())
	}
}

// done hears that a deed was acknowledged, with so many events of the steward.
func (w *witness) done(d deed, events int) {
	if d.kind == "submit" || d.kind == "delete" {
		w.records[d.key] = []string{d.leaves()}
		return
	}
	w.said[d.mark] = events
}

func (w *witness) clone() *witness {
	c := newWitness()
	for k, marks := range w.records {
		c.records[k] = slices.Clone(marks)
	}
	for mark, n := range w.said {
		c.said[mark] = n
	}
	return c
}

const markName = "mark"

func markOf(r *patient.Record) string {
	for _, a := range r.Attributes {
		if a.Name == markName {
			return a.Value
		}
	}
	return "none"
}

// A worker does operations on records of its own, which are like those of others.
type worker struct {
	e    *match.Engine
	rng  *rand.Rand
	pool []patient.Record
	own  []match.Key
	name string
	n    int
}

func newWorker(e *match.Engine, pool []patient.Record, name string, seed uint64, prefix string, records int) *worker {
	w := &worker{e: e, rng: rand.New(rand.NewPCG(seed, 11)), pool: pool, name: name}
	for i := range records {
		w.own = append(w.own, match.Key{Source: "feed", ID: fmt.Sprintf("%s-%03d", prefix, i)})
	}
	return w
}

// next says what the worker is about to do, and does it: events are those of the
// steward's decision.
func (w *worker) next() (d deed, do func(context.Context) (events int, err error)) {
	w.n++
	mark := fmt.Sprintf("%s.%d", w.name, w.n)
	key, other := w.own[w.rng.IntN(len(w.own))], w.own[w.rng.IntN(len(w.own))]
	say := func(kind string, say func(context.Context) ([]merge.Event, error)) (deed, func(context.Context) (int, error)) {
		return deed{kind, key, mark}, func(ctx context.Context) (n int, err error) {
			events, err := say(ctx)
			for _, ev := range events {
				if ev.Actor == mark {
					n++
				}
			}
			if errors.Is(err, merge.ErrRefused) || errors.Is(err, merge.ErrUnknown) || errors.Is(err, match.ErrNoSuchRecord) {
				err = nil
			}
			return n, err
		}
	}
	switch what := w.rng.IntN(100); {
	case what < 68:
		r := w.pool[w.rng.IntN(len(w.pool))].Clone()
		r.Source, r.ID = key.Source, key.ID
		r.Attributes = []patient.Attribute{{Name: markName, Value: mark}}
		return deed{"submit", key, mark}, func(ctx context.Context) (int, error) {
			_, err := w.e.Submit(ctx, &r)
			return 0, err
		}
	case what < 78:
		return deed{"delete", key, mark}, func(ctx context.Context) (int, error) {
			err := w.e.Delete(ctx, key)
			if errors.Is(err, match.ErrNoSuchRecord) {
				err = nil
			}
			return 0, err
		}
	case what < 84:
		return say("link", func(ctx context.Context) ([]merge.Event, error) { return w.e.Link(ctx, key, other, mark) })
	case what < 90:
		return say("never", func(ctx context.Context) ([]merge.Event, error) { return w.e.Never(ctx, key, other, mark) })
	case what < 95:
		return say("withdraw", func(ctx context.Context) ([]merge.Event, error) { return w.e.Withdraw(ctx, key, other, mark) })
	}
	return say("unlink", func(ctx context.Context) ([]merge.Event, error) { return w.e.Unlink(ctx, key, mark) })
}

// check opens the register and says what it lacks, or has too much: what was
// acknowledged is there, every record is one that somebody sent, ledger and store
// are sound, and the people are those of a batch. What the witness was not sure of
// it knows afterwards.
func (w *witness) check(ctx context.Context, dir string, o match.EngineOptions) error {
	e, err := match.Open(ctx, dir, o)
	if err != nil {
		return err
	}
	got := map[match.Key]merge.EnterpriseID{}
	for k, marks := range w.records {
		rec, err := e.Record(ctx, k)
		mark := ""
		if err == nil {
			mark = markOf(&rec)
			got[k], err = e.Person(k)
		}
		if err != nil && !errors.Is(err, match.ErrNoSuchRecord) {
			return errors.Join(err, e.Close())
		}
		if !slices.Contains(marks, mark) {
			return errors.Join(fmt.Errorf("record %s is of operation %q: it must be of one of %q", k.ID, mark, marks), e.Close())
		}
		w.records[k] = []string{mark}
	}
	model, records := e.Model(), e.Stats().Records
	if err := e.Close(); err != nil {
		return err
	}
	if records != len(got) {
		return fmt.Errorf("%d records, of them %d that somebody sent", records, len(got))
	}
	state, reg, err := w.replay(ctx, dir)
	if err != nil {
		return err
	}
	return sameAsBatch(got, state, reg, match.Options{Model: model, Policy: o.Policy, Sparse: true})
}

// replay reads and verifies the ledger and the store by themselves.
func (w *witness) replay(ctx context.Context, dir string) (state *merge.State, reg *register, err error) {
	s, err := store.Open(ctx, filepath.Join(dir, "records"), store.Options{})
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	log, err := ledger.Open(ctx, filepath.Join(dir, "events"), ledger.Options{Beside: s})
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	if _, err := s.Verify(ctx); err != nil {
		return nil, nil, err
	}
	if _, err := log.Verify(ctx); err != nil {
		return nil, nil, err
	}
	state = merge.NewState()
	said := map[string]int{}
	for ev, err := range log.Read(ctx, 0) {
		if err != nil {
			return nil, nil, err
		}
		event, err := merge.ParseEvent(ev.Payload)
		if err == nil {
			err = state.Apply(&event)
		}
		if err != nil {
			return nil, nil, fmt.Errorf("event %d: %w", ev.Position, err)
		}
		said[event.Actor]++
	}
	for mark, n := range w.said {
		if said[mark] != n {
			return nil, nil, fmt.Errorf("the steward's decision %s was acknowledged with %d events and has %d", mark, n, said[mark])
		}
	}
	reg = &register{map[match.Key]*patient.Record{}, map[[2]match.Key]bool{}}
	for id, digest := range state.All() {
		rec, err := s.Get(ctx, store.Digest(digest))
		if err != nil {
			return nil, nil, err
		}
		reg.records[keyOf(&rec)] = &rec
		if k := (match.Key{Source: id.Source, ID: id.ID}); k != keyOf(&rec) {
			return nil, nil, fmt.Errorf("record %s is %s in the store", k.ID, rec.ID)
		}
	}
	for _, d := range state.Decisions() {
		if d.Kind == merge.EventSame || d.Kind == merge.EventNever {
			reg.decisions[pairOf(d.A, d.B)] = d.Kind == merge.EventSame
		}
	}
	return state, reg, nil
}

// sameAsBatch holds an engine's people against those of its events, and of a batch
// over the same records.
func sameAsBatch(got map[match.Key]merge.EnterpriseID, state *merge.State, reg *register, o match.Options) error {
	least, mine := map[merge.EnterpriseID]match.Key{}, map[match.Key]match.Key{}
	for _, k := range reg.keys() { // sorted: the first of a person is the least
		id, ok := state.Person(merge.RecordID{Source: k.Source, ID: k.ID})
		if !ok || id != got[k] {
			return fmt.Errorf("record %s is of person %v by the ledger and %v by the engine", k.ID, id, got[k])
		}
		if _, ok := least[id]; !ok {
			least[id] = k
		}
		mine[k] = least[id]
	}
	if len(got) != len(mine) {
		return fmt.Errorf("%d records by the ledger and %d by the engine", len(mine), len(got))
	}
	if len(mine) == 0 {
		return nil
	}
	var records []patient.Record
	for _, k := range reg.keys() {
		records = append(records, *reg.records[k])
	}
	for pair, same := range reg.decisions {
		o.Decisions = append(o.Decisions, match.PairDecision{A: pair[0], B: pair[1], Same: same})
	}
	res, err := match.Dedupe(context.Background(), stream(records, nil), o)
	if err != nil {
		return err
	}
	if diff := differences(partition(res), mine); len(diff) > 0 {
		return fmt.Errorf("other people than in a batch: %v", diff)
	}
	return nil
}

var crashTraining = sync.OnceValues(func() (*match.Result, error) {
	records, _ := population(78, 260)
	return match.Dedupe(context.Background(), stream(records, nil), match.Options{Policy: scoring.IISPolicy()})
})

// crashModel is a model of a small population, and crashPool records like those
// it was trained on, few enough to be often alike.
func crashModel(t testing.TB) *match.Model {
	t.Helper()
	res, err := crashTraining()
	require.NoError(t, err)
	return res.Model
}

func crashPool() []patient.Record {
	pool, _ := population(79, 120)
	return pool
}

const (
	killDir   = "IDEM_ENGINE_KILL_DIR"
	killCycle = "IDEM_ENGINE_KILL_CYCLE"
	killModel = "model.json"
	killers   = 4  // goroutines that submit
	ofOneDir  = 20 // cycles in one directory
)

// TestKilledEngine runs an engine in a process of its own, which is killed at some
// moment, as it opens or later, again and again in the same directory.
func TestKilledEngine(t *testing.T) {
	if dir := os.Getenv(killDir); dir != "" {
		workUntilKilled(dir)
		return
	}
	cycles := *kills
	switch {
	case cycles > 0:
	case durability():
		cycles = 100
	default:
		cycles = 4
	}
	model := crashModel(t)
	data, err := model.JSON()
	require.NoError(t, err)
	random := rand.New(rand.NewPCG(5, 9))
	acked, unsure := 0, 0
	var dir string
	var w *witness
	for cycle := range cycles {
		if cycle%ofOneDir == 0 {
			dir, w = t.TempDir(), newWitness()
			require.NoError(t, os.WriteFile(filepath.Join(dir, killModel), data, 0o600))
		}
		opening, after := random.IntN(5) == 0, time.Duration(random.IntN(50_000))*time.Microsecond
		done, begun := w.kill(t, dir, cycle, opening, after)
		acked, unsure = acked+done, unsure+begun-done
		if random.IntN(8) == 0 && cycle%ofOneDir < ofOneDir-1 {
			continue // the next process finds what this one left
		}
		require.NoError(t, w.check(context.Background(), filepath.Join(dir, "register"), match.EngineOptions{Model: model, Policy: scoring.IISPolicy()}), "cycle %d", cycle)
	}
	t.Logf("%d processes killed, %d operations acknowledged, %d under way", cycles, acked, unsure)
	assert.Positive(t, acked)
	assert.Positive(t, unsure)
}

// kill runs the process and kills it some time after it begins to open the engine,
// or after its first acknowledgement.
func (w *witness) kill(t *testing.T, dir string, cycle int, opening bool, after time.Duration) (done, begun int) {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^TestKilledEngine$")
	child.Env = append(os.Environ(), killDir+"="+dir, fmt.Sprint(killCycle, "=", cycle))
	out, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	set := false
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		if !set && (opening || words[0] == "done") {
			set = true
			time.AfterFunc(after, func() { _ = child.Process.Kill() })
		}
		switch {
		case words[0] == "opening":
			continue
		case len(words) != 5 || words[0] != "begin" && words[0] != "done":
			t.Errorf("cycle %d: the process says %q", cycle, lines.Text())
			_ = child.Process.Kill()
			continue
		}
		d := deed{words[1], match.Key{Source: "feed", ID: words[2]}, words[3]}
		if words[0] == "begin" {
			w.begin(d)
			begun++
			continue
		}
		events, err := strconv.Atoi(words[4])
		require.NoError(t, err)
		w.done(d, events)
		done++
	}
	_ = child.Process.Kill()
	require.Error(t, child.Wait(), "it ends by being killed only")
	return done, begun
}

// workUntilKilled is the process: several workers, each with records of its own.
// It writes a line, in one call, before and after each operation.
func workUntilKilled(dir string) {
	fail := func(err error) {
		if err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
	}
	cycle, err := strconv.Atoi(os.Getenv(killCycle))
	fail(err)
	data, err := os.ReadFile(filepath.Join(dir, killModel))
	fail(err)
	model, err := match.ParseModel(data)
	fail(err)
	fmt.Println("opening")
	e, err := match.Open(context.Background(), filepath.Join(dir, "register"), match.EngineOptions{Model: model, Policy: scoring.IISPolicy()})
	fail(err)
	pool := crashPool()
	var group sync.WaitGroup
	for i := range killers {
		w := newWorker(e, pool, fmt.Sprintf("%d/%d", cycle, i), uint64(cycle*killers+i), fmt.Sprint(i), 12+3*(cycle%ofOneDir))
		group.Go(func() {
			for {
				d, do := w.next()
				fmt.Println("begin", d.kind, d.key.ID, d.mark, 0)
				events, err := do(context.Background())
				fail(err)
				fmt.Println("done", d.kind, d.key.ID, d.mark, events)
			}
		})
	}
	group.Wait()
}

// A diskScript runs operations on an engine until one cannot be done; what fails
// is not acknowledged. Now and then it is opened anew.
type diskScript struct {
	w        *witness
	pool     []patient.Record
	o        match.EngineOptions
	after    string // an acknowledgement that came after the disk had failed the engine
	failures int
}

func (s *diskScript) run(fs *memfs.FS, operations int) {
	ctx := vfs.With(context.Background(), fs)
	work := newWorker(nil, s.pool, "d", 3, "d", 14)
	closeIt := func() {
		if work.e != nil {
			_ = work.e.Close()
		}
		work.e = nil
	}
	defer closeIt()
	for op := range operations {
		if work.e == nil {
			e, err := match.Open(ctx, "register", s.o)
			if err != nil {
				return
			}
			work.e = e
		}
		d, do := work.next()
		s.w.begin(d)
		events, err := do(ctx)
		if err == nil {
			s.w.done(d, events)
		}
		if errors.Is(err, ledger.ErrFailed) || errors.Is(err, match.ErrEngineFailed) {
			s.failures++
			s.insist(ctx, work)
			closeIt()
		}
		if op%17 == 16 {
			closeIt()
		}
	}
}

// insist goes on with an engine that could not record a decision.
func (s *diskScript) insist(ctx context.Context, work *worker) {
	for range 3 {
		d, do := work.next()
		if d.kind != "submit" { // others may find nothing to do
			continue
		}
		s.w.begin(d)
		if _, err := do(ctx); !errors.Is(err, match.ErrEngineFailed) {
			s.after = fmt.Sprintf("%s: %v", d.mark, err)
		}
	}
}

// Whatever call of the file system fails, once or for good, and whatever of what
// was not synced a power failure then leaves: nothing acknowledged is lost,
// nothing is half applied, and nothing is acknowledged after the disk failed.
func TestEngineOnAFailingDisk(t *testing.T) {
	t.Parallel()
	step := 23
	switch {
	case *every:
		step = 1
	case durability():
		step = 5
	case testing.Short():
		step = 113
	}
	o := match.EngineOptions{Model: crashModel(t), Policy: scoring.IISPolicy()}
	pool := crashPool()[:40]
	failures, calls := 0, 0
	for n := 1; ; n += step {
		fs := memfs.New(uint64(n))
		fs.FailAt(n, n/step%3 == 2)
		s := &diskScript{w: newWitness(), pool: pool, o: o}
		s.run(fs, 60)
		seen, failed := fs.Calls()
		fs.FailAt(0, false)
		fs.Kill()
		what := fmt.Sprintf("seed %d, failed: %q", n, failed[:min(3, len(failed))])
		require.Empty(t, s.after, what)
		failures += s.failures
		crashed := fs.Crash()
		outlive(t, crashed, s.w.clone(), s, what+", after the power failed")
		if n%2 == 0 { // the same system goes on
			outlive(t, fs, s.w, s, what)
		}
		calls = max(calls, seen)
		if seen < n {
			break
		}
	}
	t.Logf("%d calls, every %d. failed; %d times it failed the engine", calls, step, failures)
	assert.Greater(t, calls, 200)
	if step < 100 { // else the few calls may all be others than a sync
		assert.Positive(t, failures)
	}
}

// outlive opens what is left, and what a crash leaves of that after one more
// acknowledgement: what was seen by then must stay.
func outlive(t *testing.T, fs *memfs.FS, w *witness, s *diskScript, what string) {
	t.Helper()
	ctx := vfs.With(context.Background(), fs)
	require.NoError(t, w.check(ctx, "register", s.o), what)
	e, err := match.Open(ctx, "register", s.o)
	require.NoError(t, err, what)
	work := newWorker(e, s.pool, "o", 4, "d", 14)
	for range 3 {
		d, do := work.next()
		w.begin(d)
		events, err := do(ctx)
		require.NoError(t, err, what)
		w.done(d, events)
	}
	crashed := fs.Crash()
	_ = e.Close() // of what was before the crash
	require.NoError(t, w.check(vfs.With(context.Background(), crashed), "register", s.o), what+", and failed again")
}
