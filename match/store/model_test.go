package store

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/idem-health/idem/internal/vfs"
	"github.com/idem-health/idem/internal/vfs/memfs"
)

// A kept payload is what the model of TestAStoreIsAMap has of one.
type kept struct {
	status Status
	stored time.Time
}

// TestAStoreIsAMap does anything to a store and to a map.
func TestAStoreIsAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fs := memfs.New(1)
		options := Options{PackSize: rapid.Int64Range(1, 1500).Draw(t, "pack size")}
		s, err := Open(vfs.With(ctx, fs), "d", options)
		require.NoError(t, err)
		model := map[int]kept{}
		digest := func(i int) Digest {
			r := marked(i)
			p := s.Encode(&r)
			return p.Digest()
		}
		number := rapid.IntRange(0, 30)
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				for _, i := range rapid.SliceOfN(number, 1, 4).Draw(t, "records") {
					at := noon.AddDate(0, 0, rapid.IntRange(0, 9).Draw(t, "day"))
					r := marked(i)
					require.NoError(t, s.Put(s.Encode(&r), at))
					if model[i].status != Present {
						model[i] = kept{Present, at}
					}
				}
				if rapid.Bool().Draw(t, "sync") {
					require.NoError(t, s.Sync(ctx))
				}
			},
			"erase": func(t *rapid.T) {
				var list []Digest
				want := 0
				for _, i := range rapid.SliceOfN(number, 0, 4).Draw(t, "records") {
					list = append(list, digest(i))
					if model[i].status == Present {
						want++
						model[i] = kept{status: Erased}
					}
				}
				got, err := s.Erase(ctx, noon, list...)
				require.NoError(t, err)
				require.Equal(t, want, got)
			},
			"compact": func(t *rapid.T) {
				_, err := s.Compact(ctx, rapid.Float64Range(0, 1).Draw(t, "share"))
				require.NoError(t, err)
			},
			"reopen": func(t *rapid.T) {
				if rapid.Bool().Draw(t, "crash") {
					require.NoError(t, s.Sync(ctx))
					fs = fs.Crash()
				}
				require.NoError(t, s.Close())
				s, err = Open(vfs.With(ctx, fs), "d", options)
				require.NoError(t, err)
			},
			"": func(t *rapid.T) {
				var present, expired []Digest
				for i := range 31 {
					d, have := digest(i), model[i]
					require.Equal(t, have.status, s.Status(d))
					if have.status != Present {
						continue
					}
					r, err := s.Get(ctx, d)
					require.NoError(t, err)
					require.Equal(t, marked(i), r)
					present = append(present, d)
					if have.stored.Before(noon.AddDate(0, 0, 4)) {
						expired = append(expired, d)
					}
				}
				require.ElementsMatch(t, present, s.Digests())
				require.ElementsMatch(t, expired, s.Expired("clinic", noon.AddDate(0, 0, 4)))
				require.NoError(t, s.Sync(ctx))
				report, err := s.Verify(ctx)
				require.NoError(t, err)
				require.Equal(t, len(present), report.Payloads)
			},
		})
		require.NoError(t, s.Close())
	})
}
