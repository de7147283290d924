package blocking

import (
	"math"
	"slices"

	"github.com/idem-health/idem/internal/hash"
	"github.com/idem-health/idem/internal/radix"
)

// A blockBuilder makes the blocks of one rule after another in the same memory.
type blockBuilder struct {
	now, next entries
	buf       radix.Buffer
	sizes     []int64
	values    []uint64
}

// build makes the blocks of a rule: those of its keys, then, of keys that too
// many rows share, those of the key and one more column, and so on.
func (s *blockBuilder) build(p *plan, n int, o Options, frozen *frozenRung) *blocks {
	b := &blocks{start: []uint32{0}}
	b.rung = Rung{Rule: p.rule.Name, Definition: Key(p.id)}
	b.stats.Name = p.rule.Name
	s.now.reset()
	b.stats.Truncated = p.collect(&s.now, n)
	for depth := range len(p.refine) + 1 {
		radix.SortPairs(s.now.keys, s.now.rows, &s.buf)
		if depth == 0 {
			b.stats.Records = distinctRows(s.now, p.product, n)
		}
		bound, refined := 0, map[uint64]bool(nil)
		if frozen != nil {
			bound, refined = frozen.bounds[depth], frozen.refined[depth]
		} else {
			bound = s.bound(n, o)
		}
		b.rung.Bounds = append(b.rung.Bounds, bound)
		b.rung.Refined = append(b.rung.Refined, nil)
		s.next.reset()
		s.split(b, p, depth, bound, frozen != nil, refined, &o)
		s.now, s.next = s.next, s.now
	}
	for len(b.rung.Refined) > 0 && b.rung.Refined[len(b.rung.Refined)-1] == nil {
		b.rung.Refined = b.rung.Refined[:len(b.rung.Refined)-1]
	}
	b.rows, b.start, b.keys = slices.Clip(b.rows), slices.Clip(b.start), slices.Clip(b.keys)
	b.stats.Blocks, b.stats.Pairs = len(b.keys), b.pairs
	b.largest()
	return b
}

// distinctRows counts the rows that have a key.
func distinctRows(e entries, several bool, n int) int {
	if !several {
		return len(e.rows)
	}
	seen, count := make([]uint64, (n+63)/64), 0
	for _, row := range e.rows {
		if bit := uint64(1) << (row & 63); seen[row>>6]&bit == 0 {
			seen[row>>6] |= bit
			count++
		}
	}
	return count
}

// split goes through the sorted entries: blocks within the bound are kept, the
// rows of larger ones go to s.next with one more column in their key.
func (s *blockBuilder) split(b *blocks, p *plan, depth, bound int, frozen bool, refined map[uint64]bool, o *Options) {
	keys, rows := s.now.keys, s.now.rows
	for from := 0; from < len(keys); {
		key, to := keys[from], from+1
		for to < len(keys) && keys[to] == key {
			to++
		}
		block := rows[from:to]
		from = to
		switch oversize := len(block) > bound; {
		case refined[key] || oversize && !frozen:
			b.rung.Refined[depth] = append(b.rung.Refined[depth], Key(key))
			if depth == len(p.refine) {
				b.stats.skip(key, depth, len(block))
				continue
			}
			b.stats.Refined++
			b.stats.Unrefined += s.refine(&p.refine[depth], key, block)
		case oversize:
			b.stats.Outgrown++
			b.stats.OutgrownRecords += len(block)
		case len(block) > 1:
			b.rows = append(b.rows, block...)
			b.start = append(b.start, uint32(len(b.rows)))
			b.keys = append(b.keys, key)
			b.pairs += o.pairsIn(block)
		}
	}
}

// refine adds the values of one more column to the keys of a block's rows and
// returns how many rows have none.
func (s *blockBuilder) refine(k *keyer, key uint64, block []uint32) (without int) {
	for _, row := range block {
		s.values = k.all(s.values[:0], int(row))
		slices.Sort(s.values)
		before := len(s.next.keys)
		for i, v := range s.values {
			if v != 0 && (i == 0 || v != s.values[i-1]) {
				s.next.add(hash.Mix(key, v), int(row))
			}
		}
		if len(s.next.keys) == before {
			without++
		}
	}
	return without
}

// bound returns the largest block to keep: the largest up to o.MaxBlock so that
// all blocks up to it have at most o.PerRecord pairs a row, but fairBlock at
// least.
func (s *blockBuilder) bound(n int, o Options) int {
	if o.PerRecord < 0 {
		return o.MaxBlock
	}
	if cap(s.sizes) < o.MaxBlock+1 {
		s.sizes = make([]int64, o.MaxBlock+1)
	}
	sizes := s.sizes[:o.MaxBlock+1] // the pairs of the blocks of each size
	clear(sizes)
	keys, rows := s.now.keys, s.now.rows
	for from := 0; from < len(keys); {
		to := from + 1
		for to < len(keys) && keys[to] == keys[from] {
			to++
		}
		if size := to - from; size < len(sizes) {
			sizes[size] += o.pairsIn(rows[from:to])
		}
		from = to
	}
	budget, sum := int64(math.Ceil(o.PerRecord*float64(n))), int64(0)
	for size := 2; size < len(sizes); size++ {
		sum += sizes[size]
		if sum > budget {
			return min(max(size-1, fairBlock), o.MaxBlock)
		}
	}
	return o.MaxBlock
}
