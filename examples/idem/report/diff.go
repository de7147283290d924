package report

import "strings"

// A segment is a part of a value, marked where the other value differs.
type segment struct {
	Text string
	Diff bool
}

// diffLimit bounds the letters, and the words, that are held against each
// other; longer values are marked as a whole.
const diffLimit = 96

// diff marks in two values what the other has not: letters where most of them
// are the same, else words, else all. What stays unmarked is a longest common
// subsequence.
func diff(a, b string) (left, right []segment) {
	ra, rb := strings.Split(a, ""), strings.Split(b, "")
	if len(ra) <= diffLimit && len(rb) <= diffLimit {
		l, r, common := align(ra, rb)
		if 3*common >= 2*max(len(ra), len(rb)) {
			return l, r
		}
	}
	wa, wb := splitWords(a), splitWords(b)
	if len(wa) <= diffLimit && len(wb) <= diffLimit && len(wa)+len(wb) > 2 {
		l, r, _ := align(wa, wb)
		return l, r
	}
	return []segment{{a, true}}, []segment{{b, true}}
}

// splitWords splits a text into words, each with the space before it.
func splitWords(s string) []string {
	var out []string
	from := 0
	for i := 1; i < len(s); i++ {
		if s[i] == ' ' && s[i-1] != ' ' {
			out = append(out, s[from:i])
			from = i
		}
	}
	return append(out, s[from:])
}

// align marks what is not in a longest common subsequence of the pieces, case
// and space aside, and returns how many are.
func align(a, b []string) (left, right []segment, common int) {
	same := func(i, j int) bool { return strings.EqualFold(strings.TrimSpace(a[i]), strings.TrimSpace(b[j])) }
	// length[i][j] is the common length of a[i:] and b[j:].
	length := make([][]uint8, len(a)+1)
	for i := range length {
		length[i] = make([]uint8, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if same(i, j) {
				length[i][j] = length[i+1][j+1] + 1
			} else {
				length[i][j] = max(length[i+1][j], length[i][j+1])
			}
		}
	}
	for i, j := 0, 0; i < len(a) || j < len(b); {
		switch {
		case i < len(a) && j < len(b) && same(i, j):
			left, right = extend(left, a[i], false), extend(right, b[j], false)
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && length[i+1][j] >= length[i][j+1]:
			left = extend(left, a[i], true)
			i++
		default:
			right = extend(right, b[j], true)
			j++
		}
	}
	return left, right, int(length[0][0])
}

// extend adds a piece to the last segment, or begins one.
func extend(segments []segment, piece string, differs bool) []segment {
	if n := len(segments); n > 0 && segments[n-1].Diff == differs {
		segments[n-1].Text += piece
		return segments
	}
	return append(segments, segment{piece, differs})
}
