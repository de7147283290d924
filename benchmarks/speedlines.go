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
	"time"

	"github.com/idem-health/idem/benchmarks/meter"
	"github.com/idem-health/idem/benchmarks/peers"
	"github.com/idem-health/idem/benchmarks/population"
	"github.com/idem-health/idem/match"
)

// nineColumns are what any patient file has.
var nineColumns = []population.Column{
	population.ColumnRecordID, population.ColumnGivenName, population.ColumnMiddleName, population.ColumnFamilyName,
	population.ColumnBirthDate, population.ColumnSex, population.ColumnAddress, population.ColumnPostalCode, population.ColumnPhone,
}

// growthSizes are the steps of the curve of growth, in records.
var growthSizes = []int{1_000, 10_000, 100_000, 1_000_000, 10_000_000}

// recordsPerPerson is what the typical population has.
const recordsPerPerson = 1.578

const (
	setNine   = "nine columns"
	setAll    = "all columns"
	setIIS    = "all columns iis"
	setNDJSON = "nine columns ndjson"
)

// growthSet is a generated population of about so many records.
func growthSet(kind string, records int) set {
	s := set{
		name: fmt.Sprintf("%s %d", kind, records), truth: generatedTruth, extra: -1,
		made: &population.Options{People: int(float64(records) / recordsPerPerson), Seed: 1},
	}
	switch kind {
	case setNine:
		s.columns = nineColumns
	case setNDJSON:
		s.columns, s.ndjson = nineColumns, true
	case setIIS:
		s.policy = "iis"
	}
	return s
}

// growthSets are all of them, in a folder.
func growthSets(dir string) []set {
	var all []set
	for _, n := range growthSizes {
		for _, kind := range []string{setNine, setAll, setIIS, setNDJSON} {
			all = append(all, growthSet(kind, n).in(dir))
		}
	}
	return all
}

// speedLines measures what the library promises of its speed, each beside a peer
// where there is one, in one run.
type speedLines struct {
	ctx  context.Context
	w    io.Writer
	dir  string // of generated files
	venv *peers.Venv
	runs int
	most int // records of the curve
}

func (l *speedLines) print() error {
	for _, part := range []func() ([]*grid, error){l.growth, l.ingest, l.cores, l.pairs} {
		grids, err := part()
		if err != nil {
			return err
		}
		for _, g := range grids {
			fmt.Fprintln(l.w)
			g.text(l.w)
		}
	}
	return nil
}

// time makes a generated set, once, and times it.
func (l *speedLines) time(kind string, records, processors int) (timing, error) {
	s := growthSet(kind, records).in(l.dir)
	if _, err := os.Stat(s.path); errors.Is(err, os.ErrNotExist) {
		if err := s.make(l.ctx); err != nil {
			return timing{}, err
		}
	}
	return timeBest(l.ctx, s, l.dir, l.runs, processors)
}

// growth is time and memory a record as files grow.
func (l *speedLines) growth() ([]*grid, error) {
	g := &grid{
		Title: "growth: a generated population, from the file to people",
		Head: []string{"set", "records", "CPU s", "us/record", "read", "block", "train", "score", "resolve", "pairs/record", "blocking recall",
			"peak MB", "bytes/record"},
		Notes: []string{
			"read, block, train, score, resolve: CPU microseconds a record; training remembers what it compared, so score is not the cost of all pairs",
			"goals: 1,000 records in .02 CPU s, 100,000 in .4, 1,000,000 of nine columns in 2.5 and of all columns, with all files written, in 8, at 600 MB",
		},
	}
	for _, n := range growthSizes {
		for _, kind := range []string{setNine, setAll, setIIS} {
			if n > l.most {
				continue
			}
			t, err := l.time(kind, n, 0)
			if err != nil {
				return nil, err
			}
			records := float64(t.Records)
			micros := func(d time.Duration) string { return fmt.Sprintf("%.2f", d.Seconds()*1e6/records) }
			g.add(kind, fmt.Sprint(t.Records), fmt.Sprintf("%.3f", t.CPU.Seconds()), micros(t.CPU),
				micros(t.stage(match.StageRead)), micros(t.stage(match.StageBlock)), micros(t.stage(match.StageTrain)),
				micros(t.Score), micros(t.stage(match.StageResolve)), fmt.Sprintf("%.2f", float64(t.Candidates)/records), fmt.Sprintf("%.4f", t.Recall),
				fmt.Sprintf("%.0f", float64(t.Peak)/(1<<20)), fmt.Sprintf("%.0f", float64(t.Peak)/records))
		}
	}
	return []*grid{g}, nil
}

// ingest is reading, normalising and encoding, beside a loop that only parses.
func (l *speedLines) ingest() ([]*grid, error) {
	const records = 100_000
	g := &grid{
		Title: "ingest: parsed, normalised, encoded and frozen",
		Head:  []string{"file", "records", "M records/CPU s", "goal", "parser alone", "M records/CPU s", "idem / parser"},
	}
	for _, c := range []struct {
		kind, goal, parser string
		parse              func(path string) (int, error)
	}{
		{setNine, "2.5", "encoding/csv", parseCSV},
		{setAll, "-", "encoding/csv", parseCSV},
		{setNDJSON, "1.2", "encoding/json", parseJSON},
	} {
		t, err := l.time(c.kind, min(records, l.most), 0)
		if err != nil {
			return nil, err
		}
		ours := rate(int64(t.Records), t.stage(match.StageRead))
		before := meter.CPU()
		n, err := c.parse(growthSet(c.kind, min(records, l.most)).in(l.dir).path)
		if err != nil {
			return nil, err
		}
		parser := rate(int64(n), meter.CPU()-before)
		g.add(c.kind, fmt.Sprint(t.Records), fmt.Sprintf("%.2f", ours/1e6), c.goal, c.parser, fmt.Sprintf("%.2f", parser/1e6), fmt.Sprintf("%.2f", ours/parser))
	}
	return []*grid{g}, nil
}

func parseCSV(path string) (n int, err error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	rows := csv.NewReader(file)
	rows.ReuseRecord = true
	for ; ; n++ {
		if _, err := rows.Read(); err == io.EOF {
			return n, nil
		} else if err != nil {
			return n, err
		}
	}
}

func parseJSON(path string) (n int, err error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	for objects := json.NewDecoder(file); ; n++ {
		var object map[string]string
		if err := objects.Decode(&object); err == io.EOF {
			return n, nil
		} else if err != nil {
			return n, err
		}
	}
}

// cores is two processors against one.
func (l *speedLines) cores() ([]*grid, error) {
	g := &grid{
		Title: "processors: the same file on one and on two",
		Head:  []string{"processors", "wall s", "CPU s", "times faster"},
		Notes: []string{"goal: 1.8 times; records are read by one goroutine, so this part of the run is not divided"},
	}
	var one float64
	for _, processors := range []int{1, 2} {
		t, err := l.time(setAll, min(100_000, l.most), processors)
		if err != nil {
			return nil, err
		}
		if processors == 1 {
			one = t.Wall.Seconds()
		}
		g.add(fmt.Sprint(processors), fmt.Sprintf("%.2f", t.Wall.Seconds()), fmt.Sprintf("%.2f", t.CPU.Seconds()), fmt.Sprintf("%.2f", one/t.Wall.Seconds()))
	}
	return []*grid{g}, nil
}

// pairs is the scoring of pairs beside DuckDB's, and the string metrics beside
// matchr's.
func (l *speedLines) pairs() ([]*grid, error) {
	s := growthSet(setNine, min(100_000, l.most)).in(l.dir)
	prepared, err := prepareSet(l.ctx, s, filepath.Join(l.dir, "prepared"))
	if err != nil {
		return nil, err
	}
	rates, err := pairRates(l.ctx, prepared, l.venv)
	if err != nil {
		return nil, err
	}
	pairs := pairGrid(rates)
	pairs.Notes = append(pairs.Notes, "goals: 25 M pairs a CPU second of nine columns, 10 M of all; 25 times DuckDB's CASE")
	metrics := metricGrid(compareMetrics(namePairs(prepared.Names, 6_000)))
	metrics.Notes = append(metrics.Notes, "goals: Jaro-Winkler 80 ns and 3 times matchr; OSA and Levenshtein 8 times; no allocation")
	return []*grid{pairs, metrics}, nil
}
