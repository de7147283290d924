package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/idem-health/idem/benchmarks/peers"
	"github.com/idem-health/idem/benchmarks/population"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// made writes a file of people who are there twice, and returns it prepared.
func made(t *testing.T) *peers.Prepared {
	t.Helper()
	var b strings.Builder
	b.WriteString("record_id,given_name,family_name,birth_date,phone,person\n")
	for i := range 40 {
		given, family := string(rune('A'+i%26))+"nabel", "Family"+string(rune('a'+i/2%26))
		for copied := range 2 {
			fmt.Fprintf(&b, "%d-%d,%s,%s,%d-%02d-%02d,%d,%d\n", i, copied, given, family, 1960+i, i%12+1, i%28+1, 2025550100+i*7, i)
		}
	}
	path := filepath.Join(t.TempDir(), "made.csv")
	require.NoError(t, os.WriteFile(path, []byte(b.String()), 0o600))
	p, err := peers.Prepare(context.Background(), peers.Source{Path: path, Truth: "person"}, filepath.Join(t.TempDir(), "records.csv"))
	require.NoError(t, err)
	return p
}

// here runs this library in the test's own process, as its matcher.
type here struct{}

func (here) Match(ctx context.Context, in, out string) (peers.Usage, error) {
	var printed bytes.Buffer
	if err := runOurs(ctx, &printed, in, out); err != nil {
		return peers.Usage{}, err
	}
	var u peers.Usage
	return u, json.Unmarshal(printed.Bytes(), &u)
}

func TestOursIsAMatcherAmongOthers(t *testing.T) {
	p := made(t)
	r, err := p.Run(context.Background(), "idem", here{})
	require.NoError(t, err)
	require.NotNil(t, r.Score, r.Skipped)
	assert.InDelta(t, 1, r.Score.People.F1(), .05)
	require.NotNil(t, r.Score.Pairs)
	assert.InDelta(t, 1, r.Score.Pairs.F1(), .05)
	assert.Nil(t, r.Score.OraclePeople)
	assert.Positive(t, r.Usage.CPU)
	assert.Positive(t, r.Usage.Peak)
	assert.Len(t, r.Usage.Steps, 5)

	missing := peers.Result{Name: "Another", Skipped: "not installed"}
	var text strings.Builder
	peopleGrid("made", p, []peers.Result{r, {Name: "Twice", Usage: peers.Usage{CPU: 2 * r.Usage.CPU, Wall: r.Usage.Wall, Peak: r.Usage.Peak}, Score: r.Score}, missing}).text(&text)
	assert.Contains(t, text.String(), "Another: skipped: not installed")
	assert.Regexp(t, `(?m)^Twice .* 2\.0 .* 1\.0 .* 1\.0$`, text.String())
}

func TestOurPairRate(t *testing.T) {
	p := made(t)
	rate, err := ourPairRate(context.Background(), p.Path)
	require.NoError(t, err)
	assert.Positive(t, rate.Pairs)
	assert.Positive(t, rate.nanoseconds())
	assert.Contains(t, rate.Columns, "given")
	var text strings.Builder
	pairGrid([]pairRate{rate, {Who: "DuckDB CASE", Skipped: "not installed"}}).text(&text)
	assert.Contains(t, text.String(), "DuckDB CASE: skipped: not installed")
}

func TestContenders(t *testing.T) {
	venv := &peers.Venv{Dir: t.TempDir()}
	names := func(f peersFlags) (names []string) {
		all, err := contenders(context.Background(), f, venv)
		require.NoError(t, err)
		for _, c := range all {
			names = append(names, c.name)
			if c.name == "Splink" {
				assert.ErrorIs(t, c.missing, peers.ErrMissing)
			}
		}
		return names
	}
	assert.Equal(t, []string{"idem", "Splink", "recordlinkage"}, names(peersFlags{}))
	assert.Equal(t, []string{"idem"}, names(peersFlags{only: "idem"}))
	assert.Equal(t, []string{"idem", "Splink", "mytool"}, names(peersFlags{only: "splink", command: "/opt/mytool {in} {out}"}))
}

func TestPeersFlags(t *testing.T) {
	for _, bad := range [][]string{
		{"--file", "x.csv"}, {"--file", "x.csv", "--set", "febrl3", "--truth", "p"}, {"--only", "nobody"}, {"--no-such-flag"}, {"left over"},
		{"--set", "nothing"}, {"--set", "febrl4 (link)"},
	} {
		assert.Error(t, runPeers(context.Background(), bad, io.Discard), bad)
	}
	var help strings.Builder
	require.ErrorIs(t, runPeers(context.Background(), []string{"-h"}, &help), flag.ErrHelp)
	assert.Contains(t, help.String(), "{in} {out}")
}

func TestHelpAndUnknownCommands(t *testing.T) {
	var text strings.Builder
	require.NoError(t, run(context.Background(), []string{"help"}, &text))
	assert.Equal(t, usage, text.String())
	text.Reset()
	require.ErrorIs(t, run(context.Background(), []string{"-h"}, &text), flag.ErrHelp)
	assert.Contains(t, text.String(), "benchmarks peers")
	assert.ErrorContains(t, run(context.Background(), []string{"acuracy"}, io.Discard), "acuracy")
	t.Setenv("IDEM_DATA", t.TempDir())
	err := run(context.Background(), []string{"--only", "febrl1,febrl2"}, io.Discard)
	assert.True(t, errors.Is(err, errNoData), err)
}

func TestReport(t *testing.T) {
	g := &grid{Title: "made", Head: []string{"what", "n"}, Notes: []string{"a note"}}
	g.add("été|x", "7")
	g.add("a", "12345")
	dir := filepath.Join(t.TempDir(), "new")
	var text strings.Builder
	r := &report{name: "made", machine: machine{Go: "go1", System: "os/arch", Processors: 2, Idem: "abc", Versions: map[string]string{"b": "2", "a": "1"}}, grids: []*grid{g}, facts: map[string]int{"n": 7}}
	require.NoError(t, r.publish(&text, dir))
	assert.Equal(t, "idem abc; go1 os/arch; a 1; b 2; 2 processors\n\n== made\nwhat       n\nété|x      7\na      12345\na note\n", text.String())
	markdown, err := os.ReadFile(filepath.Join(dir, "made.md"))
	require.NoError(t, err)
	assert.Equal(t, "# made\n\nidem abc; go1 os/arch; a 1; b 2; 2 processors\n\n### made\n\n| what | n |\n| --- | ---: |\n| été\\|x | 7 |\n| a | 12345 |\n\na note\n", string(markdown))
	facts, err := os.ReadFile(filepath.Join(dir, "made.json"))
	require.NoError(t, err)
	var back struct {
		Machine machine
		Results map[string]int
	}
	require.NoError(t, json.Unmarshal(facts, &back))
	assert.Equal(t, r.machine, back.Machine)
	assert.Equal(t, 7, back.Results["n"])
	assert.NotEmpty(t, thisMachine().String())
}

func TestSummaryGrid(t *testing.T) {
	var text strings.Builder
	summaryGrid([]summed{{Set: "one", Records: 10, CPU: .5, Pairs: .25, True: 3}, {Set: "single", Records: 5}, {Set: "gone", Skipped: "no data"}}).text(&text)
	assert.Contains(t, text.String(), "0.2500")
	assert.Contains(t, text.String(), "gone: skipped: no data")
	assert.Regexp(t, `(?m)^single +5 +0 +- +- `, text.String())
}

func TestPeerSets(t *testing.T) {
	all, err := peerSets("all")
	require.NoError(t, err)
	assert.True(t, slices.ContainsFunc(all, func(s set) bool { return s.made != nil }), "generated ones too")
	for _, s := range all {
		assert.Empty(t, s.right, "%s: the peers deduplicate one file", s.name)
		assert.NotZero(t, s.extra, "%s: without a pair there is no F1", s.name)
	}
	_, err = peerSets("febrl1,febrl4 (link)")
	assert.ErrorContains(t, err, "links two files")
	_, err = peerSets("febrl1,nothing")
	assert.ErrorContains(t, err, "nothing")
}

// TestTableOfSets runs a matcher that makes every record a person of its own,
// and one that is not installed, over a generated set.
func TestTableOfSets(t *testing.T) {
	work := t.TempDir()
	script := filepath.Join(work, "single.sh")
	require.NoError(t, os.WriteFile(script, []byte("{ echo record_id,cluster_id; tail -n +2 \"$1\" | cut -d, -f1 | awk '{print $0 \",\" NR}'; } > \"$2/clusters.csv\"\n"), 0o600))
	small := set{name: "one", truth: generatedTruth, extra: -1, made: &population.Options{People: 300, Seed: 1}}
	p, err := prepareSet(context.Background(), small.in(work), filepath.Join(work, "records.csv"))
	require.NoError(t, err)
	lines := []contender{{name: "single", matcher: peers.Command("sh " + script + " {in} {out}")}, {name: "gone", missing: peers.ErrMissing}}
	results, err := runAll(context.Background(), lines, p, map[string]string{})
	require.NoError(t, err)
	require.NotNil(t, results[0].Score, results[0].Skipped)
	assert.Zero(t, results[0].Score.People.F1())

	var text strings.Builder
	setsGrid([]setResult{{Set: "one", Records: p.Records, Results: results}, {Set: "absent", Skipped: "no data"}}).text(&text)
	assert.Regexp(t, `(?m)^one +single +\d+ +- +0\.0000`, text.String())
	assert.Contains(t, text.String(), "absent: skipped: no data")
	assert.Contains(t, text.String(), "one, gone: skipped: ")
}
