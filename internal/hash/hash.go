// Package hash is one fixed 64-bit hash: the same value on every architecture,
// in every process and in every version, so that keys can be frozen in a model
// and compared between runs. It is not a defense against chosen collisions.
package hash

import "math/bits"

// The odd constants of wyhash; what matters is only that they never change.
const (
	seed = 0xa0761d6478bd642f
	k1   = 0xe7037ed1a0b428db
	k2   = 0x8ebc6af09c88c6e3
	k3   = 0x589965cc75374cc3
)

// String returns the hash of s. It is never 0, so that 0 can mean missing.
func String(s string) uint64 { return sum(s) }

// Bytes returns String(string(b)).
func Bytes(b []byte) uint64 { return sum(b) }

// Mix returns a hash of the ordered pair (a, b). It is never 0.
func Mix(a, b uint64) uint64 {
	return finish(mum(a^seed^k1, b^k2), k3)
}

func sum[T string | []byte](s T) uint64 {
	h, n := uint64(seed), uint64(len(s))
	for len(s) > 16 {
		h = mum(load8(s)^k1, load8(s[8:])^h)
		s = s[16:]
	}
	var a, b uint64
	switch m := len(s); {
	case m >= 8:
		a, b = load8(s), load8(s[m-8:])
	case m >= 4:
		a, b = load4(s), load4(s[m-4:])
	case m > 0:
		a = uint64(s[0])<<16 | uint64(s[m>>1])<<8 | uint64(s[m-1])
	}
	return finish(mum(a^k2, b^h), n^k3)
}

func finish(h, n uint64) uint64 {
	h = mum(h^k1, n)
	if h == 0 {
		return 1
	}
	return h
}

// mum folds the 128-bit product of a and b.
func mum(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

func load8[T string | []byte](s T) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

func load4[T string | []byte](s T) uint64 {
	_ = s[3]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24
}
