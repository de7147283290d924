package scoring_test

import (
	"errors"
	"fmt"

	"github.com/idem-health/idem/scoring"
)

// labelled makes a labelled pair of names of levels.
func labelled(expect scoring.Decision, group string, levels map[string]string) scoring.LabelledPair {
	p := scoring.LabelledPair{Expect: expect, Group: group}
	for _, c := range scoring.IISComparisons() {
		l, _ := c.Level(levels[c.Name])
		p.Levels = append(p.Levels, l)
	}
	return p
}

// A registry whose reviewers take a nickname and one address for one person only
// where a phone agrees too.
func ExampleTrainLabels() {
	var pairs []scoring.LabelledPair
	for i := range 25 {
		group := fmt.Sprint(i)
		pairs = append(pairs,
			labelled(scoring.Match, group, map[string]string{"given": "nickname", "family": "exact", "birth_date": "exact", "address": "same", "phone": "exact"}),
			labelled(scoring.Possible, group, map[string]string{"given": "nickname", "family": "exact", "birth_date": "exact", "address": "same"}),
			labelled(scoring.No, group, map[string]string{"given": "nickname", "family": "exact", "birth_date": "differs", "address": "same"}))
	}
	training := scoring.LabelTraining{Policy: scoring.IISPolicy(), Pairs: pairs[:30]}
	_, err := scoring.TrainLabels(training)
	fmt.Println(errors.Is(err, scoring.ErrTooFewLabels), err)

	training.Pairs = pairs
	w, err := scoring.TrainLabels(training)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("default %.2f, trained %.2f\n", w.Report.Default.Agreement(), w.Report.Trained.Agreement())
	d, err := scoring.NewLabelledDecider(w)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range pairs[:3] {
		fmt.Println(d.DecideLevels(p.Levels).Decision)
	}
	// Output:
	// true scoring: too few labels: 10 match, 10 possible, 10 no; at least 20 of each are needed
	// default 0.67, trained 1.00
	// match
	// possible
	// no
}
