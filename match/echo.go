package match

import (
	"cmp"
	"fmt"
	"slices"
)

// maxEqual is how many records of equal content are compared with each other
// and with all others, each for itself. Beyond it (a file sent again under new
// ids, a form filled in ten thousand times alike) they say nothing the first one
// does not: the others are its echoes, which are decided with it.
const maxEqual = 32

// RuleEcho is the blocking rule of a pair of a record and its echo.
const RuleEcho = "equal content"

// echoRule marks a pair that no blocking rule found but equal content.
const echoRule = 255

// echo decides for each echo whether it is one person with the record it
// repeats, and extends the labels by them.
func (r *run) echo(res *Result, labels []uint32) []uint32 {
	if r.table.Distinct() == r.table.Len() {
		return labels
	}
	cache := r.scorer.NewCache()
	for row := r.table.Distinct(); row < r.table.Len(); row++ {
		first := uint32(r.table.Repeats(row))
		c := candidate{a: first, b: uint32(row), rule: echoRule, pattern: r.comparer.Pattern(first, uint32(row))}
		sc := cache.Get(c.pattern)
		c.weight = r.scorer.Weight(sc, r.frequencer.Weights(first, uint32(row)))
		label := uint32(row)
		switch d := r.decide(c.weight, &sc.Verdict); d {
		case Match:
			label = labels[first]
			r.stats.Matches++
			res.pairs = append(res.pairs, decided{candidate: c, decision: d})
		case Possible:
			r.stats.Possible++
			res.pairs = append(res.pairs, decided{candidate: c, decision: d})
		}
		labels = append(labels, label)
	}
	slices.SortFunc(res.pairs, func(x, y decided) int { return cmp.Or(cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b)) })
	r.stats.Echoes = r.table.Len() - r.table.Distinct()
	r.stats.Notices = append(r.stats.Notices, fmt.Sprintf(
		"%d records repeat the content of another record that is there more than %d times; they were compared with that one alone", r.stats.Echoes, maxEqual))
	return labels
}

// ruleName returns the name of the rule that found a pair.
func (r *run) ruleName(rule uint8) string {
	if rule == echoRule {
		return RuleEcho
	}
	return r.index.Rules()[rule].Name
}

// foundBy returns the rules that make two records a candidate pair.
func (r *run) foundBy(i, j uint32) []string {
	var names []string
	for rule, mask := 0, r.mask(i, j); mask != 0 && rule < len(r.index.Rules()); rule, mask = rule+1, mask>>1 {
		if mask&1 != 0 {
			names = append(names, r.index.Rules()[rule].Name)
		}
	}
	if d := uint32(r.table.Distinct()); max(i, j) >= d && r.table.Digest(int(i)) == r.table.Digest(int(j)) {
		names = append(names, RuleEcho)
	}
	return names
}
