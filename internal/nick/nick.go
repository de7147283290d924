package nick

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"github.com/idem-health/idem/internal/translit"
)

// names.txt has a line for each full name: the name, then its nicknames.
//
//go:embed names.txt
var names string

// table maps a name to the full names it may stand for, sorted. A name that
// has nicknames stands for itself too. The spellings of one name stand for the
// first of them.
var table = sync.OnceValue(func() map[string][]string { return parse(names) })

func parse(text string) map[string][]string {
	roots := make(map[string][]string, 4096)
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		words := strings.Fields(line)
		for _, w := range words {
			roots[w] = append(roots[w], words[0])
		}
	}
	for _, spellings := range translit.GivenGroups() {
		for _, w := range spellings {
			roots[w] = append(roots[w], spellings[0])
		}
	}
	for name, full := range roots {
		slices.Sort(full)
		roots[name] = slices.Clip(slices.Compact(full))
	}
	return roots
}

// Known tells whether the tables hold a folded given name.
func Known(given string) bool {
	_, ok := table()[given]
	return ok
}

// Roots returns the full names that a folded given name may stand for, sorted;
// the name itself where it has none. The result must not be altered.
func Roots(given string) []string {
	if roots, ok := table()[given]; ok {
		return roots
	}
	if given == "" {
		return nil
	}
	return []string{given}
}

// AppendRoots appends the roots of a folded given name to dst.
func AppendRoots(dst []string, given string) []string {
	if roots, ok := table()[given]; ok {
		return append(dst, roots...)
	}
	if given == "" {
		return dst
	}
	return append(dst, given)
}

// Same tells whether one folded name is a nickname of the other, or both are
// nicknames of one full name: whether they have a root in common. A name is
// the same as itself, and none the same as "".
func Same(a, b string) bool {
	if a == b {
		return a != ""
	}
	t := table()
	x, y := t[a], t[b]
	if len(x) == 0 || len(y) == 0 {
		return false
	}
	for i, j := 0, 0; i < len(x) && j < len(y); {
		switch c := strings.Compare(x[i], y[j]); {
		case c == 0:
			return true
		case c < 0:
			i++
		default:
			j++
		}
	}
	return false
}
