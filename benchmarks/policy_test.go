package main

import (
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/scoring"
)

// TestPolicy holds the table of the rules to its golden file.
func TestPolicy(t *testing.T) {
	var text strings.Builder
	err := printPolicy(&text, scoring.IISPolicy())
	if errors.Is(err, errNoData) && os.Getenv("IDEM_REQUIRE_DATA") != "1" {
		t.Skip(err)
	}
	require.NoError(t, err)
	assert.NoError(t, checkGolden("testdata/policy.txt", text.String()))
}

func TestRuleRow(t *testing.T) {
	var r ruleRow
	no := &readyPair{labelled: labelled{id: "S-2:X", expect: map[string]string{"expect": "no"}}}
	odd := &readyPair{labelled: labelled{id: "D-3:X", expect: map[string]string{"expect": "possible"}}}
	r.add(no, scoring.No, scoring.No, "expect")
	r.add(no, scoring.No, scoring.Match, "expect")
	r.add(no, scoring.Possible, scoring.No, "expect")
	r.add(odd, scoring.Possible, scoring.Match, "expect")
	r.add(odd, scoring.No, scoring.Match, "expect")
	assert.Equal(t, ruleRow{fires: 5, decides: 4, right: 2, wrong: 1, evenRight: 1, evenWrong: 1}, r)
}

// TestCountRules: a rule that another one makes superfluous fires and decides
// nothing.
func TestCountRules(t *testing.T) {
	policy := scoring.IISPolicy()
	policy.Proofs = nil // they lift rules that are not there
	policy.Rules = []scoring.Rule{
		{ID: "all", Effect: scoring.Floor, When: scoring.Not(scoring.In("sex", "differs"))},
		{ID: "none", Effect: scoring.Veto, When: scoring.In("sex", "differs")},
	}
	pair, err := parsePair([]byte(`{"test": "S-1:X", "a": {"given_name": "Ana"}, "b": {"given_name": "Bo"}, "expect": "possible"}`))
	require.NoError(t, err)
	ready, err := normalizePairs([]labelled{pair}, policy)
	require.NoError(t, err)
	rows, err := countRules(policy, ready, "expect")
	require.NoError(t, err)
	require.Len(t, rows, 2+len(policy.Conflicts.Hard)+len(policy.Conflicts.Soft))
	assert.Equal(t, ruleRow{id: "all", effect: "floor", fires: 1, decides: 1, right: 1}, rows[0])
	assert.Equal(t, ruleRow{id: "none", effect: "veto"}, rows[1])
}

func TestPolicyOf(t *testing.T) {
	p, err := policyOf("aira-a")
	require.NoError(t, err)
	assert.Equal(t, "aira-a", p.Name)
	path := t.TempDir() + "/policy.json"
	require.NoError(t, os.WriteFile(path, scoring.IISPolicy().JSON(), 0o600))
	p, err = policyOf(path)
	require.NoError(t, err)
	assert.Equal(t, "iis", p.Name)
	assert.Error(t, runPolicy([]string{"--policy", "elsewhere"}, io.Discard))
	assert.ErrorContains(t, runPolicy([]string{"policy"}, io.Discard), `"policy" is no flag`)
}
