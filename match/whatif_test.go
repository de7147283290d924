package match_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/scoring"
)

// What a change would make of a pair is what the explanation's parts say of it:
// the weight goes by the difference of the two levels, and with one alternative
// exactly so. A level that is missing weighs nothing.
func TestChangesAreTheDifferenceOfLevels(t *testing.T) {
	records, _ := population(21, 700)
	res := dedupe(t, records, nil, match.Options{TwoClasses: true})
	model := res.Model.Scoring
	seen, flips := 0, 0
	for p := range res.Pairs() {
		if seen++; seen > 200 {
			break
		}
		e := res.Explain(int(p.A), int(p.B))
		parts := map[string]scoring.Weight{}
		for _, part := range e.Parts {
			parts[part.Name] += part.Weight
		}
		for _, ch := range res.Changes(int(p.B), int(p.A)) {
			fitted := model.Comparisons[ch.Comparison]
			var to scoring.Weight
			if ch.Level > 0 {
				to = fitted.Fitted[ch.Level-1].Weights[0]
			}
			assert.Equal(t, e.Weight-parts[fitted.Name]-parts["frequency of "+fitted.Name]+to, ch.Weight)
			if ch.Decision != p.Decision {
				flips++
			}
		}
	}
	assert.Positive(t, flips)
}
