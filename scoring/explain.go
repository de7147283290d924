package scoring

// A Part is one term of an [Explanation].
type Part struct {
	Name   string // a comparison; or prior, frequency of X, remaining alternatives
	Level  string // the comparison level; "" for the other terms
	Weight Weight // against the explanation's alternative
}

// An Explanation says why a pair weighs what it weighs. The parts sum exactly
// to the weight.
type Explanation struct {
	Weight      Weight
	Probability float64
	Alternative string   // the strongest alternative, which the parts are weighed against
	Parts       []Part   // prior, every comparison in the model's order, frequency terms, remaining alternatives
	Rules       []string // policy rules and conflicts that fired, by id
	FoundBy     []string // blocking rules that make it a candidate pair; none: it would not be compared
	Decision    Decision
}

// Explain explains a pair from its pattern and frequency weights.
func (s *Scorer) Explain(p Pattern, freq FrequencyWeights) Explanation {
	sc := s.Score(p)
	e := Explanation{Weight: s.Weight(&sc, freq)}
	e.Rules = s.policy.Reasons(sc.Verdict.At(e.Weight))
	e.Probability = e.Weight.Probability()
	strongest := 0
	for k := range s.model.Alternatives {
		if s.against(&sc, freq, k) < s.against(&sc, freq, strongest) {
			strongest = k
		}
	}
	alt := s.model.Alternatives[strongest]
	e.Alternative = alt.Name
	e.Parts = append(e.Parts, Part{Name: "prior", Weight: alt.Prior})
	for c, l := range s.space.AppendLevels(nil, p) {
		fc := s.model.Comparisons[c]
		part := Part{Name: fc.Name, Level: fc.Levels()[l]}
		if l != 0 {
			part.Weight = fc.Fitted[l-1].Weights[strongest]
		}
		e.Parts = append(e.Parts, part)
	}
	for i, f := range s.freq {
		if sc.Frequency&(1<<i) != 0 && f.against[strongest] {
			e.Parts = append(e.Parts, Part{Name: "frequency of " + s.model.Comparisons[f.comparison].Name, Weight: freq[i]})
		}
	}
	if len(s.model.Alternatives) > 1 {
		rest := e.Weight - s.against(&sc, freq, strongest)
		e.Parts = append(e.Parts, Part{Name: "remaining alternatives", Weight: rest})
	}
	return e
}

// Reasons returns the ids of the policy rules and conflicts that fire for a
// pattern, whatever its pairs weigh: no proof is among them.
func (s *Scorer) Reasons(p Pattern) []string {
	sc := s.Score(p)
	return s.policy.Reasons(sc.Verdict)
}
