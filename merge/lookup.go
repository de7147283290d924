package merge

import (
	"cmp"
	"slices"
	"strings"

	"github.com/idem-health/idem/match/patient"
)

// A RecordID is the identity of a record: its source and its id within it.
type RecordID struct {
	Source string `json:"source"`
	ID     string `json:"record_id"`
}

// String returns source/id.
func (r RecordID) String() string { return r.Source + "/" + r.ID }

func (r RecordID) compare(other RecordID) int {
	return cmp.Or(strings.Compare(r.Source, other.Source), strings.Compare(r.ID, other.ID))
}

// A Crosswalk tells which person a record, a retired enterprise id or the
// identifier of an organisation stands for. It is not safe for concurrent use
// while it changes.
type Crosswalk struct {
	next     EnterpriseID
	person   map[RecordID]EnterpriseID
	redirect redirects
	holders  map[string][]RecordID // of an identifier, sorted
	keys     map[RecordID][]string // a record's identifiers
}

// NewCrosswalk returns a crosswalk without records.
func NewCrosswalk() *Crosswalk {
	return &Crosswalk{next: 1, person: map[RecordID]EnterpriseID{}, redirect: redirects{}, holders: map[string][]RecordID{}, keys: map[RecordID][]string{}}
}

// redirects lead from a retired id to the one that took its place, 0 for none.
// They make chains, never rings: an id redirects to one that was in use, and
// loses its own redirect when it is used again.
type redirects map[EnterpriseID]EnterpriseID

// resolve follows an id to the one in use; 0 if its records are gone.
func (r redirects) resolve(id EnterpriseID) EnterpriseID {
	for {
		next, retired := r[id]
		if !retired {
			return id
		}
		id = next
	}
}

// Update gives enterprise ids to a new partition: the people, each as its
// records. Records of no person are gone. It returns what changed, as [Carry].
func (c *Crosswalk) Update(people [][]RecordID) []IDChange {
	var records []RecordID
	number := map[RecordID]int32{}
	for p, members := range people {
		for _, r := range members {
			if _, again := number[r]; !again {
				records = append(records, r)
				number[r] = int32(p)
			}
		}
	}
	for r := range c.person {
		if _, ok := number[r]; !ok {
			records = append(records, r)
			number[r] = -1
		}
	}
	slices.SortFunc(records, RecordID.compare)
	previous := make([]EnterpriseID, len(records))
	person := make([]int32, len(records))
	for i, r := range records {
		previous[i], person[i] = c.person[r], number[r]
	}
	ids, changes, next := Carry(previous, person, len(people), c.next)
	c.next = next
	clear(c.person)
	for i, r := range records {
		if person[i] >= 0 {
			c.person[r] = ids[person[i]]
		}
	}
	for _, change := range changes {
		if change.Kind == IDRetired || change.Kind == IDGone {
			c.redirect[change.ID] = change.Other
		}
	}
	return changes
}

// Person returns the enterprise id of a record.
func (c *Crosswalk) Person(r RecordID) (EnterpriseID, bool) {
	id, ok := c.person[r]
	return id, ok
}

// Current returns the id in use for one that may have been retired; false if it
// was never given, or all its records are gone.
func (c *Crosswalk) Current(id EnterpriseID) (EnterpriseID, bool) {
	if id == 0 || id >= c.next {
		return 0, false
	}
	id = c.redirect.resolve(id)
	return id, id != 0
}

// Index notes the identifiers of a record, in place of those it had.
func (c *Crosswalk) Index(r RecordID, n *patient.Normalized) {
	c.Forget(r)
	keys := identifierKeys(n)
	for _, key := range keys {
		list := c.holders[key]
		if at, found := slices.BinarySearchFunc(list, r, RecordID.compare); !found {
			c.holders[key] = slices.Insert(list, at, r)
		}
	}
	if len(keys) > 0 {
		c.keys[r] = keys
	}
}

// Forget takes the identifiers of a record away.
func (c *Crosswalk) Forget(r RecordID) {
	for _, key := range c.keys[r] {
		list := c.holders[key]
		if at, found := slices.BinarySearchFunc(list, r, RecordID.compare); found {
			c.holders[key] = slices.Delete(list, at, at+1)
		}
		if len(c.holders[key]) == 0 {
			delete(c.holders, key)
		}
	}
	delete(c.keys, r)
}

// A Holder is a record that has an identifier, and its person.
type Holder struct {
	Record RecordID     `json:"record"`
	Person EnterpriseID `json:"person,omitzero"`
}

// Lookup returns the records that hold an identifier of an authority, as any of
// its spellings, sorted. Several people with one identifier are an error of the
// organisation that gave it, and all are returned. The kind is one of
// [patient.Identifier]; the authority of what is issued nationally is ignored.
func (c *Crosswalk) Lookup(kind, authority, value string) []Holder {
	r := patient.Record{Identifiers: []patient.Identifier{{Type: kind, Authority: authority, Value: value}}}
	if kind == patient.IDStudent {
		r.School.District = authority
	}
	n, _ := patient.Normalize(&r, patient.US())
	var found []Holder
	for _, key := range identifierKeys(&n) {
		for _, r := range c.holders[key] {
			found = append(found, Holder{r, c.person[r]})
		}
	}
	return found
}

// identifierKeys are the identifiers of a record, each with its kind.
func identifierKeys(n *patient.Normalized) []string {
	var keys []string
	add := func(kind string, values ...string) {
		for _, v := range values {
			if v != "" {
				keys = append(keys, kind+"|"+v)
			}
		}
	}
	add(patient.IDMedicalRecord, n.MRN...)
	add(patient.IDStudent, n.StudentID...)
	add(patient.IDSocialSecurity, n.SSN)
	add(patient.IDMedicaid, n.Medicaid)
	add("BR", n.BirthCertificate)
	return keys
}
