package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/idem-health/idem/benchmarks/peers"
)

// A contender is a matcher with its name in the table.
type contender struct {
	name    string
	matcher peers.Matcher
	most    int   // records; 0 is no bound
	missing error // why it cannot run
}

// extraMatchers are matchers written in Go: whoever links one in adds it here.
var extraMatchers []contender

// pythonPeers are the drivers that come with us. recordlinkage says of itself that
// it is for small and medium files; it holds every pair in memory.
var pythonPeers = []struct {
	name, driver string
	most         int
}{
	{"Splink", "splink_dedupe", 0},
	{"recordlinkage", "recordlinkage_dedupe", 20_000},
}

// peerNames are what --only takes, idem aside.
var peerNames = []string{"Splink", "recordlinkage", "DuckDB", "matchr"}

// peersFlags are what the command peers is asked for.
type peersFlags struct {
	set, file, truth, venv, command, out, only string
	install, all, ours, pairs                  bool
}

const peersUsage = `usage: benchmarks peers [flags]

Runs this library and its peers on the same file, one after another, each in a
process of its own, and prints what each reaches and costs. A peer that is not
installed is skipped with a message.

  benchmarks peers --set gen_100k
  benchmarks peers --set all
  benchmarks peers --file records.csv --truth person_id
  benchmarks peers --file records.csv --truth truth.csv --command 'mytool {in} {out}'

`

// defaultVenv is where the Python environment of the peers is.
func defaultVenv() string {
	venv := os.Getenv("IDEM_PEERS_VENV")
	if cache, err := os.UserCacheDir(); venv == "" && err == nil {
		venv = filepath.Join(cache, "idem-peers")
	}
	return venv
}

func parsePeers(arguments []string, w io.Writer) (peersFlags, []string, error) {
	var f peersFlags
	flags := flag.NewFlagSet("peers", flag.ContinueOnError)
	flags.SetOutput(w)
	flags.Usage = func() {
		fmt.Fprint(w, peersUsage)
		flags.PrintDefaults()
	}
	// IDEM_PEERS_VENV is what the tests look for, too.
	flags.StringVar(&f.set, "set", "", "the named `SET`, several separated by commas, or all (default gen_100k)")
	flags.StringVar(&f.file, "file", "", "another `FILE`: CSV, plain or .gz")
	flags.StringVar(&f.truth, "truth", "", "with --file, who is who: `COLUMN`, COLUMN~REGEX or FILE.csv (record_id,person_id and perhaps source)")
	flags.StringVar(&f.venv, "venv", defaultVenv(), "`DIR` of the Python environment; IDEM_PEERS_VENV says it as well")
	flags.BoolVar(&f.install, "install", false, "make the Python environment first, with the pinned packages from PyPI")
	flags.StringVar(&f.command, "command", "", "one more matcher: a `LINE` for the shell with {in} and {out}, which writes {out}/clusters.csv")
	flags.StringVar(&f.only, "only", "", "run these `PEERS` alone, separated by commas: "+strings.Join(peerNames, ", ")+"; idem, which always runs, is only us")
	flags.BoolVar(&f.all, "all", false, "run recordlinkage on files of any size")
	flags.StringVar(&f.out, "out", "", "write peers.md and peers.json to this `DIR` as well")
	flags.BoolVar(&f.ours, "ours", false, "internal: run this library on IN and write to OUT")
	flags.BoolVar(&f.pairs, "pairs", false, "internal: time the scoring of the pairs of IN")
	if err := flags.Parse(arguments); err != nil {
		return f, nil, err
	}
	for name := range strings.SplitSeq(f.only, ",") {
		known := slices.ContainsFunc(append([]string{"", "idem"}, peerNames...), func(s string) bool { return strings.EqualFold(s, name) })
		if !known {
			return f, nil, fmt.Errorf("peers: --only: no peer %q", name)
		}
	}
	if f.file != "" && f.set != "" {
		return f, nil, errors.New("peers: --set or --file, not both")
	}
	if f.file != "" && f.truth == "" && !f.ours && !f.pairs {
		return f, nil, errors.New("peers: --file needs --truth")
	}
	return f, flags.Args(), nil
}

func runPeers(ctx context.Context, arguments []string, w io.Writer) error {
	f, rest, err := parsePeers(arguments, w)
	switch {
	case err != nil:
		return err
	case f.ours && len(rest) == 2:
		return runOurs(ctx, w, rest[0], rest[1])
	case f.pairs && len(rest) == 1:
		return printPairRate(ctx, w, rest[0])
	case len(rest) > 0:
		return fmt.Errorf("peers: what is %q?", rest[0])
	}
	work, err := os.MkdirTemp("", "idem-peers-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	venv := &peers.Venv{Dir: f.venv}
	defer venv.Close()
	if f.install {
		if err := venv.Install(ctx, os.Stderr); err != nil {
			return fmt.Errorf("peers: %w", err)
		}
	}
	r, err := comparePeers(ctx, f, work, venv)
	if err != nil {
		return fmt.Errorf("peers: %w", err)
	}
	return r.publish(w, f.out)
}

// comparePeers runs the matchers on each file that is asked for: on one with
// every table, on several with the people of them all in one.
func comparePeers(ctx context.Context, f peersFlags, work string, venv *peers.Venv) (*report, error) {
	to := filepath.Join(work, "records.csv")
	if f.file != "" {
		p, err := peers.Prepare(ctx, peers.Source{Path: f.file, Truth: f.truth}, to)
		if err != nil {
			return nil, err
		}
		return measurePeers(ctx, f, filepath.Base(f.file), p, venv)
	}
	chosen, err := peerSets(f.set)
	if err != nil {
		return nil, err
	}
	if len(chosen) == 1 {
		p, err := prepareSet(ctx, chosen[0].in(work), to)
		if err != nil {
			return nil, err
		}
		return measurePeers(ctx, f, chosen[0].name, p, venv)
	}
	return measureSets(ctx, f, chosen, work, venv)
}

// peerSets are the sets of a list of names. The peers deduplicate one file, so
// that those of two are no choice.
func peerSets(names string) ([]set, error) {
	known := append(slices.Clone(sets), generatedFiles...)
	if names == "all" {
		// a set of one record a person has no F1
		return slices.DeleteFunc(known, func(s set) bool { return s.right != "" || s.extra == 0 }), nil
	}
	if names == "" {
		names = "gen_100k"
	}
	chosen, err := choose(known, names)
	if err != nil {
		return nil, err
	}
	for _, s := range chosen {
		if s.right != "" {
			return nil, fmt.Errorf("%s links two files; the peers deduplicate one", s.name)
		}
	}
	return chosen, nil
}

// prepareSet writes the file that all get.
func prepareSet(ctx context.Context, s set, to string) (*peers.Prepared, error) {
	source := peers.Source{Path: s.path, Truth: s.truth, Drop: s.drop}
	if s.made != nil {
		if err := s.make(ctx); err != nil {
			return nil, err
		}
		return peers.Prepare(ctx, source, to)
	}
	path, err := dataPath(s.file)
	if err != nil {
		return nil, err
	}
	source.Path = path
	if s.inID != nil {
		source.Truth = "rec_id~" + s.inID.String()
	}
	if s.extra >= 0 {
		keep, err := s.keep(ctx)
		if err != nil {
			return nil, err
		}
		source.Keep = func(id string) bool { return keep[id] }
	}
	return peers.Prepare(ctx, source, to)
}

// keep names the records of a set that is a part of its file.
func (s set) keep(ctx context.Context) (map[string]bool, error) {
	reader, err := s.open()
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	return s.part(reader.Records(ctx))
}

// wanted reports whether a peer is to run.
func (f peersFlags) wanted(name string) bool {
	return f.only == "" || slices.ContainsFunc(strings.Split(f.only, ","), func(s string) bool { return strings.EqualFold(s, name) })
}

// contenders are the matchers to run, this library first.
func contenders(ctx context.Context, f peersFlags, venv *peers.Venv) ([]contender, error) {
	own, err := ours()
	if err != nil {
		return nil, err
	}
	all := []contender{{name: "idem", matcher: own}}
	missing := venv.Check(ctx)
	for _, p := range pythonPeers {
		if !f.wanted(p.name) {
			continue
		}
		c := contender{name: p.name, missing: missing, most: p.most}
		if missing == nil {
			driver, err := venv.Driver(p.driver)
			if err != nil {
				return nil, err
			}
			c.matcher = driver
		}
		if f.all {
			c.most = 0
		}
		all = append(all, c)
	}
	all = append(all, extraMatchers...)
	if f.command != "" {
		all = append(all, contender{name: filepath.Base(strings.Fields(f.command + " command")[0]), matcher: peers.Command(f.command)})
	}
	return all, nil
}

// runAll runs every contender on a file and notes the versions they tell.
func runAll(ctx context.Context, all []contender, p *peers.Prepared, versions map[string]string) ([]peers.Result, error) {
	var results []peers.Result
	for _, c := range all {
		result := peers.Result{Name: c.name}
		switch {
		case c.missing != nil:
			result.Skipped = c.missing.Error()
		case c.most > 0 && p.Records > c.most:
			result.Skipped = fmt.Sprintf("for files of up to %d records, and this one has %d (--all runs it)", c.most, p.Records)
		default:
			var err error
			if result, err = p.Run(ctx, c.name, c.matcher); err != nil {
				return nil, err
			}
		}
		for what, version := range result.Usage.Versions {
			versions[what] = version
		}
		results = append(results, result)
	}
	return results, nil
}

// measurePeers runs everything on one file and makes the tables.
func measurePeers(ctx context.Context, f peersFlags, name string, p *peers.Prepared, venv *peers.Venv) (*report, error) {
	all, err := contenders(ctx, f, venv)
	if err != nil {
		return nil, err
	}
	r := &report{name: "peers", machine: thisMachine()}
	r.machine.Versions = map[string]string{}
	results, err := runAll(ctx, all, p, r.machine.Versions)
	if err != nil {
		return nil, err
	}
	facts := struct {
		Set     string         `json:"set"`
		Records int            `json:"records"`
		Results []peers.Result `json:"matchers"`
		Pairs   []pairRate     `json:"pair_scoring,omitempty"`
		Metrics []metricRow    `json:"string_metrics,omitempty"`
	}{Set: name, Records: p.Records, Results: results}
	r.grids = append(r.grids, peopleGrid(name, p, results))
	if f.wanted("DuckDB") && slices.Contains(p.Columns, "birth_date") {
		if facts.Pairs, err = pairRates(ctx, p, venv); err != nil {
			return nil, err
		}
		r.grids = append(r.grids, pairGrid(facts.Pairs))
	}
	if pairs := namePairs(p.Names, 6_000); f.wanted("matchr") && len(pairs) > 0 {
		facts.Metrics = compareMetrics(pairs)
		r.grids = append(r.grids, metricGrid(facts.Metrics))
	}
	r.facts = facts
	return r, nil
}

// A setResult is what the matchers reached on one of several sets.
type setResult struct {
	Set     string         `json:"set"`
	Skipped string         `json:"skipped,omitempty"`
	Records int            `json:"records,omitempty"`
	Results []peers.Result `json:"matchers,omitempty"`
}

// measureSets runs the matchers on several sets. A peer that fails on a set is
// a line of the table; a set whose file is absent is skipped.
func measureSets(ctx context.Context, f peersFlags, chosen []set, work string, venv *peers.Venv) (*report, error) {
	all, err := contenders(ctx, f, venv)
	if err != nil {
		return nil, err
	}
	r := &report{name: "peers", machine: thisMachine()}
	r.machine.Versions = map[string]string{}
	var done []setResult
	for _, s := range chosen {
		one := setResult{Set: s.name}
		p, err := prepareSet(ctx, s.in(work), filepath.Join(work, "records.csv"))
		switch {
		case errors.Is(err, errNoData):
			one.Skipped = err.Error()
		case err != nil:
			return nil, fmt.Errorf("%s: %w", s.name, err)
		default:
			one.Records = p.Records
			if one.Results, err = runAll(ctx, all, p, r.machine.Versions); err != nil {
				return nil, fmt.Errorf("%s: %w", s.name, err)
			}
		}
		done = append(done, one)
	}
	r.grids, r.facts = []*grid{setsGrid(done)}, done
	return r, nil
}
