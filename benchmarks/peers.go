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
  benchmarks peers --file records.csv --truth person_id
  benchmarks peers --file records.csv --truth truth.csv --command 'mytool {in} {out}'

`

func parsePeers(arguments []string, w io.Writer) (peersFlags, []string, error) {
	var f peersFlags
	flags := flag.NewFlagSet("peers", flag.ContinueOnError)
	flags.SetOutput(w)
	flags.Usage = func() {
		fmt.Fprint(w, peersUsage)
		flags.PrintDefaults()
	}
	// IDEM_PEERS_VENV is what the tests look for, too.
	venv := os.Getenv("IDEM_PEERS_VENV")
	if cache, err := os.UserCacheDir(); venv == "" && err == nil {
		venv = filepath.Join(cache, "idem-peers")
	}
	flags.StringVar(&f.set, "set", "", "the named `SET` of test data (default gen_100k)")
	flags.StringVar(&f.file, "file", "", "another `FILE`: CSV, plain or .gz")
	flags.StringVar(&f.truth, "truth", "", "with --file, who is who: `COLUMN`, COLUMN~REGEX or FILE.csv (record_id,person_id and perhaps source)")
	flags.StringVar(&f.venv, "venv", venv, "`DIR` of the Python environment; IDEM_PEERS_VENV says it as well")
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
	name, prepared, err := preparePeers(ctx, f, filepath.Join(work, "records.csv"))
	if err != nil {
		return fmt.Errorf("peers: %w", err)
	}
	venv := &peers.Venv{Dir: f.venv}
	defer venv.Close()
	if f.install {
		if err := venv.Install(ctx, os.Stderr); err != nil {
			return fmt.Errorf("peers: %w", err)
		}
	}
	r, err := measurePeers(ctx, f, name, prepared, venv)
	if err != nil {
		return fmt.Errorf("peers: %w", err)
	}
	return r.publish(w, f.out)
}

// preparePeers writes the file that all get.
func preparePeers(ctx context.Context, f peersFlags, to string) (string, *peers.Prepared, error) {
	if f.file != "" {
		p, err := peers.Prepare(ctx, peers.Source{Path: f.file, Truth: f.truth}, to)
		return filepath.Base(f.file), p, err
	}
	if f.set == "" {
		f.set = "gen_100k"
	}
	i := slices.IndexFunc(sets, func(s set) bool { return s.name == f.set })
	if i < 0 {
		return "", nil, fmt.Errorf("no set %q", f.set)
	}
	s := sets[i]
	if s.right != "" {
		return "", nil, fmt.Errorf("%s links two files; the peers deduplicate one", s.name)
	}
	path, err := dataPath(s.file)
	if err != nil {
		return "", nil, err
	}
	source := peers.Source{Path: path, Truth: s.truth, Drop: s.drop}
	if s.inID != nil {
		source.Truth = "rec_id~" + s.inID.String()
	}
	if s.extra >= 0 {
		keep, err := s.keep(ctx)
		if err != nil {
			return "", nil, err
		}
		source.Keep = func(id string) bool { return keep[id] }
	}
	p, err := peers.Prepare(ctx, source, to)
	return s.name, p, err
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

// measurePeers runs everything and makes the tables.
func measurePeers(ctx context.Context, f peersFlags, name string, p *peers.Prepared, venv *peers.Venv) (*report, error) {
	all, err := contenders(ctx, f, venv)
	if err != nil {
		return nil, err
	}
	r := &report{name: "peers", machine: thisMachine()}
	r.machine.Versions = map[string]string{}
	var results []peers.Result
	for _, c := range all {
		result := peers.Result{Name: c.name}
		switch {
		case c.missing != nil:
			result.Skipped = c.missing.Error()
		case c.most > 0 && p.Records > c.most:
			result.Skipped = fmt.Sprintf("for files of up to %d records, and this one has %d (--all runs it)", c.most, p.Records)
		default:
			if result, err = p.Run(ctx, c.name, c.matcher); err != nil {
				return nil, err
			}
		}
		for what, version := range result.Usage.Versions {
			r.machine.Versions[what] = version
		}
		results = append(results, result)
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
