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
	dir := flags.String("dir", "", "internal: the folder `DIR` that a generated set is in")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	if *once != "" {
		return printSummed(ctx, w, *once, *dir)
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("no command %q\n%s", flags.Arg(0), usage)
	}
	chosen, err := choose(append(slices.Clone(sets), generatedFiles...), *only)
	if err != nil {
		return err
	}
	all, err := sumUp(ctx, chosen)
	if err != nil {
		return err
	}
	r := &report{name: "summary", machine: thisMachine(), grids: []*grid{summaryGrid(all)}, facts: all}
	return r.publish(w, *out)
}

// sumUp runs the sets. One whose file is absent is skipped; if all are, that is
// an error.
func sumUp(ctx context.Context, chosen []set) (all []summed, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "idem-generated-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	skipped := 0
	for _, s := range chosen {
		one := summed{Set: s.name}
		if s = s.in(dir); s.made != nil {
			if err := s.make(ctx); err != nil {
				return nil, err
			}
		} else if _, err := dataPath(s.file); errors.Is(err, errNoData) {
			one.Skipped = err.Error()
			skipped++
		}
		if one.Skipped == "" {
			if err := (peers.Driver{Args: []string{self, "--dir", dir, "--once", s.name}}).Run(ctx, &one); err != nil {
				return nil, err
			}
		}
		all = append(all, one)
	}
	if skipped == len(chosen) {
		return nil, errNoData
	}
	return all, nil
}

// printSummed is the other side: it measures a set in this process.
func printSummed(ctx context.Context, w io.Writer, name, dir string) error {
	chosen, err := choose(append(slices.Clone(sets), generatedFiles...), name)
	if err != nil {
		return err
	}
	s := chosen[0].in(dir)
	t, err := time1(ctx, s)
	if err != nil {
		return err
	}
	// Once more, beside the clock: keeping the truth costs time and memory.
	o, err := measure(ctx, s)
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
