package bleveindex

import (
	"context"
	"slices"
	"strings"

	"github.com/idem-health/idem/match/patient"
)

// A Route is how a candidate was found; a smaller one asks for more agreement.
type Route uint8

// The routes.
const (
	RouteDate    Route = iota + 1 // both names and the birth date, within two edits
	RouteNames                    // both names, each within an edit, and the date's parts within one each
	RouteShifted                  // both names within an edit, the date a day off or its day and month swapped
	RoutePartial                  // both names, one of them short or cut, or a date in part
	RouteOneName                  // the birth date and one of the names
	RouteMother                   // the birth date and the mother's given name or a family name of hers
	RouteNumber                   // an identifier with a digit wrong
	RouteNoDate                   // both names alone
	RouteKey                      // a blocking key: see Index.ByKey
	RouteText                     // free text: see Index.Search
	lastRoute    = RouteText
)

var routeNames = [...]string{"", "date", "names", "shifted date", "partial", "one name", "mother", "number", "no date", "key", "text"}

// String returns the route's name.
func (r Route) String() string {
	if r > lastRoute {
		return "invalid"
	}
	return routeNames[r]
}

// A Hit is a record that was found.
type Hit struct {
	ID    string
	Route Route // the first one that found it
	Edits int   // of what was compared; for free text, the words that are not there
}

// Truncated says what a query left out, so that its work stayed bounded.
type Truncated uint8

// What can be left out. Where only Generic or Hits is set the answer is still a
// function of the records alone; Steps and Terms depend on how they are filed as well.
const (
	Steps   Truncated = 1 << iota // through dictionaries: Limits.Steps
	Terms                         // that fit: the rest of a great many
	Records                       // Limits.Records
	Generic                       // terms that more than Limits.Term records have
	Hits                          // more than the caller's limit
)

// String lists what was left out, "" where nothing was.
func (t Truncated) String() string {
	var list []string
	for i, name := range []string{"steps", "terms", "records", "generic terms", "hits"} {
		if t&(1<<i) != 0 {
			list = append(list, name)
		}
	}
	return strings.Join(list, ", ")
}

// maxTerms bounds the terms of one pattern.
const maxTerms = 512

// DefaultLimit is the number of hits returned where a limit is 0 or less.
const DefaultLimit = 100

// A query collects hits within its bounds.
type query struct {
	ctx       context.Context
	v         *view
	limits    Limits
	steps     int
	records   int
	truncated Truncated
	found     map[place]found
}

type found struct {
	route Route
	edits int
}

func (f found) before(g found) bool {
	return f.route < g.route || f.route == g.route && f.edits < g.edits
}

// ask runs f on the index as it is now.
func (ix *Index) ask(ctx context.Context, limit int, f func(q *query) error) (hits []Hit, t Truncated, err error) {
	defer guard("query", &err)
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	if ix.closed {
		return nil, 0, ErrClosed
	}
	v, err := newView(ix.store)
	if err != nil {
		return nil, 0, err
	}
	defer v.close()
	q := &query{ctx: ctx, v: v, limits: ix.o.Limits, steps: ix.o.Limits.Steps, records: ix.o.Limits.Records, found: map[place]found{}}
	if err := f(q); err != nil {
		return nil, 0, err
	}
	hits, err = q.hits(limit)
	return hits, q.truncated, err
}

// hits returns the best, in the order of route, edits and id.
func (q *query) hits(limit int) ([]Hit, error) {
	if limit <= 0 {
		limit = DefaultLimit
	}
	hits := make([]Hit, 0, len(q.found))
	for at, f := range q.found {
		id, err := q.v.id(at)
		if err != nil {
			return nil, err
		}
		hits = append(hits, Hit{id, f.route, f.edits})
	}
	slices.SortFunc(hits, func(a, b Hit) int {
		if c := int(a.Route) - int(b.Route); c != 0 {
			return c
		}
		if c := a.Edits - b.Edits; c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	if len(hits) > limit {
		q.truncated |= Hits
		hits = hits[:limit]
	}
	return hits, nil
}

// find adds the records of all terms that fit.
func (q *query) find(route Route, field string, total uint8, sections ...section) error {
	if err := q.ctx.Err(); err != nil {
		return err
	}
	p := newPattern(total, &q.steps, sections...)
	terms, more, err := q.v.terms(field, p, maxTerms)
	if err != nil {
		return err
	}
	if p.spent {
		q.truncated |= Steps
	}
	if more {
		q.truncated |= Terms
	}
	dicts, err := q.v.dicts(field)
	if err != nil || len(terms) == 0 {
		return err
	}
	for _, text := range terms {
		edits, _ := p.edits(text)
		list, n, err := q.v.postings(dicts, text)
		switch {
		case err != nil:
			return err
		case n > q.limits.Term:
			q.truncated |= Generic
			continue
		case n > q.records:
			q.truncated |= Records
			return nil
		}
		q.records -= n
		if err := list.each(func(at place) bool {
			f := found{route, edits}
			if old, ok := q.found[at]; !ok || f.before(old) {
				q.found[at] = f
			}
			return true
		}); err != nil {
			return err
		}
	}
	return nil
}

// Candidates returns records that may be the patient's although no key of theirs
// is equal, those that agree most first, and what was left out. limit is how many
// are wanted; 0 means [DefaultLimit].
//
// A record found is no decision: the caller compares it like any candidate pair.
func (ix *Index) Candidates(ctx context.Context, n *patient.Normalized, limit int) ([]Hit, Truncated, error) {
	return ix.ask(ctx, limit, func(q *query) error { return q.candidates(n) })
}

func (q *query) candidates(n *patient.Normalized) error {
	s := namesOf(n)
	steps := []func(*names, *patient.Normalized) error{q.byDate, q.byNames, q.byShifted, q.byPartial, q.byOneName, q.byMother, q.byNumber}
	for _, step := range steps {
		if err := step(&s, n); err != nil {
			return err
		}
	}
	return nil
}

// firstPairs are the pairs a query searches for in all ways: of the current names
// and of the first alternatives.
func (s *names) firstPairs(f func(family, given string) error) error {
	for i := range 2 {
		family, given := nth(s.family, i), nth(s.given, i)
		if family == "" || given == "" || i > 0 && len(s.family) <= i && len(s.given) <= i {
			continue
		}
		if err := f(family, given); err != nil {
			return err
		}
	}
	return nil
}

// nth returns the i-th name, the first where there is none.
func nth(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	if len(list) > 0 {
		return list[0]
	}
	return ""
}

// editsIn is how many edits a name may have: a short one has too many neighbors.
func editsIn(name string, most uint8) uint8 {
	if len(name) < 4 {
		return min(most, 1)
	}
	return most
}

// byDate finds both names in either order and the date in its year.
func (q *query) byDate(s *names, _ *patient.Normalized) error {
	if !s.dated() {
		return nil
	}
	return s.firstPairs(func(family, given string) error {
		for _, pair := range [][2]string{{family, given}, {given, family}} {
			if err := q.find(RouteDate, fieldDay, 2, exactly(s.year), within(s.day, 1),
				within(pair[0], editsIn(pair[0], 2)), within(pair[1], editsIn(pair[1], 2))); err != nil {
				return err
			}
		}
		return nil
	})
}

// firm is how many letters at the beginning of a name stand firm where no date
// narrows the walk. Names are filed in both orders, so that an error in the first
// letters of one is met by the other.
const firm = 2

// byNames finds both names and a date with an error in any part.
func (q *query) byNames(s *names, _ *patient.Normalized) error {
	return s.firstPairs(func(family, given string) error {
		for _, pair := range [][2]string{{family, given}, {given, family}} {
			first, second := withinAfter(pair[0], firm, 1), within(pair[1], 1)
			var err error
			switch {
			case s.dated():
				err = q.find(RouteNames, fieldNames, 2, first, second, within(s.year, 1), within(s.day, 1))
			case s.year == "":
				err = q.find(RouteNoDate, fieldNames, 1, first, second, anything, anything)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// byShifted finds a date a day off or with day and month swapped.
func (q *query) byShifted(s *names, n *patient.Normalized) error {
	if !n.Birth.Full() {
		return nil
	}
	family, given := nth(s.family, 0), nth(s.given, 0)
	if family == "" || given == "" {
		return nil
	}
	for _, date := range shifted(n.Birth) {
		for _, pair := range [][2]string{{family, given}, {given, family}} {
			if err := q.find(RouteShifted, fieldDay, 1, exactly(date[:4]), exactly(date[4:]), within(pair[0], 1), within(pair[1], 1)); err != nil {
				return err
			}
		}
	}
	return nil
}

// shifted returns the dates that a birth date may stand for by a slip that is
// more than an edit of its digits.
func shifted(d patient.Date) []string {
	var list []string
	for _, e := range []patient.Date{
		{Year: d.Year, Month: d.Day, Day: d.Month},
		{Year: d.Year, Month: d.Month, Day: d.Day - 1}, {Year: d.Year, Month: d.Month, Day: d.Day + 1},
		{Year: d.Year, Month: d.Month - 1, Day: 31}, {Year: d.Year, Month: d.Month - 1, Day: 30}, {Year: d.Year, Month: d.Month - 1, Day: 28},
		{Year: d.Year, Month: d.Month + 1, Day: 1}, {Year: d.Year - 1, Month: 12, Day: 31}, {Year: d.Year + 1, Month: 1, Day: 1},
	} {
		near := e.Days() - d.Days()
		swap := e.Month == d.Day && e.Day == d.Month
		if e.Full() && e != d && (swap || near == 1 || near == -1) && osa(d.Compact(), e.Compact()) > 1 {
			list = append(list, e.Compact())
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// byPartial finds names that are cut short on either side and dates of which
// only a part is known, on either side.
func (q *query) byPartial(s *names, _ *patient.Normalized) error {
	family, given := nth(s.family, 0), nth(s.given, 0)
	if family == "" || given == "" || s.year == "" {
		return nil
	}
	for _, pair := range [][2]string{{family, given}, {given, family}} {
		first, second := withinAfter(pair[0], firm, 1), within(pair[1], 1)
		ways := [][]section{
			{exactly(pair[0]), starting(pair[1]), exactly(s.year), anything},
			{exactly(pair[0]), shortOf(pair[1]), exactly(s.year), anything},
			{first, second, exactly(s.year), anything},
			{first, second, exactly(""), anything},
		}
		for _, sections := range ways {
			if err := q.find(RoutePartial, fieldNames, 1, sections...); err != nil {
				return err
			}
		}
	}
	return nil
}

// byOneName finds one of the names on the birth date.
func (q *query) byOneName(s *names, _ *patient.Normalized) error {
	if !s.dated() {
		return nil
	}
	year, day := exactly(s.year), exactly(s.day)
	for _, name := range slices.Concat(s.family, s.given, s.parents) {
		for _, sections := range [][]section{
			{year, day, within(name, 1), anything},
			{year, day, anything, within(name, 1)},
		} {
			if err := q.find(RouteOneName, fieldDay, 1, sections...); err != nil {
				return err
			}
		}
	}
	return nil
}

// byMother finds the mother's given name on the birth date.
func (q *query) byMother(s *names, _ *patient.Normalized) error {
	if !s.dated() || s.mother == "" {
		return nil
	}
	return q.find(RouteMother, fieldMother, 1, exactly(s.year), exactly(s.day), within(s.mother, 1), anything)
}

// byNumber finds an identifier with a digit wrong, left out, put in or swapped.
func (q *query) byNumber(_ *names, n *patient.Normalized) (err error) {
	numbers(n, func(kind, number string) {
		if err == nil {
			err = q.find(RouteNumber, fieldNumber, 1, exactly(kind), within(number, 1))
		}
	})
	return err
}

// ByKey returns the records that share a blocking key with n, in the order of
// their ids: with [RuleKeys] the candidates of the memory index. A key of more
// than Limits.Term records is left out.
func (ix *Index) ByKey(ctx context.Context, n *patient.Normalized, limit int) ([]Hit, Truncated, error) {
	if ix.o.Keys == nil {
		return nil, 0, nil
	}
	keys := ix.o.Keys(nil, n)
	slices.Sort(keys)
	return ix.ask(ctx, limit, func(q *query) error {
		for _, key := range slices.Compact(keys) {
			if err := q.exact(RouteKey, fieldKey, string(keyTerm(key))); err != nil {
				return err
			}
		}
		return nil
	})
}

// exact adds the records of one term.
func (q *query) exact(route Route, field, text string) error {
	dicts, err := q.v.dicts(field)
	if err != nil {
		return err
	}
	list, n, err := q.v.postings(dicts, text)
	switch {
	case err != nil:
		return err
	case n > q.limits.Term:
		q.truncated |= Generic
		return nil
	case n > q.records:
		q.truncated |= Records
		return nil
	}
	q.records -= n
	return list.each(func(at place) bool {
		if _, ok := q.found[at]; !ok {
			q.found[at] = found{route, 0}
		}
		return true
	})
}
