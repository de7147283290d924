package population_test

import (
	"context"
	"fmt"

	"github.com/idem-health/idem/benchmarks/population"
)

// Made-up newborns with a placeholder for a name, and who they are.
func Example() {
	g, err := population.New(population.Options{Seed: 1, People: 500, Theme: "newborn"})
	if err != nil {
		fmt.Println(err)
		return
	}
	shown := 0
	for row, err := range g.Rows(context.Background()) {
		if err != nil {
			fmt.Println(err)
			return
		}
		if truth := row.Truth(); truth.Placeholder && shown < 3 {
			shown++
			fmt.Printf("%s, %s, born %s: person %d, %v\n", row.Value(population.ColumnFamilyName), row.Value(population.ColumnGivenName),
				row.Value(population.ColumnBirthDate), truth.Person, truth.Tags)
		}
	}
	// Output:
	// HERRMANN, JESSICAS BOY, born 2021-09-12: person 2, [given_name:placeholder sex:missing phone:former]
	// Flemramark Boy, , born 2021-09-11: person 34, [given_name:placeholder family_name:placeholder address:former]
	// ORTON, GIRL, born 2020-11-05: person 50, [given_name:placeholder address:former]
}

// Any rate can be overridden by its name.
func ExampleNew() {
	_, err := population.New(population.Options{Rates: map[string]float64{"twins": .5}})
	fmt.Println(err)
	// Output:
	// population: bad rate: there is no "twins"; did you mean multiples.twins?
}
