package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/idem-health/idem/internal/vfs"
)

// A Snapshot is a named blob that saves its writer some work at the next start,
// such as an index. It is derived data: one that is damaged is done without.
type Snapshot struct {
	Name     string   // small letters, digits and hyphens, at most 64
	Version  uint32   // of the content's form, as its writer counts
	Position uint64   // of the ledger as of which it is good
	Hash     [32]byte // of the ledger there
}

// A snapshot's file holds, little-endian:
//
//	 0  magic     8 bytes
//	 8  version   uint32  of the format
//	12  content   uint32  Version
//	16  store id  16 bytes
//	32  position  uint64
//	40  hash      32 bytes
//	72  length    uint32  of the name
//	76  name
//	    CRC       uint32  CRC-32C of all before
//	    blocks: length (uint32), CRC (uint32), bytes; the last one has length 0
//
// A block's CRC begins with the CRC of the store's id, then the block's number
// from 0 (uint64), then the bytes.
const (
	snapshotMagic = "IDEMSNAP"
	snapshotHead  = 76
	snapshotBlock = 256 << 10
)

const adviceSnapshot = "remove this file; it can be made again"

var snapshotNames = regexp.MustCompile(`^[a-z0-9-]{1,64}$`)

func snapshotFile(name string, number uint64) string {
	return fmt.Sprintf("%s.%08d.snapshot", name, number)
}

// snapshotNumber reads the number from a file name; 0 if it is none of the
// snapshot's.
func snapshotNumber(file, name string) uint64 {
	digits, ok := strings.CutPrefix(file, name+".")
	digits, ok2 := strings.CutSuffix(digits, ".snapshot")
	n, err := strconv.ParseUint(digits, 10, 64)
	if !ok || !ok2 || err != nil || snapshotFile(name, n) != file {
		return 0
	}
	return n
}

func (k *key) snapshotHeader(h Snapshot) []byte {
	b := []byte(snapshotMagic)
	b = binary.LittleEndian.AppendUint32(b, version)
	b = binary.LittleEndian.AppendUint32(b, h.Version)
	b = append(b, k.store[:]...)
	b = binary.LittleEndian.AppendUint64(b, h.Position)
	b = append(b, h.Hash[:]...)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(h.Name)))
	b = append(b, h.Name...)
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// parseSnapshotHeader reads a header; "" or what is wrong with it.
func (k *key) parseSnapshotHeader(b []byte, name string) (Snapshot, string) {
	n := snapshotHead + len(name)
	switch {
	case len(b) < n+4:
		return Snapshot{}, "its header is cut short"
	case string(b[:8]) != snapshotMagic:
		return Snapshot{}, "it is no snapshot"
	case int(binary.LittleEndian.Uint32(b[72:])) != len(name) || string(b[snapshotHead:n]) != name:
		return Snapshot{}, "it is of another name"
	case crc32.Checksum(b[:n], castagnoli) != binary.LittleEndian.Uint32(b[n:]):
		return Snapshot{}, "its header has another checksum"
	case binary.LittleEndian.Uint32(b[8:]) != version:
		return Snapshot{}, "it has a format that this program does not read"
	case [16]byte(b[16:32]) != k.store:
		return Snapshot{}, "it is of another store"
	}
	return Snapshot{name, binary.LittleEndian.Uint32(b[12:]), binary.LittleEndian.Uint64(b[32:]), [32]byte(b[40:72])}, ""
}

func (k *key) blockCRC(number uint64, data []byte) uint32 {
	var n [8]byte
	binary.LittleEndian.PutUint64(n[:], number)
	return crc32.Update(crc32.Update(k.salt, castagnoli, n[:]), castagnoli, data)
}

// blockWriter writes blocks.
type blockWriter struct {
	ctx    context.Context
	key    *key
	file   vfs.File
	at     int64
	number uint64
	block  []byte // 8 bytes for the head, then what is gathered
}

func (w *blockWriter) Write(p []byte) (int, error) {
	written := 0
	for len(p) > 0 {
		n := min(len(p), snapshotBlock-(len(w.block)-8))
		w.block = append(w.block, p[:n]...)
		p, written = p[n:], written+n
		if len(w.block)-8 == snapshotBlock {
			if err := w.flush(); err != nil {
				return written, err
			}
		}
	}
	return written, nil
}

func (w *blockWriter) flush() error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	data := w.block[8:]
	binary.LittleEndian.PutUint32(w.block, uint32(len(data)))
	binary.LittleEndian.PutUint32(w.block[4:], w.key.blockCRC(w.number, data))
	n, err := w.file.WriteAt(w.block, w.at)
	w.at += int64(n)
	w.number++
	w.block = w.block[:8]
	return err
}

// end writes what is gathered and the block that ends the file.
func (w *blockWriter) end() error {
	if len(w.block) > 8 {
		if err := w.flush(); err != nil {
			return err
		}
	}
	return w.flush()
}

// WriteSnapshot stores what write writes under the snapshot's name, in place of
// what was there: whatever happens, one of the two is found, whole. What is
// replaced is overwritten on disk, so that nothing erased lives on in it.
func (s *Store) WriteSnapshot(ctx context.Context, h Snapshot, write func(io.Writer) error) error {
	if !snapshotNames.MatchString(h.Name) {
		return fmt.Errorf("store: snapshot: %q is no name: small letters, digits and hyphens, at most 64", h.Name)
	}
	s.shelf.Lock()
	defer s.shelf.Unlock()
	if err := s.open(); err != nil {
		return err
	}
	if err := s.writeSnapshot(ctx, h, write); err != nil {
		return fmt.Errorf("store: snapshot %s: %w", h.Name, err)
	}
	return nil
}

func (s *Store) open() error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return ErrClosed
	}
	return nil
}

func (s *Store) writeSnapshot(ctx context.Context, h Snapshot, write func(io.Writer) error) error {
	last, err := s.newestSnapshot(h.Name)
	if err != nil {
		return err
	}
	file := snapshotFile(h.Name, last+1)
	r, err := vfs.Replace(s.fs, filepath.Join(s.dir, file))
	if err != nil {
		return err
	}
	header := s.key.snapshotHeader(h)
	_, err = r.WriteAt(header, 0)
	if err == nil {
		w := blockWriter{ctx: ctx, key: &s.key, file: r, at: int64(len(header)), block: make([]byte, 8, 8+snapshotBlock)}
		if err = write(&w); err == nil {
			err = w.end()
		}
	}
	if err != nil {
		return errors.Join(err, r.Close(), s.shred(vfs.TempName(file)))
	}
	if err := r.Commit(); err != nil {
		return err
	}
	_, err = s.newestSnapshot(h.Name)
	return err
}

// newestSnapshot gives the number of the newest snapshot of a name, 0 if there
// is none, and removes older ones.
func (s *Store) newestSnapshot(name string) (uint64, error) {
	files, err := s.fs.ReadDir(s.dir)
	if err != nil {
		return 0, err
	}
	newest := uint64(0)
	for _, file := range files {
		newest = max(newest, snapshotNumber(file, name))
	}
	for _, file := range files {
		if n := snapshotNumber(file, name); n > 0 && n < newest {
			if err := s.shred(file); err != nil {
				return 0, err
			}
		}
	}
	return newest, nil
}

// RemoveSnapshot overwrites and removes the snapshot of a name, if there is one.
func (s *Store) RemoveSnapshot(name string) error {
	s.shelf.Lock()
	defer s.shelf.Unlock()
	if err := s.open(); err != nil {
		return err
	}
	newest, err := s.newestSnapshot(name)
	if err == nil && newest > 0 {
		if err = s.shred(snapshotFile(name, newest)); err == nil {
			err = s.fs.SyncDir(s.dir)
		}
	}
	if err != nil {
		return fmt.Errorf("store: remove snapshot %s: %w", name, err)
	}
	return nil
}

// ReadSnapshot hands the snapshot of a name to read. No byte is given before it
// was checked, and what read leaves is checked after it. The error is an
// [ErrAbsent] where there is none, and a [CorruptError] where it is damaged.
func (s *Store) ReadSnapshot(ctx context.Context, name string, read func(Snapshot, io.Reader) error) error {
	s.shelf.Lock()
	defer s.shelf.Unlock()
	if err := s.open(); err != nil {
		return err
	}
	newest, err := s.newestSnapshot(name)
	if err != nil {
		return fmt.Errorf("store: snapshot %s: %w", name, err)
	}
	if newest == 0 {
		return fmt.Errorf("%w: snapshot %s", ErrAbsent, name)
	}
	file, err := s.fs.Open(filepath.Join(s.dir, snapshotFile(name, newest)))
	if err != nil {
		return fmt.Errorf("store: snapshot %s: %w", name, err)
	}
	size, err := file.Size()
	if err == nil {
		b := &blocks{ctx: ctx, key: &s.key, name: snapshotFile(name, newest), file: file, size: size}
		err = b.run(name, read)
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("store: snapshot %s: %w", name, err)
	}
	return nil
}
