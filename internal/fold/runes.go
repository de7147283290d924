package fold

import "unicode"

// special returns the ASCII spelling of letters that compatibility
// decomposition leaves alone, and "'" for the kin of the apostrophe (which is
// dropped).
func special(r rune) (string, bool) {
	switch r {
	case 'Ø', 'ø', 'Ɵ', 'ɵ':
		return "O", true
	case 'Ł', 'ł', 'Ƚ', 'ƚ', 'Ɫ', 'ɫ':
		return "L", true
	case 'ß', 'ẞ':
		return "SS", true
	case 'Æ', 'æ':
		return "AE", true
	case 'Œ', 'œ':
		return "OE", true
	case 'Đ', 'đ', 'Ð', 'ð', 'Ɖ', 'ɖ':
		return "D", true
	case 'Þ', 'þ':
		return "TH", true
	case 'ı', 'Ɨ', 'ɨ':
		return "I", true
	case 'ȷ', 'Ɉ', 'ɉ':
		return "J", true
	case 'Ħ', 'ħ':
		return "H", true
	case 'Ŧ', 'ŧ':
		return "T", true
	case 'Ŋ', 'ŋ':
		return "NG", true
	case 'ĸ':
		return "K", true
	case 'Ə', 'ə', 'Ǝ', 'ǝ':
		return "E", true
	case 'Ƀ', 'ƀ', 'Ɓ', 'ɓ':
		return "B", true
	case 'Ɗ', 'ɗ':
		return "D", true
	case 'Ƙ', 'ƙ':
		return "K", true
	case 'Ƴ', 'ƴ':
		return "Y", true
	case 'Ʉ', 'ʉ':
		return "U", true
	case 'Ⱥ', 'ⱥ':
		return "A", true
	case 'Ǥ', 'ǥ':
		return "G", true
	case '’', '‘', '‛', '′', '‵', '´', 'ʼ', 'ʻ', 'ʽ', 'ʾ', 'ʿ', 'ʹ', 'ˈ', 'ˊ', 'ˋ', 'ʺ', '՚', 'ꞌ', 'Ꞌ', '׳', '·', 'ـ':
		return "'", true // the middle dot is Catalan l·l, the last the Arabic stretching stroke
	}
	return "", false
}

// isDropped tells whether nothing is left of a rune: controls, zero-width and
// bidirectional marks, variation selectors, the replacement character, and the
// marks that are diacritics or vocalisation in their script.
func isDropped(r rune) bool {
	if r == '\u0085' {
		return false // next line: a space
	}
	return r == unicode.ReplacementChar || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs) ||
		unicode.Is(diacritics, r)
}

var diacritics = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0x0300, 0x036f, 1}, // combining diacritical marks
		{0x0483, 0x0489, 1}, // Cyrillic
		{0x0591, 0x05bd, 1}, // Hebrew points
		{0x05bf, 0x05bf, 1},
		{0x05c1, 0x05c2, 1},
		{0x05c4, 0x05c5, 1},
		{0x05c7, 0x05c7, 1},
		{0x0610, 0x061a, 1}, // Arabic
		{0x064b, 0x065f, 1},
		{0x0670, 0x0670, 1},
		{0x06d6, 0x06dc, 1},
		{0x06df, 0x06e4, 1},
		{0x06e7, 0x06e8, 1},
		{0x06ea, 0x06ed, 1},
		{0x0711, 0x0711, 1}, // Syriac
		{0x0730, 0x074a, 1},
		{0x0898, 0x089f, 1},
		{0x08ca, 0x08ff, 1},
		{0x180b, 0x180f, 1}, // Mongolian variation selectors
		{0x1ab0, 0x1aff, 1},
		{0x1dc0, 0x1dff, 1},
		{0x20d0, 0x20f0, 1},
		{0xfe00, 0xfe0f, 1}, // variation selectors
		{0xfe20, 0xfe2f, 1},
	},
	R32: []unicode.Range32{{0xe0100, 0xe01ef, 1}},
}
