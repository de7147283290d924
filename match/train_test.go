package match

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/scoring"
)

// A candidate pair is compared once: what the training compared is what the
// scoring reads, in the order in which it comes to the pairs, and nothing of it
// is kept. So it is where all pairs are candidates and where rules find them.
func TestTrainedPairsAreNotComparedAgain(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long, and whole runs under the race detector are many already")
	}
	for _, c := range []struct {
		records int
		all     bool
	}{{300, true}, {2000, false}} {
		records := newbornRecords(c.records)
		r, err := newRun(Options{Policy: scoring.IISPolicy()})
		require.NoError(t, err)
		ctx := context.Background()
		require.NoError(t, r.read(ctx, func(yield func(*patient.Record, error) bool) {
			for i := range records {
				if !yield(&records[i], nil) {
					return
				}
			}
		}))
		require.NoError(t, r.block(ctx))
		require.Equal(t, c.all, r.index.All())
		require.NoError(t, r.fit(ctx))
		require.Len(t, r.known, shards)

		fresh := r.comparer.NewSession()
		var pairs int64
		for shard, known := range r.known {
			at := 0
			require.NoError(t, r.index.Each(ctx, shard, shards, func(i, j uint32, _ int, _ uint64) bool {
				if at == len(known) || known[at] != fresh.Pattern(i, j) {
					t.Fatalf("%d records, shard %d: pair %d of %d is not what the training compared", c.records, shard, at, len(known))
				}
				at++
				return true
			}))
			require.Len(t, known, at)
			pairs += int64(at)
		}
		require.NotZero(t, pairs)

		_, histogram, err := r.score(ctx)
		require.NoError(t, err)
		assert.NotNil(t, histogram)
		assert.Equal(t, pairs, r.stats.Candidates)
		for _, known := range r.known {
			assert.Nil(t, known)
		}
	}
}
