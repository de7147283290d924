package main

import (
	"context"
	"fmt"
	"os"

	"github.com/idem-health/idem/benchmarks/population"
	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/scoring"
)

// readModel reads a model.json of a dedupe run.
func readModel(name string) (*match.Model, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return match.ParseModel(data)
}

// madeUpModel trains a model on a made-up population, so that the server can be
// tried at once. A registry trains its own, on its own records.
func madeUpModel(ctx context.Context) (*match.Model, error) {
	g, err := population.New(population.Options{Seed: 1, People: 5000, Ages: "child"})
	if err != nil {
		return nil, err
	}
	result, err := match.Dedupe(ctx, func(yield func(*patient.Record, error) bool) {
		var r patient.Record
		for row, err := range g.Rows(ctx) {
			if err == nil {
				row.Record(&r)
			}
			if !yield(&r, err) {
				return
			}
		}
	}, match.Options{Policy: scoring.IISPolicy()})
	if err != nil {
		return nil, fmt.Errorf("train a model on made-up records: %w", err)
	}
	return result.Model, nil
}
