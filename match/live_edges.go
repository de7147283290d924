package match

import (
	"math/bits"
	"slices"
)

// An edge is a pair that was kept, seen from one of its rows. Weights are sums of
// at most 64 comparisons of at most 30 bits each, in 1/1024 bit: 27 bits and the
// sign are enough.
type edge struct {
	row  uint32
	what int32 // the weight, shifted by kindBits, and the kind
}

const kindBits = 4

func newEdge(row uint32, weight int32, kind edgeKind) edge {
	return edge{row, weight<<kindBits | int32(kind)}
}

func (e edge) weight() int32  { return e.what >> kindBits }
func (e edge) kind() edgeKind { return edgeKind(e.what & (1<<kindBits - 1)) }

type edgeKind uint8

const (
	edgeMatch    edgeKind = 1 << iota // decided match
	edgePossible                      // decided possible
	edgeMixed                         // of a placeholder and a legal name: the newborn rules decide
	edgeLink                          // tells the newborn rules something
)

// joins reports whether an edge makes two rows part of one component.
func (k edgeKind) joins() bool { return k&edgeLink != 0 || k&(edgeMatch|edgeMixed) == edgeMatch }

// An edgeArena holds the edges of all rows in blocks of 2, 4, 8 ... edges, the
// first of which is the block's head: how many edges follow, and the block's
// class. A list of edges is named by its place, 0 if it is empty. So a row takes
// four bytes beside its edges, and a garbage collector passes over none of it.
type edgeArena struct {
	edges []edge
	free  [32]uint32 // of each class the first free block; the head's row is the next
}

// list returns the edges of a list, valid until an edge is added to any.
func (a *edgeArena) list(at uint32) []edge {
	if at == 0 {
		return nil
	}
	n := a.edges[at].row
	return a.edges[at+1 : at+1+n : at+1+n]
}

// add appends an edge to the list at a place, and returns where it is now.
func (a *edgeArena) add(at uint32, e edge) uint32 {
	if at == 0 {
		at = a.take(1)
	}
	head := a.edges[at]
	if head.row+1 == 1<<head.what {
		to := a.take(uint32(head.what) + 1)
		copy(a.edges[to+1:], a.list(at))
		a.edges[to].row = head.row
		a.give(at)
		at = to
	}
	n := a.edges[at].row + 1
	a.edges[at+n] = e
	a.edges[at].row = n
	return at
}

// keep drops the edges of a list that keep does not want, and returns where it is
// now.
func (a *edgeArena) keep(at uint32, keep func(e edge) bool) uint32 {
	if at == 0 {
		return 0
	}
	kept := a.list(at)
	kept = slices.DeleteFunc(kept, func(e edge) bool { return !keep(e) })
	n := uint32(len(kept))
	a.edges[at].row = n
	if n == 0 {
		a.give(at)
		return 0
	}
	class := uint32(bits.Len32(n))
	if class+1 >= uint32(a.edges[at].what) { // half full at least: no to and fro at the edge
		return at
	}
	to := a.take(class)
	copy(a.edges[to+1:], a.list(at))
	a.edges[to].row = n
	a.give(at)
	return to
}

// drop empties a list.
func (a *edgeArena) drop(at uint32) {
	if at != 0 {
		a.give(at)
	}
}

// take returns an empty block of a class: one of 1<<class edges, the head
// included.
func (a *edgeArena) take(class uint32) uint32 {
	at := a.free[class]
	if at != 0 {
		a.free[class] = a.edges[at].row
	} else {
		if len(a.edges) == 0 {
			a.edges = append(a.edges, edge{}) // place 0 is none
		}
		at = uint32(len(a.edges))
		a.edges = append(a.edges, make([]edge, 1<<class)...)
	}
	a.edges[at] = edge{0, int32(class)}
	return at
}

func (a *edgeArena) give(at uint32) {
	class := a.edges[at].what
	a.edges[at].row = a.free[class]
	a.free[class] = at
}

func (a *edgeArena) bytes() int64 { return 8 * int64(cap(a.edges)) }

// bytes returns the memory held, without what is derived of values.
func (l *live) bytes() int64 {
	return l.grown.Table().Bytes() + l.index.Bytes() + int64(cap(l.rows))*liveRowBytes + l.edges.bytes() +
		l.ids.Bytes() + int64(cap(l.held)) + 4*int64(cap(l.rowAt))
}
