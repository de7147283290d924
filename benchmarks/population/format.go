package population

import (
	"io"
	"strings"
	"unicode/utf8"
)

// flushAt is how much a writer gathers before it writes.
const flushAt = 1 << 18

// lineWriter gathers lines.
type lineWriter struct {
	to     io.Writer
	buffer []byte
	line   func(r *Row, dst []byte) []byte
}

func (w *lineWriter) WriteRow(r *Row) error {
	if w.buffer = w.line(r, w.buffer); len(w.buffer) < flushAt {
		return nil
	}
	return w.Close()
}

func (w *lineWriter) Close() error {
	_, err := w.to.Write(w.buffer)
	w.buffer = w.buffer[:0]
	return err
}

// NewCSV returns a writer of CSV with a header of the standard names.
func NewCSV(w io.Writer) RowWriter {
	header := append([]byte(strings.Join(columnNames[:], ",")), '\n')
	return &lineWriter{to: w, buffer: header, line: (*Row).AppendCSV}
}

// NewNDJSON returns a writer of one JSON object a line, with the standard names
// as keys; missing values are left out.
func NewNDJSON(w io.Writer) RowWriter { return &lineWriter{to: w, line: (*Row).AppendJSON} }

// AppendCSV appends the record as a line of CSV.
func (r *Row) AppendCSV(dst []byte) []byte {
	for c := range NumColumns {
		if c > 0 {
			dst = append(dst, ',')
		}
		dst = appendCell(dst, r.Value(c))
	}
	return append(dst, '\n')
}

// appendCell appends a cell, in quotes where it needs them: also around blanks
// at its ends, which some readers drop.
func appendCell(dst []byte, v string) []byte {
	if v == "" {
		return dst
	}
	plain := v[0] != ' ' && v[len(v)-1] != ' '
	for i := 0; plain && i < len(v); i++ {
		plain = v[i] != ',' && v[i] != '"' && v[i] >= ' '
	}
	if plain {
		return append(dst, v...)
	}
	dst = append(dst, '"')
	for i := range len(v) {
		if v[i] == '"' {
			dst = append(dst, '"')
		}
		dst = append(dst, v[i])
	}
	return append(dst, '"')
}

// AppendJSON appends the record as a line of JSON.
func (r *Row) AppendJSON(dst []byte) []byte {
	dst = append(dst, '{')
	first := true
	for c := range NumColumns {
		v := r.Value(c)
		if v == "" {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = append(append(append(dst, '"'), columnNames[c]...), `":`...)
		dst = appendString(dst, v)
	}
	return append(dst, "}\n"...)
}

// appendString appends a JSON string.
func appendString(dst []byte, v string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	for i := 0; i < len(v); {
		c := v[i]
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c < ' ':
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		case c < utf8.RuneSelf:
			dst = append(dst, c)
		default:
			r, size := utf8.DecodeRuneInString(v[i:])
			dst = utf8.AppendRune(dst, r)
			i += size
			continue
		}
		i++
	}
	return append(dst, '"')
}
