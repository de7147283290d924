package population

import "math/bits"

// golden is 2^64 divided by the golden ratio, the step of SplitMix64.
const golden = 0x9e3779b97f4a7c15

// mix64 is the finalizer of SplitMix64: a bijection of the 64-bit numbers whose
// every output bit depends on every input bit.
func mix64(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// A stream names what a sequence of draws is for. Every entity has each of the
// streams to itself, so that a draw added to one moves no other.
type stream uint64

const (
	streamHousehold stream = iota + 1
	streamMember
	streamNames
	streamEvents
	streamHome
	streamPhone
	streamNewborn
	streamDoses
	streamLot
	streamFeeds
	streamRecord
	streamNoise
	streamDoseNoise
	streamStyle
	streamOrganization
	streamSpelling
	streamNumber
	streamTrap
	streamPlace
	streamQuery
)

// A kind is a kind of entity that draws are made for.
type kind uint64

const (
	kindHousehold kind = iota + 1
	kindPerson
	kindPair // of households: 2n and 2n+1
	kindOrganization
	kindTable
	kindRecord
)

// draws is a sequence of random numbers. The n-th of them is a function of
// (seed, kind, id, stream, n) alone: no state is shared with anything.
type draws struct{ state uint64 }

// draw begins the sequence of a stream of an entity.
func (g *Generator) draw(k kind, id uint64, s stream) draws {
	return draws{mix64(mix64(g.seed^uint64(k)<<56^uint64(s)<<48)+id*golden) ^ uint64(s)}
}

func (d *draws) next() uint64 {
	d.state += golden
	return mix64(d.state)
}

// below draws from 0..n-1. The multiplication favors some numbers by less than
// n/2^64, which no count made here can show.
func (d *draws) below(n int) int {
	hi, _ := bits.Mul64(d.next(), uint64(n))
	return int(hi)
}

// A chance is a probability in 32-bit fixed point: one is 1<<32.
type chance uint64

const certain chance = 1 << 32

func (d *draws) is(c chance) bool { return chance(d.next()>>32) < c }

// times scales a probability by another in the same unit.
func (c chance) times(f chance) chance {
	hi, lo := bits.Mul64(uint64(c), uint64(f))
	return min(certain, chance(hi<<32|lo>>32))
}

// chanceOf is the fixed point of p, held between 0 and 1.
func chanceOf(p float64) chance {
	switch {
	case !(p > 0):
		return 0
	case p >= 1:
		return certain
	}
	return chance(p * float64(certain))
}

// percent is chanceOf for constants in the code.
func percent(p float64) chance { return chanceOf(p / 100) }

// An alias table draws from a discrete distribution in constant time (Walker,
// Vose). It is built from integer weights with integer arithmetic, so that it
// is the same on every machine.
type alias struct {
	cut   []uint32 // below it: the slot itself
	other []uint32
}

// newAlias builds the table of some weights; their sum times their number must
// stay below 2^63. Without any weight it always gives 0.
func newAlias(weights []uint64) alias {
	n := uint64(len(weights))
	a := alias{make([]uint32, n), make([]uint32, n)}
	total := uint64(0)
	for _, w := range weights {
		total += w
	}
	if total == 0 {
		return a
	}
	scaled := make([]uint64, n)
	small, large := make([]uint32, 0, n), make([]uint32, 0, n)
	for i, w := range weights {
		if scaled[i] = w * n; scaled[i] < total {
			small = append(small, uint32(i))
		} else {
			large = append(large, uint32(i))
		}
	}
	for len(small) > 0 && len(large) > 0 {
		s, l := small[len(small)-1], large[len(large)-1]
		small = small[:len(small)-1]
		hi, lo := scaled[s]>>32, scaled[s]<<32
		cut, _ := bits.Div64(hi, lo, total)
		a.cut[s], a.other[s] = uint32(cut), l
		if scaled[l] -= total - scaled[s]; scaled[l] < total {
			large = large[:len(large)-1]
			small = append(small, l)
		}
	}
	for _, i := range append(small, large...) {
		a.cut[i], a.other[i] = 1<<32-1, i
	}
	return a
}

func (a *alias) pick(d *draws) int {
	if len(a.cut) == 0 {
		return 0
	}
	slot, fraction := bits.Mul64(d.next(), uint64(len(a.cut)))
	if uint32(fraction>>32) < a.cut[slot] {
		return int(slot)
	}
	return int(a.other[slot])
}

// choose draws from a handful of weights, whose sum is total.
func choose(d *draws, weights []uint16, total int) int {
	at := d.below(total)
	for i, w := range weights {
		if at -= int(w); at < 0 {
			return i
		}
	}
	return len(weights) - 1
}

func sum16(weights []uint16) int {
	total := 0
	for _, w := range weights {
		total += int(w)
	}
	return total
}
