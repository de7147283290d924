package match

import (
	"math"

	"github.com/idem-health/idem/scoring"
)

// A uniqueness is what one-to-one tells of a pair beyond its fields. If two
// records are of different people, the partners that they may have are other
// ones: where most records of a side have a partner, a record without any other
// candidate is hardly anybody else.
//
// Of two people whose records have no other candidates, both must be without a
// partner. So the odds of a pair grow by 1/(alone + rivals) for each of its
// records, where alone is the share of its side without a partner, as the model
// estimates it, and rivals are the odds of all its other candidates; never less
// than by 1.
type uniqueness struct {
	alone [2]uint64 // by side, in oddsUnit
	odds  []uint64  // of all candidates of each row together, in oddsUnit
}

const (
	oddsUnit = 1 << 16 // sums of whole numbers do not depend on their order
	maxOdds  = 1 << 40

	// leastAlone bounds what uniqueness is worth to 3 bits a record: a partner may
	// have been lost in blocking, or the estimate be wrong.
	leastAlone = oddsUnit / 8
)

// oddsOf returns the odds of a weight in oddsUnit.
func oddsOf(w scoring.Weight) uint64 {
	return uint64(min(math.Round(math.Exp2(min(w.Bits(), 30))*oddsUnit), maxOdds))
}

// weighUniqueness finds out how many records of each side have a partner, from
// the pairs that one-to-one would leave by their fields alone, and adds to every
// pair what its uniqueness is worth.
func (r *run) weighUniqueness(kept []candidate) {
	var partners float64 // added in the order of the rows
	for _, i := range r.choose(kept, keepWeight) {
		partners += kept[i].weight.Probability()
	}
	right := float64(r.stats.Right)
	for side, n := range [2]float64{float64(len(r.right)) - right, right} {
		share := max(0, 1-partners/n)
		r.unique.alone[side] = max(leastAlone, uint64(math.Round(share*oddsUnit)))
	}
	r.unique.odds = make([]uint64, len(r.right))
	for _, c := range kept {
		odds := oddsOf(c.weight)
		r.unique.odds[c.a] += odds
		r.unique.odds[c.b] += odds
	}
	for i := range kept {
		c := &kept[i]
		bonus := r.uniqueness(c.a, c.b, c.weight)
		c.weight += bonus
		c.bonus = uint16(bonus)
	}
}

// uniqueness returns what is added to the weight of a pair that is kept.
func (r *run) uniqueness(i, j uint32, w scoring.Weight) (bonus scoring.Weight) {
	own := oddsOf(w)
	for _, row := range [2]uint32{i, j} {
		side := 0
		if r.right[row] {
			side = 1
		}
		if different := r.unique.alone[side] + r.unique.odds[row] - own; different < oddsUnit {
			bonus += scoring.Weight(math.Round(-math.Log2(float64(different)/oddsUnit) * float64(scoring.OneBit)))
		}
	}
	return bonus
}

// bonus returns what one-to-one adds to the weight of any pair; to those that
// were not candidates, or not kept, nothing.
func (r *run) bonus(i, j uint32, w scoring.Weight, v *scoring.Verdict) scoring.Weight {
	if !r.oneToOne || r.mask(i, j) == 0 || !keeps(w, v) {
		return 0
	}
	return r.uniqueness(i, j, w)
}

// verdict returns what the policy says of a pattern, given what is added to its
// weight: soft conflicts may give way to it.
func (r *run) verdict(sc *scoring.Scored, p scoring.Pattern, bonus scoring.Weight) scoring.Verdict {
	if bonus == 0 || !sc.Verdict.Soft {
		return sc.Verdict
	}
	return r.scorer.Judge(p, sc.Weight+bonus)
}
