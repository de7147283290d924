package patient

import "strings"

// A wordKind says what a word of a given name can be in a placeholder.
type wordKind uint8

const (
	wordOther   wordKind = iota
	wordCore             // BABY, BOY, NINA: makes a placeholder
	wordChild            // SON, DAUGHTER: makes one only before OF
	wordOrdinal          // ONE, A
	wordLink             // OF, DE
	wordFiller           // SISTER, UNKNOWN, TEST: means nothing beside a core
)

// How much a core word says on its own.
const (
	weak   uint8 = 1 + iota // a name too (NINA, BEBE, MC): only of a newborn
	medium                  // BABY, BOY: up to a year, or where the age is not known
	strong                  // BABYBOY, TWIN: always
)

// A wordSense is what a word means in a placeholder.
type wordSense struct {
	kind     wordKind
	strength uint8
	sex      byte
	order    uint8
}

func core(strength uint8, sex byte) wordSense {
	return wordSense{kind: wordCore, strength: strength, sex: sex}
}

func ordinal(n uint8) wordSense { return wordSense{kind: wordOrdinal, order: n} }

// senseOf looks a folded word up. It is a switch, not a map, because every
// given name of every record passes here.
func senseOf(w string) wordSense {
	switch w {
	case "BABY":
		return core(medium, 0)
	case "BOY", "MALE":
		return core(medium, 'M')
	case "GIRL", "FEMALE":
		return core(medium, 'F')
	case "BB", "NEONATO", "NACIDO", "NASIDO", "GEMELO", "MELLIZO":
		return core(medium, 'M')
	case "BG", "NACIDA", "NASIDA", "GEMELA", "MELLIZA":
		return core(medium, 'F')
	case "NEWBORN", "INF", "RECIEN":
		return core(medium, 0)
	case "TWIN", "TRIPLET", "QUADRUPLET", "QUINTUPLET", "INFANT", "NEONATE", "LIVEBORN", "BABYNB", "NBBABY":
		return core(strong, 0)
	case "BBOY", "NBM", "NBBOY", "RECIENNACIDO":
		return core(strong, 'M')
	case "BGIRL", "NBF", "NBGIRL", "RECIENNACIDA":
		return core(strong, 'F')
	case "NB", "RN", "BEBE", "BEBY":
		return core(weak, 0)
	case "MC", "NINO", "NENE", "BEBITO", "VARON", "HIJO", "MASCULINO", "BO":
		return core(weak, 'M')
	case "FC", "NINA", "NENA", "BEBITA", "HEMBRA", "HIJA", "FEMENINO", "FEMENINA", "GO":
		return core(weak, 'F')
	case "SON", "BROTHER":
		return wordSense{kind: wordChild, sex: 'M'}
	case "DAUGHTER", "SISTER":
		return wordSense{kind: wordChild, sex: 'F'}
	case "CHILD", "PRODUCT":
		return wordSense{kind: wordChild}
	case "A", "ONE", "I", "UNO", "UNA", "PRIMERO", "PRIMERA":
		return ordinal(1)
	case "B", "TWO", "II", "SECOND", "DOS", "SEGUNDO", "SEGUNDA":
		return ordinal(2)
	case "C", "THREE", "III", "THIRD", "TRES":
		return ordinal(3)
	case "D", "FOUR", "IV", "CUATRO":
		return ordinal(4)
	case "E", "FIVE", "V", "CINCO":
		return ordinal(5)
	case "F", "SIX", "VI":
		return ordinal(6)
	case "G", "SEVEN", "VII":
		return ordinal(7)
	case "H", "EIGHT", "VIII":
		return ordinal(8)
	case "OF", "DE", "DEL":
		return wordSense{kind: wordLink}
	case "TEST", "PATIENT", "JR", "SR", "THE", "ST", "ND", "RD", "TH", "NO", "NOT", "NAME", "NAMED", "YET",
		"FIRST", "LAST", "MIDDLE", "GIVEN", "PENDING", "UNNAMED", "UNKNOWN", "UNK", "TBD", "TBA", "FNU", "LNU":
		return wordSense{kind: wordFiller}
	}
	return wordSense{}
}

// isUnnamed tells whether letters, a whole name without its spaces, say that
// there is no name; sure is false where they are somebody's name too.
func isUnnamed(letters string) (unnamed, sure bool) {
	switch letters {
	case "UNKNOWN", "UNK", "UNKN", "UNKNOWNNAME", "UNKNOWNFIRSTNAME", "UNKNOWNFIRST", "UNKNOWNGIVENNAME",
		"NAMEUNKNOWN", "FIRSTNAMEUNKNOWN", "GIVENNAMEUNKNOWN", "NAMEUNK", "UNKNOWNUNKNOWN", "UNKUNK",
		"NONE", "NONAME", "NOFIRSTNAME", "NOFIRSTNAM", "NOFIRST", "NOLASTNAME", "NOLASTNAM", "NOLAST",
		"NOMIDDLENAME", "NOMIDDLENAM", "NOGIVENNAME", "NONAMEGIVEN", "NONAMEYET", "NAMELESS", "NOFN", "NOLN",
		"NOTNAMED", "NOTNAMEDYET", "NOTYETNAMED", "NOTYET", "TOBENAMED", "TOBEDETERMINED", "TBD", "TBA",
		"PENDING", "NAMEPENDING", "PENDINGNAME", "NAMETOFOLLOW", "NOTGIVEN", "NAMENOTGIVEN", "NOTAVAILABLE",
		"NOTKNOWN", "NOTPROVIDED", "NOTREPORTED", "NOTSTATED", "NOTENTERED",
		"UNNAMED", "UNAMED", "UNNAMEDBABY", "UNNAMEDINFANT", "UNIDENTIFIED", "EMPTY", "MISSING",
		"FNU", "LNU", "NFN", "NLN", "NMN", "FNUFNU", "FNULNU", "DUPLICATE", "DONOTUSE", "DECEASED", "REFUSED",
		"ANONYMOUS", "ANONYMOUSPATIENT", "SINNOMBRE", "DESCONOCIDO", "DESCONOCIDA", "NOMBREDESCONOCIDO",
		"SINNOMBREAUN", "NOMBREPENDIENTE", "JOHNDOE", "JANEDOE":
		return true, true
	case "X", "U":
		return true, false
	}
	if len(letters) >= 2 && (letters[:2] == "XX" || letters[:2] == "ZZ") {
		// Before a vowel it may be a slip: ZZACHARY, XXAVIER.
		return true, len(letters) == 2 || !isVowel(letters[2])
	}
	// The common slips of the two long words: UNKOWN, UNKNWON, UNNAMMED.
	return len(letters) >= 6 && letters[0] == 'U' &&
		(within1(letters, "UNKNOWN") || within1(letters, "UNNAMED")), true
}

func isVowel(c byte) bool { return strings.IndexByte("AEIOUY", c) >= 0 }

// isUnnamedIfYoung holds the words that say "no name" and are also names: NA
// and UN are Korean given names, NULL is a surname. They are taken of a newborn
// only, or where the family name says nothing either.
func isUnnamedIfYoung(letters string) bool {
	return letters == "NA" || letters == "UN" || letters == "UK" || letters == "NULL" || letters == "NIL"
}

// isNoFamily tells whether a family name says that there is none.
func isNoFamily(family string) bool {
	switch family {
	case "UNKNOWN", "UNK", "UNKN", "UNKNOWN NAME", "UNKNOWN LAST NAME", "LAST NAME UNKNOWN", "NAME UNKNOWN",
		"NO LAST NAME", "NO LASTNAME", "NOLASTNAME", "NO LAST NAM", "NO NAME", "NONAME", "NO FAMILY NAME",
		"LNU", "NLN", "FNU", "NFN", "UNNAMED", "NOT NAMED YET", "TBD", "TBA", "X", "N A", "NOT GIVEN",
		"NOT PROVIDED", "NOT AVAILABLE", "SIN APELLIDO", "DESCONOCIDO", "DO NOT USE", "DUPLICATE":
		return true
	}
	return len(family) >= 2 && family[:2] == "XX"
}

// isTestWord tells whether a word stands for no person but for a test. Neither
// part of a name alone makes a test: TEST and PATIENT are surnames.
func isTestWord(w string) bool {
	switch w {
	case "TEST", "TESTING", "TESTER", "PATIENT", "TESTPATIENT", "PATIENTTEST", "TESTCASE", "TESTNAME",
		"TESTFIRST", "TESTLAST", "TESTBABY", "TESTCHILD", "DUMMY", "DEMO", "SAMPLE", "FAKE", "EXAMPLE":
		return true
	}
	return len(w) >= 2 && (w[:2] == "ZZ" || w[:2] == "XX")
}

// isTestPair tells whether two names together are nobody's but a cartoon's.
// Each alone is a real name: every DONALD and every MOUSE must pass.
func isTestPair(given, family string) bool {
	switch family {
	case "MOUSE":
		switch given {
		case "MICKEY", "MICKY", "MICKIE", "MINNIE", "MINNY", "MIGHTY":
			return true
		}
	case "DUCK":
		return given == "DONALD" || given == "DAISY" || given == "DAFFY"
	case "BUNNY":
		return given == "BUGS" || given == "EASTER"
	case "FLINTSTONE":
		return given == "FRED" || given == "WILMA" || given == "PEBBLES"
	case "CLAUS":
		return given == "SANTA"
	}
	return false
}

// motherName takes the possessive S off a word: JUDYS -> JUDY. Names that end
// in S themselves are left whole (FRANCESGIRL).
func motherName(w string) string {
	switch w {
	case "AGNES", "ALEXIS", "ANAIS", "BEATRIS", "CARLOS", "CHRIS", "CRIS", "DAMARIS", "DELORES", "DOLORES", "DORCAS",
		"DORIS", "FRANCES", "GENESIS", "GLADYS", "GLENYS", "INES", "IRIS", "JAMES", "JANIS", "LOIS", "LOURDES", "MAVIS",
		"MERCEDES", "MILAGROS", "NIEVES", "PARIS", "PHYLIS", "PHYLLIS", "PRECIOUS", "REMEDIOS", "TESS":
		return w
	}
	return strings.TrimSuffix(w, "S")
}

// within1 tells whether one insertion, deletion, substitution or transposition
// of neighbours at most parts a from b.
func within1(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) < len(b) {
		return a[i:] == b[i+1:]
	}
	if i >= len(a)-1 || a[i+1:] == b[i+1:] {
		return true
	}
	return a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}
