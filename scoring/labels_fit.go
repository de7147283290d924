package scoring

import (
	"math"
	"slices"
)

// A labelSign says which way the evidence of a level may point.
type labelSign int8

const (
	eitherWay labelSign = 0
	agrees    labelSign = +1
	disagrees labelSign = -1
)

// labelSigns are the levels that are no agreement, by kind: every other level
// is one. Labels must not teach that agreement speaks against a pair, however
// their pairs were chosen: where all equal chart numbers among them are of
// different persons, free weights learn that an equal number means "no".
var labelSigns = map[Kind]map[string]labelSign{
	KindGiven:       {"partial": disagrees, "close": disagrees, "near": disagrees, "far": disagrees},
	KindFamily:      {"close": disagrees, "near": disagrees, "far": disagrees, "renamed": disagrees},
	KindBirthDate:   {"year": eitherWay, "month": eitherWay, "two": disagrees, "osa2": disagrees, "sameyear": disagrees, "generation": disagrees},
	KindMultiple:    {"orderless": eitherWay, "status": disagrees, "conflict": disagrees},
	KindSSN:         {"osa2": disagrees},
	KindMedicaid:    {},
	KindDoses:       {"disjoint": disagrees},
	KindMotherGiven: {},
}

// labelSignOf returns which way a level may point.
func labelSignOf(c Comparison, level uint8) labelSign {
	name := c.Levels()[level]
	if s, ok := labelSigns[c.Kind][name]; ok {
		return s
	}
	if name == "differs" {
		return disagrees
	}
	return agrees
}

// labelChains are the kinds whose agreements are in one order, each level saying
// all that the next one says and more. The exact agreement then weighs at least
// as much as the near one, and a rare level borrows from its neighbors.
var labelChains = map[Kind][]string{
	KindSSN:          {"exact", "osa1"},
	KindMedicaid:     {"exact", "osa1"},
	KindPhone:        {"exact", "near"},
	KindPostalCode:   {"exact", "near", "area"},
	KindAddress:      {"same", "near", "zip", "zipnear"},
	KindMotherGiven:  {"exact", "slip"},
	KindMotherMaiden: {"exact", "slip"},
	KindGuardian:     {"full", "given", "family"},
	KindDoses:        {"five", "four", "three", "two", "one"},
	KindText:         {"exact", "close", "near"},
	KindNumber:       {"exact", "near"},
}

// A labelParameter is one weight of the fit.
type labelParameter struct {
	sign  labelSign
	prior float64 // what it is drawn to, in bits
}

// labelFeatures turn comparison vectors into the parameters that count for them.
type labelFeatures struct {
	parameters []labelParameter
	steps      [][][]int32 // comparison, level: its parameters
	crosses    conditions
	firstCross int32
}

// newLabelFeatures lays the parameters out: one for each level that may weigh
// something, then one for each cross.
func newLabelFeatures(w *ShippedWeights, crosses conditions) *labelFeatures {
	f := &labelFeatures{crosses: crosses}
	for i, c := range w.Comparisons {
		names := c.Levels()
		steps := make([][]int32, len(names))
		for l := len(names) - 1; l > 0; l-- {
			if c.Neutral(uint8(l)) {
				continue
			}
			p := labelParameter{sign: labelSignOf(c, uint8(l)), prior: w.Levels[i][l].Bits()}
			if weaker, ok := nextInChain(c, names[l]); ok {
				p.prior -= w.Levels[i][weaker].Bits()
				steps[l] = slices.Clone(steps[weaker])
			}
			p.prior = p.sign.bound(p.prior)
			steps[l] = append(steps[l], int32(len(f.parameters)))
			f.parameters = append(f.parameters, p)
		}
		f.steps = append(f.steps, steps)
	}
	f.firstCross = int32(len(f.parameters))
	for range crosses.of {
		f.parameters = append(f.parameters, labelParameter{sign: agrees})
	}
	return f
}

// nextInChain returns the level that a level of a chain builds on.
func nextInChain(c Comparison, name string) (uint8, bool) {
	chain := labelChains[c.Kind]
	i := slices.Index(chain, name)
	if i < 0 || i+1 == len(chain) {
		return 0, false
	}
	return c.Level(chain[i+1])
}

// bound returns the nearest weight that the sign allows.
func (s labelSign) bound(w float64) float64 {
	switch s {
	case agrees:
		return max(w, 0)
	case disagrees:
		return min(w, 0)
	}
	return w
}

// appendActive appends the parameters that count for a comparison vector.
func (f *labelFeatures) appendActive(dst []int32, levels Levels) []int32 {
	for c, l := range levels {
		dst = append(dst, f.steps[c][l]...)
	}
	f.crosses.each(levels, func(i int) { dst = append(dst, f.firstCross+int32(i)) })
	return dst
}

// A logitRow is a comparison vector with its pairs: how many there are, and how
// many of them the label says yes for.
type logitRow struct {
	active []int32
	n, yes float64
}

// A logit is a logistic regression with a quadratic penalty on the distance from
// the prior and bounds by sign, fitted by cyclic coordinate descent: each step is
// a Newton step whose curvature is bounded over a trust region, so that none
// overshoots (Zhang & Oles 2001; Genkin, Lewis & Madigan 2007). The problem is
// strictly convex, and rows and coordinates have a fixed order.
type logit struct {
	rows    []logitRow
	signs   []labelSign
	prior   []float64
	penalty []float64

	columns [][]int32 // of each parameter: its rows
	weights []float64 // in nats
	odds    []float64 // of each row: exp of its sum of weights
	trust   []float64 // of each parameter
}

const (
	logitSweeps    = 400
	logitTolerance = 1e-5 // of a weight, in nats: a sixtieth of what weights are rounded to
	maxLogit       = 60   // of a row, in nats: far below what overflows
)

// fit returns the weights, in nats.
func (g *logit) fit() []float64 {
	g.columns = make([][]int32, len(g.signs))
	for i, r := range g.rows {
		for _, p := range r.active {
			g.columns[p] = append(g.columns[p], int32(i))
		}
	}
	g.weights = slices.Clone(g.prior)
	g.odds = make([]float64, len(g.rows))
	g.trust = make([]float64, len(g.signs))
	for p := range g.trust {
		g.trust[p] = 1
	}
	for range logitSweeps {
		g.refresh()
		var moved float64
		for p := range g.weights {
			moved = max(moved, math.Abs(g.step(p)))
		}
		if moved < logitTolerance {
			break
		}
	}
	return g.weights
}

// refresh computes the rows' odds anew, so that rounding does not add up.
func (g *logit) refresh() {
	for i, r := range g.rows {
		var sum float64
		for _, p := range r.active {
			sum += g.weights[p]
		}
		g.odds[i] = math.Exp(min(max(sum, -maxLogit), maxLogit))
	}
}

// step moves one weight and returns by how much.
func (g *logit) step(p int) float64 {
	reach := math.Exp(g.trust[p])
	away := g.weights[p] - g.prior[p]
	slope := float64(g.penalty[p] * away)
	curve := g.penalty[p]
	for _, i := range g.columns[p] {
		odds, r := g.odds[i], &g.rows[i]
		slope += float64(r.n*(odds/(1+odds))) - r.yes
		curve += float64(r.n * steepest(odds, reach))
	}
	if curve <= 0 {
		return 0
	}
	move := min(max(-slope/curve, -g.trust[p]), g.trust[p])
	next := g.signs[p].bound(g.weights[p] + move)
	move = next - g.weights[p]
	g.trust[p] = max(2*math.Abs(move), g.trust[p]/2)
	if move == 0 {
		return 0
	}
	g.weights[p] = next
	by := math.Exp(move)
	for _, i := range g.columns[p] {
		g.odds[i] *= by
	}
	return move
}

// steepest returns the largest p(1-p) for odds within a factor of reach.
func steepest(odds, reach float64) float64 {
	odds = max(odds, 1/odds)
	if odds <= reach {
		return .25
	}
	near := odds / reach
	return 1 / (2 + near + 1/near)
}
