package patient

import (
	"strings"

	"github.com/idem-health/idem/internal/nick"
	"github.com/idem-health/idem/internal/translit"
)

// NicknameRoots returns the full names that a folded given name may stand for,
// sorted: ROBERT for BOB. A name that is nobody's nickname stands for itself.
// The result is shared and must not be altered.
func NicknameRoots(given string) []string { return nick.Roots(given) }

// GivenNameKnown tells whether the built-in tables of nicknames and spellings hold
// a folded given name. Many real names are in neither.
func GivenNameKnown(given string) bool { return nick.Known(given) }

// SameNickname tells whether of two folded given names one is a nickname of
// the other (BILL, WILLIAM), both are nicknames of one full name (BILL, WILL), or
// both are spellings of one name (MOHAMED, MUHAMMAD; ABDUL RAHMAN, ABDURRAHMAN).
// Equal names are the same; a missing name is the same as none.
func SameNickname(a, b string) bool {
	return nick.Same(a, b) || composed(a, b) && translit.SameGiven(a, b)
}

// composed reports whether given names may be spellings of one that the table of
// nicknames, which holds single words, does not know.
func composed(a, b string) bool {
	return strings.IndexByte(a, ' ') >= 0 || strings.IndexByte(b, ' ') >= 0 ||
		strings.HasPrefix(a, "ABD") && strings.HasPrefix(b, "ABD")
}

// SameFamilyName tells whether two folded family names are spellings or forms of
// one: by systems of romanisation (HSU, XU), with and without the Arabic article
// (MASRI, ALMASRI), of a man and a woman (NOVAK, NOVAKOVA). It knows nothing of
// typing errors.
func SameFamilyName(a, b string) bool { return translit.SameFamily(a, b) }

// FamilyNameVaries reports whether a folded family name may be the same as one
// that does not look like it.
func FamilyNameVaries(name string) bool { return translit.FamilyKnown(name) }
