package match_test

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"

	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/patient"
)

var (
	givenNames  = []string{"Liam", "Olivia", "Noah", "Emma", "Mateo", "Sofia", "William", "Bill", "Elizabeth", "Liz", "Jayden", "Kayden", "Maria Jose", "Jose", "Anh", "Robert", "Bob", "Aaliyah", "Zoe", "Lucas", "Ana", "Hannah", "Ethan", "Mia", "Leo", "Nora", "Ivan", "Chloe", "Omar", "Ruth"}
	familyNames = []string{"Smith", "Garcia Lopez", "Garcia", "Nguyen", "O'Brien", "Johnson", "Williams", "Kowalski", "Peña", "Brown", "Miller", "Davis", "Wilson", "Anderson", "Thomas", "Moore", "Jackson", "Martin", "Lee", "Perez", "Thompson", "White", "Harris", "Clark", "Lewis", "Walker", "Hall", "Young", "Allen", "King"}
	streetNames = []string{"Oak St", "Maple Ave", "Main Street", "N 5th St", "Cedar Rd", "Lake Dr", "Hill Ct", "Park Blvd"}
	cityNames   = []string{"Lansing", "Detroit", "Flint", "Adrian", "Holland"}
)

// manyNames adds made-up given names: with thirty alone, no agreement on one
// would be worth much.
var manyNames = func() []string {
	names := slices.Clone(givenNames)
	for _, a := range []string{"Bel", "Cor", "Dav", "El", "Fra", "Gre", "Hal", "Is", "Jor", "Kat", "Lor", "Mar", "Nat", "Or", "Pat", "Quin"} {
		for _, b := range []string{"ana", "win", "etta", "ick", "ora", "iel", "ymond", "ulo", "essa", "ard"} {
			names = append(names, a+b)
		}
	}
	return names
}()

// population makes records of made-up families: siblings, twins, newborns with
// placeholder names, typing errors and values left out. It returns the records
// and the person of each.
func population(seed uint64, people int) (records []patient.Record, person []int32) {
	g := &maker{rng: rand.New(rand.NewPCG(seed, 99))}
	for int(g.people) < people {
		g.family()
	}
	return g.records, g.person
}

type maker struct {
	rng     *rand.Rand
	people  int32
	records []patient.Record
	person  []int32
}

func (g *maker) one(list []string) string { return list[g.rng.IntN(len(list))] }

func (g *maker) chance(p float64) bool { return g.rng.Float64() < p }

func (g *maker) family() {
	base := map[string]string{
		"family_name": g.one(familyNames), "phone": fmt.Sprintf("%d2345%04d", 201+g.rng.IntN(700), g.rng.IntN(10000)),
		"address": fmt.Sprintf("%d %s", 1+g.rng.IntN(900), g.one(streetNames)), "city": g.one(cityNames),
		"postal_code": fmt.Sprintf("48%03d", g.rng.IntN(60)), "mother_given": g.one(givenNames), "mother_maiden": g.one(familyNames),
	}
	for range 1 + g.rng.IntN(3) {
		birth := fmt.Sprintf("%04d-%02d-%02d", 2005+g.rng.IntN(20), 1+g.rng.IntN(12), 1+g.rng.IntN(28))
		children := 1
		if g.chance(.1) {
			children = 2
		}
		for order := range children {
			child := map[string]string{
				"given_name": g.one(manyNames), "birth_date": birth, "sex": g.one([]string{"F", "M"}),
				"birth_certificate": fmt.Sprintf("%d", 100000+g.people),
			}
			if children > 1 {
				child["birth_order"], child["multiple_birth"] = fmt.Sprint(order+1), "Y"
			}
			g.child(base, child)
		}
	}
}

func (g *maker) child(base, child map[string]string) {
	for k := range 1 + g.rng.IntN(3) {
		var r patient.Record
		r.Source, r.ID = "feed", fmt.Sprintf("r%05d", len(g.records))
		for _, fields := range []map[string]string{base, child} {
			for _, name := range patient.StandardNames() {
				if v := fields[name]; v != "" {
					r.SetField(name, g.noisy(name, v, k), "")
				}
			}
		}
		r.Attributes = append(r.Attributes, patient.Attribute{Name: "truth", Value: fmt.Sprint(g.people)})
		g.records = append(g.records, r)
		g.person = append(g.person, g.people)
	}
	g.people++
}

func (g *maker) noisy(name, v string, copies int) string {
	switch {
	case name == "birth_certificate" && !g.chance(.2), name != "given_name" && name != "birth_date" && g.chance(.15):
		return ""
	case name == "given_name" && copies == 0 && g.chance(.1):
		return g.one([]string{"BABYBOY", "Baby Girl", "NEWBORN"})
	case g.chance(.04) && len(v) > 4:
		at := 1 + g.rng.IntN(len(v)-2)
		return v[:at] + v[at+1:]
	}
	return v
}

// stream gives records to Dedupe, in the given order (nil: as they stand).
func stream(records []patient.Record, order []int) iter.Seq2[*patient.Record, error] {
	return func(yield func(*patient.Record, error) bool) {
		for i := range records {
			if order != nil {
				i = order[i]
			}
			if !yield(&records[i], nil) {
				return
			}
		}
	}
}

// partition names each record's person by the smallest id among its members.
func partition(res *match.Result) map[match.Key]match.Key {
	out := map[match.Key]match.Key{}
	for p := range res.Persons() {
		var least match.Key
		for i, m := range res.Members(p) {
			if k := res.Key(int(m)); i == 0 || k.ID < least.ID {
				least = k
			}
		}
		for _, m := range res.Members(p) {
			out[res.Key(int(m))] = least
		}
	}
	return out
}
