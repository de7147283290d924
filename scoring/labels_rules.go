package scoring

import (
	"fmt"
	"slices"
)

// contradicted is the share of the labels that a rule may be wrong on and still
// stay: one in this many. Labels have slips of their own.
const contradicted = 50

// A ContradictedRule is a rule or soft conflict of the policy that the labels
// contradict.
type ContradictedRule struct {
	ID  string `json:"id"`
	Now Effect `json:"now,omitempty"` // what it still does; "": nothing, the weights know better
}

// contradictedRules returns what of the policy the labels contradict. Hard
// conflicts are not asked about. Of the rules and soft conflicts those stay that
// the labels bear out, or say nothing of: the fit cannot know better than a rule
// about deaths if no label is of one. A veto that the labels contradict, but none
// by "match", becomes a cap: labels can turn a rejection into a review, and only
// matches among them into a match.
func (t *labelTask) contradictedRules(items []labelItem) []ContradictedRule {
	fires := make([][3]int, len(t.judge.ids)) // by label
	for _, it := range items {
		for _, r := range it.fired {
			fires[r][it.label] += it.n
		}
	}
	var out []ContradictedRule
	for i, r := range t.Policy.Rules {
		switch {
		case stays(r.Effect, fires[i]):
		case r.Effect == Veto && stays(Cap, fires[i]):
			out = append(out, ContradictedRule{r.ID, Cap})
		default:
			out = append(out, ContradictedRule{ID: r.ID})
		}
	}
	soft := len(t.Policy.Rules) + len(t.Policy.Conflicts.Hard)
	for i, c := range t.Policy.Conflicts.Soft {
		if !stays(Cap, fires[soft+i]) {
			out = append(out, ContradictedRule{ID: c.ID})
		}
	}
	return out
}

// remaining returns the policy without what the labels contradict.
func (w *LabelledWeights) remaining() Policy {
	p := w.Policy
	now := map[string]Effect{}
	for _, c := range w.Contradicted {
		now[c.ID] = c.Now
	}
	p.Rules, p.Conflicts.Soft = nil, nil
	for _, r := range w.Policy.Rules {
		if effect, ok := now[r.ID]; ok {
			r.Effect = effect
		}
		if r.Effect != "" {
			p.Rules = append(p.Rules, r)
		}
	}
	for _, c := range w.Policy.Conflicts.Soft {
		if _, ok := now[c.ID]; !ok {
			p.Conflicts.Soft = append(p.Conflicts.Soft, c)
		}
	}
	p.Proofs = nil // of a fitted model, which labelled weights are not
	return p
}

// contradictedFaults lists what is wrong with the list of contradicted rules.
func (w *LabelledWeights) contradictedFaults() []string {
	var faults []string
	for i, c := range w.Contradicted {
		rule := slices.IndexFunc(w.Policy.Rules, func(r Rule) bool { return r.ID == c.ID })
		soft := slices.ContainsFunc(w.Policy.Conflicts.Soft, func(x Conflict) bool { return x.ID == c.ID })
		switch {
		case rule < 0 && !soft:
			faults = append(faults, fmt.Sprintf("contradicted[%d]: policy %q has no rule or soft conflict %q", i, w.Policy.Name, c.ID))
		case c.Now != "" && (rule < 0 || w.Policy.Rules[rule].Effect != Veto || c.Now != Cap):
			faults = append(faults, fmt.Sprintf("contradicted[%d] %q: only a veto can become anything, and only a cap", i, c.ID))
		}
	}
	return faults
}

// stays reports whether labels bear a rule out, given how many pairs of each
// label it fires on.
func stays(e Effect, fires [3]int) bool {
	against := fires[Match]
	switch e {
	case Floor:
		against = fires[No]
	case Veto:
		against = fires[Match] + fires[Possible]
	}
	return against*contradicted <= fires[No]+fires[Possible]+fires[Match]
}
