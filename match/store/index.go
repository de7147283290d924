package store

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/idem-health/idem/internal/vfs"
)

// An entry says where the payload of a digest is, or that it was erased.
type entry struct {
	digest Digest
	offset uint32 // of the head in its pack
	length uint32 // of the body
	stored uint32
	source uint32 // place in sources, or dead
}

// dead stands for the source of a tombstone.
const dead = 1<<32 - 1

func (e *entry) tombstone() bool { return e.source == dead }

// sources numbers the feeds that payloads came from: few, so that an entry
// holds a number.
type sources struct {
	names []string
	ids   map[string]uint32
}

// maxSources is far more than the feeds of any registry.
const maxSources = 1 << 20

func (s *sources) id(name string) (uint32, error) {
	if id, ok := s.ids[name]; ok {
		return id, nil
	}
	if len(s.names) == maxSources {
		return 0, fmt.Errorf("%w: payloads of more than %d sources: the source names a feed, not a record", ErrTooLarge, maxSources)
	}
	if s.ids == nil {
		s.ids = map[string]uint32{}
	}
	id := uint32(len(s.names))
	name = string(append([]byte(nil), name...)) // not a part of some payload
	s.ids[name] = id
	s.names = append(s.names, name)
	return id, nil
}

// byDigest sorts entries and keeps the newest of each digest.
func byDigest(list []entry) []entry {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b entry) int {
		return cmp.Or(bytes.Compare(a.digest[:], b.digest[:]), cmp.Compare(b.offset, a.offset))
	})
	return slices.CompactFunc(list, func(a, b entry) bool { return a.digest == b.digest })
}

// search finds a digest in the entries of a sealed pack.
func (p *pack) search(d Digest) (entry, bool) {
	i, ok := slices.BinarySearchFunc(p.entries, d, func(e entry, d Digest) int { return bytes.Compare(e.digest[:], d[:]) })
	if !ok {
		return entry{}, false
	}
	return p.entries[i], true
}

// find gives the newest entry of a digest and its pack. The caller holds mu.
func (s *Store) find(d Digest) (entry, *pack, bool) {
	if i, ok := s.recent[d]; ok {
		return s.active.entries[i], s.active, true
	}
	for _, p := range slices.Backward(s.sealed) {
		if e, ok := p.search(d); ok {
			return e, p, true
		}
	}
	return entry{}, nil, false
}

// The index of a pack is derived from it, to save reading it. Little-endian:
//
//	 0  magic     8 bytes
//	 8  version   uint32  of the format
//	12  number    uint32  of the pack
//	16  store id  16 bytes
//	32  size      uint64  of the pack, as far as it is indexed; that far it is on disk
//	40  sources   uint32  how many
//	44  entries   uint32  how many
//	48  sources: of each its length as an unsigned varint, and its name
//	    entries: digest (16 bytes), offset, length, stored, source (each uint32;
//	    source 2^32-1 is a tombstone), by digest, the newest of each
//	    CRC       uint32  CRC-32C of all before
const (
	indexMagic = "IDEMPIDX"
	indexHead  = 48
	indexEntry = 32
	// maxIndex is more than a pack of the largest size can need.
	maxIndex = 2 << 30
)

// An index is what such a file says.
type index struct {
	size    int64
	sources []string
	entries []entry
}

func (x *index) encode(store [16]byte, number uint32) []byte {
	b := make([]byte, 0, indexHead+indexEntry*len(x.entries)+1<<10)
	b = append(b, indexMagic...)
	b = binary.LittleEndian.AppendUint32(b, version)
	b = binary.LittleEndian.AppendUint32(b, number)
	b = append(b, store[:]...)
	b = binary.LittleEndian.AppendUint64(b, uint64(x.size))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(x.sources)))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(x.entries)))
	for _, name := range x.sources {
		b = binary.AppendUvarint(b, uint64(len(name)))
		b = append(b, name...)
	}
	for _, e := range x.entries {
		b = append(b, e.digest[:]...)
		b = binary.LittleEndian.AppendUint32(b, e.offset)
		b = binary.LittleEndian.AppendUint32(b, e.length)
		b = binary.LittleEndian.AppendUint32(b, e.stored)
		b = binary.LittleEndian.AppendUint32(b, e.source)
	}
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// parseIndex reads an index; false if it is not whole, or not of this pack.
func parseIndex(b []byte, store [16]byte, number uint32) (index, bool) {
	n := len(b) - 4
	if n < indexHead || string(b[:8]) != indexMagic || crc32.Checksum(b[:n], castagnoli) != binary.LittleEndian.Uint32(b[n:]) ||
		binary.LittleEndian.Uint32(b[8:]) != version || binary.LittleEndian.Uint32(b[12:]) != number || [16]byte(b[16:32]) != store {
		return index{}, false
	}
	x := index{size: int64(binary.LittleEndian.Uint64(b[32:]))}
	names, count := binary.LittleEndian.Uint32(b[40:]), int64(binary.LittleEndian.Uint32(b[44:]))
	b = b[indexHead:n]
	if x.size < packHead || names > maxSources {
		return index{}, false
	}
	for range names {
		size, k := binary.Uvarint(b)
		if k <= 0 || size > uint64(len(b)-k) {
			return index{}, false
		}
		x.sources = append(x.sources, string(b[k:k+int(size)]))
		b = b[k+int(size):]
	}
	if int64(len(b)) != count*indexEntry {
		return index{}, false
	}
	x.entries = make([]entry, count)
	for i := range x.entries {
		e := entry{Digest(b[:16]), binary.LittleEndian.Uint32(b[16:]), binary.LittleEndian.Uint32(b[20:]),
			binary.LittleEndian.Uint32(b[24:]), binary.LittleEndian.Uint32(b[28:])}
		if e.source != dead && e.source >= names || int64(e.offset)+entryHead+int64(e.length) > x.size {
			return index{}, false
		}
		if i > 0 && bytes.Compare(x.entries[i-1].digest[:], e.digest[:]) >= 0 {
			return index{}, false
		}
		x.entries[i], b = e, b[indexEntry:]
	}
	return x, true
}

// readIndex reads the index of a pack, and says whether there is one of use.
// Where there is none the pack is read.
func (s *Store) readIndex(number uint32) (index, bool, error) {
	data, err := vfs.ReadFile(s.fs, filepath.Join(s.dir, indexName(number)), maxIndex)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, vfs.ErrTooLong) {
		return index{}, false, nil
	}
	if err != nil {
		return index{}, false, err
	}
	x, ok := parseIndex(data, s.key.store, number)
	if !ok {
		return index{}, false, nil
	}
	ids := make([]uint32, len(x.sources)) // in the store, of those in the index
	for i, name := range x.sources {
		if ids[i], err = s.sources.id(name); err != nil {
			return index{}, false, err
		}
	}
	for i := range x.entries {
		if e := &x.entries[i]; !e.tombstone() {
			e.source = ids[e.source]
		}
	}
	return x, true, nil
}

// writeIndex puts on disk the index of a pack up to a size.
func (s *Store) writeIndex(p *pack, size int64) error {
	s.mu.RLock()
	names, list := s.sources.names, p.entries
	s.mu.RUnlock()
	list = slices.DeleteFunc(slices.Clone(list), func(e entry) bool { return int64(e.offset) >= size })
	x := index{size, names, byDigest(list)}
	return vfs.WriteFile(s.fs, filepath.Join(s.dir, indexName(p.number)), x.encode(s.key.store, p.number))
}

// sortByOffset gives entries the order in which they were written.
func sortByOffset(list []entry) {
	slices.SortFunc(list, func(a, b entry) int { return cmp.Compare(a.offset, b.offset) })
}
