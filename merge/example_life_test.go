package merge_test

import (
	"fmt"

	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/merge"
)

// The birth hospital knows a boy without a name; a clinic brings Liam, under the
// father's family name.
func ExampleResolveNewborns() {
	hospital := patient.Record{Source: "hospital", ID: "1"}
	clinic := patient.Record{Source: "clinic", ID: "9"}
	for field, values := range map[string][2]string{
		"given_name": {"BABYBOY", "Liam"}, "family_name": {"Smith", "Garcia"}, "birth_date": {"2026-03-01", "2026-03-01"}, "sex": {"M", "M"},
		"mother_given": {"Judy", "Judy"}, "mother_maiden": {"Smith", "Smith"}, "phone": {"616-234-0100", "6162340100"},
	} {
		hospital.SetField(field, values[0], "")
		clinic.SetField(field, values[1], "")
	}
	var records [2]patient.Normalized
	records[0], _ = patient.Normalize(&hospital, patient.US())
	records[1], _ = patient.Normalize(&clinic, patient.US())

	people := []uint32{0, 1}
	report := merge.ResolveNewborns(people, [][2]uint32{{0, 1}},
		func(row uint32) merge.NewbornView { return merge.ViewNewborn(&records[row]) },
		func(a, b uint32) merge.NewbornPair { return merge.CompareNewborn(&records[a], &records[b]) },
		merge.NewbornOptions{})
	for _, r := range report.Resolved {
		fmt.Printf("record %d is person %d by %s\n", r.Row, r.Person, r.By)
	}
	fmt.Println("people:", report.Join(people))
	// Output:
	// record 0 is person 1 by mother
	// people: [0 0]
}

// Pediarix, which the clinic gave, stands in the school's history as its
// components.
func ExampleGolden_doses() {
	clinic := patient.Record{Source: "clinic", ID: "1"}
	clinic.SetField("doses", "110|2026-05-01|P1|SKB;08|2026-03-01|X12", "")
	school := patient.Record{Source: "school", ID: "2"}
	school.SetField("doses", "45|2026-03-02||||Y;20|2026-05-01||||Y;08|2026-05-01||||Y;10|2026-05-01||||Y", "")
	golden := merge.Golden([]patient.Record{clinic, school}, patient.US(), merge.Survivorship{})
	for _, d := range golden.Doses {
		fmt.Println(d.Dose, d.Families)
		for _, o := range d.Others {
			fmt.Printf("  also %s from %s: %s\n", o.Dose, o.Source, o.Rule)
		}
	}
	// Output:
	// 08|2026-03-01|X12 [HepB]
	//   also 45|2026-03-02||||Y from school: near_day
	// 110|2026-05-01|P1|SKB [DTAP HepB POLIO]
	//   also 08|2026-05-01||||Y from school: components
	//   also 10|2026-05-01||||Y from school: components
	//   also 20|2026-05-01||||Y from school: components
}

// A wrong merge, undone: the rerun that made it may not make it again.
func ExampleDecide() {
	state := merge.NewState()
	do := func(c merge.Command) {
		events, err := merge.Decide(state, c, nil)
		if err != nil {
			fmt.Println(err)
		}
		for _, e := range events {
			if err := state.Apply(&e); err != nil {
				fmt.Println(err)
			}
			fmt.Println(e.Kind, e.Record, e.Person, e.Other)
		}
	}
	a, b := merge.RecordID{Source: "clinic", ID: "1"}, merge.RecordID{Source: "school", ID: "7"}
	engine, steward := merge.Basis{By: merge.Engine, Policy: "iis-1"}, merge.Basis{By: merge.Steward, Actor: "s-7"}
	do(merge.Submit{Record: a, Digest: merge.RecordDigest{1}, Basis: engine})
	do(merge.Submit{Record: b, Digest: merge.RecordDigest{2}, Basis: engine})
	do(merge.Repartition{People: [][]merge.RecordID{{a, b}}, Basis: engine})
	do(merge.UnmergePeople{Retired: 2, Basis: steward})
	do(merge.Repartition{People: [][]merge.RecordID{{a, b}}, Basis: engine})
	// Output:
	// link clinic/1 E000001 E000000
	// link school/7 E000002 E000000
	// merge / E000001 E000002
	// unmerge / E000001 E000002
	// never school/7 E000000 E000000
	// merge: refused: clinic/1 and school/7: never
}

// Ids stay with people: the two that are one now are the older one, and the
// other id leads to it for ever.
func ExampleCrosswalk() {
	a, b := merge.RecordID{Source: "clinic", ID: "1"}, merge.RecordID{Source: "school", ID: "7"}
	crosswalk := merge.NewCrosswalk()
	crosswalk.Update([][]merge.RecordID{{a}, {b}})
	for _, change := range crosswalk.Update([][]merge.RecordID{{a, b}}) {
		fmt.Println(change.Kind, change.ID, "into", change.Other)
	}
	id, _ := crosswalk.Current(2)
	fmt.Println(id)
	// Output:
	// retired E000002 into E000001
	// E000001
}

func ExampleCarry() {
	// Rows 0 to 2 were person 4, row 3 was person 7; now 0 is alone.
	ids, changes, next := merge.Carry([]merge.EnterpriseID{4, 4, 4, 7}, []int32{0, 1, 1, 1}, 2, 8)
	fmt.Println(ids, next)
	for _, c := range changes {
		fmt.Println(c.Kind, c.ID, c.Other, c.Records)
	}
	// Output:
	// [E000008 E000004] E000009
	// retired E000007 E000004 1
	// split E000008 E000004 1
}

func ExampleParseVaccineGroups() {
	vaccines, err := merge.ParseVaccineGroups([]byte("cvx,short,vaccine_group\n08,\"Hep B, pediatric\",HepB\n45,\"Hep B, unspecified formulation\",HepB\n"))
	fmt.Println(vaccines.Groups("8"), vaccines.Unspecified("45"), err)
	// Output: [HepB] true <nil>
}
