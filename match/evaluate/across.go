package evaluate

import (
	"iter"
	"slices"
)

// PairsAcross is [Pairs] for a linkage of two files: of the true pairs only those
// of a left and a right record count, and right says which records are right
// ones. A pair of one side is left out and counted as unknown.
func PairsAcross(truth []int32, right []bool, pairs iter.Seq2[int, int]) Score {
	across := int64(0)
	s := Pairs(truth, func(yield func(int, int) bool) {
		for a, b := range pairs {
			if min(a, b) >= 0 && max(a, b) < len(right) && right[a] == right[b] {
				across++
				continue
			}
			if !yield(a, b) {
				return
			}
		}
	})
	s.Unknown += across
	s.Actual = crossPairs(truth, nil, right)
	return s
}

// ClustersAcross is [Clusters] for a linkage of two files: only the pairs of a
// left and a right record count.
func ClustersAcross(truth, people []int32, right []bool) Score {
	s := Score{Actual: crossPairs(truth, nil, right)}
	for _, t := range truth {
		if t < 0 {
			s.Unknown++
		}
	}
	known := slices.Clone(people)
	for i := range known {
		if i >= len(truth) || truth[i] < 0 {
			known[i] = Unknown
		}
	}
	s.Predicted = crossPairs(known, nil, right)
	s.TruePositive = crossPairs(truth, people, right)
	return s
}

// crossPairs counts the pairs of a left and a right record that agree on a and,
// where it is given, on b, neither of them negative.
func crossPairs(a, b []int32, right []bool) int64 {
	keys := make([]uint64, 0, len(a)) // a, b, side
	for i, x := range a {
		if x < 0 || i >= len(right) || b != nil && (i >= len(b) || b[i] < 0) {
			continue
		}
		key := uint64(x) << 33
		if b != nil {
			key |= uint64(b[i]) << 1
		}
		if right[i] {
			key |= 1
		}
		keys = append(keys, key)
	}
	slices.Sort(keys)
	pairs, lefts := int64(0), int64(0)
	for i, key := range keys {
		if i > 0 && key>>1 != keys[i-1]>>1 {
			lefts = 0
		}
		if key&1 == 0 {
			lefts++
		} else {
			pairs += lefts
		}
	}
	return pairs
}
