package blocking

import (
	"cmp"
	"errors"
	"math"
	"slices"
	"sync"

	"github.com/idem-health/idem/internal/hash"
	"github.com/idem-health/idem/internal/table"
	"github.com/idem-health/idem/match/patient"
)

// A Live is an index whose rows come and go. What is refined and what is left out
// is said by a frozen [Ladder], so that its candidate pairs are those that [Build]
// finds in the same rows with the same ladder: a block that has outgrown its
// bound gives none, until it is within it again.
//
// [Live.Change] and what reads blocks are safe for concurrent use;
// [Live.Extend] and [Live.Bind] are not, and AppendKeys must not run beside them.
type Live struct {
	rules   []Rule
	ladder  Ladder
	plans   []*plan
	frozen  []*frozenRung
	again   []bool // the rule has the columns of an earlier one, and so its keys
	grown   []grownColumn
	shards  [liveShards]postings
	scratch sync.Pool
}

const liveShards = 1 << shardBits

// A BlockKey is one key of a row: its block, the rule that it is of, and how many
// rows the block may have.
type BlockKey struct {
	Key   uint64
	Bound uint32
	Rule  uint8
}

// A grownColumn is a transform of a column's values that is kept up to date.
type grownColumn struct {
	col     *table.Col
	derived *table.Derived
	append  func(dst []string, value string) []string
}

// liveScratch is what computing the keys of a row needs.
type liveScratch struct {
	scratch
	now, next, values []uint64
}

// NewLive returns an index of no rows of a growing table. It fails on invalid
// rules and on a ladder of other rules.
func NewLive(t *table.Table, rules []Rule, ladder Ladder) (*Live, error) {
	l := &Live{rules: rules, ladder: ladder}
	l.scratch.New = func() any { return new(liveScratch) }
	return l, l.Bind(t)
}

// Bind makes ready for the table anew, after its values got other ids. Blocks
// stay: they do not depend on ids.
func (l *Live) Bind(t *table.Table) error {
	plans, err := compile(t, l.rules)
	if err != nil {
		return err
	}
	frozen := make([]*frozenRung, len(plans))
	for r, p := range plans {
		if frozen[r], err = l.ladder.rung(p); err != nil {
			return err
		}
	}
	l.plans, l.frozen, l.again, l.grown = plans, frozen, make([]bool, len(plans)), nil
	for r, p := range plans {
		l.again[r] = slices.ContainsFunc(plans[:r], func(q *plan) bool { return q.id == p.id })
	}
	known := map[string]*table.Derived{}
	for _, p := range plans {
		p.several, p.product = false, false
		for i := range p.keys {
			l.grow(&p.keys[i], known)
			p.product = p.product || p.keys[i].several
		}
		for i := range p.refine {
			l.grow(&p.refine[i], known)
		}
		p.several = p.product
	}
	return nil
}

// grow makes a column's transform one that is kept up to date, once for all
// rules.
func (l *Live) grow(k *keyer, known map[string]*table.Derived) {
	if k.col == nil {
		return
	}
	k.several = k.col.MayRepeat()
	if k.derived == nil {
		return
	}
	k.several = true // some value to come may have several keys
	if d := known[k.name]; d != nil {
		k.derived = d
		return
	}
	k.derived = k.col.Dict.Transform(k.append)
	known[k.name] = k.derived
	l.grown = append(l.grown, grownColumn{k.col, k.derived, k.append})
}

// Extend takes in the values that the table has got since.
func (l *Live) Extend() {
	for _, g := range l.grown {
		g.derived.Extend(g.col.Dict, g.append)
	}
}

// Rules returns the rules, in the order of the bits of a mask.
func (l *Live) Rules() []Rule { return l.rules }

// AppendKeys appends the keys of a row, in the order of the keys, each once. all
// is false where it has more than are used.
func (l *Live) AppendKeys(dst []BlockKey, row uint32) (keys []BlockKey, all bool) {
	s := l.scratch.Get().(*liveScratch)
	defer l.scratch.Put(s)
	from := len(dst)
	all = true
	for r, p := range l.plans {
		s.now = s.now[:0]
		if p.product && p.repeats(int(row)) {
			combined, whole := p.combinations(&s.scratch, int(row))
			s.now, all = append(s.now, combined...), all && whole
		} else if k := p.single(int(row)); k != 0 {
			s.now = append(s.now, k)
		}
		dst = l.descend(dst, s, r, row)
	}
	slices.SortFunc(dst[from:], func(a, b BlockKey) int { return cmp.Compare(a.Key, b.Key) })
	return dst[:from+len(slices.CompactFunc(dst[from:], func(a, b BlockKey) bool { return a.Key == b.Key }))], all
}

// descend follows the ladder: keys that are refined get a further column; at the
// last depth they are skipped.
func (l *Live) descend(dst []BlockKey, s *liveScratch, r int, row uint32) []BlockKey {
	p, f := l.plans[r], l.frozen[r]
	for depth := 0; len(s.now) > 0; depth++ {
		s.next = s.next[:0]
		for _, key := range s.now {
			switch {
			case !f.refined[depth][key]:
				if l.again[r] {
					key = hash.Mix(key, uint64(r)) // a block of its own, with a bound of its own
				}
				dst = append(dst, BlockKey{Key: key, Bound: uint32(min(f.bounds[depth], math.MaxUint32>>1)), Rule: uint8(r)})
			case depth < len(p.refine):
				s.values = p.refine[depth].all(s.values[:0], int(row))
				for _, v := range s.values {
					if v != 0 {
						s.next = append(s.next, hash.Mix(key, v))
					}
				}
			}
		}
		s.now, s.next = s.next, s.now
	}
	return dst
}

func (l *Live) shard(key uint64) *postings { return &l.shards[key>>(64-shardBits)] }

// Change takes rows out of a block and puts rows in, and returns how many it had
// before and has after. Rows to be taken out must be in it, those to be put in
// must not.
func (l *Live) Change(k BlockKey, out, in []uint32) (before, after int) {
	return l.shard(k.Key).change(k.Key, out, in)
}

// Count returns how many rows are in a block.
func (l *Live) Count(k BlockKey) int { return l.shard(k.Key).count(k.Key) }

// AppendBlock appends the rows of a block, in no order, unless there are more
// than its bound.
func (l *Live) AppendBlock(dst []uint32, k BlockKey) (rows []uint32, outgrown bool) {
	rows, n := l.shard(k.Key).appendRows(dst, k.Key, int(k.Bound))
	return rows, n > int(k.Bound)
}

// AppendRows appends the rows of a block, however many.
func (l *Live) AppendRows(dst []uint32, k BlockKey) []uint32 {
	rows, _ := l.shard(k.Key).appendRows(dst, k.Key, math.MaxInt)
	return rows
}

// AppendLive is [Live.AppendKeys] without the keys of blocks beyond their bounds.
func (l *Live) AppendLive(dst []BlockKey, row uint32) []BlockKey {
	from := len(dst)
	dst, _ = l.AppendKeys(dst, row)
	live := dst[:from]
	for _, k := range dst[from:] {
		if l.Count(k) <= int(k.Bound) {
			live = append(live, k)
		}
	}
	return live
}

// Shared returns the mask of the rules by which rows with these keys, as
// [Live.AppendLive] gave them, are candidates.
func Shared(a, b []BlockKey) (mask uint64) {
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0].Key < b[0].Key:
			a = a[1:]
		case a[0].Key > b[0].Key:
			b = b[1:]
		default:
			mask |= 1 << a[0].Rule
			a, b = a[1:], b[1:]
		}
	}
	return mask
}

// Bytes returns the memory held, without the table's.
func (l *Live) Bytes() int64 {
	n := int64(0)
	for i := range l.shards {
		n += l.shards[i].bytes()
	}
	for _, g := range l.grown {
		n += g.derived.Bytes()
	}
	return n
}

// DefaultLadder returns the ladder of a register of which nothing is known yet:
// nothing is refined, and no block may be larger than the default.
func DefaultLadder(rules []Rule) (Ladder, error) {
	var l Ladder
	var faults []error
	for i := range rules {
		r := &rules[i]
		faults = append(faults, r.Validate())
		rung := Rung{Rule: r.Name, Definition: Key(r.fingerprint())}
		for range len(r.Refine) + 1 {
			rung.Bounds = append(rung.Bounds, defaultMaxBlock)
		}
		l.Rules = append(l.Rules, rung)
	}
	return l, errors.Join(faults...)
}

// columnName tells the transforms of a table's columns apart.
func columnName(c patient.Column, f *KeyFunc) string {
	if f != nil {
		return "func " + f.Name + " " + f.Field.String()
	}
	return c.String()
}
