package scoring

import "github.com/idem-health/idem/scoring/strsim"

// The comparisons of one value with one. The facts of the two settle most; what
// is left is compared by the plain function, and remembered.

var (
	cutText = strsim.NewJWCut(textSome)
	cutFar  = strsim.NewJWCut(nameFar)
	cutSwap = strsim.NewJWCut(nameSwap)
)

// textLevel compares two texts, by their ids and facts.
func (s *Session) textLevel(o *bound, x, y uint32) uint8 {
	switch {
	case x == 0 || y == 0:
		return 0
	case x == y:
		return 1
	}
	p, q := &o.text.of[x], &o.text.of[y]
	switch o.code {
	case opExact:
		if p.canon == q.canon {
			return plainExact
		}
		return plainDiffers
	case opText:
		if p.canon == q.canon {
			return textExact
		}
		if !p.mayReach(q, cutText) {
			return textDiffers
		}
	case opMaiden:
		if p.bothPlain(q) && p.flag&q.flag&factVaries == 0 && !p.mayBeWithin(q, 2) {
			return nearDiffers
		}
	default:
		if p.bothPlain(q) && p.roots&q.roots == 0 && !p.mayBeWithin(q, 2) {
			return nearDiffers
		}
	}
	return s.remember(o, x, y)
}

// digitLevel compares two values of digits.
func (s *Session) digitLevel(o *bound, x, y uint32) uint8 {
	p, q := &o.digit.of[x], &o.digit.of[y]
	switch {
	case x == 0 || y == 0:
		return 0
	case x == y && p.exact:
		return 1
	case x != y && p.n != 0 && q.n != 0:
		if level, ok := o.settle(p, q); ok {
			return level
		}
	}
	return s.remember(o, x, y)
}

// smallLevel compares two values of a field of few.
func (s *Session) smallLevel(o *bound, x, y uint32) uint8 {
	switch n := o.col.Dict.Len(); {
	case x == 0 || y == 0:
		return 0
	case len(o.small) == n*n:
		return o.small[int(x)*n+int(y)]
	}
	return s.remember(o, x, y)
}

// remember compares two values by the plain function, or remembers what it said.
func (s *Session) remember(o *bound, x, y uint32) uint8 {
	key := uint64(x)<<32 | uint64(y)
	m := &s.memo[(key*0x9e3779b97f4a7c15+uint64(o.index)*0xd1342543de82ef95)>>(64-12)]
	if m.key != key || m.op != o.index+1 {
		d := o.col.Dict
		*m = remembered{key, o.index + 1, o.compare(d.Value(x), d.Value(y))}
	}
	return m.level
}

// best returns the best level over all values of two rows.
func (s *Session) best(o *bound, a, b *view) uint8 {
	var found uint8
	ys := o.col.Values(int(b.row - 1))
	for _, x := range o.col.Values(int(a.row - 1)) {
		for _, y := range ys {
			found = better(found, s.valueLevel(o, x, y))
			if found == 1 {
				return 1
			}
		}
	}
	return found
}

// valueLevel compares any two values of an op's field.
func (s *Session) valueLevel(o *bound, x, y uint32) uint8 {
	if o.digit != nil {
		return s.digitLevel(o, x, y)
	}
	return s.textLevel(o, x, y)
}
