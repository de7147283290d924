package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/merge"
)

// golden writes golden.csv: a row for each person, the values first, then for
// each value the record it came from and the rule it survived by. Rows are
// made as people become complete in a second pass over the input, and kept in
// a scratch file until their order and their columns are known.
func (w *writer) golden() (err error) {
	scratch, err := newScratch(w.folder.temp, w.result.Persons())
	if err != nil {
		return err
	}
	defer func() {
		if e := scratch.close(); err == nil {
			err = e
		}
	}()
	g := goldenPass{result: w.result, emit: scratch.add}
	if err := g.run(w.ctx, w.input.Records(w.ctx), w.check); err != nil {
		return err
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
	cells := make([]string, len(header))
	var golden merge.GoldenRecord
	for person := range w.result.Persons() {
		if err := w.check("rows of golden.csv", person, w.result.Persons()); err != nil {
			return err
		}
		ok, err := scratch.get(person, &golden)
		if err != nil {
			return err
		}
		if !ok {
			return errors.New("write golden.csv: the input changed while it was read: it no longer has the records it had")
		}
		clear(cells)
		cells[0], cells[1] = clusterID(person), strconv.Itoa(golden.Members)
		for _, v := range golden.Values {
			i := column[v.Field]
			from := 2 + len(fields) + 2*i
			join(&cells[2+i], v.Value)
			join(&cells[from], v.Source+"/"+v.ID)
			join(&cells[from+1], string(v.Rule))
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

// join adds one of several values to a cell.
func join(cell *string, value string) {
	if *cell != "" {
		*cell += ";"
	}
	*cell += value
}

// A goldenPass merges the records of each person in one pass over them.
type goldenPass struct {
	result *match.Result
	emit   func(person int, g *merge.GoldenRecord) error

	chooser    *merge.Chooser
	superseded map[supersededRow]int
	seen       []bool                   // records
	waiting    map[int][]patient.Record // people whose records are not all there yet
}

type supersededRow struct {
	key  match.Key
	line int64
}

func (g *goldenPass) run(ctx context.Context, records iter.Seq2[*patient.Record, error], check func(string, int, int) error) error {
	var err error
	if g.chooser, err = (merge.Survivorship{}).Compile(g.result.Profile); err != nil {
		return err
	}
	g.seen = make([]bool, g.result.Records())
	g.waiting = map[int][]patient.Record{}
	g.superseded = map[supersededRow]int{}
	for _, s := range g.result.Superseded {
		g.superseded[supersededRow{s.Key, s.Line}]++
	}
	n := 0
	for rec, err := range records {
		if err != nil {
			return err
		}
		if err := check("records merged", n, g.result.Records()); err != nil {
			return err
		}
		n++
		if err := g.add(rec); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// add takes a record, and emits its person when it is the last of it.
func (g *goldenPass) add(rec *patient.Record) error {
	key := match.Key{Source: rec.Source, ID: rec.ID}
	if len(g.superseded) > 0 {
		row := supersededRow{key, rec.Line}
		if g.superseded[row] > 0 {
			g.superseded[row]--
			return nil
		}
	}
	i, ok := g.result.Find(key)
	if !ok || g.seen[i] {
		return nil
	}
	g.seen[i] = true
	person := g.result.Person(i)
	members := len(g.result.Members(person))
	if members == 1 {
		return g.merge(person, []patient.Record{*rec})
	}
	group := append(g.waiting[person], rec.Clone())
	if len(group) < members {
		g.waiting[person] = group
		return nil
	}
	delete(g.waiting, person)
	return g.merge(person, group)
}

func (g *goldenPass) merge(person int, group []patient.Record) error {
	golden := g.chooser.Golden(group)
	return g.emit(person, &golden)
}

// A scratch keeps golden records on disk until they can be written in order.
type scratch struct {
	file   *os.File
	buf    *bufio.Writer
	at     int64
	where  []place // of each person
	fields []string
	number map[string]uint64 // of a field
	used   []bool
	enc    []byte
}

// A place in the scratch file; the zero value is none.
type place struct {
	from int64
	size int
}

func newScratch(dir string, people int) (*scratch, error) {
	file, err := os.Create(filepath.Join(dir, ".golden"))
	if err != nil {
		return nil, goldenError(err)
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
	if e := os.Remove(s.file.Name()); err == nil {
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

// get reads a golden record back; ok is false if it was never written. g is
// reused.
func (s *scratch) get(person int, g *merge.GoldenRecord) (ok bool, err error) {
	at := s.where[person]
	if at.size == 0 {
		return false, nil
	}
	s.enc = slices.Grow(s.enc[:0], at.size)[:at.size]
	if _, err := s.file.ReadAt(s.enc, at.from); err != nil {
		return false, goldenError(err)
	}
	d := decoder(s.enc)
	g.Members, g.Values = int(d.number()), g.Values[:0]
	for range d.number() {
		v := merge.Value{Field: s.fields[d.number()]}
		v.Value, v.Source, v.ID, v.Rule = d.text(), d.text(), d.text(), merge.Rule(d.text())
		g.Values = append(g.Values, v)
	}
	return true, nil
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
