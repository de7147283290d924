// Package testdata finds the test data, which is not part of the repository.
package testdata

import (
	"compress/gzip"
	"encoding/csv"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Path returns the path of a file below the folder that IDEM_DATA names. Where
// it is absent the test is skipped with the file's name, or fails under
// IDEM_REQUIRE_DATA=1, so that CI cannot pass by skipping.
func Path(t testing.TB, name string) string {
	t.Helper()
	dir := os.Getenv("IDEM_DATA")
	path := filepath.Join(dir, filepath.FromSlash(name))
	_, err := os.Stat(path)
	if dir != "" && err == nil {
		return path
	}
	if os.Getenv("IDEM_REQUIRE_DATA") == "1" {
		t.Fatalf("test data %s is missing: set IDEM_DATA to the folder that holds it", name)
	}
	t.Skipf("test data %s is missing: set IDEM_DATA to the folder that holds it", name)
	return ""
}

// Open opens a file, decompressed where its name ends in .gz, until the end of
// the test. Where it is absent, see [Path].
func Open(t testing.TB, name string) io.Reader {
	t.Helper()
	file, err := os.Open(Path(t, name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	if !strings.HasSuffix(name, ".gz") {
		return file
	}
	z, err := gzip.NewReader(file)
	if err != nil {
		t.Fatalf("test data %s: %v", name, err)
	}
	return z
}

// Rows reads a CSV file whole, the heading first. Space before a value is no
// part of it.
func Rows(t testing.TB, name string) [][]string {
	t.Helper()
	r := csv.NewReader(Open(t, name))
	r.TrimLeadingSpace = true
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatalf("test data %s: %v", name, err)
	}
	return rows
}
