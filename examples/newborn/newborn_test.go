package main

import (
	"bytes"
	"context"
	"flag"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var rewrite = flag.Bool("rewrite", false, "write the story anew")

// TestStory holds the story to its text: go test ./examples/newborn -rewrite
// accepts a change.
func TestStory(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, tell(context.Background(), &b))
	const path = "testdata/story.txt"
	if *rewrite {
		require.NoError(t, os.WriteFile(path, b.Bytes(), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), b.String())
}

// TestTheStoryIsRight: what the story must say, whatever the weights are.
func TestTheStoryIsRight(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, tell(context.Background(), &b))
	for _, line := range []string{
		"hospital/1 has the legal name of clinic/21", "childrens/9 has the legal name of clinic/21",
		"hospital/2 has the legal name of clinic/22", "hospital/3 has the legal name of clinic/23",
		"waits  hospital/4, several_candidates", "refused: clinic/22 and clinic/23: birth-order",
		"who asks for E000014 gets E000001", "who asks for E000014 gets E000014: camp/8",
		"alias              BabyBoySmith Smith", "replayed, give the same 7 people: true",
	} {
		assert.Contains(t, b.String(), line)
	}
	assert.Equal(t, 1, bytes.Count(b.Bytes(), []byte("dose [HepB]")), "one birth dose")
}
