package merge

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// An EnterpriseID names a person for ever: other systems may keep it. Ids are
// given in ascending order, so that the smaller one is the older. 0 is none.
type EnterpriseID uint64

// String returns the id as E and at least six digits.
func (id EnterpriseID) String() string { return fmt.Sprintf("E%06d", uint64(id)) }

// ErrEnterpriseID is returned for a text that is no enterprise id.
var ErrEnterpriseID = errors.New("merge: no enterprise id: E and a number")

// ParseEnterpriseID reads what String wrote.
func ParseEnterpriseID(s string) (EnterpriseID, error) {
	digits, ok := strings.CutPrefix(s, "E")
	n, err := strconv.ParseUint(digits, 10, 64)
	if !ok || err != nil || n == 0 || EnterpriseID(n).String() != s {
		return 0, ErrEnterpriseID
	}
	return EnterpriseID(n), nil
}

// MarshalText implements encoding.TextMarshaler.
func (id EnterpriseID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (id *EnterpriseID) UnmarshalText(text []byte) (err error) {
	*id, err = ParseEnterpriseID(string(text))
	return err
}

// A ChangeKind says what happened to an enterprise id.
type ChangeKind string

// What may happen to an enterprise id when people change.
const (
	IDCreated ChangeKind = "created" // for a person none of whose records had one
	IDSplit   ChangeKind = "split"   // for records that left the person From, which kept its id
	IDRetired ChangeKind = "retired" // its records are the person Into now
	IDGone    ChangeKind = "gone"    // it has no records left
	IDMoved   ChangeKind = "moved"   // records went from one person to another, and both stay
)

// An IDChange is what happened to one enterprise id.
type IDChange struct {
	Kind    ChangeKind   `json:"kind"`
	ID      EnterpriseID `json:"id"`             // created, split: the new one; else the old one
	Other   EnterpriseID `json:"other,omitzero"` // split: whose records they were; retired, moved: where they went
	Records int          `json:"records"`        // how many it is about
}

// Carry gives enterprise ids to the people of a new partition. Previous holds
// the id of each row so far, 0 for a new one; person the number of each row's
// person now, 0 to people-1, or less than 0 for a row that is no more. Next is
// the first id not yet given.
//
// An id goes with most of its records, each person taking one: the largest
// overlaps first, of equal ones the older id first, and of one id's equal parts
// the part with its first row. A person that got none gets a new one, one without rows none. It
// returns the id of each person, what changed, sorted by kind and id, and the
// first id not given now. The result depends on nothing but the rows' numbers,
// and of those only on their order.
// It takes n log n for n rows.
func Carry(previous []EnterpriseID, person []int32, people int, next EnterpriseID) (ids []EnterpriseID, changes []IDChange, after EnterpriseID) {
	overlaps := overlapsOf(previous, person)
	slices.SortFunc(overlaps, func(a, b overlap) int {
		return cmp.Or(cmp.Compare(b.rows, a.rows), cmp.Compare(a.old, b.old), cmp.Compare(a.first, b.first))
	})
	ids = make([]EnterpriseID, people)
	into := map[EnterpriseID]int32{} // where an id went on
	for _, o := range overlaps {
		if _, ok := into[o.old]; !ok && o.old != 0 && o.person >= 0 && ids[o.person] == 0 {
			ids[o.person], into[o.old] = o.old, o.person
		}
	}
	after = max(next, 1)
	from := make([]overlap, people) // of a person, the id most of its records had
	rows := make([]int, people)
	for _, o := range overlaps {
		if o.person >= 0 {
			rows[o.person] += o.rows
		}
		if o.person >= 0 && o.old != 0 && from[o.person].rows == 0 {
			from[o.person] = o
		}
	}
	for p := range ids { // in the order of people
		if ids[p] != 0 || rows[p] == 0 {
			continue
		}
		ids[p] = after
		after++
		if f := from[p]; f.rows > 0 {
			changes = append(changes, IDChange{IDSplit, ids[p], f.old, f.rows})
		} else {
			changes = append(changes, IDChange{IDCreated, ids[p], 0, rows[p]})
		}
	}
	changes = append(changes, leavers(overlaps, ids, into)...)
	slices.SortFunc(changes, func(a, b IDChange) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Other, b.Other))
	})
	return ids, changes, after
}

// An overlap is the records a person has of an old id.
type overlap struct {
	old    EnterpriseID
	person int32
	rows   int
	first  int // row
}

// overlapsOf counts the records of each old id in each person.
func overlapsOf(previous []EnterpriseID, person []int32) []overlap {
	list := make([]overlap, len(person))
	for row := range person {
		list[row] = overlap{previous[row], person[row], 1, row}
	}
	slices.SortFunc(list, func(a, b overlap) int {
		return cmp.Or(cmp.Compare(a.person, b.person), cmp.Compare(a.old, b.old), cmp.Compare(a.first, b.first))
	})
	kept := list[:0]
	for _, o := range list {
		if last := len(kept) - 1; last >= 0 && kept[last].old == o.old && kept[last].person == o.person {
			kept[last].rows++
		} else {
			kept = append(kept, o)
		}
	}
	return kept
}

// leavers tells of records that have another id now, and of ids that ended. A
// retired id redirects to where most of its records went.
func leavers(overlaps []overlap, ids []EnterpriseID, into map[EnterpriseID]int32) (changes []IDChange) {
	total := map[EnterpriseID]int{}
	for _, o := range overlaps {
		if o.old != 0 && o.person >= 0 {
			total[o.old] += o.rows
		}
	}
	done := map[EnterpriseID]bool{}
	for _, o := range overlaps { // the largest first
		if o.old == 0 || done[o.old] {
			continue
		}
		if _, stays := into[o.old]; stays {
			continue
		}
		switch {
		case total[o.old] == 0:
			done[o.old] = true
			changes = append(changes, IDChange{IDGone, o.old, 0, o.rows})
		case o.person >= 0:
			done[o.old] = true
			changes = append(changes, IDChange{IDRetired, o.old, ids[o.person], total[o.old]})
		}
	}
	for _, o := range overlaps {
		p, stays := into[o.old]
		if o.old == 0 || !stays || o.person < 0 || o.person == p {
			continue
		}
		if at, kept := into[ids[o.person]]; kept && at == o.person { // else that person's id is new: a split
			changes = append(changes, IDChange{IDMoved, o.old, ids[o.person], o.rows})
		}
	}
	return changes
}
