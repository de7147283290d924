package patient

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestStreet(t *testing.T) {
	for _, c := range []struct {
		name, raw string
		want      parsedStreet
	}{
		{"plain", "12 Oak St", parsedStreet{number: "12", street: "OAK ST"}},
		{"words in full", "12 North Oak Street #2", parsedStreet{number: "12", street: "N OAK ST", unit: "2"}},
		{"abbreviated", "12 N Oak St Apt 2", parsedStreet{number: "12", street: "N OAK ST", unit: "2"}},
		{"unit in front", "Unit 4, 12 Oak Avenue", parsedStreet{number: "12", street: "OAK AVE", unit: "4"}},
		{"unit glued", "12 Oak Ave APT2B", parsedStreet{number: "12", street: "OAK AVE", unit: "2B"}},
		{"unit in two words", "12 Oak Ave Apt 2 B", parsedStreet{number: "12", street: "OAK AVE", unit: "2B"}},
		{"unit without a word", "12 Oak Ave 2B", parsedStreet{number: "12", street: "OAK AVE", unit: "2B"}},
		{"floor", "12 Oak Ave 2nd Floor", parsedStreet{number: "12", street: "OAK AVE", unit: "2"}},
		{"building and unit", "12 Oak Ave Bldg 3 Apt 7", parsedStreet{number: "12", street: "OAK AVE", unit: "37"}},
		{"ordinal", "5112 145th st", parsedStreet{number: "5112", street: "145TH ST"}},
		{"ordinal torn apart", "5112 145 TH ST", parsedStreet{number: "5112", street: "145TH ST"}},
		{"ordinal without its end", "5112 W 145 St", parsedStreet{number: "5112", street: "W 145TH ST"}},
		{"ordinal as a word", "5112 First Avenue", parsedStreet{number: "5112", street: "1ST AVE"}},
		{"highway keeps its number", "77 Highway 701", parsedStreet{number: "77", street: "HWY 701"}},
		{"number with a letter", "12B Oak St", parsedStreet{number: "12B", street: "OAK ST"}},
		{"half a number", "12 1/2 Oak St", parsedStreet{number: "12", street: "OAK ST"}},
		{"no number", "Oak Street", parsedStreet{street: "OAK ST"}},
		{"saint", "5 Saint James Road", parsedStreet{number: "5", street: "ST JAMES RD"}},
		{"post box", "P.O. Box 7091", parsedStreet{number: "7091", street: "PO BOX", institution: true}},
		{"post box, other spelling", "PO BOX 7091", parsedStreet{number: "7091", street: "PO BOX", institution: true}},
		{"shelter", "SHELTER 1 Main St", parsedStreet{street: "SHELTER 1 MAIN ST", institution: true}},
		{"a street called Shelter", "12 Shelter Cove", parsedStreet{number: "12", street: "SHELTER CV"}},
		{"a street called Hospital", "12 Hospital Drive", parsedStreet{number: "12", street: "HOSPITAL DR"}},
		{"homeless", "HOMELESS", parsedStreet{street: "HOMELESS", institution: true}},
		{"general delivery", "General Delivery", parsedStreet{street: "GENERAL DELIVERY", institution: true}},
		{"unknown", "UNK", parsedStreet{junk: true}},
		{"not applicable", "n/a", parsedStreet{junk: true}},
		{"nothing", " ", parsedStreet{}},
	} {
		assert.Equal(t, c.want, parseStreet(c.raw, false), c.name)
	}
}

func TestStreetWithTheNumberApart(t *testing.T) {
	for raw, want := range map[string]string{
		"145th st": "145TH ST", "wallaby place": "WALLABY PL", "1 avenue": "1ST AVE", "san pablo rd s": "SAN PABLO RD S",
	} {
		assert.Equal(t, parsedStreet{street: want}, parseStreet(raw, true), raw)
	}
}

func TestUnit(t *testing.T) {
	for raw, want := range map[string]string{
		"Apt 2": "2", "#2": "2", "2": "2", "APT2B": "2B", "unit 2 b": "2B", "Suite 100": "100", "delmar": "DELMAR",
		"lakefront retrmnt vlge": "LAKEFRONT RETRMNT VLGE", "none": "", "": "", "-": "",
	} {
		assert.Equal(t, want, parseUnit(raw), raw)
	}
}

func TestCityAndState(t *testing.T) {
	for raw, want := range map[string]string{"Saint Louis": "ST LOUIS", "st. louis": "ST LOUIS", "Fort Wayne": "FT WAYNE", "unknown": ""} {
		city, _ := cityName(raw)
		assert.Equal(t, want, city, raw)
	}
	for raw, want := range map[string]string{"Michigan": "MI", "mi": "MI", "New York": "NY", "nsw": "NSW"} {
		state, _ := stateName(raw, true)
		assert.Equal(t, want, state, raw)
	}
	state, _ := stateName("Victoria", false)
	assert.Equal(t, "VICTORIA", state)
}
