package main

import (
	"context"
	"strings"
	"testing"
)

// TestGenerated holds the library to its golden file over generated sets.
func TestGenerated(t *testing.T) {
	skipGolden(t)
	var text strings.Builder
	err := printGenerated(context.Background(), &text, generatedPeople, 1)
	if err == nil {
		err = checkGolden("testdata/generated.txt", text.String())
	}
	if err != nil {
		t.Error(err)
	}
}
