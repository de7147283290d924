package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/scoring"
)

// A labelSet gathers labelled pairs, and which of them share a record.
type labelSet struct {
	normalizer *patient.Normalizer
	specs      []scoring.Comparison
	pairs      []scoring.LabelledPair
	found      map[match.Key]*foundRecord
	sources    map[string][]string // of an id, in the order met
	first      map[string]int      // of a record, a pair of it
	parent     []int               // of each pair, another one of its group
}

// A foundRecord is a record that a label names.
type foundRecord struct {
	normalized patient.Normalized
	received   patient.Date
}

func newLabelSet(profile patient.Profile) *labelSet {
	return &labelSet{
		normalizer: patient.NewNormalizer(profile),
		specs:      scoring.IISComparisons(),
		found:      map[match.Key]*foundRecord{},
		sources:    map[string][]string{},
		first:      map[string]int{},
	}
}

// add adds a pair; the names of its records and its group say what it shares
// with others.
func (s *labelSet) add(a, b *patient.Normalized, candidates int, expect scoring.Decision, shared ...string) {
	n := len(s.pairs)
	s.pairs = append(s.pairs, scoring.LabelledPair{Levels: scoring.PairLevels(s.specs, a, b, candidates), Expect: expect})
	s.parent = append(s.parent, n)
	for _, name := range shared {
		if other, ok := s.first[name]; ok {
			s.parent[s.root(n)] = s.root(other)
		} else {
			s.first[name] = n
		}
	}
}

func (s *labelSet) root(i int) int {
	for s.parent[i] != i {
		s.parent[i] = s.parent[s.parent[i]]
		i = s.parent[i]
	}
	return i
}

// group names each pair's group by the least name in it, so that it does not
// hang on the order of the labels.
func (s *labelSet) group() {
	least := map[int]string{}
	for name, i := range s.first { // the least of them, whatever the order
		r := s.root(i)
		if old, ok := least[r]; !ok || name < old {
			least[r] = name
		}
	}
	for i := range s.pairs {
		s.pairs[i].Group = least[s.root(i)]
	}
}

// readJSON reads lines as of idem pairs. Those without expect are no labels.
func (s *labelSet) readJSON(ctx context.Context, in io.Reader) error {
	err := eachLine(ctx, in, func(line int, text []byte) error {
		p, err := parsePair(text, line)
		if err != nil || !p.hasExpect {
			return err
		}
		var more struct {
			Group json.RawMessage `json:"group"`
		}
		if err := json.Unmarshal(text, &more); err != nil {
			return jsonError(err)
		}
		var a, b patient.Normalized
		s.normalizer.Apply(&a, &p.a)
		s.normalizer.Apply(&b, &p.b)
		shared := []string{"r" + string(a.AppendDigest(nil)), "r" + string(b.AppendDigest(nil))}
		if g := scalar(more.Group); g != "" {
			shared = append(shared, "g"+g)
		}
		s.add(&a, &b, p.candidates, p.expect, shared...)
		return nil
	})
	if err == nil && len(s.pairs) == 0 {
		return errors.New(`: has no labels: no line has the key "expect"`)
	}
	s.group()
	return err
}

// peekJSON says whether a text is of JSON lines, and returns it whole.
func peekJSON(in io.Reader) (io.Reader, bool, error) {
	r := bufio.NewReaderSize(in, 64<<10)
	head, err := r.Peek(4 << 10)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return nil, false, err
	}
	head = bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\ufeff")))
	return r, len(head) > 0 && head[0] == '{', nil
}

// A labelRow is a row of a CSV of labels.
type labelRow struct {
	line   int
	a, b   match.Key // source "" where the row names none
	expect scoring.Decision
	group  string
}

// labelColumns are the columns of a CSV of labels, by their spellings.
var labelColumns = map[string]string{
	"record_a": "a", "id_a": "a", "record_id_a": "a",
	"record_b": "b", "id_b": "b", "record_id_b": "b",
	"source_a": "source_a", "source_b": "source_b", "group": "group",
	"label": "label", "expect": "label", "outcome": "label",
}

// readLabelRows reads a CSV of labels. Errors begin with the line.
func readLabelRows(in io.Reader) ([]labelRow, error) {
	r := csv.NewReader(in)
	header, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New(": is empty: it needs the columns record_a, record_b, label")
	}
	if err != nil {
		return nil, csvError(err)
	}
	at := map[string]int{}
	for i, name := range header {
		name = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(name, "\ufeff")))
		if column, ok := labelColumns[name]; ok {
			if _, twice := at[column]; twice {
				return nil, fmt.Errorf(", line 1: two columns for %s", column)
			}
			at[column] = i
		}
	}
	for column, name := range map[string]string{"a": "record_a", "b": "record_b", "label": "label"} {
		if _, ok := at[column]; !ok {
			return nil, fmt.Errorf(", line 1: a column is missing: it needs record_a, record_b, label and may have source_a, source_b, group; there is none for %s", name)
		}
	}
	var rows []labelRow
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, csvError(err)
		}
		line, _ := r.FieldPos(0)
		cell := func(column string) string {
			if i, ok := at[column]; ok {
				return strings.TrimSpace(cells[i])
			}
			return ""
		}
		if cell("label") == "" {
			continue // not reviewed yet
		}
		row := labelRow{line: line, group: cell("group"), a: match.Key{Source: cell("source_a"), ID: cell("a")}, b: match.Key{Source: cell("source_b"), ID: cell("b")}}
		if row.expect, err = parseOutcome(cell("label")); err != nil {
			return nil, fmt.Errorf(", line %d: column label: match, possible or no is wanted", line)
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		return nil, errors.New(": has no labels: the column label is empty")
	}
	return rows, nil
}

// csvError is an error of a CSV, without what stands there.
func csvError(err error) error {
	if e, ok := errors.AsType[*csv.ParseError](err); ok {
		return fmt.Errorf(", line %d: %w", e.Line, e.Err)
	}
	return fmt.Errorf(": %w", pathless(err))
}

func wantedIDs(rows []labelRow) map[string]bool {
	wanted := map[string]bool{}
	for _, r := range rows {
		for _, k := range []match.Key{r.a, r.b, untamed(r.a), untamed(r.b)} {
			wanted[k.ID] = true
		}
	}
	return wanted
}

// untamed is a key as it was before review.csv tamed it; see tame.
func untamed(k match.Key) match.Key {
	return match.Key{Source: strings.TrimPrefix(k.Source, "'"), ID: strings.TrimPrefix(k.ID, "'")}
}

// keep keeps a record. Of two with one key the one received later counts, then
// the one with the larger content, as in a dedupe run.
func (s *labelSet) keep(r *patient.Record) {
	key := match.Key{Source: r.Source, ID: r.ID}
	next := &foundRecord{received: r.Received}
	s.normalizer.Apply(&next.normalized, r)
	old, ok := s.found[key]
	if !ok {
		s.sources[r.ID] = append(s.sources[r.ID], r.Source)
	} else if c := strings.Compare(old.received.Compact(), next.received.Compact()); c > 0 ||
		c == 0 && bytes.Compare(old.normalized.AppendDigest(nil), next.normalized.AppendDigest(nil)) >= 0 {
		return
	}
	s.found[key] = next
}

// join makes pairs of rows and the records found.
func (s *labelSet) join(rows []labelRow) error {
	type pairKey [2]match.Key
	seen := map[pairKey]labelRow{}
	var missing []labelRow
	for _, row := range rows {
		a, errA := s.resolve(row.a)
		b, errB := s.resolve(row.b)
		if err := errors.Join(errA, errB); err != nil {
			if errors.Is(err, errNoRecord) {
				missing = append(missing, row)
				continue
			}
			return fmt.Errorf(", line %d: %w", row.line, err)
		}
		if a == b {
			return fmt.Errorf(", line %d: a record is paired with itself", row.line)
		}
		keys := pairKey{a, b}
		slices.SortFunc(keys[:], compareKeys)
		if old, twice := seen[keys]; twice {
			if old.expect != row.expect {
				return fmt.Errorf(", line %d: the same pair is labelled otherwise in line %d", row.line, old.line)
			}
			continue
		}
		seen[keys] = row
		shared := []string{"r" + a.Source + "\x00" + a.ID, "r" + b.Source + "\x00" + b.ID}
		if row.group != "" {
			shared = append(shared, "g"+row.group)
		}
		s.add(&s.found[a].normalized, &s.found[b].normalized, 1, row.expect, shared...)
	}
	if len(missing) > 0 {
		return fmt.Errorf(", line %d: %w in the files named; so it is for %d of %d rows; ids and, where given, sources must be those of the mapping",
			missing[0].line, errNoRecord, len(missing), len(rows))
	}
	s.group()
	return nil
}

func compareKeys(a, b match.Key) int {
	if c := strings.Compare(a.Source, b.Source); c != 0 {
		return c
	}
	return strings.Compare(a.ID, b.ID)
}

// errNoRecord says that a label names a record that is not there.
var errNoRecord = errors.New("a record with this id is not")

// resolve finds the key of a record, of which the source may not be given, and
// which review.csv may have tamed.
func (s *labelSet) resolve(k match.Key) (match.Key, error) {
	found, err := s.lookUp(k)
	if plain := untamed(k); errors.Is(err, errNoRecord) && plain != k {
		return s.lookUp(plain)
	}
	return found, err
}

func (s *labelSet) lookUp(k match.Key) (match.Key, error) {
	if k.Source == "" {
		switch sources := s.sources[k.ID]; len(sources) {
		case 0:
		case 1:
			k.Source = sources[0]
		default:
			return k, errors.New("the id is in several sources: name them in the columns source_a and source_b")
		}
	}
	if _, ok := s.found[k]; !ok {
		return k, errNoRecord
	}
	return k, nil
}
