package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/idem-health/idem/benchmarks/population"
)

// generateCommand is idem generate.
type generateCommand struct {
	Preset string   `default:"tiny" placeholder:"NAME" help:"Size: tiny (1,000 people), small, medium (100,000), large (a million), xl or xxl (default tiny)."`
	People int      `placeholder:"N" help:"Another number of people."`
	Ages   string   `default:"lifespan" placeholder:"lifespan|child" help:"Everybody, or children and their mothers (default lifespan)."`
	Noise  string   `default:"typical" placeholder:"clean|typical|dirty|FACTOR" help:"How many errors (default typical)."`
	Theme  string   `placeholder:"NAME" help:"What is common: newborn, twins, hispanic, asian, movers, pharmacy, school, junk or urban."`
	Mode   string   `default:"registry" placeholder:"NAME" help:"registry: a row for each feed that knows a person; stream: every message; crosslink: two files to link; query: a registry and queries (default registry)."`
	Set    []string `sep:"none" placeholder:"RATE=VALUE" help:"Override a rate; --list shows them all. Repeatable."`
	Rates  string   `placeholder:"FILE" help:"Override rates by a JSON object of names and numbers; --set is stronger."`
	Format string   `default:"csv" enum:"csv,ndjson,parquet" placeholder:"csv|ndjson|parquet" help:"Format of the records (default csv)."`
	Seed   *uint64  `placeholder:"S" help:"The same seed and options give the same files, to the byte."`
	Out    string   `placeholder:"DIR" help:"Write to this folder; it is new or empty, else --force."`
	Force  bool     `help:"Replace the files of an earlier run in --out."`
	Quiet  bool     `help:"No progress."`
	List   bool     `help:"List the rates, with their defaults, and stop."`
}

// Help is shown by idem generate --help.
func (*generateCommand) Help() string {
	return `A made-up population with its truth: nobody in it lives. Any matcher can be measured on it.

Examples:
  idem generate --seed 1 --out made                           a thousand people
  idem generate --preset large --theme newborn --seed 1 --out newborns
  idem generate --people 50000 --set multiples.twins=0.2 --noise dirty --seed 7 --out twins
  idem generate --list                                        every rate there is
  idem dedupe --truth made/truth.csv made/records.csv         how good the matcher is

In --out: records.csv (crosslink: school.csv and registry.csv; query: also queries.csv), truth.csv (who each record
is, and what in it is wrong), relations.csv (twins, parents, namesakes ...), traps.csv (pairs matchers get wrong, with
the verdict wanted), merge_truth.csv (what a merge of each person should come to), manifest.json (all that the files
are a function of, and a digest).

` + exitCodes
}

// Run is idem generate.
func (c *generateCommand) Run(ctx context.Context, env *environment) (err error) {
	if c.List {
		return listRates(env.stdout)
	}
	g, err := c.generator()
	if err != nil {
		return err
	}
	out, err := newFolder(c.Out, c.Force)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.discard()) }()
	show := newProgress(env.stderr, c.Quiet)
	defer show.end()
	began := time.Now()
	files := &generated{folder: out, format: c.Format}
	manifest, err := files.write(ctx, g, func(people, of int) { show.step("generate", "people", int64(people), int64(max(people, of))) })
	show.end()
	if err != nil {
		return err
	}
	if err := placeGenerated(out); err != nil {
		return err
	}
	took := time.Since(began).Seconds()
	records := int64(manifest.Records + manifest.Queries)
	_, err = fmt.Fprintf(env.stdout, "%s people in %s households, %s records, %s traps in %s (%.1f s, %s records/s)\nmode %s, noise %s, seed %d, generator %d, SHA-256 %s\n",
		count(int64(manifest.People)), count(int64(manifest.Households)), count(records), count(int64(manifest.Traps)), c.Out, took,
		count(int64(float64(records)/max(took, 1e-3))), manifest.Mode, manifest.Noise, manifest.Seed, manifest.GenVersion, manifest.Digest)
	return err
}

// generator checks the command line.
func (c *generateCommand) generator() (*population.Generator, error) {
	var faults []error
	if c.Seed == nil {
		faults = append(faults, errors.New("--seed S is needed: the same seed gives the same people"))
	}
	if c.Out == "" {
		faults = append(faults, errors.New("--out DIR is needed"))
	}
	rates, err := c.rates()
	if err = errors.Join(append(faults, err)...); err != nil {
		return nil, usageError{err}
	}
	g, err := population.New(population.Options{
		Seed: *c.Seed, Preset: c.Preset, People: c.People, Ages: c.Ages, Noise: c.Noise, Theme: c.Theme, Mode: c.Mode, Rates: rates,
	})
	if err != nil {
		return nil, usageError{errors.New(strings.TrimPrefix(err.Error(), "population: "))}
	}
	return g, nil
}

func (c *generateCommand) rates() (map[string]float64, error) {
	rates := map[string]float64{}
	if c.Rates != "" {
		file, err := os.Open(c.Rates)
		if err != nil {
			return nil, fmt.Errorf("--rates %s: %w", c.Rates, pathless(err))
		}
		rates, err = population.ReadRates(file)
		if err = errors.Join(err, file.Close()); err != nil {
			return nil, fmt.Errorf("--rates %s: %w", c.Rates, err)
		}
	}
	for _, text := range c.Set {
		name, value, err := population.ParseRate(text)
		if err != nil {
			return nil, fmt.Errorf("--set: %w", err)
		}
		rates[name] = value
	}
	return rates, nil
}

func listRates(w io.Writer) error {
	buf := bufio.NewWriter(w)
	for _, r := range population.Rates() {
		fmt.Fprintf(buf, "%-30s %-8g %s\n", r.Name, r.Default, r.Meaning)
	}
	return buf.Flush()
}

// generated are the files of a population in the making.
type generated struct {
	folder *folder
	format string
	open   []*bufferedFile
}

// A bufferedFile is one of them.
type bufferedFile struct {
	*bufio.Writer
	file *os.File
}

func (g *generated) create(name string) (*bufferedFile, error) {
	file, err := os.OpenFile(filepath.Join(g.folder.temp, name), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", name, pathless(err))
	}
	f := &bufferedFile{bufio.NewWriterSize(file, 1<<18), file}
	g.open = append(g.open, f)
	return f, nil
}

// write writes everything.
func (g *generated) write(ctx context.Context, p *population.Generator, progress func(people, of int)) (m population.Manifest, err error) {
	defer func() {
		for _, f := range g.open {
			err = errors.Join(err, f.Flush(), f.file.Close())
		}
	}()
	files := population.Files{Records: g.records, Progress: progress}
	for _, side := range [...]struct {
		name string
		to   *io.Writer
	}{{"truth.csv", &files.Truth}, {"relations.csv", &files.Relations}, {"traps.csv", &files.Traps}, {"merge_truth.csv", &files.MergeTruth}} {
		if *side.to, err = g.create(side.name); err != nil {
			return m, err
		}
	}
	if m, err = p.Write(ctx, files); err != nil {
		return m, err
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return m, err
	}
	file, err := g.create("manifest.json")
	if err != nil {
		return m, err
	}
	_, err = file.Write(append(text, '\n'))
	return m, err
}

// records begins a file of records.
func (g *generated) records(name string) (population.RowWriter, error) {
	file, err := g.create(name + "." + g.format)
	if err != nil {
		return nil, err
	}
	switch g.format {
	case "ndjson":
		return population.NewNDJSON(file), nil
	case "parquet":
		return newRowParquet(file), nil
	}
	return population.NewCSV(file), nil
}

// generatedNames are the files that a run may leave; the manifest comes last, so
// that a folder which has it is whole.
var generatedNames = func() (names []string) {
	for _, base := range []string{"records", "queries", "school", "registry"} {
		for _, format := range []string{"csv", "ndjson", "parquet"} {
			names = append(names, base+"."+format)
		}
	}
	return append(names, "truth.csv", "relations.csv", "traps.csv", "merge_truth.csv", "manifest.json")
}()

// placeGenerated puts the files in place. A folder that was there keeps what is
// not ours.
func placeGenerated(f *folder) error {
	if !f.exists {
		return f.commit()
	}
	for _, name := range slices.Backward(generatedNames) {
		if err := os.Remove(filepath.Join(f.path, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("--out %s: %w", f.path, pathless(err))
		}
	}
	for _, name := range generatedNames {
		err := os.Rename(filepath.Join(f.temp, name), filepath.Join(f.path, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("--out %s: %w", f.path, pathless(err))
		}
	}
	return f.discard()
}
