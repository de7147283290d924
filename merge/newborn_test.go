package merge

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/idem-health/idem/internal/testdata"
	"github.com/idem-health/idem/match/patient"
)

// A nursery is some records, normalised, with nobody joined to anybody.
type nursery struct {
	names   []string
	records []patient.Normalized
	people  []uint32
}

// Judy's child, born on 1 March 2026.
var ofJudy = []string{"birth_date", "2026-03-01", "family_name", "Smith", "mother_given", "Judy", "mother_maiden", "Jones",
	"phone", "616-234-0100", "address", "12 Oak St", "received", "2026-03-02"}

// admit adds a record: of Judy's child unless it says otherwise. A value "-"
// takes the field away.
func (n *nursery) admit(name string, fields ...string) {
	all := map[string]string{}
	for i := 0; i < len(ofJudy); i += 2 {
		all[ofJudy[i]] = ofJudy[i+1]
	}
	for i := 0; i < len(fields); i += 2 {
		all[fields[i]] = fields[i+1]
	}
	r := patient.Record{Source: "test", ID: name}
	for field, value := range all {
		if value != "-" {
			r.SetField(field, value, "")
		}
	}
	normal, _ := patient.Normalize(&r, patient.US())
	n.names = append(n.names, name)
	n.records = append(n.records, normal)
	n.people = append(n.people, uint32(len(n.people)))
}

// settle numbers the records by their content, as a table does.
func (n *nursery) settle() {
	type entry struct{ digest, name string }
	place := make([]int, len(n.records))
	entries := make([]entry, len(n.records))
	for i := range n.records {
		place[i] = i
		entries[i] = entry{string(n.records[i].AppendDigest(nil)), n.names[i]}
	}
	slices.SortFunc(place, func(a, b int) int {
		return cmp.Or(cmp.Compare(entries[a].digest, entries[b].digest), cmp.Compare(entries[a].name, entries[b].name))
	})
	records := slices.Clone(n.records)
	for i, p := range place {
		n.names[i], n.records[i] = entries[p].name, records[p]
	}
}

func (n *nursery) resolve(o NewbornOptions) NewbornReport {
	var links [][2]uint32
	for i := range n.records {
		for j := range i {
			links = append(links, [2]uint32{uint32(i), uint32(j)})
		}
	}
	return ResolveNewborns(n.people, links,
		func(row uint32) NewbornView { return ViewNewborn(&n.records[row]) },
		func(a, b uint32) NewbornPair { return CompareNewborn(&n.records[a], &n.records[b]) }, o)
}

// show writes a report in names, sorted.
func (n *nursery) show(r NewbornReport) string {
	var lines []string
	for _, x := range r.Resolved {
		lines = append(lines, fmt.Sprintf("%s is %s by %s", n.names[x.Row], n.names[x.Person], x.By))
	}
	for _, w := range r.Waiting {
		var who []string
		for _, c := range w.Candidates {
			who = append(who, n.names[c.Person])
		}
		slices.Sort(who)
		stale := ""
		if w.Stale {
			stale = fmt.Sprintf(", stale at %d days", w.Days)
		}
		lines = append(lines, fmt.Sprintf("%s waits: %s [%s]%s", n.names[w.Row], w.Reason, strings.Join(who, " "), stale))
	}
	for _, s := range r.Siblings {
		pair := []string{n.names[s[0]], n.names[s[1]]}
		slices.Sort(pair)
		lines = append(lines, strings.Join(pair, " and ")+" are siblings")
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func TestNewborns(t *testing.T) {
	type rec = []string // name, then fields
	twin := []string{"multiple_birth", "Y"}
	of := func(name string, fields ...any) rec {
		out := rec{name}
		for _, f := range fields {
			switch f := f.(type) {
			case string:
				out = append(out, f)
			case []string:
				out = append(out, f...)
			}
		}
		return out
	}
	boy := func(fields ...any) rec {
		return of("BABYBOY", append([]any{"given_name", "BABYBOY", "sex", "M"}, fields...)...)
	}
	liam := func(fields ...any) rec {
		return of("LIAM", append([]any{"given_name", "Liam", "sex", "M"}, fields...)...)
	}
	noah := func(fields ...any) rec {
		return of("NOAH", append([]any{"given_name", "Noah", "sex", "M"}, fields...)...)
	}
	emma := func(fields ...any) rec {
		return of("EMMA", append([]any{"given_name", "Emma", "sex", "F"}, fields...)...)
	}
	for _, c := range []struct {
		name    string
		records []rec
		want    string
	}{
		{"one boy, one legal name", []rec{boy(), liam()}, "BABYBOY is LIAM by mother"},
		{"the father's name taken: the placeholder's family is the mother's maiden name",
			[]rec{boy("mother_maiden", "Smith"), liam("family_name", "Garcia", "mother_maiden", "Smith")}, "BABYBOY is LIAM by mother"},
		{"the hospital sends the legal name under its own number, after a move and without a mother",
			[]rec{boy("mrn", "111", "mrn_authority", "HOSP"), liam("mrn", "111", "mrn_authority", "HOSP", "mother_given", "-", "phone", "-", "address", "9 Elm St")},
			"BABYBOY is LIAM by identifier"},
		{"one birth certificate", []rec{boy("birth_certificate", "C-1", "mother_given", "-", "phone", "-"), liam("birth_certificate", "C-1", "family_name", "Garcia")},
			"BABYBOY is LIAM by certificate"},
		{"a feed without mothers: family and phone", []rec{boy("mother_given", "-", "mother_maiden", "-"), liam("mother_given", "-", "mother_maiden", "-", "address", "-")},
			"BABYBOY is LIAM by phone"},
		{"family, sex and day alone are never enough",
			[]rec{boy("mother_given", "-", "mother_maiden", "-", "phone", "-", "address", "-"), liam("mother_given", "-", "mother_maiden", "-")},
			"BABYBOY waits: too_little_evidence [LIAM]"},
		{"family and address without a mother", []rec{boy("mother_given", "-", "mother_maiden", "-", "phone", "-"), liam("mother_given", "-", "mother_maiden", "-")},
			"BABYBOY is LIAM by phone"},
		{"another family name, one phone and address, no mother", []rec{boy("mother_given", "-", "mother_maiden", "-"), liam("family_name", "Garcia", "mother_given", "-", "mother_maiden", "-")},
			"BABYBOY is LIAM by household"},
		{"another family name and one address alone", []rec{boy("mother_given", "-", "mother_maiden", "-", "phone", "-"), liam("family_name", "Garcia", "mother_given", "-", "mother_maiden", "-")},
			"BABYBOY waits: too_little_evidence [LIAM]"},
		{"the mother moved: three names of hers", []rec{boy("phone", "-", "address", "-"), liam("phone", "616-234-7777", "address", "9 Elm St")},
			"BABYBOY is LIAM by mother"},
		{"the mother moved: two names of hers", []rec{boy("phone", "-", "address", "-", "mother_maiden", "-"), liam("phone", "616-234-7777", "address", "9 Elm St")},
			"BABYBOY waits: too_little_evidence [LIAM]"},
		{"the mother moved: two names of hers, and the father's",
			[]rec{boy("phone", "-", "address", "-", "mother_maiden", "-", "guardian_given", "Paul", "guardian_family", "Garcia"),
				liam("phone", "616-234-7777", "address", "9 Elm St", "guardian_given", "Paul", "guardian_family", "Garcia")},
			"BABYBOY is LIAM by mother"},
		{"two names of the mother, and a phone one digit off", []rec{boy("phone", "616-234-0108", "address", "-", "mother_maiden", "-"), liam("address", "9 Elm St")},
			"BABYBOY is LIAM by mother"},
		{"a certificate leaves out what kind of street it is",
			[]rec{boy("mother_given", "-", "phone", "-", "city", "Lansing", "postal_code", "48911"), liam("mother_given", "-", "phone", "-", "address", "12 Oak", "postal_code", "48911")},
			"BABYBOY is LIAM by phone"},
		{"the same number and street in another town",
			[]rec{boy("mother_given", "-", "phone", "-", "city", "Lansing", "postal_code", "48911"), liam("mother_given", "-", "phone", "-", "address", "12 Oak", "city", "Flint", "postal_code", "48502")},
			"BABYBOY waits: too_little_evidence [LIAM]"},
		{"two flats of one house", []rec{boy("mother_given", "-", "phone", "-", "address", "12 Oak St Apt 2", "postal_code", "48911"),
			liam("mother_given", "-", "phone", "-", "address", "12 Oak", "unit", "7", "postal_code", "48911")}, "BABYBOY waits: too_little_evidence [LIAM]"},
		{"a placeholder that says the mother's name and family name", []rec{of("GIRLCAROLSMITH", "given_name", "GIRLCAROLSMITH", "sex", "F", "mother_given", "-"), emma("mother_given", "Carol Ann")},
			"GIRLCAROLSMITH is EMMA by mother"},
		{"an only child who goes by its second name", []rec{boy("multiple_birth", "N"), liam("given_name", "Liam Noah"), noah()}, "BABYBOY is NOAH by mother"},
		{"a second number of one hospital and the same minute of birth",
			[]rec{boy("mrn", "111", "mrn_authority", "HOSP", "birth_time", "0610"), liam("mrn", "205", "mrn_authority", "HOSP", "birth_time", "0610")}, "BABYBOY is LIAM by mother"},
		{"the second of twins, registered twice", []rec{of("B", "given_name", "BABYBOY 2", "mrn", "111", "mrn_authority", "HOSP"),
			of("BOY2", "given_name", "BOY 2", "mrn", "205", "mrn_authority", "HOSP"), liam(twin, "birth_order", "2")},
			"B is LIAM by mother\nBOY2 is LIAM by mother"},
		{"a sister whose birth date is not known is no rival", []rec{boy("sex", "-"), liam(), emma("birth_date", "-")}, "BABYBOY is LIAM by mother"},
		{"an only child written in two ways is one candidate", []rec{boy(), liam("multiple_birth", "N"), of("LIUM", "given_name", "Lium", "sex", "M")},
			"BABYBOY is LIAM by mother"},
		{"one minute of birth in one hospital", []rec{boy("mother_given", "-", "mother_maiden", "-", "phone", "-", "address", "-", "birth_facility", "HOSP", "birth_time", "0610"),
			liam("mother_given", "-", "birth_facility", "HOSP", "birth_time", "0610")}, "BABYBOY is LIAM by birth_time"},
		{"an only child by the hospital", []rec{boy("multiple_birth", "N"), liam(), of("LIUM", "given_name", "Lium", "sex", "M")},
			"BABYBOY is LIAM by mother"},
		{"written in two ways, and perhaps a twin", []rec{boy(), liam(), of("LIUM", "given_name", "Lium", "sex", "M")},
			"BABYBOY waits: several_candidates [LIAM LIUM]"},
		{"twins a quarter of an hour apart, whatever the letter says",
			[]rec{boy(twin, "given_name", "BABYBOY A", "birth_time", "0610"), liam(twin, "birth_order", "1", "birth_time", "0623")},
			"BABYBOY waits: twin_question [LIAM]"},
		{"unmarked twins, and a number of the hospital alone",
			[]rec{boy("mrn", "111", "mrn_authority", "HOSP"), liam(), noah("mrn", "112", "mrn_authority", "HOSP", "phone", "-", "address", "-")},
			"BABYBOY waits: twin_question [LIAM]\nLIAM and NOAH are siblings"},
		{"a newborn of thirty", []rec{boy("birth_date", "1996-03-01"), liam("birth_date", "1996-03-01")}, "BABYBOY waits: birth_date [LIAM]"},
		{"a word that may be a name", []rec{of("NINA", "given_name", "Nina", "sex", "F"), emma()}, "NINA waits: weak_placeholder [EMMA]"},
		{"a word that may be a name, and one number", []rec{of("NINA", "given_name", "Nina", "sex", "F", "mrn", "111", "mrn_authority", "HOSP"), emma("mrn", "111", "mrn_authority", "HOSP")},
			"NINA is EMMA by identifier"},
		{"another mother", []rec{boy("mother_given", "Carol", "phone", "-", "address", "-"), liam()}, "BABYBOY waits: no_candidate []"},
		{"nobody", []rec{boy()}, "BABYBOY waits: no_candidate []"},
		{"a neighbor's child of another day", []rec{boy(), liam("birth_date", "2026-05-02", "received", "2026-05-03")}, "BABYBOY waits: no_candidate []"},
		{"last year's child of the same mother", []rec{boy(), liam("birth_date", "2025-03-01")}, "BABYBOY waits: no_candidate []"},
		{"born at midnight", []rec{boy(), liam("birth_date", "2026-03-02")}, "BABYBOY waits: birth_date [LIAM]"},
		{"sex differs: mistyped, or a twin", []rec{boy("sex", "F", "given_name", "BABYGIRL"), liam()}, "BABYBOY waits: sex_conflict [LIAM]"},
		{"sex differs and a twin: another child", []rec{boy("sex", "F", "given_name", "BABYGIRL", twin), liam(twin)}, "BABYBOY waits: no_candidate []"},
		{"a word that may be a name", []rec{of("NINA", "given_name", "Nina", "sex", "F"), of("SOFIA", "given_name", "Sofia", "sex", "F")},
			"NINA waits: weak_placeholder [SOFIA]"},
		{"a word that names the mother is none", []rec{of("AMBERSGIRL", "given_name", "Ambersgirl", "sex", "F", "mother_given", "-"),
			of("SOFIA", "given_name", "Sofia", "sex", "F", "mother_given", "Amber")}, "AMBERSGIRL is SOFIA by mother"},
		{"a second number of one hospital for an only child",
			[]rec{boy("mrn", "111", "mrn_authority", "HOSP", "multiple_birth", "N"), liam("mrn", "205", "mrn_authority", "HOSP")}, "BABYBOY is LIAM by mother"},
		{"a second number of one hospital: a double, or twins",
			[]rec{boy("mrn", "111", "mrn_authority", "HOSP"), liam("mrn", "205", "mrn_authority", "HOSP")}, "BABYBOY waits: other_chart [LIAM]"},
		{"numbers that follow each other: twins", []rec{boy("mrn", "111", "mrn_authority", "HOSP"), liam("mrn", "112", "mrn_authority", "HOSP")},
			"BABYBOY waits: no_candidate []"},
		{"family changed, and three facts agree", []rec{boy("birth_facility", "General", "mother_maiden", "-"),
			liam("family_name", "Garcia", "mother_maiden", "-", "birth_facility", "General")}, "BABYBOY is LIAM by mother"},
		{"one certificate and other parents: perhaps an adoption",
			[]rec{boy("birth_certificate", "C-1"), liam("birth_certificate", "C-1", "mother_given", "Carol", "family_name", "Adams", "mother_maiden", "Adams", "phone", "-", "address", "-")},
			"BABYBOY waits: other_parents [LIAM]"},
		{"the child died", []rec{boy("death_date", "2026-03-03"), liam()}, "BABYBOY waits: died [LIAM]"},
		{"the child died, and its death is known under its name", []rec{boy("death_date", "2026-03-03"), liam("death_date", "2026-03-03")}, "BABYBOY is LIAM by mother"},

		{"an unmarked boy and two boys: never guessed", []rec{boy(), liam(), noah()},
			"BABYBOY waits: several_candidates [LIAM NOAH]\nLIAM and NOAH are siblings"},
		{"the same, whatever one of them has more", []rec{boy(), liam("birth_facility", "General"), noah("phone", "-")},
			"BABYBOY waits: several_candidates [LIAM NOAH]\nLIAM and NOAH are siblings"},
		{"one of twins, the other not known yet", []rec{boy(twin), liam(twin)}, "BABYBOY waits: twin_question [LIAM]"},
		{"a marked boy and a record without order", []rec{boy(twin, "given_name", "BABYBOY A"), liam(twin)}, "BABYBOY waits: twin_question [LIAM]"},
		{"the order decides", []rec{boy(twin, "given_name", "BABYBOY B"), liam(twin, "birth_order", "1"), noah(twin, "birth_order", "2")},
			"BABYBOY is NOAH by mother\nLIAM and NOAH are siblings"},
		{"the order of the other twin does not decide: letters are not always right",
			[]rec{boy(twin, "given_name", "BABYBOY B"), liam(twin, "birth_order", "1"), noah(twin)},
			"BABYBOY waits: twin_question [NOAH]\nLIAM and NOAH are siblings"},
		{"sex decides between a boy and a girl", []rec{boy(), liam(), emma()}, "BABYBOY is LIAM by mother\nEMMA and LIAM are siblings"},
		{"sex decides between twins", []rec{boy(twin), liam(twin), emma(twin)}, "BABYBOY is LIAM by mother\nEMMA and LIAM are siblings"},
		{"the lot of the birth dose decides", []rec{boy(twin, "doses", "08|2026-03-01|X1"), liam(twin, "doses", "08|2026-03-01|X1"), noah(twin, "doses", "08|2026-03-01|X2")},
			"BABYBOY is LIAM by mother\nLIAM and NOAH are siblings"},
		{"twins of one lot stay open", []rec{boy("doses", "08|2026-03-01|X1"), liam("doses", "08|2026-03-01|X1"), noah("doses", "08|2026-03-01|X1")},
			"BABYBOY waits: several_candidates [LIAM NOAH]\nLIAM and NOAH are siblings"},
		{"a lot on one side only is no proof", []rec{boy("doses", "08|2026-03-01|X1"), liam("doses", "08|2026-03-01|X1"), noah()},
			"BABYBOY waits: several_candidates [LIAM NOAH]\nLIAM and NOAH are siblings"},
		{"the time of birth decides", []rec{boy("birth_time", "0610"), liam("birth_time", "0610"), noah("birth_time", "0623")},
			"BABYBOY is LIAM by mother\nLIAM and NOAH are siblings"},
		{"the hospital's number decides", []rec{boy(twin, "mrn", "111", "mrn_authority", "HOSP"), liam(twin, "mrn", "111", "mrn_authority", "HOSP"), noah(twin, "mrn", "112", "mrn_authority", "HOSP")},
			"BABYBOY is LIAM by identifier\nLIAM and NOAH are siblings"},
		{"the other number of the hospital does not leave one: a newborn may be registered twice",
			[]rec{boy(twin, "mrn", "111", "mrn_authority", "HOSP"), liam(twin), noah(twin, "mrn", "112", "mrn_authority", "HOSP")},
			"BABYBOY waits: twin_question [LIAM]\nLIAM and NOAH are siblings"},
		{"two boys of one hospital and one legal name", []rec{of("A", "given_name", "BABYBOY", "mrn", "111", "mrn_authority", "HOSP"),
			of("B", "given_name", "BABYBOY", "mrn", "112", "mrn_authority", "HOSP"), liam()},
			"A and B are siblings\nA waits: other_placeholder [LIAM]\nB waits: other_placeholder [LIAM]"},
		{"boy and girl of one hospital, boy and girl by name", []rec{boy(twin, "mrn", "111", "mrn_authority", "HOSP"),
			of("BABYGIRL", "given_name", "BABYGIRL", "sex", "F", "mrn", "112", "mrn_authority", "HOSP", twin), liam(twin), emma(twin)},
			"BABYBOY is LIAM by mother\nBABYGIRL is EMMA by mother\nEMMA and LIAM are siblings"},
		{"one twin is placed by its order, which leaves one for the other",
			[]rec{of("A", "given_name", "BABYBOY A", "mrn", "111", "mrn_authority", "HOSP", twin), of("B", "given_name", "BABYBOY", "mrn", "112", "mrn_authority", "HOSP", twin),
				liam(twin, "birth_order", "1"), noah(twin)},
			"A and B are siblings\nA is LIAM by mother\nB is NOAH by mother\nLIAM and NOAH are siblings"},
		{"two unmarked twins and two names: both wait",
			[]rec{of("A", "given_name", "BABYBOY", "mrn", "111", "mrn_authority", "HOSP"), of("B", "given_name", "BABYBOY", "mrn", "112", "mrn_authority", "HOSP"), liam(), noah()},
			"A and B are siblings\nA waits: several_candidates [LIAM NOAH]\nB waits: several_candidates [LIAM NOAH]\nLIAM and NOAH are siblings"},
		{"a second hospital's placeholder goes to the same child", []rec{boy("mrn", "111", "mrn_authority", "HOSP"),
			of("JUDYSBOY", "given_name", "JUDYSBOY", "mrn", "7", "mrn_authority", "NICU"), liam()},
			"BABYBOY is LIAM by mother\nJUDYSBOY is LIAM by mother"},
		{"triplets, and two of them known", []rec{boy(twin), liam(twin, "birth_order", "3"), emma(twin)},
			"BABYBOY waits: twin_question [LIAM]\nEMMA and LIAM are siblings"},
		{"one child under two persons is one candidate", []rec{boy(), liam(), of("LIAM2", "given_name", "Liam", "family_name", "Garcia")},
			"BABYBOY is LIAM by mother"},
		{"an empty name of vital records is a placeholder", []rec{of("NONE", "given_name", "-", "birth_certificate", "C-1"), liam("birth_certificate", "C-1")},
			"NONE is LIAM by certificate"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var want string
			for turn := range 2 {
				var n nursery
				for _, r := range c.records {
					n.admit(r[0], r[1:]...)
				}
				n.settle()
				got := n.show(n.resolve(NewbornOptions{}))
				if turn == 0 {
					assert.Equal(t, c.want, got)
					want = got
				} else {
					assert.Equal(t, want, got, "in the other order of arrival")
				}
				slices.Reverse(c.records)
			}
		})
	}
}

func TestStaleNewborns(t *testing.T) {
	var n nursery
	n.admit("OLD", "given_name", "BABYBOY", "received", "2026-03-02")
	n.admit("NEW", "given_name", "BABYBOY", "received", "2026-04-01", "birth_date", "2026-03-31")
	asOf := patient.ParseDate("2026-04-02", "")
	assert.Equal(t, "NEW waits: no_candidate []\nOLD waits: no_candidate [], stale at 31 days", n.show(n.resolve(NewbornOptions{AsOf: asOf})))
	assert.Equal(t, "NEW waits: no_candidate []\nOLD waits: no_candidate []", n.show(n.resolve(NewbornOptions{AsOf: asOf, StaleDays: 31})))
	assert.Equal(t, "NEW waits: no_candidate []\nOLD waits: no_candidate []", n.show(n.resolve(NewbornOptions{})), "without a date nothing is stale")
}

func TestMovedNewborn(t *testing.T) {
	var n nursery
	n.admit("BABYBOY", "given_name", "BABYBOY")
	n.admit("LIAM", "given_name", "Liam")
	r := ResolveNewborns(n.people, [][2]uint32{{1, 0}}, func(row uint32) NewbornView {
		v := ViewNewborn(&n.records[row])
		v.Moved = row == 0
		return v
	}, func(a, b uint32) NewbornPair { return CompareNewborn(&n.records[a], &n.records[b]) }, NewbornOptions{})
	assert.Equal(t, "BABYBOY waits: moved [LIAM]", n.show(r))
}

// A person of several placeholders is resolved as one, and a person with a legal
// name counts with all its records.
func TestNewbornGroups(t *testing.T) {
	var n nursery
	n.admit("LIAM", "given_name", "Liam", "mother_given", "-", "mother_maiden", "-")
	n.admit("BABYBOY", "given_name", "BABYBOY", "phone", "-", "address", "-")
	n.admit("LIAM2", "given_name", "Liam")
	n.admit("BB", "given_name", "BB")
	n.people = []uint32{0, 1, 0, 1}
	r := n.resolve(NewbornOptions{})
	assert.Equal(t, "BABYBOY is LIAM by mother\nBB is LIAM by mother", n.show(r))
	assert.Equal(t, []uint32{0, 0, 0, 0}, r.Join(n.people))
	n.people = []uint32{0, 1, 2, 1}
	r = n.resolve(NewbornOptions{})
	assert.Equal(t, []uint32{0, 0, 2, 0}, r.Join(n.people), "as long as it is two persons, the first of them")
}

// The worked cases of a placeholder and a legal name: match, wait, or no
// candidate at all.
func TestWorkedPlaceholders(t *testing.T) {
	lines := bufio.NewScanner(testdata.Open(t, "newborn/worked_pairs.jsonl"))
	tried := 0
	for lines.Scan() {
		var c struct {
			ID, Expect, Why string
			Candidates      int
			A, B            map[string]any
		}
		require.NoError(t, json.Unmarshal(lines.Bytes(), &c))
		var n nursery
		for _, fields := range []map[string]any{c.A, c.B} {
			var r patient.Record
			for name, value := range fields {
				require.True(t, r.SetField(name, fmt.Sprint(value), ""), name)
			}
			normal, _ := patient.Normalize(&r, patient.US())
			n.records = append(n.records, normal)
		}
		n.people, n.names = []uint32{0, 1}, []string{"A", "B"}
		one, other := ViewNewborn(&n.records[0]), ViewNewborn(&n.records[1])
		if one.Placeholder == patient.NotPlaceholder || one.Placeholder == patient.Test || !other.Named || c.Candidates > 1 {
			continue
		}
		tried++
		r := n.resolve(NewbornOptions{})
		got := "no"
		switch {
		case len(r.Resolved) > 0:
			got = "match"
		case len(r.Waiting) > 0 && len(r.Waiting[0].Candidates) > 0:
			got = "possible"
		}
		assert.Equal(t, c.Expect, got, "%s: %s", c.ID, c.Why)
	}
	assert.Greater(t, tried, 15)
}

// drawNursery draws the records of some births: one or several children a
// mother, known by placeholders and legal names, each with some of the facts.
func drawNursery(t *rapid.T) *nursery {
	n := &nursery{}
	pick := func(values ...string) string { return rapid.SampledFrom(values).Draw(t, "value") }
	for m := range rapid.IntRange(1, 2).Draw(t, "mothers") {
		born := rapid.IntRange(1, 3).Draw(t, "born")
		for child := range born {
			sex := pick("M", "F")
			for record := range rapid.IntRange(1, 3).Draw(t, "records") {
				given := pick("BABYBOY", "BB", "BABYGIRL", "BABY", "NOAH", "EMMA", "LIAM")
				if rapid.Bool().Draw(t, "marked") && strings.HasPrefix(given, "BABY") {
					given += " " + string(rune('A'+child))
				}
				n.admit(fmt.Sprintf("%d%d%d", m, child, record),
					"given_name", given, "sex", pick(sex, sex, "U", "F"),
					"mother_given", pick([]string{"Judy", "Carol"}[m], "-"), "phone", pick("616-234-010"+fmt.Sprint(m), "616-234-0100", "-"),
					"address", pick("12 Oak St", "-"), "multiple_birth", pick("-", []string{"N", "Y", "Y"}[born-1]),
					"birth_order", pick("-", "-", fmt.Sprint(child+1)), "birth_certificate", pick("-", "-", fmt.Sprintf("C%d%d", m, child)),
					"mrn", pick("-", fmt.Sprintf("%d%d", m, child)), "mrn_authority", pick("HOSP", "NICU"),
					"doses", pick("-", "08|2026-03-01|X1", "08|2026-03-01|X"+fmt.Sprint(child)))
			}
		}
	}
	return n
}

// Law 3: what becomes of newborns depends on no order of rows or links.
func TestNewbornsInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := drawNursery(t)
		n.settle()
		want := n.show(n.resolve(NewbornOptions{}))
		order := rapid.Permutation(n.people).Draw(t, "order")
		shuffled := nursery{people: n.people}
		for _, i := range order {
			shuffled.names = append(shuffled.names, n.names[i])
			shuffled.records = append(shuffled.records, n.records[i])
		}
		shuffled.settle()
		require.Equal(t, want, shuffled.show(shuffled.resolve(NewbornOptions{})))
	})
}

// Law 5: no two records in conflict become one person, every placeholder is
// either resolved or waits, and a placeholder that fits two children alike is
// nobody's.
func TestTwinsStayTwo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := drawNursery(t)
		r := n.resolve(NewbornOptions{})
		joined := r.Join(n.people)
		pair := func(a, b uint32) NewbornPair { return CompareNewborn(&n.records[a], &n.records[b]) }
		for i := range joined {
			for j := range i {
				if joined[i] != joined[j] {
					continue
				}
				p := pair(uint32(j), uint32(i))
				require.NotEqual(t, Differs, p.Order, "%s %s", n.names[i], n.names[j])
				require.NotEqual(t, Differs, p.Certificate, "%s %s", n.names[i], n.names[j])
				// Two numbers of one hospital: only for a child that is said to be the only one.
				x, y := ViewNewborn(&n.records[i]), ViewNewborn(&n.records[j])
				only := x.Multiple == patient.No || y.Multiple == patient.No
				require.False(t, p.Identifier == Differs && p.Certificate != Agrees && x.Named != y.Named && !(only && p.oneMother()) && !personSays(n, joined, joined[i]))
				require.False(t, p.Given == Differs)
			}
		}
		placeholders := 0
		for i := range n.records {
			v := ViewNewborn(&n.records[i])
			placeholders += btoi(!v.Named && v.Placeholder != patient.NotPlaceholder)
		}
		require.Equal(t, placeholders, len(r.Resolved)+len(r.Waiting))
		for _, x := range r.Resolved {
			require.Empty(t, r.alike(x, n, pair), "%s\n%s", n.names[x.Row], n.show(r))
		}
	})
}

// alike names another child for which everything speaks that speaks for the one
// a placeholder was given.
func (r *NewbornReport) alike(x Resolution, n *nursery, pair func(a, b uint32) NewbornPair) string {
	got := pair(min(x.Row, x.With), max(x.Row, x.With))
	for again := range n.records { // more may be known of the child under another person
		if p := pair(min(x.With, uint32(again)), max(x.With, uint32(again))); uint32(again) != x.With && p.Given == Agrees && p.BirthDate == Agrees {
			return ""
		}
	}
	for other := range n.records {
		v := ViewNewborn(&n.records[other])
		if !v.Named || n.people[other] == x.Person {
			continue
		}
		p := pair(min(x.Row, uint32(other)), max(x.Row, uint32(other)))
		between := pair(min(x.With, uint32(other)), max(x.With, uint32(other)))
		if p == got && between.Given == Differs && between.BirthDate == Agrees && len(r.rivalsOf(x, n, pair)) == 0 {
			return n.names[other]
		}
	}
	return ""
}

// rivalsOf names the placeholders that are surely another child: they may have
// settled which child is left.
func (r *NewbornReport) rivalsOf(x Resolution, n *nursery, pair func(a, b uint32) NewbornPair) (names []string) {
	for _, y := range r.Resolved {
		if p := pair(min(x.Row, y.Row), max(x.Row, y.Row)); y.Row != x.Row && y.Person != x.Person && p.BirthDate == Agrees {
			names = append(names, n.names[y.Row])
		}
	}
	return names
}

// personSays says whether a record of a person says that it was born alone.
func personSays(n *nursery, people []uint32, label uint32) bool {
	for row := range n.records {
		if people[row] == label && n.records[row].Multiple == patient.No {
			return true
		}
	}
	return false
}
