package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/intake"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/merge"
	"github.com/idem-health/idem/scoring"
)

// explainCommand is idem explain.
type explainCommand struct {
	inputFlags
	With string `placeholder:"FILE" help:"Explain the linkage of FILE with this one, as idem link makes it."`
	File string `arg:"" help:"CSV, NDJSON or Parquet, plain, gzip or zstd; - is standard input."`
	A    string `arg:"" name:"id" help:"The id of a record, or its source and id as in clinic/12."`
	B    string `arg:"" optional:"" name:"other-id" help:"The record to hold it against. Without it: how the person of the first came to be."`
}

// Help is shown by idem explain --help.
func (*explainCommand) Help() string {
	return `The file is deduplicated as idem dedupe does it (say the same flags), then the answer is looked up:

With two ids, why these records are one person or not: every field of both as it was compared, with what it speaks for
(+) or against (-) in bits; 1 bit doubles the odds. They are weighed against the strongest alternative, such as a
sibling at the same address. Then the rules of the policy that fired, the blocking rules that found the pair or that
none would, and which single field would have to come out otherwise for another decision.

With one id, how this person came to be, join by join, what else is possible, the person's life (the records in the order
they came with what each brought, the names, the doses) and the golden record.

Examples:
  idem explain clinic.csv 12 104                            two records
  idem explain clinic.csv 12                                one person
  idem explain --model people/model.json clinic.csv 12 104  as an earlier run decided, nothing is trained
  idem explain --with registry.csv clinic.csv 12 registry/7 of a linkage of two files
  idem explain --quiet --json clinic.csv 12 104 | jq .parts

Standard output shows values of patients: that is what this command is for. Nothing else does.

` + exitCodes
}

// Run is idem explain.
func (c *explainCommand) Run(ctx context.Context, env *environment) (err error) {
	if c.A == c.B {
		return usageError{errors.New("the two ids are one: leave the second out to see how its person came to be")}
	}
	if c.File == "-" && c.With == "-" {
		return usageError{errors.New("standard input can be one of the two files, not both")}
	}
	settings, err := c.settings(env, false, "")
	if err != nil {
		return err
	}
	files := []string{c.File}
	if c.With != "" {
		files = append(files, c.With)
	}
	show := newProgress(env.stderr, c.Quiet)
	defer show.end()
	input, err := c.open(ctx, files, settings, &rejects{}, show)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, input.Close()) }()
	if !c.Quiet {
		describe(c.notes(env), input, settings)
	}
	settings.options.Progress = show.tell
	var result *match.Result
	if c.With != "" {
		result, err = match.Link(ctx, input.RecordsOf(ctx, 0), input.RecordsOf(ctx, 1), settings.options)
	} else {
		result, err = match.Dedupe(ctx, input.Records(ctx), settings.options)
	}
	show.clear()
	if err != nil {
		return c.explain(err)
	}
	e := explainer{ctx: ctx, result: result, input: input}
	answer, err := e.answer(c.A, c.B)
	show.end()
	if err != nil {
		return err
	}
	if c.JSON {
		enc := json.NewEncoder(env.stdout)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		return enc.Encode(answer)
	}
	t := &textWriter{w: env.stdout}
	answer.print(t)
	return t.err
}

// An explainer looks up what a result says of a pair or a person.
type explainer struct {
	ctx    context.Context
	result *match.Result
	input  *intake.Reader
}

// An answer is what idem explain gives, as JSON or as text.
type answer interface{ print(t *textWriter) }

func (e *explainer) answer(first, second string) (answer, error) {
	a, err := e.find(first)
	if err != nil {
		return nil, err
	}
	if second == "" {
		return e.person(a)
	}
	b, err := e.find(second)
	if err != nil {
		return nil, err
	}
	if a == b {
		return nil, usageError{errors.New("the two ids are of one record: leave the second out to see how its person came to be")}
	}
	return e.pair(a, b)
}

// find looks a record up by its id, or its source and id.
func (e *explainer) find(id string) (int, error) {
	var found []int
	var names []string
	for i := range e.result.Records() {
		k := e.result.Key(i)
		if name := e.name(i); k.ID == id || name == id {
			found, names = append(found, i), append(names, name)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return 0, fmt.Errorf("no record has the id %q; an id is one of the column that the mapping calls record_id, else the number of the line", id)
	}
	slices.Sort(names)
	if names[0] != names[1] {
		return 0, fmt.Errorf("%d records have the id %q: say which, as in %s", len(found), id, names[0])
	}
	return 0, fmt.Errorf("both files have a record of the id %q under one source; rename a file, or its sources", id)
}

// name is how a record is told: its source and id.
func (e *explainer) name(i int) string {
	k := e.result.Key(i)
	return k.Source + "/" + k.ID
}

// records reads some records of the input once more.
func (e *explainer) records(rows ...int32) (map[int32]patient.Record, error) {
	found := map[int32]patient.Record{}
	for r, err := range e.result.Reread(e.ctx, e.input.Records(e.ctx)) {
		if err != nil {
			return nil, err
		}
		if slices.Contains(rows, int32(r.Index)) {
			if found[int32(r.Index)] = r.Record.Clone(); len(found) == len(rows) {
				break
			}
		}
	}
	return found, nil
}

// A pairAnswer says why two records are what they are.
type pairAnswer struct {
	A           string        `json:"a"`
	B           string        `json:"b"`
	Decision    string        `json:"decision"`
	Weight      float64       `json:"weight"`
	Probability float64       `json:"probability"`
	MatchFrom   float64       `json:"match_from"`    // weight from which on a pair is a match
	Possible    float64       `json:"possible_from"` // and possible
	Alternative string        `json:"alternative"`
	InWords     string        `json:"alternative_in_words"`
	Parts       []partAnswer  `json:"parts"`
	Rules       []ruleAnswer  `json:"rules"`
	FoundBy     []string      `json:"found_by"`
	PersonA     int           `json:"person_a"`
	PersonB     int           `json:"person_b"`
	Members     int           `json:"records_of_person_a"`
	Path        []linkAnswer  `json:"path,omitempty"` // what joins the two, if they are one person
	Changes     []changeShown `json:"changes"`
	Linkage     bool          `json:"linkage"`

	blockingRules int
	allPairs      bool
}

// A partAnswer is a term of the weight: a comparison with the values that were
// compared, or one of the other terms.
type partAnswer struct {
	Name    string  `json:"name"`
	Level   string  `json:"level,omitempty"`
	InWords string  `json:"in_words"`
	A       string  `json:"a,omitempty"`
	B       string  `json:"b,omitempty"`
	Weight  float64 `json:"weight"`

	comparison bool
	fact       bool // for the policy alone
}

// A ruleAnswer is a rule of the policy, or of the run, that fired.
type ruleAnswer struct {
	ID     string `json:"id"`
	Effect string `json:"effect"`
	Why    string `json:"why,omitempty"`
}

// A linkAnswer is a match that joins two records.
type linkAnswer struct {
	A      string  `json:"a"`
	B      string  `json:"b"`
	Weight float64 `json:"weight"`
}

// A changeShown is a comparison that would change the decision.
type changeShown struct {
	Comparison string  `json:"comparison"`
	From       string  `json:"from"`
	To         string  `json:"to"`
	InWords    string  `json:"in_words"`
	Weight     float64 `json:"weight"`
	Decision   string  `json:"decision"`
}

func (e *explainer) pair(a, b int) (answer, error) {
	records, err := e.records(int32(a), int32(b))
	if err != nil {
		return nil, err
	}
	res := e.result
	ex := res.Explain(a, b)
	matchCut, possibleCut := res.Cuts()
	p := &pairAnswer{
		A: e.name(a), B: e.name(b), Decision: ex.Decision.String(), Weight: round(ex.Weight.Bits(), 3), Probability: round(ex.Probability, 12),
		MatchFrom: round(matchCut.Bits(), 3), Possible: round(possibleCut.Bits(), 3),
		Alternative: ex.Alternative, FoundBy: append([]string{}, ex.FoundBy...), Rules: e.rules(ex.Rules),
		PersonA: res.Person(a) + 1, PersonB: res.Person(b) + 1, Members: len(res.Members(res.Person(a))),
		Linkage: res.Linkage(), blockingRules: len(res.Stats.Rules), allPairs: res.Stats.AllPairs,
	}
	ra, rb := records[int32(a)], records[int32(b)]
	na, _ := patient.Normalize(&ra, res.Profile)
	nb, _ := patient.Normalize(&rb, res.Profile)
	p.InWords = alternativeInWords(ex.Alternative, levelsByName(ex.Parts))
	specs := map[string]scoring.Comparison{}
	for _, c := range res.Model.Scoring.Specs() {
		specs[c.Name] = c
	}
	for _, part := range ex.Parts {
		p.Parts = append(p.Parts, explainPart(part, specs, &na, &nb, ex.Alternative))
	}
	if p.PersonA == p.PersonB {
		p.Path = e.path(a, b)
	}
	for _, ch := range res.Changes(a, b) {
		if ch.Decision != ex.Decision {
			p.Changes = append(p.Changes, e.change(ch, ex))
		}
	}
	if p.Changes == nil {
		p.Changes = []changeShown{}
	}
	return p, nil
}

func levelsByName(parts []scoring.Part) map[string]string {
	levels := map[string]string{}
	for _, part := range parts {
		if part.Level != "" {
			levels[part.Name] = part.Level
		}
	}
	return levels
}

func explainPart(part scoring.Part, specs map[string]scoring.Comparison, a, b *patient.Normalized, alternative string) partAnswer {
	out := partAnswer{Name: part.Name, Level: part.Level, Weight: round(part.Weight.Bits(), 3)}
	c, ok := specs[part.Name]
	if !ok || part.Level == "" {
		out.InWords = termInWords(part.Name, alternative)
		return out
	}
	out.comparison, out.fact = true, c.Role == scoring.RolePolicy
	out.A, out.B = compared(c, a), compared(c, b)
	out.InWords = levelInWords(c.Kind, part.Level)
	return out
}

// compared is what a record brings to a comparison, normalised.
func compared(c scoring.Comparison, n *patient.Normalized) string {
	fields := c.Decides()
	switch c.Kind {
	case scoring.KindGiven, scoring.KindFamily, scoring.KindPlaceholder, scoring.KindMultiple, scoring.KindDeath:
		fields = fields[:min(len(fields), 1)]
	}
	var texts []string
	for _, f := range fields {
		for _, v := range n.AppendValues(nil, f) {
			if len(v) == 8 && patient.IsDate(f.String()) {
				v = v[:4] + "-" + v[4:6] + "-" + v[6:]
			}
			if !slices.Contains(texts, v) {
				texts = append(texts, v)
			}
		}
	}
	return strings.Join(texts, "; ")
}

// rules says what the ids of rules stand for.
func (e *explainer) rules(ids []string) []ruleAnswer {
	out := []ruleAnswer{}
	policy := e.result.Policy
	for _, id := range ids {
		r := ruleAnswer{ID: id}
		for _, rule := range policy.Rules {
			if rule.ID == id {
				r.Effect, r.Why = effectInWords(rule.Effect), rule.Why
			}
		}
		for _, x := range policy.Proofs {
			if x.ID == id {
				r.Effect, r.Why = "proof: what lets it be at most possible gives way", x.Why
			}
		}
		for _, c := range policy.Conflicts.Hard {
			if c.ID == id {
				r.Effect, r.Why = "conflict: never one person", c.Why
			}
		}
		for _, c := range policy.Conflicts.Soft {
			if c.ID == id {
				r.Effect, r.Why = "conflict: not joined without a person's word", c.Why
			}
		}
		switch id {
		case match.ReasonOneToOne:
			r.Effect, r.Why = "at most possible", "a record is linked to one of the other file, and one of these is better linked to another"
		case match.ReasonNewborn:
			r.Effect, r.Why = "match", "the newborn's placeholder was resolved to this legal name"
		case match.ReasonNewbornWaits:
			r.Effect, r.Why = "possible at most", "a newborn's placeholder, and it is not clear whose: it waits on the work list"
		case match.ReasonSameSide:
			r.Effect, r.Why = "no", "both are of one file, and a linkage compares records of different files alone"
		}
		out = append(out, r)
	}
	return out
}

// change says what another level of a comparison would do.
func (e *explainer) change(ch match.Change, ex scoring.Explanation) changeShown {
	c := e.result.Model.Scoring.Comparisons[ch.Comparison].Comparison
	to := c.Levels()[ch.Level]
	return changeShown{
		Comparison: c.Name, From: levelsByName(ex.Parts)[c.Name], To: to, InWords: levelInWords(c.Kind, to),
		Weight: round(ch.Weight.Bits(), 3), Decision: ch.Decision.String(),
	}
}

// path is the joins between two records of one person, from one to the other.
func (e *explainer) path(a, b int) []linkAnswer {
	joins := slices.Clone(e.result.Joins(e.result.Person(a)))
	for _, x := range e.result.ResolvedNewborns() {
		if e.result.Person(x.Record) == e.result.Person(a) {
			weight := e.result.Explain(x.Record, x.With).Weight
			joins = append(joins, merge.Join{A: uint32(x.Record), B: uint32(x.With), Weight: int32(weight)})
		}
	}
	from := map[uint32]merge.Join{} // how a record was reached
	reached := []uint32{uint32(a)}
	for at := 0; at < len(reached) && reached[at] != uint32(b); at++ {
		for _, j := range joins {
			for _, ends := range [][2]uint32{{j.A, j.B}, {j.B, j.A}} {
				if _, seen := from[ends[1]]; ends[0] == reached[at] && !seen && ends[1] != uint32(a) {
					from[ends[1]] = j
					reached = append(reached, ends[1])
				}
			}
		}
	}
	var path []linkAnswer
	for at := uint32(b); at != uint32(a); {
		j, ok := from[at]
		if !ok {
			return nil
		}
		next := j.A
		if next == at {
			next = j.B
		}
		path = append(path, linkAnswer{e.name(int(next)), e.name(int(at)), round(scoring.Weight(j.Weight).Bits(), 3)})
		at = next
	}
	slices.Reverse(path)
	return path
}
