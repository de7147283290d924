package merge

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// A birth is a record of a family for Resolve: the name it goes by ("" is a
// placeholder's), what is known of the order of birth, and the certificate.
type birth struct {
	name        string
	order       int
	certificate int
}

// conflict says what a policy says of two records of one mother and birth date:
// T1 orders that differ and different certificates are hard; T3 names that
// differ are soft. T2 and T4 only keep a pair from being a match.
func (a birth) conflict(b birth) (hard, soft bool) {
	hard = a.order != 0 && b.order != 0 && a.order != b.order || a.certificate != 0 && b.certificate != 0 && a.certificate != b.certificate
	soft = a.name != "" && b.name != "" && a.name != b.name
	return hard, soft
}

// drawFamily draws the records of children of one birth, how sure each pair is,
// and what a steward says of them.
func drawFamily(t *rapid.T) ([]birth, world) {
	n := rapid.IntRange(2, 9).Draw(t, "records")
	records := make([]birth, n)
	for i := range records {
		records[i] = birth{
			name:        rapid.SampledFrom([]string{"", "", "LIAM", "NOAH", "EMMA"}).Draw(t, "name"),
			order:       rapid.SampledFrom([]int{0, 0, 1, 2, 3}).Draw(t, "order"),
			certificate: rapid.SampledFrom([]int{0, 0, 0, 1, 2}).Draw(t, "certificate"),
		}
	}
	w := world{n: n, pairs: map[[2]uint32]Evidence{}}
	for b := range uint32(n) {
		for a := range b {
			e := Evidence{Candidate: rapid.IntRange(0, 5).Draw(t, "candidate") > 0, Weight: bits(float64(rapid.IntRange(-4, 30).Draw(t, "weight")))}
			e.Hard, e.Soft = records[a].conflict(records[b])
			w.pairs[[2]uint32{a, b}] = e
			if e.Candidate && rapid.Bool().Draw(t, "edge") { // even where there is a conflict: none may matter
				w.edges = append(w.edges, Edge{a, b, e.Weight})
			}
		}
	}
	decisions := func(name string) (list [][2]uint32) {
		for range rapid.IntRange(0, 2).Draw(t, name) {
			a, b := rapid.Uint32Range(0, uint32(n-1)).Draw(t, "a"), rapid.Uint32Range(0, uint32(n-1)).Draw(t, "b")
			if a != b {
				list = append(list, [2]uint32{a, b})
			}
		}
		return list
	}
	if rapid.IntRange(0, 3).Draw(t, "steward") == 0 {
		w.o.Same, w.o.Never = decisions("same"), decisions("never")
	}
	return records, w
}

// T1, T3, T5, T6 of the domain: whatever links them, no person holds two orders
// of birth, two certificates or two names, unless a steward said that two names
// are one child.
func TestNoPersonHoldsTwoTwins(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		records, w := drawFamily(t)
		labels, report := w.resolve()
		said := func(label uint32) bool {
			return slices.ContainsFunc(report.JoinsOf(label), func(j Join) bool { return j.Same })
		}
		for b := range records {
			for a := range b {
				if labels[a] != labels[b] {
					continue
				}
				hard, soft := records[a].conflict(records[b])
				require.False(t, hard, "records %d and %d", a, b)
				require.True(t, !soft || said(labels[a]), "records %d and %d", a, b)
			}
		}
		for _, p := range w.o.Never {
			require.NotEqual(t, labels[p[0]], labels[p[1]])
		}
	})
}

// The usual bridge: a placeholder that is a match with both twins, however sure,
// joins one of them and never both; with as many placeholders as one likes.
func TestAPlaceholderNeverBridgesTwins(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := world{n: 2 + rapid.IntRange(1, 6).Draw(t, "placeholders"), pairs: map[[2]uint32]Evidence{}}
		for b := range uint32(w.n) {
			for a := range b {
				e := Evidence{Candidate: true, Weight: bits(float64(rapid.IntRange(1, 60).Draw(t, "weight")))}
				if a == 0 && b == 1 {
					twin := rapid.IntRange(0, 2).Draw(t, "twins")
					e.Hard, e.Soft = twin != 1, twin != 0
				}
				w.pairs[[2]uint32{a, b}] = e
				w.edges = append(w.edges, Edge{a, b, e.Weight})
			}
		}
		w.edges = rapid.Permutation(w.edges).Draw(t, "order")
		labels, report := w.resolve()
		require.NotEqual(t, labels[0], labels[1])
		require.Positive(t, report.RefusedHard+report.RefusedSoft)
	})
}

func TestTripletsStayThree(t *testing.T) {
	// One placeholder and one school record without order between three children.
	w := world{n: 5, pairs: map[[2]uint32]Evidence{}}
	orders := []int{1, 2, 3, 0, 0}
	for b := range uint32(5) {
		for a := range b {
			hard, _ := birth{order: orders[a]}.conflict(birth{order: orders[b]})
			w.pairs[[2]uint32{a, b}] = Evidence{Candidate: true, Weight: bits(20), Hard: hard}
			w.edges = append(w.edges, Edge{a, b, bits(20)})
		}
	}
	labels, _ := w.resolve()
	assert.Len(t, slices.Compact(slices.Sorted(slices.Values(labels))), 3)
}

func TestStewardsSameOverridesASoftConflictOnly(t *testing.T) {
	for _, c := range []struct {
		name string
		a, b birth
		same bool
	}{
		{"two names, one child: the parents changed it", birth{name: "LIAM"}, birth{name: "NOAH"}, true},
		{"two orders of birth", birth{order: 1}, birth{order: 2}, false},
		{"two certificates", birth{certificate: 1}, birth{certificate: 2}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			hard, soft := c.a.conflict(c.b)
			evidence := func(a, b uint32) Evidence { return Evidence{Candidate: true, Weight: bits(30), Hard: hard, Soft: soft} }
			labels, _ := Resolve(2, []Edge{{0, 1, bits(30)}}, evidence, Options{})
			assert.NotEqual(t, labels[0], labels[1], "not by itself")
			labels, report := Resolve(2, nil, evidence, Options{Same: [][2]uint32{{0, 1}}})
			assert.Equal(t, c.same, labels[0] == labels[1])
			if !c.same {
				assert.Equal(t, []Refusal{{A: 0, B: 1, C: 0, D: 1}}, report.SameRefused)
			}
		})
	}
}

func TestSiblingLinks(t *testing.T) {
	people := []uint32{0, 1, 0, 3}
	assert.Equal(t, [][2]uint32{{0, 1}, {0, 3}}, SiblingLinks(people, [][2]uint32{{2, 1}, {0, 1}, {3, 2}, {0, 2}}))
	assert.Empty(t, SiblingLinks(people, nil))
}

// A cohort is families of a newborn, its update and its legal name, one family in
// thirty with twins.
type cohort struct {
	views  []NewbornView
	family []int32
	child  []int8
	links  [][2]uint32
	people []uint32
}

func newCohort(births int) *cohort {
	c := &cohort{}
	for f := range births {
		children := 1 + btoi(f%30 == 0)
		from := len(c.views)
		for child := range children {
			v := NewbornView{Placeholder: 1, Confidence: 2, Birth: 700_000, Received: 700_001}
			if children > 1 {
				v.Multiple, v.Order = 2, uint8(child+1)
			}
			named := v
			named.Placeholder, named.Confidence, named.Named = 0, 0, true
			for _, x := range []NewbornView{v, named, named} {
				c.people = append(c.people, uint32(len(c.views)))
				c.views = append(c.views, x)
				c.family = append(c.family, int32(f))
				c.child = append(c.child, int8(child))
			}
			last := uint32(len(c.views) - 1)
			c.people[last] = last - 1
		}
		for a := from; a < len(c.views); a++ {
			for b := from; b < a; b++ {
				if c.views[a].Named != c.views[b].Named {
					c.links = append(c.links, [2]uint32{uint32(b), uint32(a)})
				}
			}
		}
	}
	return c
}

func (c *cohort) record(row uint32) NewbornView { return c.views[row] }

func (c *cohort) pair(a, b uint32) NewbornPair {
	if c.family[a] != c.family[b] {
		return NewbornPair{BirthDate: Agrees}
	}
	p := NewbornPair{Weight: 9000, BirthDate: Agrees, Family: Agrees, Mother: Agrees, Phone: Agrees, Sex: Agrees}
	if c.child[a] != c.child[b] {
		p.Hard, p.Order = true, Differs
	} else if c.views[a].Order != 0 {
		p.Order = Agrees
	}
	return p
}

func TestCohort(t *testing.T) {
	c := newCohort(300)
	r := ResolveNewborns(c.people, c.links, c.record, c.pair, NewbornOptions{})
	assert.Len(t, r.Resolved, 310)
	assert.Empty(t, r.Waiting)
	assert.Len(t, r.Siblings, 10)
	joined := r.Join(c.people)
	for row := range joined {
		assert.Equal(t, c.family[row], c.family[joined[row]])
		assert.Equal(t, c.child[row], c.child[joined[row]])
	}
}

// No allocation per compared pair: what is allocated grows with the people and
// the report, not with the pairs.
func TestNewbornPairsAllocateNothing(t *testing.T) {
	c := newCohort(2000)
	allocations := testing.AllocsPerRun(3, func() { ResolveNewborns(c.people, c.links, c.record, c.pair, NewbornOptions{}) })
	assert.Less(t, allocations/float64(len(c.links)), .1)
}

func BenchmarkNewborns(b *testing.B) {
	for _, births := range []int{10_000, 250_000} {
		c := newCohort(births)
		b.Run(fmt.Sprintf("births=%d", births), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				ResolveNewborns(c.people, c.links, c.record, c.pair, NewbornOptions{})
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(births), "ns/birth")
		})
	}
}
