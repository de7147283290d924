package merge

import (
	"slices"
	"strings"

	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/scoring/strsim"
)

// newbornDays is how old a child without any given name may be for the name to
// be one that has not come yet: vital records leave it empty.
const newbornDays = 366

// ViewNewborn returns the view of a normalised record.
func ViewNewborn(n *patient.Normalized) NewbornView {
	v := NewbornView{
		Placeholder: n.Placeholder.Class, Confidence: n.Placeholder.Confidence, Named: len(n.Given) > 1,
		Multiple: n.Multiple, Order: n.BirthOrder,
		Birth: int32(n.Birth.Days()), Received: int32(n.Received.Days()), Death: int32(n.Death.Days()),
	}
	if v.Placeholder == patient.NotPlaceholder && n.Given == "" && v.Birth > 0 && v.Received > 0 && v.Received-v.Birth < newbornDays {
		v.Placeholder, v.Confidence = patient.Unnamed, patient.Certain
	}
	return v
}

// CompareNewborn compares two normalised records in plain Go. It is the meaning
// of the facts; who compares many pairs gets them from the levels of a
// comparison instead. Weight, Match and Soft are a policy's and stay zero, but
// for the conflicts that hold under any: Hard, and numbers of one authority that
// differ. The result does not depend on the order of the two.
func CompareNewborn(a, b *patient.Normalized) NewbornPair {
	p := NewbornPair{
		Given:       givenFact(a, b),
		Family:      familyFact(a, b),
		BirthDate:   birthFact(a.Birth, b.Birth),
		BirthTime:   timeFact(a.BirthTime, b.BirthTime),
		Sex:         equalFact(a.Sex, b.Sex),
		Order:       equalFact(a.BirthOrder, b.BirthOrder),
		Mother:      motherFact(a, b),
		Maiden:      maidenFact(a.MotherMaiden, b.MotherMaiden),
		Guardian:    guardianFact(a, b),
		Phone:       phoneFact(a.Phones, b.Phones),
		Address:     addressFact(a, b),
		Facility:    equalFact(a.BirthFacility, b.BirthFacility),
		Identifier:  identifierFact(a, b),
		Sequential:  sequential(a, b),
		Certificate: equalFact(a.BirthCertificate, b.BirthCertificate),
		Dose:        doseFact(a, b),
	}
	p.Hard = p.Order == Differs || p.Certificate == Differs
	return p
}

func equalFact[T comparable](a, b T) Fact {
	var none T
	switch {
	case a == none || b == none:
		return Unknown
	case a == b:
		return Agrees
	}
	return Differs
}

func shared(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}

// phoneFact compares phones; one digit off is nearly the same.
func phoneFact(a, b []string) Fact {
	if len(a) == 0 || len(b) == 0 {
		return Unknown
	}
	if shared(a, b) {
		return Agrees
	}
	for _, s := range a {
		if slices.ContainsFunc(b, func(t string) bool { return len(s) >= 10 && len(s) == len(t) && strsim.OSAWithin(s, t, 1) }) {
			return Nearly
		}
	}
	return Differs
}

// guardianFact says whether a guardian who is not the mother is the same:
// given and family name. That others are known says nothing.
func guardianFact(a, b *patient.Normalized) Fact {
	if !shared(a.GuardianFamily, b.GuardianFamily) {
		return Unknown
	}
	for _, s := range a.GuardianGiven {
		if s != a.MotherGiven && s != b.MotherGiven && slices.Contains(b.GuardianGiven, s) && a.MotherGiven+b.MotherGiven != "" {
			return Agrees
		}
	}
	return Unknown
}

// sameName says whether two given names are one: spelled alike, one letter off,
// or a nickname.
func sameName(a, b string) bool {
	return a == b || patient.SameNickname(a, b) || min(len(a), len(b)) >= 4 && strsim.OSAWithin(a, b, 1)
}

// givenFact compares legal given names. Those of one who is called by a second
// name, or by one of two, are nearly the same.
func givenFact(a, b *patient.Normalized) Fact {
	switch {
	case len(a.Given) < 2 || len(b.Given) < 2:
		return Unknown
	case a.Given == b.Given || patient.SameNickname(a.Given, b.Given),
		slices.Contains(a.GivenAliases, b.Given), slices.Contains(b.GivenAliases, a.Given):
		return Agrees
	case sameName(a.Given, b.Given): // JAYDEN and KAYDEN: a slip, or twins
		return Nearly
	case sharePart(a.Given, b.Given) || sharePart(a.Given, b.Middle) || sharePart(a.Middle, b.Given):
		return Nearly
	}
	return Differs
}

// motherFact compares the mothers' given names, or the guardians' where a record
// names no mother.
func motherFact(a, b *patient.Normalized) Fact {
	var one, other [1]string
	x, y := mothers(a, &one), mothers(b, &other)
	if len(x) == 0 || len(y) == 0 {
		return Unknown
	}
	for _, s := range x {
		if slices.ContainsFunc(y, func(t string) bool { return sameName(s, t) || sharePart(s, t) }) {
			return Agrees
		}
	}
	if a.MotherGiven == "" || b.MotherGiven == "" {
		return Unknown // a father is no other mother
	}
	return Differs
}

func maidenFact(a, b string) Fact {
	f := equalFact(a, b)
	if f == Differs && (sharePart(a, b) || min(len(a), len(b)) >= 4 && strsim.OSAWithin(a, b, 1)) {
		return Nearly
	}
	return f
}

func mothers(n *patient.Normalized, own *[1]string) []string {
	if n.MotherGiven != "" {
		own[0] = n.MotherGiven
		return own[:]
	}
	return n.GuardianGiven
}

// familyFact compares all family names a child may go by: its own, earlier ones,
// and the mother's.
func familyFact(a, b *patient.Normalized) Fact {
	var one, other [8]string
	x, y := families(a, one[:0]), families(b, other[:0])
	if len(x) == 0 || len(y) == 0 {
		return Unknown
	}
	best := Differs
	for _, s := range x {
		for _, t := range y {
			switch {
			case s == t || sharePart(s, t):
				return Agrees
			case min(len(s), len(t)) >= 4 && strsim.OSAWithin(s, t, 1):
				best = Nearly
			}
		}
	}
	return best
}

func families(n *patient.Normalized, list []string) []string {
	add := func(s string) {
		if s != "" && !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	add(n.Family)
	add(n.Placeholder.Family)
	add(n.MotherFamily)
	add(n.MotherMaiden)
	for _, s := range n.FamilyAliases {
		add(s)
	}
	return list
}

// sharePart says whether two family names have a part in common: GARCIA LOPEZ
// and GARCIA.
func sharePart(a, b string) bool {
	for part := range strings.FieldsSeq(a) {
		if len(part) < 3 {
			continue
		}
		for other := range strings.FieldsSeq(b) {
			if part == other {
				return true
			}
		}
	}
	return false
}

func birthFact(a, b patient.Date) Fact {
	switch {
	case !a.Full() || !b.Full():
		return Unknown
	case a == b:
		return Agrees
	case a.Days()-b.Days() == 1 || b.Days()-a.Days() == 1,
		a.Year == b.Year && a.Month == b.Day && a.Day == b.Month:
		return Nearly
	}
	return Differs
}

// timeFact compares minutes; those born together are born within the hour.
func timeFact(a, b int16) Fact {
	f := equalFact(a, b)
	if f == Differs && max(a-b, b-a) <= 60 {
		return Nearly
	}
	return f
}

func addressFact(a, b *patient.Normalized) Fact {
	known := false
	for i := range a.Addresses {
		for j := range b.Addresses {
			x, y := &a.Addresses[i], &b.Addresses[j]
			if x.Institution || y.Institution || x.Street == "" || y.Street == "" {
				continue
			}
			known = true
			if sameHome(x, y) {
				return Agrees
			}
		}
	}
	if known {
		return Differs
	}
	return Unknown
}

// sameHome says whether two addresses are one. Of a street that is written
// otherwise (certificates leave out whether it is a road or a lane) the number
// and the place must agree, and no unit be another.
func sameHome(a, b *patient.NormalAddress) bool {
	if a.Number != b.Number {
		return false
	}
	post, city := equalFact(a.PostalCode, b.PostalCode), equalFact(a.City, b.City)
	if a.Street == b.Street && post != Differs {
		return true
	}
	return a.Number != "" && (post == Agrees || city == Agrees) && equalFact(a.Unit, b.Unit) != Differs && sameStreet(a.Street, b.Street)
}

// sameStreet says whether two streets are one: alike, one letter off, or one
// without the other's last word.
func sameStreet(a, b string) bool {
	return a == b || beginsWith(a, b) || beginsWith(b, a) || min(len(a), len(b)) >= 5 && strsim.OSAWithin(a, b, 1)
}

func beginsWith(long, short string) bool {
	rest, ok := strings.CutPrefix(long, short)
	return ok && len(short) >= 3 && len(rest) > 1 && rest[0] == ' ' && !strings.Contains(rest[1:], " ")
}

// identifierFact compares personal numbers, those of organisations within one
// authority. A number whose authority is not known says nothing.
func identifierFact(a, b *patient.Normalized) Fact {
	if equalFact(a.SSN, b.SSN) == Agrees || equalFact(a.Medicaid, b.Medicaid) == Agrees {
		return Agrees
	}
	f := Unknown
	for _, lists := range [...][2][]string{{a.MRN, b.MRN}, {a.StudentID, b.StudentID}} {
		for _, x := range lists[0] {
			for _, y := range lists[1] {
				authority, _, _ := strings.Cut(x, "|")
				other, _, _ := strings.Cut(y, "|")
				switch {
				case authority == "" || authority != other:
				case x == y:
					return Agrees
				default:
					f = Differs
				}
			}
		}
	}
	return f
}

// sequential says whether numbers of one authority follow each other.
func sequential(a, b *patient.Normalized) bool {
	for _, x := range a.MRN {
		for _, y := range b.MRN {
			authority, number, _ := strings.Cut(x, "|")
			other, follows, _ := strings.Cut(y, "|")
			if authority != "" && authority == other && consecutive(number, follows) {
				return true
			}
		}
	}
	return consecutive(a.SSN, b.SSN)
}

func consecutive(a, b string) bool {
	m, okA := wholeNumber(a)
	n, okB := wholeNumber(b)
	return okA && okB && (m+1 == n || n+1 == m)
}

// wholeNumber reads digits, where strconv would make an error of what has others.
func wholeNumber(s string) (n uint64, ok bool) {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = 10*n + uint64(s[i]-'0')
	}
	return n, s != "" && len(s) < 20
}

// doseFact compares the lots of the birth doses.
func doseFact(a, b *patient.Normalized) Fact { return equalFact(birthLot(a), birthLot(b)) }

// birthLot is the lot of the hepatitis B dose given within three days of birth.
func birthLot(n *patient.Normalized) string {
	for _, d := range n.Doses {
		cvx, rest, _ := strings.Cut(d, "|")
		day, lot, _ := strings.Cut(rest, "|")
		if lot == "" || cvx != "08" && cvx != "45" {
			continue
		}
		if after := patient.ParseDate(day, "").Days() - n.Birth.Days(); n.Birth.Full() && after >= 0 && after <= 3 {
			return lot
		}
	}
	return ""
}
