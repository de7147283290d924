package report

import (
	"html/template"
	"strconv"

	"github.com/idem-health/idem/match/evaluate"
	"github.com/idem-health/idem/match/patient"
)

// A newbornView counts placeholders and twins, and what the policy held back.
type newbornView struct {
	Given        bool
	Placeholders string // how many records; "" for none
	Classes      table
	Known        bool // the classes are known: the records were read again
	Names        string
	Became       []table // what became of newborns under a policy that resolves them
	Review       table
	Twins        table
	Held         table
	Sampled      string
}

func (f *facts) newbornView(s *shown) newbornView {
	v := newbornView{Given: s.given, Known: f.in.Records != nil, Sampled: f.sampledNote()}
	if n := f.res.Stats.Placeholder; n > 0 {
		v.Placeholders = count(n) + plural(n, " record has", " records have")
	}
	v.Names, v.Became, v.Review = namesLine(f.res), newbornTables(f.res), reviewTable(f.res)
	v.Classes = table{Caption: "Placeholder names, and what became of their records", Hidden: true, Wide: true,
		Head: heads("Kind", "#Records", "#Joined to a named record", "#Joined to placeholders alone", "#On their own")}
	for class := patient.Generic; class <= patient.Test; class++ {
		c := s.classes[class]
		if c.records == 0 {
			continue
		}
		label, example := className(class)
		v.Classes.row(cell{Text: title(label), Note: example}, number(count(c.records)), number(count(c.named)), number(count(c.unnamed)), number(count(c.alone)))
	}
	v.Twins = table{Caption: "Candidate pairs that look like twins", Hidden: true, Short: true, Head: heads("Pairs of one household and birth date whose names, birth orders or certificates differ", "#Pairs")}
	v.Twins.row(text("Kept apart"), number(about(f.twins.apart, f.share)))
	v.Twins.row(text("Of these, by the policy alone: heavy enough for a match"), number(about(f.twins.heavy, f.share)))
	v.Twins.row(text("In one person"), number(about(f.twins.joined, f.share)))
	v.Held = table{Caption: "Rules and conflicts of the policy", Hidden: true, Wide: true, Head: heads("Rule", "Effect", "#Pairs", "#Of these, heavy enough for a match", "Why")}
	for _, r := range f.reasons {
		if r.pairs > 0 {
			v.Held.row(text(r.id), cell{Text: r.effect, Class: "muted"}, number(about(r.pairs, f.share)), number(about(r.held, f.share)), cell{Text: r.why, Class: "why"})
		}
	}
	return v
}

// A truthView shows a result held against the truth.
type truthView struct {
	Scores          table
	PR, Calibration template.HTML
	Bins            table
	False, Missed   table
	Capped          bool
	Unknown         string
}

func (f *facts) truthView(t *truthFacts) *truthView {
	v := &truthView{PR: f.prChart(t), Capped: t.capped}
	if t.people.Unknown > 0 {
		v.Unknown = count(t.people.Unknown)
	}
	v.Scores = table{Caption: "Precision, recall and F1", Hidden: true, Wide: true, Head: heads("", "#Precision", "#Recall", "#F1", "#Right", "#Predicted", "#True")}
	row := func(what string, s evaluate.Score) {
		v.Scores.row(text(what), number(score(s.Precision())), number(score(s.Recall())), cell{Text: score(s.F1()), Class: "n strong"},
			number(count(s.TruePositive)), number(count(s.Predicted)), number(count(s.Actual)))
	}
	row("Matches", t.pairs)
	row("Pairs within people", t.people)
	bins := f.calibration()
	v.Calibration = calibrationChart(bins)
	v.Bins = table{Caption: "Calibration: pairs by probability", Wide: true, Head: heads("Probability", "#Pairs", "#Mean probability", "#True share", "#95 % interval")}
	for _, b := range bins {
		if b.pairs == 0 {
			continue
		}
		lo, hi := wilson(b.truth, b.pairs)
		v.Bins.row(text(decimal(b.lo)+" to "+decimal(b.hi)), number(about(b.pairs, f.share)), number(probability(b.mean)),
			number(probability(float64(b.truth)/float64(b.pairs))), number(probability(lo)+" to "+probability(hi)))
	}
	v.False = table{Caption: "False links by kind", Head: heads("Two people who are", "#Matches", "#Within people")}
	for k := int(numKinds) - 1; k >= 0; k-- {
		v.False.row(text(title(kind(k).String())), number(count(t.falsePairs[k])), number(count(t.falsePeople[k])))
	}
	v.Missed = table{Caption: "Missed pairs by cause", Head: heads("One person, and", "#Pairs", "#In one person anyway")}
	for c, n := range t.missed {
		v.Missed.row(text(causeNames[c]), number(count(n)), number(count(t.rescued[c])))
	}
	return v
}

// decimal writes the edge of a range.
func decimal(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
