package match

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"sync"
	"time"

	"github.com/idem-health/idem/match/ledger"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/match/store"
	"github.com/idem-health/idem/merge"
)

// An archive keeps what was received, by digest.
type archive interface {
	encode(rec *patient.Record) stored
	put(s stored, at time.Time) error
	get(ctx context.Context, d merge.RecordDigest) (patient.Record, error)
	erase(ctx context.Context, at time.Time, digests ...merge.RecordDigest) (int, error)
	// history returns the digests of all that was ever received of a record.
	history(ctx context.Context, id merge.RecordID) ([]merge.RecordDigest, error)
}

// A stored record is one in the form in which an archive keeps it.
type stored struct {
	digest  merge.RecordDigest
	payload store.Payload
	record  *patient.Record
}

// A journal takes events in their order; wait returns when they are kept.
type journal interface {
	enqueue(events []merge.Event) (wait func(context.Context) error, err error)
}

// noJournal is that of an engine in memory.
type noJournal struct{}

func (noJournal) enqueue([]merge.Event) (func(context.Context) error, error) { return nil, nil }

// A memoryArchive keeps records as long as the process lives.
type memoryArchive struct {
	key     [16]byte
	mu      sync.RWMutex
	records map[merge.RecordDigest]patient.Record
}

func newMemoryArchive() *memoryArchive {
	a := &memoryArchive{records: map[merge.RecordDigest]patient.Record{}}
	rand.Read(a.key[:]) // never fails
	return a
}

func (a *memoryArchive) encode(rec *patient.Record) stored {
	data := append(a.key[:len(a.key):len(a.key)], fmt.Sprintf("%q %q ", rec.Source, rec.ID)...)
	sum := sha256.Sum256(rec.AppendContent(data))
	return stored{digest: merge.RecordDigest(sum[:16]), record: rec}
}

func (a *memoryArchive) put(s stored, _ time.Time) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, ok := a.records[s.digest]; !ok {
		a.records[s.digest] = s.record.Clone()
	}
	return nil
}

func (a *memoryArchive) get(_ context.Context, d merge.RecordDigest) (patient.Record, error) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	rec, ok := a.records[d]
	if !ok {
		return patient.Record{}, store.ErrAbsent
	}
	return rec.Clone(), nil
}

func (a *memoryArchive) erase(_ context.Context, _ time.Time, digests ...merge.RecordDigest) (n int, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, d := range digests {
		if _, ok := a.records[d]; ok {
			delete(a.records, d)
			n++
		}
	}
	return n, nil
}

func (a *memoryArchive) history(_ context.Context, id merge.RecordID) (list []merge.RecordDigest, err error) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	for d, rec := range a.records {
		if rec.Source == id.Source && rec.ID == id.ID {
			list = append(list, d)
		}
	}
	return list, nil
}

// A storeArchive keeps records in a store, and knows from the ledger which were
// whose.
type storeArchive struct {
	*store.Store
	ledger *ledger.File
}

func (a storeArchive) history(ctx context.Context, id merge.RecordID) (list []merge.RecordDigest, err error) {
	for ev, err := range a.ledger.Read(ctx, 0) {
		if err != nil {
			return nil, err
		}
		event, err := merge.ParseEvent(ev.Payload)
		if err != nil {
			return nil, fmt.Errorf("match: event %d: %w", ev.Position, err)
		}
		if event.Record == id && (event.Kind == merge.EventLink || event.Kind == merge.EventSupersede) {
			list = append(list, event.Digest)
		}
	}
	return list, nil
}

func (a storeArchive) encode(rec *patient.Record) stored {
	p := a.Encode(rec)
	return stored{digest: merge.RecordDigest(p.Digest()), payload: p}
}

func (a storeArchive) put(s stored, at time.Time) error { return a.Put(s.payload, at) }

func (a storeArchive) get(ctx context.Context, d merge.RecordDigest) (patient.Record, error) {
	return a.Get(ctx, store.Digest(d))
}

func (a storeArchive) erase(ctx context.Context, at time.Time, digests ...merge.RecordDigest) (int, error) {
	list := make([]store.Digest, len(digests))
	for i, d := range digests {
		list[i] = store.Digest(d)
	}
	return a.Erase(ctx, at, list...)
}

// A ledgerJournal keeps events in a ledger.
type ledgerJournal struct{ *ledger.File }

func (j ledgerJournal) enqueue(events []merge.Event) (func(context.Context) error, error) {
	list := make([]ledger.Event, len(events))
	for i := range events {
		data, err := events[i].AppendJSON(nil)
		if err != nil {
			return nil, err
		}
		list[i].Payload = data
	}
	if len(list) == 0 { // nothing changed: whoever hears so must be able to rely on what made it so
		return func(ctx context.Context) error {
			_, err := j.Append(ctx, ledger.Head{}, nil)
			return err
		}, nil
	}
	t, err := j.Enqueue(list)
	if err != nil {
		return nil, err
	}
	return t.Wait, nil
}
