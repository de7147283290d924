package hash

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

// plain is the same hash written with encoding/binary over bytes.
func plain(b []byte) uint64 {
	mul := func(a, b uint64) uint64 {
		hi, lo := bits.Mul64(a, b)
		return hi ^ lo
	}
	h, n := uint64(seed), uint64(len(b))
	for len(b) > 16 {
		h = mul(binary.LittleEndian.Uint64(b)^k1, binary.LittleEndian.Uint64(b[8:])^h)
		b = b[16:]
	}
	var x, y uint64
	switch {
	case len(b) >= 8:
		x, y = binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[len(b)-8:])
	case len(b) >= 4:
		x, y = uint64(binary.LittleEndian.Uint32(b)), uint64(binary.LittleEndian.Uint32(b[len(b)-4:]))
	case len(b) > 0:
		x = uint64(b[0])<<16 | uint64(b[len(b)/2])<<8 | uint64(b[len(b)-1])
	}
	return max(1, mul(mul(x^k2, y^h)^k1, n^k3))
}

// Frozen models hold these values: they must never change.
func TestGolden(t *testing.T) {
	for s, want := range map[string]uint64{
		"":                           0x275dcbe929e2b33c,
		"A":                          0x9c086239e1fbaac4,
		"SMITH":                      0xd591d0c3e9ff6389,
		"19990131":                   0xde8d23b1f5c09d15,
		"THE QUICK BROWN FOX JUMPS ": 0x915166b5dcdf999b,
	} {
		assert.Equal(t, want, String(s), "String(%q)", s)
	}
	assert.Equal(t, uint64(0x48e205e593e09a8c), Mix(1, 2))
}

func TestPlain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := rapid.SliceOfN(rapid.Byte(), 0, 80).Draw(t, "bytes")
		if want := plain(b); Bytes(b) != want || String(string(b)) != want {
			t.Fatalf("%x: String %x, Bytes %x, plain %x", b, String(string(b)), Bytes(b), want)
		}
	})
}

func FuzzPlain(f *testing.F) {
	f.Add([]byte("SMITH"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if got, want := String(string(b)), plain(b); got != want {
			t.Errorf("String(%x) = %x, want %x", b, got, want)
		}
	})
}

func TestMixIsOrdered(t *testing.T) {
	assert.NotEqual(t, Mix(1, 2), Mix(2, 1))
	assert.NotZero(t, Mix(0, 0))
}

// Every bit of the hash must be usable alone: blocking takes the top bits,
// interning the low ones.
func TestSpread(t *testing.T) {
	const n = 1 << 16
	seen := make(map[uint64]bool, n)
	var ones [64]int
	for i := range n {
		h := String(fmt.Sprintf("K%d", i))
		assert.False(t, seen[h], "collision at %d", i)
		seen[h] = true
		for bit := range ones {
			ones[bit] += int(h >> bit & 1)
		}
	}
	for bit, c := range ones {
		assert.InDelta(t, n/2, c, n/32, "bit %d", bit)
	}
}

func TestNoAllocation(t *testing.T) {
	s, b := strings.Repeat("x", 40), []byte("SMITH")
	assert.Zero(t, testing.AllocsPerRun(100, func() { sink = String(s) + Bytes(b) }))
}

var sink uint64

func BenchmarkString(b *testing.B) {
	for b.Loop() {
		sink += String("FITZGERALD")
	}
}
