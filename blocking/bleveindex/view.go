package bleveindex

import (
	"errors"
	"fmt"
	"slices"

	"github.com/blevesearch/bleve/v2/index/scorch"
	segment "github.com/blevesearch/scorch_segment_api/v2"
)

// A view is the index as of one moment.
type view struct {
	snapshot *scorch.IndexSnapshot
	segments []*scorch.SegmentSnapshot
}

// A place is where a record is: its segment and its number within it.
type place struct {
	segment int
	number  uint64
}

func newView(store *scorch.Scorch) (*view, error) {
	reader, err := store.Reader()
	if err != nil {
		return nil, fmt.Errorf("bleveindex: %w", err)
	}
	snapshot, ok := reader.(*scorch.IndexSnapshot)
	if !ok || snapshot == nil {
		return nil, ErrClosed
	}
	return &view{snapshot, snapshot.Segments()}, nil
}

func (v *view) close() { _ = v.snapshot.Close() }

// countless is what a dictionary has that need not count each term's records.
type countless interface {
	AutomatonIteratorOmitCount(a segment.Automaton, begin, end []byte) segment.DictionaryIterator
}

// terms returns the terms of a field that fit a pattern, at most limit of them,
// in ascending order; more is true where there were others.
func (v *view) terms(field string, p *pattern, limit int) (terms []string, more bool, err error) {
	begin, end := p.span()
	for _, s := range v.segments {
		dict, err := s.Segment().Dictionary(field)
		if err != nil {
			return nil, false, errRead
		}
		var it segment.DictionaryIterator
		if c, ok := dict.(countless); ok {
			it = c.AutomatonIteratorOmitCount(p, begin, end)
		} else {
			it = dict.AutomatonIterator(p, begin, end)
		}
		n := 0
		for {
			entry, err := it.Next()
			if err != nil {
				return nil, false, errRead
			}
			if entry == nil {
				break
			}
			if n++; n > limit {
				more = true
				break
			}
			terms = append(terms, entry.Term)
		}
	}
	if len(v.segments) > 1 {
		slices.Sort(terms)
		terms = slices.Compact(terms)
	}
	if len(terms) > limit {
		return terms[:limit], true, nil
	}
	return terms, more, nil
}

// errRead says that reading failed, without bleve's own words: they may hold a term.
var errRead = fmt.Errorf("%w: a dictionary or a list of records cannot be read", ErrDamaged)

// postings are the records of one term.
type postings struct{ lists []segment.PostingsList }

// postings finds the records of a term and how many are there; dicts are the
// field's dictionaries by segment.
func (v *view) postings(dicts []segment.TermDictionary, term string) (p postings, n int, err error) {
	p.lists = make([]segment.PostingsList, len(dicts))
	for i, dict := range dicts {
		list, err := dict.PostingsList([]byte(term), v.segments[i].Deleted(), nil)
		if err != nil {
			return p, 0, errRead
		}
		p.lists[i] = list
		n += int(list.Count())
	}
	return p, n, nil
}

// each visits the records, in the order of their places, until visit says no.
func (p postings) each(visit func(place) bool) error {
	for i, list := range p.lists {
		it := list.Iterator(false, false, false, nil)
		for {
			posting, err := it.Next()
			if err != nil {
				return errRead
			}
			if posting == nil {
				break
			}
			if !visit(place{i, posting.Number()}) {
				return nil
			}
		}
	}
	return nil
}

func (v *view) dicts(field string) ([]segment.TermDictionary, error) {
	dicts := make([]segment.TermDictionary, len(v.segments))
	for i, s := range v.segments {
		var err error
		if dicts[i], err = s.Segment().Dictionary(field); err != nil {
			return nil, errRead
		}
	}
	return dicts, nil
}

// id returns the id of the record at a place.
func (v *view) id(at place) (string, error) {
	b, err := v.segments[at.segment].DocID(at.number)
	if err != nil || b == nil {
		return "", errRead
	}
	return string(b), nil
}

// entryAt returns the digest of the record at a place.
func (v *view) entryAt(at place) (Digest, error) {
	var entry []byte
	err := v.segments[at.segment].VisitDocument(at.number, func(field string, _ byte, value []byte, _ []uint64) bool {
		if field == fieldEntry {
			entry = append(entry, value...)
		}
		return true
	})
	if err != nil || len(entry) != 16 {
		return Digest{}, errRead
	}
	return digestOf(entry), nil
}

// entry returns the digest of the record that is filed under an id.
func (v *view) entry(id string) (entry Digest, there bool, err error) {
	dicts, err := v.dicts("_id")
	if err != nil {
		return entry, false, err
	}
	list, n, err := v.postings(dicts, id)
	if err != nil || n == 0 {
		return entry, false, err
	}
	var inner error
	err = list.each(func(at place) bool {
		entry, inner = v.entryAt(at)
		return false
	})
	return entry, true, errors.Join(err, inner)
}
