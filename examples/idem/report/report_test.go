package report_test

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/examples/idem/report"
	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/scoring"
)

var rewrite = flag.Bool("rewrite", false, "write the golden files anew")

// outline is the page without its values: headings, tables with the heads of
// their columns, and drawings.
func outline(html string) string {
	var b strings.Builder
	for _, m := range regexp.MustCompile(`(?s)<(h[1-4]|caption|th scope="col"|title id)([^>]*)>(.*?)</`).FindAllStringSubmatch(html, -1) {
		text := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(strings.ReplaceAll(m[3], "&#43;", "+"), "")
		text = regexp.MustCompile(`[+−]?\d[\d,]*(\.\d+)?`).ReplaceAllString(strings.TrimSpace(text), "#")
		switch {
		case m[1] == `th scope="col"`:
			b.WriteString("  | " + text)
		case m[1] == "title id":
			b.WriteString("\n  drawing: " + text)
		case m[1] == "caption":
			b.WriteString("\n  table: " + text)
		case m[1] != "h4":
			b.WriteString("\n" + m[1] + " " + text)
		}
	}
	// What repeats, such as a table for each pair, is told once.
	var kept []string
	for line := range strings.Lines(b.String()) {
		if line = strings.TrimRight(line, "\n"); !slices.Contains(kept, line) && line != "" && !strings.Contains(line, "script") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n") + "\n"
}

func TestOutline(t *testing.T) {
	const golden = "testdata/outline.txt"
	got := outline(clinicPage(t))
	if *rewrite {
		require.NoError(t, os.WriteFile(golden, []byte(got), 0o600))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	assert.Equal(t, string(want), got, "go test ./examples/idem/report -rewrite accepts it")
}

func TestEverySectionSaysSomething(t *testing.T) {
	html := clinicPage(t)
	for _, want := range []string{
		"This page holds patient data", "more or fewer cells than the header line", "Rows read",
		"Candidate pairs by match weight", "Estimated precision", "Household", "Frequent values",
		"The largest people", "The weakest people", "The least sure matches", "Placeholder", "Twins",
		"False links by kind", "Missed pairs by cause", "Calibration of the probabilities", "Precision against recall",
		`id="histogram-t"`, "<mark>", "prefers-color-scheme: dark", "@media print",
	} {
		has(t, html, want)
	}
}

// has is assert.Contains without a page of output.
func has(t *testing.T, html, want string) {
	t.Helper()
	assert.True(t, strings.Contains(html, want), "the page lacks %q", want)
}

func lacks(t *testing.T, html, unwanted string) {
	t.Helper()
	assert.False(t, strings.Contains(html, unwanted), "the page has %q", unwanted)
}

// The page is well formed as XML but for its doctype and its void elements, so
// that no value has broken out of its place.
func TestHTMLInNamesIsText(t *testing.T) {
	html := clinicPage(t)
	lacks(t, html, hostile)
	lacks(t, strings.ToLower(html), "<script")
	lacks(t, html, "<b>")
	has(t, html, "&lt;script&gt;")
	text := regexp.MustCompile(`<(meta|link)([^>]*)>`).ReplaceAllString(strings.TrimPrefix(html, "<!DOCTYPE html>"), "<$1$2/>")
	text = regexp.MustCompile(`(?s)<style>.*?</style>`).ReplaceAllString(text, "")
	dec := xml.NewDecoder(strings.NewReader(text))
	dec.Strict, dec.Entity = true, xml.HTMLEntity
	for {
		if _, err := dec.Token(); err == io.EOF {
			break
		} else {
			require.NoError(t, err)
		}
	}
}

func TestNothingFromOutside(t *testing.T) {
	html := clinicPage(t)
	html = regexp.MustCompile(`<meta http-equiv="Content-Security-Policy"[^>]*>`).ReplaceAllString(html, "")
	for _, m := range regexp.MustCompile(`(?:href|src|url\(|@import)\s*=?\s*["'(]?([^"')\s>]+)`).FindAllStringSubmatch(html, -1) {
		assert.True(t, strings.HasPrefix(m[1], "#") || m[1] == "data:,", m[0])
	}
	lacks(t, html, "http://")
	lacks(t, html, "https://")
}

func TestTheSameResultGivesTheSamePage(t *testing.T) {
	records := clinic(300)
	first := write(t, inputOf(t, records, scoring.Policy{}))
	assert.True(t, first == write(t, inputOf(t, records, scoring.Policy{})))
	assert.True(t, first == write(t, inputOf(t, shuffled(records), scoring.Policy{})), "whatever the order of the input")
}

func TestPolicies(t *testing.T) {
	iis := scoring.IISPolicy()
	html := write(t, inputOf(t, clinic(300), iis))
	has(t, html, "Rules and conflicts of the policy")
	has(t, html, "BABY BOY")
}

func TestWithoutRecordsOrTruth(t *testing.T) {
	in := inputOf(t, clinic(100), scoring.Policy{})
	in.Records, in.Truth, in.Files, in.Remarks = nil, nil, nil, []report.Count{{What: "remarked", N: 1234}}
	in.Title, in.Date = "Spring", "2026-04-01"
	html := write(t, in)
	lacks(t, html, `id="truth"`)
	lacks(t, html, `class="sides"`)
	has(t, html, "1,234</span> remarked")
	has(t, html, "<dd>2026-04-01</dd>")
	has(t, html, "<title>Spring: ")
}

func TestSmallInputs(t *testing.T) {
	for _, records := range [][]patient.Record{clinic(1)[:1], clinic(1)[:2], clinic(40)} {
		html := write(t, inputOf(t, records, scoring.Policy{}))
		has(t, html, "</html>")
		lacks(t, html, "NaN")
		lacks(t, html, "Inf")
	}
}

func TestErrors(t *testing.T) {
	assert.Error(t, report.Write(context.Background(), io.Discard, report.Input{}))
	in := inputOf(t, clinic(40), scoring.Policy{})
	in.Truth = in.Truth[1:]
	assert.ErrorContains(t, report.Write(context.Background(), io.Discard, in), "the truth of")

	in = inputOf(t, clinic(40), scoring.Policy{})
	in.Records = sequence(clinic(40)[1:])
	assert.ErrorIs(t, report.Write(context.Background(), io.Discard, in), match.ErrChanged)

	in = inputOf(t, clinic(40), scoring.Policy{})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	assert.ErrorIs(t, report.Write(ctx, io.Discard, in), context.Canceled)

	in = inputOf(t, clinic(40), scoring.Policy{})
	full := errors.New("disk full")
	assert.ErrorIs(t, report.Write(context.Background(), failing{full}, in), full)
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// A canceled page, or one of a broken input, must not tell what it read.
func TestErrorsHoldNoValues(t *testing.T) {
	in := inputOf(t, clinic(40), scoring.Policy{})
	broken := slices.Clone(clinic(40))
	broken[3].ID = "Zanary"
	in.Records = sequence(broken)
	err := report.Write(context.Background(), &bytes.Buffer{}, in)
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "Zanary")
}
