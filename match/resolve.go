package match

import (
	"context"
	"sync"

	"github.com/idem-health/idem/merge"
	"github.com/idem-health/idem/scoring"
)

// resolve turns the kept pairs into decisions, and the matches into people.
func (r *run) resolve(ctx context.Context, kept []candidate) (*Result, error) {
	result := &Result{
		Model: r.model, Policy: r.o.Policy, Profile: r.model.Profile,
		run: r, Superseded: r.reader.superseded(),
	}
	cache := r.scorer.NewCache()
	for _, c := range kept {
		v := r.verdict(cache.Get(c.pattern), c.pattern, scoring.Weight(c.bonus))
		d := r.decide(c.weight, &v)
		if d == No {
			continue
		}
		result.pairs = append(result.pairs, decided{candidate: c, decision: d})
	}
	if r.oneToOne {
		r.stats.Rivals = r.assign(result.pairs)
	}
	var edges []merge.Edge
	for _, c := range result.pairs {
		if c.decision == Match && !r.newborns.mixed(c.a, c.b) {
			edges = append(edges, merge.Edge{A: c.a, B: c.b, Weight: int32(c.weight)})
		}
		r.count(c.decision, 1)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	evidence := r.evidence()
	if r.oneToOne {
		evidence = result.assignedEvidence
	}
	p := &problem{
		rows: r.table.Distinct(), edges: edges, same: r.said.same, never: r.said.never, evidence: evidence, workers: r.workers,
	}
	labels, report := p.group()
	result.report = report
	labels = r.resolveNewborns(result, p, labels)
	labels = r.echo(result, labels)
	result.number(labels)
	return result, ctx.Err()
}

// evidence returns what speaks for and against any two rows sharing a person.
// It is safe for concurrent use.
func (r *run) evidence() func(a, b uint32) merge.Evidence {
	judges := sync.Pool{New: func() any { return r.newJudge() }}
	return func(a, b uint32) merge.Evidence {
		j := judges.Get().(*judge)
		defer judges.Put(j)
		return j.evidence(a, b, r.index.Mask(a, b) != 0)
	}
}

// number turns labels (the smallest row of each group) into people 0, 1, 2 ...
// in the order of their smallest rows.
func (res *Result) number(labels []uint32) {
	res.person = make([]int32, len(labels))
	people := int32(0)
	for row, label := range labels {
		if int(label) == row {
			res.person[row] = people
			people++
		} else {
			res.person[row] = res.person[label]
		}
	}
	res.first = make([]int32, people+1)
	for _, p := range res.person {
		res.first[p+1]++
	}
	for p := range people {
		res.first[p+1] += res.first[p]
	}
	res.members = make([]int32, len(labels))
	next := append([]int32(nil), res.first[:people]...)
	for row, p := range res.person {
		res.members[next[p]] = int32(row)
		next[p]++
	}
}
