package bleveindex

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"github.com/idem-health/idem/match/patient"
)

// Bounds of a text to search for.
const (
	maxText   = 512 // bytes
	maxTokens = 12
)

// Search finds records by what a steward types: names, dates, phone numbers,
// identifiers and record ids, in any order, each whole, begun or with a letter
// wrong. Of three words or more one may be wrong altogether; records that have all
// come first. limit is how many are wanted; 0 means [DefaultLimit].
func (ix *Index) Search(ctx context.Context, text string, limit int) ([]Hit, Truncated, error) {
	return ix.ask(ctx, limit, func(q *query) error { return q.search(text) })
}

// A token is one thing that was typed, and the ways to find it, best first.
type token struct{ ways []way }

type way struct {
	field   string
	edits   int // what a hit by this way counts as
	section section
}

func wordToken(w string) token {
	ways := []way{{fieldWord, 0, exactly(w)}, {fieldDigits, 0, exactly(w)}}
	if len(w) > 1 {
		ways = append(ways, way{fieldWord, 1, starting(w)})
	}
	if len(w) > 3 {
		ways = append(ways, way{fieldWord, 2, withinAfter(w, 1, 1)}, way{fieldDigits, 1, starting(w)})
	}
	return token{ways}
}

func numberToken(number string) token {
	ways := []way{{fieldDigits, 0, exactly(number)}}
	if len(number) > 3 {
		ways = append(ways, way{fieldDigits, 1, starting(number)})
	}
	if len(number) >= minNumber {
		ways = append(ways, way{fieldDigits, 2, withinAfter(number, 1, 1)})
	}
	if len(number) == 4 {
		ways = append(ways, way{fieldDigits, 1, starting(dateMark + number)})
	}
	return token{ways}
}

func dateToken(dates []patient.Date) token {
	var t token
	for _, d := range dates {
		full := d.Compact()
		known := strings.TrimSuffix(strings.TrimSuffix(full, "00"), "00")
		t.ways = append(t.ways, way{fieldDigits, 0, starting(dateMark + known)})
		if len(known) == len(full) { // records that know only a part of it
			t.ways = append(t.ways, way{fieldDigits, 1, exactly(dateMark + full[:6] + "00")}, way{fieldDigits, 1, exactly(dateMark + full[:4] + "0000")})
		}
	}
	return t
}

// tokens splits a text into its folded words and numbers.
func tokens(text string) []string {
	return strings.FieldsFunc(patient.Fold(text), unicode.IsSpace)
}

// dateLayouts are the ways in which dates are typed; a date that fits several may
// be any of them.
var dateLayouts = []patient.DateLayout{"", "YYYY-M-D", "M-D-YYYY", "D-M-YYYY"}

// parse takes a text apart; more is true where some of it was left out.
func parse(text string) (list []token, more bool) {
	if len(text) > maxText {
		text, more = strings.ToValidUTF8(text[:maxText], ""), true
	}
	chunks := strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || r == ',' || r == ';' })
	for i := 0; i < len(chunks); i++ {
		if number, n := phone(chunks[i:]); n > 0 {
			list = append(list, numberToken(number))
			i += n - 1
			continue
		}
		if dates := datesOf(chunks[i]); len(dates) > 0 {
			list = append(list, dateToken(dates))
			continue
		}
		for _, word := range tokens(chunks[i]) {
			if strings.ContainsFunc(word, unicode.IsLetter) {
				list = append(list, wordToken(word))
			} else {
				list = append(list, numberToken(word))
			}
		}
	}
	if len(list) > maxTokens {
		list, more = list[:maxTokens], true
	}
	return list, more
}

// datesOf returns the dates that a chunk can be; none for a number.
func datesOf(chunk string) []patient.Date {
	digits := strings.Count(strings.Map(digitOrNot, chunk), "0")
	if digits < 5 || len(chunk) > 10 || digits == len(chunk) && digits != 8 {
		return nil
	}
	var dates []patient.Date
	chunk = strings.NewReplacer(".", "-", "/", "-").Replace(chunk)
	for _, layout := range dateLayouts {
		d := patient.ParseDate(chunk, layout)
		d.Text = ""
		plausible := d.Year >= 1850 && d.Year <= 2150
		if plausible && (d.Full() || d.Day == 0) && !slices.Contains(dates, d) {
			dates = append(dates, d)
		}
	}
	return dates
}

func digitOrNot(r rune) rune {
	if r >= '0' && r <= '9' {
		return '0'
	}
	return '-'
}

// phone reads a phone number in as many chunks as it was typed in: "(555) 123-4567".
func phone(chunks []string) (digits string, n int) {
	var all strings.Builder
	for i, chunk := range chunks {
		if strings.Trim(chunk, "0123456789()+-./") != "" {
			break
		}
		for _, r := range chunk {
			if r >= '0' && r <= '9' {
				all.WriteRune(r)
			}
		}
		if i == 0 && len(datesOf(chunk)) > 0 && strings.Trim(chunk, "0123456789") != "" {
			break
		}
		bare := i == 0 && strings.Trim(chunk, "0123456789") == ""
		switch d := all.String(); {
		case len(d) > 11:
			return digits, n
		case len(d) == 11 && d[0] == '1':
			digits, n = d[1:], i+1
		case len(d) == 10, len(d) == 7 && !bare:
			digits, n = d, i+1
		}
	}
	return digits, n
}

// A share is what a token has in the index.
type share struct {
	lists []scored
	total int
}

type scored struct {
	postings
	n, edits int
}

func (q *query) search(text string) error {
	list, more := parse(text)
	if more {
		q.truncated |= Terms
	}
	if len(list) == 0 {
		return nil
	}
	shares := make([]share, len(list))
	for i, t := range list {
		var err error
		if shares[i], err = q.share(t); err != nil {
			return err
		}
	}
	// A record has all words, or all but one: so it has one of the rarest, and only
	// those are read to find it. The others are asked about what was found.
	slices.SortStableFunc(shares, func(a, b share) int { return a.total - b.total })
	missing := 0
	if len(shares) > 2 {
		missing = 1
	}
	met := map[place][]int{} // edits + 1 by token, 0 where it is not there
	budget := q.limits.Records
	for i, s := range shares {
		if i == missing+1 {
			budget = 10 * q.limits.Records
		}
		if err := q.meet(met, s, i, len(shares), i <= missing, &budget); err != nil {
			return err
		}
	}
	for at, edits := range met {
		sum, absent := 0, 0
		for _, e := range edits {
			if e == 0 {
				absent++
			}
			sum += max(e-1, 0)
		}
		if absent <= missing {
			q.found[at] = found{RouteText, sum + 3*absent}
		}
	}
	return nil
}

// share finds the terms of a token, each by its best way.
func (q *query) share(t token) (s share, err error) {
	seen := map[term]bool{}
	for _, w := range t.ways {
		if err := q.ctx.Err(); err != nil {
			return s, err
		}
		p := newPattern(1, &q.steps, w.section)
		terms, more, err := q.v.terms(w.field, p, maxTerms)
		if err != nil {
			return s, err
		}
		if more {
			q.truncated |= Terms
		}
		if p.spent {
			q.truncated |= Steps
		}
		dicts, err := q.v.dicts(w.field)
		if err != nil {
			return s, err
		}
		for _, text := range terms {
			if seen[term{w.field, text}] {
				continue
			}
			seen[term{w.field, text}] = true
			list, n, err := q.v.postings(dicts, text)
			if err != nil {
				return s, err
			}
			s.lists = append(s.lists, scored{list, n, w.edits})
			s.total += n
		}
	}
	return s, nil
}

// meet notes the records that have a token: all of them while it leads, else only
// those that are there already.
func (q *query) meet(met map[place][]int, s share, i, n int, leads bool, budget *int) error {
	for _, list := range s.lists {
		err := list.each(func(at place) bool {
			if *budget--; *budget < 0 {
				q.truncated |= Records
				return false
			}
			edits := met[at]
			if edits == nil {
				if !leads {
					return true
				}
				edits = make([]int, n)
				met[at] = edits
			}
			if edits[i] == 0 || list.edits+1 < edits[i] {
				edits[i] = list.edits + 1
			}
			return true
		})
		if err != nil {
			return err
		}
	}
	return nil
}
