package scoring

import (
	"strings"
	"unicode/utf8"

	"github.com/idem-health/idem/scoring/strsim"
)

// The Jaro-Winkler similarities at which names are close, near or far, and
// other text close or near, set once and not tuned to any file.
const (
	nameClose strsim.Permille = 920
	nameNear  strsim.Permille = 820
	nameFar   strsim.Permille = 700
	nameSwap  strsim.Permille = 880 // both names, crosswise
	textAlike strsim.Permille = 920
	textSome  strsim.Permille = 800
)

// similar reports whether two texts reach a Jaro-Winkler similarity.
func similar(a, b string, cut strsim.Permille) bool { return strsim.JaroWinklerAtLeast(a, b, cut) }

// edits is the number of edits (see [slip]) between two texts.
func edits(a, b string) int { return strsim.OSA(a, b) }

func within(a, b string, k int) bool { return strsim.OSAWithin(a, b, k) }

// compareText compares two texts by similarity; spaces do not count.
func compareText(a, b string) uint8 {
	switch {
	case a == "" || b == "":
		return 0
	case sameCompact(a, b):
		return textExact
	}
	switch alignment := strsim.Align(a, b); {
	case alignment.AtLeast(textAlike):
		return textClose
	case alignment.AtLeast(textSome):
		return textNear
	}
	return textDiffers
}

// compareNumber compares two numbers digit by digit: equal, one slip, else.
func compareNumber(a, b string) uint8 {
	switch {
	case a == "" || b == "":
		return 0
	case a == b:
		return nearExact
	case oneEdit(a, b):
		return nearNear
	}
	return nearDiffers
}

// compareExact compares by equality alone; spaces do not count.
func compareExact(a, b string) uint8 {
	switch {
	case a == "" || b == "":
		return 0
	case sameCompact(a, b):
		return plainExact
	}
	return plainDiffers
}

// best returns the best level, the first in the order of trial, that compare
// finds over all pairs of values; 0 where there is none.
func best(a, b []string, compare func(a, b string) uint8) uint8 {
	var found uint8
	for _, x := range a {
		for _, y := range b {
			found = better(found, compare(x, y))
		}
	}
	return found
}

// better returns the better of two levels: 0 is no level at all, otherwise the
// lower number was tried first.
func better(a, b uint8) uint8 {
	switch {
	case a == 0:
		return b
	case b == 0:
		return a
	}
	return min(a, b)
}

// sameCompact reports whether a and b are equal when spaces are left out.
func sameCompact(a, b string) bool {
	i, j := 0, 0
	for {
		for i < len(a) && a[i] == ' ' {
			i++
		}
		for j < len(b) && b[j] == ' ' {
			j++
		}
		if i == len(a) || j == len(b) {
			return i == len(a) && j == len(b)
		}
		if a[i] != b[j] {
			return false
		}
		i++
		j++
	}
}

// slip reports whether one of a and b may be the other mistyped: both have
// three letters or more and one edit parts them, or two where both have six or
// more. An edit is a letter put in, left out, replaced, or exchanged with the
// next.
func slip(a, b string) bool {
	short := min(utf8.RuneCountInString(a), utf8.RuneCountInString(b))
	switch {
	case short < 3:
		return false
	case short < 6:
		return within(a, b, 1)
	}
	return within(a, b, 2)
}

func oneEdit(a, b string) bool { return within(a, b, 1) }

// oneWord reports whether a folded name has no space.
func oneWord(s string) bool { return strings.IndexByte(s, ' ') < 0 }

// words returns the words of a folded name.
func words(s string) []string { return strings.Fields(s) }
