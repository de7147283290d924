package scoring

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/idem-health/idem/internal/hash"
)

// A Confusion counts pairs by the outcome wanted and the outcome decided.
type Confusion [3][3]int // [wanted][decided], by Decision

// Add counts a pair.
func (c *Confusion) Add(wanted, decided Decision) { c[wanted][decided]++ }

// Total returns how many pairs were counted.
func (c *Confusion) Total() int {
	n := 0
	for _, row := range c {
		for _, k := range row {
			n += k
		}
	}
	return n
}

// Right returns how many were decided as wanted.
func (c *Confusion) Right() int { return c[No][No] + c[Possible][Possible] + c[Match][Match] }

// Agreement returns the share that was decided as wanted; 0 of none.
func (c *Confusion) Agreement() float64 { return float64(c.Right()) / float64(max(c.Total(), 1)) }

// A LabelReport says how a fit with labels was measured.
type LabelReport struct {
	Pairs       int       `json:"pairs"`
	Labels      [3]int    `json:"labels"` // no, possible, match
	Folds       int       `json:"folds"`
	Trained     Confusion `json:"trained"` // cross-validated: each pair decided by a fit that did not see its group
	Default     Confusion `json:"default"` // by the weights and policy before the fit
	KeptDefault bool      `json:"kept_default,omitempty"`
}

// groupOf returns the key of a pair's group. Vectors are told apart from keys
// by the byte in front.
func groupOf(p LabelledPair) string {
	if p.Group != "" {
		return "g" + p.Group
	}
	return "v" + string(p.Levels)
}

// groupNumbers numbers the groups in the order of a hash of their keys.
func (t *labelTask) groupNumbers() map[string]int {
	type group struct {
		hash uint64
		key  string
	}
	seen := map[string]bool{}
	var groups []group
	for _, p := range t.Pairs {
		if key := groupOf(p); !seen[key] {
			seen[key] = true
			groups = append(groups, group{hash.String(key), key})
		}
	}
	slices.SortFunc(groups, func(a, b group) int { return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.key, b.key)) })
	numbers := make(map[string]int, len(groups))
	for i, g := range groups {
		numbers[g.key] = i
	}
	t.groups = len(groups)
	return numbers
}

// crossValidate decides the pairs of each fold by a fit to the others.
func (t *labelTask) crossValidate() (Confusion, error) {
	var all Confusion
	for fold := range t.Folds {
		var in, out []labelItem
		for _, it := range t.items {
			if it.group%t.Folds == fold {
				out = append(out, it)
			} else {
				in = append(in, it)
			}
		}
		if len(out) == 0 {
			continue
		}
		c, err := t.fitAndTest(in, out)
		if err != nil {
			return all, err
		}
		all.merge(&c)
	}
	return all, nil
}

func (c *Confusion) merge(other *Confusion) {
	for w := range c {
		for d := range c[w] {
			c[w][d] += other[w][d]
		}
	}
}

func (t *labelTask) fitAndTest(in, out []labelItem) (Confusion, error) {
	w, err := t.fit(in)
	if err != nil {
		return Confusion{}, err
	}
	return t.confusion(w, out)
}

// confusion decides items by weights.
func (t *labelTask) confusion(w *LabelledWeights, items []labelItem) (Confusion, error) {
	var c Confusion
	d, err := w.Bind(t.Default.Comparisons)
	if err != nil {
		return c, err
	}
	for _, it := range items {
		c[it.label][d.DecideLevels(it.levels).Decision] += it.n
	}
	return c, nil
}

// A LabelCurvePoint says what a fit with so many labels reaches on the pairs it
// did not see, over several draws of labels.
type LabelCurvePoint struct {
	Labels       int     // drawn, at least: groups are drawn whole
	Draws        int     // of labels
	Agreement    float64 // mean
	Least        float64 // of the draws
	FalseMatches int     // most "no" decided as "match", of the draws
	Refused      int     // draws that [TrainLabels] would refuse: too few labels of a kind
}

// LabelCurve says what would be reached with fewer labels, without the refusal
// and the fallback of [TrainLabels]. The draws are fixed.
func LabelCurve(t LabelTraining, sizes []int, draws int) ([]LabelCurvePoint, error) {
	task, err := newLabelTask(t)
	if err != nil {
		return nil, err
	}
	var curve []LabelCurvePoint
	for _, size := range sizes {
		if size < 1 || size >= len(t.Pairs) || draws < 1 {
			return nil, fmt.Errorf("scoring: label curve: %d draws of %d of %d pairs", draws, size, len(t.Pairs))
		}
		point := LabelCurvePoint{Labels: size, Draws: draws, Least: 1}
		for draw := range draws {
			in, out := task.draw(size, uint64(draw))
			c, err := task.fitAndTest(in, out)
			if err != nil {
				return nil, err
			}
			point.Agreement += c.Agreement() / float64(draws)
			point.Least = min(point.Least, c.Agreement())
			point.FalseMatches = max(point.FalseMatches, c[No][Match])
			if counts := labelCounts(in); slices.Min(counts[:]) < task.Minimum {
				point.Refused++
			}
		}
		curve = append(curve, point)
	}
	return curve, nil
}

// draw splits the items into whole groups with at least size pairs, and the
// rest.
func (t *labelTask) draw(size int, seed uint64) (in, out []labelItem) {
	pairs := make([]int, t.groups) // of each group
	for _, it := range t.items {
		pairs[it.group] += it.n
	}
	order := make([]int, t.groups)
	for i := range order {
		order[i] = i
	}
	key := func(g int) uint64 { return hash.Mix(seed+1, uint64(g)+1) }
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(key(a), key(b)), cmp.Compare(a, b)) })
	drawn := make([]bool, t.groups)
	for _, g := range order {
		if size <= 0 {
			break
		}
		size -= pairs[g]
		drawn[g] = true
	}
	for _, it := range t.items {
		if drawn[it.group] {
			in = append(in, it)
		} else {
			out = append(out, it)
		}
	}
	return in, out
}
