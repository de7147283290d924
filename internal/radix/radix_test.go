package radix

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"sort"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

type pair struct {
	key uint64
	row uint32
}

func plain(keys []uint64, rows []uint32) {
	pairs := make([]pair, len(keys))
	for i, k := range keys {
		pairs[i] = pair{k, rows[i]}
	}
	sort.SliceStable(pairs, func(i, j int) bool { return pairs[i].key < pairs[j].key })
	for i, p := range pairs {
		keys[i], rows[i] = p.key, p.row
	}
}

// random returns n keys of which only the bits of mask vary, with rows numbered.
func random(n int, seed, mask uint64) ([]uint64, []uint32) {
	r := rand.New(rand.NewPCG(seed, 1))
	keys, rows := make([]uint64, n), make([]uint32, n)
	for i := range keys {
		keys[i], rows[i] = r.Uint64()&mask|0x0100<<48&^mask, uint32(i)
	}
	return keys, rows
}

func check(t testing.TB, keys []uint64, rows []uint32, buf *Buffer) {
	wantKeys, wantRows := slices.Clone(keys), slices.Clone(rows)
	plain(wantKeys, wantRows)
	SortPairs(keys, rows, buf)
	if !slices.Equal(wantKeys, keys) || !slices.Equal(wantRows, rows) {
		t.Errorf("%d pairs are not in the order of a stable sort", len(keys))
	}
}

func TestSortPairsEqualsPlain(t *testing.T) {
	var buf Buffer // one for all, so that what a sort leaves in it is seen not to matter
	masks := []uint64{^uint64(0), 0, 1, 0xff, 0xff00, 0xf0f0f0f0f0f0f0f0, 1 << 63, 0xffffffff, 0xffffffff00000000, 0xff00000000000001, 0xff000000000000ff, 7 << 40}
	for _, n := range []int{0, 1, 2, 63, 64, 65, 66, 1000, 5000, 100_000} {
		for i, mask := range masks {
			keys, rows := random(n, uint64(n+i), mask)
			check(t, keys, rows, &buf)
			check(t, keys, rows, nil) // sorted already
			slices.Reverse(keys)
			check(t, keys, rows, &buf)
		}
	}
}

func TestSortPairsLeavesTheRest(t *testing.T) {
	keys, rows := []uint64{3, 1, 2}, []uint32{30, 10}
	SortPairs(keys, rows, nil)
	assert.Equal(t, []uint64{1, 3, 2}, keys)
	assert.Equal(t, []uint32{10, 30}, rows)
}

func TestSortPairsProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// Few distinct keys over few top bytes: long runs equal in a prefix of their bytes.
		base := rapid.SliceOfN(rapid.Uint64(), 1, 5).Draw(t, "keys")
		n := rapid.IntRange(0, 400).Draw(t, "n")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		keys, rows := make([]uint64, n), make([]uint32, n)
		for i := range keys {
			keys[i], rows[i] = base[r.IntN(len(base))]^r.Uint64()>>(r.IntN(8)*8+7), uint32(i)
		}
		want, wantRows := slices.Clone(keys), slices.Clone(rows)
		plain(want, wantRows)
		SortPairs(keys, rows, nil)
		assert.Equal(t, want, keys)
		assert.Equal(t, wantRows, rows)
	})
}

func FuzzSortPairs(f *testing.F) {
	f.Add([]byte("some bytes to make keys of"), uint8(200), uint64(0xff00ff))
	f.Fuzz(func(t *testing.T, b []byte, more uint8, mask uint64) {
		keys, rows := random(int(more), uint64(len(b)), mask)
		for i, c := range b {
			keys, rows = append(keys, uint64(c)<<(c%64)), append(rows, uint32(i))
		}
		check(t, keys, rows, nil)
	})
}

func TestSortPairsAllocatesNothing(t *testing.T) {
	keys, rows := random(5000, 3, ^uint64(0))
	unsorted := slices.Clone(keys)
	var buf Buffer
	SortPairs(keys, rows, &buf)
	assert.Zero(t, testing.AllocsPerRun(5, func() {
		copy(keys, unsorted)
		SortPairs(keys, rows, &buf)
	}))
}

func BenchmarkSortPairs(b *testing.B) {
	for _, c := range []struct {
		name string
		n    int
		mask uint64
	}{
		{"hashes 1M", 1 << 20, ^uint64(0)},
		{"hashes 30k", 30_000, ^uint64(0)},
		{"40 bits 1M", 1 << 20, 1<<40 - 1},
		{"blocks of 16, 1M", 1 << 20, 0xffff000000000000},
	} {
		keys, rows := random(c.n, 1, c.mask)
		if c.mask == 0xffff000000000000 {
			for i, k := range keys { // 65,536 different hashes
				keys[i] = (k + 1) * 0x9e3779b97f4a7c15
			}
		}
		k, r := make([]uint64, c.n), make([]uint32, c.n)
		b.Run(c.name+"/radix", func(b *testing.B) {
			var buf Buffer
			b.ReportAllocs()
			for b.Loop() {
				copy(k, keys)
				copy(r, rows)
				SortPairs(k, r, &buf)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(c.n), "ns/key")
		})
		b.Run(c.name+"/slices", func(b *testing.B) {
			pairs := make([]pair, c.n)
			for b.Loop() {
				for i := range pairs {
					pairs[i] = pair{keys[i], rows[i]}
				}
				slices.SortFunc(pairs, func(x, y pair) int {
					return cmp.Or(cmp.Compare(x.key, y.key), cmp.Compare(x.row, y.row))
				})
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(c.n), "ns/key")
		})
	}
}
