package main

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/benchmarks/population"
)

// TestGeneratedFileIsMeasuredAsOthers writes a small population and takes its
// people from the file alone.
func TestGeneratedFileIsMeasuredAsOthers(t *testing.T) {
	s := set{name: "few", truth: generatedTruth, extra: -1, made: &population.Options{People: 1500, Seed: 7}}.in(t.TempDir())
	require.NoError(t, s.make(context.Background()))
	text, err := os.ReadFile(s.path)
	require.NoError(t, err)
	o, err := measure(context.Background(), s)
	require.NoError(t, err)
	assert.Equal(t, strings.Count(string(text), "\n")-1, o.records)
	assert.Positive(t, o.people.Actual, "true pairs")
	assert.Greater(t, o.people.F1(), .9)

	_, err = measure(context.Background(), s.in(t.TempDir()))
	assert.ErrorIs(t, err, os.ErrNotExist)
}
