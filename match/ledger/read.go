package ledger

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"iter"
)

// A scanner reads the frames of one segment, and checks that each follows from
// the one before.
type scanner struct {
	r    *bufio.Reader
	salt uint32
	size int64
	at   mark // the end of the last frame read
	torn bool // the error is one that a write cut short may leave
}

func newScanner(r io.ReaderAt, from mark, size int64, salt uint32) *scanner {
	section := io.NewSectionReader(r, from.offset, size-from.offset)
	return &scanner{r: bufio.NewReaderSize(section, int(min(size-from.offset, 256<<10))), salt: salt, size: size, at: from}
}

// next reads a frame and its body, of which the caller may keep parts. At the
// end of the segment it returns io.EOF.
func (s *scanner) next() (frame, []byte, error) {
	left := s.size - s.at.offset
	if left == 0 {
		return frame{}, nil, io.EOF
	}
	head := make([]byte, min(left, frameHead))
	if _, err := io.ReadFull(s.r, head); err != nil {
		return frame{}, nil, err
	}
	f, wrong := parseHead(head, s.salt)
	if wrong == "" && int64(f.length) > left-frameHead {
		wrong = "a frame runs out of the file"
	}
	if wrong != "" {
		return frame{}, nil, s.damage(wrong, true)
	}
	body := make([]byte, f.length)
	if _, err := io.ReadFull(s.r, body); err != nil {
		return frame{}, nil, err
	}
	switch {
	case crc32.Checksum(body, castagnoli) != f.bodyCRC:
		return frame{}, nil, s.damage("a frame's body has another checksum", true)
	case f.first != s.at.head.Position+1:
		return frame{}, nil, s.damage("a frame has another position than the next", false)
	case f.chain(s.at.head.Hash, body) != f.hash:
		return frame{}, nil, s.damage("a frame does not follow from the one before it", false)
	}
	s.at.offset += frameHead + int64(f.length)
	s.at.head = Head{f.last(), f.hash}
	return f, body, nil
}

func (s *scanner) damage(reason string, torn bool) error {
	s.torn = torn
	return &CorruptError{segmentName(s.at.number), s.at.offset, reason, advice}
}

// Read implements [Log]. The sequence may be used more than once, while others
// append. The payloads may be kept.
func (f *File) Read(ctx context.Context, after Position) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		f.mu.Lock()
		end, closing := f.durable, f.closing
		from := f.marks[0]
		for _, m := range f.marks {
			if m.head.Position <= after {
				from = m
			}
		}
		f.mu.Unlock()
		switch {
		case closing:
			yield(Event{}, ErrClosed)
			return
		case after > end.head.Position:
			yield(Event{}, fmt.Errorf("%w: read after %d: the log ends at %d", ErrConflict, after, end.head.Position))
			return
		}
		err := f.walk(ctx, from, end, func(fr *frame, events []Event) bool {
			for _, e := range events {
				if e.Position > after && !yield(e, nil) {
					return false
				}
			}
			return true
		})
		if err != nil {
			yield(Event{}, err)
		}
	}
}

// walk visits the frames between two marks, until visit returns false.
func (f *File) walk(ctx context.Context, from, end mark, visit func(*frame, []Event) bool) error {
	for {
		more, err := f.walkSegment(ctx, &from, end, visit)
		if err != nil {
			return fmt.Errorf("ledger: read: %w", err)
		}
		if !more {
			return nil
		}
		if from.number == end.number {
			if from != end {
				return &CorruptError{segmentName(end.number), from.offset, "the log ends other than it did", advice}
			}
			return nil
		}
		s, wrong, err := f.readHeader(from.number + 1)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return &CorruptError{segmentName(from.number + 1), 0, "it is missing", adviceBackup}
		case err != nil:
			return fmt.Errorf("ledger: read: %w", err)
		case wrong == "" && s.number != from.number+1:
			wrong = "it is another segment's file"
		case wrong == "" && s.before != from.head:
			wrong = "it does not follow the segment before it"
		}
		if wrong != "" {
			return &CorruptError{segmentName(from.number + 1), 0, wrong, advice}
		}
		from = mark{s.number, segmentHead, s.before}
	}
}

// walkSegment visits the frames of one segment from a mark, and moves the mark
// to its end.
func (f *File) walkSegment(ctx context.Context, from *mark, end mark, visit func(*frame, []Event) bool) (more bool, err error) {
	file, err := f.fs.Open(f.path(from.number))
	if errors.Is(err, fs.ErrNotExist) {
		return false, &CorruptError{segmentName(from.number), 0, "it is missing", adviceBackup}
	}
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	size, err := file.Size()
	if err != nil {
		return false, err
	}
	if from.number == end.number {
		if size < end.offset {
			return false, &CorruptError{segmentName(end.number), size, "it ends before the log's head", advice}
		}
		size = end.offset // beyond it is what is being written
	}
	if size < from.offset {
		return false, &CorruptError{segmentName(from.number), size, "it was cut", advice}
	}
	s := newScanner(file, *from, size, f.salt)
	for {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		fr, body, err := s.next()
		if err == io.EOF {
			*from = s.at
			return true, nil
		}
		if err != nil {
			return false, err
		}
		events, wrong := fr.events(body)
		if wrong != "" {
			return false, &CorruptError{segmentName(s.at.number), s.at.offset, wrong, advice}
		}
		if !visit(&fr, events) {
			return false, nil
		}
	}
}
