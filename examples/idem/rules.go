package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/idem-health/idem/blocking"
	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/evaluate"
)

// rulesCommand is idem rules.
type rulesCommand struct {
	Truth string `placeholder:"COLUMN|COLUMN~REGEX|FILE.csv" help:"Who is who, to print what the rules truly find beside what is expected."`
	inputFlags
	Files []string `arg:"" optional:"" name:"file" help:"CSV, NDJSON or Parquet, plain, gzip or zstd; - is standard input. Without one, a sample that is built in."`
}

// Help is shown by idem rules --help.
func (*rulesCommand) Help() string {
	return `A blocking rule makes candidates of any two records that agree on all its keys; only candidates are compared. Of
a catalogue of rules over the columns that are there those are chosen that are expected to find the most pairs of one
person for the pairs they cost, no more than the default rules cost or --max-pairs allows. No labels are needed: the
model is trained on the records themselves, and what it takes for one person counts. Pairs that no rule of the
catalogue finds are estimated, rather too few of them, and pairs of one person that the model takes for strangers are
not counted, so what is truly found may be less: --truth prints it beside the expected.

Examples:
  idem rules clinic.csv                            what is suggested, what it costs and finds
  idem rules --max-pairs 500000 clinic.csv         with fewer pairs
  idem rules --json clinic.csv > rules.json        to be used, or edited first:
  idem dedupe --rules rules.json clinic.csv

` + exitCodes
}

// Run is idem rules.
func (c *rulesCommand) Run(ctx context.Context, env *environment) (err error) {
	if c.Model != "" {
		return usageError{errors.New("--model: it has rules of its own; they are suggested from records alone")}
	}
	settings, err := c.settings(env, len(c.Files) == 0, c.Truth)
	if err != nil {
		return err
	}
	show := newProgress(env.stderr, c.Quiet)
	defer show.end()
	input, err := c.open(ctx, c.Files, settings, &rejects{}, show)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, input.Close()) }()
	if !c.Quiet {
		describe(c.notes(env), input, settings)
	}
	settings.truth.bind(input.Mappings())
	settings.options.Progress = show.tell
	s, err := match.SuggestRules(ctx, settings.truth.watch(input.Records(ctx)), settings.options)
	show.clear()
	if err != nil {
		return c.explain(err)
	}
	if settings.truth.known() {
		people := make([]int32, s.Records)
		for i := range people {
			people[i] = settings.truth.whose(s.Key(i))
		}
		if err := s.Measure(ctx, people); err != nil {
			return err
		}
	}
	show.end()
	if !c.JSON {
		return printRules(env.stdout, s, settings.truth.known())
	}
	if !c.Quiet {
		if err := printRules(env.stderr, s, settings.truth.known()); err != nil {
			return err
		}
	}
	return writeRules(env.stdout, s.Blocking())
}

// printRules prints the suggestion as a table.
func printRules(w io.Writer, s *match.Suggestion, truth bool) error {
	fmt.Fprintf(w, "%d records; about %.0f pairs of records of one person, of which %.0f are expected to be found by no rule at all\n",
		s.Records, s.Same, s.Unseen)
	if s.Share < 1 {
		fmt.Fprintf(w, "counted on %.0f %% of the pairs, and scaled\n", 100*s.Share)
	}
	fmt.Fprintln(w)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	head, line := "pairs\tnew pairs\tfinds alone\tso far\t", "%d\t%d\t%.4f\t%.4f\t"
	if truth {
		head, line = head+"truly alone\tso far\t", line+"%.4f\t%.4f\t"
	}
	fmt.Fprintln(t, head+" rule")
	figures := func(pairs, added int64, alone, sum float64, trulyAlone, truly float64) string {
		args := []any{pairs, added, alone, sum}
		if truth {
			args = append(args, trulyAlone, truly)
		}
		return fmt.Sprintf(line, args...)
	}
	var pairs int64
	for _, r := range s.Rules {
		pairs += r.NewPairs
		fmt.Fprintln(t, figures(r.Pairs, r.NewPairs, r.Recall, r.Cumulative, r.TrueRecall, r.TrueCumulative)+" "+ruleText(r.Rule))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w)
	total := func(what string, n int, pairs int64, expected, truly float64) {
		fmt.Fprintf(w, "%-10s %2d rules  %10d pairs  expected recall %.4f", what, n, pairs, expected)
		if truth {
			fmt.Fprintf(w, "  true %.4f", truly)
		}
		fmt.Fprintln(w)
	}
	if n := len(s.Rules); n > 0 {
		total("suggested", n, pairs, s.Rules[n-1].Cumulative, s.Rules[n-1].TrueCumulative)
	}
	total("default", s.Default.Rules, s.Default.Pairs, s.Default.Recall, s.Default.TrueRecall)
	_, err := fmt.Fprintf(w, "%-10s %2d rules  %10d pairs  expected recall %.4f\n", "catalogue", s.Catalogue.Rules, s.Catalogue.Pairs, s.Catalogue.Recall)
	return err
}

// ruleText is a rule with its keys.
func ruleText(r blocking.Rule) string {
	var keys, refine []string
	for _, k := range r.Keys {
		keys = append(keys, k.String())
	}
	for _, k := range r.Refine {
		refine = append(refine, k.String())
	}
	text := r.Name + " (" + strings.Join(keys, " + ")
	if r.Crosswise {
		text += ", crosswise"
	}
	if len(refine) > 0 {
		text += "; large blocks also " + strings.Join(refine, ", ")
	}
	return text + ")"
}

// writeRules writes rules as [blocking.ParseRules] reads them, one a line.
func writeRules(w io.Writer, rules []blocking.Rule) error {
	lines := make([]string, len(rules))
	for i, r := range rules {
		data, err := json.Marshal(r)
		if err != nil {
			return err
		}
		lines[i] = string(data)
	}
	_, err := fmt.Fprintf(w, "[\n  %s\n]\n", strings.Join(lines, ",\n  "))
	return err
}

// readRules reads the rules of --rules.
func readRules(name string) ([]blocking.Rule, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("--rules %s: %w", name, pathless(err))
	}
	rules, err := blocking.ParseRules(data)
	if err == nil && len(rules) == 0 {
		err = errors.New("there is no rule in it")
	}
	if err != nil {
		return nil, fmt.Errorf("--rules %s: %s", name, plainText(err))
	}
	return rules, nil
}

// whose returns the person of a record, evaluate.Unknown where not known.
func (t *truth) whose(k match.Key) int32 {
	if p, ok := t.people[k]; ok {
		return p
	}
	if p, ok := t.anyone[k.ID]; ok {
		return p
	}
	return evaluate.Unknown
}
