package intake_test

import (
	"context"
	"iter"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/match/intake"
)

// The parts are the whole, also when they are read by turns.
func TestRecordsOf(t *testing.T) {
	dir := t.TempDir()
	var paths []string
	for name, text := range map[string]string{"a.csv": "id,first_name\n1,Ann\n2,Bea\n", "b.csv": "id;given\n1;Cy\nbad\n2;Di\n3;Ed\n"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	paths = append(paths, filepath.Join(dir, "a.csv"), filepath.Join(dir, "b.csv"))
	var done, total int64
	r, err := intake.Open(paths, intake.Options{Progress: func(d, all int64) { done, total = d, all }})
	require.NoError(t, err)
	defer r.Close()
	ctx := context.Background()
	var whole []string
	for rec, err := range r.Records(ctx) {
		require.NoError(t, err)
		whole = append(whole, rec.Source+rec.ID+rec.Names[0].Given)
	}
	require.Len(t, whole, 5)
	for range 2 {
		done = 0
		next, stop := iter.Pull2(r.RecordsOf(ctx, 1))
		var parts, late []string
		for range 2 {
			rec, err, ok := next()
			require.True(t, ok)
			require.NoError(t, err)
			late = append(late, rec.Source+rec.ID+rec.Names[0].Given)
		}
		for rec, err := range r.RecordsOf(ctx, 0) {
			require.NoError(t, err)
			parts = append(parts, rec.Source+rec.ID+rec.Names[0].Given)
		}
		for {
			rec, err, ok := next()
			if !ok {
				break
			}
			require.NoError(t, err)
			late = append(late, rec.Source+rec.ID+rec.Names[0].Given)
		}
		stop()
		assert.Equal(t, whole, append(parts, late...))
		assert.Equal(t, int64(5), r.Count())
		assert.Equal(t, total, done)
		assert.Equal(t, map[intake.Reason]int64{intake.ReasonRagged: 1}, r.Rejected(), "told once, whatever the pass")
	}
}
