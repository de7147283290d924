package match

import (
	"iter"
	"time"

	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/merge"
	"github.com/idem-health/idem/scoring"
)

// A Key is the identity of a record: its source and its id within it.
type Key struct {
	Source, ID string
}

// Decision is the outcome for a pair of records.
type Decision = scoring.Decision

// The three outcomes, spelled match, possible and no.
const (
	No       = scoring.No
	Possible = scoring.Possible
	Match    = scoring.Match
)

// A Pair is a decided candidate pair. A and B index the records of a [Result].
type Pair struct {
	A, B        int32
	Weight      float64 // match weight in bits against all alternatives together
	Probability float64 // that both are the same person
	Decision    Decision
	Rule        string // blocking rule that found the pair

	rival   bool  // see [ReasonOneToOne]
	newborn uint8 // see [ReasonNewborn]
	weight  scoring.Weight
	bonus   scoring.Weight
	pattern scoring.Pattern
}

// Stage names a step of a run, in order.
type Stage string

// The stages of [Dedupe] and [Link].
const (
	StageRead    Stage = "read"
	StageBlock   Stage = "block"
	StageTrain   Stage = "train"
	StageScore   Stage = "score"
	StageResolve Stage = "resolve"
)

// Progress is told to Options.Progress: often enough for a progress line,
// never more than some dozens of times a second. Total is 0 while unknown.
type Progress struct {
	Stage       Stage
	Done, Total int64
}

// A StageTime is what a stage took.
type StageTime struct {
	Stage     Stage
	Wall, CPU time.Duration
}

// RuleStats says what a blocking rule gave.
type RuleStats struct {
	Rule         string
	Pairs        int64 // pairs the rule would give alone
	NewPairs     int64 // pairs no earlier rule gave
	LargestBlock int
	Refined      int // oversize blocks that were split by a further column
	Skipped      int // blocks left out because nothing could split them
	Unrefined    int // records that had no value in the column an oversize block was split by
	Outgrown     int // blocks left out because they are larger than the frozen model allows
	Truncated    int // records with more keys than are used
}

// Stats counts what a run did.
type Stats struct {
	Records     int   // records kept
	Right       int   // of them on the right side of a linkage
	Identical   int   // same id and content as one kept or superseded: counted, not kept
	Superseded  int   // same id, other content than the one kept: listed in Result.Superseded, each content once
	Candidates  int64 // candidate pairs scored
	Patterns    int   // distinct comparison patterns among them
	Matches     int64
	Possible    int64
	Rivals      int64 // of the possible: matches but for one-to-one, see [ReasonOneToOne]
	Echoes      int   // records that repeat one that is there many times, and were compared with that one alone
	AllPairs    bool  // blocking was not needed: every pair was compared
	Rules       []RuleStats
	Issues      map[patient.IssueCode]int64 // remarks of normalisation, by kind: on records kept and superseded
	Notices     []string                    // what was switched off, skipped or doubted, in words
	Precision   float64                     // of the match pairs, estimated by the model without labels
	Recall      float64                     // of the match pairs among the candidates' true pairs, estimated likewise
	Stages      []StageTime
	Placeholder int // records kept whose given name is a placeholder
}

// A Result is what a run decided. Its records are numbered 0 to Records()-1 in
// an order of their content that does not depend on the order of the input;
// people likewise, in the order of their first records. It is immutable and
// safe for concurrent use.
type Result struct {
	Model      *Model
	Policy     scoring.Policy
	Profile    patient.Profile // as calibrated on the records
	Stats      Stats
	Superseded []Superseded

	run      *run
	pairs    []decided // in row order
	report   merge.Report
	newborns merge.NewbornReport
	person   []int32 // of each record
	first    []int32 // members of person p are members[first[p]:first[p+1]]
	members  []int32
}

type decided struct {
	candidate
	decision Decision
	rival    bool
	newborn  uint8
}

// Records returns the number of records.
func (res *Result) Records() int { return len(res.person) }

// Key returns the identity of record i.
func (res *Result) Key(i int) Key { return res.run.reader.keys.key(res.run.table.Origin(i)) }

// Find returns the record with an identity; of a linkage that has it on both
// sides, the left one.
func (res *Result) Find(k Key) (int, bool) {
	if row, ok := res.FindOn(0, k); ok {
		return row, true
	}
	return res.FindOn(1, k)
}

// FindOn is [Result.Find] on one side of a linkage: 0 is the left, 1 the right.
func (res *Result) FindOn(side int, k Key) (int, bool) {
	added := res.run.reader.keys.find(k, side)
	if added < 0 {
		return 0, false
	}
	res.run.rowsOnce.Do(res.run.indexRows)
	return int(res.run.rowOf[added]), true
}

// indexRows inverts the table's origin.
func (r *run) indexRows() {
	r.rowOf = make([]uint32, r.reader.keys.len())
	for row := range r.table.Len() {
		r.rowOf[r.table.Origin(row)] = uint32(row)
	}
}

// Persons returns the number of people.
func (res *Result) Persons() int { return len(res.first) - 1 }

// Person returns the person of record i.
func (res *Result) Person(i int) int { return int(res.person[i]) }

// Members returns the records of person p, ascending. The caller must not
// change them.
func (res *Result) Members(p int) []int32 { return res.members[res.first[p]:res.first[p+1]] }

// Joins returns how person p came to be: the pairs that joined its records, in
// the order they did.
func (res *Result) Joins(p int) []merge.Join {
	return res.report.JoinsOf(uint32(res.Members(p)[0]))
}

// Largest returns the number of records of the largest person.
func (res *Result) Largest() int {
	largest := 0
	for p := range res.Persons() {
		largest = max(largest, len(res.Members(p)))
	}
	return largest
}

// Pairs returns the pairs decided match or possible, by record numbers.
func (res *Result) Pairs() iter.Seq[Pair] {
	return func(yield func(Pair) bool) {
		for i := range res.pairs {
			c := &res.pairs[i]
			p := Pair{
				A: int32(c.a), B: int32(c.b), Weight: c.weight.Bits(), Probability: c.weight.Probability(),
				Decision: c.decision, Rule: res.run.ruleName(c.rule), rival: c.rival, newborn: c.newborn, bonus: scoring.Weight(c.bonus), pattern: c.pattern, weight: c.weight,
			}
			if !yield(p) {
				return
			}
		}
	}
}

// Reasons returns the ids of the policy rules and conflicts that fired for a
// pair of this result.
func (res *Result) Reasons(p Pair) []string {
	sc := res.run.scorer.Score(p.pattern)
	v := res.run.verdict(&sc, p.pattern, p.bonus)
	reasons := res.run.scorer.VerdictReasons(v.At(p.weight))
	if p.newborn != 0 {
		reasons = append(reasons, newbornReasons[p.newborn])
	}
	if p.rival {
		reasons = append(reasons, ReasonOneToOne)
	}
	return reasons
}

// Explain says why two records weigh what they weigh, whether or not a
// blocking rule made them a candidate pair.
func (res *Result) Explain(a, b int) scoring.Explanation {
	i, j := uint32(min(a, b)), uint32(max(a, b))
	e := res.run.scorer.Explain(res.run.comparer.Pattern(i, j), res.run.frequencer.Weights(i, j))
	r := res.run
	e.FoundBy = r.foundBy(i, j)
	pattern := r.comparer.Pattern(i, j)
	sc := r.scorer.Score(pattern)
	v := sc.Verdict
	if bonus := r.bonus(i, j, e.Weight, &v); bonus > 0 {
		e.Weight += bonus
		e.Probability = e.Weight.Probability()
		e.Parts = append(e.Parts, scoring.Part{Name: ReasonOneToOne, Weight: bonus})
		v = r.verdict(&sc, pattern, bonus)
		e.Rules = r.scorer.VerdictReasons(v.At(e.Weight))
	}
	var reason string
	e.Decision, reason = res.settle(i, j, r.decide(e.Weight, &v))
	if reason != "" {
		e.Rules = append(e.Rules, reason)
	}
	return e
}
