package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/internal/vfs"
	"github.com/idem-health/idem/internal/vfs/memfs"
)

// long says whether the tests of durability run in full, as CI does.
func long() bool { return os.Getenv("IDEM_DURABILITY") == "1" }

// batch makes the events of one call, which say so: "12/0/3" is the first of
// the three of call 12, with something to fill sectors.
func batch(call, size int) []Event {
	list := make([]Event, size)
	for i := range list {
		list[i].Payload = fmt.Appendf(nil, "%d/%d/%d %s", call, i, size, strings.Repeat("x", call*37%200))
	}
	return list
}

// A witness knows what was acknowledged.
type witness struct {
	mu    sync.Mutex
	acked map[int]Head
}

func newWitness() *witness { return &witness{acked: map[int]Head{}} }

func (w *witness) ack(call int, head Head) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.acked[call] = head
}

func (w *witness) copy() map[int]Head {
	w.mu.Lock()
	defer w.mu.Unlock()
	return maps.Clone(w.acked)
}

// check reads the log and says what it lacks: every call that was acknowledged
// is there, each that is there is whole and there once, at its position.
func check(f *File, acked map[int]Head) error {
	found := map[int]Position{}
	call, next, size := 0, 0, 0
	for e, err := range f.Read(ctx, 0) {
		if err != nil {
			return err
		}
		var c, i, n int
		if _, err := fmt.Sscanf(string(e.Payload), "%d/%d/%d", &c, &i, &n); err != nil {
			return fmt.Errorf("event %d is %q", e.Position, e.Payload)
		}
		if next < size && c != call || next == size && i != 0 || next < size && i != next {
			return fmt.Errorf("call %d is half applied", call)
		}
		call, next, size = c, i+1, n
		if next == size {
			if _, twice := found[c]; twice {
				return fmt.Errorf("call %d is there twice", c)
			}
			found[c] = e.Position
		}
	}
	if next != size {
		return fmt.Errorf("call %d is half applied", call)
	}
	var heads []Head
	for c, head := range acked {
		if found[c] != head.Position {
			return fmt.Errorf("call %d was acknowledged at %d and is at %d", c, head.Position, found[c])
		}
		heads = append(heads, head)
	}
	_, err := f.Verify(ctx, heads...)
	return err
}

// script runs 300 operations; what fails is not acknowledged and the log opened
// again. It returns when one cannot be done.
func script(fs *memfs.FS, w *witness, operations int) {
	ctx := vfs.With(context.Background(), fs)
	options := Options{SegmentSize: 4 << 10}
	var f *File
	defer func() {
		if f != nil {
			_ = f.Close()
		}
	}()
	for op := range operations {
		if f == nil {
			opened, err := Open(ctx, "d", options)
			if err != nil {
				return
			}
			f = opened
		}
		switch {
		case op%53 == 52:
			_ = f.Close()
			f = nil
			continue
		case op%31 == 30:
			_ = f.Checkpoint(ctx)
			continue
		case op%43 == 42:
			_, _ = f.Verify(ctx)
			continue
		}
		head, err := f.Append(ctx, Head{}, batch(op, 1+op%3))
		if err == nil {
			w.ack(op, head)
		}
		if errors.Is(err, ErrFailed) {
			_ = f.Close()
			f = nil
		}
	}
}

// survive opens what is left, and what a crash leaves of that after some more
// work, and so on.
func survive(t *testing.T, fs *memfs.FS, acked map[int]Head, rounds int, what func() string) {
	t.Helper()
	for round := range rounds {
		f, err := Open(vfs.With(ctx, fs), "d", Options{SegmentSize: 4 << 10})
		require.NoError(t, err, what())
		require.NoError(t, check(f, acked), what())
		for i := range 3 {
			call := 1_000_000*(round+1) + i
			head, err := f.Append(ctx, Head{}, batch(call, 2))
			require.NoError(t, err, what())
			acked[call] = head
		}
		fs = fs.Crash()
		_ = f.Close() // of what was before the crash
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
		crashed := fs.Crash()
		survive(t, crashed, w.copy(), 2, what)
		survive(t, fs, w.copy(), 1, what) // no crash: the same system goes on
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
		fs, w := memfs.New(seed), newWitness()
		f := reopen(t, vfs.With(ctx, fs), "d", Options{SegmentSize: 8 << 10})
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
					if head, err := f.Append(ctx, Head{}, batch(i, 1+i%3)); err == nil {
						w.ack(i, head)
					}
				}
			})
		}
		random := rand.New(rand.NewPCG(seed, 1))
		for range random.IntN(50) {
			_, err := f.Append(ctx, Head{}, nil)
			require.NoError(t, err)
		}
		acked := w.copy() // before the crash
		crashed := fs.Crash()
		close(stop)
		group.Wait()
		require.NoError(t, f.Close())
		survive(t, crashed, acked, 2, func() string { return fmt.Sprint("seed ", seed) })
	}
}

// logFiles makes a log of several segments and returns its files.
func logFiles(t testing.TB, closed bool) (*memfs.FS, map[string][]byte, map[int]Head, Head) {
	t.Helper()
	fs, acked := memfs.New(7), map[int]Head{}
	f := reopen(t, vfs.With(ctx, fs), "d", Options{SegmentSize: 2 << 10})
	for i := range 40 {
		head, err := f.Append(ctx, Head{}, batch(i, 1+i%3))
		require.NoError(t, err)
		acked[i] = head
	}
	head := f.Head()
	files := fs.OnDisk()
	require.NoError(t, f.Close())
	if closed {
		files = fs.OnDisk()
	}
	return fs, files, acked, head
}

// place puts files on a file system of their own.
func place(t testing.TB, files map[string][]byte) *memfs.FS {
	t.Helper()
	fs := memfs.New(1)
	require.NoError(t, fs.MkdirAll("d"))
	for name, data := range files {
		require.NoError(t, vfs.WriteFile(fs, name, data))
	}
	return fs
}

func TestNoDamageIsSilent(t *testing.T) {
	for _, closed := range []bool{true, false} {
		_, files, acked, head := logFiles(t, closed)
		require.Greater(t, len(files), 5)
		names := make([]string, 0, len(files))
		for i := range len(files) - 1 {
			names = append(names, "d/"+segmentName(uint32(i+1)))
		}
		names = append(names, "d/"+checkpointName)
		rounds := 300
		if long() {
			rounds = 3000
		}
		random := rand.New(rand.NewPCG(3, 4))
		for round := range rounds {
			damaged := maps.Clone(files)
			name := names[random.IntN(len(names))]
			what := harm(random, damaged, name, names)
			err, cut := look(place(t, damaged), acked, head)
			switch {
			case err == nil:
				t.Fatalf("round %d (closed %v): %s %s went unnoticed", round, closed, what, name)
			case cut && !closed && !strings.Contains(what, "cut") && !strings.Contains(what, "taken out"): // as a crash would have left it: at most the last call is gone
				rest := maps.Clone(acked)
				delete(rest, len(acked)-1)
				again, _ := look(place(t, damaged), rest, rest[len(rest)-1])
				require.NoError(t, again, "round %d: %s %s", round, what, name)
			default:
				require.ErrorIs(t, err, ErrCorrupt)
			}
		}
	}
}

// harm changes something and says what.
func harm(random *rand.Rand, files map[string][]byte, name string, names []string) string {
	data := bytes.Clone(files[name])
	switch kind := random.IntN(20); {
	case kind < 12:
		i := random.IntN(len(data))
		data[i] ^= 1 << random.IntN(8)
		files[name] = data
		return fmt.Sprint("a bit of byte ", i)
	case kind < 16:
		i := random.IntN(len(data))
		files[name] = data[:i]
		return fmt.Sprint("cut at ", i)
	case kind < 17:
		delete(files, name)
		return "removed"
	case kind < 18:
		i, n := random.IntN(len(data)), 1+random.IntN(64)
		files[name] = append(data[:i:i], data[min(i+n, len(data)):]...)
		return fmt.Sprint("some bytes taken out at ", i)
	case kind < 19:
		i := random.IntN(len(data))
		files[name] = append(append(data[:i:i], byte(random.Uint32())), data[i:]...)
		return fmt.Sprint("a byte put in at ", i)
	}
	other := names[random.IntN(len(names))]
	for other == name {
		other = names[random.IntN(len(names))]
	}
	files[name], files[other] = files[other], data
	return "swapped with " + other
}

// look opens a log and reads all of it, and says whether Open cut something.
func look(fs *memfs.FS, acked map[int]Head, head Head) (err error, cut bool) {
	f, err := Open(vfs.With(ctx, fs), "d", Options{SegmentSize: 2 << 10})
	if err != nil {
		return err, false
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	cut = f.Recovered().Bytes > 0
	if _, err = f.Verify(ctx, head); err != nil {
		return err, cut
	}
	return check(f, acked), cut
}

// TestForgeriesAreFound changes what is there and gives it the right checksums,
// as somebody who knows the format would.
func TestForgeriesAreFound(t *testing.T) {
	_, files, acked, head := logFiles(t, true)
	name := "d/" + segmentName(2)
	c, wrong := parseCheckpoint(files["d/"+checkpointName])
	require.Empty(t, wrong)
	salt := c.log.salt()
	frameAt := func(data []byte, n int) (from, to int) {
		from = segmentHead
		for {
			f, wrong := parseHead(data[from:], salt)
			require.Empty(t, wrong)
			to = from + frameHead + int(f.length)
			if n == 0 {
				return from, to
			}
			from, n = to, n-1
		}
	}
	for what, forge := range map[string]func([]byte) []byte{
		"an edited event": func(data []byte) []byte {
			from, to := frameAt(data, 1)
			f, _ := parseHead(data[from:], salt)
			data[to-1] ^= 1
			put, hash := appendFrame(nil, Hash{}, f.first, []Event{{Payload: data[from+frameHead+1 : to]}})
			_ = hash
			copy(put[32:64], data[from+32:from+64]) // the hash that was
			seal(put, salt, f.durable)
			return append(append(data[:from:from], put...), data[to:]...)
		},
		"a frame taken out": func(data []byte) []byte {
			from, to := frameAt(data, 2)
			return append(data[:from:from], data[to:]...)
		},
		"two frames swapped": func(data []byte) []byte {
			a, b := frameAt(data, 1)
			_, c := frameAt(data, 2)
			return append(append(append(data[:a:a], data[b:c]...), data[a:b]...), data[c:]...)
		},
		"a frame twice": func(data []byte) []byte {
			from, to := frameAt(data, 1)
			return append(append(data[:to:to], data[from:to]...), data[to:]...)
		},
		"the last frame cut off": func(data []byte) []byte {
			n := 0
			for _, to := frameAt(data, 0); to < len(data); _, to = frameAt(data, n) {
				n++
			}
			from, _ := frameAt(data, n)
			return data[:from]
		},
		"another note of what was on disk": func(data []byte) []byte {
			from, _ := frameAt(data, 1)
			seal(data[from:from+frameHead], salt, 0)
			return data
		},
	} {
		t.Run(what, func(t *testing.T) {
			forged := maps.Clone(files)
			forged[name] = forge(bytes.Clone(files[name]))
			err, _ := look(place(t, forged), acked, head)
			require.ErrorIs(t, err, ErrCorrupt)
			damage, ok := errors.AsType[*CorruptError](err)
			require.True(t, ok)
			assert.NotEmpty(t, damage.Advice)
		})
	}
}

// TestACutLogIsFound cuts whole frames off the end.
func TestACutLogIsFound(t *testing.T) {
	fs, files, acked, head := logFiles(t, true)
	last := segmentName(uint32(len(files) - 1))
	c, _ := parseCheckpoint(files["d/"+checkpointName])
	data := files["d/"+last]
	at := segmentHead
	for {
		f, _ := parseHead(data[at:], c.log.salt())
		if next := at + frameHead + int(f.length); next < len(data) {
			at = next
			continue
		}
		break
	}
	fs.Corrupt("d/"+last, func(b []byte) []byte { return b[:at] })
	err, _ := look(fs, acked, head)
	require.ErrorIs(t, err, ErrCorrupt, "it ends before its checkpoint")

	_, files, acked, head = logFiles(t, false) // as a crash leaves it: the checkpoint is older
	cut := place(t, files)
	data = files["d/"+last]
	cut.Corrupt("d/"+last, func([]byte) []byte { return data[:at] })
	f := reopen(t, vfs.With(ctx, cut), "d", Options{SegmentSize: 2 << 10})
	assert.Zero(t, f.Recovered().Bytes)
	_, err = f.Verify(ctx)
	require.NoError(t, err, "what the documentation says cannot be found")
	_, err = f.Verify(ctx, head)
	require.ErrorIs(t, err, ErrCorrupt, "but by a head that was kept")
	require.Error(t, check(f, acked))
	require.NoError(t, f.Close())
}

func TestATornTailIsCutAndCounted(t *testing.T) {
	_, files, acked, _ := logFiles(t, false)
	fs := place(t, files)
	last := "d/" + segmentName(uint32(len(files)-1))
	whole := len(files[last])
	fs.Corrupt(last, func(data []byte) []byte {
		c, _ := parseCheckpoint(files["d/"+checkpointName])
		more, _ := appendFrame(data, Hash{}, 1000, batch(5, 3))
		seal(more[len(data):], c.log.salt(), 1)
		return append(more[:len(more)-1], "\x00IDF\x01 and what a sector held"...)
	})
	more := len(fs.Files()[last]) - whole
	for _, want := range []Recovered{{Bytes: int64(more), Frames: 1}, {}} {
		f := reopen(t, vfs.With(ctx, fs), "d", Options{SegmentSize: 2 << 10})
		got := f.Recovered()
		got.Proven = 0
		assert.Equal(t, want, got)
		require.NoError(t, check(f, acked))
		require.NoError(t, f.Close())
	}
}

func TestTheTailCanBeCut(t *testing.T) {
	_, files, _, head := logFiles(t, false)
	fs := place(t, files)
	f := reopen(t, vfs.With(ctx, fs), "d", Options{SegmentSize: 2 << 10})
	proven := f.Recovered().Proven
	require.Less(t, proven, head.Position, "the last call")
	_, err := f.Cut(ctx, proven)
	require.ErrorIs(t, err, ErrCorrupt)
	_, err = f.Cut(ctx, head.Position+1)
	require.Error(t, err)
	cut, err := f.Cut(ctx, head.Position)
	require.NoError(t, err)
	assert.Equal(t, 1, cut.Frames)
	assert.Equal(t, proven, f.Head().Position)
	again, err := f.Append(ctx, f.Head(), events("other"))
	require.NoError(t, err)
	_, err = f.Cut(ctx, again.Position)
	require.ErrorContains(t, err, "too late")
	require.NoError(t, f.Close())
	f = reopen(t, vfs.With(ctx, fs), "d", Options{})
	_, err = f.Verify(ctx, again)
	require.NoError(t, err)
	require.NoError(t, f.Close())
}
