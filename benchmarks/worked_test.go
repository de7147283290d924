package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/benchmarks/population"
	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/scoring"
)

// A workedCase is one of the 68 cases that say what policy iis must decide, as
// fields, so that it can be drawn again with other dates and numbers.
type workedCase struct {
	ID, Expect, Why string
	Candidates      int
	A, B            map[string]string
}

func workedCases(t *testing.T) []workedCase {
	t.Helper()
	path, err := dataPath(workedPairs)
	if errors.Is(err, errNoData) && os.Getenv("IDEM_REQUIRE_DATA") != "1" {
		t.Skip(err)
	}
	require.NoError(t, err)
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	var cases []workedCase
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		var c workedCase
		require.NoError(t, json.Unmarshal(lines.Bytes(), &c))
		cases = append(cases, c)
	}
	require.NoError(t, lines.Err())
	require.Len(t, cases, 68)
	return cases
}

// A redraw replaces what a case could as well have otherwise: all dates by one
// number of days, and phones, addresses, lots and numbers, equal ones by equal
// ones. Numbers that follow each other go on to; what is junk stays it.
type redraw struct {
	rng  *rand.Rand
	days int
	seen map[string]string
}

// draw returns the case with other dates and numbers. Every case has days of
// its own, for they are all Judy Smith's, and none that are another's with month
// and day exchanged.
func (c workedCase) draw(turn uint64) workedCase {
	number := digits(c.ID)
	rng := rand.New(rand.NewPCG(turn, uint64(number)))
	d := redraw{rng: rng, seen: map[string]string{}}
	out := c
	swapped := c.A["birth_date"] != c.B["birth_date"] && dayForMonth(c.A["birth_date"]) == c.B["birth_date"]
	for again := true; again; {
		d.days = 35*number + rng.IntN(28) - 2000
		out.A, out.B = d.record(c.A), d.record(c.B)
		other := dayForMonth(out.A["birth_date"])
		if again = other != ""; swapped { // exchanged before, exchanged after
			out.B["birth_date"], again = other, other == "" || other == out.A["birth_date"]
		}
		again = again && c.A["birth_date"] != "1900-01-01"
	}
	for _, field := range []string{"mrn", "ssn", "birth_certificate"} {
		if follows(c.A[field], c.B[field]) {
			out.B[field] = next(out.A[field])
		}
	}
	return out
}

// dayForMonth is the date with month and day exchanged, "" if that is none.
func dayForMonth(date string) string {
	if len(date) != 10 || date[8:] > "12" {
		return ""
	}
	return date[:5] + date[8:] + "-" + date[5:7]
}

func (d *redraw) record(fields map[string]string) map[string]string {
	out := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		out[name] = d.value(name, fields[name])
	}
	return out
}

// junk are values that a case is about because they say nothing.
var junk = []string{"1900-01-01", "9999999999", "123-45-6789", "SHELTER 1 Main St"}

func (d *redraw) value(name, v string) string {
	switch {
	case v == "" || slices.Contains(junk, v):
		return v
	case name == "birth_date" || name == "received" || name == "death_date":
		return d.date(v)
	case name == "doses":
		var doses []string
		for dose := range strings.SplitSeq(v, ";") {
			parts := strings.Split(dose, "|")
			parts[1] = d.date(parts[1])
			if parts[2] != "" {
				parts[2] = d.other("lot "+parts[2], func() string { return fmt.Sprintf("L%06d", d.rng.IntN(1_000_000)) })
			}
			doses = append(doses, strings.Join(parts, "|"))
		}
		return strings.Join(doses, ";")
	case name == "phone":
		return d.other(name+v, func() string {
			return fmt.Sprintf("%d%d%04d", 220+10*d.rng.IntN(70)+2+d.rng.IntN(7), 230+10*d.rng.IntN(30)+2+d.rng.IntN(3), d.rng.IntN(10_000))
		})
	case name == "address":
		number := d.other("number", func() string { return strconv.Itoa(100 + d.rng.IntN(9000)) })
		street := d.other("street", func() string {
			return []string{"Maple", "Hickory", "Tamarack", "Juniper", "Mulberry", "Larkspur"}[d.rng.IntN(6)]
		})
		return strings.NewReplacer("12 ", number+" ", "Oak", street).Replace(v)
	case name == "ssn":
		return d.other(name+v, func() string {
			return fmt.Sprintf("%03d-%02d-%04d", 220+d.rng.IntN(400), 10+d.rng.IntN(80), 10+2*d.rng.IntN(4000))
		})
	case name == "mrn" || name == "student_id" || name == "birth_certificate":
		return d.other(name+v, func() string { return strconv.Itoa(100_000 + 2*d.rng.IntN(400_000)) })
	}
	return v
}

func (d *redraw) date(v string) string {
	day, err := time.Parse(time.DateOnly, v)
	if err != nil {
		return v
	}
	return day.AddDate(0, 0, d.days).Format(time.DateOnly)
}

func (d *redraw) other(old string, make func() string) string {
	if _, ok := d.seen[old]; !ok {
		d.seen[old] = make()
	}
	return d.seen[old]
}

func digits(v string) (n int) {
	for _, r := range v {
		if r >= '0' && r <= '9' {
			n = 10*n + int(r-'0')
		}
	}
	return n
}

func follows(a, b string) bool { return a != "" && b != "" && digits(a)+1 == digits(b) }

// next is the number that follows, written alike. No draw ends in 9.
func next(v string) string { return v[:len(v)-1] + string(v[len(v)-1]+1) }

// records gives the case as records, under ids of its own. Where several fit,
// the further ones are told in full: a brother of the second.
func (c workedCase) records() []patient.Record {
	record := func(fields map[string]string, id string) patient.Record {
		r := patient.Record{Source: "worked", ID: id}
		for _, name := range slices.Sorted(maps.Keys(fields)) {
			r.SetField(name, fields[name], "")
		}
		return r
	}
	out := []patient.Record{record(c.A, c.ID+"a"), record(c.B, c.ID+"b")}
	if c.Candidates > 1 {
		brother := maps.Clone(c.B)
		brother["given_name"], brother["mrn"] = "NOAH", brother["mrn"]+"40"
		out = append(out, record(brother, c.ID+"c"))
	}
	return out
}

// TestWorkedPairsDrawn: dates, phones, addresses, lots and numbers are not what
// the cases turn on.
func TestWorkedPairsDrawn(t *testing.T) {
	d, err := newDecider()
	require.NoError(t, err)
	for _, c := range workedCases(t) {
		for turn := range uint64(11) {
			x := c
			if turn > 0 {
				x = c.draw(turn)
			}
			r := x.records()
			assert.Equal(t, c.Expect, d.decide(&r[0], &r[1], max(c.Candidates, 1)), "%s, draw %d: %s", c.ID, turn, c.Why)
			assert.Equal(t, c.Expect, d.decide(&r[1], &r[0], max(c.Candidates, 1)), "%s backwards, draw %d: %s", c.ID, turn, c.Why)
		}
	}
}

// A fate is what became of a case in a run.
type fate struct {
	decision string
	together bool   // the two are one person
	strange  string // a record that is not of the case and is one person with it
}

// among decides cases among other records.
func among(t *testing.T, others []patient.Record, model *match.Model, cases ...workedCase) (*match.Result, map[string]*fate) {
	t.Helper()
	records := slices.Clone(others)
	for _, c := range cases {
		records = append(records, c.records()...)
	}
	w := world{records: records}
	res, err := match.Dedupe(context.Background(), w.stream(), match.Options{Policy: scoring.IISPolicy(), Model: model})
	require.NoError(t, err)
	caseOf := func(i int32) (string, byte) {
		if k := res.Key(int(i)); k.Source == "worked" {
			return k.ID[:3], k.ID[3]
		}
		return "", 0
	}
	fates := map[string]*fate{}
	for _, c := range cases {
		f := &fate{decision: match.No.String()}
		for i := range c.records() {
			row, ok := res.Find(match.Key{Source: "worked", ID: c.ID + string(rune('a'+i))})
			require.True(t, ok)
			for _, m := range res.Members(res.Person(row)) {
				switch id, which := caseOf(m); {
				case id != c.ID:
					f.strange = res.Key(int(m)).ID
				case i == 0 && which == 'b':
					f.together = true
				}
			}
		}
		fates[c.ID] = f
	}
	for p := range res.Pairs() {
		one, first := caseOf(p.A)
		other, second := caseOf(p.B)
		if one != "" && one == other && min(first, second) == 'a' && max(first, second) == 'b' {
			fates[one].decision = p.Decision.String()
		}
	}
	return res, fates
}

func (c workedCase) check(t *testing.T, res *match.Result, got *fate, draw string) {
	t.Helper()
	want := fate{decision: c.Expect, together: c.Expect == match.Match.String()}
	if *got == want {
		return
	}
	a, _ := res.Find(match.Key{Source: "worked", ID: c.ID + "a"})
	b, _ := res.Find(match.Key{Source: "worked", ID: c.ID + "b"})
	e := res.Explain(a, b)
	t.Errorf("%s, %s: %s\nwant %+v, got %+v: %.1f bits, rules %v, found by %v", c.ID, draw, c.Why, want, *got, e.Weight.Bits(), e.Rules, e.FoundBy)
}

// TestWorkedPairsInACrowd decides the cases by fitted models, among 10,000
// others: with those others in one training, and by the frozen model with other
// dates and numbers. As they are written they would meet each other, so that
// each is put among some others alone.
func TestWorkedPairsInACrowd(t *testing.T) {
	cases := workedCases(t)
	crowd, err := generate(context.Background(), "crowd", population.Options{People: 10_000, Seed: 7})
	require.NoError(t, err)
	var model *match.Model
	for turn := range uint64(11) {
		var drawn []workedCase
		for _, c := range cases {
			drawn = append(drawn, c.draw(turn))
		}
		res, fates := among(t, crowd.records, model, drawn...)
		for _, c := range drawn {
			c.check(t, res, fates[c.ID], fmt.Sprintf("draw %d", turn))
		}
		model = res.Model
	}
	for _, c := range cases {
		res, fates := among(t, crowd.records[:2000], model, c)
		c.check(t, res, fates[c.ID], "as written")
	}
}
