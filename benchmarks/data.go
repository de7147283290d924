package main

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/idem-health/idem/benchmarks/population"
	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/intake"
	"github.com/idem-health/idem/match/patient"
)

// A set is a file of records whose people are known, or a part of one.
type set struct {
	name  string
	file  string         // below IDEM_DATA
	right string         // the other file, where two are linked; records are of file otherwise
	only  [2]string      // read the records alone that have this value in this column; "" is all, as are those of a file without the column
	truth string         // column that says which person a record belongs to
	inID  *regexp.Regexp // or the part of the record id that says it
	drop  []string       // columns that give the truth away
	// extra >= 0 leaves one record of each person and that many others.
	extra    int
	newborns bool    // it is there for its twins and placeholder names
	speed    float64 // CPU seconds an end-to-end run may take; 0 is not measured

	made   *population.Options // the set is generated: see set.in
	path   string              // and is here, not below IDEM_DATA
	policy string              // "" is generic

	columns []population.Column // of a generated file; nil is all
	ndjson  bool                // it is NDJSON, not CSV
}

// febrlPerson is the number in rec-N-org and rec-N-dup-M.
var febrlPerson = regexp.MustCompile(`^rec-(\d+)-`)

// sets are measured under policy generic.
var sets = []set{
	{name: "fake_1000", file: "splink/fake_1000.csv", truth: "cluster", extra: -1},
	{name: "febrl1", file: "febrl/dataset1.csv", inID: febrlPerson, extra: -1},
	{name: "febrl2", file: "febrl/dataset2.csv", inID: febrlPerson, extra: -1},
	{name: "febrl3", file: "febrl/dataset3.csv", inID: febrlPerson, extra: -1},
	{name: "febrl4 (link)", file: "febrl/dataset4a.csv", right: "febrl/dataset4b.csv", inID: febrlPerson, extra: -1},
	{name: "gen_100k", file: "households/gen_100k.csv.gz", truth: "cluster_id", extra: -1, newborns: true, speed: 2},
	{name: "gen_100k_single", file: "households/gen_100k.csv.gz", truth: "cluster_id", extra: 0},
	{name: "gen_100k_single+2000", file: "households/gen_100k.csv.gz", truth: "cluster_id", extra: 2000},
	{name: "gen_100k_single+300", file: "households/gen_100k.csv.gz", truth: "cluster_id", extra: 300},
	{name: "gen_iis_100k", file: "households/gen_iis_100k.csv.gz", truth: "cluster_id", extra: -1, newborns: true},
	{name: "historical_50k", file: "splink/historical_50k.csv.gz", truth: "cluster", extra: -1, speed: 8},
	// The SSA file tells of deaths too, in rows of their own.
	{name: "census_ssa (link)", file: "pseudopeople/shared_census_2020_s0.csv.gz", right: "pseudopeople/shared_ssa_2029_s0.csv.gz",
		only: [2]string{"event_type", "creation"}, truth: "simulant_id", drop: []string{"household_id"}, extra: -1},
	// household_id is the simulation's own knowledge, which no file has.
	{name: "pseudopeople_wic", file: "pseudopeople/shared_wic_2019_2028_s0.csv.gz", truth: "simulant_id", drop: []string{"household_id"}, extra: -1},
}

// The pair files are decided under policy iis.
const (
	airaPairs   = "aira/pairs.jsonl.gz"
	workedPairs = "newborn/worked_pairs.jsonl"
)

// errNoData says that a file of test data is absent.
var errNoData = errors.New("test data is missing: set IDEM_DATA to the folder that holds it")

// dataPath is the path of a file below IDEM_DATA.
func dataPath(name string) (string, error) {
	dir := os.Getenv("IDEM_DATA")
	path := filepath.Join(dir, filepath.FromSlash(name))
	if _, err := os.Stat(path); dir == "" || errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%s: %w", name, errNoData)
	}
	return path, nil
}

// open opens a set's file as any user would: columns by their names, nothing
// said about them but which one is the truth.
func (s set) open() (*intake.Reader, error) {
	if s.path != "" {
		return intake.Open([]string{s.path}, intake.Options{Truth: s.truth})
	}
	var paths []string
	for _, file := range []string{s.file, s.right} {
		if file == "" {
			continue
		}
		path, err := dataPath(file)
		if err != nil {
			return nil, err
		}
		paths = append(paths, path)
	}
	return intake.Open(paths, intake.Options{Truth: s.truth, Drop: s.drop})
}

// sides streams the records of a linkage.
func (s set) sides(ctx context.Context, reader *intake.Reader) (left, right iter.Seq2[*patient.Record, error]) {
	return s.chosen(reader.RecordsOf(ctx, 0)), s.chosen(reader.RecordsOf(ctx, 1))
}

// chosen leaves out the records that are not of the set.
func (s set) chosen(records iter.Seq2[*patient.Record, error]) iter.Seq2[*patient.Record, error] {
	return func(yield func(*patient.Record, error) bool) {
		for r, err := range records {
			out := err == nil && slices.ContainsFunc(r.Attributes, func(a patient.Attribute) bool {
				return a.Name == s.only[0] && a.Value != s.only[1]
			})
			if !out && !yield(r, err) {
				return
			}
		}
	}
}

// person is the truth of a record, "" where it is not known.
func (s set) person(r *patient.Record) string {
	if s.inID != nil {
		if found := s.inID.FindStringSubmatch(r.ID); found != nil {
			return found[1]
		}
		return ""
	}
	for _, a := range r.Attributes {
		if a.Name == s.truth {
			return a.Value
		}
	}
	return ""
}

// records streams the set's records; part of the file if the set says so.
func (s set) records(ctx context.Context, reader *intake.Reader) (iter.Seq2[*patient.Record, error], error) {
	if s.extra < 0 {
		return reader.Records(ctx), nil
	}
	keep, err := s.part(reader.Records(ctx))
	if err != nil {
		return nil, err
	}
	return func(yield func(*patient.Record, error) bool) {
		for r, err := range reader.Records(ctx) {
			if (err != nil || keep[r.ID]) && !yield(r, err) {
				return
			}
		}
	}, nil
}

// part chooses one record of each person and s.extra of the others, by a hash
// of the record id: the same ones on every machine, and no more the first
// records of a person than the later ones.
func (s set) part(records iter.Seq2[*patient.Record, error]) (map[string]bool, error) {
	type candidate struct {
		hash uint64
		id   string
	}
	order := func(a, b candidate) int {
		switch {
		case a.hash < b.hash, a.hash == b.hash && a.id < b.id:
			return -1
		case a == b:
			return 0
		}
		return 1
	}
	first := map[string]candidate{}
	var others []candidate
	for r, err := range records {
		if err != nil {
			return nil, err
		}
		hash := fnv.New64a()
		hash.Write([]byte(r.ID))
		c, person := candidate{hash.Sum64(), r.ID}, s.person(r)
		switch best, known := first[person]; {
		case !known:
			first[person] = c
		case order(c, best) < 0:
			first[person] = c
			others = append(others, best)
		default:
			others = append(others, c)
		}
	}
	if len(others) < s.extra {
		return nil, fmt.Errorf("%s has %d further records, not the %d asked for", s.file, len(others), s.extra)
	}
	keep := make(map[string]bool, len(first)+s.extra)
	for _, c := range first {
		keep[c.id] = true
	}
	slices.SortFunc(others, order)
	for _, c := range others[:s.extra] {
		keep[c.id] = true
	}
	return keep, nil
}

// A truth keeps what is known of the records that passed by.
type truth struct {
	numbers map[string]int32
	of      map[match.Key]fact
}

// A fact is what is known of one record.
type fact struct {
	person      int32  // -1 is not known
	placeholder bool   // its given name is a placeholder
	twin        uint64 // hash of birth date and family name; 0 where one is missing
}

func newTruth() *truth {
	return &truth{numbers: map[string]int32{}, of: map[match.Key]fact{}}
}

// watch passes records on and notes what is known of each. A nil truth notes
// nothing.
func (t *truth) watch(s set, records iter.Seq2[*patient.Record, error]) iter.Seq2[*patient.Record, error] {
	if t == nil {
		return records
	}
	return func(yield func(*patient.Record, error) bool) {
		normalizer := patient.NewNormalizer(patient.US())
		var normalized patient.Normalized
		for r, err := range records {
			if err == nil {
				f := fact{person: t.number(s.person(r))}
				if s.newborns {
					normalizer.Apply(&normalized, r)
					f.placeholder = normalized.Placeholder.Class != patient.NotPlaceholder
					f.twin = twin(&normalized)
				}
				t.of[match.Key{Source: r.Source, ID: r.ID}] = f
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

// twin is equal for records of twins: one birth date, one family name.
func twin(n *patient.Normalized) uint64 {
	if !n.Birth.Full() || n.Family == "" {
		return 0
	}
	hash := fnv.New64a()
	fmt.Fprintf(hash, "%s %s", n.Birth.Compact(), n.Family)
	return hash.Sum64()
}

func (t *truth) number(person string) int32 {
	if person == "" {
		return -1
	}
	n, known := t.numbers[person]
	if !known {
		n = int32(len(t.numbers))
		t.numbers[person] = n
	}
	return n
}
