package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A tour block of the README is a fence behind a mark: <!-- tour --> before a
// session of commands and what they print, <!-- tour: NAME --> before a file
// that the commands read.
var tourBlock = regexp.MustCompile("(?ms)^<!-- tour(?:: ([\\w.-]+))? -->\n```\\w*\n(.*?)^```$")

// masked is what of an output changes from run to run, or from machine to
// machine: what a run cost.
var masked = regexp.MustCompile(`(?m)^(seconds|memory) .*$|\(\d+\.\d s, [\d,]+ records/s\)`)

// TestReadmeTour runs every line of the README's tour, in order and in an empty
// folder, and holds what it prints against what the README says.
// go test ./examples/idem -run ReadmeTour -rewrite writes it anew.
func TestReadmeTour(t *testing.T) {
	path, err := filepath.Abs(filepath.Join("..", "..", "README.md"))
	require.NoError(t, err)
	readme, err := os.ReadFile(path)
	require.NoError(t, err)
	t.Chdir(t.TempDir())
	blocks := tourBlock.FindAllSubmatchIndex(readme, -1)
	require.Greater(t, len(blocks), 3, "the tour is not found")
	var b bytes.Buffer
	at, commands := 0, 0
	var s session
	for _, m := range blocks {
		text := string(readme[m[4]:m[5]])
		b.Write(readme[at:m[4]])
		at = m[5]
		if m[2] >= 0 {
			require.NoError(t, os.WriteFile(string(readme[m[2]:m[3]]), []byte(text), 0o600))
			b.WriteString(text)
			continue
		}
		require.True(t, strings.HasPrefix(text, "$ "), text)
		got := ""
		for line := range strings.Lines(text) {
			if command, ok := strings.CutPrefix(line, "$ "); ok {
				commands++
				got += line + s.run(t, strings.TrimSpace(command))
			}
		}
		if *rewrite {
			b.WriteString(got)
			continue
		}
		b.WriteString(text)
		assert.Equal(t, masked.ReplaceAllString(text, "$1 ..."), masked.ReplaceAllString(got, "$1 ..."), "go test ./examples/idem -run ReadmeTour -rewrite accepts it")
	}
	b.Write(readme[at:])
	require.Greater(t, commands, 8)
	if *rewrite && !bytes.Equal(b.Bytes(), readme) {
		require.NoError(t, os.WriteFile(path, b.Bytes(), 0o644))
	}
}

// outputBlock shows the last lines of what a command prints.
var outputBlock = regexp.MustCompile("(?ms)^<!-- output: go run \\./examples/idem ([^\n]*) -->\n```\n(.*?)^```$")

func TestReadmeOutputs(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	require.NoError(t, err)
	blocks := outputBlock.FindAllStringSubmatch(string(readme), -1)
	require.NotEmpty(t, blocks)
	for _, block := range blocks {
		r := idem(t, shellWords(t, block[1])...)
		require.Equal(t, exitOK, r.code, r.stderr)
		want := masked.ReplaceAllString(block[2], "$1 ...")
		got := masked.ReplaceAllString(r.stdout, "$1 ...")
		assert.Equal(t, want, filter(t, []string{"tail", fmt.Sprintf("-%d", strings.Count(want, "\n"))}, got), "the README shows other output of idem %s", block[1])
	}
}

// A session is a very small shell.
type session struct{ code int }

// run returns what a command line prints: idem, cat, head, ls and echo $?, and
// head and tail behind a bar.
func (s *session) run(t *testing.T, line string) string {
	stages := strings.Split(line, " | ")
	words := shellWords(t, stages[0])
	var out, errs string
	switch words[0] {
	case "idem":
		r := idemWith(t, context.Background(), "", words[1:]...)
		out, errs, s.code = r.stdout, r.stderr, r.code
	case "cat", "head":
		data, err := os.ReadFile(words[len(words)-1])
		require.NoError(t, err, line)
		if out = string(data); words[0] == "head" {
			out = filter(t, words[:len(words)-1], out)
		}
	case "ls":
		out = strings.Join(names(t, words[1]), "\n") + "\n"
	case "echo":
		require.Equal(t, []string{"echo", "$?"}, words)
		out = fmt.Sprintln(s.code)
	default:
		t.Fatalf("the tour has a command that this test does not know: %s", line)
	}
	for _, stage := range stages[1:] {
		out = filter(t, strings.Fields(stage), out)
	}
	// What is shown has no space at the ends of lines: editors take it away.
	return regexp.MustCompile(`(?m)[ \t]+$`).ReplaceAllString(errs+out, "")
}

func filter(t *testing.T, words []string, text string) string {
	require.Len(t, words, 2)
	n, err := strconv.Atoi(strings.TrimPrefix(words[1], "-"))
	require.NoError(t, err)
	lines := strings.SplitAfter(text, "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	n = min(n, len(lines))
	switch words[0] {
	case "head":
		lines = lines[:n]
	case "tail":
		lines = lines[len(lines)-n:]
	default:
		t.Fatalf("the tour has a filter that this test does not know: %s", words[0])
	}
	return strings.Join(lines, "")
}

// shellWords splits at spaces outside single quotes.
func shellWords(t *testing.T, line string) []string {
	var words []string
	for i, part := range strings.Split(line, "'") {
		if i%2 == 1 {
			words = append(words, part)
			continue
		}
		require.NotContains(t, part, `"`)
		words = append(words, strings.Fields(part)...)
	}
	return words
}
