package peers

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/idem-health/idem/match/evaluate"
	"github.com/idem-health/idem/match/intake"
	"github.com/idem-health/idem/match/patient"
)

// A Source is a file of records whose people are known.
type Source struct {
	Path  string // CSV, plain or .gz
	Truth string // COLUMN, COLUMN~REGEX or FILE.csv; it is kept from the matchers
	Drop  []string
	Keep  func(id string) bool // nil keeps all records
}

// A Prepared file is what every matcher gets.
type Prepared struct {
	Path     string
	Columns  []string // standard names
	Records  int
	Repeated int // rows of an id that was there before: left out
	Ragged   int // rows of another number of cells: left out
	Names    []string
	person   []int32
	index    map[string]int32
}

// maxNames bounds Prepared.Names.
const maxNames = 20_000

// Prepare writes the file that every matcher gets: the columns that mean
// something, by their standard names; the id first, unique, with the source
// before it where there are several; dates in ISO form; nothing else changed, and
// nothing in it of the truth but what an id may tell.
func Prepare(ctx context.Context, s Source, to string) (*Prepared, error) {
	known, err := parseTruth(s.Truth)
	if err != nil {
		return nil, err
	}
	o := intake.Options{Drop: s.Drop}
	if known.pattern == nil {
		o.Truth = known.column
	}
	reader, err := intake.OpenContext(ctx, []string{s.Path}, o)
	if err != nil {
		return nil, err
	}
	mapping := reader.Mappings()[0]
	if err := reader.Close(); err != nil {
		return nil, err
	}
	rows, closeRows, err := openRows(s.Path, mapping.Delimiter)
	if err != nil {
		return nil, err
	}
	defer closeRows()
	out, err := os.Create(to)
	if err != nil {
		return nil, err
	}
	c := &copier{Prepared: &Prepared{Path: to, index: map[string]int32{}}, source: s, truth: known,
		people: map[string]int32{}, names: map[string]bool{}, out: csv.NewWriter(out)}
	if err = c.plan(rows, mapping); err == nil {
		err = c.copy(ctx, rows)
	}
	c.out.Flush()
	if err = errors.Join(err, c.out.Error(), out.Close()); err != nil {
		return nil, fmt.Errorf("%s: %w", s.Path, err)
	}
	return c.Prepared, nil
}

// openRows reads the raw cells.
func openRows(path, delimiter string) (*csv.Reader, func() error, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	var stream io.Reader = bufio.NewReader(file)
	if strings.HasSuffix(path, ".gz") {
		if stream, err = gzip.NewReader(stream); err != nil {
			return nil, nil, errors.Join(fmt.Errorf("%s: %w", path, err), file.Close())
		}
	}
	rows := csv.NewReader(stream)
	rows.ReuseRecord, rows.TrimLeadingSpace, rows.LazyQuotes, rows.FieldsPerRecord = true, true, true, -1
	if delimiter != "" {
		rows.Comma = []rune(delimiter)[0]
	}
	return rows, file.Close, nil
}

// A copier writes the prepared rows.
type copier struct {
	*Prepared
	source Source
	truth  truth
	out    *csv.Writer
	people map[string]int32
	names  map[string]bool

	cells            int   // of a row
	id, sender, fact int   // columns; -1 is none
	from             []int // column of each field
	layouts          []patient.DateLayout
	dates            []bool
	given, family    int // places in from; -1 is none
	nameless         int // rows without an id
	record           []string
}

// plan decides what is written of each column.
func (c *copier) plan(rows *csv.Reader, mapping intake.Mapping) error {
	header, err := rows.Read()
	if err != nil {
		return fmt.Errorf("header: %w", err)
	}
	roles := map[string]intake.Column{}
	for _, column := range mapping.Columns {
		roles[column.Name] = column
	}
	c.cells, c.id, c.sender, c.fact, c.given, c.family = len(header), -1, -1, -1, -1, -1
	c.Columns = []string{"record_id"}
	for i, name := range header {
		name = strings.TrimSpace(strings.TrimPrefix(name, "\ufeff"))
		if name == c.truth.column && name != "" {
			c.fact = i
		}
		column := roles[name]
		switch column.Role {
		case intake.RoleRecordID:
			c.id = i
		case intake.RoleSource:
			c.sender = i
		case intake.RoleField:
			switch column.Field {
			case "given_name":
				c.given = len(c.from)
			case "family_name":
				c.family = len(c.from)
			}
			c.from, c.Columns = append(c.from, i), append(c.Columns, column.Field)
			c.layouts, c.dates = append(c.layouts, column.Layout), append(c.dates, strings.HasSuffix(column.Field, "_date"))
		}
	}
	if c.fact < 0 && c.truth.column != "" {
		return fmt.Errorf("no column %q for the truth", c.truth.column)
	}
	return c.out.Write(c.Columns)
}

// copy writes the rows.
func (c *copier) copy(ctx context.Context, rows *csv.Reader) error {
	for line := 0; ; line++ {
		row, err := rows.Read()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, csv.ErrFieldCount), err == nil && len(row) != c.cells:
			c.Ragged++
			continue
		case err != nil:
			return err
		case line%4096 == 0 && ctx.Err() != nil:
			return ctx.Err()
		}
		if err := c.row(row); err != nil {
			return err
		}
	}
}

func (c *copier) row(row []string) error {
	id, sender, fact := "", "", ""
	if c.id >= 0 {
		id = strings.TrimSpace(row[c.id])
	}
	if id == "" {
		c.nameless++
		id = fmt.Sprintf("row-%d", c.nameless)
	}
	if c.sender >= 0 {
		sender = strings.TrimSpace(row[c.sender])
	}
	if c.fact >= 0 {
		fact = strings.TrimSpace(row[c.fact])
	}
	if c.source.Keep != nil && !c.source.Keep(id) {
		return nil
	}
	person := c.truth.person(sender, id, fact)
	if sender != "" {
		id = sender + "/" + id
	}
	if _, known := c.index[id]; known {
		c.Repeated++
		return nil
	}
	c.index[id] = int32(len(c.index))
	c.Records++
	c.person = append(c.person, c.number(person))
	c.record = append(c.record[:0], id)
	for k, i := range c.from {
		value := strings.TrimSpace(row[i])
		if c.dates[k] {
			if d := patient.ParseDate(value, c.layouts[k]); d.Known() {
				value = d.String()
			}
		}
		if k == c.given || k == c.family {
			c.name(value)
		}
		c.record = append(c.record, value)
	}
	return c.out.Write(c.record)
}

func (c *copier) number(person string) int32 {
	if person == "" {
		return evaluate.Unknown
	}
	n, known := c.people[person]
	if !known {
		n = int32(len(c.people))
		c.people[person] = n
	}
	return n
}

// name keeps the first distinct names for the string metrics.
func (c *copier) name(value string) {
	if len(c.Names) >= maxNames {
		return
	}
	if value = patient.Fold(value); len(value) > 2 && !c.names[value] {
		c.names[value] = true
		c.Names = append(c.Names, value)
	}
}

// Labelled reports whether anything is known of the people.
func (p *Prepared) Labelled() bool {
	for _, person := range p.person {
		if person >= 0 {
			return true
		}
	}
	return false
}
