package match_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/merge"
	"github.com/idem-health/idem/scoring"
)

// crowd is made-up families with some newborns of known fate added: a boy who
// got a name, twins whose marks tell them apart, and twins of whom nothing does.
func crowd(seed uint64) []patient.Record {
	records, _ := population(seed, 120)
	add := func(id string, fields ...string) {
		r := patient.Record{Source: "feed", ID: id}
		for i := 0; i < len(fields); i += 2 {
			r.SetField(fields[i], fields[i+1], "")
		}
		records = append(records, r)
	}
	mother := func(name, phone string) []string {
		return []string{"birth_date", "2026-03-01", "mother_given", name, "mother_maiden", "Featherstone", "family_name", "Abernathy",
			"phone", phone, "address", "12 Oak St", "city", "Lansing", "postal_code", "48911"}
	}
	with := func(base []string, more ...string) []string { return append(append([]string(nil), base...), more...) }
	judy := mother("Judy", "6162340100")
	add("boy-hospital", with(judy, "given_name", "BABYBOY", "sex", "M", "multiple_birth", "N", "received", "2026-03-02", "doses", "08|2026-03-01|X12")...)
	add("boy-clinic", with(judy, "given_name", "Ferdinand", "sex", "M", "multiple_birth", "N", "received", "2026-04-15")...)
	carol := mother("Carol", "5172340199")
	add("a-hospital", with(carol, "given_name", "BABY GIRL A", "sex", "F", "multiple_birth", "Y", "received", "2026-03-02")...)
	add("b-hospital", with(carol, "given_name", "BABY GIRL B", "sex", "F", "multiple_birth", "Y", "received", "2026-03-02")...)
	add("a-clinic", with(carol, "given_name", "Rosalind", "sex", "F", "multiple_birth", "Y", "birth_order", "1", "received", "2026-04-15")...)
	add("b-clinic", with(carol, "given_name", "Beatrice", "sex", "F", "multiple_birth", "Y", "birth_order", "2", "received", "2026-04-15")...)
	wendy := mother("Wendy", "3132340155")
	add("unmarked", with(wendy, "given_name", "BABYBOY", "sex", "M", "received", "2026-03-02")...)
	add("first-clinic", with(wendy, "given_name", "Leopold", "sex", "M", "received", "2026-04-15")...)
	add("second-clinic", with(wendy, "given_name", "Augustin", "sex", "M", "received", "2026-04-15")...)
	return records
}

func person(t *testing.T, res *match.Result, id string) int {
	t.Helper()
	i, ok := res.Find(match.Key{Source: "feed", ID: id})
	require.True(t, ok)
	return res.Person(i)
}

func TestNewbornsAreResolved(t *testing.T) {
	records := crowd(31)
	for turn := range 3 {
		order := rand.New(rand.NewPCG(uint64(turn), 8)).Perm(len(records))
		res := dedupe(t, records, order, match.Options{Policy: scoring.IISPolicy()})
		at := func(id string) int { return person(t, res, id) }
		assert.Equal(t, at("boy-clinic"), at("boy-hospital"), "the only candidate of his mother")
		assert.Equal(t, at("a-clinic"), at("a-hospital"), "twin A has order 1")
		assert.Equal(t, at("b-clinic"), at("b-hospital"), "twin B has order 2")
		assert.NotEqual(t, at("a-clinic"), at("b-clinic"), "twins stay two")
		assert.NotEqual(t, at("unmarked"), at("first-clinic"), "an unmarked placeholder between two twins is never guessed")
		assert.NotEqual(t, at("unmarked"), at("second-clinic"))
		assert.NotEqual(t, at("first-clinic"), at("second-clinic"))

		waiting := map[string]match.WorkItem{}
		for _, w := range res.Worklist() {
			waiting[res.Key(w.Record).ID] = w
		}
		assert.NotContains(t, waiting, "boy-hospital")
		w := waiting["unmarked"]
		assert.Equal(t, merge.WaitSeveralCandidates, w.Reason)
		assert.Len(t, w.Candidates, 2)
		assert.True(t, w.Stale, "it waits since six weeks")
		checkNewbornPairs(t, res)
	}
}

// checkNewbornPairs holds the pairs to the people: what the newborn rules
// decided is what the pair and its explanation say.
func checkNewbornPairs(t *testing.T, res *match.Result) {
	resolved := 0
	for p := range res.Pairs() {
		reasons := fmt.Sprint(res.Reasons(p))
		together := res.Person(int(p.A)) == res.Person(int(p.B))
		if p.Decision == match.Match && !together {
			assert.NotContains(t, reasons, match.ReasonNewborn)
		}
		for _, reason := range res.Reasons(p) {
			if reason == match.ReasonNewborn {
				resolved++
				assert.True(t, together)
				assert.Equal(t, match.Match, p.Decision)
			}
		}
		assert.Equal(t, p.Decision, res.Explain(int(p.A), int(p.B)).Decision)
	}
	assert.GreaterOrEqual(t, resolved, 3)
	assert.GreaterOrEqual(t, len(res.ResolvedNewborns()), 3)
}

func TestGenericLeavesPlaceholdersToTheWeights(t *testing.T) {
	assert.Empty(t, dedupe(t, crowd(32), nil, match.Options{}).Worklist())
}
