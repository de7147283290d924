package match

import (
	"context"
	"fmt"
	"runtime"
	"slices"

	"github.com/idem-health/idem/blocking"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/merge"
)

// loadChunk is how many records are entered into the blocks at a time.
const loadChunk = 1 << 15

// A contents is the records of a state and what stewards decided about them.
type contents struct {
	ids       []merge.RecordID // sorted
	digests   []merge.RecordDigest
	decisions []merge.Decision
}

// contentsOf lists what is in a state.
func contentsOf(state *merge.State) contents {
	n, _ := state.Size()
	c := contents{ids: make([]merge.RecordID, 0, n), digests: make([]merge.RecordDigest, 0, n), decisions: state.Decisions()}
	for id := range state.All() {
		c.ids = append(c.ids, id)
	}
	slices.SortFunc(c.ids, compareIDs)
	for _, id := range c.ids {
		d, _ := state.Digest(id)
		c.digests = append(c.digests, d)
	}
	return c
}

// load enters records: their rows, then their blocks, then the pairs that are
// kept, on all processors. The people are not asked for.
func (e *Engine) load(ctx context.Context, l *live, c contents) error {
	for _, d := range c.decisions {
		switch d.Kind {
		case merge.EventSame, merge.EventNever:
			same := d.Kind == merge.EventSame
			l.said[d.A] = append(l.said[d.A], saidOf{d.B, same})
			l.said[d.B] = append(l.said[d.B], saidOf{d.A, same})
		}
	}
	for from := 0; from < len(c.ids); from += loadChunk {
		to := min(len(c.ids), from+loadChunk)
		rows, err := e.loadRows(ctx, l, c.ids[from:to], c.digests[from:to])
		if err != nil {
			return err
		}
		s := &step{come: rows, lead: map[uint32]bool{}}
		l.mu.RLock()
		l.regroup(s)
		l.reblock(s)
		l.apply(s)
		l.mu.RUnlock()
	}
	return l.weighAll(ctx)
}

// loadRows reads and normalises records on all processors and writes their rows.
func (e *Engine) loadRows(ctx context.Context, l *live, ids []merge.RecordID, digests []merge.RecordDigest) ([]uint32, error) {
	type ready struct {
		n         patient.Normalized
		protected bool
	}
	const task = 256
	list := make([]ready, len(ids))
	workers := runtime.GOMAXPROCS(0)
	normalizers := make([]*patient.Normalizer, workers)
	err := parallel(ctx, workers, (len(ids)+task-1)/task, func(w, t int) error {
		if normalizers[w] == nil {
			normalizers[w] = patient.NewNormalizer(l.model.Profile)
		}
		for i := t * task; i < min(len(ids), (t+1)*task); i++ {
			rec, err := e.archive.get(ctx, digests[i])
			if err != nil {
				return fmt.Errorf("match: read record %v: %w", ids[i], err)
			}
			normalizers[w].Apply(&list[i].n, &rec)
			list[i].protected = rec.Protected
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	rows := make([]uint32, len(ids))
	for i, id := range ids {
		rows[i] = l.put(&list[i].n, id, liveRow{
			received: int32(list[i].n.Received.Days()), protected: list[i].protected, decided: len(l.said[id]) > 0,
		})
	}
	return rows, nil
}

// weighAll weighs the pairs of all rows, each once, on all processors.
func (l *live) weighAll(ctx context.Context) error {
	l.mu.RLock()
	defer l.mu.RUnlock()
	const task = 1024
	workers := runtime.GOMAXPROCS(0)
	judges := make([]*judge, workers)
	for w := range judges {
		judges[w] = l.bound.newJudge()
	}
	found := make([][]foundPair, (len(l.rows)+task-1)/task)
	err := parallel(ctx, workers, len(found), func(w, t int) error {
		var keys []blocking.BlockKey
		var rows []uint32
		for i := t * task; i < min(len(l.rows), (t+1)*task); i++ {
			row := uint32(i)
			if !l.rows[row].there || l.rows[row].echo {
				continue
			}
			keys, _ = l.index.AppendKeys(keys[:0], row)
			rows = rows[:0]
			for _, k := range keys {
				rows, _ = l.index.AppendBlock(rows, k)
			}
			slices.Sort(rows)
			for k, other := range rows {
				if other <= row || k > 0 && rows[k-1] == other {
					continue
				}
				if p, ok := l.pair(judges[w], row, other); ok {
					found[t] = append(found[t], p)
				}
			}
		}
		return nil
	})
	for _, pairs := range found {
		for _, p := range pairs {
			l.keep(p)
		}
	}
	return err
}

// findWaiting solves the components that have a newborn's placeholder, so that it
// is known which of them wait.
func (l *live) findWaiting() {
	if !l.policy.Newborns {
		return
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	seen := map[uint32]bool{}
	for i := range l.rows {
		if l.rows[i].there && l.rows[i].nameless {
			for _, rows := range l.components([]uint32{uint32(i)}, seen) {
				l.solve(rows)
			}
		}
	}
}

// settle brings the people to what the pairs that are kept say, all of them.
func (e *Engine) settle(ctx context.Context) ([]merge.Event, error) {
	c := &change{basis: e.basis(e.live)}
	e.serial.Lock()
	wait, err := e.settleLocked(c)
	e.serial.Unlock()
	if err != nil {
		return nil, err
	}
	if err := e.settled(ctx, wait); err != nil {
		return nil, err
	}
	return c.events, e.writeEpoch(e.live, true)
}

func (e *Engine) settleLocked(c *change) (func(context.Context) error, error) {
	l := e.live
	l.mu.RLock()
	defer l.mu.RUnlock()
	return e.commitLocked(l, &step{}, c, nil, l.all()...)
}

// all returns the rows that are records.
func (l *live) all() (rows []uint32) {
	for i := range l.rows {
		if l.rows[i].there {
			rows = append(rows, uint32(i))
		}
	}
	return rows
}
