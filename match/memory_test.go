package match_test

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/patient"
)

// streamed makes n records one at a time, nine fields each, most of a person of
// their own.
func streamed(n int) iter.Seq2[*patient.Record, error] {
	return func(yield func(*patient.Record, error) bool) {
		var r patient.Record
		mix := func(i, k int) int { return int(rand.NewPCG(uint64(i), uint64(k)).Uint64() >> 33) }
		for i := range n {
			p := i - i%10/9 // every tenth record is the one before it again
			r.Reset()
			r.Source, r.ID = "feed", fmt.Sprintf("r%08d", i)
			for _, f := range [][2]string{
				{"given_name", manyNames[mix(p, 1)%len(manyNames)]},
				{"family_name", familyNames[mix(p, 2)%len(familyNames)] + string(rune('a'+mix(p, 3)%26)) + string(rune('a'+mix(p, 4)%26))},
				{"birth_date", fmt.Sprintf("%04d-%02d-%02d", 1940+mix(p, 5)%80, 1+mix(p, 6)%12, 1+mix(p, 7)%28)},
				{"sex", []string{"F", "M"}[mix(p, 8)%2]},
				{"phone", fmt.Sprintf("%d2345%04d", 201+mix(p, 9)%700, mix(p, 10)%10000)},
				{"address", fmt.Sprintf("%d %s", 1+mix(p, 11)%900, streetNames[mix(p, 12)%len(streetNames)])},
				{"city", cityNames[mix(p, 13)%len(cityNames)]},
				{"state", "MI"},
				{"postal_code", fmt.Sprintf("48%03d", mix(p, 14)%1000)},
			} {
				r.SetField(f[0], f[1], "")
			}
			if !yield(&r, nil) {
				return
			}
		}
	}
}

// Memory is a + b times the records with b <= 600 bytes, at the end of every
// stage. The allocator's own slack is not counted: garbage is collected first.
func TestMemoryIsLinear(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	most := func(n int) int64 {
		var peak uint64
		var stats runtime.MemStats
		stage := match.Stage("")
		res, err := match.Dedupe(context.Background(), streamed(n), match.Options{Progress: func(p match.Progress) {
			if p.Stage == stage {
				return
			}
			stage = p.Stage
			runtime.GC()
			runtime.ReadMemStats(&stats)
			peak = max(peak, stats.HeapAlloc)
		}})
		require.NoError(t, err)
		runtime.GC()
		runtime.ReadMemStats(&stats)
		peak = max(peak, stats.HeapAlloc)
		t.Logf("%d records: %d candidates, %d matches, %d possible", n, res.Stats.Candidates, res.Stats.Matches, res.Stats.Possible)
		return int64(peak)
	}
	small, large := 30_000, 90_000
	a, b := most(small), most(large)
	perRecord := float64(b-a) / float64(large-small)
	t.Logf("%.0f bytes a record (%d MB at %d, %d MB at %d)", perRecord, a>>20, small, b>>20, large)
	assert.LessOrEqual(t, perRecord, 600.0)
}
