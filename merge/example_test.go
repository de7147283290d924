package merge_test

import (
	"fmt"

	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/merge"
)

// Four records: 0 and 2 are twins (their birth orders differ), 1 is a
// newborn's placeholder record that fits both of them, 3 is the second twin's
// school record.
func ExampleResolve() {
	evidence := func(a, b uint32) merge.Evidence {
		switch [2]uint32{a, b} {
		case [2]uint32{0, 1}:
			return merge.Evidence{Candidate: true, Weight: 9 * 1024}
		case [2]uint32{1, 2}:
			return merge.Evidence{Candidate: true, Weight: 8 * 1024}
		case [2]uint32{0, 2}:
			return merge.Evidence{Candidate: true, Weight: 3 * 1024, Hard: true}
		case [2]uint32{2, 3}:
			return merge.Evidence{Candidate: true, Weight: 12 * 1024}
		}
		return merge.Evidence{} // no rule proposed the pair
	}
	edges := []merge.Edge{
		{A: 0, B: 1, Weight: 9 * 1024},
		{A: 1, B: 2, Weight: 8 * 1024},
		{A: 2, B: 3, Weight: 12 * 1024},
	}
	people, report := merge.Resolve(4, edges, evidence, merge.Options{})
	fmt.Println("people:", people)
	for _, j := range report.Joins {
		fmt.Printf("person %d: %d and %d joined, weight %.0f bits\n", j.Label, j.A, j.B, float64(j.Weight)/1024)
	}
	fmt.Println("refused by a hard conflict:", report.RefusedHard)
	// Output:
	// people: [0 0 2 2]
	// person 0: 0 and 1 joined, weight 9 bits
	// person 2: 2 and 3 joined, weight 12 bits
	// refused by a hard conflict: 1
}

// A birth hospital's record under a placeholder name, and the clinic's under the
// legal one.
func ExampleGolden() {
	hospital := patient.Record{Source: "hospital", ID: "1"}
	hospital.SetField("given_name", "BabyBoySmith", "")
	hospital.SetField("family_name", "Smith", "")
	hospital.SetField("birth_date", "2026-03-14", "")
	hospital.SetField("phone", "503-271-4000", "")
	hospital.SetField("received", "2026-05-01", "")

	clinic := patient.Record{Source: "clinic", ID: "9"}
	clinic.SetField("given_name", "Oliver", "")
	clinic.SetField("family_name", "Smith", "")
	clinic.SetField("birth_date", "03/14/2026", "MM/DD/YYYY")
	clinic.SetField("received", "2026-04-02", "")

	golden := merge.Golden([]patient.Record{hospital, clinic}, patient.US(), merge.DefaultSurvivorship())
	for _, v := range golden.Values {
		fmt.Printf("%s = %s, from %s/%s by %s\n", v.Field, v.Value, v.Source, v.ID, v.Rule)
	}
	// Output:
	// given_name = Oliver, from clinic/9 by legal_over_placeholder
	// family_name = Smith, from clinic/9 by legal_over_placeholder
	// alias = BabyBoySmith, from hospital/1 by union
	// birth_date = 2026-03-14, from hospital/1 by unanimous
	// phone = 503-271-4000, from hospital/1 by sole
}

// Rules are data: what is not known is an error that says what there is.
func ExampleParseSurvivorship() {
	rules, err := merge.ParseSurvivorship([]byte(`{
		"default": ["trust", "recency"],
		"fields": [{"field": "name", "rules": ["legal_over_placeholder", "trust", "agreement"]}],
		"trust": {"vital records": 10}
	}`))
	fmt.Println(len(rules.Fields), err)
	_, err = merge.ParseSurvivorship([]byte(`{"default": ["newest"]}`))
	fmt.Println(err)
	// Output:
	// 1 <nil>
	// merge: survivorship rules: default: no rule "newest"; there are [legal_over_placeholder trust verified agreement recency completeness digest]
}
