package match

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"

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

// A Superseded record had the same identity as a later one and other content.
type Superseded struct {
	Key  Key
	Line int64 // where it was read, if the reader said so
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
	superseded []Superseded
	side       int    // of the record that is read: 1 for the right one of a linkage
	right      []bool // of each record added, in a linkage
	linkage    bool
}

// arrival is what supersession needs to know of a record.
type arrival struct {
	content  uint64 // hash of the content as received
	received int32  // days; 0 unknown
	dropped  bool
	line     int64
}

// read encodes all records. The first ones are kept back until they have
// calibrated the profile, unless the profile is frozen.
func (r *reader) read(ctx context.Context, records iter.Seq2[*patient.Record, error], frozen bool, progress func(int64)) error {
	var sample []patient.Record
	var sides []int
	ready := frozen
	begin := func() error {
		ready = true
		if !frozen {
			calibrated, notices := r.profile.Calibrate(sample)
			r.profile = calibrated
			r.stats.Notices = append(r.stats.Notices, notices...)
		}
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
	if frozen {
		r.normalizer = patient.NewNormalizer(r.profile)
	}
	n := int64(0)
	for rec, err := range records {
		if err != nil {
			return fmt.Errorf("match: read: %w", err)
		}
		if n++; n%1024 == 0 {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			progress(n)
		}
		switch {
		case ready:
			err = r.add(rec)
		default:
			sides = append(sides, r.side)
			if sample = append(sample, rec.Clone()); len(sample) == calibrationSample {
				err = begin()
			}
		}
		if err != nil {
			return err
		}
	}
	if !ready {
		if err := begin(); err != nil {
			return err
		}
	}
	progress(n)
	if r.keys.len() == 0 {
		return ErrNoRecords
	}
	return ctx.Err()
}

// add encodes one record, unless it says again what is known. Of two contents
// under one identity the later received wins, then the larger content hash.
func (r *reader) add(rec *patient.Record) error {
	source, ok := r.keys.sourceIndex(rec.Source, r.side)
	if !ok {
		return fmt.Errorf("match: more than %d sources: the source column names single records, not feeds; leave it out", maxSources)
	}
	r.content = rec.AppendContent(r.content[:0])
	a := arrival{content: hash.Bytes(r.content), received: int32(rec.Received.Days()), line: rec.Line}
	before := int(*r.keys.slot(source, rec.ID)) - 1
	if before >= 0 {
		old := &r.arrivals[before]
		if old.content == a.content {
			r.stats.Identical++
			return nil
		}
		r.stats.Superseded++
		if cmp.Or(cmp.Compare(old.received, a.received), cmp.Compare(old.content, a.content)) > 0 {
			r.superseded = append(r.superseded, Superseded{Key{rec.Source, rec.ID}, rec.Line})
			return nil
		}
		old.dropped = true
		r.superseded = append(r.superseded, Superseded{Key{rec.Source, rec.ID}, old.line})
	}
	for _, issue := range r.normalizer.Apply(&r.normalized, rec) {
		r.stats.Issues[issue.Code]++
	}
	if r.normalized.Placeholder.Class != patient.NotPlaceholder {
		r.stats.Placeholder++
	}
	r.keys.add(source, rec.ID)
	r.arrivals = append(r.arrivals, a)
	if r.linkage {
		r.right = append(r.right, r.side == 1)
	}
	r.builder.Add(&r.normalized)
	return nil
}
