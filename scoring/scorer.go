package scoring

// A Scorer applies a model and a policy to patterns. It is immutable and safe
// for concurrent use; each goroutine keeps a [Cache] of its own.
type Scorer struct {
	model  *Model
	space  *Space
	policy *CompiledPolicy
	freq   []scorerFrequency
	log1p  *[12 * OneBit]int16

	softYields   bool   // soft conflicts give way to a weight ...
	softGivesWay Weight // ... of this much
}

// scorerFrequency is a frequency term, bound to its comparison.
type scorerFrequency struct {
	comparison int
	against    [maxAlternatives]bool
}

// NewScorer binds a model to a policy.
func NewScorer(m *Model, p Policy) (*Scorer, error) {
	if err := m.Validate(); err != nil {
		return nil, err
	}
	space, err := NewSpace(m.Specs())
	if err != nil {
		return nil, err
	}
	compiled, err := p.Compile(m.Specs())
	if err != nil {
		return nil, err
	}
	s := &Scorer{model: m, space: space, policy: compiled, log1p: log1pTable()}
	s.softGivesWay = Weight(p.Conflicts.SoftGivesWay * float64(OneBit))
	s.softYields = p.Conflicts.SoftGivesWay != 0 && m.fewHouseholds()
	for _, f := range m.Frequencies {
		sf := scorerFrequency{comparison: m.comparison(f.Comparison)}
		copy(sf.against[:], f.Against)
		s.freq = append(s.freq, sf)
	}
	return s, nil
}

// maxFrequencies bounds the frequency terms of a model.
const maxFrequencies = 2

// Space returns the model's pattern space.
func (s *Scorer) Space() *Space { return s.space }

// Model returns the model.
func (s *Scorer) Model() *Model { return s.model }

// A Scored is all that model and policy say of a pattern.
type Scored struct {
	Against   [maxAlternatives]Weight // weight against each alternative, its prior included, value frequencies left out
	Weight    Weight                  // against all of them together, likewise
	Frequency uint8                   // bit f: frequency term f applies, the values agree exactly
	Verdict   Verdict
}

// FrequencyWeights are the frequency weights of the values a pair agrees on,
// one per frequency term of the model.
type FrequencyWeights [maxFrequencies]Weight

// Score computes what model and policy say of a pattern.
func (s *Scorer) Score(p Pattern) Scored {
	levels := s.space.AppendLevels(nil, p)
	sc := Scored{}
	for k, alt := range s.model.Alternatives {
		sc.Against[k] = alt.Prior
	}
	for c, l := range levels {
		if l == 0 {
			continue
		}
		for k, w := range s.model.Comparisons[c].Fitted[l-1].Weights {
			sc.Against[k] += w
		}
	}
	for i, f := range s.freq {
		if levels[f.comparison] == 1 {
			sc.Frequency |= 1 << i
		}
	}
	sc.Weight = s.Weight(&sc, FrequencyWeights{})
	sc.Verdict = s.policy.Judge(levels)
	if s.softYields && sc.Weight >= s.softGivesWay {
		sc.Verdict = s.policy.withoutSoft(sc.Verdict)
	}
	return sc
}

// Weight returns the match weight of a pair: its pattern's weights against
// each alternative with the frequency weights added, combined to the weight
// against all alternatives together, -log2(sum of 2^-w), in the model's order.
func (s *Scorer) Weight(sc *Scored, freq FrequencyWeights) Weight {
	w := s.against(sc, freq, 0)
	for k := 1; k < len(s.model.Alternatives); k++ {
		w = combine(s.log1p, w, s.against(sc, freq, k))
	}
	return w
}

func (s *Scorer) against(sc *Scored, freq FrequencyWeights, k int) Weight {
	w := sc.Against[k]
	for i := range s.freq {
		if sc.Frequency&(1<<i) != 0 && s.freq[i].against[k] {
			w += freq[i]
		}
	}
	return w
}

// A Cache remembers the patterns seen. Not safe for concurrent use.
type Cache struct {
	scorer *Scorer
	slots  []cacheSlot // open addressing, a power of two of them
	keys   []Pattern   // in order of first sight
}

// A cacheSlot has what one probe needs beside each other: of ten thousands of
// patterns each look at another place waits for memory.
type cacheSlot struct {
	pattern Pattern
	scored  *Scored // nil: empty
}

// NewCache returns an empty cache.
func (s *Scorer) NewCache() *Cache {
	return &Cache{scorer: s, slots: make([]cacheSlot, 1024)}
}

// Len returns how many patterns were seen.
func (c *Cache) Len() int { return len(c.keys) }

// Patterns returns the patterns seen, in order of first sight.
func (c *Cache) Patterns() []Pattern { return c.keys }

// Get returns what the scorer says of a pattern, computed on first sight.
func (c *Cache) Get(p Pattern) *Scored {
	slot := c.find(p)
	if slot.scored != nil {
		return slot.scored
	}
	sc := c.scorer.Score(p)
	*slot = cacheSlot{p, &sc}
	c.keys = append(c.keys, p)
	if len(c.keys)*2 > len(c.slots) {
		c.grow()
	}
	return &sc
}

// find returns the slot of a pattern, or the empty one where it belongs.
func (c *Cache) find(p Pattern) *cacheSlot {
	last := uint64(len(c.slots) - 1)
	for i := mixPattern(p, 0) & last; ; i = (i + 1) & last {
		if slot := &c.slots[i]; slot.scored == nil || slot.pattern == p {
			return slot
		}
	}
}

func (c *Cache) grow() {
	old := c.slots
	c.slots = make([]cacheSlot, 4*len(old))
	for _, slot := range old {
		if slot.scored != nil {
			*c.find(slot.pattern) = slot
		}
	}
}
