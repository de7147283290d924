package patient

import "github.com/idem-health/idem/internal/nick"

// NicknameRoots returns the full names that a folded given name may stand for,
// sorted: ROBERT for BOB. A name that is nobody's nickname stands for itself.
// The result is shared and must not be altered.
func NicknameRoots(given string) []string { return nick.Roots(given) }

// SameNickname tells whether of two folded given names one is a nickname of
// the other (BILL, WILLIAM), or both are nicknames of one full name (BILL,
// WILL). Equal names are the same; a missing name is the same as none.
func SameNickname(a, b string) bool { return nick.Same(a, b) }
