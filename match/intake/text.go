package intake

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
)

// counter counts the bytes that pass, for itself and for whoever watches.
type counter struct {
	io.Reader
	n    int64
	done *atomic.Int64 // may be nil
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += int64(n)
	if c.done != nil {
		c.done.Add(int64(n))
	}
	return n, err
}

// What a compressed file may unpack to. Tables of people shrink to a third or
// a tenth, at most, where all rows are alike, to a two-hundredth: what goes
// far beyond was made to fill a memory or a day.
const (
	bombFree  = 256 << 20 // bytes that are never too many
	bombRatio = 400
)

// bounded ends with ErrBomb when what was unpacked is out of all proportion.
type bounded struct {
	io.Reader
	packed *counter
	n      int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if b.n += int64(n); b.n > bombFree && b.n/bombRatio > b.packed.n {
		return 0, ErrBomb
	}
	return n, err
}

// text is an opened input: UTF-8 behind a possible byte order mark, no longer
// compressed.
type text struct {
	io.Reader
	unpack io.Closer // may be nil
	file   io.Closer
	head   []byte // its first bytes, for a look
}

const headSize = 64 << 10

// openText opens an input and refuses what is no text of ours. done, where it
// is not nil, counts the bytes read.
func openText(ctx context.Context, in input, o Options, done *atomic.Int64) (*text, error) {
	file, err := in.open()
	if err != nil {
		return nil, err
	}
	t := &text{file: file}
	if err := t.begin(ctx, in.name, o, done); err != nil {
		t.Close()
		return nil, err
	}
	return t, nil
}

func (t *text) begin(ctx context.Context, name string, o Options, done *atomic.Int64) error {
	packed := &counter{Reader: &interruptible{ctx, t.file.(io.Reader)}, done: done}
	raw := bufio.NewReaderSize(packed, headSize)
	unpacked, err := t.unpacked(raw, o)
	if err != nil {
		return readError(name, 0, err)
	}
	if unpacked != nil {
		// The context is asked here as well: a little may unpack to much.
		raw = bufio.NewReaderSize(&bounded{Reader: &interruptible{ctx, unpacked}, packed: packed}, headSize)
	}
	head, err := raw.Peek(headSize)
	if err != nil && err != io.EOF {
		return readError(name, 0, err)
	}
	if bytes.HasPrefix(head, []byte("\xef\xbb\xbf")) {
		raw.Discard(3)
		head = head[3:]
	}
	if err := inspect(name, head, err == io.EOF); err != nil {
		return err
	}
	t.Reader, t.head = raw, head
	return nil
}

// unpacked returns what raw holds compressed, or nil when it is not.
func (t *text) unpacked(raw *bufio.Reader, o Options) (io.Reader, error) {
	if begins(raw, "\x1f\x8b") {
		return gzip.NewReader(raw)
	}
	for _, d := range o.Decompressors {
		if d.Magic == "" || !begins(raw, d.Magic) {
			continue
		}
		z, err := d.Open(raw)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errDamaged, err)
		}
		t.unpack = z
		return damaging{z}, nil
	}
	return nil, nil
}

// errDamaged stands before what a [Decompressor] or a [Format] says.
var errDamaged = errors.New("cannot be unpacked")

// damaging marks the errors of a decompressor, so that they can be told from
// those of the file system below it.
type damaging struct{ io.Reader }

func (d damaging) Read(p []byte) (int, error) {
	n, err := d.Reader.Read(p)
	if err != nil && err != io.EOF && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		if _, ours := errors.AsType[*Error](err); !ours {
			err = fmt.Errorf("%w: %w", errDamaged, err)
		}
	}
	return n, err
}

func begins(r *bufio.Reader, magic string) bool {
	head, _ := r.Peek(len(magic))
	return string(head) == magic
}

func (t *text) Close() error {
	var err error
	if t.unpack != nil {
		err = t.unpack.Close()
	}
	return errors.Join(err, t.file.Close())
}

// readError says that reading failed on the way.
func readError(name string, line int, err error) error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	e := &Error{File: name, Line: line, Err: err}
	switch {
	case errors.Is(err, ErrBomb):
		e.Do = "unpack it yourself if it is what it should be"
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader), errors.Is(err, errDamaged):
		e.Do = "the file is damaged or cut short; copy it again"
	}
	return e
}
