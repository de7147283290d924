package patient

import (
	"math/bits"
	"strings"
)

// lettersOf is the set of the letters of an upper-case word.
func lettersOf(w string) uint32 {
	var m uint32
	for i := 0; i < len(w); i++ {
		if c := w[i] - 'A'; c < 26 {
			m |= 1 << c
		}
	}
	return m
}

// The letters of the stems. No name is a placeholder but by a word of the
// vocabulary, by one of the first group of stems, written in full, or by all
// letters but one of the second.
var (
	lettersBoy     = lettersOf("BOY")
	lettersGirl    = lettersOf("GIRL")
	lettersBaby    = lettersOf("BABY")
	lettersTwin    = lettersOf("TWIN")
	lettersInfant  = lettersOf("INFANT")
	lettersTriplet = lettersOf("TRIPLET")
	lettersMale    = lettersOf("MALE")
	lettersNeonate = lettersOf("NEONATE")

	lettersNewborn = lettersOf("NEWBORN")
	lettersUnknown = lettersOf("UNKNOWN")
	lettersUnnamed = lettersOf("UNNAMED")
	lettersRecien  = lettersOf("RECIENNACIDO")
)

// suspicious tells quickly whether a folded given name may be a placeholder.
// It must never miss one; it may suspect a name wrongly (TOBY has the letters
// of BOY).
func suspicious(given string) bool {
	if given == "" {
		return false
	}
	var letters uint32
	start := 0
	for i := 0; i < len(given); i++ {
		c := given[i]
		if k := c - 'A'; k < 26 {
			letters |= 1 << k
			continue
		}
		if c != ' ' {
			if isDigit(c) {
				return true
			}
			continue
		}
		if suspiciousWord(given[start:i]) {
			return true
		}
		start = i + 1
	}
	return suspiciousStem(given, letters) || suspiciousWord(given[start:])
}

// suspiciousStem tells whether a stem stands in a name, whose letters are m.
// The letters are asked first: they exclude 19 of 20 names at once.
func suspiciousStem(name string, m uint32) bool {
	in := func(letters uint32, stem string) bool { return m&letters == letters && strings.Contains(name, stem) }
	if in(lettersBoy, "BOY") || in(lettersBaby, "BABY") || in(lettersTwin, "TWIN") || in(lettersInfant, "INFANT") ||
		in(lettersTriplet, "TRIPLET") || in(lettersGirl, "GIR") || in(lettersGirl, "GRIL") || in(lettersMale, "MALE") ||
		in(lettersNeonate, "NEONATE") {
		return true
	}
	but := func(long uint32) bool { return bits.OnesCount32(long&^m) <= 1 }
	return but(lettersNewborn) || but(lettersUnknown) || but(lettersUnnamed) || but(lettersRecien)
}

// suspiciousWord tells whether a word is in the vocabulary, or begins
// as only placeholders do.
func suspiciousWord(w string) bool {
	switch len(w) {
	case 0:
		return false
	case 1:
		return true
	}
	switch w[:2] {
	case "BB", "BG", "NB", "XX", "ZZ":
		return true
	}
	if senseOf(w).kind != wordOther || isTestWord(w) || isUnnamedIfYoung(w) || isCartoonFamily(w) {
		return true
	}
	unnamed, _ := isUnnamed(w)
	return unnamed
}

// suspiciousFamily tells quickly whether a folded family name may hold a
// placeholder or make one of the given name.
func suspiciousFamily(family string) bool {
	return isCartoonFamily(family) || isNoFamily(family) || len(family) >= 6 && suspiciousStem(family, lettersOf(family))
}

func isCartoonFamily(w string) bool {
	switch w {
	case "MOUSE", "DUCK", "BUNNY", "FLINTSTONE", "CLAUS":
		return true
	}
	return false
}
