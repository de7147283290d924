package patient

import "strings"

// maxPlaceholderWords bounds the words of a name that is read as a placeholder.
const maxPlaceholderWords = 10

// A reader takes a given name apart, word by word, and then decides.
type reader struct {
	ctx    placeholderContext
	given  string
	family string // the record's family name, cleaned
	stroke bool   // a stroke stood in the name as received: B/O, N/A
	sure   bool   // the family name holds a placeholder too

	words [maxPlaceholderWords]string
	n     int

	weak, medium, strong int // core words by strength
	boys, girls          int // words that say the sex
	order                uint8
	orders               bool // two orders contradict each other
	numbered             bool // an ordinal that no name would hold: a digit, ONE
	lettered             bool // an ordinal letter directly after a core word
	link                 bool // OF, DE
	child                bool // SON, DAUGHTER
	doubled              bool // BABYBOY in one word
	glued                bool // a name was glued to a placeholder
	possessive           bool
	mother, kin          string // words that are the mother's given, or the family's, name
	before, after        span   // words that are not known
}

// A span is a row of words of the given name.
type span struct{ from, to int }

func (s span) empty() bool { return s.to <= s.from }

func newReader(given, family string, ctx placeholderContext) *reader {
	if ctx.Family == family || isNoFamily(ctx.Family) {
		ctx.Family = ""
	}
	return &reader{ctx: ctx, given: given, family: family}
}

func (r *reader) newborn() bool { return r.sure || r.ctx.AgeDays >= 0 && r.ctx.AgeDays <= newbornDays }

func (r *reader) infant() bool {
	return r.sure || r.ctx.AgeDays <= infantDays || r.ctx.BirthHospital
}

// read decides on the given name.
func (r *reader) read() Placeholder {
	if r.given == "" {
		return Placeholder{}
	}
	if p, ok := r.unnamed(); ok {
		return p
	}
	for rest := r.given; rest != ""; r.n++ {
		if r.n == maxPlaceholderWords {
			return Placeholder{}
		}
		r.words[r.n], rest = nextWord(rest)
	}
	i := r.shorthand()
	for i < r.n {
		i = r.word(i)
	}
	return r.decide()
}

// unnamed reads names that say there is none: UNKNOWN, NO NAME, XXX.
func (r *reader) unnamed() (Placeholder, bool) {
	var buf [24]byte
	letters := buf[:0]
	for i := 0; i < len(r.given); i++ {
		c := r.given[i]
		if c == ' ' {
			continue
		}
		if len(letters) == len(buf) {
			return Placeholder{}, false
		}
		letters = append(letters, c)
	}
	p := Placeholder{Class: Unnamed, Confidence: Certain}
	if string(letters) == "NA" && (r.stroke && r.given == "N A") {
		return p, true
	}
	unnamed, sure := isUnnamed(string(letters))
	if !sure {
		p.Confidence = Probable
	}
	return p, unnamed
}

// shorthand reads what is no word at the name's beginning, and returns where
// the words begin: B/O (boy of), B-G, B1.
func (r *reader) shorthand() int {
	if r.n < 2 {
		return 0
	}
	if r.words[0] == "R" && r.words[1] == "N" || r.words[0] == "N" && r.words[1] == "B" {
		r.addCore(core(weak, 0)) // R/N, N.B.
		if r.stroke {
			r.weak++ // two weak words make one that does not ask the age
		}
		return 2
	}
	if r.words[0] != "B" && r.words[0] != "G" {
		return 0
	}
	sex := babyLetter(r.words[0][0])
	second := r.words[1]
	switch {
	case second == "O" || second == "OF":
		r.link = r.stroke || r.n > 2
		r.addCore(core(weak, sex))
		if r.stroke {
			r.medium++
		}
		return 2
	case r.n == 2 && second == "G" && r.words[0] == "B":
		r.addCore(core(weak, 'F'))
		r.weak++ // two weak words make one
		return 2
	case r.n == 2 && isDigits(second) && digitOrder(second) != 0:
		r.addCore(core(medium, sex))
		return 1
	}
	return 0
}

// word reads word i and returns the next to read.
func (r *reader) word(i int) int {
	w := r.words[i]
	if isDigits(w) {
		if o := digitOrder(w); o != 0 {
			r.addOrder(o)
			r.numbered = true
		}
		if i+2 < r.n && r.words[i+1] == "OF" && isDigits(r.words[i+2]) {
			return i + 3 // TWIN 1 OF 2
		}
		return i + 1
	}
	s := senseOf(w)
	if s.kind == wordCore && s.strength == weak && r.n > 1 && r.isName(w) {
		s = wordSense{}
	}
	switch s.kind {
	case wordCore:
		r.addCore(s)
		return i + 1
	case wordChild:
		r.child = true
		r.addSex(s.sex)
		return i + 1
	case wordOrdinal:
		r.addOrdinal(i, s)
		return i + 1
	case wordLink:
		r.link = r.link || i > 0
		return i + 1
	case wordFiller:
		if w == "FIRST" && !(i+1 < r.n && r.words[i+1] == "NAME") {
			r.addOrdinal(i, ordinal(1))
		}
		return i + 1
	}
	if r.glue(w) || r.slip(i) {
		return i + 1
	}
	r.other(i)
	return i + 1
}

func (r *reader) addCore(s wordSense) {
	switch s.strength {
	case weak:
		r.weak++
	case medium:
		r.medium++
	case strong:
		r.strong++
	}
	r.addSex(s.sex)
}

func (r *reader) addSex(sex byte) {
	switch sex {
	case 'M':
		r.boys++
	case 'F':
		r.girls++
	}
}

func (r *reader) addOrder(o uint8) {
	if o == 0 {
		return
	}
	r.orders = r.orders || r.order != 0 && r.order != o
	r.order = o
}

// addOrdinal takes a letter or number word. After BABY and NEWBORN the letters
// G, F and M say the sex, and so does B of an only child.
func (r *reader) addOrdinal(i int, s wordSense) {
	w := r.words[i]
	afterCore := i > 0 && r.cores() > 0 && r.before.empty() && r.after.empty()
	if afterCore && len(w) == 1 && r.boys+r.girls == 0 && (w == "G" || w == "F") && isSexless(r.words[i-1]) {
		r.addSex('F')
		r.lettered = true
		return
	}
	if afterCore && w == "B" && r.boys+r.girls == 0 && isSexless(r.words[i-1]) && r.onlyBoy() {
		r.addSex('M')
		return
	}
	r.addOrder(s.order)
	if len(w) > 1 {
		r.numbered = true
	} else if i > 0 && senseOf(r.words[i-1]).kind == wordCore {
		r.lettered = true
	}
}

// onlyBoy says whether the record makes B a boy's letter, for it says that the
// child is no twin's second.
func (r *reader) onlyBoy() bool { return r.ctx.Single && r.ctx.Sex != 'F' }

func isSexless(w string) bool {
	return w == "BABY" || w == "NEWBORN" || w == "NB" || w == "INFANT" || w == "BEBE"
}

func (r *reader) cores() int { return r.weak + r.medium + r.strong }

// glue reads a word that a placeholder is glued from.
func (r *reader) glue(w string) bool {
	g := gluedStems(w)
	switch {
	case !g.ok:
		g = r.gluedToKnown(w)
	case g.order == 2 && g.sex == 0 && isSexless(w[:len(w)-1]) && w[len(w)-1] == 'B' && r.onlyBoy():
		g.order, g.sex = 0, 'M' // BABYB
	}
	if !g.ok && r.n <= 4 {
		if sex, ok := misspelled(w); ok {
			g = gluedWord{ok: true, strength: strong, sex: sex}
		} else {
			g = gluedToAny(w)
			// A weak one is read of a newborn only, and not beside real words.
			if g.ok && g.strength == weak && !r.newborn() && !r.numberedName() {
				return false
			}
		}
	}
	if !g.ok {
		return false
	}
	r.addCore(wordSense{strength: g.strength, sex: g.sex})
	r.doubled = r.doubled || g.doubled
	r.addOrder(g.order)
	r.numbered = r.numbered || g.numbered
	switch {
	case g.rest == "":
	case g.of == ofMother:
		r.mother, r.glued, r.possessive = g.rest, true, true
	default:
		r.gluedRest(g)
	}
	return true
}

// numberedName tells whether a digit stands before the one word: 1JANEGIRL.
func (r *reader) numberedName() bool { return r.n == 2 && r.numbered }

// gluedRest says whose name was glued to a placeholder.
func (r *reader) gluedRest(g gluedWord) {
	r.glued = true
	switch {
	case g.of == ofFamily:
		r.kin = g.rest
	case g.of == ofMother:
		r.mother = g.rest
	case g.doubled && !g.before:
		r.kin = g.rest // BABYBOYJONES: a family name, if not the one in the record
	case g.before && r.family != "" && r.ctx.MotherGiven == "":
		r.mother = motherName(g.rest)
	case r.family == "" && r.ctx.Family == "":
		r.kin = g.rest
	case r.ctx.MotherGiven == "":
		r.mother = g.rest
		if given, ok := strings.CutSuffix(g.rest, r.family); ok && len(given) >= 3 && len(r.family) >= 3 {
			r.mother = given // GIRLJUDYSMITH SMITH
		}
	}
}

// gluedToKnown tries the names that the record holds.
func (r *reader) gluedToKnown(w string) (g gluedWord) {
	try := func(names string, of relation) bool {
		whole := names
		if strings.Contains(names, " ") {
			whole = strings.ReplaceAll(names, " ", "") // BABYBOYSMITHJONES
		}
		if g = gluedTo(w, whole); g.ok {
			g.of, g.rest = of, names
			return true
		}
		for names != "" {
			var name string
			name, names = nextWord(names)
			if g = gluedTo(w, name); g.ok {
				g.of = of
				return true
			}
		}
		return false
	}
	if all, mother := w, r.ctx.MotherGiven; mother != "" && len(r.family) >= 3 && strings.HasPrefix(w, mother) {
		// JUDYSGIRLSMITH is JUDYSGIRL, and the family name once more.
		if w = strings.TrimSuffix(w, strings.ReplaceAll(r.family, " ", "")); w != all && try(mother, ofMother) {
			r.mother, r.glued, g.of, g.rest = g.rest, true, unrelated, ""
			return g
		}
		w = all
	}
	_ = try(r.ctx.MotherGiven, ofMother) || try(r.family, ofFamily) || try(r.ctx.Family, ofFamily) ||
		try(r.ctx.MotherFamily, ofFamily)
	if g.ok && g.of == ofMother {
		g.of = unrelated // confirmed: certain, other than a mere possessive
		r.mother = g.rest
		r.glued = true
		g.rest = ""
	}
	return g
}

// slip reads BOY or GIRL misspelled beside a core word.
func (r *reader) slip(i int) bool {
	beside := i > 0 && isSurelyCore(r.words[i-1]) || i+1 < r.n && isSurelyCore(r.words[i+1])
	if !beside || r.isName(r.words[i]) {
		return false
	}
	sex, ok := misspelledAfter(r.words[i])
	if ok {
		r.addCore(core(medium, sex))
		return true
	}
	w := r.words[i]
	if w != "BABY" && len(w) >= 3 && (w[0] == 'B' || w == "ABY") && within1(w, "BABY") && i+1 < r.n && isSurelyCore(r.words[i+1]) {
		r.addCore(core(medium, 0))
		return true
	}
	return false
}

func isSurelyCore(w string) bool {
	s := senseOf(w)
	return s.kind == wordCore && s.strength >= medium && len(w) > 2
}

// isName tells whether a word is one of the names that the record holds.
func (r *reader) isName(w string) bool {
	return hasWord(r.ctx.MotherGiven, w) || r.isKin(w)
}

func (r *reader) isKin(w string) bool {
	return hasWord(r.family, w) || hasWord(r.ctx.Family, w) || hasWord(r.ctx.MotherFamily, w)
}

// hasWord tells whether w is one of the names, or all of them, written apart or
// together (SMITHJONES for SMITH JONES).
func hasWord(names, w string) bool {
	if w == "" || len(w) > len(names) {
		return false
	}
	if w == names {
		return true
	}
	at := 0 // how much of w the words so far have spelled, written together
	for names != "" {
		var name string
		name, names, _ = strings.Cut(names, " ")
		if name == w {
			return true
		}
		if at >= 0 && strings.HasPrefix(w[at:], name) {
			at += len(name)
		} else {
			at = -1
		}
	}
	return at == len(w)
}

// other takes a word that is no part of a placeholder: somebody's name.
func (r *reader) other(i int) {
	w := r.words[i]
	if len(w) == 1 {
		if w == "M" && i > 0 && isSexless(r.words[i-1]) && r.boys+r.girls == 0 {
			r.addSex('M') // BABY M
		}
		return // an initial
	}
	afterCore := r.cores() > 0 || r.child
	if !afterCore && i+1 < r.n && len(w) > 2 && w[len(w)-1] == 'S' {
		if s := w[:len(w)-1]; hasWord(r.ctx.MotherGiven, s) || hasWord(r.ctx.MotherGiven, w) {
			r.mother, r.possessive = s, true
			if hasWord(r.ctx.MotherGiven, w) {
				r.mother = w
			}
			return
		}
	}
	switch {
	case hasWord(r.ctx.MotherGiven, w):
		if r.mother == "" {
			r.mother = w
		}
	case r.isKin(w):
		if r.kin == "" {
			r.kin = w
		}
	case afterCore:
		r.after.add(i)
	default:
		r.before.add(i)
	}
}

// add appends word i, unless it does not follow: the first row of words counts.
func (s *span) add(i int) {
	if s.empty() {
		*s = span{from: i, to: i + 1}
	} else if s.to == i {
		s.to++
	}
}
