package report

import (
	"cmp"
	"context"
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"

	"github.com/idem-health/idem/scoring"
)

// A page is what the templates show: texts, numbers already written, and
// drawings.
type page struct {
	Title, Lede, Date string
	Style             template.CSS
	About             []value
	Key               []keyFigure
	Nav               []navItem

	Input    inputView
	Rules    *rulesView
	Weights  weightsView
	Model    modelView
	Values   []table
	People   peopleView
	Pairs    []groupView
	Newborns newbornView
	Truth    *truthView
}

// A keyFigure is one of the large numbers at the head of the page.
type keyFigure struct{ Label, Value, Note string }

type navItem struct{ ID, Title string }

// gather finds what the page tells, and the records it shows.
func (d *Draft) gather(ctx context.Context) (err error) {
	if d.facts, err = gather(ctx, &d.in); err != nil {
		return err
	}
	d.groups = d.facts.samples
	if d.in.Truth != nil {
		if d.truth, err = d.facts.gatherTruth(ctx); err != nil {
			return err
		}
		d.groups = append(d.groups, d.truth.wrong, d.truth.lost)
	}
	d.people = gatherPeople(d.facts.res)
	d.shown = newShown(d.facts.res)
	d.people.want(d.shown)
	for _, g := range d.groups {
		for _, c := range g.chosen {
			d.shown.want(c.pair.A, c.pair.B)
		}
	}
	return nil
}

func (d *Draft) page() (*page, error) {
	in, f, t, s := &d.in, d.facts, d.truth, d.shown
	p := &page{Title: in.Title, Date: in.Date}
	if p.Title == "" {
		p.Title = "Who is who"
	}
	style, err := files.ReadFile("templates/style.css")
	if err != nil {
		return nil, err
	}
	p.Style = template.CSS(style)
	p.head(f, t)
	p.Input = f.inputView()
	p.Rules = f.rulesView()
	p.Weights = f.weightsView(t)
	p.Model = f.modelView()
	p.Values = f.valueTables()
	p.People = d.people.view(f, s)
	told := map[[2]int32]bool{}
	for _, g := range d.groups {
		p.Pairs = append(p.Pairs, f.groupView(g, s, told))
	}
	p.Newborns = f.newbornView(s)
	if t != nil {
		p.Truth = f.truthView(t)
	}
	p.nav()
	return p, nil
}

// head writes what the page says first.
func (p *page) head(f *facts, t *truthFacts) {
	res, st := f.res, f.res.Stats
	p.Lede = fmt.Sprintf("%s %s of %s %s.", count(res.Records()), plural(res.Records(), "record", "records"),
		count(res.Persons()), plural(res.Persons(), "person", "people"))
	var names []string
	for _, file := range f.in.Files {
		names = append(names, file.Name)
	}
	if len(names) > 0 {
		p.About = append(p.About, value{"Input", strings.Join(names, ", ")})
	}
	p.About = append(p.About,
		value{"Policy", res.Policy.ID()},
		value{"Profile", res.Profile.Name},
	)
	if p.Date != "" {
		p.About = append(p.About, value{"Run on", p.Date})
	}
	several := 0
	for i := range res.Persons() {
		if len(res.Members(i)) > 1 {
			several++
		}
	}
	all := int64(res.Records()) * int64(res.Records()-1) / 2
	p.Key = []keyFigure{
		{"Records", count(res.Records()), ""},
		{"People", count(res.Persons()), count(several) + " of several records"},
		{"Candidate pairs", count(st.Candidates), share(st.Candidates, all) + " of all pairs"},
		{"Matches", count(st.Matches), "pairs"},
		{"Possible", count(st.Possible), "pairs to review"},
		{"Precision", score(st.Precision), "of the matches, estimated"},
		{"Recall", score(st.Recall), "of the candidates, estimated"},
	}
	if t != nil {
		p.Key = append(p.Key,
			keyFigure{"F1 of pairs", score(t.pairs.F1()), "against the truth"},
			keyFigure{"F1 of people", score(t.people.F1()), "against the truth"})
	}
}

func (p *page) nav() {
	add := func(id, title string) { p.Nav = append(p.Nav, navItem{id, title}) }
	add("input", "Input")
	add("candidates", "Candidate pairs")
	add("weights", "Match weights")
	add("model", "The model")
	if len(p.Values) > 0 {
		add("values", "Frequent values")
	}
	add("people", "People")
	add("pairs", "Pairs, explained")
	add("newborns", "Newborns and twins")
	if p.Truth != nil {
		add("truth", "Against the truth")
	}
}

// An inputView is what came in, and what was set aside.
type inputView struct {
	Totals  table
	Remarks []value // a number, and what it counts
	Notices []string
	Files   []table
	Fields  table
}

func (f *facts) inputView() inputView {
	st := f.res.Stats
	var v inputView
	v.Totals = table{Caption: "Rows and records", Hidden: true, Head: heads("", "#Number")}
	read := f.in.Read
	if read == 0 {
		read = int64(st.Records + st.Identical + st.Superseded)
	}
	v.Totals.row(text("Rows read"), number(count(read)))
	v.Totals.row(text("Said again: same id, same content"), number(count(st.Identical)))
	v.Totals.row(text("Superseded by another record of the same id"), number(count(st.Superseded)))
	for _, c := range f.in.Aside {
		v.Totals.row(text("Set aside: "+c.What), number(count(c.N)))
	}
	v.Totals.row(text("Records kept"), number(count(st.Records)))
	for _, r := range f.in.Remarks {
		v.Remarks = append(v.Remarks, value{count(r.N), r.What})
	}
	if f.in.Remarks == nil {
		for _, code := range slices.Sorted(maps.Keys(st.Issues)) {
			v.Remarks = append(v.Remarks, value{count(st.Issues[code]), words(string(code))})
		}
	}
	v.Notices = st.Notices
	for _, file := range f.in.Files {
		t := table{Caption: file.Name + ", source " + file.Source, Head: heads("Column", "Read as")}
		for _, c := range file.Columns {
			as := cell{Text: title(c.Field), Note: c.Note}
			if c.Field == "" {
				as = cell{Text: "Not used", Class: "muted", Note: c.Note}
			}
			t.row(text(c.Name), as)
		}
		v.Files = append(v.Files, t)
	}
	v.Fields = table{Caption: "Fields in use: how many records have a value", Head: heads("Field", "#Records", "#Share", "|", "#Distinct")}
	for _, c := range f.res.Fields() {
		distinct := "–"
		if c.Distinct > 0 {
			distinct = count(c.Distinct)
		}
		v.Fields.row(text(title(c.Field.String())), number(count(c.Records)), number(share(int64(c.Records), int64(st.Records))),
			strip(bar("bar-ink", float64(c.Records), float64(st.Records))), number(distinct))
	}
	return v
}

// A rulesView says which blocking rule found what.
type rulesView struct {
	AllPairs bool
	Table    table
	Sampled  string
}

func (f *facts) rulesView() *rulesView {
	st := f.res.Stats
	v := &rulesView{AllPairs: st.AllPairs, Sampled: f.sampledNote()}
	if v.AllPairs {
		return v
	}
	head := heads("Rule", "#Pairs", "#New", "|", "#Matches")
	if f.in.Truth != nil {
		head = append(head, number("True"))
	}
	head = append(head, heads("#Largest block", "#Split", "#Skipped")...)
	v.Table = table{Caption: "Candidate pairs by blocking rule", Hidden: true, Wide: true, Head: head}
	most := int64(1)
	for _, r := range st.Rules {
		most = max(most, r.NewPairs)
	}
	for i, r := range st.Rules {
		var c canvas
		c.rect("track", 0, 0, 100, 8)
		c.rect("bar-no", 0, 0, 100*float64(r.NewPairs)/float64(most), 8)
		c.rect("bar-match", 0, 0, min(100, 100*float64(f.rules[i].matches)/f.share/float64(most)), 8)
		row := []cell{text(title(r.Rule)), number(count(r.Pairs)), number(count(r.NewPairs)), strip(c.strip(8)), number(about(f.rules[i].matches, f.share))}
		if f.in.Truth != nil {
			row = append(row, number(about(f.rules[i].truth, f.share)))
		}
		v.Table.row(append(row, number(count(r.LargestBlock)), number(count(r.Refined)), number(count(r.Skipped)))...)
	}
	return v
}

// sampledNote says that some numbers stand for a part of the pairs.
func (f *facts) sampledNote() string {
	if f.share >= 1 {
		return ""
	}
	return fmt.Sprintf("With so many candidate pairs, numbers with ≈ are scaled up from %s of them.", percent(f.share))
}

// A weightsView shows how pairs weigh and what another cut would give.
type weightsView struct {
	Wide, Narrow template.HTML
	Cuts         table
	Sampled      string
}

func (f *facts) weightsView(t *truthFacts) weightsView {
	v := weightsView{
		Wide:    f.histogram("histogram", 1030, 320, 2),
		Narrow:  f.histogram("histogram-narrow", 360, 280, 1),
		Sampled: f.sampledNote(),
	}
	head := heads("From this weight on", "", "#Probability", "#Pairs from here on", "#Estimated precision", "#Estimated recall")
	if t != nil {
		head = append(head, heads("#True precision", "#True recall")...)
	}
	v.Cuts = table{Caption: "What each cut gives", Hidden: true, Wide: true, Head: head}
	type cut struct {
		weight scoring.Weight
		name   string
	}
	cuts := []cut{{f.matchCut, "match"}}
	if f.possibleCut != f.matchCut {
		cuts = append(cuts, cut{f.possibleCut, "possible"})
	}
	for _, bits := range []int{20, 15, 10, 5, 2, 0, -2, -5} {
		cuts = append(cuts, cut{scoring.Weight(bits) * scoring.OneBit, ""})
	}
	slices.SortStableFunc(cuts, func(a, b cut) int { return cmp.Compare(b.weight, a.weight) })
	for i, c := range cuts {
		if c.name != "" || i == 0 || cuts[i-1].weight != c.weight {
			f.cutRow(&v.Cuts, t, c.name, c.weight)
		}
	}
	return v
}

func (f *facts) cutRow(cuts *table, t *truthFacts, name string, w scoring.Weight) {
	var predicted, known, hits int64
	for i := binOf(w + scoring.OneBit/binsPerBit - 1); i < numBins; i++ {
		predicted += f.bins[i].free
		known += f.bins[i].freeKnown
		hits += f.bins[i].truthFree
	}
	precision, recall := f.allowed.Estimate(w)
	if w == f.matchCut {
		precision, recall = f.res.Stats.Precision, f.res.Stats.Recall
	}
	label, use := cell{Text: signed(w.Bits()) + " bits"}, cell{}
	if name != "" {
		label.Class = "strong"
		use = cell{Text: name, Class: "strong d-" + name}
	}
	row := []cell{label, use, number(probability(w.Probability())),
		number(about(predicted, f.share)), number(score(precision)), number(score(recall))}
	if t != nil {
		p, r := 1.0, 1.0
		if known > 0 {
			p = float64(hits) / float64(known)
		}
		if t.pairs.Actual > 0 {
			r = float64(hits) / f.share / float64(t.pairs.Actual)
		}
		row = append(row, number(score(p)), number(score(r)))
	}
	if name == "match" && f.share >= 1 {
		row[3] = number(count(f.res.Stats.Matches))
	}
	cuts.row(row...)
}
