package match

import "fmt"

// A PairDecision is a steward's word about two records: that they are one person
// (Same), which holds against every score but not against a hard conflict, or
// that they never are, which is a hard conflict itself.
type PairDecision struct {
	A, B Key
	Same bool
}

// said is stewards' decisions as pairs of rows.
type said struct{ same, never [][2]uint32 }

// decided returns which of the records added a steward has decided about: they
// are never echoes.
func (r *run) decided() map[int]bool {
	decided := map[int]bool{}
	for _, d := range r.o.Decisions {
		for _, k := range [2]Key{d.A, d.B} {
			if added := r.reader.find(k); added >= 0 {
				decided[added] = true
			}
		}
	}
	return decided
}

// find returns the record added under an identity, -1 for none; of a linkage that
// has it on both sides, the left one.
func (r *reader) find(k Key) int {
	if added := r.keys.find(k, 0); added >= 0 {
		return added
	}
	return r.keys.find(k, 1)
}

// findSaid finds the rows of the stewards' decisions.
func (r *run) findSaid() {
	if len(r.o.Decisions) == 0 {
		return
	}
	r.rowsOnce.Do(r.indexRows)
	absent := 0
	for _, d := range r.o.Decisions {
		a, b := r.reader.find(d.A), r.reader.find(d.B)
		if a < 0 || b < 0 || a == b {
			absent++
			continue
		}
		pair := [2]uint32{r.rowOf[a], r.rowOf[b]}
		if d.Same {
			r.said.same = append(r.said.same, pair)
		} else {
			r.said.never = append(r.said.never, pair)
		}
	}
	if absent > 0 {
		r.stats.Notices = append(r.stats.Notices, fmt.Sprintf("%d decisions are about records that are not there", absent))
	}
}
