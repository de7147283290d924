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
	if string(b) == s {
		return s // other scripts, folded already
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
	w := writer{out: dst, start: len(dst)}
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			w.ascii(c)
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			r = rune(s[i])
		}
		w.rune(r)
		i += size
	}
	return w.finish()
}

// A writer collects folded words. A space is owed until a letter follows, so
// that none stands at either end and no two together.
type writer struct {
	out     []byte
	start   int
	owed    bool
	marks   int  // marks written since the last letter
	compose bool // something was written that may have to be composed
}

func (w *writer) ascii(c byte) {
	switch f := ascii[c]; f {
	case asSpace:
		w.owed = true
		w.marks = 0
	case asDrop:
	default:
		w.space()
		w.out = append(w.out, f)
	}
}

func (w *writer) space() {
	if w.owed && len(w.out) > w.start {
		w.out = append(w.out, ' ')
	}
	w.owed = false
	w.marks = 0
}

// rune folds one rune that is not ASCII.
func (w *writer) rune(r rune) {
	if t, ok := special(r); ok {
		w.text(t)
		return
	}
	var enc [utf8.UTFMax]byte
	d := norm.NFKD.Properties(enc[:utf8.EncodeRune(enc[:], r)]).Decomposition()
	if d == nil {
		w.plain(r)
		return
	}
	for len(d) > 0 {
		r, size := utf8.DecodeRune(d)
		d = d[size:]
		if t, ok := special(r); ok {
			w.text(t)
		} else {
			w.plain(r)
		}
	}
}

func (w *writer) text(t string) {
	for i := 0; i < len(t); i++ {
		w.ascii(t[i])
	}
}

// plain writes a rune that has no decomposition.
func (w *writer) plain(r rune) {
	switch {
	case r < utf8.RuneSelf:
		w.ascii(byte(r))
	case isDropped(r):
	case unicode.IsMark(r):
		w.mark(r)
	case unicode.IsDigit(r):
		w.space()
		w.out = append(w.out, '0'+byte(digit(r)))
	case unicode.IsLetter(r):
		w.space()
		w.compose = w.compose || isJamo(r)
		w.out = utf8.AppendRune(w.out, unicode.ToUpper(r))
	default:
		w.owed = true
		w.marks = 0
	}
}

// mark keeps the marks that are no diacritics but spell a script (Indic vowel
// signs, the Japanese voicing mark), a bounded number of them after a letter.
func (w *writer) mark(r rune) {
	if w.owed || len(w.out) == w.start || w.marks == maxMarks {
		return
	}
	w.marks++
	w.compose = true
	w.out = utf8.AppendRune(w.out, r)
}

func (w *writer) finish() []byte {
	if !w.compose {
		return w.out
	}
	return append(w.out[:w.start], norm.NFC.Bytes(w.out[w.start:])...)
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
