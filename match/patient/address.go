package patient

import (
	"strings"

	"github.com/idem-health/idem/internal/fold"
)

// A parsedStreet is the first line of an address taken apart.
type parsedStreet struct {
	number, street, unit string
	institution          bool
	junk                 bool
}

// parseStreet takes the first line of an address apart. numbered says that the
// house number was sent in a field of its own, so that the line begins with the
// street: "145TH ST" or "1 AVE".
func parseStreet(raw string, numbered bool) parsedStreet {
	raw = cutRaw(raw)
	if strings.IndexByte(raw, '#') >= 0 {
		raw = strings.ReplaceAll(raw, "#", " APT ")
	}
	raw = strings.ReplaceAll(raw, "1/2", " ")
	folded := fold.Words(raw)
	if isJunkAddress(folded) {
		return parsedStreet{junk: folded != ""}
	}
	var p parsedStreet
	if number, ok := postBox(folded); ok {
		return parsedStreet{number: boundText(number), street: "PO BOX", institution: true}
	}
	var buf [32]string
	w := appendFields(buf[:0], folded)
	p.institution = isInstitution(w)
	w = p.takeLeadingUnit(w)
	if !numbered {
		w = p.takeNumber(w)
	}
	w = p.takeUnit(w)
	p.street = boundText(strings.Join(standardWords(w), " "))
	p.number, p.unit = boundText(p.number), boundText(p.unit)
	return p
}

// isJunkAddress reports whether the words say that there is no address.
func isJunkAddress(w string) bool {
	switch w {
	case "", "NO ADDRESS", "UNKNOWN ADDRESS", "ADDRESS UNKNOWN", "ADDRESS", "BAD ADDRESS", "MOVED", "SEE NOTES", "NO STREET", "UNKNOWN STREET":
		return true
	}
	return isJunkName(w) && !hasDigit(w) || isRun(w) && (len(w) >= 3 || w == "0")
}

// postBox reads "PO BOX 12" and its usual spellings.
func postBox(w string) (number string, ok bool) {
	for _, p := range [...]string{"PO BOX", "P O BOX", "POBOX", "POST OFFICE BOX", "P O B ", "POB ", "BOX "} {
		if rest, found := strings.CutPrefix(w, p); found && (rest == "" || rest[0] == ' ' || p[len(p)-1] == ' ') {
			return compact(rest), true
		}
	}
	return "", false
}

// institutions are words of addresses that many people share.
var institutions = map[string]bool{
	"HOSPITAL": true, "SHELTER": true, "HOMELESS": true, "ORPHANAGE": true, "JAIL": true, "PRISON": true, "CORRECTIONAL": true,
	"PENITENTIARY": true, "TRANSIENT": true, "REHABILITATION": true, "DETENTION": true, "HOSPICE": true,
}

// isInstitution finds such a word that is no street's name: SHELTER, but not
// SHELTER COVE and not HOSPITAL DR.
func isInstitution(w []string) bool {
	for i, word := range w {
		switch {
		case institutions[word] && (i+1 == len(w) || streetTypes[w[i+1]] == ""):
			return true
		case i+1 < len(w) && (word == "GENERAL" && w[i+1] == "DELIVERY" || word == "NURSING" && w[i+1] == "HOME" ||
			word == "NO" && w[i+1] == "FIXED"):
			return true
		}
	}
	return false
}

// takeNumber takes the house number off the front, where a street follows it.
func (p *parsedStreet) takeNumber(w []string) []string {
	if len(w) < 2 || !isHouseNumber(w[0]) {
		return w
	}
	p.number, w = w[0], w[1:]
	// 12-14 came out of folding as two numbers; 12 A as number and letter.
	if len(w) >= 2 && leadingDigits(w[0]) == len(w[0]) && streetTypes[w[1]] == "" && !ordinalEnd(w[1]) {
		p.number, w = p.number+" "+w[0], w[1:]
	}
	return w
}

// isHouseNumber reports whether a word is figures, or figures and a letter; not
// an ordinal.
func isHouseNumber(w string) bool {
	n := leadingDigits(w)
	return n > 0 && n <= 6 && (n == len(w) || len(w) == n+1)
}

func ordinalEnd(w string) bool { return w == "ST" || w == "ND" || w == "RD" || w == "TH" }

// unitWords introduce a unit. Those marked false are units only before a figure
// or a single letter: FL and LOT are also other things.
var unitWords = map[string]bool{
	"APT": true, "APARTMENT": true, "APMT": true, "APPT": true, "UNIT": true, "STE": true, "SUITE": true, "RM": true, "ROOM": true,
	"TRLR": true, "TRAILER": true, "BLDG": true, "BUILDING": true, "DEPT": true,
	"LOT": false, "SPC": false, "SPACE": false, "FL": false, "FLOOR": false, "NO": false, "NUM": false, "FLAT": false, "PH": false,
	"SLIP": false, "HNGR": false,
}

// startsUnit reports whether w[i] introduces a unit that follows it.
func startsUnit(w []string, i int) bool {
	always, known := unitWords[w[i]]
	if !known || i+1 >= len(w) {
		return false
	}
	next := w[i+1]
	return always || hasDigit(next) || len(next) == 1
}

// gluedUnit reads APT2B.
func gluedUnit(word string) (unit string, ok bool) {
	for _, p := range [...]string{"APT", "UNIT", "STE", "LOT", "RM", "TRLR"} {
		if rest, found := strings.CutPrefix(word, p); found && rest != "" && isDigit(rest[0]) {
			return rest, true
		}
	}
	return "", false
}

// takeLeadingUnit takes "UNIT 4" off the front of "UNIT 4 12 OAK ST".
func (p *parsedStreet) takeLeadingUnit(w []string) []string {
	if len(w) >= 4 && startsUnit(w, 0) && isHouseNumber(w[2]) {
		p.unit = w[1]
		return w[2:]
	}
	return w
}

// takeUnit takes the unit off the end.
func (p *parsedStreet) takeUnit(w []string) []string {
	for i := 1; i < len(w); i++ {
		if startsUnit(w, i) {
			p.addUnit(w[i:])
			return w[:i]
		}
		if unit, ok := gluedUnit(w[i]); ok {
			p.addUnit(append([]string{unit}, w[i+1:]...))
			return w[:i]
		}
	}
	n := len(w)
	switch {
	case n >= 3 && (w[n-1] == "FLOOR" || w[n-1] == "FL") && isDigit(w[n-2][0]):
		p.addUnit([]string{w[n-2][:leadingDigits(w[n-2])]}) // 2ND FLOOR, as FL 2
		return w[:n-2]
	case n >= 3 && hasDigit(w[n-1]) && endsStreet(w[n-2]):
		p.addUnit(w[n-1:])
		return w[:n-1]
	}
	return w
}

// addUnit joins the words of a unit, without what introduces them.
func (p *parsedStreet) addUnit(words []string) {
	unit := unitValue(words)
	if p.unit == "" {
		p.unit = unit
	} else if unit != "" {
		p.unit += " " + unit
	}
}

func unitValue(words []string) string {
	var b strings.Builder
	for i, w := range words {
		_, intro := unitWords[w]
		if intro && i+1 < len(words) {
			continue
		}
		if g, ok := gluedUnit(w); ok {
			w = g
		}
		if b.Len() > 0 && !hasDigit(w) && len(w) > 1 {
			b.WriteByte(' ')
		}
		b.WriteString(w)
	}
	return b.String()
}

// parseUnit reads the unit field or a second line: "APT 2 B" is 2B; a building's
// or estate's name stays.
func parseUnit(raw string) string {
	raw = cutRaw(raw)
	if strings.IndexByte(raw, '#') >= 0 {
		raw = strings.ReplaceAll(raw, "#", " APT ")
	}
	folded := fold.Words(raw)
	if isJunkAddress(folded) && !hasDigit(folded) || folded == "" {
		return ""
	}
	var buf [16]string
	w := appendFields(buf[:0], folded)
	if startsUnit(w, 0) {
		return boundText(unitValue(w))
	}
	if unit, ok := gluedUnit(w[0]); ok {
		return boundText(unitValue(append([]string{unit}, w[1:]...)))
	}
	return boundText(strings.Join(standardWords(w), " "))
}

// endsStreet reports whether a word is a street type behind which a figure is a
// unit; behind HWY or ROUTE it is the road's number.
func endsStreet(word string) bool {
	switch streetTypes[word] {
	case "", "HWY", "RTE", "RT", "CR", "SR", "INTERSTATE", "EXPY":
		return false
	}
	return true
}

// standardWords writes street types and directions in one spelling and glues
// ordinals. It may overwrite w.
func standardWords(w []string) []string {
	out := w[:0]
	for i := 0; i < len(w); i++ {
		word := w[i]
		if leadingDigits(word) == len(word) && word != "" {
			numberedRoad := len(out) > 0 && numberedRoads[out[len(out)-1]]
			switch {
			// 145 TH ST; of "1 ST" alone the ST is the street.
			case i+2 < len(w) && ordinalEnd(w[i+1]) && w[i+1] == ordinalSuffix(word):
				word += w[i+1]
				i++
			// 145 ST means 145TH ST.
			case i+1 < len(w) && endsStreet(w[i+1]) && !numberedRoad:
				word += ordinalSuffix(word)
			}
		} else if std := streetTypes[word]; std != "" {
			word = std
		} else if std := streetWords[word]; std != "" {
			word = std
		}
		out = append(out, word)
	}
	return out
}

var numberedRoads = map[string]bool{"HWY": true, "RTE": true, "CR": true, "SR": true, "RR": true, "BOX": true, "US": true, "INTERSTATE": true}

// ordinalSuffix returns ST, ND, RD or TH.
func ordinalSuffix(digits string) string {
	n := len(digits)
	if n >= 2 && digits[n-2] == '1' {
		return "TH"
	}
	switch digits[n-1] {
	case '1':
		return "ST"
	case '2':
		return "ND"
	case '3':
		return "RD"
	}
	return "TH"
}

// cityName reads a city: SAINT, FORT and MOUNT in one spelling.
func cityName(raw string) (string, IssueCode) {
	w := fold.Words(cutRaw(raw))
	if w == "" || isJunkAddress(w) {
		return "", IssueJunk
	}
	if first, rest, ok := strings.Cut(w, " "); ok {
		switch first {
		case "SAINT":
			w = "ST " + rest
		case "FORT":
			w = "FT " + rest
		case "MOUNT":
			w = "MT " + rest
		}
	}
	return boundText(w), ""
}

// stateName reads a state: the two letters of a US one, else the words.
func stateName(raw string, us bool) (string, IssueCode) {
	w := fold.Words(cutRaw(raw))
	if w == "" || isJunkAddress(w) {
		return "", IssueJunk
	}
	if us {
		if code := states[w]; code != "" {
			return code, ""
		}
	}
	return boundText(w), ""
}
