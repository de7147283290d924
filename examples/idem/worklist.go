package main

import (
	"strconv"
	"strings"
)

// worklist writes worklist.csv: the newborns' placeholder records that were not
// resolved, each with its candidates, the best first, and the reason why it
// waits. A candidate's record is written source/id, as in golden.csv. A policy that does not resolve newborns leaves it empty.
func (w *writer) worklist() (err error) {
	s, err := w.folder.sheet("worklist.csv", "record_id", "source", "cluster_id", "reason", "days", "stale",
		"candidates", "candidate_records", "candidate_weights", "candidate_reasons")
	if err != nil {
		return err
	}
	defer closing(s, &err)
	for _, item := range w.result.Worklist() {
		k := w.result.Key(item.Record)
		var people, records, weights, reasons []string
		for _, c := range item.Candidates {
			people = append(people, clusterID(c.Person))
			with := w.result.Key(c.With)
			records = append(records, tame(with.Source+"/"+with.ID))
			weights = append(weights, strconv.FormatFloat(c.Weight, 'f', 2, 64))
			reasons = append(reasons, string(c.Reason))
		}
		stale := "N"
		if item.Stale {
			stale = "Y"
		}
		if err := s.row(tame(k.ID), tame(k.Source), clusterID(item.Person), string(item.Reason), strconv.Itoa(item.Days), stale,
			strings.Join(people, ";"), strings.Join(records, ";"), strings.Join(weights, ";"), strings.Join(reasons, ";")); err != nil {
			return err
		}
	}
	return nil
}
