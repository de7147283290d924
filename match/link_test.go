package match_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/merge"
	"github.com/idem-health/idem/scoring"
)

// A linkage is two files, and the person of every record by its id.
type linkage struct {
	left, right []patient.Record
	person      map[string]int32
}

// twoFiles deals the records of made-up families out to two files. Of each
// person a file has one record, or all that fall to it.
func twoFiles(seed uint64, people int, one bool) linkage {
	records, person := population(seed, people)
	rng := rand.New(rand.NewPCG(seed, 7))
	l := linkage{person: map[string]int32{}}
	has := map[[2]int32]bool{}
	for i := range records {
		side := rng.Int32N(2)
		if one && has[[2]int32{side, person[i]}] {
			if side = 1 - side; has[[2]int32{side, person[i]}] {
				continue
			}
		}
		has[[2]int32{side, person[i]}] = true
		r := &records[i]
		if r.Source = "left"; side == 1 {
			r.Source = "right"
		}
		if side == 0 {
			l.left = append(l.left, *r)
		} else {
			l.right = append(l.right, *r)
		}
		l.person[r.ID] = person[i]
	}
	return l
}

func (l linkage) link(t testing.TB, o match.Options) *match.Result {
	t.Helper()
	res, err := match.Link(context.Background(), stream(l.left, nil), stream(l.right, nil), o)
	require.NoError(t, err)
	return res
}

// shuffled is the linkage with the records of each side in another order.
func (l linkage) shuffled(seed uint64) linkage {
	rng := rand.New(rand.NewPCG(seed, 3))
	l.left, l.right = slices.Clone(l.left), slices.Clone(l.right)
	for _, side := range [][]patient.Record{l.left, l.right} {
		rng.Shuffle(len(side), func(i, j int) { side[i], side[j] = side[j], side[i] })
	}
	return l
}

// No pair is of one side, no record is linked twice, people are the pairs.
func TestLinkIsOneToOne(t *testing.T) {
	for name, policy := range policies {
		for _, people := range sizes(300, 1700) {
			for _, one := range []bool{true, false} {
				t.Run(fmt.Sprint(name, people, one), func(t *testing.T) {
					l := twoFiles(uint64(people), people, one)
					res := l.link(t, match.Options{Policy: policy()})
					require.True(t, res.Linkage())
					assert.Equal(t, len(l.right), res.Stats.Right)
					linked := map[int32]bool{}
					var matches, rivals int64
					for p := range res.Pairs() {
						require.NotEqual(t, res.Side(int(p.A)), res.Side(int(p.B)))
						if slices.Contains(res.Reasons(p), match.ReasonOneToOne) {
							require.Equal(t, match.Possible, p.Decision)
							rivals++
						}
						if p.Decision != match.Match {
							continue
						}
						matches++
						require.False(t, linked[p.A] || linked[p.B], "linked twice")
						linked[p.A], linked[p.B] = true, true
						if p.Weight > 0 {
							assert.Equal(t, res.Person(int(p.A)), res.Person(int(p.B)))
						}
					}
					assert.Equal(t, res.Stats.Matches, matches)
					assert.Equal(t, res.Stats.Rivals, rivals)
					if name == "generic" {
						assert.Greater(t, matches, int64(people/5))
					}
					if !one && name == "generic" {
						assert.Positive(t, rivals, "several records of a person were to compete")
					}
					for p := range res.Persons() {
						m := res.Members(p)
						require.LessOrEqual(t, len(m), 2)
						if len(m) == 2 {
							assert.NotEqual(t, res.Side(int(m[0])), res.Side(int(m[1])))
						}
					}
				})
			}
		}
	}
}

// What is linked is the best there is: no other choice among the pairs that
// could be matches weighs more. The pairs are compared as Judge scores them.
func TestLinkIsTheBestAssignment(t *testing.T) {
	l := twoFiles(3, 500, false)
	res := l.link(t, match.Options{})
	cut, _ := res.Cuts()
	shift := scoring.Weight(1) - min(cut, 0)
	var edges []merge.Edge
	var linked int64
	for p := range res.Pairs() {
		rival := slices.Contains(res.Reasons(p), match.ReasonOneToOne)
		if p.Decision != match.Match && !rival {
			continue
		}
		a, b := p.A, p.B
		if res.Side(int(a)) == 1 {
			a, b = b, a
		}
		w := int32(scoring.Weight(p.Weight*float64(scoring.OneBit)) + shift)
		edges = append(edges, merge.Edge{A: uint32(a), B: uint32(b), Weight: w})
		if !rival {
			linked += int64(w)
		}
	}
	var best int64
	for _, i := range merge.Assign(edges) {
		best += int64(edges[i].Weight)
	}
	assert.Equal(t, best, linked)
}

// Laws 3 and 6 for two files. Some records are there twice with one content and
// two ids: which of them is linked must not depend on which came first.
func TestLinkOrderShardsAndProcessorsDoNotMatter(t *testing.T) {
	for _, people := range sizes(300, 1700) {
		l := twoFiles(uint64(people)+1, people, true)
		for i := range 40 {
			twin := l.left[i*3].Clone()
			twin.ID += "x"
			l.left = append(l.left, twin)
		}
		for _, many := range []bool{false, true} {
			want := l.link(t, match.Options{Workers: 1, Shards: 1, ManyToMany: many})
			require.Equal(t, people < 1000, want.Stats.AllPairs)
			for i, v := range []struct{ procs, workers, shards int }{{1, 0, 1}, {2, 2, 3}, {8, 5, 64}} {
				t.Run(fmt.Sprint(people, many, i), func(t *testing.T) {
					defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(v.procs))
					got := l.shuffled(uint64(i)).link(t, match.Options{Workers: v.workers, Shards: v.shards, ManyToMany: many})
					assert.Equal(t, modelJSON(t, want), modelJSON(t, got))
					assert.Equal(t, partition(want), partition(got))
					assert.Equal(t, pairKeys(want), pairKeys(got))
				})
			}
		}
	}
}

// Law 7: a pair's parts add up, uniqueness among them, and its explanation, its
// judgement and the pair itself say the same.
func TestLinkExplainsItself(t *testing.T) {
	for name, policy := range policies {
		t.Run(name, func(t *testing.T) { linkExplains(t, policy()) })
	}
}

func linkExplains(t *testing.T, policy scoring.Policy) {
	l := twoFiles(8, 1700, false)
	res := l.link(t, match.Options{Policy: policy})
	judge := res.Judge()
	unique, n := 0, 0
	for p := range res.Pairs() {
		e := res.Explain(int(p.B), int(p.A))
		var sum scoring.Weight
		for _, part := range e.Parts {
			sum += part.Weight
			if part.Name == match.ReasonOneToOne {
				unique++
				assert.Positive(t, part.Weight)
			}
		}
		assert.Equal(t, e.Weight, sum)
		assert.Equal(t, p.Weight, e.Weight.Bits())
		assert.Equal(t, p.Decision, e.Decision)
		assert.Contains(t, e.FoundBy, p.Rule)
		assert.Equal(t, res.Reasons(p), e.Rules)
		s := judge(int(p.A), int(p.B))
		assert.Equal(t, p.Weight, s.Weight.Bits())
		assert.Equal(t, p.Decision, s.Decision)
		n++
	}
	assert.Greater(t, n, 500)
	assert.Positive(t, unique, "no pair was told by its uniqueness")
	var left []int
	for i := range res.Records() {
		if res.Side(i) == 0 {
			left = append(left, i)
		}
	}
	e := res.Explain(left[0], left[1])
	assert.Equal(t, match.No, e.Decision)
	assert.Contains(t, e.Rules, match.ReasonSameSide)
	assert.Empty(t, e.FoundBy)
}

// The made-up files are small, so this is a floor and no golden.
func TestLinkTellsPeople(t *testing.T) {
	for _, many := range []bool{false, true} {
		l := twoFiles(9, 1700, !many)
		res := l.link(t, match.Options{ManyToMany: many})
		var hits, predicted, actual int
		of := func(i int32) int32 { return l.person[res.Key(int(i)).ID] }
		for p := range res.Persons() {
			m := res.Members(p)
			for x, a := range m {
				for _, b := range m[x+1:] {
					if res.Side(int(a)) != res.Side(int(b)) {
						predicted++
						if of(a) == of(b) {
							hits++
						}
					}
				}
			}
		}
		sides := map[int32][2]int{}
		for i := range res.Records() {
			s := sides[of(int32(i))]
			s[res.Side(i)]++
			sides[of(int32(i))] = s
		}
		for _, s := range sides {
			actual += s[0] * s[1]
		}
		f1 := 2 * float64(hits) / float64(predicted+actual)
		assert.Greater(t, f1, .95, "many %v: %d of %d linked pairs are right, %d are true", many, hits, predicted, actual)
	}
}

// Two extracts of one register have the same identities. A second pass over both
// finds every record of either side.
func TestLinkOfTwoExtracts(t *testing.T) {
	records, _ := population(4, 600)
	left, right := make([]patient.Record, len(records)), make([]patient.Record, len(records))
	for i := range records {
		left[i], right[i] = records[i].Clone(), records[i].Clone()
		if i%2 == 0 {
			right[i].SetField("phone", "6165550123", "")
		}
	}
	res, err := match.Link(context.Background(), stream(left, nil), stream(right, nil), match.Options{})
	require.NoError(t, err)
	require.Equal(t, 2*len(records), res.Records())
	assert.Zero(t, res.Stats.Superseded+res.Stats.Identical)
	same := 0
	for i := range records {
		k := match.Key{Source: records[i].Source, ID: records[i].ID}
		a, okA := res.FindOn(0, k)
		b, okB := res.FindOn(1, k)
		require.True(t, okA && okB)
		require.Equal(t, []int{0, 1}, []int{res.Side(a), res.Side(b)})
		require.Equal(t, k, res.Key(b))
		if res.Person(a) == res.Person(b) {
			same++
		}
	}
	assert.Greater(t, same, len(records)*6/10, "a person has several records here, any of which may be linked")
	both := func(yield func(*patient.Record, error) bool) {
		for _, side := range [][]patient.Record{left, right} {
			for r := range stream(side, nil) {
				if !yield(r, nil) {
					return
				}
			}
		}
	}
	people, members := 0, 0
	watched := make([]int, res.Records())
	for g, err := range res.Golden(context.Background(), both, merge.Survivorship{}, func(r match.Reread) { watched[r.Index]++ }) {
		require.NoError(t, err)
		people++
		members += g.GoldenRecord.Members
	}
	assert.Equal(t, res.Persons(), people)
	assert.Equal(t, res.Records(), members)
	assert.Equal(t, slices.Repeat([]int{1}, res.Records()), watched, "each record is shown once")
}

// A frozen model links as the run it is of.
func TestLinkByModel(t *testing.T) {
	l := twoFiles(12, 1700, true)
	first := l.link(t, match.Options{})
	again := l.shuffled(1).link(t, match.Options{Model: first.Model})
	assert.Equal(t, partition(first), partition(again))
	assert.Equal(t, pairKeys(first), pairKeys(again))
}

func TestLinkErrors(t *testing.T) {
	l := twoFiles(13, 100, true)
	none := stream(nil, nil)
	for name, sides := range map[string][2]iter.Seq2[*patient.Record, error]{
		"left": {none, stream(l.right, nil)}, "right": {stream(l.left, nil), none},
	} {
		_, err := match.Link(context.Background(), sides[0], sides[1], match.Options{})
		require.ErrorIs(t, err, match.ErrNoRecords)
		assert.ErrorContains(t, err, "on the "+name+" side")
	}
	broken := errors.New("broken")
	bad := func(yield func(*patient.Record, error) bool) { yield(nil, broken) }
	_, err := match.Link(context.Background(), stream(l.left, nil), bad, match.Options{})
	assert.ErrorIs(t, err, broken)
	_, err = match.Link(context.Background(), bad, stream(l.right, nil), match.Options{})
	assert.ErrorIs(t, err, broken)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = match.Link(ctx, stream(l.left, nil), stream(l.right, nil), match.Options{})
	assert.ErrorIs(t, err, context.Canceled)
}
