package match

import (
	"context"

	"github.com/idem-health/idem/blocking"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/scoring"
)

const (
	randomPairs = 1_000_000 // most pairs drawn to estimate u
	perRecord   = 120       // of them for each record, where that is more than fewPairs
	fewPairs    = 500_000
	randomTasks = 64        // the draw is cut into this many tasks, whatever the workers
	trainPairs  = 6_000_000 // candidate pairs that suffice to train on; more are sampled by whole shards
)

// train fits a model to the run's table and candidate pairs.
func (r *run) train(ctx context.Context, cs []scoring.Comparison) (*scoring.Model, error) {
	comparer, err := scoring.NewComparer(cs, r.table)
	if err != nil {
		return nil, err
	}
	r.comparer = comparer
	candidates, share, err := r.countCandidates(ctx, comparer)
	if err != nil {
		return nil, err
	}
	random := candidates
	if !r.index.All() {
		if random, err = r.countRandom(ctx, comparer); err != nil {
			return nil, err
		}
	}
	m := scoring.Train(scoring.Training{
		Comparisons: cs,
		Space:       comparer.Space(),
		Candidates:  candidates,
		Random:      random,
		TotalPairs:  r.allPairs(),
		Share:       share,
		RuleUses:    ruleUses(cs, r.index.Rules()),
		TwoClasses:  r.o.TwoClasses,
	})
	for _, f := range r.frequencies(m) {
		m.AddFrequency(f)
	}
	return m, nil
}

// countRandom counts the patterns of random pairs. Rows are in the order of a
// digest of their content, so that rows at a fixed distance are as random a pair
// as any: the draw depends on nothing else, and it walks the table instead of
// jumping about in it. The distance is about a third of the table, since equal
// records are neighbors.
func (r *run) countRandom(ctx context.Context, c *scoring.Comparer) ([]scoring.PatternCount, error) {
	if r.right != nil {
		return r.countRandomCross(ctx, c)
	}
	n := r.table.Distinct()
	counters := newCounters(c, r.workers)
	want := min(randomPairs, max(fewPairs, n*perRecord))
	each := min(want/n+1, n/3)
	err := parallel(ctx, r.workers, randomTasks, func(worker, task int) error {
		counter, session := &counters[worker].Counter, counters[worker].session
		for i := n * task / randomTasks; i < n*(task+1)/randomTasks; i++ {
			for d := range each {
				j := (i + n/3 + 1 + d) % n
				counter.Add(session.Pattern(uint32(min(i, j)), uint32(max(i, j))), 0)
			}
		}
		return nil
	})
	return merged(counters), err
}

// countCandidates counts the patterns of the candidate pairs. Of very many it
// takes whole shards of keys until there are enough; share is the part taken. The
// patterns are remembered, since the scoring asks for them next.
func (r *run) countCandidates(ctx context.Context, c *scoring.Comparer) (counts []scoring.PatternCount, share float64, err error) {
	_, pairs := r.index.Estimate()
	tasks, remember := shards, r.shards == shards
	if pairs > trainPairs {
		tasks = max(1, int(float64(shards)*trainPairs/float64(pairs)))
	}
	if remember {
		r.known = make([][]scoring.Pattern, tasks)
	}
	counters := newCounters(c, r.workers)
	err = parallel(ctx, r.workers, tasks, func(worker, shard int) error {
		counter, session := &counters[worker].Counter, counters[worker].session
		var patterns []scoring.Pattern
		err := r.index.Each(ctx, shard, shards, func(i, j uint32, _ int, mask uint64) bool {
			p := session.Pattern(i, j)
			counter.Add(p, mask)
			if remember {
				patterns = append(patterns, p)
			}
			return true
		})
		if remember {
			r.known[shard] = patterns
		}
		return err
	})
	return merged(counters), float64(tasks) / shards, err
}

// A sessionCounter is what a worker counts the patterns of pairs with.
type sessionCounter struct {
	scoring.Counter
	session *scoring.Session
}

func newCounters(c *scoring.Comparer, workers int) []sessionCounter {
	counters := make([]sessionCounter, workers)
	for w := range counters {
		counters[w].session = c.NewSession()
	}
	return counters
}

func merged(counters []sessionCounter) []scoring.PatternCount {
	for i := 1; i < len(counters); i++ {
		counters[0].Merge(&counters[i].Counter)
	}
	return counters[0].Counts()
}

// ruleUses returns, for each comparison, the blocking rules that read one of
// its fields: what those rules found says nothing of the comparison's m.
func ruleUses(cs []scoring.Comparison, rules []blocking.Rule) []uint64 {
	uses := make([]uint64, len(cs))
	for c, comparison := range cs {
		fields := comparison.Decides()
		for i, rule := range rules {
			for _, f := range rule.KeyFields() {
				if related(f, fields) {
					uses[c] |= 1 << i
				}
			}
		}
	}
	return uses
}

// related says whether a blocking field decides one of a comparison's fields.
// A full name holds the given and the family name.
func related(f patient.Field, fields []patient.Field) bool {
	for _, g := range fields {
		if f == g || f == patient.FieldFullName && (g == patient.FieldFamily || g == patient.FieldGiven) {
			return true
		}
	}
	return false
}

// frequencies returns the value-frequency terms of the model: agreement on a
// rare given name speaks against every alternative but an heir, who was given
// it on purpose, on a rare family name against those who do not share it by
// kinship.
func (r *run) frequencies(m *scoring.Model) []scoring.Frequency {
	var out []scoring.Frequency
	for _, c := range m.Comparisons {
		var field patient.Field
		switch c.Kind {
		case scoring.KindGiven:
			field = patient.FieldGiven
		case scoring.KindFamily:
			field = patient.FieldFamily
		default:
			continue
		}
		against := make([]bool, len(m.Alternatives))
		for k, alt := range m.Alternatives {
			against[k] = alt.Name != scoring.AlternativeHeir &&
				(field == patient.FieldGiven || alt.Name != scoring.AlternativeHousehold)
		}
		out = append(out, scoring.NewFrequency(c.Name, against, r.valueCounts(field)))
	}
	return out
}

// valueCounts returns how many rows hold each value of a text column first.
func (r *run) valueCounts(f patient.Field) []scoring.ValueCount {
	col := r.table.Column(f)
	if col == nil {
		return nil
	}
	var counts []scoring.ValueCount
	for id := range uint32(col.Dict.Len()) {
		if n := col.Count(id); n > 0 && id != 0 {
			counts = append(counts, scoring.ValueCount{Hash: col.Dict.Hash(id), N: int64(n)})
		}
	}
	return counts
}
