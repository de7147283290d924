package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/idem-health/idem/benchmarks/peers"
)

// peopleGrid is the table of matchers. The first result is ours.
func peopleGrid(name string, p *peers.Prepared, results []peers.Result) *grid {
	g := &grid{
		Title: fmt.Sprintf("people of %s, %d records: the same file for all", name, p.Records),
		Head: []string{"matcher", "F1 pairs", "F1 people", "largest", "oracle pairs", "oracle people", "at",
			"CPU s", "x idem", "wall s", "x idem", "peak MB", "x idem"},
	}
	own := results[0] // without figures if it failed: then nothing is a multiple of them
	optional := func(x *float64, format string) string {
		if x == nil {
			return "-"
		}
		return fmt.Sprintf(format, *x)
	}
	for _, r := range results {
		if r.Score == nil {
			g.Notes = append(g.Notes, fmt.Sprintf("%s: skipped: %s", r.Name, r.Skipped))
			continue
		}
		pairs := "-"
		if r.Score.Pairs != nil {
			pairs = fraction(r.Score.Pairs.F1())
		}
		u := r.Usage
		g.add(r.Name, pairs, fraction(r.Score.People.F1()), fmt.Sprint(r.Score.Largest),
			optional(r.Score.OraclePairs, "%.4f"), optional(r.Score.OraclePeople, "%.4f"), optional(r.Score.OracleCut, "%.6g"),
			fmt.Sprintf("%.2f", u.CPU), times(u.CPU, own.Usage.CPU), fmt.Sprintf("%.2f", u.Wall), times(u.Wall, own.Usage.Wall),
			fmt.Sprintf("%.0f", float64(u.Peak)/(1<<20)), times(float64(u.Peak), float64(own.Usage.Peak)))
	}
	if p.Repeated > 0 || p.Ragged > 0 {
		g.Notes = append(g.Notes, fmt.Sprintf("left out of the file for all: %d rows of an id that was there before, %d of a wrong number of cells", p.Repeated, p.Ragged))
	}
	return g
}

// pairRates scores the pairs of one birth date here and by DuckDB, each on one
// thread in a process of its own.
func pairRates(ctx context.Context, p *peers.Prepared, venv *peers.Venv) ([]pairRate, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	own := pairRate{Who: "idem"}
	if err := (peers.Driver{Args: []string{self, "peers", "--pairs"}}).Run(ctx, &own, p.Path); err != nil {
		own.Skipped = err.Error()
	}
	duck := pairRate{Who: "DuckDB CASE"}
	if err := venv.Check(ctx); err != nil {
		duck.Skipped = err.Error()
		return []pairRate{own, duck}, nil
	}
	driver, err := venv.Driver("duckdb_case")
	if err != nil {
		return nil, err
	}
	if err := driver.Run(ctx, &duck, p.Path, os.TempDir(), strconv.Itoa(own.Largest)); err != nil {
		duck.Skipped = err.Error()
	}
	return []pairRate{own, duck}, ctx.Err()
}

// printPairRate is the other side of pairRates.
func printPairRate(ctx context.Context, w io.Writer, in string) error {
	rate, err := ourPairRate(ctx, in)
	if err != nil {
		return err
	}
	return json.NewEncoder(w).Encode(rate)
}

func pairGrid(rates []pairRate) *grid {
	g := &grid{
		Title: "scoring the pairs of one birth date, one thread",
		Head:  []string{"", "pairs", "columns", "CPU s", "ns/pair", "M pairs/CPU s", "x idem"},
		Notes: []string{"finding the pairs is part of both; idem's weights have the frequencies of values and its alternatives in them, and its decisions are kept; DuckDB's CASE has neither and counts"},
	}
	for _, r := range rates {
		if r.Skipped != "" {
			g.Notes = append(g.Notes, fmt.Sprintf("%s: skipped: %s", r.Who, r.Skipped))
			continue
		}
		g.add(r.Who, fmt.Sprint(r.Pairs), fmt.Sprint(len(r.Columns)), fmt.Sprintf("%.3f", r.Scoring),
			fmt.Sprintf("%.0f", r.nanoseconds()), fmt.Sprintf("%.2f", 1e3/r.nanoseconds()), times(r.nanoseconds(), rates[0].nanoseconds()))
	}
	return g
}

// setsGrid is the table of several sets: a line a set and matcher.
func setsGrid(done []setResult) *grid {
	g := &grid{
		Title: "people of each set: the same file for all, each by its own settings and its own cut",
		Head:  []string{"set", "matcher", "records", "F1 pairs", "F1 people", "oracle pairs", "CPU s", "x idem", "peak MB", "x idem"},
	}
	for _, d := range done {
		if d.Skipped != "" {
			g.Notes = append(g.Notes, fmt.Sprintf("%s: skipped: %s", d.Set, d.Skipped))
		}
		for _, r := range d.Results {
			if r.Score == nil {
				g.Notes = append(g.Notes, fmt.Sprintf("%s, %s: skipped: %s", d.Set, r.Name, r.Skipped))
				continue
			}
			pairs, oracle := "-", "-"
			if r.Score.Pairs != nil {
				pairs = fraction(r.Score.Pairs.F1())
			}
			if r.Score.OraclePairs != nil {
				oracle = fraction(*r.Score.OraclePairs)
			}
			own, u := d.Results[0].Usage, r.Usage
			g.add(d.Set, r.Name, fmt.Sprint(d.Records), pairs, fraction(r.Score.People.F1()), oracle,
				fmt.Sprintf("%.2f", u.CPU), times(u.CPU, own.CPU), fmt.Sprintf("%.0f", float64(u.Peak)/(1<<20)), times(float64(u.Peak), float64(own.Peak)))
		}
	}
	return g
}

// times says how many times ours theirs is.
func times(theirs, ours float64) string {
	if ours <= 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f", theirs/ours)
}
