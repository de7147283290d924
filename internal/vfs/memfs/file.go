package memfs

import (
	"io"
	"io/fs"
	"slices"
)

// A file is an open file.
type file struct {
	fs     *FS
	node   *node
	name   string
	writes bool
	closed bool
}

// use says whether the file can be used for something. The caller holds fs.mu.
func (f *file) use(op string, writes bool) error {
	if f.closed {
		return &fs.PathError{Op: op, Path: f.name, Err: fs.ErrClosed}
	}
	if writes && !f.writes {
		return &fs.PathError{Op: op, Path: f.name, Err: fs.ErrPermission}
	}
	return nil
}

func (f *file) ReadAt(p []byte, offset int64) (int, error) {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	if err := f.use("read", false); err != nil {
		return 0, err
	}
	if err := f.fs.fault("read", f.name); err != nil {
		return 0, err
	}
	if offset >= int64(len(f.node.data)) {
		return 0, io.EOF
	}
	n := copy(p, f.node.data[offset:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (f *file) WriteAt(p []byte, offset int64) (int, error) {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	if err := f.use("write", true); err != nil {
		return 0, err
	}
	err := f.fs.fault("write", f.name)
	if err != nil {
		p = p[:f.fs.random.IntN(len(p)+1)]
	}
	if len(p) > 0 {
		f.change(change{offset, slices.Clone(p)})
	}
	return len(p), err
}

func (f *file) change(c change) {
	f.node.data = c.apply(f.node.data)
	f.node.dirty = append(f.node.dirty, c)
}

func (f *file) Truncate(size int64) error {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	if err := f.use("truncate", true); err != nil {
		return err
	}
	if err := f.fs.fault("truncate", f.name); err != nil {
		return err
	}
	f.change(change{offset: size})
	return nil
}

// Sync puts what was written on disk. Where it fails, some of it is there, and
// the rest will not be by another Sync: it counts as written.
func (f *file) Sync() error {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	if err := f.use("sync", false); err != nil {
		return err
	}
	n := f.node
	err := f.fs.fault("sync", f.name)
	if err != nil {
		n.disk = n.mixed(f.fs.random)
	} else {
		for _, c := range n.dirty {
			n.disk = c.apply(n.disk)
		}
	}
	n.dirty = nil
	return err
}

func (f *file) Size() (int64, error) {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	if err := f.use("size", false); err != nil {
		return 0, err
	}
	if err := f.fs.fault("size", f.name); err != nil {
		return 0, err
	}
	return int64(len(f.node.data)), nil
}

func (f *file) Close() error {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	err := f.use("close", false)
	f.closed = true
	return err
}
