package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/idem-health/idem/match/intake"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/scoring"
)

// trainCommand is idem train.
type trainCommand struct {
	Labels  string   `required:"" placeholder:"FILE" help:"Pairs and what people decided: JSON lines as of idem pairs, with expect; or CSV of record_a, record_b, label."`
	Out     string   `placeholder:"FILE" help:"Write the model to this file, for idem pairs --model; it is new, else --force."`
	Force   bool     `help:"Replace the file of --out."`
	Curve   bool     `help:"Also say what fewer labels would reach, and so whether more would help."`
	Map     []string `sep:"none" placeholder:"FIELD=COLUMN[:LAYOUT]" help:"Read a column as a field. Repeatable."`
	Drop    []string `sep:"none" placeholder:"COLUMN" help:"Do not read a column. Repeatable."`
	Policy  string   `default:"iis" placeholder:"generic|iis|FILE" help:"The policy to better (default iis)."`
	Profile string   `placeholder:"US|Neutral" help:"How values are normalised (default: the policy's)."`
	Quiet   bool     `help:"No mapping: the result alone."`
	JSON    bool     `name:"json" help:"The figures as JSON on standard output."`
	Files   []string `arg:"" optional:"" name:"file" help:"The records that a CSV of labels is about."`
}

// Help is shown by idem train --help.
func (*trainCommand) Help() string {
	return `Learns from pairs that people decided, and measures itself on them: each pair is decided by a fit that has seen
neither of its records. The figures stand beside those of the default, the shipped weights; where training would do
worse, the model written is the default. At least 20 labels of each kind are needed: match, possible, no.

Labels are either
  JSON lines   {"a": {"given_name": "Ann", ...}, "b": {...}, "expect": "match"}     as idem pairs reads; no FILE
  CSV          record_a,record_b,label and, where ids repeat, source_a,source_b     about the records of FILE...;
               review.csv or pairs.csv of a dedupe run with a column "label" added is one; rows without a label do not count
An optional "group", key or column, keeps pairs together when measuring; pairs that share a record always are.
What no label speaks of (placeholders, say) stays as the policy has it. An agreement never counts against a pair.

Examples:
  idem train --labels reviewed.jsonl                               what labels would bring
  idem train --labels reviewed.jsonl --out trained.json            the same, and the model
  idem train --labels reviewed.csv --out trained.json clinic.csv   about records of a file
  idem train --curve --labels reviewed.jsonl                       would more labels help?
  idem pairs --model trained.json pairs.jsonl > decided.jsonl      use it

` + exitCodes
}

// Run is idem train.
func (c *trainCommand) Run(ctx context.Context, env *environment) error {
	if err := c.checkOut(); err != nil {
		return err
	}
	policy, err := readPolicy(c.Policy)
	if err != nil {
		return err
	}
	if c.Profile != "" {
		policy.Profile = c.Profile
	}
	profile, err := patient.ProfileByName(policy.Profile)
	if err != nil {
		return usageError{fmt.Errorf("--profile: %w", err)}
	}
	pairs, err := c.read(ctx, env, profile)
	if err != nil {
		return err
	}
	training := scoring.LabelTraining{Policy: policy, Pairs: pairs}
	model, err := scoring.TrainLabels(training)
	if few, ok := errors.AsType[*scoring.TooFewLabelsError](err); ok {
		return fmt.Errorf("--labels %s: %s; label more pairs of that kind, review.csv of a dedupe run has some", c.Labels, plainText(few))
	}
	if err != nil {
		return fmt.Errorf("--labels %s: %s", c.Labels, plainText(err))
	}
	var curve []scoring.LabelCurvePoint
	if c.Curve {
		if curve, err = labelCurve(training); err != nil {
			return err
		}
	}
	if c.Out != "" {
		if err := c.writeModel(model); err != nil {
			return err
		}
	}
	if c.JSON {
		enc := json.NewEncoder(env.stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(trainFigures{model.Report, rulesLeft(model), curve})
	}
	return c.print(env.stdout, model, curve)
}

// trainFigures are what --json prints.
type trainFigures struct {
	scoring.LabelReport
	Rules []string                  `json:"rules,omitempty"` // of the policy, that the labels contradict
	Curve []scoring.LabelCurvePoint `json:"curve,omitempty"`
}

// checkOut refuses an output that is there before any work is done.
func (c *trainCommand) checkOut() error {
	if c.Out == "" {
		return nil
	}
	st, err := os.Stat(c.Out)
	switch {
	case err != nil:
		return nil
	case st.IsDir():
		return usageError{fmt.Errorf("--out %s: is a directory; it wants a file for the model", c.Out)}
	case !c.Force:
		return usageError{fmt.Errorf("--out %s: is there already; --force replaces it", c.Out)}
	}
	return nil
}

// writeModel writes the model beside its place, then moves it there: a run that
// fails leaves no half of it.
func (c *trainCommand) writeModel(m *scoring.LabelledWeights) error {
	data, err := m.JSON()
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(c.Out), ".idem-train-*")
	if err != nil {
		return fmt.Errorf("--out %s: %w", c.Out, pathless(err))
	}
	_, err = f.Write(data)
	err = cmp.Or(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), c.Out)
	}
	if err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("--out %s: %w", c.Out, pathless(err))
	}
	return nil
}

// read reads the labelled pairs.
func (c *trainCommand) read(ctx context.Context, env *environment, profile patient.Profile) ([]scoring.LabelledPair, error) {
	in, err := openLines(c.Labels, env.stdin)
	if err != nil {
		return nil, fmt.Errorf("--labels %w", err)
	}
	defer in.Close()
	text, isJSON, err := peekJSON(in)
	if err != nil {
		return nil, fmt.Errorf("--labels %s: %w", c.Labels, pathless(err))
	}
	labels := newLabelSet(profile)
	if isJSON {
		if len(c.Files) > 0 {
			return nil, usageError{fmt.Errorf("--labels %s: JSON lines hold the records themselves; leave out %s", c.Labels, list(c.Files))}
		}
		if err := labels.readJSON(ctx, text); err != nil {
			return nil, fmt.Errorf("--labels %s%w", c.Labels, err)
		}
		return labels.pairs, nil
	}
	if len(c.Files) == 0 {
		return nil, usageError{fmt.Errorf("--labels %s: is a CSV of record ids; name the files that hold the records", c.Labels)}
	}
	rows, err := readLabelRows(text)
	if err != nil {
		return nil, fmt.Errorf("--labels %s%w", c.Labels, err)
	}
	if err := c.find(ctx, env, rows, labels); err != nil {
		return nil, err
	}
	if err := labels.join(rows); err != nil {
		return nil, fmt.Errorf("--labels %s%w", c.Labels, err)
	}
	return labels.pairs, nil
}

// find reads the records that rows of labels name.
func (c *trainCommand) find(ctx context.Context, env *environment, rows []labelRow, labels *labelSet) error {
	options := intake.Options{Drop: c.Drop, Stdin: env.stdin, Decompressors: decompressors, Formats: formats}
	for _, text := range c.Map {
		a, err := intake.ParseAssignment(text)
		if err != nil {
			return usageError{fmt.Errorf("--map: %s", plainText(err))}
		}
		options.Map = append(options.Map, a)
	}
	reader, err := intake.OpenContext(ctx, c.Files, options)
	if err != nil {
		return err
	}
	defer reader.Close()
	if !c.Quiet && !c.JSON {
		for _, m := range reader.Mappings() {
			fmt.Fprintf(env.stdout, "%s, source %s\n%s\n", m.File, m.Source, m)
		}
	}
	wanted := wantedIDs(rows)
	for r, err := range reader.Records(ctx) {
		if err != nil {
			return err
		}
		if wanted[r.ID] {
			labels.keep(r)
		}
	}
	return nil
}

// labelCurve says what fewer labels reach, as far as there are twice as many.
func labelCurve(t scoring.LabelTraining) ([]scoring.LabelCurvePoint, error) {
	sizes := slices.DeleteFunc([]int{25, 50, 100, 200, 400, 800, 1600, 3200}, func(n int) bool { return n*2 > len(t.Pairs) })
	if len(sizes) == 0 {
		return nil, nil
	}
	return scoring.LabelCurve(t, sizes, 8)
}

// rulesLeft says which rules of the policy the labels contradict, and what
// became of them.
func rulesLeft(m *scoring.LabelledWeights) []string {
	var out []string
	for _, c := range m.Contradicted {
		now := "left to the weights"
		if c.Now != "" {
			now = "now a " + string(c.Now)
		}
		out = append(out, c.ID+", "+now)
	}
	return out
}

// print prints the figures for a person.
func (c *trainCommand) print(w io.Writer, m *scoring.LabelledWeights, curve []scoring.LabelCurvePoint) error {
	r := m.Report
	p := &printer{w: w}
	p.printf("%d labelled pairs: %d match, %d possible, %d no\n\n", r.Pairs, r.Labels[scoring.Match], r.Labels[scoring.Possible], r.Labels[scoring.No])
	p.printf("%-24s%12s%12s\n", "", "trained", "default")
	p.printf("%-24s%12.4f%12.4f\n", "as labelled", r.Trained.Agreement(), r.Default.Agreement())
	for _, cell := range [][2]scoring.Decision{{scoring.No, scoring.Match}, {scoring.Possible, scoring.Match}, {scoring.Match, scoring.No}} {
		p.printf("%-24s%12d%12d\n", fmt.Sprintf("%s decided %s", cell[0], cell[1]), r.Trained[cell[0]][cell[1]], r.Default[cell[0]][cell[1]])
	}
	p.printf("\nThe trained ones by cross-validation in %d folds: each pair decided by a fit that saw neither record.\n\n", r.Folds)
	p.confusion(&r.Trained)
	if left := rulesLeft(m); len(left) > 0 {
		p.printf("\nRules of policy %s that the labels contradict:\n", m.Policy.Name)
		for _, rule := range left {
			p.printf("  %s\n", rule)
		}
	}
	if len(curve) > 0 {
		p.printf("\n%-24s%12s%12s%16s%12s\n", "with fewer labels", "mean", "least", "no -> match", "refused")
		for _, point := range curve {
			p.printf("%-24d%12.4f%12.4f%16d%9d of %d\n", point.Labels, point.Agreement, point.Least, point.FalseMatches, point.Refused, point.Draws)
		}
	}
	if r.KeptDefault {
		p.printf("\nTraining would do worse than the default on these labels: the default stays, and is the model.\n")
	}
	if c.Out != "" {
		p.printf("\nThe model is in %s: idem pairs --model %[1]s PAIRS.jsonl\n", c.Out)
	}
	return p.err
}

// A printer keeps the first error of its writes.
type printer struct {
	w   io.Writer
	err error
}

func (p *printer) printf(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format, args...)
	}
}

func (p *printer) confusion(c *scoring.Confusion) {
	p.printf("%-16s%10s%10s%10s\n", "wanted", "-> match", "possible", "no")
	for _, want := range []scoring.Decision{scoring.Match, scoring.Possible, scoring.No} {
		p.printf("%-16s%10d%10d%10d\n", want, c[want][scoring.Match], c[want][scoring.Possible], c[want][scoring.No])
	}
}
