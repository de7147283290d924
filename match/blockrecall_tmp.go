package match

// BlockRecall counts the true pairs among the candidates: temporary.
func (res *Result) BlockRecall(truth []int32) int64 {
	by := map[int32][]uint32{}
	for i, t := range truth {
		by[t] = append(by[t], uint32(i))
	}
	var n int64
	for _, rows := range by {
		for x, a := range rows {
			for _, b := range rows[x+1:] {
				if res.run.index.Mask(a, b) != 0 {
					n++
				}
			}
		}
	}
	return n
}

// Refused is temporary.
func (res *Result) Refused() (int64, int64, int64) {
	return res.report.RefusedHard, res.report.RefusedSoft, res.report.RefusedEvidence
}
