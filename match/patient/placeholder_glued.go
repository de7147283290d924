package patient

import "strings"

// A gluedWord is a placeholder written in one word, and the name glued to it.
type gluedWord struct {
	ok       bool
	strength uint8
	sex      byte
	order    uint8
	numbered bool   // the order is said in a way no name would (ONE, II)
	doubled  bool   // of two stems: BABYBOY
	rest     string // the other name
	before   bool   // the rest stood before the placeholder
	of       relation
}

// A relation says whose name it is that stands beside a placeholder.
type relation uint8

const (
	unrelated relation = iota // not known
	ofMother
	ofFamily
)

// stems are the words that placeholders are glued from, the longer before
// their own ends. last is the last letter that as an ordinal may be glued to
// the stem standing alone: BOYD, TWINE, INFANTE and MALEA are names.
var stems = [...]struct {
	text string
	sex  byte
	last byte
}{
	{"NEWBORN", 0, 'D'}, {"NEONATE", 0, 'D'}, {"TRIPLET", 0, 'D'}, {"INFANT", 0, 'D'}, {"FEMALE", 'F', 'D'},
	{"BABY", 0, 'H'}, {"GIRL", 'F', 'D'}, {"TWIN", 0, 'D'}, {"MALE", 'M', 0}, {"BOY", 'M', 'C'},
}

// A stemRun is a row of stems: FEMALE|BABY.
type stemRun struct {
	count, length int
	sex           byte
	mixed         bool // two sexes
	last          byte // last letter allowed as a glued ordinal
	strong        bool // holds a stem that is strong alone
}

func (s *stemRun) add(i int) {
	s.count++
	s.length += len(stems[i].text)
	s.last = stems[i].last
	if s.count > 1 {
		s.last = 'H'
	}
	s.strong = s.strong || i >= 1 && i <= 3 || stems[i].text == "TWIN"
	if x := stems[i].sex; x != 0 {
		s.mixed = s.mixed || s.sex != 0 && s.sex != x
		s.sex = x
	}
}

func (s *stemRun) strength() uint8 {
	if s.count > 1 || s.strong {
		return strong
	}
	return medium
}

// stemsAt reads the stems that w begins with.
func stemsAt(w string) (run stemRun) {
next:
	for {
		for i := range stems {
			if strings.HasPrefix(w[run.length:], stems[i].text) {
				run.add(i)
				continue next
			}
		}
		if run.mixed {
			run.sex = 0
		}
		return run
	}
}

// stemsEnding reads the stems that w ends with.
func stemsEnding(w string) (run stemRun) {
next:
	for {
		for i := range stems {
			if strings.HasSuffix(w[:len(w)-run.length], stems[i].text) {
				run.add(i)
				continue next
			}
		}
		if run.mixed {
			run.sex = 0
		}
		if run.count == 1 {
			run.last = stemsAt(w[len(w)-run.length:]).last
		}
		return run
	}
}

// gluedOrdinal reads all of w as the ordinal of a run of stems.
func gluedOrdinal(w string, run stemRun) (order uint8, numbered, ok bool) {
	switch {
	case w == "":
		return 0, false, true
	case len(w) == 1:
		if w[0] < 'A' || w[0] > run.last {
			return 0, false, false
		}
		return w[0] - 'A' + 1, false, true
	}
	if s := senseOf(w); s.kind == wordOrdinal {
		return s.order, true, true
	}
	return 0, false, false
}

// gluedStems reads all of w as stems and ordinals: ABABYGIRL, FEMALETWINA,
// BOYTWO. It knows no names.
func gluedStems(w string) (g gluedWord) {
	run := stemsAt(w)
	if run.count > 0 {
		tail := w[run.length:]
		if run.length == 4 && run.sex == 0 && (tail == "G" || tail == "F" || tail == "M") && w[0] == 'B' {
			// BABYG and BABYF are girls: seventh children are rarer than they.
			return gluedWord{ok: true, strength: strong, sex: babyLetter(tail[0])}
		}
		if tail == "OF" {
			return gluedWord{ok: true, strength: run.strength(), sex: run.sex, doubled: run.count > 1}
		}
		if order, numbered, ok := gluedOrdinal(tail, run); ok {
			return gluedWord{ok: true, strength: run.strength(), sex: run.sex, order: order, numbered: numbered, doubled: run.count > 1}
		}
		return g
	}
	if len(w) == 3 && (w[:2] == "BB" || w[:2] == "BG") && 'A' <= w[2] && w[2] <= 'D' {
		return gluedWord{ok: true, strength: weak, sex: babyLetter(w[1]), order: w[2] - 'A' + 1}
	}
	if len(w) < 4 || w[0] < 'A' || w[0] > 'H' {
		return g
	}
	if (w[:2] == "BB" || w[:2] == "BG") && len(w) > 2 { // BBONE, BGTWO, but not BGA
		if s := senseOf(w[2:]); s.kind == wordOrdinal && len(w) > 3 {
			return gluedWord{ok: true, strength: strong, sex: babyLetter(w[1]), order: s.order, numbered: true}
		}
	}
	run = stemsAt(w[1:])
	if run.count == 0 || run.length != len(w)-1 || w[0] > run.last || run.count == 1 && run.sex == 'M' && run.length == 4 {
		return g
	}
	return gluedWord{ok: true, strength: run.strength(), sex: run.sex, order: w[0] - 'A' + 1, doubled: run.count > 1}
}

// babyLetter is the sex that a letter after BABY stands for.
func babyLetter(c byte) byte {
	switch c {
	case 'G', 'F':
		return 'F'
	case 'B', 'M':
		return 'M'
	}
	return 0
}

// longForms are placeholders so long that one slip in them is still no name.
var longForms = [...]struct {
	text string
	sex  byte
}{
	{"BABYBOY", 'M'}, {"BABYGIRL", 'F'}, {"NEWBORNBOY", 'M'}, {"NEWBORNGIRL", 'F'}, {"BABYFEMALE", 'F'},
	{"FEMALEBABY", 'F'}, {"INFANTGIRL", 'F'}, {"INFANTFEMALE", 'F'}, {"INFANTBOY", 'M'}, {"INFANTMALE", 'M'},
	{"RECIENNACIDO", 'M'}, {"RECIENNACIDA", 'F'},
}

// misspelled reads w as a long placeholder with one slip. Of NEWBORN only a
// letter lost, doubled or out of order counts: NEWBERN and NEWBURN are names.
func misspelled(w string) (sex byte, ok bool) {
	if len(w) < 6 {
		return 0, false
	}
	for i := range longForms {
		if within1(w, longForms[i].text) {
			return longForms[i].sex, true
		}
	}
	const newborn = "NEWBORN"
	if within1(w, newborn) && (len(w) != len(newborn) || sortedLetters(w) == sortedLetters(newborn)) &&
		w != "NEWBORNE" && w != "NEWBORNS" {
		return 0, true
	}
	return 0, false
}

// sortedLetters returns the letters of a word of up to eight, in order.
func sortedLetters(w string) (s [8]byte) {
	n := copy(s[:], w)
	for i := 1; i < n; i++ {
		for j := i; j > 0 && s[j] < s[j-1]; j-- {
			s[j], s[j-1] = s[j-1], s[j]
		}
	}
	return s
}

// misspelledAfter reads w as BOY or GIRL with one slip, after or before a word
// that leaves no doubt: BABY OY, BABY GRIL. A changed first letter is another
// word (BABY JOY and BABY ROY are names).
func misspelledAfter(w string) (sex byte, ok bool) {
	if len(w) < 2 || len(w) > 5 {
		return 0, false
	}
	if within1(w, "BOY") && (w[0] == 'B' || w == "OY" || w == "OBY") && w != "BOYD" && w != "BODY" {
		return 'M', true
	}
	if within1(w, "GIRL") && (w[0] == 'G' || w == "IRL" || w == "IGRL") {
		return 'F', true
	}
	return 0, false
}

// gluedTo reads w as a placeholder glued to a name that is known: JUDYSGIRL,
// GIRLMARIE, BABYBOYSMITH, BBMCFARLANE, AJUDYSGIRL.
func gluedTo(w, name string) (g gluedWord) {
	if len(name) < 3 || len(w) < len(name)+2 {
		return g
	}
	if tail, ok := strings.CutPrefix(w, name); ok {
		return gluedTail(tail, name, g)
	}
	if head, ok := strings.CutSuffix(w, name); ok {
		return gluedHead(head, name)
	}
	if 'A' <= w[0] && w[0] <= 'H' && strings.HasPrefix(w[1:], name) {
		g = gluedTail(w[1+len(name):], name, g)
		if g.ok && g.order == 0 {
			g.order = w[0] - 'A' + 1
		}
		return g
	}
	return g
}

// gluedTail reads what follows a name: GIRL, SGIRL, SGIRLA, GRIL.
func gluedTail(tail, name string, none gluedWord) gluedWord {
	try := func(t string) gluedWord {
		if run := stemsAt(t); run.count > 0 {
			if order, numbered, ok := gluedOrdinal(t[run.length:], run); ok {
				return gluedWord{ok: true, strength: strong, sex: run.sex, order: order, numbered: numbered,
					rest: name, before: true}
			}
		}
		if t == "GRIL" || t == "GIRLL" || t == "BOYY" {
			return gluedWord{ok: true, strength: strong, sex: babyLetter(t[0]), rest: name, before: true}
		}
		return none
	}
	if g := try(tail); g.ok {
		return g
	}
	if len(tail) > 1 && tail[0] == 'S' {
		return try(tail[1:])
	}
	return none
}

// gluedHead reads what stands before a name: GIRL, BABYBOYA, BB.
func gluedHead(head, name string) gluedWord {
	g := gluedWord{ok: true, strength: strong, rest: name}
	if head == "BB" || head == "BG" {
		g.sex = babyLetter(head[1])
		return g
	}
	if head == "FC" { // female child; MC before a name is a name
		g.sex = 'F'
		return g
	}
	known := gluedStems(head)
	if !known.ok {
		if head == "NB" || head == "RN" {
			return g
		}
		if sex, ok := misspelled(head); ok {
			g.sex = sex
			return g
		}
		return gluedWord{}
	}
	g.sex, g.order, g.numbered = known.sex, known.order, known.numbered
	return g
}

// gluedToAny reads w as a placeholder glued to a name that is not known. The
// placeholder has to be long (BABYBOYSMITH) or the name a possessive
// (JUDYSGIRL); shorter ones (JANEGIRL) are weak, for a newborn only.
func gluedToAny(w string) (g gluedWord) {
	if len(w) < 6 {
		return g
	}
	if run := stemsAt(w); run.count > 0 {
		rest := w[run.length:]
		if mother, ok := strings.CutPrefix(rest, "OF"); ok && len(mother) >= 3 { // BOYOFMARIA
			return gluedWord{ok: true, strength: run.strength(), sex: run.sex, rest: mother, of: ofMother, doubled: run.count > 1}
		}
		switch {
		case run.count > 1 && len(rest) >= 2:
			return gluedWord{ok: true, strength: strong, sex: run.sex, rest: rest, doubled: true}
		case len(rest) >= 3 && (w[0] == 'G' || w[0] == 'B' && run.length == 4 || w[0] == 'B' && len(rest) >= 4 && GivenNameKnown(rest)):
			// GIRL-, BABY-, and BOY- before a given name: BOYCE and BOYER are names
			return gluedWord{ok: true, strength: weak, sex: run.sex, rest: rest}
		}
		return g
	}
	body, order := w, uint8(0)
	run := stemsEnding(body)
	if run.count == 0 && 'A' <= w[len(w)-1] && w[len(w)-1] <= 'D' {
		body, order = w[:len(w)-1], w[len(w)-1]-'A'+1
		run = stemsEnding(body)
	}
	rest := body[:len(body)-run.length]
	if run.count == 0 || len(rest) < 3 || run.count == 1 && body[len(rest)] != 'G' && body[len(rest)] != 'B' {
		return g // not -MALE or -TWIN: JAMALE, ANTWIN
	}
	possessive := rest[len(rest)-1] == 'S' && len(rest) > 3
	if run.count == 1 && order != 0 && !possessive {
		return g
	}
	g = gluedWord{ok: true, strength: weak, sex: run.sex, order: order, rest: rest, before: true}
	if run.count > 1 {
		g.strength, g.doubled = strong, true
	}
	if possessive {
		g.of = ofMother
		g.rest = motherName(rest)
		g.strength = max(g.strength, medium)
	}
	return g
}
