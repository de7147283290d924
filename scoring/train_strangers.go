package scoring

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
