package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParsePair(t *testing.T) {
	p, err := parsePair([]byte(`{"id": "W1", "a": {"given_name": "Ana", "birth_date": "2020-01-02"}, "b": {"nameFirst": "Ana"},
		"expect": "possible", "candidates": 2, "why": "not read"}`))
	require.NoError(t, err)
	assert.Equal(t, "W1", p.id)
	assert.Equal(t, 2, p.candidates)
	assert.Equal(t, map[string]string{"expect": "possible"}, p.expect)
	require.Len(t, p.a.Names, 1)
	assert.Equal(t, "Ana", p.a.Names[0].Given)
	require.Len(t, p.b.Names, 1)
	assert.Equal(t, "Ana", p.b.Names[0].Given)

	p, err = parsePair([]byte(`{"test": "S-12:X:Y", "a": {}, "b": {}, "expect": "Not a Match", "expect_aira_c": "Possible Match"}`))
	require.NoError(t, err)
	assert.Equal(t, 12, testNumber(p.id))
	assert.Equal(t, 1, p.candidates)
	assert.Equal(t, map[string]string{"expect": "no", "expect_aira_c": "possible"}, p.expect)

	for _, bad := range []string{`{`, `{"a": 1}`, `{"expect": "maybe"}`} {
		_, err := parsePair([]byte(bad))
		assert.Error(t, err, bad)
	}
}

func TestConfusion(t *testing.T) {
	c := confusion{{"match", "match"}: 6, {"no", "no"}: 2, {"no", "match"}: 1, {"possible", "match"}: 1}
	assert.Equal(t, 10, c.total())
	assert.InDelta(t, .8, c.agreement(), 1e-12)
	var b strings.Builder
	c.print(&b, "made")
	assert.Equal(t, `made: 10 pairs, agreement 0.8000, no -> match 1, possible -> match 1, match -> no 0
  expected \ decided      match possible       no
  match                       6        0        0
  possible                    1        0        0
  no                          1        0        2
`, b.String())
}
