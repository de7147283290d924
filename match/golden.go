package match

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/merge"
)

// ErrChanged is returned when a second pass over the input does not bring the
// records of the first.
var ErrChanged = errors.New("match: the records are not those that were read before: the input has changed")

// A Golden is the golden record of one person of a [Result].
type Golden struct {
	Person  int
	Members []int32 // records, ascending
	merge.GoldenRecord
}

// Golden merges each person's records into one, in a second pass over the
// input that the result was made from. A person is given as soon as its last
// record has been read; only people whose records have begun to come are held
// in memory. It can be used once; it stops after the first error. Each record
// that was kept is shown to watch as well, as [Result.Reread] gives it, so that
// one pass serves both.
func (res *Result) Golden(ctx context.Context, records iter.Seq2[*patient.Record, error], rules merge.Survivorship, watch ...func(Reread)) iter.Seq2[Golden, error] {
	return func(yield func(Golden, error) bool) {
		chooser, err := rules.Compile(res.Profile)
		if err != nil {
			yield(Golden{}, err)
			return
		}
		p := goldenPass{res: res, pending: map[int][]patient.Record{}, seen: make([]bool, res.Records()), watch: watch}
		n := 0
		for rec, err := range records {
			if n++; err == nil && n%1024 == 0 {
				err = ctx.Err()
			}
			if err != nil {
				yield(Golden{}, fmt.Errorf("match: golden records: %w", err))
				return
			}
			person, members, err := p.add(rec)
			if err != nil {
				yield(Golden{}, err)
				return
			}
			if members == nil {
				continue
			}
			g := Golden{Person: person, Members: res.Members(person), GoldenRecord: chooser.Golden(members)}
			if !yield(g, nil) {
				return
			}
		}
		if p.records != res.Records() {
			yield(Golden{}, ErrChanged)
		}
	}
}

// goldenPass gathers the records of people.
type goldenPass struct {
	res     *Result
	pending map[int][]patient.Record
	seen    []bool
	watch   []func(Reread)
	records int
	content []byte
	one     [1]patient.Record
}

// add takes a record and returns the members of its person if it was the last.
func (p *goldenPass) add(rec *patient.Record) (int, []patient.Record, error) {
	row, err := p.res.reread(rec, p.seen, &p.content)
	if row < 0 {
		return 0, nil, err
	}
	p.records++
	for _, w := range p.watch {
		w(Reread{row, rec})
	}
	person := p.res.Person(row)
	size := len(p.res.Members(person))
	if size == 1 {
		p.one[0] = *rec
		return person, p.one[:], nil
	}
	members, begun := p.pending[person]
	if !begun {
		members = make([]patient.Record, 0, min(size, 16))
	}
	members = append(members, rec.Clone())
	if len(members) < size {
		p.pending[person] = members
		return 0, nil, nil
	}
	delete(p.pending, person)
	return person, members, nil
}
