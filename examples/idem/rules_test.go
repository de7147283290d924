package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/blocking"
)

// The suggestion is printed with its figures, written as JSON, read back and used.
func TestRulesAreSuggestedAndUsed(t *testing.T) {
	r := idem(t, "rules", "--quiet")
	require.Equal(t, exitOK, r.code, r.stderr)
	assert.Empty(t, r.stderr)
	for _, want := range []string{"new pairs", "truly alone", "suggested", "default", "catalogue", "expected recall", "  true "} {
		assert.Contains(t, r.stdout, want)
	}
	r = idem(t, "rules", "--json")
	require.Equal(t, exitOK, r.code, r.stderr)
	assert.Contains(t, r.stderr, "suggested")
	rules, err := blocking.ParseRules([]byte(r.stdout))
	require.NoError(t, err)
	require.NotEmpty(t, rules)
	file := filepath.Join(t.TempDir(), "rules.json")
	require.NoError(t, os.WriteFile(file, []byte(r.stdout), 0o600))
	r = idem(t, "dedupe", "--quiet", "--rules", file)
	assert.Equal(t, exitOK, r.code, r.stderr)
	r = idem(t, "rules", "--quiet", "--json", "--rules", file)
	require.Equal(t, exitOK, r.code, r.stderr)
	assert.Empty(t, r.stderr)
	_, err = blocking.ParseRules([]byte(r.stdout))
	assert.NoError(t, err)
}

func TestRulesFaults(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want string
	}{
		"not JSON":      {"name: x", "--rules"},
		"unknown field": {`[{"name":"x","keys":["shoe_size"]}]`, "shoe_size"},
		"nothing":       {"[]", "no rule"},
	} {
		t.Run(name, func(t *testing.T) {
			r := idem(t, "dedupe", "--quiet", "--rules", write(t, "rules.json", c.text))
			assert.Equal(t, exitError, r.code)
			assert.Contains(t, r.stderr, c.want)
		})
	}
	r := idem(t, "rules", "--model", "model.json")
	assert.Equal(t, exitUsage, r.code)
	assert.Contains(t, r.stderr, "--model")
	r = idem(t, "dedupe", "--quiet", "--rules", filepath.Join(t.TempDir(), "none.json"))
	assert.Equal(t, exitError, r.code)
}
