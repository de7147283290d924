package patient

import (
	"fmt"
	"strings"
)

// A DateLayout says how dates are written: "" is ISO or HL7 (YYYY-MM-DD,
// YYYYMMDD with or without a time behind it, YYYY-MM, YYYYMM, YYYY); anything
// else is a pattern of YYYY, MM, DD (two digits), M, D (one or two) and
// separators, such as "MMDDYYYY", "DD.MM.YYYY" or "M/D/YYYY". There is no
// two-digit year: its century would be a guess.
type DateLayout string

// A FieldLayout is how the dates of a field are written in a source.
type FieldLayout struct {
	Source string     `json:"source,omitempty"` // "" is any
	Field  string     `json:"field"`
	Layout DateLayout `json:"layout"`
}

// Validate reports a field that is no date, or a layout that is none.
func (l FieldLayout) Validate() error {
	if !IsDate(l.Field) {
		return fmt.Errorf("patient: layout: %q is not the field of a date", l.Field)
	}
	if !l.Layout.Valid() {
		return fmt.Errorf("patient: layout of %s: %q is not a date layout", l.Field, string(l.Layout))
	}
	return nil
}

// layouts are the candidates of [InferDateLayout], in order of preference.
var layouts = [...]DateLayout{
	"", "YYYY-M-D",
	"MM/DD/YYYY", "M/D/YYYY", "DD/MM/YYYY", "D/M/YYYY",
	"MMDDYYYY", "DDMMYYYY", "YYYYDDMM",
	"MM-DD-YYYY", "M-D-YYYY", "DD-MM-YYYY", "D-M-YYYY",
	"DD.MM.YYYY", "D.M.YYYY", "MM.DD.YYYY", "M.D.YYYY",
	"YYYY/MM/DD", "YYYY/M/D", "YYYY/DD/MM", "YYYY-DD-MM", "YYYY.MM.DD",
}

// Valid reports whether the layout is "" or a pattern that has a year once and
// month and day at most once.
func (l DateLayout) Valid() bool {
	if l == "" {
		return true
	}
	seen := map[byte]int{}
	for i := 0; i < len(l); {
		c, n := run(string(l), i)
		switch c {
		case 'Y':
			if n != 4 {
				return false
			}
			seen[c]++
		case 'M', 'D':
			if n > 2 {
				return false
			}
			// One or two digits with no separator behind them cannot be told apart.
			if n == 1 && i+1 < len(l) && strings.IndexByte("YMD", l[i+1]) >= 0 {
				return false
			}
			seen[c]++
		default:
			if c >= 0x80 || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' {
				return false
			}
		}
		i += n
	}
	return seen['Y'] == 1 && seen['M'] <= 1 && seen['D'] <= 1
}

// run returns the byte at i and how often it stands there in a row.
func run(s string, i int) (c byte, n int) {
	for c = s[i]; i+n < len(s) && s[i+n] == c; n++ {
	}
	return c, n
}

// ParseDate reads a date by the layout and never guesses: a text of any other
// form comes back with its Text alone. Parts written as zeros are unknown.
func ParseDate(text string, layout DateLayout) Date {
	d := Date{Text: text}
	s := strings.TrimSpace(text)
	if len(s) < 4 || len(s) > 40 {
		return d
	}
	var y, m, day int
	var ok bool
	if layout == "" {
		y, m, day, ok = parseISO(s)
	} else {
		y, m, day, ok = parsePattern(s, string(layout))
	}
	if ok && y > 0 {
		d.Year, d.Month, d.Day = uint16(y), uint8(m), uint8(day)
	}
	return d
}

// parseISO reads the ISO and HL7 forms.
func parseISO(s string) (y, m, d int, ok bool) {
	n := leadingDigits(s)
	rest := s[n:]
	switch {
	case n == 4 && rest == "":
		return number(s[:4]), 0, 0, true
	case n == 4 && rest[0] == '-':
		if len(rest) < 3 || leadingDigits(rest[1:]) != 2 {
			return 0, 0, 0, false
		}
		y, m, rest = number(s[:4]), number(rest[1:3]), rest[3:]
		if rest == "" {
			return y, m, 0, true
		}
		if len(rest) < 3 || rest[0] != '-' || leadingDigits(rest[1:]) != 2 {
			return 0, 0, 0, false
		}
		return y, m, number(rest[1:3]), timeOrNothing(rest[3:])
	case n == 6 && rest == "":
		// Six digits that are no year and month are some other form of date.
		m = number(s[4:6])
		return number(s[:4]), m, 0, m <= 12
	case n == 8:
		return number(s[:4]), number(s[4:6]), number(s[6:8]), timeOrNothing(rest)
	case n == 10 || n == 12 || n == 14: // HL7 time stamp
		return number(s[:4]), number(s[4:6]), number(s[6:8]), rest == "" || strings.IndexByte(".+-Z", rest[0]) >= 0
	}
	return 0, 0, 0, false
}

// parsePattern reads s by a pattern.
func parsePattern(s, pattern string) (y, m, d int, ok bool) {
	for i := 0; i < len(pattern); {
		c, n := run(pattern, i)
		i += n
		if c != 'Y' && c != 'M' && c != 'D' {
			for ; n > 0; n-- {
				if s == "" || s[0] != c {
					return 0, 0, 0, false
				}
				s = s[1:]
			}
			continue
		}
		have := leadingDigits(s)
		if n == 1 {
			n = min(have, 2)
		}
		if n == 0 || n > 4 || have < n {
			return 0, 0, 0, false
		}
		v := number(s[:n])
		switch c {
		case 'Y':
			y = v
		case 'M':
			m = v
		default:
			d = v
		}
		s = s[n:]
	}
	return y, m, d, m < 100 && d < 100 && timeOrNothing(s)
}

// timeOrNothing reports whether what follows a date is nothing or a time.
func timeOrNothing(s string) bool {
	return s == "" || (s[0] == ' ' || s[0] == 'T') && len(s) > 1 && leadingDigits(s[1:]) > 0
}

func leadingDigits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}

// number reads up to nine digits.
func number(digits string) int {
	v := 0
	for i := range len(digits) {
		v = v*10 + int(digits[i]-'0')
	}
	return v
}

// InferDateLayout returns the layout that most of the values fit, and how many
// do. A value fits when it reads as a day that the calendar has, between the
// years 1500 and 2200. Ties go to ISO, then to month first.
func InferDateLayout(values []string) (layout DateLayout, fits int) {
	for i, l := range layouts {
		n := 0
		for _, v := range values {
			if d := ParseDate(v, l); d.Year >= 1500 && d.Year <= 2200 && d.possible() {
				n++
			}
		}
		if i == 0 || n > fits {
			layout, fits = l, n
		}
	}
	return layout, fits
}
