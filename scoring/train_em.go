package scoring

import "math"

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
