package scoring

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// A LabelledPair is a comparison vector and the outcome that people gave it.
type LabelledPair struct {
	Levels Levels
	Expect Decision

	// Group keeps pairs together in cross-validation: pairs that share a record
	// must share a group, or the test knows the answer. Pairs without a group are
	// kept together where their comparison vectors are equal.
	Group string
}

// LabelTraining is what a fit with labels works on.
type LabelTraining struct {
	Default *ShippedWeights // the weights to better, and where the fit starts; nil: [ShippedIIS]
	Policy  Policy          // what the default is judged by, whose rules stay where the labels bear them out
	Pairs   []LabelledPair  // their levels are those of Default.Comparisons; their order does not matter
	Minimum int             // labels wanted of each kind; 0 means 20
	Folds   int             // of the cross-validation; 0 means 10
}

// The defaults of a LabelTraining, and what the fit uses.
const (
	minimumLabels = 20
	labelFolds    = 10
	labelPenalty  = .3 // on a weight's square, in nats
	priorScale    = .6 // of the shipped weights: those sum evidence as if it were independent
)

// ErrTooFewLabels says that there are too few labels of a kind to learn from.
var ErrTooFewLabels = errors.New("scoring: too few labels")

// A TooFewLabelsError says how many labels of each kind there are and how many
// are needed. It unwraps to [ErrTooFewLabels].
type TooFewLabelsError struct {
	Labels  [3]int // by [Decision]
	Minimum int
}

func (e *TooFewLabelsError) Error() string {
	return fmt.Sprintf("scoring: too few labels: %d match, %d possible, %d no; at least %d of each are needed",
		e.Labels[Match], e.Labels[Possible], e.Labels[No], e.Minimum)
}

// Unwrap returns ErrTooFewLabels.
func (e *TooFewLabelsError) Unwrap() error { return ErrTooFewLabels }

// TrainLabels fits weights to labelled pairs: two ordinal logits, at least
// possible and match, over the comparison levels and a few crosses of them. An
// agreement never weighs below 0 and a disagreement never above. The policy's
// hard conflicts stay outside the fit, and so do those of its rules that the
// labels bear out; see [LabelledWeights].
//
// The result is measured by cross-validation. If it would be worse than the
// default on these labels, it is the default that is returned, in the same form,
// and Report says so. The result is a function of the set of pairs.
func TrainLabels(t LabelTraining) (*LabelledWeights, error) {
	task, err := newLabelTask(t)
	if err != nil {
		return nil, err
	}
	if counts := task.counts(); slices.Min(counts[:]) < task.Minimum {
		return nil, &TooFewLabelsError{counts, task.Minimum}
	}
	if task.groups < task.Folds {
		return nil, fmt.Errorf("scoring: the labelled pairs are of %d groups that share no record; a cross-validation in %d folds needs as many",
			task.groups, task.Folds)
	}
	w, err := task.fit(task.items)
	if err != nil {
		return nil, err
	}
	report := LabelReport{Pairs: len(t.Pairs), Labels: task.counts(), Folds: task.Folds}
	if report.Trained, err = task.crossValidate(); err != nil {
		return nil, err
	}
	standing := defaultLabelled(task.Default, task.Policy)
	if report.Default, err = task.confusion(standing, task.items); err != nil {
		return nil, err
	}
	if worse(&report.Trained, &report.Default) {
		report.KeptDefault = true
		w = standing
	}
	w.Report = report
	return w, nil
}

// worse reports whether trained weights do worse than the default: they agree
// less often, or match more pairs of two persons.
func worse(trained, standing *Confusion) bool {
	return trained.Right() < standing.Right() || trained[No][Match] > standing[No][Match]
}

// A labelTask is a training made ready: distinct pairs counted, in canonical
// order, so that nothing depends on the order they came in.
type labelTask struct {
	LabelTraining
	items    []labelItem
	judge    *CompiledPolicy
	features *labelFeatures
	groups   int
}

// A labelItem is a comparison vector with a label and a group, and how often the
// three came together.
type labelItem struct {
	levels Levels
	label  Decision
	group  int // numbered in an order that knows nothing of the labels
	n      int
	active []int32  // parameters
	fired  []uint16 // rules of the policy
}

func newLabelTask(t LabelTraining) (*labelTask, error) {
	if t.Default == nil {
		t.Default = ShippedIIS()
	}
	if t.Minimum <= 0 {
		t.Minimum = minimumLabels
	}
	if t.Folds <= 0 {
		t.Folds = labelFolds
	}
	if _, err := NewPairDecider(t.Default, t.Policy); err != nil {
		return nil, err
	}
	if err := defaultLabelled(t.Default, t.Policy).Validate(); err != nil {
		return nil, fmt.Errorf("%w (in the default)", err)
	}
	judge, err := t.Policy.Compile(t.Default.Comparisons)
	if err != nil {
		return nil, err
	}
	task := &labelTask{LabelTraining: t, judge: judge}
	crosses, err := compileCrosses(labelCrosses(), t.Policy, t.Default.Comparisons)
	if err != nil {
		return nil, err
	}
	task.features = newLabelFeatures(t.Default, crosses)
	if err := task.collect(); err != nil {
		return nil, err
	}
	return task, nil
}

// collect counts the distinct pairs.
func (t *labelTask) collect() error {
	for i, p := range t.Pairs {
		if err := checkLevels(t.Default.Comparisons, p.Levels); err != nil {
			return fmt.Errorf("scoring: labelled pair %d: %w", i+1, err)
		}
		if p.Expect > Match {
			return fmt.Errorf("scoring: labelled pair %d: %d is no outcome", i+1, p.Expect)
		}
	}
	numbers := t.groupNumbers()
	for _, p := range t.Pairs {
		t.items = append(t.items, labelItem{levels: p.Levels, label: p.Expect, group: numbers[groupOf(p)], n: 1})
	}
	slices.SortFunc(t.items, compareItems)
	t.items = mergeItems(t.items)
	for i := range t.items {
		it := &t.items[i]
		it.active = t.features.appendActive(nil, it.levels)
		it.fired = t.judge.Judge(it.levels).Fired
	}
	return nil
}

func checkLevels(cs []Comparison, levels Levels) error {
	if len(levels) != len(cs) {
		return fmt.Errorf("%d levels for %d comparisons", len(levels), len(cs))
	}
	for i, l := range levels {
		if int(l) >= len(cs[i].Levels()) {
			return fmt.Errorf("comparison %q has no level %d", cs[i].Name, l)
		}
	}
	return nil
}

func compareItems(a, b labelItem) int {
	if c := bytes.Compare(a.levels, b.levels); c != 0 {
		return c
	}
	if a.label != b.label {
		return int(a.label) - int(b.label)
	}
	return a.group - b.group
}

// mergeItems adds up equal neighbors.
func mergeItems(items []labelItem) []labelItem {
	var out []labelItem
	for _, it := range items {
		if last := len(out) - 1; last >= 0 && compareItems(out[last], it) == 0 {
			out[last].n += it.n
			continue
		}
		out = append(out, it)
	}
	return out
}

// counts returns how many labels of each kind there are.
func (t *labelTask) counts() [3]int { return labelCounts(t.items) }

func labelCounts(items []labelItem) [3]int {
	var n [3]int
	for _, it := range items {
		n[it.label] += it.n
	}
	return n
}

// fit fits weights to some of the items.
func (t *labelTask) fit(items []labelItem) (*LabelledWeights, error) {
	w := defaultLabelled(t.Default, t.Policy)
	w.Contradicted = t.contradictedRules(items)
	w.UnnamedByDefault = t.unnamed(items) < t.Minimum
	outside, err := w.remaining().Compile(t.Default.Comparisons)
	if err != nil {
		return nil, err
	}
	possible := t.fitLogit(items, outside, Possible)
	match := t.fitLogit(items, outside, Match)
	start := len(possible) - 1
	w.Start = OrdinalWeight{natWeight(possible[start]), natWeight(match[start])}
	for i := range w.Comparisons {
		for l := range w.Comparisons[i].Levels {
			level := &w.Comparisons[i].Levels[l]
			level.OrdinalWeight = OrdinalWeight{}
			for _, p := range t.features.steps[i][l+1] {
				level.Possible += natWeight(possible[p])
				level.Match += natWeight(match[p])
			}
		}
	}
	for i, x := range labelCrosses() {
		p := t.features.firstCross + int32(i)
		x.OrdinalWeight = OrdinalWeight{natWeight(possible[p]), natWeight(match[p])}
		w.Crosses = append(w.Crosses, x)
	}
	return w, nil
}

// unnamed returns how many labels are of pairs in which a given name is missing.
func (t *labelTask) unnamed(items []labelItem) int {
	n := 0
	for i, c := range t.Default.Comparisons {
		if c.Kind != KindGiven {
			continue
		}
		for _, it := range items {
			if it.levels[i] == 0 {
				n += it.n
			}
		}
	}
	return n
}

// natWeight rounds a weight in nats.
func natWeight(x float64) Weight { return clampWeight(x/math.Ln2, 2*maxWeight) }

// fitLogit fits the logit of "at least the outcome". The pairs that what stays
// of the policy decides alone teach nothing: the fit need not explain them.
func (t *labelTask) fitLogit(items []labelItem, outside *CompiledPolicy, least Decision) []float64 {
	n := len(t.features.parameters)
	g := &logit{}
	for _, p := range t.features.parameters {
		g.signs = append(g.signs, p.sign)
		g.prior = append(g.prior, p.prior*priorScale*math.Ln2)
		g.penalty = append(g.penalty, labelPenalty)
	}
	g.signs, g.prior, g.penalty = append(g.signs, eitherWay), append(g.prior, 0), append(g.penalty, 0)
	var last Levels
	for _, it := range items {
		if v := outside.Judge(it.levels); v.Veto || v.Hard {
			continue
		}
		if last == nil || !bytes.Equal(last, it.levels) {
			last = it.levels
			g.rows = append(g.rows, logitRow{active: append(slices.Clone(it.active), int32(n))})
		}
		row := &g.rows[len(g.rows)-1]
		row.n += float64(it.n)
		if it.label >= least {
			row.yes += float64(it.n)
		}
	}
	return g.fit()
}

// labelCrosses are the facts beyond single levels that the logits know: what
// makes the difference for expert panels, in the language of policies.
func labelCrosses() []LabelledCross {
	address := addressMacro().When
	street := All(In("street", "exact", "close"), In("street_number", "exact", "near", "missing"))
	identifier := Any(In("ssn", "exact"), In("medicaid", "exact"), In("mrn", "exact"), In("student_id", "exact"),
		In("birth_certificate", "exact"))
	contact := Any(address, In("phone", "exact"))
	return []LabelledCross{
		{Name: "corroborated", When: Any(identifier, contact)},
		{Name: "corroborated or nearly", When: Any(identifier, contact, In("address", "near"), In("phone", "near"), street)},
		{Name: "given, family and birth date", When: All(In("given", "exact"), In("family", "exact"), In("birth_date", "exact"))},
		{Name: "middle, family, birth date and contact",
			When: All(In("middle", "exact"), In("family", "exact"), In("birth_date", "exact"), contact)},
	}
}

func compileCrosses(xs []LabelledCross, p Policy, cs []Comparison) (conditions, error) {
	c := newExprCompiler(&p, cs)
	var out conditions
	for i := range xs {
		out.of = append(out.of, c.compile(&xs[i].When, fmt.Sprintf("crosses[%d] %q.when", i, xs[i].Name)))
	}
	if len(c.faults) > 0 {
		return conditions{}, fmt.Errorf("scoring: labelled weights:\n  %s", strings.Join(c.faults, "\n  "))
	}
	out.macros = c.done
	return out, nil
}
