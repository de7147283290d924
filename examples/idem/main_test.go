package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var rewrite = flag.Bool("rewrite", false, "write the golden files anew")

// testFolder is absolute: some tests change the folder they are in.
var testFolder, _ = filepath.Abs("testdata")

// A result is what a run of the command gave.
type result struct {
	code           int
	stdout, stderr string
}

func idem(t testing.TB, args ...string) result {
	t.Helper()
	return idemWith(t, context.Background(), "", args...)
}

func idemWith(t testing.TB, ctx context.Context, stdin string, args ...string) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := run(ctx, args, strings.NewReader(stdin), &stdout, &stderr)
	return result{code, stdout.String(), stderr.String()}
}

func write(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func zip(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := io.WriteString(z, text)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return b.String()
}

// sheetOf reads a CSV file as maps from column to cell.
func sheetOf(t testing.TB, dir, name string) []map[string]string {
	t.Helper()
	file, err := os.Open(filepath.Join(dir, name))
	require.NoError(t, err)
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	require.NoError(t, err)
	var sheet []map[string]string
	for _, row := range rows[1:] {
		m := map[string]string{}
		for i, cell := range row {
			m[rows[0][i]] = cell
		}
		sheet = append(sheet, m)
	}
	return sheet
}

func names(t testing.TB, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	list := []string{}
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

// clinic is a small file: 30 people, each of the first ten with a second record
// whose given name has a slip.
func clinic() string {
	first := strings.Fields("Oliver Amelia Theodore Josephine Maximilian Beatrice Sebastian Penelope Frederick Clementine Augustus Wilhelmina Bartholomew Evangeline Cornelius Rosalind Nathaniel Gwendolyn Alexander Philippa Benedict Margaret Christopher Eleanor Montgomery Annabelle Leopold Henrietta Octavian Seraphina")
	last := strings.Fields("Abernathy Blackwood Carmichael Dunsworth Ellington Fairbanks Goldsmith Hathaway Inglewood Jefferson Kensington Lancaster Montrose Northcott Oakenfold Pemberton Quartermain Rutherford Somerset Thackeray Underhill Vanderbilt Wakefield Xenakis Yarborough Zimmerman Ashcroft Birmingham Cavendish Devonshire")
	cities := strings.Fields("Albany Boston Chester Dayton Eugene Fresno")
	rng := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	b.WriteString("record_id,person,first_name,last_name,dob,sex,zip,city,phone\n")
	for i := range first {
		dob := fmt.Sprintf("%04d-%02d-%02d", 1950+rng.IntN(60), 1+rng.IntN(12), 1+rng.IntN(28))
		rest := fmt.Sprintf("%s,%s,%s,%05d,%s,616%07d", last[i], dob, []string{"F", "M"}[i%2], 10000+rng.IntN(80000), cities[rng.IntN(6)], rng.IntN(1e7))
		fmt.Fprintf(&b, "%d,p%d,%s,%s\n", i+1, i+1, first[i], rest)
		if i < 10 {
			slip := first[i][:3] + first[i][4:]
			fmt.Fprintf(&b, "%d,p%d,%s,%s\n", 100+i, i+1, slip, rest)
		}
	}
	return b.String()
}

func TestDedupeWritesItsFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "people")
	path := write(t, "clinic.csv", clinic()+"900,p1,too,few\n1,p1,Oliver,Other,1950-01-01,F,10000,Albany,6160000000\n")
	r := idem(t, "dedupe", "--truth", "person", "--out", dir, path)
	require.Equal(t, exitOK, r.code, r.stderr)
	assert.Equal(t, slices.Sorted(slices.Values(outputFiles)), names(t, dir))
	assert.Contains(t, r.stdout, "first_name -> given_name")

	clusters := sheetOf(t, dir, "clusters.csv")
	require.Len(t, clusters, 40)
	people := map[string]string{}
	for _, row := range clusters {
		assert.Equal(t, "clinic", row["source"])
		people[row["record_id"]] = row["cluster_id"]
	}
	for i := 1; i < 10; i++ {
		assert.Equal(t, people[fmt.Sprint(i+1)], people[fmt.Sprint(100+i)])
	}
	pairs := sheetOf(t, dir, "pairs.csv")
	require.GreaterOrEqual(t, len(pairs), 9)
	assert.Equal(t, "match", pairs[0]["decision"])
	for _, row := range pairs {
		assert.Less(t, row["record_a"], row["record_b"], "sorted, the lesser first")
	}
	golden := sheetOf(t, dir, "golden.csv")
	distinct := map[string]bool{}
	for _, c := range people {
		distinct[c] = true
	}
	require.Len(t, golden, len(distinct), "one row a person")
	for i, row := range golden {
		assert.Equal(t, fmt.Sprint(i+1), row["cluster_id"])
		assert.NotEmpty(t, row["family_name"])
		assert.True(t, strings.HasPrefix(row["family_name_from"], "clinic/"), row["family_name_from"])
		assert.NotEmpty(t, row["family_name_rule"])
	}
	rejected := sheetOf(t, dir, "rejected.csv")
	require.Len(t, rejected, 2)
	assert.Equal(t, map[string]string{"source": "clinic", "line": "42", "record_id": "", "reason": "ragged_row"}, rejected[0])
	assert.Equal(t, "superseded", rejected[1]["reason"])
	assert.Equal(t, "1", rejected[1]["record_id"])

	var s summary
	data, err := os.ReadFile(filepath.Join(dir, "summary.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &s))
	assert.Equal(t, int64(41), s.Records.Read)
	assert.Equal(t, 40, s.Records.Kept)
	assert.Equal(t, map[string]int64{"ragged_row": 1}, s.Records.Reasons)
	assert.Equal(t, len(distinct), s.People.People)
	require.NotNil(t, s.Truth)
	assert.Equal(t, int64(10), s.Truth.People.Actual)
	assert.Positive(t, s.PeakMemory)

	again := idem(t, "dedupe", "--model", filepath.Join(dir, "model.json"), "--quiet", "--out", dir, "--force", path)
	require.Equal(t, exitOK, again.code, again.stderr)
	assert.Equal(t, clusters, sheetOf(t, dir, "clusters.csv"), "the model of a run gives its people again")
	assert.Equal(t, golden, sheetOf(t, dir, "golden.csv"))
}

// The summary as a person reads it, on a file whose answer is plain.
func TestSummaryText(t *testing.T) {
	path := write(t, "clinic.csv", clinic()+"1,p1\n")
	t.Chdir(filepath.Dir(path))
	r := idem(t, "dedupe", "--truth", "person", "clinic.csv")
	require.Equal(t, exitOK, r.code, r.stderr)
	got := regexp.MustCompile(`(?m)^(seconds|memory|estimated) .*$`).ReplaceAllString(r.stdout, "$1 ...")
	golden(t, "summary.txt", got)
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join(testFolder, name)
	if *rewrite {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), got, "go test ./examples/idem -rewrite accepts it")
}

func TestSummaryTextOfEverything(t *testing.T) {
	s := &summary{
		Records: recordSummary{Read: 1234567, Kept: 1234000, Identical: 500, Superseded: 67, Unreadable: 3,
			Reasons: map[string]int64{"ragged_row": 2, "invalid_utf8": 1}, Placeholder: 12},
		Candidates: candidateSummary{Pairs: 21_000_000, Patterns: 5000, Rules: []ruleSummary{
			{Rule: "phone", Pairs: 900_000, NewPairs: 900_000, LargestBlock: 12},
			{Rule: "postal code", Pairs: 20_500_000, NewPairs: 20_100_000, LargestBlock: 401, Refined: 7, Skipped: 1}}},
		Pairs:     pairSummary{Match: 300_000, Possible: 20_000, Apart: 30, Review: 1500, Touched: 2100},
		People:    peopleSummary{People: 900_000, Several: 200_000, Largest: 9},
		Estimated: &scoreSummary{Precision: .998, Recall: .991},
		Truth: &truthSummary{Pairs: fullScore{scoreSummary{.99, .98, .985}, 1, 2, 306_000},
			People: fullScore{scoreSummary{.995, .985, .99}, 1, 2, 306_000}, Unknown: 17},
		Issues:  map[string]int64{"junk": 3, "impossible": 4},
		Notices: []string{"the shape rule phone is off for this file"},
		Stages:  []stageSummary{{"read", 1, .9}, {"write", 2, 1.5}}, Wall: 3, CPU: 2.4, PeakMemory: 600 << 20,
	}
	var b bytes.Buffer
	require.NoError(t, s.print(&b, "people"))
	golden(t, "summary_of_everything.txt", b.String())
}

func TestDedupeSample(t *testing.T) {
	r := idem(t, "dedupe")
	require.Equal(t, exitOK, r.code, r.stderr)
	assert.Contains(t, r.stdout, "the sample that is built in")
	assert.Contains(t, r.stdout, "5,000 read, 5,000 kept")
	assert.Contains(t, r.stdout, "6,538 true pairs")
}

func TestDedupeStandardInput(t *testing.T) {
	path := write(t, "stdin.csv", clinic())
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	require.Equal(t, exitOK, idem(t, "dedupe", "--quiet", "--out", a, path).code)
	r := idemWith(t, context.Background(), zip(t, clinic()), "dedupe", "--quiet", "--out", b, "-")
	require.Equal(t, exitOK, r.code, r.stderr)
	for _, name := range []string{"clusters.csv", "pairs.csv", "golden.csv", "review.csv", "rejected.csv", "model.json"} {
		want, err := os.ReadFile(filepath.Join(a, name))
		require.NoError(t, err)
		got, err := os.ReadFile(filepath.Join(b, name))
		require.NoError(t, err)
		assert.Equal(t, string(want), string(got), name)
	}
}

// The order of the rows changes no file but for the numbers of people.
func TestDedupeOrderOfRows(t *testing.T) {
	lines := strings.SplitAfter(strings.TrimSuffix(clinic(), "\n"), "\n")
	rows := slices.Clone(lines[1:])
	rows[len(rows)-1] += "\n"
	slices.Reverse(rows)
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	require.Equal(t, exitOK, idem(t, "dedupe", "--quiet", "--out", a, write(t, "clinic.csv", clinic())).code)
	require.Equal(t, exitOK, idem(t, "dedupe", "--quiet", "--out", b, write(t, "clinic.csv", lines[0]+strings.Join(rows, ""))).code)
	for _, name := range []string{"clusters.csv", "pairs.csv", "golden.csv", "review.csv"} {
		assert.Equal(t, sheetOf(t, a, name), sheetOf(t, b, name), name)
	}
}

func TestTruth(t *testing.T) {
	path := write(t, "clinic.csv", clinic())
	var file strings.Builder
	file.WriteString("record_id,person_id,source\n")
	for _, line := range strings.Split(strings.TrimSpace(clinic()), "\n")[1:] {
		cells := strings.Split(line, ",")
		fmt.Fprintf(&file, "%s,%s,clinic\n", cells[0], cells[1])
	}
	truthFile := write(t, "truth.csv", file.String())
	line := regexp.MustCompile(`(?m)^truth .*\n.*$`)
	byColumn := line.FindString(idem(t, "dedupe", "--truth", "person", path).stdout)
	require.Contains(t, byColumn, "(10 true pairs)")
	for _, form := range []string{`person~^p(\d+)$`, truthFile} {
		assert.Equal(t, byColumn, line.FindString(idem(t, "dedupe", "--truth", form, path).stdout), form)
	}
	none := idem(t, "dedupe", "--truth", `person~^q(\d+)$`, path)
	assert.Contains(t, none.stdout, "40 records have no known truth")
	for text, says := range map[string]string{
		"person~(":    "error parsing regexp",
		"person~^p":   "a group that gives the person",
		"nobody":      "not in the file",
		"missing.csv": "no such file",
		path:          "record_id and person_id",
	} {
		r := idem(t, "dedupe", "--truth", text, path)
		assert.NotEqual(t, exitOK, r.code, text)
		assert.Contains(t, r.stderr, says, text)
	}
}

func TestFormulasAreTamedWherePeopleLook(t *testing.T) {
	for cell, want := range map[string]string{
		"": "", "Ann": "Ann", "=1+1": "'=1+1", "@SUM(A1)": "'@SUM(A1)", "+1 (616) 234-0100": "+1 (616) 234-0100",
		"-5.2": "-5.2", "+cmd|' /C calc'!A0": "'+cmd|' /C calc'!A0", "-2+3": "'-2+3", "\t=1": "'\t=1", "a=1": "a=1",
		"a;=1;b": "a;'=1;b", "+1;-2": "+1;-2", "=1;@x": "'=1;'@x", "＝1": "'＝1", "-": "-", "-x": "'-x",
	} {
		assert.Equal(t, want, tame(cell), cell)
	}
	dir := filepath.Join(t.TempDir(), "out")
	text := strings.Replace(clinic(), "1,p1,Oliver", "=1+1,p1,=HYPERLINK(1)", 1)
	require.Equal(t, exitOK, idem(t, "dedupe", "--quiet", "--out", dir, write(t, "clinic.csv", text)).code)
	data, err := os.ReadFile(filepath.Join(dir, "golden.csv"))
	require.NoError(t, err)
	assert.NotRegexp(t, `(?m)(^|,)=`, string(data))
	assert.Contains(t, string(data), "'=HYPERLINK(1)")
	data, err = os.ReadFile(filepath.Join(dir, "clusters.csv"))
	require.NoError(t, err)
	assert.Contains(t, string(data), "\n=1+1,", "ids that programs join by are as they came")
}

func TestUsage(t *testing.T) {
	r := idem(t, "--help")
	assert.Equal(t, exitOK, r.code)
	assert.Contains(t, r.stdout, "dedupe")
	assert.Equal(t, exitOK, idem(t).code)
	for command, says := range map[string]string{"dedupe": "idem dedupe --out people", "pairs": "idem pairs pairs.jsonl"} {
		r := idem(t, command, "--help")
		assert.Equal(t, exitOK, r.code)
		assert.Contains(t, r.stdout, says)
		assert.Contains(t, r.stdout, "130 interrupted")
		assert.Empty(t, r.stderr)
	}
	path := write(t, "clinic.csv", clinic())
	for _, args := range [][]string{
		{"nonsense"}, {"dedupe", "--nonsense"}, {"dedupe", "--map", "x", path}, {"dedupe", "--map", "nofield=first_name", path},
		{"dedupe", "--profile", "Mars", path}, {"dedupe", "--policy", "none", path}, {"pairs"},
	} {
		r := idem(t, args...)
		assert.Equal(t, exitUsage, r.code, args)
		assert.True(t, strings.HasPrefix(r.stderr, "idem: "), r.stderr)
	}
}
