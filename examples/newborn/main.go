package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/merge"
)

func main() {
	if err := tell(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// message makes a record as a feed sends it: its source and id, and fields by
// their standard names.
func message(name string, fields ...string) patient.Record {
	key := keyOf(name)
	r := patient.Record{Source: key.Source, ID: key.ID}
	for _, f := range fields {
		field, value, _ := strings.Cut(f, "=")
		r.SetField(field, value, "")
	}
	return r
}

// with adds what two messages have in common.
func with(common []string, more ...string) []string {
	return append(append([]string(nil), common...), more...)
}

// What the feeds know of three mothers who gave birth on one day.
var (
	judy = []string{"birth_date=2026-03-01", "mother_given=Judy", "mother_maiden=Smith", "phone=616-234-0100",
		"address=12 Oak St", "city=Lansing", "postal_code=48911"}
	carol = []string{"birth_date=2026-03-01", "mother_given=Carol", "mother_maiden=Lindqvist", "phone=517-234-0199",
		"address=48 Hill Ct", "city=Adrian", "postal_code=49221", "multiple_birth=Y"}
	wendy = []string{"birth_date=2026-03-01", "mother_given=Wendy", "mother_maiden=Okafor", "phone=313-234-0155",
		"address=7 Lake Dr", "city=Flint", "postal_code=48503"}
)

// tell tells the story.
func tell(ctx context.Context, out io.Writer) error {
	model, err := learn(ctx)
	if err != nil {
		return err
	}
	r := &registry{model: model, state: merge.NewState(), out: out}
	for _, chapter := range []func(context.Context, *registry) error{
		births, names, transfer, vitalRecords, schoolAndPharmacy, mistake, golden, worklist,
	} {
		if err := chapter(ctx, r); err != nil {
			return err
		}
	}
	return replay(r)
}

func births(ctx context.Context, r *registry) error {
	r.print("1. The hospital reports births: names come later, the hepatitis B dose is given today\n")
	err := r.receive(ctx,
		message("hospital/1", with(judy, "given_name=BabyBoySmith", "family_name=Smith", "sex=M", "mrn=4711", "mrn_authority=GENERAL",
			"received=2026-03-01", "doses=08|2026-03-01|X12|MSD")...),
		message("hospital/2", with(carol, "given_name=BABY GIRL A", "family_name=Lindqvist", "sex=F", "received=2026-03-01")...),
		message("hospital/3", with(carol, "given_name=BABY GIRL B", "family_name=Lindqvist", "sex=F", "received=2026-03-01")...),
		message("hospital/4", with(wendy, "given_name=BABYBOY", "family_name=Okafor", "sex=M", "received=2026-03-01")...))
	if err != nil {
		return err
	}
	r.why("hospital/2", "hospital/3")
	r.waiting()
	return nil
}

func names(ctx context.Context, r *registry) error {
	r.print("\n2. Clinics know the children by their names: Judy's boy has his father's, and Wendy has two boys\n")
	err := r.receive(ctx,
		message("clinic/21", with(judy, "given_name=Liam", "family_name=Garcia", "sex=M", "received=2026-04-15", "doses=08|2026-03-01||||Y;20|2026-05-01|D1")...),
		message("clinic/22", with(carol, "given_name=Astrid", "family_name=Lindqvist", "sex=F", "birth_order=1", "received=2026-04-15")...),
		message("clinic/23", with(carol, "given_name=Sigrid", "family_name=Lindqvist", "sex=F", "birth_order=2", "received=2026-04-15")...),
		message("clinic/24", with(wendy, "given_name=Leopold", "family_name=Okafor", "sex=M", "received=2026-04-15")...),
		message("clinic/25", with(wendy, "given_name=Augustin", "family_name=Okafor", "sex=M", "received=2026-04-15")...))
	if err != nil {
		return err
	}
	r.why("hospital/1", "clinic/21")
	r.why("clinic/22", "clinic/23")
	r.why("hospital/4", "clinic/24")
	return r.people(ctx)
}

func transfer(ctx context.Context, r *registry) error {
	r.print("\n3. Judy's boy had been moved to another hospital, which has a convention of its own\n")
	err := r.receive(ctx, message("childrens/9", with(judy, "given_name=JUDYSBOY", "family_name=Smith", "sex=M", "mrn=88", "mrn_authority=CHILDRENS",
		"received=2026-03-04")...))
	if err != nil {
		return err
	}
	r.why("childrens/9", "clinic/21")
	return nil
}

func vitalRecords(ctx context.Context, r *registry) error {
	r.print("\n4. Vital records: the birth certificate, with the father's name\n")
	err := r.receive(ctx, message("vital/7", with(judy, "given_name=Liam", "middle_name=Mateo", "family_name=Garcia", "sex=M",
		"birth_certificate=2026-004211", "birth_facility=General Hospital", "received=2026-03-08")...))
	if err != nil {
		return err
	}
	r.why("vital/7", "clinic/21")
	return nil
}

func schoolAndPharmacy(ctx context.Context, r *registry) error {
	r.print("\n5. Years later a pharmacy knows a phone, a school a guardian; a camp has a mother of another name\n")
	err := r.receive(ctx,
		message("pharmacy/3", "given_name=Liam", "family_name=Garcia", "birth_date=2026-03-01", "sex=M", "phone=6162340100", "received=2031-10-02"),
		message("school/5", "given_name=Liam", "family_name=Garcia", "birth_date=2026-03-01", "sex=M", "guardian_given=Judy",
			"guardian_family=Garcia", "address=12 Oak Street", "city=Lansing", "received=2031-09-01", "doses=45|2026-03-02||||Y"),
		message("camp/8", "given_name=Liam", "family_name=Garcia", "birth_date=2026-03-01", "sex=M", "mother_given=Rosa", "received=2032-06-01"))
	if err != nil {
		return err
	}
	r.why("pharmacy/3", "clinic/21")
	r.why("school/5", "clinic/21")
	r.why("camp/8", "clinic/21")
	return nil
}

func mistake(_ context.Context, r *registry) error {
	r.print("\n6. A steward takes the camp's Liam Garcia for Judy's, which he is not\n")
	steward := merge.Basis{By: merge.Steward, Actor: "s-7"}
	judys, _ := r.state.Person(idOf("clinic", "21"))
	rosas, _ := r.state.Person(idOf("camp", "8"))
	if err := r.do(merge.MergePeople{Survivor: judys, Retired: rosas, Cause: merge.CauseSame, Basis: steward}); err != nil {
		return err
	}
	now, _ := r.state.Current(rosas)
	r.print("  who asks for %s gets %s: %s\n", rosas, now, joined(r.state.Records(now)))
	r.print("  his mother is Rosa, so:\n")
	if err := r.do(merge.UnmergePeople{Retired: rosas, Basis: steward}); err != nil {
		return err
	}
	now, _ = r.state.Current(rosas)
	r.print("  who asks for %s gets %s: %s\n", rosas, now, joined(r.state.Records(now)))

	r.print("  The twins nobody can make one:\n")
	err := r.do(merge.SaySame{A: idOf("clinic", "22"), B: idOf("clinic", "23"), Basis: steward})
	if !errors.Is(err, merge.ErrRefused) {
		return fmt.Errorf("the twins were to stay two: %w", err)
	}
	r.print("  %s\n", err)
	return nil
}

func golden(ctx context.Context, r *registry) error {
	r.print("\n7. Judy's boy as one record: the legal name, the placeholders as aliases, one birth dose\n")
	judys, _ := r.result.Find(keyOf("clinic/21"))
	for g, err := range r.result.Golden(ctx, r.all(), merge.Survivorship{}) {
		if err != nil {
			return err
		}
		if g.Person != r.result.Person(judys) {
			continue
		}
		for _, field := range []string{"given_name", "middle_name", "family_name", "alias", "mrn", "birth_certificate"} {
			for _, v := range g.All(field) {
				r.print("  %-18s %-20s of %s/%s, by %s\n", field, v.Value, v.Source, v.ID, v.Rule)
			}
		}
		for _, d := range g.Doses {
			r.print("  dose %v %s of %s\n", d.Families, d.Dose, d.Source)
			for _, other := range d.Others {
				r.print("    the same as %s of %s: %s\n", other.Dose, other.Source, other.Rule)
			}
		}
	}
	return nil
}

func worklist(_ context.Context, r *registry) error {
	r.print("\n8. What is left for people to do: Wendy's first record is one of two boys, and nothing says which\n")
	r.waiting()
	return nil
}

// replay shows that nothing but the events need be kept.
func replay(r *registry) error {
	again, err := merge.Replay(r.events)
	if err != nil {
		return err
	}
	same := true
	for _, id := range r.state.People() {
		same = same && joined(again.Records(id)) == joined(r.state.Records(id))
	}
	r.print("\n9. %d events, replayed, give the same %d people: %t\n", len(r.events), len(again.People()), same)
	return nil
}
