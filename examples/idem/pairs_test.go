package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/scoring"
)

const twoPairs = `{"id": "one", "a": {"given_name": "Josephine", "family_name": "Blackwood", "birth_date": "2001-02-03", "sex": "F", "phone": "6162340100"}, "b": {"nameFirst": "Josephine", "last": "Blackwood", "dob": "20010203", "gender": "F", "phone": "(616) 234-0100"}, "expect": "Match", "note": "unknown keys are ignored"}

{"test": "two", "a": {"given_name": "Josephine", "family_name": "Blackwood", "birth_date": "2001-02-03"}, "b": {"given_name": "Bartholomew", "family_name": "Zimmerman", "birth_date": "1950-11-12"}, "expect": "Not a Match"}
{"a": {"given_name": ["Ann"], "birth_date": 20010203, "extra": {"x": 1}, "sex": null}, "b": {}}
`

func decisions(t testing.TB, text string) []decided {
	t.Helper()
	var all []decided
	dec := json.NewDecoder(strings.NewReader(text))
	for dec.More() {
		var d decided
		require.NoError(t, dec.Decode(&d))
		all = append(all, d)
	}
	return all
}

func TestPairs(t *testing.T) {
	path := write(t, "pairs.jsonl", twoPairs)
	r := idem(t, "pairs", path)
	require.Equal(t, exitOK, r.code, r.stderr)
	got := decisions(t, r.stdout)
	require.Len(t, got, 3)
	assert.Equal(t, [2]string{"one", "match"}, [2]string{got[0].ID, got[0].Decision})
	assert.Equal(t, [2]string{"two", "no"}, [2]string{got[1].ID, got[1].Decision})
	assert.Equal(t, [2]string{"4", "no"}, [2]string{got[2].ID, got[2].Decision}, "the id is the line number")
	assert.Positive(t, got[0].Weight)
	assert.Contains(t, r.stdout, `"reasons":[`)
	assert.Contains(t, r.stderr, "2 of 2 as wanted: 1.0000")

	same := idemWith(t, context.Background(), zip(t, twoPairs), "pairs", "-")
	assert.Equal(t, r, same, "gzip from standard input")
	assert.Equal(t, r, idemWith(t, context.Background(), zst(t, twoPairs), "pairs", "-"), "zstd")
	crlf := idemWith(t, context.Background(), "\ufeff"+strings.ReplaceAll(twoPairs, "\n", "\r\n"), "pairs", "-")
	assert.Equal(t, r, crlf)
	noExpect := idemWith(t, context.Background(), `{"a":{},"b":{}}`, "pairs", "-")
	assert.Empty(t, noExpect.stderr)
}

func TestPairsByModel(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	require.Equal(t, exitOK, idem(t, "dedupe", "--quiet", "--out", dir, write(t, "clinic.csv", clinic())).code)
	r := idem(t, "pairs", "--policy", "generic", "--model", filepath.Join(dir, "model.json"), write(t, "pairs.jsonl", twoPairs))
	require.Equal(t, exitOK, r.code, r.stderr)
	got := decisions(t, r.stdout)
	assert.Equal(t, []string{"match", "no"}, []string{got[0].Decision, got[1].Decision})
}

func TestPairsErrors(t *testing.T) {
	for _, tt := range []struct{ name, text, says string }{
		{"empty", "", "is empty"},
		{"not JSON", "{]", "line 1: not a JSON object (byte 2)"},
		{"no b", `{"a": {}}`, `line 1: it needs the records "a" and "b"`},
		{"a record that is a text", "\n" + `{"a": "x", "b": {}}`, `line 2: key "a": a JSON string does not belong there`},
		{"unknown outcome", `{"a": {}, "b": {}, "expect": "purple"}`, `key "expect": match, possible or no`},
		{"a line without end", strings.Repeat(" ", maxLine+1), "longer than 4 MB"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := idem(t, "pairs", write(t, "pairs.jsonl", tt.text))
			assert.Equal(t, exitError, r.code)
			assert.Contains(t, r.stderr, "pairs.jsonl")
			assert.Contains(t, r.stderr, tt.says)
		})
	}
	assert.Contains(t, idem(t, "pairs", "none.jsonl").stderr, "none.jsonl: no such file")
	assert.Contains(t, idem(t, "pairs", t.TempDir()).stderr, "is a directory")
	assert.Contains(t, idem(t, "pairs", write(t, "x.gz", "\x1f\x8bxxxxxxxxxxxx")).stderr, "damaged")
}

func TestOutcomeSpellings(t *testing.T) {
	for text, want := range map[string]scoring.Decision{
		"match": scoring.Match, "Match": scoring.Match, "Possible Match": scoring.Possible, "possible_match": scoring.Possible, "POSSIBLE": scoring.Possible,
		"no": scoring.No, "Not a Match": scoring.No, "no_match": scoring.No, "non-match": scoring.No, "No Match": scoring.No,
	} {
		got, err := parseOutcome(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
}

// The order of a record's keys does not matter, nor does it that authority and
// number come from two keys.
func TestPairsKeyOrder(t *testing.T) {
	a := idemWith(t, context.Background(), `{"a": {"mrn": "1", "mrn_authority": "H", "given_name": "Ann"}, "b": {"mrn": "1", "mrn_authority": "H"}}`, "pairs", "-")
	b := idemWith(t, context.Background(), `{"b": {"mrn_authority": "H", "mrn": "1"}, "a": {"given_name": "Ann", "mrn_authority": "H", "mrn": "1"}}`, "pairs", "-")
	assert.Equal(t, a, b)
}

// testFile is a file of the test data, which is not part of the repository.
func testFile(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(os.Getenv("IDEM_DATA"), filepath.FromSlash(name))
	if _, err := os.Stat(path); os.Getenv("IDEM_DATA") == "" || err != nil {
		if os.Getenv("IDEM_REQUIRE_DATA") == "1" {
			t.Fatalf("test data %s is missing: set IDEM_DATA to the folder that holds it", name)
		}
		t.Skipf("test data %s is missing: set IDEM_DATA to the folder that holds it", name)
	}
	return path
}

func TestPairsWorked(t *testing.T) {
	r := idem(t, "pairs", testFile(t, "newborn/worked_pairs.jsonl"))
	require.Equal(t, exitOK, r.code, r.stderr)
	assert.Contains(t, r.stderr, "68 of 68 as wanted: 1.0000")
}

func TestPairsAIRA(t *testing.T) {
	r := idem(t, "pairs", testFile(t, "aira/pairs.jsonl.gz"))
	require.Equal(t, exitOK, r.code, r.stderr)
	assert.Len(t, decisions(t, r.stdout), 2017)
	assert.Regexp(t, `(?m)^no +0 `, r.stderr, "no two persons are called a match")
	assert.Contains(t, r.stderr, "of 2017 as wanted: 0.9")
}
