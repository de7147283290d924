package blocking

import (
	"context"
	"fmt"
	"math/bits"
	"slices"
)

// Each visits the candidate pairs of one shard, each exactly once: rows i < j,
// the rule that found them first and the mask of all rules that found them (all
// ones when all pairs are candidates). The shards 0 to shards-1 have all pairs
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
	pairs := 0
	for r, b := range ix.block {
		v.rule, v.blocks = r, b
		for id, key := range b.keys {
			if shards > 1 && shardOf(key, shards) != shard {
				continue
			}
			block := b.rows[b.start[id]:b.start[id+1]]
			if pairs += len(block) * len(block); pairs > 1<<20 {
				pairs = 0
				if err := ctx.Err(); err != nil {
					return err
				}
			}
			if !v.block(uint32(id), block) {
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
	n := uint32(ix.t.Len())
	for i := shard; i < n; i += shards {
		if err := ctx.Err(); err != nil {
			return err
		}
		for j := i + 1; j < n; j++ {
			if !visit(i, j, 0, ^uint64(0)) {
				return nil
			}
		}
	}
	return ctx.Err()
}

// A visitor enumerates blocks. The words of a block's rows are gathered first,
// so that its pairs run in the nearest cache.
type visitor struct {
	ix     *Index
	visit  func(i, j uint32, rule int, mask uint64) bool
	rules  int
	rule   int
	blocks *blocks
	words  []uint32
}

func (v *visitor) block(id uint32, rows []uint32) bool {
	stride := v.ix.stride
	v.words = v.words[:0]
	for _, row := range rows {
		at := int(row) * stride
		v.words = append(v.words, v.ix.words[at:at+stride]...)
	}
	if v.ix.several {
		return v.slow(id, rows)
	}
	rule := v.rule
	for x, i := range rows[:len(rows)-1] {
		a := v.words[x*stride : x*stride+stride]
		at := (x + 1) * stride
		for _, j := range rows[x+1:] {
			b := v.words[at : at+stride]
			at += stride
			if equal(a[:rule], b) != 0 {
				continue // an earlier rule found the pair
			}
			mask := equal(a[rule:], b[rule:]) << rule
			if !v.visit(i, j, rule, mask) {
				return false
			}
		}
	}
	return true
}

// equal returns the mask of the words that are equal. b is at least as long.
func equal(a, b []uint32) (mask uint64) {
	b = b[:len(a)]
	for k, x := range a {
		// The borrow of d - 1 is 1 only for d = 0: no branch to mispredict.
		mask |= (uint64(x^b[k]) - 1) >> 63 << (k & 63)
	}
	return mask
}

// slow is block for an index in which rows may have several blocks of a rule.
func (v *visitor) slow(id uint32, rows []uint32) bool {
	stride, rules, rule := v.ix.stride, v.rules, v.rule
	for x, i := range rows[:len(rows)-1] {
		a := v.words[x*stride : x*stride+stride]
		at := (x + 1) * stride
		for _, j := range rows[x+1:] {
			b := v.words[at : at+stride]
			at += stride
			if equal(a[:rule], b) != 0 {
				continue
			}
			mask := equal(a[rule:rules], b[rule:]) << rule
			if several := v.ix.severalOf(a, b); several != 0 {
				mask |= v.ix.shared(a, b, several)
				if bits.TrailingZeros64(mask) != rule {
					continue
				}
				// The pair may be in further blocks of this very rule: the
				// first of them emits it.
				if several>>rule&1 != 0 && v.blocks.firstShared(a[rule], b[rule]) != id {
					continue
				}
			}
			if !v.visit(i, j, rule, mask) {
				return false
			}
		}
	}
	return true
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

// Mask returns the rules by which two rows are candidates, 0 for none.
func (ix *Index) Mask(i, j uint32) uint64 {
	switch {
	case i == j:
		return 0
	case ix.all:
		return ^uint64(0)
	}
	a, b := ix.row(i), ix.row(j)
	mask := equal(a[:len(ix.plans)], b)
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
		for j := range uint32(ix.t.Len()) {
			if j != i {
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
	if at, ok := slices.BinarySearch(found, i); ok {
		found = slices.Delete(found, at, at+1)
	}
	return dst[:from+len(found)]
}
