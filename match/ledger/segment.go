package ledger

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/idem-health/idem/internal/vfs"
)

// A segment is one file of a log. Its header, little-endian:
//
//	 0  magic     8 bytes
//	 8  version   uint32  of the format
//	12  number    uint32  of the segment, from 1
//	16  log id    16 bytes
//	32  before    uint64  position before the first event of the segment
//	40  hash      32 bytes, of the last frame before
//	72  CRC       uint32  CRC-32C of bytes 0 to 71
//	76  frames
type segment struct {
	number uint32
	before Head
}

const (
	segmentMagic = "IDEMLOG\x00"
	segmentHead  = 76
	version      = 1
)

// An id tells one log from another.
type id [16]byte

// salt is what the checksums of frames' heads begin with.
func (i id) salt() uint32 { return crc32.Checksum(i[:], castagnoli) }

// genesis is the hash before the first event.
func (i id) genesis() Hash {
	f := frame{}
	return f.chain(Hash{}, append([]byte("idem ledger "), i[:]...))
}

func segmentName(number uint32) string { return fmt.Sprintf("ledger-%08d.log", number) }

// segmentNumber reads a segment's number from its file name; 0 if it is none.
func segmentNumber(name string) uint32 {
	digits, ok := strings.CutPrefix(name, "ledger-")
	digits, ok2 := strings.CutSuffix(digits, ".log")
	n, err := strconv.ParseUint(digits, 10, 32)
	if !ok || !ok2 || err != nil || segmentName(uint32(n)) != name {
		return 0
	}
	return uint32(n)
}

func (s *segment) header(log id) []byte {
	h := make([]byte, segmentHead)
	copy(h, segmentMagic)
	binary.LittleEndian.PutUint32(h[8:], version)
	binary.LittleEndian.PutUint32(h[12:], s.number)
	copy(h[16:], log[:])
	binary.LittleEndian.PutUint64(h[32:], uint64(s.before.Position))
	copy(h[40:], s.before.Hash[:])
	binary.LittleEndian.PutUint32(h[72:], crc32.Checksum(h[:72], castagnoli))
	return h
}

// parseSegment reads a segment's header; "" or what is wrong with it.
func parseSegment(h []byte, log id) (segment, string) {
	switch {
	case len(h) < segmentHead:
		return segment{}, "its header is cut short"
	case string(h[:8]) != segmentMagic:
		return segment{}, "it is no segment of a ledger"
	case crc32.Checksum(h[:72], castagnoli) != binary.LittleEndian.Uint32(h[72:]):
		return segment{}, "its header has another checksum"
	case binary.LittleEndian.Uint32(h[8:]) != version:
		return segment{}, fmt.Sprintf("it has format %d and this program reads %d", binary.LittleEndian.Uint32(h[8:]), version)
	case id(h[16:32]) != log:
		return segment{}, "it is of another log"
	}
	return segment{
		number: binary.LittleEndian.Uint32(h[12:]),
		before: Head{Position(binary.LittleEndian.Uint64(h[32:])), Hash(h[40:72])},
	}, ""
}

// createSegment puts an empty segment on disk. It gets its name only when its
// header is on disk, so that a segment is never without.
func createSegment(fs vfs.FS, dir string, log id, s segment) (vfs.File, error) {
	name := filepath.Join(dir, segmentName(s.number))
	r, err := vfs.Replace(fs, name)
	if err != nil {
		return nil, err
	}
	if _, err := r.WriteAt(s.header(log), 0); err != nil {
		return nil, errors.Join(err, r.Abandon())
	}
	if err := r.Commit(); err != nil {
		return nil, err
	}
	return fs.OpenWrite(name)
}
