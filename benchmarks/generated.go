package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/idem-health/idem/benchmarks/population"
	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/scoring"
)

// generatedPeople is how many people a generated set has: enough that no figure
// of interest rests on a handful, few enough for a test.
const generatedPeople = 20_000

// generatedSets are the populations that are measured. The themes have as many
// people as make more records than the library takes for few.
var generatedSets = []struct {
	name    string
	percent int // of generatedPeople
	options population.Options
	runs    []string
}{
	{"typical", 100, population.Options{}, []string{runGeneric, runIIS, runTwoClasses}},
	{"clean", 100, population.Options{Noise: "clean"}, []string{runGeneric}},
	{"dirty", 100, population.Options{Noise: "dirty"}, []string{runGeneric}},
	{"newborn", 100, population.Options{Theme: "newborn"}, []string{runGeneric, runIIS}},
	{"twins", 85, population.Options{Theme: "twins"}, []string{runGeneric}},
	// Below 25,000 records the library looks for more pairs.
	{"small", 20, population.Options{}, []string{runGeneric}},
	{"hispanic", 85, population.Options{Theme: "hispanic"}, []string{runGeneric}},
	{"asian", 85, population.Options{Theme: "asian"}, []string{runGeneric}},
	{"pharmacy", 85, population.Options{Theme: "pharmacy"}, []string{runGeneric}},
	{"school", 85, population.Options{Theme: "school"}, []string{runGeneric}},
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
	fmt.Fprintf(w, "Generator version %d, seed %d, one row for each feed that knows a person.\n", population.GenVersion, seed)
	s := generatedReport{overview: overviewGrid(), links: falseGrid(), newborns: newbornGrid(), calibration: calibrationGrid()}
	for _, x := range generatedSets {
		x.options.People, x.options.Seed = people*x.percent/100, seed
		if err := s.measure(ctx, x.name, x.options, x.runs); err != nil {
			return fmt.Errorf("generated: %w", err)
		}
	}
	for _, g := range []*grid{s.overview, s.links, s.newborns, s.calibration} {
		fmt.Fprintln(w)
		g.text(w)
	}
	_, err := io.WriteString(w, s.details.String())
	return err
}

// A generatedReport is what is printed: tables of all sets, and then those of
// single ones.
type generatedReport struct {
	overview, links, newborns, calibration *grid
	details                                strings.Builder
}

// measure runs a set in all its ways.
func (s *generatedReport) measure(ctx context.Context, name string, o population.Options, runs []string) error {
	w, err := generate(ctx, name, o)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	var trials []*trial
	for _, run := range runs {
		t, err := w.try(ctx, run, generatedOptions(run))
		if err != nil {
			return err
		}
		if err := s.add(ctx, t); err != nil {
			return fmt.Errorf("%s, %s: %w", name, run, err)
		}
		trials = append(trials, t)
	}
	if len(trials) > 1 {
		printTraps(&s.details, trials)
	}
	if name == "typical" || name == "newborn" {
		return printGolden(ctx, &s.details, slices.DeleteFunc(slices.Clone(trials), func(t *trial) bool { return t.name == runTwoClasses }))
	}
	return nil
}

// add measures one run.
func (s *generatedReport) add(ctx context.Context, t *trial) error {
	addOverview(s.overview, t)
	addFalse(s.links, t)
	c, err := t.calibrate(ctx)
	if err != nil {
		return err
	}
	addCalibration(s.calibration, t, c)
	typical := t.world.name == "typical"
	if t.name == runGeneric && (typical || t.world.name == "dirty") {
		printTags(&s.details, t)
	}
	if typical {
		printReliability(&s.details, t, c)
	}
	if newborns := t.studyNewborns(); t.name != runTwoClasses && newborns.placeholders > 0 {
		addNewborns(s.newborns, t, newborns)
		if t.name == runIIS {
			printNewborns(&s.details, t, newborns)
			printReview(&s.details, t)
		}
	}
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
