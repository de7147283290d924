package blocking

import (
	"slices"
	"sync"

	"github.com/idem-health/idem/internal/hash"
)

// A postings maps keys to the rows that have them. Most keys are one row's: its
// number stands in the slot itself. The rows of the others stand in an arena, in
// blocks of two to the n words. It is safe for concurrent use. About 16 bytes a
// key of one row.
type postings struct {
	mu    sync.RWMutex
	keys  []uint64 // open addressing with linear probing; 0 is empty
	vals  []uint32 // a row, or manyBit and the place of a list in the arena
	used  int
	arena []uint32                // lists: length, class, then the rows
	free  [listClasses + 1]uint32 // the first free block of each class, and one; the first word of each is the next
}

const (
	listHead    = 2
	shardBits   = 8
	listClasses = 31
	minClass    = 2 // four words: the head and two rows
)

// home is where a key would stand in an empty table. It must not follow the order
// of the keys: many are put in that order, and would then stand in one heap.
func (p *postings) home(key uint64) int { return hash.Home(key*0x9e3779b97f4a7c15, len(p.keys)) }

// slot returns the slot of a key: it has the key, or is empty.
func (p *postings) slot(key uint64) int {
	for i := p.home(key); ; i++ {
		if i == len(p.keys) {
			i = 0
		}
		if k := p.keys[i]; k == key || k == 0 {
			return i
		}
	}
}

// count returns how many rows have a key.
func (p *postings) count(key uint64) int {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.len(key)
}

func (p *postings) len(key uint64) int {
	if len(p.keys) == 0 {
		return 0
	}
	i := p.slot(key)
	switch {
	case p.keys[i] == 0:
		return 0
	case p.vals[i]&manyBit == 0:
		return 1
	}
	return int(p.arena[p.vals[i]&^manyBit])
}

// appendRows appends the rows that have a key if they are at most most.
func (p *postings) appendRows(dst []uint32, key uint64, most int) (rows []uint32, count int) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if count = p.len(key); count == 0 || count > most {
		return dst, count
	}
	v := p.vals[p.slot(key)]
	if v&manyBit == 0 {
		return append(dst, v), count
	}
	at := v &^ manyBit
	return append(dst, p.arena[at+listHead:][:count]...), count
}

// change takes rows out and puts rows in, at one moment, and returns how many
// rows had the key before and have it after. Rows to be taken out must be there.
func (p *postings) change(key uint64, out, in []uint32) (before, after int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	before = p.len(key)
	after = before + len(in) - len(out)
	n := min(len(out), len(in))
	for i := range n { // one in another's place: nothing has to move
		p.replace(key, out[i], in[i])
	}
	for _, row := range in[n:] {
		p.put(key, row)
	}
	for _, row := range out[n:] {
		p.remove(key, row)
	}
	return before, after
}

func (p *postings) replace(key uint64, old, row uint32) {
	i := p.slot(key)
	if p.vals[i]&manyBit == 0 {
		p.vals[i] = row
		return
	}
	at := p.vals[i] &^ manyBit
	list := p.arena[at+listHead:][:p.arena[at]]
	list[slices.Index(list, old)] = row
}

func (p *postings) put(key uint64, row uint32) {
	if 5*(p.used+1) > 4*len(p.keys) {
		p.grow()
	}
	i := p.slot(key)
	switch v := p.vals[i]; {
	case p.keys[i] == 0:
		p.keys[i], p.vals[i] = key, row
		p.used++
	case v&manyBit == 0:
		at := p.take(minClass)
		copy(p.arena[at:], []uint32{2, minClass, v, row})
		p.vals[i] = manyBit | at
	default:
		at := v &^ manyBit
		n, class := p.arena[at], p.arena[at+1]
		if n+listHead == 1<<class {
			at = p.resize(at, class+1)
			p.vals[i] = manyBit | at
		}
		p.arena[at+listHead+n] = row
		p.arena[at]++
	}
}

func (p *postings) remove(key uint64, row uint32) {
	i := p.slot(key)
	v := p.vals[i]
	if v&manyBit == 0 {
		p.clear(i)
		return
	}
	at := v &^ manyBit
	n, class := p.arena[at], p.arena[at+1]
	list := p.arena[at+listHead:][:n]
	list[slices.Index(list, row)] = list[n-1]
	p.arena[at]--
	switch n--; {
	case n == 1:
		p.vals[i] = list[0]
		p.give(at, class)
	case class > minClass && n+listHead <= 1<<class/4: // a quarter: no to and fro at the edge
		p.vals[i] = manyBit | p.resize(at, class-1)
	}
}

// resize moves a list into a block of another class.
func (p *postings) resize(at, class uint32) uint32 {
	to := p.take(class)
	copy(p.arena[to:], p.arena[at:][:p.arena[at]+listHead])
	old := p.arena[at+1]
	p.arena[to+1] = class
	p.give(at, old)
	return to
}

// take returns a block of a class.
func (p *postings) take(class uint32) uint32 {
	if at := p.free[class]; at != 0 {
		p.free[class] = p.arena[at-1]
		return at - 1
	}
	at := len(p.arena)
	p.arena = append(p.arena, make([]uint32, 1<<class)...)
	return uint32(at)
}

func (p *postings) give(at, class uint32) {
	p.arena[at] = p.free[class]
	p.free[class] = at + 1
}

// clear empties a slot.
func (p *postings) clear(i int) {
	p.used--
	i = hash.CloseGap(i, len(p.keys),
		func(slot int) (int, bool) { return p.home(p.keys[slot]), p.keys[slot] != 0 },
		func(to, from int) { p.keys[to], p.vals[to] = p.keys[from], p.vals[from] })
	p.keys[i], p.vals[i] = 0, 0
}

func (p *postings) grow() {
	keys, vals := p.keys, p.vals
	size := max(16, len(keys)+len(keys)/4) // at most a fifth too large, so that most slots are used
	p.keys, p.vals = make([]uint64, size), make([]uint32, size)
	for i, k := range keys {
		if k != 0 {
			at := p.slot(k)
			p.keys[at], p.vals[at] = k, vals[i]
		}
	}
}

func (p *postings) bytes() int64 {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return 8*int64(cap(p.keys)) + 4*int64(cap(p.vals)+cap(p.arena))
}
