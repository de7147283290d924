package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"github.com/idem-health/idem/examples/idem/report"
	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/intake"
)

// A writer writes the files of an output folder.
type writer struct {
	ctx      context.Context
	folder   *folder
	input    *intake.Reader
	result   *match.Result
	truth    *truth
	progress *progress
	page     *report.Draft

	byKey []int32 // records by source and id
	place []int32 // of a record in byKey
}

// all writes every file but the summary.
func (w *writer) all(rejects *rejects, s *summary) error {
	w.order()
	model, err := w.result.Model.JSON()
	if err != nil {
		return err
	}
	if err := w.folder.write("model.json", append(model, '\n')); err != nil {
		return err
	}
	if err := rejects.finish(w.result.Superseded); err != nil {
		return err
	}
	modelID := digest(string(model))
	for _, write := range []func() error{
		w.clusters,
		func() error { return w.pairs(s.PolicyID, modelID) },
		func() error { return w.draft(s) },
		func() error { return w.golden(w.page.See) },
		w.worklist,
		w.report,
	} {
		if err := write(); err != nil {
			return err
		}
	}
	return w.ctx.Err()
}

// order sorts the records as the files list them: by source and id, of a linkage
// those of the left file first.
func (w *writer) order() {
	n := w.result.Records()
	keys := make([]match.Key, n)
	w.byKey, w.place = make([]int32, n), make([]int32, n)
	for i := range n {
		keys[i] = w.result.Key(i)
		w.byKey[i] = int32(i)
	}
	slices.SortFunc(w.byKey, func(a, b int32) int {
		return cmp.Or(cmp.Compare(w.result.Side(int(a)), w.result.Side(int(b))), strings.Compare(keys[a].Source, keys[b].Source), strings.Compare(keys[a].ID, keys[b].ID))
	})
	for at, i := range w.byKey {
		w.place[i] = int32(at)
	}
}

// clusterID names a person in all files.
func clusterID(person int) string { return strconv.Itoa(person + 1) }

// check tells how far a file is, and whether the run was interrupted.
func (w *writer) check(file string, done, total int) error {
	if done%1024 != 0 {
		return nil
	}
	w.progress.step("write", file, int64(done), int64(total))
	return w.ctx.Err()
}

func (w *writer) clusters() (err error) {
	s, err := w.folder.sheet("clusters.csv", "record_id", "cluster_id", "source")
	if err != nil {
		return err
	}
	defer closing(s, &err)
	for at, i := range w.byKey {
		if err := w.check("rows of clusters.csv", at, len(w.byKey)); err != nil {
			return err
		}
		k := w.result.Key(int(i))
		if err := s.row(k.ID, clusterID(w.result.Person(int(i))), k.Source); err != nil {
			return err
		}
	}
	return nil
}

// closing closes a sheet and keeps the first error.
func closing(s *sheet, err *error) {
	if e := s.close(); *err == nil {
		*err = e
	}
}

// pairs writes pairs.csv, and of it what a person should look at to
// review.csv: pairs that are possible, or that match and were not followed, and
// whose records are two people.
func (w *writer) pairs(policyID, modelID string) (err error) {
	all := w.sortedPairs()
	ps, err := w.folder.sheet("pairs.csv", "record_a", "record_b", "weight", "probability", "decision", "rule", "source_a", "source_b")
	if err != nil {
		return err
	}
	defer closing(ps, &err)
	rs, err := w.folder.sheet("review.csv", "pair_id", "record_a", "source_a", "record_b", "source_b", "cluster_a", "cluster_b",
		"weight", "probability", "decision", "rule", "reasons", "policy_id", "model_id")
	if err != nil {
		return err
	}
	defer closing(rs, &err)
	for at, p := range all {
		if err := w.check("rows of pairs.csv", at, len(all)); err != nil {
			return err
		}
		a, b := w.result.Key(int(p.A)), w.result.Key(int(p.B))
		weight, probability := strconv.FormatFloat(p.Weight, 'f', 3, 64), formatProbability(p.Probability)
		if err := ps.row(a.ID, b.ID, weight, probability, p.Decision.String(), p.Rule, a.Source, b.Source); err != nil {
			return err
		}
		personA, personB := w.result.Person(int(p.A)), w.result.Person(int(p.B))
		if personA == personB {
			continue
		}
		reasons := w.result.Reasons(p)
		if len(reasons) == 0 {
			reasons = []string{"weight"}
			if p.Decision == match.Match {
				reasons = []string{"other-records"}
			}
		}
		err := rs.row(pairID(a, b), tame(a.ID), tame(a.Source), tame(b.ID), tame(b.Source), clusterID(personA), clusterID(personB),
			weight, probability, p.Decision.String(), p.Rule, strings.Join(reasons, ";"), policyID, modelID)
		if err != nil {
			return err
		}
	}
	return nil
}

// sortedPairs returns the pairs, each with its lesser key first, by keys.
func (w *writer) sortedPairs() []match.Pair {
	var all []match.Pair
	for p := range w.result.Pairs() {
		if w.place[p.A] > w.place[p.B] {
			p.A, p.B = p.B, p.A
		}
		all = append(all, p)
	}
	slices.SortFunc(all, func(x, y match.Pair) int {
		return cmp.Or(cmp.Compare(w.place[x.A], w.place[y.A]), cmp.Compare(w.place[x.B], w.place[y.B]))
	})
	return all
}

// formatProbability keeps what tells a sure pair from a surer one: 1 - 1e-6
// is not 1.
func formatProbability(p float64) string {
	return strconv.FormatFloat(p, 'f', 9, 64)
}

// pairID names a pair by its records alone: it is the same in every run.
func pairID(a, b match.Key) string {
	return digest(a.Source, a.ID, b.Source, b.ID)
}

// digest is a short name for some texts.
func digest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write(strconv.AppendInt(nil, int64(len(p)), 10))
		h.Write([]byte{':'})
		h.Write([]byte(p))
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
