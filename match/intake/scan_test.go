package intake

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// row is what a scan gives for a row.
type row struct {
	Line   int
	Cells  []string
	Reason Reason
}

func scanAll(t testing.TB, s *scanner) []row {
	t.Helper()
	var rows []row
	for {
		reason, err := s.next()
		if err == io.EOF {
			return rows
		}
		require.NoError(t, err)
		r := row{Line: s.rowLine, Reason: reason}
		if reason == "" {
			r.Cells = append([]string{}, s.cells...)
		}
		rows = append(rows, r)
	}
}

// plainRows is the plain twin of the scanner: a state machine over characters.
func plainRows(text string, comma byte) []row {
	text = strings.ReplaceAll(strings.TrimSuffix(text, "\r"), "\r\n", "\n")
	var rows []row
	for line := 1; text != ""; {
		if text[0] == '\n' {
			text, line = text[1:], line+1
			continue
		}
		r := row{Line: line}
		cells, n, ok := plainRow(text, comma)
		if !ok {
			r.Reason = ReasonQuote
			n = len(text)
			if i := strings.IndexByte(text, '\n'); i >= 0 {
				n = i + 1
			}
		} else if r.Reason = textFault([]byte(text[:n])); r.Reason == "" {
			r.Cells = cells
		}
		line += strings.Count(text[:n], "\n")
		text = text[n:]
		rows = append(rows, r)
	}
	return rows
}

func plainRow(text string, comma byte) (cells []string, n int, ok bool) {
	lines := 1
	for {
		for comma != '\t' && n < len(text) && text[n] != '\n' {
			r, size := utf8.DecodeRuneInString(text[n:])
			if !unicode.IsSpace(r) {
				break
			}
			n += size
		}
		var cell []byte
		if n < len(text) && text[n] == '"' {
			for n++; ; n++ {
				if n == len(text) {
					return nil, 0, false
				}
				if text[n] == '"' {
					if n++; n == len(text) || text[n] != '"' {
						break
					}
				} else if text[n] == '\n' {
					if lines++; lines > maxRowLines {
						return nil, 0, false
					}
				}
				cell = append(cell, text[n])
			}
			if n < len(text) && text[n] != comma && text[n] != '\n' {
				return nil, 0, false
			}
		} else {
			for ; n < len(text) && text[n] != comma && text[n] != '\n'; n++ {
				cell = append(cell, text[n])
			}
		}
		cells = append(cells, string(cell))
		switch {
		case n == len(text):
			return cells, n, true
		case text[n] == '\n':
			return cells, n + 1, true
		}
		n++
	}
}

func TestScanner(t *testing.T) {
	long := strings.Repeat("x", 100)
	for _, tt := range []struct {
		name, text string
		comma      byte
		want       []row
	}{
		{"plain", "a,b\nc,d\n", ',', []row{{1, []string{"a", "b"}, ""}, {2, []string{"c", "d"}, ""}}},
		{"no final newline", "a,b\nc,d", ',', []row{{1, []string{"a", "b"}, ""}, {2, []string{"c", "d"}, ""}}},
		{"CRLF", "a,b\r\nc,d\r\n", ',', []row{{1, []string{"a", "b"}, ""}, {2, []string{"c", "d"}, ""}}},
		{"CRLF without the last one", "a,b\r\nc,d\r", ',', []row{{1, []string{"a", "b"}, ""}, {2, []string{"c", "d"}, ""}}},
		{"empty lines", "\n\na\n\r\n\nb\n\n", ',', []row{{3, []string{"a"}, ""}, {6, []string{"b"}, ""}}},
		{"spaces after commas", "a, b,  , c d ,", ',', []row{{1, []string{"a", "b", "", "c d ", ""}, ""}}},
		{"no-break space", "a,\u00a0b", ',', []row{{1, []string{"a", "b"}, ""}}},
		{"tabs keep empty cells", "a\t\t b\t", '\t', []row{{1, []string{"a", "", " b", ""}, ""}}},
		{"quotes", `"a ""x"" b",  "c,d",""` + "\n", ',', []row{{1, []string{`a "x" b`, "c,d", ""}, ""}}},
		{"quoted line ends", "\"a\r\nb\n\nc\",d\ne", ',', []row{{1, []string{"a\nb\n\nc", "d"}, ""}, {5, []string{"e"}, ""}}},
		{"quotes inside an unquoted cell", `Robert "Bob",Smith` + "\nx,y", ',', []row{{1, []string{`Robert "Bob"`, "Smith"}, ""}, {2, []string{"x", "y"}, ""}}},
		{"unbalanced quote costs its line", "a,\"b\nc,d\ne,f\n", ',', []row{{1, nil, ReasonQuote}, {2, []string{"c", "d"}, ""}, {3, []string{"e", "f"}, ""}}},
		{"text behind a closing quote", "\"a\"b,c\nd", ',', []row{{1, nil, ReasonQuote}, {2, []string{"d"}, ""}}},
		{"quote at the end", "a\n\"", ',', []row{{1, []string{"a"}, ""}, {2, nil, ReasonQuote}}},
		{"zero byte", "a\x00b\nc", ',', []row{{1, nil, ReasonNUL}, {2, []string{"c"}, ""}}},
		{"Latin-1", "Jos\xe9\nc", ',', []row{{1, nil, ReasonInvalidUTF8}, {2, []string{"c"}, ""}}},
		{"halves of a character in two cells", "\"\xc3\",\"\xa9\"\nc", ',', []row{{1, nil, ReasonInvalidUTF8}, {2, []string{"c"}, ""}}},
		{"too long", "a\n" + long + "\nb\n" + long, ',', []row{{1, []string{"a"}, ""}, {2, nil, ReasonLong}, {3, []string{"b"}, ""}, {4, nil, ReasonLong}}},
		{"a quoted cell that is too long", "\"" + strings.Repeat("x\n", 40) + "\"\nb", ',', nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, size := range []int{1, 7, 4096} {
				s := newScanner(strings.NewReader(tt.text), tt.comma)
				s.limit, s.buf = 64, make([]byte, size)
				got := scanAll(t, s)
				if tt.want != nil {
					assert.Equal(t, tt.want, got, "buffer of %d", size)
					continue
				}
				assert.Equal(t, row{1, nil, ReasonQuote}, got[0])
				assert.Equal(t, row{42, []string{"b"}, ""}, got[len(got)-1], "the rest goes on")
			}
		})
	}
}

func TestScannerRowLimit(t *testing.T) {
	for _, n := range []int{62, 63, 64, 65} {
		for _, size := range []int{1, 64, 4096} {
			s := newScanner(strings.NewReader(strings.Repeat("x", n)+"\ny"), ',')
			s.limit, s.buf = 64, make([]byte, size)
			rows := scanAll(t, s)
			assert.Equal(t, n+1 > 64, rows[0].Reason == ReasonLong, "row of %d, buffer of %d", n+1, size)
			assert.Equal(t, []string{"y"}, rows[1].Cells)
		}
	}
}

// An unbalanced quote in each line must not make each line cost a megabyte.
func TestScannerQuotedCellsSpanFewLines(t *testing.T) {
	text := "\"a\n" + strings.Repeat("b\n", 3*maxRowLines)
	rows := scanAll(t, newScanner(strings.NewReader(text), ','))
	require.Len(t, rows, 1+3*maxRowLines)
	assert.Equal(t, ReasonQuote, rows[0].Reason)
	assert.Equal(t, []string{"b"}, rows[1].Cells)
}

func TestScannerReadError(t *testing.T) {
	boom := errors.New("boom")
	for _, text := range []string{"", "a,b\n", "a,b\nc", "a,\"b"} {
		s := newScanner(io.MultiReader(strings.NewReader(text), iotest.ErrReader(boom)), ',')
		var err error
		for err == nil {
			var reason Reason
			reason, err = s.next()
			if err == nil && reason == "" {
				assert.Equal(t, []string{"a", "b"}, s.cells, "what a failed read left of a line is no row")
			}
		}
		assert.ErrorIs(t, err, boom)
	}
}

func FuzzScanner(f *testing.F) {
	f.Add("a,b\r\n\"c\nd\", e\n\n", byte(0), false)
	f.Add("a;\"b\"\"\";c\"\n\"\"", byte(1), true)
	f.Add(" \t\u00a0\"x\"\t,\xc3\x00\r", byte(2), true)
	f.Add("\"\xc3\",\"\xa9\"\r\r\n\"a\"b\nc", byte(3), false)
	f.Fuzz(func(t *testing.T, text string, sep byte, drip bool) {
		comma := separators[int(sep)%len(separators)]
		var src io.Reader = strings.NewReader(text)
		if drip {
			src = iotest.OneByteReader(src)
		}
		s := newScanner(src, comma)
		s.buf = make([]byte, 16)
		got := scanAll(t, s)
		want := plainRows(text, comma)
		require.Equal(t, want, got)
		sameAsEncodingCSV(t, text, comma, got)
	})
}

// sameAsEncodingCSV holds the rows equal to those of encoding/csv, up to the
// first that it refuses.
func sameAsEncodingCSV(t testing.TB, text string, comma byte, got []row) {
	t.Helper()
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.TrimLeadingSpace = rune(comma), -1, comma != '\t'
	for i := 0; ; i++ {
		want, err := r.Read()
		if err == io.EOF {
			require.Len(t, got, i)
			return
		}
		if err != nil {
			if pe, _ := errors.AsType[*csv.ParseError](err); errors.Is(pe.Err, csv.ErrQuote) && i < len(got) {
				require.Equal(t, ReasonQuote, got[i].Reason)
			}
			return
		}
		line, _ := r.FieldPos(0)
		require.Less(t, i, len(got))
		require.Equal(t, line, got[i].Line)
		if got[i].Reason == ReasonNUL || got[i].Reason == ReasonInvalidUTF8 {
			continue
		}
		require.Equal(t, row{line, want, ""}, got[i])
	}
}

const benchRows = 10_000

func benchText() string {
	var text strings.Builder
	text.WriteString("record_id,cluster_id,first_name,surname,dob,sex,postcode,city,phone\n")
	for i := range benchRows {
		fmt.Fprintf(&text, "r%08d,21283,nugela,zaidaiton,1996-02-22,F,37061,chiecheleyville,2739159868\n", i)
	}
	return text.String()
}

// BenchmarkScanner reads rows of nine columns, beside encoding/csv.
func BenchmarkScanner(b *testing.B) {
	text := benchText()
	perRow := func(b *testing.B) {
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*benchRows), "ns/row")
	}
	b.Run("own", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			s := newScanner(strings.NewReader(text), ',')
			for {
				if _, err := s.next(); err != nil {
					break
				}
			}
		}
		perRow(b)
	})
	b.Run("encoding_csv", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			r := csv.NewReader(strings.NewReader(text))
			r.ReuseRecord, r.TrimLeadingSpace = true, true
			for {
				if _, err := r.Read(); err != nil {
					break
				}
			}
		}
		perRow(b)
	})
}
