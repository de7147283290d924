package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"iter"
	"math"
	"slices"
	"strings"

	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/evaluate"
	"github.com/idem-health/idem/scoring"
)

// An outcome is what one set gave under policy generic.
type outcome struct {
	set            string
	records        int
	candidates     int64
	blockingRecall float64 // true pairs among the candidates; NaN where there are none
	pairs, people  evaluate.Score
	oracle         float64 // F1 of pairs at the cut that labels would choose
	largest        int     // records of the largest person
	precision      float64 // of pairs, as the model itself estimates it
	recall         float64
	newborn        *newborn // where the set has them
}

// newborn counts what the sets with newborns and twins are there for.
type newborn struct {
	placeholders evaluate.Score // of people, over pairs with a placeholder name on a side
	twinLike     int64          // false links in people between records of one birth date and family name
}

// measure runs a set end to end and compares the people with the truth.
func measure(ctx context.Context, s set) (outcome, error) {
	reader, err := s.open()
	if err != nil {
		return outcome{}, err
	}
	defer reader.Close()
	records, err := s.records(ctx, reader)
	if err != nil {
		return outcome{}, err
	}
	known := newTruth()
	result, err := match.Dedupe(ctx, known.watch(s, records), match.Options{Policy: scoring.GenericPolicy()})
	if err != nil {
		return outcome{}, fmt.Errorf("%s: %w", s.name, err)
	}
	return judge(s, result, known), nil
}

// judge compares a result with the truth.
func judge(s set, result *match.Result, known *truth) outcome {
	n := result.Records()
	person, found := make([]int32, n), make([]int32, n)
	for i := range n {
		person[i] = known.of[result.Key(i)].person
		found[i] = int32(result.Person(i))
	}
	pairs := slices.Collect(result.Pairs())
	o := outcome{
		set: s.name, records: n, candidates: result.Stats.Candidates,
		pairs:  evaluate.Pairs(person, matches(pairs)),
		people: evaluate.Clusters(person, found),
		oracle: oracle(person, pairs), largest: result.Largest(),
		precision: result.Stats.Precision, recall: result.Stats.Recall,
	}
	o.blockingRecall = blockingRecall(person, result)
	if s.newborns {
		o.newborn = judgeNewborns(result, known, person, found)
	}
	return o
}

// matches yields the pairs that were decided to be matches.
func matches(pairs []match.Pair) iter.Seq2[int, int] {
	return func(yield func(int, int) bool) {
		for _, p := range pairs {
			if p.Decision == match.Match && !yield(int(p.A), int(p.B)) {
				return
			}
		}
	}
}

// oracle is the best F1 of pairs that any cut through the pairs reported (match
// and possible) would give: what somebody with labels could have chosen. All
// true pairs count, so it can be compared with the F1 reached. It sorts pairs.
func oracle(person []int32, pairs []match.Pair) float64 {
	slices.SortFunc(pairs, func(a, b match.Pair) int { return cmp.Compare(b.Weight, a.Weight) })
	score := evaluate.Pairs(person, func(func(int, int) bool) {})
	best := 0.0
	for i, p := range pairs {
		score.Predicted++
		if a := person[p.A]; a >= 0 && a == person[p.B] {
			score.TruePositive++
		}
		if i+1 == len(pairs) || pairs[i+1].Weight != p.Weight {
			best = max(best, score.F1())
		}
	}
	return best
}

// truePairs yields the pairs of records of one person.
func truePairs(person []int32) iter.Seq2[int, int] {
	return func(yield func(int, int) bool) {
		members := map[int32][]int{}
		for i, p := range person {
			if p < 0 {
				continue
			}
			for _, j := range members[p] {
				if !yield(j, i) {
					return
				}
			}
			members[p] = append(members[p], i)
		}
	}
}

// blockingRecall is the share of the true pairs that are candidates.
func blockingRecall(person []int32, result *match.Result) float64 {
	all, candidates := 0, 0
	for i, j := range truePairs(person) {
		all++
		if len(result.Explain(i, j).FoundBy) > 0 {
			candidates++
		}
	}
	if all == 0 {
		return math.NaN()
	}
	return float64(candidates) / float64(all)
}

// judgeNewborns looks at what placeholder names and twins make hard.
func judgeNewborns(result *match.Result, known *truth, person, found []int32) *newborn {
	facts := make([]fact, len(person))
	for i := range facts {
		facts[i] = known.of[result.Key(i)]
	}
	b := &newborn{}
	for i, j := range truePairs(person) {
		if facts[i].placeholder || facts[j].placeholder {
			b.placeholders.Actual++
		}
	}
	for i, j := range truePairs(found) {
		right := person[i] >= 0 && person[i] == person[j]
		if facts[i].placeholder || facts[j].placeholder {
			b.placeholders.Predicted++
			if right {
				b.placeholders.TruePositive++
			}
		}
		if !right && facts[i].twin != 0 && facts[i].twin == facts[j].twin {
			b.twinLike++
		}
	}
	return b
}

// printOutcomes prints the table of people.
func printOutcomes(w io.Writer, outcomes []outcome) {
	slices.SortFunc(outcomes, func(a, b outcome) int { return strings.Compare(a.set, b.set) })
	fmt.Fprintln(w, "== people, policy generic: no labels, no tuning")
	fmt.Fprintf(w, "%-20s %7s %10s %8s | %6s %6s %6s %6s %6s | %6s %6s %6s %6s %7s | %6s %6s\n",
		"", "", "", "blocking", "pairs", "", "", "", "", "people", "", "", "", "", "estim.", "estim.")
	fmt.Fprintf(w, "%-20s %7s %10s %8s | %6s %6s %6s %6s %6s | %6s %6s %6s %6s %7s | %6s %6s\n",
		"set", "records", "candidates", "recall", "F1", "prec.", "recall", "false", "oracle",
		"F1", "prec.", "recall", "false", "largest", "prec.", "recall")
	for _, o := range outcomes {
		fmt.Fprintf(w, "%-20s %7d %10d %8s | %s %6s | %s %7d | %6s %6s\n",
			o.set, o.records, o.candidates, fraction(o.blockingRecall),
			scores(o.pairs), fractionOf(o.oracle, o.pairs.Actual), scores(o.people), o.largest,
			fraction(o.precision), fraction(o.recall))
	}
	if !slices.ContainsFunc(outcomes, func(o outcome) bool { return o.newborn != nil }) {
		return
	}
	fmt.Fprintln(w, "\n== newborns and twins among them, in people")
	fmt.Fprintf(w, "%-20s | %24s | %s\n", "", "pairs with a placeholder", "false links")
	fmt.Fprintf(w, "%-20s | %8s %7s %7s | %s\n", "set", "true", "prec.", "recall", "twin-like")
	for _, o := range outcomes {
		if b := o.newborn; b != nil {
			fmt.Fprintf(w, "%-20s | %8d %7s %7s | %9d\n", o.set, b.placeholders.Actual,
				ratio(b.placeholders.TruePositive, b.placeholders.Predicted), ratio(b.placeholders.TruePositive, b.placeholders.Actual), b.twinLike)
		}
	}
}

// scores are the columns of one score: F1, precision, recall, false links.
func scores(s evaluate.Score) string {
	f1 := "-"
	if s.Actual > 0 {
		f1 = fraction(s.F1())
	}
	return fmt.Sprintf("%6s %6s %6s %6d", f1, ratio(s.TruePositive, s.Predicted), ratio(s.TruePositive, s.Actual), s.Predicted-s.TruePositive)
}

func ratio(part, whole int64) string {
	if whole == 0 {
		return "-"
	}
	return fraction(float64(part) / float64(whole))
}

func fractionOf(x float64, actual int64) string {
	if actual == 0 {
		return "-"
	}
	return fraction(x)
}

// fraction prints a number between 0 and 1 with four decimals.
func fraction(x float64) string {
	if math.IsNaN(x) {
		return "-"
	}
	return fmt.Sprintf("%.4f", x)
}
