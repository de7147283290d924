package blocking

import (
	"errors"
	"fmt"
	"slices"

	"github.com/idem-health/idem/internal/hash"
	"github.com/idem-health/idem/internal/table"
	"github.com/idem-health/idem/match/patient"
)

// maxRowKeys bounds the keys of one row under one rule: a record with several
// names, phones and addresses has a key for every combination.
const maxRowKeys = 256

// A keyer gives the keys of a row for one column of a rule.
type keyer struct {
	col     *table.Col     // nil: no row of the table has the field
	derived *table.Derived // nil: the value itself
	several bool           // some row may have several
	address bool           // value k belongs to address k

	name   string // of the transform
	append func(dst []string, value string) []string
}

// one returns the key of a row that has at most one; 0 is none.
func (k *keyer) one(row int) uint64 {
	switch {
	case k.derived != nil:
		return k.derived.First(k.col.ID(row))
	case k.col != nil:
		return k.col.Key(row)
	}
	return 0
}

// all appends all keys of a row.
func (k *keyer) all(dst []uint64, row int) []uint64 {
	switch {
	case k.col == nil:
		return dst
	case k.derived == nil:
		return k.col.AppendKeys(dst, row)
	}
	for _, id := range k.col.Values(row) {
		dst = append(dst, k.derived.Keys(id)...)
	}
	return dst
}

// at appends the keys of the row's address p.
func (k *keyer) at(dst []uint64, row, p int) []uint64 {
	switch {
	case k.col == nil:
	case k.derived != nil:
		if ids := k.col.Values(row); p < len(ids) {
			dst = append(dst, k.derived.Keys(ids[p])...)
		}
	default:
		n := len(dst)
		if dst = k.col.AppendKeys(dst, row); n+p < len(dst) {
			return append(dst[:n], dst[n+p])
		}
		return dst[:n]
	}
	return dst
}

// positions returns how many addresses the row has under this column.
func (k *keyer) positions(row int) int {
	switch {
	case !k.address || k.col == nil:
		return 0
	case !k.col.Several(row):
		return 1
	case k.col.Text():
		return len(k.col.Values(row))
	}
	return len(k.col.Keys(row))
}

// A plan is a rule made ready for a table.
type plan struct {
	rule    *Rule
	id      uint64 // of the rule's definition: frozen keys are good for it only
	keys    []keyer
	refine  []keyer
	several bool // some row may have several keys, refinements included
	product bool // some row may have several keys at depth 0
}

// compile prepares the rules and reports all faults of all of them at once.
func compile(t *table.Table, rules []Rule) ([]*plan, error) {
	if len(rules) > MaxRules {
		return nil, fmt.Errorf("%w: %d rules, at most %d", ErrRule, len(rules), MaxRules)
	}
	var plans []*plan
	var faults []error
	names := map[string]bool{}
	for i := range rules {
		r := &rules[i]
		if names[r.Name] {
			faults = append(faults, fmt.Errorf("%w: two rules named %q", ErrRule, r.Name))
		}
		names[r.Name] = true
		if err := r.Validate(); err != nil {
			faults = append(faults, err)
			continue
		}
		p, err := newPlan(t, r)
		if err != nil {
			faults = append(faults, err)
		}
		plans = append(plans, p)
	}
	return plans, errors.Join(faults...)
}

func newPlan(t *table.Table, r *Rule) (*plan, error) {
	p := &plan{rule: r, id: r.fingerprint()}
	var faults []error
	column := func(c patient.Column, f *KeyFunc) keyer {
		k, err := newKeyer(t, c, f)
		if err != nil {
			faults = append(faults, fmt.Errorf("%w %q: %w", ErrRule, r.Name, err))
		}
		p.several = p.several || k.several
		return k
	}
	for _, c := range r.Keys {
		p.keys = append(p.keys, column(c, nil))
	}
	for i := range r.Funcs {
		p.keys = append(p.keys, column(patient.Column{Field: r.Funcs[i].Field}, &r.Funcs[i]))
	}
	p.product = p.several
	for _, c := range r.Refine {
		p.refine = append(p.refine, column(c, nil))
	}
	return p, errors.Join(faults...)
}

func newKeyer(t *table.Table, c patient.Column, f *KeyFunc) (keyer, error) {
	col := t.Column(c.Field)
	switch {
	case col == nil: // a table has no columns for what no record has
		return keyer{}, nil
	case !col.Text() && (c.Transform != patient.Exact || f != nil):
		return keyer{}, fmt.Errorf("the table keeps no values of column %v, only their equality", c.Field)
	}
	k := keyer{col: col, several: col.MayRepeat(), address: c.Field.AddressPart()}
	switch {
	case f != nil:
		k.name, k.append = columnName(c, f), f.Append
		k.derived = col.Dict.Transform(f.Append)
	case c.Transform != patient.Exact:
		k.name, k.append = columnName(c, nil), c.AppendKeys
		k.derived = col.Dict.Derive(c)
	}
	k.several = k.several || k.derived != nil && k.derived.Multiple()
	return k, nil
}

// fingerprint identifies what the rule's keys are made of, not its name.
func (r *Rule) fingerprint() uint64 {
	h := hash.String("idem blocking rule 1")
	add := func(kind, s string) { h = hash.Mix(h, hash.Mix(hash.String(kind), hash.String(s))) }
	for _, c := range r.Keys {
		add("key", c.String())
	}
	for _, f := range r.Funcs {
		add("func", f.Name+" "+f.Field.String())
	}
	for _, c := range r.Refine {
		add("refine", c.String())
	}
	if r.Crosswise {
		add("crosswise", "")
	}
	return h
}

// entries are the (key, row) pairs of one rule.
type entries struct {
	keys []uint64
	rows []uint32
}

func (e *entries) add(key uint64, row int) {
	e.keys = append(e.keys, key)
	e.rows = append(e.rows, uint32(row))
}

func (e *entries) reset() { e.keys, e.rows = e.keys[:0], e.rows[:0] }

// collect appends the keys of all rows at depth 0 and returns how many rows had
// more than maxRowKeys.
func (p *plan) collect(e *entries, n int) (truncated int) {
	var s scratch
	for row := range n {
		if p.product && p.repeats(row) {
			keys, all := p.combinations(&s, row)
			if !all {
				truncated++
			}
			for _, k := range keys {
				e.add(k, row)
			}
			continue
		}
		if k := p.single(row); k != 0 {
			e.add(k, row)
		}
	}
	return truncated
}

// single returns the key of a row that has at most one; 0 is none.
func (p *plan) single(row int) uint64 {
	h, rest := p.id, p.keys
	if p.rule.Crosswise {
		a, b := rest[0].one(row), rest[1].one(row)
		if a == 0 || b == 0 {
			return 0
		}
		h, rest = crosswise(h, a, b), rest[2:]
	}
	for i := range rest {
		k := rest[i].one(row)
		if k == 0 {
			return 0
		}
		h = hash.Mix(h, k)
	}
	return h
}

// crosswise is the same for (a, b) and (b, a).
func crosswise(h, a, b uint64) uint64 {
	return hash.Mix(hash.Mix(h, min(a, b)), max(a, b))
}

// repeats reports whether the row has several keys under some column.
func (p *plan) repeats(row int) bool {
	for i := range p.keys {
		k := &p.keys[i]
		if k.several && (k.col.Several(row) || k.derived != nil && k.derived.Multiple() && len(k.derived.Keys(k.col.ID(row))) > 1) {
			return true
		}
	}
	return false
}

// scratch is the memory of combinations.
type scratch struct {
	out, acc, next []uint64
	values         [maxKeys][]uint64
}

// combinations returns the distinct keys of a row with several values: every
// combination of the values of its columns, save that the parts of an address
// are taken from one address. all is false when some were left out.
func (p *plan) combinations(s *scratch, row int) (keys []uint64, all bool) {
	positions := 1
	for i := range p.keys {
		positions = max(positions, p.keys[i].positions(row))
	}
	s.out, all = s.out[:0], true
	for position := range positions {
		for i := range p.keys {
			k := &p.keys[i]
			if k.address {
				s.values[i] = k.at(s.values[i][:0], row, position)
			} else if position == 0 {
				s.values[i] = k.all(s.values[i][:0], row)
			}
		}
		all = p.multiply(s) && all
	}
	slices.Sort(s.out)
	s.out = slices.Compact(s.out)
	return s.out, all
}

// multiply appends the keys of all combinations of s.values to s.out.
func (p *plan) multiply(s *scratch) bool {
	s.acc = append(s.acc[:0], p.id)
	first := 0
	if p.rule.Crosswise {
		s.acc, first = s.acc[:0], 2
		for _, a := range s.values[0] {
			for _, b := range s.values[1] {
				if a != 0 && b != 0 && len(s.acc) < maxRowKeys {
					s.acc = append(s.acc, crosswise(p.id, a, b))
				}
			}
		}
	}
	all := true
	for i := first; i < len(p.keys); i++ {
		s.next = s.next[:0]
		for _, h := range s.acc {
			for _, v := range s.values[i] {
				if v != 0 {
					s.next = append(s.next, hash.Mix(h, v))
				}
			}
		}
		if len(s.next) > maxRowKeys {
			s.next, all = s.next[:maxRowKeys], false
		}
		s.acc, s.next = s.next, s.acc
	}
	if room := maxRowKeys - len(s.out); len(s.acc) > room {
		s.acc, all = s.acc[:room], false
	}
	s.out = append(s.out, s.acc...)
	return all
}
