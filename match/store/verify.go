package store

import (
	"context"
	"fmt"
)

// A Report says what Verify has read.
type Report struct {
	Packs, Payloads, Erased int
	Bytes                   int64
}

// Verify reads everything from disk and checks every byte of it. What is wrong
// is a [CorruptError]. Others may put meanwhile: it goes as far as the store was
// on disk when it began.
func (s *Store) Verify(ctx context.Context) (Report, error) {
	s.care.Lock()
	defer s.care.Unlock()
	s.writing.Lock()
	s.mu.RLock()
	closed, packs, end := s.closed, s.packs(), s.end
	s.mu.RUnlock()
	s.writing.Unlock()
	if closed {
		return Report{}, ErrClosed
	}
	var report Report
	for i, p := range packs {
		size := p.size
		if i == len(packs)-1 {
			size = end
		}
		if err := s.verify(ctx, p, size, &report); err != nil {
			return Report{}, fmt.Errorf("store: verify: %w", err)
		}
	}
	return report, nil
}

func (s *Store) verify(ctx context.Context, p *pack, size int64, report *Report) error {
	if err := s.checkHeader(p); err != nil {
		return err
	}
	have, err := p.file.Size()
	if err != nil {
		return err
	}
	if have < size {
		return &CorruptError{packName(p.number), have, "it is shorter than it was", advice}
	}
	read := pack{number: p.number, file: p.file}
	sc := scan{store: &Store{key: s.key}, pack: &read, at: packHead, size: size}
	if err := sc.run(ctx); err != nil {
		return err
	}
	report.Packs++
	report.Bytes += size
	for _, e := range read.entries {
		damage := func(reason string) error {
			return &CorruptError{packName(p.number), int64(e.offset), reason, advice}
		}
		s.mu.RLock()
		newest, in, ok := s.find(e.digest)
		s.mu.RUnlock()
		current := ok && in.number == p.number && newest.offset == e.offset
		if !ok || current && (newest.tombstone() != e.tombstone() || newest.length != e.length || newest.stored != e.stored) {
			return damage("the index knows another entry here: remove the index and open the store again")
		}
		if e.tombstone() {
			if current {
				report.Erased++
			}
			continue
		}
		body := make([]byte, e.length)
		if _, err := readAt(p.file, body, int64(e.offset)+entryHead); err != nil {
			return err
		}
		switch whole := s.key.digest(body) == e.digest; {
		case current && !whole:
			return damage("a payload has another digest")
		case current:
			report.Payloads++
		case !whole && !zero(body):
			return damage("a payload that was erased is not all zero")
		}
	}
	return nil
}
