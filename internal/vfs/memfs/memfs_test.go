package memfs

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/internal/vfs"
)

func create(t *testing.T, m *FS, name, text string) vfs.File {
	t.Helper()
	require.NoError(t, m.MkdirAll("d"))
	f, err := m.Create("d/" + name)
	require.NoError(t, err)
	_, err = f.WriteAt([]byte(text), 0)
	require.NoError(t, err)
	return f
}

// outcomes lists what crashes leave of a file.
func outcomes(m *FS, name string) []string {
	var list []string
	for range 200 {
		text := "none"
		if data, ok := m.Crash().Files()[name]; ok {
			text = string(data)
		}
		list = append(list, text)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func TestWhatACrashLeaves(t *testing.T) {
	m := New(1)
	f := create(t, m, "a", "old")
	assert.Subset(t, outcomes(m, "d/a"), []string{"", "none", "old"}, "neither name nor content is on disk")
	require.NoError(t, f.Sync())
	assert.Equal(t, []string{"none", "old"}, outcomes(m, "d/a"))
	require.NoError(t, m.SyncDir("d"))
	assert.Equal(t, []string{"old"}, outcomes(m, "d/a"))

	long := strings.Repeat("n", sector) + strings.Repeat("m", sector)
	_, err := f.WriteAt([]byte(long), 0)
	require.NoError(t, err)
	got := outcomes(m, "d/a")
	assert.Contains(t, got, long)
	assert.Contains(t, got, long[:sector]+strings.Repeat("\x00", sector), "torn between sectors")
	assert.Contains(t, got, "old"+strings.Repeat("\x00", sector-3)+long[sector:], "later sectors first")

	require.NoError(t, f.Sync())
	require.NoError(t, m.Rename("d/a", "d/b"))
	assert.Equal(t, []string{long, "none"}, outcomes(m, "d/a"))
	require.NoError(t, m.SyncDir("d"))
	assert.Equal(t, []string{"none"}, outcomes(m, "d/a"))
	require.NoError(t, f.Truncate(1))
	assert.Subset(t, outcomes(m, "d/b"), []string{"n", long})
	assert.Equal(t, map[string][]byte{"d/b": []byte(long)}, m.OnDisk())
}

func TestASyncThatFailedIsNotMadeGoodByAnother(t *testing.T) {
	m := New(2)
	f := create(t, m, "a", "")
	require.NoError(t, m.SyncDir("d"))
	lost := false
	for range 50 {
		_, err := f.WriteAt([]byte("text"), 0)
		require.NoError(t, err)
		m.FailAt(1, false)
		require.ErrorIs(t, f.Sync(), syscall.EIO)
		require.NoError(t, f.Sync())
		assert.Equal(t, "text", string(m.Files()["d/a"]))
		lost = lost || string(m.Crash().Files()["d/a"]) != "text"
		require.NoError(t, f.Truncate(0))
		require.NoError(t, f.Sync())
	}
	assert.True(t, lost)
}

func TestFailures(t *testing.T) {
	m := New(3)
	f := create(t, m, "a", "")
	m.FailAt(2, true)
	_, err := f.WriteAt([]byte("x"), 0)
	require.NoError(t, err)
	n, err := f.WriteAt([]byte(strings.Repeat("y", 100)), 1)
	require.ErrorIs(t, err, syscall.ENOSPC)
	assert.Equal(t, 1+n, len(m.Files()["d/a"]), "a short write")
	require.Error(t, f.Truncate(0))
	calls, failed := m.Calls()
	assert.Equal(t, 3, calls)
	assert.Equal(t, []string{"write a (call 2)", "truncate a (call 3)"}, failed)
	m.FailAt(0, false)

	lock, err := m.Lock("d/lock")
	require.NoError(t, err)
	_, err = m.Lock("d/lock")
	require.ErrorIs(t, err, vfs.ErrLocked)
	require.NoError(t, lock.Close())
	_, err = m.Open("d/none")
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.NoError(t, f.Close())
	_, err = f.Size()
	require.ErrorIs(t, err, fs.ErrClosed)
	r, err := m.Open("d/a")
	require.NoError(t, err)
	require.Error(t, r.Truncate(0))
	assert.Error(t, errors.Join(r.Close(), m.Remove("d/none")))
}
