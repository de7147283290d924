package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/benchmarks/population"
	"github.com/idem-health/idem/match/intake"
)

func table(t *testing.T, path string) [][]string {
	t.Helper()
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	require.NoError(t, err)
	return rows
}

func TestGenerate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made")
	r := idem(t, "generate", "--seed", "3", "--out", dir, "--quiet")
	require.Equal(t, exitOK, r.code, r.stderr)
	assert.Contains(t, r.stdout, "people in")
	assert.Empty(t, r.stderr)
	records, truth := table(t, filepath.Join(dir, "records.csv")), table(t, filepath.Join(dir, "truth.csv"))
	require.Equal(t, len(records), len(truth))
	assert.Greater(t, len(records), 1400)
	assert.Equal(t, []string{"source", "record_id", "person_id"}, truth[0][:3])
	for i := 1; i < len(records); i++ {
		require.Equal(t, records[i][0], truth[i][1])
	}
	var m population.Manifest
	text, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &m))
	assert.Equal(t, len(records)-1, m.Records)
	assert.Equal(t, uint64(3), m.Seed)
	assert.Contains(t, r.stdout, m.Digest)

	again := idem(t, "generate", "--seed", "3", "--out", dir, "--quiet")
	assert.Equal(t, exitUsage, again.code, "a folder that is not empty")
	before := m.Digest
	again = idem(t, "generate", "--seed", "3", "--out", dir, "--quiet", "--force", "--format", "ndjson")
	require.Equal(t, exitOK, again.code, again.stderr)
	assert.Contains(t, again.stdout, before, "the format is no part of the digest")
	assert.NoFileExists(t, filepath.Join(dir, "records.csv"), "of the run before")
	assert.FileExists(t, filepath.Join(dir, "records.ndjson"))
}

// TestGenerateFormats: the records are the same in every format, and the command
// reads what it writes.
func TestGenerateFormats(t *testing.T) {
	read := func(format, mode, name string) (all []string) {
		dir := filepath.Join(t.TempDir(), format+mode)
		r := idem(t, "generate", "--people", "400", "--seed", "5", "--mode", mode, "--out", dir, "--quiet", "--format", format)
		require.Equal(t, exitOK, r.code, r.stderr)
		if format == "csv" {
			reader, err := intake.Open([]string{filepath.Join(dir, name+".csv")}, intake.Options{})
			require.NoError(t, err)
			defer reader.Close()
			for rec, err := range reader.Records(context.Background()) {
				require.NoError(t, err)
				all = append(all, rec.ID)
			}
			return all
		}
		r = idem(t, "dedupe", filepath.Join(dir, name+"."+format), "--out", filepath.Join(dir, "people"), "--quiet")
		require.Equal(t, exitOK, r.code, r.stderr)
		for _, row := range table(t, filepath.Join(dir, "people", "clusters.csv"))[1:] {
			all = append(all, row[0])
		}
		return all
	}
	want := read("csv", "registry", "records")
	require.Greater(t, len(want), 500)
	slices.Sort(want)
	for _, format := range []string{"ndjson", "parquet"} {
		got := read(format, "registry", "records")
		slices.Sort(got)
		assert.Equal(t, want, got, format)
	}
	assert.NotEmpty(t, read("csv", "crosslink", "school"))
	assert.NotEmpty(t, read("csv", "query", "queries"))
}

func TestGenerateOptions(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made")
	rates := write(t, "rates.json", `{"multiples.twins": 1, "noise.given": 0.5}`)
	r := idem(t, "generate", "--seed", "1", "--out", dir, "--quiet", "--rates", rates, "--set", "multiples.twins=0", "--theme", "asian", "--noise", "0.5", "--ages", "child")
	require.Equal(t, exitOK, r.code, r.stderr)
	var m population.Manifest
	text, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &m))
	assert.Zero(t, m.Rates["multiples.twins"], "--set is stronger than a file")
	assert.InDelta(t, .5, m.Rates["noise.given"], 0)
	assert.InDelta(t, 3, m.Rates["group.child.asian"], 0)

	list := idem(t, "generate", "--list")
	assert.Equal(t, exitOK, list.code)
	assert.Equal(t, len(population.Rates()), strings.Count(list.stdout, "\n"))
}

func TestGenerateErrors(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made")
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"no seed":       {[]string{"--out", dir}, "--seed"},
		"no folder":     {[]string{"--seed", "1"}, "--out"},
		"rate":          {[]string{"--seed", "1", "--out", dir, "--set", "noise.givn=1"}, "noise.given"},
		"value":         {[]string{"--seed", "1", "--out", dir, "--set", "noise.given=2"}, "between 0 and 1"},
		"theme":         {[]string{"--seed", "1", "--out", dir, "--theme", "cats"}, "newborn"},
		"format":        {[]string{"--seed", "1", "--out", dir, "--format", "xls"}, "format"},
		"missing rates": {[]string{"--seed", "1", "--out", dir, "--rates", filepath.Join(dir, "no.json")}, "--rates"},
		"bad rates":     {[]string{"--seed", "1", "--out", dir, "--rates", write(t, "rates.json", `{"noise.givn": 1}`)}, "noise.given"},
	} {
		t.Run(name, func(t *testing.T) {
			r := idem(t, append([]string{"generate"}, c.args...)...)
			assert.Equal(t, exitUsage, r.code)
			assert.Contains(t, r.stderr, c.want)
			assert.NoDirExists(t, dir)
		})
	}
}

// TestGenerateInterrupted: nothing is left of a run that is interrupted.
func TestGenerateInterrupted(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r := idemWith(t, ctx, "", "generate", "--preset", "xxl", "--seed", "1", "--out", filepath.Join(dir, "made"), "--quiet")
	assert.Equal(t, exitInterrupted, r.code)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, entries)
}
