package bleveindex

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	segment "github.com/blevesearch/scorch_segment_api/v2"
)

// Check reads everything again: the checksum of every file, and the count and the
// digest of the records as they are filed. Its error wraps [ErrDamaged].
func (ix *Index) Check(ctx context.Context) (err error) {
	defer guard("check", &err)
	ix.writing.Lock() // so that the files and the state are of one moment
	defer ix.writing.Unlock()
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	if ix.closed {
		return ErrClosed
	}
	return ix.check(ctx)
}

// check reads the records' names and the files.
func (ix *Index) check(ctx context.Context) error {
	v, err := newView(ix.store)
	if err != nil {
		return err
	}
	defer v.close()
	var count uint64
	var digest Digest
	for i, s := range v.segments {
		for it := s.DocNumbersLive().Iterator(); it.HasNext(); {
			if err := ctx.Err(); err != nil {
				return err
			}
			entry, err := v.entryAt(place{i, uint64(it.Next())})
			if err != nil {
				return err
			}
			count++
			digest = digest.Add(entry)
		}
	}
	if count != ix.state.Count || digest != ix.state.Digest {
		return fmt.Errorf("%w: it has %d records where its state says %d, or others", ErrDamaged, count, ix.state.Count)
	}
	buf := make([]byte, 1<<20)
	for _, s := range v.segments {
		persisted, ok := s.Segment().(segment.PersistedSegment)
		if !ok {
			continue // still in memory
		}
		err := checkFile(persisted.Path(), buf)
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // absent: merged into another in this moment
			return err
		}
	}
	return nil
}

// checkFile compares a segment with the checksum that ends it. bleve itself maps
// segments into memory unread, and would fail in the midst of a query.
func checkFile(name string, buf []byte) error {
	file, err := os.Open(name)
	if err != nil {
		return pathError("check", err)
	}
	defer func() { _ = file.Close() }()
	var tail []byte // the last bytes read, not yet summed: the file ends with its sum
	sum := uint32(0)
	for {
		n, err := file.Read(buf)
		tail = append(tail, buf[:n]...)
		if len(tail) > 4 {
			sum = crc32.Update(sum, crc32.IEEETable, tail[:len(tail)-4])
			tail = append(tail[:0], tail[len(tail)-4:]...)
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return pathError("check", err)
		}
	}
	if len(tail) != 4 || binary.BigEndian.Uint32(tail) != sum {
		return fmt.Errorf("%w: file %s", ErrDamaged, filepath.Base(name))
	}
	return nil
}
