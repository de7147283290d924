package main

import (
	"encoding/json"
	"math"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// explained runs idem explain --json of a pair.
func explained(t *testing.T, args ...string) pairAnswer {
	t.Helper()
	r := idem(t, append([]string{"explain", "--quiet", "--json"}, args...)...)
	require.Equal(t, exitOK, r.code, r.stderr)
	var p pairAnswer
	require.NoError(t, json.Unmarshal([]byte(r.stdout), &p))
	return p
}

func TestExplainPair(t *testing.T) {
	path := write(t, "clinic.csv", clinic())
	p := explained(t, path, "2", "101")
	assert.Equal(t, []string{"clinic/2", "clinic/101", "match"}, []string{p.A, p.B, p.Decision})
	assert.Equal(t, p.PersonA, p.PersonB)
	assert.Equal(t, []linkAnswer{{"clinic/2", "clinic/101", p.Weight}}, p.Path)
	sum := 0.0
	parts := map[string]partAnswer{}
	for _, part := range p.Parts {
		sum += part.Weight
		parts[part.Name] = part
	}
	assert.InDelta(t, p.Weight, sum, .02)
	assert.Equal(t, "AMELIA", parts["given"].A)
	assert.Equal(t, "AMEIA", parts["given"].B)
	assert.Equal(t, "a typing slip apart", parts["given"].InWords)
	assert.Regexp(t, `^\d{4}-\d\d-\d\d$`, parts["birth_date"].A)

	two := explained(t, path, "clinic/2", "3")
	assert.Equal(t, "no", two.Decision)
	assert.NotEqual(t, two.PersonA, two.PersonB)
	assert.Empty(t, two.Path)
	assert.Less(t, two.Weight, two.Possible)
}

// Each change that is told is told right: it changes the decision, and lies
// beyond the threshold that its decision needs, where no rule bars it.
func TestExplainChanges(t *testing.T) {
	path := write(t, "clinic.csv", clinic())
	p := explained(t, path, "2", "101")
	require.Empty(t, p.Rules)
	for _, c := range p.Changes {
		assert.NotEqual(t, p.Decision, c.Decision)
		assert.NotEqual(t, c.From, c.To)
		if c.Decision == "no" && c.Weight >= p.Possible {
			t.Logf("%s -> %s is barred by a rule", c.Comparison, c.To)
		}
		assert.False(t, math.IsNaN(c.Weight))
		if c.Decision == "match" {
			assert.GreaterOrEqual(t, c.Weight, p.MatchFrom)
		}
	}
}

// An explanation as a person reads it.
func TestExplainText(t *testing.T) {
	path := write(t, "clinic.csv", clinic())
	t.Chdir(filepath.Dir(path))
	var text strings.Builder
	for _, args := range [][]string{{"2", "101"}, {"2", "3"}, {"2"}, {"30"}} {
		r := idem(t, append([]string{"explain", "--quiet", "clinic.csv"}, args...)...)
		require.Equal(t, exitOK, r.code, r.stderr)
		text.WriteString("$ idem explain clinic.csv " + strings.Join(args, " ") + "\n" + r.stdout + "\n")
	}
	// What is said does not change with every touch of the model, the figures do.
	got := regexp.MustCompile(`[-+]?\d+\.\d+(e-\d+)?`).ReplaceAllString(text.String(), "#")
	got = regexp.MustCompile(`(?m) +$`).ReplaceAllString(regexp.MustCompile(`#  +`).ReplaceAllString(got, "#  "), "")
	golden(t, "explain.txt", got)
}

func TestExplainPerson(t *testing.T) {
	path := write(t, "clinic.csv", clinic())
	r := idem(t, "explain", "--quiet", "--json", path, "2")
	require.Equal(t, exitOK, r.code, r.stderr)
	var p personAnswer
	require.NoError(t, json.Unmarshal([]byte(r.stdout), &p))
	assert.Equal(t, []string{"clinic/101", "clinic/2"}, p.Records)
	require.Len(t, p.Joins, 1)
	assert.Equal(t, 2, p.Joins[0].Records)
	assert.NotEmpty(t, p.Joins[0].Rule)
	assert.NotEmpty(t, p.Golden)
}

func TestExplainLinkage(t *testing.T) {
	left, right := write(t, "clinic.csv", twiceRecords()), write(t, "registry.csv", registry())
	linked := explained(t, "--with", right, left, "2", "r2")
	assert.True(t, linked.Linkage)
	assert.Equal(t, "match", linked.Decision)
	rival := explained(t, "--with", right, left, "202", "r2")
	assert.Equal(t, "possible", rival.Decision)
	assert.Equal(t, "one-to-one", rival.Rules[len(rival.Rules)-1].ID)
	aside := explained(t, "--with", right, left, "2", "202")
	assert.Equal(t, "no", aside.Decision)
	assert.Equal(t, "same-side", aside.Rules[len(aside.Rules)-1].ID)
	r := idem(t, "explain", "--quiet", "--with", right, left, "2", "202")
	assert.Contains(t, r.stdout, "both are of one file")
}

// A model of an earlier run explains as that run decided.
func TestExplainByModel(t *testing.T) {
	path := write(t, "clinic.csv", clinic())
	dir := filepath.Join(t.TempDir(), "people")
	require.Equal(t, exitOK, idem(t, "dedupe", "--quiet", "--out", dir, path).code)
	assert.Equal(t, explained(t, path, "2", "101"), explained(t, "--model", filepath.Join(dir, "model.json"), path, "2", "101"))
}

func TestExplainErrors(t *testing.T) {
	path := write(t, "clinic.csv", clinic())
	other := write(t, "other.csv", clinic())
	for _, tt := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{path}, exitUsage, "id"},
		{[]string{path, "2", "2"}, exitUsage, "the two ids are one"},
		{[]string{path, "2", "clinic/2"}, exitUsage, "are of one record"},
		{[]string{path, "2000"}, exitError, `no record has the id "2000"`},
		{[]string{path, "2", "2000"}, exitError, `no record has the id "2000"`},
		{[]string{"--with", other, path, "2", "3"}, exitError, `2 records have the id "2": say which, as in clinic/2`},
		{[]string{"--with", "-", "-", "2", "3"}, exitUsage, "not both"},
		{[]string{"--out", "x", path, "2"}, exitUsage, "--out"},
	} {
		r := idem(t, append([]string{"explain"}, tt.args...)...)
		assert.Equal(t, tt.code, r.code, r.stderr)
		assert.Contains(t, r.stderr, tt.says)
		assert.NotContains(t, r.stderr, "Amelia", "no value of a patient in an error")
	}
	help := idem(t, "explain", "--help")
	assert.Equal(t, exitOK, help.code)
	assert.Contains(t, help.stdout, "idem explain clinic.csv 12 104")
	assert.Contains(t, help.stdout, "130 interrupted")
}

// A value can do nothing to the terminal it is shown on.
func TestExplainTamesValues(t *testing.T) {
	text := strings.Replace(clinic(), "Amelia", "Ame\x1b[31mlia\u202e", 1)
	r := idem(t, "explain", "--quiet", write(t, "clinic.csv", text), "2")
	require.Equal(t, exitOK, r.code, r.stderr)
	assert.NotContains(t, r.stdout, "\x1b")
	assert.NotContains(t, r.stdout, "\u202e")
}

// Every level of every kind has words of its own, or a name that is a word.
func TestLevelsAreTold(t *testing.T) {
	for kind, words := range levelWords {
		assert.NotEmpty(t, words, kind)
		for level := range words {
			assert.NotEqual(t, level, levelInWords(kind, level))
		}
	}
	assert.Equal(t, "the same", levelInWords("sex", "exact"))
	assert.Equal(t, "some level", levelInWords("sex", "some_level"))
}
