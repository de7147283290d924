package scoring

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/idem-health/idem/match/patient"
)

func TestEveryKindHasLevels(t *testing.T) {
	for _, cs := range [][]Comparison{IISComparisons(), GenericComparisons()} {
		names := map[string]bool{}
		for _, c := range cs {
			levels := c.Levels()
			require.GreaterOrEqual(t, len(levels), 2, c.Name)
			assert.Equal(t, "missing", levels[0], c.Name)
			assert.LessOrEqual(t, len(levels), 32, "a policy holds a set of levels in 32 bits")
			assert.False(t, names[c.Name], "%s is there twice", c.Name)
			names[c.Name] = true
			if c.Kind != KindCandidates {
				assert.NotEmpty(t, c.Fields(), c.Name)
			}
		}
	}
	assert.Nil(t, Comparison{Kind: "spelling"}.Levels())
	assert.Nil(t, Comparison{Kind: KindText, Field: "colour"}.Fields())
}

// TestLevelNames holds the constants and the names together.
func TestLevelNames(t *testing.T) {
	for _, c := range []struct {
		kind  Kind
		level uint8
		name  string
	}{
		{KindGiven, givenExact, "exact"}, {KindGiven, givenSwap, "swap"}, {KindGiven, givenMidswap, "midswap"},
		{KindGiven, givenSlip, "slip"}, {KindGiven, givenPartial, "partial"}, {KindGiven, givenDiffers, "differs"},
		{KindFamily, familyPart, "part"}, {KindFamily, familyOther, "other"}, {KindFamily, familyDiffers, "differs"},
		{KindMiddle, middleInitial, "initial"}, {KindMiddle, middleGiven, "given"}, {KindMiddle, middleDiffers, "differs"},
		{KindBirthDate, birthSwapped, "swapped"}, {KindBirthDate, birthYear, "year"}, {KindBirthDate, birthTwo, "two"},
		{KindBirthDate, birthSameYear, "sameyear"}, {KindBirthDate, birthDiffers, "differs"},
		{KindMultiple, multipleAgree, "agree"}, {KindMultiple, multipleStatus, "status"}, {KindMultiple, multipleConflict, "conflict"},
		{KindSSN, ssnOSA2, "osa2"}, {KindSSN, ssnDiffers, "differs"},
		{KindMedicaid, nearNear, "osa1"}, {KindPhone, nearNear, "near"}, {KindMotherGiven, nearNear, "slip"},
		{KindSex, plainDiffers, "differs"}, {KindMRN, plainExact, "exact"}, {KindText, textNear, "near"},
		{KindPostalCode, postalArea, "area"}, {KindPostalCode, postalDiffers, "differs"},
		{KindAddress, addressZip, "zip"}, {KindAddress, addressZipNear, "zipnear"}, {KindAddress, addressDiffers, "differs"},
		{KindGuardian, guardianFull, "full"}, {KindGuardian, guardianFamily, "family"}, {KindGuardian, guardianDiffers, "differs"},
		{KindDoses, dosesFive, "five"}, {KindDoses, dosesOne, "one"}, {KindDoses, dosesDisjoint, "disjoint"},
		{KindPlaceholder, placeholderOne, "one"}, {KindPlaceholder, placeholderWeak, "weak"}, {KindPlaceholder, placeholderTest, "test"},
		{KindCandidates, candidatesSeveral, "several"}, {KindSequential, sequentialYes, "sequential"},
		{KindBirthTime, timeMinutes, "minutes"}, {KindDeath, deathActive, "active"}, {KindDeath, deathDiffers, "differs"},
	} {
		assert.Equal(t, c.name, kinds[c.kind].levels[c.level], "%s level %d", c.kind, c.level)
	}
}

// both asserts a level in both directions, by name.
func both(t *testing.T, k Kind, want string, ab, ba uint8) {
	t.Helper()
	assert.Equal(t, want, kinds[k].levels[ab])
	assert.Equal(t, ab, ba, "not symmetric")
}

func TestCompareGiven(t *testing.T) {
	type view = givenView
	for _, c := range []struct {
		name string
		a, b view
		want string
	}{
		{"equal", view{Given: "ANNA"}, view{Given: "ANNA"}, "exact"},
		{"space left out", view{Given: "VAN ANH"}, view{Given: "VANANH"}, "exact"},
		{"given and middle written together", view{Given: "MARY", Middle: "ANN"}, view{Given: "MARYANN"}, "exact"},
		{"nickname", view{Given: "BILL"}, view{Given: "WILLIAM"}, "nickname"},
		{"swapped", view{Given: "VAN ANH", Family: "NGUYEN"}, view{Given: "NGUYEN", Family: "VAN ANH"}, "swap"},
		{"swapped and mistyped", view{Given: "JONATHAN", Family: "MARTINEZ"}, view{Given: "MARTINES", Family: "JONATHON"}, "swap"},
		{"alike straight and crosswise", view{Given: "MARTIN", Family: "MARTINS"}, view{Given: "MARTINE", Family: "MARTIN"}, "slip"},
		{"one name twice", view{Given: "SUHARTO", Family: "SUHARTO"}, view{Given: "SUHARTO", Family: "SUHARTO"}, "exact"},
		{"called by the middle name", view{Given: "ROBERT"}, view{Given: "JAMES", Middle: "ROBERT"}, "midswap"},
		{"only a middle name", view{Middle: "ROBERT"}, view{Given: "ROBERT"}, "midswap"},
		{"the middle name of a placeholder is the mother's", view{Middle: "MARIE", Placeholder: true}, view{Given: "MARIE"}, "missing"},
		{"alias", view{Given: "XIU"}, view{Given: "SUSAN", Aliases: []string{"XIU"}}, "alias"},
		{"alias of a child without a name", view{Aliases: []string{"LIAM"}, Placeholder: true}, view{Given: "LIAM"}, "alias"},
		{"words left out", view{Given: "MARIA"}, view{Given: "MARIA DEL CARMEN"}, "subset"},
		{"one letter", view{Given: "JAYDEN"}, view{Given: "KAYDEN"}, "slip"},
		{"initial", view{Given: "J"}, view{Given: "JOSEPHINE"}, "initial"},
		{"cut short", view{Given: "ALE"}, view{Given: "ALEKSANDRA"}, "prefix"},
		{"one word in common", view{Given: "MARY SUE"}, view{Given: "MARY ELLEN"}, "partial"},
		{"close", view{Given: "CATHRYNEX"}, view{Given: "CATHRINAEX"}, "slip"},
		{"clearly different", view{Given: "LIAM"}, view{Given: "NOAH"}, "differs"},
		{"missing", view{}, view{Given: "NOAH"}, "missing"},
		{"two placeholders", view{Placeholder: true}, view{Placeholder: true}, "missing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			both(t, KindGiven, c.want, compareGiven(&c.a, &c.b), compareGiven(&c.b, &c.a))
		})
	}
}

func TestCompareFamily(t *testing.T) {
	type view = familyView
	for _, c := range []struct {
		name string
		a, b view
		want string
	}{
		{"space left out", view{Family: "O BRIEN"}, view{Family: "OBRIEN"}, "exact"},
		{"parts in another order", view{Family: "GARCIA LOPEZ"}, view{Family: "LOPEZ GARCIA"}, "exact"},
		{"part", view{Family: "GARCIA LOPEZ"}, view{Family: "LOPEZ"}, "part"},
		{"a particle is no part", view{Family: "DE WITT"}, view{Family: "DE HAAN"}, "differs"},
		{"one letter", view{Family: "SMITH"}, view{Family: "SMYTH"}, "slip"},
		{"cut short", view{Family: "WOLF"}, view{Family: "WOLFESCHLEGEL"}, "prefix"},
		{"mother's maiden name", view{Family: "SMITH"}, view{Family: "GARCIA", Mother: []string{"SMITH"}}, "other"},
		{"earlier name", view{Family: "SMITH"}, view{Family: "GARCIA", Aliases: []string{"SMITH"}}, "other"},
		{"different", view{Family: "SMITH"}, view{Family: "GARCIA"}, "differs"},
		{"missing", view{}, view{Family: "GARCIA", Mother: []string{"SMITH"}}, "missing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			both(t, KindFamily, c.want, compareFamily(&c.a, &c.b), compareFamily(&c.b, &c.a))
		})
	}
}

func TestCompareMiddle(t *testing.T) {
	for _, c := range []struct {
		a, b middleView
		want string
	}{
		{middleView{"MARIE", "ANNA"}, middleView{"MARIE", "ANNA"}, "exact"},
		{middleView{"M", "ANNA"}, middleView{"MARIE", "ANNA"}, "initial"},
		{middleView{"MARIE", "ANNA"}, middleView{"MARIA", "ANNA"}, "slip"},
		{middleView{"ROBERT", "JAMES"}, middleView{"ALAN", "ROBERT"}, "given"},
		{middleView{"A", "JOHN"}, middleView{"B", "JOHN"}, "differs"},
		{middleView{"", "JOHN"}, middleView{"B", "JOHN"}, "missing"},
	} {
		both(t, KindMiddle, c.want, compareMiddle(&c.a, &c.b), compareMiddle(&c.b, &c.a))
	}
}

func TestCompareBirthDate(t *testing.T) {
	for _, c := range []struct{ a, b, want string }{
		{"20180405", "20180405", "exact"},
		{"20190304", "20190403", "swapped"},
		{"20260301", "20260228", "day"},
		{"20251231", "20260101", "day"},
		{"20180405", "20180415", "digit"},
		{"20180405", "20130405", "digit"},
		{"19850601", "20150601", "year"},
		{"20180405", "20180427", "month"},
		{"20180405", "20181105", "two"},
		{"20180405", "20190415", "osa2"},
		{"20180405", "20181127", "sameyear"},
		{"20180405", "19881127", "generation"},
		{"20180405", "20051127", "differs"},
		{"20180405", "19661127", "differs"},
		{"20180000", "19880000", "generation"},
		{"20180405", "19951127", "generation"},
		{"20180400", "20180427", "month"},
		{"20180000", "20180427", "missing"},
		{"20180000", "20190427", "missing"},
		{"20180000", "19950427", "generation"},
		{"", "20180405", "missing"},
	} {
		t.Run(c.a+" "+c.b, func(t *testing.T) {
			both(t, KindBirthDate, c.want, compareBirthDate(c.a, c.b), compareBirthDate(c.b, c.a))
		})
	}
}

func TestCompareSmallKinds(t *testing.T) {
	text := func(k Kind, f func(a, b string) uint8, a, b, want string) {
		t.Helper()
		both(t, k, want, f(a, b), f(b, a))
	}
	text(KindSuffix, compareSuffix, "JR", "II", "exact")
	text(KindSuffix, compareSuffix, "JR", "SR", "differs")
	text(KindSuffix, compareSuffix, "JR", "", "missing")
	text(KindSSN, compareSSN, "219556788", "219556788", "exact")
	text(KindSSN, compareSSN, "219556788", "215956788", "osa1")
	text(KindSSN, compareSSN, "219556788", "215956780", "osa2")
	text(KindSSN, compareSSN, "219556788", "731204455", "differs")
	text(KindPhone, comparePhone, "16162340100", "6162340100", "exact")
	text(KindPhone, comparePhone, "5172340100", "6162340100", "near")
	text(KindPhone, comparePhone, "6162340100", "6162340199", "differs")
	text(KindPostalCode, comparePostalCode, "495030001", "49503", "exact")
	text(KindPostalCode, comparePostalCode, "49503", "49530", "near")
	text(KindPostalCode, comparePostalCode, "49503", "49544", "area")
	text(KindPostalCode, comparePostalCode, "49503", "60601", "differs")
	text(KindPostalCode, comparePostalCode, "TQ13 8DF", "TQ138DF", "exact")
	text(KindPostalCode, comparePostalCode, "TQ13 8DF", "TQ13 9XX", "near")
	text(KindPostalCode, comparePostalCode, "TQ13 8DF", "TQ2 6AA", "area")
	text(KindPostalCode, comparePostalCode, "TQ13 8DF", "EX1 1AA", "differs")
	text(KindText, compareText, "GRAND RAPIDS", "GRANDRAPIDS", "exact")
	text(KindText, compareText, "GRAND RAPIDS", "GRAND RAPID", "close")
	text(KindText, compareText, "GRAND RAPIDS", "DETROIT", "differs")
	text(KindMotherGiven, compareGivenAlone, "LIZ", "ELIZABETH", "slip")
	text(KindMotherMaiden, compareMaiden, "LOPEZ GARCIA", "LOPEZ", "slip")
	both(t, KindSex, "missing", compareSex('X', 'F'), compareSex('F', 'X'))
	both(t, KindSex, "differs", compareSex('M', 'F'), compareSex('F', 'M'))
}

func TestCompareScoped(t *testing.T) {
	for _, c := range []struct {
		name, want string
		a, b       []string
	}{
		{"one in common", "exact", []string{"HOSP|1", "CLINIC|7"}, []string{"CLINIC|7"}},
		{"one authority, two numbers", "differs", []string{"HOSP|1"}, []string{"HOSP|2"}},
		{"two authorities", "missing", []string{"HOSP|1"}, []string{"CLINIC|1"}},
		{"authority not known, same number", "exact", []string{"|1"}, []string{"|1"}},
		{"authority not known, two numbers", "missing", []string{"|1"}, []string{"|2"}},
	} {
		t.Run(c.name, func(t *testing.T) { both(t, KindMRN, c.want, compareScoped(c.a, c.b), compareScoped(c.b, c.a)) })
	}
}

func TestCompareMultiple(t *testing.T) {
	type view = multipleView
	for _, c := range []struct {
		name, want string
		a, b       view
	}{
		{"two single births", "missing", view{patient.No, 1}, view{patient.No, 0}},
		{"first and second", "conflict", view{patient.Yes, 1}, view{patient.Yes, 2}},
		{"first and second by their names alone", "conflict", view{0, 1}, view{0, 2}},
		{"both second", "agree", view{patient.Yes, 2}, view{0, 2}},
		{"an order is missing", "orderless", view{patient.Yes, 1}, view{patient.Yes, 0}},
		{"a twin and a single birth", "status", view{patient.Yes, 0}, view{patient.No, 0}},
		{"a twin and nothing known", "oneside", view{patient.Yes, 1}, view{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			both(t, KindMultiple, c.want, compareMultiple(c.a, c.b), compareMultiple(c.b, c.a))
		})
	}
}

func TestCompareAddress(t *testing.T) {
	type addr = patient.NormalAddress
	for _, c := range []struct {
		name, want string
		a, b       addr
	}{
		{"same", "same", addr{Number: "12", Street: "OAK ST", City: "ADA", PostalCode: "49301"}, addr{Number: "12", Street: "OAK ST"}},
		{"other unit", "near", addr{Number: "12", Street: "OAK ST", Unit: "1"}, addr{Number: "12", Street: "OAK ST", Unit: "2"}},
		{"other town", "near", addr{Number: "12", Street: "OAK ST", City: "ADA"}, addr{Number: "12", Street: "OAK ST", City: "LOWELL"}},
		{"mistyped", "near", addr{Number: "12", Street: "WHITMAN AVE"}, addr{Number: "12", Street: "WITMANN AVE"}},
		{"moved within the area", "zip", addr{Number: "12", Street: "WHITMAN AVE", PostalCode: "49301"}, addr{Number: "7", Street: "ELM CT", PostalCode: "49301"}},
		{"moved", "differs", addr{Number: "12", Street: "WHITMAN AVE"}, addr{Number: "7", Street: "ELM CT"}},
		{"no street, ZIP code one digit off", "zipnear", addr{PostalCode: "49301"}, addr{Street: "ELM CT", PostalCode: "49302"}},
		{"no street, no ZIP code", "missing", addr{City: "ADA"}, addr{Street: "ELM CT", City: "ADA"}},
		{"a hospital's", "missing", addr{Number: "1", Street: "MAIN ST", Institution: true}, addr{Number: "1", Street: "MAIN ST"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			both(t, KindAddress, c.want, compareAddress(&c.a, &c.b), compareAddress(&c.b, &c.a))
		})
	}
}

func TestCompareGuardian(t *testing.T) {
	type view = guardianView
	judy, smith := []string{"JUDY"}, []string{"SMITH"}
	for _, c := range []struct {
		name, want string
		a, b       view
	}{
		{"given and family", "full", view{judy, smith}, view{[]string{"JUDI", "KARL"}, smith}},
		{"given alone", "given", view{judy, smith}, view{judy, nil}},
		{"family alone", "family", view{nil, smith}, view{judy, smith}},
		{"another given name", "differs", view{judy, smith}, view{[]string{"CAROL"}, smith}},
		{"nothing to compare", "missing", view{judy, nil}, view{nil, smith}},
	} {
		t.Run(c.name, func(t *testing.T) {
			both(t, KindGuardian, c.want, compareGuardian(&c.a, &c.b), compareGuardian(&c.b, &c.a))
		})
	}
}

func TestCompareDoses(t *testing.T) {
	h := []string{"03|20190408|M1", "08|20180405|H1", "10|20180605|P1", "133|20180605|C1", "20|20180605|D1", "21|20190408|V1"}
	for _, c := range []struct {
		name, want string
		a, b       []string
	}{
		{"birth dose", "one", []string{"08|20200301|X12"}, []string{"08|20200301|X12"}},
		{"more than five are five", "five", h, h},
		{"two", "two", h[:2], h},
		{"no lot", "missing", []string{"08|20200301|"}, []string{"08|20200301|"}},
		{"nothing in common", "disjoint", h, []string{"03|20190415|M2", "08|20180406|H2", "20|20180607|D2"}},
		{"other times", "missing", h, []string{"03|20100415|M2", "08|20100406|H2", "20|20100607|D2"}},
	} {
		t.Run(c.name, func(t *testing.T) { both(t, KindDoses, c.want, compareDoses(c.a, c.b), compareDoses(c.b, c.a)) })
	}
}

func TestComparePolicyFacts(t *testing.T) {
	seq := func(a, b sequentialView) uint8 { return compareSequential(&a, &b) }
	for _, c := range []struct {
		a, b sequentialView
		want uint8
	}{
		{sequentialView{SSN: "219556788"}, sequentialView{SSN: "219556789"}, sequentialYes},
		{sequentialView{SSN: "219556799"}, sequentialView{SSN: "219556800"}, sequentialYes},
		{sequentialView{SSN: "219556788"}, sequentialView{SSN: "219556798"}, 0},
		{sequentialView{MRN: []string{"HOSP|111"}}, sequentialView{MRN: []string{"HOSP|112"}}, sequentialYes},
		{sequentialView{MRN: []string{"HOSP|111"}}, sequentialView{MRN: []string{"CLINIC|112"}}, 0},
		{sequentialView{}, sequentialView{}, 0},
	} {
		both(t, KindSequential, kinds[KindSequential].levels[c.want], seq(c.a, c.b), seq(c.b, c.a))
	}
	death := func(want string, a, b deathView) {
		t.Helper()
		both(t, KindDeath, want, compareDeath(a, b), compareDeath(b, a))
	}
	death("active", deathView{"20200101", "20240111"}, deathView{"", "20250912"})
	death("missing", deathView{"20200101", "20240111"}, deathView{"", "20190912"})
	death("missing", deathView{"20200000", ""}, deathView{"", "20200912"})
	death("agree", deathView{"20200101", "20240111"}, deathView{"20200101", "20250912"})
	death("differs", deathView{"20200101", ""}, deathView{"20210101", ""})
	both(t, KindBirthTime, "minutes", compareBirthTime(601, 612), compareBirthTime(612, 601))
	both(t, KindBirthTime, "missing", compareBirthTime(0, 612), compareBirthTime(612, 0))
	for _, c := range []struct {
		a, b patient.Placeholder
		want string
	}{
		{patient.Placeholder{}, patient.Placeholder{}, "missing"},
		{patient.Placeholder{Class: patient.Generic, Confidence: patient.Certain}, patient.Placeholder{}, "one"},
		{patient.Placeholder{Class: patient.Generic, Confidence: patient.Certain}, patient.Placeholder{Class: patient.Fused, Confidence: patient.Certain}, "both"},
		{patient.Placeholder{Class: patient.Generic, Confidence: patient.Probable}, patient.Placeholder{Class: patient.Unnamed, Confidence: patient.Certain}, "weak"},
		{patient.Placeholder{Class: patient.Generic, Confidence: patient.Certain}, patient.Placeholder{Class: patient.Unnamed, Confidence: patient.Certain}, "unnamed"},
		{patient.Placeholder{Class: patient.Test, Confidence: patient.Certain}, patient.Placeholder{Class: patient.Generic, Confidence: patient.Probable}, "test"},
	} {
		a, b := placeholderGrade(c.a), placeholderGrade(c.b)
		both(t, KindPlaceholder, c.want, comparePlaceholder(a, b), comparePlaceholder(b, a))
	}
}

func TestInterplay(t *testing.T) {
	cs := []Comparison{Given(), Family(), Multiple(), Doses()}
	doses := []string{"08|20200301|X12"}
	a := &patient.Normalized{Given: "VAN ANH", Family: "NGUYEN", Doses: doses}
	b := &patient.Normalized{Given: "NGUYEN", Family: "VAN ANH", Doses: doses}
	assert.Equal(t, Levels{givenSwap, 0, 0, dosesOne}, Reference(cs, a, b), "a swap is told once")
	b.Multiple = patient.Yes
	assert.Equal(t, Levels{givenSwap, 0, multipleOneSide, 0}, Reference(cs, a, b), "twins are vaccinated together")
}

// A place that lies in another says nothing where that one agrees, and speaks
// where it does not. A family name that differs says less without a given name.
func TestInterplayOfPlaces(t *testing.T) {
	cs := []Comparison{Given(), Family(), PostalCode(), Text("city", patient.FieldCity, RoleHousehold), Exact("state", patient.FieldState, RoleHousehold)}
	at := func(given, family, postal, city, state string) *patient.Normalized {
		return &patient.Normalized{Given: given, Family: family, Addresses: []patient.NormalAddress{{PostalCode: postal, City: city, State: state}}}
	}
	for _, c := range []struct {
		name string
		a, b *patient.Normalized
		want Levels
	}{
		{"one postal code", at("ANN", "LEE", "49503", "ADA", "MI"), at("ANN", "LEE", "49503", "ADA", "MI"), Levels{givenExact, familyExact, postalExact, 0, 0}},
		{"one postal code, another city", at("ANN", "LEE", "49503", "ADA", "MI"), at("ANN", "LEE", "49503", "LOWELL", "OH"), Levels{givenExact, familyExact, postalExact, 0, 0}},
		{"one city", at("ANN", "LEE", "49503", "ADA", "MI"), at("ANN", "LEE", "60601", "ADA", "MI"), Levels{givenExact, familyExact, postalDiffers, textExact, 0}},
		{"one state", at("ANN", "LEE", "", "ADA", "MI"), at("ANN", "LEE", "60601", "LOWELL", "MI"), Levels{givenExact, familyExact, 0, textDiffers, plainExact}},
		{"no given name", at("", "LEE", "", "", ""), at("ANN", "OKAFOR", "", "", ""), Levels{0, familyRenamed, 0, 0, 0}},
		{"other names", at("ANN", "LEE", "", "", ""), at("BO", "OKAFOR", "", "", ""), Levels{givenDiffers, familyDiffers, 0, 0, 0}},
	} {
		assert.Equal(t, c.want, Reference(cs, c.a, c.b), c.name)
		assert.Equal(t, c.want, Reference(cs, c.b, c.a), c.name)
	}
}

// drawNormalized draws records from few values, so that pairs agree, nearly
// agree and cross over often.
func drawNormalized(t *rapid.T, label string) *patient.Normalized {
	pick := func(name string, from ...string) string {
		return rapid.SampledFrom(append(from, "", "")).Draw(t, label+" "+name)
	}
	list := func(name string, from ...string) []string {
		return rapid.SliceOfNDistinct(rapid.SampledFrom(from), 0, 3, rapid.ID[string]).Draw(t, label+" "+name)
	}
	names := []string{"ANN", "ANNE", "MARY ANN", "MARYANN", "WILLIAM", "BILL", "NGUYEN", "A", "LOPEZ", "LOPEZ GARCIA", "GARCIA", "GARCIAS"}
	n := &patient.Normalized{
		Given: pick("given", names...), Middle: pick("middle", names...), Family: pick("family", names...),
		GivenAliases: list("alias", names...), FamilyAliases: list("family alias", names...),
		Suffix: pick("suffix", "JR", "SR", "II", "III"),
		Sex:    rapid.SampledFrom([]byte{0, 'F', 'M', 'X'}).Draw(t, label+" sex"),
		Birth: patient.Date{
			Year:  rapid.SampledFrom([]uint16{0, 1999, 2000, 2001, 2010}).Draw(t, label+" year"),
			Month: rapid.SampledFrom([]uint8{0, 1, 2, 3, 12, 81}).Draw(t, label+" month"),
			Day:   rapid.SampledFrom([]uint8{0, 1, 2, 3, 12, 28, 31}).Draw(t, label+" day"),
		},
		BirthTime:  rapid.SampledFrom([]int16{0, 600, 620, 900}).Draw(t, label+" time"),
		Multiple:   patient.Answer(rapid.IntRange(0, 2).Draw(t, label+" multiple")),
		BirthOrder: uint8(rapid.IntRange(0, 3).Draw(t, label+" order")),
		Placeholder: patient.Placeholder{
			Class:      patient.Class(rapid.IntRange(0, 5).Draw(t, label+" class")),
			Confidence: patient.Confidence(rapid.IntRange(1, 2).Draw(t, label+" confidence")),
		},
		MotherGiven: pick("mother", names...), MotherMaiden: pick("maiden", names...), MotherFamily: pick("mother family", names...),
		GuardianGiven: list("guardians", names...), GuardianFamily: list("guardian families", names...),
		Phones: list("phones", "6162340100", "6162340101", "5172340100"),
		SSN:    pick("ssn", "219556788", "219556789", "219557688"), Medicaid: pick("medicaid", "123", "124"),
		MRN: list("mrn", "H|1", "H|2", "C|1", "|1", "|2"), StudentID: list("student", "D|1", "|1", "|2"),
		BirthCertificate: pick("certificate", "1", "2"),
		Doses:            list("doses", "08|20180405|H1", "08|20180405|", "20|20180605|D1"),
	}
	for i := range rapid.IntRange(0, 2).Draw(t, label+" addresses") {
		at := label + string(rune('0'+i))
		n.Addresses = append(n.Addresses, patient.NormalAddress{
			Number:      rapid.SampledFrom([]string{"", "1", "12"}).Draw(t, at+" number"),
			Street:      rapid.SampledFrom([]string{"", "OAK ST", "OAKS ST", "ELM CT"}).Draw(t, at+" street"),
			City:        rapid.SampledFrom([]string{"", "ADA", "LOWELL"}).Draw(t, at+" city"),
			PostalCode:  rapid.SampledFrom([]string{"", "49301", "49302", "TQ138DF"}).Draw(t, at+" zip"),
			Institution: rapid.Bool().Draw(t, at+" institution"),
		})
	}
	n.Death.Year = rapid.SampledFrom([]uint16{0, 2000}).Draw(t, label+" death")
	n.Activity.Year = rapid.SampledFrom([]uint16{0, 1999, 2001}).Draw(t, label+" activity")
	return n
}

func allComparisons() []Comparison {
	cs := IISComparisons()
	for _, c := range GenericComparisons() {
		if _, ok := standardIn(cs, c.Name); !ok {
			cs = append(cs, c)
		}
	}
	return cs
}

func standardIn(cs []Comparison, name string) (Comparison, bool) {
	for _, c := range cs {
		if c.Name == name {
			return c, true
		}
	}
	return Comparison{}, false
}

func TestReferenceIsSymmetric(t *testing.T) {
	cs := allComparisons()
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawNormalized(t, "a"), drawNormalized(t, "b")
		ab, ba := Reference(cs, a, b), Reference(cs, b, a)
		for i := range cs {
			if ab[i] != ba[i] {
				t.Errorf("%s: %s forwards, %s backwards", cs[i].Name, cs[i].Levels()[ab[i]], cs[i].Levels()[ba[i]])
			}
			if int(ab[i]) >= len(cs[i].Levels()) {
				t.Errorf("%s: level %d", cs[i].Name, ab[i])
			}
		}
	})
}

// TestMissingIsNeutral: a record without values has no evidence against any
// other.
func TestMissingIsNeutral(t *testing.T) {
	cs := allComparisons()
	rapid.Check(t, func(t *rapid.T) {
		levels := Reference(cs, drawNormalized(t, "a"), &patient.Normalized{})
		for i, c := range cs {
			if !c.Neutral(levels[i]) {
				t.Errorf("%s: %s against nothing", c.Name, c.Levels()[levels[i]])
			}
		}
	})
}
