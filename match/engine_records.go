package match

import (
	"context"
	"iter"
	"slices"

	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/merge"
)

// Records returns the records that are there when it begins, in the order of
// their identities: for whoever keeps something derived of them. One that goes
// meanwhile is left out, one that changes is as it is when it is its turn. It
// stops after the first error.
func (e *Engine) Records(ctx context.Context) iter.Seq2[*patient.Record, error] {
	return func(yield func(*patient.Record, error) bool) {
		if _, err := e.enter(); err != nil {
			yield(nil, err)
			return
		}
		e.serial.RLock()
		n, _ := e.state.Size()
		ids := make([]merge.RecordID, 0, n)
		for id := range e.state.All() {
			ids = append(ids, id)
		}
		e.serial.RUnlock()
		e.leave()
		slices.SortFunc(ids, compareIDs)
		for _, id := range ids {
			rec, err := e.Record(ctx, keyOf(id))
			if err != nil && !e.has(id) {
				continue
			}
			if !yield(&rec, err) || err != nil {
				return
			}
		}
	}
}

func (e *Engine) has(id merge.RecordID) bool {
	e.serial.RLock()
	defer e.serial.RUnlock()
	_, ok := e.state.Digest(id)
	return ok
}
