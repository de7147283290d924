package store

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/idem-health/idem/internal/vfs"
)

// A pack is one file of payloads: a header and entries.
type pack struct {
	number  uint32
	file    vfs.File
	size    int64   // of a sealed pack
	indexed int64   // so far it has an index on disk
	entries []entry // of a sealed pack by digest, the newest of each; of the active one as they came
}

const (
	packMagic = "IDEMPACK"
	packHead  = 36
)

func packName(number uint32) string  { return fmt.Sprintf("pack-%08d.pack", number) }
func indexName(number uint32) string { return fmt.Sprintf("pack-%08d.index", number) }

// packNumber reads a pack's number from its file name; 0 if it is none.
func packNumber(name string) uint32 {
	digits, ok := strings.CutPrefix(name, "pack-")
	digits, ok2 := strings.CutSuffix(digits, ".pack")
	n, err := strconv.ParseUint(digits, 10, 32)
	if !ok || !ok2 || err != nil || packName(uint32(n)) != name {
		return 0
	}
	return uint32(n)
}

// packHeader is, little-endian:
//
//	 0  magic     8 bytes
//	 8  version   uint32  of the format
//	12  number    uint32  of the pack, from 1
//	16  store id  16 bytes
//	32  CRC       uint32  CRC-32C of bytes 0 to 31
//	36  entries
func packHeader(store [16]byte, number uint32) []byte {
	b := make([]byte, 0, packHead)
	b = append(b, packMagic...)
	b = binary.LittleEndian.AppendUint32(b, version)
	b = binary.LittleEndian.AppendUint32(b, number)
	b = append(b, store[:]...)
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// checkPackHeader says what is wrong with a pack's header, or "".
func checkPackHeader(b []byte, store [16]byte, number uint32) string {
	switch {
	case len(b) < packHead:
		return "its header is cut short"
	case string(b[:8]) != packMagic:
		return "it is no pack of a store"
	case crc32.Checksum(b[:32], castagnoli) != binary.LittleEndian.Uint32(b[32:]):
		return "its header has another checksum"
	case binary.LittleEndian.Uint32(b[8:]) != version:
		return fmt.Sprintf("it has format %d and this program reads %d", binary.LittleEndian.Uint32(b[8:]), version)
	case [16]byte(b[16:32]) != store:
		return "it is of another store"
	case binary.LittleEndian.Uint32(b[12:]) != number:
		return "it is another pack's file"
	}
	return ""
}

// A head stands before each body. On disk, little-endian:
//
//	 0  magic     4 bytes
//	 4  length    uint32  of the body
//	 8  kind      uint8   1 payload, 2 tombstone (without a body)
//	 9  zero      3 bytes
//	12  body CRC  uint32  CRC-32C of the body
//	16  digest    16 bytes
//	32  stored    uint64  seconds since 1970
//	40  durable   uint64  offset up to which this pack was on disk when this
//	                      entry was written
//	48  head CRC  uint32  CRC-32C of the store's id and of bytes 0 to 47
//	52  body
//
// The body of a payload that was erased is all zero; its head stays.
type head struct {
	length  uint32
	kind    byte
	bodyCRC uint32
	digest  Digest
	stored  uint32
	durable int64
}

const (
	kindPayload   = 1
	kindTombstone = 2
	entryMagic    = "IDP\x01"
	entryHead     = 52
)

// appendEntry appends an entry. durable and the head CRC are left for seal,
// which is called when the entry is written.
func appendEntry(dst []byte, h head, body []byte) []byte {
	dst = append(dst, entryMagic...)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(body)))
	dst = append(dst, h.kind, 0, 0, 0)
	dst = binary.LittleEndian.AppendUint32(dst, crc32.Checksum(body, castagnoli))
	dst = append(dst, h.digest[:]...)
	dst = binary.LittleEndian.AppendUint64(dst, uint64(h.stored))
	dst = append(dst, make([]byte, 12)...)
	return append(dst, body...)
}

// seal completes an entry's head.
func seal(b []byte, salt uint32, durable int64) {
	binary.LittleEndian.PutUint64(b[40:], uint64(durable))
	binary.LittleEndian.PutUint32(b[48:], crc32.Update(salt, castagnoli, b[:48]))
}

// parseEntry reads an entry's head, which stands at an offset; "" or what is
// wrong with it. An offset below 0 is not looked at.
func parseEntry(b []byte, salt uint32, offset int64) (head, string) {
	if len(b) < entryHead {
		return head{}, "an entry's head is cut short"
	}
	if string(b[:4]) != entryMagic {
		return head{}, "no entry begins here"
	}
	if crc32.Update(salt, castagnoli, b[:48]) != binary.LittleEndian.Uint32(b[48:]) {
		return head{}, "an entry's head has another checksum"
	}
	h := head{
		length:  binary.LittleEndian.Uint32(b[4:]),
		kind:    b[8],
		bodyCRC: binary.LittleEndian.Uint32(b[12:]),
		digest:  Digest(b[16:32]),
		stored:  binary.LittleEndian.Uint32(b[32:]),
		durable: int64(binary.LittleEndian.Uint64(b[40:])),
	}
	switch {
	case h.kind != kindPayload && h.kind != kindTombstone, h.kind == kindTombstone && h.length > 0, h.length > maxBody:
		return head{}, "an entry's head cannot be"
	case offset >= 0 && h.durable > offset:
		return head{}, "an entry's head is of another place"
	}
	return h, ""
}

// createPack puts an empty pack on disk. It gets its name only when its header
// is on disk, so that a pack is never without.
func (s *Store) createPack(number uint32) (*pack, error) {
	name := filepath.Join(s.dir, packName(number))
	if err := vfs.WriteFile(s.fs, name, packHeader(s.key.store, number)); err != nil {
		return nil, err
	}
	file, err := s.fs.OpenWrite(name)
	if err != nil {
		return nil, err
	}
	return &pack{number: number, file: file}, nil
}
