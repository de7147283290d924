package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/scoring"
)

// panels are the label sets of the expert panels, as they are called in tables.
var panels = []struct{ name, labels string }{{"A", "expect"}, {"C", "expect_aira_c"}}

func runPolicy(arguments []string, w io.Writer) error {
	flags := flag.NewFlagSet("policy", flag.ContinueOnError)
	name := flags.String("policy", "iis", "a preset, or a `FILE` with a policy")
	check := flags.String("check", "", "compare with the golden `FILE`")
	write := flags.String("write", "", "write the golden `FILE`")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("policy: %q is no flag", flags.Arg(0))
	}
	policy, err := policyOf(*name)
	if err != nil {
		return fmt.Errorf("policy: %w", err)
	}
	var text strings.Builder
	if err := printPolicy(io.MultiWriter(w, &text), policy); err != nil {
		return fmt.Errorf("policy: %w", err)
	}
	if *write != "" {
		if err := os.WriteFile(*write, []byte(text.String()), 0o644); err != nil {
			return fmt.Errorf("policy: %w", err)
		}
	}
	if *check != "" {
		return checkGolden(*check, text.String())
	}
	return nil
}

func policyOf(name string) (scoring.Policy, error) {
	p, err := scoring.PolicyByName(name)
	if err == nil {
		return p, nil
	}
	data, readErr := os.ReadFile(name)
	if readErr != nil {
		return p, errors.Join(err, readErr)
	}
	return scoring.ParsePolicy(data)
}

// printPolicy prints what each rule of a policy does on the expert panels'
// pairs, and what training on their labels reaches.
func printPolicy(w io.Writer, policy scoring.Policy) error {
	pairs, err := readPairs(airaPairs)
	if err != nil {
		return err
	}
	ready, err := normalizePairs(pairs, policy)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "What the rules of policy %s do on the AIRA pairs. Printed by: go run ./benchmarks policy\n\n", policy.Name)
	fmt.Fprintf(w, `fires    pairs on which its condition holds
decides  of them, those whose outcome is another one without this rule alone
right    of those, the outcome is as labelled, and without the rule it is not
wrong    of those, without the rule the outcome is as labelled
even     right and wrong again, on even test numbers: no rule was argued from them
refused  draws with fewer than 20 labels of a kind, which idem train would not learn from
`)
	for _, panel := range panels {
		fmt.Fprintln(w)
		if err := printRules(w, policy, ready, panel.name, panel.labels); err != nil {
			return err
		}
	}
	for _, panel := range panels {
		fmt.Fprintln(w)
		if err := printTrained(w, policy, ready, panel.name, panel.labels); err != nil {
			return err
		}
	}
	return nil
}

// A readyPair is a labelled pair, normalised.
type readyPair struct {
	labelled
	first, second patient.Normalized
}

func normalizePairs(pairs []labelled, policy scoring.Policy) ([]readyPair, error) {
	profile, err := patient.ProfileByName(policy.Profile)
	if err != nil {
		return nil, err
	}
	ready := make([]readyPair, len(pairs))
	for i, p := range pairs {
		ready[i].labelled = p
		ready[i].first, _ = patient.Normalize(&p.a, profile)
		ready[i].second, _ = patient.Normalize(&p.b, profile)
	}
	return ready, nil
}

// A ruleRow counts what one rule or conflict does.
type ruleRow struct {
	id, effect           string
	fires, decides       int
	right, wrong         int
	evenRight, evenWrong int
}

// printRules prints a row for each rule and conflict of a policy.
func printRules(w io.Writer, policy scoring.Policy, pairs []readyPair, panel, labels string) error {
	rows, err := countRules(policy, pairs, labels)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "== policy %s, shipped weights, panel %s\n", policy.Name, panel)
	fmt.Fprintf(w, "%-34s %-8s %6s %8s %6s %6s | %10s\n", "rule", "effect", "fires", "decides", "right", "wrong", "even")
	for _, r := range rows {
		fmt.Fprintf(w, "%-34s %-8s %6d %8d %6d %6d | %4d %5d\n", r.id, r.effect, r.fires, r.decides, r.right, r.wrong, r.evenRight, r.evenWrong)
	}
	bare := policy
	bare.Rules, bare.Proofs, bare.Conflicts = nil, nil, scoring.Conflicts{}
	for _, p := range []struct {
		name   string
		policy scoring.Policy
	}{{"weights alone", bare}, {"all rules", policy}} {
		all, even, err := confusionsOf(p.policy, pairs, labels)
		if err != nil {
			return err
		}
		printShort(w, p.name+", all", all)
		printShort(w, p.name+", even", even)
	}
	return nil
}

func printShort(w io.Writer, name string, c confusion) {
	m, p, n := threeOutcomes[0], threeOutcomes[1], threeOutcomes[2]
	fmt.Fprintf(w, "%-34s agreement %.4f, no -> match %d, possible -> match %d, match -> no %d\n", name, c.agreement(), c.of(n, m), c.of(p, m), c.of(m, n))
}

func confusionsOf(policy scoring.Policy, pairs []readyPair, labels string) (all, even confusion, err error) {
	d, err := scoring.NewPairDecider(scoring.ShippedIIS(), policy)
	if err != nil {
		return nil, nil, err
	}
	all, even = confusion{}, confusion{}
	for i := range pairs {
		p := &pairs[i]
		cell := [2]string{p.expect[labels], d.Decide(&p.first, &p.second, p.candidates).Decision.String()}
		all[cell]++
		if testNumber(p.id)%2 == 0 {
			even[cell]++
		}
	}
	return all, even, nil
}

// countRules takes each rule and conflict away in turn and counts what changes
// among the pairs that it fires on.
func countRules(policy scoring.Policy, pairs []readyPair, labels string) ([]ruleRow, error) {
	whole, err := scoring.NewPairDecider(scoring.ShippedIIS(), policy)
	if err != nil {
		return nil, err
	}
	decided := make([]scoring.PairDecision, len(pairs))
	for i := range pairs {
		p := &pairs[i]
		decided[i] = whole.Decide(&p.first, &p.second, p.candidates)
	}
	var rows []ruleRow
	count := func(id, effect string, without scoring.Policy) error {
		d, err := scoring.NewPairDecider(scoring.ShippedIIS(), without)
		if err != nil {
			return err
		}
		row := ruleRow{id: id, effect: effect}
		for i := range pairs {
			if slices.Contains(decided[i].Reasons, id) {
				p := &pairs[i]
				row.add(p, decided[i].Decision, d.Decide(&p.first, &p.second, p.candidates).Decision, labels)
			}
		}
		rows = append(rows, row)
		return nil
	}
	for _, r := range policy.Rules {
		err = errors.Join(err, count(r.ID, string(r.Effect), policy.Without(r.ID)))
	}
	for _, x := range policy.Conflicts.Hard {
		err = errors.Join(err, count(x.ID, "conflict", policy.Without(x.ID)))
	}
	for _, x := range policy.Conflicts.Soft {
		err = errors.Join(err, count(x.ID, "soft", policy.Without(x.ID)))
	}
	return rows, err
}

// add counts a pair on which the rule fires.
func (r *ruleRow) add(p *readyPair, with, without scoring.Decision, labels string) {
	r.fires++
	if with == without {
		return
	}
	r.decides++
	even := testNumber(p.id)%2 == 0
	switch p.expect[labels] {
	case with.String():
		r.right++
		if even {
			r.evenRight++
		}
	case without.String():
		r.wrong++
		if even {
			r.evenWrong++
		}
	}
}

// printTrained prints what training on a panel's labels reaches: by
// cross-validation, from odd test numbers on even ones, and with fewer labels.
func printTrained(w io.Writer, policy scoring.Policy, pairs []readyPair, panel, labels string) error {
	training := scoring.LabelTraining{Policy: policy}
	odd := training
	for i := range pairs {
		l := labelOf(&pairs[i], labels)
		training.Pairs = append(training.Pairs, l)
		if testNumber(pairs[i].id)%2 == 1 {
			odd.Pairs = append(odd.Pairs, l)
		}
	}
	all, err := scoring.TrainLabels(training)
	if err != nil {
		return err
	}
	half, err := scoring.TrainLabels(odd)
	if err != nil {
		return err
	}
	d, err := scoring.NewLabelledDecider(half)
	if err != nil {
		return err
	}
	even := confusion{}
	for i := range pairs {
		if p := &pairs[i]; testNumber(p.id)%2 == 0 {
			even[[2]string{p.expect[labels], d.Decide(&p.first, &p.second, p.candidates).Decision.String()}]++
		}
	}
	fmt.Fprintf(w, "== policy %s, trained with the labels of panel %s\n", policy.Name, panel)
	printShort(w, "cross-validated, all", confusionOf(&all.Report.Trained))
	printShort(w, "of odd test numbers, on even ones", even)
	for _, c := range all.Contradicted {
		now := "left to the weights"
		if c.Now != "" {
			now = "now a " + string(c.Now)
		}
		fmt.Fprintf(w, "contradicted by the labels: %s, %s\n", c.ID, now)
	}
	curve, err := scoring.LabelCurve(training, []int{25, 50, 100, 200, 400}, 8)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%-8s %10s %10s %14s %10s   (on the other pairs, 8 draws)\n", "labels", "mean", "least", "no -> match", "refused")
	for _, p := range curve {
		fmt.Fprintf(w, "%-8d %10.4f %10.4f %14d %10d\n", p.Labels, p.Agreement, p.Least, p.FalseMatches, p.Refused)
	}
	return nil
}

func labelOf(p *readyPair, labels string) scoring.LabelledPair {
	l := scoring.LabelledPair{
		Levels: scoring.PairLevels(scoring.IISComparisons(), &p.first, &p.second, p.candidates),
		Group:  strconv.Itoa(testNumber(p.id)),
	}
	for _, d := range []scoring.Decision{scoring.No, scoring.Possible, scoring.Match} {
		if d.String() == p.expect[labels] {
			l.Expect = d
		}
	}
	return l
}

func confusionOf(c *scoring.Confusion) confusion {
	out := confusion{}
	for wanted, row := range c {
		for decided, n := range row {
			out[[2]string{scoring.Decision(wanted).String(), scoring.Decision(decided).String()}] += n
		}
	}
	return out
}
