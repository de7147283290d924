package main

import (
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/benchmarks/population"
)

func TestShiftDates(t *testing.T) {
	assert.Equal(t, "2026-03-01", shiftDates("2026-02-28", 1))
	assert.Equal(t, "08|2025-03-01|X12;03|2025-04-01|M1", shiftDates("08|2024-03-01|X12;03|2024-04-01|M1", 365))
	assert.Equal(t, "03/01/2026", shiftDates("03/01/2026", 1))
	assert.Empty(t, shiftDates("", 1))
}

// TestCohort: a birth cohort is of one year, known by placeholders and by names,
// and resolved the same children become one.
func TestCohort(t *testing.T) {
	s := cohortSet(t.TempDir(), 3000)
	require.NoError(t, writeCohort(context.Background(), s.path, 3000))
	file, err := os.Open(s.path)
	require.NoError(t, err)
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 3001)
	inYear := 0
	for _, row := range rows[1:] {
		if strings.HasPrefix(row[population.ColumnBirthDate], "2025-") {
			inYear++
		}
	}
	assert.Greater(t, inYear, 2950, "but for mistyped years")

	o, err := measure(context.Background(), s)
	require.NoError(t, err)
	assert.Greater(t, o.pairs.Precision(), .99)
	assert.Greater(t, o.pairs.Recall(), .6)
	assert.Error(t, writeCohort(context.Background(), filepath.Join(t.TempDir(), "no", "folder.csv"), 10))
}
