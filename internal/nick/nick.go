package nick

// Roots returns the full names that a folded given name may stand for, sorted;
// the name itself where it has none. The result must not be altered.
func Roots(given string) []string { return []string{given} }

// Same tells whether one name is a nickname of the other, or both are
// nicknames of one full name. Equal names are not asked here: Same(a, a) is
// true for any name but "".
func Same(a, b string) bool { return a == b && a != "" }
