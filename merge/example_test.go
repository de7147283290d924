package merge_test

import (
	"fmt"

	"github.com/idem-health/idem/merge"
)

// Four records: 0 and 2 are twins (their birth orders differ), 1 is a
// newborn's placeholder record that fits both of them, 3 is the second twin's
// school record.
func ExampleResolve() {
	evidence := func(a, b uint32) merge.Evidence {
		switch [2]uint32{a, b} {
		case [2]uint32{0, 1}:
			return merge.Evidence{Candidate: true, Weight: 9 * 1024}
		case [2]uint32{1, 2}:
			return merge.Evidence{Candidate: true, Weight: 8 * 1024}
		case [2]uint32{0, 2}:
			return merge.Evidence{Candidate: true, Weight: 3 * 1024, Hard: true}
		case [2]uint32{2, 3}:
			return merge.Evidence{Candidate: true, Weight: 12 * 1024}
		}
		return merge.Evidence{} // no rule proposed the pair
	}
	edges := []merge.Edge{
		{A: 0, B: 1, Weight: 9 * 1024},
		{A: 1, B: 2, Weight: 8 * 1024},
		{A: 2, B: 3, Weight: 12 * 1024},
	}
	people, report := merge.Resolve(4, edges, evidence, merge.Options{})
	fmt.Println("people:", people)
	for _, j := range report.Joins {
		fmt.Printf("person %d: %d and %d joined, weight %.0f bits\n", j.Label, j.A, j.B, float64(j.Weight)/1024)
	}
	fmt.Println("refused by a hard conflict:", report.RefusedHard)
	// Output:
	// people: [0 0 2 2]
	// person 0: 0 and 1 joined, weight 9 bits
	// person 2: 2 and 3 joined, weight 12 bits
	// refused by a hard conflict: 1
}
