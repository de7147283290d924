package vfs

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"strings"
)

// An FS holds files and directories. Errors are as of package os: a missing
// file is an [io/fs.ErrNotExist]. Names are those of package path/filepath.
type FS interface {
	// Create makes an empty file, in place of any that has the name, to be
	// read and written.
	Create(name string) (File, error)
	// Open opens a file that is there to be read.
	Open(name string) (File, error)
	// OpenWrite opens a file that is there to be read and written.
	OpenWrite(name string) (File, error)
	// Rename gives a file another name, in place of any that has it.
	Rename(from, to string) error
	Remove(name string) error
	// ReadDir lists the names in a directory, sorted.
	ReadDir(dir string) ([]string, error)
	// MkdirAll makes a directory, with its parents, unless it is there.
	MkdirAll(dir string) error
	// SyncDir puts the names in a directory on disk.
	SyncDir(dir string) error
	// Lock makes the file if need be and holds it, against every other
	// process and every other Lock of this one, until it is closed or the
	// process ends. A file that is held is an [ErrLocked].
	Lock(name string) (io.Closer, error)
}

// A File is an open file. Several goroutines may use one.
type File interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	Sync() error
	Truncate(size int64) error
	Size() (int64, error)
}

// ErrLocked says that another holder has the lock.
var ErrLocked = errors.New("held by another process")

type key struct{}

// With returns a context from which [From] gives fs. It lets a test run a whole
// tree of packages on a file system of its own while no exported signature
// shows one.
func With(ctx context.Context, fs FS) context.Context { return context.WithValue(ctx, key{}, fs) }

// From returns the context's file system: [OS] unless [With] gave another.
func From(ctx context.Context) FS {
	if fs, ok := ctx.Value(key{}).(FS); ok {
		return fs
	}
	return OS
}

// tempSuffix ends the names of files that are being written.
const tempSuffix = ".tmp"

// IsTemp says whether a file was being written when its writer ended: it is of
// no use, whatever is in it.
func IsTemp(name string) bool { return strings.HasSuffix(name, tempSuffix) }

// TempName is a name by which a file counts as one that was being written.
func TempName(name string) string { return name + tempSuffix }

// A Replacement is a file in the making: it gets its name when it is whole and
// on disk, and until then what has the name stays as it is.
type Replacement struct {
	File
	fs   FS
	name string
}

// Replace begins a file that will have the name.
func Replace(fs FS, name string) (*Replacement, error) {
	f, err := fs.Create(TempName(name))
	if err != nil {
		return nil, err
	}
	return &Replacement{f, fs, name}, nil
}

// Commit puts the file on disk, under its name, and closes it: there are
// systems that rename no open file.
func (r *Replacement) Commit() error {
	if err := errors.Join(r.Sync(), r.Close()); err != nil {
		return err
	}
	if err := r.fs.Rename(TempName(r.name), r.name); err != nil {
		return err
	}
	return r.fs.SyncDir(filepath.Dir(r.name))
}

// Abandon closes the file and removes it.
func (r *Replacement) Abandon() error {
	return errors.Join(r.Close(), r.fs.Remove(TempName(r.name)))
}

// WriteFile puts a file of this content on disk, in place of any that has the
// name: whatever happens, one of the two is there, whole.
func WriteFile(fs FS, name string, data []byte) error {
	r, err := Replace(fs, name)
	if err != nil {
		return err
	}
	if _, err := r.WriteAt(data, 0); err != nil {
		return errors.Join(err, r.Abandon())
	}
	return r.Commit()
}

// ReadFile reads a whole file of at most limit bytes.
func ReadFile(fs FS, name string, limit int64) ([]byte, error) {
	f, err := fs.Open(name)
	if err != nil {
		return nil, err
	}
	data, err := readAll(f, limit)
	return data, errors.Join(err, f.Close())
}

// ErrTooLong says that a file is longer than it can be.
var ErrTooLong = errors.New("longer than such a file can be")

func readAll(f File, limit int64) ([]byte, error) {
	size, err := f.Size()
	if err != nil {
		return nil, err
	}
	if size > limit {
		return nil, ErrTooLong
	}
	data := make([]byte, size)
	if n, err := f.ReadAt(data, 0); err != nil && (err != io.EOF || n < len(data)) {
		return nil, err
	}
	return data, nil
}

// Rewrite writes the bytes from one offset to another once more, so that the
// next Sync puts them on disk whatever became of the ones before.
func Rewrite(f File, from, to int64) error {
	buffer := make([]byte, min(to-from, 1<<20))
	for at := from; at < to; {
		part := buffer[:min(int64(len(buffer)), to-at)]
		if n, err := f.ReadAt(part, at); err != nil && (err != io.EOF || n < len(part)) {
			return err
		}
		if _, err := f.WriteAt(part, at); err != nil {
			return err
		}
		at += int64(len(part))
	}
	return nil
}
