package patient

import (
	"unicode/utf8"

	"github.com/idem-health/idem/internal/fold"
)

// Bounds of a normalised record: what is longer is cut, so that no input can
// make a record large or a comparison slow.
const (
	maxNameLetters = 100
	maxNameWords   = 16
	maxText        = 200 // bytes of any other value
	maxList        = 16  // values of a list
	maxDoses       = 64  // a routine childhood has about forty
	maxRaw         = 800 // bytes of a received value that are looked at
)

// Fold returns the words of s in the one form in which names are compared:
// upper case, without diacritics and apostrophes, other punctuation turned into
// space. It covers what Unicode decomposition does not (Ø, Ł, ß, Æ, İ).
func Fold(s string) string { return fold.Words(s) }

// cutRaw bounds a received value before anything looks at it.
func cutRaw(s string) string {
	if len(s) <= maxRaw {
		return s
	}
	return cutBytes(s, maxRaw)
}

// cutBytes returns the longest prefix of at most n bytes that cuts no rune.
func cutBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// boundText bounds a folded value that is no name.
func boundText(s string) string {
	if len(s) <= maxText {
		return s
	}
	return trimRightSpace(cutBytes(s, maxText))
}

// boundName bounds a folded name in letters and words.
func boundName(s string) string {
	if len(s) <= maxNameWords {
		return s // not even 16 one-letter words with spaces
	}
	letters, words := 0, 1
	for i, r := range s {
		if r == ' ' {
			if words++; words > maxNameWords {
				return s[:i]
			}
			continue
		}
		if letters++; letters > maxNameLetters {
			return trimRightSpace(s[:i])
		}
	}
	return s
}

func trimRightSpace(s string) string {
	for len(s) > 0 && s[len(s)-1] == ' ' {
		s = s[:len(s)-1]
	}
	return s
}
