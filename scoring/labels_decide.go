package scoring

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/idem-health/idem/internal/strictjson"
	"github.com/idem-health/idem/match/patient"
)

// The form of LabelledWeights in JSON.
const (
	labelledFormat = 1
	labelledKind   = "labelled-weights"
)

// LabelledWeights decide pairs as labels taught: two sums of weights, one for
// "at least possible" and one for "match", each with 0 as even odds, and what the
// labels leave of a policy. A pair is a match where both sums are 0 or more,
// possible where the first is. They are data: strict JSON. They hold no value of
// a record.
type LabelledWeights struct {
	Kind        string               `json:"kind"` // "labelled-weights", to tell it from other models
	Format      int                  `json:"format"`
	Report      LabelReport          `json:"report"`
	Start       OrdinalWeight        `json:"start"` // what the sums start from
	Comparisons []LabelledComparison `json:"comparisons"`
	Crosses     []LabelledCross      `json:"crosses,omitempty"`

	// UnnamedByDefault is set where too few labels are of pairs in which a given
	// name is missing, as that of a newborn: the default decides those, no lower
	// than the labels would, and no higher than if the given names agreed.
	UnnamedByDefault bool               `json:"unnamed_by_default"`
	Contradicted     []ContradictedRule `json:"contradicted,omitempty"`
	Policy           Policy             `json:"policy"` // whole; its thresholds are for the default
}

// An OrdinalWeight is what something adds to the two sums, in 1/1024 bit.
type OrdinalWeight struct {
	Possible Weight `json:"possible"`
	Match    Weight `json:"match"`
}

// A LabelledComparison is a comparison with its levels' weights. The level
// "missing" is not listed: it weighs 0, always.
type LabelledComparison struct {
	Comparison
	Levels []LabelledLevel `json:"levels"`
}

// A LabelledLevel is what one comparison level weighs, and what it weighs in the
// default.
type LabelledLevel struct {
	Name string `json:"name"`
	OrdinalWeight
	Default Weight `json:"default"`
}

// A LabelledCross is what a condition on several levels weighs; never less
// than 0.
type LabelledCross struct {
	Name string `json:"name"`
	When Expr   `json:"when"` // may refer to macros and switches of the policy
	OrdinalWeight
}

// defaultLabelled returns shipped weights and a policy in the form of labelled
// weights, which decide the same.
func defaultLabelled(s *ShippedWeights, p Policy) *LabelledWeights {
	w := &LabelledWeights{Kind: labelledKind, Format: labelledFormat, Policy: p, Start: defaultStart(p)}
	for i, c := range s.Comparisons {
		lc := LabelledComparison{Comparison: c}
		for l, name := range c.Levels()[1:] {
			bits := s.Levels[i][l+1]
			lc.Levels = append(lc.Levels, LabelledLevel{name, OrdinalWeight{bits, bits}, bits})
		}
		w.Comparisons = append(w.Comparisons, lc)
	}
	return w
}

// defaultStart returns what the sums of shipped weights start from, so that 0 is
// where the outcomes begin.
func defaultStart(p Policy) OrdinalWeight {
	cut := func(t Threshold) Weight { return -clampWeight(t.ShippedBits, 8*maxWeight) }
	return OrdinalWeight{Possible: cut(p.Thresholds.Possible), Match: cut(p.Thresholds.Match)}
}

// ParseLabelledWeights reads labelled weights from strict JSON and validates
// them.
func ParseLabelledWeights(data []byte) (*LabelledWeights, error) {
	w := &LabelledWeights{}
	if err := strictjson.Unmarshal(data, w); err != nil {
		return nil, fmt.Errorf("scoring: labelled weights: %w", err)
	}
	if err := w.Validate(); err != nil {
		return nil, err
	}
	return w, nil
}

// IsLabelledWeights reports whether JSON says of itself that it is labelled
// weights, so that a reader of several kinds of models can choose.
func IsLabelledWeights(data []byte) bool {
	var head struct {
		Kind string `json:"kind"`
	}
	return json.Unmarshal(data, &head) == nil && head.Kind == labelledKind
}

// JSON returns the weights as indented JSON, as [ParseLabelledWeights] reads
// them.
func (w *LabelledWeights) JSON() ([]byte, error) {
	out, err := json.MarshalIndent(w, "", " ")
	return append(out, '\n'), err
}

// Specs returns the comparisons.
func (w *LabelledWeights) Specs() []Comparison {
	cs := make([]Comparison, len(w.Comparisons))
	for i, c := range w.Comparisons {
		cs[i] = c.Comparison
	}
	return cs
}

// Validate reports all faults in one error: unknown names, levels without a
// weight, weights that point the wrong way.
func (w *LabelledWeights) Validate() error {
	var faults []string
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	if w.Kind != labelledKind || w.Format != labelledFormat {
		fault("kind %q, format %d: this version reads %q, format %d", w.Kind, w.Format, labelledKind, labelledFormat)
	}
	if len(w.Comparisons) == 0 {
		fault("no comparisons")
	}
	seen := map[string]bool{}
	for _, c := range w.Comparisons {
		if seen[c.Name] {
			fault("comparison %q: is there twice", c.Name)
		}
		seen[c.Name] = true
		c.validate(fault)
	}
	if !eitherWay.allows(w.Start.Possible) || !eitherWay.allows(w.Start.Match) {
		fault("start: is out of range")
	}
	faults = append(faults, w.contradictedFaults()...)
	for i, x := range w.Crosses {
		if !agrees.allows(x.Possible) || !agrees.allows(x.Match) {
			fault("crosses[%d] %q: weighs less than 0", i, x.Name)
		}
	}
	if len(faults) > 0 {
		return fmt.Errorf("scoring: labelled weights:\n  %s", strings.Join(faults, "\n  "))
	}
	_, err := w.Bind(w.Specs())
	return err
}

func (c LabelledComparison) validate(fault func(string, ...any)) {
	names := c.Comparison.Levels()
	if len(names) == 0 {
		fault("comparison %q: unknown kind %q", c.Name, c.Kind)
		return
	}
	if c.Fields() == nil && c.Kind != KindCandidates {
		fault("comparison %q: unknown field %q", c.Name, c.Field)
	}
	for i, l := range c.Levels {
		if i+1 >= len(names) || l.Name != names[i+1] {
			fault("comparison %q: level %q is unknown or out of place, want %s", c.Name, l.Name, strings.Join(names[1:], ", "))
			return
		}
		level := uint8(i + 1)
		switch sign := labelSignOf(c.Comparison, level); {
		case c.Neutral(level) && (l.OrdinalWeight != OrdinalWeight{} || l.Default != 0):
			fault("comparison %q: level %q is a fact for policies and must weigh 0", c.Name, l.Name)
		case !sign.allows(l.Possible) || !sign.allows(l.Match) || !sign.allows(l.Default):
			fault("comparison %q: level %q weighs the wrong way", c.Name, l.Name)
		}
	}
	if len(c.Levels) < len(names)-1 {
		fault("comparison %q: level %q has no weight", c.Name, names[len(c.Levels)+1])
	}
}

func (s labelSign) allows(w Weight) bool {
	return w >= -2*maxLabelled && w <= 2*maxLabelled && (s != agrees || w >= 0) && (s != disagrees || w <= 0)
}

// maxLabelled bounds half of what one level may weigh, so that no sum
// overflows.
const maxLabelled = 4 * maxWeight

// A LabelledDecider decides comparison vectors by labelled weights. It is
// immutable and safe for concurrent use.
type LabelledDecider struct {
	specs    []Comparison
	labelled labelledSum
	standing labelledSum     // the default
	policy   *CompiledPolicy // what the labels leave of it
	whole    *CompiledPolicy // for the default
	given    int             // the comparison whose missing makes the default decide, -1: none
}

// A labelledSum is one way of weighing.
type labelledSum struct {
	start   OrdinalWeight
	levels  [][]OrdinalWeight // of each comparison, "missing" first
	crosses conditions
	weights []OrdinalWeight // of the crosses
}

// NewLabelledDecider returns a decider for the weights' own comparisons.
func NewLabelledDecider(w *LabelledWeights) (*LabelledDecider, error) {
	if err := w.Validate(); err != nil {
		return nil, err
	}
	return w.Bind(w.Specs())
}

// Bind binds the weights to the comparisons of a model. A comparison that the
// weights do not know weighs nothing; one that the model lacks is missing.
func (w *LabelledWeights) Bind(cs []Comparison) (*LabelledDecider, error) {
	d := &LabelledDecider{specs: cs, given: -1}
	d.labelled.start, d.standing.start = w.Start, defaultStart(w.Policy)
	for i, c := range cs {
		labelled, standing := make([]OrdinalWeight, len(c.Levels())), make([]OrdinalWeight, len(c.Levels()))
		for _, lc := range w.Comparisons {
			if lc.Name != c.Name {
				continue
			}
			if lc.Kind != c.Kind || lc.Field != c.Field {
				return nil, fmt.Errorf("scoring: labelled weights: comparison %q is of kind %q there and %q here", c.Name, lc.Kind, c.Kind)
			}
			for l, level := range lc.Levels {
				labelled[l+1], standing[l+1] = level.OrdinalWeight, OrdinalWeight{level.Default, level.Default}
			}
		}
		d.labelled.levels, d.standing.levels = append(d.labelled.levels, labelled), append(d.standing.levels, standing)
		if c.Kind == KindGiven && w.UnnamedByDefault {
			d.given = i
		}
	}
	var err error
	if d.labelled.crosses, err = compileCrosses(w.Crosses, w.Policy, cs); err != nil {
		return nil, err
	}
	for _, x := range w.Crosses {
		d.labelled.weights = append(d.labelled.weights, x.OrdinalWeight)
	}
	if d.policy, err = w.remaining().Compile(cs); err != nil {
		return nil, err
	}
	d.whole, err = w.Policy.Compile(cs)
	return d, err
}

func (s *labelledSum) of(levels Levels) OrdinalWeight {
	sum := s.start
	for c, l := range levels {
		sum.Possible += s.levels[c][l].Possible
		sum.Match += s.levels[c][l].Match
	}
	s.crosses.each(levels, func(i int) {
		sum.Possible += s.weights[i].Possible
		sum.Match += s.weights[i].Match
	})
	return sum
}

func (o OrdinalWeight) decision() Decision {
	switch {
	case o.Possible < 0:
		return No
	case o.Match < 0:
		return Possible
	}
	return Match
}

// Sums returns the two sums of a comparison vector.
func (d *LabelledDecider) Sums(levels Levels) OrdinalWeight {
	sum := d.labelled.of(levels)
	if d.given >= 0 && levels[d.given] == 0 {
		standing, named := d.standing.of(levels), d.labelled.of(d.named(levels))
		sum.Possible = min(max(sum.Possible, standing.Possible), named.Possible)
		sum.Match = min(max(sum.Match, standing.Match), named.Match)
	}
	return sum
}

// named returns the vector with given names that agree.
func (d *LabelledDecider) named(levels Levels) Levels {
	levels = slices.Clone(levels)
	levels[d.given] = givenExact
	return levels
}

// DecideLevels decides a comparison vector of the bound comparisons. Weight and
// probability are those of being labelled a match.
func (d *LabelledDecider) DecideLevels(levels Levels) PairDecision {
	sum := d.Sums(levels)
	out := PairDecision{Levels: levels, Weight: sum.Match, Probability: sum.Match.Probability()}
	if d.given >= 0 && levels[d.given] == 0 {
		out.Verdict = d.whole.Judge(levels)
		out.Reasons = d.whole.Reasons(out.Verdict)
		named := d.named(levels)
		out.Decision = out.Verdict.Apply(d.standing.of(levels).decision())
		out.Decision = max(out.Decision, d.policy.Judge(levels).Apply(d.labelled.of(levels).decision()))
		out.Decision = min(out.Decision, d.policy.Judge(named).Apply(d.labelled.of(named).decision()))
		return out
	}
	out.Verdict = d.policy.Judge(levels)
	out.Reasons = d.policy.Reasons(out.Verdict)
	out.Decision = out.Verdict.Apply(sum.decision())
	return out
}

// Decide decides whether two records are one person, as [PairDecider.Decide]
// does.
func (d *LabelledDecider) Decide(a, b *patient.Normalized, candidates int) PairDecision {
	return d.DecideLevels(PairLevels(d.specs, a, b, candidates))
}

// PairLevels returns the comparison vector of two records of which it is known
// how many candidates there are; see [PairDecider.Decide].
func PairLevels(cs []Comparison, a, b *patient.Normalized, candidates int) Levels {
	levels := Reference(cs, a, b)
	if i := slices.IndexFunc(cs, func(c Comparison) bool { return c.Kind == KindCandidates }); i >= 0 {
		levels[i] = CandidatesLevel(candidates)
	}
	return levels
}
