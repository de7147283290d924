package scoring

import (
	"github.com/idem-health/idem/internal/table"
	"github.com/idem-health/idem/match/patient"
)

// A Frequencer looks up the value-frequency weights of a table's values. It is
// immutable and safe for concurrent use.
type Frequencer struct {
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
		col := t.Column(field)
		f.cols = append(f.cols, col)
		if col == nil {
			f.weights = append(f.weights, nil)
			continue
		}
		w := make([]Weight, col.Dict.Len())
		for id := 1; id < len(w); id++ {
			w[id] = freq.Weight(col.Dict.Hash(uint32(id)))
		}
		f.weights = append(f.weights, w)
	}
	return f
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
