package scoring

import (
	"errors"
	"fmt"
	"math/bits"
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
	t         *table.Table
	ops       []bound
	repeating []int  // ops whose rows may have several values
	either    uint64 // ops that need a value on one side alone
	settled   [16][16]uint64

	texts, digits int // slots of a view
	names         namesOp
	address       addressOp
	people        peopleOp
	facts         factTables

	sessions   sync.Pool
	generation uint32 // of the table's rows, see Extend
}

// A bound is one comparison, bound to its table.
type bound struct {
	code    opcode
	index   uint32
	bit     uint64
	col     *table.Col              // of the leading field
	off     int                     // its place in a row
	place   uint64                  // what one level adds to the pattern
	equal   bool                    // equal ids of single values are level 1, whatever else the rows say
	slot    int                     // where a view has the facts of the value; -1 where it has none
	compare func(a, b string) uint8 // the plain comparison of two values
	small   []uint8                 // its results for all pairs of values, where there are few
	smallOf int                     // how many values there were
	text    *factTable[textFacts]   // facts of the values of a text ...
	digit   *factTable[digitFacts]  // ... or of digits
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
	for i, spec := range cs {
		o := bound{index: uint32(i), bit: 1 << i, place: space.place[i], off: -1, slot: -1}
		if err := c.bind(&o, spec); err != nil {
			return nil, err
		}
		c.ops = append(c.ops, o)
		if o.col != nil && o.col.MayRepeat() {
			c.repeating = append(c.repeating, i)
		}
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
	}
	c.generation++
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
		c.people.bindSequential(o, c.t, &c.facts)
		return nil
	}
	fields := spec.Fields()
	if len(fields) == 0 {
		return fmt.Errorf("scoring: comparison %q: unknown field %q", spec.Name, spec.Field)
	}
	if o.col = c.t.Column(fields[0]); o.col == nil {
		return fmt.Errorf("scoring: comparison %q: %w %s", spec.Name, ErrNoField, fields[0])
	}
	o.off = o.col.Offset()
	c.bindKind(o, spec.Kind)
	return nil
}

// bindKind says how a kind is compared.
func (c *Comparer) bindKind(o *bound, k Kind) {
	switch k {
	case KindGiven:
		o.code, o.equal, o.compare = opGiven, true, compareGivenPair
		c.names.bind(c.t, &c.facts)
		c.names.bit = o.bit
	case KindFamily:
		o.code, o.equal, o.compare = opFamily, true, compareFamilyPair
		c.names.bind(c.t, &c.facts)
	case KindMiddle:
		o.code, o.equal, o.compare = opMiddle, true, compareMiddlePair
		c.names.bind(c.t, &c.facts)
	case KindText:
		c.bindText(o, opText, compareText)
	case KindMotherGiven:
		c.bindText(o, opSlip, compareGivenAlone)
	case KindMotherMaiden:
		c.bindText(o, opMaiden, compareMaiden)
	case KindExact, KindBirthCertificate:
		c.bindText(o, opExact, compareExact)
	case KindMRN, KindStudentID:
		o.code, o.equal = opScoped, true
		o.text = c.facts.authority(o.col.Dict)
	case KindBirthDate:
		c.bindDigits(o, c.facts.dates(o.col.Dict), compareBirthDate, settleBirthDate)
	case KindSSN:
		c.bindDigits(o, c.facts.digits(o.col.Dict), compareSSN, settleSSN)
	case KindNumber, KindMedicaid:
		c.bindDigits(o, c.facts.digits(o.col.Dict), compareNumber, settleNumber)
	case KindPhone:
		c.bindDigits(o, c.facts.digits(o.col.Dict), comparePhone, settlePhone)
	case KindPostalCode:
		c.bindDigits(o, c.facts.digits(o.col.Dict), comparePostalCode, settlePostalCode)
	case KindSex:
		c.bindSmall(o, func(x, y string) uint8 { return compareSex(x[0], y[0]) })
	case KindSuffix:
		c.bindSmall(o, compareSuffix)
	case KindAddress:
		o.code, o.off = opAddress, -1
		c.address.bind(o, c.t, &c.facts)
	case KindGuardianGiven:
		o.code, o.compare, o.text = opGuardianGiven, compareGivenAlone, c.facts.text(o.col.Dict)
		c.people.bindGuardianGiven(c.t)
	default:
		if c.people.bind(o, k, c.t, &c.facts) {
			c.either |= o.bit
		}
	}
}

func (c *Comparer) bindText(o *bound, code opcode, compare func(a, b string) uint8) {
	o.code, o.equal, o.compare, o.text = code, true, compare, c.facts.text(o.col.Dict)
	o.slot = c.texts
	c.texts++
}

func (c *Comparer) bindDigits(o *bound, facts *factTable[digitFacts], compare func(a, b string) uint8,
	settle func(x, y *digitFacts) (uint8, bool)) {
	o.code, o.equal, o.compare, o.digit, o.settle = opDigits, true, compare, facts, settle
	o.slot = c.digits
	c.digits++
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

// equalKeys returns the mask of the keys that two rows have in common, four at a
// time to keep the processor's units busy; there is no branch to mispredict.
func equalKeys(a, b []uint32) (mask uint64) {
	b = b[:len(a)]
	k := 0
	for ; len(a) >= 4 && len(b) >= 4; a, b = a[4:], b[4:] {
		four := same(a[0], b[0]) | same(a[1], b[1])<<1 | same(a[2], b[2])<<2 | same(a[3], b[3])<<3
		mask |= four << (k & 63)
		k += 4
	}
	for i, x := range a {
		mask |= same(x, b[i]) << ((k + i) & 63)
	}
	return mask
}

// same is 1 for equal words, else 0: only 0 - 1 borrows.
func same(x, y uint32) uint64 { return (uint64(x^y) - 1) >> 63 }

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
	settled := equalKeys(a.keys[:n], b.keys[:n]) & both & a.single & b.single
	p := c.sum(settled)
	rest := (both | (a.present|b.present)&c.either) &^ settled
	s.swap, s.twins = false, false
	for ; rest != 0; rest &= rest - 1 {
		k := bits.TrailingZeros64(rest) & 63
		o := &c.ops[k]
		level := s.level(o, k, a, b)
		s.levels[k] = level
		p += uint64(level) * o.place
	}
	if s.swap || s.twins {
		p = s.settle(p, both&^settled, settled)
	}
	return p
}

// settle is [interplay.settle] for a pattern: a swap of given and family name is
// told once, and doses are no evidence where twins are possible. compared are the
// ops whose levels are known, settled those at level 1.
func (s *Session) settle(p Pattern, compared, settled uint64) Pattern {
	drop := func(k int, most uint8) {
		level := uint8(settled >> k & 1)
		if compared>>k&1 != 0 {
			level = s.levels[k]
		}
		if level <= most {
			p -= uint64(level) * s.c.ops[k].place
		}
	}
	if k := s.c.interplay.family; s.swap && k >= 0 {
		drop(k, familyDiffers)
	}
	if k := s.c.interplay.doses; s.twins && k >= 0 {
		drop(k, dosesOne)
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
		return s.digitLevel(o, a.keys[k], b.keys[k], &a.digits[o.slot], &b.digits[o.slot])
	case opGiven:
		return s.given(o, a, b)
	case opFamily:
		return s.family(o, a, b)
	case opMiddle:
		return s.middle(o, a, b)
	case opText, opSlip, opMaiden, opExact:
		if (a.several|b.several)>>k&1 != 0 {
			return s.best(o, a, b)
		}
		return s.textLevel(o, a.keys[k], b.keys[k], &a.texts[o.slot], &b.texts[o.slot])
	case opGuardianGiven:
		if a.person.mother && b.person.mother {
			return 0 // the comparison of mothers' given names speaks for them
		}
		return s.best(o, a, b)
	case opScoped:
		return s.scoped(o, a, b)
	case opSequential:
		return s.sequential(a, b)
	case opMultiple:
		level := compareMultiple(a.person.multiple, b.person.multiple)
		s.twins = level > multipleAgree
		return level
	case opAddress:
		return s.addresses(a, b)
	case opGuardian:
		return s.guardian(o, a, b)
	case opDoses:
		return s.doses(o, a, b)
	case opPlaceholder:
		return comparePlaceholder(a.person.grade, b.person.grade)
	case opBirthTime:
		return compareBirthTime(a.person.minutes, b.person.minutes)
	case opDeath:
		return compareDeath(s.c.people.deathOf(a), s.c.people.deathOf(b))
	}
	return 0
}
