package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"time"

	"github.com/idem-health/idem/benchmarks/meter"
	"github.com/idem-health/idem/match"
)

// A timing is one end-to-end run: from the file to people.
type timing struct {
	Set        string
	Records    int
	Candidates int64
	Wall, CPU  time.Duration
	Score      time.Duration // CPU of the scoring stage alone
	Peak       int64         // bytes
	Stages     []match.StageTime
	Recall     float64 // of blocking, where the truth is known
}

// stage is the CPU time of a stage.
func (t *timing) stage(name match.Stage) time.Duration {
	for _, s := range t.Stages {
		if s.Stage == name {
			return s.CPU
		}
	}
	return 0
}

// time1 runs a set once in this process.
func time1(ctx context.Context, s set) (timing, error) {
	cpu, wall := meter.CPU(), time.Now()
	reader, err := s.open()
	if err != nil {
		return timing{}, err
	}
	defer reader.Close()
	result, err := resolve(ctx, s, reader, nil)
	if err != nil {
		return timing{}, fmt.Errorf("%s: %w", s.name, err)
	}
	t := timing{
		Set: s.name, Records: result.Records(), Candidates: result.Stats.Candidates,
		Wall: time.Since(wall), CPU: meter.CPU() - cpu, Peak: meter.Peak(), Stages: result.Stats.Stages,
	}
	t.Score = t.stage(match.StageScore)
	t.Recall, err = recallOf(ctx, s, result)
	return t, err
}

// recallOf reads a set once more for its truth, off the clock.
func recallOf(ctx context.Context, s set, result *match.Result) (float64, error) {
	if s.made == nil {
		return 0, nil
	}
	reader, err := s.open()
	if err != nil {
		return 0, err
	}
	defer reader.Close()
	known := newTruth()
	for _, err := range known.watch(s, reader.Records(ctx)) {
		if err != nil {
			return 0, err
		}
	}
	person := make([]int32, result.Records())
	for i := range person {
		person[i] = known.of[result.Key(i)].person
	}
	return blockingRecall(person, result), nil
}

// timeAlone runs a set in a process of its own, so that the peak of memory is
// the set's, on a number of processors (0: all). Dir is where generated sets are.
func timeAlone(ctx context.Context, s set, dir string, processors int) (timing, error) {
	self, err := os.Executable()
	if err != nil {
		return timing{}, fmt.Errorf("speed: %w", err)
	}
	command := exec.CommandContext(ctx, self, "speed", "--once", s.name, "--dir", dir)
	if processors > 0 {
		command.Env = append(os.Environ(), fmt.Sprintf("GOMAXPROCS=%d", processors))
	}
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Run(); err != nil {
		return timing{}, fmt.Errorf("speed: %s: %w: %s", s.name, err, bytes.TrimSpace(stderr.Bytes()))
	}
	var t timing
	if err := json.Unmarshal(stdout.Bytes(), &t); err != nil {
		return timing{}, fmt.Errorf("speed: %s: %w", s.name, err)
	}
	return t, nil
}

// timeBest is the run of several that used least.
func timeBest(ctx context.Context, s set, dir string, runs, processors int) (best timing, err error) {
	for run := range runs {
		t, err := timeAlone(ctx, s, dir, processors)
		if err != nil {
			return best, err
		}
		if run == 0 || t.CPU < best.CPU {
			best = t
		}
	}
	return best, nil
}

// printOnce is the other side of timeAlone.
func printOnce(ctx context.Context, w io.Writer, name, dir string) error {
	chosen, err := choose(slices.Concat(sets, []set{cohortSet(dir, 0)}, growthSets(dir)), name)
	if err != nil {
		return fmt.Errorf("speed: %w", err)
	}
	t, err := time1(ctx, chosen[0])
	if err != nil {
		return err
	}
	return json.NewEncoder(w).Encode(t)
}

// errSlow says that a set took longer than it may.
var errSlow = errors.New("speed: over the goal")

// printSpeed runs the sets that have a goal, some times each, and prints the
// run with the least CPU time: what else the machine does can only add to it.
func printSpeed(ctx context.Context, w io.Writer, chosen []set, runs int, dir string) error {
	fmt.Fprintf(w, "least CPU time of %d runs each, a process a run; %s, %d processors\n", runs, runtime.Version(), runtime.NumCPU())
	fmt.Fprintf(w, "%-16s %8s %10s | %8s %8s %8s | %12s %14s | %8s\n",
		"set", "records", "candidates", "CPU s", "goal", "wall s", "records/CPU s", "pairs/CPU s *", "peak MB")
	var slow error
	for _, s := range chosen {
		best, err := timeBest(ctx, s, dir, runs, 0)
		if err != nil {
			return err
		}
		goal := "-"
		if s.speed > 0 {
			goal = fmt.Sprintf("%.2f", s.speed)
			if best.CPU.Seconds() > s.speed {
				slow = errors.Join(slow, fmt.Errorf("%w: %s took %.2f CPU s, the goal is %.2f", errSlow, s.name, best.CPU.Seconds(), s.speed))
			}
		}
		fmt.Fprintf(w, "%-16s %8d %10d | %8.2f %8s %8.2f | %13.0f %14.0f | %8.1f\n", best.Set, best.Records, best.Candidates,
			best.CPU.Seconds(), goal, best.Wall.Seconds(), rate(int64(best.Records), best.CPU), rate(best.Candidates, best.Score), float64(best.Peak)/(1<<20))
		for _, stage := range best.Stages {
			fmt.Fprintf(w, "  %-14s %30.3f CPU s %8.3f wall s\n", stage.Stage, stage.CPU.Seconds(), stage.Wall.Seconds())
		}
	}
	fmt.Fprintln(w, "* of the scoring stage alone")
	return slow
}

func rate(n int64, d time.Duration) float64 {
	if d <= 0 {
		return 0
	}
	return float64(n) / d.Seconds()
}
