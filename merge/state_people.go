package merge

import (
	"iter"
	"maps"
	"slices"
)

// A membership says which records, by number, a person has. Most people have one
// record, whose number stands in the place of the person's id itself: a person
// takes four bytes, and no pointer.
type membership struct {
	at    []uint32                // by id: 0 none, a number and one, or manyBit and the place of a list
	far   map[EnterpriseID]uint32 // the same of ids far beyond the others, which only strange events have
	lists [][]uint32              // of several records, by their identities
	free  []uint32                // places of lists
	used  int
}

const (
	manyBit = 1 << 31
	// farBeyond is how many ids may be left out before one is far beyond the others.
	farBeyond = 1 << 16
)

func (m *membership) place(id EnterpriseID) uint32 {
	if id < EnterpriseID(len(m.at)) && m.at[id] != 0 {
		return m.at[id]
	}
	return m.far[id]
}

func (m *membership) set(id EnterpriseID, v uint32) {
	_, far := m.far[id]
	switch {
	case far && v == 0:
		delete(m.far, id)
	case far || id >= EnterpriseID(len(m.at))+farBeyond:
		if m.far == nil {
			m.far = map[EnterpriseID]uint32{}
		}
		m.far[id] = v
	default:
		if n := int(id) + 1 - len(m.at); n > 0 {
			m.at = append(m.at, make([]uint32, n)...)
		}
		m.at[id] = v
	}
}

// members returns the numbers of a person's records, those of a single one in
// one. They are valid until something changes.
func (m *membership) members(id EnterpriseID, one *[1]uint32) []uint32 {
	switch v := m.place(id); {
	case v == 0:
		return nil
	case v&manyBit != 0:
		return m.lists[v&^manyBit]
	default:
		one[0] = v - 1
		return one[:]
	}
}

func (m *membership) count(id EnterpriseID) int {
	var one [1]uint32
	return len(m.members(id, &one))
}

// add puts a record among those of a person, in the order of less.
func (m *membership) add(id EnterpriseID, n uint32, compare func(a, b uint32) int) {
	var one [1]uint32
	list := m.members(id, &one)
	if len(list) == 0 {
		m.used++
		m.set(id, n+1)
		return
	}
	at, _ := slices.BinarySearchFunc(list, n, compare)
	if len(list) > 1 {
		m.lists[m.place(id)&^manyBit] = slices.Insert(list, at, n)
		return
	}
	place := uint32(len(m.lists))
	if last := len(m.free) - 1; last >= 0 {
		place, m.free = m.free[last], m.free[:last]
	} else {
		m.lists = append(m.lists, nil)
	}
	m.lists[place] = slices.Insert([]uint32{list[0]}, at, n)
	m.set(id, manyBit|place)
}

// remove takes a record out of those of a person.
func (m *membership) remove(id EnterpriseID, n uint32) {
	v := m.place(id)
	if v&manyBit == 0 {
		m.used--
		m.set(id, 0)
		return
	}
	place := v &^ manyBit
	list := m.lists[place]
	list = slices.Delete(list, slices.Index(list, n), slices.Index(list, n)+1)
	m.lists[place] = list
	if len(list) == 1 {
		m.lists[place] = nil
		m.free = append(m.free, place)
		m.set(id, list[0]+1)
	}
}

// all passes over the ids in use, ascending but for those far beyond.
func (m *membership) all() iter.Seq[EnterpriseID] {
	return func(yield func(EnterpriseID) bool) {
		for id, v := range m.at {
			if v != 0 && !yield(EnterpriseID(id)) {
				return
			}
		}
		for _, id := range slices.Sorted(maps.Keys(m.far)) {
			if !yield(id) {
				return
			}
		}
	}
}

func (m *membership) clone() membership {
	c := membership{slices.Clone(m.at), maps.Clone(m.far), make([][]uint32, len(m.lists)), slices.Clone(m.free), m.used}
	for i, list := range m.lists {
		c.lists[i] = slices.Clone(list)
	}
	return c
}
