package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/idem-health/idem/benchmarks/population"
	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/merge"
)

// A goldenStudy compares the golden records of a run with what merging each
// person's records should come to.
type goldenStudy struct {
	name           string
	people         int // who have no sealed adoption
	whole          int // whose records are one person, and no other's
	newborns       int // who have a placeholder and a legal name that are one person
	newbornsNamed  int // of them, those with the legal name in the golden record
	newbornsKnown  int // of them, those of whom some record has the legal name, letter for letter
	newbornsStill  int // of them, those with a placeholder in it
	dosed          int // who have doses
	within         int // of them, those whose every dose is reported by somebody with its code and day
	exact, inReach int // the same doses by code and day, of all and of those
	allowed        int // of all, those whose doses are as right as their records allow
	days           int // the same days and vaccine groups
	doses          int
	reports        map[string]int // doses, by what is different
	fields         map[string]int // persons, by field and what is different
	names          map[string]int // newborns, by what is different in the given name
}

// studyGolden merges the people a run found.
func (t *trial) studyGolden(ctx context.Context) (*goldenStudy, error) {
	golden := make([]*merge.GoldenRecord, t.result.Persons())
	for g, err := range t.result.Golden(ctx, t.world.stream(), merge.DefaultSurvivorship()) {
		if err != nil {
			return nil, err
		}
		golden[g.Person] = &g.GoldenRecord
	}
	return t.compareGolden(t.name, func(rows []int) (*merge.GoldenRecord, []int32) {
		p := t.main(rows)
		return golden[p], t.result.Members(p)
	}), nil
}

// studyPerfect merges the people there are: what it gets wrong is the merge's
// own, or in no record.
func (t *trial) studyPerfect() (*goldenStudy, error) {
	chooser, err := merge.DefaultSurvivorship().Compile(t.result.Profile)
	if err != nil {
		return nil, err
	}
	return t.compareGolden("the truth", func(rows []int) (*merge.GoldenRecord, []int32) {
		members := make([]patient.Record, len(rows))
		all := make([]int32, len(rows))
		for k, i := range rows {
			members[k], all[k] = t.world.records[t.of[i]], int32(i)
		}
		g := chooser.Golden(members)
		return &g, all
	}), nil
}

// main is the person that most of some records are; of several the first.
func (t *trial) main(rows []int) int {
	count := map[int]int{}
	for _, i := range rows {
		count[t.result.Person(i)]++
	}
	best := -1
	for _, i := range rows {
		p := t.result.Person(i)
		if best < 0 || count[p] > count[best] || count[p] == count[best] && p < best {
			best = p
		}
	}
	return best
}

func (t *trial) compareGolden(name string, golden func(rows []int) (*merge.GoldenRecord, []int32)) *goldenStudy {
	s := &goldenStudy{name: name, reports: map[string]int{}, fields: map[string]int{}, names: map[string]int{}}
	rows := map[uint64][]int{}
	sealed := map[uint64]bool{}
	for i := range t.person {
		truth := t.truth(i)
		rows[truth.Person] = append(rows[truth.Person], i)
		sealed[truth.Person] = sealed[truth.Person] || !truth.MayLink
	}
	vaccines := merge.RoutineVaccines()
	for k := range t.world.persons {
		person := &t.world.persons[k]
		own := rows[person.ID]
		if sealed[person.ID] || len(own) == 0 {
			continue
		}
		g, members := golden(own)
		s.people++
		if len(members) == len(own) && !slices.ContainsFunc(members, func(m int32) bool { return t.truth(int(m)).Person != person.ID }) {
			s.whole++
		}
		t.compareNames(s, person, g)
		t.compareNewborn(s, person, g, members, own)
		s.compareDoses(vaccines, parseDoses(person.Doses()), mergedDoses(g), t.reportedDoses(own))
	}
	return s
}

// compareNames counts the fields of a golden record by what is different. A
// wrong value has the name of the error of the record that it came from.
func (t *trial) compareNames(s *goldenStudy, person *population.Person, g *merge.GoldenRecord) {
	for _, f := range []struct{ field, want string }{
		{"given_name", person.Given()}, {"middle_name", person.Middle()}, {"family_name", person.Family()}, {"suffix", person.Suffix()},
		{"birth_date", person.BirthDate()},
	} {
		value, known := g.Get(f.field)
		want, got := patient.Fold(f.want), patient.Fold(value.Value)
		s.fields[f.field]++
		switch {
		case want == got:
			s.fields[f.field+" right"]++
		case !known || got == "":
			s.fields[f.field+" missing"]++
		case want == "":
			s.fields[f.field+" not in truth"]++
		default:
			s.fields[f.field+" "+t.cause(person, f.field, value)]++
		}
	}
}

// cause is what is wrong with a record in a field.
func (t *trial) cause(person *population.Person, field string, v merge.Value) string {
	at, ok := t.world.index[match.Key{Source: v.Source, ID: v.ID}]
	if !ok {
		return "unexplained"
	}
	truth := &t.world.truth[at]
	if truth.Person != person.ID {
		return "another person's"
	}
	for _, tag := range truth.Tags {
		name := tag.String()
		if strings.HasPrefix(name, field+":") || strings.HasPrefix(name, "names:") && strings.HasSuffix(field, "_name") {
			return name
		}
	}
	return "written otherwise"
}

// compareNewborn looks at whether a placeholder that found its legal name has
// given way to it.
func (t *trial) compareNewborn(s *goldenStudy, person *population.Person, g *merge.GoldenRecord, members []int32, own []int) {
	placeholder, named := false, false
	for _, m := range members {
		if t.truth(int(m)).Person == person.ID {
			placeholder = placeholder || t.truth(int(m)).Placeholder
			named = named || t.legal(int(m))
		}
	}
	if !placeholder || !named {
		return
	}
	s.newborns++
	v, _ := g.Get("given_name")
	legal := patient.Fold(person.Given())
	known := slices.ContainsFunc(own, func(i int) bool { return patient.Fold(t.world.records[t.of[i]].Names[0].Given) == legal })
	if known {
		s.newbornsKnown++
	}
	cause := "right"
	if patient.Fold(v.Value) != legal {
		cause = t.cause(person, "given_name", v)
		if !known {
			cause += ", in no record"
		}
		if i, ok := t.world.index[match.Key{Source: v.Source, ID: v.ID}]; ok && t.world.truth[i].Placeholder {
			s.newbornsStill++
		}
	} else {
		s.newbornsNamed++
	}
	s.names[cause]++
}

// A plainDose is a dose as it is compared.
type plainDose struct {
	cvx, date, lot string
	days           int
}

func (d plainDose) key() string { return d.cvx + "|" + d.date }

// parseDose reads cvx|date|lot, and leaves out what follows.
func parseDose(text string) plainDose {
	part := strings.SplitN(text, "|", 4)
	for len(part) < 3 {
		part = append(part, "")
	}
	return plainDose{strings.TrimLeft(part[0], "0"), part[1], patient.Fold(part[2]), patient.ParseDate(part[1], "").Days()}
}

func parseDoses(text string) []plainDose {
	var doses []plainDose
	for part := range strings.SplitSeq(text, ";") {
		if part != "" {
			doses = append(doses, parseDose(part))
		}
	}
	return doses
}

func mergedDoses(g *merge.GoldenRecord) []plainDose {
	var doses []plainDose
	for i := range g.Doses {
		doses = append(doses, parseDose(g.Doses[i].Dose))
	}
	return doses
}

// reportedDoses are the codes and days that any of some records reports.
func (t *trial) reportedDoses(rows []int) map[string]bool {
	reported := map[string]bool{}
	for _, i := range rows {
		for _, d := range t.world.records[t.of[i]].Doses {
			day := fmt.Sprintf("%04d-%02d-%02d", d.Date.Year, d.Date.Month, d.Date.Day)
			reported[strings.TrimLeft(d.CVX, "0")+"|"+day] = true
		}
	}
	return reported
}

// nearDays is how far two reports of one dose may lie apart to be called one
// with a wrong day.
const nearDays = 35

// doseSteps are how two doses may be one, the most alike first.
var doseSteps = []struct {
	kind string
	same func(v *merge.Vaccines, a, b plainDose) bool
}{
	{"right", func(_ *merge.Vaccines, a, b plainDose) bool { return a.key() == b.key() }},
	{"unspecified code", func(v *merge.Vaccines, a, b plainDose) bool {
		return a.date == b.date && v.Unspecified(b.cvx) && related(v, a, b)
	}},
	{"other code", func(v *merge.Vaccines, a, b plainDose) bool { return a.date == b.date && related(v, a, b) }},
	{"other day", func(v *merge.Vaccines, a, b plainDose) bool {
		return a.days != 0 && b.days != 0 && max(a.days-b.days, b.days-a.days) <= nearDays && related(v, a, b)
	}},
}

func related(v *merge.Vaccines, a, b plainDose) bool {
	return a.cvx == b.cvx || slices.ContainsFunc(v.Groups(a.cvx), func(g string) bool { return slices.Contains(v.Groups(b.cvx), g) })
}

// compareDoses pairs the doses there should be with those there are, and counts
// what is different.
func (s *goldenStudy) compareDoses(vaccines *merge.Vaccines, want, got []plainDose, reported map[string]bool) {
	if len(want) == 0 && len(got) == 0 {
		return
	}
	s.dosed++
	s.doses += len(want)
	within := !slices.ContainsFunc(want, func(d plainDose) bool { return !reported[d.key()] })
	found := map[string]int{}
	for k, step := range doseSteps {
		if k == 1 {
			want, got = s.inParts(vaccines, want, got, reported, found)
		}
		want = slices.DeleteFunc(want, func(a plainDose) bool {
			k := slices.IndexFunc(got, func(b plainDose) bool { return step.same(vaccines, a, b) })
			if k < 0 {
				return false
			}
			s.countDose(step.kind, a, reported, found)
			if step.kind == "right" {
				s.countLot(a, got[k])
			}
			got = slices.Delete(got, k, k+1)
			return true
		})
	}
	for _, a := range want {
		s.countDose("missing", a, reported, found)
	}
	s.reports["extra"] += len(got)
	if len(want) == 0 && len(got) == 0 && found["though reported right"] == 0 {
		s.allowed++
	}
	same := len(want) == 0 && len(got) == 0
	if within {
		s.within++
	}
	if same && found["other day"] == 0 {
		s.days++
	}
	if same && found["other day"]+found["other code"]+found["unspecified code"]+found[toldInParts] == 0 {
		s.exact++
		if within {
			s.inReach++
		}
	}
}

const toldInParts = "combination told in its parts"

// inParts takes out the combinations that are there as several doses of a day,
// each of some of their groups: a history that tells of three vaccines on one day
// does not say that they were one.
func (s *goldenStudy) inParts(v *merge.Vaccines, want, got []plainDose, reported map[string]bool, found map[string]int) (left, rest []plainDose) {
	want = slices.DeleteFunc(want, func(a plainDose) bool {
		groups := v.Groups(a.cvx)
		isPart := func(b plainDose) bool {
			own := v.Groups(b.cvx)
			return len(own) > 0 && len(own) < len(groups) && max(a.days-b.days, b.days-a.days) <= nearDays &&
				!slices.ContainsFunc(own, func(g string) bool { return !slices.Contains(groups, g) })
		}
		var day string
		nearest, parts := 0, 0
		for _, b := range got {
			if apart := max(a.days-b.days, b.days-a.days); isPart(b) && (day == "" || apart < nearest) {
				day, nearest = b.date, apart
			}
		}
		for _, b := range got {
			parts += btoi(isPart(b) && b.date == day)
		}
		if parts < 2 {
			return false
		}
		got = slices.DeleteFunc(got, func(b plainDose) bool { return isPart(b) && b.date == day })
		s.countDose(toldInParts, a, reported, found)
		return true
	})
	return want, got
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// countDose counts a dose; one that is not right although somebody reported it
// right counts under a name of its own.
func (s *goldenStudy) countDose(kind string, d plainDose, reported map[string]bool, found map[string]int) {
	found[kind]++
	if kind != "right" && reported[d.key()] {
		kind += ", though reported right"
		found["though reported right"]++
	}
	s.reports[kind]++
}

func (s *goldenStudy) countLot(want, got plainDose) {
	switch {
	case want.lot == got.lot:
		s.reports["right, and the lot"]++
	case got.lot == "":
		s.reports["right, no lot"]++
	default:
		s.reports["right, other lot"]++
	}
}

// printGolden prints what the golden records of a set's runs are worth.
func printGolden(ctx context.Context, w io.Writer, trials []*trial) error {
	perfect, err := trials[0].studyPerfect()
	if err != nil {
		return err
	}
	studies := []*goldenStudy{perfect}
	for _, t := range trials {
		s, err := t.studyGolden(ctx)
		if err != nil {
			return err
		}
		studies = append(studies, s)
	}
	world := trials[0].world.name
	g := &grid{
		Title: world + ": golden records against what a merge should come to, people of a sealed adoption left out",
		Head: []string{"people by", "people", "whole", "newborns resolved", "named", "of those some record names", "still a placeholder",
			"with doses", "doses exact", "days exact", "as the records allow", "all reported right", "of them exact"},
	}
	for _, s := range studies {
		g.add(s.name, fmt.Sprint(s.people), ratio(int64(s.whole), int64(s.people)), fmt.Sprint(s.newborns), ratio(int64(s.newbornsNamed), int64(s.newborns)), ratio(int64(s.newbornsNamed), int64(s.newbornsKnown)), fmt.Sprint(s.newbornsStill),
			fmt.Sprint(s.dosed), ratio(int64(s.exact), int64(s.dosed)), ratio(int64(s.days), int64(s.dosed)), ratio(int64(s.allowed), int64(s.dosed)), fmt.Sprint(s.within), ratio(int64(s.inReach), int64(s.within)))
	}
	fmt.Fprintln(w)
	g.text(w)
	printCounts(w, world+": given names of resolved newborns, by the error of the record that the name came from", studies, func(s *goldenStudy) map[string]int { return s.names })
	printCounts(w, world+": doses of golden records by what is different", studies, func(s *goldenStudy) map[string]int { return s.reports })
	printCounts(w, world+": fields of golden records, by the error of the record that the value came from", studies, func(s *goldenStudy) map[string]int { return s.fields })
	return nil
}

// printCounts prints counts by name, side by side.
func printCounts(w io.Writer, title string, studies []*goldenStudy, counts func(*goldenStudy) map[string]int) {
	g := &grid{Title: title, Head: []string{""}}
	names := map[string]bool{}
	for _, s := range studies {
		g.Head = append(g.Head, s.name)
		for name := range counts(s) {
			names[name] = true
		}
	}
	for _, name := range sortedKeys(names) {
		row := []string{name}
		for _, s := range studies {
			row = append(row, fmt.Sprint(counts(s)[name]))
		}
		g.add(row...)
	}
	fmt.Fprintln(w)
	g.text(w)
}
