package hl7

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Bounds of a message. A message of a real sender is a tenth of them.
const (
	MaxBytes    = 512 << 10
	MaxSegments = 5000
	maxFields   = 120
	maxRepeats  = 50
	maxText     = 1024 // bytes of one value
)

// ErrMessage is what every error of Parse wraps.
var ErrMessage = errors.New("hl7: no message of version 2")

// delimiters are the separators that a message declares in MSH-1 and MSH-2.
type delimiters struct{ field, component, repeat, escape, sub byte }

var standard = delimiters{'|', '^', '~', '\\', '&'}

// A Message is a message taken apart into segments.
type Message struct {
	Segments []Segment
	d        delimiters
}

// A Segment is one line of a message.
type Segment struct {
	Name   string
	Number int // among the segments of its name, from 1
	fields []string
	d      *delimiters
}

// A Field is one repetition of a field.
type Field struct {
	text string
	d    *delimiters
}

// Parse takes a message apart. Segments end with a carriage return, a line feed or
// both; the frame of the lower layer protocol around the message may be there.
func Parse(data []byte) (*Message, error) {
	if len(data) > MaxBytes {
		return nil, fmt.Errorf("%w: it is larger than %d bytes", ErrMessage, MaxBytes)
	}
	text := strings.Trim(string(data), "\x0b\x1c\r\n \t\ufeff")
	if !utf8.ValidString(text) {
		text = latin1(text)
	}
	if strings.HasPrefix(text, "FHS") || strings.HasPrefix(text, "BHS") {
		return nil, fmt.Errorf("%w: it is a batch; send its messages one by one", ErrMessage)
	}
	if len(text) < 9 || !strings.HasPrefix(text, "MSH") {
		return nil, fmt.Errorf("%w: it does not begin with MSH", ErrMessage)
	}
	m := &Message{d: delimiters{text[3], text[4], text[5], text[6], text[7]}}
	if text[8] != m.d.field && !(text[8] == '#' && len(text) > 9 && text[9] == m.d.field) || !m.d.valid() {
		return nil, fmt.Errorf("%w: MSH-1 and MSH-2 do not declare five different separators", ErrMessage)
	}
	count := map[string]int{}
	for line := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\r' || r == '\n' }) {
		if line = strings.TrimRight(line, " \t"); line == "" {
			continue
		}
		if len(m.Segments) == MaxSegments {
			return nil, fmt.Errorf("%w: it has more than %d segments", ErrMessage, MaxSegments)
		}
		fields := strings.Split(line, string(m.d.field))
		name := fields[0]
		if len(name) != 3 || strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" {
			return nil, fmt.Errorf("%w: segment %d has no name of three letters", ErrMessage, len(m.Segments)+1)
		}
		if len(fields) > maxFields {
			return nil, fmt.Errorf("%w: segment %d has more than %d fields", ErrMessage, len(m.Segments)+1, maxFields)
		}
		count[name]++
		if name == "MSH" {
			if count[name] > 1 {
				return nil, fmt.Errorf("%w: there are two of them; send them one by one", ErrMessage)
			}
			fields = append([]string{name, string(m.d.field)}, fields[1:]...) // MSH-1 is the separator itself
		}
		m.Segments = append(m.Segments, Segment{name, count[name], fields, &m.d})
	}
	return m, nil
}

func (d delimiters) valid() bool {
	all := []byte{d.field, d.component, d.repeat, d.escape, d.sub}
	for i, a := range all {
		letter := a >= 'A' && a <= 'Z' || a >= 'a' && a <= 'z' || a >= '0' && a <= '9'
		if a <= ' ' || a >= 0x7f || letter {
			return false
		}
		for _, b := range all[:i] {
			if a == b {
				return false
			}
		}
	}
	return true
}

func latin1(s string) string {
	runes := make([]rune, len(s))
	for i := range len(s) {
		runes[i] = rune(s[i])
	}
	return string(runes)
}

// Segment returns the first segment of a name; an empty one if there is none.
func (m *Message) Segment(name string) Segment {
	for _, s := range m.Segments {
		if s.Name == name {
			return s
		}
	}
	return Segment{d: &m.d}
}

// Has reports whether the segment is there.
func (s Segment) Has() bool { return s.Name != "" }

// Get returns a component of the first repetition of a field, both counted from 1.
func (s Segment) Get(field, component int) string { return s.Field(field).Get(component) }

// Field returns the first repetition of a field.
func (s Segment) Field(n int) Field {
	if all := s.Repeats(n); len(all) > 0 {
		return all[0]
	}
	return Field{"", s.d}
}

// Repeats returns the repetitions of a field, those without a value left out.
func (s Segment) Repeats(n int) []Field {
	if n <= 0 || n >= len(s.fields) {
		return nil
	}
	text := s.fields[n]
	if s.Name == "MSH" && n <= 2 {
		return []Field{{text, s.d}}
	}
	var list []Field
	for part := range strings.SplitSeq(text, string(s.d.repeat)) {
		if part != "" && part != `""` && len(list) < maxRepeats {
			list = append(list, Field{part, s.d})
		}
	}
	return list
}

// Empty reports whether nothing was sent.
func (f Field) Empty() bool { return f.text == "" }

// Get returns a component, counted from 1: of several subcomponents the first.
func (f Field) Get(component int) string { return f.Sub(component, 1) }

// Sub returns a subcomponent, both counted from 1. The HL7 null ("") is none.
func (f Field) Sub(component, sub int) string {
	if f.text == "" {
		return ""
	}
	part, ok := nth(f.text, f.d.component, component)
	if !ok {
		return ""
	}
	if part, ok = nth(part, f.d.sub, sub); !ok || part == `""` {
		return ""
	}
	return f.d.unescape(part)
}

func nth(s string, by byte, n int) (string, bool) {
	for ; n > 1; n-- {
		i := strings.IndexByte(s, by)
		if i < 0 {
			return "", false
		}
		s = s[i+1:]
	}
	if i := strings.IndexByte(s, by); i >= 0 {
		s = s[:i]
	}
	return s, true
}

// unescape writes out the escapes of separators, hexadecimal bytes and line
// breaks; what it does not know stays as it is.
func (d *delimiters) unescape(s string) string {
	if strings.IndexByte(s, d.escape) >= 0 {
		var b strings.Builder
		for {
			i := strings.IndexByte(s, d.escape)
			if i < 0 {
				break
			}
			j := strings.IndexByte(s[i+1:], d.escape)
			if j < 0 {
				break
			}
			b.WriteString(s[:i])
			code := s[i+1 : i+1+j]
			if text, ok := d.escaped(code); ok {
				b.WriteString(text)
			} else {
				b.WriteString(s[i : i+j+2])
			}
			s = s[i+j+2:]
		}
		b.WriteString(s)
		s = b.String()
	}
	s = strings.TrimSpace(s)
	if len(s) > maxText {
		s = strings.ToValidUTF8(s[:maxText], "")
	}
	return s
}

func (d *delimiters) escaped(code string) (string, bool) {
	switch code {
	case "F":
		return string(d.field), true
	case "S":
		return string(d.component), true
	case "R":
		return string(d.repeat), true
	case "E":
		return string(d.escape), true
	case "T":
		return string(d.sub), true
	case ".br", ".sp":
		return " ", true
	case "H", "N":
		return "", true
	}
	if len(code) < 3 || code[0] != 'X' || len(code)%2 == 0 {
		return "", false
	}
	var b []byte
	for i := 1; i < len(code); i += 2 {
		var c byte
		if n, err := fmt.Sscanf(code[i:i+2], "%02X", &c); n != 1 || err != nil || c < ' ' {
			return "", false
		}
		b = append(b, c)
	}
	if !utf8.Valid(b) {
		return latin1(string(b)), true
	}
	return string(b), true
}

// translate writes a field in the standard separators.
func (d *delimiters) translate(field string) string {
	if field == "" || field == `""` {
		return field
	}
	split := func(s string, by, standard byte, each func(string) string) string {
		parts := strings.Split(s, string(by))
		for i := range parts {
			parts[i] = each(parts[i])
		}
		return strings.Join(parts, string(standard))
	}
	return split(field, d.repeat, standard.repeat, func(s string) string {
		return split(s, d.component, standard.component, func(s string) string {
			return split(s, d.sub, standard.sub, func(s string) string { return escape(d.unescape(s)) })
		})
	})
}

// escape is the inverse of unescape for the standard separators; control
// characters become spaces.
func escape(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '|':
			b.WriteString(`\F\`)
		case r == '^':
			b.WriteString(`\S\`)
		case r == '~':
			b.WriteString(`\R\`)
		case r == '\\':
			b.WriteString(`\E\`)
		case r == '&':
			b.WriteString(`\T\`)
		case r < ' ' || r == 0x7f:
			b.WriteByte(' ')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
