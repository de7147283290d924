package match_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/internal/vfs"
	"github.com/idem-health/idem/internal/vfs/memfs"
	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/merge"
	"github.com/idem-health/idem/scoring"
)

// A register is what an engine ought to hold: records, and stewards' decisions.
type register struct {
	records   map[match.Key]*patient.Record
	decisions map[[2]match.Key]bool
}

func keyOf(r *patient.Record) match.Key { return match.Key{Source: r.Source, ID: r.ID} }

func pairOf(a, b merge.RecordID) [2]match.Key {
	x, y := match.Key{Source: a.Source, ID: a.ID}, match.Key{Source: b.Source, ID: b.ID}
	if y.Source < x.Source || y.Source == x.Source && y.ID < x.ID {
		x, y = y, x
	}
	return [2]match.Key{x, y}
}

// hear takes in the decisions that events tell of.
func (r *register) hear(events []merge.Event) {
	for _, ev := range events {
		switch ev.Kind {
		case merge.EventSame, merge.EventNever:
			r.decisions[pairOf(ev.Record, ev.With)] = ev.Kind == merge.EventSame
		case merge.EventWithdraw:
			delete(r.decisions, pairOf(ev.Record, ev.With))
		}
	}
}

func (r *register) drop(k match.Key) {
	delete(r.records, k)
	maps.DeleteFunc(r.decisions, func(p [2]match.Key, _ bool) bool { return p[0] == k || p[1] == k })
}

func (r *register) keys() []match.Key {
	return slices.SortedFunc(maps.Keys(r.records), func(a, b match.Key) int { return strings.Compare(a.Source+a.ID, b.Source+b.ID) })
}

// dedupe is the partition of a batch over the records of the register.
func (r *register) dedupe(t testing.TB, m *match.Model, p scoring.Policy) map[match.Key]match.Key {
	t.Helper()
	var records []patient.Record
	for _, k := range r.keys() {
		records = append(records, *r.records[k])
	}
	o := match.Options{Model: m, Policy: p, Sparse: true}
	for pair, same := range r.decisions {
		o.Decisions = append(o.Decisions, match.PairDecision{A: pair[0], B: pair[1], Same: same})
	}
	if len(records) == 0 {
		return map[match.Key]match.Key{}
	}
	return partition(dedupe(t, records, nil, o))
}

// people is the partition of an engine, as partition names it.
func people(t testing.TB, e *match.Engine, keys []match.Key) map[match.Key]match.Key {
	t.Helper()
	least, out := map[merge.EnterpriseID]match.Key{}, map[match.Key]match.Key{}
	for _, k := range keys {
		id, err := e.Person(k)
		require.NoError(t, err, "%v", k)
		if l, ok := least[id]; !ok || k.ID < l.ID {
			least[id] = k
		}
	}
	for _, k := range keys {
		id, _ := e.Person(k)
		out[k] = least[id]
	}
	return out
}

// differences lists where two partitions differ, a few of them.
func differences(want, got map[match.Key]match.Key) (list []string) {
	for k, w := range want {
		if g := got[k]; g != w {
			list = append(list, fmt.Sprintf("%s: want %s, got %s", k.ID, w.ID, g.ID))
		}
	}
	slices.Sort(list)
	if len(got) != len(want) {
		list = append(list, fmt.Sprintf("%d records, got %d", len(want), len(got)))
	}
	return list[:min(len(list), 12)]
}

// Training takes longer than what is tested.
var (
	trainedMu   sync.Mutex
	trainedJSON = map[string][]byte{}
)

// trained returns a model of a population. Small bounds make blocks outgrow them.
func trained(t testing.TB, policy scoring.Policy, bound int) *match.Model {
	t.Helper()
	trainedMu.Lock()
	defer trainedMu.Unlock()
	data, ok := trainedJSON[policy.Name]
	if !ok {
		records, _ := population(77, 900)
		var err error
		data, err = dedupe(t, records, nil, match.Options{Policy: policy}).Model.JSON()
		require.NoError(t, err)
		trainedJSON[policy.Name] = data
	}
	m, err := match.ParseModel(data)
	require.NoError(t, err)
	if bound > 0 {
		for i := range m.Ladder.Rules {
			for d := range m.Ladder.Rules[i].Bounds {
				m.Ladder.Rules[i].Bounds[d] = bound + i%3
			}
		}
	}
	return m
}

// A script is a stream of operations on records of a population, some of them
// repeated more than 32 times.
type script struct {
	rng  *rand.Rand
	pool []patient.Record
	reg  *register
	e    *match.Engine
}

func newScript(t testing.TB, seed uint64, people int, e *match.Engine) *script {
	t.Helper()
	pool, _ := population(seed, people)
	for i := range pool {
		pool[i].Received = patient.Date{Year: 2026, Month: 1, Day: uint8(1 + i%28)}
	}
	rng := rand.New(rand.NewPCG(seed, 7))
	for range 2 { // floods of one record under many ids
		r := pool[rng.IntN(len(pool))]
		for i := range 40 {
			c := r.Clone()
			c.ID = fmt.Sprintf("%s-%02d", c.ID, i)
			pool = append(pool, c)
		}
	}
	return &script{rng: rng, pool: pool, reg: &register{map[match.Key]*patient.Record{}, map[[2]match.Key]bool{}}, e: e}
}

// step does one operation.
func (s *script) step(t testing.TB) {
	t.Helper()
	ctx := context.Background()
	keys := s.reg.keys()
	one := func() match.Key { return keys[s.rng.IntN(len(keys))] }
	what := s.rng.IntN(100)
	if len(keys) < 5 {
		what = 0
	}
	switch {
	case what < 60:
		r := s.pool[s.rng.IntN(len(s.pool))].Clone()
		if old := s.reg.records[keyOf(&r)]; old != nil && r.Received.Days() < old.Received.Days() {
			r.Received = old.Received
		}
		s.submit(t, r)
	case what < 72: // an update: something else in its place
		r := s.reg.records[one()].Clone()
		donor := s.pool[s.rng.IntN(len(s.pool))]
		switch s.rng.IntN(4) {
		case 0:
			r.Names = donor.Clone().Names
		case 1:
			r.BirthDate = donor.BirthDate
		case 2:
			r.BirthOrder, r.MultipleBirth = fmt.Sprint(1+s.rng.IntN(2)), "Y"
		default:
			r.Phones, r.Addresses = donor.Clone().Phones, donor.Clone().Addresses
		}
		s.submit(t, r)
	case what < 84:
		k := one()
		require.NoError(t, s.e.Delete(ctx, k))
		s.reg.drop(k)
	case what < 90:
		s.say(t, s.e.Link, s.near(one()), one())
	case what < 94:
		a := one()
		s.say(t, s.e.Never, a, s.near(a))
	case what < 97:
		events, err := s.e.Unlink(ctx, one(), "steward-1")
		if !errors.Is(err, merge.ErrRefused) {
			require.NoError(t, err)
		}
		s.reg.hear(events)
	default:
		said := slices.SortedFunc(maps.Keys(s.reg.decisions), func(a, b [2]match.Key) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
		if len(said) > 0 {
			p := said[s.rng.IntN(len(said))]
			s.say(t, s.e.Withdraw, p[0], p[1])
		}
	}
}

// near returns a record of the same person as one, if there is one.
func (s *script) near(k match.Key) match.Key {
	id, err := s.e.Person(k)
	if err != nil {
		return k
	}
	v, err := s.e.Get(context.Background(), id)
	if err != nil {
		return k
	}
	return v.Records[s.rng.IntN(len(v.Records))]
}

func (s *script) say(t testing.TB, say func(context.Context, match.Key, match.Key, string) ([]merge.Event, error), a, b match.Key) {
	t.Helper()
	events, err := say(context.Background(), a, b, "steward-1")
	if !errors.Is(err, merge.ErrRefused) && !errors.Is(err, merge.ErrUnknown) {
		require.NoError(t, err)
	}
	s.reg.hear(events)
}

func (s *script) submit(t testing.TB, r patient.Record) {
	t.Helper()
	_, err := s.e.Submit(context.Background(), &r)
	require.NoError(t, err)
	s.reg.records[keyOf(&r)] = &r
}

// flood submits one record under many ids until it is there 50 times, and takes
// most of them away again: its echoes come and go.
func (s *script) flood(t testing.TB, check func()) {
	t.Helper()
	r := s.pool[s.rng.IntN(len(s.pool))]
	order := s.rng.Perm(50)
	for _, i := range order {
		c := r.Clone()
		c.ID = fmt.Sprintf("flood-%02d", i)
		s.submit(t, c)
	}
	check()
	s.say(t, s.e.Link, match.Key{Source: r.Source, ID: "flood-07"}, match.Key{Source: r.Source, ID: "flood-30"})
	s.say(t, s.e.Never, match.Key{Source: r.Source, ID: "flood-11"}, match.Key{Source: r.Source, ID: "flood-20"})
	check()
	for _, i := range order[:30] {
		k := match.Key{Source: r.Source, ID: fmt.Sprintf("flood-%02d", i)}
		require.NoError(t, s.e.Delete(context.Background(), k))
		s.reg.drop(k)
		if i%10 == 0 {
			check()
		}
	}
	check()
}

// Law 3: after any stream of operations an engine's people are those of a batch
// over the records that are left, with the same model and decisions; so are they
// after the engine was closed and opened again, and after a crash, which loses
// nothing that was acknowledged.
func TestEngineIsTheBatch(t *testing.T) {
	for name, policy := range policies {
		for seed, bound := range []int{0, 4, 9} {
			if testing.Short() && bound != 4 {
				continue
			}
			for _, way := range []string{"memory", "reopened", "crashed"} {
				t.Run(fmt.Sprint(name, bound, way), func(t *testing.T) {
					t.Parallel()
					isTheBatch(t, policy(), bound, uint64(seed+3), way)
				})
			}
		}
	}
}

func isTheBatch(t *testing.T, policy scoring.Policy, bound int, seed uint64, way string) {
	disk, dir := memfs.New(seed), ""
	if way != "memory" {
		dir = "register"
	}
	open := func(m *match.Model) *match.Engine {
		e, err := match.Open(vfs.With(context.Background(), disk), dir, match.EngineOptions{Model: m, Policy: policy})
		require.NoError(t, err)
		return e
	}
	e := open(trained(t, policy, bound))
	s := newScript(t, seed, 110, e)
	check := func() {
		t.Helper()
		require.Empty(t, differences(s.reg.dedupe(t, s.e.Model(), policy), people(t, s.e, s.reg.keys())))
	}
	steps, every := 600, 150
	if testing.Short() {
		steps, every = 200, 100
	}
	for i := range steps {
		s.step(t)
		if i%every == every-1 {
			check()
			waiting, err := s.e.Worklist(0)
			require.NoError(t, err)
			before := s.e.Stats()
			switch way {
			case "reopened":
				require.NoError(t, s.e.Close())
				s.e = open(nil)
			case "crashed":
				disk = disk.Crash()
				s.e = open(nil)
			}
			check()
			again, err := s.e.Worklist(0)
			require.NoError(t, err)
			require.Equal(t, waiting, again)
			after := s.e.Stats()
			require.Equal(t, []int{before.Records, before.People, before.Outgrown, before.Waiting}, []int{after.Records, after.People, after.Outgrown, after.Waiting})
		}
	}
	s.flood(t, check)
	require.NoError(t, s.e.Close())
	t.Logf("%+v", s.e.Stats())
}
