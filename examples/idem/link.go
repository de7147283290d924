package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/intake"
)

// linkCommand is idem link.
type linkCommand struct {
	runFlags
	ManyToMany bool   `name:"many-to-many" help:"Follow every match: a record may be linked to several of the other file. Without it, to one at most."`
	Left       string `arg:"" help:"CSV, NDJSON or Parquet, plain, gzip or zstd; - is standard input."`
	Right      string `arg:"" help:"The file to link it with."`
}

// Help is shown by idem link --help.
func (*linkCommand) Help() string {
	return `Only records of different files are compared: each file is taken to have one record a person. A record is linked to
one of the other file at most; where several compete, the links are chosen that weigh the most together, and the
others are listed as possible, for the reason one-to-one. Each file has its own columns, mapped and printed apart, and
its own way to write dates. --map, --drop and --truth may name a column of either file or of both.

Examples:
  idem link --out linked clinic.csv registry.csv.gz                one to one, into the folder linked
  idem link --truth 'rec_id~^rec-(\d+)-' febrl4a.csv febrl4b.csv   with a measure of how good it is
  idem link --map birth_date=geboren:DD.MM.YYYY clinic.csv registry.csv
  idem link --many-to-many clinic.csv registry.csv                 where a file has several records of a person
  idem link --model linked/model.json --out next june.csv registry.csv.gz

In --out are the files of idem dedupe (idem dedupe --help says what is in them). In pairs.csv and review.csv record_a is
of the left file and record_b of the right. People in clusters.csv and golden.csv are of all records, linked or alone.

` + exitCodes
}

// Run is idem link.
func (c *linkCommand) Run(ctx context.Context, env *environment) error {
	if c.Left == "-" && c.Right == "-" {
		return usageError{errors.New("standard input can be one of the two files, not both")}
	}
	return c.run(ctx, env, []string{c.Left, c.Right}, func(input *intake.Reader, s *settings) (*match.Result, error) {
		if err := differentSources(input.Mappings()); err != nil {
			return nil, err
		}
		s.options.ManyToMany = c.ManyToMany
		left, right := s.truth.watch(input.RecordsOf(ctx, 0)), s.truth.watch(input.RecordsOf(ctx, 1))
		return match.Link(ctx, left, right, s.options)
	})
}

// differentSources makes sure that an output file can say which file a record is
// of: a source is the file's name where no column says another.
func differentSources(files []intake.Mapping) error {
	named := func(m intake.Mapping) bool {
		return slices.ContainsFunc(m.Columns, func(c intake.Column) bool { return c.Role == intake.RoleSource })
	}
	if a, b := files[0], files[1]; a.Source == b.Source && !named(a) && !named(b) {
		return usageError{fmt.Errorf("both files are called %s, so that the results could not say which of them a record is of: rename one, or give it a source column", a.Source)}
	}
	return nil
}
