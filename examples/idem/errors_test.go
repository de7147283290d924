package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/intake"
)

// Each mistake gets an error that says what to do, and leaves nothing behind.
func TestDedupeErrors(t *testing.T) {
	model := filepath.Join(t.TempDir(), "model.json")
	out := filepath.Join(t.TempDir(), "out")
	require.Equal(t, exitOK, idem(t, "dedupe", "--quiet", "--out", out, write(t, "clinic.csv", clinic())).code)
	good, err := os.ReadFile(filepath.Join(out, "model.json"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(model, good, 0o600))
	withName := func(old, new string) string {
		require.Contains(t, string(good), old)
		return write(t, "model.json", strings.Replace(string(good), old, new, 1))
	}
	file := func(text string) string { return write(t, "clinic.csv", text) }
	big := zip(t, clinic()+strings.Repeat("x,y,Mary,Miller,1980-01-02,F,10000,Albany,6160000000\n", 100_000))
	for _, tt := range []struct {
		name string
		args []string
		says []string
	}{
		{"no such file", []string{"none.csv"}, []string{"none.csv", "no such file", "check the name"}},
		{"a directory", []string{t.TempDir()}, []string{"is a directory", "name the files in it"}},
		{"empty file", []string{file("")}, []string{"is empty", "needs a header line"}},
		{"header only", []string{file("first_name,last_name\n")}, []string{"no record", "below the header"}},
		{"no known column", []string{file("abc,def\n1,2\n")}, []string{"no column that means anything", "--map field=column"}},
		{"nothing but ragged rows", []string{file("first_name,last_name\na\nb\n")}, []string{"no row that can be read", "2 rows were tried"}},
		{"two columns for one field", []string{file("first_name,fname,zip\na,b,c\n")}, []string{"two columns for one field", "--drop"}},
		{"cut short", []string{file(big[:len(big)/2])}, []string{"damaged or cut short"}},
		{"a model for other columns", []string{"--model", model, file("given_name,family_name,city\nAnn,Smith,Dayton\nBob,Jones,Dayton\n")},
			[]string{"does not fit these records", "--map field=column"}},
		{"no such model", []string{"--model", "none.json", file(clinic())}, []string{"--model none.json", "no such file"}},
		{"not a model", []string{"--model", file("{]"), file(clinic())}, []string{"--model", "invalid"}},
		{"an unknown comparison in a model", []string{"--model", withName(`"kind": "given"`, `"kind": "givn"`), file(clinic())}, []string{"--model", "givn"}},
		{"an unknown level in a model", []string{"--model", withName(`"name": "nickname"`, `"name": "nikname"`), file(clinic())}, []string{"--model", "nikname"}},
		{"an unknown key in a model", []string{"--model", withName(`"format"`, `"formatt"`), file(clinic())}, []string{"--model", "formatt"}},
		{"a profile beside a model", []string{"--model", model, "--profile", "US", file(clinic())}, []string{"leave one of the two out"}},
		{"too many pairs", []string{"--max-pairs", "3"}, []string{"too many", "3 are allowed", "rule", "--max-pairs N"}},
		{"a policy that is none", []string{"--policy", file("{}"), file(clinic())}, []string{"--policy"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			args := append([]string{"dedupe", "--out", filepath.Join(dir, "out")}, tt.args...)
			r := idem(t, args...)
			assert.Contains(t, []int{exitError, exitUsage}, r.code)
			assert.True(t, strings.HasPrefix(r.stderr, "idem: "), r.stderr)
			for _, s := range tt.says {
				assert.Contains(t, r.stderr, s)
			}
			assert.NotContains(t, r.stderr, "goroutine")
			assert.Empty(t, names(t, dir), "nothing half-written")
		})
	}
}

func TestRaggedRowsAndDuplicateIDsAreTold(t *testing.T) {
	text := clinic()
	rows := strings.SplitAfter(text, "\n")
	text += rows[1] + strings.Replace(rows[3], "Amelia", "Emelia", 1) + "500,p5,short\n"
	r := idem(t, "dedupe", write(t, "clinic.csv", text))
	require.Equal(t, exitOK, r.code, r.stderr)
	assert.Contains(t, r.stdout, "1 said again what was known")
	assert.Contains(t, r.stdout, "1 superseded by a later record of the same id")
	assert.Contains(t, r.stdout, "1 row set aside: more or fewer cells than the header line")
}

func TestOutputFolder(t *testing.T) {
	path := write(t, "clinic.csv", clinic())
	dir := t.TempDir()
	t.Run("empty", func(t *testing.T) {
		empty := filepath.Join(dir, "empty")
		require.NoError(t, os.Mkdir(empty, 0o755))
		require.Equal(t, exitOK, idem(t, "dedupe", "--quiet", "--out", empty, path).code)
		assert.Len(t, names(t, empty), len(outputFiles))
	})
	t.Run("readable by its owner alone", func(t *testing.T) {
		out := filepath.Join(dir, "new")
		require.Equal(t, exitOK, idem(t, "dedupe", "--quiet", "--out", out, path).code)
		for _, name := range append(outputFiles, ".") {
			st, err := os.Stat(filepath.Join(out, name))
			require.NoError(t, err)
			assert.Zero(t, st.Mode().Perm()&0o077, name)
		}
	})
	t.Run("not empty", func(t *testing.T) {
		full := filepath.Join(dir, "full")
		require.NoError(t, os.Mkdir(full, 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(full, "mine.txt"), nil, 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(full, "summary.json"), []byte("old"), 0o600))
		r := idem(t, "dedupe", "--quiet", "--out", full, path)
		assert.Equal(t, exitUsage, r.code)
		assert.Contains(t, r.stderr, "--force")
		assert.Equal(t, []string{"mine.txt", "summary.json"}, names(t, full))
		bad := idem(t, "dedupe", "--quiet", "--force", "--out", full, write(t, "clinic.csv", ""))
		assert.Equal(t, exitError, bad.code)
		old, err := os.ReadFile(filepath.Join(full, "summary.json"))
		require.NoError(t, err)
		assert.Equal(t, "old", string(old), "a run that fails replaces nothing")
		require.Equal(t, exitOK, idem(t, "dedupe", "--quiet", "--force", "--out", full, path).code)
		assert.Len(t, names(t, full), len(outputFiles)+1, "what is not ours stays")
	})
	t.Run("a file", func(t *testing.T) {
		r := idem(t, "dedupe", "--out", path, path)
		assert.Equal(t, exitUsage, r.code)
		assert.Contains(t, r.stderr, "it is a file")
	})
	t.Run("in no folder", func(t *testing.T) {
		r := idem(t, "dedupe", "--out", filepath.Join(dir, "no", "where"), path)
		assert.Equal(t, exitError, r.code)
		assert.Contains(t, r.stderr, "does not exist")
	})
}

// cancelling cancels when it is written to.
type cancelling struct {
	bytes.Buffer
	cancel context.CancelFunc
}

func (c *cancelling) Write(p []byte) (int, error) {
	c.cancel()
	return c.Buffer.Write(p)
}

func TestInterrupted(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	stdout := &cancelling{cancel: cancel} // the mapping is printed before the work
	var stderr bytes.Buffer
	code := run(ctx, []string{"dedupe", "--out", filepath.Join(dir, "out")}, strings.NewReader(""), stdout, &stderr)
	assert.Equal(t, exitInterrupted, code)
	assert.Contains(t, stderr.String(), "interrupted")
	assert.Empty(t, names(t, dir))
}

func TestProgressLines(t *testing.T) {
	var b bytes.Buffer
	now := time.Unix(0, 0)
	p := &progress{w: &b, now: func() time.Time { return now }, every: 10 * time.Second, told: now}
	at := func(seconds int, pr match.Progress) {
		now = time.Unix(int64(seconds), 0)
		p.tell(pr)
	}
	p.bytes(25, 100)
	at(0, match.Progress{Stage: match.StageRead, Done: 1})
	at(9, match.Progress{Stage: match.StageRead, Done: 900_000})
	at(10, match.Progress{Stage: match.StageRead, Done: 1_000_000})
	at(12, match.Progress{Stage: match.StageScore, Done: 1, Total: 100})
	at(22, match.Progress{Stage: match.StageScore, Done: 50, Total: 100})
	at(32, match.Progress{Stage: match.StageScore, Done: 100, Total: 100})
	p.clear()
	assert.Equal(t, strings.TrimPrefix(`
read     1,000,000 records (25 %), 100,000/s, 30s left
score    50 of 100 pairs (50 %), 5/s, 10s left
score    100 of 100 pairs (100 %), 5/s
`, "\n"), b.String())

	b.Reset()
	p.terminal, p.every = true, 0
	at(40, match.Progress{Stage: match.StageScore, Done: 100_000, Total: 100_000})
	at(41, match.Progress{Stage: match.StageResolve, Done: 1})
	p.clear()
	lines := strings.Split(b.String(), "\r")
	require.Len(t, lines, 5)
	assert.Len(t, lines[2], len(lines[1]), "a shorter line wipes the longer one before it")
	assert.Empty(t, strings.TrimSpace(lines[3]))

	quiet := newProgress(&b, true)
	quiet.tell(match.Progress{})
	quiet.bytes(1, 2)
	quiet.clear()
}

func TestCount(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1234: "-1,234", -123: "-123"} {
		assert.Equal(t, want, count(n))
	}
}

// A file that changes between the passes gives an error, not a wrong golden
// record: by its size and time, else by what is in it.
func TestInputThatChanges(t *testing.T) {
	lines := strings.SplitAfter(clinic(), "\n")
	other := strings.Replace(clinic(), "Oliver", "Olivia", 1)
	for name, tt := range map[string]struct {
		text string
		want error
	}{
		"shorter":                {strings.Join(lines[:20], ""), intake.ErrChanged},
		"a row more":             {clinic() + "900,p1,A,B,2000-01-01,F,1,C,1\n", intake.ErrChanged},
		"as long, as old, other": {other, match.ErrChanged},
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, "clinic.csv", clinic())
			before, err := os.Stat(path)
			require.NoError(t, err)
			input, err := intake.Open([]string{path}, intake.Options{})
			require.NoError(t, err)
			defer input.Close()
			res, err := match.Dedupe(context.Background(), input.Records(context.Background()), match.Options{})
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(path, []byte(tt.text), 0o600))
			require.NoError(t, os.Chtimes(path, before.ModTime(), before.ModTime()))
			out, err := newFolder(filepath.Join(t.TempDir(), "out"), false)
			require.NoError(t, err)
			w := writer{ctx: context.Background(), folder: out, input: input, result: res}
			err = w.golden()
			require.ErrorIs(t, err, tt.want)
			assert.NotContains(t, err.Error(), "Oliver")
			require.NoError(t, out.discard())
		})
	}
}
