package intake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/idem-health/idem/match/patient"
)

// What [Open] looks at of a file before the first record is asked for.
const (
	sampleValues = 10_000 // values of a date column that its layout is inferred from
	sampleRows   = 50_000 // rows it reads for them, where a column is mostly empty
	maxColumns   = 10_000
)

// A Reader reads the records of some files, as often as asked. It is not safe
// for concurrent use.
type Reader struct {
	files   []*file
	options Options
	total   int64
	records int64 // of the last whole pass
	rejects map[Reason]int64
}

type file struct {
	input
	mapping Mapping
	plan    []setter
	told    int // last line whose reject was told
}

// Open looks at the files of records and gets ready to read them in the order
// given. "-" is standard input, which is kept in a temporary file. Errors are
// of type [*Error] where a file is to blame.
func Open(paths []string, o Options) (*Reader, error) {
	r := &Reader{options: o, rejects: map[Reason]int64{}}
	for _, path := range paths {
		in, err := openInput(path, o)
		if err == nil {
			err = r.add(in)
		}
		if err != nil {
			return nil, errors.Join(err, r.Close())
		}
	}
	if err := r.check(); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

func openInput(path string, o Options) (input, error) {
	if path != "-" {
		return fileInput(path)
	}
	stdin := o.Stdin
	if stdin == nil {
		stdin = os.Stdin
	}
	return spool("stdin", stdin, o.TempDir)
}

// OpenReader is [Open] for one stream; name stands for its path. A stream that
// cannot be read twice (io.ReaderAt with a Size) is kept in a temporary file.
func OpenReader(name string, stream io.Reader, o Options) (*Reader, error) {
	var in input
	if at, ok := stream.(interface {
		io.ReaderAt
		Size() int64
	}); ok {
		in = sectionInput(name, at, at.Size())
	} else {
		var err error
		if in, err = spool(name, stream, o.TempDir); err != nil {
			return nil, err
		}
	}
	r := &Reader{options: o, rejects: map[Reason]int64{}}
	err := r.add(in)
	if err == nil {
		err = r.check()
	}
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// Close removes what [Open] kept. The Reader is no longer usable.
func (r *Reader) Close() error {
	var errs []error
	for _, f := range r.files {
		if f.close != nil {
			errs = append(errs, f.close())
			f.close = nil
		}
	}
	return errors.Join(errs...)
}

// Mappings says how each file is read, in the order of the files.
func (r *Reader) Mappings() []Mapping {
	mappings := make([]Mapping, len(r.files))
	for i, f := range r.files {
		mappings[i] = f.mapping
		mappings[i].Columns = slices.Clone(f.mapping.Columns)
	}
	return mappings
}

// Layouts returns the date layouts in use, to be kept for a later run.
func (r *Reader) Layouts() []Layout {
	var layouts []Layout
	for _, f := range r.files {
		for _, c := range f.mapping.Columns {
			if c.Role == RoleField && patient.IsDate(c.Field) {
				layouts = append(layouts, Layout{Source: f.source, Field: c.Field, Layout: c.Layout})
			}
		}
	}
	return layouts
}

// Count returns how many records the last complete pass gave.
func (r *Reader) Count() int64 { return r.records }

// Rejected returns how many rows were set aside so far, by reason.
func (r *Reader) Rejected() map[Reason]int64 {
	counts := make(map[Reason]int64, len(r.rejects))
	for k, v := range r.rejects {
		counts[k] = v
	}
	return counts
}

// add looks at a file and takes it in.
func (r *Reader) add(in input) error {
	f := &file{input: in}
	r.files = append(r.files, f) // first, so that Close finds it
	r.total += in.size
	return f.look(r.options)
}

// check looks at the files together: what the caller named must be somewhere.
func (r *Reader) check() error {
	names := slices.Clone(r.options.Drop)
	for _, a := range r.options.Map {
		names = append(names, a.Column)
	}
	if r.options.Truth != "" {
		names = append(names, r.options.Truth)
	}
	for _, name := range names {
		if !slices.ContainsFunc(r.files, func(f *file) bool { return f.has(name) }) {
			return r.absent(name)
		}
	}
	for i, f := range r.files {
		for _, g := range r.files[:i] {
			if f.source == g.source && (f.mapping.RecordID() == "" || g.mapping.RecordID() == "") && !f.hasSource() {
				return &Error{File: f.name, Err: ErrSameSource, Do: "records of both are known by their line number; rename one, or give them a record_id or source column"}
			}
		}
	}
	return nil
}

// absent says that no file has a column. The columns there are are listed only
// where a header was recognised: otherwise the first line may be a patient.
func (r *Reader) absent(name string) error {
	var names []string
	for _, c := range r.files[0].mapping.Columns {
		names = append(names, c.Name)
	}
	return &Error{File: r.files[0].name, Err: fmt.Errorf("%q %w", name, ErrAbsentColumn), Do: "its columns are " + strings.Join(names, ", ")}
}

func (f *file) has(column string) bool {
	return len((&resolver{columns: f.mapping.Columns}).find(column)) > 0
}

func (f *file) hasSource() bool {
	return slices.ContainsFunc(f.mapping.Columns, func(c Column) bool { return c.Role == RoleSource })
}

// look reads the header and the first rows of a file.
func (f *file) look(o Options) error {
	t, err := openText(f.input, nil)
	if err != nil {
		return err
	}
	defer t.Close()
	comma := sniff(t.head, o)
	s := newScanner(t, comma)
	reason, err := s.next()
	switch {
	case err == io.EOF:
		return &Error{File: f.name, Err: ErrEmpty, Do: "it needs a header line and records"}
	case err != nil:
		return readError(f.name, s.line, err)
	case reason != "":
		return &Error{File: f.name, Line: s.rowLine, Err: fmt.Errorf("%w: the header line is unreadable (%s)", ErrFormat, reason.Meaning()), Do: "mend the header line"}
	case len(s.cells) > maxColumns:
		return &Error{File: f.name, Line: s.rowLine, Err: fmt.Errorf("%w: the header line has %d columns", ErrFormat, len(s.cells)), Do: fmt.Sprintf("at most %d are read", maxColumns)}
	}
	columns, err := resolve(f.name, s.cells, o)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(columns, func(c Column) bool { return c.Role == RoleField }) {
		// The first line may be a patient, so nothing of it is shown.
		return &Error{File: f.name, Err: fmt.Errorf("%w among its %d", ErrNoColumns, len(columns)),
			Do: "it needs a header line with names such as given_name, family_name, birth_date; or name the columns with --map field=column"}
	}
	f.mapping = Mapping{File: f.name, Source: f.source, Delimiter: string(rune(comma)), Columns: columns}
	if err := f.sample(s, o); err != nil {
		return err
	}
	f.plan = plan(columns)
	return nil
}

// sample finds the layouts of the date columns from the first rows.
func (f *file) sample(s *scanner, o Options) error {
	columns := f.mapping.Columns
	values := make([][]string, len(columns))
	open := 0
	for _, c := range columns {
		if c.Role == RoleField && patient.IsDate(c.Field) {
			open++
		}
	}
	good, bad := 0, 0
	for good+bad == 0 || good == 0 || good < sampleRows && open > 0 {
		reason, err := s.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return readError(f.name, s.line, err)
		}
		if f.fault(s, reason) != "" {
			bad++
			continue
		}
		good++
		for i, c := range columns {
			if c.Role != RoleField || !patient.IsDate(c.Field) || s.cells[i] == "" || len(values[i]) == sampleValues {
				continue
			}
			if values[i] = append(values[i], s.cells[i]); len(values[i]) == sampleValues {
				open--
			}
		}
	}
	if good == 0 && bad == 0 {
		return &Error{File: f.name, Err: ErrHeaderOnly, Do: "it needs a line for each record below the header"}
	}
	if good == 0 {
		return &Error{File: f.name, Err: fmt.Errorf("%w: %d rows were tried", ErrUnreadable, bad), Do: "check its quotation marks, separators and character set"}
	}
	for i := range columns {
		if columns[i].Role == RoleField && patient.IsDate(columns[i].Field) {
			f.layout(&columns[i], values[i], o)
		}
	}
	return nil
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

// fault says why the row in s cannot be a record, besides what s found.
func (f *file) fault(s *scanner, reason Reason) Reason {
	if reason != "" {
		return reason
	}
	n := len(f.mapping.Columns)
	if len(s.cells) == n && s.cells[0] != "" {
		return ""
	}
	if blank(s.cells) {
		return ReasonEmpty
	}
	// Cells that are too many do no harm while they are empty: some programs
	// end each row with a separator.
	if len(s.cells) < n || len(s.cells) > n && !blank(s.cells[n:]) {
		return ReasonRagged
	}
	return ""
}

func blank(cells []string) bool {
	for _, c := range cells {
		if c != "" {
			return false
		}
	}
	return true
}

// Records reads all files from their beginning: each record in the order of
// the files and of their lines. The record is reused: what a caller keeps it
// must [patient.Record.Clone]. The sequence stops after its first error, and
// may be asked for again.
func (r *Reader) Records(ctx context.Context) iter.Seq2[*patient.Record, error] {
	return func(yield func(*patient.Record, error) bool) {
		var done atomic.Int64
		p := &pass{reader: r, ctx: ctx, done: &done, yield: yield}
		for _, f := range r.files {
			if more, err := p.file(f); err != nil {
				yield(nil, err)
				return
			} else if !more {
				return
			}
		}
		p.progress()
		r.records = p.records
	}
}

// A pass is one reading of all files.
type pass struct {
	reader  *Reader
	ctx     context.Context
	yield   func(*patient.Record, error) bool
	done    *atomic.Int64 // bytes read
	said    int64         // of them when progress was last told
	records int64
	record  patient.Record
}

func (p *pass) progress() {
	done := p.done.Load()
	if tell := p.reader.options.Progress; tell != nil && (done-p.said >= chunk || done >= p.reader.total) && done != p.said {
		p.said = done
		tell(done, p.reader.total)
	}
}

// file reads one file, and reports whether the caller wants more.
func (p *pass) file(f *file) (more bool, err error) {
	t, err := openText(f.input, p.done)
	if err != nil {
		return false, err
	}
	defer t.Close()
	s := newScanner(t, f.mapping.Delimiter[0])
	if _, err := s.next(); err != nil { // the header, which look has read
		return false, readError(f.name, s.line, err)
	}
	for n := 0; ; n++ {
		if n%1024 == 0 {
			if err := p.ctx.Err(); err != nil {
				return false, err
			}
			p.progress()
		}
		reason, err := s.next()
		if err == io.EOF {
			return true, nil
		}
		if err != nil {
			return false, readError(f.name, s.line, err)
		}
		if reason = f.fault(s, reason); reason != "" {
			if err := p.reject(f, s.rowLine, reason); err != nil {
				return false, err
			}
			continue
		}
		f.fillRecord(&p.record, s)
		p.records++
		if !p.yield(&p.record, nil) {
			return false, nil
		}
	}
}

// reject tells of a row that no earlier pass told of.
func (p *pass) reject(f *file, line int, reason Reason) error {
	if line <= f.told {
		return nil
	}
	f.told = line
	p.reader.rejects[reason]++
	if tell := p.reader.options.Reject; tell != nil {
		return tell(Reject{File: f.name, Source: f.source, Line: line, Reason: reason})
	}
	return nil
}

// fillRecord makes a record of the row in s.
func (f *file) fillRecord(rec *patient.Record, s *scanner) {
	rec.Reset()
	rec.Source = f.source
	rec.Line = int64(s.rowLine)
	for i := range f.plan {
		if v := s.cells[i]; v != "" {
			f.plan[i](rec, v)
		}
	}
	if rec.ID == "" {
		rec.ID = f.lineID(s.rowLine)
	}
}

// lineID names a record by its line. Where the file has a column of ids and
// this row's is empty, the name is one that the column is unlikely to hold.
func (f *file) lineID(line int) string {
	if f.mapping.RecordID() == "" {
		return strconv.Itoa(line)
	}
	return "line:" + strconv.Itoa(line)
}
