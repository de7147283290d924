package patient_test

import (
	"fmt"

	"github.com/idem-health/idem/match/patient"
)

func ExampleClassify() {
	p := patient.Classify("1JUDYSGIRL", "SMITH", patient.Circumstances{MotherGiven: "Judy"})
	fmt.Printf("sex %c, birth order %d, mother %s\n", p.Sex, p.Order, p.MotherGiven)
	// BABY RUTH may be an adult's name.
	fmt.Println(patient.Classify("Baby Ruth", "Smith", patient.Circumstances{}).Class == patient.NotPlaceholder)
	// Output:
	// sex F, birth order 1, mother JUDY
	// true
}
