package merge

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/idem-health/idem/match/patient"
)

func TestCarry(t *testing.T) {
	for _, c := range []struct {
		name     string
		previous []EnterpriseID
		person   []int32
		ids      []EnterpriseID
		changes  []IDChange
	}{
		{"nobody had an id", []EnterpriseID{0, 0, 0}, []int32{0, 0, 1}, []EnterpriseID{10, 11},
			[]IDChange{{IDCreated, 10, 0, 2}, {IDCreated, 11, 0, 1}}},
		{"nothing changed", []EnterpriseID{4, 4, 7}, []int32{1, 1, 0}, []EnterpriseID{7, 4}, nil},
		{"a new record joins", []EnterpriseID{4, 0}, []int32{0, 0}, []EnterpriseID{4}, nil},
		{"two people are one: more records win, though younger", []EnterpriseID{4, 7, 7}, []int32{0, 0, 0}, []EnterpriseID{7},
			[]IDChange{{IDRetired, 4, 7, 1}}},
		{"of equals the older id goes on", []EnterpriseID{7, 4}, []int32{0, 0}, []EnterpriseID{4}, []IDChange{{IDRetired, 7, 4, 1}}},
		{"one person is two: the larger part keeps the id", []EnterpriseID{4, 4, 4}, []int32{0, 1, 1}, []EnterpriseID{10, 4},
			[]IDChange{{IDSplit, 10, 4, 1}}},
		{"equal parts: the one with the first row", []EnterpriseID{4, 4}, []int32{1, 0}, []EnterpriseID{10, 4}, []IDChange{{IDSplit, 10, 4, 1}}},
		{"a record moves between two that stay", []EnterpriseID{4, 4, 4, 7, 7}, []int32{0, 0, 1, 1, 1}, []EnterpriseID{4, 7},
			[]IDChange{{IDMoved, 4, 7, 1}}},
		{"all records erased", []EnterpriseID{4, 4, 7}, []int32{-1, -1, 0}, []EnterpriseID{7}, []IDChange{{IDGone, 4, 0, 2}}},
		{"a retired id follows most of its records", []EnterpriseID{4, 4, 4, 7, 7, 7, 7, 9, 9, 9}, []int32{0, 0, 1, 0, 0, 0, 0, 1, 1, 1},
			[]EnterpriseID{7, 9}, []IDChange{{IDRetired, 4, 7, 3}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			ids, changes, next := Carry(c.previous, c.person, len(c.ids), 10)
			assert.Equal(t, c.ids, ids)
			assert.Equal(t, c.changes, changes)
			assert.Equal(t, max(10, slices.Max(ids)+1), next)
		})
	}
}

// Every person has an id of its own, new ids are new, unchanged people keep
// theirs, and every id that ended leads to a person in use.
func TestCarryInvariants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 12).Draw(t, "rows")
		previous, person := make([]EnterpriseID, n), make([]int32, n)
		people := rapid.IntRange(1, 5).Draw(t, "people")
		for i := range n {
			previous[i] = EnterpriseID(rapid.IntRange(0, 5).Draw(t, "id"))
			person[i] = int32(rapid.IntRange(-1, people-1).Draw(t, "person"))
		}
		ids, changes, next := Carry(previous, person, people, 6)
		seen := map[EnterpriseID]bool{}
		for p, id := range ids {
			if !slices.Contains(person, int32(p)) {
				require.Zero(t, id)
				continue
			}
			require.NotZero(t, id)
			require.False(t, seen[id])
			require.Less(t, id, next)
			seen[id] = true
		}
		for _, c := range changes {
			switch c.Kind {
			case IDCreated, IDSplit:
				require.GreaterOrEqual(t, c.ID, EnterpriseID(6))
			case IDRetired:
				require.False(t, seen[c.ID])
				require.True(t, seen[c.Other])
			case IDGone:
				require.False(t, seen[c.ID])
			case IDMoved:
				require.True(t, seen[c.ID] && seen[c.Other])
			}
			require.Positive(t, c.Records)
		}
		// Again with the ids just given nothing changes.
		for i := range previous {
			previous[i] = 0
			if person[i] >= 0 {
				previous[i] = ids[person[i]]
			}
		}
		again, none, _ := Carry(previous, person, people, next)
		require.Equal(t, ids, again)
		require.Empty(t, none)
	})
}

func TestEnterpriseIDText(t *testing.T) {
	for id, want := range map[EnterpriseID]string{1: "E000001", 1234567: "E1234567"} {
		assert.Equal(t, want, id.String())
		read, err := ParseEnterpriseID(want)
		require.NoError(t, err)
		assert.Equal(t, id, read)
	}
	for _, s := range []string{"", "E", "E0", "E000000", "E1", "000001", "E00000x", "E-00001", "E99999999999999999999"} {
		_, err := ParseEnterpriseID(s)
		assert.ErrorIs(t, err, ErrEnterpriseID, s)
	}
}

func TestCrosswalk(t *testing.T) {
	c := NewCrosswalk()
	a, b, d := RecordID{"hospital", "1"}, RecordID{"clinic", "9"}, RecordID{"clinic", "7"}
	c.Update([][]RecordID{{a}, {b}, {d}})
	of := func(r RecordID) EnterpriseID {
		id, _ := c.Person(r)
		return id
	}
	assert.Equal(t, []EnterpriseID{1, 2, 3}, []EnterpriseID{of(a), of(b), of(d)})

	r := record("hospital", "1", "mrn", "00111", "mrn_authority", "General Hospital", "ssn", "219-09-1234", "birth_certificate", "C-77")
	n, _ := patient.Normalize(&r, patient.US())
	c.Index(a, &n)
	c.Index(a, &n)
	assert.Equal(t, []Holder{{a, 1}}, c.Lookup(patient.IDMedicalRecord, "general hospital", "111"))
	assert.Equal(t, []Holder{{a, 1}}, c.Lookup(patient.IDSocialSecurity, "", "219091234"))
	assert.Equal(t, []Holder{{a, 1}}, c.Lookup("BR", "", "C77"))
	assert.Empty(t, c.Lookup(patient.IDMedicalRecord, "Other Hospital", "111"))

	assert.Equal(t, []IDChange{{IDRetired, 2, 1, 1}}, c.Update([][]RecordID{{a, b}, {d}}))
	assert.Equal(t, []IDChange{{IDRetired, 3, 1, 1}}, c.Update([][]RecordID{{d, a, b}}))
	for _, id := range []EnterpriseID{1, 2, 3} {
		got, ok := c.Current(id)
		assert.True(t, ok)
		assert.Equal(t, EnterpriseID(1), got)
	}
	assert.Equal(t, []IDChange{{IDSplit, 4, 1, 1}}, c.Update([][]RecordID{{a, b}, {d}}))
	assert.Empty(t, c.Update([][]RecordID{{d}, {b, a}}))
	c.Update([][]RecordID{{d}})
	_, ok := c.Current(2)
	assert.False(t, ok, "its records are gone")
	_, ok = c.Current(99)
	assert.False(t, ok, "never given")
	c.Forget(a)
	assert.Empty(t, c.Lookup("BR", "", "C-77"))
}

// Redirects never end: whatever happens, every id ever given leads to a person,
// as long as records of its own are left.
func TestRetiredIDsRedirectForEver(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := NewCrosswalk()
		records := make([]RecordID, 6)
		for i := range records {
			records[i] = RecordID{"a", fmt.Sprint(i)}
		}
		for range rapid.IntRange(1, 8).Draw(t, "changes") {
			people := make([][]RecordID, len(records))
			for _, r := range records {
				p := rapid.IntRange(0, len(records)-1).Draw(t, "person")
				people[p] = append(people[p], r)
			}
			people = slices.DeleteFunc(people, func(p []RecordID) bool { return len(p) == 0 })
			c.Update(people)
			for id := EnterpriseID(1); id < c.next; id++ {
				current, ok := c.Current(id)
				require.True(t, ok)
				used := false
				for _, r := range records {
					used = used || c.person[r] == current
				}
				require.True(t, used)
			}
		}
	})
}
