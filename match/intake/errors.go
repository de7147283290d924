package intake

import (
	"errors"
	"fmt"
)

// The ways a file cannot be used. A missing file is [io/fs.ErrNotExist].
var (
	ErrDirectory    = errors.New("is a directory, not a file")
	ErrEmpty        = errors.New("is empty")
	ErrHeaderOnly   = errors.New("has a header line and no record")
	ErrNoColumns    = errors.New("has no column that means anything to matching")
	ErrAbsentColumn = errors.New("names a column that is not in the file")
	ErrTwoColumns   = errors.New("has two columns for one field")
	ErrUnknownField = errors.New("is not a field")
	ErrEncoding     = errors.New("is not UTF-8 text")
	ErrFormat       = errors.New("is not a file of records")
	ErrUnreadable   = errors.New("has no row that can be read")
	ErrSameSource   = errors.New("has the same source name as another file")
	ErrChanged      = errors.New("has changed while it was read")
	ErrBomb         = errors.New("unpacks to hundreds of times its size, which no table of people does")
)

// An Error says what is wrong with a file and what to do about it. It wraps
// one of the errors above, or that of the operating system.
type Error struct {
	File string // as the caller named it
	Line int    // 0 where no line is meant
	Err  error
	Do   string // what helps, a sentence without a full stop; may be empty
}

func (e *Error) Error() string {
	at := e.File
	if e.Line > 0 {
		at = fmt.Sprintf("%s, line %d", e.File, e.Line)
	}
	if e.Do == "" {
		return fmt.Sprintf("intake: %s: %v", at, e.Err)
	}
	return fmt.Sprintf("intake: %s: %v: %s", at, e.Err, e.Do)
}

// Unwrap returns the reason.
func (e *Error) Unwrap() error { return e.Err }

// A Reason says why a row was set aside. Its text is a code, the same in every
// release.
type Reason string

// The reasons.
const (
	ReasonRagged      Reason = "ragged_row"       // more or fewer cells than the header has
	ReasonQuote       Reason = "unbalanced_quote" // a quoted cell never ends, or text follows its closing quote
	ReasonNUL         Reason = "nul_byte"         // a zero byte: not text
	ReasonInvalidUTF8 Reason = "invalid_utf8"     // bytes of another character set
	ReasonLong        Reason = "row_too_long"     // longer than 1 MB
	ReasonEmpty       Reason = "empty_row"        // separators and nothing else
	ReasonJSON        Reason = "not_json_object"  // a line of NDJSON that is no whole JSON object
)

// Meaning says in words what a reason means and what helps.
func (r Reason) Meaning() string {
	switch r {
	case ReasonRagged:
		return "more or fewer cells than the header line"
	case ReasonQuote:
		return "a quotation mark without its partner"
	case ReasonNUL:
		return "zero bytes, which text does not have"
	case ReasonInvalidUTF8:
		return "not UTF-8; convert the file: iconv -f WINDOWS-1252 -t UTF-8 FILE > NEW"
	case ReasonLong:
		return "longer than 1 MB"
	case ReasonEmpty:
		return "no value at all"
	case ReasonJSON:
		return "not one whole JSON object on the line"
	}
	return string(r)
}

// A Reject is a row that was set aside.
type Reject struct {
	File   string // as the caller named it
	Source string
	Line   int // where the row starts; the header is line 1
	Reason Reason
}
