package intake_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/idem-health/idem/match/intake"
)

func ExampleOpenReader() {
	file := strings.NewReader(`record_id;Given;Surname;born;ward
1;Ann;Smith;31.01.2001;North
2;Bob;Jones;12.02.2002;South
3;Eve
`)
	born, err := intake.ParseAssignment("birth_date=born")
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := intake.OpenReader("clinic.csv", file, intake.Options{
		Map:    []intake.Assignment{born},
		Reject: func(r intake.Reject) error { fmt.Println("line", r.Line, r.Reason); return nil },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer r.Close()
	fmt.Print(r.Mappings()[0])
	for rec, err := range r.Records(context.Background()) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(rec.Source, rec.ID, rec.Names[0].Given, rec.BirthDate)
	}
	// Output:
	//   record_id -> record_id
	//   Given     -> given_name
	//   Surname   -> family_name
	//   born      -> birth_date, written DD.MM.YYYY (2 of the first 2 values are)
	//   kept, but no evidence: ward
	// clinic 1 Ann 2001-01-31
	// clinic 2 Bob 2002-02-12
	// line 4 ragged_row
}

func ExampleOpen() {
	_, err := intake.Open([]string{"clinic.csv"}, intake.Options{})
	fmt.Println(err)
	// Output: intake: clinic.csv: no such file or directory: check the name and the folder it is relative to
}
