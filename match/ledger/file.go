package ledger

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"sync"

	"github.com/idem-health/idem/internal/vfs"
)

// A Syncer puts on disk whatever was given to it before the call.
type Syncer interface {
	Sync(ctx context.Context) error
}

// Options configures a [File]. The zero value is ready to use.
type Options struct {
	SegmentSize int64 // bytes after which a new file is begun; 0 means 32 MiB
	MaxQueued   int   // bytes of events that may wait for the disk; 0 means 64 MiB

	// Beside is synced at the same time as the log, each time the log is: an
	// event counts as on disk when both are. What an event speaks of (the
	// payloads of records) is given to Beside before the event is enqueued,
	// and then costs no second wait.
	Beside Syncer
}

func (o *Options) validate() error {
	if o.SegmentSize < 0 || o.MaxQueued < 0 {
		return errors.New("ledger: SegmentSize and MaxQueued must not be negative")
	}
	if o.SegmentSize == 0 {
		o.SegmentSize = 32 << 20
	}
	if o.MaxQueued == 0 {
		o.MaxQueued = 64 << 20
	}
	return nil
}

// A mark is a place between two frames.
type mark struct {
	number uint32 // of the segment
	offset int64
	head   Head
}

// A File is a [Log] in a directory of its own. It is safe for concurrent use.
type File struct {
	fs      vfs.FS
	dir     string
	options Options
	log     id
	salt    uint32
	lock    io.Closer
	found   Recovered
	done    chan struct{} // closed when the goroutine that writes has ended

	// of the goroutine that writes
	active vfs.File
	end    mark
	size   int // of the buffer of the last group: a guess at the next

	headMu sync.Mutex // guards the file of the checkpoint
	saved  mark

	mu      sync.Mutex
	wake    sync.Cond // something is queued, or closing
	queue   *group    // what the next fsync covers
	flying  *group    // what the running fsync covers
	queued  Head      // the log's end with all that is queued
	durable mark      // the log's end on disk
	tail    []mark    // ends of the frames that recovery may still cut, after the first
	marks   []mark    // where reading may begin, ascending
	closing bool
	failed  error // what made the log stop, wrapping ErrFailed
	stats   Stats
}

var _ Log = (*File)(nil)

// Stats counts since the log was opened.
type Stats struct {
	Events, Frames, Syncs uint64
	Bytes                 uint64 // written
	Queued                int    // bytes that wait now
}

// Open opens the log in dir and makes an empty one where there is none. It
// locks the directory until Close, cuts a tail that was not acknowledged (see
// [File.Recovered]), and reports damage anywhere else as a [CorruptError].
func Open(ctx context.Context, dir string, options Options) (*File, error) {
	if err := options.validate(); err != nil {
		return nil, err
	}
	fs := vfs.From(ctx)
	if err := fs.MkdirAll(dir); err != nil {
		return nil, fmt.Errorf("ledger: open: %w", err)
	}
	lock, err := fs.Lock(filepath.Join(dir, "lock"))
	if errors.Is(err, vfs.ErrLocked) {
		return nil, fmt.Errorf("%w (%s)", ErrLocked, dir)
	}
	if err != nil {
		return nil, fmt.Errorf("ledger: open: %w", err)
	}
	f := &File{fs: fs, dir: dir, options: options, lock: lock, done: make(chan struct{})}
	f.wake.L = &f.mu
	if err := f.recover(ctx); err != nil {
		if f.active != nil {
			err = errors.Join(err, f.active.Close())
		}
		return nil, fmt.Errorf("ledger: open: %w", errors.Join(err, lock.Close()))
	}
	f.queue = &group{done: make(chan struct{})}
	go f.write()
	return f, nil
}

// newID draws the id of a new log.
func newID() (id, error) {
	var i id
	_, err := rand.Read(i[:])
	return i, err
}

// Head returns the log's end: the last event that is on disk.
func (f *File) Head() Head {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.durable.head
}

// Stats returns what was counted until now.
func (f *File) Stats() Stats {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.stats
	s.Queued = len(f.queue.buffer)
	return s
}

// Checkpoint notes on disk how far the log is. A log that was cut to before it
// is then found damaged by the next Open, and Open reads only what comes after.
// It is for the moment a snapshot was taken; Close and every new segment do it
// by themselves.
func (f *File) Checkpoint(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("ledger: checkpoint: %w", err)
	}
	f.mu.Lock()
	at, closing := f.durable, f.closing
	f.tail = nil
	f.mu.Unlock()
	if closing {
		return ErrClosed
	}
	return f.checkpoint(at)
}

func (f *File) checkpoint(at mark) error {
	f.headMu.Lock()
	defer f.headMu.Unlock()
	if at.head.Position < f.saved.head.Position || at == f.saved {
		return nil
	}
	if err := writeCheckpoint(f.fs, f.dir, checkpoint{f.log, at}); err != nil {
		return fmt.Errorf("ledger: checkpoint: %w", err)
	}
	f.saved = at
	f.mu.Lock()
	f.addMark(at)
	f.mu.Unlock()
	return nil
}

// addMark keeps the marks ascending. The caller holds mu.
func (f *File) addMark(m mark) {
	i := len(f.marks)
	for i > 0 && f.marks[i-1].head.Position > m.head.Position {
		i--
	}
	f.marks = append(f.marks, mark{})
	copy(f.marks[i+1:], f.marks[i:])
	f.marks[i] = m
}

// Close puts on disk what is queued, and ends the log's use. It reports what
// made the log fail, if anything did.
func (f *File) Close() error {
	f.mu.Lock()
	if f.closing {
		f.mu.Unlock()
		return ErrClosed
	}
	f.closing = true
	f.wake.Signal()
	f.mu.Unlock()
	<-f.done
	err := f.failed
	if err == nil && f.tail == nil { // nobody has looked at a tail that still may be cut
		err = f.checkpoint(f.end)
	}
	return errors.Join(err, f.active.Close(), f.lock.Close())
}
