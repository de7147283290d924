package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/idem-health/idem/match/patient"
)

// Status says what the store has under a digest.
func (s *Store) Status(d Digest) Status {
	s.mu.RLock()
	defer s.mu.RUnlock()
	e, _, ok := s.find(d)
	switch {
	case !ok:
		return Absent
	case e.tombstone():
		return Erased
	}
	return Present
}

// Get returns the record under a digest: an [ErrAbsent], an [ErrErased] or a
// [CorruptError] if it cannot.
func (s *Store) Get(ctx context.Context, d Digest) (patient.Record, error) {
	if err := ctx.Err(); err != nil {
		return patient.Record{}, fmt.Errorf("store: get: %w", err)
	}
	s.mu.RLock()
	body, at, err := s.body(d)
	s.mu.RUnlock()
	if err != nil {
		return patient.Record{}, err
	}
	if s.key.digest(body) != d {
		return patient.Record{}, &CorruptError{packName(at.pack.number), int64(at.entry.offset), "a payload has another digest", advice}
	}
	r, err := parseRecord(string(body))
	if err != nil {
		return patient.Record{}, &CorruptError{packName(at.pack.number), int64(at.entry.offset), err.Error(), advice}
	}
	return r, nil
}

// body reads the body under a digest. The caller holds mu.
func (s *Store) body(d Digest) ([]byte, place, error) {
	if s.closed {
		return nil, place{}, ErrClosed
	}
	e, p, ok := s.find(d)
	if !ok {
		return nil, place{}, fmt.Errorf("%w: %v", ErrAbsent, d)
	}
	if e.tombstone() {
		return nil, place{}, fmt.Errorf("%w: %v", ErrErased, d)
	}
	at := place{pack: p, entry: e}
	body := make([]byte, e.length)
	offset := int64(e.offset) + entryHead
	if p == s.active {
		for _, b := range []*buffer{&s.queue, &s.flying} {
			if i := offset - b.base; i >= 0 && i+int64(e.length) <= int64(len(b.data)) {
				copy(body, b.data[i:])
				return body, at, nil
			}
		}
	}
	if _, err := readAt(p.file, body, offset); err != nil {
		return nil, place{}, fmt.Errorf("store: get: %w", err)
	}
	return body, at, nil
}

// visit gives every newest entry and its pack, in the order in which they were
// written. The caller holds mu.
func (s *Store) visit(yield func(entry, *pack)) {
	for _, p := range s.packs() {
		list := p.entries
		if p != s.active {
			list = slices.Clone(list)
			sortByOffset(list)
		}
		for _, e := range list {
			if newest, in, _ := s.find(e.digest); in == p && newest.offset == e.offset {
				yield(e, p)
			}
		}
	}
}

// Digests lists the payloads that are present, in the order in which they were
// put.
func (s *Store) Digests() []Digest {
	return s.present(func(entry) bool { return true })
}

// Expired lists the payloads of a source that were put before a moment, in the
// order in which they were: those that the source's retention no longer covers.
// Whether one is still needed the store does not know.
func (s *Store) Expired(source string, before time.Time) []Digest {
	s.mu.RLock()
	id, ok := s.sources.ids[source]
	s.mu.RUnlock()
	if !ok {
		return nil
	}
	return s.present(func(e entry) bool { return e.source == id && int64(e.stored) < before.Unix() })
}

func (s *Store) present(want func(entry) bool) []Digest {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var list []Digest
	s.visit(func(e entry, _ *pack) {
		if !e.tombstone() && want(e) {
			list = append(list, e.digest)
		}
	})
	return list
}
