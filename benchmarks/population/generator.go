package population

import (
	"context"
	"iter"
	"runtime"
	"sync"

	"github.com/idem-health/idem/match/patient"
)

// A Generator makes one population. It is never changed after [New] and safe
// for concurrent use; every iteration begins with the first household.
type Generator struct {
	settings
	options Options
	seed    uint64
	idMask  uint64
	t       *tables
	p       [numRates]chance // of the rates that are probabilities

	childGroups, adultGroups alias
	nameErrors, dateErrors   alias
	tail                     [numGroups]chance
	feeds, repeats           [numFeeds]thresholds
	orgs                     [numFeeds][]orgStyle
	hospitals, schools       []string
}

// New checks the options and makes a generator.
func New(o Options) (*Generator, error) {
	s, err := o.compile()
	if err != nil {
		return nil, err
	}
	t, err := loadTables()
	if err != nil {
		return nil, err
	}
	g := &Generator{settings: s, options: o, seed: mix64(o.Seed ^ mix64(GenVersion)), t: t}
	g.idMask = mix64(g.seed ^ 0x1d)
	for i, v := range g.values {
		g.p[i] = chanceOf(v)
	}
	g.childGroups = g.weights(rateGroupChild, numGroups)
	g.adultGroups = g.weights(rateGroupAdult, numGroups)
	g.nameErrors = g.weights(rateNameMix, numNameErrors)
	g.dateErrors = g.weights(rateDateMix, numDateErrors)
	for i := range g.tail {
		g.tail[i] = chanceOf(tailShares[i] * g.values[rateTail])
	}
	g.compileFeeds()
	for i := range feedTable[feedHOSP].orgs {
		d := g.draw(kindTable, uint64(i), streamPlace)
		kinds := [...]string{" General Hospital", " Medical Center", " Memorial Hospital", " Regional Hospital"}
		g.hospitals = append(g.hospitals, cityName(&d)+kinds[d.below(len(kinds))])
	}
	for i := range feedTable[feedSCHOOL].orgs {
		d := g.draw(kindTable, 1<<20|uint64(i), streamPlace)
		kinds := [...]string{" Elementary", " Middle School", " High School", " Academy"}
		g.schools = append(g.schools, cityName(&d)+kinds[d.below(len(kinds))])
	}
	return g, nil
}

// weights makes an alias table of some rates in a row.
func (g *Generator) weights(first rate, n int) alias {
	w := make([]uint64, n)
	for i := range w {
		w[i] = uint64(g.values[first+rate(i)]*1e6 + .5)
	}
	return newAlias(w)
}

// People is how many people are asked for; the last household may bring more.
func (g *Generator) People() int { return g.people }

// Mode is what of the world is written down.
func (g *Generator) Mode() string { return g.mode }

// batchHouseholds is how many households a batch covers: enough to make the
// hand-over between goroutines cheap, few enough to stay within the cache.
const batchHouseholds = 128

// Batches gives the population, by batches of whole households in their order.
// It stops after the first error, which is ctx's. A batch is overwritten by the
// next one.
func (g *Generator) Batches(ctx context.Context) iter.Seq2[*Batch, error] {
	return g.batches(ctx, true)
}

// Rows gives the records one by one, in the order of the batches. A row is
// valid until the next one.
func (g *Generator) Rows(ctx context.Context) iter.Seq2[*Row, error] {
	return func(yield func(*Row, error) bool) {
		for b, err := range g.batches(ctx, false) {
			if err != nil {
				yield(nil, err)
				return
			}
			for i := range b.Rows {
				if !yield(&b.Rows[i], nil) {
					return
				}
			}
		}
	}
}

// Records gives the records alone, as an engine gets them: nothing that is
// reachable from them says who anybody is. The record is used again for the
// next; its strings stay. Queries, of mode query, are left out.
func (g *Generator) Records(ctx context.Context) iter.Seq2[*patient.Record, error] {
	return func(yield func(*patient.Record, error) bool) {
		var r patient.Record
		for row, err := range g.Rows(ctx) {
			if err != nil {
				yield(nil, err)
				return
			}
			if row.Query() {
				continue
			}
			if row.Record(&r); !yield(&r, nil) {
				return
			}
		}
	}
}

func (g *Generator) batches(ctx context.Context, facts bool) iter.Seq2[*Batch, error] {
	workers := g.options.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	return func(yield func(*Batch, error) bool) {
		left := g.people
		take := func(b *Batch) bool {
			if b.People >= left {
				b.cut(left)
			}
			left -= b.People
			return yield(b, nil) && left > 0
		}
		var err error
		if workers == 1 {
			err = g.serial(ctx, facts, take)
		} else {
			err = g.parallel(ctx, workers, facts, take)
		}
		if err != nil {
			yield(nil, err)
		}
	}
}

func (g *Generator) serial(ctx context.Context, facts bool, take func(*Batch) bool) error {
	m := newMaker(g, facts)
	b := &Batch{}
	for first := uint64(0); ; first += batchHouseholds {
		if err := ctx.Err(); err != nil {
			return err
		}
		if m.fill(b, first); !take(b) {
			return nil
		}
	}
}

// parallel hands batches to workers and takes them back in their order. No more
// than three per worker exist.
func (g *Generator) parallel(ctx context.Context, workers int, facts bool, take func(*Batch) bool) error {
	inner, cancel := context.WithCancel(ctx)
	var group sync.WaitGroup
	defer group.Wait()
	defer cancel()
	type job struct {
		batch *Batch
		first uint64
		done  chan struct{}
	}
	jobs, order := make(chan *job), make(chan *job, 2*workers)
	free := make(chan *job, 3*workers)
	for range 3 * workers {
		free <- &job{batch: &Batch{}, done: make(chan struct{}, 1)}
	}
	group.Go(func() {
		defer close(jobs)
		for first := uint64(0); ; first += batchHouseholds {
			var j *job
			select {
			case j = <-free:
			case <-inner.Done():
				return
			}
			j.first = first
			select {
			case order <- j: // before jobs: the one to take them must know it
			case <-inner.Done():
				return
			}
			select {
			case jobs <- j:
			case <-inner.Done():
				return
			}
		}
	})
	for range workers {
		group.Go(func() {
			m := newMaker(g, facts)
			for j := range jobs {
				m.fill(j.batch, j.first)
				j.done <- struct{}{}
			}
		})
	}
	for {
		select {
		case j := <-order:
			select {
			case <-j.done:
			case <-ctx.Done():
				return ctx.Err()
			}
			if !take(j.batch) {
				return nil
			}
			free <- j
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// A maker makes batches. It is one goroutine's.
type maker struct {
	composer
	facts    bool
	house    household
	messages []message
	given    []dose
	found    []found
}

// found is what is known of a member's records while its household is written.
type found struct {
	named, placeholder int32 // the first row of each kind; -1 none
	before, after      int32 // an adoption
	rows               int
}

func newMaker(g *Generator, facts bool) *maker {
	return &maker{composer: composer{world: &world{Generator: g}}, facts: facts, found: make([]found, maxMembers)}
}

// fill makes the batch that begins with a household.
func (m *maker) fill(b *Batch, first uint64) {
	b.reset(first)
	m.batch = b
	b.Households = batchHouseholds
	for id := first; id < first+batchHouseholds; id++ {
		m.household(id)
		b.ends = append(b.ends, householdEnd{b.People, len(b.Rows), len(b.Relations), len(b.Labels), len(b.Persons)})
	}
	b.text, b.factText = string(b.buffer), string(b.facts)
	for i := range b.Persons {
		b.Persons[i].text = b.factText
	}
}

// household writes the records of one household.
func (m *maker) household(id uint64) {
	h := &m.house
	m.build(h, id, false)
	begin := len(m.batch.Rows)
	for i := range h.n {
		p := &h.people[i]
		m.found[i] = found{named: -1, placeholder: -1, before: -1, after: -1}
		if !p.recorded {
			continue
		}
		m.batch.People++
		m.given = m.history(h, p, m.given[:0])
		m.messages = m.plan(h, p, m.given, m.messages[:0])
		m.seen = [2]uint64{}
		rows := len(m.batch.Rows)
		for j := range m.messages {
			m.compose(h, p, &m.messages[j], m.given)
		}
		if m.facts {
			m.fact(h, p, rows)
		}
	}
	if m.facts {
		m.relate(h, begin)
		m.label(h, begin)
	}
}

// plan appends the records of a person, as the mode has them.
func (w *world) plan(h *household, p *person, doses []dose, dst []message) []message {
	switch w.mode {
	case ModeStream:
		return w.planStream(h, p, doses, dst)
	case ModeCrosslink:
		return w.planCrosslink(h, p, dst)
	case ModeQuery:
		return w.planQuery(h, p, dst)
	}
	return w.planRegistry(h, p, dst)
}
