package main

import (
	"strings"

	"github.com/idem-health/idem/scoring"
)

// levelInWords says what a level of a comparison means; an unknown one is told by
// its name.
func levelInWords(k scoring.Kind, level string) string {
	if w, ok := levelWords[k][level]; ok {
		return w
	}
	if w, ok := commonWords[level]; ok {
		return w
	}
	return strings.ReplaceAll(level, "_", " ")
}

// commonWords are levels that mean the same in every comparison.
var commonWords = map[string]string{
	"missing": "not known of both",
	"exact":   "the same",
	"differs": "different",
	"slip":    "a typing slip apart",
	"close":   "very alike",
	"near":    "alike",
	"far":     "hardly alike",
	"prefix":  "one begins like the other",
	"initial": "an initial that fits",
	"osa1":    "one character apart",
	"osa2":    "two characters apart",
}

var levelWords = map[scoring.Kind]map[string]string{
	scoring.KindGiven: {
		"nickname": "a nickname of the other", "swap": "given and family name are exchanged", "midswap": "the middle name of the other",
		"alias": "another name of the other", "subset": "a part of the other", "partial": "one word in common",
	},
	scoring.KindFamily: {"part": "a part of the other", "renamed": "different, without a given name", "other": "an earlier name, or that of a parent"},
	scoring.KindMiddle: {"given": "the given name of the other"},
	scoring.KindBirthDate: {
		"swapped": "month and day are exchanged", "day": "one day apart", "digit": "one digit apart", "year": "the same day of another year",
		"month": "another day of the same month", "two": "the same day of another month", "osa2": "two digits apart", "sameyear": "the same year alone",
		"generation": "a generation apart",
	},
	scoring.KindMultiple: {
		"agree": "the same place in a multiple birth", "orderless": "both of a multiple birth", "oneside": "one is of a multiple birth, of the other it is not known",
		"status": "one is of a multiple birth, the other is not", "conflict": "different places in a multiple birth",
	},
	scoring.KindPostalCode: {"near": "one character apart, or one district", "area": "the same area"},
	scoring.KindAddress:    {"same": "the same", "zip": "the same postal code", "zipnear": "postal codes alike"},
	scoring.KindGuardian:   {"full": "the same person", "given": "the same given name", "family": "the same family name"},
	scoring.KindPlaceholder: {
		"one": "one has a placeholder for a name", "both": "both have a placeholder for a name",
	},
	scoring.KindSequential: {"sequential": "numbers that follow each other"},
}

// fieldInWords is a comparison's name as a person says it.
func fieldInWords(name string) string { return strings.ReplaceAll(name, "_", " ") }

// alternativeInWords says who the two could be if not one person, as far as the
// fields that agree tell it.
func alternativeInWords(alternative string, levels map[string]string) string {
	switch alternative {
	case scoring.AlternativeHousehold:
		who := "a sibling, parent or child"
		if levels["birth_date"] == "exact" {
			who = "a twin"
		}
		return who + sharedPlace(levels)
	case "heir":
		return "a parent or child of the same name" + sharedPlace(levels)
	case scoring.AlternativeNamesake:
		return "a namesake: a stranger of the same name"
	case scoring.AlternativeStranger:
		return "a stranger"
	}
	return alternative
}

// sharedPlace says what of a household the two share.
func sharedPlace(levels map[string]string) string {
	is := func(name string, level string) bool { return levels[name] == level }
	switch {
	case is("address", "same"), is("street", "exact") && (is("street_number", "exact") || levels["street_number"] == ""):
		return " at the same address"
	case is("phone", "exact"):
		return " with the same phone"
	case is("mother_given", "exact"), is("mother_maiden", "exact"), is("guardian", "full"):
		return " of the same parents"
	case is("postal_code", "exact"):
		return " of the same postal code"
	}
	return " of the same household"
}

// termInWords says what a term of the weight is that is no comparison.
func termInWords(name, alternative string) string {
	if field, ok := strings.CutPrefix(name, "frequency of "); ok {
		return "how rare this " + fieldInWords(field) + " name is, or how common"
	}
	switch name {
	case "prior":
		return "before anything is compared: pairs of one person against pairs of this alternative"
	case "remaining alternatives":
		return "the other alternatives, taken together"
	case "one-to-one":
		return "each may be linked once, and neither has another candidate as good"
	}
	return name
}

func effectInWords(e scoring.Effect) string {
	switch e {
	case scoring.Floor:
		return "possible at least"
	case scoring.Cap:
		return "possible at most"
	case scoring.Veto:
		return "no, whatever it weighs"
	}
	return string(e)
}

// decisionInWords says what a decision means.
func decisionInWords(decision string) string {
	switch decision {
	case "match":
		return "match (one person)"
	case "possible":
		return "possible (for a person to look at)"
	}
	return "no (two people)"
}
