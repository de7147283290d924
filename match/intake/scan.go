package intake

import (
	"bytes"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxRow      = 1 << 20 // bytes of one row, line ends included
	maxRowLines = 64      // lines of one row: how far a quoted cell may run
	chunk       = 256 << 10
)

// A scanner cuts a stream into rows and cells, as encoding/csv does with
// leading space trimmed and the number of cells left open, with three
// differences: a quote inside an unquoted cell is a character like any other
// (Robert "Bob"), a row that cannot be read costs its first line only, and
// what a row may take is bounded.
//
// Invariant: 0 <= start <= end <= len(buf); buf[start:end] is read and not
// yet cut.
type scanner struct {
	src        io.Reader
	comma      byte
	limit      int // bytes of one row
	buf        []byte
	start, end int
	eof        bool
	err        error // of src, other than io.EOF

	line    int      // lines passed
	rowLine int      // where the row of cells starts
	cells   []string // the row last read; valid until the next call

	scratch []byte // text of a row with quotes
	ends    []int  // where its cells end
}

func newScanner(src io.Reader, comma byte) *scanner {
	return &scanner{src: src, comma: comma, limit: maxRow, buf: make([]byte, chunk)}
}

// next reads the next row that is not an empty line into cells. A reason other
// than "" means that the row at rowLine was set aside; io.EOF is the end.
func (s *scanner) next() (Reason, error) {
	for {
		n, state := s.findLine(0)
		s.rowLine = s.line + 1
		switch state {
		case lineNone:
			if s.err != nil {
				return "", s.err
			}
			return "", io.EOF
		case lineLong:
			s.skipLine()
			return ReasonLong, s.err
		}
		line, _ := s.content(0, n)
		if len(line) == 0 {
			s.pass(n, 1)
			continue
		}
		if bytes.IndexByte(line, '"') >= 0 {
			return s.quoted(n)
		}
		s.pass(n, 1)
		if reason := textFault(line); reason != "" {
			return reason, nil
		}
		s.cut(string(line))
		return "", nil
	}
}

// pass moves behind n bytes that hold that many lines.
func (s *scanner) pass(n, lines int) {
	s.start += n
	s.line += lines
}

type lineState uint8

const (
	lineFull lineState = iota // ends with a line feed
	lineLast                  // ends with the stream
	lineNone                  // there is none
	lineLong                  // would make the row longer than the limit
)

// findLine finds the line that begins off bytes behind start, and returns
// where it ends, relative to start, its line feed included.
func (s *scanner) findLine(off int) (int, lineState) {
	seen := off
	for {
		if i := bytes.IndexByte(s.buf[s.start+seen:s.end], '\n'); i >= 0 {
			if seen+i >= s.limit {
				return 0, lineLong
			}
			return seen + i + 1, lineFull
		}
		seen = s.end - s.start
		switch {
		case seen > s.limit:
			return 0, lineLong
		case s.eof && s.err == nil && seen > off:
			return seen, lineLast
		case s.eof: // what a failed read left of a line is no row
			return 0, lineNone
		}
		s.fill()
	}
}

// content is the line between two offsets relative to start, without its line
// end, and whether it had one.
func (s *scanner) content(from, to int) (line []byte, ended bool) {
	line = s.buf[s.start+from : s.start+to]
	if n := len(line); line[n-1] == '\n' {
		line, ended = line[:n-1], true
	}
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	return line, ended
}

// fill reads more, moving what is there to the front first.
func (s *scanner) fill() {
	if s.start > 0 {
		copy(s.buf, s.buf[s.start:s.end])
		s.end -= s.start
		s.start = 0
	}
	if s.end == len(s.buf) {
		s.buf = append(s.buf, make([]byte, len(s.buf))...)
	}
	for range 100 {
		n, err := s.src.Read(s.buf[s.end:])
		s.end += n
		if err != nil {
			s.eof = true
			if err != io.EOF {
				s.err = err
			}
		}
		if n > 0 || err != nil {
			return
		}
	}
	s.eof, s.err = true, io.ErrNoProgress
}

// skipLine passes the line at start, however long it is.
func (s *scanner) skipLine() {
	for {
		if i := bytes.IndexByte(s.buf[s.start:s.end], '\n'); i >= 0 {
			s.pass(i+1, 1)
			return
		}
		s.start = s.end
		if s.eof {
			s.line++
			return
		}
		s.fill()
	}
}

// cut slices a row without quotes. One string holds the whole row, so a row
// costs one allocation.
func (s *scanner) cut(row string) {
	cells := s.cells[:0]
	for {
		i := strings.IndexByte(row, s.comma)
		cell := row
		if i >= 0 {
			cell = row[:i]
		}
		if len(cell) > 0 && (cell[0] <= ' ' || cell[0] >= utf8.RuneSelf) {
			cell = s.trim(cell)
		}
		cells = append(cells, cell)
		if i < 0 {
			s.cells = cells
			return
		}
		row = row[i+1:]
	}
}

// trim takes leading space away, as encoding/csv does. Where the separator is
// a tab it takes only what encoding/csv would if tabs were no space: nothing,
// because an empty cell would swallow its neighbour's separator there.
func (s *scanner) trim(cell string) string {
	if s.comma == '\t' {
		return cell
	}
	return strings.TrimLeftFunc(cell, unicode.IsSpace)
}

// quoted reads the row at start, whose first line ends at n and holds a quote.
func (s *scanner) quoted(n int) (Reason, error) {
	end, lines, ok := s.unquote(n)
	if !ok {
		s.pass(n, 1) // the next line is tried afresh
		return ReasonQuote, nil
	}
	raw := s.buf[s.start : s.start+end]
	s.pass(end, lines)
	if reason := textFault(raw); reason != "" {
		return reason, nil
	}
	row, from := string(s.scratch), 0
	s.cells = s.cells[:0]
	for _, to := range s.ends {
		s.cells = append(s.cells, row[from:to])
		from = to
	}
	return "", nil
}

// unquote reads the row at start into scratch and ends. It returns where the
// row ends, relative to start, and how many lines it spans.
func (s *scanner) unquote(n int) (end, lines int, ok bool) {
	s.scratch, s.ends = s.scratch[:0], s.ends[:0]
	end, lines = n, 1
	line, ended := s.content(0, n)
	for {
		if s.comma != '\t' {
			line = bytes.TrimLeftFunc(line, unicode.IsSpace)
		}
		if len(line) == 0 || line[0] != '"' {
			i := bytes.IndexByte(line, s.comma)
			if i < 0 {
				s.endCell(line)
				return end, lines, true
			}
			s.endCell(line[:i])
			line = line[i+1:]
			continue
		}
		line = line[1:]
		for {
			i := bytes.IndexByte(line, '"')
			if i >= 0 {
				s.scratch = append(s.scratch, line[:i]...)
				line = line[i+1:]
				if len(line) > 0 && line[0] == '"' {
					s.scratch = append(s.scratch, '"')
					line = line[1:]
					continue
				}
				break
			}
			// The cell runs on in the next line.
			s.scratch = append(s.scratch, line...)
			s.scratch = append(s.scratch, '\n')
			if !ended || lines == maxRowLines {
				return 0, 0, false
			}
			next, state := s.findLine(end)
			if state == lineNone || state == lineLong {
				return 0, 0, false
			}
			line, ended = s.content(end, next)
			end, lines = next, lines+1
		}
		s.endCell(nil)
		switch {
		case len(line) == 0:
			return end, lines, true
		case line[0] != s.comma:
			return 0, 0, false
		}
		line = line[1:]
	}
}

func (s *scanner) endCell(rest []byte) {
	s.scratch = append(s.scratch, rest...)
	s.ends = append(s.ends, len(s.scratch))
}

// textFault says why a row is not text.
func textFault[T []byte | string](row T) Reason {
	zero, valid := false, false
	switch row := any(row).(type) {
	case []byte:
		zero, valid = bytes.IndexByte(row, 0) >= 0, utf8.Valid(row)
	case string:
		zero, valid = strings.IndexByte(row, 0) >= 0, utf8.ValidString(row)
	}
	switch {
	case zero:
		return ReasonNUL
	case !valid:
		return ReasonInvalidUTF8
	}
	return ""
}
