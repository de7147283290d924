package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
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
		if s.ndjson {
			s.path = filepath.Join(dir, s.name+".ndjson")
		}
	}
	return s
}

// make writes the file of a generated set.
func (s set) make(ctx context.Context) (err error) {
	g, err := population.New(*s.made)
	if err != nil {
		return err
	}
	columns := s.columns
	for c := population.Column(0); s.columns == nil && c < population.NumColumns; c++ {
		columns = append(columns, c)
	}
	file, err := os.Create(s.path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	out := bufio.NewWriter(file)
	write := csvRow(out)
	if s.ndjson {
		write = jsonRow(out)
	}
	cells := make([]string, 0, len(columns)+1)
	for _, c := range columns {
		cells = append(cells, c.String())
	}
	if err := write(append(cells, generatedTruth)); err != nil {
		return err
	}
	for row, err := range g.Rows(ctx) {
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		cells = cells[:0]
		for _, c := range columns {
			cells = append(cells, row.Value(c))
		}
		t := row.Truth()
		person := strconv.FormatUint(t.Person, 10)
		if !t.MayLink { // a sealed adoption makes two people of one
			person += " sealed"
		}
		if err := write(append(cells, person)); err != nil {
			return err
		}
	}
	return out.Flush()
}

// csvRow returns a function that writes rows of CSV, the header first.
func csvRow(w io.Writer) func(cells []string) error {
	rows := csv.NewWriter(w)
	return func(cells []string) error {
		err := rows.Write(cells)
		rows.Flush()
		return errors.Join(err, rows.Error())
	}
}

// jsonRow returns a function that takes the names first and writes every row
// after them as an object a line, without what is empty.
func jsonRow(w io.Writer) func(cells []string) error {
	var names []string
	encoder := json.NewEncoder(w)
	return func(cells []string) error {
		if names == nil {
			names = slices.Clone(cells)
			return nil
		}
		object := make(map[string]string, len(cells))
		for i, c := range cells {
			if c != "" {
				object[names[i]] = c
			}
		}
		return encoder.Encode(object)
	}
}
