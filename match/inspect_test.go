package match_test

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/patient"
)

// ward makes records of people, each twice; every third person's second record
// has a slip in the given name.
func ward(people int) []patient.Record {
	rng := rand.New(rand.NewPCG(5, 8))
	word := func() string {
		text := ""
		for range 3 {
			text += string("bdfgklmnprstvz"[rng.IntN(14)]) + string("aeiou"[rng.IntN(5)])
		}
		return text
	}
	var out []patient.Record
	for p := range people {
		given, family := word(), word()+"n"
		born := fmt.Sprintf("%d-%02d-%02d", 1990+rng.IntN(30), 1+rng.IntN(12), 1+rng.IntN(28))
		zip, phone := fmt.Sprint(10000+rng.IntN(900)), fmt.Sprintf("616%07d", rng.IntN(1e7))
		for copy := range 2 {
			if copy == 1 && p%3 == 0 {
				given = given[:3] + given[4:]
			}
			r := patient.Record{Source: "ward", ID: fmt.Sprintf("%d-%d", p, copy)}
			for _, f := range [][2]string{{"given_name", given}, {"family_name", family}, {"birth_date", born}, {"postal_code", zip}, {"phone", phone}} {
				r.SetField(f[0], f[1], "")
			}
			out = append(out, r)
		}
	}
	return out
}

func each(records []patient.Record) iter.Seq2[*patient.Record, error] {
	return func(yield func(*patient.Record, error) bool) {
		for i := range records {
			if !yield(&records[i], nil) {
				return
			}
		}
	}
}

func inspected(t *testing.T, people int) (*match.Result, []patient.Record) {
	t.Helper()
	records := ward(people)
	res, err := match.Dedupe(context.Background(), each(records), match.Options{})
	require.NoError(t, err)
	return res, records
}

// The second pass says of every pair what the first did.
func TestCandidatesAgreeWithThePairs(t *testing.T) {
	for _, people := range []int{100, 900} { // all pairs, and blocks
		res, _ := inspected(t, people)
		decided := map[[2]int32]match.Pair{}
		for p := range res.Pairs() {
			decided[[2]int32{p.A, p.B}] = p
		}
		require.NotEmpty(t, decided)
		judge := res.Judge()
		var n int64
		share, err := res.Candidates(context.Background(), 0, func(s match.Scored) bool {
			n++
			p, ok := decided[[2]int32{s.A, s.B}]
			assert.Equal(t, ok, s.Decision != match.No)
			if ok {
				assert.Equal(t, p.Decision, s.Decision)
				assert.Equal(t, p.Weight, s.Weight.Bits())
				assert.Equal(t, p.Rule, res.Stats.Rules[s.Rule].Rule)
			}
			if n%97 == 0 {
				again := judge(int(s.B), int(s.A))
				assert.Equal(t, s.Weight, again.Weight)
				assert.Equal(t, s.Decision, again.Decision)
				assert.GreaterOrEqual(t, again.Rule, 0)
			}
			return true
		})
		require.NoError(t, err)
		assert.Equal(t, 1.0, share)
		assert.Equal(t, res.Stats.Candidates, n)
	}
}

func TestCandidatesOfAPart(t *testing.T) {
	res, _ := inspected(t, 900)
	var n int64
	share, err := res.Candidates(context.Background(), res.Stats.Candidates/4, func(match.Scored) bool { n++; return true })
	require.NoError(t, err)
	assert.InDelta(t, .25, share, .1)
	assert.InDelta(t, share*float64(res.Stats.Candidates), float64(n), 1)

	n = 0
	_, err = res.Candidates(context.Background(), 0, func(match.Scored) bool { n++; return n < 10 })
	require.NoError(t, err)
	assert.EqualValues(t, 10, n, "stops where it is told to")

	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = res.Candidates(ctx, 0, func(match.Scored) bool { return true })
	assert.ErrorIs(t, err, context.Canceled)
}

func TestFieldsAndFrequentValues(t *testing.T) {
	res, records := inspected(t, 100)
	counts := map[patient.Field]match.FieldCount{}
	for _, c := range res.Fields() {
		counts[c.Field] = c
	}
	assert.Equal(t, len(records), counts[patient.FieldGiven].Records)
	assert.Equal(t, 1, len(res.Frequent(patient.FieldFamily, 1)))
	top := res.Frequent(patient.FieldFamily, 50)
	for i, v := range top {
		assert.NotEmpty(t, v.Value)
		if i > 0 {
			assert.LessOrEqual(t, v.Records, top[i-1].Records)
		}
	}
	assert.Empty(t, res.Frequent(patient.FieldSSN, 5))
	assert.True(t, res.Has(0, patient.FieldGiven))
	assert.False(t, res.Has(0, patient.FieldSSN))
}

func TestReread(t *testing.T) {
	res, records := inspected(t, 100)
	n := 0
	for r, err := range res.Reread(context.Background(), each(append(records, records[0]))) {
		require.NoError(t, err)
		assert.Equal(t, res.Key(r.Index), match.Key{Source: r.Record.Source, ID: r.Record.ID})
		n++
	}
	assert.Equal(t, len(records), n, "what is said again is given once")

	failed := func(records []patient.Record) (last error) {
		for _, err := range res.Reread(context.Background(), each(records)) {
			last = err
		}
		return last
	}
	assert.ErrorIs(t, failed(records[1:]), match.ErrChanged)
	assert.ErrorIs(t, failed(append([]patient.Record{{Source: "ward", ID: "new"}}, records...)), match.ErrChanged)
}
