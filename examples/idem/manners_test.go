package main

import (
	"bytes"
	"encoding/json"
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

// Every command shows examples of itself and what it may end with.
func TestHelpOfEveryCommand(t *testing.T) {
	for _, c := range commandNames(t) {
		r := idem(t, c, "--help")
		require.Equal(t, exitOK, r.code, c)
		assert.Empty(t, r.stderr, c)
		_, examples, found := strings.Cut(r.stdout, "Examples:")
		assert.True(t, found, c)
		assert.Contains(t, examples, "idem "+c+" ", c)
		assert.Contains(t, examples, exitCodes, c)
		assert.Contains(t, idem(t, "--help").stdout, c)
	}
	assert.Contains(t, idem(t, "--help").stdout, "130 interrupted")
}

func TestJSONSummary(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	path := write(t, "clinic.csv", clinic())
	r := idem(t, "dedupe", "--json", "--out", dir, path)
	require.Equal(t, exitOK, r.code)
	var s summary
	require.NoError(t, json.Unmarshal([]byte(r.stdout), &s), "nothing but JSON")
	assert.Equal(t, 40, s.Records.Kept)
	assert.Contains(t, r.stderr, "first_name -> given_name", "the mapping is told all the same")
	file, err := os.ReadFile(filepath.Join(dir, "summary.json"))
	require.NoError(t, err)
	assert.Equal(t, string(file), r.stdout)
	quiet := idem(t, "dedupe", "--json", "--quiet", path)
	require.Equal(t, exitOK, quiet.code)
	assert.Empty(t, quiet.stderr)
	require.NoError(t, json.Unmarshal([]byte(quiet.stdout), &s))
}

func TestQuietIsTheSummaryAlone(t *testing.T) {
	r := idem(t, "dedupe", "--quiet", write(t, "clinic.csv", clinic()))
	require.Equal(t, exitOK, r.code)
	assert.True(t, strings.HasPrefix(r.stdout, "records "), r.stdout)
	assert.Empty(t, r.stderr)
}

// A model remembers how a source writes its dates, so that a small file of the
// same source is not read by what its few dates look like.
func TestModelKeepsDateLayouts(t *testing.T) {
	dir := t.TempDir()
	var b strings.Builder
	for i, line := range strings.Split(strings.TrimSpace(clinic()), "\n") {
		cells := strings.Split(line, ",")
		if i > 0 {
			d := strings.Split(cells[4], "-")
			cells[4] = d[2] + "/" + d[1] + "/" + d[0]
		}
		b.WriteString(strings.Join(cells, ",") + "\n")
	}
	path := filepath.Join(dir, "clinic.csv")
	require.NoError(t, os.WriteFile(path, []byte(b.String()), 0o600))
	first := idem(t, "dedupe", "--out", filepath.Join(dir, "out"), path)
	require.Equal(t, exitOK, first.code, first.stderr)
	require.Contains(t, first.stdout, "written DD/MM/YYYY")
	model := filepath.Join(dir, "out", "model.json")
	m, err := readModel(model)
	require.NoError(t, err)
	assert.Equal(t, []intake.Layout{{Source: "clinic", Field: "birth_date", Layout: "DD/MM/YYYY"}}, m.Layouts)

	few := "record_id,first_name,last_name,dob,sex,zip,city,phone\n1,Ann,Smith,05/06/2001,F,10000,Dayton,6162340100\n2,Ann,Smith,05/06/2001,F,10000,Dayton,6162340100\n"
	require.NoError(t, os.WriteFile(path, []byte(few), 0o600))
	second := idem(t, "dedupe", "--model", model, path)
	require.Equal(t, exitOK, second.code, second.stderr)
	assert.Contains(t, second.stdout, "written DD/MM/YYYY as told (2 of the first 2 values are)")
	alone := idem(t, "dedupe", path)
	assert.Contains(t, alone.stdout, "written MM/DD/YYYY", "month first where nothing tells")
	told := idem(t, "dedupe", "--model", model, "--map", "birth_date=dob:MM/DD/YYYY", path)
	assert.Contains(t, told.stdout, "written MM/DD/YYYY as told", "the command line wins")

	data, err := os.ReadFile(model)
	require.NoError(t, err)
	for _, bad := range []string{`"DD/MM/YY"`, `"DDDD"`} {
		_, err = match.ParseModel(bytes.Replace(data, []byte(`"DD/MM/YYYY"`), []byte(bad), 1))
		assert.ErrorContains(t, err, "layout")
	}
}

// A run that is silent for long still shows that it is there.
func TestProgressBeats(t *testing.T) {
	var b bytes.Buffer
	now := time.Unix(0, 0)
	p := &progress{w: &b, now: func() time.Time { return now }, every: 10 * time.Second, told: now, memory: func() int64 { return 312 << 20 }}
	p.tell(match.Progress{Stage: match.StageBlock})
	now = now.Add(25 * time.Second)
	p.show()
	p.show()
	now = now.Add(10 * time.Second)
	p.tell(match.Progress{Stage: match.StageScore, Done: 10, Total: 100})
	assert.Equal(t, "block    25s, 312 MB\nscore    10 of 100 pairs (10 %), 312 MB\n", b.String())

	q := newProgress(&b, false)
	q.tell(match.Progress{Stage: match.StageRead})
	q.end()
	q.end()
	assert.Positive(t, memoryInUse())
}
