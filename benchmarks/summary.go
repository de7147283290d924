package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/idem-health/idem/benchmarks/peers"
)

// A summed is a set's accuracy, speed and memory in one run.
type summed struct {
	Set        string  `json:"set"`
	Skipped    string  `json:"skipped,omitempty"`
	Records    int     `json:"records"`
	Candidates int64   `json:"candidates"`
	Pairs      float64 `json:"f1_pairs"` // meaningless without true pairs
	People     float64 `json:"f1_people"`
	False      int64   `json:"false_links"`
	True       int64   `json:"true_pairs"`
	CPU        float64 `json:"cpu_seconds"`
	Wall       float64 `json:"wall_seconds"`
	Peak       int64   `json:"peak_bytes"`
}

// runSummary is the command without a subcommand: every set once, in a process
// of its own.
func runSummary(ctx context.Context, arguments []string, w io.Writer) error {
	flags := flag.NewFlagSet("benchmarks", flag.ContinueOnError)
	flags.SetOutput(w)
	flags.Usage = func() {
		fmt.Fprint(w, usage)
		flags.PrintDefaults()
	}
	only := flags.String("only", "", "run these `SETS` alone, separated by commas")
	out := flags.String("out", "", "write summary.md and summary.json to this `DIR` as well")
	once := flags.String("once", "", "internal: run one `SET` in this process and print JSON")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	if *once != "" {
		return printSummed(ctx, w, *once)
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("no command %q\n%s", flags.Arg(0), usage)
	}
	chosen, err := choose(sets, *only)
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	var all []summed
	for _, s := range chosen {
		one := summed{Set: s.name}
		if _, err := dataPath(s.file); errors.Is(err, errNoData) {
			one.Skipped = err.Error()
		} else if err := (peers.Driver{Args: []string{self, "--once", s.name}}).Run(ctx, &one); err != nil {
			return err
		}
		all = append(all, one)
	}
	if !slices.ContainsFunc(all, func(s summed) bool { return s.Skipped == "" }) {
		return errNoData
	}
	r := &report{name: "summary", machine: thisMachine(), grids: []*grid{summaryGrid(all)}, facts: all}
	return r.publish(w, *out)
}

// printSummed is the other side: it measures a set in this process.
func printSummed(ctx context.Context, w io.Writer, name string) error {
	chosen, err := choose(sets, name)
	if err != nil {
		return err
	}
	t, err := time1(ctx, chosen[0])
	if err != nil {
		return err
	}
	// Once more, beside the clock: keeping the truth costs time and memory.
	o, err := measure(ctx, chosen[0])
	if err != nil {
		return err
	}
	return json.NewEncoder(w).Encode(summed{
		Set: name, Records: o.records, Candidates: o.candidates, Pairs: o.pairs.F1(), People: o.people.F1(),
		False: o.people.FalsePositive(), True: o.people.Actual, CPU: t.CPU.Seconds(), Wall: t.Wall.Seconds(), Peak: t.Peak,
	})
}

func summaryGrid(all []summed) *grid {
	g := &grid{
		Title: "accuracy, speed and memory, policy generic: no labels, no tuning",
		Head:  []string{"set", "records", "candidates", "F1 pairs", "F1 people", "false links", "CPU s", "wall s", "records/CPU s", "peak MB"},
	}
	for _, s := range all {
		if s.Skipped != "" {
			g.Notes = append(g.Notes, fmt.Sprintf("%s: skipped: %s", s.Set, s.Skipped))
			continue
		}
		rate := "-"
		if s.CPU > 0 {
			rate = fmt.Sprintf("%.0f", float64(s.Records)/s.CPU)
		}
		g.add(s.Set, fmt.Sprint(s.Records), fmt.Sprint(s.Candidates), fractionOf(s.Pairs, s.True), fractionOf(s.People, s.True),
			fmt.Sprint(s.False), fmt.Sprintf("%.2f", s.CPU), fmt.Sprintf("%.2f", s.Wall), rate, fmt.Sprintf("%.0f", float64(s.Peak)/(1<<20)))
	}
	return g
}
