package intake

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/idem-health/idem/match/patient"
)

// What [Open] looks at of a file before the first record is asked for.
const (
	sampleValues = 10_000 // values of a date column that its layout is inferred from
	sampleRows   = 50_000 // rows it reads for them, where a column is mostly empty
	maxColumns   = 10_000
)

// look finds out what a file is, which columns it has and how its dates are
// written.
func (f *file) look(ctx context.Context, o Options) error {
	names, err := f.lookAtColumns(ctx, o)
	if err != nil {
		return err
	}
	columns, err := resolve(f.name, names, o)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(columns, func(c Column) bool { return c.Role == RoleField }) {
		// The first line may be a patient, so nothing of it is shown.
		return &Error{File: f.name, Err: fmt.Errorf("%w among its %d", ErrNoColumns, len(columns)),
			Do: "it needs names such as given_name, family_name, birth_date; or name the columns with --map field=column"}
	}
	f.mapping.Columns = columns
	if err := f.sample(ctx, o); err != nil {
		return err
	}
	f.plan = plan(columns)
	if f.keys != nil {
		f.sortColumns()
		f.keys.add = f.lateColumn
	}
	return nil
}

// lookAtColumns finds the format and the names of the columns.
func (f *file) lookAtColumns(ctx context.Context, o Options) ([]string, error) {
	f.mapping = Mapping{File: f.name, Source: f.source}
	names, err := f.tableColumns(ctx, o)
	if names != nil || err != nil {
		return names, err
	}
	t, err := openText(ctx, f.input, o, nil)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	if isJSON(t.head) {
		return f.jsonColumns(t)
	}
	comma := sniff(t.head, o)
	f.mapping.Delimiter = string(rune(comma))
	s := newScanner(t, comma)
	reason, err := s.next()
	switch {
	case err == io.EOF:
		return nil, &Error{File: f.name, Err: ErrEmpty, Do: "it needs a header line and records, or a JSON object a line"}
	case err != nil:
		return nil, readError(f.name, s.line, err)
	case reason != "":
		return nil, &Error{File: f.name, Line: s.rowLine, Err: fmt.Errorf("%w: the header line is unreadable (%s)", ErrFormat, reason.Meaning()), Do: "mend the header line"}
	case len(s.cells) > maxColumns:
		return nil, f.tooManyColumns(len(s.cells))
	}
	return s.cells, nil
}

func (f *file) tooManyColumns(n int) error {
	return &Error{File: f.name, Err: fmt.Errorf("%w: it has %d columns", ErrFormat, n), Do: fmt.Sprintf("at most %d are read", maxColumns)}
}

// tableColumns returns the columns of a file that is not text, nil of one that
// is.
func (f *file) tableColumns(ctx context.Context, o Options) ([]string, error) {
	in, err := f.input.open()
	if err != nil {
		return nil, err
	}
	var head [16]byte
	n, _ := in.ReadAt(head[:], 0)
	in.Close()
	for i := range o.Formats {
		if magic := o.Formats[i].Magic; magic != "" && strings.HasPrefix(string(head[:n]), magic) {
			f.format = &o.Formats[i]
		}
	}
	if f.format == nil {
		return nil, nil
	}
	rows, err := f.openTable(ctx, nil)
	if err != nil {
		return nil, err
	}
	names := rows.table.Columns()
	if err := rows.Close(); err != nil {
		return nil, f.readError(0, err)
	}
	switch {
	case len(names) > maxColumns:
		return nil, f.tooManyColumns(len(names))
	case len(names) == 0:
		return nil, &Error{File: f.name, Err: ErrNoColumns}
	}
	return names, nil
}

// readError says that reading the file's rows failed on the way.
func (f *file) readError(line int, err error) error {
	if f.format == nil {
		return readError(f.name, line, err)
	}
	return tableError(f.name, line, err)
}

// jsonColumns finds the keys of an NDJSON file in its first rows; others may
// come later.
func (f *file) jsonColumns(t *text) ([]string, error) {
	f.keys = newKeys(func(string) error {
		if n := len(f.keys.names); n == maxColumns {
			return f.tooManyKeys()
		}
		return nil
	})
	rows := newJSONRows(t, f.keys)
	for range sampleRows {
		if _, err := rows.next(); err == io.EOF {
			break
		} else if err != nil {
			return nil, f.readError(rows.line, err)
		}
	}
	if len(f.keys.names) == 0 {
		return nil, &Error{File: f.name, Err: ErrUnreadable, Do: "there must be a whole JSON object on each line: jq -c . FILE > NEW"}
	}
	return slices.Clone(f.keys.names), nil
}

func (f *file) tooManyKeys() error {
	return &Error{File: f.name, Err: fmt.Errorf("%w: it has more than %d different keys", ErrFormat, maxColumns), Do: "keys must be the names of columns, not values"}
}

// lateColumn takes in a key that the first rows did not have: as the field it
// is recognised as, where no other column is that field, else as an attribute.
func (f *file) lateColumn(name string) error {
	if len(f.mapping.Columns) == maxColumns {
		return f.tooManyKeys()
	}
	c := Column{Name: name, Role: RoleAttribute, Late: true}
	if field, ok := patient.Spelling(name); ok && field != fieldRecordID && field != fieldSource &&
		(severalColumns[field] || !slices.ContainsFunc(f.mapping.Columns, func(c Column) bool { return c.Role == RoleField && c.Field == field })) {
		c.Role, c.Field = RoleField, field
	}
	f.mapping.Columns = append(f.mapping.Columns, c)
	f.plan = append(f.plan, c.setter())
	n := len(f.mapping.Columns) - 1
	at, _ := slices.BinarySearchFunc(f.order, n, f.compareColumns)
	f.order = slices.Insert(f.order, at, n)
	return nil
}

// sortColumns decides the order in which columns are set, so that it is the
// same whatever the order of keys and rows: that of the standard names, then of
// the columns' own.
func (f *file) sortColumns() {
	f.order = make([]int, len(f.mapping.Columns))
	for i := range f.order {
		f.order[i] = i
	}
	slices.SortFunc(f.order, f.compareColumns)
}

func (f *file) compareColumns(i, j int) int {
	a, b := f.mapping.Columns[i], f.mapping.Columns[j]
	return cmp.Or(cmp.Compare(fieldRank[a.Field], fieldRank[b.Field]), strings.Compare(a.Name, b.Name))
}

// fieldRank numbers the standard names from 1.
var fieldRank = func() map[string]int {
	rank := map[string]int{}
	for i, name := range patient.StandardNames() {
		rank[name] = i + 1
	}
	return rank
}()

// sample finds the layouts of the date columns from the first rows.
func (f *file) sample(ctx context.Context, o Options) error {
	rows, err := f.open(ctx, o, nil)
	if err != nil {
		return err
	}
	defer rows.Close()
	columns := f.mapping.Columns
	values := make([][]string, len(columns))
	var open []int // date columns of which more values are wanted
	for i, c := range columns {
		if c.Role == RoleField && patient.IsDate(c.Field) {
			open = append(open, i)
		}
	}
	dates := slices.Clone(open)
	good, bad := 0, 0
	for good == 0 || good < sampleRows && len(open) > 0 {
		reason, err := rows.next()
		if err == io.EOF {
			break
		}
		cells, line := rows.row()
		if err != nil {
			return f.readError(line, err)
		}
		if f.fault(cells, reason) != "" {
			bad++
			continue
		}
		good++
		open = slices.DeleteFunc(open, func(i int) bool {
			if i < len(cells) && cells[i] != "" {
				values[i] = append(values[i], cells[i])
			}
			return len(values[i]) == sampleValues
		})
	}
	if err := f.nothingRead(good, bad); err != nil {
		return err
	}
	for _, i := range dates {
		f.layout(&columns[i], values[i], o)
	}
	return nil
}

func (f *file) nothingRead(good, bad int) error {
	switch {
	case good > 0:
		return nil
	case bad == 0:
		return &Error{File: f.name, Err: ErrHeaderOnly, Do: "it needs a line for each record below the header"}
	}
	return &Error{File: f.name, Err: fmt.Errorf("%w: %d rows were tried", ErrUnreadable, bad), Do: "check its quotation marks, separators and character set"}
}

// layout decides how a column's dates are read: as the caller said, as an
// earlier run did, else as the values show.
func (f *file) layout(c *Column, values []string, o Options) {
	c.Sampled = len(values)
	if !c.LayoutGiven {
		for _, known := range o.Layouts {
			if known.Field == c.Field && (known.Source == f.source || known.Source == "" && !c.LayoutGiven) {
				c.Layout, c.LayoutGiven = known.Layout, true
			}
		}
	}
	if !c.LayoutGiven {
		c.Layout, c.Fits = patient.InferDateLayout(values)
		return
	}
	for _, v := range values {
		if patient.ParseDate(v, c.Layout).Known() {
			c.Fits++
		}
	}
}
