package merge

import (
	"encoding/binary"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/idem-health/idem/internal/unionfind"
)

// A world is a problem of Resolve with the evidence of every pair written out.
type world struct {
	n     int
	edges []Edge
	pairs map[[2]uint32]Evidence // a < b; absent = no candidate
	o     Options
}

func (w world) evidence(a, b uint32) Evidence { return w.pairs[[2]uint32{min(a, b), max(a, b)}] }

func (w world) resolve() ([]uint32, Report) { return Resolve(w.n, w.edges, w.evidence, w.o) }

func bits(b float64) int32 { return int32(b * 1024) }

// plainResolve is the plain twin: at every edge all cross pairs are asked anew.
func plainResolve(w world) (labels []uint32, refused [3]int64) {
	o := w.o.withDefaults()
	labels = make([]uint32, w.n)
	for i := range labels {
		labels[i] = uint32(i)
	}
	never := map[[2]uint32]bool{}
	for _, p := range o.Never {
		never[[2]uint32{min(p[0], p[1]), max(p[0], p[1])}] = true
	}
	between := func(x, y uint32) (hard, soft bool, sum int64) {
		for a := range uint32(w.n) {
			for b := range uint32(w.n) {
				if labels[a] != x || labels[b] != y {
					continue
				}
				e := w.evidence(a, b)
				hard = hard || e.Hard || never[[2]uint32{min(a, b), max(a, b)}]
				soft = soft || e.Soft
				if e.Candidate {
					sum += int64(max(-o.Clip, min(e.Weight, o.Clip)))
				} else {
					sum += int64(o.NonCandidate)
				}
			}
		}
		return hard, soft, sum
	}
	join := func(x, y uint32) {
		for i, l := range labels {
			if l == x || l == y {
				labels[i] = min(x, y)
			}
		}
	}
	same := slices.Clone(o.Same)
	for i, p := range same {
		same[i] = [2]uint32{min(p[0], p[1]), max(p[0], p[1])}
	}
	slices.SortFunc(same, func(p, q [2]uint32) int { return slices.Compare(p[:], q[:]) })
	for _, p := range same {
		if hard, _, _ := between(labels[p[0]], labels[p[1]]); !hard && labels[p[0]] != labels[p[1]] {
			join(labels[p[0]], labels[p[1]])
		}
	}
	edges := slices.Clone(w.edges)
	slices.SortFunc(edges, func(e, f Edge) int {
		if e.Weight != f.Weight {
			return int(f.Weight) - int(e.Weight)
		}
		ea, fa := [2]uint32{min(e.A, e.B), max(e.A, e.B)}, [2]uint32{min(f.A, f.B), max(f.A, f.B)}
		return slices.Compare(ea[:], fa[:])
	})
	for range o.Passes {
		for _, e := range edges {
			if x, y := labels[e.A], labels[e.B]; x != y {
				if hard, soft, sum := between(x, y); !hard && !soft && sum > 0 {
					join(x, y)
				}
			}
		}
	}
	for _, e := range edges {
		if x, y := labels[e.A], labels[e.B]; x != y {
			switch hard, soft, _ := between(x, y); {
			case hard:
				refused[0]++
			case soft:
				refused[1]++
			default:
				refused[2]++
			}
		}
	}
	return labels, refused
}

// drawWorld draws a small problem with everything in it.
func drawWorld(t *rapid.T, most int) world {
	w := world{n: rapid.IntRange(1, most).Draw(t, "n"), pairs: map[[2]uint32]Evidence{}}
	weight := rapid.Int32Range(-12*1024, 14*1024)
	density := rapid.IntRange(1, 5).Draw(t, "density")
	percent := rapid.IntRange(0, 99)
	for b := range uint32(w.n) {
		for a := range b {
			if percent.Draw(t, "candidate") >= 20*density {
				continue
			}
			e := Evidence{Candidate: true, Weight: weight.Draw(t, "weight")}
			switch c := percent.Draw(t, "conflict"); {
			case c >= 95:
				e.Hard = true
			case c >= 90:
				e.Soft = true
			}
			w.pairs[[2]uint32{a, b}] = e
			if percent.Draw(t, "edge") < 60 && (e.Weight > 0 || percent.Draw(t, "odd") < 10) {
				ends := Edge{a, b, e.Weight}
				if percent.Draw(t, "turned") < 50 {
					ends = Edge{b, a, e.Weight}
				}
				w.edges = append(w.edges, ends)
			}
		}
	}
	if w.n > 1 && rapid.Bool().Draw(t, "decisions") {
		pair := rapid.Custom(func(t *rapid.T) [2]uint32 {
			a := rapid.Uint32Range(0, uint32(w.n-1)).Draw(t, "a")
			b := rapid.Uint32Range(0, uint32(w.n-2)).Draw(t, "b")
			if b >= a {
				b++
			}
			return [2]uint32{a, b}
		})
		w.o.Same = rapid.SliceOfN(pair, 0, 3).Draw(t, "same")
		w.o.Never = rapid.SliceOfN(pair, 0, 3).Draw(t, "never")
	}
	w.o.NonCandidate = rapid.SampledFrom([]int32{0, -1, -3000}).Draw(t, "nonCandidate")
	w.o.Passes = rapid.IntRange(0, 3).Draw(t, "passes")
	return w
}

// checkAgainstPlain holds the fast path to the plain one, with either memory,
// and to what it promises of the evidence function.
func checkAgainstPlain(t require.TestingT, w world) {
	want, refused := plainResolve(w)
	for _, table := range []int{0, maxTable} {
		asked := map[[2]uint32]int{}
		o := w.o.withDefaults()
		p := partition(w.n, w.edges, o)
		p.maxTable = table
		labels, report := p.resolve(func(a, b uint32) Evidence {
			require.Less(t, a, b)
			asked[[2]uint32{a, b}]++
			return w.evidence(a, b)
		}, o)
		require.Equal(t, want, labels)
		if o.Passes > 1 { // the last time an edge was tried need not be the end
			require.Equal(t, refused[0]+refused[1]+refused[2], report.RefusedHard+report.RefusedSoft+report.RefusedEvidence)
		}
		if len(report.SameRefused) == 0 {
			for pair, times := range asked {
				require.Equal(t, 1, times, "pair %v", pair)
			}
			require.EqualValues(t, len(asked), report.Asked)
		}
		checkReport(t, w, labels, report)
	}
}

// checkReport holds the report to the labels.
func checkReport(t require.TestingT, w world, labels []uint32, r Report) {
	sizes := map[uint32]int{}
	for i, l := range labels {
		sizes[l]++
		require.LessOrEqual(t, l, uint32(i), "a label is the smallest row")
		require.Equal(t, l, labels[l])
	}
	groups, largest, joins := 0, 0, 0
	again := unionfind.New(w.n)
	for l := range uint32(w.n) {
		size := sizes[l]
		largest = max(largest, size)
		if size > 1 {
			groups++
		}
		of := r.JoinsOf(l)
		require.Len(t, of, max(0, size-1))
		joins += len(of)
		for _, j := range of {
			require.Equal(t, l, j.Label)
			require.Less(t, j.A, j.B)
			require.True(t, again.Union(j.A, j.B), "a join joins two groups")
			if !j.Same {
				require.Positive(t, j.Sum)
			}
		}
		if size > 1 {
			require.EqualValues(t, size, of[len(of)-1].Rows)
		}
	}
	require.Equal(t, labels, again.Labels(), "the joins explain the labels")
	require.Equal(t, joins, len(r.Joins))
	require.Equal(t, groups, r.Groups)
	require.Equal(t, largest, r.Largest)
}

func TestResolveEqualsPlain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { checkAgainstPlain(t, drawWorld(t, 14)) })
}

// Law 5: twins stay two.
func TestHardConflictsNeverShareAPerson(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t, 14)
		labels, report := w.resolve()
		for pair, e := range w.pairs {
			if e.Hard {
				require.NotEqual(t, labels[pair[0]], labels[pair[1]])
			}
			if e.Soft && len(w.o.Same) == 0 {
				require.NotEqual(t, labels[pair[0]], labels[pair[1]])
			}
		}
		for _, p := range w.o.Never {
			require.NotEqual(t, labels[p[0]], labels[p[1]])
		}
		refused := map[[2]uint32]bool{}
		for _, r := range report.SameRefused {
			refused[[2]uint32{r.A, r.B}] = true
			require.Equal(t, labels[r.A] == labels[r.B], false)
			barred := slices.Contains(w.o.Never, [2]uint32{r.C, r.D}) || slices.Contains(w.o.Never, [2]uint32{r.D, r.C})
			require.Equal(t, barred, r.Never)
			require.True(t, barred || w.evidence(r.C, r.D).Hard)
			require.Equal(t, labels[r.A] == labels[r.C], labels[r.B] == labels[r.D])
		}
		for _, p := range w.o.Same {
			if !refused[[2]uint32{min(p[0], p[1]), max(p[0], p[1])}] {
				require.Equal(t, labels[p[0]], labels[p[1]], "a steward's Same is followed or refused")
			}
		}
	})
}

// Law 3: neither the order of the edges, nor their direction, nor the number of
// workers, nor rows that have nothing to do with them change anything.
func TestOrderDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t, 14)
		labels, report := w.resolve()

		shuffled := w
		shuffled.edges = rapid.Permutation(w.edges).Draw(t, "edges")
		shuffled.o.Same = rapid.Permutation(w.o.Same).Draw(t, "same")
		shuffled.o.Never = rapid.Permutation(w.o.Never).Draw(t, "never")
		again, againReport := shuffled.resolve()
		require.Equal(t, labels, again)
		require.Equal(t, report, againReport)

		// Renumber so that the order of rows is kept and gaps appear.
		name := make([]uint32, w.n)
		next := uint32(0)
		for i := range name {
			next += rapid.Uint32Range(1, 3).Draw(t, "gap")
			name[i] = next
		}
		renamed := world{n: int(next) + 1, o: w.o, pairs: map[[2]uint32]Evidence{}}
		for p, e := range w.pairs {
			renamed.pairs[[2]uint32{name[p[0]], name[p[1]]}] = e
		}
		for _, e := range w.edges {
			renamed.edges = append(renamed.edges, Edge{name[e.A], name[e.B], e.Weight})
		}
		rename := func(pairs [][2]uint32) (out [][2]uint32) {
			for _, p := range pairs {
				out = append(out, [2]uint32{name[p[0]], name[p[1]]})
			}
			return out
		}
		renamed.o.Same, renamed.o.Never = rename(w.o.Same), rename(w.o.Never)
		other, _ := renamed.resolve()
		for i, l := range labels {
			require.Equal(t, name[l], other[name[i]])
		}
	})
}

// Components solved one by one are the whole.
func TestComponentsAreTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t, 20)
		labels, report := w.resolve()
		sets := unionfind.New(w.n)
		for _, e := range w.edges {
			sets.Union(e.A, e.B)
		}
		for _, p := range w.o.Same {
			sets.Union(p[0], p[1])
		}
		members := map[uint32][]uint32{}
		for i, l := range sets.Labels() {
			members[l] = append(members[l], uint32(i))
		}
		joins := 0
		for _, rows := range members {
			rows = rapid.Permutation(rows).Draw(t, "rows")
			var edges []Edge
			for _, e := range w.edges {
				if slices.Contains(rows, e.A) {
					edges = append(edges, e)
				}
			}
			part, partReport := ResolveComponent(rows, edges, w.evidence, w.o)
			require.Len(t, part, len(rows))
			for i, row := range rows {
				require.Equal(t, labels[row], part[i])
				require.Equal(t, report.JoinsOf(row), append([]Join{}, partReport.JoinsOf(row)...))
			}
			joins += len(partReport.Joins)
			for _, r := range partReport.SameRefused {
				require.Contains(t, report.SameRefused, r)
			}
		}
		require.Equal(t, len(report.Joins), joins)
	})
}

func TestIdempotent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// A second run over nothing but what the first joined gives the same
		// people: the joins alone, in their order.
		w := drawWorld(t, 14)
		w.o.Same, w.o.Never, w.o.Passes = nil, nil, 1
		labels, report := w.resolve()
		w.edges = nil
		for _, j := range report.Joins {
			w.edges = append(w.edges, Edge{j.A, j.B, j.Weight})
		}
		again, againReport := w.resolve()
		require.Equal(t, labels, again)
		require.Equal(t, report.Joins, againReport.Joins)
	})
}

func TestAgreementEverywhereIsUnionFind(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 60).Draw(t, "n")
		row := rapid.Uint32Range(0, uint32(n-1))
		sets := unionfind.New(n)
		var edges []Edge
		for range rapid.IntRange(0, 60).Draw(t, "edges") {
			e := Edge{row.Draw(t, "a"), row.Draw(t, "b"), rapid.Int32Range(1, 30_000).Draw(t, "weight")}
			edges = append(edges, e)
			sets.Union(e.A, e.B)
		}
		labels, report := Resolve(n, edges, func(a, b uint32) Evidence {
			return Evidence{Candidate: true, Weight: 1}
		}, Options{})
		require.Equal(t, sets.Labels(), labels)
		require.Zero(t, report.RefusedHard+report.RefusedSoft+report.RefusedEvidence)
	})
}

func FuzzResolve(f *testing.F) {
	f.Add([]byte("\x07twins between two clinics, and a third"))
	f.Add([]byte{12, 1, 200, 9, 255, 0, 3, 77, 80, 5, 250, 250, 61, 62, 63, 64, 65, 66, 67, 68, 69, 255, 255, 129})
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) == 0 {
			return
		}
		w := world{n: int(data[0]%16) + 1, pairs: map[[2]uint32]Evidence{}}
		data = data[1:]
		for b := range uint32(w.n) {
			for a := range b {
				if len(data) < 2 {
					break
				}
				v := binary.LittleEndian.Uint16(data)
				data = data[2:]
				e := Evidence{Candidate: v&1 == 0, Weight: int32(v>>4&0xff)*96 - 11_000, Hard: v>>12 == 15, Soft: v>>12 == 14}
				w.pairs[[2]uint32{a, b}] = e
				if v&6 != 0 && e.Weight > 0 {
					w.edges = append(w.edges, Edge{b, a, e.Weight})
				}
				switch v >> 11 {
				case 26:
					w.o.Same = append(w.o.Same, [2]uint32{a, b})
				case 27:
					w.o.Never = append(w.o.Never, [2]uint32{a, b})
				}
			}
		}
		checkAgainstPlain(t, w)
	})
}

func TestResolveCases(t *testing.T) {
	yes := Evidence{Candidate: true, Weight: bits(8)}
	weak := Evidence{Candidate: true, Weight: bits(1)}
	against := Evidence{Candidate: true, Weight: bits(-8)}
	hard := Evidence{Candidate: true, Weight: bits(8), Hard: true}
	soft := Evidence{Candidate: true, Weight: bits(8), Soft: true}
	pairs := func(list ...any) map[[2]uint32]Evidence {
		m := map[[2]uint32]Evidence{}
		for i := 0; i < len(list); i += 3 {
			m[[2]uint32{uint32(list[i].(int)), uint32(list[i+1].(int))}] = list[i+2].(Evidence)
		}
		return m
	}
	for _, c := range []struct {
		name   string
		w      world
		labels []uint32
		check  func(*testing.T, Report)
	}{
		{name: "no rows", w: world{}, labels: []uint32{}},
		{name: "two records of one person",
			w:      world{n: 2, edges: []Edge{{0, 1, bits(8)}}, pairs: pairs(0, 1, yes)},
			labels: []uint32{0, 0}},
		{name: "an edge the evidence takes back",
			w:      world{n: 2, edges: []Edge{{0, 1, bits(8)}}, pairs: pairs(0, 1, against)},
			labels: []uint32{0, 1},
			check:  func(t *testing.T, r Report) { assert.EqualValues(t, 1, r.RefusedEvidence) }},
		{name: "twins with one placeholder between them: the stronger edge wins, the twins stay two",
			w:      world{n: 3, edges: []Edge{{0, 1, bits(7)}, {1, 2, bits(6)}}, pairs: pairs(0, 1, yes, 1, 2, yes, 0, 2, hard)},
			labels: []uint32{0, 0, 2},
			check:  func(t *testing.T, r Report) { assert.EqualValues(t, 1, r.RefusedHard) }},
		{name: "a soft conflict bars as well",
			w:      world{n: 3, edges: []Edge{{0, 1, bits(7)}, {1, 2, bits(6)}}, pairs: pairs(0, 1, yes, 1, 2, yes, 0, 2, soft)},
			labels: []uint32{0, 0, 2},
			check:  func(t *testing.T, r Report) { assert.EqualValues(t, 1, r.RefusedSoft) }},
		{name: "a steward overrides a soft conflict",
			w: world{n: 3, edges: []Edge{{0, 1, bits(7)}, {1, 2, bits(6)}}, pairs: pairs(0, 1, yes, 1, 2, yes, 0, 2, soft),
				o: Options{Same: [][2]uint32{{2, 0}}}},
			labels: []uint32{0, 0, 0},
			check:  func(t *testing.T, r Report) { assert.True(t, r.Joins[0].Same); assert.Empty(t, r.SameRefused) }},
		{name: "a steward cannot override a hard one, and is told why",
			w: world{n: 3, edges: []Edge{{0, 1, bits(7)}}, pairs: pairs(0, 1, yes, 1, 2, hard),
				o: Options{Same: [][2]uint32{{0, 1}, {0, 2}}}},
			labels: []uint32{0, 0, 2},
			check: func(t *testing.T, r Report) {
				assert.Equal(t, []Refusal{{A: 0, B: 2, C: 1, D: 2}}, r.SameRefused)
			}},
		{name: "never beats same",
			w:      world{n: 2, pairs: pairs(0, 1, yes), o: Options{Same: [][2]uint32{{0, 1}}, Never: [][2]uint32{{1, 0}}}},
			labels: []uint32{0, 1},
			check: func(t *testing.T, r Report) {
				assert.Equal(t, []Refusal{{A: 0, B: 1, C: 0, D: 1, Never: true}}, r.SameRefused)
			}},
		{name: "never beats an edge",
			w:      world{n: 2, edges: []Edge{{1, 0, bits(9)}}, pairs: pairs(0, 1, yes), o: Options{Never: [][2]uint32{{1, 0}}}},
			labels: []uint32{0, 1},
			check:  func(t *testing.T, r Report) { assert.EqualValues(t, 1, r.RefusedHard) }},
		{name: "same joins rows no edge names",
			w:      world{n: 3, pairs: pairs(), o: Options{Same: [][2]uint32{{2, 1}}}},
			labels: []uint32{0, 1, 1},
			check: func(t *testing.T, r Report) {
				_, ok := r.Weakest(1)
				assert.False(t, ok, "only a decision holds it together")
			}},
		{name: "one bridge between two families does not make one person",
			w: world{n: 4, edges: []Edge{{0, 1, bits(8)}, {2, 3, bits(8)}, {1, 2, bits(4)}},
				pairs: pairs(0, 1, yes, 2, 3, yes, 1, 2, Evidence{Candidate: true, Weight: bits(4)})},
			labels: []uint32{0, 0, 2, 2},
			check:  func(t *testing.T, r Report) { assert.EqualValues(t, 1, r.RefusedEvidence) }},
		{name: "refused early, joined in the second pass",
			// 1-2 is tried while 0 is with 1 and speaks against 2; once 3 has
			// joined 2, it speaks for both.
			w: world{n: 4, edges: []Edge{{0, 1, bits(8)}, {1, 2, bits(6)}, {2, 3, bits(5)}},
				pairs: pairs(0, 1, yes, 1, 2, Evidence{Candidate: true, Weight: bits(6)}, 0, 2, against, 2, 3, Evidence{Candidate: true, Weight: bits(5)}, 0, 3, yes, 1, 3, weak)},
			labels: []uint32{0, 0, 0, 0},
			check: func(t *testing.T, r Report) {
				assert.Zero(t, r.RefusedEvidence)
				weakest, ok := r.Weakest(0)
				require.True(t, ok)
				assert.Equal(t, Join{Label: 0, A: 2, B: 3, Weight: bits(5), Sum: int64(bits(5)), Rows: 2}, r.Joins[1])
				assert.Equal(t, r.Joins[1], weakest)
			}},
		{name: "an edge to itself and one to nowhere are counted",
			w:      world{n: 2, edges: []Edge{{1, 1, bits(8)}, {0, 2, bits(8)}}, pairs: pairs()},
			labels: []uint32{0, 1},
			check:  func(t *testing.T, r Report) { assert.Equal(t, 2, r.Ignored) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			labels, report := c.w.resolve()
			assert.Equal(t, c.labels, labels)
			if c.check != nil {
				c.check(t, report)
			}
		})
	}
}

func TestOnePassRefusesForGood(t *testing.T) {
	w := world{n: 4, edges: []Edge{{0, 1, bits(8)}, {1, 2, bits(6)}, {2, 3, bits(5)}},
		o: Options{Passes: 1}, pairs: map[[2]uint32]Evidence{}}
	for _, e := range []Edge{{0, 1, bits(8)}, {1, 2, bits(6)}, {0, 2, bits(-8)}, {2, 3, bits(5)}, {0, 3, bits(8)}, {1, 3, bits(1)}} {
		w.pairs[[2]uint32{e.A, e.B}] = Evidence{Candidate: true, Weight: e.Weight}
	}
	labels, report := w.resolve()
	assert.Equal(t, []uint32{0, 0, 2, 2}, labels)
	assert.EqualValues(t, 1, report.RefusedEvidence)
}

// The clip keeps one sure pair from outvoting everything.
func TestClip(t *testing.T) {
	sure := Evidence{Candidate: true, Weight: bits(200)}
	w := world{n: 9, pairs: map[[2]uint32]Evidence{{3, 4}: sure}, edges: []Edge{{3, 4, sure.Weight}}}
	for _, clique := range [][]uint32{{0, 1, 2, 3}, {4, 5, 6, 7, 8}} {
		for i, a := range clique {
			for _, b := range clique[i+1:] {
				w.pairs[[2]uint32{a, b}] = Evidence{Candidate: true, Weight: bits(300)}
				w.edges = append(w.edges, Edge{a, b, bits(300)})
			}
		}
	}
	labels, _ := w.resolve()
	assert.Equal(t, []uint32{0, 0, 0, 0, 4, 4, 4, 4, 4}, labels)
	w.o.Clip = bits(250)
	labels, _ = w.resolve()
	assert.Equal(t, make([]uint32, 9), labels)
}
