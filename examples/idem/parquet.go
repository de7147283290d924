package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/parquet-go/parquet-go"

	"github.com/idem-health/idem/match/intake"
)

// A parquetTable reads the rows of a Parquet file, page by page of each column.
// A cell is a text, a number, a date as YYYY-MM-DD, Y or N, and the values of a
// list with semicolons.
type parquetTable struct {
	file    *parquet.File
	reader  io.ReaderAt
	names   []string
	columns []*parquetColumn
	group   int   // the next row group
	rows    int64 // left in this one
	cells   []string
	row     []byte // all cells of a row, which are one string in the end
	ends    []int
}

// What the footer of a file may take.
const maxFooter = 32 << 20

var errPanicked = errors.New("parquet: its structure is damaged")

// guard turns a panic of the Parquet library into an error. The panic's own
// text is left out: it may quote a value.
func guard(err *error) {
	if recover() != nil {
		*err = errPanicked
	}
}

func openParquet(r io.ReaderAt, size int64) (_ intake.Table, err error) {
	defer guard(&err)
	if err := checkFooter(r, size); err != nil {
		return nil, err
	}
	file, err := parquet.OpenFile(r, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, fmt.Errorf("parquet: its structure is damaged: %w", err)
	}
	t := &parquetTable{file: file, reader: r}
	if err := t.addColumns(file.Root(), ""); err != nil {
		return nil, err
	}
	t.cells = make([]string, len(t.names))
	return t, nil
}

// checkFooter reads the shape of the footer.
func checkFooter(r io.ReaderAt, size int64) error {
	var tail [8]byte
	if size < 12 {
		return fmt.Errorf("parquet: %w", io.ErrUnexpectedEOF)
	}
	if _, err := r.ReadAt(tail[:], size-8); err != nil {
		return fmt.Errorf("parquet: %w", err)
	}
	if string(tail[4:]) != "PAR1" {
		return errors.New("parquet: it does not end as a Parquet file does")
	}
	n := int64(binary.LittleEndian.Uint32(tail[:4]))
	if n > size-12 || n > maxFooter {
		return errors.New("parquet: the size of its footer is not true, or beyond what is read")
	}
	footer := make([]byte, n)
	if _, err := r.ReadAt(footer, size-8-n); err != nil && err != io.EOF {
		return fmt.Errorf("parquet: %w", err)
	}
	if _, _, err := readThrift(footer); err != nil {
		return fmt.Errorf("parquet: %w", errThrift)
	}
	return nil
}

// addColumns adds the leaves below a column.
func (t *parquetTable) addColumns(c *parquet.Column, path string) error {
	if c.Leaf() {
		column := &parquetColumn{index: c.Index(), repeated: c.MaxRepetitionLevel() > 0}
		var err error
		if column.text, err = parquetText(c.Type()); err != nil {
			return fmt.Errorf("parquet: column %d: %w", c.Index()+1, err)
		}
		for _, wrapper := range []string{".list.element", ".list.item", ".bag.array_element", ".array"} {
			path = strings.TrimSuffix(path, wrapper)
		}
		t.names = append(t.names, path)
		t.columns = append(t.columns, column)
		return nil
	}
	for _, below := range c.Columns() {
		name := below.Name()
		if path != "" {
			name = path + "." + name
		}
		if err := t.addColumns(below, name); err != nil {
			return err
		}
	}
	return nil
}

func (t *parquetTable) Columns() []string { return t.names }

func (t *parquetTable) Close() (err error) {
	defer guard(&err)
	for _, c := range t.columns {
		c.close()
	}
	return nil
}

func (t *parquetTable) Next() (_ []string, err error) {
	defer guard(&err)
	for t.rows == 0 {
		groups := t.file.RowGroups()
		if t.group == len(groups) {
			return nil, io.EOF
		}
		if err := t.openGroup(groups[t.group]); err != nil {
			return nil, err
		}
		t.group++
	}
	t.rows--
	t.row, t.ends = t.row[:0], t.ends[:0]
	for _, c := range t.columns {
		if t.row, err = c.appendCell(t.row, t); err != nil {
			return nil, fmt.Errorf("parquet: column %d: %w", c.index+1, err)
		}
		t.ends = append(t.ends, len(t.row))
	}
	row, from := string(t.row), 0
	for i, to := range t.ends {
		t.cells[i] = row[from:to]
		from = to
	}
	return t.cells, nil
}

func (t *parquetTable) openGroup(group parquet.RowGroup) error {
	t.rows = group.NumRows()
	chunks := group.ColumnChunks()
	if t.rows < 0 || len(chunks) != len(t.columns) {
		return errPanicked
	}
	for _, c := range t.columns {
		c.close()
		chunk, ok := chunks[c.index].(*parquet.FileColumnChunk)
		if !ok {
			return errPanicked
		}
		meta := t.file.Metadata().RowGroups[t.group].Columns[c.index].MetaData
		check, err := newPageCheck(t.reader, &meta)
		if err != nil {
			return fmt.Errorf("parquet: column %d: %w", c.index+1, err)
		}
		c.check, c.pages = check, chunk.Pages()
	}
	return nil
}

// held is what the pages at hand take, as they are claimed to.
func (t *parquetTable) held() int64 {
	total := int64(0)
	for _, c := range t.columns {
		if c.check != nil {
			total += c.check.held
		}
	}
	return total
}

// A parquetColumn reads the values of a column.
type parquetColumn struct {
	index    int
	repeated bool
	text     func(dst []byte, v parquet.Value) []byte
	check    *pageCheck
	pages    parquet.Pages
	page     parquet.Page
	values   parquet.ValueReader
	buffer   [128]parquet.Value
	have     []parquet.Value
}

func (c *parquetColumn) close() {
	c.have, c.values = nil, nil
	if c.page != nil {
		parquet.Release(c.page)
		c.page = nil
	}
	if c.pages != nil {
		c.pages.Close()
		c.pages = nil
	}
}

// appendCell appends the value of the next row, or its values.
func (c *parquetColumn) appendCell(dst []byte, t *parquetTable) ([]byte, error) {
	v, err := c.peek(t)
	if err == io.EOF {
		err = fmt.Errorf("it ends before the rows do: %w", io.ErrUnexpectedEOF)
	}
	if err != nil {
		return nil, err
	}
	if !v.IsNull() {
		dst = c.text(dst, v)
	}
	c.have = c.have[1:]
	for c.repeated {
		v, err := c.peek(t)
		if err == io.EOF || err == nil && v.RepetitionLevel() == 0 {
			return dst, nil
		}
		if err != nil {
			return nil, err
		}
		dst = append(dst, ';')
		if !v.IsNull() {
			dst = c.text(dst, v)
		}
		if len(dst) > maxParquetRow {
			return nil, errors.New("a row has more values than are read")
		}
		c.have = c.have[1:]
	}
	return dst, nil
}

// maxParquetRow is more than the rows that are not set aside for their length.
const maxParquetRow = 16 << 20

// peek returns the next value, reading on where none is at hand.
func (c *parquetColumn) peek(t *parquetTable) (parquet.Value, error) {
	for len(c.have) == 0 {
		if c.values == nil {
			if err := c.nextPage(t); err != nil {
				return parquet.Value{}, err
			}
		}
		n, err := c.values.ReadValues(c.buffer[:])
		c.have = c.buffer[:n]
		if err == io.EOF {
			c.values = nil
		} else if err != nil {
			return parquet.Value{}, err
		}
	}
	return c.have[0], nil
}

func (c *parquetColumn) nextPage(t *parquetTable) error {
	if c.page != nil {
		parquet.Release(c.page)
		c.page = nil
	}
	if err := c.check.next(); err != nil {
		return err
	}
	if t.held() > maxPages {
		return errors.New("its pages are too large to be read together; write it with smaller pages")
	}
	page, err := c.pages.ReadPage()
	if err != nil {
		return err
	}
	c.page, c.values = page, page.Values()
	return nil
}
