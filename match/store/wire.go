package store

import (
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/idem-health/idem/match/patient"
)

// wire writes or reads canonical JSON: the members of an object in a fixed
// order, those without a value left out, no spaces, only what must be escaped
// escaped. One description of a record (see [describe]) serves both directions,
// so that they cannot differ.
//
// A text that is no valid UTF-8, which JSON cannot hold, is written as
// {"base64":"..."}.
type wire struct {
	reading bool
	dst     []byte
	comma   bool   // writing: the object has a member already; reading: it must have a comma
	src     string // reading: what is left
	err     error  // reading
}

var errPayload = errors.New("it is not the JSON that this package writes")

func (w *wire) fail() { w.err = errPayload }

// skip takes a text off what is left, if it begins so.
func (w *wire) skip(text string) bool {
	rest, ok := strings.CutPrefix(w.src, text)
	if ok {
		w.src = rest
	}
	return ok
}

func (w *wire) want(text string) {
	if !w.skip(text) {
		w.fail()
	}
}

// member begins a member of an object: writing, its name; reading, it says
// whether the next one has the name.
func (w *wire) member(name string, present bool) bool {
	if !w.reading {
		if !present {
			return false
		}
		if w.comma {
			w.dst = append(w.dst, ',')
		}
		w.comma = true
		w.dst = append(w.dst, '"')
		w.dst = append(w.dst, name...)
		w.dst = append(w.dst, '"', ':')
		return true
	}
	rest := w.src
	if w.err != nil || w.comma && !strings.HasPrefix(rest, ",") {
		return false
	}
	if w.comma {
		rest = rest[1:]
	}
	if len(rest) < len(name)+3 || rest[0] != '"' || rest[1:1+len(name)] != name || rest[1+len(name)] != '"' || rest[2+len(name)] != ':' {
		return false
	}
	w.src, w.comma = rest[len(name)+3:], true
	return true
}

func (w *wire) object(members func()) {
	outer := w.comma
	w.comma = false
	if w.reading {
		w.want("{")
		members()
		w.want("}")
	} else {
		w.dst = append(w.dst, '{')
		members()
		w.dst = append(w.dst, '}')
	}
	w.comma = outer
}

func (w *wire) text(name string, v *string) {
	if w.member(name, *v != "") {
		w.value(v)
	}
}

func (w *wire) value(v *string) {
	switch {
	case w.reading:
		*v = w.readText()
	case utf8.ValidString(*v):
		w.dst = appendText(w.dst, *v)
	default:
		w.dst = append(w.dst, `{"base64":"`...)
		w.dst = base64.StdEncoding.AppendEncode(w.dst, []byte(*v))
		w.dst = append(w.dst, `"}`...)
	}
}

const hexDigits = "0123456789abcdef"

func appendText(dst []byte, s string) []byte {
	dst = append(dst, '"')
	from := 0
	for i := range len(s) {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[from:i]...)
		if c < ' ' {
			dst = append(dst, `\u00`...)
			dst = append(dst, hexDigits[c>>4], hexDigits[c&15])
		} else {
			dst = append(dst, '\\', c)
		}
		from = i + 1
	}
	dst = append(dst, s[from:]...)
	return append(dst, '"')
}

func (w *wire) readText() string {
	if w.skip(`{"base64":"`) {
		encoded, rest, ok := strings.Cut(w.src, `"}`)
		data, err := base64.StdEncoding.Strict().DecodeString(encoded)
		if !ok || err != nil || utf8.Valid(data) {
			w.fail()
			return ""
		}
		w.src = rest
		return string(data)
	}
	w.want(`"`)
	if w.err != nil {
		return ""
	}
	end := strings.IndexAny(w.src, `"\`)
	if end < 0 {
		w.fail()
		return ""
	}
	if w.src[end] == '"' {
		s := w.src[:end] // shares the memory of the payload
		w.src = w.src[end+1:]
		return s
	}
	return w.unescape(end)
}

// unescape reads the rest of a text that has an escape at the offset.
func (w *wire) unescape(at int) string {
	s := []byte(w.src[:at])
	for i := at; i < len(w.src); {
		c := w.src[i]
		switch {
		case c == '"':
			w.src = w.src[i+1:]
			return string(s)
		case c != '\\':
			s = append(s, c)
			i++
		case i+1 < len(w.src) && (w.src[i+1] == '"' || w.src[i+1] == '\\'):
			s = append(s, w.src[i+1])
			i += 2
		case i+6 <= len(w.src) && w.src[i+1:i+4] == "u00":
			n, err := strconv.ParseUint(w.src[i+4:i+6], 16, 8)
			if err != nil || n >= ' ' {
				w.fail()
				return ""
			}
			s = append(s, byte(n))
			i += 6
		default:
			w.fail()
			return ""
		}
	}
	w.fail()
	return ""
}

func (w *wire) flag(name string, v *bool) {
	if w.member(name, *v) {
		if w.reading {
			w.want("true")
			*v = true
			return
		}
		w.dst = append(w.dst, "true"...)
	}
}

// number is an unsigned number of at most the given bits; 0 is left out.
func number[T ~uint8 | ~uint16](w *wire, name string, v *T) {
	if !w.member(name, *v != 0) {
		return
	}
	if !w.reading {
		w.dst = strconv.AppendUint(w.dst, uint64(*v), 10)
		return
	}
	end := 0
	for end < len(w.src) && w.src[end] >= '0' && w.src[end] <= '9' {
		end++
	}
	n, err := strconv.ParseUint(w.src[:end], 10, 16)
	if err != nil || uint64(T(n)) != n {
		w.fail()
		return
	}
	*v = T(n)
	w.src = w.src[end:]
}

func (w *wire) date(name string, d *patient.Date) {
	if w.member(name, !d.IsZero()) {
		w.object(func() {
			w.text("text", &d.Text)
			number(w, "year", &d.Year)
			number(w, "month", &d.Month)
			number(w, "day", &d.Day)
		})
	}
}

// list is a member that has several values; an empty one is left out.
func list[T any](w *wire, name string, v *[]T, item func(*T)) {
	if !w.member(name, len(*v) > 0) {
		return
	}
	if !w.reading {
		w.dst = append(w.dst, '[')
		for i := range *v {
			if i > 0 {
				w.dst = append(w.dst, ',')
			}
			item(&(*v)[i])
		}
		w.dst = append(w.dst, ']')
		return
	}
	w.want("[")
	for w.err == nil {
		var one T
		item(&one)
		*v = append(*v, one)
		if !w.skip(",") {
			break
		}
	}
	w.want("]")
}

// objects is a list of objects.
func objects[T any](w *wire, name string, v *[]T, members func(*T)) {
	list(w, name, v, func(one *T) { w.object(func() { members(one) }) })
}
