package merge

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A codeRow is one row of a code file, with the columns asked for.
type codeRow struct {
	line   int
	column []string
}

// codeRows reads a file of codes. One with a header (its first line has one of
// the names of every column that has any) is a CSV; else it is one of the CDC's
// files, separated by bars, of the given width, or, for 0, with NDC codes.
func codeRows(data []byte, width int, columns []string) ([]codeRow, error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	first, _, _ := bytes.Cut(data, []byte("\n"))
	if bytes.IndexByte(first, '|') >= 0 {
		return barRows(data, width)
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord = -1
	lines, err := r.ReadAll()
	if err != nil || len(lines) == 0 { // the parser's message quotes no content
		return nil, fmt.Errorf("%w: no CSV with a header, and no bars: %w", ErrVaccineFile, orEmpty(err))
	}
	place := make([]int, len(columns))
	for i, names := range columns {
		if place[i] = -1; names == "" {
			continue
		}
		for name := range strings.SplitSeq(names, "|") {
			if place[i] < 0 {
				place[i] = slices.IndexFunc(lines[0], func(h string) bool { return strings.EqualFold(strings.TrimSpace(h), name) })
			}
		}
		if place[i] < 0 {
			return nil, fmt.Errorf("%w: no column %s", ErrVaccineFile, strings.ReplaceAll(names, "|", " or "))
		}
	}
	rows := make([]codeRow, 0, len(lines)-1)
	for i, line := range lines[1:] {
		row := codeRow{line: i + 2, column: make([]string, len(columns))}
		for j, p := range place {
			if p >= 0 && p < len(line) {
				row.column[j] = line[p]
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

var errNothing = errors.New("empty")

func orEmpty(err error) error {
	if err == nil {
		return errNothing
	}
	return err
}

func barRows(data []byte, width int) ([]codeRow, error) {
	var rows []codeRow
	line := 0
	for text := range strings.Lines(string(data)) {
		line++
		if text = strings.TrimRight(text, "\r\n"); strings.TrimSpace(text) == "" {
			continue
		}
		columns := strings.Split(text, "|")
		if width == 0 {
			pair, ok := ndcColumns(columns)
			if !ok {
				return nil, fmt.Errorf("%w: line %d: no columns of NDC and CVX", ErrVaccineFile, line)
			}
			columns = pair
		} else if len(columns) < width {
			return nil, fmt.Errorf("%w: line %d: %d columns, not %d", ErrVaccineFile, line, len(columns), width)
		}
		rows = append(rows, codeRow{line, columns})
	}
	return rows, nil
}

// ndcColumns finds NDC and CVX in a row of the CDC's files of units of use (17
// columns) and of sale (16).
func ndcColumns(columns []string) ([]string, bool) {
	switch len(columns) {
	case 17:
		return []string{columns[14], columns[11]}, true
	case 16:
		return []string{columns[14], columns[12]}, true
	}
	return nil, false
}
