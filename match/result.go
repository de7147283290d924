package match

import (
	"time"

	"github.com/idem-health/idem/match/patient"
)

// A Key is the identity of a record: its source and its id within it.
type Key struct {
	Source, ID string
}

// Decision is the outcome for a pair of records.
type Decision uint8

// The three outcomes, spelled match, possible and no.
const (
	No Decision = iota
	Possible
	Match
)

// String returns match, possible or no.
func (d Decision) String() string {
	return [...]string{"no", "possible", "match"}[d]
}

// A Pair is a decided candidate pair. A and B index the records of a [Result].
type Pair struct {
	A, B        int32
	Weight      float64 // match weight in bits against all alternatives together
	Probability float64 // that both are the same person
	Decision    Decision
	Rule        string   // blocking rule that found the pair
	Reasons     []string // policy rules that fired, as codes
}

// Stage names a step of a run, in order.
type Stage string

// The stages of [Dedupe].
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
}

// Stats counts what a run did.
type Stats struct {
	Records     int   // records kept
	Identical   int   // same id and content again: counted, not kept
	Superseded  int   // same id, other content: the older one, listed in Result.Superseded
	Candidates  int64 // candidate pairs scored
	Patterns    int   // distinct comparison patterns among them
	Matches     int64
	Possible    int64
	AllPairs    bool // blocking was not needed: every pair was compared
	Rules       []RuleStats
	Issues      map[patient.IssueCode]int64 // remarks of normalisation, by kind
	Notices     []string                    // what was switched off, skipped or doubted, in words
	Precision   float64                     // of the match pairs, estimated by the model without labels
	Recall      float64                     // of the match pairs among the candidates' true pairs, estimated likewise
	Stages      []StageTime
	Placeholder int // records whose given name is a placeholder
}
