// Package testdata finds the test data, which is not part of the repository.
package testdata

import (
	"os"
	"path/filepath"
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
