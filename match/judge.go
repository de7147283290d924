package match

import (
	"github.com/idem-health/idem/internal/table"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/merge"
	"github.com/idem-health/idem/scoring"
)

// A binding is a model and a policy bound to a table: what the batch and the
// online engine decide pairs with.
type binding struct {
	table      *table.Table
	comparer   *scoring.Comparer
	scorer     *scoring.Scorer
	frequencer *scoring.Frequencer

	matchCut, possibleCut scoring.Weight
}

// bind makes a model ready for the table.
func (b *binding) bind(m *scoring.Model, policy scoring.Policy) (err error) {
	if b.comparer == nil { // else the training has made it
		if b.comparer, err = scoring.NewComparer(m.Specs(), b.table); err != nil {
			return err
		}
	}
	if b.scorer, err = scoring.NewScorer(m, policy); err != nil {
		return err
	}
	b.frequencer = scoring.NewFrequencer(m, b.table)
	return nil
}

// cuts sets the weights from which pairs are a match and possible.
func (b *binding) cuts(m *scoring.Model, policy scoring.Policy) {
	cut := func(c scoring.Cut) scoring.Weight {
		if c.EstimatedF1 {
			return m.Cuts.EstimatedF1
		}
		return scoring.WeightOf(c.Probability)
	}
	t := policy.Thresholds
	b.matchCut = cut(t.Match.Fitted)
	b.possibleCut = min(b.matchCut, max(cut(t.Possible.Fitted), keepWeight))
}

// decide returns the outcome for a weight and what the policy says of the pair.
func (b *binding) decide(weight scoring.Weight, v *scoring.Verdict) Decision {
	d := No
	switch {
	case weight >= b.matchCut:
		d = Match
	case weight >= b.possibleCut:
		d = Possible
	}
	return v.ApplyAt(d, weight)
}

// A judge weighs pairs of rows. It remembers what it has seen and is not safe for
// concurrent use.
type judge struct {
	*binding
	session *scoring.Session
	cache   *scoring.Cache
	rows    rowReader

	// Rows as the newborn rules read them, of first and of second rows of pairs: a
	// block's rows come again and again.
	first, second []readRow
}

// readRows is how many rows a judge remembers of each side; a power of two.
const readRows = 128

// A readRow is a row that was read.
type readRow struct {
	row    uint32 // + 1; 0 is none
	normal patient.Normalized
}

func (b *binding) newJudge() *judge {
	return &judge{binding: b, session: b.comparer.NewSession(), cache: b.scorer.NewCache(), rows: newRowReader(b.table)}
}

// weigh returns the pattern of two rows, what model and policy say of it, and
// what the pair weighs.
func (j *judge) weigh(a, b uint32) (scoring.Pattern, *scoring.Scored, scoring.Weight) {
	pattern := j.session.Pattern(a, b)
	sc, weight := j.weighPattern(pattern, a, b)
	return pattern, sc, weight
}

// weighPattern is weigh for two rows whose pattern is known.
func (j *judge) weighPattern(p scoring.Pattern, a, b uint32) (*scoring.Scored, scoring.Weight) {
	sc := j.cache.Get(p)
	weight := sc.Weight
	if sc.Frequency != 0 {
		weight = j.scorer.Weight(sc, j.frequencer.Weights(a, b))
	}
	return sc, weight
}

// evidence returns what speaks for and against two rows sharing a person.
func (j *judge) evidence(a, b uint32, candidate bool) merge.Evidence {
	_, sc, weight := j.weigh(a, b)
	return merge.Evidence{Weight: int32(weight), Candidate: candidate, Hard: sc.Verdict.Hard, Soft: sc.Verdict.Soft}
}

// newborn returns what the newborn rules must know of two rows.
func (j *judge) newborn(a, b uint32) merge.NewbornPair {
	_, sc, weight := j.weigh(a, b)
	return j.newbornOf(a, b, sc, weight)
}

// newbornOf is newborn for a pair that was weighed.
func (j *judge) newbornOf(a, b uint32, sc *scoring.Scored, weight scoring.Weight) merge.NewbornPair {
	if j.first == nil {
		j.first, j.second = make([]readRow, readRows), make([]readRow, readRows)
	}
	p := merge.CompareNewborn(j.readRow(j.first, a), j.readRow(j.second, b))
	p.Weight = int32(weight)
	p.Match = j.decide(weight, &sc.Verdict) == Match
	p.Hard = p.Hard || sc.Verdict.Hard
	p.Soft = sc.Verdict.Soft && p.Identifier != merge.Differs
	return p
}

// readRow returns a row from what is remembered, or reads it.
func (j *judge) readRow(list []readRow, row uint32) *patient.Normalized {
	x := &list[row%readRows]
	if x.row != row+1 {
		x.row = row + 1
		j.rows.read(&x.normal, int(row))
	}
	return &x.normal
}

// forget makes the judge read rows anew: they may have been written.
func (j *judge) forget() {
	for i := range j.first {
		j.first[i].row, j.second[i].row = 0, 0
	}
}

// tells reports whether a pair of a newborn's placeholder and a legal name tells
// the newborn rules anything. All else that two children of a day share is
// shared by many: with such links every birth of a region would be one problem.
// Kept says whether the pair may be decided other than no by its weight.
func tells(p *merge.NewbornPair, kept bool) bool {
	if p.BirthDate == merge.Differs {
		return false
	}
	return kept || p.Certificate == merge.Agrees || p.Identifier == merge.Agrees || p.Family == merge.Agrees ||
		p.Phone == merge.Agrees || p.Address == merge.Agrees || p.Mother == merge.Agrees && p.Family != merge.Differs ||
		p.Dose == merge.Agrees && p.BirthDate == merge.Agrees
}
