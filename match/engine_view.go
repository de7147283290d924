package match

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"slices"

	"github.com/idem-health/idem/blocking"
	"github.com/idem-health/idem/internal/hash"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/merge"
	"github.com/idem-health/idem/scoring"
)

// A PersonView is a person as it is now.
type PersonView struct {
	ID        merge.EnterpriseID // in use; another than was asked for if that was retired
	Records   []Key              // sorted
	Protected bool               // some record may not be disclosed to others than its source
	Golden    merge.GoldenRecord // of the first 1,000 records
}

// mostGolden is how many records of a person its golden record is made of.
const mostGolden = 1000

// Get returns a person by an enterprise id, in use or retired.
func (e *Engine) Get(ctx context.Context, id merge.EnterpriseID) (PersonView, error) {
	l, err := e.enter()
	if err != nil {
		return PersonView{}, err
	}
	defer e.leave()
	chooser, err := e.o.Survivorship.Compile(l.model.Profile)
	if err != nil {
		return PersonView{}, err
	}
	v, digests, err := e.person(l, id)
	if err != nil {
		return PersonView{}, err
	}
	var members []patient.Record
	for _, d := range digests {
		rec, err := e.archive.get(ctx, d)
		if err != nil {
			return PersonView{}, fmt.Errorf("match: read a record of %v: %w", v.ID, err)
		}
		members = append(members, rec)
	}
	v.Golden = chooser.Golden(members)
	return v, nil
}

func (e *Engine) person(l *live, id merge.EnterpriseID) (v PersonView, digests []merge.RecordDigest, err error) {
	e.serial.RLock()
	defer e.serial.RUnlock()
	l.mu.RLock()
	defer l.mu.RUnlock()
	current, ok := e.state.Current(id)
	if !ok {
		return PersonView{}, nil, ErrNoSuchPerson
	}
	v.ID = current
	for r := range e.state.Members(current) {
		v.Records = append(v.Records, keyOf(r))
		if row, ok := l.find(r); ok {
			v.Protected = v.Protected || l.rows[row].protected
		}
		if d, ok := e.state.Digest(r); ok && len(digests) < mostGolden {
			digests = append(digests, d)
		}
	}
	return v, digests, nil
}

// Person returns the enterprise id of a record.
func (e *Engine) Person(k Key) (merge.EnterpriseID, error) {
	if _, err := e.enter(); err != nil {
		return 0, err
	}
	defer e.leave()
	e.serial.RLock()
	defer e.serial.RUnlock()
	id, ok := e.state.Person(idOf(k))
	if !ok {
		return 0, ErrNoSuchRecord
	}
	return id, nil
}

// Record returns a record as it was received.
func (e *Engine) Record(ctx context.Context, k Key) (patient.Record, error) {
	if _, err := e.enter(); err != nil {
		return patient.Record{}, err
	}
	defer e.leave()
	e.serial.RLock()
	d, ok := e.state.Digest(idOf(k))
	e.serial.RUnlock()
	if !ok {
		return patient.Record{}, ErrNoSuchRecord
	}
	rec, err := e.archive.get(ctx, d)
	if err != nil {
		return patient.Record{}, fmt.Errorf("match: read record %s/%s: %w", k.Source, k.ID, err)
	}
	return rec, nil
}

// lookupFields are the identifiers that a record can be looked up by, and their
// types. They are columns of every engine's table.
var lookupFields = map[string]patient.Field{
	patient.IDMedicalRecord: patient.FieldMRN, patient.IDStudent: patient.FieldStudentID,
	patient.IDSocialSecurity: patient.FieldSSN, patient.IDMedicaid: patient.FieldMedicaid,
	"BR": patient.FieldBirthCertificate,
}

// lookupKey is the block of the rows that hold an identifier.
func lookupKey(f patient.Field, value uint64) blocking.BlockKey {
	return equalBlock(hash.Mix(hash.Mix(lookupSeed, hash.String(f.String())), value))
}

const lookupSeed = 0x1de4717f1e45

// identify notes the identifiers of a row, or forgets them. The caller holds mu.
func (l *live) identify(row uint32, in bool) {
	var values []uint64
	for _, f := range lookupFields {
		col := l.grown.Table().Column(f)
		values = col.AppendKeys(values[:0], int(row))
		slices.Sort(values)
		for _, v := range slices.Compact(values) {
			switch {
			case v == 0:
			case in:
				l.index.Change(lookupKey(f, v), nil, []uint32{row})
			default:
				l.index.Change(lookupKey(f, v), []uint32{row}, nil)
			}
		}
	}
}

// Lookup returns the records that hold an identifier of an authority, in any of
// its spellings, and their people, sorted. Several people with one identifier are
// an error of the organisation that gave it, and all are returned. The type is
// one of [patient.Identifier], or BR for a birth certificate; the authority of
// what is issued nationally is ignored.
func (e *Engine) Lookup(kind, authority, value string) ([]merge.Holder, error) {
	l, err := e.enter()
	if err != nil {
		return nil, err
	}
	defer e.leave()
	field, ok := lookupFields[kind]
	if !ok {
		return nil, fmt.Errorf("match: records cannot be looked up by identifiers of type %q", kind)
	}
	rec := patient.Record{Identifiers: []patient.Identifier{{Type: kind, Authority: authority, Value: value}}}
	switch kind {
	case patient.IDStudent:
		rec.School.District = authority
	case "BR":
		rec = patient.Record{BirthCertificate: value}
	}
	n := l.normalize(&rec)
	e.serial.RLock()
	defer e.serial.RUnlock()
	l.mu.RLock()
	defer l.mu.RUnlock()
	var holders []merge.Holder
	for _, v := range n.AppendValues(nil, field) {
		for _, row := range l.index.AppendRows(nil, lookupKey(field, hash.String(v))) {
			if l.rows[row].there {
				id := l.id(row)
				holders = append(holders, merge.Holder{Record: id, Person: e.personOf(id)})
			}
		}
	}
	slices.SortFunc(holders, func(a, b merge.Holder) int { return compareIDs(a.Record, b.Record) })
	return slices.Compact(holders), nil
}

// A Task is an entry of the work list: something for a steward, or for another
// message.
type Task struct {
	Record Key
	Person merge.EnterpriseID

	// Waits is why a newborn's placeholder is not resolved; "" for a pair that is
	// possible, or a match that something stands against, and that nobody has
	// reviewed as it is.
	Waits      merge.WaitReason
	Days       int  // of a placeholder, since it was received or born; 0 where not known
	Stale      bool // more than a month
	Candidates []TaskCandidate
}

// A TaskCandidate is a person that a task's record may belong to.
type TaskCandidate struct {
	Record Key // of it, the one that fits best
	Person merge.EnterpriseID
	Weight float64
	Enough bool             // of a placeholder: the facts would do if this were the only candidate
	Reason merge.WaitReason // of a placeholder: what speaks against this one
}

// staleDays is when a placeholder is stale.
const staleDays = 30

// Worklist returns what waits for a steward: newborns' placeholders, the oldest
// first, then pairs to review, the likeliest first. At most limit (0: 1,000) of
// each are returned.
func (e *Engine) Worklist(limit int) ([]Task, error) {
	l, err := e.enter()
	if err != nil {
		return nil, err
	}
	defer e.leave()
	if limit <= 0 {
		limit = 1000
	}
	tasks := e.waiting(l)
	return append(tasks[:min(limit, len(tasks)):min(limit, len(tasks))], e.toReview(l, limit)...), nil
}

func (e *Engine) waiting(l *live) []Task {
	e.serial.RLock()
	defer e.serial.RUnlock()
	latest := int32(0)
	for day := range l.received {
		latest = max(latest, day)
	}
	var tasks []Task
	for id, w := range l.waiting {
		t := Task{Record: keyOf(id), Person: e.personOf(id), Waits: w.reason}
		if w.since > 0 && latest > 0 {
			t.Days = int(max(0, latest-w.since))
			t.Stale = t.Days > staleDays
		}
		for _, c := range w.candidates {
			t.Candidates = append(t.Candidates, TaskCandidate{
				Record: keyOf(c.with), Person: e.personOf(c.with), Weight: scoring.Weight(c.weight).Bits(), Enough: c.enough, Reason: c.reason,
			})
		}
		tasks = append(tasks, t)
	}
	slices.SortFunc(tasks, func(a, b Task) int {
		return cmp.Or(cmp.Compare(b.Days, a.Days), compareIDs(idOf(a.Record), idOf(b.Record)))
	})
	return tasks
}

// reviewChunk is how many rows are looked at before others get their turn.
const reviewChunk = 4096

// toReview returns the likeliest pairs of different people that nobody has
// reviewed.
func (e *Engine) toReview(l *live, limit int) (tasks []Task) {
	better := func(a, b Task) int {
		return cmp.Or(cmp.Compare(b.Candidates[0].Weight, a.Candidates[0].Weight), compareIDs(idOf(a.Record), idOf(b.Record)),
			compareIDs(idOf(a.Candidates[0].Record), idOf(b.Candidates[0].Record)))
	}
	for from, more := 0, true; more; from += reviewChunk {
		var chunk []Task
		chunk, more = e.reviewChunk(l, from)
		tasks = append(tasks, chunk...)
		if len(tasks) > 2*limit || !more {
			slices.SortFunc(tasks, better)
			tasks = tasks[:min(limit, len(tasks))]
		}
	}
	return tasks
}

func (e *Engine) reviewChunk(l *live, from int) (tasks []Task, more bool) {
	e.serial.RLock()
	defer e.serial.RUnlock()
	l.mu.RLock()
	defer l.mu.RUnlock()
	to := min(len(l.rows), from+reviewChunk)
	for row := min(from, to); row < to; row++ {
		for _, ed := range l.edgesOf(uint32(row)) {
			if ed.kind()&(edgeMatch|edgePossible) == 0 || ed.kind()&edgeMixed != 0 {
				continue
			}
			id, other := l.id(uint32(row)), l.id(ed.row)
			a, b := e.personOf(id), e.personOf(other)
			if compareIDs(id, other) > 0 || a == b || e.state.Reviewed(id, other) {
				continue
			}
			tasks = append(tasks, Task{Record: keyOf(id), Person: a, Candidates: []TaskCandidate{
				{Record: keyOf(other), Person: b, Weight: scoring.Weight(ed.weight()).Bits()}}})
		}
	}
	return tasks, to < len(l.rows)
}

// Deferred returns records of which some block has outgrown the model's bound, at
// most limit (0: 1,000): what they share with others of that block alone is not
// found until a new model is loaded.
func (e *Engine) Deferred(limit int) ([]Key, error) {
	l, err := e.enter()
	if err != nil {
		return nil, err
	}
	defer e.leave()
	if limit <= 0 {
		limit = 1000
	}
	var list []Key
	for from, more := 0, true; more && len(list) < limit; from += reviewChunk {
		more = e.deferredChunk(l, from, func(k Key) { list = append(list, k) })
	}
	slices.SortFunc(list, func(a, b Key) int { return compareIDs(idOf(a), idOf(b)) })
	return list[:min(limit, len(list))], nil
}

func (e *Engine) deferredChunk(l *live, from int, each func(Key)) (more bool) {
	e.serial.RLock()
	defer e.serial.RUnlock()
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.outgrown == 0 {
		return false
	}
	var keys []blocking.BlockKey
	to := min(len(l.rows), from+reviewChunk)
	for row := min(from, to); row < to; row++ {
		r := &l.rows[row]
		if !r.there || r.echo {
			continue
		}
		keys, _ = l.index.AppendKeys(keys[:0], uint32(row))
		if slices.ContainsFunc(keys, func(k blocking.BlockKey) bool { return l.index.Count(k) > int(k.Bound) }) {
			each(keyOf(l.id(uint32(row))))
		}
	}
	return to < len(l.rows)
}

// EngineStats says how large a register is.
type EngineStats struct {
	Records, People int
	Waiting         int   // placeholders on the work list
	Outgrown        int   // blocks beyond the model's bound, see [Engine.Deferred]
	Largest         int   // records of the largest component that was solved
	Events, Unlinks int64 // since it was opened: recorded; of them records that an arrival took out of a person
	Bytes           int64 // of memory, for people, rows, values, blocks and pairs
}

// liveRowBytes is what a row takes beside its columns.
var liveRowBytes = int64(reflect.TypeFor[liveRow]().Size())

// Stats returns how large the register is.
func (e *Engine) Stats() EngineStats {
	e.epoch.RLock()
	defer e.epoch.RUnlock()
	l := e.live
	e.serial.RLock()
	defer e.serial.RUnlock()
	l.mu.RLock()
	defer l.mu.RUnlock()
	s := EngineStats{Waiting: len(l.waiting), Outgrown: l.outgrown, Largest: l.largest, Events: e.stats.events, Unlinks: e.stats.unlinks}
	s.Records, s.People = e.state.Size()
	s.Bytes = e.state.Bytes() + l.bytes()
	return s
}
