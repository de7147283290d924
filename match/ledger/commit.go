package ledger

import (
	"context"
	"fmt"
)

// A group is what one fsync covers.
type group struct {
	buffer []byte // whole frames
	frames []int  // where each begins
	events int
	head   Head // after the last frame
	done   chan struct{}
	err    error // set before done is closed
}

// A Ticket stands for events that were enqueued.
type Ticket struct {
	head  Head
	group *group // nil: on disk already
}

// Head is the log's head with the ticket's events, known before they are on
// disk.
func (t Ticket) Head() Head { return t.head }

// Wait returns nil when the ticket's events, and all before them, are on disk.
// Where ctx ends first they may come to be there or not.
func (t Ticket) Wait(ctx context.Context) error {
	if t.group == nil {
		return nil
	}
	select {
	case <-t.group.done:
		return t.group.err
	default:
	}
	select {
	case <-t.group.done:
		return t.group.err
	case <-ctx.Done():
		return fmt.Errorf("ledger: wait: %w", ctx.Err())
	}
}

// Append implements [Log].
func (f *File) Append(ctx context.Context, expected Head, events []Event) (Head, error) {
	if err := ctx.Err(); err != nil {
		return Head{}, fmt.Errorf("ledger: append: %w", err)
	}
	t, err := f.enqueue(expected, events)
	if err != nil {
		return Head{}, err
	}
	if err := t.Wait(ctx); err != nil {
		return Head{}, err
	}
	return t.head, nil
}

// Enqueue gives the events, all or none of them, the next place in the log and
// returns at once; they are on disk when the ticket's Wait says so. So a caller
// can order events under a lock of its own and wait outside of it. The payloads
// are copied. Without events the ticket is for all that was enqueued before.
func (f *File) Enqueue(events []Event) (Ticket, error) { return f.enqueue(Head{}, events) }

func (f *File) enqueue(expected Head, events []Event) (Ticket, error) {
	size := bodySize(events)
	if size > maxBody {
		return Ticket{}, fmt.Errorf("%w: the events of one call may have %d bytes: split the call", ErrTooLarge, maxBody)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.failed != nil:
		return Ticket{}, f.failed
	case f.closing:
		return Ticket{}, ErrClosed
	case expected != Head{} && expected != f.queued:
		return Ticket{}, fmt.Errorf("%w: the log is at %d, not at %d or not with that hash: read on and try again",
			ErrConflict, f.queued.Position, expected.Position)
	case len(events) == 0:
		return f.pending(), nil
	case len(f.queue.buffer) > 0 && len(f.queue.buffer)+size > f.options.MaxQueued:
		return Ticket{}, fmt.Errorf("%w: %d bytes wait for the disk: wait for tickets", ErrTooLarge, len(f.queue.buffer))
	}
	g := f.queue
	g.frames = append(g.frames, len(g.buffer))
	g.buffer, g.head.Hash = appendFrame(g.buffer, f.queued.Hash, f.queued.Position+1, events)
	g.head.Position = f.queued.Position + Position(len(events))
	g.events += len(events)
	f.queued = g.head
	f.tail = nil
	f.wake.Signal()
	return Ticket{g.head, g}, nil
}

// pending is a ticket for all that was enqueued until now. The caller holds mu.
func (f *File) pending() Ticket {
	t := Ticket{head: f.queued}
	switch {
	case len(f.queue.frames) > 0:
		t.group = f.queue
	case f.flying != nil:
		t.group = f.flying
	}
	return t
}

// write is the goroutine that writes: it takes what is queued, puts it on disk
// with one fsync, tells those who wait, and takes what has queued up meanwhile.
// It ends when the log is closed or has failed.
func (f *File) write() {
	defer close(f.done)
	for {
		f.mu.Lock()
		for len(f.queue.frames) == 0 && !f.closing {
			f.wake.Wait()
		}
		g := f.queue
		if len(g.frames) == 0 {
			f.mu.Unlock()
			return
		}
		// a buffer as large as the last group needed, so that it seldom grows
		f.queue = &group{buffer: make([]byte, 0, f.size), done: make(chan struct{})}
		f.flying = g
		f.mu.Unlock()

		f.size = len(g.buffer)
		err := f.commit(g)
		f.mu.Lock()
		f.flying = nil
		if err != nil {
			f.fail(err, g)
			f.mu.Unlock()
			return
		}
		f.durable = f.end
		f.stats.Events += uint64(g.events)
		f.stats.Frames += uint64(len(g.frames))
		f.stats.Bytes += uint64(len(g.buffer))
		f.stats.Syncs++
		if last := f.marks[len(f.marks)-1]; last.number != f.end.number || f.end.offset-last.offset >= markEvery {
			f.addMark(f.end)
		}
		f.mu.Unlock()
		close(g.done)
	}
}

// markEvery is how many bytes a reader at most reads before those it wants.
const markEvery = 1 << 20

// fail stops the log: what waits, and all that would come, gets the error. The
// caller holds mu.
func (f *File) fail(err error, g *group) {
	f.failed = fmt.Errorf("%w: %w", ErrFailed, err)
	g.err = f.failed
	close(g.done)
	if f.queue != g {
		f.queue.err = f.failed
		close(f.queue.done)
	}
}

// commit writes a group at the end of the log and puts it on disk.
func (f *File) commit(g *group) error {
	size := int64(len(g.buffer))
	if f.end.offset > segmentHead && f.end.offset+size > f.options.SegmentSize {
		if err := f.roll(); err != nil {
			return err
		}
	}
	durable := f.end.head.Position
	for _, at := range g.frames {
		seal(g.buffer[at:at+frameHead], f.salt, durable)
	}
	if _, err := f.active.WriteAt(g.buffer, f.end.offset); err != nil {
		return err
	}
	beside := make(chan error, 1)
	if f.options.Beside == nil {
		beside <- nil
	} else {
		go func() { beside <- f.options.Beside.Sync(context.Background()) }()
	}
	err := f.active.Sync()
	if other := <-beside; err == nil {
		err = other
	}
	f.end.offset += size
	f.end.head = g.head
	return err
}

// roll begins a new segment. All that is in the old one is on disk.
func (f *File) roll() error {
	next := segment{f.end.number + 1, f.end.head}
	file, err := createSegment(f.fs, f.dir, f.log, next)
	if err != nil {
		return err
	}
	old := f.active
	f.active = file
	f.end = mark{next.number, segmentHead, next.before}
	f.mu.Lock()
	f.durable = f.end
	f.addMark(f.end)
	f.mu.Unlock()
	if err := old.Close(); err != nil {
		return err
	}
	return f.checkpoint(f.end)
}
