package blocking

import (
	"cmp"
	"context"
	"math/bits"
	"slices"
)

// A Report says what a set of rules costs and, where the truth is known, finds.
type Report struct {
	Records int          `json:"records"`
	All     bool         `json:"all_pairs"`
	Pairs   int64        `json:"pairs"` // distinct candidate pairs
	Rules   []RuleReport `json:"rules"`

	// Of the pairs of records of one person, where the truth was given.
	TruePairs int64 `json:"true_pairs,omitempty"`
	Found     int64 `json:"found,omitempty"`
	// Missed are true pairs that no rule found, by the indexes of the records as
	// they were added; the first MaxMissed of them.
	Missed [][2]int `json:"missed,omitempty"`

	all int64 // pairs that could be candidates
}

// MaxMissed bounds [Report.Missed].
const MaxMissed = 1000

// Recall returns the share of the true pairs that are candidates (pairs
// completeness); 1 when there is none.
func (r *Report) Recall() float64 { return share(r.Found, r.TruePairs) }

// ReductionRatio returns the share of all pairs that are no candidates.
func (r *Report) ReductionRatio() float64 {
	return 1 - share(r.Pairs, r.all)
}

func share(part, whole int64) float64 {
	if whole == 0 {
		return 1
	}
	return float64(part) / float64(whole)
}

// A RuleReport is the part of a [Report] for one rule.
type RuleReport struct {
	Name     string `json:"name"`
	Records  int    `json:"records"` // that have a key
	Blocks   int    `json:"blocks"`  // of two records or more
	Pairs    int64  `json:"pairs"`
	NewPairs int64  `json:"new_pairs"` // found by no earlier rule

	Refined         int `json:"refined,omitempty"`          // keys that got a further column
	Unrefined       int `json:"unrefined,omitempty"`        // records that then had no value for it
	Skipped         int `json:"skipped,omitempty"`          // generic keys: oversize to the last
	SkippedRecords  int `json:"skipped_records,omitempty"`  //
	Outgrown        int `json:"outgrown,omitempty"`         // blocks over their frozen bound
	OutgrownRecords int `json:"outgrown_records,omitempty"` //
	Truncated       int `json:"truncated,omitempty"`        // records with more keys than are used

	Largest []BlockReport `json:"largest,omitempty"` // of the blocks that are used
	Generic []BlockReport `json:"generic,omitempty"` // the largest that were skipped

	Found      int64   `json:"found,omitempty"`      // true pairs
	Recall     float64 `json:"recall,omitempty"`     // of this rule alone
	Cumulative float64 `json:"cumulative,omitempty"` // of this rule and all before it
}

// A BlockReport tells of one block without telling its value.
type BlockReport struct {
	Key     Key `json:"key"`
	Records int `json:"records"`
	Depth   int `json:"depth,omitempty"` // columns that were added to the key
}

const reportedBlocks = 5

// skip counts a key that was oversize to the last.
func (s *RuleReport) skip(key uint64, depth, records int) {
	s.Skipped++
	s.SkippedRecords += records
	s.Generic = keepLargest(append(s.Generic, BlockReport{Key(key), records, depth}))
}

// keepLargest keeps the largest blocks once there are too many.
func keepLargest(list []BlockReport) []BlockReport {
	slices.SortFunc(list, func(a, b BlockReport) int {
		return cmp.Or(cmp.Compare(b.Records, a.Records), cmp.Compare(a.Key, b.Key))
	})
	return list[:min(len(list), reportedBlocks)]
}

// largest fills in the largest blocks of the rule.
func (b *blocks) largest() {
	least := 0
	for id, key := range b.keys {
		if size := int(b.start[id+1] - b.start[id]); size > least {
			b.stats.Largest = keepLargest(append(b.stats.Largest, BlockReport{Key: Key(key), Records: size}))
			if len(b.stats.Largest) == reportedBlocks {
				least = b.stats.Largest[reportedBlocks-1].Records
			}
		}
	}
}

// Reports returns what is known of each rule without visiting the pairs: all but
// NewPairs and what needs the truth.
func (ix *Index) Reports() []RuleReport {
	if ix.all {
		n := ix.allPairs()
		return []RuleReport{{Name: AllPairsRule, Records: ix.n, Blocks: 1, Pairs: n}}
	}
	reports := make([]RuleReport, 0, len(ix.block))
	for _, b := range ix.block {
		s := b.stats
		s.Largest, s.Generic = slices.Clone(s.Largest), slices.Clone(s.Generic)
		reports = append(reports, s)
	}
	return reports
}

// Analyze reports on the rules. truth, when it is not nil, has the person of
// every record, in the order the records were added to the table; records of a
// negative person are left out of recall.
func (ix *Index) Analyze(ctx context.Context, truth []int32) (*Report, error) {
	r := &Report{Records: ix.n, All: ix.all, Rules: ix.Reports(), all: ix.allPairs()}
	err := ix.Each(ctx, 0, 1, func(_, _ uint32, rule int, _ uint64) bool {
		r.Rules[rule].NewPairs++
		r.Pairs++
		return true
	})
	if err != nil || truth == nil {
		return r, err
	}
	return r, ix.recall(ctx, r, truth)
}

// recall fills in what the rules find of the true pairs.
func (ix *Index) recall(ctx context.Context, r *Report, truth []int32) error {
	first := make([]int64, len(r.Rules)) // true pairs by the first rule that found them
	for _, rows := range ix.people(truth) {
		if err := ctx.Err(); err != nil {
			return err
		}
		for x, i := range rows {
			for _, j := range rows[x+1:] {
				if ix.crosses(i, j) {
					ix.tally(r, first, i, j)
				}
			}
		}
	}
	var found int64
	for k := range r.Rules {
		found += first[k]
		r.Rules[k].Recall = share(r.Rules[k].Found, r.TruePairs)
		r.Rules[k].Cumulative = share(found, r.TruePairs)
	}
	r.Found = found
	slices.SortFunc(r.Missed, func(a, b [2]int) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	return nil
}

func (ix *Index) tally(r *Report, first []int64, i, j uint32) {
	r.TruePairs++
	mask := ix.Mask(i, j)
	if mask == 0 {
		if len(r.Missed) < MaxMissed {
			a, b := ix.t.Origin(int(i)), ix.t.Origin(int(j))
			r.Missed = append(r.Missed, [2]int{min(a, b), max(a, b)})
		}
		return
	}
	first[bits.TrailingZeros64(mask)]++
	for k := range r.Rules {
		r.Rules[k].Found += int64(mask >> k & 1)
	}
}

// people returns the rows of each person, in the order of their first rows.
func (ix *Index) people(truth []int32) [][]uint32 {
	var groups [][]uint32
	group := make(map[int32]int)
	for row := range ix.n {
		origin := ix.t.Origin(row)
		if origin >= len(truth) || truth[origin] < 0 {
			continue
		}
		g, ok := group[truth[origin]]
		if !ok {
			g = len(groups)
			group[truth[origin]] = g
			groups = append(groups, nil)
		}
		groups[g] = append(groups[g], uint32(row))
	}
	return groups
}
