package scoring

import (
	"github.com/idem-health/idem/internal/table"
	"github.com/idem-health/idem/match/patient"
)

// A Session compares many pairs of a [Comparer]'s rows: it remembers the rows
// and the texts it compared last, since candidate pairs come block by block. It
// allocates nothing for a pair. Not safe for concurrent use.
type Session struct {
	c *Comparer

	// The rows gathered last, in a ring: the rows of a block lie anywhere in the
	// table, and their facts anywhere else, but their views stand together and
	// are used for all pairs of the block. where finds a row's place in the ring.
	ring  []view
	next  int
	used  int // views that may be filled
	where [whereSize]uint16

	generation uint32 // of the rows in the ring

	memo [memoSize]remembered

	levels      [64]uint8 // of the ops that were not settled at once
	swap, twins bool      // see Session.settle
}

const (
	ringSize  = 512  // views; more than most blocks have rows
	whereSize = 4096 // by the lower bits of the row
	memoSize  = 4096 // texts compared
)

// A view is a row, made ready to be compared: which comparisons it has values
// for, and their ids side by side. What only some pairs need is made when the
// first of them does.
type view struct {
	row     uint32     // the row's number and one; 0: empty
	made    uint8      // which of the parts below are made
	present uint64     // comparisons the row has a value for
	single  uint64     // of them, those that are settled by an equal id
	several uint64     // comparisons the row has several values for
	keys    [64]uint32 // the id of the first value, by comparison

	names     namesView
	doses     doseView
	addresses []addressView
}

// The parts of a view that are made later.
const (
	madeNames = 1 << iota
	madeDoses
	madeAddresses
)

// A remembered comparison of two texts.
type remembered struct {
	key   uint64 // the ids
	op    uint32 // the op's index and one; 0: empty
	level uint8
}

// NewSession returns a session.
func (c *Comparer) NewSession() *Session {
	s := &Session{c: c, ring: make([]view, ringSize)}
	return s
}

// Pattern compares two rows.
func (s *Session) Pattern(i, j uint32) Pattern {
	if s.generation != s.c.generation {
		s.forget()
	}
	a, b := s.view(i), s.view(j)
	if a.row != i+1 { // b took its place
		a = s.view(i)
	}
	return s.compare(a, b)
}

// forget empties the ring: the table has grown, and rows may be written anew.
func (s *Session) forget() {
	for i := range s.ring[:s.used] {
		s.ring[i].row = 0
	}
	s.next, s.used, s.generation = 0, 0, s.c.generation
}

// view returns the view of a row: the one there is, or a new one in the place of
// the oldest.
func (s *Session) view(row uint32) *view {
	at := &s.where[row%whereSize]
	if v := &s.ring[*at]; v.row == row+1 {
		return v
	}
	*at = uint16(s.next)
	v := &s.ring[s.next]
	s.next = (s.next + 1) % ringSize
	s.used = max(s.used, s.next)
	if s.next == 0 {
		s.used = ringSize
	}
	s.c.gather(v, row)
	return v
}

// gather makes a row ready, without a branch that depends on its values.
func (c *Comparer) gather(v *view, row uint32) {
	words, stride := c.t.Words()
	words = words[int(row)*stride:][:stride]
	keyed := uint64(0)
	for _, p := range c.places {
		id := words[p.off]
		v.keys[p.k&63] = id
		keyed |= (1 - zero(id)) << (p.k & 63)
	}
	present := keyed
	for _, p := range c.presences {
		present |= p.bits & -(1 - zero(words[p.off]))
	}
	several := uint64(0)
	for _, k := range c.repeating {
		if c.ops[k].col.Several(int(row)) {
			several |= 1 << k
		}
	}
	single := keyed & c.equal &^ several
	for _, k := range c.inexact {
		if o := &c.ops[k]; !o.digit.of[v.keys[k]].exact {
			single &^= o.bit
		}
	}
	v.row, v.made = row+1, 0
	v.present, v.single, v.several = present|several, single, several
}

// A reader reads a column that may be absent.
type reader struct{ col *table.Col }

func (c *Comparer) reader(f patient.Field) reader { return reader{c.t.Column(f)} }

func (r reader) id(row int) uint32 {
	if r.col == nil {
		return 0
	}
	return r.col.ID(row)
}

func (r reader) ids(row int) []uint32 {
	if r.col == nil {
		return nil
	}
	return r.col.Values(row)
}

func (r reader) value(id uint32) string {
	if id == 0 {
		return ""
	}
	return r.col.Dict.Value(id)
}

// zero is 1 for 0, else 0: only 0 - 1 borrows.
func zero(x uint32) uint64 { return (uint64(x) - 1) >> 63 }
