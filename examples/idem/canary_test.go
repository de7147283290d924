package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// canaries are values of patients that are found anywhere.
var canaries = []string{"Zanary", "ZANARY", "zanary", "7130246813", "1931-07-19", "07/19/1931", "19310719"}

// marked is a clinic whose every value is a canary or like those of others.
func marked() string {
	text := strings.NewReplacer("Oliver", "Zanarygiven", "Olver", "Zanarygven", "Abernathy", "Zanaryfamily", "Albany", "Zanarycity", "Boston", "Zanaryton").Replace(clinic())
	for i := range 10 {
		text += fmt.Sprintf("%d,p99,Zanary%dx,Zanaryfamily,1931-07-19,F,37061,Zanarycity,7130246813\n", 300+i, i/2)
	}
	return text
}

// spoil adds rows that cannot be read, and values that cannot.
func spoil(text string) string {
	return text + "400,Zanarytruth\n" + // ragged
		"401,p1,\"Zanaryopen,Zanaryfamily,1931-07-19,F,1,Zanarycity,1\n" +
		"402,p1,Zanary\xff,Zanaryfamily,1931-07-19,F,1,Zanarycity,1\n" +
		"403,p1,Zanary\x00,Zanaryfamily,1931-07-19,F,1,Zanarycity,1\n" +
		"404,p1," + strings.Repeat("Zanary", 200_000) + ",Zanaryfamily,1931-07-19,F,1,Zanarycity,1\n" +
		"405,p1,Zanarygiven,Zanaryfamily,Zanarydate,Zanarysex,Zanaryzip,Zanarycity,7130246813\n" +
		"1,p1,Zanarynew,Zanaryfamily,1931-07-19,F,1,Zanarycity,1\n" // supersedes
}

// No value of a patient is in an error, a log line, a summary or the progress
// of any command: only in the files, and the answers, that are meant to hold
// them.
func TestCanaries(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	put := func(name, text string) string {
		require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
		return name
	}
	csvFile, bad := put("good.csv", marked()), put("bad.csv", spoil(marked()))
	other := put("other.csv", strings.ReplaceAll(marked(), "Zanarygiven", "Zanarygivn"))
	jsonFile := put("bad.ndjson", ndjson(t, marked())+`{"record_id":"9","first_name":"Zanary`+"\n"+`["Zanary"]`+"\n"+`{"zanarylate":null,"first_name":{"Zanary`+"\n")
	whole := parquetFile(t, parquetRows(t, marked()))
	parquetGood, parquetCut := put("good.parquet", whole), put("cut.parquet", whole[:len(whole)/2])
	parquetHurt := put("hurt.parquet", strings.Replace(whole, "Zanaryfamily", "Zanary\xff\xff\xff\xff\xff\xff", 1))
	zipCut := put("cut.csv.gz", zip(t, spoil(marked()))[:600])
	zstCut := put("cut.csv.zst", zst(t, strings.Repeat(spoil(marked()), 3))[:1500])
	headless := put("headless.csv", strings.Join(strings.SplitAfter(marked(), "\n")[41:], ""))
	headlessJSON := put("headless.ndjson", `{"Zanaryid": {"abc": "Zanarygiven"}}`+"\n")
	var labels, csvLabels strings.Builder
	csvLabels.WriteString("record_a,record_b,label\n")
	for i := range 90 {
		label := []string{"match", "possible", "no"}[i%3]
		b := fmt.Sprintf([]string{`"given_name": "Zanary%d", "birth_date": "1931-07-19"`, `"given_name": "Zanary%d", "birth_date": "1950-01-01"`, `"given_name": "Q%dx", "birth_date": "1962-02-03"`}[i%3], i)
		fmt.Fprintf(&labels, `{"id": "x%d", "a": {"given_name": "Zanary%d", "family_name": "Zanaryfamily", "birth_date": "1931-07-19"}, "b": {%s, "family_name": "Zanaryfamily"}, "expect": "%s"}`+"\n", i, i, b, label)
		fmt.Fprintf(&csvLabels, "%d,%d,%s\n", 1+i%30, 1+(i*7+1)%30, label)
	}
	pairs := put("pairs.jsonl", labels.String())
	put("labels.csv", csvLabels.String())

	clean := func(what, text string) {
		t.Helper()
		for _, mark := range canaries {
			if i := strings.Index(text, mark); i >= 0 {
				t.Errorf("%s shows a marked value: %q", what, text[max(0, i-100):min(len(text), i+60)])
			}
		}
	}
	// Of each command: runs that work, and runs that do not.
	runs := map[string][][]string{
		"dedupe": {
			{"--out", "a", "--truth", "person", csvFile}, {"--out", "b", "--json", bad}, {"--policy", "iis", bad}, {"--quiet", jsonFile}, {parquetGood, csvFile},
			{parquetCut}, {parquetHurt}, {zipCut}, {zstCut}, {headless}, {headlessJSON}, {"--model", "a/model.json", bad},
			{"--map", "city=town", bad}, {"--drop", "town", bad}, {"--truth", "nobody", bad}, {"--max-pairs", "1", bad}, {"--map", "given_name=last_name", "--map", "given_name=first_name", bad},
			{"--model", bad, bad}, {"--model", "a/summary.json", bad}, {"--policy", bad, bad}, {"--rules", bad, bad}, {"--truth", bad, bad}, {"--truth", `last_name~^(Zan`, bad}, {"--map", "birth_date=dob:MM/DD/YYYY", bad},
			{"--drop", "dob", "--drop", "first_name", "--drop", "last_name", "--model", "a/model.json", bad},
		},
		"link":     {{"--out", "c", csvFile, other}, {bad, other}, {csvFile, parquetCut}, {headless, other}, {csvFile, csvFile}},
		"explain":  {{csvFile, "1", "100"}, {csvFile, "1"}, {"--json", bad, "300", "301"}, {bad, "nobody"}, {bad, "1", "nobody"}, {headless, "1"}, {parquetCut, "1"}, {"--with", other, csvFile, "good/1", "other/1"}},
		"rules":    {{csvFile}, {"--json", bad}, {headless}, {"--truth", "person", csvFile}},
		"train":    {{"--labels", pairs}, {"--labels", bad}, {"--labels", csvFile, bad}, {"--labels", "labels.csv", bad}, {"--labels", headless}},
		"pairs":    {{pairs}, {bad}, {"--model", "a/model.json", pairs}, {"--model", bad, pairs}, {zipCut}},
		"generate": {{"--people", "50", "--seed", "1", "--out", "g"}, {"--rates", bad, "--seed", "1", "--out", "h"}, {"--set", "x=y", "--seed", "1", "--out", "h"}},
	}
	// Answers that are meant to hold values.
	answers := map[string]bool{"explain": true}
	for _, c := range commandNames(t) {
		require.NotEmpty(t, runs[c], "idem %s has no runs here", c)
		worked := 0
		for _, args := range runs[c] {
			r := idem(t, append([]string{c}, args...)...)
			if r.code == exitOK {
				worked++
			}
			what := "idem " + c + " " + strings.Join(args, " ")
			clean(what+": standard error", r.stderr)
			if !answers[c] {
				clean(what+": standard output", r.stdout)
			}
			assert.NotContains(t, r.stderr, "goroutine", what)
		}
		assert.Positive(t, worked, "idem %s: no run worked", c)
	}
	holding := map[string]bool{"golden.csv": true, "report.html": true}
	for _, folder := range []string{"a", "b", "c"} {
		for _, name := range names(t, folder) {
			data, err := os.ReadFile(filepath.Join(folder, name))
			require.NoError(t, err)
			if holding[name] {
				assert.Contains(t, string(data), "Zanaryfamily", "the test marks what it thinks it does")
				continue
			}
			clean(folder+"/"+name, string(data))
		}
	}
	for _, line := range []string{
		`{"a": {"given_name": "Zanarygiven"}, "b": "Zanaryfamily"}`, `{"a": {"given_name": "Zanarygiven"}}`, `{"a": "Zanary`, `["Zanary"]`,
		`{"a": {}, "b": {}, "expect": "Zanary"}`, `{"a": {}, "b": {}, "candidates": "Zanary"}`, `Zanary`,
	} {
		for _, args := range [][]string{{"pairs", "-"}, {"train", "--labels", put("line.jsonl", line)}} {
			r := idemWith(t, context.Background(), line, args...)
			require.NotEqual(t, exitOK, r.code, "%v %s", args, line)
			clean(line, r.stdout+r.stderr)
		}
	}
}

// commandNames are the subcommands there are.
func commandNames(t *testing.T) []string {
	t.Helper()
	parser, err := kong.New(&commands{})
	require.NoError(t, err)
	var names []string
	for _, c := range parser.Model.Children {
		names = append(names, c.Name)
	}
	require.NotEmpty(t, names)
	return names
}
