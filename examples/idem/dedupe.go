package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/idem-health/idem/blocking"
	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/intake"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/scoring"
)

// dedupeCommand is idem dedupe.
type dedupeCommand struct {
	runFlags
	Files []string `arg:"" optional:"" name:"file" help:"CSV, NDJSON or Parquet, plain, gzip or zstd; - is standard input. Without one, a sample that is built in."`
}

// runFlags are the flags of every command that makes people of files.
type runFlags struct {
	Out   string `placeholder:"DIR" help:"Write the results to this folder; it is new or empty, else --force."`
	Force bool   `help:"Replace the files of an earlier run in --out."`
	Truth string `placeholder:"COLUMN|COLUMN~REGEX|FILE.csv" help:"Who is who, to measure the result by: a column, the first group of a pattern in a column, or a file of record_id,person_id[,source]."`
	inputFlags
}

// inputFlags are the flags of every command that reads files of records.
type inputFlags struct {
	Map      []string `sep:"none" placeholder:"FIELD=COLUMN[:LAYOUT]" help:"Read a column as a field; for a date perhaps how it is written, as in birth_date=born:MM/DD/YYYY. Repeatable."`
	Drop     []string `sep:"none" placeholder:"COLUMN" help:"Do not read a column. Repeatable."`
	Model    string   `placeholder:"FILE" help:"Use the model.json of an earlier run; nothing is trained."`
	Policy   string   `default:"generic" placeholder:"generic|iis|FILE" help:"What is made of a weight (default generic)."`
	Rules    string   `placeholder:"FILE" help:"Blocking rules, as idem rules --json writes them (default: chosen by the columns)."`
	Profile  string   `placeholder:"US|Neutral" help:"How values are normalised (default: the policy's)."`
	MaxPairs int64    `name:"max-pairs" placeholder:"N" help:"Candidate pairs that are too many."`
	Quiet    bool     `help:"No mapping, no progress: the result alone."`
	JSON     bool     `name:"json" help:"The result as JSON on standard output; the mapping goes to standard error."`
}

// Help is shown by idem dedupe --help.
func (*dedupeCommand) Help() string {
	return `Columns are recognised by their usual names (first_name, dob, zip ...); the mapping is printed. A record is
known by its source (a source column, else the file's name) and its id (record_id, id ..., else its line). Several
values in one cell are separated by semicolons. An NDJSON file has one JSON object a line.

Examples:
  idem dedupe                                               the sample
  idem dedupe --out people clinic.csv registry.ndjson.gz    two files into the folder people
  idem dedupe --truth 'rec_id~^rec-(\d+)-' febrl.csv        with a measure of how good it is
  idem dedupe --map birth_date=born:DD.MM.YYYY clinic.csv   a column, and how its dates are written
  idem dedupe --model people/model.json next.parquet        as an earlier run did, nothing is trained
  idem dedupe --quiet --json clinic.csv | jq .people        for a script
  zcat big.csv.gz | idem dedupe --policy iis --out people -

In --out: clusters.csv (who is who), pairs.csv, golden.csv (one merged row a person), worklist.csv
(placeholder names that wait for a legal one; policy iis), review.csv (pairs for a person to look at), rejected.csv (rows set aside), model.json, report.html (to read and to print) and summary.json, readable
by you alone. Nothing is left behind by a run that fails or is interrupted.
In golden.csv and review.csv a cell that a spreadsheet would run as a formula gets an apostrophe in front; the other
files hold ids exactly as they came, so read those with a program or import their columns as text.

` + exitCodes
}

// exitCodes end the help of every command.
const exitCodes = "Exit codes: 0 done, 1 error, 2 wrong command line, 130 interrupted."

// Run is idem dedupe.
func (c *dedupeCommand) Run(ctx context.Context, env *environment) error {
	return c.run(ctx, env, c.Files, func(input *intake.Reader, s *settings) (*match.Result, error) {
		return match.Dedupe(ctx, s.truth.watch(input.Records(ctx)), s.options)
	})
}

// run is a command that makes people out of files, by what decide makes of them.
func (c *runFlags) run(ctx context.Context, env *environment, files []string, decide func(*intake.Reader, *settings) (*match.Result, error)) (err error) {
	began := time.Now()
	settings, err := c.settings(env, len(files) == 0, c.Truth)
	if err != nil {
		return err
	}
	var out *folder
	if c.Out != "" {
		if out, err = newFolder(c.Out, c.Force); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, out.discard()) }()
	}
	show := newProgress(env.stderr, c.Quiet)
	defer show.end()
	rejects, err := newRejects(out)
	if err != nil {
		return err
	}
	defer rejects.abandon()
	input, err := c.open(ctx, files, settings, rejects, show)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, input.Close()) }()
	if !c.Quiet {
		describe(c.notes(env), input, settings)
	}
	settings.truth.bind(input.Mappings())
	settings.options.Progress = show.tell
	result, err := decide(input, settings)
	show.clear()
	if err != nil {
		return c.explain(err)
	}
	settings.keepLayouts(result, input)
	s := summarize(input, settings, result)
	if out != nil {
		stage := startStage("write")
		w := writer{ctx: ctx, folder: out, input: input, result: result, truth: settings.truth, progress: show}
		if err := w.all(rejects, s); err != nil {
			return err
		}
		s.Stages = append(s.Stages, stage.end())
	}
	show.end()
	s.finish(time.Since(began))
	return c.deliver(env, out, s)
}

// notes is where the mapping is printed.
func (f *inputFlags) notes(env *environment) io.Writer {
	if f.JSON {
		return env.stderr
	}
	return env.stdout
}

// deliver puts the folder in place and prints the summary.
func (f *runFlags) deliver(env *environment, out *folder, s *summary) error {
	data, err := s.json()
	if err != nil {
		return err
	}
	if out != nil {
		if err := out.write("summary.json", data); err != nil {
			return err
		}
		if err := out.commit(); err != nil {
			return err
		}
	}
	if f.JSON {
		_, err := env.stdout.Write(data)
		return err
	}
	return s.print(env.stdout, f.Out)
}

// settings are what the command line comes to.
type settings struct {
	options match.Options
	intake  intake.Options
	truth   *truth
	sample  bool
	model   string // the file of a frozen model
}

func (c *inputFlags) settings(env *environment, sample bool, who string) (*settings, error) {
	s := &settings{sample: sample, model: c.Model}
	if s.sample && who == "" {
		who = sampleTruth
	}
	var err error
	if s.options.Policy, err = readPolicy(c.Policy); err != nil {
		return nil, err
	}
	if c.Model != "" {
		if c.Profile != "" {
			return nil, usageError{errors.New("--profile: the model has a profile of its own; leave one of the two out")}
		}
		if c.Rules != "" {
			return nil, usageError{errors.New("--rules: the model has rules of its own; leave one of the two out")}
		}
		if s.options.Model, err = readModel(c.Model); err != nil {
			return nil, err
		}
		s.intake.Layouts = s.options.Model.Layouts
	}
	if c.Rules != "" {
		if s.options.Rules, err = readRules(c.Rules); err != nil {
			return nil, err
		}
	}
	if c.Profile != "" {
		if s.options.Profile, err = patient.ProfileByName(c.Profile); err != nil {
			return nil, usageError{fmt.Errorf("--profile: %w", err)}
		}
	}
	s.options.MaxPairs = c.MaxPairs
	for _, text := range c.Map {
		a, err := intake.ParseAssignment(text)
		if err != nil {
			return nil, usageError{fmt.Errorf("--map: %s", plainText(err))}
		}
		s.intake.Map = append(s.intake.Map, a)
	}
	s.intake.Drop = c.Drop
	s.intake.Stdin = env.stdin
	s.intake.Decompressors, s.intake.Formats = decompressors, formats
	if s.truth, err = parseTruth(who); err != nil {
		return nil, err
	}
	s.intake.Truth = s.truth.column
	return s, nil
}

// keepLayouts puts into a new model how dates were written, so that a later run
// reads the same sources the same way.
func (s *settings) keepLayouts(result *match.Result, input *intake.Reader) {
	if s.options.Model == nil {
		result.Model.Layouts = input.Layouts()
	}
}

func (c *inputFlags) open(ctx context.Context, files []string, s *settings, rejects *rejects, show *progress) (*intake.Reader, error) {
	s.intake.Reject = rejects.add
	s.intake.Progress = show.bytes
	if s.sample {
		return openSample(s.intake)
	}
	return intake.OpenContext(ctx, files, s.intake)
}

// readPolicy finds a preset, else reads a file.
func readPolicy(name string) (scoring.Policy, error) {
	p, err := scoring.PolicyByName(name)
	if err == nil {
		return p, nil
	}
	data, readErr := os.ReadFile(name)
	if readErr != nil {
		return p, usageError{fmt.Errorf("--policy: %q is neither a preset (generic, iis) nor a file that can be read: %w", name, pathless(readErr))}
	}
	if p, err = scoring.ParsePolicy(data); err != nil {
		return p, fmt.Errorf("--policy %s: %s", name, plainText(err))
	}
	return p, nil
}

func readModel(name string) (*match.Model, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("--model %s: %w", name, pathless(err))
	}
	if scoring.IsLabelledWeights(data) {
		return nil, fmt.Errorf("--model %s: idem train wrote it, for idem pairs; here the model.json of a dedupe run is wanted", name)
	}
	m, err := match.ParseModel(data)
	if err != nil {
		return nil, fmt.Errorf("--model %s: %s", name, plainText(err))
	}
	return m, nil
}

// describe prints how the input is read and by what it is judged.
func describe(w io.Writer, input *intake.Reader, s *settings) {
	for _, m := range input.Mappings() {
		name := m.File
		if s.sample {
			name += " (the sample that is built in)"
		}
		fmt.Fprintf(w, "%s, source %s\n%s", name, m.Source, m)
	}
	profile := s.options.Profile.Name
	if profile == "" {
		profile = s.options.Policy.Profile
	}
	model := "trained on these records, without labels"
	if s.options.Model != nil {
		profile = s.options.Model.Profile.Name
		model = s.model + ", frozen"
	}
	fmt.Fprintf(w, "policy %s (version %d), profile %s, model %s\n\n", s.options.Policy.Name, s.options.Policy.Version, profile, model)
}

// explain adds to an error of the matching what helps on the command line.
func (c *inputFlags) explain(err error) error {
	switch {
	case errors.Is(err, blocking.ErrBudget):
		return fmt.Errorf("%w; here: --max-pairs N", err)
	case c.Model != "" && errors.Is(err, scoring.ErrNoField):
		return fmt.Errorf("--model %s does not fit these records: %s; name the columns it needs with --map field=column, or leave --model out to train a new one", c.Model, plainText(err))
	}
	return err
}

// watch passes records on and notes who each is in truth.
func (t *truth) watch(records iter.Seq2[*patient.Record, error]) iter.Seq2[*patient.Record, error] {
	if !t.fromRecords() {
		return records
	}
	return func(yield func(*patient.Record, error) bool) {
		for rec, err := range records {
			if err == nil {
				t.note(rec)
			}
			if !yield(rec, err) {
				return
			}
		}
	}
}

// rejects counts rows set aside and, with a folder, writes them down as they
// come.
type rejects struct {
	sheet *sheet
}

func newRejects(out *folder) (*rejects, error) {
	if out == nil {
		return &rejects{}, nil
	}
	s, err := out.sheet("rejected.csv", "source", "line", "record_id", "reason")
	return &rejects{sheet: s}, err
}

func (r *rejects) add(rej intake.Reject) error {
	if r.sheet == nil {
		return nil
	}
	return r.sheet.row(rej.Source, fmt.Sprint(rej.Line), "", string(rej.Reason))
}

// finish adds the superseded records, sorted, and closes the file.
func (r *rejects) finish(superseded []match.Superseded) error {
	if r.sheet == nil {
		return nil
	}
	superseded = slices.SortedFunc(slices.Values(superseded), func(a, b match.Superseded) int {
		return cmp.Or(strings.Compare(a.Key.Source, b.Key.Source), strings.Compare(a.Key.ID, b.Key.ID), cmp.Compare(a.Line, b.Line))
	})
	for _, s := range superseded {
		line := ""
		if s.Line > 0 {
			line = fmt.Sprint(s.Line)
		}
		if err := r.sheet.row(s.Key.Source, line, s.Key.ID, "superseded"); err != nil {
			return err
		}
	}
	sheet := r.sheet
	r.sheet = nil
	return sheet.close()
}

// abandon closes the file of a run that failed.
func (r *rejects) abandon() {
	if r.sheet != nil {
		r.sheet.close()
		r.sheet = nil
	}
}

// list writes names with commas.
func list(names []string) string { return strings.Join(names, ", ") }
