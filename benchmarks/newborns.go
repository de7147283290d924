package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/idem-health/idem/benchmarks/population"
	"github.com/idem-health/idem/match"
)

// newbornAim is what policy iis is to reach over populations with many newborns,
// whatever their noise and however many of them are sent under a placeholder.
var newbornAim = struct{ precision, shown, resolved float64 }{.995, .95, .85}

// runNewborns measures policy iis over newborn populations: the long form of what
// the command generated prints of one.
func runNewborns(ctx context.Context, arguments []string, w io.Writer) error {
	flags := flag.NewFlagSet("newborns", flag.ContinueOnError)
	people := flags.Int("people", generatedPeople, "people of each set")
	seeds := flags.String("seeds", "11,12,13", "seeds of the sets, separated by commas")
	noises := flags.String("noise", "typical,dirty,1.5", "amounts of errors, separated by commas")
	shares := flags.String("shares", ".10,.35,.80", "shares of birth doses sent under a placeholder, separated by commas")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	g := newbornSweepGrid()
	var missed []string
	for _, seed := range strings.Split(*seeds, ",") {
		n, err := strconv.ParseUint(seed, 10, 64)
		if err != nil {
			return fmt.Errorf("newborns: seed %q is no number", seed)
		}
		for _, noise := range strings.Split(*noises, ",") {
			for _, share := range strings.Split(*shares, ",") {
				rate, err := strconv.ParseFloat(share, 64)
				if err != nil {
					return fmt.Errorf("newborns: share %q is no number", share)
				}
				name := fmt.Sprintf("seed %s, %s, %s", seed, noise, share)
				fault, err := sweepNewborns(ctx, g, name, noise == "typical", population.Options{
					Seed: n, People: *people, Noise: noise, Theme: "newborn", Rates: map[string]float64{"newborn.placeholder": rate},
				})
				if err != nil {
					return fmt.Errorf("newborns: %s: %w", name, err)
				}
				missed = append(missed, fault...)
			}
		}
	}
	g.text(w)
	if len(missed) > 0 {
		fmt.Fprintln(w)
		return errors.New("newborns: short of the aim:\n  " + strings.Join(missed, "\n  "))
	}
	return nil
}

func newbornSweepGrid() *grid {
	return &grid{
		Title: "policy iis over populations with many newborns: seed, noise, share of birth doses sent under a placeholder",
		Head: []string{"set", "placeholders with a name", "resolved right", "shown", "precision", "wrong", "twins as one",
			"ambiguous: linked", "people prec.", "recall", "review pairs", "of one person", "people touched"},
	}
}

// sweepNewborns measures one population, and says what falls short of the aim.
func sweepNewborns(ctx context.Context, g *grid, name string, typical bool, o population.Options) (missed []string, err error) {
	w, err := generate(ctx, name, o)
	if err != nil {
		return nil, err
	}
	t, err := w.try(ctx, runIIS, generatedOptions(runIIS))
	if err != nil {
		return nil, err
	}
	s, review, outcome := t.studyNewborns(), t.countReview(), t.outcome()
	var all, resolved, right int64
	for _, n := range s.fates {
		all += int64(n)
	}
	for _, c := range s.resolved {
		resolved, right = resolved+int64(c[0]), right+int64(c[1])
	}
	hit := int64(s.fates[newbornRight])
	shown := hit + int64(s.fates[newbornFirst]+s.fates[newbornAmong])
	births := t.sharedBirths()
	g.add(name, fmt.Sprint(all), ratio(hit, all), ratio(shown, all), ratio(right, resolved), fmt.Sprint(resolved-right), fmt.Sprint(births),
		fmt.Sprint(s.ambiguous[1]+s.ambiguous[2]), fraction(outcome.people.Precision()), fraction(outcome.people.Recall()),
		fmt.Sprint(review.pairs), ratio(review.same, review.pairs), ratio(int64(len(review.people)), int64(t.result.Persons())))
	fall := func(what string, n, of int64, aim float64) {
		if float64(n) < aim*float64(of) {
			missed = append(missed, fmt.Sprintf("%s: %s %s of %.3f", name, what, ratio(n, of), aim))
		}
	}
	fall("precision", right, resolved, newbornAim.precision)
	fall("shown", shown, all, newbornAim.shown)
	if typical {
		fall("resolved", hit, all, newbornAim.resolved)
	}
	if births > 0 {
		missed = append(missed, fmt.Sprintf("%s: %d births of which two children are one person", name, births))
	}
	return missed, nil
}

// countReview counts the possible pairs of two people, and those they touch.
func (t *trial) countReview() reviewCount {
	c := reviewCount{people: map[int32]bool{}}
	for p := range t.result.Pairs() {
		if p.Decision == match.Possible && t.found[p.A] != t.found[p.B] {
			c.add(t, p)
		}
	}
	return c
}
