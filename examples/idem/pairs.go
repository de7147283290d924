package main

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/scoring"
)

// pairsCommand is idem pairs.
type pairsCommand struct {
	Model  string `placeholder:"FILE" help:"Decide by the model.json of a dedupe run, or by what idem train wrote (default: the shipped weights)."`
	Policy string `placeholder:"generic|iis|FILE" help:"What is made of a weight (default iis; a model of idem train has its own)."`
	File   string `arg:"" name:"pairs.jsonl" help:"One JSON object a line, plain, gzip or zstd; - is standard input."`
}

// Help is shown by idem pairs --help.
func (*pairsCommand) Help() string {
	return `Reads   {"id": "1", "a": {"given_name": "Ann", ...}, "b": {...}, "candidates": 1, "expect": "match"}
Writes  {"id":"1","decision":"match","weight":12.3,"probability":0.9998,"reasons":[...]}

One line for each line, in the same order. The id is id, else test, else the line number. Fields have their standard
names or usual spellings; other keys are ignored. candidates is how many records on file fit a, b included (default 1).
Where expect is given (match, possible, no, in any usual spelling) a table of what was wanted and what came out ends
the run on standard error.

Examples:
  idem pairs pairs.jsonl > decided.jsonl
  zcat pairs.jsonl.gz | idem pairs --policy iis - > decided.jsonl

Exit codes: 0 done, 1 error, 2 wrong command line, 130 interrupted.`
}

// maxLine bounds a line of the input.
const maxLine = 4 << 20

// Run is idem pairs.
func (c *pairsCommand) Run(ctx context.Context, env *environment) error {
	decide, err := c.decider()
	if err != nil {
		return err
	}
	in, err := openLines(c.File, env.stdin)
	if err != nil {
		return err
	}
	defer in.Close()
	out := bufio.NewWriterSize(env.stdout, 64<<10)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	var table confusion
	err = eachLine(ctx, in, func(line int, text []byte) error {
		pair, err := parsePair(text, line)
		if err != nil {
			return err
		}
		d := decide(&pair)
		if pair.hasExpect {
			table.add(pair.expect, d.outcome)
		}
		return enc.Encode(d)
	})
	if err != nil {
		return fmt.Errorf("%s%w", c.File, err)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return table.print(env.stderr)
}

// eachLine calls do for each line that is not empty. Its errors begin with the
// line, if they are of one.
func eachLine(ctx context.Context, in io.Reader, do func(line int, text []byte) error) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 64<<10), maxLine)
	n, any := 0, false
	for lines.Scan() {
		n++
		if err := ctx.Err(); err != nil {
			return fmt.Errorf(": %w", err)
		}
		text := bytes.TrimSpace(bytes.TrimPrefix(lines.Bytes(), []byte("\ufeff")))
		if len(text) == 0 {
			continue
		}
		any = true
		if err := do(n, text); err != nil {
			return fmt.Errorf(", line %d: %w", n, err)
		}
	}
	err := lines.Err()
	switch {
	case errors.Is(err, bufio.ErrTooLong):
		return fmt.Errorf(", line %d: longer than %d MB; there must be one pair a line", n+1, maxLine>>20)
	case err != nil:
		return fmt.Errorf(", line %d: %w", n+1, pathless(err))
	case !any:
		return errors.New(": is empty: it needs a JSON object a line, as in idem pairs --help")
	}
	return nil
}

// decided is a line of the output.
type decided struct {
	ID          string   `json:"id"`
	Decision    string   `json:"decision"`
	Weight      float64  `json:"weight"`
	Probability float64  `json:"probability"`
	Reasons     []string `json:"reasons"`

	outcome scoring.Decision
}

func newDecided(id string, d scoring.Decision, w scoring.Weight, p float64, reasons []string) decided {
	if reasons == nil {
		reasons = []string{}
	}
	return decided{id, d.String(), round(w.Bits(), 3), round(p, 12), reasons, d}
}

func round(x float64, digits int) float64 {
	shift := math.Pow10(digits)
	return math.Round(x*shift) / shift
}

// decider returns what decides a pair.
func (c *pairsCommand) decider() (func(*pair) decided, error) {
	if labelled, err := readLabelled(c.Model); err != nil {
		return nil, err
	} else if labelled != nil {
		return c.labelledDecider(labelled)
	}
	policy, err := readPolicy(cmp.Or(c.Policy, "iis"))
	if err != nil {
		return nil, err
	}
	if c.Model != "" {
		model, err := readModel(c.Model)
		if err != nil {
			return nil, err
		}
		d, err := newModelDecider(model, policy)
		if err != nil {
			return nil, fmt.Errorf("--model %s: %s", c.Model, plainText(err))
		}
		return d.decide, nil
	}
	profile, err := patient.ProfileByName(policy.Profile)
	if err != nil {
		return nil, err
	}
	d, err := scoring.NewPairDecider(scoring.ShippedIIS(), policy)
	if err != nil {
		return nil, err
	}
	return func(p *pair) decided {
		a, _ := patient.Normalize(&p.a, profile)
		b, _ := patient.Normalize(&p.b, profile)
		r := d.Decide(&a, &b, p.candidates)
		return newDecided(p.id, r.Decision, r.Weight, r.Probability, r.Reasons)
	}, nil
}

// readLabelled reads a model of idem train; nil if the file is another one.
func readLabelled(name string) (*scoring.LabelledWeights, error) {
	if name == "" {
		return nil, nil
	}
	data, err := os.ReadFile(name)
	if err != nil || !scoring.IsLabelledWeights(data) {
		return nil, nil // what is wrong is said by who reads other models
	}
	w, err := scoring.ParseLabelledWeights(data)
	if err != nil {
		return nil, fmt.Errorf("--model %s: %s", name, plainText(err))
	}
	return w, nil
}

// labelledDecider decides pairs by what labels taught.
func (c *pairsCommand) labelledDecider(w *scoring.LabelledWeights) (func(*pair) decided, error) {
	if c.Policy != "" {
		return nil, usageError{errors.New("--policy: the model was trained with a policy and has it inside; leave one of the two out")}
	}
	profile, err := patient.ProfileByName(w.Policy.Profile)
	if err != nil {
		return nil, fmt.Errorf("--model %s: %s", c.Model, plainText(err))
	}
	d, err := scoring.NewLabelledDecider(w)
	if err != nil {
		return nil, fmt.Errorf("--model %s: %s", c.Model, plainText(err))
	}
	return func(p *pair) decided {
		a, _ := patient.Normalize(&p.a, profile)
		b, _ := patient.Normalize(&p.b, profile)
		r := d.Decide(&a, &b, p.candidates)
		return newDecided(p.id, r.Decision, r.Weight, r.Probability, r.Reasons)
	}, nil
}

// modelDecider decides pairs by a fitted model. How frequent a value is in the
// file at hand does not count: a pair alone has no file.
type modelDecider struct {
	model           *match.Model
	scorer          *scoring.Scorer
	specs           []scoring.Comparison
	match, possible scoring.Weight
}

func newModelDecider(model *match.Model, policy scoring.Policy) (*modelDecider, error) {
	scorer, err := scoring.NewScorer(model.Scoring, policy)
	if err != nil {
		return nil, err
	}
	d := &modelDecider{model: model, scorer: scorer, specs: model.Scoring.Specs()}
	d.match, d.possible = policy.Thresholds.Fitted(model.Scoring.Cuts)
	return d, nil
}

func (d *modelDecider) decide(p *pair) decided {
	a, _ := patient.Normalize(&p.a, d.model.Profile)
	b, _ := patient.Normalize(&p.b, d.model.Profile)
	levels := scoring.Reference(d.specs, &a, &b)
	for i, c := range d.specs {
		if c.Kind == scoring.KindCandidates {
			levels[i] = scoring.CandidatesLevel(p.candidates)
		}
	}
	pattern := d.scorer.Space().Pattern(levels)
	sc := d.scorer.Score(pattern)
	outcome := scoring.No
	switch {
	case sc.Weight >= d.match:
		outcome = scoring.Match
	case sc.Weight >= d.possible:
		outcome = scoring.Possible
	}
	return newDecided(p.id, sc.Verdict.ApplyAt(outcome, sc.Weight), sc.Weight, sc.Weight.Probability(), d.scorer.VerdictReasons(sc.Verdict.At(sc.Weight)))
}

// A pair is a line of the input.
type pair struct {
	id         string
	a, b       patient.Record
	candidates int
	expect     scoring.Decision
	hasExpect  bool
}

// parsePair reads a line. Its errors name keys, never a value.
func parsePair(text []byte, line int) (p pair, err error) {
	var raw struct {
		ID         json.RawMessage            `json:"id"`
		Test       json.RawMessage            `json:"test"`
		A          map[string]json.RawMessage `json:"a"`
		B          map[string]json.RawMessage `json:"b"`
		Candidates *int                       `json:"candidates"`
		Expect     *string                    `json:"expect"`
	}
	if err := json.Unmarshal(text, &raw); err != nil {
		return p, jsonError(err)
	}
	if raw.A == nil || raw.B == nil {
		return p, errors.New(`it needs the records "a" and "b"`)
	}
	p.id = scalar(raw.ID)
	if p.id == "" {
		p.id = scalar(raw.Test)
	}
	if p.id == "" {
		p.id = strconv.Itoa(line)
	}
	fill(&p.a, raw.A)
	fill(&p.b, raw.B)
	p.candidates = 1
	if raw.Candidates != nil {
		p.candidates = *raw.Candidates
	}
	if raw.Expect != nil && strings.TrimSpace(*raw.Expect) != "" {
		if p.expect, err = parseOutcome(*raw.Expect); err != nil {
			return p, err
		}
		p.hasExpect = true
	}
	return p, nil
}

// jsonError says what is wrong with a line without quoting it.
func jsonError(err error) error {
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("key %q: a JSON %s does not belong there", e.Field, strings.Fields(e.Value)[0])
	}
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("not a JSON object (byte %d)", e.Offset)
	}
	return errors.New("not a JSON object")
}

// fill sets the fields of a record, in the order of the standard names, so
// that the order of keys does not matter.
func fill(r *patient.Record, values map[string]json.RawMessage) {
	type field struct {
		rank            int
		key, name, text string
	}
	names := patient.StandardNames()
	var fields []field
	for key, raw := range values {
		name, ok := patient.Spelling(key)
		text := scalar(raw)
		if !ok || text == "" || name == "record_id" || name == "source" {
			continue
		}
		fields = append(fields, field{rank: slices.Index(names, name), key: key, name: name, text: text})
	}
	slices.SortFunc(fields, func(a, b field) int {
		if a.rank != b.rank {
			return a.rank - b.rank
		}
		return strings.Compare(a.key, b.key)
	})
	for _, f := range fields {
		r.SetField(f.name, f.text, "")
	}
}

// scalar is the text of a JSON value: of a list its values with semicolons,
// and nothing of null or an object.
func scalar(raw json.RawMessage) string {
	var v any
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if dec.Decode(&v) != nil {
		return ""
	}
	return valueText(v)
}

func valueText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		if v {
			return "Y"
		}
		return "N"
	case []any:
		var texts []string
		for _, e := range v {
			if _, nested := e.([]any); !nested {
				texts = append(texts, valueText(e))
			}
		}
		return strings.Join(texts, ";")
	}
	return ""
}

// parseOutcome reads any usual spelling of the three outcomes.
func parseOutcome(text string) (scoring.Decision, error) {
	letters := strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' {
			return c
		}
		return -1
	}, strings.ToLower(text))
	switch letters {
	case "match", "yes", "same", "certain", "certainmatch", "definitematch", "exact", "y", "true":
		return scoring.Match, nil
	case "possible", "possiblematch", "maybe", "review", "probable", "probablematch", "potential", "potentialmatch", "manualreview":
		return scoring.Possible, nil
	case "no", "nomatch", "notamatch", "notmatch", "non", "nonmatch", "different", "none", "n", "false", "not", "certainlynotmatch":
		return scoring.No, nil
	}
	return scoring.No, errors.New(`key "expect": match, possible or no is wanted`)
}

// A confusion counts what was wanted (rows) and what came out (columns).
type confusion [3][3]int64

func (c *confusion) add(want, got scoring.Decision) { c[want][got]++ }

func (c *confusion) print(w io.Writer) error {
	var total, right int64
	for want := range c {
		for got := range c[want] {
			total += c[want][got]
			if want == got {
				right += c[want][got]
			}
		}
	}
	if total == 0 {
		return nil
	}
	outcomes := []scoring.Decision{scoring.Match, scoring.Possible, scoring.No}
	_, err := fmt.Fprintf(w, "%-16s%10s%10s%10s\n", "wanted", "-> match", "possible", "no")
	for _, want := range outcomes {
		if err == nil {
			_, err = fmt.Fprintf(w, "%-16s%10d%10d%10d\n", want, c[want][scoring.Match], c[want][scoring.Possible], c[want][scoring.No])
		}
	}
	if err == nil {
		_, err = fmt.Fprintf(w, "%d of %d as wanted: %.4f\n", right, total, float64(right)/float64(total))
	}
	return err
}

// openLines opens a file of lines, plain, gzip or zstd by content.
func openLines(name string, stdin io.Reader) (io.ReadCloser, error) {
	file := io.NopCloser(stdin)
	if name != "-" {
		st, err := os.Stat(name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, pathless(err))
		}
		if st.IsDir() {
			return nil, fmt.Errorf("%s: is a directory, not a file", name)
		}
		if file, err = os.Open(name); err != nil {
			return nil, fmt.Errorf("%s: %w", name, pathless(err))
		}
	}
	buf := bufio.NewReaderSize(file, 64<<10)
	lines := struct {
		io.Reader
		io.Closer
	}{buf, file}
	var err error
	switch magic, _ := buf.Peek(4); {
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		lines.Reader, err = gzip.NewReader(buf)
	case string(magic) == decompressors[0].Magic:
		lines.Reader, err = openZstd(buf)
	}
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("%s: %w: the compressed file is damaged", name, err)
	}
	return lines, nil
}
