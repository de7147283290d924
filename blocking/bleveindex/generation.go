package bleveindex

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/blevesearch/bleve/v2/index/scorch"
	index "github.com/blevesearch/bleve_index_api"

	"github.com/idem-health/idem/internal/hash"
	"github.com/idem-health/idem/match/patient"
)

// Files of an index: current names the generation in use, a folder of bleve's.
// A rebuild writes the next one beside it and then replaces current.
const (
	currentFile  = "current"
	currentMagic = "idem-bleveindex"
	generationOf = "generation-"
	unfinished   = ".tmp"
)

// ErrFolder says that a folder holds other things than an index.
var ErrFolder = errors.New("bleveindex: the folder holds files that are no index: give another one")

// Create makes an empty index in dir, which may be absent, empty or hold an
// index: that one is removed. Options.Expect is not looked at.
func Create(dir string, o Options) (ix *Index, err error) {
	defer guard("create", &err)
	ix = &Index{dir: dir, o: o.withDefaults()}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, pathError("create", err)
	}
	if err := sweep(dir, ""); err != nil {
		return nil, err
	}
	none := func(func(string, *patient.Normalized) bool) {}
	if err := ix.Rebuild(context.Background(), State{Epoch: o.Epoch}, none); err != nil {
		return nil, err
	}
	return ix, nil
}

// Open opens the index in dir. Every file is checked against its checksum, and
// the state against what o says; an error wraps [ErrStale], [ErrDamaged],
// [ErrInUse], or [fs.ErrNotExist] where there is no index.
func Open(dir string, o Options) (ix *Index, err error) {
	defer guard("open", &err)
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true)) // a file cut short, mapped into memory
	ix = &Index{dir: dir, o: o.withDefaults()}
	if ix.generation, err = readCurrent(dir); err != nil {
		return nil, err
	}
	if err := ix.verify(); err != nil {
		return nil, err
	}
	if err := ix.open(false); err != nil {
		return nil, err
	}
	if err := errors.Join(ix.expected(o), sweep(dir, generationName(ix.generation))); err != nil {
		return nil, errors.Join(err, ix.Close())
	}
	return ix, nil
}

// verify checks the files before anything of bleve's works on them.
func (ix *Index) verify() (err error) {
	if whole, err := sealed(ix.path(ix.generation)); whole || err != nil {
		return err
	}
	if err := ix.open(true); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ix.shut()) }() // even if bleve panics
	return ix.check(context.Background())
}

func (ix *Index) expected(o Options) error {
	switch s := ix.state; {
	case s.Epoch != o.Epoch:
		return fmt.Errorf("%w: it is of another epoch", ErrStale)
	case o.Expect == nil:
	case s.Count != o.Expect.Count:
		return fmt.Errorf("%w: it has %d records, not %d", ErrStale, s.Count, o.Expect.Count)
	case s.Digest != o.Expect.Digest:
		return fmt.Errorf("%w: it is of other records", ErrStale)
	case s.Position != o.Expect.Position:
		return fmt.Errorf("%w: it is of position %d, not %d", ErrStale, s.Position, o.Expect.Position)
	}
	return nil
}

// Rebuild makes the index anew of the records and puts it in the place of the old
// one, whose files are removed: no byte of a record that is not among them
// remains. Of state the Epoch and the Position are kept. Changes that were not
// committed are given up. Queries go on with the old index until the new one
// stands. An id that comes twice is an error, and the old index stays.
func (ix *Index) Rebuild(ctx context.Context, state State, records iter.Seq2[string, *patient.Normalized]) (err error) {
	defer guard("rebuild", &err)
	ix.writing.Lock()
	defer ix.writing.Unlock()
	if ix.isClosed() {
		return ErrClosed
	}
	next := ix.generation + 1
	folder := ix.path(next)
	building := folder + unfinished
	if err := os.RemoveAll(building); err != nil {
		return pathError("rebuild", err)
	}
	if err := ix.build(ctx, building, state, records); err != nil {
		return errors.Join(err, os.RemoveAll(building))
	}
	if err := errors.Join(os.RemoveAll(folder), os.Rename(building, folder), writeCurrent(ix.dir, next)); err != nil {
		return pathError("rebuild", err)
	}
	ix.mu.Lock()
	defer ix.mu.Unlock()
	shut := ix.shut()
	ix.generation, ix.pending, ix.broken = next, nil, nil
	if err := ix.open(false); err != nil {
		ix.closed = true
		return errors.Join(err, shut)
	}
	ix.o.Epoch = state.Epoch
	return errors.Join(shut, sweep(ix.dir, generationName(next)))
}

func (ix *Index) isClosed() bool {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	return ix.closed
}

// A dictionary costs the same to make whether it is of a batch or merged of
// several: so batches are large, and merged once. Of 100,000 records, 1,000 and
// 10 at a time took twice the CPU time.
const (
	buildBatch = 20_000 // records held in memory
	buildMerge = 100
)

// build writes a generation of its own.
func (ix *Index) build(ctx context.Context, folder string, state State, records iter.Seq2[string, *patient.Normalized]) error {
	internal := map[string][]byte{}
	builder, err := scorch.NewBuilder(map[string]any{
		"path": folder, "buildPathPrefix": ix.dir, "batchSize": buildBatch, "mergeMax": buildMerge, "internal": internal,
	})
	if err != nil {
		return pathError("rebuild", err)
	}
	state.Count, state.Digest = 0, Digest{}
	seen := map[uint64]struct{}{}
	for id, n := range records {
		if err = errors.Join(ctx.Err(), checkID(id)); err != nil {
			break
		}
		key := hash.String(id)
		if _, twice := seen[key]; twice {
			err = errors.New("bleveindex: rebuild: an id came twice")
			break
		}
		seen[key] = struct{}{}
		entry := Entry(id, n)
		if err = builder.Index(ix.document(id, n, entry)); err != nil {
			break
		}
		state.Count++
		state.Digest = state.Digest.Add(entry)
	}
	value, marshalErr := json.Marshal(saved{formatVersion, state})
	if err := errors.Join(err, marshalErr); err != nil {
		return errors.Join(err, ix.sweepBuilds())
	}
	if state.Count == 0 { // the builder cannot write an empty index
		return errors.Join(ix.sweepBuilds(), ix.buildEmpty(folder, value))
	}
	internal[string(stateKey)] = value
	if err := builder.Close(); err != nil {
		return errors.Join(pathError("rebuild", err), ix.sweepBuilds())
	}
	return nil
}

func (ix *Index) buildEmpty(folder string, value []byte) error {
	store, queue, err := openStore(folder, false)
	if err != nil {
		return err
	}
	defer queue.Close()
	return errors.Join(store.SetInternal(stateKey, value), store.Close())
}

// openStore opens bleve's part of an index. bleve may panic on a damaged one;
// nothing is left running then.
func openStore(folder string, readOnly bool) (*scorch.Scorch, *index.AnalysisQueue, error) {
	queue := index.NewAnalysisQueue(runtime.GOMAXPROCS(0))
	opened := false
	defer func() {
		if !opened {
			queue.Close()
		}
	}()
	made, err := scorch.NewScorch(scorch.Name, map[string]any{
		"path": folder, "bolt_timeout": "2s", "numSnapshotsToKeep": 1, "read_only": readOnly,
	}, queue)
	if err == nil {
		err = made.Open()
	}
	store, ok := made.(*scorch.Scorch)
	switch {
	case err != nil && err.Error() == "timeout": // bolt's, of its file's lock
		return nil, nil, ErrInUse
	case err != nil:
		return nil, nil, fmt.Errorf("%w: %w", ErrDamaged, pathError("open", err))
	case !ok:
		return nil, nil, errors.New("bleveindex: not the store that was asked for")
	}
	opened = true
	return store, queue, nil
}

// open opens the generation and reads its state.
func (ix *Index) open(readOnly bool) (err error) {
	folder := ix.path(ix.generation)
	if _, err := os.Stat(filepath.Join(folder, "root.bolt")); err != nil { // else bleve would make one
		return fmt.Errorf("%w: %w", ErrDamaged, pathError("open", err))
	}
	if !readOnly {
		if err := unseal(folder); err != nil {
			return err
		}
	}
	store, queue, err := openStore(folder, readOnly)
	if err != nil {
		return err
	}
	ix.store, ix.queue = store, queue
	loaded := false
	defer func() {
		if !loaded {
			err = errors.Join(err, ix.shut())
		}
	}()
	if err := ix.load(); err != nil {
		return err
	}
	loaded = true
	return nil
}

func (ix *Index) load() error {
	reader, err := ix.store.Reader()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	defer func() { _ = reader.Close() }()
	value, err := reader.GetInternal(stateKey)
	if err != nil {
		return fmt.Errorf("%w: no state", ErrDamaged)
	}
	var s saved
	if err := json.Unmarshal(value, &s); err != nil {
		return fmt.Errorf("%w: no state", ErrDamaged)
	}
	if s.Version != formatVersion {
		return fmt.Errorf("%w: it is of version %d, this package of %d", ErrStale, s.Version, formatVersion)
	}
	count, err := reader.DocCount()
	if err != nil || count != s.Count {
		return fmt.Errorf("%w: %d records instead of %d", ErrDamaged, count, s.Count)
	}
	ix.state = s.State
	return nil
}

// shut closes bleve's part.
func (ix *Index) shut() error {
	if ix.store == nil {
		return nil
	}
	err := ix.store.Close()
	ix.queue.Close()
	ix.store, ix.queue = nil, nil
	if err != nil {
		return fmt.Errorf("bleveindex: close: %w", err)
	}
	return nil
}

func generationName(g uint64) string { return generationOf + strconv.FormatUint(g, 10) }

func (ix *Index) path(g uint64) string { return filepath.Join(ix.dir, generationName(g)) }

// sweep removes what an index left in its folder, save what is kept; it refuses
// where there is anything else.
func sweep(dir, keep string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return pathError("open", err)
	}
	remove := map[string]bool{}
	for _, e := range entries {
		switch name := e.Name(); {
		case name == keep, name == currentFile && keep != "":
		case name == currentFile, name == currentFile+unfinished,
			strings.HasPrefix(name, generationOf), strings.HasPrefix(name, buildFolder):
			remove[name] = true
		case keep == "":
			return ErrFolder
		}
	}
	var errs []error
	for name := range maps.Keys(remove) {
		errs = append(errs, os.RemoveAll(filepath.Join(dir, name)))
	}
	if err := errors.Join(errs...); err != nil {
		return pathError("clean", err)
	}
	return nil
}

// buildFolder is how the builder of bleve names its temporary folders.
const buildFolder = "scorch-offline-build"

func (ix *Index) sweepBuilds() error {
	folders, err := filepath.Glob(filepath.Join(ix.dir, buildFolder+"*"))
	for _, folder := range folders {
		err = errors.Join(err, os.RemoveAll(folder))
	}
	return err
}

// writeCurrent names the generation in use, all or nothing.
func writeCurrent(dir string, g uint64) error {
	body := fmt.Sprintf("%s %d %d", currentMagic, formatVersion, g)
	line := fmt.Sprintf("%s %08x\n", body, crc32.ChecksumIEEE([]byte(body)))
	name := filepath.Join(dir, currentFile)
	file, err := os.OpenFile(name+unfinished, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = file.WriteString(line)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	if err := os.Rename(name+unfinished, name); err != nil {
		return err
	}
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

func readCurrent(dir string) (uint64, error) {
	text, err := os.ReadFile(filepath.Join(dir, currentFile))
	if err != nil {
		return 0, pathError("open", err)
	}
	var magic string
	var version int
	var g uint64
	var sum uint32
	n, _ := fmt.Sscanf(string(text), "%s %d %d %08x\n", &magic, &version, &g, &sum)
	switch body := fmt.Sprintf("%s %d %d", magic, version, g); {
	case n != 4 || magic != currentMagic || sum != crc32.ChecksumIEEE([]byte(body)) || len(text) != len(body)+10:
		return 0, fmt.Errorf("%w: file %s", ErrDamaged, currentFile)
	case version != formatVersion:
		return 0, fmt.Errorf("%w: it is of version %d, this package of %d", ErrStale, version, formatVersion)
	}
	return g, nil
}

// pathError leaves the path out of an error of the file system, which the caller knows.
func pathError(doing string, err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return fmt.Errorf("bleveindex: %s: %w", doing, err)
}
