package ledger

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var writeSample = flag.String("sample", "", "write a log of the current format into this directory")

// sampleOptions are such that the sample has several segments.
var sampleOptions = Options{SegmentSize: 1 << 10}

// TestSamplesKeepOpening opens logs that older versions of this package wrote.
// To keep one of a new format: go test ./match/ledger -run Samples -sample DIR.
func TestSamplesKeepOpening(t *testing.T) {
	if *writeSample != "" {
		f := reopen(t, ctx, *writeSample, sampleOptions)
		for i := range 12 {
			_, err := f.Append(ctx, Head{}, batch(i, 1+i%3))
			require.NoError(t, err)
		}
		require.NoError(t, f.Close())
		require.NoError(t, os.Remove(filepath.Join(*writeSample, "lock")))
	}
	for name, want := range map[string]string{
		"v1": "3277bea1b58b4650",
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, os.CopyFS(dir, os.DirFS(filepath.Join("testdata", name))))
			f := reopen(t, ctx, dir, sampleOptions)
			assert.Equal(t, Recovered{Proven: 24}, f.Recovered())
			report, err := f.Verify(ctx)
			require.NoError(t, err)
			assert.Equal(t, uint64(24), report.Events)
			assert.Equal(t, 12, report.Frames)
			hash, err := report.Head.Hash.MarshalText()
			require.NoError(t, err)
			assert.Equal(t, want, string(hash[:16]))
			acked := map[int]Head{11: report.Head}
			require.NoError(t, check(f, acked))
			_, err = f.Append(ctx, report.Head, batch(12, 1))
			require.NoError(t, err)
			require.NoError(t, f.Close())
		})
	}
}

// sampleFiles are the files of a sample, as in a directory d.
func sampleFiles(t testing.TB, name string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	entries, err := os.ReadDir(filepath.Join("testdata", name))
	require.NoError(t, err)
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join("testdata", name, e.Name()))
		require.NoError(t, err)
		files["d/"+e.Name()] = data
	}
	return files
}
