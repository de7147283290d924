package patient

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/idem-health/idem/internal/fold"
)

var (
	ageUnknown = placeholderContext{AgeDays: -1}
	dayOld     = placeholderContext{AgeDays: 1}
	adult      = placeholderContext{AgeDays: 40 * 365}
	onlyChild  = placeholderContext{AgeDays: 1, Single: true}
)

// born returns a context with a mother and a family name.
func born(mother, motherFamily string, days int) placeholderContext {
	return placeholderContext{MotherGiven: mother, MotherFamily: motherFamily, AgeDays: days}
}

func TestClassify(t *testing.T) {
	p := func(c Class, sex byte, order uint8, mother, family string, f Confidence) Placeholder {
		return Placeholder{Class: c, Sex: sex, Order: order, MotherGiven: mother, Family: family, Confidence: f}
	}
	for _, c := range []struct {
		given, family string
		ctx           placeholderContext
		want          Placeholder
		cleaned       string // family name
	}{
		// Generic, spaced, glued, numbered, misspelled.
		{"BABY BOY", "SMITH", ageUnknown, p(Generic, 'M', 0, "", "", Certain), "SMITH"},
		{"Babygirl", "Smith", ageUnknown, p(Generic, 'F', 0, "", "", Certain), "SMITH"},
		{"Baby-Girl", "Smith", ageUnknown, p(Generic, 'F', 0, "", "", Certain), "SMITH"},
		{"BABY BOY #2", "SMITH", ageUnknown, p(Generic, 'M', 2, "", "", Certain), "SMITH"},
		{"BABY BOY II", "SMITH", ageUnknown, p(Generic, 'M', 2, "", "", Certain), "SMITH"},
		{"BABYBOYB", "SMITH", ageUnknown, p(Generic, 'M', 2, "", "", Certain), "SMITH"},
		{"GIRL TWIN 2", "SMITH", ageUnknown, p(Generic, 'F', 2, "", "", Certain), "SMITH"},
		{"TWIN B", "SMITH", adult, p(Generic, 0, 2, "", "", Certain), "SMITH"},
		{"Twin 1 of 2", "SMITH", ageUnknown, p(Generic, 0, 1, "", "", Certain), "SMITH"},
		{"Second Twin", "SMITH", ageUnknown, p(Generic, 0, 2, "", "", Certain), "SMITH"},
		{"TRIPLET C", "SMITH", ageUnknown, p(Generic, 0, 3, "", "", Certain), "SMITH"},
		{"FEMALETWINA", "SMITH", ageUnknown, p(Generic, 'F', 1, "", "", Certain), "SMITH"},
		{"FEMALEBABY", "SMITH", ageUnknown, p(Generic, 'F', 0, "", "", Certain), "SMITH"},
		{"INFANTMALE", "SMITH", ageUnknown, p(Generic, 'M', 0, "", "", Certain), "SMITH"},
		{"ABABYGIRL", "SMITH", ageUnknown, p(Generic, 'F', 1, "", "", Certain), "SMITH"},
		{"BGTWO", "SMITH", ageUnknown, p(Generic, 'F', 2, "", "", Certain), "SMITH"},
		{"BB1", "SMITH", ageUnknown, p(Generic, 'M', 1, "", "", Certain), "SMITH"},
		{"MC2", "SMITH", ageUnknown, p(Generic, 'M', 2, "", "", Probable), "SMITH"},
		{"BABY G", "SMITH", ageUnknown, p(Generic, 'F', 0, "", "", Certain), "SMITH"},
		{"BABYG", "SMITH", ageUnknown, p(Generic, 'F', 0, "", "", Certain), "SMITH"},
		{"BABY M", "SMITH", ageUnknown, p(Generic, 'M', 0, "", "", Certain), "SMITH"},
		{"BABY B", "SMITH", ageUnknown, p(Generic, 0, 2, "", "", Certain), "SMITH"},
		{"BABY B", "SMITH", onlyChild, p(Generic, 'M', 0, "", "", Certain), "SMITH"},
		{"BABYB", "SMITH", onlyChild, p(Generic, 'M', 0, "", "", Certain), "SMITH"},
		{"BABY A", "SMITH", onlyChild, p(Generic, 0, 1, "", "", Certain), "SMITH"},
		{"BABY B", "SMITH", placeholderContext{AgeDays: 1, Single: true, Sex: 'F'}, p(Generic, 0, 2, "", "", Certain), "SMITH"},
		{"BABYG JESSICA JESSICA", "SMITH", dayOld, p(Composed, 'F', 0, "JESSICA", "", Probable), "SMITH"},
		{"Hija de Josie Josie", "Hartley", dayOld, p(Composed, 'F', 0, "JOSIE", "", Probable), "HARTLEY"},
		{"GIRLSHAJENNAWOMACK", "WOMACK", dayOld, p(Composed, 'F', 0, "SHAJENNA", "", Probable), "WOMACK"},
		{"BABY OY", "SMITH", ageUnknown, p(Generic, 'M', 0, "", "", Certain), "SMITH"},
		{"BABY GRIL", "SMITH", ageUnknown, p(Generic, 'F', 0, "", "", Certain), "SMITH"},
		{"BABYGRIL", "SMITH", ageUnknown, p(Generic, 'F', 0, "", "", Certain), "SMITH"},
		{"BAYB BOY", "SMITH", ageUnknown, p(Generic, 'M', 0, "", "", Certain), "SMITH"},
		{"NEWBRON", "SMITH", ageUnknown, p(Generic, 0, 0, "", "", Certain), "SMITH"},
		{"BOY GIRL", "SMITH", ageUnknown, p(Generic, 0, 0, "", "", Certain), "SMITH"},
		{"BABY A TWIN B", "SMITH", ageUnknown, p(Generic, 0, 0, "", "", Certain), "SMITH"},
		{"Infant Of", "SMITH", ageUnknown, p(Generic, 0, 0, "", "", Certain), "SMITH"},
		{"B/O", "SMITH", ageUnknown, p(Generic, 'M', 0, "", "", Certain), "SMITH"},
		{"Unnamed Boy", "SMITH", ageUnknown, p(Generic, 'M', 0, "", "", Certain), "SMITH"},
		{"BABY NOT NAMED YET", "SMITH", ageUnknown, p(Generic, 0, 0, "", "", Certain), "SMITH"},

		// Composed with the mother's given name, known or not.
		{"JUDYSGIRL", "SMITH", born("JUDY", "JONES", 1), p(Composed, 'F', 0, "JUDY", "", Certain), "SMITH"},
		{"Judy's Girl", "SMITH", born("JUDY", "JONES", 1), p(Composed, 'F', 0, "JUDY", "", Certain), "SMITH"},
		{"1JUDYSGIRL", "SMITH", born("JUDY", "JONES", -1), p(Composed, 'F', 1, "JUDY", "", Certain), "SMITH"},
		{"JUDYSGIRL", "SMITH", ageUnknown, p(Composed, 'F', 0, "JUDY", "", Probable), "SMITH"},
		{"2Katherinesgirl", "SMITH", ageUnknown, p(Composed, 'F', 2, "KATHERINE", "", Probable), "SMITH"},
		{"FRANCESGIRL", "SMITH", ageUnknown, p(Composed, 'F', 0, "FRANCES", "", Probable), "SMITH"},
		{"JUDYSGRIL", "SMITH", born("JUDY", "JONES", 1), p(Composed, 'F', 0, "JUDY", "", Certain), "SMITH"},
		{"JUDYS GIRL A", "SMITH", born("JUDY", "", 1), p(Composed, 'F', 1, "JUDY", "", Certain), "SMITH"},
		{"JUDYS GIRL A", "SMITH", ageUnknown, p(Composed, 'F', 1, "JUDY", "", Probable), "SMITH"},
		{"JUDY GIRL A", "SMITH", ageUnknown, p(Composed, 'F', 1, "JUDY", "", Probable), "SMITH"},
		{"JUDY GIRL", "SMITH", born("JUDY ANN", "", -1), p(Composed, 'F', 0, "JUDY", "", Certain), "SMITH"},
		{"JUDY GIRL", "SMITH", dayOld, p(Composed, 'F', 0, "JUDY", "", Probable), "SMITH"},
		{"JANEGIRL", "SMITH", born("JANE", "", -1), p(Composed, 'F', 0, "JANE", "", Certain), "SMITH"},
		{"GIRLMARIE", "SMITH", born("MARIE", "", 1), p(Composed, 'F', 0, "MARIE", "", Certain), "SMITH"},
		{"GIRLMARIE", "SMITH", dayOld, p(Composed, 'F', 0, "MARIE", "", Probable), "SMITH"},
		{"BOYMARIE", "SMITH", born("MARIE", "", 1), p(Composed, 'M', 0, "MARIE", "", Certain), "SMITH"},
		{"BOYMARIE", "SMITH", dayOld, p(Composed, 'M', 0, "MARIE", "", Probable), "SMITH"},
		{"GIRL1MARIE", "SMITH", ageUnknown, p(Composed, 'F', 1, "MARIE", "", Probable), "SMITH"},
		{"BABYG HEATHER", "SMITH", ageUnknown, p(Composed, 'F', 0, "HEATHER", "", Probable), "SMITH"},
		{"Boy of Maria", "LOPEZ", ageUnknown, p(Composed, 'M', 0, "MARIA", "", Certain), "LOPEZ"},
		{"B/O MARIA", "LOPEZ", ageUnknown, p(Composed, 'M', 0, "MARIA", "", Certain), "LOPEZ"},
		{"G/O Maria", "LOPEZ", born("MARIA", "PENA", 2), p(Composed, 'F', 0, "MARIA", "", Certain), "LOPEZ"},
		{"SON OF MARIA", "LOPEZ", ageUnknown, p(Composed, 'M', 0, "MARIA", "", Certain), "LOPEZ"},
		{"BABY RUTH", "SMITH", born("RUTH", "", 3), p(Composed, 0, 0, "RUTH", "", Certain), "SMITH"},

		{"BABYBOYOFMARIA", "LOPEZ", ageUnknown, p(Composed, 'M', 0, "MARIA", "", Probable), "LOPEZ"},
		{"BABYBOY MARIA", "LOPEZ", adult, p(Composed, 'M', 0, "MARIA", "", Probable), "LOPEZ"},
		{"WENDYSGIRL", "SMITH", adult, p(Composed, 'F', 0, "WENDY", "", Probable), "SMITH"},
		{"AJUDYSGIRL", "SMITH", born("JUDY", "JONES", 1), p(Composed, 'F', 1, "JUDY", "", Certain), "SMITH"},

		// Fused with a family name, in either field.
		{"BABYBOYSMITH", "SMITH", ageUnknown, p(Fused, 'M', 0, "", "SMITH", Certain), "SMITH"},
		{"BABYBOYSMITH", "UNKNOWN", ageUnknown, p(Fused, 'M', 0, "", "SMITH", Probable), "SMITH"},
		{"BABYBOYSMITH", "SMYTH", ageUnknown, p(Fused, 'M', 0, "", "SMITH", Certain), "SMYTH"},
		{"BABYBOYJONES", "SMITH", ageUnknown, p(Fused, 'M', 0, "", "JONES", Probable), "SMITH"},
		{"BABYGIRLJONES", "SMITH", born("JUDY", "JONES", 1), p(Fused, 'F', 0, "", "JONES", Certain), "SMITH"},
		{"bbmcfarlane", "McFarlane", ageUnknown, p(Fused, 'M', 0, "", "MCFARLANE", Certain), "MCFARLANE"},
		{"BOY SMITH", "SMITH", ageUnknown, p(Fused, 'M', 0, "", "SMITH", Certain), "SMITH"},
		{"Smith, Babyboy", "UNKNOWN", ageUnknown, p(Fused, 'M', 0, "", "SMITH", Probable), "SMITH"},
		{"Smith, Babyboy", "SMITH", ageUnknown, p(Fused, 'M', 0, "", "SMITH", Certain), "SMITH"},
		{"BABYBOYSMITHJONES", "Smith-Jones", ageUnknown, p(Fused, 'M', 0, "", "SMITH JONES", Certain), "SMITH JONES"},
		{"BABY BOY SMITH-JONES", "Smith-Jones", ageUnknown, p(Fused, 'M', 0, "", "SMITH JONES", Certain), "SMITH JONES"},
		{"NB", "SMITH BABY BOY", ageUnknown, p(Fused, 'M', 0, "", "SMITH", Certain), "SMITH"},
		{"", "SMITH BABY BOY", ageUnknown, p(Fused, 'M', 0, "", "SMITH", Certain), "SMITH"},
		{"", "BABYGIRLSMITH", ageUnknown, p(Fused, 'F', 0, "", "SMITH", Certain), "SMITH"},
		{"UNKNOWN", "SMITH BABY GIRL A", ageUnknown, p(Fused, 'F', 1, "", "SMITH", Certain), "SMITH"},
		{"BABY", "BOY SMITH", ageUnknown, p(Fused, 'M', 0, "", "SMITH", Certain), "SMITH"},
		{"BABY", "BOY", ageUnknown, p(Generic, 'M', 0, "", "", Certain), ""},
		{"", "SMITH BABY BOY", dayOld, p(Fused, 'M', 0, "", "SMITH", Certain), "SMITH"},
		{"", "CASTRO BOY", dayOld, p(Fused, 'M', 0, "", "CASTRO", Certain), "CASTRO"},
		{"", "Smith Twin 1", dayOld, p(Fused, 0, 1, "", "SMITH", Certain), "SMITH"},
		{"", "Smith Georgias Boy", born("GEORGIA", "", 5), p(Composed, 'M', 0, "GEORGIA", "", Certain), "SMITH"},
		{"", "Smith Sarahsboy", born("SARAH", "", 5), p(Composed, 'M', 0, "SARAH", "", Certain), "SMITH"},
		{"JUDYSGIRLSMITH", "SMITH", born("JUDY", "", 1), p(Composed, 'F', 0, "JUDY", "", Certain), "SMITH"},
		{"JUDY", "SMITH BABY BOY", born("JUDY", "", 1), p(Composed, 'M', 0, "JUDY", "SMITH", Certain), "SMITH"},

		// Spanish.
		{"NIÑA", "LOPEZ", dayOld, p(Generic, 'F', 0, "", "", Probable), "LOPEZ"},
		{"RN", "LOPEZ", dayOld, p(Generic, 0, 0, "", "", Probable), "LOPEZ"},
		{"RECIEN NACIDO", "LOPEZ", ageUnknown, p(Generic, 'M', 0, "", "", Certain), "LOPEZ"},
		{"Recién Nacida 2", "LOPEZ", ageUnknown, p(Generic, 'F', 2, "", "", Certain), "LOPEZ"},
		{"BEBE NIÑA", "LOPEZ", ageUnknown, p(Generic, 'F', 0, "", "", Probable), "LOPEZ"},
		{"RN VARÓN", "LOPEZ", dayOld, p(Generic, 'M', 0, "", "", Probable), "LOPEZ"},
		{"HIJO DE MARIA", "LOPEZ", ageUnknown, p(Composed, 'M', 0, "MARIA", "", Probable), "LOPEZ"},
		{"HIJA DE MARÍA", "LOPEZ", born("MARIA", "PENA", 4), p(Composed, 'F', 0, "MARIA", "", Probable), "LOPEZ"},
		{"RECIEN NACIDA DE MARIA LOPEZ", "LOPEZ", ageUnknown, p(Composed, 'F', 0, "MARIA", "LOPEZ", Certain), "LOPEZ"},
		{"HIJO DE MARIA LOPEZ", "LOPEZ", ageUnknown, p(Composed, 'M', 0, "MARIA", "LOPEZ", Probable), "LOPEZ"},
		{"R/N", "LOPEZ", ageUnknown, p(Generic, 0, 0, "", "", Probable), "LOPEZ"},
		{"GEMELA B", "LOPEZ", ageUnknown, p(Generic, 'F', 2, "", "", Certain), "LOPEZ"},

		// Unnamed.
		{"UNKNOWN", "SMITH", adult, p(Unnamed, 0, 0, "", "", Certain), "SMITH"},
		{"UNKOWN", "SMITH", adult, p(Unnamed, 0, 0, "", "", Certain), "SMITH"},
		{"FNU", "SINGH", adult, p(Unnamed, 0, 0, "", "", Certain), "SINGH"},
		{"Not Named Yet", "SMITH", ageUnknown, p(Unnamed, 0, 0, "", "", Certain), "SMITH"},
		{"TBD", "SMITH", ageUnknown, p(Unnamed, 0, 0, "", "", Certain), "SMITH"},
		{"N/A", "SMITH", ageUnknown, p(Unnamed, 0, 0, "", "", Certain), "SMITH"},
		{"XXXX", "SMITH", adult, p(Unnamed, 0, 0, "", "", Certain), "SMITH"},
		{"ZZPEDIATRIC", "SMITH", adult, p(Unnamed, 0, 0, "", "", Certain), "SMITH"},
		{"ZZACHARY", "SMITH", adult, p(Unnamed, 0, 0, "", "", Probable), "SMITH"},
		{"X", "SMITH", adult, p(Unnamed, 0, 0, "", "", Probable), "SMITH"},
		{"NULL", "NULL", adult, p(Unnamed, 0, 0, "", "", Probable), ""},
		{"UNKNOWN", "UNKNOWN", adult, p(Unnamed, 0, 0, "", "", Certain), ""},

		// Tests need both parts.
		{"TEST", "PATIENT", adult, p(Test, 0, 0, "", "", Certain), "PATIENT"},
		{"Mickey", "Mouse", adult, p(Test, 0, 0, "", "", Certain), "MOUSE"},
		{"ZZTEST", "ZZTEST", adult, p(Test, 0, 0, "", "", Certain), "ZZTEST"},
		{"TEST1", "TEST2", adult, p(Test, 0, 0, "", "", Certain), "TEST2"},
		{"BABY TEST", "TEST", dayOld, p(Test, 0, 0, "", "", Certain), "TEST"},
		{"Baby Test", "Smith", dayOld, p(Generic, 0, 0, "", "", Certain), "SMITH"},
		{"TEST PATIENT", "SMITH", adult, p(Test, 0, 0, "", "", Certain), "SMITH"},
	} {
		t.Run(c.given+","+c.family, func(t *testing.T) {
			got, parts := classify(c.given, c.family, c.ctx)
			assert.Equal(t, c.want, got)
			assert.Equal(t, placeholderParts{Family: c.cleaned}, parts)
		})
	}
}

// TestClassifyNames holds the names that must stay names.
func TestClassifyNames(t *testing.T) {
	for _, c := range []struct {
		given, family string
		ctx           placeholderContext
		cleaned       string
	}{
		{"BABY RUTH", "SMITH", adult, "SMITH"},
		{"BABY RUTH", "SMITH", ageUnknown, "SMITH"},
		{"BABY RUTH", "SMITH", born("RUTH", "", 9000), "SMITH"},
		{"BABY JOY", "REYES", ageUnknown, "REYES"},
		{"BOY", "REYES", adult, "REYES"},
		{"BABY", "REYES", adult, "REYES"},
		{"BOYD", "SMITH", dayOld, "SMITH"},
		{"BOYCE", "SMITH", dayOld, "SMITH"},
		{"BOY GEORGE", "SMITH", ageUnknown, "SMITH"},
		{"NINA", "LOPEZ", ageUnknown, "LOPEZ"},
		{"NINA", "LOPEZ", born("", "", 90), "LOPEZ"},
		{"NINA MARIA", "LOPEZ", born("MARIA", "", -1), "LOPEZ"},
		{"NINA MARIE", "LOPEZ", dayOld, "LOPEZ"},
		{"BEBE", "LOPEZ", ageUnknown, "LOPEZ"},
		{"MC DONALD", "SMITH", dayOld, "SMITH"},
		{"BO", "SMITH", ageUnknown, "SMITH"},
		{"BOYCE", "SMITH", dayOld, "SMITH"},
		{"BOYDEN", "SMITH", dayOld, "SMITH"},
		{"BOYNTON", "SMITH", dayOld, "SMITH"},
		{"", "BOYER", dayOld, "BOYER"},
		{"", "SMITH NEWBERN", dayOld, "SMITH NEWBERN"},
		{"UN", "KIM", ageUnknown, "KIM"},
		{"NULL", "SMITH", adult, "SMITH"},
		{"NEWBERN", "SMITH", ageUnknown, "SMITH"},
		{"INFANTE", "SMITH", dayOld, "SMITH"},
		{"MALEAH", "SMITH", dayOld, "SMITH"},
		{"JAMALE", "SMITH", dayOld, "SMITH"},
		{"JUDY", "SMITH", born("JUDY", "JONES", 1), "SMITH"},
		{"DONALD", "PETERSON", adult, "PETERSON"},
		{"MINNIE", "DUCKWORTH", adult, "DUCKWORTH"},
		{"TEST", "SMITH", adult, "SMITH"},
		{"MARIA", "TEST", adult, "TEST"},
		{"LIAM", "NEWBORN", dayOld, "NEWBORN"},
		{"LIAM", "BOY", dayOld, "BOY"},
		{"LIAM", "INFANTE", dayOld, "INFANTE"},
		{"", "INFANTE", dayOld, "INFANTE"},
		{"", "NEWBORN", dayOld, "NEWBORN"},
		{"", "", dayOld, ""},
		// The placeholder goes from the family name even beside a real given name.
		{"LIAM", "SMITH BABY BOY", dayOld, "SMITH"},
		{"LIAM", "BABYBOYSMITH", dayOld, "SMITH"},
		{"LIAM", "UNKNOWN", dayOld, ""},
	} {
		t.Run(c.given+","+c.family, func(t *testing.T) {
			got, parts := classify(c.given, c.family, c.ctx)
			assert.Equal(t, Placeholder{}, got)
			assert.Equal(t, placeholderParts{Given: c.given, Family: c.cleaned}, parts)
		})
	}
}

func TestClassifyGates(t *testing.T) {
	at := func(given string, days int, hospital bool) Class {
		p, _ := classify(given, "SMITH", placeholderContext{AgeDays: days, BirthHospital: hospital})
		return p.Class
	}
	for _, given := range []string{"BABY", "BOY", "GIRL", "MALE", "FEMALE", "BB", "NEWBORN"} {
		assert.Equal(t, Generic, at(given, -1, false), given)
		assert.Equal(t, Generic, at(given, 365, false), given)
		assert.Equal(t, NotPlaceholder, at(given, 400, false), given)
		assert.Equal(t, Generic, at(given, 400, true), given)
	}
	for _, given := range []string{"NINA", "NINO", "BEBE", "MC", "FC", "NB", "RN", "VARON", "HEMBRA"} {
		assert.Equal(t, NotPlaceholder, at(given, -1, false), given)
		assert.Equal(t, Generic, at(given, 60, false), given)
		assert.Equal(t, NotPlaceholder, at(given, 61, true), given)
	}
}

// A hospital's shorthand leaves no doubt where the hospital that delivered the
// child sends it; a word that is a name as well still does.
func TestClassifyAtBirth(t *testing.T) {
	confidence := func(given string, days int, hospital bool) Confidence {
		p, _ := classify(given, "SMITH", placeholderContext{AgeDays: days, BirthHospital: hospital})
		return p.Confidence
	}
	for _, given := range []string{"NB", "RN", "FC", "MC", "BO", "GO", "VARON", "BGA"} {
		assert.Equal(t, Probable, confidence(given, 5, false), given)
		assert.Equal(t, Certain, confidence(given, 5, true), given)
		assert.Equal(t, Unsure, confidence(given, 61, true), given)
	}
	for _, given := range []string{"NINA", "NINO", "BEBE", "NENA"} {
		assert.Equal(t, Probable, confidence(given, 5, true), given)
	}
}

// Who gave a dose in the days after birth is the hospital of that birth.
func TestBirthDoseTellsTheHospital(t *testing.T) {
	for _, c := range []struct {
		doses string
		want  Confidence
	}{
		{"08|2026-03-01|X1", Certain},
		{"08|2026-03-04|X1", Certain},
		{"08|2026-03-05|X1", Probable},
		{"08|2026-03-01", Probable},        // who gives a dose knows its lot
		{"08|2026-03-01|X1|||1", Probable}, // told, not given
		{"", Probable},
	} {
		n := normalized(t, "given_name", "RN", "family_name", "Lopez", "birth_date", "2026-03-01", "received", "2026-03-06", "doses", c.doses)
		assert.Equal(t, c.want, n.Placeholder.Confidence, c.doses)
	}
}

func TestClassifyPublic(t *testing.T) {
	born, received := Date{Year: 2026, Month: 3, Day: 1}, Date{Year: 2026, Month: 3, Day: 2}
	got := Classify("1Judysgirl", "Smith", Circumstances{MotherGiven: "Judy"})
	assert.Equal(t, Placeholder{Class: Composed, Sex: 'F', Order: 1, MotherGiven: "JUDY", Confidence: Certain}, got)
	assert.Equal(t, Probable, Classify("Niña", "López", Circumstances{Birth: born, Received: received}).Confidence)
	assert.Equal(t, NotPlaceholder, Classify("Niña", "López", Circumstances{Received: received}).Class)
}

// FuzzClassify checks what holds for every name: a placeholder leaves no given
// name, and neither case, spacing nor folding changes the reading.
func FuzzClassify(f *testing.F) {
	for _, s := range []string{"BABY BOY", "1JUDYSGIRL", "Smith, Babyboy", "B/O Maria", "Niña", "ß", "BABY  GIRL #2", "xx", "\xff", "TEST 1"} {
		f.Add(s, "SMITH BABY BOY", "JUDY", int16(1))
		f.Add(s, "UNKNOWN", "MARIA", int16(-1))
	}
	f.Fuzz(func(t *testing.T, given, family, mother string, age int16) {
		checkClassify(t, given, family, placeholderContext{MotherGiven: fold.Words(mother), AgeDays: int(age)})
	})
}

type tester interface {
	Helper()
	Errorf(format string, args ...any)
}

func checkClassify(t tester, given, family string, ctx placeholderContext) {
	t.Helper()
	p, parts := classify(given, family, ctx)
	if p.Class != NotPlaceholder && (parts.Given != "" || p.Confidence == Unsure) {
		t.Errorf("classify(%q, %q) = %+v, %+v", given, family, p, parts)
	}
	if p.Class == NotPlaceholder && (p != Placeholder{} || parts.Given != fold.Words(given)) {
		t.Errorf("classify(%q, %q) = %+v, %+v", given, family, p, parts)
	}
	if p.Order > 8 || p.Sex != 0 && p.Sex != 'M' && p.Sex != 'F' {
		t.Errorf("classify(%q, %q) = %+v", given, family, p)
	}
	if parts.Family != fold.Words(parts.Family) || p.MotherGiven != fold.Words(p.MotherGiven) || p.Family != fold.Words(p.Family) {
		t.Errorf("classify(%q, %q): not folded: %+v, %+v", given, family, p, parts)
	}
	folded := fold.Words(given)
	if !suspicious(folded) && !suspiciousFamily(fold.Words(family)) {
		slow, slowParts := classifySlowly(given, placeholderParts{Given: folded, Family: fold.Words(family)}, ctx)
		if slow != p || slowParts != parts {
			t.Errorf("suspicious misses (%q, %q): %+v, %+v", given, family, slow, slowParts)
		}
	}
	if !strings.Contains(given, "/") {
		spaced := "\t" + strings.ReplaceAll(folded, " ", "\u00a0 ") + " "
		for _, same := range []string{folded, strings.ToLower(folded), spaced} {
			if got, gotParts := classify(same, family, ctx); got != p || gotParts != parts {
				t.Errorf("classify(%q, %q) = %+v, but of %q %+v", given, family, p, same, got)
			}
		}
	}
}

// TestClassifyProperties draws names from the pieces placeholders are made of.
func TestClassifyProperties(t *testing.T) {
	pieces := []string{"BABY", "BOY", "GIRL", "TWIN", "BB", "BG", "MALE", "FEMALE", "NEWBORN", "INFANT", "NINA", "RN", "HIJO", "DE", "OF",
		"A", "B", "G", "1", "2", "S", " ", " ", "'", "#", "ONE", "II", "JUDY", "SMITH", "UNKNOWN", "NAME", "NO", "TEST", "XX", "O", "/", "M",
		"Y", "NEONATE", "TRIPLET", "NACIDO", "RECIEN", "NB", "BO", "SON", "Ñ", "é", "愛"}
	rapid.Check(t, func(t *rapid.T) {
		text := func(label string) string {
			return strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 6).Draw(t, label), "")
		}
		checkClassify(t, text("given"), text("family"), placeholderContext{
			MotherGiven:   rapid.SampledFrom([]string{"", "JUDY", "NINA", "MARIA LUISA"}).Draw(t, "mother"),
			MotherFamily:  rapid.SampledFrom([]string{"", "JONES", "SMITH"}).Draw(t, "mother's family"),
			AgeDays:       rapid.SampledFrom([]int{-1, 0, 100, 9000}).Draw(t, "age"),
			BirthHospital: rapid.Bool().Draw(t, "birth hospital"),
		})
	})
}
