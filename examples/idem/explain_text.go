package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode"

	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/scoring"
)

// printable makes a value safe to show on a terminal: whatever could move the
// cursor, color the line or turn the writing around is shown by its number.
func printable(value string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) && r != ' ' {
			return unicode.ReplacementChar
		}
		return r
	}, value)
}

// shownValue is a value in a table.
func shownValue(value string) string {
	const most = 40
	if value == "" {
		return "-"
	}
	runes := []rune(printable(value))
	if len(runes) > most {
		runes = append(runes[:most-3], []rune("...")...)
	}
	return string(runes)
}

// bits writes a weight with its sign.
func bits(w float64) string { return fmt.Sprintf("%+.2f", w) }

// table prints rows of cells in columns.
func (t *textWriter) table(rows [][]string) {
	tab := tabwriter.NewWriter(writerFunc(func(p []byte) (int, error) { t.printf("%s", p); return len(p), t.err }), 0, 0, 2, ' ', 0)
	for _, row := range rows {
		fmt.Fprintf(tab, "  %s\n", strings.Join(row, "\t"))
	}
	tab.Flush()
}

func (p *pairAnswer) print(t *textWriter) {
	t.printf("%s and %s: %s\n", printable(p.A), printable(p.B), decisionInWords(p.Decision))
	t.printf("weight %.2f bits, probability %s; a match begins at %.2f bits, possible at %.2f\n\n", p.Weight, strconv.FormatFloat(p.Probability, 'g', 6, 64), p.MatchFrom, p.Possible)
	p.printParts(t)
	p.printRules(t)
	p.printPeople(t)
	p.printChanges(t)
}

// printParts lists what spoke, strongest first, then what said nothing.
func (p *pairAnswer) printParts(t *textWriter) {
	t.printf("If they are not one person, they are most likely %s. Weighed against that:\n", p.InWords)
	parts := slices.Clone(p.Parts)
	slices.SortStableFunc(parts, func(a, b partAnswer) int {
		size := func(p partAnswer) float64 {
			if !p.comparison {
				return -1
			}
			return max(p.Weight, -p.Weight)
		}
		switch x, y := size(a), size(b); {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
	rows := [][]string{{"bits", "", shownValue(p.A), shownValue(p.B), ""}}
	var silent, facts []string
	for _, part := range parts {
		switch {
		case part.fact && part.Level != "missing":
			facts = append(facts, fieldInWords(part.Name)+": "+part.InWords)
		case part.Level == "missing":
			if !part.fact {
				silent = append(silent, p.silence(part))
			}
		case part.comparison:
			rows = append(rows, []string{bits(part.Weight), fieldInWords(part.Name), shownValue(part.A), shownValue(part.B), part.InWords})
		}
	}
	t.table(rows)
	rows = nil
	for _, part := range parts {
		if !part.comparison {
			rows = append(rows, []string{bits(part.Weight), part.InWords})
		}
	}
	t.table(append(rows, []string{bits(p.Weight), "in all"}))
	if len(silent) > 0 {
		t.printf("Said nothing, for one record or both do not tell: %s.\n", strings.Join(silent, ", "))
	}
	for _, fact := range facts {
		t.printf("Known for the policy alone: %s.\n", fact)
	}
	t.printf("\n")
}

// silence is a comparison that said nothing, with the value that one record has.
func (p *pairAnswer) silence(part partAnswer) string {
	name := fieldInWords(part.Name)
	switch {
	case part.A != "" && part.B == "":
		return fmt.Sprintf("%s (%s of the first)", name, shownValue(part.A))
	case part.A == "" && part.B != "":
		return fmt.Sprintf("%s (%s of the second)", name, shownValue(part.B))
	}
	return name
}

func (p *pairAnswer) printRules(t *textWriter) {
	if len(p.Rules) == 0 {
		t.printf("No rule of the policy fired: the weight decides.\n")
	}
	for _, r := range p.Rules {
		t.printf("Rule %s fired (%s)%s.\n", r.ID, r.Effect, reason(r.Why))
	}
	switch {
	case p.allPairs && len(p.FoundBy) > 0:
		t.printf("No blocking rule was needed: so few records were compared each with each.\n\n")
	case len(p.FoundBy) > 0:
		t.printf("Found by %d of %d blocking rules: %s.\n\n", len(p.FoundBy), p.blockingRules, strings.Join(p.FoundBy, "; "))
	case p.Linkage && slices.ContainsFunc(p.Rules, func(r ruleAnswer) bool { return r.ID == "same-side" }):
		t.printf("\n")
	default:
		t.printf("None of the %d blocking rules finds this pair, so the run never compared it: whatever it weighs, the two are not\njoined by it.\n\n", p.blockingRules)
	}
}

func reason(why string) string {
	if why == "" {
		return ""
	}
	return ": " + why
}

func (p *pairAnswer) printPeople(t *textWriter) {
	compared := len(p.FoundBy) > 0
	switch {
	case p.PersonA == p.PersonB && len(p.Path) == 0: // by equal content, say, which takes no join
		t.printf("They are one person, number %d, of %d records.\n\n", p.PersonA, p.Members)
	case p.PersonA == p.PersonB && len(p.Path) == 1:
		t.printf("They are one person, number %d, of %d records; this pair joined them.\n\n", p.PersonA, p.Members)
	case p.PersonA == p.PersonB:
		t.printf("They are one person, number %d, of %d records, joined by way of others:\n", p.PersonA, p.Members)
		for _, l := range p.Path {
			t.printf("  %s and %s, %.2f bits\n", printable(l.A), printable(l.B), l.Weight)
		}
		t.printf("\n")
	case p.Decision == "match" && compared:
		t.printf("They are two people all the same, numbers %d and %d: a conflict, or the other records of the two speak against it.\n\n", p.PersonA, p.PersonB)
	default:
		t.printf("They are two people, numbers %d and %d.\n\n", p.PersonA, p.PersonB)
	}
}

// printChanges lists the single fields that would change the decision: of each,
// for each other decision, the least change that does it.
func (p *pairAnswer) printChanges(t *textWriter) {
	least := p.leastChanges()
	newborn := slices.ContainsFunc(p.Rules, func(r ruleAnswer) bool {
		return r.ID == match.ReasonNewborn || r.ID == match.ReasonNewbornWaits
	})
	switch {
	case newborn:
		t.printf("The rules for newborns decided, by what survives the naming of a child, and not the weight.\n")
		return
	case len(least) == 0:
		t.printf("No single field, come out otherwise, would change the decision.\n")
		return
	}
	t.printf("One of these alone would change the decision:\n")
	var rows [][]string
	for _, c := range least {
		rows = append(rows, []string{"-> " + c.Decision, bits(c.Weight), fieldInWords(c.Comparison), c.InWords + ", where now " + levelNow(c, p.Parts)})
	}
	t.table(rows)
}

func levelNow(c changeShown, parts []partAnswer) string {
	for _, part := range parts {
		if part.Name == c.Comparison && part.comparison {
			return part.InWords
		}
	}
	return c.From
}

// elsewhere are levels by which a field agrees with another field of the other
// record: not one change, but two.
var elsewhere = []string{"swap", "midswap", "alias", "other"}

// leastChanges chooses for each comparison and decision the change that moves the
// weight the least, and for a comparison that now speaks, also its being left
// out. Facts that only the policy reads come last, as the model has them.
func (p *pairAnswer) leastChanges() []changeShown {
	var out []changeShown
	distance := func(c changeShown) float64 { return max(c.Weight-p.Weight, p.Weight-c.Weight) }
	for _, c := range p.Changes {
		if slices.Contains(elsewhere, c.To) {
			continue
		}
		at := slices.IndexFunc(out, func(o changeShown) bool {
			return o.Comparison == c.Comparison && o.Decision == c.Decision && (o.To == "missing") == (c.To == "missing")
		})
		switch {
		case at < 0:
			out = append(out, c)
		case distance(c) < distance(out[at]):
			out[at] = c
		}
	}
	slices.SortStableFunc(out, func(a, b changeShown) int {
		rank := func(c changeShown) int {
			return slices.Index([]string{scoring.Match.String(), scoring.Possible.String(), scoring.No.String()}, c.Decision)
		}
		return rank(a) - rank(b)
	})
	return out
}
