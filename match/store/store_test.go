package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/match/patient"
)

var (
	ctx  = context.Background()
	noon = time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
)

func record(source string, i int) patient.Record {
	return patient.Record{Source: source, ID: fmt.Sprint(i), Names: []patient.Name{{Given: fmt.Sprint("Given", i), Family: "Family"}}}
}

func reopen(t testing.TB, ctx context.Context, dir string, options Options) *Store {
	t.Helper()
	s, err := Open(ctx, dir, options)
	require.NoError(t, err)
	return s
}

func put(t testing.TB, s *Store, r patient.Record, at time.Time) Digest {
	t.Helper()
	p := s.Encode(&r)
	require.NoError(t, s.Put(p, at))
	return p.Digest()
}

// bytesOf is all that the files of a directory hold.
func bytesOf(t testing.TB, dir string) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	var all bytes.Buffer
	for _, name := range names {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		all.Write(data)
	}
	return all.String()
}

func TestPutAndGet(t *testing.T) {
	dir := t.TempDir()
	s := reopen(t, ctx, dir, Options{PackSize: 1 << 10})
	var digests []Digest
	for i := range 40 {
		d := put(t, s, record("clinic", i), noon)
		digests = append(digests, d)
		assert.Equal(t, Present, s.Status(d))
		if i%3 == 0 {
			require.NoError(t, s.Sync(ctx))
		}
		got, err := s.Get(ctx, d)
		require.NoError(t, err)
		assert.Equal(t, record("clinic", i), got)
	}
	assert.Equal(t, digests[7], put(t, s, record("clinic", 7), noon), "stored once")
	assert.Greater(t, len(s.sealed), 2)
	check := func() {
		t.Helper()
		assert.Equal(t, digests, s.Digests())
		for i, d := range digests {
			got, err := s.Get(ctx, d)
			require.NoError(t, err)
			assert.Equal(t, record("clinic", i), got)
		}
		assert.Equal(t, Absent, s.Status(Digest{1}))
		_, err := s.Get(ctx, Digest{1})
		require.ErrorIs(t, err, ErrAbsent)
		report, err := s.Verify(ctx)
		require.NoError(t, err)
		assert.Equal(t, 40, report.Payloads)
	}
	require.NoError(t, s.Sync(ctx))
	check()
	require.NoError(t, s.Close())
	require.ErrorIs(t, s.Close(), ErrClosed)
	_, err := os.Stat(filepath.Join(dir, indexName(s.active.number)))
	require.NoError(t, err, "the next start need not read the newest pack")

	s = reopen(t, ctx, dir, Options{})
	check()
	_, err = Open(ctx, dir, Options{})
	require.ErrorIs(t, err, ErrLocked)
	require.NoError(t, s.Close())

	indexes, err := filepath.Glob(filepath.Join(dir, "*.index"))
	require.NoError(t, err)
	for _, name := range indexes { // derived: they are made again
		require.NoError(t, os.Remove(name))
	}
	s = reopen(t, ctx, dir, Options{})
	check()
	require.NoError(t, s.Close())
}

func TestEraseLeavesNoByte(t *testing.T) {
	dir := t.TempDir()
	s := reopen(t, ctx, dir, Options{PackSize: 1 << 10})
	var digests []Digest
	for i := range 30 {
		digests = append(digests, put(t, s, record("clinic", i), noon))
		require.NoError(t, s.Sync(ctx))
	}
	require.Contains(t, bytesOf(t, dir), "Given7")
	n, err := s.Erase(ctx, noon, digests[7], digests[29], digests[7], Digest{1})
	require.NoError(t, err)
	assert.Equal(t, 2, n)
	check := func() {
		t.Helper()
		all := bytesOf(t, dir)
		assert.NotContains(t, all, "Given7")
		assert.NotContains(t, all, "Given29")
		assert.Contains(t, all, "Given8")
		assert.Equal(t, Erased, s.Status(digests[7]))
		_, err := s.Get(ctx, digests[29])
		require.ErrorIs(t, err, ErrErased)
		report, err := s.Verify(ctx)
		require.NoError(t, err)
		assert.Equal(t, 28, report.Payloads)
		assert.Equal(t, 2, report.Erased)
	}
	check()
	require.NoError(t, s.Close())
	s = reopen(t, ctx, dir, Options{PackSize: 1 << 10})
	check()

	done, err := s.Compact(ctx, 0)
	require.NoError(t, err)
	assert.Positive(t, done.Packs)
	assert.Positive(t, done.Bytes)
	check()
	require.NoError(t, s.Close())
	s = reopen(t, ctx, dir, Options{PackSize: 1 << 10})
	check()

	again := put(t, s, record("clinic", 7), noon)
	assert.Equal(t, digests[7], again)
	assert.Equal(t, Present, s.Status(again), "the same content may come again")
	require.NoError(t, s.Close())
	s = reopen(t, ctx, dir, Options{})
	assert.Equal(t, Present, s.Status(again))
	require.NoError(t, s.Close())
}

func TestRetentionBySource(t *testing.T) {
	s := reopen(t, ctx, t.TempDir(), Options{PackSize: 1 << 10})
	var clinic []Digest
	for i := range 20 {
		clinic = append(clinic, put(t, s, record("clinic", i), noon.AddDate(0, 0, i)))
		put(t, s, record("school", i), noon.AddDate(0, 0, i))
		require.NoError(t, s.Sync(ctx))
	}
	assert.Equal(t, clinic[:5], s.Expired("clinic", noon.AddDate(0, 0, 5)))
	assert.Empty(t, s.Expired("nobody", noon.AddDate(1, 0, 0)))
	_, err := s.Erase(ctx, noon, clinic[:5]...)
	require.NoError(t, err)
	assert.Empty(t, s.Expired("clinic", noon.AddDate(0, 0, 5)))
	require.NoError(t, s.Close())
}

func TestSnapshots(t *testing.T) {
	dir := t.TempDir()
	s := reopen(t, ctx, dir, Options{})
	read := func(name string) (h Snapshot, text string, err error) {
		err = s.ReadSnapshot(ctx, name, func(head Snapshot, r io.Reader) error {
			data, err := io.ReadAll(r)
			h, text = head, string(data)
			return err
		})
		return h, text, err
	}
	_, _, err := read("index")
	require.ErrorIs(t, err, ErrAbsent)
	big := strings.Repeat("0123456789", 100_000)
	for i, text := range []string{"first", big, ""} {
		want := Snapshot{"index", 3, uint64(i), [32]byte{9}}
		require.NoError(t, s.WriteSnapshot(ctx, want, func(w io.Writer) error {
			_, err := io.WriteString(w, text)
			return err
		}))
		got, gotText, err := read("index")
		require.NoError(t, err)
		assert.Equal(t, want, got)
		assert.Equal(t, text, gotText)
	}
	var kept io.Reader
	require.NoError(t, s.ReadSnapshot(ctx, "index", func(_ Snapshot, r io.Reader) error {
		kept = r
		return nil
	}))
	_, err = kept.Read(make([]byte, 1))
	require.Error(t, err)
	failure := errors.New("cannot")
	err = s.WriteSnapshot(ctx, Snapshot{Name: "index"}, func(w io.Writer) error {
		_, err := io.WriteString(w, big)
		return errors.Join(err, failure)
	})
	require.ErrorIs(t, err, failure)
	got, _, err := read("index")
	require.NoError(t, err)
	assert.Equal(t, uint64(2), got.Position, "the old one stays")
	require.Error(t, s.WriteSnapshot(ctx, Snapshot{Name: "../x"}, nil))
	require.NoError(t, s.RemoveSnapshot("index"))
	_, _, err = read("index")
	require.ErrorIs(t, err, ErrAbsent)
	require.NoError(t, s.Close())
	assert.NotContains(t, bytesOf(t, dir), "0123456789")
}
