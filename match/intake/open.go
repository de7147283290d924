package intake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// An input can be read from its beginning as often as asked.
type input struct {
	name   string // as the caller named it
	source string
	size   int64 // bytes as stored
	open   func() (stored, error)
	close  func() error // may be nil
}

// stored is an input that was opened.
type stored interface {
	io.Reader
	io.ReaderAt
	io.Closer
}

// fileInput is a file of the file system.
func fileInput(ctx context.Context, path string, o Options) (input, error) {
	st, err := os.Stat(path)
	if err != nil {
		return input{}, fileError(path, err)
	}
	if st.IsDir() {
		return input{}, &Error{File: path, Err: ErrDirectory, Do: "name the files in it"}
	}
	if !st.Mode().IsRegular() { // a pipe gives its bytes once
		f, err := os.Open(path)
		if err != nil {
			return input{}, fileError(path, err)
		}
		defer f.Close()
		return spool(ctx, path, f, o)
	}
	return input{
		name: path, source: baseName(path, o), size: st.Size(),
		open: func() (stored, error) {
			f, err := os.Open(path)
			if err != nil {
				return nil, fileError(path, err)
			}
			return &watched{File: f, path: path, before: st}, nil
		},
	}, nil
}

// A watched file is one that must stay as it was when it was first looked at:
// a run reads it several times, and each time must give the same records. It
// is looked at when its end is reached.
type watched struct {
	*os.File
	path   string
	before fs.FileInfo
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.File.Read(p)
	if err == io.EOF {
		if changed := w.check(); changed != nil {
			err = changed
		}
	}
	return n, err
}

func (w *watched) check() error {
	now, err := os.Stat(w.path)
	if err != nil {
		return fileError(w.path, err)
	}
	if !os.SameFile(now, w.before) || now.Size() != w.before.Size() || !now.ModTime().Equal(w.before.ModTime()) {
		return &Error{File: w.path, Err: ErrChanged, Do: "wait until it is whole, or work on a copy"}
	}
	return nil
}

// fileError keeps what the system said, without saying the path twice.
func fileError(path string, err error) error {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		err = pe.Err
	}
	e := &Error{File: path, Err: err}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		e.Do = "check the name and the folder it is relative to"
	case errors.Is(err, fs.ErrPermission):
		e.Do = "this user may not read it"
	}
	return e
}

// spool copies what can be read once to a temporary file that only this user
// may read, and that is gone with the process wherever the system allows a
// file without a name.
func spool(ctx context.Context, name string, r io.Reader, o Options) (input, error) {
	f, err := os.CreateTemp(o.TempDir, "idem-*")
	if err != nil {
		return input{}, fmt.Errorf("intake: keep %s for a second pass: %w", name, err)
	}
	nameless := os.Remove(f.Name()) == nil
	discard := func() error {
		err := f.Close()
		if !nameless {
			err = errors.Join(err, os.Remove(f.Name()))
		}
		return err
	}
	n, err := io.Copy(f, &interruptible{ctx, r})
	if err != nil {
		return input{}, errors.Join(fmt.Errorf("intake: keep %s for a second pass: %w", name, err), discard())
	}
	in := sectionInput(name, f, n, o)
	in.close = discard
	return in, nil
}

func sectionInput(name string, r io.ReaderAt, size int64, o Options) input {
	return input{
		name: name, source: baseName(name, o), size: size,
		open: func() (stored, error) { return section{io.NewSectionReader(r, 0, size)}, nil },
	}
}

type section struct{ *io.SectionReader }

func (section) Close() error { return nil }

// interruptible reads until its context ends.
type interruptible struct {
	ctx context.Context
	io.Reader
}

func (r *interruptible) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}

// baseName is a path's last part without its extension, and without that of a
// compression: in/clinic.csv.gz is clinic.
func baseName(path string, o Options) string {
	base := filepath.Base(path)
	ext := filepath.Ext(base)
	packed := strings.EqualFold(ext, ".gz")
	for _, d := range o.Decompressors {
		packed = packed || strings.EqualFold(ext, d.Extension)
	}
	if packed {
		base = strings.TrimSuffix(base, ext)
	}
	if short := strings.TrimSuffix(base, filepath.Ext(base)); short != "" {
		return short
	}
	return base
}

// inspect refuses by its first bytes what is no CSV or NDJSON in UTF-8. all says
// that head is the whole file.
func inspect(name string, head []byte, all bool) error {
	if len(head) == 0 {
		return &Error{File: name, Err: ErrEmpty, Do: "it needs a header line and records, or a JSON object a line"}
	}
	for _, m := range []struct{ magic, what, do string }{
		{"\x28\xb5\x2f\xfd", "it is compressed with zstd", "unpack it first: zstd -d FILE"},
		{"BZh", "it is compressed with bzip2", "unpack it first: bunzip2 FILE"},
		{"\xfd7zXZ", "it is compressed with xz", "unpack it first: unxz FILE"},
		{"PAR1", "it is a Parquet file", "write it as CSV or NDJSON"},
		{"PK\x03\x04", "it is a workbook or a zip archive", "save the sheet as CSV in UTF-8, or unpack the archive"},
		{"\xd0\xcf\x11\xe0", "it is a workbook", "save the sheet as CSV in UTF-8"},
		{"%PDF", "it is a PDF document", "export the table it shows as CSV"},
		{"[", "it is a JSON array", "write one object a line: jq -c '.[]' FILE > NEW"},
	} {
		if bytes.HasPrefix(head, []byte(m.magic)) {
			return &Error{File: name, Err: fmt.Errorf("%w: %s", ErrFormat, m.what), Do: m.do}
		}
	}
	if utf16(head) {
		return &Error{File: name, Err: fmt.Errorf("%w: it looks like UTF-16", ErrEncoding), Do: "convert it: iconv -f UTF-16 -t UTF-8 FILE > NEW"}
	}
	if isJSON(head) {
		return nil
	}
	first, _, found := bytes.Cut(head, []byte("\n"))
	if !found && bytes.IndexByte(bytes.TrimRight(head, "\r"), '\r') >= 0 {
		return &Error{File: name, Err: fmt.Errorf("%w: its lines end with a carriage return alone", ErrFormat), Do: "convert it: tr '\\r' '\\n' < FILE > NEW"}
	}
	if bytes.IndexByte(first, 0) >= 0 {
		return &Error{File: name, Line: 1, Err: fmt.Errorf("%w: the header line holds zero bytes", ErrFormat), Do: "export it again as CSV in UTF-8"}
	}
	if (found || all) && !utf8.Valid(first) {
		return &Error{File: name, Line: 1, Err: fmt.Errorf("%w: the header line is in another character set", ErrEncoding), Do: "convert it: iconv -f WINDOWS-1252 -t UTF-8 FILE > NEW"}
	}
	return nil
}

// utf16 reports a byte order mark of UTF-16, or that every second byte of the
// beginning is zero, as in plain letters of it.
func utf16(head []byte) bool {
	if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) {
		return true
	}
	head = head[:min(len(head), 256)]
	var zeros [2]int
	for i, b := range head {
		if b == 0 {
			zeros[i%2]++
		}
	}
	half := len(head) / 2
	return half >= 4 && (zeros[0] >= half*3/4 && zeros[1] == 0 || zeros[1] >= half*3/4 && zeros[0] == 0)
}

// isJSON reports whether the first thing is an object.
func isJSON(head []byte) bool {
	head = bytes.TrimLeft(head, " \t\r\n")
	return len(head) > 0 && head[0] == '{'
}
