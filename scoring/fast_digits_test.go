package scoring

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/idem-health/idem/scoring/strsim"
)

// digitsOf makes a fuzzed text digits of a length.
func digitsOf(s string, n int) string {
	s = strings.Map(func(r rune) rune { return '0' + r%10 }, s)
	return (s + strings.Repeat("0", n))[:n]
}

// FuzzPackedEdits: the distance of packed digits is strsim's.
func FuzzPackedEdits(f *testing.F) {
	f.Add("20180405", "20180504", uint8(8))
	f.Add("1234567890123456", "2345678901234561", uint8(16))
	f.Add("2134", "1243", uint8(4))
	f.Add("123", "321", uint8(3))
	f.Add("12", "21", uint8(2))
	f.Fuzz(func(t *testing.T, a, b string, n uint8) {
		size := 1 + int(n)%mostDigits
		for shift := range 3 { // near ones are rare among any
			x, y := digitsOf(a, size), digitsOf(b, size)
			if shift > 0 {
				y = digitsOf(x[min(shift, size):]+b, size)
			}
			d, e := digitFactsOf(x), digitFactsOf(y)
			if x == y || d.n == 0 || e.n == 0 {
				continue
			}
			want := min(strsim.OSA(x, y), 3)
			assert.Equal(t, want, packedEdits(d.packed, e.packed), "%s %s", x, y)
			got, ok := editsOf(&d, &e)
			assert.True(t, ok)
			assert.Equal(t, want, got, "%s %s", x, y)
		}
	})
}

// All values of five digits out of three: every edit of every kind is among
// them.
func TestPackedEditsOfAll(t *testing.T) {
	var all []string
	for i := range 243 {
		s := ""
		for range 5 {
			s += string(rune('0' + i%3))
			i /= 3
		}
		all = append(all, s)
	}
	for _, x := range all {
		for _, y := range all {
			if x != y {
				d, e := digitFactsOf(x), digitFactsOf(y)
				if got, want := packedEdits(d.packed, e.packed), min(strsim.OSA(x, y), 3); got != want {
					t.Fatalf("%s %s: %d, want %d", x, y, got, want)
				}
			}
		}
	}
}
