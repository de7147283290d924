package names

import (
	"encoding/binary"
	"maps"
	"slices"
	"strings"

	"github.com/idem-health/idem/internal/hash"
)

// A Table gives names numbers. The zero value is an empty one. It is safe for
// concurrent use while nothing changes it. Texts that it returns stay valid.
type Table struct {
	sources []string
	number  map[string]uint32 // of sources

	// The name of number n stands in the arena from at[n]*align on: the source and
	// the length of the id, as varints, then the id. A number that is free has 0:
	// nothing stands there.
	arena strings.Builder
	at    []uint32
	free  []uint32
	waste int // bytes of the arena that no number has any more

	slots []uint32 // open addressing with linear probing: a number and one, 0 is empty
	tags  []uint8  // of each slot bits of its hash, which spare most visits to the arena
}

// align is the unit of places in the arena, so that 32 bits reach over 16 GiB.
const align = 4

// Len returns how many names there are.
func (t *Table) Len() int { return len(t.at) - len(t.free) }

// Cap returns a number that all numbers are below.
func (t *Table) Cap() int { return len(t.at) }

func (t *Table) read(n uint32) (source uint32, id string, size int) {
	all := t.arena.String()[uint64(t.at[n])*align:]
	s, k := uvarint(all)
	length, j := uvarint(all[k:])
	size = k + j + int(length)
	return uint32(s), all[k+j : size], size
}

// uvarint is binary.Uvarint of a string, whose form this package has written.
func uvarint(s string) (x uint64, n int) {
	for shift := 0; ; n++ {
		c := s[n]
		x |= uint64(c&0x7f) << shift
		if c < 0x80 {
			return x, n + 1
		}
		shift += 7
	}
}

// Name returns the name of a number in use.
func (t *Table) Name(n uint32) (source, id string) {
	s, id, _ := t.read(n)
	return t.sources[s], id
}

// Used reports whether a number is in use.
func (t *Table) Used(n uint32) bool { return int(n) < len(t.at) && t.at[n] != 0 }

func key(source uint32, id string) uint64 { return hash.Mix(uint64(source)+1, hash.String(id)) }

// home is where a hash would stand in an empty table, and tag what stands beside
// it; they are of different bits.
func (t *Table) home(h uint64) int { return hash.Home(h, len(t.slots)) }

func tag(h uint64) uint8 { return uint8(h) }

// slot returns the slot of a name: it has it, or is empty.
func (t *Table) slot(h uint64, source uint32, id string) int {
	for i := t.home(h); ; i++ {
		if i == len(t.slots) {
			i = 0
		}
		n := t.slots[i]
		if n == 0 {
			return i
		}
		if t.tags[i] == tag(h) {
			if s, other, _ := t.read(n - 1); s == source && other == id {
				return i
			}
		}
	}
}

// Find returns the number of a name.
func (t *Table) Find(source, id string) (n uint32, ok bool) {
	s, known := t.number[source]
	if !known || len(t.slots) == 0 {
		return 0, false
	}
	n = t.slots[t.slot(key(s, id), s, id)]
	return n - 1, n != 0
}

// Add returns the number of a name, a new one if it has none.
func (t *Table) Add(source, id string) (n uint32, added bool) {
	s, known := t.number[source]
	if !known {
		s = t.addSource(source)
	}
	if 5*(t.Len()+1) > 4*len(t.slots) {
		t.grow()
	}
	h := key(s, id)
	i := t.slot(h, s, id)
	if n := t.slots[i]; n != 0 {
		return n - 1, false
	}
	if last := len(t.free) - 1; last >= 0 {
		n, t.free = t.free[last], t.free[:last]
	} else {
		n = uint32(len(t.at))
		t.at = append(t.at, 0)
	}
	t.write(n, s, id)
	t.slots[i], t.tags[i] = n+1, tag(h)
	return n, true
}

func (t *Table) addSource(source string) uint32 {
	if t.number == nil {
		t.number = map[string]uint32{}
	}
	s := uint32(len(t.sources))
	source = strings.Clone(source)
	t.number[source] = s
	t.sources = append(t.sources, source)
	return s
}

// write puts a name at the end of the arena.
func (t *Table) write(n, source uint32, id string) {
	if t.arena.Len() == 0 {
		t.arena.WriteString("\x00\x00\x00\x00") // place 0 is none
	}
	t.at[n] = uint32(t.arena.Len() / align)
	var b [2 * binary.MaxVarintLen64]byte
	head := binary.AppendUvarint(binary.AppendUvarint(b[:0], uint64(source)), uint64(len(id)))
	t.arena.Write(head)
	t.arena.WriteString(id)
	if over := t.arena.Len() % align; over > 0 {
		t.arena.WriteString("\x00\x00\x00"[over-1:])
	}
}

// Remove frees a number in use.
func (t *Table) Remove(n uint32) {
	s, id, size := t.read(n)
	t.clear(t.slot(key(s, id), s, id))
	t.at[n] = 0
	t.free = append(t.free, n)
	t.waste += (size + align - 1) / align * align
	if t.waste > t.arena.Len()/2+minWaste {
		t.compact()
	}
}

// minWaste is how much may be wasted whatever the size of the table.
const minWaste = 1 << 16

// compact forgets the names that are no more.
func (t *Table) compact() {
	old := *t
	t.arena, t.waste = strings.Builder{}, 0
	t.arena.Grow(old.arena.Len() - old.waste)
	t.at = make([]uint32, len(old.at))
	for n := range old.at {
		if old.at[n] != 0 {
			s, id, _ := old.read(uint32(n))
			t.write(uint32(n), s, id)
		}
	}
}

// clear empties a slot.
func (t *Table) clear(i int) {
	i = hash.CloseGap(i, len(t.slots), func(slot int) (int, bool) {
		n := t.slots[slot]
		if n == 0 {
			return 0, false
		}
		s, id, _ := t.read(n - 1)
		return t.home(key(s, id)), true
	}, func(to, from int) { t.slots[to], t.tags[to] = t.slots[from], t.tags[from] })
	t.slots[i], t.tags[i] = 0, 0
}

func (t *Table) grow() {
	slots := t.slots
	size := max(16, len(slots)+len(slots)/4)
	t.slots, t.tags = make([]uint32, size), make([]uint8, size)
	for _, n := range slots {
		if n == 0 {
			continue
		}
		s, id, _ := t.read(n - 1)
		h := key(s, id)
		i := t.home(h)
		for t.slots[i] != 0 {
			if i++; i == size {
				i = 0
			}
		}
		t.slots[i], t.tags[i] = n, tag(h)
	}
}

// Clone returns a copy that shares nothing that changes.
func (t *Table) Clone() *Table {
	c := *t
	c.arena = strings.Builder{}
	c.arena.WriteString(t.arena.String())
	c.sources, c.number = slices.Clone(t.sources), maps.Clone(t.number)
	c.at, c.free = slices.Clone(t.at), slices.Clone(t.free)
	c.slots, c.tags = slices.Clone(t.slots), slices.Clone(t.tags)
	return &c
}

// Bytes returns the memory held, the few sources aside.
func (t *Table) Bytes() int64 {
	return int64(t.arena.Cap()) + 4*int64(cap(t.at)+cap(t.free)+cap(t.slots)) + int64(cap(t.tags))
}
