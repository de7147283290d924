package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/idem-health/idem/benchmarks/population"
	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/scoring"
)

// generatedPeople is how many people a generated set has: enough that no figure
// of interest rests on a handful, few enough for a test.
const generatedPeople = 20_000

// generatedSets are the populations that are measured.
var generatedSets = []struct {
	name    string
	options population.Options
	runs    []string // of generatedRuns
}{
	{"typical", population.Options{}, []string{runGeneric, runIIS, runTwoClasses}},
	{"clean", population.Options{Noise: "clean"}, []string{runGeneric}},
	{"dirty", population.Options{Noise: "dirty"}, []string{runGeneric}},
	{"newborn", population.Options{Theme: "newborn"}, []string{runGeneric, runIIS, runTwoClasses}},
	{"twins", population.Options{Theme: "twins"}, []string{runGeneric, runIIS, runTwoClasses}},
	{"hispanic", population.Options{Theme: "hispanic"}, []string{runGeneric}},
	{"asian", population.Options{Theme: "asian"}, []string{runGeneric}},
	{"pharmacy", population.Options{Theme: "pharmacy"}, []string{runGeneric}},
	{"school", population.Options{Theme: "school"}, []string{runGeneric}},
}

// The ways a set is run.
const (
	runGeneric    = "generic"
	runIIS        = "iis"
	runTwoClasses = "two classes" // policy generic, but strangers are the only alternative
)

func generatedOptions(run string) match.Options {
	switch run {
	case runIIS:
		return match.Options{Policy: scoring.IISPolicy()}
	case runTwoClasses:
		return match.Options{Policy: scoring.GenericPolicy(), TwoClasses: true}
	}
	return match.Options{Policy: scoring.GenericPolicy()}
}

func runGenerated(ctx context.Context, arguments []string, w io.Writer) error {
	flags := flag.NewFlagSet("generated", flag.ContinueOnError)
	check := flags.String("check", "", "compare with the golden `FILE`")
	write := flags.String("write", "", "write the golden `FILE`")
	people := flags.Int("people", generatedPeople, "people of each set; the golden file is of the default")
	seed := flags.Uint64("seed", 1, "seed of the sets; the golden file is of the default")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	if (*people != generatedPeople || *seed != 1) && (*check != "" || *write != "") {
		return errors.New("generated: the golden file is of the default people and seed")
	}
	var text strings.Builder
	if err := printGenerated(ctx, io.MultiWriter(w, &text), *people, *seed); err != nil {
		return err
	}
	if *write != "" {
		if err := os.WriteFile(*write, []byte(text.String()), 0o644); err != nil {
			return fmt.Errorf("generated: %w", err)
		}
	}
	if *check != "" {
		return checkGolden(*check, text.String())
	}
	return nil
}

// printGenerated runs every set and prints the golden text.
func printGenerated(ctx context.Context, w io.Writer, people int, seed uint64) error {
	fmt.Fprintln(w, "Accuracy of the library over generated populations. Printed by: go run ./benchmarks generated")
	fmt.Fprintf(w, "Generator version %d, seed %d, %d people a set, one row for each feed that knows a person.\n", population.GenVersion, seed, people)
	overview := overviewGrid()
	var details strings.Builder
	for _, s := range generatedSets {
		s.options.People, s.options.Seed = people, seed
		world, err := generate(ctx, s.name, s.options)
		if err != nil {
			return fmt.Errorf("generated: %s: %w", s.name, err)
		}
		var trials []*trial
		for _, run := range s.runs {
			t, err := world.try(ctx, run, generatedOptions(run))
			if err != nil {
				return fmt.Errorf("generated: %w", err)
			}
			trials = append(trials, t)
			addOverview(overview, t)
		}
		if err := printDetails(ctx, &details, trials); err != nil {
			return fmt.Errorf("generated: %w", err)
		}
	}
	fmt.Fprintln(w)
	overview.text(w)
	_, err := io.WriteString(w, details.String())
	return err
}

// printDetails prints what is measured of one set beside the overview.
func printDetails(ctx context.Context, w io.Writer, trials []*trial) error {
	return nil
}

func overviewGrid() *grid {
	return &grid{
		Title: "people found; a sealed adoption makes two people of one, whom nothing may link",
		Head: []string{"set", "run", "records", "cand./record", "block. recall", "pairs F1", "prec.", "recall", "oracle F1",
			"people F1", "prec.", "recall", "false", "largest", "estim. prec.", "estim. recall"},
	}
}

func addOverview(g *grid, t *trial) {
	o := t.outcome()
	g.add(o.set, t.name, fmt.Sprint(o.records), fmt.Sprintf("%.2f", float64(o.candidates)/float64(o.records)), fraction(o.blockingRecall),
		fraction(o.pairs.F1()), fraction(o.pairs.Precision()), fraction(o.pairs.Recall()), fraction(o.oracle),
		fraction(o.people.F1()), fraction(o.people.Precision()), fraction(o.people.Recall()), fmt.Sprint(o.people.FalsePositive()),
		fmt.Sprint(o.largest), fraction(o.precision), fraction(o.recall))
}
