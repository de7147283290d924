package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"

	"github.com/idem-health/idem/benchmarks/peers"
)

const usage = `usage:
  benchmarks          [--only SET,SET] [--out DIR]    accuracy, speed and memory of every set in one table
  benchmarks accuracy [--check FILE | --write FILE] [--only SET,SET]
  benchmarks generated [--check FILE | --write FILE] [--people N] [--seed S]
  benchmarks policy   [--policy NAME|FILE] [--check FILE | --write FILE]
  benchmarks newborns [--seeds N,N] [--noise N,N] [--shares R,R] [--people N]
                      policy iis over populations with many newborns; fails where the aim is missed
  benchmarks speed    [--runs N] [--only SET,SET] [--cohort EVENTS] [--strict]
  benchmarks peers    [--set SET | --file FILE --truth COLUMN] [--venv DIR] [--install]
                      [--command 'TOOL {in} {out}'] [--only PEER,PEER] [--out DIR]
  benchmarks help

The sets are below the folder that the environment variable IDEM_DATA names.
-h after a command lists its flags; README.md says how to read each table.

`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, arguments []string, w io.Writer) error {
	if len(arguments) == 0 || strings.HasPrefix(arguments[0], "-") {
		return runSummary(ctx, arguments, w)
	}
	command, rest := arguments[0], arguments[1:]
	switch command {
	case "accuracy":
		return runAccuracy(ctx, rest, w)
	case "policy":
		return runPolicy(rest, w)
	case "generated":
		return runGenerated(ctx, rest, w)
	case "newborns":
		return runNewborns(ctx, rest, w)
	case "speed":
		return runSpeed(ctx, rest, w)
	case "peers":
		return runPeers(ctx, rest, w)
	case "help":
		_, err := io.WriteString(w, usage)
		return err
	}
	return fmt.Errorf("no command %q\n%s", command, strings.TrimSpace(usage))
}

func runAccuracy(ctx context.Context, arguments []string, w io.Writer) error {
	flags := flag.NewFlagSet("accuracy", flag.ContinueOnError)
	check := flags.String("check", "", "compare with the golden `FILE`")
	write := flags.String("write", "", "write the golden `FILE`")
	only := flags.String("only", "", "measure these `SETS` alone, separated by commas")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	if *only != "" && (*check != "" || *write != "") {
		return errors.New("accuracy: the golden file is about all sets: leave out --only")
	}
	chosen, err := choose(sets, *only)
	if err != nil {
		return err
	}
	var text strings.Builder
	if err := printAccuracy(ctx, io.MultiWriter(w, &text), chosen, *only == ""); err != nil {
		return err
	}
	if *write != "" {
		if err := os.WriteFile(*write, []byte(text.String()), 0o644); err != nil {
			return fmt.Errorf("accuracy: %w", err)
		}
	}
	if *check != "" {
		return checkGolden(*check, text.String())
	}
	return nil
}

// printAccuracy prints the golden text: all of it, or the people of some sets.
func printAccuracy(ctx context.Context, w io.Writer, chosen []set, all bool) error {
	fmt.Fprintln(w, "Accuracy of the library as it is. Printed by: go run ./benchmarks accuracy")
	fmt.Fprintln(w)
	var outcomes []outcome
	for _, s := range chosen {
		o, err := measure(ctx, s)
		if err != nil {
			return fmt.Errorf("accuracy: %w", err)
		}
		outcomes = append(outcomes, o)
	}
	printOutcomes(w, outcomes)
	if !all {
		return nil
	}
	d, err := newDecider()
	if err != nil {
		return fmt.Errorf("accuracy: %w", err)
	}
	for _, part := range []struct {
		file  string
		print func(io.Writer, decider, []labelled)
	}{{airaPairs, printAIRA}, {workedPairs, printWorked}} {
		pairs, err := readPairs(part.file)
		if err != nil {
			return fmt.Errorf("accuracy: %w", err)
		}
		fmt.Fprintln(w)
		part.print(w, d, pairs)
	}
	return nil
}

func runSpeed(ctx context.Context, arguments []string, w io.Writer) (err error) {
	flags := flag.NewFlagSet("speed", flag.ContinueOnError)
	runs := flags.Int("runs", 3, "how often each set is run")
	only := flags.String("only", "", "run these `SETS`, separated by commas; default: those with a goal")
	once := flags.String("once", "", "run one `SET` in this process and print its timing as JSON")
	dir := flags.String("dir", "", "internal: the folder `DIR` that a generated set is in")
	events := flags.Int("cohort", cohortEvents, "`EVENTS` of the birth cohort")
	strict := flags.Bool("strict", false, "fail when a set is over its goal")
	most := flags.Int("records", 100_000, "most `RECORDS` of the curve of growth: up to 10,000,000")
	venv := &peers.Venv{}
	flags.StringVar(&venv.Dir, "venv", defaultVenv(), "`DIR` of the Python environment with DuckDB; see benchmarks peers")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	if *once != "" {
		return printOnce(ctx, w, *once, *dir)
	}
	folder, err := os.MkdirTemp("", "idem-generated-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	cohort := cohortSet(folder, *events)
	chosen, err := choose(append(slices.Clone(sets), cohort), *only)
	if err != nil {
		return err
	}
	if *only == "" {
		chosen = slices.DeleteFunc(chosen, func(s set) bool { return s.speed == 0 })
	}
	if slices.ContainsFunc(chosen, func(s set) bool { return s.name == cohort.name }) {
		if err := writeCohort(ctx, cohort.path, *events); err != nil {
			return err
		}
	}
	slow := printSpeed(ctx, w, chosen, max(*runs, 1), folder)
	if errors.Is(slow, errSlow) && !*strict {
		fmt.Fprintln(w, slow)
		slow = nil
	}
	if slow != nil || *only != "" {
		return slow
	}
	l := speedLines{ctx: ctx, w: w, dir: folder, venv: venv, runs: max(*runs, 1), most: *most}
	return errors.Join(l.print(), venv.Close())
}

// choose returns the sets named, all of them when none is.
func choose(sets []set, names string) ([]set, error) {
	if names == "" {
		return slices.Clone(sets), nil
	}
	var chosen []set
	for name := range strings.SplitSeq(names, ",") {
		i := slices.IndexFunc(sets, func(s set) bool { return s.name == name })
		if i < 0 {
			return nil, fmt.Errorf("no set %q", name)
		}
		chosen = append(chosen, sets[i])
	}
	return chosen, nil
}
