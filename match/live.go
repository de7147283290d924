package match

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"sync"

	"crypto/sha256"
	"encoding/hex"

	"github.com/idem-health/idem/blocking"
	"github.com/idem-health/idem/internal/hash"
	"github.com/idem-health/idem/internal/names"
	"github.com/idem-health/idem/internal/table"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/merge"
	"github.com/idem-health/idem/scoring"
)

// A live holds the records of an engine under one model: their rows, the blocks
// they are in and the pairs that were kept. It knows no events and no disk.
//
// Locks are taken in this order, and none may be taken again while held: the
// stripes of identities, those of keys, Engine.serial, live.mu, those of the
// blocks.
type live struct {
	model   *Model
	policy  scoring.Policy
	modelID string

	normalizers sync.Pool

	// mu guards the table, all that is derived of its values, and the slice of
	// rows: it is held for reading while rows are read or weighed.
	mu    sync.RWMutex
	grown *table.Growing
	bound *bound
	index *blocking.Live
	rows  []liveRow
	ids   names.Table // of the rows' records
	held  []uint8     // by number, how many rows are of it: two while a record is replaced

	keys    [keyStripes]sync.Mutex
	leaders [keyStripes]map[uint64]uint32 // of more than maxEqual rows of equal content the first, by their key; guarded by the key's stripe

	// Guarded by Engine.serial.
	rowAt     []uint32 // by number of identity the row that is the record, and one
	edges     edgeArena
	said      map[merge.RecordID][]saidOf
	waiting   map[merge.RecordID]waitingNewborn
	received  map[int32]int // rows by day of receipt
	own       *judge
	outgrown  int // blocks beyond their bound
	protected int // records that are
	largest   int // rows of the largest component solved
}

// keyStripes is how many locks all keys share.
const keyStripes = 1024

// A liveRow is what an engine knows of a row beside its columns.
type liveRow struct {
	number   uint32 // of its record's identity, and one; 0 is a query's row
	received int32  // days, 0 unknown
	edges    uint32 // place of the list; guarded by Engine.serial, as all below but what is said otherwise

	named, nameless, protected bool // as put, never changed

	there   bool // the row is a record of the state
	echo    bool // it takes no part in blocking
	leads   bool // it is the first of more than maxEqual rows of equal content
	decided bool // a steward has said something of it
}

// saidOf is a steward's word about a record and another one.
type saidOf struct {
	other merge.RecordID
	same  bool
}

// A bound is a binding to the table as its values are numbered now, and judges
// that are not in use.
type bound struct {
	binding
	judges sync.Pool
}

func newLive(model *Model, policy scoring.Policy) (*live, error) {
	model, err := model.Epoch()
	if err != nil {
		return nil, err
	}
	l := &live{
		model: model, policy: policy, grown: table.NewGrowing(liveSpec(model, policy)),
		said:    map[merge.RecordID][]saidOf{},
		waiting: map[merge.RecordID]waitingNewborn{}, received: map[int32]int{},
	}
	if l.modelID, err = modelID(model, policy); err != nil {
		return nil, err
	}
	l.normalizers.New = func() any { return patient.NewNormalizer(model.Profile) }
	if l.index, err = blocking.NewLive(l.grown.Table(), model.Rules, model.Ladder); err != nil {
		return nil, err
	}
	return l, l.rebind()
}

// liveSpec returns the columns of an engine: those of a batch, and what records
// are looked up by.
func liveSpec(model *Model, policy scoring.Policy) table.Spec {
	spec := tableSpec(model.Scoring.Specs(), policy, model.Rules)
	for _, f := range lookupFields {
		spec.Key = append(spec.Key, f)
	}
	slices.Sort(spec.Key)
	return spec
}

// modelID names a model and policy: a hash of their JSON.
func modelID(m *Model, p scoring.Policy) (string, error) {
	data, err := m.JSON()
	if err != nil {
		return "", err
	}
	policy, err := json.Marshal(p)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(append(data, policy...))
	return hex.EncodeToString(sum[:8]), nil
}

// rebind makes model and policy ready for the table's values as they are numbered
// now. The caller holds mu, or is alone.
func (l *live) rebind() error {
	b := &bound{binding: binding{table: l.grown.Table()}}
	if err := b.bind(l.model.Scoring, l.policy); err != nil {
		return err
	}
	b.cuts(l.model.Scoring, l.policy)
	b.judges.New = func() any { return b.newJudge() }
	l.bound, l.own = b, b.newJudge()
	return nil
}

// judge returns a judge for the rows as they are; the caller holds mu for
// reading, and gives it back.
func (b *bound) judge() *judge {
	j := b.judges.Get().(*judge)
	j.forget()
	return j
}

// normalize applies the model's profile.
func (l *live) normalize(rec *patient.Record) patient.Normalized {
	z := l.normalizers.Get().(*patient.Normalizer)
	defer l.normalizers.Put(z)
	var n patient.Normalized
	z.Apply(&n, rec)
	return n
}

// put writes a record into a row; the zero id is that of a query.
func (l *live) put(n *patient.Normalized, id merge.RecordID, r liveRow) uint32 {
	l.mu.Lock()
	defer l.mu.Unlock()
	row := l.grown.Put(n)
	l.extend()
	v := merge.ViewNewborn(n)
	r.named, r.nameless = v.Named, nameless(&v)
	if id != (merge.RecordID{}) {
		r.number = l.hold(id)
		l.identify(row, true)
	}
	if int(row) == len(l.rows) {
		l.rows = append(l.rows, r)
	} else {
		l.rows[row] = r
	}
	return row
}

// hold returns the number of an identity for one more row of it, and one.
func (l *live) hold(id merge.RecordID) uint32 {
	n, _ := l.ids.Add(id.Source, id.ID)
	if int(n) == len(l.held) {
		l.held, l.rowAt = append(l.held, 0), append(l.rowAt, 0)
	}
	l.held[n]++
	return n + 1
}

// release forgets an identity that no row is of any more.
func (l *live) release(n uint32) {
	if l.held[n]--; l.held[n] == 0 {
		l.ids.Remove(n)
	}
}

// id returns the identity of a record's row. The caller holds mu.
func (l *live) id(row uint32) merge.RecordID {
	source, id := l.ids.Name(l.rows[row].number - 1)
	return merge.RecordID{Source: source, ID: id}
}

// find returns the row that is a record. The caller holds Engine.serial and mu.
func (l *live) find(id merge.RecordID) (row uint32, ok bool) {
	n, ok := l.ids.Find(id.Source, id.ID)
	if !ok || l.rowAt[n] == 0 {
		return 0, false
	}
	return l.rowAt[n] - 1, true
}

func (l *live) extend() {
	l.bound.comparer.Extend()
	l.bound.frequencer.Extend()
	l.index.Extend()
}

// remove frees rows, and now and then what no row uses any more.
func (l *live) remove(rows ...uint32) error {
	if len(rows) == 0 {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, row := range rows {
		if number := l.rows[row].number; number != 0 {
			l.identify(row, false)
			l.release(number - 1)
		}
		l.grown.Remove(row)
		l.rows[row] = liveRow{}
	}
	l.bound.comparer.Extend() // rows may be written anew: sessions forget them
	if !l.grown.Stale() {
		return nil
	}
	return l.compact()
}

// compact forgets the values that no row has any more. The caller holds mu.
func (l *live) compact() error {
	l.grown.Compact()
	if err := l.index.Bind(l.grown.Table()); err != nil {
		return err
	}
	return l.rebind()
}

// equal is the key of the rows that have a row's content.
func (l *live) equal(row uint32) uint64 {
	d := l.grown.Table().Digest(int(row))
	return hash.Mix(binary.LittleEndian.Uint64(d[:]), binary.LittleEndian.Uint64(d[8:]))
}

// equalBlock is the block of the rows of equal content.
func equalBlock(key uint64) blocking.BlockKey {
	return blocking.BlockKey{Key: key, Bound: math.MaxInt32}
}

// order is the canonical order of rows: by content, then by identity.
func (l *live) order(a, b uint32) int {
	t := l.grown.Table()
	x, y := t.Digest(int(a)), t.Digest(int(b))
	return cmp.Or(bytes.Compare(x[:], y[:]), compareIDs(l.id(a), l.id(b)))
}

func compareIDs(a, b merge.RecordID) int {
	return cmp.Or(strings.Compare(a.Source, b.Source), strings.Compare(a.ID, b.ID))
}

// lockKeys takes the stripes of all keys of rows, in order. Whoever holds them
// knows that no other record comes into these blocks, or leaves them, meanwhile.
func (l *live) lockKeys(rows []uint32) (unlock func()) {
	l.mu.RLock()
	var stripes []uint16
	var keys []blocking.BlockKey
	for _, row := range rows {
		keys, _ = l.index.AppendKeys(keys[:0], row)
		stripes = append(stripes, stripe(l.equal(row)))
		for _, k := range keys {
			stripes = append(stripes, stripe(k.Key))
		}
	}
	l.mu.RUnlock()
	slices.Sort(stripes)
	stripes = slices.Compact(stripes)
	for _, s := range stripes {
		l.keys[s].Lock()
	}
	return func() {
		for _, s := range stripes {
			l.keys[s].Unlock()
		}
	}
}

func stripe(key uint64) uint16 { return uint16(key >> 32 % keyStripes) }
