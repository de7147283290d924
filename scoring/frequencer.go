package scoring

import (
	"slices"

	"github.com/idem-health/idem/internal/table"
	"github.com/idem-health/idem/match/patient"
)

// A Frequencer looks up the value-frequency weights of a table's values. It is
// immutable and safe for concurrent use, but for [Frequencer.Extend].
type Frequencer struct {
	terms   []*Frequency
	cols    []*table.Col
	weights [][]Weight // by frequency term and id
}

// NewFrequencer binds a model's frequency terms to a table.
func NewFrequencer(m *Model, t *table.Table) *Frequencer {
	f := &Frequencer{}
	for i := range m.Frequencies {
		freq := &m.Frequencies[i]
		field := patient.FieldGiven
		for _, c := range m.Comparisons {
			if c.Name == freq.Comparison && c.Kind == KindFamily {
				field = patient.FieldFamily
			}
		}
		f.terms = append(f.terms, freq)
		f.cols = append(f.cols, t.Column(field))
		f.weights = append(f.weights, []Weight{0})
	}
	f.Extend()
	return f
}

// Extend takes in the values that a growing table has got since. No other method
// may run meanwhile.
func (f *Frequencer) Extend() {
	for k, col := range f.cols {
		if col == nil {
			continue
		}
		w := slices.Grow(f.weights[k], max(0, col.Dict.Len()-len(f.weights[k])))
		for id := len(w); id < col.Dict.Len(); id++ {
			w = append(w, f.terms[k].Weight(col.Dict.Hash(uint32(id))))
		}
		f.weights[k] = w
	}
}

// Weights returns the frequency weights of two rows that agree exactly; of two
// spellings that differ in spaces alone, the commoner one's.
func (f *Frequencer) Weights(i, j uint32) FrequencyWeights {
	var out FrequencyWeights
	for k, col := range f.cols {
		if col == nil {
			continue
		}
		x, y := col.ID(int(i)), col.ID(int(j))
		if x != 0 && y != 0 {
			out[k] = min(f.weights[k][x], f.weights[k][y])
		}
	}
	return out
}
