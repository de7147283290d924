package report

import "strings"

// A segment is a part of a value, marked where the other value differs.
type segment struct {
	Text string
	Diff bool
}

// diffLimit bounds the letters that are held against each other; longer values
// are marked as a whole.
const diffLimit = 96

// diff marks in two values what the other has not, letters of either case
// being the same: what stays unmarked is a longest common subsequence.
func diff(a, b string) (left, right []segment) {
	ra, rb := []rune(a), []rune(b)
	if len(ra) > diffLimit || len(rb) > diffLimit {
		return []segment{{a, true}}, []segment{{b, true}}
	}
	common := func(i, j int) bool {
		return ra[i] == rb[j] || strings.EqualFold(string(ra[i]), string(rb[j]))
	}
	// length[i][j] is the common length of ra[i:] and rb[j:].
	length := make([][]uint8, len(ra)+1)
	for i := range length {
		length[i] = make([]uint8, len(rb)+1)
	}
	for i := len(ra) - 1; i >= 0; i-- {
		for j := len(rb) - 1; j >= 0; j-- {
			if common(i, j) {
				length[i][j] = length[i+1][j+1] + 1
			} else {
				length[i][j] = max(length[i+1][j], length[i][j+1])
			}
		}
	}
	// Values that share less than half are two values, not one with slips.
	if 2*int(length[0][0]) < min(len(ra), len(rb)) {
		return []segment{{a, true}}, []segment{{b, true}}
	}
	for i, j := 0, 0; i < len(ra) || j < len(rb); {
		switch {
		case i < len(ra) && j < len(rb) && common(i, j):
			left, right = extend(left, ra[i], false), extend(right, rb[j], false)
			i, j = i+1, j+1
		case j == len(rb) || i < len(ra) && length[i+1][j] >= length[i][j+1]:
			left = extend(left, ra[i], true)
			i++
		default:
			right = extend(right, rb[j], true)
			j++
		}
	}
	return left, right
}

// extend adds a letter to the last segment, or begins one.
func extend(segments []segment, r rune, differs bool) []segment {
	if n := len(segments); n > 0 && segments[n-1].Diff == differs {
		segments[n-1].Text += string(r)
		return segments
	}
	return append(segments, segment{string(r), differs})
}
