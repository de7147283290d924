// Package evaluate says how good a result is, held against the truth: true
// positives, precision, recall and F1 of decided pairs ([Pairs]) and of people
// ([Clusters]). The truth is a person number for every record; -1 where it is
// not known.
//
// It never builds the set of all true pairs: what people imply is counted from
// sorted sizes, so that a million records take a fraction of a second.
package evaluate

import (
	"iter"
	"slices"
)

// Unknown is the truth of a record of which no truth is known.
const Unknown int32 = -1

// A Score counts pairs of records. Actual is the pairs that are one person in
// truth, Predicted the pairs the result says are, TruePositive those in both.
// All three leave out what has no known truth; Unknown counts it: pairs in
// [Pairs], records in [Clusters].
type Score struct {
	TruePositive int64 `json:"true_positive"`
	Predicted    int64 `json:"predicted"`
	Actual       int64 `json:"actual"`
	Unknown      int64 `json:"unknown,omitempty"`
}

// FalsePositive is the pairs predicted that are not one person.
func (s Score) FalsePositive() int64 { return s.Predicted - s.TruePositive }

// FalseNegative is the pairs of one person that were not predicted.
func (s Score) FalseNegative() int64 { return s.Actual - s.TruePositive }

// Precision is the share of predicted pairs that are true. Where nothing was
// predicted nothing is false, and it is 1.
func (s Score) Precision() float64 { return share(s.TruePositive, s.Predicted) }

// Recall is the share of true pairs that were predicted. Where there is nothing
// to find nothing is missed, and it is 1.
func (s Score) Recall() float64 { return share(s.TruePositive, s.Actual) }

// F1 is the harmonic mean of precision and recall, 2TP / (Predicted + Actual):
// 0 as soon as nothing was predicted though there was something to find.
func (s Score) F1() float64 { return share(2*s.TruePositive, s.Predicted+s.Actual) }

func share(part, whole int64) float64 {
	if whole == 0 {
		return 1
	}
	return float64(part) / float64(whole)
}

// Pairs scores pairs of records, given as indexes into truth. Actual counts all
// true pairs, whether they were candidates or not. A pair must be given once:
// one given twice counts twice. A pair with a record of unknown truth, or of
// none (an index outside truth, a record with itself), is left out and counted.
func Pairs(truth []int32, pairs iter.Seq2[int, int]) Score {
	s := Score{Actual: pairsWithin(known(truth))}
	for a, b := range pairs {
		if a == b || min(a, b) < 0 || max(a, b) >= len(truth) || truth[a] < 0 || truth[b] < 0 {
			s.Unknown++
			continue
		}
		s.Predicted++
		if truth[a] == truth[b] {
			s.TruePositive++
		}
	}
	return s
}

// Clusters scores people: the pairs of records that share a person in people
// against those that do in truth. Records of unknown truth are left out and
// counted. A record with a negative person, or beyond the end of people, is
// alone.
func Clusters(truth, people []int32) Score {
	s := Score{Actual: pairsWithin(known(truth))}
	both := make([]uint64, 0, len(truth)) // person given, then true person
	for i, t := range truth {
		switch {
		case t < 0:
			s.Unknown++
		case i < len(people) && people[i] >= 0:
			both = append(both, uint64(people[i])<<32|uint64(t))
		}
	}
	slices.Sort(both)
	s.Predicted = runs(both, 32)
	s.TruePositive = runs(both, 0)
	return s
}

// pairsWithin sorts the people and counts the pairs within each.
func pairsWithin(people []uint64) int64 {
	slices.Sort(people)
	return runs(people, 0)
}

// runs adds up n(n-1)/2 over the runs of equal values, their last bits ignored.
func runs(sorted []uint64, ignore uint) int64 {
	pairs, run := int64(0), int64(0)
	for i, v := range sorted {
		if i > 0 && v>>ignore == sorted[i-1]>>ignore {
			run++
		} else {
			run = 0
		}
		pairs += run
	}
	return pairs
}

func known(truth []int32) []uint64 {
	out := make([]uint64, 0, len(truth))
	for _, t := range truth {
		if t >= 0 {
			out = append(out, uint64(t))
		}
	}
	return out
}
