package intake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
)

// rows are the rows of an opened file, whatever its format.
type rows interface {
	// next goes to the next row. A reason other than "" means that the row was
	// set aside; io.EOF is the end.
	next() (Reason, error)
	// row is the row last read: its cells, valid until the next call of next,
	// and the line it starts in.
	row() (cells []string, line int)
	Close() error
}

// csvRows are the rows of a CSV file.
type csvRows struct {
	*scanner
	io.Closer
}

func (r csvRows) row() ([]string, int) { return r.cells, r.rowLine }

// open opens the file at its first record.
func (f *file) open(ctx context.Context, o Options, done *atomic.Int64) (rows, error) {
	if f.format != nil {
		return f.openTable(ctx, done)
	}
	t, err := openText(ctx, f.input, o, done)
	if err != nil {
		return nil, err
	}
	if f.keys != nil {
		return newJSONRows(t, f.keys), nil
	}
	r := csvRows{newScanner(t, f.mapping.Delimiter[0]), t}
	if _, err := r.next(); err != nil { // the header, which look has read
		return nil, errors.Join(readError(f.name, r.line, err), t.Close())
	}
	return r, nil
}

// tableRows are the rows of a [Table]. Its lines are counted from 1.
type tableRows struct {
	table Table
	file  stored
	width int
	cells []string
	line  int

	size, unpacked int64 // of the file, and of the cells so far
}

func (f *file) openTable(ctx context.Context, done *atomic.Int64) (*tableRows, error) {
	in, err := f.input.open()
	if err != nil {
		return nil, err
	}
	table, err := f.format.Open(&countedAt{file: in, ctx: ctx, left: f.size, done: done}, f.size)
	if err != nil {
		return nil, errors.Join(tableError(f.name, 0, err), in.Close())
	}
	return &tableRows{table: table, file: in, width: len(table.Columns()), size: f.size}, nil
}

func tableError(name string, line int, err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	if errors.Is(err, ErrBomb) {
		return readError(name, line, err)
	}
	return &Error{File: name, Line: line, Err: fmt.Errorf("%w: %w", ErrFormat, err), Do: "the file is damaged or cut short; copy it or write it again"}
}

func (r *tableRows) row() ([]string, int) { return r.cells, r.line }

func (r *tableRows) next() (Reason, error) {
	cells, err := r.table.Next()
	if err == io.EOF {
		if w, ok := r.file.(*watched); ok {
			if err := w.check(); err != nil {
				return "", err
			}
		}
		return "", io.EOF
	}
	if err != nil {
		return "", err
	}
	r.line++
	if len(cells) != r.width {
		return ReasonRagged, nil
	}
	size := len(cells)
	for _, c := range cells {
		if reason := textFault(c); reason != "" {
			return reason, nil
		}
		size += len(c)
	}
	if r.unpacked += int64(size); r.unpacked > bombFree && r.unpacked/bombRatio > r.size {
		return "", ErrBomb
	}
	if size > maxRow {
		return ReasonLong, nil
	}
	r.cells = cells
	return "", nil
}

func (r *tableRows) Close() error { return errors.Join(r.table.Close(), r.file.Close()) }

// countedAt counts what is read, up to the size of the file: parts may be read
// several times.
type countedAt struct {
	file io.ReaderAt
	ctx  context.Context
	left int64
	done *atomic.Int64 // may be nil
}

func (c *countedAt) ReadAt(p []byte, off int64) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := c.file.ReadAt(p, off)
	if c.done != nil {
		counted := min(int64(n), c.left)
		c.left -= counted
		c.done.Add(counted)
	}
	return n, err
}
