package peers

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
)

// A truth says which person a row is of.
type truth struct {
	column  string
	pattern *regexp.Regexp       // its first group is the person; nil is the whole value
	file    map[[2]string]string // or by source and record id
}

// parseTruth reads COLUMN, COLUMN~REGEX or the name of a CSV file with the
// columns record_id, person_id and, if there are several, source.
func parseTruth(text string) (truth, error) {
	if strings.HasSuffix(strings.ToLower(text), ".csv") {
		return readTruth(text)
	}
	column, pattern, found := strings.Cut(text, "~")
	t := truth{column: column}
	if !found {
		return t, nil
	}
	re, err := regexp.Compile(pattern)
	switch {
	case err != nil:
		return truth{}, fmt.Errorf("truth: %w", err)
	case re.NumSubexp() < 1:
		return truth{}, errors.New("truth: COLUMN~REGEX needs a group that is the person")
	}
	t.pattern = re
	return t, nil
}

func readTruth(path string) (truth, error) {
	t := truth{file: map[[2]string]string{}}
	rows, err := openTable(path, "record_id", "person_id")
	if err != nil {
		return truth{}, err
	}
	defer rows.Close()
	for {
		row, err := rows.next()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		if err != nil {
			return truth{}, err
		}
		t.file[[2]string{rows.cell(row, "source"), rows.cell(row, "record_id")}] = rows.cell(row, "person_id")
	}
}

// person is the person of a row; "" is not known.
func (t truth) person(source, id, value string) string {
	if t.file != nil {
		if p, known := t.file[[2]string{source, id}]; known {
			return p
		}
		return t.file[[2]string{"", id}]
	}
	if t.pattern == nil {
		return value
	}
	if found := t.pattern.FindStringSubmatch(value); found != nil {
		return found[1]
	}
	return ""
}

// A table is an open CSV file with a header.
type table struct {
	*csv.Reader
	file  *os.File
	name  string
	index map[string]int
}

// openTable opens a CSV file that must have these columns.
func openTable(path string, need ...string) (*table, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	t := &table{Reader: csv.NewReader(file), file: file, name: path, index: map[string]int{}}
	t.ReuseRecord = true
	header, err := t.Read()
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("%s: header: %w", path, err)
	}
	for i, name := range slices.Clone(header) {
		t.index[strings.TrimPrefix(name, "\ufeff")] = i
	}
	for _, name := range need {
		if _, found := t.index[name]; !found {
			file.Close()
			return nil, fmt.Errorf("%s has no column %s", path, name)
		}
	}
	return t, nil
}

func (t *table) has(name string) bool { _, found := t.index[name]; return found }

func (t *table) next() ([]string, error) {
	row, err := t.Read()
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("%s: %w", t.name, err)
	}
	return row, err
}

func (t *table) cell(row []string, name string) string {
	if i, found := t.index[name]; found {
		return row[i]
	}
	return ""
}

func (t *table) Close() error { return t.file.Close() }

// ignoreAbsent forgives a file that need not be there.
func ignoreAbsent(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
