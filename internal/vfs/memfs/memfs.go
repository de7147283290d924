// Package memfs is a file system in memory that fails as disks and systems do,
// for tests of what must survive that.
//
// An [FS] keeps apart what a program sees and what is on disk: written bytes get
// there by Sync of their file, names by SyncDir of their directory. [FS.Crash]
// gives the file system that a machine finds after its power failed: of what was
// not synced, any 512-byte sectors of any files may be there, in their new or an
// older form, and of each directory's changes of names any first ones.
// [FS.FailAt] makes a call fail: a write stops half-way, a sync leaves some
// sectors unwritten and the system none the wiser, as Linux does (Rebello et al.
// 2020).
//
// It is for tests only, and knows nothing of what is in a file.
package memfs

import (
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"syscall"

	"github.com/idem-health/idem/internal/vfs"
)

// sector is what a disk writes whole or not at all.
const sector = 512

// An FS is a file system. It is safe for concurrent use.
type FS struct {
	mu     sync.Mutex
	random *rand.Rand
	dirs   map[string]bool
	seen   map[string]*node   // names as a program sees them
	disk   map[string]*node   // names on disk
	moves  map[string][]move  // of each directory, not on disk yet
	held   map[string]*holder // locks
	calls  int
	failAt int  // 0 never
	broken bool // every call after failAt fails as well
	failed []string
}

var _ vfs.FS = (*FS)(nil)

// A node is a file's content.
type node struct {
	data  []byte   // as a program sees it
	disk  []byte   // on disk
	dirty []change // in order, from disk towards data
}

// A change is a write, or a new size where data is nil.
type change struct {
	offset int64
	data   []byte
}

// A move is a change of names within a directory: the file gets the name to and
// loses the name from; an empty one is none.
type move struct {
	from, to string
	node     *node
}

// New returns an empty file system whose accidents are those of the seed.
func New(seed uint64) *FS {
	return &FS{
		random: rand.New(rand.NewPCG(seed, 512)), dirs: map[string]bool{},
		seen: map[string]*node{}, disk: map[string]*node{}, moves: map[string][]move{}, held: map[string]*holder{},
	}
}

// FailAt makes the n-th call from now fail, and all after it if broken; 0 makes
// none fail.
func (m *FS) FailAt(n int, broken bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calls, m.failAt, m.broken = 0, n, broken
}

// Calls is how many calls there were since FailAt, and Failed which of them
// failed.
func (m *FS) Calls() (calls int, failed []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.calls, slices.Clone(m.failed)
}

// fault counts a call and says whether it fails. The caller holds mu.
func (m *FS) fault(op, name string) error {
	m.calls++
	if m.failAt == 0 || m.calls < m.failAt || m.calls > m.failAt && !m.broken {
		return nil
	}
	m.failed = append(m.failed, fmt.Sprintf("%s %s (call %d)", op, filepath.Base(name), m.calls))
	cause := syscall.EIO
	if op == "write" || op == "create" {
		cause = syscall.ENOSPC
	}
	return &fs.PathError{Op: op, Path: name, Err: cause}
}

// Crash returns what is found after the power failed now. What goes on on the
// old file system does not change it.
func (m *FS) Crash() *FS {
	m.mu.Lock()
	defer m.mu.Unlock()
	after := New(m.random.Uint64())
	after.dirs = maps.Clone(m.dirs)
	names := maps.Clone(m.disk)
	for _, dir := range slices.Sorted(maps.Keys(m.moves)) {
		list := m.moves[dir]
		for _, v := range list[:m.random.IntN(len(list)+1)] {
			v.apply(names)
		}
	}
	how := m.random.IntN(4)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		data := names[name].survivors(m.random, how)
		n := &node{data: data, disk: slices.Clone(data)}
		after.seen[name], after.disk[name] = n, n
	}
	return after
}

func (v *move) apply(names map[string]*node) {
	if v.from != "" {
		delete(names, v.from)
	}
	if v.to != "" {
		names[v.to] = v.node
	}
}

// survivors is what a disk may hold of a file: all that was written (how 0),
// nothing that was not synced (how 1), or of each sector any version.
func (n *node) survivors(random *rand.Rand, how int) []byte {
	dirty := n.dirty
	switch how {
	case 0:
	case 1:
		dirty = nil
	default:
		return n.mixed(random)
	}
	data := slices.Clone(n.disk)
	for _, c := range dirty {
		data = c.apply(data)
	}
	return data
}

// mixed takes each sector, and the size, from any moment since the last sync.
func (n *node) mixed(random *rand.Rand) []byte {
	versions := [][]byte{n.disk}
	for _, c := range n.dirty {
		versions = append(versions, c.apply(slices.Clone(versions[len(versions)-1])))
	}
	data := make([]byte, len(versions[random.IntN(len(versions))]))
	for at := 0; at < len(data); at += sector {
		if v := versions[random.IntN(len(versions))]; at < len(v) {
			copy(data[at:min(at+sector, len(data))], v[at:])
		}
	}
	return data
}

func (c *change) apply(data []byte) []byte {
	if c.data == nil {
		return resize(data, c.offset)
	}
	if end := c.offset + int64(len(c.data)); end > int64(len(data)) {
		data = resize(data, end)
	}
	copy(data[c.offset:], c.data)
	return data
}

func resize(data []byte, size int64) []byte {
	if size <= int64(len(data)) {
		return data[:size]
	}
	return append(data, make([]byte, size-int64(len(data)))...)
}

// Corrupt changes a file on disk and off it, as a failing disk or a hand would.
func (m *FS) Corrupt(name string, change func([]byte) []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	data := change(slices.Clone(m.seen[name].data))
	n := &node{data: data, disk: slices.Clone(data)}
	m.seen[name], m.disk[name] = n, n
}

// Files gives the content of every file as a program sees it.
func (m *FS) Files() map[string][]byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	files := map[string][]byte{}
	for name, n := range m.seen {
		files[name] = slices.Clone(n.data)
	}
	return files
}

// OnDisk gives the content of every file that is on disk for certain.
func (m *FS) OnDisk() map[string][]byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	files := map[string][]byte{}
	for name, n := range m.disk {
		files[name] = slices.Clone(n.disk)
	}
	return files
}

// move changes names. The caller holds mu.
func (m *FS) move(v move) {
	v.apply(m.seen)
	dir := filepath.Dir(v.to)
	if v.to == "" {
		dir = filepath.Dir(v.from)
	}
	m.moves[dir] = append(m.moves[dir], v)
}

func missing(op, name string) error { return &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist} }

// Create implements vfs.FS.
func (m *FS) Create(name string) (vfs.File, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.fault("create", name); err != nil {
		return nil, err
	}
	if !m.dirs[filepath.Dir(name)] {
		return nil, missing("create", name)
	}
	n := &node{}
	m.move(move{to: name, node: n})
	return &file{fs: m, node: n, name: name, writes: true}, nil
}

// Open implements vfs.FS.
func (m *FS) Open(name string) (vfs.File, error) { return m.open(name, false) }

// OpenWrite implements vfs.FS.
func (m *FS) OpenWrite(name string) (vfs.File, error) { return m.open(name, true) }

func (m *FS) open(name string, writes bool) (vfs.File, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.fault("open", name); err != nil {
		return nil, err
	}
	n, ok := m.seen[name]
	if !ok {
		return nil, missing("open", name)
	}
	return &file{fs: m, node: n, name: name, writes: writes}, nil
}

// Rename implements vfs.FS.
func (m *FS) Rename(from, to string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.fault("rename", from); err != nil {
		return err
	}
	n, ok := m.seen[from]
	if !ok {
		return missing("rename", from)
	}
	m.move(move{from, to, n})
	return nil
}

// Remove implements vfs.FS.
func (m *FS) Remove(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.fault("remove", name); err != nil {
		return err
	}
	if _, ok := m.seen[name]; !ok {
		return missing("remove", name)
	}
	m.move(move{from: name})
	return nil
}

// ReadDir implements vfs.FS.
func (m *FS) ReadDir(dir string) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.fault("readdir", dir); err != nil {
		return nil, err
	}
	if !m.dirs[dir] {
		return nil, missing("readdir", dir)
	}
	var names []string
	for name := range m.seen {
		if filepath.Dir(name) == dir {
			names = append(names, filepath.Base(name))
		}
	}
	slices.Sort(names)
	return names, nil
}

// MkdirAll implements vfs.FS. A directory is on disk at once.
func (m *FS) MkdirAll(dir string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.fault("mkdir", dir); err != nil {
		return err
	}
	for ; !m.dirs[dir]; dir = filepath.Dir(dir) {
		m.dirs[dir] = true
	}
	return nil
}

// SyncDir implements vfs.FS.
func (m *FS) SyncDir(dir string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.fault("syncdir", dir); err != nil {
		return err
	}
	for _, v := range m.moves[dir] {
		v.apply(m.disk)
	}
	delete(m.moves, dir)
	return nil
}

// A holder has a lock.
type holder struct {
	fs   *FS
	name string
}

// Lock implements vfs.FS.
func (m *FS) Lock(name string) (io.Closer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.fault("lock", name); err != nil {
		return nil, err
	}
	if m.held[name] != nil {
		return nil, &fs.PathError{Op: "lock", Path: name, Err: vfs.ErrLocked}
	}
	m.held[name] = &holder{m, name}
	return m.held[name], nil
}

func (h *holder) Close() error {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	if h.fs.held[h.name] == h {
		delete(h.fs.held, h.name)
	}
	return nil
}

// Kill ends every lock, as the death of the process that holds them would.
// What was written stays, synced or not.
func (m *FS) Kill() {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.held)
}
