package main

import (
	"strconv"

	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/merge"
)

// golden writes golden.csv: a row for each person, the values first, then for
// each value the record it came from and the rule it survived by. Rows are
// made as people become complete in a second pass over the input, and kept in
// a scratch file until their order and their columns are known. The records are
// shown to watch as they come.
func (w *writer) golden(watch ...func(match.Reread)) (err error) {
	scratch := newScratch(w.folder, w.result.Persons())
	defer func() {
		if e := scratch.close(); err == nil {
			err = e
		}
	}()
	merged := 0
	for g, err := range w.result.GoldenValues(w.ctx, w.input.Records(w.ctx), merge.Survivorship{}, watch...) {
		if err == nil {
			err = w.check("people merged", merged, w.result.Persons())
		}
		if err == nil {
			err = scratch.add(g.Person, len(g.Members), g.Values)
		}
		if err != nil {
			return err
		}
		merged++
	}
	return w.goldenSheet(scratch)
}

func (w *writer) goldenSheet(scratch *scratch) (err error) {
	fields, columns := scratch.columns()
	header := append([]string{"cluster_id", "records"}, fields...)
	for _, f := range fields {
		header = append(header, f+"_from", f+"_rule")
	}
	s, err := w.folder.sheet("golden.csv", header...)
	if err != nil {
		return err
	}
	defer closing(s, &err)
	var row goldenRow
	return scratch.each(func(person int, data decoder) error {
		if err := w.check("rows of golden.csv", person, w.result.Persons()); err != nil {
			return err
		}
		row.decode(data)
		return row.write(s, person, columns)
	})
}

// A goldenRow is a row of golden.csv. It is reused.
type goldenRow struct {
	members uint64
	from    []goldenFrom
	values  []goldenValue // in the order of the columns
	cell    []byte
	tamed   []byte
}

// A goldenFrom is a record that values come from.
type goldenFrom struct {
	name  []byte // source/id
	plain bool
}

// A goldenValue lies in the buffer of the scratch file.
type goldenValue struct {
	text  []byte
	field byte
	from  int
	rule  merge.Rule
	plain bool
}

// decode reads what [scratch.add] has written.
func (r *goldenRow) decode(d decoder) {
	r.members = d.number()
	r.from, r.values = r.from[:0], r.values[:0]
	for range d.number() {
		name := d.text()
		r.from = append(r.from, goldenFrom{name, plainPart(name)})
	}
	for len(d) > 0 {
		v := goldenValue{field: d.byte()}
		v.from, v.rule, v.text = int(d.number()), goldenRules[d.byte()], d.text()
		v.plain = plainPart(v.text)
		r.values = append(r.values, v)
	}
}

// write writes the values of every field, then for every field where they come
// from and why.
func (r *goldenRow) write(s *sheet, person int, columns []byte) error {
	s.line = append(strconv.AppendInt(s.line, int64(person)+1, 10), ',')
	s.line = append(strconv.AppendUint(s.line, r.members, 10), ',')
	r.columns(columns, func(values []goldenValue) {
		r.join(s, values, func(dst []byte, v *goldenValue) ([]byte, bool) { return append(dst, v.text...), v.plain })
	})
	r.columns(columns, func(values []goldenValue) {
		r.join(s, values, func(dst []byte, v *goldenValue) ([]byte, bool) {
			return append(dst, r.from[v.from].name...), r.from[v.from].plain
		})
		r.join(s, values, func(dst []byte, v *goldenValue) ([]byte, bool) { return append(dst, v.rule...), true })
	})
	return s.end()
}

// columns gives the values of each column.
func (r *goldenRow) columns(columns []byte, each func(values []goldenValue)) {
	rest := r.values
	for _, field := range columns {
		n := 0
		for n < len(rest) && rest[n].field == field {
			n++
		}
		each(rest[:n])
		rest = rest[n:]
	}
}

// join writes a cell of several values. An empty one has its place as well: the
// k-th values of columns that belong together are one guardian, one number. part
// appends a value and says whether it is plain, see [plainPart].
func (r *goldenRow) join(s *sheet, values []goldenValue, part func(dst []byte, v *goldenValue) ([]byte, bool)) {
	from, plain := len(s.line), true
	for i := range values {
		if i > 0 {
			s.line = append(s.line, ';')
		}
		var ok bool
		s.line, ok = part(s.line, &values[i])
		plain = plain && ok
	}
	if plain {
		s.line = append(s.line, ',')
		return
	}
	r.cell = append(r.cell[:0], s.line[from:]...)
	r.tamed = appendTame(r.tamed[:0], r.cell)
	s.line = appendCell(s.line[:from], r.tamed)
}

// plainPart reports whether a value is written as it is, also beside others with
// semicolons between them: it begins with a letter or figure and has nothing
// that is quoted. Others are looked at more closely.
func plainPart(value []byte) bool {
	if len(value) == 0 {
		return true
	}
	if !plainBegin[value[0]] {
		return false
	}
	for _, c := range value {
		if !plainByte[c] {
			return false
		}
	}
	return true
}

var plainBegin, plainByte = func() (begin, all [256]bool) {
	for c := range 256 {
		letter := c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
		begin[c] = letter
		all[c] = letter || c == ' ' || c == '-' || c == '.' || c == '/' || c == '|' || c == '\'' || c == '@' || c == '(' || c == ')' || c == '#' || c >= 0x80
	}
	return begin, all
}()
