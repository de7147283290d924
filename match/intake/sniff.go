package intake

import (
	"bytes"
	"strings"

	"github.com/idem-health/idem/match/patient"
)

// separators are the delimiters there can be, best first.
const separators = ",;\t|"

// sniff finds the delimiter: the one under which the header line has most
// columns that mean something, then most columns. A comma where nothing else
// separates.
func sniff(head []byte, o Options) byte {
	best, bestKnown, bestCells := byte(','), -1, -1
	for i := range len(separators) {
		s := newScanner(bytes.NewReader(head), separators[i])
		if reason, err := s.next(); err != nil || reason != "" || i > 0 && len(s.cells) == 1 {
			continue
		}
		known := 0
		for _, cell := range s.cells {
			if meansSomething(strings.TrimSpace(cell), o) {
				known++
			}
		}
		if known > bestKnown || known == bestKnown && len(s.cells) > bestCells {
			best, bestKnown, bestCells = separators[i], known, len(s.cells)
		}
	}
	return best
}

func meansSomething(column string, o Options) bool {
	for _, a := range o.Map {
		if strings.EqualFold(a.Column, column) {
			return true
		}
	}
	_, ok := patient.Spelling(column)
	return ok
}
