package patient

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// A value read alone is what Normalize makes of a record of that value.
func TestSingleValuesAreThoseOfARecord(t *testing.T) {
	for _, profile := range []Profile{US(), Neutral()} {
		z := NewNormalizer(profile)
		rapid.Check(t, func(t *rapid.T) {
			r := drawRecord(t)
			of := func(r Record) *Normalized {
				n, _ := Normalize(&r, profile)
				return &n
			}
			whole := of(r)
			for _, v := range r.Phones {
				require.Equal(t, firstOf(of(Record{Phones: []string{v}}).Phones), z.Phone(v))
			}
			for _, v := range r.Emails {
				require.Equal(t, firstOf(of(Record{Emails: []string{v}}).Emails), z.Email(v))
			}
			for _, a := range r.Addresses {
				n, left := z.Address(&a)
				list := of(Record{Addresses: []Address{a}}).Addresses
				require.Equal(t, len(list) == 1, left)
				if left {
					require.Equal(t, list[0], n)
				}
			}
			for _, id := range r.Identifiers {
				n := of(Record{Identifiers: []Identifier{id}, BirthDate: r.BirthDate, Received: r.Received, School: r.School})
				require.Equal(t, n.SSN+n.Medicaid+n.BirthCertificate+firstOf(n.MRN)+firstOf(n.StudentID), z.Identifier(&id, whole.Birth, r.School.District))
			}
			for _, g := range append(r.Guardians, Guardian{Given: r.Mother.Given, Family: r.Mother.Family}) {
				n := of(Record{Guardians: []Guardian{{Given: g.Given, Family: g.Family}}})
				given, family := z.Relative(g.Given, g.Family)
				require.Equal(t, [2]string{firstOf(n.GuardianGiven), firstOf(n.GuardianFamily)}, [2]string{given, family})
				n = of(Record{Mother: Parent{Given: g.Given, Family: g.Family}})
				require.Equal(t, [2]string{n.MotherGiven, n.MotherFamily}, [2]string{given, family})
			}
			require.Equal(t, of(Record{Sex: r.Sex}).Sex, z.Sex(r.Sex))
			require.Equal(t, of(Record{MultipleBirth: r.MultipleBirth}).Multiple, z.MultipleBirth(r.MultipleBirth))
			require.Equal(t, of(Record{BirthOrder: r.BirthOrder}).BirthOrder, z.BirthOrder(r.BirthOrder))
			require.Equal(t, of(Record{BirthCertificate: r.BirthCertificate}).BirthCertificate, z.Certificate(r.BirthCertificate))
		})
	}
}

func firstOf(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// Personal says what Apply says, of all but what it leaves out.
func TestPersonalIsApply(t *testing.T) {
	personal := func(n Normalized) Normalized {
		n = bare(n)
		n.Addresses, n.Phones, n.Emails, n.Doses, n.Activity = nil, nil, nil, nil, Date{}
		n.SSN, n.Medicaid, n.MRN, n.StudentID = "", "", nil, nil
		return n
	}
	for _, profile := range []Profile{US(), Neutral()} {
		whole, part := NewNormalizer(profile), NewNormalizer(profile)
		var a, b Normalized
		rapid.Check(t, func(t *rapid.T) {
			r := drawRecord(t)
			for range rapid.IntRange(0, 3).Draw(t, "doses") {
				r.Doses = append(r.Doses, Dose{
					CVX: "08", Lot: rapid.SampledFrom([]string{"", "L1"}).Draw(t, "lot"), Historical: rapid.Bool().Draw(t, "historical"),
					Date: ParseDate(rapid.SampledFrom([]string{"2023-12-31", "2024-03-14", "2024-03-15", "2024-04", "2026-01-01", "x"}).Draw(t, "day"), ""),
				})
			}
			r.BirthFacility = rapid.SampledFrom([]string{"", "GHS", "County"}).Draw(t, "facility")
			r.Identifiers = append(r.Identifiers, Identifier{Type: rapid.SampledFrom([]string{"MR", "BR", "SS"}).Draw(t, "type"), Value: "4711", Authority: "GHS"})
			if rapid.Bool().Draw(t, "placeholder") {
				r.Names = []Name{{Given: rapid.SampledFrom([]string{"BABYBOY", "JUDYSGIRL", "Baby", "B"}).Draw(t, "given"), Family: "Smith"}}
			}
			whole.Apply(&a, &r)
			part.Personal(&b, &r)
			require.Equal(t, personal(a), personal(b))
		})
	}
}
