package merge

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func rec(i int) RecordID { return RecordID{"clinic", fmt.Sprintf("%02d", i)} }

func contentOf(i int) RecordDigest { return RecordDigest{1, byte(i)} }

var bySteward = Basis{By: Steward, Actor: "s-7"}

// A chart is a state and the events that made it.
type chart struct {
	*State
	events []Event
	hard   Conflict
}

func newChart(records int) *chart {
	c := &chart{State: NewState()}
	for i := range records {
		if err := c.do(Submit{rec(i), contentOf(i), Basis{By: Engine, Policy: "iis-1", Model: "m1"}}); err != nil {
			panic(err)
		}
	}
	return c
}

func (c *chart) do(command Command) error {
	events, err := Decide(c.State, command, c.hard)
	if err != nil {
		return err
	}
	for i := range events {
		if err := c.State.Apply(&events[i]); err != nil {
			return fmt.Errorf("%T decided what cannot be: %w", command, err)
		}
	}
	c.events = append(c.events, events...)
	return nil
}

// people writes who is one person: the last digit of each record's id.
func (c *chart) people() string {
	text := ""
	for _, id := range c.People() {
		text += id.String()[5:] + ":"
		for _, r := range c.Records(id) {
			text += r.ID[1:]
		}
		text += " "
	}
	return text[:max(0, len(text)-1)]
}

func groups(list ...[]int) (people [][]RecordID) {
	for _, g := range list {
		var p []RecordID
		for _, i := range g {
			p = append(p, rec(i))
		}
		people = append(people, p)
	}
	return people
}

func TestALifeOfAPerson(t *testing.T) {
	c := newChart(4)
	assert.Equal(t, "01:0 02:1 03:2 04:3", c.people())

	require.NoError(t, c.do(Repartition{People: groups([]int{0, 1}, []int{2}, []int{3})}))
	assert.Equal(t, "01:01 03:2 04:3", c.people())
	assert.Equal(t, EventMerge, c.events[len(c.events)-1].Kind)

	require.NoError(t, c.do(SayNever{rec(0), rec(1), bySteward}))
	assert.Equal(t, "01:0 03:2 04:3 05:1", c.people())
	err := c.do(Repartition{People: groups([]int{0, 1}, []int{2}, []int{3})})
	assert.ErrorIs(t, err, ErrRefused)
	assert.ErrorContains(t, err, "clinic/00 and clinic/01: never", "a steward's word survives every rerun")

	require.NoError(t, c.do(SaySame{rec(1), rec(2), bySteward}))
	assert.Equal(t, "01:0 03:12 04:3", c.people())
	err = c.do(Repartition{People: groups([]int{0}, []int{1}, []int{2}, []int{3})})
	assert.ErrorContains(t, err, "clinic/01 and clinic/02: same")
	err = c.do(SaySame{rec(0), rec(2), bySteward})
	assert.ErrorContains(t, err, "never", "by way of 1 that would join what may never be joined")
	err = c.do(SayNever{rec(1), rec(2), bySteward})
	require.NoError(t, err, "about the pair itself a steward may think again")
	assert.Equal(t, "01:0 03:1 04:3 06:2", c.people())

	id, ok := c.Current(5)
	assert.True(t, ok)
	assert.Equal(t, EnterpriseID(3), id, "a retired id leads to the person in use")
	require.NoError(t, c.do(EraseRecord{rec(1), Basis{By: Engine}}))
	_, ok = c.Current(5)
	assert.False(t, ok)
	assert.Empty(t, c.Decisions(), "what was said of an erased record is forgotten")
}

func TestSameAgainstAHardConflictIsRefused(t *testing.T) {
	c := newChart(3)
	c.hard = func(a, b RecordID) string {
		if pairOf(a, b) == pairOf(rec(0), rec(2)) {
			return "birth-order"
		}
		return ""
	}
	require.NoError(t, c.do(SaySame{rec(0), rec(1), bySteward}))
	before := c.Clone()
	err := c.do(SaySame{rec(1), rec(2), bySteward})
	require.ErrorIs(t, err, ErrRefused)
	refused := new(RefusedError)
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, &RefusedError{rec(0), rec(2), "birth-order"}, refused, "it names who stands in the way")
	assert.ErrorIs(t, c.do(MergePeople{Survivor: 1, Retired: 3, Basis: bySteward}), ErrRefused)
	assert.ErrorIs(t, c.do(ResolvePlaceholder{rec(2), rec(1), bySteward}), ErrRefused)
	assert.Equal(t, meaningOf(before), meaningOf(c.State))

	c.hard = nil // the record was corrected
	require.NoError(t, c.do(SaySame{rec(1), rec(2), bySteward}))
	assert.Equal(t, "01:012", c.people())
	c.hard = func(a, b RecordID) string { return "birth-order" }
	require.NoError(t, c.do(Repartition{People: groups([]int{0}, []int{1}, []int{2})}), "a conflict that came later parts them")
}

func TestAReviewedPairReturnsOnlyWhenARecordChanges(t *testing.T) {
	for _, say := range []Command{SayNever{rec(0), rec(1), bySteward}, SaySame{rec(0), rec(1), bySteward}, SayUnsure{rec(0), rec(1), bySteward}} {
		c := newChart(3)
		assert.False(t, c.Reviewed(rec(0), rec(1)))
		require.NoError(t, c.do(say))
		assert.True(t, c.Reviewed(rec(1), rec(0)))
		n := len(c.events)
		require.NoError(t, c.do(say))
		assert.Len(t, c.events, n, "said again it is nothing new")
		require.NoError(t, c.do(Submit{rec(2), contentOf(9), Basis{}}))
		assert.True(t, c.Reviewed(rec(0), rec(1)))
		require.NoError(t, c.do(Submit{rec(1), contentOf(9), Basis{}}))
		assert.False(t, c.Reviewed(rec(0), rec(1)), "%T", say)
		assert.Len(t, c.Decisions(), 1, "the decision itself holds")
		require.NoError(t, c.do(say))
		assert.True(t, c.Reviewed(rec(0), rec(1)))
	}
	c := newChart(2)
	require.NoError(t, c.do(SayNever{rec(0), rec(1), bySteward}))
	assert.ErrorIs(t, c.do(SayUnsure{rec(0), rec(1), bySteward}), ErrRefused, "withdraw it first")
	require.NoError(t, c.do(Withdraw{rec(0), rec(1), bySteward}))
	assert.ErrorIs(t, c.do(Withdraw{rec(0), rec(1), bySteward}), ErrUnknown)
}

func TestUnmerge(t *testing.T) {
	c := newChart(4)
	require.NoError(t, c.do(Repartition{People: groups([]int{0, 1}, []int{2}, []int{3})}))
	before := c.Clone()
	require.NoError(t, c.do(MergePeople{Survivor: 1, Retired: 3, Basis: bySteward}))
	assert.Equal(t, "01:012 04:3", c.people())
	assert.ErrorContains(t, c.do(Repartition{People: groups([]int{0, 1}, []int{2}, []int{3})}), "same", "a steward's merge holds")
	require.NoError(t, c.do(UnmergePeople{Retired: 3, Basis: bySteward}))
	assert.Equal(t, meaningOf(before), meaningOf(c.State), "unmerge(merge(x)) = x")

	// An engine's wrong merge, three updates later.
	require.NoError(t, c.do(Repartition{People: groups([]int{0, 1, 2}, []int{3})}))
	require.NoError(t, c.do(Submit{rec(2), contentOf(7), Basis{}}))
	require.NoError(t, c.do(Submit{rec(0), contentOf(8), Basis{}}))
	require.NoError(t, c.do(Repartition{People: groups([]int{0, 1, 2, 3})}))
	require.NoError(t, c.do(UnmergePeople{Retired: 3, Basis: bySteward}))
	assert.Equal(t, "01:013 03:2", c.people())
	digest, _ := c.Digest(rec(2))
	assert.Equal(t, contentOf(7), digest, "an update stays with its record")
	assert.ErrorContains(t, c.do(Repartition{People: groups([]int{0, 1, 2, 3})}), "never", "a rerun does not repeat the mistake")
	assert.ErrorIs(t, c.do(UnmergePeople{Retired: 3, Basis: bySteward}), ErrUnknown, "not twice")
}

func TestResolvedPlaceholder(t *testing.T) {
	c := newChart(3)
	require.NoError(t, c.do(ResolvePlaceholder{rec(0), rec(1), bySteward}))
	assert.Equal(t, "02:01 03:2", c.people(), "the person with the legal name goes on")
	legal, ok := c.LegalName(rec(0))
	assert.True(t, ok)
	assert.Equal(t, rec(1), legal)
	assert.ErrorContains(t, c.do(Repartition{People: groups([]int{0}, []int{1}, []int{2})}), "same")
	n := len(c.events)
	require.NoError(t, c.do(ResolvePlaceholder{rec(0), rec(1), bySteward}))
	assert.Len(t, c.events, n)
	require.NoError(t, c.do(UnlinkRecord{Record: rec(0), Basis: bySteward}))
	_, ok = c.LegalName(rec(0))
	assert.False(t, ok)
	assert.ErrorContains(t, c.do(Repartition{People: groups([]int{0, 1}, []int{2})}), "never")
}

func TestEventsThatDoNotFitAreRefused(t *testing.T) {
	c := newChart(2)
	basis := Basis{By: Engine}
	for name, e := range map[string]Event{
		"a record twice":              {Kind: EventLink, Record: rec(0), Digest: contentOf(0), Person: 9},
		"a record that is not there":  {Kind: EventErase, Record: rec(7)},
		"out of another person":       {Kind: EventUnlink, Record: rec(0), Person: 2, Other: 9, Cause: CauseTwin},
		"a person that is not there":  {Kind: EventMerge, Person: 1, Other: 9, Cause: CauseEvidence},
		"a merge that was not":        {Kind: EventUnmerge, Person: 1, Other: 2, Records: []RecordID{rec(0)}, Cause: CauseMistake},
		"another content":             {Kind: EventSame, Record: rec(0), With: rec(1), Digest: contentOf(5), WithDigest: contentOf(1)},
		"no decision":                 {Kind: EventWithdraw, Record: rec(0), With: rec(1)},
		"resolved, but two people":    {Kind: EventResolve, Record: rec(0), With: rec(1)},
		"superseded by the same":      {Kind: EventSupersede, Record: rec(0), Digest: contentOf(0), WithDigest: contentOf(0)},
		"superseded out of the order": {Kind: EventSupersede, Record: rec(0), Digest: contentOf(2), WithDigest: contentOf(1)},
	} {
		t.Run(name, func(t *testing.T) {
			e.Version, e.Basis = EventVersion, basis
			before := c.Clone()
			assert.ErrorIs(t, c.State.Apply(&e), ErrState)
			assert.Equal(t, meaningOf(before), meaningOf(c.State))
			_, err := Replay(append(slices.Clone(c.events), e))
			assert.ErrorContains(t, err, "event 2")
		})
	}
}

func TestEventJSON(t *testing.T) {
	e := Event{Version: 1, Kind: EventNever, Record: rec(0), With: rec(1), Digest: contentOf(1), WithDigest: contentOf(2), Basis: Basis{Steward, "s-7", "iis-1", "m1"}}
	data, err := e.AppendJSON(nil)
	require.NoError(t, err)
	const want = `{"v":1,"kind":"never","record":{"source":"clinic","record_id":"00"},"with":{"source":"clinic","record_id":"01"},` +
		`"digest":"01010000000000000000000000000000","with_digest":"01020000000000000000000000000000","by":"steward","actor":"s-7","policy":"iis-1","model":"m1"}`
	assert.Equal(t, want, string(data))
	read, err := ParseEvent(data)
	require.NoError(t, err)
	assert.Equal(t, e, read)
	for name, c := range map[string][2]string{
		"no JSON":         {`{`, "EOF"},
		"no version":      {`{"kind":"erase","record":{"source":"a","record_id":"1"},"by":"engine"}`, "version 0"},
		"a later version": {`{"v":2,"kind":"erase","by":"engine"}`, "version 2"},
		"unknown kind":    {`{"v":1,"kind":"guess","by":"engine"}`, `no kind "guess"`},
		"unknown field":   {`{"v":1,"kind":"erase","name":"x","by":"engine"}`, `unknown field "name"`},
		"nobody's":        {`{"v":1,"kind":"erase","record":{"source":"a","record_id":"1"}}`, `by is ""`},
		"missing field":   {`{"v":1,"kind":"erase","by":"engine"}`, "record must be there: true"},
		"foreign field":   {`{"v":1,"kind":"erase","record":{"source":"a","record_id":"1"},"person":"E000001","by":"engine"}`, "person must be there: false"},
		"itself":          {`{"v":1,"kind":"withdraw","record":{"source":"a","record_id":"1"},"with":{"source":"a","record_id":"1"},"by":"engine"}`, "with itself"},
		"one person":      {`{"v":1,"kind":"merge","person":"E000001","other":"E000001","cause":"same","by":"engine"}`, "a person with itself"},
		"bad digest":      {`{"v":1,"kind":"link","digest":"00","by":"engine"}`, "32 hexadecimal digits"},
		"bad id":          {`{"v":1,"kind":"link","person":"1","by":"engine"}`, "no enterprise id"},
		"not sorted":      {`{"v":1,"kind":"unmerge","person":"E000001","other":"E000002","cause":"mistake","records":[{"source":"b","record_id":"1"},{"source":"a","record_id":"1"}],"by":"engine"}`, "not sorted"},
		"two values":      {`{"v":1,"kind":"erase","record":{"source":"a","record_id":"1"},"by":"engine"} {}`, "more than one"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParseEvent([]byte(c[0]))
			require.ErrorIs(t, err, ErrEvent)
			assert.ErrorContains(t, err, c[1])
		})
	}
	_, err = new(Event).AppendJSON(nil)
	assert.ErrorIs(t, err, ErrEvent)
}

// drawCommand draws a wish about records that may or may not be there.
func drawCommand(t *rapid.T, s *State) Command {
	record := func() RecordID { return rec(rapid.IntRange(0, 6).Draw(t, "record")) }
	person := func() EnterpriseID { return EnterpriseID(rapid.IntRange(1, int(s.next)).Draw(t, "person")) }
	basis := Basis{By: rapid.SampledFrom([]Author{Engine, Steward}).Draw(t, "by")}
	switch rapid.IntRange(0, 12).Draw(t, "command") {
	case 0, 1:
		return Submit{record(), contentOf(rapid.IntRange(0, 2).Draw(t, "content")), basis}
	case 2:
		return SaySame{record(), record(), basis}
	case 3:
		return SayNever{record(), record(), basis}
	case 4:
		return SayUnsure{record(), record(), basis}
	case 5:
		return Withdraw{record(), record(), basis}
	case 6:
		return MergePeople{person(), person(), "", basis}
	case 7:
		return UnmergePeople{person(), basis}
	case 8:
		return UnlinkRecord{record(), "", basis}
	case 9:
		return ResolvePlaceholder{record(), record(), basis}
	case 10:
		return EraseRecord{record(), basis}
	}
	people := make([][]RecordID, 4)
	for _, id := range s.People() {
		for _, r := range s.Records(id) {
			p := rapid.IntRange(0, 3).Draw(t, "to")
			people[p] = append(people[p], r)
		}
	}
	return Repartition{People: people, Basis: basis}
}

// Law 4 over random streams: the state is what its events amount to, whether
// applied in place or to a copy, and whether or not they went through JSON; no
// command is decided into events that do not fit; a merge undone is as if it had
// not been; and no steward's Never is ever broken.
func TestStateIsReplayOfEvents(t *testing.T) {
	for range 20 { // 20 times 100 streams
		rapid.Check(t, checkStream)
	}
}

func checkStream(t *rapid.T) {
	c := newChart(3)
	c.hard = func(a, b RecordID) string {
		if p := pairOf(a, b); p == pairOf(rec(0), rec(3)) || p == pairOf(rec(1), rec(2)) {
			return "birth-order"
		}
		return ""
	}
	for range rapid.IntRange(1, 20).Draw(t, "commands") {
		before, from := c.Clone(), len(c.events)
		command := drawCommand(t, c.State)
		if err := c.do(command); err != nil {
			require.NotErrorIs(t, err, ErrState)
			require.Equal(t, meaningOf(before), meaningOf(c.State), "a refused command changes nothing")
			continue
		}
		pure := before.Clone()
		for _, e := range c.events[from:] {
			data, err := e.AppendJSON(nil)
			require.NoError(t, err)
			read, err := ParseEvent(data)
			require.NoError(t, err)
			pure, err = Apply(pure, read)
			require.NoError(t, err)
		}
		require.Equal(t, meaningOf(c.State), meaningOf(pure))
		checkState(t, c)
		mergeAndUnmerge(t, c)
	}
	replayed, err := Replay(c.events)
	require.NoError(t, err)
	require.Equal(t, meaningOf(c.State), meaningOf(replayed))
	data, err := json.Marshal(c.events)
	require.NoError(t, err)
	require.NotContains(t, string(data), "null")
}

// checkState checks what holds of every state.
func checkState(t *rapid.T, c *chart) {
	seen := 0
	for _, id := range c.People() {
		list := c.Records(id)
		require.NotEmpty(t, list)
		require.True(t, ascendingIDs(list))
		for _, r := range list {
			seen++
			person, known := c.Person(r)
			require.True(t, known && person == id)
		}
		current, ok := c.Current(id)
		require.True(t, ok && current == id)
	}
	records, people := c.Size()
	require.Equal(t, []int{records, people}, []int{seen, len(c.People())})
	for id := EnterpriseID(1); id < c.next; id++ {
		if current, ok := c.Current(id); ok {
			require.NotEmpty(t, c.Records(current))
		}
	}
	for _, d := range c.Decisions() {
		if d.Kind == EventNever {
			a, _ := c.Person(d.A)
			b, _ := c.Person(d.B)
			require.NotEqual(t, a, b)
		}
	}
	for placeholder, to := range c.resolved {
		a, _ := c.Person(placeholder)
		b, _ := c.Person(to.with)
		require.Equal(t, a, b)
	}
}

// mergeAndUnmerge merges the first two people and parts them again.
func mergeAndUnmerge(t *rapid.T, c *chart) {
	people := c.People()
	if len(people) < 2 {
		return
	}
	again := &chart{State: c.Clone(), hard: c.hard}
	if again.do(MergePeople{people[0], people[1], CauseEvidence, bySteward}) != nil {
		return
	}
	require.NoError(t, again.do(UnmergePeople{people[1], bySteward}))
	require.Equal(t, meaningOf(c.State), meaningOf(again.State))
}

// What is read as an event is written as the same event.
func FuzzParseEvent(f *testing.F) {
	f.Add([]byte(`{"v":1,"kind":"erase","record":{"source":"a","record_id":"1"},"by":"engine"}`))
	f.Add([]byte(`{"v":1,"kind":"unmerge","person":"E000001","other":"E000002","records":[{"source":"a","record_id":"1"}],"cause":"mistake","by":"steward","actor":"s"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := ParseEvent(data)
		if err != nil {
			return
		}
		out, err := e.AppendJSON(nil)
		require.NoError(t, err)
		again, err := ParseEvent(out)
		require.NoError(t, err)
		require.Equal(t, e, again)
		_, _ = Apply(NewState(), e)
	})
}

// No file of codes panics, and none gives codes that are none.
func FuzzVaccineFiles(f *testing.F) {
	f.Add([]byte("cvx,short,vaccine_group\n08,x,HepB\n"))
	f.Add([]byte("Hep B|08 |Active|HepB|45\n"))
	f.Add([]byte("ndc,cvx\n00006-4093-02,08\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if v, err := ParseVaccineGroups(data); err == nil {
			for cvx := range v.codes {
				require.Equal(t, cvx, cvxCode(cvx))
			}
		}
		if v, err := RoutineVaccines().WithNDC(data); err == nil {
			for ndc := range v.ndc {
				require.Equal(t, ndc, ndcCode(ndc))
			}
		}
	})
}
