package main

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/scoring"
)

// A labelled pair is a line of a pair file.
type labelled struct {
	id         string
	a, b       patient.Record
	candidates int               // records on file that fit, b included
	expect     map[string]string // label set -> match, possible or no
}

// readPairs reads a pair file: a JSON object a line, plain or .gz.
func readPairs(name string) ([]labelled, error) {
	path, err := dataPath(name)
	if err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var stream io.Reader = file
	if strings.HasSuffix(name, ".gz") {
		if stream, err = gzip.NewReader(file); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	var pairs []labelled
	scanner := bufio.NewScanner(stream)
	scanner.Buffer(nil, 1<<20)
	for line := 1; scanner.Scan(); line++ {
		p, err := parsePair(scanner.Bytes())
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, line, err)
		}
		pairs = append(pairs, p)
	}
	return pairs, scanner.Err()
}

func parsePair(line []byte) (labelled, error) {
	var raw struct {
		ID, Test   string
		A, B       map[string]string
		Candidates int
		Expect     string
		ExpectC    string `json:"expect_aira_c"`
	}
	if err := json.Unmarshal(line, &raw); err != nil {
		return labelled{}, err
	}
	p := labelled{id: raw.ID, candidates: max(raw.Candidates, 1), expect: map[string]string{}}
	if p.id == "" {
		p.id = raw.Test
	}
	for set, label := range map[string]string{"expect": raw.Expect, "expect_aira_c": raw.ExpectC} {
		if label == "" {
			continue
		}
		outcome, known := outcomeOf(label)
		if !known {
			return labelled{}, fmt.Errorf("%q is no outcome", label)
		}
		p.expect[set] = outcome
	}
	fill(&p.a, raw.A)
	fill(&p.b, raw.B)
	return p, nil
}

// outcomeOf reads the spellings of the three outcomes in the files.
func outcomeOf(label string) (string, bool) {
	switch strings.ToLower(label) {
	case "match":
		return match.Match.String(), true
	case "possible", "possible match", "possible_match":
		return match.Possible.String(), true
	case "no", "not a match", "no match", "no_match":
		return match.No.String(), true
	}
	return "", false
}

// fill sets a record's fields by the usual spellings of their names, in the
// order of the names, so that the order in the file does not matter.
func fill(r *patient.Record, fields map[string]string) {
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		standard, known := patient.Spelling(name)
		if known {
			r.SetField(standard, fields[name], "")
		}
	}
}

// outcomes are the three, in the order of the tables.
var threeOutcomes = []string{match.Match.String(), match.Possible.String(), match.No.String()}

// A confusion counts pairs by the outcome expected and the one decided.
type confusion map[[2]string]int

func (c confusion) of(expected, decided string) int { return c[[2]string{expected, decided}] }

func (c confusion) total() int {
	sum := 0
	for _, n := range c {
		sum += n
	}
	return sum
}

func (c confusion) agreement() float64 {
	right := 0
	for _, o := range threeOutcomes {
		right += c.of(o, o)
	}
	return float64(right) / float64(c.total())
}

func (c confusion) print(w io.Writer, title string) {
	m, p, n := threeOutcomes[0], threeOutcomes[1], threeOutcomes[2]
	fmt.Fprintf(w, "%s: %d pairs, agreement %.4f, no -> match %d, possible -> match %d, match -> no %d\n",
		title, c.total(), c.agreement(), c.of(n, m), c.of(p, m), c.of(m, n))
	fmt.Fprintf(w, "  %-20s %8s %8s %8s\n", "expected \\ decided", m, p, n)
	for _, expected := range threeOutcomes {
		fmt.Fprintf(w, "  %-20s %8d %8d %8d\n", expected, c.of(expected, m), c.of(expected, p), c.of(expected, n))
	}
}

// A decider decides single pairs under policy iis, with the shipped weights.
type decider struct {
	profile patient.Profile
	pairs   *scoring.PairDecider
}

func newDecider() (decider, error) {
	policy := scoring.IISPolicy()
	profile, err := patient.ProfileByName(policy.Profile)
	if err != nil {
		return decider{}, err
	}
	pairs, err := scoring.NewPairDecider(scoring.ShippedIIS(), policy)
	return decider{profile, pairs}, err
}

func (d decider) decide(a, b *patient.Record, candidates int) string {
	first, _ := patient.Normalize(a, d.profile)
	second, _ := patient.Normalize(b, d.profile)
	return d.pairs.Decide(&first, &second, candidates).Decision.String()
}

// printAIRA decides the panel's pairs and compares with both panels' labels, on
// all pairs and on those of even test number, which no rule was argued from.
func printAIRA(w io.Writer, d decider, pairs []labelled) {
	asymmetric := 0
	decided := make([]string, len(pairs))
	for i := range pairs {
		p := &pairs[i]
		decided[i] = d.decide(&p.a, &p.b, p.candidates)
		if d.decide(&p.b, &p.a, p.candidates) != decided[i] {
			asymmetric++
		}
	}
	fmt.Fprintln(w, "== AIRA pairs, policy iis, shipped weights")
	for _, labels := range []string{"expect", "expect_aira_c"} {
		all, even := confusion{}, confusion{}
		for i, p := range pairs {
			cell := [2]string{p.expect[labels], decided[i]}
			all[cell]++
			if testNumber(p.id)%2 == 0 {
				even[cell]++
			}
		}
		all.print(w, labels+", all")
		even.print(w, labels+", even test numbers")
	}
	fmt.Fprintf(w, "other way round decided otherwise: %d\n", asymmetric)
}

// testNumber is n in S-n:... and D-n:...
func testNumber(id string) int {
	head, _, _ := strings.Cut(id, ":")
	_, digits, _ := strings.Cut(head, "-")
	n, _ := strconv.Atoi(digits)
	return n
}

// printWorked decides the worked pairs both ways round and names each that is
// not as wanted.
func printWorked(w io.Writer, d decider, pairs []labelled) {
	fmt.Fprintln(w, "== worked pairs of newborns and twins, policy iis, shipped weights")
	var wrong []string
	counts := confusion{}
	for i := range pairs {
		p := &pairs[i]
		want := p.expect["expect"]
		forth, back := d.decide(&p.a, &p.b, p.candidates), d.decide(&p.b, &p.a, p.candidates)
		counts[[2]string{want, forth}]++
		counts[[2]string{want, back}]++
		if forth != want || back != want {
			wrong = append(wrong, fmt.Sprintf("  %s: %s wanted, %s as written, %s the other way round", p.id, want, forth, back))
		}
	}
	counts.print(w, "both orders")
	fmt.Fprintf(w, "as wanted in both orders: %d of %d\n", len(pairs)-len(wrong), len(pairs))
	for _, line := range wrong {
		fmt.Fprintln(w, line)
	}
}
