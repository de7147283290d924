package report

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/scoring"
)

// A modelView shows what the model learned.
type modelView struct {
	Classes     table
	Comparisons []comparisonView
	Warnings    []string
	Household   bool
}

// A comparisonView shows one comparison with its levels.
type comparisonView struct {
	Name  string
	Range string // what the comparison can speak for and against
	Table table
}

func (f *facts) modelView() modelView {
	m := f.res.Model.Scoring
	v := modelView{Warnings: m.Warnings}
	v.Classes = table{Caption: "What a candidate pair may be, by the model", Hidden: true, Short: true, Head: heads("Class", "#Pairs expected", "#Prior, bits")}
	v.Classes.row(text("Same person"), number(expected(m.SamePairs)), number("–"))
	for _, a := range m.Alternatives {
		v.Classes.row(text(title(alternativeName(a.Name))), number(expected(a.Pairs)), number(signed(a.Prior.Bits())))
	}
	find := func(name string) int {
		return slices.IndexFunc(m.Alternatives, func(a scoring.Alternative) bool { return a.Name == name })
	}
	stranger, household := find(scoring.AlternativeStranger), find(scoring.AlternativeHousehold)
	if stranger < 0 {
		stranger = 0
	}
	v.Household = household >= 0
	x := scale{-1, 1, 0, 100}
	for _, c := range m.Comparisons {
		for _, l := range c.Fitted {
			for _, w := range l.Weights {
				x.lo, x.hi = min(x.lo, w.Bits()), max(x.hi, w.Bits())
			}
		}
	}
	for _, c := range m.Comparisons {
		if c.Role != scoring.RolePolicy && len(c.Fitted) > 0 {
			v.Comparisons = append(v.Comparisons, compareView(c, stranger, household, x))
		}
	}
	return v
}

// alternativeName says in words what an alternative of a model is.
func alternativeName(name string) string {
	switch name {
	case scoring.AlternativeHousehold:
		return "two people of one household"
	case scoring.AlternativeNamesake:
		return "namesakes"
	case scoring.AlternativeStranger:
		return "strangers"
	}
	return words(name)
}

// expected writes an expected number of pairs.
func expected(n float64) string {
	if n < 10 {
		return plain(n, 1)
	}
	return count(int64(math.Round(n)))
}

func compareView(c scoring.FittedComparison, stranger, household int, x scale) comparisonView {
	head := heads("Level", "#Same")
	if household >= 0 {
		head = append(head, number("Household"))
	}
	head = append(head, number("Stranger"), cell{Text: "Weight", Class: "bar"}, number("Bits"))
	v := comparisonView{Name: title(c.Name), Table: table{Caption: "Levels of " + words(c.Name), Hidden: true, Head: head}}
	lo, hi := scoring.Weight(0), scoring.Weight(0)
	for i, l := range c.Fitted {
		row := []cell{text(l.Name), number(small(l.M))}
		if household >= 0 {
			row = append(row, number(small(l.Others[household])))
		}
		row = append(row, number(small(l.Others[stranger])))
		w := l.Weights[stranger]
		if c.Neutral(uint8(i + 1)) {
			row = append(row, strip(""), number("0"))
			v.Table.row(row...)
			continue
		}
		lo, hi = min(lo, w), max(hi, w)
		bits := cell{Text: signed(w.Bits()), Class: "n strong"}
		if household >= 0 {
			h := l.Weights[household]
			bits.Note = signed(h.Bits())
			row = append(row, strip(weightStrip(x, w, h, true)), bits)
		} else {
			row = append(row, strip(weightStrip(x, w, 0, false)), bits)
		}
		v.Table.row(row...)
	}
	v.Range = fmt.Sprintf("%s to %s bits", signed(lo.Bits()), signed(hi.Bits()))
	return v
}

// small writes a probability of a level as a percentage.
func small(p float64) string {
	switch {
	case p >= .0995:
		return plain(100*p, 0) + " %"
	case p >= .00995:
		return plain(100*p, 1) + " %"
	case p >= .000995:
		return plain(100*p, 2) + " %"
	case p <= 0:
		return "0"
	}
	digits, exponent, _ := strings.Cut(strconv.FormatFloat(p, 'e', 0, 64), "e")
	e, err := strconv.Atoi(exponent)
	if err != nil {
		return digits
	}
	return digits + "·10" + superscript(e)
}

func superscript(n int) string {
	digits := []rune("⁰¹²³⁴⁵⁶⁷⁸⁹")
	var out []rune
	for _, r := range fmt.Sprint(n) {
		if r == '-' {
			out = append(out, '⁻')
		} else {
			out = append(out, digits[r-'0'])
		}
	}
	return string(out)
}

// weightStrip draws what a level weighs against a stranger and, below it,
// against another person of the household.
func weightStrip(x scale, w, h scoring.Weight, two bool) template.HTML {
	var c canvas
	side := func(class string, w scoring.Weight, y, height float64) {
		from, to := x.at(0), x.at(w.Bits())
		if w < 0 {
			c.rect(class+" against", to, y, from-to, height)
		} else {
			c.rect(class+" for", from, y, to-from, height)
		}
	}
	if two {
		side("w", w, 2, 7)
		side("w2", h, 10, 4)
	} else {
		side("w", w, 4, 8)
	}
	c.rect("zero", x.at(0)-.3, 0, .6, 16)
	return c.strip(16)
}

// fieldsShown are the fields whose frequent values are worth a look: a default
// that software fills in, a phone of a whole institution. Numbers that name a
// person are left out: a list of them is worth more to a thief than to a reader.
var fieldsShown = []patient.Field{
	patient.FieldGiven, patient.FieldFamily, patient.FieldBirthDate, patient.FieldPostalCode, patient.FieldCity,
	patient.FieldStreet, patient.FieldPhone, patient.FieldEmail, patient.FieldBirthPlace,
	patient.FieldMotherGiven, patient.FieldOccupation,
}

const valuesShown = 8

func (f *facts) valueTables() []table {
	have := map[patient.Field]int{}
	for _, c := range f.res.Fields() {
		have[c.Field] = c.Records
	}
	var out []table
	for _, field := range fieldsShown {
		top := f.res.Frequent(field, valuesShown)
		if len(top) == 0 || top[0].Records < 2 {
			continue
		}
		t := table{Caption: title(field.String()), Head: heads("Value", "#Records", "#Share", "|")}
		for _, v := range top {
			if v.Records < 2 {
				break
			}
			t.row(text(valueText(field, v.Value)), number(count(v.Records)), number(share(int64(v.Records), int64(have[field]))),
				strip(bar("bar-ink", float64(v.Records), float64(top[0].Records))))
		}
		out = append(out, t)
	}
	return out
}

// valueText writes a normalised value for a person.
func valueText(f patient.Field, value string) string {
	if f == patient.FieldBirthDate && len(value) == 8 {
		return value[:4] + "-" + value[4:6] + "-" + value[6:]
	}
	return value
}
