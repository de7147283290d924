package scoring

import (
	"github.com/idem-health/idem/internal/table"
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

// A view is a row, made ready to be compared.
type view struct {
	row uint32 // the row's number and one; 0: empty

	present uint64     // ops the row has a value for
	single  uint64     // of them, those that are settled by an equal id
	several uint64     // ops the row has several values for
	keys    [64]uint32 // the id of the first value, by op

	texts  []textFacts  // of the first values, by slot
	digits []digitFacts // likewise

	given, middle, family name
	aliases               []uint64 // the canons of the patient's other given names
	families              []uint64 // of the other family names: the patient's, then the mother's and guardians'
	ownFamilies           int      // how many of them are the patient's
	unnamed               bool     // the given name is missing because it was a placeholder

	person    personView
	doses     doseView
	addresses []addressView
}

// A name is one of the names that comparisons look at together.
type name struct {
	id uint32
	textFacts
}

// A remembered comparison of two texts.
type remembered struct {
	key   uint64 // the ids
	op    uint32 // the op's index and one; 0: empty
	level uint8
}

// NewSession returns a session.
func (c *Comparer) NewSession() *Session {
	s := &Session{c: c, ring: make([]view, ringSize)}
	texts, digits := make([]textFacts, ringSize*c.texts), make([]digitFacts, ringSize*c.digits)
	for i := range s.ring {
		s.ring[i].texts, s.ring[i].digits = texts[i*c.texts:][:c.texts], digits[i*c.digits:][:c.digits]
	}
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

// gather makes a row ready. Nothing in the first loop depends on what it loads,
// so that the waits for memory overlap.
func (c *Comparer) gather(v *view, row uint32) {
	words, stride := c.t.Words()
	words = words[int(row)*stride:][:stride]
	var present, single uint64
	for k := range c.ops {
		o := &c.ops[k]
		if o.off < 0 {
			continue
		}
		id := words[o.off]
		v.keys[k] = id
		there := uint64(0)
		if id != 0 {
			there = 1 << k
		}
		present |= there
		switch {
		case o.code == opDigits:
			v.digits[o.slot] = o.digit.of[id]
			if !v.digits[o.slot].exact {
				there = 0
			}
		case o.slot >= 0:
			v.texts[o.slot] = o.text.of[id]
		}
		if o.equal {
			single |= there
		}
	}
	v.several = 0
	for _, k := range c.repeating {
		if c.ops[k].col.Several(int(row)) {
			v.several |= 1 << k
		}
	}
	v.row, v.present, v.single = row+1, present|v.several, single&^v.several
	if c.names.used {
		c.names.gather(v, int(row))
	}
	c.people.gather(v, int(row))
	if c.address.used {
		c.address.gather(v, int(row))
	}
}

// A reader reads a column that may be absent.
type reader struct{ col *table.Col }

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
