package report

import (
	"context"
	"slices"

	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/scoring"
)

const (
	mostCandidates = 100_000 // more candidate pairs are sampled
	binsPerBit     = 16      // of the weights that are counted
	lowestBits     = -64
	numBins        = 128 * binsPerBit
)

// facts is what a pass over the candidate pairs found.
type facts struct {
	in    *Input
	res   *match.Result
	share float64 // of the candidates that was looked at

	matchCut, possibleCut scoring.Weight

	bins    [numBins]bin
	allowed scoring.Histogram // pairs that the policy lets match
	rules   []ruleFacts
	reasons []reasonFacts // in the order of the policy
	twins   twinFacts
	reason  map[string]int // index into reasons

	samples  []sampleGroup
	patterns map[scoring.Pattern]*patternFacts
	kinds    kinder
}

// A bin counts pairs by weight.
type bin struct {
	pairs, possible, match int64 // possible: decided at least possible
	free, freeKnown        int64 // pairs that the policy lets match; of those, with known truth
	truth, truthFree       int64 // pairs of one person in truth; of those, the free ones
	known                  int64 // pairs whose truth is known
	probability            float64
}

type ruleFacts struct{ matches, truth int64 }

type reasonFacts struct {
	id, effect, why string
	pairs, held     int64 // pairs it fires for; of those, what weighs enough for a match
}

type twinFacts struct{ apart, joined, heavy int64 }

// patternFacts is what is the same for all pairs of a pattern.
type patternFacts struct {
	reasons []int
	kind    kind
}

func gather(ctx context.Context, in *Input) (*facts, error) {
	f := &facts{in: in, res: in.Result, reason: map[string]int{}, patterns: map[scoring.Pattern]*patternFacts{}}
	f.matchCut, f.possibleCut = f.res.Cuts()
	f.rules = make([]ruleFacts, len(f.res.Stats.Rules))
	f.kinds = newKinder(f.res.Model.Scoring)
	f.policyReasons()
	f.samples = newSampleGroups(f)
	share, err := f.res.Candidates(ctx, mostCandidates, func(s match.Scored) bool {
		f.add(&s)
		return true
	})
	f.share = share
	return f, err
}

// policyReasons lists the rules and conflicts of the policy.
func (f *facts) policyReasons() {
	add := func(id, effect, why string) {
		f.reason[id] = len(f.reasons)
		f.reasons = append(f.reasons, reasonFacts{id: id, effect: effect, why: why})
	}
	for _, r := range f.res.Policy.Rules {
		add(r.ID, string(r.Effect), r.Why)
	}
	for _, c := range f.res.Policy.Conflicts.Hard {
		add(c.ID, "hard conflict", c.Why)
	}
	for _, c := range f.res.Policy.Conflicts.Soft {
		add(c.ID, "soft conflict", c.Why)
	}
}

func (f *facts) pattern(p scoring.Pattern) *patternFacts {
	pf := f.patterns[p]
	if pf == nil {
		pf = &patternFacts{kind: f.kinds.of(f.res.Levels(p))}
		for _, id := range f.res.PatternReasons(p) {
			if i, ok := f.reason[id]; ok {
				pf.reasons = append(pf.reasons, i)
			}
		}
		f.patterns[p] = pf
	}
	return pf
}

func binOf(w scoring.Weight) int {
	i := (int(w) - lowestBits*int(scoring.OneBit)) * binsPerBit / int(scoring.OneBit)
	return min(max(i, 0), numBins-1)
}

// binBits is the least weight of a bin.
func binBits(i int) float64 { return lowestBits + float64(i)/binsPerBit }

func (f *facts) add(s *match.Scored) {
	pf := f.pattern(s.Pattern)
	b := &f.bins[binOf(s.Weight)]
	b.pairs++
	free := s.Best == match.Match
	if free {
		b.free++
		f.allowed.Add(s.Weight)
	}
	if s.Decision != match.No {
		b.possible++
	}
	if s.Decision == match.Match {
		b.match++
		if s.Rule >= 0 && s.Rule < len(f.rules) {
			f.rules[s.Rule].matches++
		}
	}
	for _, i := range pf.reasons {
		f.reasons[i].pairs++
		if s.Weight >= f.matchCut && !free {
			f.reasons[i].held++
		}
	}
	if pf.kind == kindTwins {
		f.twins.add(s, f)
	}
	if f.in.Truth != nil {
		f.addTruth(s, b, free)
	}
	for i := range f.samples {
		f.samples[i].offer(s, pf)
	}
}

func (t *twinFacts) add(s *match.Scored, f *facts) {
	switch {
	case f.res.Person(int(s.A)) == f.res.Person(int(s.B)):
		t.joined++
	default:
		t.apart++
		if s.Weight >= f.matchCut {
			t.heavy++
		}
	}
}

func (f *facts) addTruth(s *match.Scored, b *bin, free bool) {
	x, y := f.in.Truth[s.A], f.in.Truth[s.B]
	if x < 0 || y < 0 {
		return
	}
	b.known++
	if free {
		b.freeKnown++
	}
	b.probability += float64(s.Weight.Probability())
	if x != y {
		return
	}
	b.truth++
	if free {
		b.truthFree++
	}
	if s.Rule >= 0 && s.Rule < len(f.rules) {
		f.rules[s.Rule].truth++
	}
}

// A kind says what two records have in common, for a person to read.
type kind uint8

const (
	kindOther     kind = iota
	kindNamesake       // both names, no sign of a common household
	kindHousehold      // a sign of a common household
	kindTwins          // of a household, one birth date, and something that tells them apart
	numKinds
)

func (k kind) String() string {
	return [...]string{"other", "namesakes", "same household", "twins"}[k]
}

// kinder finds the kind of a comparison vector.
type kinder struct {
	at     map[string]int // comparisons by name
	levels [][]string
	policy map[string]bool // facts for the policy, that never weigh anything
}

func newKinder(m *scoring.Model) kinder {
	k := kinder{at: map[string]int{}, policy: map[string]bool{}}
	for i, c := range m.Comparisons {
		k.at[c.Name] = i
		k.levels = append(k.levels, c.Levels())
		k.policy[c.Name] = c.Role == scoring.RolePolicy
	}
	return k
}

// weighs reports whether a comparison is more than a fact for the policy.
func (k *kinder) weighs(name string) bool { return !k.policy[name] }

// is reports whether a comparison has one of the levels.
func (k *kinder) is(l scoring.Levels, name string, levels ...string) bool {
	i, ok := k.at[name]
	return ok && slices.Contains(levels, k.levels[i][l[i]])
}

func (k *kinder) missing(l scoring.Levels, name string) bool {
	i, ok := k.at[name]
	return !ok || l[i] == 0
}

func (k *kinder) of(l scoring.Levels) kind {
	family := k.is(l, "family", "exact", "part")
	number := k.is(l, "street_number", "exact") || k.missing(l, "street_number")
	household := k.is(l, "phone", "exact") || k.is(l, "address", "same") || k.is(l, "email", "exact") ||
		k.is(l, "street", "exact") && number || k.is(l, "postal_code", "exact") && family ||
		k.is(l, "mother_given", "exact") || k.is(l, "guardian", "full", "given") || k.is(l, "guardian_given", "exact")
	apart := k.is(l, "given", "differs") || k.is(l, "multiple", "conflict") || k.is(l, "birth_certificate", "differs")
	switch {
	case household && apart && k.is(l, "birth_date", "exact"):
		return kindTwins
	case household:
		return kindHousehold
	case k.is(l, "given", "exact", "nickname") && family:
		return kindNamesake
	}
	return kindOther
}
