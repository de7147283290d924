package scoring

import "fmt"

// PolicyByName returns a preset: generic, iis, or iis with the switches of an
// expert panel of the American Immunization Registry Association, aira-a or
// aira-c.
func PolicyByName(name string) (Policy, error) {
	switch name {
	case "generic":
		return GenericPolicy(), nil
	case "iis":
		return IISPolicy(), nil
	case "aira-a":
		return airaPanelA(), nil
	case "aira-c":
		return airaPanelC(), nil
	}
	return Policy{}, fmt.Errorf("scoring: no policy %q; the presets are generic, iis, aira-a, aira-c", name)
}

// GenericPolicy is the preset for any file of persons: match from the cut with
// the best estimated F1 of pairs on, possible below it, and people of one
// household kept apart.
func GenericPolicy() Policy {
	return Policy{
		Name: "generic", Version: 1, Profile: "Neutral", Preset: PresetGeneric,
		Thresholds: Thresholds{
			Match:    Threshold{ShippedBits: 28, Fitted: Cut{EstimatedF1: true}},
			Possible: Threshold{ShippedBits: 20, Fitted: Cut{Probability: .1}},
		},
		Macros: []Macro{addressMacro(), {"household", Any(
			In("phone", "exact"), In("postal_code", "exact"), Ref("address same"),
			In("mother_given", "exact"), In("guardian", "full", "given"), In("guardian_given", "exact"))},
			{"own identifier", Any(
				In("ssn", "exact"), In("medicaid", "exact"), In("birth_certificate", "exact"),
				All(In("ssn", "osa1"), Not(In("sequential", "sequential"))))}},
		Rules: []Rule{{"one-agreement", Cap, Not(AtLeast(2, agreements(GenericComparisons())...)),
			"a match needs two fields that agree"}},
		Conflicts: Conflicts{
			SoftGivesWay: 4.25, // a probability of .95
			Hard:         hardConflicts(),
			Soft: []Conflict{
				// A placeholder's given name is missing, so that none is in conflict
				// with the name the child gets. A personal identifier overrides it:
				// twins do not share one, though theirs may follow each other.
				{"given-differs", All(In("given", "differs"), In("birth_date", "exact"), Ref("household"), Not(Ref("own identifier"))),
					"two given names, one birth date, one household: twins"},
			},
		},
	}
}

// agreements are the conditions that a comparison is at one of its agreeing
// levels, one for each comparison.
func agreements(cs []Comparison) []Expr {
	// The first level of a kind that is no agreement, where that is not the one
	// after the first.
	ends := map[Kind]string{
		KindGiven: "far", KindFamily: "far", KindMiddle: "differs", KindBirthDate: "sameyear",
		KindSSN: "differs", KindMedicaid: "differs", KindPhone: "differs", KindPostalCode: "differs",
		KindMotherGiven: "differs", KindMotherMaiden: "differs", KindGuardianGiven: "differs",
		KindText: "differs", KindNumber: "differs",
	}
	out := []Expr{In("given", "swap")} // speaks for given and family name, so it counts twice
	for _, c := range cs {
		end, ok := c.Level(ends[c.Kind])
		if !ok {
			end = 2
		}
		out = append(out, In(c.Name, c.Levels()[1:end]...))
	}
	return out
}

// addressMacro holds where addresses are the same, as a whole or by parts.
func addressMacro() Macro {
	return Macro{"address same", Any(
		In("address", "same"),
		All(In("street", "exact"), In("street_number", "exact", "missing"),
			Not(In("city", "differs")), Not(In("postal_code", "differs"))))}
}

func hardConflicts() []Conflict {
	return []Conflict{
		{"birth-order", In("multiple", "conflict"), "both birth orders are known and differ"},
		{"birth-certificate", In("birth_certificate", "differs"), "two birth certificate numbers"},
	}
}
