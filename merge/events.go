package merge

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
)

// EventVersion is the version of the form of events that is written. Older ones
// will be read for ever.
const EventVersion = 1

// An EventKind says what happened.
type EventKind string

// What may happen to records and people.
const (
	EventLink      EventKind = "link"      // Record, Digest, Person: a new record becomes the person's
	EventUnlink    EventKind = "unlink"    // Record, Person, Other, Cause: it leaves one person for another
	EventMerge     EventKind = "merge"     // Person, Other: all records of Other become Person's; Other is retired
	EventUnmerge   EventKind = "unmerge"   // Person, Other, Records: they go back to Other, which is in use again
	EventSame      EventKind = "same"      // Record, With, digests: a steward's decision
	EventNever     EventKind = "never"     // Record, With, digests: a steward's decision
	EventUnsure    EventKind = "unsure"    // Record, With, digests: reviewed without a decision
	EventWithdraw  EventKind = "withdraw"  // Record, With: the decision about them is none
	EventResolve   EventKind = "resolve"   // Record, With: a placeholder has the legal name of another record
	EventSupersede EventKind = "supersede" // Record, Digest, WithDigest: new content in place of old
	EventErase     EventKind = "erase"     // Record: forgotten
)

// An Author says whether a person or the engine decided.
type Author string

// The authors of events.
const (
	Engine  Author = "engine"
	Steward Author = "steward"
)

// A Cause says why a record left a person, or why people were merged.
type Cause string

// The usual causes; an engine may name others, such as the id of a policy's
// conflict.
const (
	CauseEvidence    Cause = "evidence"    // a rerun found so
	CauseTwin        Cause = "twin"        // a record came that makes it doubtful whose this one is
	CauseSame        Cause = "same"        // a steward's decision
	CauseNever       Cause = "never"       // a steward's decision
	CauseMistake     Cause = "mistake"     // a steward took it out
	CausePlaceholder Cause = "placeholder" // a newborn's placeholder was resolved
)

// A RecordDigest names the content of a record without telling it. Where contents can
// be guessed it must be a keyed one.
type RecordDigest [16]byte

// MarshalText implements encoding.TextMarshaler: hexadecimal.
func (d RecordDigest) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, d[:]), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *RecordDigest) UnmarshalText(text []byte) error {
	if len(text) != 2*len(d) {
		return fmt.Errorf("%w: a digest has %d hexadecimal digits", ErrEvent, 2*len(d))
	}
	if _, err := hex.Decode(d[:], text); err != nil {
		return fmt.Errorf("%w: a digest is hexadecimal", ErrEvent)
	}
	return nil
}

// IsZero says whether there is no digest.
func (d RecordDigest) IsZero() bool { return d == RecordDigest{} }

// A Basis is on whose word, and by which rules, something was decided.
type Basis struct {
	By     Author `json:"by"`
	Actor  string `json:"actor,omitempty"` // id of the steward, never a name
	Policy string `json:"policy,omitempty"`
	Model  string `json:"model,omitempty"`
}

// An Event is something that was decided about records and people. It holds ids,
// digests and decisions, never a value of a patient. Which fields a kind has is
// said at the kind; all others are zero.
type Event struct {
	Version    int          `json:"v"`
	Kind       EventKind    `json:"kind"`
	Record     RecordID     `json:"record,omitzero"`
	With       RecordID     `json:"with,omitzero"`
	Digest     RecordDigest `json:"digest,omitzero"`
	WithDigest RecordDigest `json:"with_digest,omitzero"`
	Person     EnterpriseID `json:"person,omitzero"`
	Other      EnterpriseID `json:"other,omitzero"`
	Records    []RecordID   `json:"records,omitempty"`
	Cause      Cause        `json:"cause,omitempty"`
	Basis
}

// ErrEvent is what errors about events wrap.
var ErrEvent = errors.New("merge: event")

// eventFields says which fields each kind of event has.
var eventFields = map[EventKind]struct{ record, with, digest, withDigest, person, other, records, cause bool }{
	EventLink:      {record: true, digest: true, person: true},
	EventUnlink:    {record: true, person: true, other: true, cause: true},
	EventMerge:     {person: true, other: true, cause: true},
	EventUnmerge:   {person: true, other: true, records: true, cause: true},
	EventSame:      {record: true, with: true, digest: true, withDigest: true},
	EventNever:     {record: true, with: true, digest: true, withDigest: true},
	EventUnsure:    {record: true, with: true, digest: true, withDigest: true},
	EventWithdraw:  {record: true, with: true},
	EventResolve:   {record: true, with: true},
	EventSupersede: {record: true, digest: true, withDigest: true},
	EventErase:     {record: true},
}

// Validate says what is wrong with an event taken alone.
func (e *Event) Validate() error {
	fields, known := eventFields[e.Kind]
	switch {
	case e.Version != EventVersion:
		return fmt.Errorf("%w: version %d; this program reads %d", ErrEvent, e.Version, EventVersion)
	case !known:
		return fmt.Errorf("%w: no kind %q", ErrEvent, e.Kind)
	case e.By != Engine && e.By != Steward:
		return fmt.Errorf("%w: %s: by is %q, not engine or steward", ErrEvent, e.Kind, e.By)
	}
	for _, f := range []struct {
		name       string
		has, wants bool
	}{
		{"record", e.Record != RecordID{}, fields.record}, {"with", e.With != RecordID{}, fields.with},
		{"digest", !e.Digest.IsZero(), fields.digest}, {"with_digest", !e.WithDigest.IsZero(), fields.withDigest},
		{"person", e.Person != 0, fields.person}, {"other", e.Other != 0, fields.other},
		{"records", len(e.Records) > 0, fields.records}, {"cause", e.Cause != "", fields.cause},
	} {
		if f.has != f.wants {
			return fmt.Errorf("%w: %s: %s must be there: %t", ErrEvent, e.Kind, f.name, f.wants)
		}
	}
	switch {
	case fields.with && e.Record == e.With:
		return fmt.Errorf("%w: %s: a record with itself", ErrEvent, e.Kind)
	case fields.other && e.Person == e.Other:
		return fmt.Errorf("%w: %s: a person with itself", ErrEvent, e.Kind)
	case !ascendingIDs(e.Records):
		return fmt.Errorf("%w: %s: records are not sorted", ErrEvent, e.Kind)
	}
	return nil
}

func ascendingIDs(list []RecordID) bool {
	for i := 1; i < len(list); i++ {
		if list[i-1].compare(list[i]) >= 0 {
			return false
		}
	}
	return true
}

// ParseEvent reads one event from JSON. Unknown fields, kinds and versions are
// errors, and so is a field that its kind does not have.
func ParseEvent(data []byte) (Event, error) {
	var e Event
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&e); err != nil {
		return Event{}, fmt.Errorf("%w: %w", ErrEvent, err)
	}
	if rest := bytes.TrimSpace(data[d.InputOffset():]); len(rest) > 0 {
		return Event{}, fmt.Errorf("%w: more than one JSON value", ErrEvent)
	}
	if err := e.Validate(); err != nil {
		return Event{}, err
	}
	return e, nil
}

// AppendJSON appends the event as ParseEvent reads it: one line, always the same
// bytes for the same event.
func (e *Event) AppendJSON(dst []byte) ([]byte, error) {
	if err := e.Validate(); err != nil {
		return dst, err
	}
	data, err := json.Marshal(e)
	if err != nil {
		return dst, fmt.Errorf("%w: %w", ErrEvent, err)
	}
	return append(dst, data...), nil
}
