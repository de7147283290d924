package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	"github.com/idem-health/idem/benchmarks/meter"
	"github.com/idem-health/idem/benchmarks/peers"
	"github.com/idem-health/idem/blocking"
	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/intake"
	"github.com/idem-health/idem/match/patient"
)

// ours is this library as a matcher among others: a process of its own, which
// reads the file and writes the clusters, as theirs are.
func ours() (peers.Driver, error) {
	self, err := os.Executable()
	return peers.Driver{Args: []string{self, "peers", "--ours"}}, err
}

// runOurs is the other side of ours.
func runOurs(ctx context.Context, w io.Writer, in, out string) error {
	cpu, wall := meter.CPU(), time.Now()
	reader, err := intake.OpenContext(ctx, []string{in}, intake.Options{})
	if err != nil {
		return err
	}
	defer reader.Close()
	result, err := match.Dedupe(ctx, reader.Records(ctx), match.Options{})
	if err != nil {
		return err
	}
	if err := writeClusters(filepath.Join(out, peers.ClustersFile), result); err != nil {
		return err
	}
	usage := peers.Usage{CPU: (meter.CPU() - cpu).Seconds(), Wall: time.Since(wall).Seconds(), Peak: meter.Peak(), Candidates: result.Stats.Candidates}
	for _, s := range result.Stats.Stages {
		usage.Steps = append(usage.Steps, peers.Step{Name: string(s.Stage), CPU: s.CPU.Seconds(), Wall: s.Wall.Seconds()})
	}
	// As with the peers, the pairs are for the judge and not on the clock.
	if err := writePairs(filepath.Join(out, peers.PairsFile), result); err != nil {
		return err
	}
	return json.NewEncoder(w).Encode(usage)
}

func writeClusters(path string, result *match.Result) error {
	return writeCSV(path, []string{"record_id", "cluster_id"}, func(row func(...string)) {
		for i := range result.Records() {
			row(result.Key(i).ID, strconv.Itoa(result.Person(i)))
		}
	})
}

func writePairs(path string, result *match.Result) error {
	return writeCSV(path, []string{"record_a", "record_b", "weight", "probability", "decision"}, func(row func(...string)) {
		for p := range result.Pairs() {
			row(result.Key(int(p.A)).ID, result.Key(int(p.B)).ID, strconv.FormatFloat(p.Weight, 'g', -1, 64),
				strconv.FormatFloat(p.Probability, 'g', -1, 64), p.Decision.String())
		}
	})
}

func writeCSV(path string, header []string, fill func(row func(...string))) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	rows := csv.NewWriter(file)
	failed := rows.Write(header)
	fill(func(cells ...string) { failed = errors.Join(failed, rows.Write(cells)) })
	rows.Flush()
	return errors.Join(failed, rows.Error(), file.Close())
}

// A pairRate is what scoring pairs took on one thread.
type pairRate struct {
	Who      string   `json:"who"`
	Skipped  string   `json:"skipped,omitempty"`
	Pairs    int64    `json:"candidates"`
	Blocking float64  `json:"blocking_cpu_seconds"` // finding them; part of Scoring
	Scoring  float64  `json:"scoring_cpu_seconds"`  // finding and scoring them
	Columns  []string `json:"columns"`
	Largest  int      `json:"largest_block,omitempty"` // larger ones were left out; 0 is none
}

// nanoseconds is the cost of a pair.
func (p pairRate) nanoseconds() float64 { return p.Scoring / float64(max(p.Pairs, 1)) * 1e9 }

// ourPairRate scores the pairs of one birth date on one thread: enumerated,
// compared on all columns, weighed against every alternative with the
// frequencies of values, decided, and collected if not a no. The least of three
// runs. Their model is trained before: a run that trains remembers what pairs
// look like that it compared, and scoring would hardly compare any.
func ourPairRate(ctx context.Context, in string) (pairRate, error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	reader, err := intake.OpenContext(ctx, []string{in}, intake.Options{})
	if err != nil {
		return pairRate{}, err
	}
	defer reader.Close()
	column, err := patient.ParseColumn("birth_date")
	if err != nil {
		return pairRate{}, err
	}
	options := match.Options{Workers: 1, Rules: []blocking.Rule{{Name: "birth date", Keys: []patient.Column{column}}}}
	dedupe := func() (*match.Result, error) {
		result, err := match.Dedupe(ctx, reader.Records(ctx), options)
		if err != nil {
			return nil, fmt.Errorf("pairs of one birth date: %w", err)
		}
		return result, nil
	}
	trained, err := dedupe()
	if err != nil {
		return pairRate{}, err
	}
	options.Model = trained.Model
	best := pairRate{Who: "idem"}
	for run := range 3 {
		result, err := dedupe()
		if err != nil {
			return pairRate{}, err
		}
		for _, s := range result.Stats.Stages {
			if took := s.CPU.Seconds(); s.Stage == match.StageScore && (run == 0 || took < best.Scoring) {
				best.Scoring = took
			}
		}
		best.Pairs, best.Columns, best.Largest = result.Stats.Candidates, nil, 0
		if rules := result.Stats.Rules; len(rules) == 1 && rules[0].Skipped > 0 {
			best.Largest = rules[0].LargestBlock
		}
		for _, c := range result.Model.Scoring.Comparisons {
			best.Columns = append(best.Columns, c.Name)
		}
	}
	return best, nil
}
