package scoring

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
