package peers

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/idem-health/idem/match/evaluate"
)

// UsualCut is the probability from which on a pair is taken for a match where
// the matcher says nothing else: what peers' examples use.
const UsualCut = 0.95

// A Judgement is how good a result is. Recall counts every true pair, found or
// not.
type Judgement struct {
	Pairs   *evaluate.Score `json:"pairs,omitempty"` // as decided, or from UsualCut on; nil without pairs.csv
	People  evaluate.Score  `json:"people"`          // clusters.csv
	Largest int             `json:"largest"`         // records of the largest person
	// What the best cut through the pairs would give, chosen by the truth: nobody
	// has it. People are connected components then, and are not judged where the
	// matcher decides by more than a cut.
	OraclePairs  *float64 `json:"oracle_pairs,omitempty"`
	OraclePeople *float64 `json:"oracle_people,omitempty"`
	OracleCut    *float64 `json:"oracle_cut,omitempty"` // probability, else weight, of OraclePairs
}

// Judge compares what a matcher wrote to a folder with the truth.
func (p *Prepared) Judge(dir string) (Judgement, error) {
	people, largest, err := p.readClusters(filepath.Join(dir, ClustersFile))
	if err != nil {
		return Judgement{}, err
	}
	j := Judgement{People: evaluate.Clusters(p.person, people), Largest: largest}
	pairs, decided, err := p.readPairs(filepath.Join(dir, PairsFile))
	if err != nil || pairs == nil {
		return j, err
	}
	score := evaluate.Pairs(p.person, func(yield func(int, int) bool) {
		for _, x := range pairs {
			if x.match && !yield(int(x.a), int(x.b)) {
				return
			}
		}
	})
	j.Pairs = &score
	best := p.oracle(pairs, j.People.Actual)
	j.OraclePairs, j.OracleCut = &best.pairs, &best.cut
	if !decided {
		j.OraclePeople = &best.people
	}
	return j, nil
}

// readClusters returns the person of each record, -1 where there is none.
func (p *Prepared) readClusters(path string) (people []int32, largest int, err error) {
	rows, err := openTable(path, "record_id", "cluster_id")
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	people = slices.Repeat([]int32{-1}, p.Records)
	numbers, sizes := map[string]int32{}, []int{}
	for {
		row, err := rows.next()
		if errors.Is(err, io.EOF) {
			return people, largest, nil
		}
		if err != nil {
			return nil, 0, err
		}
		i, known := p.index[rows.cell(row, "record_id")]
		if !known {
			return nil, 0, fmt.Errorf("%s has a record that was not in the input", path)
		}
		name := rows.cell(row, "cluster_id")
		n, known := numbers[name]
		if !known {
			n = int32(len(sizes))
			numbers[name] = n
			sizes = append(sizes, 0)
		}
		people[i] = n
		sizes[n]++
		largest = max(largest, sizes[n])
	}
}

// A scoredPair is a row of pairs.csv.
type scoredPair struct {
	a, b  int32
	order float64 // weight, or probability where there is none
	cut   float64 // what a person would call it
	match bool
}

// readPairs reads pairs.csv; nil if there is none. decided says that the matcher
// decided itself.
func (p *Prepared) readPairs(path string) (pairs []scoredPair, decided bool, err error) {
	rows, err := openTable(path, "record_a", "record_b")
	if err != nil {
		return nil, false, ignoreAbsent(err)
	}
	defer rows.Close()
	decided = rows.has("decision")
	pairs = []scoredPair{}
	for {
		row, err := rows.next()
		if errors.Is(err, io.EOF) {
			return pairs, decided, nil
		}
		if err != nil {
			return nil, false, err
		}
		a, knownA := p.index[rows.cell(row, "record_a")]
		b, knownB := p.index[rows.cell(row, "record_b")]
		weight, noWeight := strconv.ParseFloat(rows.cell(row, "weight"), 64)
		probability, noProbability := strconv.ParseFloat(rows.cell(row, "probability"), 64)
		switch {
		case !knownA || !knownB:
			return nil, false, fmt.Errorf("%s has a record that was not in the input", path)
		case noWeight != nil && noProbability != nil && !decided:
			return nil, false, fmt.Errorf("%s has neither weight nor probability", path)
		}
		x := scoredPair{a: a, b: b, order: weight, cut: probability, match: probability >= UsualCut}
		if noWeight != nil {
			x.order = probability
		}
		if noProbability != nil {
			x.cut, x.match = weight, false
		}
		if decided {
			x.match = rows.cell(row, "decision") == "match"
		}
		pairs = append(pairs, x)
	}
}

// An oracle is the best that any cut would have given.
type oracle struct{ pairs, people, cut float64 }

// oracle lowers the cut pair by pair and joins people as it goes, by connected
// components. It sorts the pairs.
func (p *Prepared) oracle(pairs []scoredPair, actual int64) oracle {
	slices.SortStableFunc(pairs, func(x, y scoredPair) int { return cmp.Compare(y.order, x.order) })
	var best oracle
	found, people := evaluate.Score{Actual: actual}, evaluate.Score{Actual: actual}
	groups := newGroups(p.person)
	for i, x := range pairs {
		// As in evaluate, what is not known counts for nothing.
		if a, b := p.person[x.a], p.person[x.b]; a >= 0 && b >= 0 {
			found.Predicted++
			if a == b {
				found.TruePositive++
			}
		}
		predicted, right := groups.join(x.a, x.b)
		people.Predicted += predicted
		people.TruePositive += right
		if i+1 < len(pairs) && pairs[i+1].order == x.order {
			continue
		}
		if f := found.F1(); f > best.pairs {
			best.pairs, best.cut = f, x.cut
		}
		best.people = max(best.people, people.F1())
	}
	return best
}

// groups are people as they grow.
type groups struct {
	person  []int32
	parent  []int32
	size    []int64           // records of known truth
	members []map[int32]int64 // of them, by person; nil is the record itself
}

func newGroups(person []int32) *groups {
	g := &groups{person: person, parent: make([]int32, len(person)), size: make([]int64, len(person)), members: make([]map[int32]int64, len(person))}
	for i, p := range person {
		g.parent[i] = int32(i)
		if p >= 0 {
			g.size[i] = 1
		}
	}
	return g
}

func (g *groups) root(i int32) int32 {
	for g.parent[i] != i {
		g.parent[i] = g.parent[g.parent[i]]
		i = g.parent[i]
	}
	return i
}

// of returns who is in a group.
func (g *groups) of(i int32) map[int32]int64 {
	if g.members[i] == nil {
		g.members[i] = map[int32]int64{}
		if g.person[i] >= 0 {
			g.members[i][g.person[i]] = 1
		}
	}
	return g.members[i]
}

// join joins two groups and returns how many pairs of records that adds, and how
// many of those are one person's.
func (g *groups) join(i, j int32) (predicted, right int64) {
	a, b := g.root(i), g.root(j)
	if a == b {
		return 0, 0
	}
	if len(g.of(a)) < len(g.of(b)) {
		a, b = b, a
	}
	predicted = g.size[a] * g.size[b]
	for person, n := range g.of(b) {
		right += n * g.of(a)[person]
		g.of(a)[person] += n
	}
	g.parent[b], g.members[b] = a, nil
	g.size[a] += g.size[b]
	return predicted, right
}
