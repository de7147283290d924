package ledger

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// A Report says what Verify has read.
type Report struct {
	Segments, Frames int
	Events           uint64
	Head             Head
}

// Verify reads the whole log from disk and checks every byte of it, and that it
// went through the given heads, such as one that was noted elsewhere or stands
// in a snapshot. What is wrong is a [CorruptError]. Others may append meanwhile:
// it goes as far as the log was when it began.
func (f *File) Verify(ctx context.Context, heads ...Head) (Report, error) {
	f.mu.Lock()
	end, closing := f.durable, f.closing
	f.mu.Unlock()
	if closing {
		return Report{}, ErrClosed
	}
	f.headMu.Lock()
	saved, err := f.readCheckpoint(false)
	f.headMu.Unlock()
	if err != nil {
		return Report{}, err
	}
	if saved.log != f.log {
		return Report{}, &CorruptError{checkpointName, 0, "it is of another log", adviceHead}
	}
	if saved.head.Position <= end.head.Position { // else it is newer than what is verified
		heads = append(slices.Clone(heads), saved.head)
	}
	first, wrong, err := f.readHeader(1)
	if err != nil {
		return Report{}, fmt.Errorf("ledger: verify: %w", err)
	}
	genesis := Head{0, f.log.genesis()}
	if wrong == "" && first != (segment{1, genesis}) {
		wrong = "it is not the first segment"
	}
	if wrong != "" {
		return Report{}, &CorruptError{segmentName(1), 0, wrong, advice}
	}
	return f.verify(ctx, mark{1, segmentHead, genesis}, end, heads)
}

func (f *File) verify(ctx context.Context, start, end mark, heads []Head) (Report, error) {
	slices.SortFunc(heads, func(a, b Head) int { return cmp.Compare(a.Position, b.Position) })
	var failure error
	check := func(at Head) bool {
		for len(heads) > 0 && heads[0].Position <= at.Position {
			if heads[0] != at {
				failure = &CorruptError{"", 0, fmt.Sprintf("it is not the log that had the head noted at event %d", heads[0].Position), adviceBackup}
				return false
			}
			heads = heads[1:]
		}
		return true
	}
	report := Report{Segments: int(end.number), Head: end.head}
	var durable Position
	ok := check(start.head)
	if !ok {
		return Report{}, failure
	}
	err := f.walk(ctx, start, end, func(fr *frame, events []Event) bool {
		report.Frames++
		report.Events += uint64(len(events))
		if fr.durable < durable {
			failure = &CorruptError{"", 0, fmt.Sprintf("the frame of event %d was altered", fr.first), adviceBackup}
			return false
		}
		durable = fr.durable
		return check(Head{fr.last(), fr.hash})
	})
	switch {
	case err != nil:
		return Report{}, err
	case failure != nil:
		return Report{}, failure
	case len(heads) > 0:
		return Report{}, &CorruptError{"", 0, fmt.Sprintf("it ends at event %d, before a head noted at %d: it was cut", end.head.Position, heads[0].Position), adviceBackup}
	}
	return report, nil
}
