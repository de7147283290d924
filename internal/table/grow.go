package table

import (
	"crypto/sha256"
	"math/bits"

	"github.com/idem-health/idem/match/patient"
)

// A Growing is a [Table] whose rows come and go. It has all columns of its spec,
// whether or not a row has a value. Rows are in no order: their numbers are given
// again once they are free. No method, and none of its table's, may run while Put, Remove
// or Compact does.
type Growing struct {
	b         *Builder
	free      []uint32
	row       []uint32 // scratch
	live      int
	waste     int // words of the side arena that no row uses any more
	compacted int // values after the last Compact
}

// growRows is how many rows are made at a time, so that the columns seldom have
// to be told that they moved.
const growRows = 1024

// NewGrowing returns a table without rows.
func NewGrowing(spec Spec) *Growing {
	b := NewBuilder(spec)
	for _, c := range b.t.cols {
		c.grows = true
	}
	return &Growing{b: b, row: make([]uint32, b.t.stride)}
}

// Table returns the table. It shows what is put later, too.
func (g *Growing) Table() *Table { return g.b.t }

// Live returns how many rows there are.
func (g *Growing) Live() int { return g.live }

// Put writes a record into a free row and returns it.
func (g *Growing) Put(n *patient.Normalized) uint32 {
	t := g.b.t
	row := uint32(t.n)
	if last := len(g.free) - 1; last >= 0 {
		row, g.free = g.free[last], g.free[:last]
	} else {
		t.n++
		t.digest = append(t.digest, [16]byte{})
		if t.n*t.stride > len(t.rows) {
			t.rows = append(t.rows, make([]uint32, growRows*t.stride)...)
		}
	}
	clear(g.row)
	g.b.write(g.row, n)
	copy(t.rows[int(row)*t.stride:], g.row)
	sum := sha256.Sum256(g.b.digest)
	t.digest[row] = [16]byte(sum[:16])
	g.live++
	g.moved()
	return row
}

// moved tells the columns where their rows are.
func (g *Growing) moved() {
	t := g.b.t
	for _, c := range t.cols {
		c.rows, c.side, c.n = t.rows, t.side, t.n
	}
}

// Remove frees a row.
func (g *Growing) Remove(row uint32) {
	t := g.b.t
	words := t.rows[int(row)*t.stride:][:t.stride]
	g.waste += t.sideWords(words)
	clear(words)
	t.digest[row] = [16]byte{}
	g.free = append(g.free, row)
	g.live--
}

// sideWords returns how many words of the side arena a row has.
func (t *Table) sideWords(row []uint32) int {
	if len(t.cols) == 0 || t.cols[0].flagOff == 0 {
		return 0
	}
	flags := row[t.cols[0].flagOff]
	if flags == 0 {
		return 0
	}
	block := t.side[row[t.cols[0].flagOff+1]:]
	return int(block[bits.OnesCount32(flags)-1])
}

// minStale is how much may be wasted whatever the size of the table.
const minStale = 1 << 16

// Stale reports whether there may be as much that no row uses any more as there
// is in use: then [Growing.Compact] is worth its time, and all of them together
// take time in proportion to what was put.
func (g *Growing) Stale() bool {
	return g.waste > len(g.b.t.side)/2+minStale || g.Values() > 2*g.compacted+minStale
}

// Values returns how many distinct values the dictionaries hold, those that no
// row has any more included.
func (g *Growing) Values() (n int) {
	for _, d := range g.b.t.dicts {
		n += d.Len()
	}
	return n
}

// Compact forgets the values that no row has any more. Rows keep their numbers;
// ids of values change, so that whatever was derived from them must be made anew.
func (g *Growing) Compact() {
	t := g.b.t
	remap := map[*Dict][]uint32{}
	for _, c := range t.cols {
		if c.Dict != nil && remap[c.Dict] == nil {
			remap[c.Dict] = make([]uint32, c.Dict.Len())
		}
	}
	side := make([]uint32, 0, len(t.side)-g.waste)
	g.visit(func(c *Col, id *uint32) { remap[c.Dict][*id] = 1 }, nil)
	fresh := map[*Dict]*Dict{}
	for i, d := range t.dicts {
		n, ids := newDict(), remap[d]
		for id, used := range ids {
			if used != 0 && id != 0 {
				ids[id] = n.intern(d.Value(uint32(id)))
			}
		}
		fresh[d], t.dicts[i] = n, n
	}
	g.visit(func(c *Col, id *uint32) {
		if *id != 0 {
			*id = remap[c.Dict][*id]
		}
	}, &side)
	for _, c := range t.cols {
		if c.Dict != nil {
			c.Dict = fresh[c.Dict]
		}
	}
	t.side, g.waste, g.compacted = side, 0, g.Values()
	g.moved()
}

// visit calls f with every id of every row, and copies the blocks of the side
// arena that are in use.
func (g *Growing) visit(f func(c *Col, id *uint32), side *[]uint32) {
	t := g.b.t
	for i := range t.n {
		row := t.rows[i*t.stride:][:t.stride]
		words := t.sideWords(row)
		if words > 0 && side != nil {
			at := &row[t.cols[0].flagOff+1]
			from := len(*side)
			*side = append(*side, t.side[*at:][:words]...)
			g.visitSide(row, (*side)[from:], f)
			*at = uint32(from)
		} else if words > 0 {
			g.visitSide(row, t.side[row[t.cols[0].flagOff+1]:][:words], f)
		}
		for _, c := range t.cols {
			if c.Dict != nil {
				f(c, &row[c.off])
			}
		}
	}
}

// visitSide calls f with the ids in a row's block of the side arena.
func (g *Growing) visitSide(row, block []uint32, f func(c *Col, id *uint32)) {
	flags := row[g.b.t.cols[0].flagOff]
	for _, c := range g.b.t.cols {
		if c.flag&flags == 0 || c.Dict == nil {
			continue
		}
		k := bits.OnesCount32(flags & (c.flag - 1))
		from := uint32(bits.OnesCount32(flags))
		if k > 0 {
			from = block[k-1]
		}
		for at := from; at < block[k]; at++ {
			f(c, &block[at])
		}
	}
}
