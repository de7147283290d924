package scoring

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

// clearNeutral empties the levels that are no evidence.
func (f *fit) clearNeutral(c int, p []float64) {
	for l := range p {
		if f.t.Comparisons[c].Neutral(uint8(l)) {
			p[l] = 0
		}
	}
}
