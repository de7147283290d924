package patient_test

import (
	"fmt"

	"github.com/idem-health/idem/match/patient"
)

func ExampleSameNickname() {
	fmt.Println(patient.SameNickname("PEPE", "JOSE"), patient.SameNickname("BILL", "WILL"), patient.SameNickname("BILL", "BOB"))
	// Output: true true false
}

func ExampleNicknameRoots() {
	fmt.Println(patient.NicknameRoots("BETO"))
	// Output: [ALBERTO GILBERTO HERIBERTO HUMBERTO ROBERTO]
}

func ExampleSameFamilyName() {
	fmt.Println(patient.SameFamilyName("HSU", "XU"), patient.SameFamilyName("NOVAK", "NOVAKOVA"), patient.SameFamilyName("HSU", "CHU"))
	// Output: true true false
}
