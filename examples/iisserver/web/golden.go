package web

import (
	"strings"

	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/merge"
)

// RecordOf writes a golden record as a record, for answers.
func RecordOf(g *merge.GoldenRecord) patient.Record {
	var r patient.Record
	for from := 0; from < len(g.Values); {
		to := from
		var values []string
		for ; to < len(g.Values) && g.Values[to].Field == g.Values[from].Field; to++ {
			values = append(values, strings.ReplaceAll(g.Values[to].Value, ";", ","))
		}
		r.SetField(g.Values[from].Field, strings.Join(values, ";"), "")
		from = to
	}
	return r
}
