package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"

	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/merge"
)

// golden writes golden.csv: a row for each person, the values first, then for
// each value the record it came from and the rule it survived by. Rows are
// made as people become complete in a second pass over the input, and kept in
// a scratch file until their order and their columns are known. The records are
// shown to watch as they come.
func (w *writer) golden(watch ...func(match.Reread)) (err error) {
	scratch, err := newScratch(w.folder, w.result.Persons())
	if err != nil {
		return err
	}
	defer func() {
		if e := scratch.close(); err == nil {
			err = e
		}
	}()
	merged := 0
	for g, err := range w.result.Golden(w.ctx, w.input.Records(w.ctx), merge.Survivorship{}, watch...) {
		if err == nil {
			err = w.check("people merged", merged, w.result.Persons())
		}
		if err == nil {
			err = scratch.add(g.Person, &g.GoldenRecord)
		}
		if err != nil {
			return err
		}
		merged++
	}
	return w.goldenSheet(scratch)
}

func (w *writer) goldenSheet(scratch *scratch) (err error) {
	fields, err := scratch.usedFields()
	if err != nil {
		return err
	}
	header := append([]string{"cluster_id", "records"}, fields...)
	for _, f := range fields {
		header = append(header, f+"_from", f+"_rule")
	}
	s, err := w.folder.sheet("golden.csv", header...)
	if err != nil {
		return err
	}
	defer closing(s, &err)
	column := make([]int, len(scratch.fields)) // of each field
	for i, f := range fields {
		column[scratch.number[f]] = i
	}
	row := goldenRow{values: make([][]goldenValue, len(fields))}
	for person := range w.result.Persons() {
		if err := w.check("rows of golden.csv", person, w.result.Persons()); err != nil {
			return err
		}
		if err := scratch.get(person, column, &row); err != nil {
			return err
		}
		if err := row.write(s, person); err != nil {
			return err
		}
	}
	return nil
}

// A goldenRow is a row of golden.csv: the values of each field. It is reused.
type goldenRow struct {
	members uint64
	values  [][]goldenValue
	cell    []byte
	tamed   []byte
}

// A goldenValue lies in the buffer of the scratch file.
type goldenValue struct{ text, source, id, rule []byte }

// write writes the values of every field, then for every field where they come
// from and why.
func (r *goldenRow) write(s *sheet, person int) error {
	s.line = append(strconv.AppendInt(s.line, int64(person)+1, 10), ',')
	s.line = append(strconv.AppendUint(s.line, r.members, 10), ',')
	for _, values := range r.values {
		r.join(s, values, func(dst []byte, v *goldenValue) []byte { return append(dst, v.text...) })
	}
	for _, values := range r.values {
		r.join(s, values, func(dst []byte, v *goldenValue) []byte {
			return append(append(append(dst, v.source...), '/'), v.id...)
		})
		r.join(s, values, func(dst []byte, v *goldenValue) []byte { return append(dst, v.rule...) })
	}
	return s.end()
}

// join writes a cell of several values. An empty one has its place as well: the
// k-th values of columns that belong together are one guardian, one number.
func (r *goldenRow) join(s *sheet, values []goldenValue, part func(dst []byte, v *goldenValue) []byte) {
	r.cell = r.cell[:0]
	for i := range values {
		if i > 0 {
			r.cell = append(r.cell, ';')
		}
		r.cell = part(r.cell, &values[i])
	}
	r.tamed = appendTame(r.tamed[:0], r.cell)
	s.line = appendCell(s.line, r.tamed)
}

// A scratch keeps golden records on disk until they can be written in order.
type scratch struct {
	file   outputFile
	buf    *bufio.Writer
	at     int64
	where  []place // of each person
	fields []string
	number map[string]uint64 // of a field
	used   []bool
	enc    []byte

	ahead     []byte // the file from aheadFrom on
	aheadFrom int64
}

// A place in the scratch file.
type place struct {
	from int64
	size int
}

func newScratch(f *folder, people int) (*scratch, error) {
	file, err := f.create(".golden")
	if err != nil {
		return nil, err
	}
	s := &scratch{file: file, buf: bufio.NewWriterSize(file, 1<<20), where: make([]place, people), fields: patient.StandardNames(), number: map[string]uint64{}}
	for i, f := range s.fields {
		s.number[f] = uint64(i)
	}
	s.used = make([]bool, len(s.fields))
	return s, nil
}

func goldenError(err error) error { return fmt.Errorf("write golden.csv: %w", pathless(err)) }

// close removes the scratch file.
func (s *scratch) close() error {
	err := s.file.Close()
	if e := os.Remove(s.file.Name()); err == nil && !errors.Is(e, fs.ErrNotExist) {
		err = e
	}
	return err
}

func (s *scratch) add(person int, g *merge.GoldenRecord) error {
	enc := binary.AppendUvarint(s.enc[:0], uint64(g.Members))
	enc = binary.AppendUvarint(enc, uint64(len(g.Values)))
	for _, v := range g.Values {
		field := s.number[v.Field]
		s.used[field] = true
		enc = binary.AppendUvarint(enc, field)
		for _, text := range [...]string{v.Value, v.Source, v.ID, string(v.Rule)} {
			enc = binary.AppendUvarint(enc, uint64(len(text)))
			enc = append(enc, text...)
		}
	}
	s.enc = enc
	s.where[person] = place{s.at, len(enc)}
	s.at += int64(len(enc))
	if _, err := s.buf.Write(enc); err != nil {
		return goldenError(err)
	}
	return nil
}

// usedFields ends the writing and says which fields there are.
func (s *scratch) usedFields() ([]string, error) {
	if err := s.buf.Flush(); err != nil {
		return nil, goldenError(err)
	}
	var used []string
	for i, f := range s.fields {
		if s.used[i] {
			used = append(used, f)
		}
	}
	return used, nil
}

// get reads the golden record of a person back into row, which holds until the
// next call. column is the place of each field in it.
func (s *scratch) get(person int, column []int, row *goldenRow) error {
	at := s.where[person]
	s.enc = slices.Grow(s.enc[:0], at.size)[:at.size]
	if err := s.read(at); err != nil {
		return goldenError(err)
	}
	for i := range row.values {
		row.values[i] = row.values[i][:0]
	}
	d := decoder(s.enc)
	row.members = d.number()
	for range d.number() {
		i := column[d.number()]
		row.values[i] = append(row.values[i], goldenValue{d.text(), d.text(), d.text(), d.text()})
	}
	return nil
}

// read fills s.enc from a place of the file. Most people are asked for in the
// order in which they were complete: then it reads ahead.
func (s *scratch) read(at place) error {
	from := at.from - s.aheadFrom
	if past := from - int64(len(s.ahead)); past >= 0 && past < readAhead && at.size < readAhead {
		s.ahead = slices.Grow(s.ahead[:0], readAhead)[:readAhead]
		n, err := s.file.ReadAt(s.ahead, at.from)
		if n < at.size {
			return err
		}
		s.ahead, s.aheadFrom, from = s.ahead[:n], at.from, 0
	}
	if from >= 0 && from+int64(at.size) <= int64(len(s.ahead)) {
		copy(s.enc, s.ahead[from:])
		return nil
	}
	_, err := s.file.ReadAt(s.enc, at.from)
	return err
}

const readAhead = 64 << 10

// A decoder reads numbers and texts that add has written.
type decoder []byte

func (d *decoder) number() uint64 {
	n, size := binary.Uvarint(*d)
	*d = (*d)[size:]
	return n
}

func (d *decoder) text() []byte {
	n := d.number()
	text := (*d)[:n:n]
	*d = (*d)[n:]
	return text
}
