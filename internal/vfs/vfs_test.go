package vfs

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReplacingAFile(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "sub", "file")
	require.NoError(t, OS.MkdirAll(filepath.Dir(name)))
	require.NoError(t, WriteFile(OS, name, []byte("one")))
	require.NoError(t, WriteFile(OS, name, []byte("two")))
	r, err := Replace(OS, name)
	require.NoError(t, err)
	_, err = r.WriteAt([]byte("three"), 0)
	require.NoError(t, err)
	require.NoError(t, r.Abandon())
	names, err := OS.ReadDir(filepath.Dir(name))
	require.NoError(t, err)
	assert.Equal(t, []string{"file"}, names)
	data, err := ReadFile(OS, name, 3)
	require.NoError(t, err)
	assert.Equal(t, "two", string(data))
	_, err = ReadFile(OS, name, 2)
	require.ErrorIs(t, err, ErrTooLong)
	_, err = ReadFile(OS, name+"x", 2)
	require.ErrorIs(t, err, fs.ErrNotExist)
	assert.True(t, IsTemp(TempName(name)))
	assert.False(t, IsTemp(name))
	info, err := os.Stat(name)
	require.NoError(t, err)
	assert.Zero(t, info.Mode().Perm()&0o077, "for its owner alone")

	f, err := OS.OpenWrite(name)
	require.NoError(t, err)
	require.NoError(t, f.Truncate(2))
	require.NoError(t, Rewrite(f, 0, 2))
	size, err := f.Size()
	require.NoError(t, err)
	assert.Equal(t, int64(2), size)
	require.NoError(t, f.Close())
	assert.Equal(t, OS, From(With(context.Background(), OS)))
	assert.Equal(t, OS, From(context.Background()))
}

func TestLockHasOneHolder(t *testing.T) {
	name := filepath.Join(t.TempDir(), "lock")
	first, err := OS.Lock(name)
	require.NoError(t, err)
	_, err = OS.Lock(name)
	require.ErrorIs(t, err, ErrLocked)
	require.NoError(t, first.Close())
	again, err := OS.Lock(name)
	require.NoError(t, err)
	require.NoError(t, again.Close())
}
