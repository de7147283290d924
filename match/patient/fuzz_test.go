package patient

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzNormalize: it never panics, its bounds hold, the reusing normalizer gives
// the same, and a value that is normalised already stays as it is.
func FuzzNormalize(f *testing.F) {
	f.Add("given_name", "1JUDYSGIRL", "family_name", "Smith", "mother_given", "Judy")
	f.Add("full_name", "Smith, John \"Jack\" Jr.", "address", "12 N Oak St #2", "birth_date", "2026-03-14")
	f.Add("phone", "(616)234-0100", "ssn", "786-77-6454", "postal_code", "48469-1234")
	f.Add("doses", "08|2026-03-14|LOT x12", "mrn", "1-L18;000", "mrn_authority", "HOSP")
	f.Add("given_name", "Smith, Babyboy", "middle_name", "BOY", "alias", strings.Repeat("A B;", 40))
	f.Add("address", "APT 2 # 3", "multiple_birth", "2", "birth_order", "Y")
	f.Add("given_name", "\xff(\x80", "family_name", strings.Repeat("ﷺ", 300), "city", "'' '")
	z := [...]*Normalizer{NewNormalizer(US()), NewNormalizer(Neutral())}
	var reused [2]Normalized
	f.Fuzz(func(t *testing.T, name1, value1, name2, value2, name3, value3 string) {
		var r Record
		r.SetField(name1, value1, "")
		r.SetField(name2, value2, "")
		r.SetField(name3, value3, "")
		for i, p := range []Profile{US(), Neutral()} {
			n, issues := Normalize(&r, p)
			bounded(t, &n)
			present(t, &n)
			for round := range 2 { // a cold and a warm cache
				again := z[i].Apply(&reused[i], &r)
				if !slices.Equal(issues, again) || !reflect.DeepEqual(bare(n), bare(reused[i])) {
					t.Fatalf("%s: Apply differs from Normalize in round %d\n%+v\n%+v", p.Name, round, n, reused[i])
				}
			}
			stable(t, &n, p)
		}
	})
}

// bounded checks the bounds of everything in n.
func bounded(t *testing.T, n *Normalized) {
	t.Helper()
	for _, f := range Fields() {
		values := n.AppendValues(nil, f)
		limit := maxList
		if f == FieldDoseKey {
			limit = maxDoses
		}
		if len(values) > limit || !f.Set() && len(values) > 1 {
			t.Fatalf("%s: %d values", f, len(values))
		}
		for _, v := range values {
			switch f {
			case FieldGiven, FieldGivenAlias, FieldMiddle, FieldFamily, FieldFamilyAlias, FieldFullName,
				FieldMotherGiven, FieldMotherFamily, FieldMotherMaiden, FieldGuardianGiven, FieldGuardianFamily:
				if utf8.RuneCountInString(strings.ReplaceAll(v, " ", "")) > maxNameLetters || strings.Count(v, " ") >= maxNameWords || Fold(v) != v {
					t.Fatalf("%s: unbounded or unfolded name %q", f, v)
				}
			default:
				if len(v) > maxText {
					t.Fatalf("%s: %d bytes", f, len(v))
				}
			}
			if !utf8.ValidString(v) || f != FieldEmail && (strings.HasPrefix(v, " ") || strings.HasSuffix(v, " ")) {
				t.Fatalf("%s: %q", f, v)
			}
		}
	}
	if p := n.Placeholder; p.Class != NotPlaceholder && n.Given != "" || utf8.RuneCountInString(p.MotherGiven) > 2*maxNameLetters {
		t.Fatalf("placeholder %d beside the given name %q", p.Class, n.Given)
	}
	if n.BirthOrder > 8 || n.BirthTime < 0 || n.BirthTime > 24*60 || n.Multiple > Yes {
		t.Fatalf("order %d, time %d, multiple %d", n.BirthOrder, n.BirthTime, n.Multiple)
	}
}

// stable checks that normalising what is normal changes nothing, for the kinds
// of values that have a normal form of their own.
func stable(t *testing.T, n *Normalized, p Profile) {
	t.Helper()
	c := p.compile()
	check := func(f Field, value, again string) {
		if value != "" && value != again {
			t.Fatalf("%s: %s becomes %q, then %q", p.Name, f, value, again)
		}
	}
	for _, v := range n.Phones {
		again, _ := phone(v, c.phone)
		check(FieldPhone, v, again)
	}
	for _, v := range n.Emails {
		again, _ := email(v, c.email)
		check(FieldEmail, v, again)
	}
	ssn, _ := socialSecurity(n.SSN, c.ssn)
	check(FieldSSN, n.SSN, ssn)
	for i := range n.Addresses {
		a := &n.Addresses[i]
		again, _ := postalCode(a.PostalCode, c.postal)
		check(FieldPostalCode, a.PostalCode, again)
		again, _ = cityName(a.City)
		check(FieldCity, a.City, again)
		again, _ = stateName(a.State, c.us)
		check(FieldState, a.State, again)
	}
	check(FieldSuffix, n.Suffix, suffixes[n.Suffix])
	var r Record
	r.BirthDate = Date{Year: n.Birth.Year, Month: n.Birth.Month, Day: n.Birth.Day}
	again, _ := Normalize(&r, p)
	check(FieldBirthDate, n.Birth.Compact(), again.Birth.Compact())
}

// FuzzParseName: a name that was taken apart is not taken apart further.
func FuzzParseName(f *testing.F) {
	for _, s := range []string{"Smith, Jr., John", "Mrs. Emma (Em)", "O Brien Mc Donald III", "de la Cruz aka Cruz", "ZZ SMITH DO NOT USE", "D'Angelo 'Dee'"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		for _, kind := range []nameKind{givenName, familyName, wholeName} {
			p := parseName(raw, kind)
			if utf8.RuneCountInString(p.words) >= maxNameLetters/2 || strings.Count(p.words, " ") > maxNameWords/2 {
				continue // where a name is cut, what is left may read otherwise
			}
			again := parseName(p.words, kind)
			if again.words != p.words || again.before != "" || len(again.aliases) > 0 || again.suffix != "" {
				t.Errorf("kind %d: %q becomes %q, then %+v", kind, raw, p.words, again)
			}
		}
	})
}

// FuzzParseStreet: it never panics and stays in bounds, and the street of a
// parsed line is a street.
func FuzzParseStreet(f *testing.F) {
	for _, s := range []string{"12 N Oak St Apt 2", "UNIT 4, 12 Oak Avenue", "PO BOX 7", "145 TH ST", "# 2 # 3", "1 1 1 1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		for _, numbered := range []bool{false, true} {
			p := parseStreet(raw, numbered)
			for _, v := range []string{p.number, p.street, p.unit, parseUnit(raw)} {
				if len(v) > maxText || !utf8.ValidString(v) || strings.TrimSpace(v) != v {
					t.Errorf("%q gives %q", raw, v)
				}
			}
		}
	})
}
