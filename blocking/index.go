package blocking

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"sync"

	"github.com/idem-health/idem/internal/table"
)

// Options configures an [Index]. The zero value is ready to use.
type Options struct {
	// MaxBlock is the largest block that is enumerated; larger ones are refined.
	// 0 means 400 up to 100,000 records, and more by the square root beyond.
	MaxBlock int

	// PerRecord is how many pairs a record a rule may give before its largest
	// blocks are refined, at each depth. 0 means 6; negative means no bound.
	PerRecord float64

	// MaxPairs bounds the pairs of all blocks together; more is a
	// [*BudgetError]. 0 means 2,000,000,000.
	MaxPairs int64

	// AllPairs is the number of pairs up to which all pairs of records are
	// candidates, and no rule is needed. 0 means 1,000,000; negative means none.
	AllPairs int64

	// Right says of each row of the table which side of a linkage it is of. With
	// it only pairs of a left and a right row are candidates, and only they are
	// counted; nil is a table to be searched for duplicates.
	Right []bool

	// Frozen is the ladder of an earlier index of the same rules. Its keys are
	// refined or skipped again and no others; a block that has outgrown its
	// bound is left out and counted. MaxBlock and PerRecord are not used then.
	Frozen *Ladder
}

const (
	defaultMaxBlock  = 400
	defaultPerRecord = 6
	defaultMaxPairs  = 2_000_000_000
	defaultAllPairs  = 1_000_000

	// fairBlock is the size of a block that is never refined for the sake of
	// PerRecord: it costs a record at most a handful of pairs.
	fairBlock = 8

	// maxRows keeps the two top bits of a word free, see Index.words.
	maxRows = 1 << 30
)

func (o Options) withDefaults(n int) Options {
	if o.MaxBlock <= 0 {
		o.MaxBlock = defaultMaxBlock
		if n > 100_000 {
			o.MaxBlock = int(defaultMaxBlock * math.Sqrt(float64(n)/100_000))
		}
	}
	if o.PerRecord == 0 {
		o.PerRecord = defaultPerRecord
	}
	if o.MaxPairs == 0 {
		o.MaxPairs = defaultMaxPairs
	}
	if o.AllPairs == 0 {
		o.AllPairs = defaultAllPairs
	}
	return o
}

// ErrBudget is what a [*BudgetError] wraps.
var ErrBudget = errors.New("blocking: too many candidate pairs")

// A BudgetError says that the rules give more pairs than were allowed.
type BudgetError struct {
	Pairs, Max int64
	Rule       string // the rule that gives most of them
	RulePairs  int64
}

func (e *BudgetError) Error() string {
	return fmt.Sprintf("%v: the rules give %d pairs, %d are allowed; rule %q alone gives %d: "+
		"refine it by further columns, leave it out, lower the largest block, or allow more pairs", ErrBudget, e.Pairs, e.Max, e.Rule, e.RulePairs)
}

// Unwrap returns [ErrBudget].
func (e *BudgetError) Unwrap() error { return ErrBudget }

// An Index holds the blocks of a table under a set of rules. It is immutable and
// safe for concurrent use.
type Index struct {
	t     *table.Table
	n     int // rows that take part: all but echoes
	rules []Rule
	all   bool // all pairs are candidates
	plans []*plan
	block []*blocks // by rule
	right []bool    // see Options; nil: all pairs count

	// words has stride words a row. Word r is the row's block under rule r; with
	// the top bit set it is no block: several, whose list begins at the lower
	// bits of it in the rule's side arena, or, with both top bits set, none, and
	// the lower bits are the row. So words of two rows are equal exactly when
	// both have one block and it is the same.
	//
	// When some row has several, two more words at the end are the mask of the
	// rules under which it does.
	words   []uint32
	stride  int
	several bool
}

const (
	manyBit = 1 << 31
	noBlock = 3 << 30
)

// blocks are the blocks of one rule: block b has the rows
// rows[start[b]:start[b+1]], in ascending order, and at least two of them.
type blocks struct {
	rows  []uint32
	start []uint32
	keys  []uint64
	side  []uint32 // lists of blocks, see Index.words: a length, then ascending blocks

	rung  Rung
	pairs int64
	stats RuleReport
}

// Build makes the index of a table's rows, echoes left out. It fails on invalid rules, on a
// ladder of other rules and, with a [*BudgetError], on too many pairs.
func Build(ctx context.Context, t *table.Table, rules []Rule, o Options) (*Index, error) {
	n := t.Distinct()
	if n >= maxRows {
		return nil, fmt.Errorf("blocking: %d rows, at most %d", n, maxRows-1)
	}
	o = o.withDefaults(n)
	if o.Right != nil && len(o.Right) != n {
		return nil, fmt.Errorf("blocking: the sides of %d rows, the table has %d", len(o.Right), n)
	}
	ix := &Index{t: t, n: n, rules: rules, right: o.Right}
	if pairs := ix.allPairs(); pairs <= o.AllPairs {
		ix.all = true
		ix.rules = []Rule{{Name: AllPairsRule}}
		if pairs > o.MaxPairs {
			return nil, &BudgetError{Pairs: pairs, Max: o.MaxPairs, Rule: AllPairsRule, RulePairs: pairs}
		}
		return ix, nil
	}
	var err error
	if ix.plans, err = compile(t, rules); err != nil {
		return nil, err
	}
	if err := ix.build(ctx, o); err != nil {
		return nil, err
	}
	return ix, ix.budget(o.MaxPairs)
}

// AllPairsRule is the name of the one rule of an index of all pairs.
const AllPairsRule = "all pairs"

func pairsOf(n int64) int64 { return n * (n - 1) / 2 }

// allPairs returns how many pairs there are that could be candidates.
func (ix *Index) allPairs() int64 {
	n := int64(ix.n)
	if ix.right == nil {
		return pairsOf(n)
	}
	right := countRight(ix.right)
	return (n - right) * right
}

func countRight(right []bool) (n int64) {
	for _, r := range right {
		if r {
			n++
		}
	}
	return n
}

// pairsIn returns the candidate pairs of a block.
func (o *Options) pairsIn(block []uint32) int64 {
	if o.Right == nil {
		return pairsOf(int64(len(block)))
	}
	right := int64(0)
	for _, row := range block {
		if o.Right[row] {
			right++
		}
	}
	return (int64(len(block)) - right) * right
}

// build makes the blocks of every rule, two or more rules at a time.
func (ix *Index) build(ctx context.Context, o Options) error {
	frozen := make([]*frozenRung, len(ix.plans))
	for r, p := range ix.plans {
		ix.several = ix.several || p.several
		if o.Frozen != nil {
			var err error
			if frozen[r], err = o.Frozen.rung(p); err != nil {
				return err
			}
		}
	}
	ix.stride = len(ix.plans)
	if ix.several {
		ix.stride += 2
	}
	ix.words = make([]uint32, ix.n*ix.stride)
	ix.block = make([]*blocks, len(ix.plans))
	work := make(chan int)
	var wait sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(ix.plans), 4) {
		wait.Go(func() {
			var b blockBuilder
			for r := range work {
				ix.block[r] = b.build(ix.plans[r], ix.n, o, frozen[r])
				ix.enter(r)
			}
		})
	}
	for r := range ix.plans {
		if ctx.Err() != nil {
			break
		}
		work <- r
	}
	close(work)
	wait.Wait()
	if ix.several {
		ix.markSeveral()
	}
	return ctx.Err()
}

// enter writes the words of rule r.
func (ix *Index) enter(r int) {
	b, words, stride := ix.block[r], ix.words, ix.stride
	for row := range ix.n {
		words[row*stride+r] = noBlock | uint32(row)
	}
	type again struct{ row, block uint32 }
	var more []again
	for id := range len(b.keys) {
		for _, row := range b.rows[b.start[id]:b.start[id+1]] {
			w := &words[int(row)*stride+r]
			if *w&noBlock == noBlock {
				*w = uint32(id)
			} else {
				more = append(more, again{row, uint32(id)})
			}
		}
	}
	// The further blocks of a row come in ascending order; each list is written
	// when its row is first met, with room for all.
	count := make(map[uint32]uint32, len(more))
	for _, m := range more {
		count[m.row]++
	}
	for _, m := range more {
		w := &words[int(m.row)*stride+r]
		if *w&manyBit == 0 {
			at := uint32(len(b.side))
			b.side = append(b.side, 1, *w)
			b.side = append(b.side, make([]uint32, count[m.row])...)
			*w = manyBit | at
		}
		at := *w &^ manyBit
		b.side[at]++
		b.side[at+b.side[at]] = m.block
	}
}

// markSeveral writes the masks at the end of the rows.
func (ix *Index) markSeveral() {
	rules := len(ix.plans)
	for row := range ix.n {
		words := ix.words[row*ix.stride : (row+1)*ix.stride]
		var mask uint64
		for r, w := range words[:rules] {
			if w&noBlock == manyBit {
				mask |= 1 << r
			}
		}
		words[rules], words[rules+1] = uint32(mask), uint32(mask>>32)
	}
}

func (ix *Index) budget(maxPairs int64) error {
	e := &BudgetError{Max: maxPairs}
	for r, b := range ix.block {
		e.Pairs += b.pairs
		if b.pairs > e.RulePairs || e.Rule == "" {
			e.Rule, e.RulePairs = ix.rules[r].Name, b.pairs
		}
	}
	if e.Pairs > maxPairs {
		return e
	}
	return nil
}

// Rules returns the rules, in the order of the bits of a mask; of an index of
// all pairs, the one rule [AllPairsRule].
func (ix *Index) Rules() []Rule { return ix.rules }

// All reports whether all pairs are candidates.
func (ix *Index) All() bool { return ix.all }

// Estimate returns the pairs of all blocks of each rule, and their sum: an upper
// bound of the candidate pairs, since a pair may be in blocks of several rules.
func (ix *Index) Estimate() (byRule []int64, sum int64) {
	if ix.all {
		n := ix.allPairs()
		return []int64{n}, n
	}
	for _, b := range ix.block {
		byRule = append(byRule, b.pairs)
		sum += b.pairs
	}
	return byRule, sum
}

// Ladder returns what was decided about oversize blocks, for [Options.Frozen].
func (ix *Index) Ladder() Ladder {
	var l Ladder
	for _, b := range ix.block {
		l.Rules = append(l.Rules, b.rung)
	}
	return l
}

// Bytes returns the memory held, without the table's.
func (ix *Index) Bytes() int64 {
	n := 4 * int64(cap(ix.words))
	for _, b := range ix.block {
		n += 4*int64(cap(b.rows)+cap(b.start)+cap(b.side)) + 8*int64(cap(b.keys))
	}
	return n
}
