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
	if testing.Short() {
		t.Skip("the accuracy golden takes minutes")
	}
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
