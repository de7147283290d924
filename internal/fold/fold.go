package fold

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxMarks bounds how many marks of one letter are kept where a script needs
// them (Indic vowel signs): nobody's name stacks more.
const maxMarks = 4

// What becomes of an ASCII byte: itself (a folded letter or digit), its upper
// case, nothing, or a space.
const (
	asSpace byte = 0
	asDrop  byte = 1
)

// ascii maps every ASCII byte to its folded byte, asSpace or asDrop.
var ascii = [128]byte{
	'0': '0', '1': '1', '2': '2', '3': '3', '4': '4', '5': '5', '6': '6', '7': '7', '8': '8', '9': '9',
	'A': 'A', 'B': 'B', 'C': 'C', 'D': 'D', 'E': 'E', 'F': 'F', 'G': 'G', 'H': 'H', 'I': 'I', 'J': 'J',
	'K': 'K', 'L': 'L', 'M': 'M', 'N': 'N', 'O': 'O', 'P': 'P', 'Q': 'Q', 'R': 'R', 'S': 'S', 'T': 'T',
	'U': 'U', 'V': 'V', 'W': 'W', 'X': 'X', 'Y': 'Y', 'Z': 'Z',
	'a': 'A', 'b': 'B', 'c': 'C', 'd': 'D', 'e': 'E', 'f': 'F', 'g': 'G', 'h': 'H', 'i': 'I', 'j': 'J',
	'k': 'K', 'l': 'L', 'm': 'M', 'n': 'N', 'o': 'O', 'p': 'P', 'q': 'Q', 'r': 'R', 's': 'S', 't': 'T',
	'u': 'U', 'v': 'V', 'w': 'W', 'x': 'X', 'y': 'Y', 'z': 'Z',
	'\'': asDrop, '`': asDrop,
	0x00: asDrop, 0x01: asDrop, 0x02: asDrop, 0x03: asDrop, 0x04: asDrop, 0x05: asDrop, 0x06: asDrop,
	0x07: asDrop, 0x08: asDrop, 0x0e: asDrop, 0x0f: asDrop, 0x10: asDrop, 0x11: asDrop, 0x12: asDrop,
	0x13: asDrop, 0x14: asDrop, 0x15: asDrop, 0x16: asDrop, 0x17: asDrop, 0x18: asDrop, 0x19: asDrop,
	0x1a: asDrop, 0x1b: asDrop, 0x1c: asDrop, 0x1d: asDrop, 0x1e: asDrop, 0x1f: asDrop, 0x7f: asDrop,
}

// Words returns the folded words of s, separated by single spaces. Digits are
// kept; a caller that wants names without them must drop them. A string that is
// folded already is returned as it is, without allocation.
//
// Invalid UTF-8 is read as Latin-1, the usual cause of it. Words(Words(s)) is
// Words(s).
func Words(s string) string {
	if isFolded(s) {
		return s
	}
	var buf [64]byte
	b := AppendWords(buf[:0], s)
	if string(b) == s { // other scripts, folded already
		return s
	}
	return string(b)
}

// isFolded tells whether s is ASCII and nothing in it would change. It may
// report false for a folded string of another script.
func isFolded(s string) bool {
	space := true
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case 'A' <= c && c <= 'Z' || '0' <= c && c <= '9':
			space = false
		case c == ' ' && !space:
			space = true
		default:
			return false
		}
	}
	return !space || s == ""
}

// AppendWords appends the folded words of s to dst.
func AppendWords(dst []byte, s string) []byte {
	w := writer{start: len(dst)}
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			dst = w.ascii(dst, c)
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			r = rune(s[i])
			dst = w.rune(dst, r, string(r))
		} else {
			dst = w.rune(dst, r, s[i:i+size])
		}
		i += size
	}
	if w.compose {
		dst = append(dst[:w.start], norm.NFC.String(string(dst[w.start:]))...)
	}
	return dst
}

// A writer appends folded words. A space is owed until a letter follows, so
// that none stands at either end and no two together. It does not hold what it
// appends to, so that this may stay on its caller's stack.
type writer struct {
	start   int
	owed    bool
	marks   int  // marks written since the last letter
	compose bool // something was written that may have to be composed
}

func (w *writer) ascii(dst []byte, c byte) []byte {
	switch f := ascii[c]; f {
	case asSpace:
		w.owed = true
		w.marks = 0
	case asDrop:
	default:
		dst = append(w.space(dst), f)
	}
	return dst
}

func (w *writer) space(dst []byte) []byte {
	if w.owed && len(dst) > w.start {
		dst = append(dst, ' ')
	}
	w.owed = false
	w.marks = 0
	return dst
}

// rune folds one rune that is not ASCII; text is its encoding.
func (w *writer) rune(dst []byte, r rune, text string) []byte {
	if t, ok := special(r); ok {
		return w.text(dst, t)
	}
	d := norm.NFKD.PropertiesString(text).Decomposition()
	if d == nil {
		return w.plain(dst, r)
	}
	for len(d) > 0 {
		r, size := utf8.DecodeRune(d)
		d = d[size:]
		if t, ok := special(r); ok {
			dst = w.text(dst, t)
		} else {
			dst = w.plain(dst, r)
		}
	}
	return dst
}

func (w *writer) text(dst []byte, t string) []byte {
	for i := 0; i < len(t); i++ {
		dst = w.ascii(dst, t[i])
	}
	return dst
}

// plain writes a rune that has no decomposition.
func (w *writer) plain(dst []byte, r rune) []byte {
	switch {
	case r < utf8.RuneSelf:
		return w.ascii(dst, byte(r))
	case isDropped(r):
		return dst
	case unicode.IsMark(r):
		return w.mark(dst, r)
	case unicode.IsDigit(r):
		return append(w.space(dst), '0'+byte(digit(r)))
	case unicode.IsLetter(r):
		w.compose = w.compose || isJamo(r)
		return utf8.AppendRune(w.space(dst), unicode.ToUpper(r))
	}
	w.owed = true
	w.marks = 0
	return dst
}

// mark keeps the marks that are no diacritics but spell a script (Indic vowel
// signs, the Japanese voicing mark), a bounded number of them after a letter.
func (w *writer) mark(dst []byte, r rune) []byte {
	if w.owed || len(dst) == w.start || w.marks == maxMarks {
		return dst
	}
	w.marks++
	w.compose = true
	return utf8.AppendRune(dst, r)
}

// digit returns the value of a decimal digit of any script. Each script's ten
// digits stand in a row, zero first.
func digit(r rune) int {
	v := 0
	for v < 9 && unicode.IsDigit(r-1) {
		r--
		v++
	}
	return v
}

func isJamo(r rune) bool { return 0x1100 <= r && r <= 0x11ff }
