package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/scoring"
)

// family is one of the made-up pairs to label: its two records and a label.
type family struct {
	a, b  map[string]string
	label string
}

// families are n pairs of each kind, told apart by given name, phone and
// birth date: one person, a person perhaps, two persons.
func families(n int) []family {
	names := strings.Fields("Oliver Amelia Theodore Josephine Maximilian Beatrice Sebastian Penelope Frederick Clementine")
	last := strings.Fields("Abernathy Blackwood Carmichael Dunsworth Ellington Fairbanks Goldsmith Hathaway Inglewood")
	var all []family
	for i := range 3 * n {
		a := map[string]string{
			"given_name": names[i%len(names)], "family_name": last[i%len(last)],
			"birth_date": fmt.Sprintf("%d-%02d-%02d", 1980+i%30, 1+i%12, 1+i%28), "sex": "F", "phone": fmt.Sprintf("616%07d", 2340100+i),
		}
		b := map[string]string{}
		for k, v := range a {
			b[k] = v
		}
		f := family{a, b, []string{"match", "possible", "no"}[i%3]}
		switch f.label {
		case "possible":
			b["phone"] = fmt.Sprintf("517%07d", 9876500-7*i)
		case "no":
			b["given_name"], b["birth_date"] = names[(i+1)%len(names)], "1950-11-12"
		}
		all = append(all, f)
	}
	return all
}

func labelLines(t testing.TB, all []family) string {
	t.Helper()
	var b strings.Builder
	for _, f := range all {
		line, err := json.Marshal(map[string]any{"a": f.a, "b": f.b, "expect": f.label})
		require.NoError(t, err)
		b.Write(append(line, '\n'))
	}
	return b.String()
}

// labelSheets are the same labels as a CSV over a CSV of records.
func labelSheets(all []family) (labels, records string) {
	var l, r strings.Builder
	l.WriteString("record_a,record_b,label\n")
	columns := []string{"given_name", "family_name", "birth_date", "sex", "phone"}
	r.WriteString("record_id," + strings.Join(columns, ",") + "\n")
	row := func(id string, fields map[string]string) {
		r.WriteString(id)
		for _, c := range columns {
			r.WriteString("," + fields[c])
		}
		r.WriteString("\n")
	}
	for i, f := range all {
		row(fmt.Sprintf("a%d", i), f.a)
		row(fmt.Sprintf("b%d", i), f.b)
		fmt.Fprintf(&l, "a%d,b%d,%s\n", i, i, f.label)
	}
	return l.String(), r.String()
}

func TestTrain(t *testing.T) {
	all := families(30)
	dir := t.TempDir()
	out := filepath.Join(dir, "trained.json")
	lines := write(t, "labels.jsonl", labelLines(t, all))
	r := idem(t, "train", "--labels", lines, "--out", out)
	require.Equal(t, exitOK, r.code, r.stderr)
	assert.Contains(t, r.stdout, "90 labelled pairs: 30 match, 30 possible, 30 no")
	assert.Contains(t, r.stdout, "no decided match")
	assert.Contains(t, r.stdout, "idem pairs --model "+out)
	assert.Equal(t, []string{"trained.json"}, names(t, dir), "nothing else is left behind")
	data, err := os.ReadFile(out)
	require.NoError(t, err)
	_, err = scoring.ParseLabelledWeights(data)
	require.NoError(t, err)

	decided := idem(t, "pairs", "--model", out, lines)
	require.Equal(t, exitOK, decided.code, decided.stderr)
	assert.Contains(t, decided.stderr, "90 of 90 as wanted: 1.0000")
	both := idem(t, "pairs", "--policy", "iis", "--model", out, lines)
	assert.Equal(t, exitUsage, both.code)
	assert.Contains(t, both.stderr, "leave one of the two out")

	again := idem(t, "train", "--labels", lines, "--out", out)
	assert.Equal(t, exitUsage, again.code)
	assert.Contains(t, again.stderr, "--force replaces it")
	require.Equal(t, exitOK, idem(t, "train", "--labels", lines, "--out", out, "--force").code)

	labels, records := labelSheets(all)
	sheet := filepath.Join(t.TempDir(), "trained.json")
	r = idem(t, "train", "--out", sheet, "--labels", write(t, "labels.csv", labels), write(t, "clinic.csv", records))
	require.Equal(t, exitOK, r.code, r.stderr)
	assert.Contains(t, r.stdout, "clinic.csv, source clinic")
	other, err := os.ReadFile(sheet)
	require.NoError(t, err)
	assert.Equal(t, reportless(t, data), reportless(t, other), "labels in either form teach the same")
}

// reportless is a model without its figures: the folds of records known by
// content and of records known by id are not the same.
func reportless(t testing.TB, data []byte) *scoring.LabelledWeights {
	t.Helper()
	w, err := scoring.ParseLabelledWeights(data)
	require.NoError(t, err)
	w.Report = scoring.LabelReport{}
	return w
}

func TestTrainJSONAndCurve(t *testing.T) {
	lines := labelLines(t, families(30))
	r := idemWith(t, context.Background(), zip(t, lines), "train", "--json", "--curve", "--labels", "-")
	require.Equal(t, exitOK, r.code, r.stderr)
	var figures struct {
		Pairs  int
		Labels [3]int
		Curve  []struct{ Labels int }
	}
	require.NoError(t, json.Unmarshal([]byte(r.stdout), &figures))
	assert.Equal(t, 90, figures.Pairs)
	assert.Equal(t, [3]int{30, 30, 30}, figures.Labels)
	require.Len(t, figures.Curve, 1)
	assert.Equal(t, 25, figures.Curve[0].Labels)
}

func TestTrainErrors(t *testing.T) {
	labels, records := labelSheets(families(30))
	csv := func(text string) string { return write(t, "labels.csv", text) }
	file := write(t, "clinic.csv", records)
	twice := write(t, "other.csv", records)
	lines := write(t, "labels.jsonl", labelLines(t, families(30)))
	for _, tt := range []struct {
		name string
		code int
		args []string
		says []string
	}{
		{"no labels flag", exitUsage, []string{file}, []string{"--labels"}},
		{"no such file", exitError, []string{"none.csv"}, []string{"none.csv", "no such file"}},
		{"empty", exitError, []string{csv(""), file}, []string{"is empty: it needs the columns record_a, record_b, label"}},
		{"no label column", exitError, []string{csv("record_a,record_b\n1,2\n"), file}, []string{"line 1", "there is none for label"}},
		{"two label columns", exitError, []string{csv("record_a,record_b,label,expect\n"), file}, []string{"two columns for label"}},
		{"nothing labelled", exitError, []string{csv("record_a,record_b,label\na1,b1,\n"), file}, []string{"has no labels"}},
		{"unknown label", exitError, []string{csv("record_a,record_b,label\na1,b1,purple\n"), file}, []string{"line 2: column label: match, possible or no"}},
		{"ragged", exitError, []string{csv("record_a,record_b,label\na1,b1\n"), file}, []string{"line 2: wrong number of fields"}},
		{"a record that is not there", exitError, []string{csv(labels + "a1,zz,no\nyy,zz,no\n"), file}, []string{"line 92: a record with this id is not", "2 of 92 rows"}},
		{"with itself", exitError, []string{csv(labels + "a1,a1,no\n"), file}, []string{"line 92: a record is paired with itself"}},
		{"two labels for a pair", exitError, []string{csv(labels + "b0,a0,no\n"), file}, []string{"line 92: the same pair is labelled otherwise in line 2"}},
		{"which source", exitError, []string{csv(labels), file, twice}, []string{"line 2", "source_a"}},
		{"no records", exitUsage, []string{csv(labels)}, []string{"name the files that hold the records"}},
		{"lines and a file", exitUsage, []string{lines, file}, []string{"hold the records themselves"}},
		{"lines without labels", exitError, []string{write(t, "x.jsonl", `{"a": {}, "b": {}}`)}, []string{`no line has the key "expect"`}},
		{"a line that is no pair", exitError, []string{write(t, "x.jsonl", "{]")}, []string{"x.jsonl, line 1: not a JSON object"}},
		{"too few", exitError, []string{write(t, "x.jsonl", labelLines(t, families(12)))},
			[]string{"12 match, 12 possible, 12 no; at least 20 of each are needed", "label more"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "trained.json")
			args := append([]string{"train", "--out", out, "--labels"}, tt.args...)
			if tt.name == "no labels flag" {
				args = append([]string{"train"}, tt.args...)
			}
			r := idem(t, args...)
			assert.Equal(t, tt.code, r.code)
			for _, say := range tt.says {
				assert.Contains(t, r.stderr, say)
			}
			assert.NoFileExists(t, out)
		})
	}
	assert.Contains(t, idem(t, "train", "--labels", lines, "--out", t.TempDir()).stderr, "is a directory")
	assert.Contains(t, idem(t, "train", "--labels", lines, "--out", filepath.Join(t.TempDir(), "no", "x.json")).stderr, "no such file")
	assert.Contains(t, idem(t, "train", "--labels", lines, "--profile", "DE").stderr, "--profile")
	damaged := write(t, "model.json", `{"kind": "labelled-weights", "format": 9}`)
	assert.Contains(t, idem(t, "pairs", "--model", damaged, lines).stderr, "this version reads")
}

// Of two sources with the same ids the source columns choose, and the same pair
// twice is one label.
func TestTrainSources(t *testing.T) {
	labels, records := labelSheets(families(30))
	named := strings.ReplaceAll(labels, "\na", "\nclinic,other,a")
	named = "source_a,source_b," + named + "other,clinic,b0,a0,match\n"
	r := idem(t, "train", "--quiet", "--labels", write(t, "labels.csv", named), write(t, "clinic.csv", records), write(t, "other.csv", records))
	require.Equal(t, exitOK, r.code, r.stderr)
	assert.True(t, strings.HasPrefix(r.stdout, "90 labelled pairs: 30 match, 30 possible, 30 no"), r.stdout)
}

// A column "label" added to review.csv makes labels of it: its other columns do
// not matter, ids that a spreadsheet would run are found, and a dedupe run says
// that the model is not for it.
func TestTrainFromReview(t *testing.T) {
	labels, records := labelSheets(families(30))
	records = strings.ReplaceAll(records, "\na", "\n=a")
	var review strings.Builder
	for i, line := range strings.Split(strings.TrimSpace(labels), "\n") {
		if i == 0 {
			review.WriteString("pair_id," + line + ",decision,source_a,source_b\n")
			continue
		}
		fmt.Fprintf(&review, "x%d,'=%s,possible,clinic,clinic\n", i, line)
	}
	review.WriteString("x,'=a0,b1,,possible,clinic,clinic\n")
	file, out := write(t, "clinic.csv", records), filepath.Join(t.TempDir(), "trained.json")
	r := idem(t, "train", "--quiet", "--out", out, "--labels", write(t, "review.csv", review.String()), file)
	require.Equal(t, exitOK, r.code, r.stderr)
	assert.Contains(t, r.stdout, "90 labelled pairs: 30 match, 30 possible, 30 no")
	r = idem(t, "dedupe", "--model", out, file)
	assert.Equal(t, exitError, r.code)
	assert.Contains(t, r.stderr, "idem train wrote it, for idem pairs")
}

func TestTrainAIRA(t *testing.T) {
	r := idem(t, "train", "--json", "--labels", testFile(t, "aira/pairs.jsonl.gz"))
	require.Equal(t, exitOK, r.code, r.stderr)
	var figures scoring.LabelReport
	require.NoError(t, json.Unmarshal([]byte(r.stdout), &figures))
	assert.GreaterOrEqual(t, figures.Trained.Agreement(), .985)
	assert.Zero(t, figures.Trained[scoring.No][scoring.Match])
}
