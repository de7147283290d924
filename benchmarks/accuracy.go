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
	"github.com/idem-health/idem/match/intake"
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
	known := newTruth()
	result, err := resolve(ctx, s, reader, known)
	if err != nil {
		return outcome{}, fmt.Errorf("%s: %w", s.name, err)
	}
	return judge(s, result, known), nil
}

// resolve deduplicates the set's file, or links its two. known may be nil.
func resolve(ctx context.Context, s set, reader *intake.Reader, known *truth) (*match.Result, error) {
	policy, err := scoring.PolicyByName(cmp.Or(s.policy, "generic"))
	if err != nil {
		return nil, err
	}
	o := match.Options{Policy: policy}
	if s.right != "" {
		left, right := s.sides(ctx, reader)
		return match.Link(ctx, known.watch(s, left), known.watch(s, right), o)
	}
	records, err := s.records(ctx, reader)
	if err != nil {
		return nil, err
	}
	return match.Dedupe(ctx, known.watch(s, records), o)
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
	score := scoresOf(result, person, found, matches(pairs))
	o := outcome{
		set: s.name, records: n, candidates: result.Stats.Candidates,
		pairs: score[0], people: score[1],
		oracle: oracle(person, pairs, score[0].Actual), largest: result.Largest(),
		precision: result.Stats.Precision, recall: result.Stats.Recall,
	}
	o.blockingRecall = blockingRecall(person, result)
	if s.newborns {
		o.newborn = judgeNewborns(result, known, person, found)
	}
	return o
}

// scoresOf scores the pairs and the people; of a linkage, across the two files.
func scoresOf(result *match.Result, person, found []int32, pairs iter.Seq2[int, int]) [2]evaluate.Score {
	if !result.Linkage() {
		return [2]evaluate.Score{evaluate.Pairs(person, pairs), evaluate.Clusters(person, found)}
	}
	right := make([]bool, result.Records())
	for i := range right {
		right[i] = result.Side(i) == 1
	}
	return [2]evaluate.Score{evaluate.PairsAcross(person, right, pairs), evaluate.ClustersAcross(person, found, right)}
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
func oracle(person []int32, pairs []match.Pair, actual int64) float64 {
	slices.SortFunc(pairs, func(a, b match.Pair) int { return cmp.Compare(b.Weight, a.Weight) })
	score := evaluate.Score{Actual: actual}
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
		if result.Linkage() && result.Side(i) == result.Side(j) {
			continue
		}
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
