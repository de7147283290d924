package report

import (
	"cmp"
	"slices"

	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/merge"
)

const (
	peopleShown  = 6  // of the largest, and of the weakest
	membersShown = 60 // of one person
)

// A person is a person shown, with the joins that made it.
type person struct {
	number  int
	members []int32
	joins   []merge.Join
	weakest int   // index into joins; -1 if there is none but a steward's
	sum     int64 // of the weakest join
	weight  int32 // likewise
}

func personOf(res *match.Result, number int) person {
	p := person{number: number, members: res.Members(number), weakest: -1}
	if len(p.members) < 2 {
		return p
	}
	p.joins = res.Joins(number)
	for i, j := range p.joins {
		if !j.Same && (p.weakest < 0 || cmp.Or(cmp.Compare(j.Sum, p.sum), cmp.Compare(j.Weight, p.weight)) < 0) {
			p.weakest, p.sum, p.weight = i, j.Sum, j.Weight
		}
	}
	return p
}

// choosePeople returns the largest people, those of whom least speaks for a
// join, and how many people there are of each size.
func choosePeople(res *match.Result) (largest, weakest []person, sizes []int) {
	weak := func(a, b person) int {
		return cmp.Or(cmp.Compare(a.sum, b.sum), cmp.Compare(a.weight, b.weight), cmp.Compare(a.number, b.number))
	}
	big := func(a, b person) int { return cmp.Or(cmp.Compare(len(b.members), len(a.members)), weak(a, b)) }
	keep := func(list []person, p person, order func(a, b person) int) []person {
		if len(list) == peopleShown && order(p, list[peopleShown-1]) > 0 {
			return list
		}
		at, _ := slices.BinarySearchFunc(list, p, order)
		list = slices.Insert(list, at, p)
		return list[:min(len(list), peopleShown)]
	}
	for number := range res.Persons() {
		p := personOf(res, number)
		for len(sizes) <= len(p.members) {
			sizes = append(sizes, 0)
		}
		sizes[len(p.members)]++
		if len(p.members) < 2 {
			continue
		}
		largest = keep(largest, p, big)
		if p.weakest >= 0 {
			weakest = keep(weakest, p, weak)
		}
	}
	return largest, weakest, sizes
}
