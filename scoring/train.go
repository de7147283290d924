package scoring

import (
	"fmt"
	"math"
)

// Training holds what a model is fitted to: counts, never pairs. The zero
// value of the options fields means the default.
type Training struct {
	Comparisons []Comparison
	Space       *Space
	Candidates  []PatternCount // candidate pairs, sorted as Counter.Counts does
	Random      []PatternCount // random pairs, for u; the mask is ignored
	TotalPairs  float64        // all pairs of the file, n(n-1)/2
	Share       float64        // part of the candidates that was counted; 0 means all
	RuleUses    []uint64       // of each comparison: the blocking rules that read one of its fields
	TwoClasses  bool           // baseline: only the stranger as alternative
}

// The classes of the mixture, in the order of the parameter arrays.
const (
	classSame = iota
	classHousehold
	classHeir
	classNamesake
	classStranger
	numClasses
)

var classNames = [numClasses]string{"same", AlternativeHousehold, AlternativeHeir, AlternativeNamesake, AlternativeStranger}

const (
	minIterations   = 6
	maxIterations   = 100
	tolerance       = 1e-4
	pseudoPairs     = 10     // of the prior of h, for each level of a comparison
	minPrior        = 100    // pseudo-pairs of the prior of m, for each comparison
	maxApart        = OneBit // that a different address may speak against another member of the family
	heirShare       = .1     // most of the household's pairs that may bear one name
	unseenHousehold = 2.0    // pairs of household members that a small file may hold unseen
	heirGeneration  = .9     // of the pairs of heirs that are 15 to 50 years apart
	firmPrior       = 2000   // pseudo-pairs of the prior of the household's given names and birth dates: members hardly ever agree on both
	priorShare      = 0.25   // of the household's pairs that the prior of m counts as
	minClassPairs   = 1e-3   // floor of a class's expected pairs
	maxRandomGap    = 0.5    // added to each level's count of random pairs
	impossible      = -50.0  // log-probability of a guarded pair being one person
)

// Which parameters a class uses for a role: its own, those of the same-person
// class (tied), or u.
type source uint8

const (
	useU source = iota
	useM
	useH
	useHeir // a generation apart
)

// roleSources says, for each role, where each class takes its level
// probabilities from. The household class has its own given-name and
// birth-date distributions, so that twins and siblings live there; a namesake
// shares the names and, mostly, the sex; an heir is both, but for the mother.
var roleSources = map[Role][numClasses]source{
	RoleGiven:      {useM, useH, useM, useM, useU},
	RoleFamily:     {useM, useH, useH, useM, useU},
	RoleBirthDate:  {useM, useH, useHeir, useU, useU},
	RolePerson:     {useM, useU, useU, useU, useU},
	RoleIdentifier: {useM, useU, useU, useU, useU},
	RoleContact:    {useM, useH, useH, useU, useU},
	RoleMother:     {useM, useH, useU, useU, useU},
	RoleHousehold:  {useM, useH, useH, useU, useU},
	RolePolicy:     {useU, useU, useU, useU, useU},
}

// A fit is the state of expectation-maximisation over patterns.
type fit struct {
	t        Training
	levels   []uint8     // pattern-major comparison vectors of the distinct candidate patterns
	n        []float64   // pairs of each pattern
	eligible [][]float64 // per comparison: pairs of each pattern that an M-step of it may use
	guarded  []bool      // patterns that cannot be one person
	src      [][numClasses]source

	fixedM         bool // only class sizes and h are fitted
	pairs          [numClasses]float64
	u, heir        [][]float64
	m, h           [][]float64
	mPrior, hPrior [][]float64
	logs           [numClasses][][]float64
	post           [numClasses][]float64
}

// Train fits the mixture "same person, household, heir, namesake, stranger" to
// the counts by expectation-maximisation (Dempster, Laird, Rubin 1977) in
// the frame of Fellegi and Sunter (1969): u from random pairs, cleaned of the
// other classes twice; m and the household's parameters from the candidates,
// each comparison only from pairs that some blocking rule found without it.
// The result does not depend on the order of anything.
func Train(t Training) *Model {
	f := newFit(t)
	f.startU(nil)
	f.start()
	f.fixedM = true
	f.run()
	f.fixedM = false
	f.strengthen()
	for range 2 {
		f.cleanU()
		f.run()
	}
	return f.model()
}

func newFit(t Training) *fit {
	if t.Share == 0 {
		t.Share = 1
	}
	f := &fit{t: t}
	nc := len(t.Comparisons)
	f.eligible = make([][]float64, nc)
	for _, c := range t.Comparisons {
		src := roleSources[c.Role]
		if c.Kind == KindSex {
			src[classHeir], src[classNamesake] = useM, useM // a given name tells the sex
		}
		if c.Role == RoleGiven && f.find(KindBirthDate) < 0 {
			src[classHousehold] = useU // all that tells one person from the next in a household must not be learned from them
		}
		if t.TwoClasses {
			src[classHousehold], src[classHeir], src[classNamesake] = useU, useU, useU
		}
		f.src = append(f.src, src)
	}
	given, birth := f.find(KindGiven), f.find(KindBirthDate)
	for i := 0; i < len(t.Candidates); {
		p := t.Candidates[i].Pattern
		f.levels = t.Space.AppendLevels(f.levels, p)
		row := f.levels[len(f.levels)-nc:]
		f.guarded = append(f.guarded, f.nobody(row, given, birth))
		var n float64
		eligible := make([]float64, nc)
		for ; i < len(t.Candidates) && t.Candidates[i].Pattern == p; i++ {
			row := t.Candidates[i]
			n += float64(row.N)
			for c := range eligible {
				if row.Mask&^t.RuleUses[c] != 0 {
					eligible[c] += float64(row.N)
				}
			}
		}
		f.n = append(f.n, n)
		for c, e := range eligible {
			f.eligible[c] = append(f.eligible[c], e)
		}
	}
	for k := range f.post {
		f.post[k] = make([]float64, len(f.n))
	}
	return f
}

// nobody reports whether nothing of a pair speaks of one person rather than of
// one household: neither given names nor birth dates are alike, and one of them
// plainly differs.
func (f *fit) nobody(row Levels, given, birth int) bool {
	if given < 0 {
		return false
	}
	for c, spec := range f.t.Comparisons {
		if spec.Role == RoleIdentifier && row[c] == 1 {
			return false
		}
	}
	apart := int(row[given]) == f.last(given)
	if birth < 0 {
		return apart
	}
	return row[birth] >= birthGeneration && apart
}

// find returns the index of the comparison of a kind, or -1.
func (f *fit) find(k Kind) int {
	for i, c := range f.t.Comparisons {
		if c.Kind == k {
			return i
		}
	}
	return -1
}

// last returns the last level of comparison c: the plain difference.
func (f *fit) last(c int) int { return int(f.t.Space.sizes[c]) - 1 }

// startU estimates u from the random pairs, each weighted by what clean says
// is the probability that it is a pair of strangers.
func (f *fit) startU(clean func(levels Levels) float64) {
	f.u = make([][]float64, len(f.t.Comparisons))
	for c := range f.u {
		f.u[c] = make([]float64, f.t.Space.sizes[c])
	}
	counted := make([]float64, len(f.u)) // random pairs in which the comparison has evidence
	var levels Levels
	for _, r := range f.t.Random {
		levels = f.t.Space.AppendLevels(levels[:0], r.Pattern)
		w := float64(r.N)
		if clean != nil {
			w = float64(w * clean(levels))
		}
		for c, l := range levels {
			f.u[c][l] += w
			if l != 0 {
				counted[c] += w
			}
		}
	}
	for c := range f.u {
		for l, p := range shippedStrangers(f.t.Comparisons[c]) {
			f.u[c][l] += float64(uPrior * p)
		}
		for l := range f.u[c] {
			f.u[c][l] += float64(maxRandomGap * min(1, counted[c]/uPrior))
		}
		f.clearNeutral(c, f.u[c])
		normalize(f.u[c])
	}
	f.setHeirs()
}

// setHeirs says how an heir's birth date compares with that of the one who bore
// the name before: nearly always a generation apart, and else as strangers do.
func (f *fit) setHeirs() {
	f.heir = make([][]float64, len(f.u))
	for c, spec := range f.t.Comparisons {
		f.heir[c] = f.u[c]
		if spec.Kind == KindBirthDate {
			f.heir[c] = scale(f.u[c], 1-heirGeneration)
			f.heir[c][birthGeneration] += heirGeneration
		}
	}
}

// clearNeutral empties the levels that are no evidence.
func (f *fit) clearNeutral(c int, p []float64) {
	for l := range p {
		if f.t.Comparisons[c].Neutral(uint8(l)) {
			p[l] = 0
		}
	}
}

// start sets the class sizes, m and h where the fit begins, and the priors.
func (f *fit) start() {
	var n float64
	for _, x := range f.n {
		n += x
	}
	n = max(n, 1) // a class of 0 pairs is one the model does not have
	f.pairs = [numClasses]float64{.3 * n, .3 * n, .02 * n, .05 * n, max(f.t.TotalPairs*f.t.Share, 1)}
	if f.find(KindBirthDate) < 0 {
		f.pairs[classHeir] = 0 // nothing tells father and son from one person
	}
	if f.t.TwoClasses {
		f.pairs[classHousehold], f.pairs[classHeir], f.pairs[classNamesake] = 0, 0, 0
	}
	for c, spec := range f.t.Comparisons {
		m := startM(spec, f.u[c])
		h := shape(f.u[c], .80)
		switch spec.Role {
		case RoleGiven, RoleContact:
			h = append([]float64(nil), f.u[c]...)
		case RoleBirthDate:
			h = append([]float64(nil), f.u[c]...)
			h[1] += .03
			normalize(h)
		}
		f.clearNeutral(c, m)
		f.clearNeutral(c, h)
		normalize(m)
		normalize(h)
		f.m, f.h = append(f.m, m), append(f.h, h)
		f.mPrior = append(f.mPrior, scale(m, minPrior))
		n := pseudoPairs * float64(len(h)-1)
		if spec.Role == RoleGiven || spec.Role == RoleBirthDate || spec.Role == RoleContact {
			n = firmPrior
		}
		f.hPrior = append(f.hPrior, scale(h, n))
	}
}

// strengthen sets how much the shipped m count in the fit that frees m. Where
// household members far outnumber the pairs of one person they would take the
// same-person class over (on 62,000 records of as many persons the m of an
// exact given name falls below .1), so there m may only move as far as the
// pairs of one person, rather than siblings and twins, can carry it.
func (f *fit) strengthen() {
	n := max(minPrior, priorShare*f.pairs[classHousehold])
	for c := range f.mPrior {
		f.mPrior[c] = scale(f.m[c], n)
	}
}

// run iterates from where the parameters stand until they rest.
func (f *fit) run() {
	for i := range maxIterations {
		f.expect()
		change := f.maximize()
		if i+1 >= minIterations && change < tolerance {
			return
		}
	}
}

func (f *fit) params(k, c int) []float64 {
	switch f.src[c][k] {
	case useM:
		return f.m[c]
	case useH:
		return f.h[c]
	case useHeir:
		return f.heir[c]
	}
	return f.u[c]
}

// logParams takes the logarithms of what the E-step adds up. Level 0 is
// missing: probability 1 in every class.
func (f *fit) logParams() {
	for k := range numClasses {
		f.logs[k] = make([][]float64, len(f.src))
		for c := range f.src {
			theta := f.params(k, c)
			logs := make([]float64, len(theta))
			if f.t.Comparisons[c].Role != RolePolicy {
				for l := range theta {
					if !f.t.Comparisons[c].Neutral(uint8(l)) {
						logs[l] = math.Log(theta[l])
					}
				}
			}
			f.logs[k][c] = logs
		}
	}
}

// posterior fills out with P(class | levels).
func (f *fit) posterior(levels Levels, guarded bool, out *[numClasses]float64) {
	top := math.Inf(-1)
	for k := range numClasses {
		if f.pairs[k] == 0 {
			out[k] = math.Inf(-1)
			continue
		}
		s := math.Log(f.pairs[k])
		for c, l := range levels {
			s += f.logs[k][c][l]
		}
		if k == classSame && guarded {
			s += impossible
		}
		out[k] = s
		top = max(top, s)
	}
	var sum float64
	for k := range out {
		out[k] = math.Exp(out[k] - top)
		sum += out[k]
	}
	for k := range out {
		out[k] /= sum
	}
}

func (f *fit) expect() {
	f.logParams()
	nc := len(f.src)
	var p [numClasses]float64
	for i := range f.n {
		f.posterior(f.levels[i*nc:(i+1)*nc], f.guarded[i], &p)
		for k := range p {
			f.post[k][i] = p[k]
		}
	}
}

// maximize re-estimates class sizes, m and h, and returns the largest change
// of a level probability.
func (f *fit) maximize() float64 {
	for k := classSame; k < classStranger; k++ {
		if f.pairs[k] == 0 {
			continue
		}
		var sum float64
		for i, n := range f.n {
			sum += float64(n * f.post[k][i])
		}
		f.pairs[k] = max(sum, minClassPairs)
	}
	f.boundClasses()
	var change float64
	for c := range f.src {
		m := append([]float64(nil), f.mPrior[c]...)
		h := append([]float64(nil), f.hPrior[c]...)
		f.count(c, m, h)
		normalize(m)
		normalize(h)
		f.guardM(c, m)
		if f.fixedM {
			m = f.m[c]
		}
		change = max(change, distance(m, f.m[c]), distance(h, f.h[c]))
		f.m[c], f.h[c] = m, h
	}
	return change
}

// boundClasses keeps what is known of families wherever a file is too small or
// too uniform to tell: heirs are a small part of the pairs of household members,
// and in a handful of records there may be siblings though none has been seen.
func (f *fit) boundClasses() {
	if f.pairs[classHousehold] == 0 {
		return
	}
	f.pairs[classHousehold] = max(f.pairs[classHousehold], min(unseenHousehold, f.pairs[classSame]/10))
	if f.pairs[classHeir] != 0 {
		f.pairs[classHeir] = max(minClassPairs, min(f.pairs[classHeir], heirShare*f.pairs[classHousehold]))
	}
}

// count adds the expected pairs of each level of comparison c to m and h.
// Tied classes add up.
func (f *fit) count(c int, m, h []float64) {
	nc := len(f.src)
	for k := classSame; k < classStranger; k++ {
		var into []float64
		switch f.src[c][k] {
		case useM:
			into = m
		case useH:
			into = h
		default:
			continue
		}
		if f.pairs[k] == 0 {
			continue
		}
		post, eligible := f.post[k], f.eligible[c]
		for i, e := range eligible {
			if e != 0 {
				into[f.levels[i*nc+c]] += float64(e * post[i])
			}
		}
	}
	f.clearNeutral(c, m)
	f.clearNeutral(c, h)
}

// guardM keeps domain knowledge: among pairs of one person the given names
// rarely differ outright (at most 20 %) and birth dates hardly ever (8 %). A
// fit beyond that has found another class.
func (f *fit) guardM(c int, m []float64) {
	limit := 1.0
	switch f.t.Comparisons[c].Kind {
	case KindGiven:
		limit = .20
	case KindBirthDate:
		limit = .08
	}
	last := len(m) - 1
	if m[last] <= limit {
		return
	}
	up := (1 - limit) / (1 - m[last])
	for l := 1; l < last; l++ {
		m[l] *= up
	}
	m[last] = limit
}

// cleanU estimates u again, with each random pair weighted by its probability
// of being a pair of strangers: in small files random pairs are not that rare
// among the pairs of one person or household.
func (f *fit) cleanU() {
	f.logParams()
	var p [numClasses]float64
	f.startU(func(levels Levels) float64 {
		f.posterior(levels, false, &p)
		return p[classStranger]
	})
}

// startM returns the m probabilities a fit starts from.
func startM(c Comparison, u []float64) []float64 {
	if m := shipped(c); m != nil {
		return m
	}
	return shape(u, .85)
}

// shape returns level probabilities with the given share of exact agreement,
// .4 of the rest for the level commonest among strangers and the remainder
// shared equally.
func shape(u []float64, exact float64) []float64 {
	p := make([]float64, len(u))
	p[1] = exact
	if len(u) == 2 {
		p[1] = 1
		return p
	}
	common := 2
	for l := 2; l < len(u); l++ {
		if u[l] > u[common] {
			common = l
		}
	}
	rest := 1 - exact
	if len(u) == 3 {
		p[2] = rest
		return p
	}
	for l := 2; l < len(u); l++ {
		p[l] = .6 * rest / float64(len(u)-3)
	}
	p[common] = .4 * rest
	return p
}

func scale(p []float64, by float64) []float64 {
	out := make([]float64, len(p))
	for i, x := range p {
		out[i] = x * by
	}
	return out
}

func normalize(p []float64) {
	var sum float64
	for _, x := range p {
		sum += x
	}
	if sum == 0 {
		return
	}
	for i := range p {
		p[i] /= sum
	}
}

func distance(a, b []float64) float64 {
	var d float64
	for i := range a {
		d = max(d, math.Abs(a[i]-b[i]))
	}
	return d
}

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
