package intake

import (
	"fmt"
	"io"
	"strings"

	"github.com/idem-health/idem/match/patient"
)

// Options says how files are read. The zero value is ready to use.
type Options struct {
	// Map assigns columns to fields; it wins over recognition.
	Map []Assignment
	// Drop names columns that are not read at all.
	Drop []string
	// Truth names the column that says which person a record belongs to. It is
	// never a field; its value is an attribute of the record, unless the column
	// is the record id.
	Truth string
	// Layouts are the date layouts of an earlier run, used instead of inferring
	// them. A layout of the same source wins over one with no source.
	Layouts []Layout
	// Reject is told of every row that is set aside, once, whichever pass meets
	// it first. An error ends the pass.
	Reject func(Reject) error
	// Progress is told how many bytes of all files a pass has read, compressed
	// as they are, and how many there are. It is called every 256 kB or so.
	Progress func(done, total int64)
	// Stdin is what "-" reads; nil means os.Stdin.
	Stdin io.Reader
	// TempDir is where standard input is kept for a second pass; "" means the
	// default of the system.
	TempDir string
	// Decompressors unpack what is compressed otherwise than by gzip.
	Decompressors []Decompressor
	// Formats read files that are not text.
	Formats []Format
}

// A Decompressor unpacks a compression that this package does not know, such
// as zstd. It is found by what a file begins with.
type Decompressor struct {
	Magic     string // what its files begin with
	Extension string // such as ".zst": it is no part of the name of a source
	// Open begins to unpack. The reader must bound its own memory whatever it
	// is given; how much comes out of it is bounded here.
	Open func(io.Reader) (io.ReadCloser, error)
}

// A Format is a kind of file that is not text, such as Parquet. It is found by
// what a file begins with, and is not looked for inside a compression.
type Format struct {
	Magic string
	// Open opens a file at its first row. It must not panic, and must bound its
	// own memory, whatever it is given.
	Open func(file io.ReaderAt, size int64) (Table, error)
}

// A Table is an open file of a [Format].
type Table interface {
	// Columns returns the names of the columns.
	Columns() []string
	// Next returns the cells of the next row, one for each column, and io.EOF
	// after the last. The slice may be reused; the strings may not.
	Next() ([]string, error)
	Close() error
}

// An Assignment says that a column holds a field, and how dates in it are
// written where that is not to be inferred.
type Assignment struct {
	Field, Column string
	Layout        patient.DateLayout
	HasLayout     bool // Layout was given; its zero value is a layout too
}

// A Layout is how the dates of a field are written in a source.
type Layout = patient.FieldLayout

// ParseAssignment reads "field=column" or, for a date, "field=column:layout",
// such as birth_date=born:MM/DD/YYYY. ISO as a layout is the zero layout:
// YYYY-MM-DD or HL7.
func ParseAssignment(text string) (Assignment, error) {
	name, column, ok := strings.Cut(text, "=")
	name, column = strings.TrimSpace(name), strings.TrimSpace(column)
	if !ok || name == "" || column == "" {
		return Assignment{}, fmt.Errorf("intake: %q is not field=column or field=column:layout", text)
	}
	if !patient.IsStandardName(name) {
		return Assignment{}, fmt.Errorf("intake: %q %w; fields are %s", name, ErrUnknownField, strings.Join(patient.StandardNames(), ", "))
	}
	a := Assignment{Field: name, Column: column}
	i := strings.LastIndexByte(column, ':')
	if layout := strings.TrimSpace(column[i+1:]); i > 0 && patient.IsDate(name) && isLayout(layout) {
		a.Column, a.Layout, a.HasLayout = strings.TrimSpace(column[:i]), patient.DateLayout(layout), true
		if a.Layout == isoLayout {
			a.Layout = ""
		}
		if !a.Layout.Valid() {
			return Assignment{}, fmt.Errorf("intake: %q is not a date layout; it needs YYYY once, MM or M and DD or D at most once, such as MM/DD/YYYY", a.Layout)
		}
	}
	return a, nil
}

// isoLayout is how a caller spells the zero layout.
const isoLayout = "ISO"

// isLayout reports whether text is meant as a date layout: a column's name may
// hold a colon of its own.
func isLayout(text string) bool {
	return text == isoLayout || strings.Contains(text, "Y") && strings.Trim(text, "YMD/.- ") == ""
}

// Names of fields this package treats on their own.
const (
	fieldRecordID  = "record_id"
	fieldSource    = "source"
	fieldBirthDate = "birth_date"
)
