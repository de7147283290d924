package bleveindex

// Composite terms are sections joined by sep, such as year, day, family name
// and given name. No name, date or number holds it.
const sep = 0x1f

// maxSection is the longest section of a term, in bytes; what is longer is cut.
const maxSection = 24

// A section says what one section of a term may be: head, then tail within
// edits, then anything if open is set (which needs an empty tail).
type section struct {
	head  string // exactly
	tail  string // within edits: letters put in, left out, mistaken or swapped
	edits uint8
	open  bool // anything may follow head
	short bool // the section may end within head, after its first letter
}

// exactly, within, starting and shortOf make the sections that are used; the zero
// [section] with open set is any section.
func exactly(s string) section { return section{head: cut(s)} }

func within(s string, edits uint8) section { return section{tail: cut(s), edits: editsOf(s, edits)} }

// withinAfter is within, save that the first n letters stand firm.
func withinAfter(s string, n int, edits uint8) section {
	s = cut(s)
	n = min(n, len(s))
	return section{head: s[:n], tail: s[n:], edits: editsOf(s, edits)}
}

func starting(s string) section { return section{head: cut(s), open: true} }

func shortOf(s string) section { return section{head: cut(s), short: true} }

var anything = section{open: true}

// editsOf doubles the edits of names in letters of two bytes or more, since
// edits are counted in bytes.
func editsOf(s string, edits uint8) uint8 {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return 2 * edits
		}
	}
	return edits
}

func cut(s string) string { return s[:min(len(s), maxSection)] }

// A pattern is a finite automaton over terms, made while it runs: it accepts
// the terms whose sections fit and whose edits sum to at most total. Distances
// are those of optimal string alignment (Damerau 1964, each letter edited once).
//
// It bounds the work of a walk through a dictionary: after budget steps it
// accepts nothing more.
//
// It is not safe for concurrent use.
type pattern struct {
	sections []section
	total    uint8

	budget *int // steps left; shared by the patterns of a query
	spent  bool // some step was refused

	states []state
	ids    map[state]int

	// A byte that no section has leads where any other such byte does: they are of
	// class 0. steps has a row of classes for each state: the next one, plus 1 where
	// it is known.
	class   [256]uint8
	classes int
	steps   []int32
}

// A state is what is left of the bytes read so far. In the head it has the
// letters matched; then the last two rows of the distance table, whose cell j is
// the distance to the first j letters of the tail, at most the section's bound+1.
type state struct {
	section, head, sum, last uint8
	row, prev                [maxSection + 1]uint8
}

const (
	dead  = 0
	start = 1
)

func newPattern(total uint8, budget *int, sections ...section) *pattern {
	p := &pattern{sections: sections, total: total, budget: budget, ids: map[state]int{}}
	p.classify(sep)
	for i := range sections {
		for _, text := range [...]string{sections[i].head, sections[i].tail} {
			for j := range len(text) {
				p.classify(text[j])
			}
		}
	}
	p.classes++
	p.intern(state{section: uint8(len(sections))}) // dead
	p.intern(p.enter(0, 0))
	return p
}

// classify gives a byte a class of its own; there are at most 255 others.
func (p *pattern) classify(b byte) {
	if p.class[b] == 0 && p.classes < 255 {
		p.classes++
		p.class[b] = uint8(p.classes)
	}
}

// bound is how many edits the section at s may still have.
func (p *pattern) bound(s *state) uint8 {
	return min(p.sections[s.section].edits, p.total-s.sum)
}

// enter returns the state at the beginning of a section.
func (p *pattern) enter(i int, sum uint8) state {
	s := state{section: uint8(i), sum: sum}
	p.firstRow(&s)
	return s
}

// firstRow sets the row once the whole head is matched.
func (p *pattern) firstRow(s *state) {
	sec := &p.sections[s.section]
	if int(s.head) < len(sec.head) {
		return
	}
	bound := p.bound(s)
	for j := range len(sec.tail) + 1 {
		s.row[j] = uint8(min(j, int(bound)+1))
		s.prev[j] = bound + 1
	}
}

func (p *pattern) intern(s state) int {
	id, ok := p.ids[s]
	if !ok {
		id = len(p.states)
		p.states = append(p.states, s)
		p.steps = append(p.steps, make([]int32, p.classes)...)
		p.ids[s] = id
	}
	return id
}

// Start returns the first state.
func (p *pattern) Start() int { return start }

// CanMatch reports whether more bytes can lead to a match.
func (p *pattern) CanMatch(id int) bool { return id != dead }

// WillAlwaysMatch is never known.
func (p *pattern) WillAlwaysMatch(int) bool { return false }

// IsMatch reports whether the bytes read are a term that fits.
func (p *pattern) IsMatch(id int) bool {
	if id == dead {
		return false
	}
	s := &p.states[id]
	_, ok := p.end(s)
	return ok && int(s.section) == len(p.sections)-1
}

// end returns the edits so far if the section may end here.
func (p *pattern) end(s *state) (uint8, bool) {
	sec := &p.sections[s.section]
	switch {
	case int(s.head) < len(sec.head):
		return s.sum, sec.short && s.head > 0
	case sec.open:
		return s.sum, true
	}
	d := s.row[len(sec.tail)]
	return s.sum + d, d <= p.bound(s)
}

// Accept returns the state after one more byte.
func (p *pattern) Accept(id int, b byte) int {
	if id == dead {
		return dead
	}
	if *p.budget <= 0 {
		p.spent = true
		return dead
	}
	*p.budget--
	at := id*p.classes + int(p.class[b])
	if p.steps[at] == 0 {
		next := p.step(p.states[id], b)
		p.steps[at] = int32(next) + 1
	}
	return int(p.steps[at]) - 1
}

func (p *pattern) step(s state, b byte) int {
	sec := &p.sections[s.section]
	switch {
	case b == sep:
		sum, ok := p.end(&s)
		if !ok || int(s.section)+1 == len(p.sections) {
			return dead
		}
		return p.intern(p.enter(int(s.section)+1, sum))
	case int(s.head) < len(sec.head):
		if sec.head[s.head] != b {
			return dead
		}
		s.head++
		p.firstRow(&s)
		return p.intern(s)
	case sec.open:
		return p.intern(s)
	}
	return p.edit(s, b)
}

// edit makes the next row of the distance table.
func (p *pattern) edit(s state, b byte) int {
	tail, bound := p.sections[s.section].tail, p.bound(&s)
	over := bound + 1
	var row [maxSection + 1]uint8
	row[0] = min(s.row[0]+1, over)
	best, known := row[0], false
	for j := 1; j <= len(tail); j++ {
		d := min(s.row[j], row[j-1]) + 1
		if tail[j-1] == b {
			known = true
			d = min(d, s.row[j-1])
		} else {
			d = min(d, s.row[j-1]+1)
		}
		if j > 1 && tail[j-1] == s.last && tail[j-2] == b {
			d = min(d, s.prev[j-2]+1)
		}
		row[j] = min(d, over)
		best = min(best, row[j])
	}
	// b may turn out to be the first of two swapped letters.
	for j := 2; j <= len(tail); j++ {
		if tail[j-1] == b {
			best = min(best, s.row[j-2]+1)
		}
	}
	if best > bound {
		return dead
	}
	s.prev, s.row, s.last = s.row, row, 0
	if known {
		s.last = b
	}
	return p.intern(s)
}

// span returns the range of the terms that can fit: they begin with the heads of
// the leading sections that are exact. end is nil where nothing bounds it.
func (p *pattern) span() (begin, end []byte) {
	for i := range p.sections {
		sec := &p.sections[i]
		if sec.short {
			break
		}
		begin = append(begin, sec.head...)
		if sec.open || sec.edits > 0 || sec.tail != "" {
			break
		}
		if i+1 < len(p.sections) {
			begin = append(begin, sep)
		}
	}
	if len(begin) == 0 {
		return nil, nil
	}
	end = append([]byte(nil), begin...)
	end[len(end)-1]++ // never 0xff, which is in no UTF-8 text
	return begin, end
}

// edits returns the edits by which a term differs, and whether it fits: the plain
// form of the automaton.
func (p *pattern) edits(term string) (sum int, fits bool) {
	rest := term
	for i := range p.sections {
		sec, text := &p.sections[i], rest
		at := indexSep(rest)
		switch {
		case i+1 == len(p.sections):
			if at >= 0 {
				return 0, false
			}
		case at < 0:
			return 0, false
		default:
			text, rest = rest[:at], rest[at+1:]
		}
		if sec.short && len(text) > 0 && len(text) < len(sec.head) && sec.head[:len(text)] == text {
			continue
		}
		if len(text) < len(sec.head) || text[:len(sec.head)] != sec.head {
			return 0, false
		}
		if sec.open {
			continue
		}
		d := osa(text[len(sec.head):], sec.tail)
		if d > int(sec.edits) {
			return 0, false
		}
		sum += d
	}
	return sum, sum <= int(p.total)
}

func indexSep(s string) int {
	for i := range len(s) {
		if s[i] == sep {
			return i
		}
	}
	return -1
}

// osa is the distance of optimal string alignment, in bytes.
func osa(a, b string) int {
	before, row, next := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		next[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			next[j] = min(row[j]+1, next[j-1]+1, row[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, row, next = row, next, before
	}
	return row[len(b)]
}
