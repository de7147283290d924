package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// The files of an output folder, in the order they are put in place: the
// summary comes last, so that a folder which has it is whole.
var outputFiles = []string{"clusters.csv", "pairs.csv", "golden.csv", "worklist.csv", "review.csv", "rejected.csv", "model.json", "report.html", "summary.json"}

// A folder is an output folder in the making. Its files are written to a
// temporary folder on the same disk and put in place by commit, so that a run
// that fails or is interrupted leaves nothing behind.
type folder struct {
	path   string
	exists bool

	mu   sync.Mutex // guards temp, and that nothing is made in it when it is gone
	temp string
}

// An outputFile is a file that is being written.
type outputFile interface {
	io.Writer
	io.ReaderAt
	io.Closer
	Name() string
}

// openFile is a variable for the tests of a full disk.
var openFile = func(path string) (outputFile, error) {
	return os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_TRUNC, 0o600)
}

// unfinished are the folders in the making. An interrupt that the work does not
// heed in time removes them; see [lastResort].
var unfinished struct {
	sync.Mutex
	folders map[*folder]bool
}

func (f *folder) register() {
	unfinished.Lock()
	defer unfinished.Unlock()
	if unfinished.folders == nil {
		unfinished.folders = map[*folder]bool{}
	}
	unfinished.folders[f] = true
}

func (f *folder) forget() {
	unfinished.Lock()
	defer unfinished.Unlock()
	delete(unfinished.folders, f)
}

// lastResort removes every folder in the making, after one that is being put
// in place is.
func lastResort() {
	unfinished.Lock()
	folders := slices.Collect(maps.Keys(unfinished.folders))
	unfinished.Unlock()
	for _, f := range folders {
		f.discard()
	}
}

// newFolder checks that dir may be written: it is new, or empty, or force says
// that its files of an earlier run may be replaced.
func newFolder(dir string, force bool) (*folder, error) {
	f := &folder{path: filepath.Clean(dir)}
	entries, err := os.ReadDir(f.path)
	switch {
	case err == nil:
		f.exists = true
		if len(entries) > 0 && !force {
			return nil, usageError{fmt.Errorf("--out %s: the folder is not empty: name a new one, or say --force to replace what an earlier run wrote there", dir)}
		}
	case errors.Is(err, fs.ErrNotExist):
		if _, err := os.Stat(filepath.Dir(f.path)); err != nil {
			return nil, fmt.Errorf("--out %s: the folder it is to be in does not exist", dir)
		}
	default:
		if st, statErr := os.Stat(f.path); statErr == nil && !st.IsDir() {
			return nil, usageError{fmt.Errorf("--out %s: it is a file, not a folder", dir)}
		}
		return nil, fmt.Errorf("--out %s: %w", dir, pathless(err))
	}
	parent := filepath.Dir(f.path)
	if f.exists { // its parent may be on another disk, or not be ours to write
		parent = f.path
	}
	if f.temp, err = os.MkdirTemp(parent, ".idem-"); err != nil {
		return nil, fmt.Errorf("--out %s: cannot be written: %w", dir, pathless(err))
	}
	f.register()
	return f, nil
}

// pathless takes the path out of an error that is told beside it.
func pathless(err error) error {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		return pe.Err
	}
	return err
}

// discard removes what was written. It does nothing after commit.
func (f *folder) discard() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.remove()
}

func (f *folder) remove() error {
	f.forget()
	if f.temp == "" {
		return nil
	}
	temp := f.temp
	f.temp = ""
	return os.RemoveAll(temp)
}

// create begins a file.
func (f *folder) create(name string) (outputFile, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.temp == "" {
		return nil, fmt.Errorf("write %s: %w", name, context.Canceled)
	}
	file, err := openFile(filepath.Join(f.temp, name))
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", name, pathless(err))
	}
	return file, nil
}

// commit puts the files in place. A new folder is open to its owner alone:
// patient data is shared by decision, not by default.
func (f *folder) commit() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.temp == "" {
		return fmt.Errorf("--out %s: %w", f.path, context.Canceled)
	}
	if !f.exists {
		if err := os.Rename(f.temp, f.path); err != nil {
			return fmt.Errorf("--out %s: %w", f.path, pathless(err))
		}
		f.temp = ""
		f.forget()
		return nil
	}
	for _, name := range slices.Backward(outputFiles) { // the old summary goes first
		if err := os.Remove(filepath.Join(f.path, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("--out %s: %w", f.path, err)
		}
	}
	for _, name := range outputFiles {
		err := os.Rename(filepath.Join(f.temp, name), filepath.Join(f.path, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("--out %s: %w", f.path, err)
		}
	}
	return f.remove()
}

// write writes a whole file.
func (f *folder) write(name string, data []byte) error {
	file, err := f.create(name)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("write %s: %w", name, pathless(err))
	}
	return nil
}

// A sheet is a CSV file being written. Its rows are those that encoding/csv
// writes (a test holds them equal), without a look at each letter of each cell
// more than once and with nothing allocated for a row.
type sheet struct {
	name string
	file outputFile
	buf  *bufio.Writer
	line []byte // the row in the making
}

// sheet begins a CSV file with a header.
func (f *folder) sheet(name string, header ...string) (*sheet, error) {
	file, err := f.create(name)
	if err != nil {
		return nil, err
	}
	s := &sheet{name: name, file: file, buf: bufio.NewWriterSize(file, 1<<20)}
	return s, s.row(header...)
}

func (s *sheet) row(cells ...string) error {
	for _, c := range cells {
		s.line = appendCell(s.line, c)
	}
	return s.end()
}

// end ends the row whose cells were appended to s.line.
func (s *sheet) end() error {
	s.line[len(s.line)-1] = '\n' // instead of the last comma
	_, err := s.buf.Write(s.line)
	s.line = s.line[:0]
	if err != nil {
		return fmt.Errorf("write %s: %w", s.name, pathless(err))
	}
	return nil
}

// appendCell appends a cell and a comma, with quotes where the cell needs them.
func appendCell[T string | []byte](dst []byte, cell T) []byte {
	if !needsQuotes(cell) {
		return append(append(dst, cell...), ',')
	}
	dst = append(dst, '"')
	for i := range len(cell) {
		if cell[i] == '"' {
			dst = append(dst, '"')
		}
		dst = append(dst, cell[i])
	}
	return append(dst, '"', ',')
}

// needsQuotes is the rule of encoding/csv: a separator, a quote or a line end in
// the cell, space at its begin, or the end mark of PostgreSQL.
func needsQuotes[T string | []byte](cell T) bool {
	if len(cell) == 0 {
		return false
	}
	if first := cell[0]; first == ' ' || first == '\t' || first == '\v' || first == '\f' || first >= utf8.RuneSelf {
		if r, _ := utf8.DecodeRuneInString(string(cell[:min(len(cell), utf8.UTFMax)])); unicode.IsSpace(r) {
			return true
		}
	}
	for i := range len(cell) {
		if c := cell[i]; c <= ',' && (c == ',' || c == '"' || c == '\n' || c == '\r') {
			return true
		}
	}
	return string(cell) == `\.`
}

// close finishes the file; it is called once, also after an error.
func (s *sheet) close() error {
	err := errors.Join(s.buf.Flush(), s.file.Close())
	if err != nil {
		return fmt.Errorf("write %s: %w", s.name, pathless(err))
	}
	return nil
}

// tame makes a cell harmless that a spreadsheet would take for a formula, by
// an apostrophe in front of each of its values: where the separator of lists is
// a semicolon, a spreadsheet may cut a cell there. Numbers with a sign, phone
// numbers among them, are left as they are. It is for the files people open
// (golden.csv, worklist.csv, review.csv); the files programs read hold ids
// exactly as they came.
func tame(cell string) string {
	for from := 0; ; {
		if formula(cell[from:]) {
			return string(appendTame(nil, cell))
		}
		i := strings.IndexByte(cell[from:], ';')
		if i < 0 {
			return cell
		}
		from += i + 1
	}
}

// appendTame appends a cell, made harmless.
func appendTame[T string | []byte](dst []byte, cell T) []byte {
	for from := 0; from < len(cell); {
		to := from
		for to < len(cell) && cell[to] != ';' {
			to++
		}
		if suspect(cell[from]) && formula(string(cell[from:to])) {
			dst = append(dst, '\'')
		}
		to = min(to+1, len(cell)) // the semicolon, too
		dst = append(dst, cell[from:to]...)
		from = to
	}
	return dst
}

// suspect reports whether a value that begins with b may be a formula.
func suspect(b byte) bool {
	return b <= '@' && (b == '=' || b == '@' || b == '+' || b == '-' || b < ' ') || b >= utf8.RuneSelf
}

// formula reports whether a spreadsheet takes a value for a formula; what
// follows a semicolon is another value. Some take the wide forms of the signs as
// well.
func formula(value string) bool {
	if value == "" || !suspect(value[0]) {
		return false
	}
	value, _, _ = strings.Cut(value, ";")
	switch r, _ := utf8.DecodeRuneInString(value); r {
	case '=', '@', '\t', '\r', '\n', '\uff1d', '\uff0b', '\uff0d', '\uff20':
		return true
	case '+', '-':
		return strings.Trim(value[1:], "0123456789 .()-") != ""
	}
	return false
}
