package ledger

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/idem-health/idem/internal/vfs"
	"github.com/idem-health/idem/internal/vfs/memfs"
)

// TestALogIsASlice does anything to a log and to a slice of events.
func TestALogIsASlice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fs := memfs.New(1)
		options := Options{SegmentSize: rapid.Int64Range(1, 600).Draw(t, "segment size")}
		f, err := Open(vfs.With(ctx, fs), "d", options)
		require.NoError(t, err)
		var model []string
		heads := []Head{f.Head()}
		t.Repeat(map[string]func(*rapid.T){
			"append": func(t *rapid.T) {
				texts := rapid.SliceOfN(rapid.StringN(0, 20, -1), 1, 4).Draw(t, "events")
				expected := rapid.SampledFrom([]Head{{}, f.Head(), heads[0]}).Draw(t, "expected")
				head, err := f.Append(ctx, expected, events(texts...))
				if expected != (Head{}) && expected != heads[len(heads)-1] {
					require.ErrorIs(t, err, ErrConflict)
					return
				}
				require.NoError(t, err)
				model = append(model, texts...)
				heads = append(heads, head)
			},
			"enqueue": func(t *rapid.T) {
				var last Ticket
				for i := range 3 {
					ticket, err := f.Enqueue(events("a", "b", "c")[i:])
					require.NoError(t, err)
					model = append(model, []string{"a", "b", "c"}[i:]...)
					heads = append(heads, ticket.Head())
					last = ticket
				}
				require.NoError(t, last.Wait(ctx))
			},
			"checkpoint": func(t *rapid.T) { require.NoError(t, f.Checkpoint(ctx)) },
			"reopen": func(t *rapid.T) {
				if rapid.Bool().Draw(t, "closed") {
					require.NoError(t, f.Close())
				} else {
					fs = fs.Crash() // all was acknowledged
					require.NoError(t, f.Close())
				}
				f, err = Open(vfs.With(ctx, fs), "d", options)
				require.NoError(t, err)
			},
			"": func(t *rapid.T) {
				require.Equal(t, heads[len(heads)-1], f.Head())
				after := rapid.IntRange(0, len(model)).Draw(t, "after")
				var got []string
				for e, err := range f.Read(ctx, Position(after)) {
					require.NoError(t, err)
					require.Equal(t, Position(after+len(got)+1), e.Position)
					got = append(got, string(e.Payload))
				}
				require.True(t, slices.Equal(model[after:], got))
				report, err := f.Verify(ctx, heads...)
				require.NoError(t, err)
				require.Equal(t, len(heads)-1, report.Frames)
			},
		})
		require.NoError(t, f.Close())
	})
}
