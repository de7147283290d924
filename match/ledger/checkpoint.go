package ledger

import (
	"encoding/binary"
	"hash/crc32"
	"path/filepath"

	"github.com/idem-health/idem/internal/vfs"
)

// A checkpoint says how far the log was known to be on disk at some moment, and
// where that is: a log that ends before it was cut. Its file is replaced as a
// whole. Little-endian:
//
//	 0  magic     8 bytes
//	 8  version   uint32  of the format
//	12  number    uint32  of the segment
//	16  log id    16 bytes
//	32  position  uint64
//	40  hash      32 bytes
//	72  offset    uint64  in the segment, where the frame of that position ends
//	80  CRC       uint32  CRC-32C of bytes 0 to 79
type checkpoint struct {
	log id
	mark
}

const (
	checkpointMagic = "IDEMHEAD"
	checkpointSize  = 84
	checkpointName  = "head"
)

func (c *checkpoint) encode() []byte {
	b := make([]byte, checkpointSize)
	copy(b, checkpointMagic)
	binary.LittleEndian.PutUint32(b[8:], version)
	binary.LittleEndian.PutUint32(b[12:], c.number)
	copy(b[16:], c.log[:])
	binary.LittleEndian.PutUint64(b[32:], uint64(c.head.Position))
	copy(b[40:], c.head.Hash[:])
	binary.LittleEndian.PutUint64(b[72:], uint64(c.offset))
	binary.LittleEndian.PutUint32(b[80:], crc32.Checksum(b[:80], castagnoli))
	return b
}

// parseCheckpoint reads a checkpoint; "" or what is wrong with it.
func parseCheckpoint(b []byte) (checkpoint, string) {
	switch {
	case len(b) != checkpointSize:
		return checkpoint{}, "it has another length"
	case string(b[:8]) != checkpointMagic:
		return checkpoint{}, "it is not the head of a ledger"
	case crc32.Checksum(b[:80], castagnoli) != binary.LittleEndian.Uint32(b[80:]):
		return checkpoint{}, "it has another checksum"
	case binary.LittleEndian.Uint32(b[8:]) != version:
		return checkpoint{}, "it has a format that this program does not read"
	}
	c := checkpoint{id(b[16:32]), mark{
		number: binary.LittleEndian.Uint32(b[12:]),
		offset: int64(binary.LittleEndian.Uint64(b[72:])),
		head:   Head{Position(binary.LittleEndian.Uint64(b[32:])), Hash(b[40:72])},
	}}
	if c.number == 0 || c.offset < segmentHead {
		return checkpoint{}, "it points nowhere"
	}
	return c, ""
}

func writeCheckpoint(fs vfs.FS, dir string, c checkpoint) error {
	return vfs.WriteFile(fs, filepath.Join(dir, checkpointName), c.encode())
}
