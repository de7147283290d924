package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/idem-health/idem/benchmarks/population"
)

// generatedTruth is the column of a generated file that says who is who.
const generatedTruth = "true_person"

// generatedFiles are the generated sets of the summary: populations written to
// a file, so that they are measured as the named sets are, from the file on.
var generatedFiles = []set{
	{name: "population typical", truth: generatedTruth, extra: -1, made: &population.Options{People: generatedPeople, Seed: 1}},
	{name: "population dirty", truth: generatedTruth, extra: -1, made: &population.Options{People: generatedPeople, Seed: 1, Noise: "dirty"}},
	{name: "population newborn", truth: generatedTruth, extra: -1, made: &population.Options{People: generatedPeople, Seed: 1, Theme: "newborn"}},
	{name: "population twins", truth: generatedTruth, extra: -1, made: &population.Options{People: generatedPeople, Seed: 1, Theme: "twins"}},
}

// in says in which folder a generated set is, or is to be.
func (s set) in(dir string) set {
	if s.made != nil {
		s.path = filepath.Join(dir, s.name+".csv")
	}
	return s
}

// make writes the file of a generated set.
func (s set) make(ctx context.Context) (err error) {
	g, err := population.New(*s.made)
	if err != nil {
		return err
	}
	file, err := os.Create(s.path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	out := bufio.NewWriter(file)
	rows := csv.NewWriter(out)
	cells := make([]string, population.NumColumns+1)
	for c := range population.NumColumns {
		cells[c] = c.String()
	}
	cells[population.NumColumns] = generatedTruth
	if err := rows.Write(cells); err != nil {
		return err
	}
	for row, err := range g.Rows(ctx) {
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		for c := range population.NumColumns {
			cells[c] = row.Value(c)
		}
		t := row.Truth()
		cells[population.NumColumns] = strconv.FormatUint(t.Person, 10)
		if !t.MayLink { // a sealed adoption makes two people of one
			cells[population.NumColumns] += " sealed"
		}
		if err := rows.Write(cells); err != nil {
			return err
		}
	}
	rows.Flush()
	return errors.Join(rows.Error(), out.Flush())
}
