package match

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/idem-health/idem/internal/hash"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/merge"
	"github.com/idem-health/idem/scoring"
)

// EngineOptions configures an [Engine]. For a new directory, and for one in
// memory, a model is needed; all else has defaults.
type EngineOptions struct {
	// Model is what was trained on records like those to come, by [Dedupe] or
	// otherwise. Nil means the model that the directory was last used with; another
	// one than that is an error: see [Engine.Reload].
	Model *Model

	Policy       scoring.Policy     // the zero value means scoring.IISPolicy(); it must be that of the directory
	Survivorship merge.Survivorship // of [Engine.Get]; the zero value means merge.DefaultSurvivorship

	// QueriesPerMinute is how many queries a caller may ask before it is told to
	// wait: whoever walks through the names of a register asks many. 0 means 600,
	// less than 0 no bound.
	QueriesPerMinute int

	Observer Observer         // nil for none
	Now      func() time.Time // nil means time.Now. No decision depends on it
}

// What the errors of an [Engine] wrap, beside those of the packages merge, ledger
// and store.
var (
	ErrEngineClosed = errors.New("match: the engine is closed")
	ErrEngineFailed = errors.New("match: the engine could not record a decision and takes no more: close it, see to the disk, and open it again")
	ErrNoSuchRecord = errors.New("match: no such record")
	ErrNoSuchPerson = errors.New("match: no such person")
	ErrNoConsent    = errors.New("match: the source's consent does not allow to store the record: look it up with Query instead")
	ErrNoID         = errors.New("match: a record needs a source's record id: it is its identity")
	ErrOtherModel   = errors.New("match: the directory is of another model or policy: open it without a model, then Reload")
	ErrNoModel      = errors.New("match: a new engine needs a model: train one with Dedupe on records like those to come")
	ErrQueryBudget  = errors.New("match: too many queries from this caller: ask again later")
)

// An Engine keeps a register of people that records come to one at a time. Its
// people are those of [Dedupe] over the records it holds, with the same model,
// policy and stewards' decisions, whatever the order they came in. So a record
// that comes may also part what an earlier one joined.
//
// A call that changes something returns when the change is on disk. It is safe
// for concurrent use: calls about records that share no blocking key do not wait
// for one another, but for a short moment in which each takes its place in the
// one order of events.
type Engine struct {
	o           EngineOptions
	archive     archive
	journal     journal
	disk        *disk // nil: in memory alone
	budget      *budget
	policyGiven bool

	identities [identityStripes]sync.Mutex

	// epoch is held for reading by every operation, for writing by who changes
	// the model and by Close. It guards live and closed.
	epoch  sync.RWMutex
	live   *live
	closed bool

	serial    sync.RWMutex // guards the state, and what live says it does
	state     *merge.State
	failed    error
	missed    *[]merge.Event // what a model that is being loaded has not heard of; nil: none is
	reloading sync.Mutex
	stats     engineCounts
}

const identityStripes = 256

// Open opens the register in a directory, and makes an empty one where
// there is none; with an empty directory name it lives in memory alone and ends
// with the process.
func Open(ctx context.Context, dir string, o EngineOptions) (*Engine, error) {
	given := !reflect.ValueOf(o.Policy).IsZero()
	if !given {
		o.Policy = scoring.IISPolicy()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Observer == nil {
		o.Observer = noObserver{}
	}
	if reflect.ValueOf(o.Survivorship).IsZero() {
		o.Survivorship = merge.DefaultSurvivorship()
	}
	e := &Engine{o: o, policyGiven: given, state: merge.NewState(), budget: newBudget(o.QueriesPerMinute, o.Now)}
	open := func() error { return e.openDirectory(ctx, dir) }
	if dir == "" {
		open = e.openMemory
	}
	if err := open(); err != nil {
		return nil, err
	}
	return e, nil
}

func (e *Engine) openMemory() (err error) {
	if e.o.Model == nil {
		return ErrNoModel
	}
	e.archive, e.journal = newMemoryArchive(), noJournal{}
	e.live, err = newLive(e.o.Model, e.o.Policy)
	return err
}

// Model returns the model in use, in the form that gives [Dedupe] the same
// candidates.
func (e *Engine) Model() *Model {
	e.epoch.RLock()
	defer e.epoch.RUnlock()
	return e.live.model
}

// enter begins an operation; the caller ends it by leave.
func (e *Engine) enter() (*live, error) {
	e.epoch.RLock()
	if e.closed {
		e.epoch.RUnlock()
		return nil, ErrEngineClosed
	}
	return e.live, nil
}

func (e *Engine) leave() { e.epoch.RUnlock() }

// A ReceiptStatus says what a submission was.
type ReceiptStatus uint8

// What a submission may be.
const (
	RecordNew       ReceiptStatus = iota // of an identity that was not there
	RecordUpdated                        // other content of a known identity, in place of what was there
	RecordUnchanged                      // said again what is there: nothing changed
	RecordStale                          // received before what is there: nothing changed
)

// A Receipt says what became of a submission. It is on disk.
type Receipt struct {
	Record   Key
	Status   ReceiptStatus
	Person   merge.EnterpriseID
	Changes  []merge.Event    // what changed, of other records too, in order
	Pairs    []KeptPair       // the pairs of the record that are a match or possible, the best first
	Waits    merge.WaitReason // why the record, a newborn's placeholder, waits on the work list; "" if it does not
	Deferred bool             // some block of the record has outgrown the model's bound: what it shares with the others of it alone is not found until a new model is loaded
}

// A KeptPair is a record's pair with another one.
type KeptPair struct {
	With     Key
	Person   merge.EnterpriseID
	Weight   float64 // bits
	Decision Decision
	Reasons  []string // ids of the policy's rules and conflicts that fired
}

// keyOf and idOf translate identities.
func keyOf(id merge.RecordID) Key { return Key{id.Source, id.ID} }
func idOf(k Key) merge.RecordID   { return merge.RecordID{Source: k.Source, ID: k.ID} }

// Submit brings a record. One of a known identity takes the place of what was
// there, unless it was received earlier. What the record says of consent is kept:
// one that may not be stored is refused.
func (e *Engine) Submit(ctx context.Context, rec *patient.Record) (Receipt, error) {
	began := e.o.Now()
	receipt, wait, err := e.submit(ctx, rec)
	if err != nil {
		e.o.Observer.Count(CountRefused, 1)
		return Receipt{}, err
	}
	if err := e.settled(ctx, wait); err != nil {
		return Receipt{}, err
	}
	e.o.Observer.Took(TookSubmit, e.o.Now().Sub(began))
	return receipt, nil
}

// settled waits until the events of an operation are on disk.
func (e *Engine) settled(ctx context.Context, wait func(context.Context) error) error {
	if wait == nil {
		return nil
	}
	err := wait(ctx)
	if err != nil && ctx.Err() == nil {
		e.fail(err)
	}
	if err != nil {
		return fmt.Errorf("match: record a decision: %w", err)
	}
	return nil
}

func (e *Engine) fail(err error) {
	e.serial.Lock()
	defer e.serial.Unlock()
	if e.failed == nil {
		e.failed = fmt.Errorf("%w: %w", ErrEngineFailed, err)
	}
}

func (e *Engine) submit(ctx context.Context, rec *patient.Record) (Receipt, func(context.Context) error, error) {
	switch {
	case rec.ID == "":
		return Receipt{}, nil, ErrNoID
	case rec.Consent.NoAdd || rec.Consent.AggregateOnly:
		return Receipt{}, nil, ErrNoConsent
	case ctx.Err() != nil:
		return Receipt{}, nil, ctx.Err()
	}
	l, err := e.enter()
	if err != nil {
		return Receipt{}, nil, err
	}
	defer e.leave()
	stored := e.archive.encode(rec)
	normalized := l.normalize(rec)
	id := merge.RecordID{Source: strings.Clone(rec.Source), ID: strings.Clone(rec.ID)}
	defer e.lockIdentities(id)()
	old, receipt, done, err := e.known(l, id, rec, stored.digest)
	if err != nil {
		return Receipt{}, nil, err
	}
	if done { // what it says again may still be on its way to the disk
		wait, err := e.journal.enqueue(nil)
		return receipt, wait, err
	}
	if err := e.archive.put(stored, e.o.Now()); err != nil {
		return Receipt{}, nil, fmt.Errorf("match: store a record: %w", err)
	}
	row := l.put(&normalized, id, liveRow{
		received: int32(normalized.Received.Days()), protected: rec.Protected, decided: e.isDecided(l, id),
	})
	s := &step{come: []uint32{row}}
	c := change{basis: e.basis(l)}
	if old >= 0 {
		s.gone = []uint32{uint32(old)}
		c.commands = []merge.Command{merge.Submit{Record: id, Digest: stored.digest, Basis: c.basis}}
	} else {
		c.arrivals = map[merge.RecordID]merge.RecordDigest{id: stored.digest}
	}
	unlock := l.lockKeys(append(s.gone[:len(s.gone):len(s.gone)], row))
	l.prepare(s)
	wait, err := e.commit(l, s, &c, func() { e.fill(l, &receipt, row, &c, s) })
	unlock()
	if err != nil {
		return Receipt{}, nil, err
	}
	e.o.Observer.Count(CountCandidates, int64(s.candidates))
	if s.deferred {
		e.o.Observer.Count(CountDeferred, 1)
	}
	return receipt, wait, l.remove(s.gone...)
}

// known looks a record up by its identity: old is its row, -1 if it is new; done
// says that nothing is to change.
func (e *Engine) known(l *live, id merge.RecordID, rec *patient.Record, digest merge.RecordDigest) (old int, receipt Receipt, done bool, err error) {
	e.serial.RLock()
	defer e.serial.RUnlock()
	receipt = Receipt{Record: keyOf(id)}
	if e.failed != nil {
		return -1, Receipt{}, false, e.failed
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	row, ok := l.find(id)
	if !ok {
		return -1, receipt, false, nil
	}
	r := &l.rows[row]
	known, _ := e.state.Digest(id)
	receipt.Person, _ = e.state.Person(id)
	days := int32(rec.Received.Days())
	switch {
	case known == digest:
		receipt.Status = RecordUnchanged
	case days != 0 && days < r.received:
		receipt.Status = RecordStale
	default:
		receipt.Status = RecordUpdated
		return int(row), receipt, false, nil
	}
	e.o.Observer.Count(CountUnchanged, 1)
	return int(row), receipt, true, nil
}

// identityStripesOf returns the stripes of records' identities, in order.
func identityStripesOf(ids []merge.RecordID) []uint8 {
	stripes := make([]uint8, len(ids))
	for i, id := range ids {
		stripes[i] = uint8(hash.Mix(hash.String(id.Source), hash.String(id.ID)) % identityStripes)
	}
	slices.Sort(stripes)
	return slices.Compact(stripes)
}

// isDecided reports whether a steward has decided about a record.
func (e *Engine) isDecided(l *live, id merge.RecordID) bool {
	e.serial.RLock()
	defer e.serial.RUnlock()
	return len(l.said[id]) > 0
}

// lockIdentities takes the stripes of records' identities, in order.
func (e *Engine) lockIdentities(ids ...merge.RecordID) (unlock func()) {
	stripes := identityStripesOf(ids)
	for _, s := range stripes {
		e.identities[s].Lock()
	}
	return func() {
		for _, s := range stripes {
			e.identities[s].Unlock()
		}
	}
}

func (e *Engine) basis(l *live) merge.Basis {
	return merge.Basis{By: merge.Engine, Policy: l.policy.Name, Model: l.modelID}
}

// fill completes a receipt. The caller holds serial and mu.
func (e *Engine) fill(l *live, receipt *Receipt, row uint32, c *change, s *step) {
	id := l.id(row)
	receipt.Person, _ = e.state.Person(id)
	receipt.Changes, receipt.Deferred = c.events, s.deferred
	receipt.Waits = l.waiting[id].reason
	receipt.Pairs = e.pairsOf(l, row)
}
