package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"strings"
	"time"

	"github.com/idem-health/idem/blocking/bleveindex"
	"github.com/idem-health/idem/examples/iisserver/web"
	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/merge"
)

// A register is a [match.Engine] with a search index beside it.
type register struct {
	engine *match.Engine
	index  *bleveindex.Index
	stop   context.CancelFunc
	done   chan struct{}
	broken func(error) // told when the index could not be written
}

// commitEvery is how long a record may wait until a search finds it. The index is
// derived data: what a crash takes from it, the next start puts back.
const commitEvery = time.Second

// newRegister opens the index of an engine's records, and makes it anew where it
// is not theirs.
func newRegister(ctx context.Context, engine *match.Engine, dir string, broken func(error)) (*register, error) {
	r := &register{engine: engine, done: make(chan struct{}), broken: broken}
	state, err := r.state(ctx)
	if err != nil {
		return nil, err
	}
	o := bleveindex.Options{Epoch: state.Epoch, Expect: &state}
	r.index, err = bleveindex.Open(dir, o)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, bleveindex.ErrStale) || errors.Is(err, bleveindex.ErrDamaged) {
		r.index, err = bleveindex.Create(dir, o)
		if err == nil {
			err = r.rebuild(ctx, state)
		}
	}
	if err != nil {
		if r.index != nil {
			err = errors.Join(err, r.index.Close())
		}
		return nil, err
	}
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	r.stop = stop
	go r.commit(background)
	return r, nil
}

// state is what the index of the engine's records must be like.
func (r *register) state(ctx context.Context) (bleveindex.State, error) {
	s := bleveindex.State{Epoch: "iisserver 1 " + r.engine.Model().Profile.Name}
	for id, n := range r.normalized(ctx, nil) {
		s.Count++
		s.Digest = s.Digest.Add(bleveindex.Entry(id, n))
	}
	return s, ctx.Err()
}

// normalized gives the engine's records in the form that is filed; a failure goes
// into err and ends it.
func (r *register) normalized(ctx context.Context, err *error) iter.Seq2[string, *patient.Normalized] {
	return func(yield func(string, *patient.Normalized) bool) {
		normalizer := patient.NewNormalizer(r.engine.Model().Profile)
		var n patient.Normalized
		for rec, failure := range r.engine.Records(ctx) {
			if failure != nil {
				if err != nil {
					*err = failure
				}
				return
			}
			normalizer.Apply(&n, rec)
			if !yield(indexID(match.Key{Source: rec.Source, ID: rec.ID}), &n) {
				return
			}
		}
	}
}

func (r *register) rebuild(ctx context.Context, state bleveindex.State) error {
	var failure error
	err := r.index.Rebuild(ctx, state, r.normalized(ctx, &failure))
	return errors.Join(failure, err)
}

// commit writes the index every now and then.
func (r *register) commit(ctx context.Context) {
	defer close(r.done)
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(commitEvery):
		}
		if err := r.index.Commit(context.WithoutCancel(ctx), 0); err != nil && ctx.Err() == nil {
			r.broken(err)
			return // searches go on with what there is; the next start makes it anew
		}
	}
}

// Close writes and closes the index and the engine.
func (r *register) Close() error {
	r.stop()
	<-r.done
	err := r.index.Commit(context.Background(), 0)
	return errors.Join(err, r.index.Close(), r.engine.Close())
}

// indexID and keyOf translate a record's identity; no source has the separator.
func indexID(k match.Key) string { return k.Source + "\x1e" + k.ID }

func keyOf(id string) match.Key {
	source, rest, _ := strings.Cut(id, "\x1e")
	return match.Key{Source: source, ID: rest}
}

// translate gives an error of the engine in the words of the server.
func translate(err error) error {
	for _, t := range []struct{ from, to error }{
		{match.ErrNoSuchRecord, web.ErrNotFound}, {match.ErrNoSuchPerson, web.ErrNotFound}, {merge.ErrUnknown, web.ErrNotFound},
		{merge.ErrEnterpriseID, web.ErrNotFound}, {merge.ErrRefused, web.ErrRefused},
		{match.ErrNoConsent, web.ErrConsent}, {match.ErrQueryBudget, web.ErrBudget},
	} {
		if errors.Is(err, t.from) {
			return fmt.Errorf("%w: %w", t.to, err)
		}
	}
	return err
}

// Submit files a record in the engine, and for searches in the index.
func (r *register) Submit(ctx context.Context, rec *patient.Record) (string, error) {
	receipt, err := r.engine.Submit(ctx, rec)
	if err != nil {
		return "", translate(err)
	}
	n, _ := patient.Normalize(rec, r.engine.Model().Profile)
	if err := r.index.Put(context.WithoutCancel(ctx), indexID(receipt.Record), &n); err != nil {
		r.broken(err) // the record is filed; only searches miss it until the next start
	}
	return receipt.Person.String(), nil
}

// Record returns a record as it was filed.
func (r *register) Record(ctx context.Context, k match.Key) (patient.Record, error) {
	rec, err := r.engine.Record(ctx, k)
	return rec, translate(err)
}

// Query asks the engine; the caller is who owns what it sent.
func (r *register) Query(ctx context.Context, caller string, rec *patient.Record, limit int) (web.Answer, error) {
	found, err := r.engine.Query(ctx, rec, match.QueryOptions{Caller: caller, Owner: caller, Limit: limit, Fallback: r.nearly})
	if err != nil {
		return web.Answer{}, translate(err)
	}
	a := web.Answer{Outcome: map[match.AnswerKind]web.Outcome{
		match.AnswerOne: web.One, match.AnswerSeveral: web.Several, match.AnswerTooMany: web.TooMany, match.AnswerInsufficient: web.Insufficient,
	}[found.Kind]}
	for _, f := range found.People {
		p, err := r.engine.Get(ctx, f.Person)
		if errors.Is(err, match.ErrNoSuchPerson) {
			continue // it went meanwhile
		}
		if err != nil {
			return web.Answer{}, translate(err)
		}
		a.Found = append(a.Found, web.Person{
			ID: p.ID.String(), Record: web.RecordOf(&p.Golden), Score: f.Probability, Match: f.Grade != match.GradePossible,
		})
	}
	if len(a.Found) == 0 && a.Outcome != web.TooMany && a.Outcome != web.Insufficient {
		a.Outcome = web.None
	}
	return a, nil
}

// mostNearly is how many records that no key finds are compared with a query.
const mostNearly = 100

// nearly names records that are nearly the query's, where no key finds one.
func (r *register) nearly(ctx context.Context, n *patient.Normalized) ([]match.Key, error) {
	hits, _, err := r.index.Candidates(ctx, n, mostNearly)
	keys := make([]match.Key, len(hits))
	for i, h := range hits {
		keys[i] = keyOf(h.ID)
	}
	return keys, err
}

// Person returns a person; a protected one only to who sent it.
func (r *register) Person(ctx context.Context, caller, id string) (web.Person, error) {
	e, err := merge.ParseEnterpriseID(id)
	if err != nil {
		return web.Person{}, translate(err)
	}
	p, err := r.engine.Get(ctx, e)
	if err != nil {
		return web.Person{}, translate(err)
	}
	if p.Protected && !owns(&p, caller) {
		return web.Person{}, web.ErrNotFound
	}
	return web.Person{ID: p.ID.String(), Record: web.RecordOf(&p.Golden)}, nil
}

func owns(p *match.PersonView, caller string) bool {
	for _, k := range p.Records {
		if k.Source == caller {
			return true
		}
	}
	return false
}

// Link says that two records are one person.
func (r *register) Link(ctx context.Context, a, b match.Key, steward string) error {
	_, err := r.engine.Link(ctx, a, b, steward)
	return translate(err)
}

// Never says that two records are two people.
func (r *register) Never(ctx context.Context, a, b match.Key, steward string) error {
	_, err := r.engine.Never(ctx, a, b, steward)
	return translate(err)
}

// Unlink takes a record out of its person.
func (r *register) Unlink(ctx context.Context, k match.Key, steward string) error {
	_, err := r.engine.Unlink(ctx, k, steward)
	return translate(err)
}

// Worklist returns what waits for a steward.
func (r *register) Worklist(context.Context) ([]web.Waiting, error) {
	tasks, err := r.engine.Worklist(0)
	if err != nil {
		return nil, translate(err)
	}
	list := make([]web.Waiting, 0, len(tasks))
	for _, t := range tasks {
		w := web.Waiting{Record: web.Key(t.Record), Person: t.Person.String(), Reason: string(t.Waits)}
		for _, c := range t.Candidates {
			w.Candidates = append(w.Candidates, web.Hit{Record: web.Key(c.Record), Person: c.Person.String()})
		}
		list = append(list, w)
	}
	return list, nil
}

// Search looks into the index; protected people are left out.
func (r *register) Search(ctx context.Context, caller, text string, limit int) ([]web.Hit, string, error) {
	found, truncated, err := r.index.Search(ctx, text, limit)
	if err != nil {
		return nil, "", err
	}
	hits := []web.Hit{}
	for _, f := range found {
		k := keyOf(f.ID)
		id, err := r.engine.Person(k)
		if errors.Is(err, match.ErrNoSuchRecord) {
			continue // deleted since the index was written
		}
		if err != nil {
			return nil, "", translate(err)
		}
		p, err := r.engine.Get(ctx, id)
		if err != nil {
			return nil, "", translate(err)
		}
		if !p.Protected || owns(&p, caller) {
			hits = append(hits, web.Hit{Record: web.Key(k), Person: id.String()})
		}
	}
	return hits, truncated.String(), nil
}
