package match

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/idem-health/idem/blocking"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/merge"
	"github.com/idem-health/idem/scoring"
)

// QueryOptions says who asks, and how much. The zero value is ready to use.
type QueryOptions struct {
	Caller string // whose budget it is, see [EngineOptions]
	Owner  string // the source that asks: its own protected records are not hidden from it

	// Limit is how many people an answer lists; more are too many. 0 means 10.
	Limit int

	// Candidates is how many records are compared at most. 0 means 2,000.
	Candidates int

	// Fallback names more records to compare where no blocking key leads to one that
	// fits, such as those of a fuzzy index (blocking/bleveindex). It is given the
	// query's record as normalised, and bounds its own work. nil is none.
	Fallback func(ctx context.Context, n *patient.Normalized) ([]Key, error)
}

const (
	defaultLimit           = 10
	defaultQueryCandidates = 2000
)

// An AnswerKind says what an answer is. The comments give the response of the HL7
// immunization query (QBP^Q11) that it stands for: profile and QAK-2.
type AnswerKind uint8

// The kinds of answers.
const (
	AnswerNone         AnswerKind = iota // nobody: Z33 NF; protected people are nobody
	AnswerOne                            // one person, sure: Z32 or Z42 OK
	AnswerSeveral                        // some that it may be, or one that is not sure: Z31 OK
	AnswerTooMany                        // more than the limit: Z33 TM
	AnswerInsufficient                   // the query has too little to search by: AE, or NF by local rule
)

// A Grade says how sure a candidate of an answer is, as FHIR's match-grade does.
type Grade uint8

// The grades.
const (
	GradePossible Grade = iota
	GradeProbable       // a match, but the query's name is a placeholder, or others match as well
	GradeCertain
)

// String returns the code of FHIR's match-grade.
func (g Grade) String() string {
	return [...]string{"possible", "probable", "certain"}[min(g, GradeCertain)]
}

// An Answer is what a query found.
type Answer struct {
	Kind      AnswerKind
	People    []FoundPerson // the likeliest first; none of too many
	Truncated bool          // there were more candidates than were compared: no answer is certain then
	Compared  int           // records
}

// A FoundPerson is one that a query may be about.
type FoundPerson struct {
	Person      merge.EnterpriseID
	Record      Key // the record of it that fits best
	Weight      float64
	Probability float64
	Grade       Grade
	Reasons     []string
}

// Query looks for the person that a record is about, and writes nothing. A
// placeholder name never makes the answer certain. Protected people are nobody to
// all but who sent the protected record. The work of a query is bounded.
func (e *Engine) Query(ctx context.Context, rec *patient.Record, o QueryOptions) (Answer, error) {
	if err := ctx.Err(); err != nil {
		return Answer{}, err
	}
	l, err := e.enter()
	if err != nil {
		return Answer{}, err
	}
	defer e.leave()
	if !e.budget.take(o.Caller) {
		return Answer{}, ErrQueryBudget
	}
	began := e.o.Now()
	if o.Limit <= 0 {
		o.Limit = defaultLimit
	}
	if o.Candidates <= 0 {
		o.Candidates = defaultQueryCandidates
	}
	n := l.normalize(rec)
	row := l.put(&n, merge.RecordID{}, liveRow{})
	q := l.look(row, o.Candidates)
	if o.Fallback != nil && !q.fits() {
		err = e.fallBack(ctx, l, row, &n, &q, o)
	}
	if err := errors.Join(err, l.remove(row)); err != nil {
		return Answer{}, err
	}
	answer := e.answer(l, &q, o, n.Placeholder.Class != patient.NotPlaceholder)
	e.o.Observer.Took(TookQuery, e.o.Now().Sub(began))
	if answer.Truncated {
		e.o.Observer.Count(CountTruncated, 1)
	}
	return answer, nil
}

// A look is what a query saw of the records.
type look struct {
	keys      int
	compared  int
	truncated bool
	found     []seenRecord
}

type seenRecord struct {
	id       merge.RecordID
	weight   scoring.Weight
	decision Decision
	hard     bool
	verdict  scoring.Verdict
	person   merge.EnterpriseID
}

// look compares a row with its candidates, of more than most those of the first
// rules and keys.
func (l *live) look(row uint32, most int) (q look) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	keys, _ := l.index.AppendKeys(nil, row)
	q.keys = len(keys)
	slices.SortStableFunc(keys, func(a, b blocking.BlockKey) int { return cmp.Compare(a.Rule, b.Rule) })
	var rows []uint32
	for _, k := range keys {
		if len(rows) >= 4*most {
			q.truncated = true
			break
		}
		rows, _ = l.index.AppendBlock(rows, k)
	}
	slices.Sort(rows)
	rows = slices.Compact(rows)
	if len(rows) > most {
		rows, q.truncated = rows[:most], true
	}
	l.compare(&q, row, rows)
	return q
}

// fits reports whether some record may be the query's person.
func (q *look) fits() bool {
	return slices.ContainsFunc(q.found, func(f seenRecord) bool { return f.decision != No })
}

// fallBack compares a query's row with the records that its fallback names.
func (e *Engine) fallBack(ctx context.Context, l *live, row uint32, n *patient.Normalized, q *look, o QueryOptions) error {
	keys, err := o.Fallback(ctx, n)
	if err != nil {
		return fmt.Errorf("match: the query's fallback: %w", err)
	}
	if len(keys) > o.Candidates {
		keys, q.truncated = keys[:o.Candidates], true
	}
	e.serial.RLock()
	defer e.serial.RUnlock()
	l.mu.RLock()
	defer l.mu.RUnlock()
	var rows []uint32
	for _, k := range keys {
		if other, ok := l.find(idOf(k)); ok {
			rows = append(rows, other)
		}
	}
	slices.Sort(rows)
	q.keys += len(rows)
	l.compare(q, row, slices.Compact(rows))
	return nil
}

// compare weighs a query's row against rows and notes those that it may be, or
// must not be. The caller holds mu.
func (l *live) compare(q *look, row uint32, rows []uint32) {
	j := l.bound.judge()
	defer l.bound.judges.Put(j)
	for _, other := range rows {
		_, sc, weight := j.weigh(row, other)
		d := No
		if keeps(weight, &sc.Verdict) {
			d = j.decide(weight, &sc.Verdict)
		}
		if d != No || sc.Verdict.Hard {
			q.found = append(q.found, seenRecord{id: l.id(other), weight: weight, decision: d, hard: sc.Verdict.Hard, verdict: sc.Verdict.At(weight)})
		}
	}
	q.compared += len(rows)
}

// answer makes people of the records that were found.
func (e *Engine) answer(l *live, q *look, o QueryOptions, placeholder bool) Answer {
	a := Answer{Truncated: q.truncated, Compared: q.compared}
	if q.keys == 0 {
		a.Kind = AnswerInsufficient
		return a
	}
	best := e.best(l, q.found, o.Owner)
	matches := 0
	for i := range best {
		if best[i].decision == Match {
			matches++
		}
	}
	switch {
	case len(best) == 0:
		return a
	case len(best) > o.Limit:
		a.Kind = AnswerTooMany
		return a
	case matches == 1 && !placeholder && !q.truncated:
		a.Kind = AnswerOne
	default:
		a.Kind = AnswerSeveral
	}
	for i := range best {
		f := &best[i]
		p := FoundPerson{
			Person: f.person, Record: keyOf(f.id), Weight: f.weight.Bits(), Probability: f.weight.Probability(),
			Reasons: l.bound.scorer.VerdictReasons(f.verdict),
		}
		switch {
		case f.decision == Match && a.Kind == AnswerOne:
			p.Grade = GradeCertain
		case f.decision == Match:
			p.Grade = GradeProbable
		}
		a.People = append(a.People, p)
	}
	if a.Kind == AnswerOne {
		a.People = a.People[:1]
	}
	return a
}

// best returns the best record of each person that the query may be about, the
// likeliest first: people in conflict with it are not, and protected ones are
// hidden.
func (e *Engine) best(l *live, found []seenRecord, owner string) []seenRecord {
	e.serial.RLock()
	defer e.serial.RUnlock()
	l.mu.RLock()
	defer l.mu.RUnlock()
	at, out := map[merge.EnterpriseID]int{}, map[merge.EnterpriseID]bool{}
	var best []seenRecord
	for _, f := range found {
		person, ok := e.state.Person(f.id)
		if !ok {
			continue // it went meanwhile
		}
		f.person = person
		out[person] = out[person] || f.hard
		i, known := at[person]
		switch {
		case f.decision == No:
		case !known:
			at[person] = len(best)
			best = append(best, f)
		case cmp.Or(cmp.Compare(f.decision, best[i].decision), cmp.Compare(f.weight, best[i].weight), compareIDs(best[i].id, f.id)) > 0:
			best[i] = f
		}
	}
	best = slices.DeleteFunc(best, func(f seenRecord) bool { return out[f.person] || e.hidden(l, f.person, owner) })
	slices.SortFunc(best, func(a, b seenRecord) int {
		return cmp.Or(cmp.Compare(b.decision, a.decision), cmp.Compare(b.weight, a.weight), cmp.Compare(a.person, b.person))
	})
	return best
}

// hidden reports whether a person has a protected record of somebody else than
// the owner.
func (e *Engine) hidden(l *live, person merge.EnterpriseID, owner string) bool {
	if l.protected == 0 {
		return false
	}
	for id := range e.state.Members(person) {
		if row, ok := l.find(id); ok && l.rows[row].protected && (owner == "" || id.Source != owner) {
			return true
		}
	}
	return false
}
