package merge

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/idem-health/idem/match/patient"
)

// subset says whether a has some words, fewer than b, and b all of them.
func subset(a, b []string) bool {
	return len(a) > 0 && len(a) < len(b) && !slices.ContainsFunc(a, func(w string) bool { return !slices.Contains(b, w) })
}

// narrow is the plain twin of choose: rule after rule keeps the best of what is
// left, and the rule after which one value is left is the one that settled it.
func narrow(p *person, u unit, list []candidate) (candidate, Rule) {
	same := agrees(u)
	left := slices.Clone(list)
	part := func(key string, i int) string { return strings.Split(key, "|")[i] }
	for i := range left {
		left[i].agree = 0
		for _, c := range list {
			switch {
			case u == unitName:
				for k := range 2 {
					a, b := strings.Fields(part(c.key, k)), strings.Fields(part(left[i].key, k))
					if slices.Equal(a, b) || subset(a, b) || subset(b, a) {
						left[i].agree++
					}
				}
			case c.key == left[i].key || same != nil && same(c.key, left[i].key):
				left[i].agree++
			}
		}
	}
	values := func() int {
		distinct := map[string]bool{}
		for _, c := range left {
			distinct[c.key] = true
		}
		return len(distinct)
	}
	settled := Rule("")
	if values() == 1 {
		settled = Unanimous
	}
	if len(left) == 1 {
		settled = Sole
	}
	for _, r := range p.rules[u] {
		most := p.score(&left[0], r)
		for i := range left {
			most = max(most, p.score(&left[i], r))
		}
		left = slices.DeleteFunc(left, func(c candidate) bool { return p.score(&c, r) < most })
		if settled == "" && values() == 1 {
			settled = ruleNames[r]
		}
	}
	if settled == "" {
		settled = Digest
	}
	return left[0], settled
}

func TestChooseEqualsPlain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules := drawRules.Draw(t, "rules")
		n := rapid.IntRange(1, 12).Draw(t, "n")
		members := make([]patient.Record, n)
		u := rapid.SampledFrom([]unit{unitName, unitBirthDate, unitSex}).Draw(t, "unit")
		keys := []string{"OLIVER|SMITH", "LIV|SMITH", "|SMITH", "ANA MARIA|PAZ SOTO", "MARIA|SOTO PAZ", "MARIA ANA|SOTO", "ANA|PAZ"}
		if u == unitBirthDate {
			keys = []string{"20240101", "20240100", "20240000", "20231231"}
		}
		list := make([]candidate, n)
		for i := range list {
			members[i].ID = fmt.Sprint(i)
			members[i].Source = rapid.SampledFrom([]string{"a", "b"}).Draw(t, "source")
			members[i].Received.Year = uint16(rapid.IntRange(2024, 2025).Draw(t, "received"))
			list[i] = candidate{
				member: int32(i), key: rapid.SampledFrom(keys).Draw(t, "key"),
				legal: rapid.Int32Range(0, 2).Draw(t, "legal"), full: rapid.Int32Range(0, 2).Draw(t, "full"),
			}
		}
		p := newPerson(rules.compile(patient.US()), members)
		wantBest, wantRule := narrow(p, u, list)
		best, rule := p.choose(u, list)
		require.Equal(t, wantBest, best)
		require.Equal(t, wantRule, rule)
	})
}

func TestDatesAgree(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"20240314", "20240314", true}, {"20240314", "20240300", true}, {"20240314", "20240000", true},
		{"20240014", "20240300", true}, {"20240314", "20240315", false}, {"20240314", "20230314", false}, {"", "20240314", false},
	} {
		assert.Equal(t, c.want, datesAgree(c.a, c.b), "%s %s", c.a, c.b)
		assert.Equal(t, c.want, datesAgree(c.b, c.a), "%s %s", c.b, c.a)
	}
}

func TestChooserIsSafeForConcurrentUse(t *testing.T) {
	c, err := Survivorship{}.Compile(patient.US())
	require.NoError(t, err)
	members := []patient.Record{
		record("a", "1", "given_name", "BABYBOY", "family_name", "Smith", "phone", "503-271-4000"),
		record("b", "2", "given_name", "Oliver", "family_name", "Smith", "phone", "503-271-4000;503-271-4001"),
	}
	want := c.Golden(members)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 50 {
				assert.Equal(t, want, c.Golden(members))
			}
		})
	}
	wg.Wait()
}
