package merge

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// A meaning is all that a state says, by identities: two states may have come to
// the same with other numbers inside.
type meaning struct {
	records   map[RecordID]recordState
	people    map[EnterpriseID][]RecordID
	redirect  redirects
	decisions map[recordPair]Decision
	merges    map[EnterpriseID]mergedByName
	resolved  map[RecordID]resolved
	next      EnterpriseID
}

type mergedByName struct {
	into    EnterpriseID
	records []RecordID
	with    RecordID
	by      Author
}

func meaningOf(s *State) meaning {
	m := meaning{map[RecordID]recordState{}, map[EnterpriseID][]RecordID{}, s.redirect, s.decisions, map[EnterpriseID]mergedByName{}, s.resolved, s.next}
	for r := range s.All() {
		m.records[r], _ = s.record(r)
	}
	for _, id := range s.People() {
		m.people[id] = s.Records(id)
	}
	for id, x := range s.merges {
		named := mergedByName{into: x.into, by: x.by}
		for _, n := range x.records {
			named.records = append(named.records, s.name(n))
		}
		if x.with != noRecord {
			named.with = s.name(x.with)
		}
		m.merges[id] = named
	}
	return m
}

// TestMembershipLikeLists holds the compact lists of members against plain ones,
// for ids close together and far apart.
func TestMembershipLikeLists(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var m membership
		plain := map[EnterpriseID][]uint32{}
		id := rapid.SampledFrom([]EnterpriseID{1, 2, 3, 700, 1 << 17, 1 << 40})
		order := func(a, b uint32) int { return int(b) - int(a) }
		for range rapid.IntRange(0, 200).Draw(t, "steps") {
			id, n := id.Draw(t, "id"), rapid.Uint32Range(0, 9).Draw(t, "record")
			list := plain[id]
			switch at := slices.Index(list, n); {
			case at < 0:
				m.add(id, n, order)
				list = append(list, n)
				slices.SortFunc(list, order)
			default:
				m.remove(id, n)
				list = slices.Delete(list, at, at+1)
			}
			if plain[id] = list; len(list) == 0 {
				delete(plain, id)
			}
			var one [1]uint32
			c := m.clone()
			for id, list := range plain {
				require.Equal(t, list, m.members(id, &one))
				require.Equal(t, list, c.members(id, &one))
				require.Equal(t, len(list), m.count(id))
			}
			require.Len(t, plain, m.used)
			require.Len(t, slices.Collect(m.all()), m.used)
		}
	})
}

// TestStateBytes holds what a record takes in a state: maps of strings took more
// than two hundred bytes.
func TestStateBytes(t *testing.T) {
	s := NewState()
	const n = 50_000
	for i := range n {
		e := Event{Version: EventVersion, Kind: EventLink, Record: RecordID{"clinic", fmt.Sprintf("%08d", i)}, Digest: RecordDigest{1}, Person: EnterpriseID(i*2/3 + 1), Basis: Basis{By: Engine}}
		require.NoError(t, s.Apply(&e))
	}
	records, people := s.Size()
	require.Equal(t, []int{n, (n-1)*2/3 + 1}, []int{records, people})
	require.Less(t, float64(s.Bytes())/n, 90.)
}
