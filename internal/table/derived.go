package table

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/idem-health/idem/internal/hash"
	"github.com/idem-health/idem/match/patient"
)

// A Derived is a transform of every value of a [Dict], as 64-bit hashes: the
// key of an exact column is the hash of the value itself. It is immutable.
type Derived struct {
	first []uint64 // per id the first key, 0 none
	start []uint32 // nil when no value has two keys: else keys[start[id]:start[id+1]]
	keys  []uint64
}

// First returns the first key of an id, 0 when it has none.
func (v *Derived) First(id uint32) uint64 { return v.first[id] }

// Keys returns the distinct keys of an id.
func (v *Derived) Keys(id uint32) []uint64 {
	switch {
	case v.start != nil:
		return v.keys[v.start[id]:v.start[id+1]]
	case v.first[id] == 0:
		return nil
	}
	return v.first[id : id+1 : id+1]
}

// Multiple reports whether some value has more than one key.
func (v *Derived) Multiple() bool { return v.start != nil }

// Bytes returns the memory held.
func (v *Derived) Bytes() int64 {
	return 8*int64(cap(v.first)+cap(v.keys)) + 4*int64(cap(v.start))
}

// A derivation is a Derived that is computed by the first who asks; the others
// wait for it.
type derivation struct {
	once  sync.Once
	value atomic.Pointer[Derived]
}

func (c *derivation) done() *Derived { return c.value.Load() }

// Derive returns the column's transform of every value; it is computed once.
func (d *Dict) Derive(col patient.Column) *Derived {
	d.mu.Lock()
	if d.derived == nil {
		d.derived = make(map[patient.Column]*derivation)
	}
	c := d.derived[col]
	if c == nil {
		c = new(derivation)
		d.derived[col] = c
	}
	d.mu.Unlock()
	c.once.Do(func() {
		if col.Transform == "" {
			c.value.Store(&Derived{first: d.hash})
			return
		}
		c.value.Store(d.Transform(col.AppendKeys))
	})
	return c.done()
}

// Transform computes a transform given as a function that appends the keys of a
// value; empty keys are none. The result is not kept.
func (d *Dict) Transform(appendKeys func(dst []string, value string) []string) *Derived {
	v := &Derived{first: make([]uint64, 1, d.Len())}
	v.Extend(d, appendKeys)
	return v
}

// Extend computes the transform, which must be the same, of the values that the
// dictionary of a growing table has got since. It must not run beside any other
// method.
func (v *Derived) Extend(d *Dict, appendKeys func(dst []string, value string) []string) {
	var words []string
	for id := uint32(len(v.first)); int(id) < d.Len(); id++ {
		v.first = append(v.first, 0)
		words = appendKeys(words[:0], d.Value(id))
		before := len(v.keys)
		for _, w := range words {
			if w == "" {
				continue
			}
			if h := hash.String(w); !slices.Contains(v.keys[before:], h) {
				v.keys = append(v.keys, h)
			}
		}
		added := v.keys[before:]
		if len(added) > 0 {
			v.first[id] = added[0]
		}
		if v.start == nil {
			if len(added) < 2 {
				v.keys = v.keys[:0]
				continue
			}
			v.keys = v.spread(id, added)
		}
		v.start = append(v.start, uint32(len(v.keys)))
	}
	if v.start == nil {
		v.keys = nil
	}
}

// spread turns to the form with spans when id is the first value of several
// keys: the keys of the ids before it, then its own.
func (v *Derived) spread(id uint32, added []uint64) []uint64 {
	keys := make([]uint64, 0, len(v.first)+len(added))
	v.start = make([]uint32, 0, len(v.first)+1)
	for _, h := range v.first[:id] {
		v.start = append(v.start, uint32(len(keys)))
		if h != 0 {
			keys = append(keys, h)
		}
	}
	v.start = append(v.start, uint32(len(keys)))
	return append(keys, added...)
}
