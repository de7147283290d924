package hash

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// A set with linear probing whose slots are emptied by CloseGap has what a map
// has: every key is found on its way from home, and no other.
func TestCloseGapKeepsEveryKeyInReach(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const n = 16
		var slots [n]uint64 // 0 is empty
		home := func(k uint64) int { return Home(k<<60, n) }
		find := func(k uint64) int {
			i := home(k)
			for slots[i] != 0 && slots[i] != k {
				i = (i + 1) % n
			}
			return i
		}
		in := map[uint64]bool{}
		for range rapid.IntRange(0, 200).Draw(t, "steps") {
			k := rapid.Uint64Range(1, 40).Draw(t, "key")
			i := find(k)
			require.Equal(t, in[k], slots[i] == k)
			switch {
			case in[k]:
				i = CloseGap(i, n, func(slot int) (int, bool) { return home(slots[slot]), slots[slot] != 0 },
					func(to, from int) { slots[to] = slots[from] })
				slots[i] = 0
				delete(in, k)
			case len(in) < n-1:
				slots[i], in[k] = k, true
			}
			for k := range in {
				require.Equal(t, k, slots[find(k)])
			}
		}
	})
}
