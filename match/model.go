package match

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/idem-health/idem/blocking"
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

// ParseModel reads a model from strict JSON and validates it. An unknown name
// or an untrained level is an error that says where.
func ParseModel(data []byte) (*Model, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	m := &Model{}
	if err := dec.Decode(m); err != nil {
		return nil, fmt.Errorf("match: model: %w", err)
	}
	if m.Format != modelFormat {
		return nil, fmt.Errorf("match: model: format %d, this version reads format %d", m.Format, modelFormat)
	}
	if m.Scoring == nil {
		return nil, fmt.Errorf("match: model: scoring is missing")
	}
	if err := m.Scoring.Validate(); err != nil {
		return nil, err
	}
	for _, layout := range m.Layouts {
		if err := layout.Validate(); err != nil {
			return nil, fmt.Errorf("match: model: %w", err)
		}
	}
	for _, rule := range m.Rules {
		if err := rule.Validate(); err != nil {
			return nil, fmt.Errorf("match: model: %w", err)
		}
	}
	return m, nil
}

// JSON returns the model as indented JSON, as [ParseModel] reads it.
func (m *Model) JSON() ([]byte, error) { return json.MarshalIndent(m, "", " ") }
