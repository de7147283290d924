package blocking

import (
	"context"
	"fmt"
	"math/bits"
	"slices"

	"github.com/idem-health/idem/internal/table"
)

// Each visits the candidate pairs of one shard, each exactly once: rows i < j,
// the rule that found them first and the mask of all rules that found them (all
// ones when all pairs are candidates); only pairs of a left and a right row
// where the index has sides. The shards 0 to shards-1 have all pairs
// between them; they may be visited at the same time. The order of the pairs of
// a shard is fixed.
//
// Each stops early, without error, when visit returns false, and with the
// context's error when it is canceled.
func (ix *Index) Each(ctx context.Context, shard, shards int, visit func(i, j uint32, rule int, mask uint64) bool) error {
	if shards < 1 || shard < 0 || shard >= shards {
		return fmt.Errorf("blocking: no shard %d of %d", shard, shards)
	}
	if ix.all {
		return ix.eachAll(ctx, uint32(shard), uint32(shards), visit)
	}
	v := visitor{ix: ix, visit: visit, rules: len(ix.plans)}
	for r, b := range ix.block {
		v.rule, v.blocks = r, b
		for id := 0; id < len(b.keys); {
			if err := ctx.Err(); err != nil {
				return err
			}
			id = v.gather(id, shard, shards)
			if !v.pairs() {
				return nil
			}
		}
	}
	return ctx.Err()
}

// shardOf spreads the keys over the shards by their upper half.
func shardOf(key uint64, shards int) int {
	hi, _ := bits.Mul64(key, uint64(shards))
	return int(hi)
}

func (ix *Index) eachAll(ctx context.Context, shard, shards uint32, visit func(i, j uint32, rule int, mask uint64) bool) error {
	if ix.right != nil {
		return ix.eachCross(ctx, int(shard), int(shards), visit)
	}
	// The second rows come in runs, each for all first rows, so that who looks at
	// rows finds those of a run where it had them.
	n := uint32(ix.n)
	for from := uint32(0); from < n; from += allRun {
		if err := ctx.Err(); err != nil {
			return err
		}
		to := min(from+allRun, n)
		for i := shard; i < to; i += shards {
			for j := max(from, i+1); j < to; j++ {
				if !visit(i, j, 0, ^uint64(0)) {
					return nil
				}
			}
		}
	}
	return ctx.Err()
}

const allRun = 256

// eachCross visits every pair of a left and a right row, those of a row of the
// larger side together.
func (ix *Index) eachCross(ctx context.Context, shard, shards int, visit func(i, j uint32, rule int, mask uint64) bool) error {
	var sides [2][]uint32
	for row, right := range ix.right {
		s := 0
		if right {
			s = 1
		}
		sides[s] = append(sides[s], uint32(row))
	}
	large, small := sides[0], sides[1]
	if len(large) < len(small) {
		large, small = small, large
	}
	for at := shard; at < len(large); at += shards {
		if err := ctx.Err(); err != nil {
			return err
		}
		for _, j := range small {
			if i := large[at]; !visit(min(i, j), max(i, j), 0, ^uint64(0)) {
				return nil
			}
		}
	}
	return ctx.Err()
}

// crosses reports whether two rows may be a pair at all.
func (ix *Index) crosses(i, j uint32) bool { return ix.right == nil || ix.right[i] != ix.right[j] }

// A visitor enumerates blocks, some hundred rows at a time. The words of their
// rows are gathered first: the rows of a block lie anywhere, and fetched one
// after another without a decision between them the waits overlap.
type visitor struct {
	ix     *Index
	visit  func(i, j uint32, rule int, mask uint64) bool
	rules  int
	rule   int
	blocks *blocks
	ids    []uint32 // the blocks that are gathered
	words  []uint32 // the words of their rows, back to back
	right  []bool   // the sides of their rows, where there are sides
}

const gatherRows = 256

// gather takes blocks of the shard from block id on and returns the next.
func (v *visitor) gather(id, shard, shards int) int {
	b := v.blocks
	v.ids, v.words, v.right = v.ids[:0], v.words[:0], v.right[:0]
	rows := 0
	for ; id < len(b.keys) && rows < gatherRows; id++ {
		if shards > 1 && shardOf(b.keys[id], shards) != shard {
			continue
		}
		block := b.rows[b.start[id]:b.start[id+1]]
		if v.ix.right != nil && !v.sides(block) {
			continue
		}
		v.ids = append(v.ids, uint32(id))
		rows += len(block)
		for _, row := range block {
			v.words = append(v.words, v.ix.row(row)...)
		}
	}
	return id
}

// sides gathers the sides of a block's rows, unless all are of one.
func (v *visitor) sides(block []uint32) bool {
	from := len(v.right)
	for _, row := range block {
		v.right = append(v.right, v.ix.right[row])
	}
	if slices.Contains(v.right[from:], !v.right[from]) {
		return true
	}
	v.right = v.right[:from]
	return false
}

// crossPairs is pairs where the rows have sides: pairs of one side are passed
// over before anything else is known of them.
func (v *visitor) crossPairs() bool {
	stride, words, right := v.ix.stride, v.words, v.right
	for _, id := range v.ids {
		rows := v.blocks.rows[v.blocks.start[id]:v.blocks.start[id+1]]
		for x, i := range rows {
			for y := x + 1; y < len(rows); y++ {
				if right[x] != right[y] && !v.pair(id, i, rows[y], words[x*stride:][:stride], words[y*stride:][:stride]) {
					return false
				}
			}
		}
		words, right = words[len(rows)*stride:], right[len(rows):]
	}
	return true
}

// pairs visits the pairs of the blocks that are gathered.
func (v *visitor) pairs() bool {
	if v.ix.right != nil {
		return v.crossPairs()
	}
	stride, words := v.ix.stride, v.words
	for _, id := range v.ids {
		rows := v.blocks.rows[v.blocks.start[id]:v.blocks.start[id+1]]
		for x, i := range rows {
			a := words[:stride]
			words = words[stride:]
			rest := words
			for _, j := range rows[x+1:] {
				if !v.pair(id, i, j, a, rest[:stride]) {
					return false
				}
				rest = rest[stride:]
			}
		}
	}
	return true
}

// pair visits a pair of block id unless an earlier block has it. a and b are the
// words of the rows.
func (v *visitor) pair(id, i, j uint32, a, b []uint32) bool {
	rule := v.rule
	if table.EqualWords(a[:rule], b) != 0 {
		return true // an earlier rule found the pair
	}
	mask := table.EqualWords(a[rule:v.rules], b[rule:]) << rule
	if v.ix.several {
		if several := v.ix.severalOf(a, b); several != 0 {
			mask |= v.ix.shared(a, b, several)
			if bits.TrailingZeros64(mask) != rule {
				return true
			}
			// The pair may be in further blocks of this very rule: the first of
			// them emits it.
			if several>>rule&1 != 0 && v.blocks.firstShared(a[rule], b[rule]) != id {
				return true
			}
		}
	}
	return v.visit(i, j, rule, mask)
}

// severalOf returns the rules under which one of two rows has several blocks.
func (ix *Index) severalOf(a, b []uint32) uint64 {
	r := len(ix.plans)
	return uint64(a[r]|b[r]) | uint64(a[r+1]|b[r+1])<<32
}

// shared returns which of the rules of a mask have a block that both rows are in.
func (ix *Index) shared(a, b []uint32, rules uint64) (mask uint64) {
	for ; rules != 0; rules &= rules - 1 {
		r := bits.TrailingZeros64(rules)
		if ix.block[r].firstShared(a[r], b[r]) != noBlock {
			mask |= 1 << r
		}
	}
	return mask
}

// firstShared returns the first block that two rows with the words x and y are
// both in, noBlock if there is none.
func (b *blocks) firstShared(x, y uint32) uint32 {
	var one, two [1]uint32
	xs, ys := b.list(x, &one), b.list(y, &two)
	for len(xs) > 0 && len(ys) > 0 {
		switch {
		case xs[0] == ys[0]:
			return xs[0]
		case xs[0] < ys[0]:
			xs = xs[1:]
		default:
			ys = ys[1:]
		}
	}
	return noBlock
}

// list returns the blocks a word stands for, ascending.
func (b *blocks) list(w uint32, one *[1]uint32) []uint32 {
	switch w & noBlock {
	case noBlock:
		return nil
	case manyBit:
		at := w &^ manyBit
		return b.side[at+1 : at+1+b.side[at]]
	}
	one[0] = w
	return one[:]
}

// Mask returns the rules by which two rows are candidates, 0 for none. Two rows
// of one side are never visited by [Index.Each], but Mask tells which rules they
// share as of any two.
func (ix *Index) Mask(i, j uint32) uint64 {
	switch {
	case i == j, int(max(i, j)) >= ix.n:
		return 0
	case ix.all:
		return ^uint64(0)
	}
	a, b := ix.row(i), ix.row(j)
	mask := table.EqualWords(a[:len(ix.plans)], b)
	if ix.several {
		if several := ix.severalOf(a, b); several != 0 {
			mask |= ix.shared(a, b, several)
		}
	}
	return mask
}

func (ix *Index) row(i uint32) []uint32 {
	return ix.words[int(i)*ix.stride : (int(i)+1)*ix.stride]
}

// Neighbors appends the rows that are candidates with row i, ascending.
func (ix *Index) Neighbors(dst []uint32, i uint32) []uint32 {
	if ix.all {
		for j := range uint32(ix.n) {
			if j != i && ix.crosses(i, j) {
				dst = append(dst, j)
			}
		}
		return dst
	}
	from := len(dst)
	for r, b := range ix.block {
		var one [1]uint32
		for _, id := range b.list(ix.row(i)[r], &one) {
			dst = append(dst, b.rows[b.start[id]:b.start[id+1]]...)
		}
	}
	found := dst[from:]
	slices.Sort(found)
	found = slices.Compact(found)
	found = slices.DeleteFunc(found, func(j uint32) bool { return j == i || !ix.crosses(i, j) })
	return dst[:from+len(found)]
}
