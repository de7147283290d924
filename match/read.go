package match

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/idem-health/idem/internal/hash"
	"github.com/idem-health/idem/internal/table"
	"github.com/idem-health/idem/match/patient"
)

// ErrNoRecords is returned when the input holds no record.
var ErrNoRecords = errors.New("match: the input holds no records")

// ErrNothingToCompare is returned when no record has a value in any field that
// is compared: all are missing, or junk such as UNKNOWN.
var ErrNothingToCompare = errors.New("match: no record has a value that can be compared: all are missing or junk; look at the mapping of the columns")

// calibrationSample is how many records the profile's shape rules are tried on
// before the first record is encoded.
const calibrationSample = 10_000

// A Superseded record had the same identity as the one that was kept, and other
// content.
type Superseded struct {
	Key  Key
	Line int64 // where it was read, if the reader said so; the first, if it came again
}

// reader turns a stream of records into table rows, one row an identity.
type reader struct {
	profile    patient.Profile
	normalizer *patient.Normalizer
	builder    *table.Builder
	keys       *keyTable
	arrivals   []arrival // of each record added
	normalized patient.Normalized
	content    []byte
	stats      *Stats
	losers     []loser
	lost       map[version]int // the index in losers
	side       int             // of the record that is read: 1 for the right one of a linkage
	right      []bool          // of each record added, in a linkage
	linkage    bool
}

// arrival is what supersession needs to know of a record.
type arrival struct {
	content     uint64 // hash of the content as received
	received    int32  // days; 0 unknown
	dropped     bool
	placeholder bool // the given name is one
	line        int64
}

// A loser is a superseded record and what it said.
type loser struct {
	Superseded
	content uint64
}

// A version is one of several contents of an identity.
type version struct {
	source  uint16
	id      string
	content uint64
}

// pass encodes all records and returns how many there were. With a calibration,
// which counts them all, the first ones are kept back until they have decided on
// the profile for a start.
func (r *reader) pass(ctx context.Context, records iter.Seq2[*patient.Record, error], whole *patient.Calibration, progress func(int64)) (int64, error) {
	var sample []patient.Record
	var sides []int
	ready := whole == nil
	begin := func() error {
		ready = true
		r.profile, _ = whole.Profile()
		r.normalizer = patient.NewNormalizer(r.profile)
		for i := range sample {
			r.side = sides[i]
			if err := r.add(&sample[i]); err != nil {
				return err
			}
		}
		sample, sides = nil, nil
		return nil
	}
	if ready {
		r.normalizer = patient.NewNormalizer(r.profile)
	}
	n := int64(0)
	for rec, err := range records {
		if err != nil {
			return n, fmt.Errorf("match: read: %w", err)
		}
		if n++; n%1024 == 0 {
			if ctx.Err() != nil {
				return n, ctx.Err()
			}
			progress(n)
		}
		if whole != nil {
			whole.Add(rec)
		}
		switch {
		case ready:
			err = r.add(rec)
		default:
			sides = append(sides, r.side)
			if len(sample) == calibrationSample/8 {
				sample = slices.Grow(sample, calibrationSample-len(sample)) // records are large to copy over and over
			}
			if sample = append(sample, rec.Clone()); len(sample) == calibrationSample {
				err = begin()
			}
		}
		if err != nil {
			return n, err
		}
	}
	if !ready {
		if err := begin(); err != nil {
			return n, err
		}
	}
	progress(n)
	if r.keys.len() == 0 {
		return n, ErrNoRecords
	}
	return n, ctx.Err()
}

// add encodes one record, unless it says again what is known. Of all contents
// under one identity the last received is kept, then the one with the largest
// hash; each of the others is listed once. No order of them changes what is
// kept, listed or counted: remarks are counted for each content, placeholders
// for what is kept.
func (r *reader) add(rec *patient.Record) error {
	source, ok := r.keys.sourceIndex(rec.Source, r.side)
	if !ok {
		return fmt.Errorf("match: more than %d sources: the source column names single records, not feeds; leave it out", maxSources)
	}
	r.content = rec.AppendContent(r.content[:0])
	a := arrival{content: hash.Bytes(r.content), received: int32(rec.Received.Days()), line: rec.Line}
	slot := r.keys.slot(source, rec.ID)
	before := int(*slot) - 1
	if before >= 0 && r.known(before, source, rec.ID, &a) {
		r.stats.Identical++
		return nil
	}
	for _, issue := range r.normalizer.Apply(&r.normalized, rec) {
		r.stats.Issues[issue.Code]++
	}
	a.placeholder = r.normalized.Placeholder.Class != patient.NotPlaceholder
	if before >= 0 {
		r.stats.Superseded++
		old := &r.arrivals[before]
		if cmp.Or(cmp.Compare(old.received, a.received), cmp.Compare(old.content, a.content)) > 0 {
			r.lose(before, &a)
			return nil
		}
		r.lose(before, old)
		old.dropped = true
		if old.placeholder {
			r.stats.Placeholder--
		}
	}
	if a.placeholder {
		r.stats.Placeholder++
	}
	r.keys.add(slot, source, rec.ID)
	r.arrivals = append(r.arrivals, a)
	if r.linkage {
		r.right = append(r.right, r.side == 1)
	}
	r.builder.Add(&r.normalized)
	return nil
}

// known reports whether a record says again what the record kept so far under
// its identity says, or one superseded. The first line of each is remembered.
func (r *reader) known(kept int, source uint16, id string, a *arrival) bool {
	if old := &r.arrivals[kept]; old.content == a.content {
		old.line = firstLine(old.line, a.line)
		return true
	}
	i, ok := r.lost[version{source, id, a.content}]
	if ok {
		r.losers[i].Line = firstLine(r.losers[i].Line, a.line)
	}
	return ok
}

// firstLine is the lesser of two lines; 0 is not known.
func firstLine(a, b int64) int64 {
	if a == 0 || b == 0 {
		return max(a, b)
	}
	return min(a, b)
}

// lose lists a content of the identity of a record added.
func (r *reader) lose(added int, a *arrival) {
	if r.lost == nil {
		r.lost = map[version]int{}
	}
	key := r.keys.key(added)
	r.lost[version{r.keys.source[added], key.ID, a.content}] = len(r.losers)
	r.losers = append(r.losers, loser{Superseded{key, a.line}, a.content})
}

// superseded returns the records that were superseded, by identity and content,
// and forgets what only reading needs.
func (r *reader) superseded() []Superseded {
	slices.SortFunc(r.losers, func(a, b loser) int {
		return cmp.Or(strings.Compare(a.Key.Source, b.Key.Source), strings.Compare(a.Key.ID, b.Key.ID),
			cmp.Compare(a.content, b.content), cmp.Compare(a.Line, b.Line))
	})
	var list []Superseded
	for i := range r.losers {
		list = append(list, r.losers[i].Superseded)
	}
	r.losers, r.lost = nil, nil
	return list
}
