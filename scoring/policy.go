package scoring

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/idem-health/idem/internal/strictjson"
)

// A Decision is the outcome for a pair of records.
type Decision uint8

// The three outcomes, spelled match, possible and no.
const (
	No Decision = iota
	Possible
	Match
)

// String returns match, possible or no.
func (d Decision) String() string {
	return [...]string{"no", "possible", "match"}[min(d, Match)]
}

// A Policy says what is made of a weight: where the outcomes begin, what keeps
// a pair from being matched whatever it weighs, and which records may never
// share a person. It is a value and data: strict JSON (see [ParsePolicy]).
type Policy struct {
	Name       string     `json:"name"`
	Version    int        `json:"version"`
	Profile    string     `json:"profile"`          // the normalisation profile it implies: US or Neutral
	Preset     string     `json:"comparisons"`      // the comparisons a model is fitted with under it: generic or iis
	Newborns   bool       `json:"resolve_newborns"` // placeholder names are resolved by the newborn rules, not by weight
	Thresholds Thresholds `json:"thresholds"`
	Switches   []Switch   `json:"switches,omitempty"`
	Macros     []Macro    `json:"macros,omitempty"`
	Rules      []Rule     `json:"rules,omitempty"`
	Proofs     []Proof    `json:"proofs,omitempty"`
	Conflicts  Conflicts  `json:"conflicts"`
}

// The presets of comparisons that a [Policy] may name.
const (
	PresetGeneric = "generic" // [GenericComparisons]
	PresetIIS     = "iis"     // [IISComparisons]
)

// Thresholds say from where on a pair is a match, and from where on possible.
type Thresholds struct {
	Match    Threshold `json:"match"`
	Possible Threshold `json:"possible"`
}

// A Threshold is a cut for each kind of model.
type Threshold struct {
	ShippedBits float64 `json:"shipped_bits"` // sum of shipped weights
	Fitted      Cut     `json:"fitted"`       // under a fitted model
}

// A Cut is a probability, or the cut for which a model estimates the best F1
// of pairs. In JSON it is a number, or "estimated-f1".
type Cut struct {
	Probability float64
	EstimatedF1 bool
}

const estimatedF1 = "estimated-f1"

// minCut is the least probability that a cut may be. Pairs are weighed before
// cuts that are estimated are known; only those of odds of 1 to 64 or better are
// kept for them.
const minCut = 1.0 / 64

// weight returns the cut as a match weight, given those of a fitted model.
func (c Cut) weight(fitted Cuts) Weight {
	if c.EstimatedF1 {
		return fitted.EstimatedF1
	}
	return WeightOf(c.Probability)
}

// Fitted returns from which match weights on a pair is a match, or possible,
// under a fitted model with the given cuts.
func (t Thresholds) Fitted(c Cuts) (match, possible Weight) {
	match, possible = t.Match.Fitted.weight(c), t.Possible.Fitted.weight(c)
	return match, min(match, possible)
}

// MarshalJSON implements json.Marshaler.
func (c Cut) MarshalJSON() ([]byte, error) {
	if c.EstimatedF1 {
		return json.Marshal(estimatedF1)
	}
	return json.Marshal(c.Probability)
}

// UnmarshalJSON implements json.Unmarshaler.
func (c *Cut) UnmarshalJSON(data []byte) error {
	*c = Cut{}
	if string(data) == `"`+estimatedF1+`"` {
		c.EstimatedF1 = true
		return nil
	}
	if err := json.Unmarshal(data, &c.Probability); err != nil {
		return fmt.Errorf("thresholds: a cut is a probability or %q", estimatedF1)
	}
	return nil
}

// A Switch is a named choice that conditions can ask for.
type Switch struct {
	Name   string   `json:"name"`
	Value  string   `json:"value"`
	Values []string `json:"values"`
	Why    string   `json:"why,omitempty"`
}

// A Macro is a named condition.
type Macro struct {
	Name string `json:"name"`
	When Expr   `json:"when"`
}

// An Effect is what a rule does to the outcome.
type Effect string

// The effects, in the order they apply.
const (
	Floor Effect = "floor" // no becomes possible
	Cap   Effect = "cap"   // match becomes possible
	Veto  Effect = "veto"  // everything becomes no
)

// A Rule has an effect where its condition holds. Its id is the reason given
// for a decision.
type Rule struct {
	ID     string `json:"id"`
	Effect Effect `json:"effect"`
	When   Expr   `json:"when"`
	Why    string `json:"why,omitempty"`
}

// A Proof says when caps give way: where its condition holds and a fitted model
// gives the pair this probability or more, the caps it names do not keep it from
// being a match. Each cap that holds needs a proof that does. Under shipped
// weights nothing is proven: a sum of them is no probability.
type Proof struct {
	ID          string   `json:"id"`
	Lifts       []string `json:"lifts"` // ids of caps
	Probability float64  `json:"fitted"`
	When        Expr     `json:"when"`
	Why         string   `json:"why,omitempty"`
}

// Conflicts are conditions under which two records may not share a person. A
// hard one is a veto and holds whatever links the two in between; a soft one is
// a cap and bars automatic sharing.
//
// Where SoftGivesWay is not 0, soft conflicts give way to a match weight of that
// many bits under a fitted model, if it found fewer pairs of household members
// in its file than pairs of one person: where there are next to no households, a
// model that is sure knows better than the rule.
type Conflicts struct {
	Hard         []Conflict `json:"hard"`
	Soft         []Conflict `json:"soft"`
	SoftGivesWay float64    `json:"soft_gives_way_at_bits,omitempty"`
}

// A Conflict is one such condition.
type Conflict struct {
	ID   string `json:"id"`
	When Expr   `json:"when"`
	Why  string `json:"why,omitempty"`
}

// ParsePolicy reads a policy from strict JSON. Unknown names are errors that
// say where; conditions are checked by [Policy.Compile].
func ParsePolicy(data []byte) (Policy, error) {
	var p Policy
	if err := strictjson.Unmarshal(data, &p); err != nil {
		return Policy{}, fmt.Errorf("scoring: policy: %w", err)
	}
	// A model may have comparisons of its own, so names in conditions wait for it.
	if faults := p.faults(); len(faults) > 0 {
		return Policy{}, p.errorOf(faults)
	}
	return p, nil
}

// JSON returns the policy as indented JSON, as ParsePolicy reads it.
func (p Policy) JSON() []byte {
	out, err := json.MarshalIndent(p, "", "  ")
	if err != nil { // a NaN threshold; there is nothing else that cannot be written
		return []byte("{}")
	}
	return append(out, '\n')
}

// ID names the policy by its name, version and a digest of its content, so that
// a decision can say which one it was made under.
func (p Policy) ID() string {
	sum := sha256.Sum256(p.JSON())
	return fmt.Sprintf("%s-%d-%s", p.Name, p.Version, hex.EncodeToString(sum[:4]))
}

// With returns the policy with a switch set to a value.
func (p Policy) With(name, value string) (Policy, error) {
	i := slices.IndexFunc(p.Switches, func(s Switch) bool { return s.Name == name })
	if i < 0 {
		return Policy{}, fmt.Errorf("scoring: policy %q has no switch %q", p.Name, name)
	}
	if !slices.Contains(p.Switches[i].Values, value) {
		return Policy{}, fmt.Errorf("scoring: policy %q: switch %q has no value %q; it has %s",
			p.Name, name, value, strings.Join(p.Switches[i].Values, ", "))
	}
	p.Switches = slices.Clone(p.Switches)
	p.Switches[i].Value = value
	return p, nil
}

// faults lists what is wrong for any model.
func (p Policy) faults() []string {
	var faults []string
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	if p.Name == "" {
		fault("name: is empty")
	}
	if p.Preset != PresetGeneric && p.Preset != PresetIIS {
		fault("comparisons: %q is none of %s, %s", p.Preset, PresetGeneric, PresetIIS)
	}
	for _, t := range []struct {
		name string
		Threshold
	}{{"match", p.Thresholds.Match}, {"possible", p.Thresholds.Possible}} {
		switch c := t.Fitted; {
		case c.EstimatedF1:
		case !(c.Probability > 0 && c.Probability < 1):
			fault("thresholds.%s.fitted: %v is no probability between 0 and 1", t.name, c.Probability)
		case c.Probability < minCut:
			fault("thresholds.%s.fitted: %v is below 1/64: pairs as unlikely as that are not kept", t.name, c.Probability)
		}
	}
	if p.Thresholds.Possible.ShippedBits > p.Thresholds.Match.ShippedBits {
		fault("thresholds: possible begins above match")
	}
	for i, s := range p.Switches {
		if !slices.Contains(s.Values, s.Value) {
			fault("switches[%d] %q: value %q is none of %s", i, s.Name, s.Value, strings.Join(s.Values, ", "))
		}
	}
	macros := map[string]bool{}
	for i, m := range p.Macros {
		if m.Name == "" || macros[m.Name] {
			fault("macros[%d] %q: the name is empty or there twice", i, m.Name)
		}
		macros[m.Name] = true
	}
	for i, r := range p.Rules {
		if !slices.Contains([]Effect{Floor, Cap, Veto}, r.Effect) {
			fault("rules[%d] %q: effect %q is none of floor, cap, veto", i, r.ID, r.Effect)
		}
	}
	for i, x := range p.Proofs {
		if !(x.Probability > .5 && x.Probability < 1) {
			fault("proofs[%d] %q: fitted: %v is no probability between .5 and 1", i, x.ID, x.Probability)
		}
		for _, id := range x.Lifts {
			if !slices.ContainsFunc(p.Rules, func(r Rule) bool { return r.ID == id && r.Effect == Cap }) {
				fault("proofs[%d] %q: lifts %q, which is no cap of the policy", i, x.ID, id)
			}
		}
	}
	ids := map[string]bool{}
	for _, id := range p.ids() {
		if id == "" || ids[id] {
			fault("id %q: is empty or there twice", id)
		}
		ids[id] = true
	}
	return faults
}

// Without returns the policy without a rule or conflict. Nothing lifts it any
// more.
func (p Policy) Without(id string) Policy {
	is := func(c Conflict) bool { return c.ID == id }
	p.Rules = slices.DeleteFunc(slices.Clone(p.Rules), func(r Rule) bool { return r.ID == id })
	p.Conflicts.Hard = slices.DeleteFunc(slices.Clone(p.Conflicts.Hard), is)
	p.Conflicts.Soft = slices.DeleteFunc(slices.Clone(p.Conflicts.Soft), is)
	p.Proofs = slices.Clone(p.Proofs)
	for i := range p.Proofs {
		x := &p.Proofs[i]
		x.Lifts = slices.DeleteFunc(slices.Clone(x.Lifts), func(s string) bool { return s == id })
	}
	return p
}

// ids returns the ids of rules, hard and soft conflicts and proofs, in this order.
func (p Policy) ids() []string {
	var ids []string
	for _, r := range p.Rules {
		ids = append(ids, r.ID)
	}
	for _, c := range slices.Concat(p.Conflicts.Hard, p.Conflicts.Soft) {
		ids = append(ids, c.ID)
	}
	for _, x := range p.Proofs {
		ids = append(ids, x.ID)
	}
	return ids
}

func (p Policy) errorOf(faults []string) error {
	return fmt.Errorf("scoring: policy %q:\n  %s", p.Name, strings.Join(faults, "\n  "))
}

// A CompiledPolicy judges comparison vectors of one model. It is immutable and
// safe for concurrent use.
type CompiledPolicy struct {
	policy Policy
	ids    []string
	when   conditions // one for each id
	lifts  [][]uint16 // of each proof, the caps it lifts, as indices of rules
}

// Compile binds the policy to the comparisons of a model. A comparison the
// model lacks is missing; names that are no comparison's or no level's are
// errors that say where, all in one.
func (p Policy) Compile(cs []Comparison) (*CompiledPolicy, error) {
	c := newExprCompiler(&p, cs)
	c.faults = p.faults()
	out := &CompiledPolicy{policy: p, ids: p.ids()}
	for i := range p.Macros {
		c.macro(i)
	}
	for i := range p.Rules {
		r := &p.Rules[i]
		out.when.of = append(out.when.of, c.compile(&r.When, fmt.Sprintf("rules[%d] %q.when", i, r.ID)))
	}
	for i := range p.Conflicts.Hard {
		x := &p.Conflicts.Hard[i]
		out.when.of = append(out.when.of, c.compile(&x.When, fmt.Sprintf("conflicts.hard[%d] %q.when", i, x.ID)))
	}
	for i := range p.Conflicts.Soft {
		x := &p.Conflicts.Soft[i]
		out.when.of = append(out.when.of, c.compile(&x.When, fmt.Sprintf("conflicts.soft[%d] %q.when", i, x.ID)))
	}
	for i := range p.Proofs {
		x := &p.Proofs[i]
		out.when.of = append(out.when.of, c.compile(&x.When, fmt.Sprintf("proofs[%d] %q.when", i, x.ID)))
		out.lifts = append(out.lifts, p.lifted(x))
	}
	if len(c.faults) > 0 {
		return nil, p.errorOf(c.faults)
	}
	out.when.macros = c.done
	return out, nil
}

// lifted returns the caps a proof lifts.
func (p *Policy) lifted(x *Proof) (caps []uint16) {
	for i, r := range p.Rules {
		if slices.Contains(x.Lifts, r.ID) {
			caps = append(caps, uint16(i))
		}
	}
	return caps
}

// Policy returns what was compiled.
func (c *CompiledPolicy) Policy() Policy { return c.policy }

// Comparisons returns the names of the comparisons the policy reads, in the
// order it first does.
func (p Policy) Comparisons() []string {
	var names []string
	var walk func(e *Expr)
	walkAll := func(es []Expr) {
		for i := range es {
			walk(&es[i])
		}
	}
	walk = func(e *Expr) {
		walkAll(e.All)
		walkAll(e.Any)
		if e.Not != nil {
			walk(e.Not)
		}
		if e.AtLeast != nil {
			walkAll(e.AtLeast.Of)
		}
		if e.Level != nil && !slices.Contains(names, e.Level.Of) {
			names = append(names, e.Level.Of)
		}
	}
	for i := range p.Macros {
		walk(&p.Macros[i].When)
	}
	for i := range p.Rules {
		walk(&p.Rules[i].When)
	}
	for _, c := range slices.Concat(p.Conflicts.Hard, p.Conflicts.Soft) {
		walk(&c.When)
	}
	for i := range p.Proofs {
		walk(&p.Proofs[i].When)
	}
	return names
}
