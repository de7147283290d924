package strsim_test

import (
	"fmt"

	"github.com/idem-health/idem/scoring/strsim"
)

func ExampleJaro() {
	fmt.Printf("%.3f\n", strsim.Jaro("MARTHA", "MARHTA"))
	// Output: 0.944
}

func ExampleJaroWinkler() {
	fmt.Printf("%.3f\n", strsim.JaroWinkler("MARTHA", "MARHTA"))
	// Output: 0.961
}

func ExampleLevenshtein() {
	fmt.Println(strsim.Levenshtein("SMITH", "SMYTHE"))
	// Output: 2
}

func ExampleOSA() {
	fmt.Println(strsim.OSA("SEATHWELL", "ESATHWELL"))
	// Output: 1
}

func ExampleOSAWithin() {
	fmt.Println(strsim.OSAWithin("20260314", "20260341", 1))
	// Output: true
}

// One alignment decides every level of a comparison.
func ExampleAlign() {
	x := strsim.Align("MICHELLE", "MICHAEL")
	for _, cut := range []strsim.Permille{960, 920, 820} {
		fmt.Println(cut, x.AtLeast(cut))
	}
	// Output:
	// 960 false
	// 920 true
	// 820 true
}

// The similarity is exactly 0.8; a sum of rounded thirds may fall short of it.
func ExampleJaroWinklerAtLeast() {
	fmt.Println(strsim.JaroWinklerAtLeast("JON", "JAN", 800))
	// Output: true
}

func ExampleJWCut() {
	near := strsim.NewJWCut(820)
	names := []string{"SMITH", "SMYTHE", "GARCIA", "SMITTS"}
	query := strsim.Sign("SMIHT")
	for _, name := range names {
		head := strsim.CommonHead(strsim.Head("SMIHT"), strsim.Head(name))
		if near.MayReach(query, strsim.Sign(name), head) && near.Reached("SMIHT", name) {
			fmt.Println(name)
		}
	}
	// Output:
	// SMITH
	// SMITTS
}
