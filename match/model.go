package match

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/idem-health/idem/blocking"
	"github.com/idem-health/idem/internal/strictjson"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/scoring"
)

// modelFormat is the version of the JSON form of a Model.
const modelFormat = 1

// A Model is everything a run learned from its records, frozen: with the same
// model and policy the same records give the same people. It is strict JSON.
// It holds no value of a record, only keyed hashes of frequent names.
type Model struct {
	Format  int             `json:"format"`
	Profile patient.Profile `json:"profile"`
	Rules   []blocking.Rule `json:"rules"`
	Ladder  blocking.Ladder `json:"ladder"`
	Scoring *scoring.Model  `json:"scoring"`

	// Layouts say how the dates of the records were written, for whoever reads
	// further files of the same sources. The caller puts them here; nothing in
	// this package reads them.
	Layouts []patient.FieldLayout `json:"layouts,omitempty"`
}

// Epoch returns the model in the form that an [Engine] works with: one of so few
// records that all pairs were compared froze no bounds of its blocks, and gets
// the default ones. What comes from an Epoch gives [Dedupe] the candidates of the
// engine.
func (m *Model) Epoch() (*Model, error) {
	if len(m.Ladder.Rules) > 0 {
		return m, nil
	}
	if len(m.Rules) == 0 {
		return nil, errors.New("match: model: it has no blocking rules, so that no candidate could be found: train it on more records, or add rules")
	}
	ladder, err := blocking.DefaultLadder(m.Rules)
	if err != nil {
		return nil, err
	}
	epoch := *m
	epoch.Ladder = ladder
	return &epoch, nil
}

// ParseModel reads a model from strict JSON and validates it. An unknown name
// or an untrained level is an error that says where.
func ParseModel(data []byte) (*Model, error) {
	m := &Model{}
	if err := strictjson.Unmarshal(data, m); err != nil {
		return nil, fmt.Errorf("match: model: %w", err)
	}
	if m.Format != modelFormat {
		return nil, fmt.Errorf("match: model: format %d, this version reads format %d", m.Format, modelFormat)
	}
	if m.Scoring == nil {
		return nil, errors.New("match: model: scoring is missing")
	}
	if err := m.Scoring.Validate(); err != nil {
		return nil, err
	}
	if faults := m.faults(); len(faults) > 0 {
		return nil, fmt.Errorf("match: model: %w", errors.Join(faults...))
	}
	return m, nil
}

// faults lists what is wrong besides the weights.
func (m *Model) faults() []error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if m.Profile.Name == "" {
		fault("profile.name: is empty")
	}
	for i, layout := range m.Layouts {
		if err := layout.Validate(); err != nil {
			fault("layouts[%d]: %w", i, err)
		}
	}
	// Without rules only files so small that all pairs are compared have pairs at
	// all: a model must mean that.
	if m.Rules == nil {
		fault("rules: are missing; a model without any says so with []")
	}
	seen := map[string]bool{}
	for i, rule := range m.Rules { // each was validated when it was read
		if seen[rule.Name] {
			fault("rules[%d]: %q is there twice", i, rule.Name)
		}
		seen[rule.Name] = true
	}
	return append(faults, m.ladderFaults(seen)...)
}

// ladderFaults lists what is wrong with the ladder, given the names of the rules.
func (m *Model) ladderFaults(rules map[string]bool) []error {
	var faults []error
	seen := map[string]bool{}
	for i, rung := range m.Ladder.Rules {
		fault := func(format string, args ...any) {
			faults = append(faults, fmt.Errorf("ladder.rules[%d] %q: %s", i, rung.Rule, fmt.Sprintf(format, args...)))
		}
		if !rules[rung.Rule] {
			fault("there is no such rule")
		}
		if seen[rung.Rule] {
			fault("is there twice")
		}
		seen[rung.Rule] = true
		if len(rung.Bounds) == 0 {
			fault("bounds: are missing")
		}
		for depth, n := range rung.Bounds {
			if n < 0 {
				fault("bounds[%d]: %d is no number of records", depth, n)
			}
		}
		if len(rung.Refined) > len(rung.Bounds) {
			fault("refined: %d lists of keys for %d bounds", len(rung.Refined), len(rung.Bounds))
		}
	}
	return faults
}

// JSON returns the model as indented JSON, as [ParseModel] reads it.
func (m *Model) JSON() ([]byte, error) {
	whole := *m
	if whole.Rules == nil {
		whole.Rules = []blocking.Rule{}
	}
	if whole.Profile.Name == "" {
		whole.Profile.Name = patient.Neutral().Name
	}
	return json.MarshalIndent(&whole, "", " ")
}
