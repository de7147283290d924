package main

import (
	"bufio"
	"context"
	"encoding/csv"
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

// A sheet is a CSV file being written.
type sheet struct {
	name string
	file outputFile
	buf  *bufio.Writer
	csv  *csv.Writer
}

// sheet begins a CSV file with a header.
func (f *folder) sheet(name string, header ...string) (*sheet, error) {
	file, err := f.create(name)
	if err != nil {
		return nil, err
	}
	buf := bufio.NewWriterSize(file, 1<<20)
	s := &sheet{name: name, file: file, buf: buf, csv: csv.NewWriter(buf)}
	return s, s.row(header...)
}

func (s *sheet) row(cells ...string) error {
	if err := s.csv.Write(cells); err != nil {
		return fmt.Errorf("write %s: %w", s.name, pathless(err))
	}
	return nil
}

// close finishes the file; it is called once, also after an error.
func (s *sheet) close() error {
	s.csv.Flush()
	err := errors.Join(s.csv.Error(), s.buf.Flush(), s.file.Close())
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
	if !strings.ContainsAny(cell, "=@+-\t\r\n\uff1d\uff0b\uff0d\uff20") {
		return cell
	}
	values := strings.Split(cell, ";")
	for i, v := range values {
		if formula(v) {
			values[i] = "'" + v
		}
	}
	return strings.Join(values, ";")
}

// formula reports whether a spreadsheet takes a value for a formula. Some take
// the wide forms of the signs as well.
func formula(value string) bool {
	if value == "" {
		return false
	}
	switch r, _ := utf8.DecodeRuneInString(value); r {
	case '=', '@', '\t', '\r', '\n', '\uff1d', '\uff0b', '\uff0d', '\uff20':
		return true
	case '+', '-':
		return strings.Trim(value[1:], "0123456789 .()-") != ""
	}
	return false
}
