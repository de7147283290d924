package patient

import "strings"

// A familyReading is a family name without the placeholder that stood in it.
type familyReading struct {
	clean  string
	sex    byte
	order  uint8
	found  bool // a placeholder was taken out
	strong bool // it was one that no family is called
}

// familyOf takes a placeholder out of a folded family name: SMITH BABY BOY,
// BABYBOYSMITH. Words that are surnames as well (BOY, NEWBORN) are only taken
// beside a given name that is a placeholder, or none.
func familyOf(family string, beside bool) familyReading {
	f := familyReading{clean: family}
	if isNoFamily(family) || beside && (family == "NULL" || isTestless(family)) {
		f.clean = ""
		return f
	}
	if !strings.ContainsRune(family, ' ') {
		f.word(family, beside)
		return f
	}
	return f.words(family, beside)
}

// isTestless holds what stands for a missing family name beside a missing
// given name.
func isTestless(family string) bool {
	unnamed, sure := isUnnamed(family)
	return unnamed && sure
}

// word reads a family name of one word.
func (f *familyReading) word(w string, beside bool) {
	if g := gluedStems(w); g.ok && (g.strength == strong && stemsAt(w).count > 1 || beside && isFamilyPlaceholder(w)) {
		f.take(g.sex, g.order, g.strength == strong)
		f.clean = ""
		return
	}
	if beside && (w == "BB" || w == "BG") {
		f.take(babyLetter(w[1]), 0, false)
		f.clean = ""
		return
	}
	for _, head := range [...]string{"BABYBOY", "BABYGIRL"} {
		sex := head[4]
		if rest, ok := strings.CutPrefix(w, head); ok && len(rest) >= 2 {
			f.take(babyLetter(sex), 0, true)
			f.clean = rest
			return
		}
		if rest, ok := strings.CutSuffix(w, head); ok && len(rest) >= 2 {
			f.take(babyLetter(sex), 0, true)
			f.clean = rest
			return
		}
	}
}

// isFamilyPlaceholder tells whether a stem that is a placeholder beside another
// one is hardly a surname: NEWBORN, TWIN, INFANT and MALE are kept.
func isFamilyPlaceholder(w string) bool {
	switch w[0] {
	case 'B', 'G', 'F':
		return true
	}
	return false
}

// words reads a family name of several words: the longest row of placeholder
// words in it goes, with the ordinals after it.
func (f familyReading) words(family string, beside bool) familyReading {
	var clean []byte
	cores, named, kept := 0, 0, 0 // BB and BG count as no core: they may be initials
	inRow := false
	for rest := family; rest != ""; {
		var w string
		w, rest = nextWord(rest)
		s := familySense(w, cores)
		if s.kind == wordCore {
			if len(w) > 2 {
				cores++
			}
			inRow = true
			named += int(s.strength / strong) // a word that is enough alone
			f.take(s.sex, s.order, false)
			continue
		}
		if inRow && (s.kind == wordOrdinal || isDigits(w)) {
			f.take(0, max(s.order, digitOrder(w)), false)
			continue
		}
		inRow = false
		if kept++; kept > 1 {
			clean = append(clean, ' ')
		}
		clean = append(clean, w...)
	}
	f.strong = cores > 1 || named > 0
	if !f.found || !f.strong && !beside {
		return familyReading{clean: family}
	}
	f.clean = string(clean)
	return f
}

// familySense is what a word of a family name means, beside others.
func familySense(w string, cores int) wordSense {
	switch w {
	case "BABY", "BOY", "GIRL", "BABYBOY", "BABYGIRL", "FEMALE", "NEWBORN", "INFANT", "MALE", "TWIN", "BABYA", "BABYB", "BBOY", "BGIRL":
		g := gluedStems(w)
		if stemsAt(w).count < 2 {
			g.strength = medium
		}
		return wordSense{kind: wordCore, strength: g.strength, sex: g.sex, order: g.order}
	case "BB", "BG":
		return core(medium, babyLetter(w[1]))
	}
	if s := senseOf(w); s.kind == wordOrdinal {
		return s
	}
	if sex, ok := misspelledAfter(w); ok && cores > 0 {
		return core(medium, sex)
	}
	return wordSense{}
}

func (f *familyReading) take(sex byte, order uint8, sure bool) {
	f.found = true
	f.strong = f.strong || sure
	if sex != 0 {
		f.sex = sex
	}
	if order != 0 {
		f.order = order
	}
}

// digitOrder reads a digit word as a birth order, 0 for none.
func digitOrder(w string) uint8 {
	for len(w) > 1 && w[0] == '0' {
		w = w[1:]
	}
	if len(w) == 1 && '1' <= w[0] && w[0] <= '8' {
		return w[0] - '0'
	}
	return 0
}
