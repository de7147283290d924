package scoring

import "github.com/idem-health/idem/match/patient"

// Reference compares two records in plain Go. It is the meaning of every
// comparison, and the oracle of the compiled form. A comparison of an unknown
// kind is missing. The result is the same for (b, a).
func Reference(cs []Comparison, a, b *patient.Normalized) Levels {
	levels := make(Levels, len(cs))
	for i, c := range cs {
		k, ok := kinds[c.Kind]
		if !ok {
			continue
		}
		f := patient.FieldNone
		if k.parameterized {
			if f, ok = patient.FieldByName(c.Field); !ok {
				continue
			}
		}
		levels[i] = k.reference(f, a, b)
	}
	newInterplay(cs).settle(levels)
	return levels
}

// An interplay holds the places of the comparisons that depend on each other's
// levels.
type interplay struct{ given, family, multiple, doses, postal, city, state int }

func newInterplay(cs []Comparison) interplay {
	p := interplay{-1, -1, -1, -1, -1, -1, -1}
	for i, c := range cs {
		switch c.Kind {
		case KindGiven:
			p.given = i
		case KindFamily:
			p.family = i
		case KindMultiple:
			p.multiple = i
		case KindDoses:
			p.doses = i
		case KindPostalCode:
			p.postal = i
		case KindText, KindNumber, KindExact:
			switch c.Field {
			case patient.FieldCity.String():
				p.city = i
			case patient.FieldState.String():
				p.state = i
			}
		}
	}
	return p
}

// settle makes the comparisons agree with each other: a swap of given and
// family name is told once, a family name that differs says less where a given
// name is missing (newborns are registered under their mother's name), doses are no evidence where twins are possible, and
// a place that lies in another on which two records agree says nothing more:
// who has the postal code of a neighbor has the neighbor's city and state.
func (p interplay) settle(levels Levels) {
	if p.given >= 0 && p.family >= 0 && levels[p.given] == givenSwap {
		levels[p.family] = 0
	}
	if p.given >= 0 && p.family >= 0 && levels[p.given] == 0 && levels[p.family] == familyDiffers {
		levels[p.family] = familyRenamed
	}
	if p.multiple >= 0 && p.doses >= 0 && levels[p.multiple] > multipleAgree && levels[p.doses] <= dosesOne {
		levels[p.doses] = 0
	}
	if p.city >= 0 {
		if p.postal >= 0 && levels[p.postal] == postalExact {
			levels[p.city] = 0
			if p.state >= 0 {
				levels[p.state] = 0
			}
		} else if p.state >= 0 && levels[p.city] == textExact {
			levels[p.state] = 0
		}
	} else if p.postal >= 0 && p.state >= 0 && levels[p.postal] == postalExact {
		levels[p.state] = 0
	}
}

func referenceGiven(_ patient.Field, a, b *patient.Normalized) uint8 {
	return compareGiven(newGivenView(a), newGivenView(b))
}

func newGivenView(n *patient.Normalized) *givenView {
	return &givenView{
		Given: n.Given, Middle: n.Middle, Family: n.Family, Aliases: n.GivenAliases,
		Placeholder: n.Placeholder.Class != patient.NotPlaceholder,
	}
}

func referenceFamily(_ patient.Field, a, b *patient.Normalized) uint8 {
	return compareFamily(newFamilyView(a), newFamilyView(b))
}

func newFamilyView(n *patient.Normalized) *familyView {
	v := &familyView{Family: n.Family, Aliases: n.FamilyAliases}
	for _, s := range []string{n.MotherMaiden, n.MotherFamily} {
		if s != "" {
			v.Mother = append(v.Mother, s)
		}
	}
	v.Mother = append(v.Mother, n.GuardianFamily...)
	return v
}

func referenceMiddle(_ patient.Field, a, b *patient.Normalized) uint8 {
	return compareMiddle(&middleView{a.Middle, a.Given}, &middleView{b.Middle, b.Given})
}

func referenceAddress(_ patient.Field, a, b *patient.Normalized) uint8 {
	var found uint8
	for i := range a.Addresses {
		for j := range b.Addresses {
			found = better(found, compareAddress(&a.Addresses[i], &b.Addresses[j]))
		}
	}
	return found
}

func referenceGuardian(_ patient.Field, a, b *patient.Normalized) uint8 {
	return compareGuardian(&guardianView{a.GuardianGiven, a.GuardianFamily}, &guardianView{b.GuardianGiven, b.GuardianFamily})
}

func referenceGuardianGiven(_ patient.Field, a, b *patient.Normalized) uint8 {
	if a.MotherGiven != "" && b.MotherGiven != "" {
		return 0
	}
	return best(a.GuardianGiven, b.GuardianGiven, compareGivenAlone)
}

// referenceValues compares all values of a field, best level first.
func referenceValues(compare func(a, b string) uint8) func(patient.Field, *patient.Normalized, *patient.Normalized) uint8 {
	return func(f patient.Field, a, b *patient.Normalized) uint8 {
		return best(a.AppendValues(nil, f), b.AppendValues(nil, f), compare)
	}
}
