package store

import "fmt"

// A buffer is what one write holds: whole entries.
type buffer struct {
	base  int64 // where it begins in the active pack
	data  []byte
	heads []int // where each entry begins
}

// push takes an entry to be written. The caller holds mu.
func (s *Store) push(h head, source uint32, body []byte) {
	at := s.queue.base + int64(len(s.queue.data))
	s.queue.heads = append(s.queue.heads, len(s.queue.data))
	s.queue.data = appendEntry(s.queue.data, h, body)
	s.recent[h.digest] = int32(len(s.active.entries))
	s.active.entries = append(s.active.entries, entry{h.digest, uint32(at), uint32(len(body)), h.stored, source})
}

// flush writes what was put and puts it on disk. The caller holds writing.
func (s *Store) flush() error {
	if err := s.write(); err != nil {
		return err
	}
	return s.rollIfFull()
}

func (s *Store) rollIfFull() error {
	if s.end < s.options.PackSize {
		return nil
	}
	if err := s.roll(); err != nil {
		return s.fail(err)
	}
	return nil
}

// write is flush without a new pack.
func (s *Store) write() error {
	s.mu.Lock()
	if err := s.usable(); err != nil {
		s.mu.Unlock()
		return err
	}
	if len(s.queue.data) == 0 {
		s.mu.Unlock()
		return nil
	}
	s.flying = s.queue
	s.queue = buffer{base: s.flying.base + int64(len(s.flying.data)), data: make([]byte, 0, len(s.flying.data))}
	file, b := s.active.file, s.flying
	for _, at := range b.heads {
		seal(b.data[at:at+entryHead], s.key.salt, s.end)
	}
	s.mu.Unlock()

	_, err := file.WriteAt(b.data, b.base)
	if err == nil {
		err = file.Sync()
	}
	if err != nil {
		return s.fail(err)
	}
	s.end = b.base + int64(len(b.data))
	s.mu.Lock()
	s.flying = buffer{}
	s.stats.Syncs++
	s.stats.Bytes += uint64(len(b.data))
	s.mu.Unlock()
	return nil
}

// fail stops the store.
func (s *Store) fail(err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed == nil {
		s.failed = fmt.Errorf("%w: %w", ErrFailed, err)
	}
	return s.failed
}

// roll seals the active pack, all of which is on disk, and begins another. What
// was put meanwhile goes there. The caller holds writing.
func (s *Store) roll() error {
	old := s.active
	if err := s.writeIndex(old, s.end); err != nil {
		return err
	}
	next, err := s.createPack(old.number + 1)
	if err != nil {
		return err
	}
	s.mu.RLock()
	written := len(old.entries) - len(s.queue.heads)
	list := old.entries[:written]
	s.mu.RUnlock()
	sealed := &pack{old.number, old.file, s.end, s.end, byDigest(list)}

	s.mu.Lock()
	defer s.mu.Unlock()
	waiting := old.entries[written:] // with what came since
	delta := s.queue.base - packHead
	s.sealed = append(s.sealed, sealed)
	s.active, s.end = next, packHead
	s.recent = make(map[Digest]int32, written)
	s.queue.base = packHead
	for _, e := range waiting {
		e.offset -= uint32(delta)
		s.recent[e.digest] = int32(len(next.entries))
		next.entries = append(next.entries, e)
	}
	return nil
}
