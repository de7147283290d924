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
	"sync/atomic"

	"github.com/idem-health/idem/match/patient"
)

// A Reader reads the records of some files, as often as asked. It is not safe
// for concurrent use.
type Reader struct {
	files   []*file
	options Options
	total   int64
	records int64 // of the last whole pass
	rejects map[Reason]int64
	parts   parts
}

// parts are the passes of [Reader.RecordsOf], taken together.
type parts struct {
	done    atomic.Int64 // bytes read
	files   int          // read to their ends
	records int64
}

type file struct {
	input
	format  *Format // of a file that is not text
	keys    *keys   // of an NDJSON file
	mapping Mapping
	plan    []setter
	order   []int // in which the columns of an NDJSON file are set; nil is theirs
	told    int   // last line whose reject was told
}

// Open looks at the files of records and gets ready to read them in the order
// given. "-" is standard input, which is kept in a temporary file. Errors are
// of type [*Error] where a file is to blame.
func Open(paths []string, o Options) (*Reader, error) {
	return OpenContext(context.Background(), paths, o)
}

// OpenContext is [Open] that ends with its context.
func OpenContext(ctx context.Context, paths []string, o Options) (*Reader, error) {
	r := &Reader{options: o, rejects: map[Reason]int64{}}
	for _, path := range paths {
		in, err := openInput(ctx, path, o)
		if err == nil {
			err = r.add(ctx, in)
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

func openInput(ctx context.Context, path string, o Options) (input, error) {
	if path != "-" {
		return fileInput(ctx, path, o)
	}
	stdin := o.Stdin
	if stdin == nil {
		stdin = os.Stdin
	}
	return spool(ctx, "stdin", stdin, o)
}

// OpenReader is [Open] for one stream; name stands for its path. A stream that
// cannot be read twice (io.ReaderAt with a Size) is kept in a temporary file.
func OpenReader(name string, stream io.Reader, o Options) (*Reader, error) {
	var in input
	ctx := context.Background()
	if at, ok := stream.(interface {
		io.ReaderAt
		Size() int64
	}); ok {
		in = sectionInput(name, at, at.Size(), o)
	} else {
		var err error
		if in, err = spool(ctx, name, stream, o); err != nil {
			return nil, err
		}
	}
	r := &Reader{options: o, rejects: map[Reason]int64{}}
	err := r.add(ctx, in)
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
func (r *Reader) add(ctx context.Context, in input) error {
	f := &file{input: in}
	r.files = append(r.files, f) // first, so that Close finds it
	r.total += in.size
	return f.look(ctx, r.options)
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
	return &Error{File: r.files[0].name, Err: fmt.Errorf("%q %w", name, ErrAbsentColumn), Do: "its columns are " + listed(names)}
}

func (f *file) has(column string) bool {
	return len((&resolver{columns: f.mapping.Columns}).find(column)) > 0
}

func (f *file) hasSource() bool {
	return slices.ContainsFunc(f.mapping.Columns, func(c Column) bool { return c.Role == RoleSource })
}

// fault says why a row cannot be a record, besides what was found before.
func (f *file) fault(cells []string, reason Reason) Reason {
	if reason != "" {
		return reason
	}
	n := len(f.mapping.Columns)
	if len(cells) == n && n > 0 && cells[0] != "" {
		return ""
	}
	if blank(cells) {
		return ReasonEmpty
	}
	if f.keys != nil { // a key may be missing, and has not been met before
		return ""
	}
	// Cells that are too many do no harm while they are empty: some programs
	// end each row with a separator.
	if len(cells) < n || len(cells) > n && !blank(cells[n:]) {
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

// RecordsOf is [Reader.Records] for one of the files alone, by its place among
// those given. Passes over different files may be under way at the same time,
// if one goroutine is behind all of them; progress and count are of all of them
// together.
func (r *Reader) RecordsOf(ctx context.Context, i int) iter.Seq2[*patient.Record, error] {
	return func(yield func(*patient.Record, error) bool) {
		p := &pass{reader: r, ctx: ctx, done: &r.parts.done, yield: yield}
		more, err := p.file(r.files[i])
		switch {
		case err != nil:
			yield(nil, err)
			return
		case !more:
			return
		}
		p.progress()
		r.parts.files++
		r.parts.records += p.records
		if r.parts.files == len(r.files) {
			r.records = r.parts.records
			r.parts.files, r.parts.records = 0, 0
			r.parts.done.Store(0)
		}
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
	rows, err := f.open(p.ctx, p.reader.options, p.done)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	for n := 0; ; n++ {
		if n%1024 == 0 {
			if err := p.ctx.Err(); err != nil {
				return false, err
			}
			p.progress()
		}
		reason, err := rows.next()
		if err == io.EOF {
			return true, nil
		}
		cells, line := rows.row()
		if err != nil {
			return false, f.readError(line, err)
		}
		if reason = f.fault(cells, reason); reason != "" {
			if err := p.reject(f, line, reason); err != nil {
				return false, err
			}
			continue
		}
		f.fillRecord(&p.record, cells, line)
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

// fillRecord makes a record of a row.
func (f *file) fillRecord(rec *patient.Record, cells []string, line int) {
	rec.Reset()
	rec.Source = f.source
	rec.Line = int64(line)
	if f.order == nil {
		for i := range f.plan {
			if v := cells[i]; v != "" {
				f.plan[i](rec, v)
			}
		}
	} else {
		for _, i := range f.order {
			if i < len(cells) && cells[i] != "" {
				f.plan[i](rec, cells[i])
			}
		}
	}
	if rec.ID == "" {
		rec.ID = f.lineID(line)
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
