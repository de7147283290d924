package patient_test

import (
	"fmt"

	"github.com/idem-health/idem/match/patient"
)

// A newborn without a name is registered under what the hospital makes up. What
// it encodes is kept, the name itself is missing.
func ExampleNormalize() {
	var r patient.Record
	r.SetField("given_name", "1JUDYSGIRL", "")
	r.SetField("family_name", "O'Brien", "")
	r.SetField("birth_date", "03/01/2026", "MM/DD/YYYY")
	r.SetField("received", "2026-03-02", "")
	r.SetField("phone", "999-999-9999", "")
	r.SetField("address", "12 North Oak Street #2", "")

	n, issues := patient.Normalize(&r, patient.US())
	fmt.Printf("given %q family %q born %s\n", n.Given, n.Family, n.Birth)
	fmt.Printf("sex %c order %d mother %s\n", n.Sex, n.BirthOrder, n.MotherGiven)
	fmt.Println(n.Addresses[0].Number, n.Addresses[0].Street, "unit", n.Addresses[0].Unit)
	for _, issue := range issues {
		fmt.Println(issue.Field, issue.Code)
	}
	// Output:
	// given "" family "OBRIEN" born 2026-03-01
	// sex F order 1 mother JUDY
	// 12 N OAK ST unit 2
	// given placeholder
	// phone junk
}

// A batch reuses one record, one normalizer and one result.
func ExampleNormalizer() {
	z := patient.NewNormalizer(patient.Neutral())
	var r patient.Record
	var n patient.Normalized
	for _, name := range []string{"José de la Cruz", "Cruz, Jose"} {
		r.Reset()
		r.SetField("full_name", name, "")
		z.Apply(&n, &r)
		fmt.Println(n.Given, "/", n.Family)
	}
	// Output:
	// JOSE / DE LA CRUZ
	// JOSE / CRUZ
}

func ExampleInferDateLayout() {
	layout, fits := patient.InferDateLayout([]string{"10221985", "12042018", "13131313"})
	fmt.Println(layout, fits)
	d := patient.ParseDate("10221985", layout)
	fmt.Println(d, d.Full())
	fmt.Println(patient.ParseDate("13131313", layout).Full(), "no such day, and never guessed again")
	// Output:
	// MMDDYYYY 2
	// 1985-10-22 true
	// false no such day, and never guessed again
}

func ExampleSpelling() {
	for _, column := range []string{"nameFirst", "Date of Birth", "postcode_fake", "cluster"} {
		name, ok := patient.Spelling(column)
		fmt.Println(column, "is", name, ok)
	}
	// Output:
	// nameFirst is given_name true
	// Date of Birth is birth_date true
	// postcode_fake is postal_code true
	// cluster is  false
}

func ExampleColumn() {
	for _, text := range []string{"family:soundex", "family:token", "birth_date:year"} {
		c, err := patient.ParseColumn(text)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(c, c.AppendKeys(nil, "GARCIA DE LA CRUZ"), c.Set())
	}
	// Output:
	// family:soundex [G623] false
	// family:token [GARCIA CRUZ] true
	// birth_date:year [] false
}

func ExampleProfile_Calibrate() {
	sample := make([]patient.Record, 100)
	for i := range sample {
		sample[i].SetField("phone", fmt.Sprintf("020 7946 %04d", i), "")
	}
	p, notices := patient.US().Calibrate(sample)
	fmt.Println(p.Off)
	fmt.Println(notices[0])
	// Output:
	// [phone]
	// profile US: the shape rule "phone" would drop 100 of 100 values; it is switched off
}
