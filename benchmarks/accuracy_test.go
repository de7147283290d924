package main

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
)

// TestAccuracy holds the library to its golden file. It is skipped where the
// data are absent, and fails there under IDEM_REQUIRE_DATA=1.
func TestAccuracy(t *testing.T) {
	skipGolden(t)
	var text strings.Builder
	err := printAccuracy(context.Background(), &text, sets, true)
	if errors.Is(err, errNoData) && os.Getenv("IDEM_REQUIRE_DATA") != "1" {
		t.Skip(err)
	}
	if err == nil {
		err = checkGolden("testdata/accuracy.txt", text.String())
	}
	if err != nil {
		t.Error(err)
	}
}

// skipGolden skips the tests of a golden file of minutes in a short run, and
// where the gate compares the golden in a section of its own.
func skipGolden(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("a golden takes a minute or more")
	}
	if os.Getenv("IDEM_GOLDEN_APART") == "1" {
		t.Skip("IDEM_GOLDEN_APART: the golden is compared by go run ./benchmarks")
	}
}
