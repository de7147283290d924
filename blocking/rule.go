package blocking

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/idem-health/idem/match/patient"
)

// MaxRules is how many rules an [Index] can have: a pair's rules are the bits of
// one word.
const MaxRules = 64

// maxKeys bounds the keys of one rule, its functions and refinements counted.
const maxKeys = 16

// A Rule makes a candidate pair of any two records that agree on all its keys. A
// key whose field is a set, or whose transform gives several keys, agrees when
// any of its values does. A record without a value for one of the keys takes no
// part.
//
// A rule is data; its JSON is
//
//	{"name": "family sounds alike, birth date", "keys": ["family:soundex", "birth_date"], "refine": ["given:initial"]}
type Rule struct {
	Name string
	Keys []patient.Column

	// Funcs are further keys, made by functions from outside.
	Funcs []KeyFunc

	// Refine are the columns that are added, one after another, to a key that
	// too many records share.
	Refine []patient.Column

	// Crosswise lets the first two keys agree in either order, so that swapped
	// given and family names meet.
	Crosswise bool
}

// A KeyFunc is a key made by a function: for phonetic codes and the like that
// this module does not have.
type KeyFunc struct {
	Name  string // in the JSON of rules
	Field patient.Field
	// Append appends the keys of one value of the field; empty keys are none.
	// Equal values must always give equal keys.
	Append func(dst []string, value string) []string
}

// ErrRule is what every fault in a rule wraps.
var ErrRule = errors.New("blocking: invalid rule")

// Validate reports all faults of the rule at once, nil if there is none. Every
// fault wraps [ErrRule].
func (r Rule) Validate() error {
	var faults []error
	fault := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf("%w %q: %s", ErrRule, r.Name, fmt.Sprintf(format, args...)))
	}
	if r.Name == "" {
		fault("it has no name")
	}
	if len(r.Keys)+len(r.Funcs) == 0 {
		fault("it has no key")
	}
	if n := len(r.Keys) + len(r.Funcs) + len(r.Refine); n > maxKeys {
		fault("%d keys and refinements, at most %d", n, maxKeys)
	}
	if r.Crosswise && len(r.Keys) < 2 {
		fault("crosswise needs two keys")
	}
	for _, c := range slices.Concat(r.Keys, r.Refine) {
		if _, err := patient.ParseColumn(c.String()); err != nil {
			fault("%v", err)
		}
	}
	for _, f := range r.Funcs {
		if f.Name == "" || f.Append == nil || f.Field == patient.FieldNone {
			fault("key function %q needs a name, a field and a function", f.Name)
		}
	}
	return errors.Join(faults...)
}

// Fields returns the fields the rule reads, refinements included, in order and
// without repetition.
func (r Rule) Fields() []patient.Field {
	var fields []patient.Field
	for _, c := range slices.Concat(r.Keys, r.Refine) {
		fields = append(fields, c.Field)
	}
	for _, f := range r.Funcs {
		fields = append(fields, f.Field)
	}
	slices.Sort(fields)
	return slices.Compact(fields)
}

// KeyFields returns the fields of the keys alone, without refinements.
func (r Rule) KeyFields() []patient.Field {
	return Rule{Keys: r.Keys, Funcs: r.Funcs}.Fields()
}

// Text returns the fields whose values a table must keep for the rules: those of
// which more is used than equality.
func Text(rules []Rule) []patient.Field {
	var fields []patient.Field
	for _, r := range rules {
		for _, c := range slices.Concat(r.Keys, r.Refine) {
			if c.Transform != patient.Exact {
				fields = append(fields, c.Field)
			}
		}
		for _, f := range r.Funcs {
			fields = append(fields, f.Field)
		}
	}
	slices.Sort(fields)
	return slices.Compact(fields)
}

// ruleJSON is the form of a rule in JSON.
type ruleJSON struct {
	Name      string           `json:"name"`
	Keys      []patient.Column `json:"keys,omitempty"`
	Funcs     []string         `json:"funcs,omitempty"`
	Refine    []patient.Column `json:"refine,omitempty"`
	Crosswise bool             `json:"crosswise,omitempty"`
}

// MarshalJSON writes the rule; of its functions the names.
func (r Rule) MarshalJSON() ([]byte, error) {
	j := ruleJSON{Name: r.Name, Keys: r.Keys, Refine: r.Refine, Crosswise: r.Crosswise}
	for _, f := range r.Funcs {
		j.Funcs = append(j.Funcs, f.Name)
	}
	return json.Marshal(j)
}

// UnmarshalJSON reads a rule without functions: see [ParseRules] for those.
func (r *Rule) UnmarshalJSON(data []byte) error {
	rule, err := parseRule(data, nil)
	if err == nil {
		*r = rule
	}
	return err
}

// ParseRules reads a JSON array of rules. Unknown members are an error, and so
// is a function that is not among funcs.
func ParseRules(data []byte, funcs ...KeyFunc) ([]Rule, error) {
	var list []json.RawMessage
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRule, err)
	}
	rules := make([]Rule, 0, len(list))
	for _, raw := range list {
		r, err := parseRule(raw, funcs)
		if err != nil {
			return nil, err
		}
		rules = append(rules, r)
	}
	return rules, nil
}

func parseRule(data []byte, funcs []KeyFunc) (Rule, error) {
	var j ruleJSON
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&j); err != nil {
		return Rule{}, fmt.Errorf("%w %q: %w", ErrRule, j.Name, err)
	}
	r := Rule{Name: j.Name, Keys: j.Keys, Refine: j.Refine, Crosswise: j.Crosswise}
	for _, name := range j.Funcs {
		i := slices.IndexFunc(funcs, func(f KeyFunc) bool { return f.Name == name })
		if i < 0 {
			return Rule{}, fmt.Errorf("%w %q: no key function %q", ErrRule, j.Name, name)
		}
		r.Funcs = append(r.Funcs, funcs[i])
	}
	return r, r.Validate()
}
