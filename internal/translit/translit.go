package translit

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

var (
	//go:embed given.txt
	givenText string
	//go:embed family.txt
	familyText string
)

// A table has the groups, by number, that a name is in.
type table map[string][]uint16

func parse(texts ...string) table {
	t, group := table{}, uint16(0)
	for _, text := range texts {
		for line := range strings.Lines(text) {
			if strings.HasPrefix(line, "#") {
				continue
			}
			group++
			for _, name := range strings.Fields(line) {
				if !slices.Contains(t[name], group) {
					t[name] = append(t[name], group)
				}
			}
		}
	}
	return t
}

var (
	given  = sync.OnceValue(func() table { return parse(givenText) })
	family = sync.OnceValue(func() table { return parse(familyText, givenText) }) // fathers' given names are family names
)

// same reports whether the names share a group.
func (t table) same(a, b string) bool {
	x, y := t[a], t[b]
	for i, j := 0, 0; i < len(x) && j < len(y); {
		switch {
		case x[i] == y[j]:
			return true
		case x[i] < y[j]:
			i++
		default:
			j++
		}
	}
	return false
}

// GivenGroups returns the spellings of each given name, the first of which names
// the group.
func GivenGroups() [][]string {
	var groups [][]string
	for line := range strings.Lines(givenText) {
		if names := strings.Fields(line); !strings.HasPrefix(line, "#") && len(names) > 0 {
			groups = append(groups, names)
		}
	}
	return groups
}

// FamilyKnown reports whether a family name is in the table, so that another may be
// the same that does not look like it. Names that SameFamily finds otherwise are
// alike.
func FamilyKnown(name string) bool { return len(family()[compact(name)]) > 0 }

// SameGiven reports whether two given names, or family names made of them, are
// spellings of one name. A name is the same as itself.
func SameGiven(a, b string) bool {
	a, b = compact(a), compact(b)
	if a == "" || b == "" {
		return false
	}
	if a == b || given().same(a, b) {
		return true
	}
	x, y := servant(a), servant(b)
	return x != "" && x == y
}

// SameFamily reports whether two family names are spellings or forms of one: by
// the table, by the Arabic article, or by the endings that Slavic and Baltic
// languages give men and women.
func SameFamily(a, b string) bool {
	a, b = compact(a), compact(b)
	if a == "" || b == "" {
		return false
	}
	if a == b || family().same(a, b) {
		return true
	}
	if x, y := servant(a), servant(b); x != "" && x == y {
		return true
	}
	return withoutArticle(a) == b || withoutArticle(b) == a || sameStem(a, b)
}

// compact drops the spaces.
func compact(s string) string {
	if strings.IndexByte(s, ' ') < 0 {
		return s
	}
	return strings.ReplaceAll(s, " ", "")
}

const leastStem = 4 // letters of a name without its article or ending

// servant returns what follows ABD, "servant of", and the article, which is
// written in many ways (ABDULRAHMAN, ABDURRAHMAN, ABDELRAHMAN, ABDIRAHMAN); ""
// of other names.
func servant(s string) string {
	rest, ok := strings.CutPrefix(s, "ABD")
	if !ok {
		return ""
	}
	for i := 0; i < 2 && rest != "" && vowel(rest[0]); i++ {
		rest = rest[1:]
	}
	// The article is an L, or the next consonant doubled.
	if len(rest) > 1 && !vowel(rest[1]) && (rest[0] == 'L' || rest[0] == rest[1]) {
		rest = rest[1:]
	}
	if len(rest) < leastStem {
		return ""
	}
	return rest
}

func vowel(b byte) bool { return strings.IndexByte("AEIOU", b) >= 0 }

// withoutArticle takes the Arabic article off a family name that was written
// together with it; "" where there is none or too little is left.
func withoutArticle(s string) string {
	if len(s) < 2+leastStem || s[:2] != "AL" && s[:2] != "EL" {
		return ""
	}
	return s[2:]
}

// endings are those of men and women, by language group. Of two names that
// differ by two endings of a group, or by a whole ending of it and none, the rest
// is the name.
var endings = [...][]string{
	{"SKI", "SKA", "SKY", "SKAYA", "SKAIA", "SKAJA", "SKII", "SKIY", "SKIJ", "SKYI", "SKYY", "SKOY", "SKE"}, // KOWALSKI, KOWALSKA
	{"OV", "OVA", "OFF", "OW", "OWA"},
	{"EV", "EVA", "EFF", "YEV", "YEVA"},
	{"Y", "YI", "II", "IY", "A", "AYA", "AIA", "AJA"}, // CERNY, CERNA
	{"OY", "OI", "AYA", "AIA"},
	{"AS", "IENE", "AITE"}, // KAZLAUSKAS, KAZLAUSKIENE, KAZLAUSKAITE
	{"IS", "IENE", "YTE"},
	{"YS", "IENE", "YTE"},
	{"US", "IENE", "UTE"},
}

// added are the endings that women's names have and men's have not: NOVAK,
// NOVAKOVA.
var added = [...]string{"OVA", "OWA"}

func sameStem(a, b string) bool {
	if a > b {
		a, b = b, a
	}
	n := commonHead(a, b)
	if n < leastStem {
		return false
	}
	for _, end := range added {
		for _, p := range [2][2]string{{a, b}, {b, a}} {
			if stem, ok := strings.CutSuffix(p[0], end); ok && stem == p[1] && len(stem) >= leastStem {
				return true
			}
		}
	}
	for _, group := range endings {
		for _, end := range group {
			stem, ok := strings.CutSuffix(a, end)
			if !ok || len(stem) < leastStem || !strings.HasPrefix(b, stem) {
				continue
			}
			if slices.Contains(group, b[len(stem):]) {
				return true
			}
		}
	}
	return false
}

func commonHead(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}
