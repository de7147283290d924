package match

import (
	"context"
	"fmt"
	"iter"
	"reflect"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/idem-health/idem/blocking"
	"github.com/idem-health/idem/internal/cpu"
	"github.com/idem-health/idem/internal/table"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/scoring"
)

// Options configures a run. The zero value is ready to use.
type Options struct {
	Policy     scoring.Policy  // the zero value means scoring.GenericPolicy()
	Profile    patient.Profile // the zero value means the policy's; a model brings its own
	Model      *Model          // frozen: nothing is trained; nil trains on the records
	Rules      []blocking.Rule // nil means those that blocking.Default chooses by the fields that are there; a model brings its own
	MaxPairs   int64           // more candidate pairs are an error; 0 means the default of blocking.Options
	Workers    int             // goroutines; 0 means GOMAXPROCS. No result depends on it
	Shards     int             // parts the candidate pairs are scored in; 0 means 64. No result depends on it
	TwoClasses bool            // baseline: weigh pairs against strangers only, not against household and namesake
	Decisions  []PairDecision  // what stewards said of pairs of records; it holds against every score
	Sparse     bool            // what the model compares and no record has is missing in all of them, instead of an error
	ManyToMany bool            // of Link: a record may be linked to several of the other side, not to one at most
	Progress   func(Progress)  // called from one goroutine at a time; nil for none
}

// shards is how many parts the candidate pairs are cut into by default.
const shards = 64

// run is the state between the stages.
type run struct {
	o       Options
	workers int
	shards  int
	stats   Stats

	mu   sync.Mutex // guards calls of o.Progress
	last time.Time

	binding
	reader   reader
	rules    []blocking.Rule
	index    *blocking.Index
	estimate int64
	known    [][]scoring.Pattern // of the candidate pairs of the first shards, in the order of the index, see [run.countCandidates]
	model    *Model
	said     said // stewards' decisions, by row

	right    []bool // which rows are of the right side; nil: no linkage
	oneToOne bool
	unique   uniqueness

	newborns *newborns // nil where the policy does not resolve them, or there is none

	rowsOnce sync.Once // guards rowOf
	rowOf    []uint32  // row of each record by order of reading
}

// Dedupe decides which of the records belong to the same person. Records may be
// reused by the sequence; its errors end the run. The result is a pure function
// of the records, the policy and the model (which is trained on the records if
// none is given): neither order nor GOMAXPROCS changes it.
//
// Records are read once, or twice where all of them switch off other shape rules
// of the profile than the first 10,000 did. A sequence that can be read only once
// then keeps what those said, and a notice tells; order can show there.
func Dedupe(ctx context.Context, records iter.Seq2[*patient.Record, error], o Options) (*Result, error) {
	r, err := newRun(o)
	if err != nil {
		return nil, err
	}
	return r.all(ctx, records)
}

// all runs the stages.
func (r *run) all(ctx context.Context, records iter.Seq2[*patient.Record, error]) (*Result, error) {
	steps := []struct {
		stage Stage
		do    func(context.Context) error
	}{
		{StageRead, func(ctx context.Context) error { return r.read(ctx, records) }},
		{StageBlock, r.block},
		{StageTrain, r.fit},
	}
	for _, s := range steps {
		if err := r.timed(s.stage, func() error { return s.do(ctx) }); err != nil {
			return nil, err
		}
	}
	var kept []candidate
	err := r.timed(StageScore, func() (err error) {
		var histogram *scoring.Histogram
		if kept, histogram, err = r.score(ctx); err != nil {
			return err
		}
		if r.oneToOne {
			r.weighUniqueness(kept)
			histogram = r.assigned(kept)
		}
		if r.o.Model == nil {
			r.model.Scoring.Cuts = histogram.Cuts()
		}
		r.cuts(r.model.Scoring, r.o.Policy)
		r.stats.Precision, r.stats.Recall = histogram.Estimate(r.matchCut)
		return nil
	})
	if err != nil {
		return nil, err
	}
	var result *Result
	err = r.timed(StageResolve, func() (err error) {
		result, err = r.resolve(ctx, kept)
		return err
	})
	if err != nil {
		return nil, err
	}
	result.Stats = r.stats
	return result, nil
}

func newRun(o Options) (*run, error) {
	if reflect.ValueOf(o.Policy).IsZero() {
		o.Policy = scoring.GenericPolicy()
	}
	if o.Model != nil {
		o.Profile = o.Model.Profile
	}
	if o.Profile.Name == "" {
		p, err := patient.ProfileByName(o.Policy.Profile)
		if err != nil {
			return nil, err
		}
		o.Profile = p
	}
	r := &run{o: o, workers: o.Workers, shards: o.Shards}
	if r.workers <= 0 {
		r.workers = runtime.GOMAXPROCS(0)
	}
	if r.shards <= 0 {
		r.shards = shards
	}
	r.stats.Issues = map[patient.IssueCode]int64{}
	return r, nil
}

// timed runs a stage and notes what it took.
func (r *run) timed(stage Stage, do func() error) error {
	r.progress(stage, 0, 0) // whoever watches learns what is being done, however long it is silent
	wall, used := time.Now(), cpu.Time()
	err := do()
	r.stats.Stages = append(r.stats.Stages, StageTime{Stage: stage, Wall: time.Since(wall), CPU: cpu.Time() - used})
	return err
}

// progress tells the caller, at most some dozens of times a second.
func (r *run) progress(stage Stage, done, total int64) {
	if r.o.Progress == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if now := time.Now(); now.Sub(r.last) > 20*time.Millisecond || done == total {
		r.last = now
		r.o.Progress(Progress{Stage: stage, Done: done, Total: total})
	}
}

// progressCounter adds up what several goroutines did.
type progressCounter struct{ n atomic.Int64 }

func (c *progressCounter) add(n int64) int64 { return c.n.Add(n) }

// read encodes the records and freezes the table.
func (r *run) read(ctx context.Context, records iter.Seq2[*patient.Record, error]) error {
	comparisons := scoring.ComparisonsFor(r.o.Policy)
	if r.o.Model != nil {
		comparisons = r.o.Model.Scoring.Specs()
	}
	if err := r.encode(ctx, records, r.spec(comparisons)); err != nil {
		return err
	}
	equal := maxEqual
	if r.reader.linkage {
		equal = 0 // the sides of equal records matter
	}
	decided := r.decided()
	if r.o.Sparse {
		r.reader.builder.KeepColumns()
	}
	r.reader.builder.NoEcho(func(i int) bool { return decided[i] })
	r.table = r.reader.builder.Freeze(func(i int) bool { return r.reader.arrivals[i].dropped }, equal, r.reader.keys.compare)
	r.stats.Records = r.table.Len()
	r.findNewborns()
	r.findSaid()
	return r.sides()
}

// encode turns the records into rows. Which shape rules of the profile are in
// force, unless a model has frozen it, the first records say for a start; all of
// them have the last word. Where they say something else, which is rare, the
// records are read again.
func (r *run) encode(ctx context.Context, records iter.Seq2[*patient.Record, error], spec table.Spec) error {
	pass := func(p patient.Profile, whole *patient.Calibration) (int64, error) {
		r.reader = reader{profile: p, builder: table.NewBuilder(spec), keys: newKeyTable(), stats: &r.stats, linkage: r.reader.linkage}
		return r.reader.pass(ctx, records, whole, func(n int64) { r.progress(StageRead, n, 0) })
	}
	if r.o.Model != nil {
		_, err := pass(r.o.Profile, nil)
		return err
	}
	whole := patient.NewCalibration(r.o.Profile)
	n, err := pass(r.o.Profile, whole)
	if err != nil {
		return err
	}
	profile, notices := whole.Profile()
	if !slices.Equal(profile.Off, r.reader.profile.Off) {
		kept, stats := r.reader, r.stats
		r.stats = Stats{Issues: map[patient.IssueCode]int64{}, Stages: stats.Stages}
		again, err := pass(profile, nil)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil || again != n: // it can be read only once
			r.reader, r.stats = kept, stats
			notices = []string{fmt.Sprintf("profile %s: the first %d records decided which shape rules are switched off, and all of them say otherwise; give records that can be read twice, or a profile that is calibrated", profile.Name, calibrationSample)}
		}
	}
	r.stats.Notices = append(r.stats.Notices, notices...)
	return nil
}

// spec returns the columns a run needs: those of its comparisons and rules.
// Fields that only rules read, by equality, need no values.
func (r *run) spec(comparisons []scoring.Comparison) table.Spec {
	return tableSpec(comparisons, r.o.Policy, r.candidateRules())
}

func tableSpec(comparisons []scoring.Comparison, policy scoring.Policy, rules []blocking.Rule) table.Spec {
	var spec table.Spec
	for _, c := range comparisons {
		spec.Text = append(spec.Text, c.Fields()...)
	}
	if policy.Newborns {
		spec.Text = append(spec.Text, newbornFields...)
	}
	spec.Text = append(spec.Text, blocking.Text(rules)...)
	for _, rule := range rules {
		spec.Key = append(spec.Key, rule.Fields()...)
	}
	return spec
}

// candidateRules returns the rules of the run, before it is known which fields
// the records have.
func (r *run) candidateRules() []blocking.Rule {
	switch {
	case r.o.Model != nil:
		return r.o.Model.Rules
	case r.o.Rules != nil:
		return r.o.Rules
	}
	return blocking.Default(func(patient.Field) bool { return true }, 0)
}

// has reports whether some record has the field.
func (r *run) has(f patient.Field) bool {
	col := r.table.Column(f)
	return col != nil && col.NonMissing() > 0
}

// block makes the index of candidate pairs.
func (r *run) block(ctx context.Context) error {
	r.rules = r.candidateRules()
	o := blocking.Options{MaxPairs: r.o.MaxPairs, Right: r.right}
	switch {
	case r.o.Model != nil:
		if len(r.o.Model.Ladder.Rules) > 0 { // a model of so few records that all pairs were compared froze nothing
			o.Frozen = &r.o.Model.Ladder
			o.AllPairs = -1 // the same candidates however few the records
		}
	case r.o.Rules == nil:
		r.rules = blocking.Default(r.has, r.table.Distinct())
	}
	index, err := blocking.Build(ctx, r.table, r.rules, o)
	if err != nil {
		return err
	}
	r.index = index
	_, r.estimate = index.Estimate()
	r.stats.AllPairs = index.All()
	for _, report := range index.Reports() {
		stats := RuleStats{
			Rule: report.Name, Pairs: report.Pairs, Refined: report.Refined, Skipped: report.Skipped,
			Unrefined: report.Unrefined, Outgrown: report.Outgrown, Truncated: report.Truncated,
		}
		if report.Outgrown > 0 {
			r.stats.Notices = append(r.stats.Notices, fmt.Sprintf(
				"rule %q: %d blocks with %d records have outgrown the model's bounds and were left out: train a new model", report.Name, report.Outgrown, report.OutgrownRecords))
		}
		if len(report.Largest) > 0 {
			stats.LargestBlock = report.Largest[0].Records
		}
		r.stats.Rules = append(r.stats.Rules, stats)
	}
	return nil
}

// fit trains the model, unless it is given, and binds it to the table.
func (r *run) fit(ctx context.Context) error {
	r.model = r.o.Model
	if r.model == nil {
		comparisons := slices.DeleteFunc(scoring.ComparisonsFor(r.o.Policy), func(c scoring.Comparison) bool {
			return c.Kind == scoring.KindCandidates || !c.Present(r.has)
		})
		if len(comparisons) == 0 {
			return ErrNothingToCompare
		}
		fitted, err := r.train(ctx, comparisons)
		if err != nil {
			return err
		}
		r.model = &Model{
			Format: modelFormat, Profile: r.reader.profile, Rules: r.rules, Ladder: r.index.Ladder(), Scoring: fitted,
		}
		r.stats.Notices = append(r.stats.Notices, fitted.Warnings...)
	}
	return r.bind(r.model.Scoring, r.o.Policy)
}
