package match

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/idem-health/idem/internal/hash"
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
		if err == nil {
			err = res.people(ctx, records, watch, func(person int, members []patient.Record) bool {
				return yield(Golden{person, res.Members(person), chooser.Golden(members)}, nil)
			})
		}
		if err != nil {
			yield(Golden{}, err)
		}
	}
}

// GoldenValues are the values of the golden record of one person of a [Result].
type GoldenValues struct {
	Person  int
	Members []int32       // records, ascending
	Values  []merge.Value // as in [merge.GoldenRecord]; they hold until the next person
}

// GoldenValues is [Result.Golden] for who writes the values down and wants
// nothing else of the golden records: their memory is used again.
func (res *Result) GoldenValues(ctx context.Context, records iter.Seq2[*patient.Record, error], rules merge.Survivorship, watch ...func(Reread)) iter.Seq2[GoldenValues, error] {
	return func(yield func(GoldenValues, error) bool) {
		chooser, err := rules.Compile(res.Profile)
		if err == nil {
			var values []merge.Value
			err = res.people(ctx, records, watch, func(person int, members []patient.Record) bool {
				values = chooser.AppendValues(values[:0], members)
				return yield(GoldenValues{person, res.Members(person), values}, nil)
			})
		}
		if err != nil {
			yield(GoldenValues{}, err)
		}
	}
}

// people passes over the input and gives the records of each person, together,
// until each returns false. They hold until it returns.
func (res *Result) people(ctx context.Context, records iter.Seq2[*patient.Record, error], watch []func(Reread), each func(person int, members []patient.Record) bool) error {
	p := goldenPass{res: res, secondPass: res.newSecondPass(), pending: map[int][]patient.Record{}, watch: watch}
	n := 0
	for rec, err := range records {
		if n++; err == nil && n%1024 == 0 {
			err = ctx.Err()
		}
		if err != nil {
			return fmt.Errorf("match: golden records: %w", err)
		}
		person, members, err := p.add(rec)
		if err != nil {
			return err
		}
		if members == nil {
			continue
		}
		if !each(person, members) {
			return nil
		}
		if len(members) > 1 {
			p.free = append(p.free, members)
		}
	}
	if !p.complete() {
		return ErrChanged
	}
	return nil
}

// goldenPass gathers the records of people.
type goldenPass struct {
	res *Result
	secondPass
	pending map[int][]patient.Record
	free    [][]patient.Record // of people that are done: memory for others
	watch   []func(Reread)
	one     [1]patient.Record
}

// add takes a record and returns the members of its person if it was the last.
func (p *goldenPass) add(rec *patient.Record) (int, []patient.Record, error) {
	row, err := p.row(rec)
	if row < 0 {
		return 0, nil, err
	}
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
		if last := len(p.free) - 1; last >= 0 {
			members, p.free = p.free[last][:0], p.free[:last]
		} else {
			members = make([]patient.Record, 0, min(size, 16))
		}
	}
	if n := len(members); n < cap(members) {
		members = members[:n+1]
	} else {
		members = append(members, patient.Record{})
	}
	rec.CloneInto(&members[len(members)-1])
	if len(members) < size {
		p.pending[person] = members
		return 0, nil, nil
	}
	delete(p.pending, person)
	return person, members, nil
}

// A secondPass finds the records of the first pass again.
type secondPass struct {
	res     *Result
	seen    []bool // rows
	records int    // of them
	next    int    // the record that was read behind the last one found
	content []byte
}

func (res *Result) newSecondPass() secondPass {
	res.run.rowsOnce.Do(res.run.indexRows)
	return secondPass{res: res, seen: make([]bool, res.Records())}
}

// complete reports whether every record came again.
func (p *secondPass) complete() bool { return p.records == len(p.seen) }

// row returns the row of a record and marks it seen: -1 if it was said before or
// is superseded, with ErrChanged if it was never read. A record of both sides of
// a linkage comes twice, and is of each side once.
func (p *secondPass) row(rec *patient.Record) (int, error) {
	p.content = rec.AppendContent(p.content[:0])
	digest := hash.Bytes(p.content)
	r := &p.res.run.reader
	// The input comes as it came before: nearly always it is the next one.
	if p.next < len(r.arrivals) && !r.linkage && r.keys.is(p.next, rec.Source, rec.ID) {
		added := p.next
		p.next++
		if a := &r.arrivals[added]; !a.dropped && a.content == digest {
			return p.see(int(p.res.run.rowOf[added])), nil
		}
	}
	known := false
	for side := range 2 {
		added := r.keys.find(Key{rec.Source, rec.ID}, side)
		if added < 0 {
			continue
		}
		known = true
		if row := int(p.res.run.rowOf[added]); r.arrivals[added].content == digest && !p.seen[row] {
			p.next = added + 1
			return p.see(row), nil
		}
	}
	if !known {
		return -1, ErrChanged
	}
	return -1, nil
}

// see marks a row; -1 if it was before.
func (p *secondPass) see(row int) int {
	if p.seen[row] {
		return -1
	}
	p.seen[row] = true
	p.records++
	return row
}
