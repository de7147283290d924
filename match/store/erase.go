package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/idem-health/idem/internal/vfs"
)

// Erase destroys payloads: when it returns nil their bytes are overwritten in
// the packs, on disk, and a tombstone stands in place of each. It returns how
// many there were; what is absent or erased already is passed over. An erasure
// that a crash interrupts is finished by the next Open. A snapshot may hold what
// was erased: its writer has to write a new one, which destroys the old.
func (s *Store) Erase(ctx context.Context, at time.Time, digests ...Digest) (int, error) {
	s.care.Lock()
	defer s.care.Unlock()
	if err := ctx.Err(); err != nil {
		return 0, fmt.Errorf("store: erase: %w", err)
	}
	// no pack may be sealed, nor its index written, with an erasure half done
	s.writing.Lock()
	defer s.writing.Unlock()
	if err := s.flush(); err != nil { // so that all payloads are in files
		return 0, err
	}
	s.mu.Lock()
	var doomed []place
	count := 0
	for _, d := range digests {
		e, p, ok := s.find(d)
		if !ok || e.tombstone() {
			continue
		}
		if p == s.active && int64(e.offset) >= s.end {
			continue // put since this call began: as if put after it
		}
		count++
		doomed = append(doomed, s.older(d)...)
		if p == s.active {
			doomed = append(doomed, place{pack: p, entry: e})
		}
		s.push(head{kind: kindTombstone, digest: d, stored: unix(at)}, dead, nil)
	}
	s.mu.Unlock()
	if err := s.write(); err != nil {
		return 0, err
	}
	for _, at := range doomed {
		if err := s.wipe(at.pack, at.entry); err != nil {
			return 0, s.fail(err) // the next Open finishes it
		}
	}
	return count, s.rollIfFull()
}

// older gives the payloads of a digest in sealed packs. There is more than one
// where a crash interrupted Compact.
func (s *Store) older(d Digest) []place {
	var list []place
	for _, p := range s.sealed {
		if e, ok := p.search(d); ok && !e.tombstone() {
			list = append(list, place{pack: p, entry: e})
		}
	}
	return list
}

// wipe overwrites the body of an entry.
func (s *Store) wipe(p *pack, e entry) error {
	from := int64(e.offset) + entryHead
	return overwrite(p.file, from, from+int64(e.length))
}

// Compacted says what Compact did.
type Compacted struct {
	Packs int   // removed
	Bytes int64 // by which the store became smaller
}

// Compact removes the packs of which at least a share is of no use any more,
// 0 to 1, after it has put what is of use at the end of the newest. It works
// beside others. A pack is overwritten before it is removed.
func (s *Store) Compact(ctx context.Context, share float64) (Compacted, error) {
	s.care.Lock()
	defer s.care.Unlock()
	s.mu.RLock()
	closed, sealed := s.closed, s.sealed
	s.mu.RUnlock()
	if closed {
		return Compacted{}, ErrClosed
	}
	var done Compacted
	for _, p := range sealed {
		live := s.live(p)
		var bytes int64
		for _, e := range live {
			bytes += entryHead + int64(e.length)
		}
		if gain := p.size - packHead - bytes; gain <= 0 || float64(gain) < share*float64(p.size-packHead) {
			continue
		}
		if err := s.move(ctx, p, live); err != nil {
			return done, err
		}
		if err := s.remove(p); err != nil {
			return done, s.fail(err) // there may be a pack that Erase does not know of
		}
		done.Packs++
		done.Bytes += p.size - bytes
	}
	return done, nil
}

// live lists the entries of a sealed pack that are the newest of their digest.
func (s *Store) live(p *pack) []entry {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var list []entry
	for _, e := range p.entries {
		if _, in, _ := s.find(e.digest); in == p {
			list = append(list, e)
		}
	}
	sortByOffset(list)
	return list
}

// moveEvery is how many bytes Compact has written at once.
const moveEvery = 1 << 20

// move puts entries of a sealed pack at the end of the active one.
func (s *Store) move(ctx context.Context, p *pack, live []entry) error {
	size := 0
	for _, e := range live {
		body := make([]byte, e.length)
		if _, err := readAt(p.file, body, int64(e.offset)+entryHead); err != nil {
			return fmt.Errorf("store: compact: %w", err)
		}
		h := head{kind: kindTombstone, digest: e.digest, stored: e.stored}
		if !e.tombstone() {
			h.kind = kindPayload
			if s.key.digest(body) != e.digest {
				return &CorruptError{packName(p.number), int64(e.offset), "a payload has another digest", advice}
			}
		}
		s.mu.Lock()
		err := s.usable()
		if _, in, _ := s.find(e.digest); err == nil && in == p { // else it was put anew after its erasure
			s.push(h, e.source, body)
			size += entryHead + len(body)
		}
		s.mu.Unlock()
		if err != nil {
			return err
		}
		if size >= moveEvery {
			if err := s.Sync(ctx); err != nil {
				return err
			}
			size = 0
		}
	}
	return s.Sync(ctx)
}

// remove takes a pack out of the store and its bytes off the disk.
func (s *Store) remove(p *pack) error {
	s.mu.Lock()
	s.sealed = slices.DeleteFunc(slices.Clone(s.sealed), func(other *pack) bool { return other == p })
	err := p.file.Close()
	s.mu.Unlock()
	if err != nil {
		return err
	}
	// An index without its pack is a pack lost: the index goes first. From then
	// on the pack is as a file that was never finished.
	path := filepath.Join(s.dir, packName(p.number))
	if err := s.fs.Remove(filepath.Join(s.dir, indexName(p.number))); err != nil {
		return err
	}
	if err := s.fs.SyncDir(s.dir); err != nil {
		return err
	}
	if err := s.fs.Rename(path, vfs.TempName(path)); err != nil {
		return err
	}
	if err := s.fs.SyncDir(s.dir); err != nil {
		return err
	}
	return errors.Join(s.shred(filepath.Base(vfs.TempName(path))), s.fs.SyncDir(s.dir))
}
