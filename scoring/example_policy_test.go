package scoring_test

import (
	"fmt"

	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/scoring"
)

// A newborn's placeholder name against the name the child was given: the mother
// and the phone decide, not the name.
func ExamplePairDecider_Decide() {
	d, err := scoring.NewPairDecider(scoring.ShippedIIS(), scoring.IISPolicy())
	if err != nil {
		fmt.Println(err)
		return
	}
	record := func(given string, candidates int) {
		a := normalized("BABYBOY", "2026-03-02")
		b := normalized(given, "2026-04-15")
		got := d.Decide(&a, &b, candidates)
		fmt.Println(given, got.Decision, got.Weight, got.Reasons)
	}
	record("LIAM", 1)
	record("LIAM", 2) // another child of this mother and birth date is on file
	// Output:
	// LIAM match 14.50 [newborn-unnamed]
	// LIAM possible 14.50 [newborn-unnamed placeholder-several-candidates]
}

func normalized(given, received string) patient.Normalized {
	r := patient.Record{
		Names:     []patient.Name{{Given: given, Family: "Smith"}},
		BirthDate: patient.ParseDate("2026-03-01", ""),
		Received:  patient.ParseDate(received, ""),
		Sex:       "M",
		Mother:    patient.Parent{Given: "Judy", Maiden: "Jones"},
		Phones:    []string{"616-234-0100"},
	}
	n, _ := patient.Normalize(&r, patient.US())
	return n
}

func ExamplePolicyByName() {
	p, err := scoring.PolicyByName("iis")
	if err != nil {
		fmt.Println(err)
		return
	}
	strict, err := p.With("near", "off")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range strict.Switches {
		fmt.Println(s.Name, s.Value, s.Values)
	}
	// Output:
	// near off [on off]
	// guardianStandsIn on [on off]
	// givenDiffers reject [reject review]
	// familyDiffers reject [reject review]
	// familyPart cap [cap free]
	// nameVariants corroborated [corroborated cap]
	// proof on [on off]
}

func ExamplePolicy_Compile() {
	p := scoring.GenericPolicy()
	p.Rules = append(p.Rules, scoring.Rule{
		ID: "sex-differs", Effect: scoring.Cap, When: scoring.In("sex", "other"),
	})
	_, err := p.Compile(scoring.GenericComparisons())
	fmt.Println(err)
	// Output:
	// scoring: policy "generic":
	//   rules[1] "sex-differs".when.level: comparison "sex" has no level "other"; it has missing, exact, differs
}
