package match

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"reflect"

	"github.com/idem-health/idem/internal/strictjson"
	"github.com/idem-health/idem/internal/vfs"
	"github.com/idem-health/idem/match/ledger"
	"github.com/idem-health/idem/match/store"
	"github.com/idem-health/idem/merge"
	"github.com/idem-health/idem/scoring"
)

// The files of an engine's directory: what was received, what was decided, and
// by which model.
const (
	recordsName = "records"
	eventsName  = "events"
	epochName   = "epoch.json"
	maxEpoch    = 1 << 30
)

// An epochFile says which model and policy a register is decided by.
type epochFile struct {
	Format int `json:"format"`
	// Settled says that the people are those of this model: else the engine ended
	// while it changed models, and brings them to it when it is opened.
	Settled bool            `json:"settled"`
	ID      string          `json:"id"` // of model and policy, as events name it
	Policy  json.RawMessage `json:"policy"`
	Model   json.RawMessage `json:"model"`
}

const epochFormat = 1

// A disk is the durable side of an engine.
type disk struct {
	fs     vfs.FS
	dir    string
	ledger *ledger.File
	store  *store.Store
}

func (d *disk) close() error {
	if d == nil {
		return nil
	}
	var err error
	if d.ledger != nil {
		err = d.ledger.Close()
	}
	if d.store != nil {
		err = errors.Join(err, d.store.Close())
	}
	return err
}

// openDirectory opens what is on disk and rebuilds what is in memory from it.
func (e *Engine) openDirectory(ctx context.Context, dir string) (err error) {
	e.disk = &disk{fs: vfs.From(ctx), dir: dir}
	defer func() {
		if err != nil {
			err = errors.Join(err, e.disk.close())
		}
	}()
	if err := e.disk.fs.MkdirAll(dir); err != nil {
		return fmt.Errorf("match: open %s: %w", dir, err)
	}
	if e.disk.store, err = store.Open(ctx, filepath.Join(dir, recordsName), store.Options{}); err != nil {
		return err
	}
	if e.disk.ledger, err = ledger.Open(ctx, filepath.Join(dir, eventsName), ledger.Options{Beside: e.disk.store}); err != nil {
		return err
	}
	e.archive, e.journal = storeArchive{e.disk.store, e.disk.ledger}, ledgerJournal{e.disk.ledger}
	settled, err := e.openEpoch()
	if err != nil {
		return err
	}
	if err := e.replay(ctx); err != nil {
		return err
	}
	if err := e.load(ctx, e.live, contentsOf(e.state)); err != nil {
		return err
	}
	if !settled {
		_, err := e.settle(ctx)
		return err
	}
	e.live.findWaiting()
	return nil
}

// openEpoch reads which model the directory is of, or notes the given one.
func (e *Engine) openEpoch() (settled bool, err error) {
	data, err := vfs.ReadFile(e.disk.fs, filepath.Join(e.disk.dir, epochName), maxEpoch)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if e.o.Model == nil {
			return false, ErrNoModel
		}
		if e.live, err = newLive(e.o.Model, e.o.Policy); err != nil {
			return false, err
		}
		return true, e.writeEpoch(e.live, true)
	case err != nil:
		return false, fmt.Errorf("match: read %s: %w", epochName, err)
	}
	var f epochFile
	if err := strictjson.Unmarshal(data, &f); err != nil {
		return false, fmt.Errorf("match: %s: %w", epochName, err)
	}
	if f.Format != epochFormat {
		return false, fmt.Errorf("match: %s: format %d, this version reads format %d", epochName, f.Format, epochFormat)
	}
	model, err := ParseModel(f.Model)
	if err != nil {
		return false, fmt.Errorf("match: %s: %w", epochName, err)
	}
	policy, err := scoring.ParsePolicy(f.Policy)
	if err != nil {
		return false, fmt.Errorf("match: %s: %w", epochName, err)
	}
	if e.live, err = newLive(model, policy); err != nil {
		return false, err
	}
	if e.live.modelID != f.ID {
		return false, fmt.Errorf("match: %s: model and policy are not those of its id: the file was changed", epochName)
	}
	return f.Settled, e.sameEpoch(policy)
}

// sameEpoch holds what the caller asked for against what the directory is of.
func (e *Engine) sameEpoch(policy scoring.Policy) error {
	if e.o.Model != nil {
		epoch, err := e.o.Model.Epoch()
		if err != nil {
			return err
		}
		id, err := modelID(epoch, e.o.Policy)
		if err != nil {
			return err
		}
		if id != e.live.modelID {
			return ErrOtherModel
		}
	} else if e.policyGiven && !reflect.DeepEqual(policy, e.o.Policy) {
		return ErrOtherModel
	}
	e.o.Policy = policy
	return nil
}

// writeEpoch puts on disk which model the register is of.
func (e *Engine) writeEpoch(l *live, settled bool) error {
	if e.disk == nil {
		return nil
	}
	f := epochFile{Format: epochFormat, Settled: settled, ID: l.modelID}
	var err error
	if f.Model, err = l.model.JSON(); err != nil {
		return err
	}
	if f.Policy, err = json.Marshal(l.policy); err != nil {
		return err
	}
	data, err := json.Marshal(&f)
	if err != nil {
		return err
	}
	if err := vfs.WriteFile(e.disk.fs, filepath.Join(e.disk.dir, epochName), data); err != nil {
		return fmt.Errorf("match: write %s: %w", epochName, err)
	}
	return nil
}

// replay makes the state from the events on disk. Those at the end whose record
// did not come to disk with them were never acknowledged, and are cut.
func (e *Engine) replay(ctx context.Context) error {
	proven := e.disk.ledger.Recovered().Proven
	cut := ledger.Position(0)
	for ev, err := range e.disk.ledger.Read(ctx, 0) {
		if err != nil {
			return err
		}
		event, err := merge.ParseEvent(ev.Payload)
		if err != nil {
			return fmt.Errorf("match: event %d: %w", ev.Position, err)
		}
		if d := event.Digest; ev.Position > proven && !d.IsZero() && (event.Kind == merge.EventLink || event.Kind == merge.EventSupersede) &&
			e.disk.store.Status(store.Digest(d)) == store.Absent {
			cut = ev.Position
			break
		}
		if err := e.state.Apply(&event); err != nil {
			return fmt.Errorf("match: event %d: %w", ev.Position, err)
		}
	}
	if cut == 0 {
		return nil
	}
	if _, err := e.disk.ledger.Cut(ctx, cut); err != nil {
		return err
	}
	e.state = merge.NewState() // the call that appended it may have had events before it
	return e.replay(ctx)
}

// Close puts on disk what is on its way there and ends the engine's use.
func (e *Engine) Close() error {
	e.epoch.Lock()
	defer e.epoch.Unlock()
	if e.closed {
		return nil
	}
	e.closed = true
	return e.disk.close()
}
