package main

import (
	"cmp"
	"slices"
	"strings"

	"github.com/idem-health/idem/examples/idem/report"
	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/merge"
	"github.com/idem-health/idem/scoring"
)

// A personAnswer says how a person came to be.
type personAnswer struct {
	Record   string         `json:"record"`
	Person   int            `json:"person"`
	Records  []string       `json:"records"`
	Joins    []joinAnswer   `json:"joins"`
	Newborns []newbornShown `json:"newborns,omitempty"`
	Life     []lifeAnswer   `json:"life"` // the records in the order they came
	Names    []nameAnswer   `json:"names"`
	Doses    []doseAnswer   `json:"doses,omitempty"`
	Possible []nearAnswer   `json:"also_possible"` // pairs with records of other people, the most likely first
	More     int            `json:"more_possible,omitempty"`
	Golden   []goldenAnswer `json:"golden"`
}

// A joinAnswer is one joining of two groups of records.
type joinAnswer struct {
	A        string  `json:"a"`
	B        string  `json:"b"`
	Weight   float64 `json:"weight"`
	Rule     string  `json:"rule"` // blocking rule that found the pair
	Evidence float64 `json:"evidence"`
	Records  int     `json:"records"` // after it
}

// A newbornShown is a placeholder record that got its legal name.
type newbornShown struct {
	Record string `json:"record"`
	With   string `json:"with"`
	By     string `json:"by"`
}

// A nearAnswer is a pair that was decided match or possible and whose other
// record is of another person.
type nearAnswer struct {
	Record   string   `json:"record"`
	Other    string   `json:"other"`
	Person   int      `json:"other_person"`
	Decision string   `json:"decision"`
	Weight   float64  `json:"weight"`
	Reasons  []string `json:"reasons"`
}

// A goldenAnswer is a value of the golden record and why it is there.
type goldenAnswer struct {
	Field  string `json:"field"`
	Value  string `json:"value"`
	From   string `json:"from"`
	Rule   string `json:"rule"`
	Agree  int    `json:"agree"`
	Differ int    `json:"differ"`
}

// mostNear is how many pairs with other people are told.
const mostNear = 20

func (e *explainer) person(a int) (answer, error) {
	res := e.result
	person := res.Person(a)
	p := &personAnswer{Record: e.name(a), Person: person + 1, Joins: []joinAnswer{}}
	members := res.Members(person)
	for _, m := range members {
		p.Records = append(p.Records, e.name(int(m)))
	}
	slices.Sort(p.Records)
	within := map[[2]int32]match.Pair{}
	p.Possible = e.near(person, within)
	p.More = max(0, len(p.Possible)-mostNear)
	p.Possible = p.Possible[:len(p.Possible)-p.More]
	for _, j := range res.Joins(person) {
		p.Joins = append(p.Joins, joinAnswer{
			A: e.name(int(j.A)), B: e.name(int(j.B)), Weight: round(scoring.Weight(j.Weight).Bits(), 3), Rule: within[[2]int32{int32(j.A), int32(j.B)}].Rule,
			Evidence: round(float64(j.Sum)/float64(scoring.OneBit), 3), Records: int(j.Rows),
		})
	}
	for _, x := range res.ResolvedNewborns() {
		if res.Person(x.Record) == person {
			p.Newborns = append(p.Newborns, newbornShown{e.name(x.Record), e.name(x.With), string(x.By)})
		}
	}
	records, err := e.records(members...)
	if err != nil {
		return nil, err
	}
	golden, err := e.golden(members, records)
	if err != nil {
		return nil, err
	}
	p.Golden = make([]goldenAnswer, 0, len(golden.Values))
	for _, v := range golden.Values {
		p.Golden = append(p.Golden, goldenAnswer{v.Field, v.Value, v.Source + "/" + v.ID, string(v.Rule), v.Agree, v.Differ})
	}
	l := life{explainer: e, members: slices.Clone(members), records: records, golden: &golden, pairs: within}
	l.tell(p)
	return p, nil
}

// near returns the pairs of a person with others, and notes the pairs within it.
func (e *explainer) near(person int, within map[[2]int32]match.Pair) []nearAnswer {
	res := e.result
	near := []nearAnswer{}
	for pair := range res.Pairs() {
		a, b := pair.A, pair.B
		inA, inB := res.Person(int(a)) == person, res.Person(int(b)) == person
		switch {
		case inA && inB:
			within[[2]int32{a, b}] = pair
			continue
		case inB:
			a, b = b, a
		case !inA:
			continue
		}
		reasons := res.Reasons(pair)
		if pair.Decision == match.Match {
			reasons = append(reasons, "not followed: a conflict, or the other records of the two speak against it")
		}
		near = append(near, nearAnswer{
			e.name(int(a)), e.name(int(b)), res.Person(int(b)) + 1, pair.Decision.String(), round(pair.Weight, 3), append([]string{}, reasons...)})
	}
	slices.SortStableFunc(near, func(x, y nearAnswer) int {
		return cmp.Or(cmp.Compare(y.Weight, x.Weight), cmp.Compare(x.Record, y.Record), cmp.Compare(x.Other, y.Other))
	})
	return near
}

// golden merges the records of a person.
func (e *explainer) golden(members []int32, found map[int32]patient.Record) (merge.GoldenRecord, error) {
	records := make([]patient.Record, 0, len(members))
	for _, m := range members {
		records = append(records, found[m])
	}
	chooser, err := merge.Survivorship{}.Compile(e.result.Profile)
	if err != nil {
		return merge.GoldenRecord{}, err
	}
	return chooser.Golden(records), nil
}

func (p *personAnswer) print(t *textWriter) {
	if len(p.Records) == 1 {
		t.printf("%s is person %d, alone: no other record is joined to it.\n\n", printable(p.Record), p.Person)
	} else {
		t.printf("%s is person %d, of %d records: %s.\n\n", printable(p.Record), p.Person, len(p.Records), printable(strings.Join(p.Records, ", ")))
		p.printJoins(t)
	}
	for i, n := range p.Newborns {
		if i == 0 {
			t.printf("Newborns that got their names:\n")
		}
		t.printf("  %s has the name of %s, by %s\n", printable(n.Record), printable(n.With), report.ResolvedBy(merge.ResolveReason(n.By)))
		if i == len(p.Newborns)-1 {
			t.printf("\n")
		}
	}
	if len(p.Possible) > 0 {
		t.printf("Decided match or possible with records of other people:\n")
		var rows [][]string
		for _, n := range p.Possible {
			why := strings.Join(n.Reasons, "; ")
			if why != "" {
				why = "(" + why + ")"
			}
			rows = append(rows, []string{bits(n.Weight), n.Decision, printable(n.Record), printable(n.Other), "of person " + count(int64(n.Person)), why})
		}
		t.table(rows)
		if p.More > 0 {
			t.printf("  and %s more\n", count(int64(p.More)))
		}
		t.printf("\n")
	}
	p.printLife(t)
	t.printf("Golden record:\n")
	rows := make([][]string, 0, len(p.Golden))
	for _, g := range p.Golden {
		rows = append(rows, []string{g.Field, shownValue(g.Value), "of " + printable(g.From), "by " + g.Rule, agreement(g)})
	}
	t.table(rows)
}

func agreement(g goldenAnswer) string {
	text := count(int64(g.Agree)) + " have it"
	if g.Differ > 0 {
		text += ", " + count(int64(g.Differ)) + " another"
	}
	return text
}

// printJoins tells the joins in their order and points to the weakest.
func (p *personAnswer) printJoins(t *textWriter) {
	if len(p.Joins) == 0 {
		return
	}
	t.printf("Joined in this order, the strongest pair first; all pairs between the two groups were asked:\n")
	weakest := 0
	var rows [][]string
	for i, j := range p.Joins {
		if j.Evidence < p.Joins[weakest].Evidence {
			weakest = i
		}
		by := "by a steward's decision"
		if j.Rule != "" {
			by = "found by " + j.Rule
		}
		rows = append(rows, []string{count(int64(i+1)) + ".", bits(j.Weight), printable(j.A) + " and " + printable(j.B), by,
			"all pairs together " + bits(j.Evidence), "now " + count(int64(j.Records)) + " records"})
	}
	t.table(rows)
	if len(p.Joins) > 1 {
		t.printf("Where to look first, if this is doubted: join %d, which has the least evidence.\n", weakest+1)
	}
	t.printf("\n")
}
