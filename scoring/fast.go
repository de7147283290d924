package scoring

import (
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"sync"

	"github.com/idem-health/idem/internal/table"
)

// A Comparer compares rows of a table: the compiled form of [Reference], with
// the same result. It is immutable and safe for concurrent use, but for
// [Comparer.Extend]; whoever compares many pairs takes a [Session] of it.
//
// Each comparison is an op. Of a pair of rows most ops are settled at once, by
// the equality of value ids, for all ops together and without a branch. Of the
// others most are settled by facts about the two values, computed once for each
// distinct value, that rule every likeness out (see textFacts and digitFacts).
// Only what is left is compared as text, by the plain functions of the reference,
// and a session remembers what they said.
type Comparer struct {
	specs     []Comparison
	space     *Space
	interplay interplay
	depends   depends
	t         *table.Table
	ops       []bound
	settled   [16][16]uint64 // what settled comparisons add to a pattern, four at a time

	// How a row is gathered, see [Comparer.gather].
	places    []place    // of the comparisons' keys in a row
	presences []presence // what else makes a comparison present
	repeating []int      // comparisons whose rows may have several values
	inexact   []int      // those of digits of which some value is not exactly itself
	equal     uint64     // those that equal ids settle
	either    uint64     // those that need a value on one side alone

	names   namesOp
	address addressOp
	people  peopleOp
	facts   factTables

	sessions   sync.Pool
	generation uint32 // of the table's rows, see Extend
}

// A place says which word of a row is the key of comparison k.
type place struct{ k, off int }

// A presence says which comparisons a row has something for when a word of it is
// not 0.
type presence struct {
	off  int
	bits uint64
}

// A bound is one comparison, bound to its table.
type bound struct {
	code    opcode
	index   uint32
	bit     uint64
	col     *table.Col              // of the leading field
	place   uint64                  // what one level adds to the pattern
	equal   bool                    // equal ids of single values are level 1, whatever else the rows say
	compare func(a, b string) uint8 // the plain comparison of two values
	small   []uint8                 // its results for all pairs of values, where there are few
	smallOf int                     // how many values there were
	text    *factTable[textFacts]   // facts of the values of a text ...
	digit   *factTable[digitFacts]  // ... or of digits
	checked int                     // of them, how many are known to be exactly themselves
	settle  func(x, y *digitFacts) (level uint8, ok bool)
}

// An opcode says how an op compares.
type opcode uint8

const (
	opNever opcode = iota // a comparison that no two records decide
	opSmall
	opExact
	opText
	opSlip
	opMaiden
	opDigits
	opGiven
	opFamily
	opMiddle
	opScoped
	opSequential
	opMultiple
	opAddress
	opGuardian
	opGuardianGiven
	opDoses
	opPlaceholder
	opBirthTime
	opDeath
)

// NewComparer binds comparisons to a table, which must hold their fields.
func NewComparer(cs []Comparison, t *table.Table) (*Comparer, error) {
	space, err := NewSpace(cs)
	if err != nil {
		return nil, err
	}
	c := &Comparer{specs: cs, space: space, interplay: newInterplay(cs), t: t, facts: newFactTables()}
	c.depends = newDepends(c.interplay)
	for i, spec := range cs {
		o := bound{index: uint32(i), bit: 1 << i, place: space.place[i]}
		if err := c.bind(&o, spec); err != nil {
			return nil, err
		}
		c.ops = append(c.ops, o)
		c.arrange(&c.ops[i])
	}
	c.sumSettled()
	c.sessions.New = func() any { return c.NewSession() }
	return c, nil
}

// Extend takes in the values that a growing table has got, and the rows that were
// written anew, since the Comparer was made or last extended. No method of it or
// of its sessions may run meanwhile.
func (c *Comparer) Extend() {
	c.facts.extend()
	for i := range c.ops {
		if o := &c.ops[i]; o.code == opSmall && o.smallOf != o.col.Dict.Len() {
			o.tabulate()
		}
		c.findInexact(&c.ops[i])
	}
	c.generation++
}

// arrange says how a row's value for a comparison is gathered.
func (c *Comparer) arrange(o *bound) {
	if o.col != nil {
		c.places = append(c.places, place{int(o.index), o.col.Offset()})
		if o.col.Field.Set() {
			c.repeating = append(c.repeating, int(o.index))
		}
	}
	if o.equal {
		c.equal |= o.bit
	}
	c.findInexact(o)
}

// findInexact notes a comparison of digits of which some value is not exactly
// itself: a birth date without a day.
func (c *Comparer) findInexact(o *bound) {
	if o.digit == nil || slices.Contains(c.inexact, int(o.index)) {
		return
	}
	for ; o.checked < len(o.digit.of); o.checked++ {
		if o.checked > 0 && !o.digit.of[o.checked].exact {
			c.inexact = append(c.inexact, int(o.index))
			return
		}
	}
}

// present notes that a comparison has something to compare in the rows that have
// a value in one of these columns, too.
func (c *Comparer) present(o *bound, columns ...*table.Col) {
	for _, col := range columns {
		if col == nil {
			continue
		}
		off := col.Offset()
		i := slices.IndexFunc(c.presences, func(p presence) bool { return p.off == off })
		if i < 0 {
			i = len(c.presences)
			c.presences = append(c.presences, presence{off: off})
		}
		c.presences[i].bits |= o.bit
	}
}

// sumSettled tabulates what settled ops, all of them at level 1, add to a
// pattern: four ops at a time.
func (c *Comparer) sumSettled() {
	for i := range c.ops {
		for set := range 16 {
			if set>>(i%4)&1 != 0 {
				c.settled[i/4][set] += c.ops[i].place
			}
		}
	}
}

// Space returns the pattern space of the comparisons.
func (c *Comparer) Space() *Space { return c.space }

// Pattern compares two rows.
func (c *Comparer) Pattern(i, j uint32) Pattern {
	s := c.sessions.Get().(*Session)
	p := s.Pattern(i, j)
	c.sessions.Put(s)
	return p
}

// ErrNoField is returned where a model compares a field that the records do not
// have: it was made from other records.
var ErrNoField = errors.New("the records have no")

// bind makes the op of a comparison.
func (c *Comparer) bind(o *bound, spec Comparison) error {
	if _, ok := kinds[spec.Kind]; !ok {
		return fmt.Errorf("scoring: comparison %q: unknown kind %q", spec.Name, spec.Kind)
	}
	switch spec.Kind {
	case KindCandidates:
		return nil
	case KindSequential:
		c.people.bindSequential(o, c)
		return nil
	}
	fields := spec.Fields()
	if len(fields) == 0 {
		return fmt.Errorf("scoring: comparison %q: unknown field %q", spec.Name, spec.Field)
	}
	if o.col = c.t.Column(fields[0]); o.col == nil {
		return fmt.Errorf("scoring: comparison %q: %w %s", spec.Name, ErrNoField, fields[0])
	}
	c.bindKind(o, spec.Kind)
	return nil
}

// bindKind says how a kind is compared.
func (c *Comparer) bindKind(o *bound, k Kind) {
	text, digits := c.facts.text, c.facts.digits
	switch k {
	case KindGiven:
		c.bindText(o, opGiven, text, compareGivenPair)
		c.names.bindGiven(o, c)
	case KindFamily:
		c.bindText(o, opFamily, text, compareFamilyPair)
		c.names.bindFamily(c)
	case KindMiddle:
		c.bindText(o, opMiddle, text, compareMiddlePair)
		c.names.bindNames(c)
	case KindText:
		c.bindText(o, opText, text, compareText)
	case KindMotherGiven:
		c.bindText(o, opSlip, text, compareGivenAlone)
	case KindMotherMaiden:
		c.bindText(o, opMaiden, text, compareMaiden)
	case KindExact, KindBirthCertificate:
		c.bindText(o, opExact, text, compareExact)
	case KindMRN, KindStudentID:
		c.bindText(o, opScoped, c.facts.authority, nil)
	case KindBirthDate:
		c.bindDigits(o, c.facts.dates, compareBirthDate, settleBirthDate)
	case KindSSN:
		c.bindDigits(o, digits, compareSSN, settleSSN)
	case KindNumber, KindMedicaid:
		c.bindDigits(o, digits, compareNumber, settleNumber)
	case KindPhone:
		c.bindDigits(o, digits, comparePhone, settlePhone)
	case KindPostalCode:
		c.bindDigits(o, digits, comparePostalCode, settlePostalCode)
	case KindSex:
		c.bindSmall(o, func(x, y string) uint8 { return compareSex(x[0], y[0]) })
	case KindSuffix:
		c.bindSmall(o, compareSuffix)
	case KindAddress:
		c.address.bind(o, c)
	default:
		c.people.bind(o, k, c)
	}
}

func (c *Comparer) bindText(o *bound, code opcode, facts func(*table.Dict) *factTable[textFacts], compare func(a, b string) uint8) {
	o.code, o.equal, o.text, o.compare = code, true, facts(o.col.Dict), compare
}

func (c *Comparer) bindDigits(o *bound, facts func(*table.Dict) *factTable[digitFacts], compare func(a, b string) uint8,
	settle func(x, y *digitFacts) (uint8, bool)) {
	o.code, o.equal, o.digit, o.compare, o.settle = opDigits, true, facts(o.col.Dict), compare, settle
}

// fewValues is how many values a field may have for all pairs of them to be
// tabulated.
const fewValues = 64

// bindSmall compares all pairs of a field's few values now; of many it compares
// each as it comes.
func (c *Comparer) bindSmall(o *bound, compare func(a, b string) uint8) {
	o.code, o.equal, o.compare = opSmall, true, compare
	o.tabulate()
}

func (o *bound) tabulate() {
	n, compare := o.col.Dict.Len(), o.compare
	o.small, o.smallOf = nil, n
	if n > fewValues {
		return
	}
	o.small = make([]uint8, n*n)
	for x := 1; x < n; x++ {
		for y := 1; y < n; y++ {
			o.small[x*n+y] = compare(o.col.Dict.Value(uint32(x)), o.col.Dict.Value(uint32(y)))
		}
	}
}

// sum returns what a set of settled ops adds to a pattern.
func (c *Comparer) sum(settled uint64) (p Pattern) {
	for k := 0; settled != 0; settled >>= 4 {
		p += c.settled[k&15][settled&15]
		k++
	}
	return p
}

// compare is the hot loop: the pattern of two rows that are gathered.
func (s *Session) compare(a, b *view) Pattern {
	c := s.c
	n := len(c.ops)
	both := a.present & b.present
	settled := table.EqualWords(a.keys[:n], b.keys[:n]) & both & a.single & b.single
	if mute := c.depends.silenced(settled); mute != 0 {
		both, settled = both&^mute, settled&^mute
	}
	p := c.sum(settled)
	rest := (both | (a.present|b.present)&c.either) &^ settled
	compared := rest
	s.swap, s.twins = false, false
	for ; rest != 0; rest &= rest - 1 {
		k := bits.TrailingZeros64(rest) & 63
		o := &c.ops[k]
		level := s.level(o, k, a, b)
		s.levels[k] = level
		p += uint64(level) * o.place
	}
	if s.swap || s.twins || compared&(c.depends.postal|c.depends.city) != 0 || s.unnamed(compared, settled) {
		p = s.settle(p, compared, settled)
	}
	return p
}

// depends holds the ops that depend on each other, as bits: [interplay] as the
// hot loop asks for it.
type depends struct{ given, family, postal, city, state uint64 }

func newDepends(p interplay) depends {
	bit := func(k int) uint64 {
		if k < 0 {
			return 0
		}
		return 1 << k
	}
	return depends{given: bit(p.given), family: bit(p.family), postal: bit(p.postal), city: bit(p.city), state: bit(p.state)}
}

// silenced returns the ops that need not be compared, since the places they
// compare lie in one on which the pair agrees.
func (d *depends) silenced(settled uint64) uint64 {
	switch {
	case settled&d.postal != 0:
		return d.city | d.state
	case settled&d.city != 0:
		return d.state
	}
	return 0
}

// unnamed reports whether family names were compared without given names.
func (s *Session) unnamed(compared, settled uint64) bool {
	d := &s.c.depends
	return compared&d.family != 0 && settled&d.given == 0 && (compared&d.given == 0 || s.levels[s.c.interplay.given] == 0)
}

// settle is [interplay.settle] for a pattern. compared are the ops whose levels
// are known, settled those at level 1; all others are at level 0.
func (s *Session) settle(p Pattern, compared, settled uint64) Pattern {
	x := &s.c.interplay
	level := func(k int) uint8 {
		switch {
		case k < 0:
			return 0
		case compared>>k&1 != 0:
			return s.levels[k]
		}
		return uint8(settled >> k & 1)
	}
	drop := func(k int, most uint8) {
		if l := level(k); l != 0 && l <= most {
			p -= uint64(l) * s.c.ops[k].place
		}
	}
	if s.swap {
		drop(x.family, familyDiffers)
	} else if x.given >= 0 && level(x.given) == 0 && level(x.family) == familyDiffers {
		p -= uint64(familyDiffers-familyRenamed) * s.c.ops[x.family].place
	}
	if s.twins {
		drop(x.doses, dosesOne)
	}
	switch {
	case level(x.postal) == postalExact:
		drop(x.city, textDiffers)
		drop(x.state, textDiffers)
	case level(x.city) == textExact:
		drop(x.state, textDiffers)
	}
	return p
}

// level compares by an op that equality did not settle.
func (s *Session) level(o *bound, k int, a, b *view) uint8 {
	switch o.code {
	case opSmall:
		return s.smallLevel(o, a.keys[k], b.keys[k])
	case opDigits:
		if (a.several|b.several)>>k&1 != 0 {
			return s.best(o, a, b)
		}
		return s.digitLevel(o, a.keys[k], b.keys[k])
	case opGiven:
		return s.given(o, s.names(a), s.names(b))
	case opFamily:
		return s.family(o, s.names(a), s.names(b))
	case opMiddle:
		return s.middle(o, s.names(a), s.names(b))
	case opText, opSlip, opMaiden, opExact:
		if (a.several|b.several)>>k&1 != 0 {
			return s.best(o, a, b)
		}
		return s.textLevel(o, a.keys[k], b.keys[k])
	case opScoped:
		return s.scoped(o, a, b)
	case opAddress:
		return s.addresses(a, b)
	case opDoses:
		return s.doses(a, b)
	}
	return s.personLevel(o, k, a, b)
}
