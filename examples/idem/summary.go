package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/idem-health/idem/benchmarks/meter"
	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/evaluate"
	"github.com/idem-health/idem/match/intake"
	"github.com/idem-health/idem/match/patient"
)

// A summary is what a run came to: summary.json, and the text on standard
// output. It holds counts and names of columns, never a value of a record.
type summary struct {
	Inputs     []inputSummary   `json:"inputs"`
	Policy     string           `json:"policy"`
	PolicyID   string           `json:"policy_id"`
	Profile    string           `json:"profile"`
	Model      string           `json:"model"` // trained, or frozen
	Records    recordSummary    `json:"records"`
	Candidates candidateSummary `json:"candidates"`
	Link       *linkSummary     `json:"link,omitempty"`
	Pairs      pairSummary      `json:"pairs"`
	People     peopleSummary    `json:"people"`
	Estimated  *scoreSummary    `json:"estimated,omitempty"`
	Truth      *truthSummary    `json:"truth,omitempty"`
	Issues     map[string]int64 `json:"issues,omitempty"`
	Notices    []string         `json:"notices,omitempty"`
	Stages     []stageSummary   `json:"stages"`
	Wall       float64          `json:"wall_seconds"`
	CPU        float64          `json:"cpu_seconds"`
	PeakMemory int64            `json:"peak_memory_bytes"`
}

type inputSummary struct {
	File    string          `json:"file"`
	Source  string          `json:"source"`
	Columns []columnSummary `json:"columns"`
}

type columnSummary struct {
	Name   string `json:"name"`
	Role   string `json:"role"`
	Field  string `json:"field,omitempty"`
	Layout string `json:"layout,omitempty"`
}

type recordSummary struct {
	Read        int64            `json:"read"`
	Kept        int              `json:"kept"`
	Identical   int              `json:"identical"`
	Superseded  int              `json:"superseded"`
	Unreadable  int64            `json:"unreadable"`
	Reasons     map[string]int64 `json:"unreadable_reasons,omitempty"`
	Placeholder int              `json:"placeholder_names"`
}

type candidateSummary struct {
	Pairs    int64         `json:"pairs"`
	AllPairs bool          `json:"all_pairs"`
	Patterns int           `json:"patterns"`
	Rules    []ruleSummary `json:"rules,omitempty"`
}

type ruleSummary struct {
	Rule         string `json:"rule"`
	Pairs        int64  `json:"pairs"`
	NewPairs     int64  `json:"new_pairs"`
	LargestBlock int    `json:"largest_block"`
	Refined      int    `json:"refined_blocks"`
	Skipped      int    `json:"skipped_blocks"`
	Unrefined    int    `json:"unrefined"`
	Outgrown     int    `json:"outgrown"`
	Truncated    int    `json:"truncated"`
}

type pairSummary struct {
	Match    int64 `json:"match"`
	Possible int64 `json:"possible"`
	Apart    int64 `json:"match_apart"` // matches whose records ended in two persons
	Review   int64 `json:"review"`
	Touched  int   `json:"review_people"` // who have a pair for review
}

type linkSummary struct {
	Left       int   `json:"left_records"`
	Right      int   `json:"right_records"`
	ManyToMany bool  `json:"many_to_many"`
	Rivals     int64 `json:"rivals"` // possible only because a record was better linked
}

type peopleSummary struct {
	People  int `json:"people"`
	Several int `json:"of_several_records"`
	Largest int `json:"largest"`
}

type scoreSummary struct {
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
}

type truthSummary struct {
	Pairs   fullScore `json:"pairs"`
	People  fullScore `json:"people"`
	Unknown int64     `json:"records_of_unknown_truth"`
}

type fullScore struct {
	scoreSummary
	TruePositive int64 `json:"true_positive"`
	Predicted    int64 `json:"predicted"`
	Actual       int64 `json:"actual"`
}

type stageSummary struct {
	Stage string  `json:"stage"`
	Wall  float64 `json:"wall_seconds"`
	CPU   float64 `json:"cpu_seconds"`
}

// A stopwatch measures a stage of the command itself.
type stopwatch struct {
	stage string
	wall  time.Time
	cpu   time.Duration
}

func startStage(name string) stopwatch { return stopwatch{name, time.Now(), meter.CPU()} }

func (s stopwatch) end() stageSummary {
	return stageSummary{s.stage, time.Since(s.wall).Seconds(), (meter.CPU() - s.cpu).Seconds()}
}

func summarize(input *intake.Reader, s *settings, res *match.Result) *summary {
	st := res.Stats
	sum := &summary{
		Policy: res.Policy.Name, PolicyID: res.Policy.ID(), Profile: res.Profile.Name, Model: "trained",
		Records: recordSummary{
			Read: input.Count(), Kept: res.Records(), Identical: st.Identical, Superseded: st.Superseded, Placeholder: st.Placeholder,
		},
		Candidates: candidateSummary{Pairs: st.Candidates, AllPairs: st.AllPairs, Patterns: st.Patterns},
		Pairs:      pairSummary{Match: st.Matches, Possible: st.Possible},
		People:     peopleSummary{People: res.Persons(), Largest: res.Largest()},
		Notices:    st.Notices,
	}
	if s.options.Model != nil {
		sum.Model = "frozen"
	}
	if res.Linkage() {
		sum.Link = &linkSummary{st.Records - st.Right, st.Right, s.options.ManyToMany, st.Rivals}
	}
	for _, m := range input.Mappings() {
		sum.Inputs = append(sum.Inputs, summarizeInput(m))
	}
	for reason, n := range input.Rejected() {
		if sum.Records.Reasons == nil {
			sum.Records.Reasons = map[string]int64{}
		}
		sum.Records.Reasons[string(reason)] = n
		sum.Records.Unreadable += n
	}
	for code, n := range st.Issues {
		if sum.Issues == nil {
			sum.Issues = map[string]int64{}
		}
		sum.Issues[string(code)] = n
	}
	for _, r := range st.Rules {
		sum.Candidates.Rules = append(sum.Candidates.Rules, ruleSummary(r))
	}
	sum.countPeople(res)
	if st.Precision > 0 || st.Recall > 0 {
		sum.Estimated = &scoreSummary{st.Precision, st.Recall, harmonic(st.Precision, st.Recall)}
	}
	if s.truth.known() {
		sum.Truth = summarizeTruth(s.truth, res)
	}
	for _, stage := range st.Stages {
		sum.Stages = append(sum.Stages, stageSummary{string(stage.Stage), stage.Wall.Seconds(), stage.CPU.Seconds()})
	}
	return sum
}

// countPeople goes through people and pairs.
func (s *summary) countPeople(res *match.Result) {
	for p := range res.Persons() {
		if len(res.Members(p)) > 1 {
			s.People.Several++
		}
	}
	touched := make([]bool, res.Persons())
	for p := range res.Pairs() {
		apart := res.Person(int(p.A)) != res.Person(int(p.B))
		if apart && p.Decision == match.Match {
			s.Pairs.Apart++
		}
		if apart {
			s.Pairs.Review++
			touched[res.Person(int(p.A))], touched[res.Person(int(p.B))] = true, true
		}
	}
	for _, t := range touched {
		if t {
			s.Pairs.Touched++
		}
	}
}

func summarizeInput(m intake.Mapping) inputSummary {
	in := inputSummary{File: m.File, Source: m.Source}
	for _, c := range m.Columns {
		in.Columns = append(in.Columns, columnSummary{c.Name, string(c.Role), c.Field, string(c.Layout)})
	}
	return in
}

func summarizeTruth(t *truth, res *match.Result) *truthSummary {
	pairs, people := t.measure(res)
	full := func(s evaluate.Score) fullScore {
		return fullScore{scoreSummary{s.Precision(), s.Recall(), s.F1()}, s.TruePositive, s.Predicted, s.Actual}
	}
	return &truthSummary{Pairs: full(pairs), People: full(people), Unknown: people.Unknown}
}

func harmonic(p, r float64) float64 {
	if p+r == 0 {
		return 0
	}
	return 2 * p * r / (p + r)
}

// finish adds what is known only at the end.
func (s *summary) finish(wall time.Duration) {
	s.Wall, s.CPU, s.PeakMemory = wall.Seconds(), meter.CPU().Seconds(), meter.Peak()
}

func (s *summary) json() ([]byte, error) {
	data, err := json.MarshalIndent(s, "", "  ")
	return append(data, '\n'), err
}

// print writes the summary for a person. Out is the folder written to, if any.
func (s *summary) print(w io.Writer, out string) error {
	t := &textWriter{w: w}
	s.printRecords(t)
	s.printCandidates(t)
	s.printPeople(t)
	s.printCosts(t)
	if out != "" {
		t.line("written", "%s: %s", out, list(outputFiles))
	}
	return t.err
}

// A textWriter writes lines with a heading in front.
type textWriter struct {
	w   io.Writer
	err error
}

func (t *textWriter) printf(format string, args ...any) {
	if t.err == nil {
		_, t.err = fmt.Fprintf(t.w, format, args...)
	}
}

func (t *textWriter) line(head, format string, args ...any) {
	t.printf("%-11s %s\n", head, fmt.Sprintf(format, args...))
}

func (s *summary) printRecords(t *textWriter) {
	r := s.Records
	t.line("records", "%s read, %s kept", count(r.Read), count(int64(r.Kept)))
	if l := s.Link; l != nil {
		t.line("", "%s of the left file, %s of the right", count(int64(l.Left)), count(int64(l.Right)))
	}
	aside := []struct {
		n    int64
		what string
	}{
		{int64(r.Identical), "said again what was known (same id, same content)"},
		{int64(r.Superseded), "superseded by a later record of the same id"},
	}
	for _, a := range aside {
		if a.n > 0 {
			t.line("", "%s %s", count(a.n), a.what)
		}
	}
	for _, reason := range sortedKeys(r.Reasons) {
		rows := "rows"
		if r.Reasons[reason] == 1 {
			rows = "row"
		}
		t.line("", "%s %s set aside: %s", count(r.Reasons[reason]), rows, intake.Reason(reason).Meaning())
	}
	if r.Placeholder > 0 {
		t.line("", "%s have a placeholder for a given name", count(int64(r.Placeholder)))
	}
	for i, code := range sortedKeys(s.Issues) {
		head := ""
		if i == 0 {
			head = "values"
		}
		t.line(head, "%s %s", count(s.Issues[code]), issueText(patient.IssueCode(code)))
	}
	for i, n := range s.Notices {
		head := ""
		if i == 0 {
			head = "notices"
		}
		t.line(head, "%s", n)
	}
}

// issueText says in words what normalisation remarked.
func issueText(code patient.IssueCode) string {
	switch code {
	case patient.IssueJunk:
		return "left out: words or numbers that mean not known"
	case patient.IssueShape:
		return "left out: not of the shape the profile asks for"
	case patient.IssueUnreadable:
		return "left out: cannot be read, such as a date of another layout"
	case patient.IssueImpossible:
		return "dates that the calendar does not have"
	case patient.IssueFuture:
		return "birth dates after the day of receipt"
	case patient.IssueTooOld:
		return "birth dates more than 120 years before receipt"
	case patient.IssueDefault:
		return "left out: filled in by software, such as 1900-01-01"
	case patient.IssueConflict:
		return "contradict another value of the record"
	case patient.IssueSwapped:
		return "were exchanged with another and put right"
	case patient.IssueRepaired:
		return "put right"
	case patient.IssuePlaceholder:
		return "placeholder names"
	case patient.IssueTest:
		return "names of test patients"
	case patient.IssueBounded:
		return "cut, being too long or too many"
	}
	return string(code)
}

func (s *summary) printCandidates(t *textWriter) {
	c := s.Candidates
	if c.AllPairs {
		t.line("candidates", "%s pairs: all there are, so few records need no blocking", count(c.Pairs))
		return
	}
	all := float64(s.Records.Kept) * float64(s.Records.Kept-1) / 2
	if s.Link != nil {
		all = float64(s.Link.Left) * float64(s.Link.Right)
	}
	share := ""
	if all > 0 {
		share = fmt.Sprintf(", %.3g %% of all", 100*float64(c.Pairs)/all)
	}
	t.line("candidates", "%s pairs%s, %s patterns", count(c.Pairs), share, count(int64(c.Patterns)))
	tab := tabwriter.NewWriter(writerFunc(func(p []byte) (int, error) { t.printf("%s", p); return len(p), t.err }), 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(tab, "\tpairs\tnew\tlargest block\trefined\tskipped\t  rule\n")
	for _, r := range c.Rules {
		fmt.Fprintf(tab, "\t%s\t%s\t%s\t%s\t%s\t  %s\n", count(r.Pairs), count(r.NewPairs), count(int64(r.LargestBlock)), count(int64(r.Refined)), count(int64(r.Skipped)), r.Rule)
	}
	tab.Flush()
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func (s *summary) printPeople(t *textWriter) {
	t.line("pairs", "%s match, %s possible", count(s.Pairs.Match), count(s.Pairs.Possible))
	if l := s.Link; l != nil && l.Rivals > 0 {
		t.line("", "%s of the possible would match, were a record of theirs not better linked", count(l.Rivals))
		if l.Rivals > s.Pairs.Match/10 {
			t.line("", "so many, that a file seems to have several records of a person: see --many-to-many")
		}
	}
	if s.Pairs.Apart > 0 {
		t.line("", "%s matches were not followed: a conflict, or the other records of the two people speak against it", count(s.Pairs.Apart))
	}
	if s.Pairs.Review > 0 {
		t.line("", "%s pairs of different people are for review; they touch %s, %.1f %% of all", count(s.Pairs.Review),
			count(int64(s.Pairs.Touched)), 100*float64(s.Pairs.Touched)/float64(max(1, s.People.People)))
	}
	p := s.People
	t.line("people", "%s, of which %s have several records, at most %s", count(int64(p.People)), count(int64(p.Several)), count(int64(p.Largest)))
	if e := s.Estimated; e != nil {
		t.line("estimated", "precision %.4f, recall %.4f of the pairs (by the model, without labels)", e.Precision, e.Recall)
	}
	if tr := s.Truth; tr != nil {
		t.line("truth", "pairs:  precision %.4f, recall %.4f, F1 %.4f (%s true pairs)", tr.Pairs.Precision, tr.Pairs.Recall, tr.Pairs.F1, count(tr.Pairs.Actual))
		t.line("", "people: precision %.4f, recall %.4f, F1 %.4f", tr.People.Precision, tr.People.Recall, tr.People.F1)
		if tr.Unknown > 0 {
			t.line("", "%s records have no known truth and are left out of it", count(tr.Unknown))
		}
	}
}

func (s *summary) printCosts(t *textWriter) {
	var parts []string
	for _, st := range s.Stages {
		parts = append(parts, fmt.Sprintf("%s %.2f/%.2f", st.Stage, st.CPU, st.Wall))
	}
	t.line("seconds", "%.2f CPU, %.2f wall (%s)", s.CPU, s.Wall, strings.Join(parts, ", "))
	if s.PeakMemory > 0 {
		t.line("memory", "%d MB at most", (s.PeakMemory+1<<19)>>20)
	}
}

func sortedKeys(m map[string]int64) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
