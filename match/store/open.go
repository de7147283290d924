package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/idem-health/idem/internal/vfs"
)

// Recovered says what Open made of the end of the newest pack.
type Recovered struct {
	Bytes   int64 // cut: they were not acknowledged
	Entries int   // of them, as far as they can be told
	Redone  int   // payloads whose erasure had been begun, and was finished
}

// Recovered says what Open found.
func (s *Store) Recovered() Recovered { return s.found }

// Open opens the store in dir and makes an empty one where there is none. It
// locks the directory until Close, cuts a tail that was not acknowledged,
// finishes erasures that were begun, and reports damage in what it reads as a
// [CorruptError].
func Open(ctx context.Context, dir string, options Options) (*Store, error) {
	if err := options.validate(); err != nil {
		return nil, err
	}
	fs := vfs.From(ctx)
	if err := fs.MkdirAll(dir); err != nil {
		return nil, fmt.Errorf("store: open: %w", err)
	}
	lock, err := fs.Lock(filepath.Join(dir, "lock"))
	if errors.Is(err, vfs.ErrLocked) {
		return nil, fmt.Errorf("%w (%s)", ErrLocked, dir)
	}
	if err != nil {
		return nil, fmt.Errorf("store: open: %w", err)
	}
	s := &Store{fs: fs, dir: dir, options: options, lock: lock, recent: map[Digest]int32{}}
	if err := s.recover(ctx); err != nil {
		for _, p := range s.packs() {
			err = errors.Join(err, p.file.Close())
		}
		return nil, fmt.Errorf("store: open: %w", errors.Join(err, lock.Close()))
	}
	return s, nil
}

// packs lists all packs, ascending.
func (s *Store) packs() []*pack {
	if s.active == nil {
		return s.sealed
	}
	return append(slices.Clip(s.sealed), s.active)
}

func (s *Store) recover(ctx context.Context) error {
	numbers, err := s.list()
	if err != nil {
		return err
	}
	if err := s.readKey(len(numbers) == 0); err != nil {
		return err
	}
	if len(numbers) == 0 {
		if s.active, err = s.createPack(1); err != nil {
			return err
		}
		s.end, s.queue.base = packHead, packHead
		return nil
	}
	var suspects []place
	for i, number := range numbers {
		file, err := s.fs.OpenWrite(filepath.Join(s.dir, packName(number)))
		if err != nil {
			return err
		}
		p := &pack{number: number, file: file}
		last := i == len(numbers)-1
		if last {
			s.active = p
		} else {
			s.sealed = append(s.sealed, p)
		}
		found, err := s.load(ctx, p, last)
		if err != nil {
			return err
		}
		suspects = append(suspects, found...)
	}
	if err := s.acquit(suspects); err != nil {
		return err
	}
	if err := s.redo(ctx); err != nil {
		return err
	}
	for _, p := range s.sealed {
		if p.indexed < p.size { // it had to be read: not again
			if err := s.writeIndex(p, p.size); err != nil {
				return err
			}
			p.indexed = p.size
		}
	}
	return nil
}

// list gives the numbers of the packs that are there, and removes what was
// never finished.
func (s *Store) list() ([]uint32, error) {
	names, err := s.fs.ReadDir(s.dir)
	if err != nil {
		return nil, err
	}
	var numbers []uint32
	for _, name := range names { // sorted: so are the numbers of eight digits
		if vfs.IsTemp(name) {
			if err := s.shred(name); err != nil {
				return nil, err
			}
		}
		if n := packNumber(name); n > 0 {
			numbers = append(numbers, n)
		}
	}
	for _, name := range names {
		base, ok := strings.CutSuffix(name, ".index")
		if n := packNumber(base + ".pack"); ok && n > 0 && !slices.Contains(numbers, n) {
			return nil, &CorruptError{packName(n), 0, "it is missing", advice}
		}
	}
	return numbers, nil
}

// A place is where an entry is.
type place struct {
	pack  *pack
	entry entry
	end   int64 // where the next one begins
}

// load fills a pack's entries, from its index where there is one, and reads
// what the index does not cover. It gives the entries whose body is not what
// was written: they should have been erased.
func (s *Store) load(ctx context.Context, p *pack, last bool) ([]place, error) {
	size, err := p.file.Size()
	if err != nil {
		return nil, err
	}
	x, ok, err := s.readIndex(p.number)
	if err != nil {
		return nil, err
	}
	if ok && x.size > size {
		return nil, &CorruptError{packName(p.number), size, "it is shorter than it was", advice}
	}
	if !last && ok && x.size == size {
		p.entries, p.size, p.indexed = x.entries, size, size
		return nil, s.checkHeader(p)
	}
	if err := s.checkHeader(p); err != nil {
		return nil, err
	}
	from := int64(packHead)
	if last && ok {
		from = x.size
		sortByOffset(x.entries)
		p.entries, p.indexed = x.entries, x.size
	}
	sc := scan{store: s, pack: p, at: from, size: size, proven: from}
	damage := sc.run(ctx)
	if !last {
		p.entries, p.size = byDigest(p.entries), size
		return sc.suspects, damage
	}
	suspects, err := s.recoverTail(&sc, damage)
	if err != nil {
		return nil, err
	}
	for i, e := range p.entries {
		s.recent[e.digest] = int32(i)
	}
	return suspects, nil
}

func (s *Store) checkHeader(p *pack) error {
	b := make([]byte, packHead)
	n, err := readAt(p.file, b, 0)
	if err != nil {
		return err
	}
	if wrong := checkPackHeader(b[:n], s.key.store, p.number); wrong != "" {
		return &CorruptError{packName(p.number), 0, wrong, advice}
	}
	return nil
}

// recoverTail finds the end of the newest pack, cuts what is not whole, and
// makes the rest durable. damage is what ended the scan, if anything did.
func (s *Store) recoverTail(sc *scan, damage error) ([]place, error) {
	p := sc.pack
	if damage != nil {
		if !sc.torn {
			return nil, damage
		}
		if err := sc.judge(damage); err != nil {
			return nil, err
		}
	}
	end, suspects := sc.at, sc.suspects
	for i, suspect := range suspects {
		if suspect.end > sc.proven { // written with the last fsync, which was not finished
			end, suspects = int64(suspect.entry.offset), suspects[:i]
			break
		}
	}
	keep := slices.IndexFunc(p.entries, func(e entry) bool { return int64(e.offset) >= end })
	if keep >= 0 {
		s.found.Entries += len(p.entries) - keep
		p.entries = p.entries[:keep:keep]
	}
	if s.found.Bytes = sc.size - end; s.found.Bytes > 0 {
		if err := p.file.Truncate(end); err != nil {
			return nil, err
		}
	}
	if err := vfs.Rewrite(p.file, min(sc.proven, end), end); err != nil {
		return nil, err
	}
	if err := p.file.Sync(); err != nil {
		return nil, err
	}
	s.end, s.queue.base = end, end
	return suspects, s.fs.SyncDir(s.dir)
}

// acquit looks at entries whose body is not what was written: one that a newer
// entry follows was being erased; any other is damaged.
func (s *Store) acquit(suspects []place) error {
	for _, at := range suspects {
		e, p, ok := s.find(at.entry.digest)
		if ok && (p != at.pack || e.offset != at.entry.offset) {
			if err := s.finish(at); err != nil {
				return err
			}
			continue
		}
		return &CorruptError{packName(at.pack.number), int64(at.entry.offset), "a body has another checksum", advice}
	}
	return nil
}

// redo finishes the erasures whose tombstones came after the newest pack's
// index was written: earlier ones are done. They are done again even where the
// payload looks gone, which after an fsync that failed says nothing of the disk.
func (s *Store) redo(ctx context.Context) error {
	buried := map[Digest]int{} // where the last tombstone is
	var left []place
	for i, e := range s.active.entries {
		if e.tombstone() && int64(e.offset) >= s.active.indexed {
			buried[e.digest] = i
			left = append(left, s.older(e.digest)...)
		}
	}
	for i, e := range s.active.entries {
		if !e.tombstone() && i < buried[e.digest] {
			left = append(left, place{pack: s.active, entry: e})
		}
	}
	for _, at := range left {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := s.finish(at); err != nil {
			return err
		}
	}
	return nil
}

// finish erases what has a tombstone, and counts it if it was not gone.
func (s *Store) finish(at place) error {
	body := make([]byte, at.entry.length)
	if _, err := readAt(at.pack.file, body, int64(at.entry.offset)+entryHead); err != nil {
		return err
	}
	if !zero(body) {
		s.found.Redone++
	}
	return s.wipe(at.pack, at.entry)
}

// shred overwrites a file and removes it, if it is there.
func (s *Store) shred(name string) error {
	path := filepath.Join(s.dir, name)
	f, err := s.fs.OpenWrite(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	size, err := f.Size()
	if err == nil {
		err = overwrite(f, 0, size)
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	return s.fs.Remove(path)
}
