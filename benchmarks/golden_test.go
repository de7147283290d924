package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestGoldenShowsTheDifference(t *testing.T) {
	path := filepath.Join(t.TempDir(), "golden.txt")
	require.ErrorIs(t, checkGolden(path, "a\n"), os.ErrNotExist)
	require.NoError(t, os.WriteFile(path, []byte("head\nfebrl1 0.9990\nfebrl2 0.9980\n"), 0o600))
	assert.NoError(t, checkGolden(path, "head\nfebrl1 0.9990\nfebrl2 0.9980\n"))
	err := checkGolden(path, "head\nfebrl1 0.9990\nfebrl2 0.9970\nfebrl3 1.0000\n")
	require.Error(t, err)
	assert.Contains(t, err.Error(), "\n- febrl2 0.9980\n+ febrl2 0.9970\n+ febrl3 1.0000\n")
	assert.NotContains(t, err.Error(), "febrl1")
}

func TestDifference(t *testing.T) {
	split := func(s string) []string {
		var out []string
		for _, r := range s {
			out = append(out, string(r))
		}
		return out
	}
	for _, c := range []struct{ want, got, diff string }{
		{"abc", "abc", ""},
		{"abc", "ac", "- b\n"},
		{"ac", "abc", "+ b\n"},
		{"", "a", "+ a\n"},
		{"a", "", "- a\n"},
		{"abcd", "axcd", "- b\n+ x\n"},
	} {
		assert.Equal(t, c.diff, difference(split(c.want), split(c.got)), "%s to %s", c.want, c.got)
	}
}
