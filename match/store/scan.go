package store

import (
	"bufio"
	"bytes"
	"context"
	"hash/crc32"
	"io"

	"github.com/idem-health/idem/internal/vfs"
)

// A scan reads the entries of a pack from its file.
type scan struct {
	store    *Store
	pack     *pack
	at, size int64 // where the next entry begins, and where the file ends
	proven   int64 // so far the pack was certainly on disk
	suspects []place
	torn     bool // the damage is such as a write cut short may leave
}

// run reads to the end and adds to the pack's entries.
func (c *scan) run(ctx context.Context) error {
	r := bufio.NewReaderSize(io.NewSectionReader(c.pack.file, c.at, c.size-c.at), int(min(c.size-c.at, 256<<10)))
	var body []byte
	for c.at < c.size {
		if err := ctx.Err(); err != nil {
			return err
		}
		h, wrong, err := c.next(r, &body)
		if err != nil {
			return err
		}
		if wrong != "" {
			c.torn = true
			return &CorruptError{packName(c.pack.number), c.at, wrong, advice}
		}
		e := entry{h.digest, uint32(c.at), h.length, h.stored, dead}
		c.at += entryHead + int64(h.length)
		c.proven = max(c.proven, h.durable)
		whole := crc32.Checksum(body, castagnoli) == h.bodyCRC
		if h.kind == kindPayload {
			e.source = 0 // of a body that is gone, the source is of no use
			if whole {
				if e.source, err = c.store.sources.id(sourceOf(body)); err != nil {
					return err
				}
			}
		}
		c.pack.entries = append(c.pack.entries, e)
		if !whole {
			c.suspects = append(c.suspects, place{c.pack, e, c.at})
		}
	}
	return nil
}

// next reads an entry.
func (c *scan) next(r io.Reader, body *[]byte) (head, string, error) {
	left := c.size - c.at
	var b [entryHead]byte
	if left < entryHead {
		return head{}, "an entry's head is cut short", nil
	}
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return head{}, "", err
	}
	h, wrong := parseEntry(b[:], c.store.key.salt, c.at)
	if wrong == "" && int64(h.length) > left-entryHead {
		wrong = "an entry runs out of the file"
	}
	if wrong != "" {
		return head{}, wrong, nil
	}
	if cap(*body) < int(h.length) {
		*body = make([]byte, h.length, 2*h.length)
	}
	*body = (*body)[:h.length]
	_, err := io.ReadFull(r, *body)
	return h, "", err
}

// judge says whether what stands from the scan's place on may be cut. It may,
// unless a later entry says that this place was on disk before that entry was
// written: then it was acknowledged and is damaged, which is the error.
func (c *scan) judge(damage error) error {
	if c.at < c.proven {
		return damage
	}
	rest := make([]byte, c.size-c.at)
	if _, err := readAt(c.pack.file, rest, c.at); err != nil {
		return err
	}
	for i := 0; ; i++ {
		next := bytes.Index(rest[i:], []byte(entryMagic))
		if next < 0 {
			return nil
		}
		i += next
		if h, wrong := parseEntry(rest[i:], c.store.key.salt, c.at+int64(i)); wrong == "" {
			if h.durable > c.at {
				return damage
			}
			c.store.found.Entries++
		}
	}
}

// readAt reads as much as there is.
func readAt(f io.ReaderAt, b []byte, offset int64) (int, error) {
	n, err := f.ReadAt(b, offset)
	if err == io.EOF {
		err = nil
	}
	return n, err
}

func zero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}

// overwrite puts zeros on disk.
func overwrite(f vfs.File, from, to int64) error {
	zeros := make([]byte, min(to-from, 1<<20))
	for at := from; at < to; {
		n, err := f.WriteAt(zeros[:min(int64(len(zeros)), to-at)], at)
		if err != nil {
			return err
		}
		at += int64(n)
	}
	return f.Sync()
}
