package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/merge"
)

// A scratch keeps golden records until they can be written in order: by parts
// of the people, each of which fits into memory. What does not fit into the
// buffers of the parts goes to a scratch file, and comes back part by part, so
// that neither the writing nor the reading jumps about in it.
type scratch struct {
	folder *folder
	file   outputFile // nil until something must be written
	at     int64      // its end
	people int
	part   int // people of a part
	parts  []goldenPart
	names  []string // of the fields
	used   [256]bool
	from   []*merge.Value // of the person at hand, by the record they come from
	head   []byte
	values []byte
}

// A goldenPart is the golden records of some people, in the order in which these
// were complete.
type goldenPart struct {
	buf     []byte
	written []span
}

// A span is a piece of the scratch file.
type span struct {
	from int64
	size int
}

const (
	partPeople = 4096
	mostParts  = 128
	partBuffer = 64 << 10
)

// goldenRules are the rules a value may survive by, by their numbers in the
// scratch file.
var goldenRules = [...]merge.Rule{
	merge.LegalOverPlaceholder, merge.Trust, merge.Verified, merge.Agreement, merge.Recency, merge.Completeness, merge.Digest,
	merge.Sole, merge.Unanimous, merge.Union, merge.Filled, merge.Restricted,
}

func newScratch(f *folder, people int) *scratch {
	parts := min(max(people/partPeople, 1), mostParts)
	return &scratch{folder: f, people: people, part: (people + parts - 1) / parts, parts: make([]goldenPart, parts), names: patient.StandardNames()}
}

func goldenError(err error) error { return fmt.Errorf("write golden.csv: %w", pathless(err)) }

// close removes the scratch file.
func (s *scratch) close() error {
	if s.file == nil {
		return nil
	}
	err := s.file.Close()
	if e := os.Remove(s.file.Name()); err == nil && !errors.Is(e, fs.ErrNotExist) {
		err = e
	}
	return err
}

// add keeps a golden record. A record that values come from is named once.
func (s *scratch) add(person, members int, values []merge.Value) error {
	s.from, s.values = s.from[:0], s.values[:0]
	field := 0
	for i := range values {
		v := &values[i]
		for s.names[field] != v.Field { // values are in the order of the fields
			field++
		}
		s.used[field] = true
		s.values = append(s.values, byte(field))
		s.values = binary.AppendUvarint(s.values, uint64(s.fromOf(v)))
		s.values = append(s.values, byte(slices.Index(goldenRules[:], v.Rule)))
		s.values = binary.AppendUvarint(s.values, uint64(len(v.Value)))
		s.values = append(s.values, v.Value...)
	}
	s.head = binary.AppendUvarint(s.head[:0], uint64(members))
	s.head = binary.AppendUvarint(s.head, uint64(len(s.from)))
	for _, v := range s.from {
		s.head = binary.AppendUvarint(s.head, uint64(len(v.Source)+1+len(v.ID)))
		s.head = append(append(append(s.head, v.Source...), '/'), v.ID...)
	}
	p := &s.parts[person/s.part]
	p.buf = binary.AppendUvarint(p.buf, uint64(person%s.part))
	p.buf = binary.AppendUvarint(p.buf, uint64(len(s.head)+len(s.values)))
	p.buf = append(append(p.buf, s.head...), s.values...)
	if len(p.buf) < partBuffer {
		return nil
	}
	return s.spill(p)
}

// fromOf returns the number of the record a value comes from. The values of a
// field come from few records; one of many may be named twice.
func (s *scratch) fromOf(v *merge.Value) int {
	for i := len(s.from) - 1; i >= max(0, len(s.from)-16); i-- {
		if s.from[i].ID == v.ID && s.from[i].Source == v.Source {
			return i
		}
	}
	s.from = append(s.from, v)
	return len(s.from) - 1
}

// spill writes what is in the buffer of a part to the scratch file.
func (s *scratch) spill(p *goldenPart) error {
	if s.file == nil {
		file, err := s.folder.create(".golden")
		if err != nil {
			return err
		}
		s.file = file
	}
	if _, err := s.file.Write(p.buf); err != nil {
		return goldenError(err)
	}
	p.written = append(p.written, span{s.at, len(p.buf)})
	s.at += int64(len(p.buf))
	p.buf = p.buf[:0]
	return nil
}

// columns ends the writing and says which fields there are, by name and number.
func (s *scratch) columns() (names []string, numbers []byte) {
	for i, name := range s.names {
		if s.used[i] {
			names, numbers = append(names, name), append(numbers, byte(i))
		}
	}
	return names, numbers
}

// each gives the golden records in the order of the people, each until the
// function returns.
func (s *scratch) each(do func(person int, data decoder) error) error {
	var data []byte
	records := make([]decoder, s.part)
	for i := range s.parts {
		var err error
		if data, err = s.read(&s.parts[i], data); err != nil {
			return goldenError(err)
		}
		for d := decoder(data); len(d) > 0; {
			records[d.number()] = d.text()
		}
		first := i * s.part
		for k := range min(s.part, s.people-first) {
			if err := do(first+k, records[k]); err != nil {
				return err
			}
		}
	}
	return nil
}

// read returns all of a part, in the memory of buf where it fits, and lets go of
// its buffer.
func (s *scratch) read(p *goldenPart, buf []byte) ([]byte, error) {
	size := len(p.buf)
	for _, w := range p.written {
		size += w.size
	}
	buf = slices.Grow(buf[:0], size)[:size]
	rest := buf
	for _, w := range p.written {
		if _, err := s.file.ReadAt(rest[:w.size], w.from); err != nil {
			return nil, err
		}
		rest = rest[w.size:]
	}
	copy(rest, p.buf)
	p.buf = nil
	return buf, nil
}

// A decoder reads numbers and texts that add has written.
type decoder []byte

func (d *decoder) number() uint64 {
	n, size := binary.Uvarint(*d)
	*d = (*d)[size:]
	return n
}

func (d *decoder) byte() byte {
	b := (*d)[0]
	*d = (*d)[1:]
	return b
}

func (d *decoder) text() []byte {
	n := d.number()
	text := (*d)[:n:n]
	*d = (*d)[n:]
	return text
}
