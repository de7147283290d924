// Package soundex is American Soundex: a letter and three digits by which
// names that sound alike in English share a code (ROBERT and RUPERT: R163).
//
// It is written from the rules the U.S. National Archives publish for its
// census indexes. The word must be folded already: only the letters A to Z
// count, every other byte is passed over as if it were not there, so that
// O'BRIEN and OBRIEN have one code, and a word in another script has none.
package soundex

// digits holds the digit of each letter A to Z. A vowel ('0') separates two
// letters of one digit, H and W ('-') do not.
const digits = "01230120022455012623010202"

// size is the length of every code.
const size = 4

// Code returns the code of a folded word, and "" when there is no letter A to Z
// in it.
func Code(folded string) string {
	var buf [size]byte
	return string(Append(buf[:0], folded))
}

// Append appends the code of a folded word to dst; nothing when there is no
// letter A to Z in it. It allocates nothing beyond dst.
func Append(dst []byte, folded string) []byte {
	n := 0
	var last byte // the digit of the letter before, which is not coded again
	for i := 0; i < len(folded) && n < size; i++ {
		c := folded[i]
		if c < 'A' || c > 'Z' {
			continue
		}
		digit := digits[c-'A']
		switch {
		case n == 0:
			dst = append(dst, c)
			n++
		case c == 'H' || c == 'W':
			continue
		case digit != '0' && digit != last:
			dst = append(dst, digit)
			n++
		}
		last = digit
	}
	if n == 0 {
		return dst
	}
	for ; n < size; n++ {
		dst = append(dst, '0')
	}
	return dst
}
