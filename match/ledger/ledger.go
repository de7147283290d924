package ledger

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
)

// A Position counts events from the first, which is 1. 0 is before all of them.
type Position uint64

// A Hash stands for every event up to a position.
type Hash [32]byte

// MarshalText implements encoding.TextMarshaler: hexadecimal.
func (h Hash) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, h[:]), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (h *Hash) UnmarshalText(text []byte) error {
	if len(text) != 2*len(h) {
		return fmt.Errorf("ledger: a hash has %d hexadecimal digits", 2*len(h))
	}
	if _, err := hex.Decode(h[:], text); err != nil {
		return errors.New("ledger: a hash is hexadecimal")
	}
	return nil
}

// A Head is the end of a log as of some moment: the position of its last event
// and the hash over all of them. The head of an empty log is not the zero Head.
type Head struct {
	Position Position `json:"position"`
	Hash     Hash     `json:"hash"`
}

// An Event is something that happened, as its writer spelled it. Position is
// set where an event is read; Append and Enqueue do not look at it.
type Event struct {
	Position Position
	Payload  []byte
}

// A Log holds events in one order for ever. [File] is one; another store may
// take its place.
type Log interface {
	// Append adds the events, all of them or none, and returns the head that
	// ends with them once they are on disk. Where the log's head is not the
	// expected one nothing is added and the error is an [ErrConflict]; the
	// zero Head expects nothing. Without events it waits until all that was
	// added before is on disk.
	Append(ctx context.Context, expected Head, events []Event) (Head, error)
	// Read yields the events after a position, in their order, up to the last
	// one that is on disk when it begins. It ends after the first error.
	Read(ctx context.Context, after Position) iter.Seq2[Event, error]
}

// What the errors of this package wrap.
var (
	ErrConflict = errors.New("ledger: the head is not the expected one")
	ErrFailed   = errors.New("ledger: a write failed and nothing more is accepted: see to the disk, then open the log again")
	ErrClosed   = errors.New("ledger: closed")
	ErrTooLarge = errors.New("ledger: too much at once")
	ErrCorrupt  = errors.New("ledger: damaged")
	ErrLocked   = errors.New("ledger: in use by another process: end that one first")
)

// A CorruptError says where a log is not what was written. It wraps
// [ErrCorrupt].
type CorruptError struct {
	Segment string // file name, "" where it is the log as a whole
	Offset  int64  // in the segment
	Reason  string // what is wrong there
	Advice  string // what to do
}

func (e *CorruptError) Error() string {
	where := ""
	if e.Segment != "" {
		where = fmt.Sprintf(": %s at offset %d", e.Segment, e.Offset)
	}
	return fmt.Sprintf("%v%s: %s; %s", ErrCorrupt, where, e.Reason, e.Advice)
}

// Unwrap gives ErrCorrupt.
func (e *CorruptError) Unwrap() error { return ErrCorrupt }

// advice is what to do about damage that was found.
const advice = "stop writing, keep a copy of the directory, and restore this file from a backup"
