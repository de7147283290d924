package store

import (
	"flag"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var writeSample = flag.String("sample", "", "write a store of the current format into this directory")

// TestSamplesKeepOpening opens stores that older versions of this package wrote.
// To keep one of a new format: go test ./match/store -run Samples -sample DIR.
func TestSamplesKeepOpening(t *testing.T) {
	if *writeSample != "" {
		s := reopen(t, ctx, *writeSample, Options{PackSize: 1 << 10})
		var digests []Digest
		for i := range 12 {
			digests = append(digests, put(t, s, marked(i), noon))
			require.NoError(t, s.Sync(ctx))
		}
		_, err := s.Erase(ctx, noon, digests[3], digests[11])
		require.NoError(t, err)
		require.NoError(t, s.WriteSnapshot(ctx, Snapshot{"index", 2, 7, [32]byte{1}}, func(w io.Writer) error {
			_, err := io.WriteString(w, "content")
			return err
		}))
		require.NoError(t, s.Close())
		require.NoError(t, os.Remove(filepath.Join(*writeSample, "lock")))
	}
	for name, first := range map[string]string{
		"v1": "b135481a86df1e44ca855b5219b7ddc4",
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, os.CopyFS(dir, os.DirFS(filepath.Join("testdata", name))))
			for range 2 { // with the indexes, and without
				s := reopen(t, ctx, dir, Options{})
				assert.Equal(t, Recovered{}, s.Recovered())
				report, err := s.Verify(ctx)
				require.NoError(t, err)
				assert.Equal(t, 10, report.Payloads)
				assert.Equal(t, 2, report.Erased)
				for i := range 12 {
					r := marked(i)
					p := s.Encode(&r)
					if i == 0 {
						assert.Equal(t, first, p.Digest().String())
					}
					want := Present
					if i == 3 || i == 11 {
						want = Erased
					}
					assert.Equal(t, want, s.Status(p.Digest()))
				}
				require.NoError(t, s.ReadSnapshot(ctx, "index", func(h Snapshot, r io.Reader) error {
					data, err := io.ReadAll(r)
					assert.Equal(t, Snapshot{"index", 2, 7, [32]byte{1}}, h)
					assert.Equal(t, "content", string(data))
					return err
				}))
				require.NoError(t, s.Close())
				indexes, err := filepath.Glob(filepath.Join(dir, "*.index"))
				require.NoError(t, err)
				for _, name := range indexes {
					require.NoError(t, os.Remove(name))
				}
			}
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
