package scoring

import (
	"fmt"
	"math/bits"
	"slices"
)

// A Pattern is a whole comparison vector in one number: mixed radix over the
// levels of the model's comparisons, the first comparison in the lowest place.
// Millions of pairs give only thousands of patterns; everything a model or a
// policy says of a pair (but for value frequencies) it says of its pattern.
type Pattern = uint64

// A Space maps comparison vectors to patterns and back. It is immutable and
// safe for concurrent use.
type Space struct {
	sizes []uint64 // levels of each comparison, missing included
	place []uint64 // value of one level of each comparison
}

// NewSpace returns the pattern space of the comparisons. It is an error when
// their level counts multiply to more than 64 bits.
func NewSpace(cs []Comparison) (*Space, error) {
	s := &Space{}
	place := uint64(1)
	for _, c := range cs {
		size := uint64(len(c.Levels()))
		if size == 0 {
			return nil, fmt.Errorf("scoring: comparison %q: unknown kind %q", c.Name, c.Kind)
		}
		s.sizes = append(s.sizes, size)
		s.place = append(s.place, place)
		hi, lo := bits.Mul64(place, size)
		if hi != 0 {
			return nil, fmt.Errorf("scoring: %d comparisons have more than 2^64 patterns: drop some at %q", len(cs), c.Name)
		}
		place = lo
	}
	return s, nil
}

// Len returns the number of comparisons.
func (s *Space) Len() int { return len(s.sizes) }

// Pattern returns the pattern of a comparison vector.
func (s *Space) Pattern(levels Levels) Pattern {
	var p Pattern
	for c, l := range levels {
		p += uint64(l) * s.place[c]
	}
	return p
}

// Level returns the level that comparison c has in p.
func (s *Space) Level(p Pattern, c int) uint8 {
	return uint8(p / s.place[c] % s.sizes[c])
}

// AppendLevels appends the comparison vector of p to dst.
func (s *Space) AppendLevels(dst Levels, p Pattern) Levels {
	for _, size := range s.sizes {
		dst = append(dst, uint8(p%size))
		p /= size
	}
	return dst
}

// A PatternCount says how many pairs have a pattern and were found by the
// blocking rules of Mask.
type PatternCount struct {
	Pattern Pattern
	Mask    uint64
	N       int64
}

// A Counter counts pairs by (pattern, mask of rules): open addressing, so that
// the common case of a seen pair costs one probe. Not safe for concurrent use;
// the zero value is ready.
type Counter struct {
	slots []PatternCount // N == 0 marks an empty slot
	used  int
}

// Add counts one pair.
func (c *Counter) Add(p Pattern, mask uint64) { c.add(p, mask, 1) }

func (c *Counter) add(p Pattern, mask uint64, n int64) {
	if c.used*4 >= len(c.slots)*3 {
		c.grow()
	}
	slot := c.find(p, mask)
	if slot.N == 0 {
		slot.Pattern, slot.Mask = p, mask
		c.used++
	}
	slot.N += n
}

func (c *Counter) find(p Pattern, mask uint64) *PatternCount {
	last := uint64(len(c.slots) - 1)
	for i := mixPattern(p, mask) & last; ; i = (i + 1) & last {
		if s := &c.slots[i]; s.N == 0 || s.Pattern == p && s.Mask == mask {
			return s
		}
	}
}

func (c *Counter) grow() {
	old := c.slots
	c.slots = make([]PatternCount, max(1024, 2*len(old)))
	for _, s := range old {
		if s.N != 0 {
			*c.find(s.Pattern, s.Mask) = s
		}
	}
}

// Merge adds the counts of another counter.
func (c *Counter) Merge(other *Counter) {
	for _, s := range other.slots {
		if s.N != 0 {
			c.add(s.Pattern, s.Mask, s.N)
		}
	}
}

// Counts returns the counts sorted by pattern, then mask: the same for any
// order of counting.
func (c *Counter) Counts() []PatternCount {
	out := make([]PatternCount, 0, c.used)
	for _, s := range c.slots {
		if s.N != 0 {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b PatternCount) int {
		switch {
		case a.Pattern != b.Pattern && a.Pattern < b.Pattern, a.Pattern == b.Pattern && a.Mask < b.Mask:
			return -1
		case a.Pattern == b.Pattern && a.Mask == b.Mask:
			return 0
		}
		return 1
	})
	return out
}

func mixPattern(p Pattern, mask uint64) uint64 {
	hi, lo := bits.Mul64(p^0x9e3779b97f4a7c15, 0xd1342543de82ef95)
	h := (hi ^ lo ^ mask) * 0x9fb21c651e98df25
	return h ^ h>>32
}
