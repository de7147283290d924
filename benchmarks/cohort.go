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
	"strings"
	"time"

	"github.com/idem-health/idem/benchmarks/population"
)

// cohortEvents is how many events the birth cohort has in the short form.
const cohortEvents = 25_000

// cohortDays is how old a child may be at an event of its birth: the hospital's
// placeholder, its update, the practice's legal name, the vital record.
const cohortDays = 120

// cohortYear is the year that all are born in.
const cohortYear = 2025

// cohortGoal is how many CPU seconds a cohort of a million events may take.
const cohortGoal = 12

// cohortSet is the birth cohort in a folder, under the policy that resolves
// newborns.
func cohortSet(dir string, events int) set {
	return set{
		name: "newborn cohort", path: filepath.Join(dir, "cohort.csv"), truth: generatedTruth, extra: -1, policy: "iis",
		speed: cohortGoal * float64(events) / 1e6,
	}
}

// writeCohort writes a birth cohort: what the feeds tell of children in their
// first months, all of them born in one year, as many a day as that gives.
func writeCohort(ctx context.Context, path string, events int) (err error) {
	g, err := population.New(population.Options{
		People: events, Seed: 1, Ages: "child", Theme: "newborn", Mode: population.ModeStream,
	})
	if err != nil {
		return err
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	out := bufio.NewWriter(file)
	c := cohortWriter{rows: csv.NewWriter(out), cells: make([]string, population.NumColumns+1), left: events, born: map[uint64]int{}}
	for column := range population.NumColumns {
		c.cells[column] = column.String()
	}
	c.cells[population.NumColumns] = generatedTruth
	if err := c.rows.Write(c.cells); err != nil {
		return err
	}
	for b, err := range g.Batches(ctx) {
		if err != nil {
			return fmt.Errorf("cohort: %w", err)
		}
		if err := c.batch(b); err != nil || c.left == 0 {
			break
		}
	}
	c.rows.Flush()
	if c.left > 0 {
		err = fmt.Errorf("cohort: %d events are missing", c.left)
	}
	return errors.Join(err, c.rows.Error(), out.Flush())
}

type cohortWriter struct {
	rows  *csv.Writer
	cells []string
	left  int
	born  map[uint64]int // day of birth of a person, in days since 1970
}

func (c *cohortWriter) batch(b *population.Batch) error {
	clear(c.born)
	for i := range b.Persons {
		day, err := time.Parse(time.DateOnly, b.Persons[i].BirthDate())
		if err != nil {
			return fmt.Errorf("cohort: %w", err)
		}
		c.born[b.Persons[i].ID] = dayNumber(day)
	}
	for i := range b.Rows {
		row := &b.Rows[i]
		truth := row.Truth()
		born, known := c.born[truth.Person]
		received, err := time.Parse(time.DateOnly, row.Value(population.ColumnReceived))
		if !known || err != nil || dayNumber(received)-born < 0 || dayNumber(received)-born > cohortDays {
			continue
		}
		day := time.Unix(int64(born)*86_400, 0).UTC()
		days := dayNumber(time.Date(cohortYear, day.Month(), day.Day(), 0, 0, 0, 0, time.UTC)) - born
		for column := range population.NumColumns {
			c.cells[column] = row.Value(column)
		}
		for _, column := range []population.Column{population.ColumnReceived, population.ColumnBirthDate, population.ColumnDeathDate, population.ColumnDoses} {
			c.cells[column] = shiftDates(c.cells[column], days)
		}
		c.cells[population.NumColumns] = strconv.FormatUint(truth.Person, 10)
		if !truth.MayLink {
			c.cells[population.NumColumns] += " sealed"
		}
		if err := c.rows.Write(c.cells); err != nil {
			return err
		}
		if c.left--; c.left == 0 {
			break
		}
	}
	return nil
}

func dayNumber(t time.Time) int { return int(t.Unix() / 86_400) }

// shiftDates moves every date YYYY-MM-DD of a cell, alone or within doses, by
// days. What is written otherwise stays, as the mistake it is.
func shiftDates(cell string, days int) string {
	if len(cell) < len(time.DateOnly) {
		return cell
	}
	doses := strings.Split(cell, ";")
	for i, dose := range doses {
		parts := strings.Split(dose, "|")
		for j, part := range parts {
			if day, err := time.Parse(time.DateOnly, part); err == nil {
				parts[j] = day.AddDate(0, 0, days).Format(time.DateOnly)
			}
		}
		doses[i] = strings.Join(parts, "|")
	}
	return strings.Join(doses, ";")
}
