package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/evaluate"
	"github.com/idem-health/idem/match/intake"
	"github.com/idem-health/idem/match/patient"
)

// A truth says which person a record belongs to, to measure a result by. It is
// never shown to the matching. The zero value knows nothing.
type truth struct {
	column  string         // of the input
	byID    bool           // the column is the record id
	pattern *regexp.Regexp // its first group is the person; nil: the whole value
	people  map[match.Key]int32
	names   map[string]int32
	anyone  map[string]int32 // by record id, from a file without sources
}

// parseTruth reads the flag: COLUMN, COLUMN~REGEX or FILE.csv.
func parseTruth(text string) (*truth, error) {
	t := &truth{people: map[match.Key]int32{}, names: map[string]int32{}}
	column, pattern, ok := strings.Cut(text, "~")
	switch {
	case text == "":
		return t, nil
	case ok:
		re, err := regexp.Compile(pattern)
		if err != nil {
			return nil, usageError{fmt.Errorf("--truth: %w", err)}
		}
		if re.NumSubexp() < 1 || column == "" {
			return nil, usageError{errors.New("--truth: COLUMN~REGEX needs a column and a group that gives the person, such as rec_id~^rec-([0-9]+)-")}
		}
		t.column, t.pattern = column, re
		return t, nil
	case strings.HasSuffix(strings.ToLower(text), ".csv"):
		return t, t.readFile(text)
	}
	t.column = text
	return t, nil
}

// known reports whether there is any truth.
func (t *truth) known() bool { return t.fromRecords() || len(t.people)+len(t.anyone) > 0 }

func (t *truth) fromRecords() bool { return t.column != "" }

// bind finds out whether the column is the record id.
func (t *truth) bind(mappings []intake.Mapping) {
	t.byID = true
	for _, m := range mappings {
		for _, c := range m.Columns {
			if c.Role == intake.RoleTruth {
				t.byID = false
			}
		}
	}
}

// note takes the truth out of a record.
func (t *truth) note(r *patient.Record) {
	value := ""
	if t.byID {
		value = r.ID
	}
	for i := 0; i < len(r.Attributes) && value == ""; i++ {
		if a := r.Attributes[i]; strings.EqualFold(a.Name, t.column) {
			value = a.Value
		}
	}
	if t.pattern != nil {
		m := t.pattern.FindStringSubmatch(value)
		if m == nil {
			return
		}
		value = m[1]
	}
	if value != "" {
		t.people[match.Key{Source: strings.Clone(r.Source), ID: strings.Clone(r.ID)}] = t.person(value)
	}
}

func (t *truth) person(name string) int32 {
	p, ok := t.names[name]
	if !ok {
		p = int32(len(t.names))
		t.names[strings.Clone(name)] = p
	}
	return p
}

// readFile reads record_id,person_id[,source]. Without a person the truth about
// a record is not known: such records are not one person.
func (t *truth) readFile(name string) error {
	file, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("--truth %s: %w", name, pathless(err))
	}
	defer file.Close()
	rows := csv.NewReader(file)
	rows.TrimLeadingSpace = true
	header, err := rows.Read()
	if err != nil {
		return fmt.Errorf("--truth %s: the header line cannot be read: %w", name, err)
	}
	id, person, source := -1, -1, -1
	for i, h := range header {
		switch strings.ToLower(strings.TrimSpace(strings.TrimPrefix(h, "\ufeff"))) {
		case "record_id":
			id = i
		case "person_id":
			person = i
		case "source":
			source = i
		}
	}
	if id < 0 || person < 0 {
		return fmt.Errorf("--truth %s: it needs the columns record_id and person_id, and source where ids are not unique without", name)
	}
	t.anyone = map[string]int32{}
	for {
		row, err := rows.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("--truth %s: %w", name, err)
		}
		name := strings.TrimSpace(row[person])
		if name == "" {
			continue
		}
		p := t.person(name)
		if source >= 0 {
			t.people[match.Key{Source: row[source], ID: row[id]}] = p
		} else {
			t.anyone[row[id]] = p
		}
	}
}

// of returns the person of each record, evaluate.Unknown where not known.
func (t *truth) of(res *match.Result) []int32 {
	people := make([]int32, res.Records())
	for i := range people {
		people[i] = evaluate.Unknown
		k := res.Key(i)
		if p, ok := t.people[k]; ok {
			people[i] = p
		} else if p, ok := t.anyone[k.ID]; ok {
			people[i] = p
		}
	}
	return people
}

// measure holds a result against the truth; of a linkage, what it says of pairs
// across the two files.
func (t *truth) measure(res *match.Result) (pairs, people evaluate.Score) {
	truth := t.of(res)
	matches := func(yield func(int, int) bool) {
		for p := range res.Pairs() {
			if p.Decision == match.Match && !yield(int(p.A), int(p.B)) {
				return
			}
		}
	}
	given := make([]int32, res.Records())
	for i := range given {
		given[i] = int32(res.Person(i))
	}
	if !res.Linkage() {
		return evaluate.Pairs(truth, matches), evaluate.Clusters(truth, given)
	}
	right := make([]bool, res.Records())
	for i := range right {
		right[i] = res.Side(i) == 1
	}
	return evaluate.PairsAcross(truth, right, matches), evaluate.ClustersAcross(truth, given, right)
}
