package patient

import (
	"strings"

	"github.com/idem-health/idem/internal/hash"
)

// A cache remembers what became of a field's values. It is a table of one slot
// for each hash: of bounded size, quick to miss, and a frequent value that was
// displaced is soon back. It has no influence on results.
type cache[V any] struct {
	bits  uint // log2 of the number of slots; 0: nothing is remembered
	slots []slot[V]
	spare slot[V]
}

type slot[V any] struct {
	key   string
	value V
}

// maxCachedKey bounds the bytes of a remembered value.
const maxCachedKey = 64

// find returns the slot of a value that is not empty, and whether it is there
// already; else the caller fills slot.value, from slot.key. The slot is valid
// until the next find.
func (c *cache[V]) find(key string) (s *slot[V], hit bool) {
	if c.bits == 0 || len(key) > maxCachedKey {
		c.spare = slot[V]{key: key}
		return &c.spare, false
	}
	if c.slots == nil {
		c.slots = make([]slot[V], 1<<c.bits)
	}
	s = &c.slots[hash.String(key)>>(64-c.bits)]
	if s.key == key {
		return s, true
	}
	// A copy, lest the cache hold on to the whole row the value is a piece of.
	*s = slot[V]{key: strings.Clone(key)}
	return s, false
}
