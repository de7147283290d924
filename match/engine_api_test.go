package match_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/internal/vfs"
	"github.com/idem-health/idem/internal/vfs/memfs"
	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/match/store"
	"github.com/idem-health/idem/merge"
	"github.com/idem-health/idem/scoring"
)

// record makes a record of field and value pairs.
func record(id string, fields ...string) *patient.Record {
	r := &patient.Record{Source: "clinic", ID: id}
	for i := 0; i < len(fields); i += 2 {
		r.SetField(fields[i], fields[i+1], "")
	}
	return r
}

func child(id string, more ...string) *patient.Record {
	return record(id, append([]string{
		"given_name", "Oliver", "family_name", "Kowalski", "birth_date", "2026-03-14", "sex", "M", "phone", "517-234-0199",
		"mother_given", "Judy", "mother_maiden", "Harris", "address", "12 Oak St", "city", "Lansing", "postal_code", "48911", "received", "2026-03-20",
	}, more...)...)
}

func iisEngine(t testing.TB, o match.EngineOptions) *match.Engine {
	t.Helper()
	if o.Model == nil {
		o.Model = trained(t, scoring.IISPolicy(), 0)
	}
	e, err := match.Open(context.Background(), "", o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, e.Close()) })
	return e
}

func submit(t testing.TB, e *match.Engine, r *patient.Record) match.Receipt {
	t.Helper()
	receipt, err := e.Submit(context.Background(), r)
	require.NoError(t, err)
	return receipt
}

func TestReceipts(t *testing.T) {
	e := iisEngine(t, match.EngineOptions{})
	first := submit(t, e, child("1"))
	assert.Equal(t, match.RecordNew, first.Status)
	assert.Equal(t, merge.EnterpriseID(1), first.Person)
	require.Len(t, first.Changes, 1)
	assert.Equal(t, merge.EventLink, first.Changes[0].Kind)
	assert.Equal(t, "iis", first.Changes[0].Policy)

	again := submit(t, e, child("1"))
	assert.Equal(t, match.RecordUnchanged, again.Status)
	assert.Empty(t, again.Changes)

	second := submit(t, e, child("2", "birth_certificate", "2026-000123"))
	assert.Equal(t, first.Person, second.Person)
	require.NotEmpty(t, second.Pairs)
	assert.Equal(t, match.Match, second.Pairs[0].Decision)
	assert.Equal(t, match.Key{Source: "clinic", ID: "1"}, second.Pairs[0].With)

	stale := child("2", "received", "2026-03-01")
	assert.Equal(t, match.RecordStale, submit(t, e, stale).Status)

	// An update that cannot be the same child leaves, with its cause; the ids that
	// others keep still lead to somebody.
	update := child("1", "received", "2026-04-01", "birth_order", "2", "birth_certificate", "2026-000124")
	parted := submit(t, e, update)
	assert.Equal(t, match.RecordUpdated, parted.Status)
	kinds := []merge.EventKind{}
	for _, ev := range parted.Changes {
		kinds = append(kinds, ev.Kind)
		if ev.Kind == merge.EventUnlink {
			assert.Equal(t, match.CauseConflict, ev.Cause)
		}
	}
	assert.Equal(t, []merge.EventKind{merge.EventSupersede, merge.EventUnlink}, kinds)
	a, err := e.Person(match.Key{Source: "clinic", ID: "1"})
	require.NoError(t, err)
	b, err := e.Person(match.Key{Source: "clinic", ID: "2"})
	require.NoError(t, err)
	assert.NotEqual(t, a, b)
	for _, id := range []merge.EnterpriseID{a, b} {
		v, err := e.Get(context.Background(), id)
		require.NoError(t, err)
		assert.Len(t, v.Records, 1)
	}
}

func TestWhatIsNotTaken(t *testing.T) {
	ctx := context.Background()
	e := iisEngine(t, match.EngineOptions{})
	_, err := e.Submit(ctx, record(""))
	require.ErrorIs(t, err, match.ErrNoID)
	r := child("1")
	r.Consent.NoAdd = true
	_, err = e.Submit(ctx, r)
	require.ErrorIs(t, err, match.ErrNoConsent)
	_, err = e.Query(ctx, r, match.QueryOptions{})
	require.NoError(t, err, "it may be looked up")
	require.ErrorIs(t, e.Delete(ctx, match.Key{Source: "clinic", ID: "9"}), match.ErrNoSuchRecord)
	_, err = e.Get(ctx, 77)
	require.ErrorIs(t, err, match.ErrNoSuchPerson)
	canceled, cancel := context.WithCancel(ctx)
	cancel()
	_, err = e.Submit(canceled, child("2"))
	require.ErrorIs(t, err, context.Canceled)
	_, err = match.Open(ctx, "", match.EngineOptions{})
	require.ErrorIs(t, err, match.ErrNoModel)
	assert.Zero(t, e.Stats().Records)
}

func TestQueryAnswers(t *testing.T) {
	ctx := context.Background()
	e := iisEngine(t, match.EngineOptions{})
	for i := range 3 {
		submit(t, e, child(fmt.Sprint(i), "birth_certificate", "2026-000123"))
	}
	twin := child("twin", "given_name", "Oscar", "birth_order", "2", "birth_certificate", "2026-000124")
	submit(t, e, twin)
	hidden := record("hidden", "given_name", "Zelda", "family_name", "Quist", "birth_date", "2025-05-05", "sex", "F", "phone", "313-555-0142",
		"mother_given", "Ruth", "postal_code", "48201", "address", "9 Elm St", "birth_certificate", "2025-000777")
	hidden.Protected = true
	submit(t, e, hidden)
	before := e.Stats()
	ask := func(r *patient.Record, o match.QueryOptions) match.Answer {
		t.Helper()
		a, err := e.Query(ctx, r, o)
		require.NoError(t, err)
		return a
	}
	one := ask(child("", "birth_certificate", "2026-000123"), match.QueryOptions{})
	require.Equal(t, match.AnswerOne, one.Kind)
	assert.Equal(t, match.GradeCertain, one.People[0].Grade)
	assert.Equal(t, "certain", one.People[0].Grade.String())

	placeholder := ask(child("", "given_name", "BABYBOY"), match.QueryOptions{})
	assert.NotEqual(t, match.AnswerOne, placeholder.Kind, "a placeholder is never an exact match")
	for _, p := range placeholder.People {
		assert.Less(t, p.Grade, match.GradeCertain)
	}

	assert.Equal(t, match.AnswerNone, ask(record("", "given_name", "Nobody", "family_name", "Atall", "birth_date", "1999-01-02"), match.QueryOptions{}).Kind)
	assert.Equal(t, match.AnswerInsufficient, ask(record("", "sex", "M"), match.QueryOptions{}).Kind)

	assert.Equal(t, match.AnswerNone, ask(hidden, match.QueryOptions{Owner: "elsewhere"}).Kind, "protected people are nobody")
	assert.Equal(t, match.AnswerOne, ask(hidden, match.QueryOptions{Owner: "clinic"}).Kind, "but to their source")

	few := ask(child(""), match.QueryOptions{Candidates: 1})
	assert.True(t, few.Truncated)
	assert.NotEqual(t, match.AnswerOne, few.Kind)
	after := e.Stats()
	before.Bytes, after.Bytes = 0, 0
	assert.Equal(t, before, after, "a query writes nothing")
}

func TestTooManyFit(t *testing.T) {
	e := iisEngine(t, match.EngineOptions{})
	for i := range 6 {
		submit(t, e, child(fmt.Sprint(i), "birth_order", fmt.Sprint(i+1), "multiple_birth", "Y"))
	}
	query := child("")
	a, err := e.Query(context.Background(), query, match.QueryOptions{Limit: 5})
	require.NoError(t, err)
	assert.Equal(t, match.AnswerTooMany, a.Kind)
	assert.Empty(t, a.People)
	a, err = e.Query(context.Background(), query, match.QueryOptions{Limit: 6})
	require.NoError(t, err)
	assert.Equal(t, match.AnswerSeveral, a.Kind)
	assert.Len(t, a.People, 6)
}

func TestCallersHaveABudget(t *testing.T) {
	now := time.Unix(0, 0)
	e := iisEngine(t, match.EngineOptions{QueriesPerMinute: 3, Now: func() time.Time { return now }})
	ask := func(caller string) error {
		_, err := e.Query(context.Background(), child(""), match.QueryOptions{Caller: caller})
		return err
	}
	for range 3 {
		require.NoError(t, ask("a"))
	}
	require.ErrorIs(t, ask("a"), match.ErrQueryBudget)
	require.NoError(t, ask("b"))
	now = now.Add(20 * time.Second)
	require.NoError(t, ask("a"))
	require.ErrorIs(t, ask("a"), match.ErrQueryBudget)
	many := 25_000
	if testing.Short() {
		many = 500
	}
	for i := range many {
		require.NoError(t, ask(fmt.Sprint("many ", i)))
	}
}

func TestStewards(t *testing.T) {
	ctx := context.Background()
	e := iisEngine(t, match.EngineOptions{})
	a, b := match.Key{Source: "clinic", ID: "a"}, match.Key{Source: "clinic", ID: "b"}
	submit(t, e, child("a"))
	submit(t, e, record("b", "given_name", "Mina", "family_name", "Novak", "birth_date", "2024-01-01", "sex", "F"))
	submit(t, e, child("c", "birth_order", "1", "multiple_birth", "Y"))
	submit(t, e, child("d", "birth_order", "2", "multiple_birth", "Y"))
	person := func(k match.Key) merge.EnterpriseID {
		id, err := e.Person(k)
		require.NoError(t, err)
		return id
	}
	require.NotEqual(t, person(a), person(b))
	_, err := e.Link(ctx, a, b, "steward-7")
	require.NoError(t, err)
	require.Equal(t, person(a), person(b))
	_, err = e.Never(ctx, a, b, "steward-7")
	require.NoError(t, err, "what was said of the two themselves is said anew")
	require.NotEqual(t, person(a), person(b))
	_, err = e.Withdraw(ctx, a, b, "steward-7")
	require.NoError(t, err)
	_, err = e.Link(ctx, match.Key{Source: "clinic", ID: "c"}, match.Key{Source: "clinic", ID: "d"}, "steward-7")
	var refused *merge.RefusedError
	require.True(t, errors.As(err, &refused), "%v", err)
	assert.NotEmpty(t, refused.Reason)
	_, err = e.Link(ctx, a, match.Key{Source: "clinic", ID: "zzz"}, "steward-7")
	require.ErrorIs(t, err, match.ErrNoSuchRecord)
	v, err := e.Verify(ctx, true)
	require.NoError(t, err)
	assert.Empty(t, v.Differences)
	assert.Equal(t, 4, v.Records)
}

func TestLookup(t *testing.T) {
	e := iisEngine(t, match.EngineOptions{})
	r := child("1")
	r.Identifiers = []patient.Identifier{{Authority: "Mercy", Type: patient.IDMedicalRecord, Value: "00-4711"}}
	submit(t, e, r)
	found, err := e.Lookup(patient.IDMedicalRecord, "MERCY", " 00-4711")
	require.NoError(t, err)
	require.Len(t, found, 1)
	assert.Equal(t, merge.EnterpriseID(1), found[0].Person)
	found, err = e.Lookup(patient.IDMedicalRecord, "Other", "00-4711")
	require.NoError(t, err)
	assert.Empty(t, found)
	require.NoError(t, e.Delete(context.Background(), match.Key{Source: "clinic", ID: "1"}))
	found, err = e.Lookup(patient.IDMedicalRecord, "MERCY", " 00-4711")
	require.NoError(t, err)
	assert.Empty(t, found)
	_, err = e.Lookup("??", "", "1")
	require.Error(t, err)
}

// Another model is tried beside the old one, shows what it changes, and makes the
// people those of a batch with it; so does one that a crash interrupts.
func TestReload(t *testing.T) {
	ctx := context.Background()
	disk := memfs.New(3)
	policy := scoring.GenericPolicy()
	small := trained(t, policy, 3)
	e, err := match.Open(vfs.With(ctx, disk), "register", match.EngineOptions{Model: small, Policy: policy})
	require.NoError(t, err)
	s := newScript(t, 5, 60, e)
	for range 300 {
		s.step(t)
	}
	require.Positive(t, e.Stats().Outgrown)
	deferred, err := e.Deferred(0)
	require.NoError(t, err)
	require.NotEmpty(t, deferred)
	large := trained(t, policy, 500)
	before := people(t, e, s.reg.keys())

	no := errors.New("not today")
	_, err = e.Reload(ctx, large, match.ReloadOptions{Approve: func(p match.Preview) error {
		assert.NotEmpty(t, p.Changed)
		assert.Equal(t, len(s.reg.records), p.Records)
		assert.Zero(t, p.Deferred)
		return no
	}})
	require.ErrorIs(t, err, no)
	require.Equal(t, before, people(t, e, s.reg.keys()))
	require.Equal(t, small.Ladder, e.Model().Ladder)

	events, err := e.Reload(ctx, large, match.ReloadOptions{Approve: func(match.Preview) error {
		for range 60 { // others go on meanwhile
			s.step(t)
		}
		return nil
	}})
	require.NoError(t, err)
	require.NotEmpty(t, events)
	check := func() {
		t.Helper()
		require.Empty(t, differences(s.reg.dedupe(t, large, policy), people(t, s.e, s.reg.keys())))
	}
	check()
	for range 100 {
		s.step(t)
	}
	check()
	s.e, err = match.Open(vfs.With(ctx, disk.Crash()), "register", match.EngineOptions{Model: large, Policy: policy})
	require.NoError(t, err)
	check()
	v, err := s.e.Verify(ctx, true)
	require.NoError(t, err)
	assert.Empty(t, v.Differences)
	assert.Positive(t, v.Ledger.Events)
	require.NoError(t, s.e.Close())
}

// While models change, a crash at any moment leaves a register that opens, with
// one model or the other, and the people of that.
func TestReloadSurvivesCrashes(t *testing.T) {
	policy := scoring.GenericPolicy()
	small, large := trained(t, policy, 3), trained(t, policy, 500)
	crashes, changed := 0, 0
	for n := 1; ; n += 1 + n/6 {
		disk := memfs.New(uint64(n))
		ctx := vfs.With(context.Background(), disk)
		e, err := match.Open(ctx, "register", match.EngineOptions{Model: small, Policy: policy})
		require.NoError(t, err)
		s := newScript(t, 6, 25, e)
		for range 60 {
			s.step(t)
		}
		disk.FailAt(n, true)
		_, err = e.Reload(ctx, large, match.ReloadOptions{})
		done := err == nil
		if !done {
			crashes++
		}
		s.e, err = match.Open(vfs.With(context.Background(), disk.Crash()), "register", match.EngineOptions{})
		require.NoError(t, err)
		if s.e.Model().Ladder.Rules[0].Bounds[0] == 500 {
			changed++
		} else {
			require.False(t, done, "a change that was acknowledged is there")
		}
		require.Empty(t, differences(s.reg.dedupe(t, s.e.Model(), policy), people(t, s.e, s.reg.keys())))
		require.NoError(t, s.e.Close())
		if done {
			break
		}
	}
	assert.Positive(t, crashes)
	assert.Positive(t, changed)
}

// What was erased is gone from the store, all versions of it, and from memory;
// the ledger stays whole.
func TestErase(t *testing.T) {
	ctx := context.Background()
	disk := memfs.New(4)
	m := trained(t, scoring.IISPolicy(), 0)
	e, err := match.Open(vfs.With(ctx, disk), "register", match.EngineOptions{Model: m})
	require.NoError(t, err)
	k := match.Key{Source: "clinic", ID: "1"}
	submit(t, e, child("1", "family_name", "Xylander"))
	submit(t, e, child("1", "family_name", "Yxlander", "received", "2026-04-01"))
	submit(t, e, child("2"))
	n, err := e.Erase(ctx, k)
	require.NoError(t, err)
	assert.Equal(t, 2, n)
	_, err = e.Record(ctx, k)
	require.ErrorIs(t, err, match.ErrNoSuchRecord)
	n, err = e.Erase(ctx, k)
	require.NoError(t, err)
	assert.Zero(t, n)
	_, err = e.Erase(ctx, match.Key{Source: "clinic", ID: "3"})
	require.ErrorIs(t, err, match.ErrNoSuchRecord)
	for name, data := range disk.Files() {
		assert.NotContains(t, string(data), "Xylander", name)
		assert.NotContains(t, string(data), "Yxlander", name)
	}
	v, err := e.Verify(ctx, true)
	require.NoError(t, err)
	assert.Empty(t, v.Differences)
	assert.Equal(t, 2, v.Store.Erased)
	submit(t, e, child("1"))
	require.NoError(t, e.Close())
	e, err = match.Open(vfs.With(ctx, disk), "register", match.EngineOptions{})
	require.NoError(t, err)
	assert.Equal(t, 2, e.Stats().Records)
	require.NoError(t, e.Close())
}

// No acknowledged submission is lost whichever call of the file system fails.
func TestEveryFailingCall(t *testing.T) {
	policy := scoring.GenericPolicy()
	m := trained(t, policy, 4)
	pool, _ := population(31, 12)
	failures := 0
	for n := 1; ; n += 1 + n/8 {
		disk := memfs.New(uint64(n))
		acknowledged := map[match.Key]bool{}
		e, err := match.Open(vfs.With(context.Background(), disk), "register", match.EngineOptions{Model: m, Policy: policy})
		require.NoError(t, err)
		disk.FailAt(n, false)
		failed := false
		for i := range pool {
			r := pool[i].Clone()
			if _, err := e.Submit(context.Background(), &r); err == nil {
				require.False(t, failed, "after a failure nothing is acknowledged")
				acknowledged[keyOf(&r)] = true
			} else {
				failed = true
			}
		}
		_ = e.Close() // it tells the failure again
		e, err = match.Open(vfs.With(context.Background(), disk.Crash()), "register", match.EngineOptions{})
		require.NoError(t, err)
		reg := &register{map[match.Key]*patient.Record{}, nil}
		for i := range pool {
			if _, err := e.Person(keyOf(&pool[i])); err == nil {
				reg.records[keyOf(&pool[i])] = &pool[i]
			} else {
				require.False(t, acknowledged[keyOf(&pool[i])], "call %d: lost", n)
			}
		}
		require.Empty(t, differences(reg.dedupe(t, e.Model(), policy), people(t, e, reg.keys())))
		_, err = e.Record(context.Background(), match.Key{})
		require.ErrorIs(t, err, match.ErrNoSuchRecord)
		require.NoError(t, e.Close())
		if !failed {
			break
		}
		failures++
	}
	assert.Greater(t, failures, 10)
}

func TestOtherModelIsRefused(t *testing.T) {
	ctx := vfs.With(context.Background(), memfs.New(5))
	_, err := match.Open(ctx, "register", match.EngineOptions{})
	require.ErrorIs(t, err, match.ErrNoModel)
	e, err := match.Open(ctx, "register", match.EngineOptions{Model: trained(t, scoring.IISPolicy(), 0)})
	require.NoError(t, err)
	_, err = match.Open(ctx, "register", match.EngineOptions{})
	require.ErrorIs(t, err, store.ErrLocked)
	require.NoError(t, e.Close())
	_, err = match.Open(ctx, "register", match.EngineOptions{Model: trained(t, scoring.IISPolicy(), 5)})
	require.ErrorIs(t, err, match.ErrOtherModel)
	_, err = match.Open(ctx, "register", match.EngineOptions{Policy: scoring.GenericPolicy()})
	require.ErrorIs(t, err, match.ErrOtherModel)
	e, err = match.Open(ctx, "register", match.EngineOptions{Policy: scoring.IISPolicy()})
	require.NoError(t, err)
	require.NoError(t, e.Close())
}
