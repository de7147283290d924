package patient

import (
	"slices"
	"strings"

	"github.com/idem-health/idem/internal/fold"
)

// A parsedName is one name field taken apart, without looking at any other.
type parsedName struct {
	words   string   // folded; titles, suffix and quoted names taken out
	before  string   // folded: what stood before the comma of "Last, First"
	suffix  string   // JR, SR, II ...
	aliases []string // folded: names in parentheses or quotes, or behind AKA
	junk    bool     // a word for "not known": words is empty
	class   Class    // of a given name: what the words are, whoever bears them
	core    bool     // surely a placeholder, at any age: BOY, BABY GIRL, TWIN A
	plain   bool     // words are there, and nothing in them may be a placeholder
}

// nameKind says which field a name stood in.
type nameKind uint8

const (
	givenName nameKind = iota
	familyName
	wholeName
)

// parseName takes a name apart. It never fails; what it does not understand
// stays in the words.
func parseName(raw string, kind nameKind) parsedName {
	var p parsedName
	raw = cutRaw(raw)
	if strings.ContainsAny(raw, "()[]{}\"“”«»'‘’") {
		raw = p.takeQuoted(raw)
	}
	words := ""
	if strings.IndexByte(raw, ',') >= 0 {
		words = p.takeCommas(raw, kind)
	} else {
		words = fold.Words(raw)
	}
	if words == "" && len(p.aliases) > 0 { // all of it was in quotes
		words, p.aliases = p.aliases[0], p.aliases[1:]
	}
	words = p.takeWords(words, kind)
	if kind == familyName && suffixAllowed(words, givenName) { // WILLIAM / III
		p.setSuffix(suffixOf(words))
		words = ""
	}
	p.words = boundName(words)
	if p.words != "" && kind == givenName {
		ph, _ := classify(p.words, "", placeholderContext{AgeDays: -1})
		p.class = ph.Class
		p.core = ph.Class == Generic && ph.Confidence == Certain
	}
	// A given name that says "none" is the classifier's to name.
	if p.words != "" && kind != wholeName && p.class == NotPlaceholder && isJunkName(p.words) {
		p.junk, p.words = true, ""
	}
	p.plain = p.words != "" && (kind == givenName && !suspicious(p.words) || kind == familyName && !suspiciousFamily(p.words))
	return p
}

// quotes are the pairs of signs around a name that is used beside the others.
var quotes = [...][2]string{{"(", ")"}, {"[", "]"}, {"{", "}"}, {"\"", "\""}, {"“", "”"}, {"«", "»"}, {"‘", "’"}}

// takeQuoted moves what stands in parentheses or quotes to the aliases.
func (p *parsedName) takeQuoted(raw string) string {
	for _, q := range quotes {
		for range 4 {
			before, rest, ok := strings.Cut(raw, q[0])
			if !ok {
				break
			}
			inside, after, closed := strings.Cut(rest, q[1])
			if !closed && q[0] != "(" {
				break // a stray sign, such as an apostrophe
			}
			p.alias(fold.Words(inside))
			raw = before + " " + after
		}
	}
	// A plain apostrophe quotes only where it stands at the edge of words: O'Brien.
	if i := strings.Index(" "+raw, " '"); i >= 0 {
		rest := raw[i+1:]
		if j := strings.Index(rest+" ", "' "); j > 1 {
			p.alias(fold.Words(rest[:j]))
			raw = raw[:i] + " " + rest[j+1:]
		}
	}
	return raw
}

func (p *parsedName) alias(words string) {
	words = boundName(words)
	if words == "" || isJunkName(words) || len(p.aliases) >= maxList {
		return
	}
	if s := suffixOf(words); s != "" {
		p.setSuffix(s)
		return
	}
	p.aliases = append(p.aliases, words)
}

// setSuffix keeps the first suffix met.
func (p *parsedName) setSuffix(s string) {
	if p.suffix == "" {
		p.suffix = s
	}
}

// takeCommas splits "Last, First" and takes suffixes out of between commas. A
// title ("Clifford, 1st baron") is no first name.
func (p *parsedName) takeCommas(raw string, kind nameKind) string {
	var pieces []string
	for piece := range strings.SplitSeq(raw, ",") {
		w := fold.Words(piece)
		if s := suffixOf(w); s != "" && len(pieces) > 0 {
			p.setSuffix(s)
			continue
		}
		if w != "" {
			pieces = append(pieces, w)
		}
	}
	if len(pieces) < 2 {
		return strings.Join(pieces, " ")
	}
	if isDigit(pieces[1][0]) || strings.Contains(pieces[1], " OF ") || strings.Count(pieces[0], " ") > 2 {
		return strings.Join(pieces, " ")
	}
	var inner parsedName
	p.before = boundName(inner.takeWords(pieces[0], familyName))
	p.setSuffix(inner.suffix)
	return strings.Join(pieces[1:], " ")
}

// takeWords takes titles, suffixes and remarks off the folded words, and joins
// prefixes to the names they belong to.
func (p *parsedName) takeWords(words string, kind nameKind) string {
	if strings.IndexByte(words, ' ') < 0 {
		return words
	}
	words = strings.TrimSpace(strings.Replace(" "+words+" ", " DO NOT USE ", " ", 1))
	var buf [24]string
	w := appendFields(buf[:0], words)
	w = p.takeAka(w)
	for len(w) > 1 && (kind != familyName && titles[w[0]] || remarks[w[0]]) {
		w = w[1:]
	}
	for len(w) > 1 {
		last := w[len(w)-1]
		if s := suffixOf(last); s != "" && suffixAllowed(last, kind) {
			p.setSuffix(s)
		} else if !(remarks[last] || kind != givenName && degrees[last]) {
			break
		}
		w = w[:len(w)-1]
	}
	if kind == familyName {
		w = joinPrefixes(w)
	}
	if len(w) == 1 {
		return w[0]
	}
	if joined := strings.Join(w, " "); joined != words {
		return joined
	}
	return words
}

// takeAka moves the words behind AKA, FKA or NEE to the aliases.
func (p *parsedName) takeAka(w []string) []string {
	for i := 1; i+1 < len(w); i++ {
		if aka[w[i]] {
			p.alias(strings.Join(w[i+1:], " "))
			return w[:i]
		}
		// A.K.A. and A/K/A come out of folding as three words.
		if i+3 < len(w) && (w[i] == "A" || w[i] == "F") && w[i+1] == "K" && w[i+2] == "A" {
			p.alias(strings.Join(w[i+3:], " "))
			return w[:i]
		}
	}
	return w
}

// joinPrefixes writes MC DONALD and O BRIEN in one word.
func joinPrefixes(w []string) []string {
	for i := len(w) - 2; i >= 0; i-- { // from behind: O MC NEIL is one word
		switch w[i] {
		case "MC", "MAC", "O", "D":
			if len(w[i+1]) < 2 || particles[w[i+1]] {
				continue
			}
			w = slices.Replace(slices.Clone(w), i, i+2, w[i]+w[i+1])
		}
	}
	return w
}

// appendFields appends the words of a folded string.
func appendFields(dst []string, words string) []string {
	for words != "" {
		var word string
		word, words, _ = strings.Cut(words, " ")
		dst = append(dst, word)
	}
	return dst
}

// titles are dropped before a given name. SIR and BARON are left: they tell
// people of the past apart.
var titles = map[string]bool{
	"MR": true, "MRS": true, "MS": true, "MISS": true, "DR": true, "PROF": true, "REV": true, "MASTER": true,
	"SRA": true, "SRTA": true,
}

// degrees are dropped behind a family name.
var degrees = map[string]bool{"MD": true, "PHD": true, "DDS": true, "ESQ": true, "DVM": true, "DPM": true}

// remarks are typed into names to keep a record apart or out of use.
var remarks = map[string]bool{
	"ZZ": true, "ZZZ": true, "ZZZZ": true, "XX": true, "XXX": true, "XXXX": true,
	"DUPLICATE": true, "INACTIVE": true, "DECEASED": true,
}

var aka = map[string]bool{"AKA": true, "FKA": true, "NEE": true}

// suffixes brings the usual spellings to JR, SR, II, III, IV and V.
var suffixes = map[string]string{
	"JR": "JR", "JUNIOR": "JR", "JNR": "JR", "SR": "SR", "SENIOR": "SR", "SNR": "SR", "I": "SR", "1ST": "SR",
	"II": "II", "2ND": "II", "2": "II", "III": "III", "3RD": "III", "3": "III", "IV": "IV", "4TH": "IV", "4": "IV",
	"V": "V", "5TH": "V", "5": "V",
}

// suffixOf returns the suffix that a word stands for, or "". A single letter or
// figure is one only in a field of its own.
func suffixOf(word string) string {
	if len(word) < 2 {
		return ""
	}
	return suffixes[word]
}

// suffixAllowed reports whether a word is taken for a suffix at the end of a
// name of that kind: as a given name Junior is one, and 1ST belongs to a title.
func suffixAllowed(word string, kind nameKind) bool {
	switch word {
	case "JR", "JNR", "SR", "SNR", "II", "III", "IV":
		return true
	case "JUNIOR", "SENIOR", "2ND", "3RD", "4TH":
		return kind == familyName
	}
	return false
}

// suffixField reads the suffix field.
func suffixField(raw string) (suffix string, known bool) {
	w := fold.Words(cutRaw(raw))
	if s := suffixes[w]; s != "" {
		return s, true
	}
	for rest := w; rest != ""; { // "JR MD", "ESQ III"
		var word string
		word, rest, _ = strings.Cut(rest, " ")
		if s := suffixOf(word); s != "" {
			return s, true
		}
	}
	return "", w == ""
}

// isJunkName reports whether folded words say that there is no name.
func isJunkName(words string) bool {
	if noNames[words] {
		return true
	}
	// XXXX, ZZ, a row of one letter, figures alone.
	same, figures := true, true
	for i := range len(words) {
		c := words[i]
		same = same && c == words[0]
		figures = figures && (isDigit(c) || c == ' ')
	}
	return figures || same && words[0] < 0x80 && (len(words) >= 3 || len(words) == 2 && (words[0] == 'X' || words[0] == 'Z'))
}

// noNames are what is typed where a name must not stay empty. NULL is left
// out: it is a surname.
var noNames = map[string]bool{
	"UNKNOWN": true, "UNK": true, "UNKN": true, "UNKOWN": true, "NOT KNOWN": true, "NONE": true, "N A": true, "NA": true,
	"NO NAME": true, "NONAME": true, "NO LAST NAME": true, "NOLASTNAME": true, "NO FIRST NAME": true, "NOFIRSTNAME": true,
	"NO MIDDLE NAME": true, "NOMIDDLENAME": true, "NMN": true, "NMI": true, "NLN": true, "LNU": true, "FNU": true, "NFN": true,
	"LAST NAME UNKNOWN": true, "FIRST NAME UNKNOWN": true, "UNAVAILABLE": true, "NOT AVAILABLE": true, "NOT GIVEN": true,
	"NOT PROVIDED": true, "NOT STATED": true, "NOT REPORTED": true, "NOT APPLICABLE": true, "UNSPECIFIED": true,
	"REFUSED": true, "DECLINED": true, "MISSING": true, "EMPTY": true, "BLANK": true, "ANONYMOUS": true, "UNNAMED": true,
	"TBD": true, "SIN NOMBRE": true, "DESCONOCIDO": true, "DESCONOCIDA": true, "DO NOT USE": true, "SAME": true,
	"DUPLICATE": true, "LASTNAME": true, "FIRSTNAME": true, "LAST NAME": true, "FIRST NAME": true, "NAME": true, "NAME UNKNOWN": true,
}
