package patient

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/internal/fold"
	"github.com/idem-health/idem/internal/testdata"
)

// column0 reads the first column of a CSV file with a header, n rows at most.
func column0(t testing.TB, name string, n int) []string {
	t.Helper()
	rows := testdata.Rows(t, name)
	values := make([]string, 0, len(rows))
	for _, row := range rows[1:min(len(rows), n+1)] {
		values = append(values, row[0])
	}
	return values
}

// junkNames reads the list that the Minnesota registry published in 2018.
func junkNames(t testing.TB) []string {
	t.Helper()
	var names []string
	for s := bufio.NewScanner(testdata.Open(t, "newborn/mn_junk_names_2018.txt")); s.Scan(); {
		if s.Text() != "" {
			names = append(names, s.Text())
		}
	}
	return names
}

func TestJunkNamesAreRecognized(t *testing.T) {
	names := junkNames(t)
	require.Len(t, names, 117)
	for _, age := range []int{-1, 1} {
		for _, name := range names {
			p, _ := classify(name, "SMITH", placeholderContext{AgeDays: age})
			assert.NotEqual(t, NotPlaceholder, p.Class, "%q at age %d", name, age)
		}
	}
}

// hits returns the names that are taken for placeholders.
func hits(names []string, listed map[string]bool, family func(i int) string, ctx func(i int) placeholderContext) []string {
	var taken []string
	for i, name := range names {
		p, _ := classify(name, family(i), ctx(i))
		if p.Class != NotPlaceholder && !listed[fold.Words(name)] {
			taken = append(taken, name)
		}
	}
	return taken
}

func TestRealNamesAreNotTaken(t *testing.T) {
	listed := map[string]bool{}
	for _, name := range junkNames(t) {
		listed[fold.Words(name)] = true
	}
	given := column0(t, "reference/first_names_8000.csv.gz", 5000)
	all := column0(t, "reference/first_names_8000.csv.gz", 8000)
	family := column0(t, "reference/surnames_20000.csv.gz", 20000)
	require.Len(t, given, 5000)
	require.Len(t, family, 20000)

	none := func(int) string { return "" }
	r := rand.New(rand.NewPCG(1, 2))
	anyFamily := func(int) string { return family[r.IntN(5000)] }
	withMother := func(age int) func(int) placeholderContext {
		return func(int) placeholderContext {
			return placeholderContext{MotherGiven: given[r.IntN(2000)], MotherFamily: family[r.IntN(5000)], AgeDays: age}
		}
	}
	alone := func(age int) func(int) placeholderContext {
		return func(int) placeholderContext { return placeholderContext{AgeDays: age} }
	}
	for _, c := range []struct {
		what   string
		names  []string
		family func(int) string
		ctx    func(int) placeholderContext
		most   int
	}{
		{"given names", given, none, alone(-1), 3},
		{"given names with mother and family", given, anyFamily, withMother(-1), 3},
		{"given names of adults", given, anyFamily, withMother(12000), 3},
		{"8,000 given names", all, none, alone(-1), 5},
		{"surnames as given names", family, none, alone(-1), 20},
		{"surnames as given names with mother and family", family, anyFamily, withMother(-1), 20},
		{"given names of newborns", given, anyFamily, withMother(1), 25}, // NINA, BO, NA, MC ... are open to doubt
	} {
		taken := hits(c.names, listed, c.family, c.ctx)
		t.Logf("%s: %d of %d taken %v", c.what, len(taken), len(c.names), taken)
		assert.LessOrEqual(t, len(taken), c.most, c.what)
	}
	ordinary := func(i int) string { return family[i] }
	for i := range family {
		_, parts := classify("MARIA", ordinary(i), ageUnknown)
		assert.Equal(t, fold.Words(family[i]), parts.Family, "a surname is left as it is")
	}
}

func TestLexicon(t *testing.T) {
	checked := map[string]int{}
	for _, row := range testdata.Rows(t, "newborn/placeholder_lexicon.csv")[1:] {
		token, class := row[0], row[1]
		sex, order := row[2], row[3]
		checked[class]++
		newborn, _ := classify(strings.Replace(token, "*", "TEST", 1), "SMITH", dayOld)
		switch class {
		case "core", "core-es":
			assert.NotEqual(t, NotPlaceholder, newborn.Class, token)
			assert.Equal(t, sex, strings.Trim(string(rune(newborn.Sex)), "\x00"), token)
		case "ordinal":
			p, _ := classify("BABY BOY "+token, "SMITH", ageUnknown)
			assert.Equal(t, order, fmt.Sprint(p.Order), token)
			p, _ = classify("BABYGIRL"+token, "SMITH", ageUnknown)
			assert.Equal(t, order, fmt.Sprint(p.Order), token)
		case "junk":
			assert.Equal(t, Unnamed, newborn.Class, token)
		case "real-surname", "real-given":
			if token == "NEWBORN" {
				continue // on the published list of placeholders as well
			}
			p, parts := classify(token, "SMITH", ageUnknown)
			assert.Equal(t, NotPlaceholder, p.Class, token)
			assert.Equal(t, token, parts.Given)
			_, parts = classify("LIAM", token, dayOld)
			assert.Equal(t, token, parts.Family)
		}
	}
	assert.Equal(t, map[string]int{"core": 23, "core-es": 10, "ordinal": 12, "junk": 35, "real-surname": 22, "real-given": 9}, checked)
}

func BenchmarkClassify(b *testing.B) {
	given := column0(b, "reference/first_names_8000.csv.gz", 5000)
	family := column0(b, "reference/surnames_20000.csv.gz", 5000)
	ctx := placeholderContext{MotherGiven: "MARIA", MotherFamily: "LOPEZ", AgeDays: 20}
	b.Run("common names", func(b *testing.B) {
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			classify(given[i], family[i], ctx)
			if i++; i == 1000 {
				i = 0
			}
		}
	})
	b.Run("all names", func(b *testing.B) {
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			classify(given[i], family[i], ctx)
			if i++; i == 5000 {
				i = 0
			}
		}
	})
	b.Run("placeholders", func(b *testing.B) {
		b.ReportAllocs()
		names := []string{"BABY BOY", "1JUDYSGIRL", "BABYBOYSMITH", "GIRL", "TWIN A"}
		i := 0
		for b.Loop() {
			classify(names[i], "SMITH", ctx)
			if i++; i == len(names) {
				i = 0
			}
		}
	})
}

func TestClassifyDoesNotAllocate(t *testing.T) {
	ctx := placeholderContext{MotherGiven: "MARIA", MotherFamily: "LOPEZ", AgeDays: 20}
	for _, given := range []string{"MICHAEL", "MARY ANN", "GABRIEL", "TOBY", "NINA", "BABYBOY", "JUDYSGIRL"} {
		assert.Zero(t, testing.AllocsPerRun(100, func() { classify(given, "SMITH", ctx) }), given)
	}
}
