package store

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"

	"github.com/idem-health/idem/internal/vfs"
)

// blocks reads the blocks of a snapshot: a goroutine reads and checks a few
// ahead of who uses them.
type blocks struct {
	ctx  context.Context
	key  *key
	name string // of the file
	file vfs.File
	size int64

	// of the goroutine
	at     int64
	number uint64

	// of the reader
	full  chan block
	spare chan []byte
	last  block
	rest  []byte // of the last block, not given yet
}

// A block is what the goroutine has read: the bytes of a buffer, or why there
// are no more, which is io.EOF after the block that ends the file.
type block struct {
	buffer, data []byte
	err          error
}

// ahead is how many blocks are read before they are asked for.
const ahead = 4

func (b *blocks) damage(reason string) error {
	return &CorruptError{b.name, b.at, reason, adviceSnapshot}
}

// run hands the snapshot to read, and checks what that leaves.
func (b *blocks) run(name string, read func(Snapshot, io.Reader) error) error {
	header := make([]byte, snapshotHead+len(name)+4)
	n, err := readAt(b.file, header, 0)
	if err != nil {
		return err
	}
	h, wrong := b.key.parseSnapshotHeader(header[:n], name)
	if wrong != "" {
		return b.damage(wrong)
	}
	b.at = int64(n)
	b.full, b.spare = make(chan block, ahead), make(chan []byte, ahead)
	for range ahead {
		b.spare <- make([]byte, min(8+snapshotBlock, b.size))
	}
	go b.fetch()
	defer func() {
		close(b.spare)
		for range b.full { // until the goroutine has ended
		}
		b.last, b.rest = block{err: fs.ErrClosed}, nil // for who kept the reader
	}()
	if err := read(h, b); err != nil {
		if damage := b.last.err; damage != nil && damage != io.EOF && !errors.Is(err, damage) {
			err = errors.Join(damage, err) // what read made of it
		}
		return err
	}
	_, err = io.Copy(io.Discard, b)
	return err
}

// fetch is the goroutine. It ends after an error, and when there is nothing to
// read into any more.
func (b *blocks) fetch() {
	defer close(b.full)
	for buffer := range b.spare {
		data, err := b.next(buffer)
		b.full <- block{buffer, data, err} // never waits: there are as many places as buffers
		if err != nil {
			return
		}
	}
}

// Read implements io.Reader.
func (b *blocks) Read(p []byte) (int, error) {
	for len(b.rest) == 0 {
		if b.last.err != nil {
			return 0, b.last.err
		}
		if b.last.buffer != nil {
			b.spare <- b.last.buffer
		}
		b.last = <-b.full
		b.rest = b.last.data
	}
	n := copy(p, b.rest)
	b.rest = b.rest[n:]
	return n, nil
}

// next reads a block into a buffer.
func (b *blocks) next(buffer []byte) ([]byte, error) {
	if err := b.ctx.Err(); err != nil {
		return nil, err
	}
	n, err := readAt(b.file, buffer[:min(int64(len(buffer)), b.size-b.at)], b.at)
	if err != nil {
		return nil, err
	}
	if n < 8 {
		return nil, b.damage("it is cut short")
	}
	length := int64(binary.LittleEndian.Uint32(buffer))
	if length > int64(n-8) {
		return nil, b.damage("a block is longer than it can be")
	}
	data := buffer[8 : 8+length]
	if b.key.blockCRC(b.number, data) != binary.LittleEndian.Uint32(buffer[4:]) {
		return nil, b.damage("a block has another checksum")
	}
	b.at += 8 + length
	b.number++
	switch {
	case length > 0:
		return data, nil
	case b.at < b.size:
		return nil, b.damage("something follows its end")
	}
	return nil, io.EOF
}
