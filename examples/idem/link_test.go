package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// registry is the clinic's people once more in another form: other columns,
// dates written the American way, a slip in each third family name. Person 30 is
// not in it, person 31 is new.
func registry() string {
	var b strings.Builder
	b.WriteString("id;given;surname;date_of_birth;gender;postcode;person\n")
	for _, line := range strings.Split(strings.TrimSpace(clinic()), "\n")[1:] {
		c := strings.Split(line, ",")
		if len(c[0]) > 2 || c[1] == "p30" {
			continue
		}
		family := c[3]
		if n := len(c[0]); c[0][n-1]%3 == 0 {
			family = family[:2] + family[3:]
		}
		date := strings.Split(c[4], "-")
		fmt.Fprintf(&b, "r%s;%s;%s;%s/%s/%s;%s;%s;%s\n", c[0], c[2], family, date[1], date[2], date[0], c[5], c[6], c[1])
	}
	b.WriteString("r31;Peregrine;Ashdown;07/08/1999;M;40404;p31\n")
	return b.String()
}

// ownRecords is the clinic's file without the second record of some people.
func ownRecords() string {
	lines := strings.SplitAfter(clinic(), "\n")
	return strings.Join(slices.DeleteFunc(lines, func(l string) bool { return len(l) > 3 && l[3] == ',' }), "")
}

// twiceRecords is the clinic's file with some people there twice, word for word.
func twiceRecords() string {
	text := ownRecords()
	for _, line := range strings.Split(text, "\n")[1:6] {
		text += "20" + line + "\n"
	}
	return text
}

func TestLinkWritesItsFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "linked")
	left, right := write(t, "clinic.csv", ownRecords()), write(t, "registry.csv", registry())
	r := idem(t, "link", "--truth", "person", "--out", dir, left, right)
	require.Equal(t, exitOK, r.code, r.stderr)
	assert.Equal(t, slices.Sorted(slices.Values(outputFiles)), names(t, dir))
	assert.Contains(t, r.stdout, "written YYYY-MM-DD or YYYYMMDD", "of the left file")
	assert.Contains(t, r.stdout, "written MM/DD/YYYY", "of the right one")
	assert.Contains(t, r.stdout, "30 of the left file, 30 of the right")
	assert.Contains(t, r.stdout, "(29 true pairs)")

	for _, p := range sheetOf(t, dir, "pairs.csv") {
		assert.Equal(t, []string{"clinic", "registry"}, []string{p["source_a"], p["source_b"]}, "left first")
		if p["decision"] == "match" {
			assert.Equal(t, "r"+p["record_a"], p["record_b"])
		}
	}
	people := map[string]int{}
	for _, c := range sheetOf(t, dir, "clusters.csv") {
		people[c["cluster_id"]]++
	}
	assert.Len(t, sheetOf(t, dir, "golden.csv"), len(people))
	for _, n := range people {
		assert.LessOrEqual(t, n, 2)
	}
	data, err := os.ReadFile(filepath.Join(dir, "summary.json"))
	require.NoError(t, err)
	var s summary
	require.NoError(t, json.Unmarshal(data, &s))
	require.NotNil(t, s.Link)
	assert.Equal(t, linkSummary{Left: 30, Right: 30, Rivals: s.Link.Rivals}, *s.Link)
	assert.GreaterOrEqual(t, s.Truth.People.F1, .98)

	again := idem(t, "link", "--model", filepath.Join(dir, "model.json"), "--quiet", "--force", "--out", dir+"2", left, right)
	require.Equal(t, exitOK, again.code, again.stderr)
	assert.Equal(t, sheetOf(t, dir, "clusters.csv"), sheetOf(t, dir+"2", "clusters.csv"), "by the model as without")
}

// With two records of a person in the left file, one is linked and the other is
// possible, or both are linked.
func TestLinkManyToMany(t *testing.T) {
	left, right := write(t, "clinic.csv", twiceRecords()), write(t, "registry.csv", registry())
	count := func(args ...string) (matches int, rivals string) {
		dir := filepath.Join(t.TempDir(), "linked")
		r := idem(t, slices.Concat([]string{"link", "--quiet", "--out", dir}, args, []string{left, right})...)
		require.Equal(t, exitOK, r.code, r.stderr)
		linked := map[string]int{}
		for _, p := range sheetOf(t, dir, "pairs.csv") {
			if p["decision"] == "match" {
				matches++
				linked[p["record_b"]]++
			}
		}
		for _, n := range linked {
			if len(args) == 0 {
				assert.Equal(t, 1, n)
			}
		}
		var reasons []string
		for _, row := range sheetOf(t, dir, "review.csv") {
			reasons = append(reasons, row["reasons"])
		}
		return matches, strings.Join(reasons, " ")
	}
	one, reasons := count()
	assert.Equal(t, 29, one)
	assert.Contains(t, reasons, "one-to-one")
	many, _ := count("--many-to-many")
	assert.Equal(t, one+5, many)
}

func TestLinkStandardInputAndErrors(t *testing.T) {
	left, right := write(t, "clinic.csv", ownRecords()), write(t, "registry.csv", registry())
	r := idemWith(t, context.Background(), registry(), "link", "--quiet", left, "-")
	require.Equal(t, exitOK, r.code, r.stderr)
	for _, tt := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"link", left}, exitUsage, "right"},
		{[]string{"link", "-", "-"}, exitUsage, "not both"},
		{[]string{"link", left, write(t, "clinic.csv", registry())}, exitUsage, "both files are called clinic"},
		{[]string{"link", left, "none.csv"}, exitError, "none.csv"},
		{[]string{"link", "--max-pairs", "3", left, right}, exitError, "--max-pairs"},
		{[]string{"link", "--truth", "nobody", left, right}, exitError, "nobody"},
	} {
		r := idem(t, tt.args...)
		assert.Equal(t, tt.code, r.code, r.stderr)
		assert.Contains(t, r.stderr, tt.says)
	}
	help := idem(t, "link", "--help")
	assert.Equal(t, exitOK, help.code)
	assert.Contains(t, help.stdout, "idem link --many-to-many")
	assert.Contains(t, help.stdout, "130 interrupted")
}

// The figures of the issue, as a user gets them.
func TestLinkFebrl(t *testing.T) {
	r := idem(t, "link", "--quiet", "--json", "--truth", `rec_id~^rec-(\d+)-`, testFile(t, "febrl/dataset4a.csv"), testFile(t, "febrl/dataset4b.csv"))
	require.Equal(t, exitOK, r.code, r.stderr)
	var s summary
	require.NoError(t, json.Unmarshal([]byte(r.stdout), &s))
	assert.GreaterOrEqual(t, s.Truth.Pairs.F1, .9997)
	assert.GreaterOrEqual(t, s.Truth.People.F1, .9998)
}
