package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"github.com/idem-health/idem/internal/vfs"
)

// Recovered says what Open made of the log's end.
type Recovered struct {
	Bytes  int64 // cut: they were not acknowledged
	Frames int   // of them, as far as they can be told

	// Proven is the last position of which it is certain that it was on disk.
	// What comes after it may or may not have been acknowledged, and may lack
	// what was to be synced beside it: see [File.Cut].
	Proven Position
}

// Recovered says what Open found at the log's end.
func (f *File) Recovered() Recovered { return f.found }

// recover finds the log's end, cuts what is not whole, and makes the rest
// durable.
func (f *File) recover(ctx context.Context) error {
	segments, err := f.list()
	if err != nil {
		return err
	}
	saved, err := f.readCheckpoint(len(segments) == 0)
	if err != nil {
		return err
	}
	f.log, f.salt, f.saved = saved.log, saved.log.salt(), saved.mark
	if len(segments) == 0 {
		if saved.head.Position > 0 {
			return &CorruptError{"", 0, "all its files are missing", adviceBackup}
		}
		if f.active, err = createSegment(f.fs, f.dir, f.log, segment{1, saved.head}); err != nil {
			return err
		}
		f.settle([]mark{saved.mark}, saved.mark)
		return nil
	}
	starts, err := f.headers(segments)
	if err != nil {
		return err
	}
	f.marks = starts
	from := starts[len(starts)-1]
	switch {
	case saved.number > from.number, saved.number < from.number && saved.head.Position > from.head.Position:
		return &CorruptError{"", 0, "it ends before its head: files are missing", adviceBackup}
	case saved.number == from.number:
		from = saved.mark
		if saved.offset > segmentHead {
			f.addMark(from)
		}
	}
	if f.active, err = f.fs.OpenWrite(f.path(from.number)); err != nil {
		return err
	}
	return f.recoverTail(ctx, from)
}

const adviceBackup = "stop writing, keep a copy of the directory, and restore it from a backup"

func (f *File) path(number uint32) string { return filepath.Join(f.dir, segmentName(number)) }

// list gives the numbers of the segments that are there, and removes files that
// were never finished.
func (f *File) list() ([]uint32, error) {
	names, err := f.fs.ReadDir(f.dir)
	if err != nil {
		return nil, err
	}
	var numbers []uint32
	for _, name := range names { // sorted: so are the numbers of eight digits
		if vfs.IsTemp(name) {
			if err := f.fs.Remove(filepath.Join(f.dir, name)); err != nil {
				return nil, err
			}
		}
		if n := segmentNumber(name); n > 0 {
			numbers = append(numbers, n)
		}
	}
	return numbers, nil
}

// readCheckpoint reads the checkpoint, and makes the first one of a new log.
func (f *File) readCheckpoint(empty bool) (checkpoint, error) {
	data, err := vfs.ReadFile(f.fs, filepath.Join(f.dir, checkpointName), 1<<10)
	switch {
	case errors.Is(err, fs.ErrNotExist) && empty:
		log, err := newID()
		if err != nil {
			return checkpoint{}, err
		}
		c := checkpoint{log, mark{1, segmentHead, Head{0, log.genesis()}}}
		return c, writeCheckpoint(f.fs, f.dir, c)
	case errors.Is(err, fs.ErrNotExist):
		return checkpoint{}, &CorruptError{checkpointName, 0, "it is missing", adviceHead}
	case errors.Is(err, vfs.ErrTooLong):
		return checkpoint{}, &CorruptError{checkpointName, 0, "it has another length", adviceHead}
	case err != nil:
		return checkpoint{}, err
	}
	c, wrong := parseCheckpoint(data)
	if wrong != "" {
		return checkpoint{}, &CorruptError{checkpointName, 0, wrong, adviceHead}
	}
	return c, nil
}

const adviceHead = "restore this file from a backup: any older one of the same log will do"

// headers reads the segments' headers and gives where each begins.
func (f *File) headers(numbers []uint32) ([]mark, error) {
	starts := make([]mark, len(numbers))
	before := Head{0, f.log.genesis()}
	for i, number := range numbers {
		name := segmentName(number)
		s, wrong, err := f.readHeader(number)
		switch {
		case err != nil:
			return nil, err
		case wrong != "":
		case int(number) != i+1:
			return nil, &CorruptError{segmentName(uint32(i + 1)), 0, "it is missing", adviceBackup}
		case s.number != number:
			wrong = "it is another segment's file"
		case i == 0 && s.before != before || s.before.Position < before.Position:
			wrong = "it does not follow the segment before it"
		}
		if wrong != "" {
			return nil, &CorruptError{name, 0, wrong, advice}
		}
		before = s.before
		starts[i] = mark{number, segmentHead, s.before}
	}
	return starts, nil
}

func (f *File) readHeader(number uint32) (segment, string, error) {
	file, err := f.fs.Open(f.path(number))
	if err != nil {
		return segment{}, "", err
	}
	header := make([]byte, segmentHead)
	n, err := file.ReadAt(header, 0)
	if err == io.EOF {
		err = nil
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return segment{}, "", err
	}
	s, wrong := parseSegment(header[:n], f.log)
	return s, wrong, nil
}

// recoverTail reads the last segment from a mark that is known to be on disk.
func (f *File) recoverTail(ctx context.Context, from mark) error {
	size, err := f.active.Size()
	if err != nil {
		return err
	}
	if size < from.offset {
		return &CorruptError{segmentName(from.number), size, "it ends before the log's head", advice}
	}
	proven := from.head.Position
	tail := []mark{from} // the ends of frames from the last that is proven
	s := newScanner(f.active, from, size, f.salt)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		fr, _, err := s.next()
		if err == io.EOF {
			break
		}
		if s.torn {
			if err := f.judge(s, size, err); err != nil {
				return err
			}
			break
		}
		if err != nil {
			return err
		}
		tail = append(tail, s.at)
		proven = max(proven, fr.durable)
		for len(tail) > 1 && tail[1].head.Position <= proven {
			tail = tail[1:]
		}
	}
	f.found.Proven = tail[0].head.Position
	if err := f.rewrite(tail[0].offset, s.at.offset, size); err != nil {
		return err
	}
	f.settle(tail, s.at)
	return nil
}

// judge says whether what stands from the scanner's place on may be cut. It
// may, unless a later frame says that this place was on disk before that frame
// was written: then it was acknowledged and is damaged, which is the error.
func (f *File) judge(s *scanner, size int64, damage error) error {
	rest := make([]byte, size-s.at.offset)
	if n, err := f.active.ReadAt(rest, s.at.offset); err != nil && (err != io.EOF || n < len(rest)) {
		return err
	}
	lost := s.at.head.Position + 1
	for i := 0; ; i++ {
		next := bytes.Index(rest[i:], []byte(frameMagic))
		if next < 0 {
			break
		}
		i += next
		if fr, wrong := parseHead(rest[i:], f.salt); wrong == "" {
			if fr.durable >= lost {
				return damage
			}
			f.found.Frames++
		}
	}
	f.found.Bytes = int64(len(rest))
	return nil
}

// rewrite cuts the segment to end and writes what is from the offset on once
// more: after an fsync that failed the system may show what is not on disk and
// never will be.
func (f *File) rewrite(from, end, size int64) error {
	if size > end {
		if err := f.active.Truncate(end); err != nil {
			return err
		}
	}
	if err := vfs.Rewrite(f.active, from, end); err != nil {
		return err
	}
	if err := f.active.Sync(); err != nil {
		return err
	}
	return f.fs.SyncDir(f.dir)
}

// settle takes the log's end for what it is.
func (f *File) settle(tail []mark, end mark) {
	f.end, f.durable, f.queued = end, end, end.head
	if len(tail) > 1 {
		f.tail = tail
	}
	if len(f.marks) == 0 {
		f.marks = []mark{end}
	}
}

// Cut removes the event at a position and all after it, with those before it
// that were appended by the same call. It is for a log that was just opened and
// lacks what was to be synced beside that event: it was then never acknowledged.
// Where it was, which [Recovered.Proven] tells, nothing is cut and the error is
// a [CorruptError].
func (f *File) Cut(ctx context.Context, from Position) (Recovered, error) {
	if err := ctx.Err(); err != nil {
		return Recovered{}, fmt.Errorf("ledger: cut: %w", err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.failed != nil:
		return Recovered{}, f.failed
	case f.closing:
		return Recovered{}, ErrClosed
	case from > f.durable.head.Position:
		return Recovered{}, fmt.Errorf("ledger: cut at %d: the log ends at %d", from, f.durable.head.Position)
	case from <= f.found.Proven:
		return Recovered{}, &CorruptError{"", 0, fmt.Sprintf("what event %d speaks of is missing though it was on disk", from), adviceBackup}
	case f.tail == nil:
		return Recovered{}, errors.New("ledger: cut: too late: the log was added to since it was opened")
	}
	keep := len(f.tail) - 1
	for f.tail[keep].head.Position >= from {
		keep--
	}
	end := f.tail[keep]
	cut := Recovered{f.durable.offset - end.offset, len(f.tail) - 1 - keep, f.found.Proven}
	err := f.active.Truncate(end.offset)
	if err == nil {
		err = f.active.Sync()
	}
	if err != nil {
		f.fail(err, f.queue)
		return Recovered{}, f.failed
	}
	f.tail = f.tail[:keep+1]
	f.end, f.durable, f.queued = end, end, end.head
	return cut, nil
}
