package scoring

import (
	"fmt"
	"math"
)

// orderly keeps law 2 against strangers: what agrees exactly never speaks for a
// stranger, what plainly differs never against one. A fit breaks it only where
// a column says nothing.
func (c Comparison) orderly(level int, w Weight) Weight {
	switch {
	case level == 1:
		return max(w, 0)
	case level == len(c.Levels())-1,
		c.Kind == KindBirthDate && level == int(birthGeneration),
		c.Kind == KindFamily && level == int(familyRenamed):
		return min(w, 0)
	}
	return w
}

// model turns the fit into fixed-point weights.
func (f *fit) model() *Model {
	m := &Model{SamePairs: f.pairs[classSame] / f.t.Share}
	if m.SamePairs < minPrior {
		m.Warnings = append(m.Warnings, fmt.Sprintf(
			"about %.0f pairs of one person were found, too few to learn how such pairs look: the shipped m probabilities decide", m.SamePairs))
	}
	var classes []int
	for k := classHousehold; k < numClasses; k++ {
		if f.pairs[k] == 0 {
			continue
		}
		classes = append(classes, k)
		m.Alternatives = append(m.Alternatives, Alternative{
			Name: classNames[k], Pairs: f.pairs[k] / f.t.Share,
			Prior: clampWeight(math.Log2(f.pairs[classSame]/f.pairs[k]), 2*maxWeight),
		})
	}
	for c, spec := range f.t.Comparisons {
		fitted := FittedComparison{Comparison: spec}
		for l, name := range spec.Levels()[1:] {
			level := FittedLevel{Name: name, M: f.params(classSame, c)[l+1]}
			for _, k := range classes {
				other := f.params(k, c)[l+1]
				level.Others = append(level.Others, other)
				w := ratioWeight(level.M, other)
				if k == classStranger {
					w = spec.orderly(l+1, w)
				}
				if (k == classHousehold || k == classHeir) && spec.Role == RoleHousehold && l+2 == len(spec.Levels()) {
					w = min(w, maxApart) // members of a family may live apart, and then all parts of the address differ
				}
				if spec.Neutral(uint8(l + 1)) {
					w = 0
				}
				level.Weights = append(level.Weights, w)
			}
			fitted.Fitted = append(fitted.Fitted, level)
		}
		m.Comparisons = append(m.Comparisons, fitted)
	}
	m.keepOrder()
	return m
}

// keepOrder keeps law 2 where levels depend on each other: what a value was
// silent about (see [interplay.settle]) never speaks louder for one person, as
// against a stranger, than the value did.
func (m *Model) keepOrder() {
	specs := m.Specs()
	p, stranger := newInterplay(specs), len(m.Alternatives)-1
	if m.Alternatives[stranger].Name != AlternativeStranger {
		return
	}
	exact := func(c int) Weight { return m.Comparisons[c].Fitted[0].Weights[stranger] }
	bound := func(c, first int, most Weight) {
		for _, l := range m.Comparisons[c].Fitted[first:] {
			l.Weights[stranger] = min(l.Weights[stranger], most)
		}
	}
	if p.postal >= 0 && p.city >= 0 {
		bound(p.city, 0, exact(p.postal))
	}
	if p.postal >= 0 && p.state >= 0 {
		bound(p.state, 0, exact(p.postal))
	}
	if p.city >= 0 && p.state >= 0 {
		bound(p.state, 0, exact(p.city))
		if p.postal >= 0 { // cities that are nearly one, and the state
			bound(p.city, 1, exact(p.postal)-exact(p.state))
		}
	}
	if p.given >= 0 && p.family >= 0 {
		family := m.Comparisons[p.family].Fitted
		renamed, differs := family[familyRenamed-1].Weights, family[familyDiffers-1].Weights
		renamed[stranger] = min(renamed[stranger], differs[stranger]+m.Comparisons[p.given].Fitted[givenExact-1].Weights[stranger])
	}
}

// leastExact is the least that exact agreement of comparison c may weigh against
// a stranger: what its loss lets another comparison say less against one.
func (m *Model) leastExact(c int) Weight {
	p, stranger := newInterplay(m.Specs()), len(m.Alternatives)-1
	if c != p.given || p.family < 0 {
		return 0
	}
	family := m.Comparisons[p.family].Fitted
	return max(0, family[familyRenamed-1].Weights[stranger]-family[familyDiffers-1].Weights[stranger])
}
