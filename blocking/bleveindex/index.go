package bleveindex

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/blevesearch/bleve/v2/document"
	"github.com/blevesearch/bleve/v2/index/scorch"
	index "github.com/blevesearch/bleve_index_api"

	"github.com/idem-health/idem/match/patient"
)

// Errors that callers branch on.
var (
	// ErrStale says that an index is whole but of other records, of another epoch
	// or of another version of this package.
	ErrStale = errors.New("bleveindex: the index is out of date: rebuild it")
	// ErrDamaged says that files of an index are missing or were altered.
	ErrDamaged = errors.New("bleveindex: the index is damaged: rebuild it")
	// ErrClosed is returned by an index that was closed.
	ErrClosed = errors.New("bleveindex: the index is closed")
	// ErrInUse says that another process has the index open.
	ErrInUse = errors.New("bleveindex: the index is open in another process")
	// ErrID says that a record id cannot be filed.
	ErrID = errors.New("bleveindex: a record id has 1 to 512 bytes and no control character 0x1f")
)

// Options configures an [Index]. The zero value is ready to use.
type Options struct {
	// Epoch names everything that decides what is filed of a record besides the
	// record itself: profile, rules, model. Opening an index of another epoch
	// fails with [ErrStale].
	Epoch string

	// Expect is the state that the index must be in when it is opened, nil where
	// the caller does not know. Its Epoch is not looked at.
	Expect *State

	// Keys appends the blocking keys of a record, for [Index.ByKey]; see
	// [RuleKeys]. nil files none.
	Keys func(dst []uint64, n *patient.Normalized) []uint64

	// Batch is how many changes are written at a time. 0 means 1,000; below 500
	// is not worth its cost, save with a Commit for each change.
	Batch int

	// Limits bound the work of one query.
	Limits Limits
}

// Limits bound the work of one query. The zero value of each means its default.
type Limits struct {
	Steps   int // through dictionaries; 0 means 200,000
	Records int // looked at; 0 means 20,000
	Term    int // records of a single term; more is generic and left out. 0 means 2,000
}

func (o Options) withDefaults() Options {
	if o.Batch <= 0 {
		o.Batch = 1000
	}
	if o.Limits.Steps <= 0 {
		o.Limits.Steps = 200_000
	}
	if o.Limits.Records <= 0 {
		o.Limits.Records = 20_000
	}
	if o.Limits.Term <= 0 {
		o.Limits.Term = 2000
	}
	return o
}

// A State says what an index holds.
type State struct {
	Epoch    string `json:"epoch"`
	Position uint64 `json:"position"` // the caller's place in its log, as of the last Commit
	Count    uint64 `json:"count"`    // records
	Digest   Digest `json:"digest"`   // of the records
}

// formatVersion changes with anything that changes what is filed of a record.
const formatVersion = 1

// saved is what the index keeps of its state, written with every batch.
type saved struct {
	Version int `json:"version"`
	State
}

// stateKey is where the state is kept, among bleve's internal values.
var stateKey = []byte("idem bleveindex state")

// An Index finds records by what is nearly theirs. It is safe for concurrent use;
// changes wait for each other and are seen once they are written: by
// [Index.Commit], or earlier where a batch is full.
type Index struct {
	dir string
	o   Options

	writing sync.Mutex // one change at a time; taken before mu
	pending map[string]pending
	broken  error // a batch failed: what is filed is not known

	mu         sync.RWMutex // guards what follows
	store      *scorch.Scorch
	queue      *index.AnalysisQueue
	generation uint64
	state      State
	closed     bool
}

// pending is a change of one record: its new document, nil to delete it.
type pending struct {
	doc   *document.Document
	entry Digest
}

// State returns what has been written.
func (ix *Index) State() State {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	return ix.state
}

// Put files a record under its id, in place of an earlier one. n is not kept.
func (ix *Index) Put(ctx context.Context, id string, n *patient.Normalized) error {
	if err := checkID(id); err != nil {
		return err
	}
	entry := Entry(id, n)
	return ix.change(ctx, id, pending{ix.document(id, n, entry), entry})
}

// Delete removes a record. Its terms are left in the files until bleve merges
// them, or for certain until [Index.Rebuild]. An id that is not there is no error.
func (ix *Index) Delete(ctx context.Context, id string) error {
	if err := checkID(id); err != nil {
		return err
	}
	return ix.change(ctx, id, pending{})
}

func (ix *Index) change(ctx context.Context, id string, p pending) error {
	ix.writing.Lock()
	defer ix.writing.Unlock()
	if ix.pending == nil {
		ix.pending = map[string]pending{}
	}
	ix.pending[id] = p
	if len(ix.pending) < ix.o.Batch {
		return nil
	}
	return ix.flush(ctx, ix.State().Position)
}

// Commit writes all changes, so that queries see them and they are on disk, with
// the caller's position in its log.
func (ix *Index) Commit(ctx context.Context, position uint64) error {
	ix.writing.Lock()
	defer ix.writing.Unlock()
	return ix.flush(ctx, position)
}

func checkID(id string) error {
	if id == "" || len(id) > 512 || strings.IndexByte(id, sep) >= 0 {
		return ErrID
	}
	return nil
}

// document makes the document of a record. The record's digest is stored with it,
// so that the digest of the whole set can be kept up and checked.
func (ix *Index) document(id string, n *patient.Normalized, entry Digest) *document.Document {
	doc := document.NewDocument(id)
	doc.AddField(document.NewTextFieldCustom(fieldEntry, nil, entry.bytes(), index.StoreField, nil))
	for _, t := range termsOf(id, n) {
		doc.AddField(field(t.field, []byte(t.text)))
	}
	if ix.o.Keys != nil {
		keys := ix.o.Keys(nil, n)
		slices.Sort(keys)
		for _, key := range slices.Compact(keys) {
			doc.AddField(field(fieldKey, keyTerm(key)))
		}
	}
	return doc
}

func field(name string, text []byte) document.Field {
	return document.NewTextFieldCustom(name, nil, text, index.IndexField|index.SkipFreqNorm, nil)
}

func keyTerm(key uint64) []byte {
	return fmt.Appendf(nil, "%016x", key)
}

// flush writes the pending changes; ix.writing is held.
func (ix *Index) flush(ctx context.Context, position uint64) (err error) {
	defer guard("write", &err)
	ix.mu.RLock()
	store, state, closed := ix.store, ix.state, ix.closed
	ix.mu.RUnlock()
	switch {
	case closed:
		return ErrClosed
	case ix.broken != nil:
		return ix.broken
	case ctx.Err() != nil:
		return ctx.Err()
	case len(ix.pending) == 0 && position == state.Position:
		return nil
	}
	batch := index.NewBatch()
	next, err := ix.fill(batch, store, state)
	if err != nil {
		return err
	}
	next.Position = position
	value, err := json.Marshal(saved{formatVersion, next})
	if err != nil {
		return fmt.Errorf("bleveindex: %w", err)
	}
	batch.SetInternal(stateKey, value)
	if err := apply(ctx, store, batch); err != nil {
		// It may have been written or not; only the files can tell.
		ix.broken = fmt.Errorf("bleveindex: a batch failed; close the index and open it again: %w", err)
		return ix.broken
	}
	clear(ix.pending)
	ix.mu.Lock()
	ix.state = next
	ix.mu.Unlock()
	return nil
}

// apply writes a batch. bleve waits for its background writer without an end,
// which may have failed.
func apply(ctx context.Context, store *scorch.Scorch, batch *index.Batch) error {
	done := make(chan error, 1)
	go func() {
		var err error
		defer func() { done <- err }()
		defer guard("write", &err)
		err = store.Batch(batch)
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// fill puts the changes into a batch and returns the state after it.
func (ix *Index) fill(batch *index.Batch, store *scorch.Scorch, state State) (State, error) {
	view, err := newView(store)
	if err != nil {
		return state, err
	}
	defer view.close()
	ids := make([]string, 0, len(ix.pending))
	for id := range ix.pending {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		change := ix.pending[id]
		old, there, err := view.entry(id)
		if err != nil {
			return state, err
		}
		if there && change.doc != nil && old == change.entry {
			continue // the same record again
		}
		if there {
			state.Count--
			state.Digest = state.Digest.Sub(old)
		}
		if there && change.doc == nil {
			batch.Delete(id)
		}
		if change.doc != nil {
			batch.Update(change.doc)
			state.Count++
			state.Digest = state.Digest.Add(change.entry)
		}
	}
	return state, nil
}

// Close ends the index; changes that were not committed are given up. It waits
// for queries that run.
func (ix *Index) Close() (err error) {
	defer guard("close", &err)
	ix.writing.Lock()
	defer ix.writing.Unlock()
	ix.mu.Lock()
	defer ix.mu.Unlock()
	if ix.closed {
		return nil
	}
	ix.closed = true
	if err := ix.shut(); err != nil || ix.broken != nil {
		return err
	}
	return seal(ix.path(ix.generation))
}

// guard makes an error of a panic within bleve, which a damaged file may cause.
// The panic's own text is left out: it could hold a patient's data.
func guard(doing string, err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("%w (panic in %s)", ErrDamaged, doing)
	}
}
