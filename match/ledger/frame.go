package ledger

import (
	"crypto/sha256"
	"encoding/binary"
	"hash/crc32"
)

// A frame is what one Append adds. On disk, little-endian:
//
//	 0  magic     4 bytes
//	 4  length    uint32  of the body
//	 8  count     uint32  of events, at least 1
//	12  body CRC  uint32  CRC-32C of the body
//	16  first     uint64  position of the first event
//	24  durable   uint64  position up to which everything was on disk when
//	                      this frame was written
//	32  hash      32 bytes
//	64  head CRC  uint32  CRC-32C of the log's id and of bytes 0 to 63
//	68  body: of each event its length as an unsigned varint, and its payload
//
// hash = SHA-256(hash of the frame before, length, count, first, body). The
// head CRC begins with the log's id, which nobody outside knows, so that no
// payload can pass for a frame when recovery looks for one.
type frame struct {
	length, count  uint32
	bodyCRC        uint32
	first, durable Position
	hash           Hash
}

const (
	frameMagic = "IDF\x01"
	frameHead  = 68
	// maxBody bounds what a damaged or hostile length can ask for.
	maxBody = 64 << 20
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// appendFrame appends a frame of the events. durable and the head CRC are left
// for seal, which is called when the frame is written.
func appendFrame(dst []byte, previous Hash, first Position, events []Event) ([]byte, Hash) {
	start := len(dst)
	dst = append(dst, make([]byte, frameHead)...)
	for _, e := range events {
		dst = binary.AppendUvarint(dst, uint64(len(e.Payload)))
		dst = append(dst, e.Payload...)
	}
	head, body := dst[start:start+frameHead], dst[start+frameHead:]
	f := frame{length: uint32(len(body)), count: uint32(len(events)), first: first}
	f.bodyCRC = crc32.Checksum(body, castagnoli)
	f.hash = f.chain(previous, body)
	copy(head, frameMagic)
	binary.LittleEndian.PutUint32(head[4:], f.length)
	binary.LittleEndian.PutUint32(head[8:], f.count)
	binary.LittleEndian.PutUint32(head[12:], f.bodyCRC)
	binary.LittleEndian.PutUint64(head[16:], uint64(f.first))
	copy(head[32:], f.hash[:])
	return dst, f.hash
}

// bodySize is how long the events' body is, or more than maxBody.
func bodySize(events []Event) int {
	size := 0
	for _, e := range events {
		size += len(e.Payload) + binary.MaxVarintLen32
		if size > maxBody {
			break
		}
	}
	return size
}

// seal completes a frame's head.
func seal(head []byte, salt uint32, durable Position) {
	binary.LittleEndian.PutUint64(head[24:], uint64(durable))
	binary.LittleEndian.PutUint32(head[64:], crc32.Update(salt, castagnoli, head[:64]))
}

func (f *frame) chain(previous Hash, body []byte) Hash {
	h := sha256.New()
	var numbers [16]byte
	binary.LittleEndian.PutUint32(numbers[0:], f.length)
	binary.LittleEndian.PutUint32(numbers[4:], f.count)
	binary.LittleEndian.PutUint64(numbers[8:], uint64(f.first))
	h.Write(previous[:])
	h.Write(numbers[:])
	h.Write(body)
	var sum Hash
	h.Sum(sum[:0])
	return sum
}

// last is the position of the frame's last event.
func (f *frame) last() Position { return f.first + Position(f.count) - 1 }

// parseHead reads a frame's head; "" or what is wrong with it.
func parseHead(head []byte, salt uint32) (frame, string) {
	if len(head) < frameHead {
		return frame{}, "a frame's head is cut short"
	}
	if string(head[:4]) != frameMagic {
		return frame{}, "no frame begins here"
	}
	if crc32.Update(salt, castagnoli, head[:64]) != binary.LittleEndian.Uint32(head[64:]) {
		return frame{}, "a frame's head has another checksum"
	}
	f := frame{
		length:  binary.LittleEndian.Uint32(head[4:]),
		count:   binary.LittleEndian.Uint32(head[8:]),
		bodyCRC: binary.LittleEndian.Uint32(head[12:]),
		first:   Position(binary.LittleEndian.Uint64(head[16:])),
		durable: Position(binary.LittleEndian.Uint64(head[24:])),
		hash:    Hash(head[32:64]),
	}
	switch {
	case f.length > maxBody:
		return frame{}, "a frame is longer than one can be"
	case f.count == 0 || f.count > f.length:
		return frame{}, "a frame's count of events cannot be"
	case f.first == 0 || f.last() < f.first || f.durable >= f.first:
		return frame{}, "a frame's positions cannot be"
	}
	return f, ""
}

// events splits a body whose checksum is right; "" or what is wrong with it.
// The payloads are parts of the body.
func (f *frame) events(body []byte) ([]Event, string) {
	list := make([]Event, f.count)
	for i := range list {
		size, n := binary.Uvarint(body)
		if n <= 0 || size > uint64(len(body)-n) {
			return nil, "an event runs out of its frame"
		}
		end := n + int(size)
		list[i] = Event{f.first + Position(i), body[n:end:end]}
		body = body[end:]
	}
	if len(body) > 0 {
		return nil, "a frame has more than its events"
	}
	return list, ""
}
