package table

import (
	"strings"
	"sync"

	"github.com/idem-health/idem/internal/hash"
	"github.com/idem-health/idem/match/patient"
)

// A Dict holds the distinct values of one or more text columns. Ids are dense
// and start at 1; 0 is the missing value. It is safe for concurrent use once its
// table is frozen.
type Dict struct {
	// Value id is arena[at(id):at(id+1)]. Offsets are 32-bit within blocks of
	// 65,536 values, so that a value costs four bytes beside its own and its hash
	// and the arena may still outgrow 4 GiB.
	arena strings.Builder
	base  []uint64
	rel   []uint32
	hash  []uint64 // hash of value id; hash[0] = 0

	// slots is an open-addressed table, a power of two long: the upper half of
	// a hash above the id, 0 = free. The half hash spares most of the visits to
	// the arena. Freed when the table is frozen.
	slots []uint64

	// days is the id of each day of two centuries met so far, 0 = none yet, of a
	// dictionary of dates that are many: writing a date down and finding it costs
	// several times what a look at this does. Freed when the table is frozen.
	days []uint32

	mu      sync.Mutex
	derived map[patient.Column]*derivation
}

const (
	blockBits = 16
	minSlots  = 256

	firstYear, years = 1880, 200
	manyDates        = 64 // distinct values from which on days is kept
)

func newDict() *Dict {
	d := &Dict{hash: []uint64{0}, slots: make([]uint64, minSlots)}
	d.pushOffset() // the missing value is empty
	d.pushOffset() // and value 1 begins here
	return d
}

// pushOffset records the end of the arena as the start of the next value.
func (d *Dict) pushOffset() {
	if len(d.rel)&(1<<blockBits-1) == 0 {
		d.base = append(d.base, uint64(d.arena.Len()))
	}
	d.rel = append(d.rel, uint32(uint64(d.arena.Len())-d.base[len(d.base)-1]))
}

func (d *Dict) at(id uint32) uint64 { return d.base[id>>blockBits] + uint64(d.rel[id]) }

// Len returns the number of ids, the missing value included: ids are below it.
func (d *Dict) Len() int { return len(d.hash) }

// Value returns the value of an id; "" for 0.
func (d *Dict) Value(id uint32) string { return d.arena.String()[d.at(id):d.at(id+1)] }

// Hash returns the 64-bit hash of the value of an id; 0 for 0. Values of
// different dictionaries and key columns hash alike.
func (d *Dict) Hash(id uint32) uint64 { return d.hash[id] }

// Bytes returns the memory held by the dictionary and its derived columns.
func (d *Dict) Bytes() int64 {
	n := int64(d.arena.Cap()) + 8*int64(cap(d.base)+cap(d.hash)+cap(d.slots)) + 4*int64(cap(d.rel))
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range d.derived {
		if v := c.done(); v != nil && &v.first[0] != &d.hash[0] {
			n += v.Bytes()
		}
	}
	return n
}

// intern returns the id of s, a new one when it is new. "" is 0.
func (d *Dict) intern(s string) uint32 {
	if s == "" {
		return 0
	}
	return find(d, hash.String(s), s)
}

// internBytes returns intern(string(b)), and allocates nothing for it.
func (d *Dict) internBytes(b []byte) uint32 {
	if len(b) == 0 {
		return 0
	}
	return find(d, hash.Bytes(b), b)
}

// internDate returns the id of [patient.Date.Compact], which is written into buf
// where it must be.
func (d *Dict) internDate(v patient.Date, buf []byte) uint32 {
	y := int(v.Year) - firstYear
	if y < 0 || y >= years || v.Month > 15 || v.Day > 31 || len(d.hash) < manyDates {
		return d.internBytes(v.AppendCompact(buf[:0]))
	}
	if d.days == nil {
		d.days = make([]uint32, years<<9)
	}
	id := &d.days[y<<9|int(v.Month)<<5|int(v.Day)]
	if *id == 0 {
		*id = d.internBytes(v.AppendCompact(buf[:0]))
	}
	return *id
}

// find returns the id of a value that is not empty, and of which h is the hash.
func find[S string | []byte](d *Dict, h uint64, s S) uint32 {
	mask := uint64(len(d.slots) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		slot := d.slots[i]
		if slot == 0 {
			return d.insert(i, h, string(s))
		}
		if slot>>32 == h>>32 && d.Value(uint32(slot)) == string(s) {
			return uint32(slot)
		}
	}
}

// insert adds a value that is not there, at the free slot i.
func (d *Dict) insert(i, h uint64, s string) uint32 {
	id := uint32(len(d.hash))
	d.arena.WriteString(s)
	d.hash = append(d.hash, h)
	d.pushOffset()
	d.slots[i] = h>>32<<32 | uint64(id)
	if 2*len(d.hash) > len(d.slots) {
		d.grow()
	}
	return id
}

func (d *Dict) grow() {
	d.slots = make([]uint64, 2*len(d.slots))
	mask := uint64(len(d.slots) - 1)
	for id, h := range d.hash[1:] {
		i := h & mask
		for d.slots[i] != 0 {
			i = (i + 1) & mask
		}
		d.slots[i] = h>>32<<32 | uint64(id+1)
	}
}

// freeze frees what only interning needs, and the spare room of the arena when
// there is much of it.
func (d *Dict) freeze() {
	d.slots, d.days = nil, nil
	if d.arena.Cap()-d.arena.Len() > d.arena.Len()/8 {
		all := d.arena.String()
		d.arena = strings.Builder{}
		d.arena.Grow(len(all))
		d.arena.WriteString(all)
	}
	d.hash = clip(d.hash)
	d.rel = clip(d.rel)
}

// clip reallocates a slice whose spare capacity is worth it.
func clip[T any](s []T) []T {
	if cap(s)-len(s) <= len(s)/8 {
		return s
	}
	return append(make([]T, 0, len(s)), s...)
}
