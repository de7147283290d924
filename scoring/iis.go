package scoring

// The preset iis decides as expert panels of immunization registries do: names,
// birth date and sex alone are never a match, twins are never one child, and a
// newborn's placeholder name is no evidence. Its conditions read the
// comparisons of [IISComparisons] and, where a fitted model has the parts of an
// address or the parents' names apart, those.

// IISPolicy is the preset for immunization information systems.
func IISPolicy() Policy {
	return Policy{
		Name: "iis", Version: 1, Profile: "US", Preset: PresetIIS, Newborns: true,
		Thresholds: Thresholds{
			// 20 bits are even odds at a prior of one in a million, 30 are .999. The
			// upper cut may lie anywhere from 24 to 28 with the same outcomes.
			Match:    Threshold{ShippedBits: 28, Fitted: Cut{Probability: .999}},
			Possible: Threshold{ShippedBits: 20, Fitted: Cut{Probability: .5}},
		},
		Switches:  iisSwitches(),
		Macros:    iisMacros(),
		Rules:     append(append(iisFloors(), iisCaps()...), iisVetoes()...),
		Proofs:    iisProofs(),
		Conflicts: Conflicts{Hard: hardConflicts(), Soft: iisSoftConflicts()},
	}
}

// airaPanelA is iis as panel A decides: a typed-over address is no
// corroboration, and every variant of a name is reviewed.
func airaPanelA() Policy {
	return iisVariant("aira-a", map[string]string{"near": "off", "nameVariants": "cap", "proof": "off"})
}

// airaPanelC is iis as panel C decides: another given name in one household
// is reviewed rather than rejected, and part of a family name is enough.
func airaPanelC() Policy {
	return iisVariant("aira-c", map[string]string{
		"guardianStandsIn": "off", "givenDiffers": "review", "familyPart": "free", "nameVariants": "cap", "proof": "off"})
}

func iisVariant(name string, switches map[string]string) Policy {
	p := IISPolicy()
	p.Name = name
	for i, s := range p.Switches {
		if v, ok := switches[s.Name]; ok {
			p.Switches[i].Value = v
		}
	}
	return p
}

func iisSwitches() []Switch {
	return []Switch{
		{"near", "on", []string{"on", "off"},
			"an address or phone that may be the other's mistyped corroborates"},
		{"guardianStandsIn", "on", []string{"on", "off"},
			"a guardian or the mother's maiden name corroborates where an address is missing"},
		{"givenDiffers", "reject", []string{"reject", "review"},
			"different given names: no, or possible where all else agrees"},
		{"familyDiffers", "reject", []string{"reject", "review"},
			"different family names: no, or possible where the given name and a contact agree"},
		{"familyPart", "cap", []string{"cap", "free"},
			"part of a compound family name: at most possible, or as good as all of it"},
		{"nameVariants", "corroborated", []string{"corroborated", "cap"},
			"nicknames and swapped names: a match where corroborated, or at most possible"},
		{"proof", "on", []string{"on", "off"},
			"a fitted model that is sure, with evidence of another kind, matches what would be reviewed"},
	}
}

// Sets of levels that conditions share.
var (
	givenDifferent  = []string{"partial", "close", "near", "far", "differs"}
	familyDifferent = []string{"close", "near", "far", "renamed", "differs"}
	birthDifferent  = []string{"two", "osa2", "sameyear", "generation", "differs"}
)

func iisMacros() []Macro {
	return []Macro{
		addressMacro(),
		{"address near", Any(In("address", "near"),
			All(In("street", "exact", "close"), In("street_number", "exact", "near", "missing"), Not(Ref("address same"))))},
		{"no address", All(In("address", "missing"), In("street", "missing"))},
		{"parent", Any(In("guardian", "full", "given"), In("mother_given", "exact", "slip"), In("guardian_given", "exact", "slip"))},
		{"other parent", Any(In("guardian", "differs"), In("mother_given", "differs"), In("guardian_given", "differs"))},
		{"maiden", In("mother_maiden", "exact", "slip")},
		{"person id", Any(In("ssn", "exact"), In("medicaid", "exact"))},
		{"chart", Any(In("mrn", "exact"), In("student_id", "exact"), In("birth_certificate", "exact"))},
		{"multiple doubt", In("multiple", "orderless", "oneside", "status", "conflict")},
		{"chart sure", All(Ref("chart"), Not(Ref("multiple doubt")))},
		{"history", In("doses", "three", "four", "five")},
		{"contact", Any(Ref("address same"), In("phone", "exact"),
			All(SwitchIs("near", "on"), Any(Ref("address near"), In("phone", "near"))))},
		{"any contact", Any(Ref("address same"), Ref("address near"), In("phone", "exact", "near"))},
		{"corroborated", Any(Ref("person id"), Ref("chart"), Ref("contact"), Ref("history"),
			All(SwitchIs("guardianStandsIn", "on"), Ref("no address"), Not(In("phone", "differs")),
				Any(Ref("parent"), Ref("maiden"))))},
		{"household 2", AtLeast(2, householdFacts()...)},
		{"household 4", AtLeast(4, householdFacts()...)},
		{"given differs", In("given", givenDifferent...)},
		{"family differs", In("family", familyDifferent...)},
		{"family and birth", All(In("family", "exact"), In("birth_date", "exact"))},
		{"names", All(In("given", "exact"), In("family", "exact"), Not(In("middle", "differs")))},
		{"placeholder", Not(In("placeholder", "missing"))},
		{"newborn", In("placeholder", "one", "both")},
		{"other evidence", Any(Ref("corroborated"), Ref("parent"), Ref("maiden"), In("middle", "exact"),
			In("email", "exact"), In("doses", "one", "two", "three", "four", "five"))},
		{"household evidence", Any(Ref("person id"), Ref("chart"), Ref("history"), Ref("contact"), Ref("household 2"),
			In("guardian", "full"))},
		{"evidence beside a chart", Any(Ref("person id"), Ref("any contact"), Ref("parent"), Ref("maiden"), In("middle", "exact"),
			In("email", "exact"), In("doses", "one", "two", "three", "four", "five"))},
		{"nothing against", All(SwitchIs("proof", "on"), In("birth_date", "exact"), Not(Ref("multiple doubt")), Not(Ref("other parent")),
			Not(In("ssn", "differs")), Not(In("medicaid", "differs")))},
	}
}

// householdFacts are the facts a household shares; a mistyped one counts.
func householdFacts() []Expr {
	return []Expr{Any(Ref("address same"), Ref("address near")), In("phone", "exact", "near"), Ref("parent"), Ref("maiden")}
}

func iisFloors() []Rule {
	return []Rule{
		{"names-and-birth-date", Floor, All(Ref("names"), In("birth_date", "exact")),
			"given and family name and birth date agree"},
		{"names-and-birth-date-slip", Floor, All(Ref("names"), In("birth_date", "day", "swapped")),
			"the same with the birth date one day off, or month and day exchanged"},
		{"newborn-unnamed", Floor, All(In("placeholder", "one", "weak"), In("family", "exact", "other"), In("birth_date", "exact"),
			Not(In("sex", "differs")), Not(Ref("other parent")), Not(In("mrn", "differs"))),
			"a newborn's placeholder, one family, one birth date, nothing against it"},
		{"birth-certificate-agrees", Floor, All(In("birth_certificate", "exact"), In("birth_date", "exact")),
			"one birth certificate: an adoption or a change of name may have altered all else"},
		{"family-changed", Floor, All(SwitchIs("familyDiffers", "review"), In("given", "exact", "nickname"), In("birth_date", "exact"),
			Not(In("middle", "differs")), Ref("contact")),
			"family names change"},
	}
}

func iisCaps() []Rule {
	return append(iisNameCaps(), []Rule{
		{"birth-date-not-equal", Cap, All(Not(In("birth_date", "exact")),
			Not(All(In("birth_date", "missing"), Any(Ref("person id"), Ref("chart"))))),
			"birth dates are not equal, or one is missing and no identifier agrees"},
		{"not-corroborated", Cap, Not(Ref("corroborated")),
			"name, birth date and sex alone are never a match"},
		{"sex-conflict", Cap, All(In("sex", "differs"), Not(All(In("given", "exact"), Ref("household 2")))),
			"sex differs"},
		{"multiple-birth-order-missing", Cap, All(In("multiple", "orderless", "oneside", "status"), Not(In("given", "exact"))),
			"a twin whose order is not known, and no equal given names"},
		{"placeholder-doubtful", Cap, In("placeholder", "weak"),
			"the word is a placeholder or a name"},
		{"placeholder-several-candidates", Cap, All(Ref("placeholder"), In("candidates", "several")),
			"several children fit the placeholder: probably twins"},
		{"birth-certificate-other-parents", Cap, All(In("birth_certificate", "exact"), Any(Ref("other parent"), In("mother_maiden", "differs"))),
			"one birth certificate and other parents: perhaps an adoption"},
		{"identifiers-in-sequence", Cap, All(In("sequential", "sequential"), In("birth_date", "exact"), Not(In("given", "exact"))),
			"numbers that follow each other are issued to twins"},
		{"born-minutes-apart", Cap, All(In("birth_time", "minutes"), In("birth_date", "exact"), Not(In("given", "exact"))),
			"twins are born minutes apart"},
		{"activity-after-death", Cap, In("death", "active", "differs"),
			"one was active after the other had died, or they died on different days"},
	}...)
}

func iisNameCaps() []Rule {
	return []Rule{
		{"given-differs-review", Cap, Ref("given differs"), "given names differ"},
		{"given-variant", Cap, All(In("given", "slip", "midswap", "alias", "subset", "prefix", "initial"),
			Not(Ref("chart sure")),
			// Twins are vaccinated together. A history settles slips in both names, not
			// one in the given name alone, or at one home.
			Not(All(Ref("history"), Not(In("family", "exact")), Not(Ref("any contact")), Not(Ref("parent"))))),
			"given names are not quite the same, and no chart settles it"},
		{"nickname", Cap, All(In("given", "nickname"), Any(SwitchIs("nameVariants", "cap"), Not(Ref("corroborated")))),
			"a nickname, not corroborated"},
		{"names-swapped", Cap, All(In("given", "swap"), Any(SwitchIs("nameVariants", "cap"), Not(Ref("household 2")))),
			"given and family name swapped, and too little else"},
		{"given-missing", Cap, All(In("given", "missing"), Not(Ref("chart sure")),
			// The mother and a contact stand in for the name ...
			Not(All(Ref("parent"), Any(Ref("maiden"), In("family", "exact", "other")), Ref("contact"), Not(Ref("multiple doubt")))),
			// ... and where a feed knows no parents, the family's own phone does, for
			// the one child that fits.
			Not(All(In("placeholder", "one"), In("family", "exact"), In("phone", "exact"), In("candidates", "one"),
				Not(Ref("other parent")), In("guardian", "missing"), In("mother_given", "missing"), Not(Ref("multiple doubt"))))),
			"no given name on a side"},
		{"family-not-equal", Cap, All(Not(In("family", "exact", "missing")), Not(Ref("history")),
			// One number settles it where the name is changed a little, or the household speaks too.
			Not(All(Ref("chart sure"), Any(Not(In("family", "differs")), Ref("evidence beside a chart")))),
			Not(In("given", "swap", "missing")),
			Not(All(In("family", "part"), Any(SwitchIs("familyPart", "free"),
				All(In("given", "exact"), In("birth_date", "exact"), Ref("household 4")))))),
			"family names are not the same"},
		{"middle-conflict", Cap, All(In("middle", "differs"), Not(Ref("person id"))), "middle names differ"},
		{"suffix-conflict", Cap, In("suffix", "differs"), "father and son share a name"},
	}
}

// iisProofs are what experts, who see two records alone, review, and a model
// that has seen the file decides: how rare the names are in it, and how often its
// feeds write them otherwise. What they do not lift is reviewed however sure the
// model is: another birth date, a middle name or suffix in conflict, a name that
// is one letter off where twins are not ruled out, a name, birth date and sex
// alone.
func iisProofs() []Proof {
	const sure = .9995
	return []Proof{
		{"sure-with-other-evidence", []string{"not-corroborated", "nickname", "names-swapped", "sex-conflict"}, sure,
			All(Ref("nothing against"), Ref("other evidence")),
			"the model is sure, and a parent, contact, middle name or dose agrees"},
		{"very-sure-with-little-evidence", []string{"not-corroborated"}, .9999,
			All(Ref("nothing against"), Ref("names"), Any(In("middle", "initial"), In("address", "zip"), In("postal_code", "exact"))),
			"the model is very sure of rare names, and a middle initial or the postal code agrees"},
		{"sure-of-family-name", []string{"family-not-equal"}, sure,
			All(Ref("nothing against"), Ref("household evidence")),
			"the model is sure, and a contact or parent agrees: family names are written in part, and change"},
		{"sure-of-given-name", []string{"given-variant"}, sure,
			All(Ref("nothing against"), Ref("household evidence"), Any(In("given", "alias", "subset", "initial", "prefix"),
				All(In("given", "slip"), Any(In("ssn", "exact"), In("birth_time", "exact"))))),
			"the model is sure, and a contact or parent agrees: one of two given names, or one mistyped of a child that is no twin"},
	}
}

func iisVetoes() []Rule {
	return []Rule{
		{"given-differs", Veto, All(Ref("given differs"), Any(
			All(SwitchIs("givenDiffers", "reject"), Not(All(Ref("family and birth"),
				Any(All(In("middle", "exact"), Ref("corroborated")), Ref("person id"))))),
			All(SwitchIs("givenDiffers", "review"), Not(All(Ref("family and birth"), Ref("any contact"), Not(Ref("other parent"))))))),
			"given names differ: a sibling or a stranger"},
		{"family-differs", Veto, All(SwitchIs("familyDiffers", "reject"), Ref("family differs"), Not(Any(Ref("person id"), Ref("history"),
			All(Ref("chart"), In("given", "exact"), In("birth_date", "exact")),
			All(In("birth_certificate", "exact"), In("birth_date", "exact"))))),
			"family names differ"},
		{"birth-date-differs", Veto, All(In("birth_date", append([]string{"year"}, birthDifferent...)...), Not(Ref("person id"))),
			"birth dates differ, or the same day of another year: parent and child"},
		{"twins-sex", Veto, All(In("multiple", "agree", "orderless", "oneside", "status"), In("sex", "differs")),
			"a twin, and sex differs"},
		{"twins-middle", Veto, All(In("multiple", "agree", "orderless"), In("middle", "differs")),
			"both twins, and middle names differ"},
		{"placeholder-other-child", Veto, All(Ref("placeholder"), In("given", "missing"), Any(In("mrn", "differs"), Ref("other parent")),
			Not(Ref("corroborated")), Not(Ref("parent")), Not(Ref("maiden"))),
			"a nameless newborn, another number at the hospital or another mother, and nothing beyond one family and day"},
		{"name-alone", Veto, All(In("birth_date", "missing"), Not(Ref("corroborated")), Not(Ref("any contact")),
			Not(Ref("parent")), Not(Ref("maiden")), In("doses", "missing", "disjoint"),
			Not(In("middle", "exact")), Not(In("email", "exact")), Not(In("address", "zip")), Not(In("postal_code", "exact"))),
			"a name alone, without a birth date, is that of many"},
		{"test-name", Veto, In("placeholder", "test"), "a test record is nobody"},
	}
}

func iisSoftConflicts() []Conflict {
	return []Conflict{
		{"given-differs-household", All(In("given", "differs"), In("birth_date", "exact"), Any(Ref("any contact"), Ref("parent")),
			Not(Ref("person id"))),
			"two given names, one birth date, one household: twins"},
		{"placeholder-other-chart", All(Ref("placeholder"), In("mrn", "differs"), Not(Ref("person id")),
			Not(In("birth_certificate", "exact"))),
			"the hospital that named the newborn knows the other by another number"},
	}
}
