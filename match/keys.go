package match

import (
	"bytes"
	"cmp"
	"strings"

	"github.com/idem-health/idem/internal/hash"
)

// keyTable holds the identities of the records read and finds one that was
// read before. The two sides of a linkage are told apart: they may be two
// extracts of one register. Ids live in one arena; the index is open addressing over their
// hashes. About 30 bytes a record and its id.
type keyTable struct {
	sources  []string
	sourceOf [2]map[string]uint16 // by side
	source   []uint16             // of each record, in order of reading
	ends     []uint64             // end of each record's id in ids
	ids      []byte
	slots    []uint32 // record + 1; 0 is empty
}

func newKeyTable() *keyTable {
	return &keyTable{sourceOf: [2]map[string]uint16{{}, {}}, slots: make([]uint32, 1024)}
}

// maxSources is how many sources one run can tell apart.
const maxSources = 1<<16 - 1

func (t *keyTable) len() int { return len(t.ends) }

func (t *keyTable) id(i int) []byte {
	start := uint64(0)
	if i > 0 {
		start = t.ends[i-1]
	}
	return t.ids[start:t.ends[i]]
}

func (t *keyTable) key(i int) Key {
	return Key{Source: t.sources[t.source[i]], ID: string(t.id(i))}
}

// is reports whether a record has an identity.
func (t *keyTable) is(i int, source, id string) bool {
	return string(t.id(i)) == id && t.sources[t.source[i]] == source
}

// compare orders two records by identity: source, then id. It orders records of
// equal content, so that nothing depends on which of them came first.
func (t *keyTable) compare(i, j int) int {
	return cmp.Or(strings.Compare(t.sources[t.source[i]], t.sources[t.source[j]]), bytes.Compare(t.id(i), t.id(j)))
}

// sourceIndex returns the index of a source of a side, and false when there are
// too many.
func (t *keyTable) sourceIndex(name string, side int) (uint16, bool) {
	if s, ok := t.sourceOf[side][name]; ok {
		return s, true
	}
	if len(t.sources) == maxSources {
		return 0, false
	}
	s := uint16(len(t.sources))
	t.sources = append(t.sources, name)
	t.sourceOf[side][name] = s
	return s, true
}

// slot returns the slot of an identity: it holds the record that last had it,
// or is empty.
func (t *keyTable) slot(source uint16, id string) *uint32 {
	last := uint64(len(t.slots) - 1)
	for i := hash.Mix(hash.String(id), uint64(source)) & last; ; i = (i + 1) & last {
		if r := t.slots[i]; r == 0 || t.source[r-1] == source && string(t.id(int(r-1))) == id {
			return &t.slots[i]
		}
	}
}

// add appends a record under an identity, whose slot it is, and makes it the one
// that lookups find.
func (t *keyTable) add(slot *uint32, source uint16, id string) int {
	if 2*len(t.ends) >= len(t.slots) {
		t.grow()
		slot = t.slot(source, id)
	}
	t.source = append(t.source, source)
	t.ids = append(t.ids, id...)
	t.ends = append(t.ends, uint64(len(t.ids)))
	*slot = uint32(len(t.ends))
	return len(t.ends) - 1
}

// find returns the record of a side that last had an identity, or -1.
func (t *keyTable) find(k Key, side int) int {
	s, ok := t.sourceOf[side][k.Source]
	if !ok {
		return -1
	}
	return int(*t.slot(s, k.ID)) - 1
}

func (t *keyTable) grow() {
	old := t.slots
	t.slots = make([]uint32, 4*len(old))
	for _, r := range old {
		if r != 0 {
			*t.slot(t.source[r-1], string(t.id(int(r-1)))) = r
		}
	}
}
