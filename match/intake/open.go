package intake

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"unicode/utf8"
)

// An input can be read from its beginning as often as asked.
type input struct {
	name   string // as the caller named it
	source string
	size   int64 // bytes as stored
	open   func() (io.ReadCloser, error)
	close  func() error // may be nil
}

// fileInput is a file of the file system.
func fileInput(path string) (input, error) {
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
		return spool(path, f, "")
	}
	return input{
		name: path, source: baseName(path), size: st.Size(),
		open: func() (io.ReadCloser, error) {
			f, err := os.Open(path)
			if err != nil {
				return nil, fileError(path, err)
			}
			return f, nil
		},
	}, nil
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
func spool(name string, r io.Reader, dir string) (input, error) {
	f, err := os.CreateTemp(dir, "idem-*")
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
	n, err := io.Copy(f, r)
	if err != nil {
		return input{}, errors.Join(fmt.Errorf("intake: keep %s for a second pass: %w", name, err), discard())
	}
	in := sectionInput(name, f, n)
	in.close = discard
	return in, nil
}

func sectionInput(name string, r io.ReaderAt, size int64) input {
	return input{
		name: name, source: baseName(name), size: size,
		open: func() (io.ReadCloser, error) { return io.NopCloser(io.NewSectionReader(r, 0, size)), nil },
	}
}

// baseName is a path's last part without its extension, and without that of a
// compression: in/clinic.csv.gz is clinic.
func baseName(path string) string {
	base := filepath.Base(path)
	if ext := filepath.Ext(base); strings.EqualFold(ext, ".gz") {
		base = strings.TrimSuffix(base, ext)
	}
	if short := strings.TrimSuffix(base, filepath.Ext(base)); short != "" {
		return short
	}
	return base
}

// counter counts the bytes that pass.
type counter struct {
	r    io.Reader
	done *atomic.Int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.done.Add(int64(n))
	return n, err
}

// text is an opened input: UTF-8 behind a possible byte order mark, no longer
// compressed.
type text struct {
	io.Reader
	file io.Closer
	head []byte // its first bytes, for a look
}

const headSize = 64 << 10

// openText opens an input and refuses what is no text of ours. done, where it
// is not nil, counts the bytes read.
func openText(in input, done *atomic.Int64) (*text, error) {
	file, err := in.open()
	if err != nil {
		return nil, err
	}
	t, err := newText(in.name, file, done)
	if err != nil {
		file.Close()
		return nil, err
	}
	return t, nil
}

func newText(name string, file io.ReadCloser, done *atomic.Int64) (*text, error) {
	var r io.Reader = file
	if done != nil {
		r = &counter{file, done}
	}
	raw := bufio.NewReaderSize(r, headSize)
	if magic, _ := raw.Peek(2); len(magic) == 2 && magic[0] == 0x1f && magic[1] == 0x8b {
		z, err := gzip.NewReader(raw)
		if err != nil {
			return nil, readError(name, 0, err)
		}
		raw = bufio.NewReaderSize(z, headSize)
	}
	head, err := raw.Peek(headSize)
	if err != nil && err != io.EOF {
		return nil, readError(name, 0, err)
	}
	if bytes.HasPrefix(head, []byte("\xef\xbb\xbf")) {
		raw.Discard(3)
		head = head[3:]
	}
	if err := inspect(name, head, err == io.EOF); err != nil {
		return nil, err
	}
	return &text{Reader: raw, file: file, head: head}, nil
}

func (t *text) Close() error { return t.file.Close() }

// readError says that reading failed on the way.
func readError(name string, line int, err error) error {
	e := &Error{File: name, Line: line, Err: err}
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader):
		e.Do = "the compressed file is damaged or cut short; copy it again"
	}
	return e
}

// inspect refuses by its first bytes what is no CSV file in UTF-8. all says
// that head is the whole file.
func inspect(name string, head []byte, all bool) error {
	if len(head) == 0 {
		return &Error{File: name, Err: ErrEmpty, Do: "it needs a header line and records"}
	}
	for _, m := range []struct{ magic, what, do string }{
		{"\x28\xb5\x2f\xfd", "it is compressed with zstd", "unpack it first: zstd -d FILE"},
		{"BZh", "it is compressed with bzip2", "unpack it first: bunzip2 FILE"},
		{"\xfd7zXZ", "it is compressed with xz", "unpack it first: unxz FILE"},
		{"PAR1", "it is a Parquet file", "write it as CSV"},
		{"PK\x03\x04", "it is a workbook or a zip archive", "save the sheet as CSV in UTF-8, or unpack the archive"},
		{"\xd0\xcf\x11\xe0", "it is a workbook", "save the sheet as CSV in UTF-8"},
		{"%PDF", "it is a PDF document", "export the table it shows as CSV"},
		{"{", "it looks like JSON", "write it as CSV with a header line"},
		{"[{", "it looks like JSON", "write it as CSV with a header line"},
	} {
		if bytes.HasPrefix(head, []byte(m.magic)) {
			return &Error{File: name, Err: fmt.Errorf("%w: %s", ErrFormat, m.what), Do: m.do}
		}
	}
	if utf16(head) {
		return &Error{File: name, Err: fmt.Errorf("%w: it looks like UTF-16", ErrEncoding), Do: "convert it: iconv -f UTF-16 -t UTF-8 FILE > NEW"}
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
