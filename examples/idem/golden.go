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

	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/merge"
)

// golden writes golden.csv: a row for each person, the values first, then for
// each value the record it came from and the rule it survived by. Rows are
// made as people become complete in a second pass over the input, and kept in
// a scratch file until their order and their columns are known.
func (w *writer) golden() (err error) {
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
	for g, err := range w.result.Golden(w.ctx, w.input.Records(w.ctx), merge.Survivorship{}) {
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
	column := map[string]int{}
	for i, f := range fields {
		column[f] = i
	}
	cells, values := make([]string, len(header)), make([]int, len(fields))
	var golden merge.GoldenRecord
	for person := range w.result.Persons() {
		if err := w.check("rows of golden.csv", person, w.result.Persons()); err != nil {
			return err
		}
		if err := scratch.get(person, &golden); err != nil {
			return err
		}
		clear(cells)
		clear(values)
		cells[0], cells[1] = clusterID(person), strconv.Itoa(golden.Members)
		for _, v := range golden.Values {
			i := column[v.Field]
			from := 2 + len(fields) + 2*i
			join(&cells[2+i], values[i], v.Value)
			join(&cells[from], values[i], v.Source+"/"+v.ID)
			join(&cells[from+1], values[i], string(v.Rule))
			values[i]++
		}
		for i := 2; i < len(cells); i++ {
			cells[i] = tame(cells[i])
		}
		if err := s.row(cells...); err != nil {
			return err
		}
	}
	return nil
}

// join adds a value to a cell of n values. An empty one has its place as well:
// the k-th values of columns that belong together are one guardian, one number.
func join(cell *string, n int, value string) {
	if n > 0 {
		*cell += ";"
	}
	*cell += value
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

// get reads the golden record of a person back into g, which is reused.
func (s *scratch) get(person int, g *merge.GoldenRecord) error {
	at := s.where[person]
	s.enc = slices.Grow(s.enc[:0], at.size)[:at.size]
	if _, err := s.file.ReadAt(s.enc, at.from); err != nil {
		return goldenError(err)
	}
	d := decoder(s.enc)
	g.Members, g.Values = int(d.number()), g.Values[:0]
	for range d.number() {
		v := merge.Value{Field: s.fields[d.number()]}
		v.Value, v.Source, v.ID, v.Rule = d.text(), d.text(), d.text(), merge.Rule(d.text())
		g.Values = append(g.Values, v)
	}
	return nil
}

// A decoder reads numbers and texts that add has written.
type decoder []byte

func (d *decoder) number() uint64 {
	n, size := binary.Uvarint(*d)
	*d = (*d)[size:]
	return n
}

func (d *decoder) text() string {
	n := d.number()
	text := string((*d)[:n])
	*d = (*d)[n:]
	return text
}
