package scoring

import (
	"encoding/binary"
	"slices"

	"github.com/idem-health/idem/internal/hash"
	"github.com/idem-health/idem/internal/table"
	"github.com/idem-health/idem/match/patient"
)

// peopleOp is what the comparisons of facts about a person and those around
// look at.
type peopleOp struct {
	multiple, order               reader
	motherGiven                   reader
	guardianGiven, guardianFamily reader
	died, activity                reader
	ssn, mrn                      reader
	doses                         reader

	names     *factTable[textFacts]
	numbers   *factTable[digitFacts]
	authority *factTable[textFacts]
	dosages   *factTable[doseFacts]
	grades    *factTable[uint8]
	minutes   *factTable[int16]
}

func (p *peopleOp) bind(o *bound, k Kind, c *Comparer) {
	switch k {
	case KindMultiple:
		o.code = opMultiple
		p.multiple, p.order = c.reader(patient.FieldMultipleBirth), c.reader(patient.FieldBirthOrder)
		c.present(o, p.order.col)
		c.either |= o.bit
	case KindGuardian:
		o.code, o.compare, o.text = opGuardian, compareGivenAlone, c.facts.text(o.col.Dict)
		p.guardianGiven, p.guardianFamily = c.reader(patient.FieldGuardianGiven), c.reader(patient.FieldGuardianFamily)
		p.names = o.text
		c.present(o, p.guardianFamily.col)
	case KindGuardianGiven:
		o.code, o.compare, o.text = opGuardianGiven, compareGivenAlone, c.facts.text(o.col.Dict)
		p.motherGiven = c.reader(patient.FieldMotherGiven)
	case KindDoses:
		o.code = opDoses
		p.doses, p.dosages = reader{o.col}, c.facts.doses(o.col.Dict)
	case KindPlaceholder:
		o.code, p.grades = opPlaceholder, c.facts.grades(o.col.Dict)
		c.either |= o.bit
	case KindBirthTime:
		o.code, p.minutes = opBirthTime, c.facts.minutes(o.col.Dict)
	case KindDeath:
		o.code = opDeath
		p.died, p.activity = c.reader(patient.FieldDeathDate), c.reader(patient.FieldActivity)
		c.either |= o.bit
	}
}

func (p *peopleOp) bindSequential(o *bound, c *Comparer) {
	o.code = opSequential
	p.ssn, p.mrn = c.reader(patient.FieldSSN), c.reader(patient.FieldMRN)
	if p.ssn.col != nil {
		p.numbers = c.facts.digits(p.ssn.col.Dict)
	}
	if p.mrn.col != nil {
		p.authority = c.facts.authority(p.mrn.col.Dict)
	}
	c.present(o, p.ssn.col, p.mrn.col)
}

// personLevel compares by one of the comparisons above; k is its number.
func (s *Session) personLevel(o *bound, k int, a, b *view) uint8 {
	p := &s.c.people
	switch o.code {
	case opMultiple:
		level := compareMultiple(p.multipleOf(a), p.multipleOf(b))
		s.twins = level > multipleAgree
		return level
	case opGuardian:
		return s.guardian(o, int(a.row-1), int(b.row-1))
	case opGuardianGiven:
		if p.motherGiven.id(int(a.row-1)) != 0 && p.motherGiven.id(int(b.row-1)) != 0 {
			return 0 // the comparison of mothers' given names speaks for them
		}
		return s.best(o, a, b)
	case opSequential:
		return s.sequential(int(a.row-1), int(b.row-1))
	case opPlaceholder:
		return comparePlaceholder(p.grades.of[a.keys[k]], p.grades.of[b.keys[k]])
	case opBirthTime:
		return compareBirthTime(p.minutes.of[a.keys[k]], p.minutes.of[b.keys[k]])
	case opDeath:
		return compareDeath(p.deathOf(a), p.deathOf(b))
	}
	return 0 // a comparison that no two records decide
}

func (p *peopleOp) multipleOf(v *view) multipleView {
	row := int(v.row - 1)
	return multipleOf(p.multiple.value(p.multiple.id(row)), p.order.value(p.order.id(row)))
}

func multipleOf(multiple, order string) multipleView {
	v := multipleView{}
	switch multiple {
	case "Y":
		v.Multiple = patient.Yes
	case "N":
		v.Multiple = patient.No
	}
	if order != "" {
		v.Order = order[0] - '0'
	}
	return v
}

// minutesOf reads a birth time HHMM as minutes since midnight plus one.
func minutesOf(s string) int16 {
	if len(s) != 4 {
		return 0
	}
	digit := func(k int) int16 { return int16(s[k] - '0') }
	return (digit(0)*10+digit(1))*60 + digit(2)*10 + digit(3) + 1
}

func (p *peopleOp) deathOf(v *view) deathView {
	row := int(v.row - 1)
	return deathView{p.died.value(p.died.id(row)), p.activity.value(p.activity.id(row))}
}

// scoped is [compareScoped]; facts hold the authority.
func (s *Session) scoped(o *bound, a, b *view) uint8 {
	var differs bool
	ys := o.col.Values(int(b.row - 1))
	for _, x := range o.col.Values(int(a.row - 1)) {
		for _, y := range ys {
			if x == y {
				return plainExact
			}
			authority := o.text.of[x].canon
			differs = differs || authority != 0 && authority == o.text.of[y].canon
		}
	}
	if differs {
		return plainDiffers
	}
	return 0
}

// sequential is [compareSequential].
func (s *Session) sequential(i, j int) uint8 {
	p := &s.c.people
	if x, y := p.ssn.id(i), p.ssn.id(j); x != 0 && y != 0 && p.numbers.of[x].mayFollow(&p.numbers.of[y]) &&
		consecutive(p.ssn.value(x), p.ssn.value(y)) {
		return sequentialYes
	}
	ys := p.mrn.ids(j)
	for _, x := range p.mrn.ids(i) {
		for _, y := range ys {
			authority := p.authority.of[x].canon
			if x != y && authority != 0 && authority == p.authority.of[y].canon && consecutive(p.mrn.value(x), p.mrn.value(y)) {
				return sequentialYes
			}
		}
	}
	return 0
}

// guardian is [compareGuardian].
func (s *Session) guardian(o *bound, i, j int) uint8 {
	p := &s.c.people
	var given uint8
	ys := p.guardianGiven.ids(j)
	for _, x := range p.guardianGiven.ids(i) {
		for _, y := range ys {
			given = better(given, s.textLevel(o, x, y))
		}
	}
	family := false
	ys = p.guardianFamily.ids(j)
	for _, x := range p.guardianFamily.ids(i) {
		family = family || x != 0 && slices.ContainsFunc(ys, func(y uint32) bool {
			return y != 0 && p.names.of[x].canon == p.names.of[y].canon
		})
	}
	switch {
	case given == 0 && family:
		return guardianFamily
	case given == 0:
		return 0
	case given == nearDiffers:
		return guardianDiffers
	case family:
		return guardianFull
	}
	return guardianGiven
}

// doseFacts is what is known of a dose CVX|DATE|LOT.
type doseFacts struct {
	date uint64 // hash of the date
	day  uint64 // the date as a number that orders as its text does; 0 unless it has eight characters
	lot  bool
}

func doseFactsOf(d *table.Dict, id uint32) doseFacts {
	v := d.Value(id)
	date := doseDate(v)
	f := doseFacts{date: hash.String(date), lot: hasLot(v)}
	if len(date) == 8 {
		f.day = binary.BigEndian.Uint64([]byte(date))
	}
	return f
}

// doseView is a row's doses, made ready when it first meets another with doses.
// The filters have a bit for each value that is there, so that nearly all that
// two rows do not share is passed over.
type doseView struct {
	ids         []uint32 // doses with a lot, each once
	dates       []uint64
	idFilter    uint64
	dateFilter  uint64
	first, last uint64 // of the doses with lots and whole dates
	n           int    // how many these are
}

func (s *Session) dosesOf(v *view) *doseView {
	d := &v.doses
	if v.made&madeDoses != 0 {
		return d
	}
	v.made |= madeDoses
	*d = doseView{ids: d.ids[:0], dates: d.dates[:0]}
	p := &s.c.people
	ids := p.doses.ids(int(v.row - 1))
	for i, id := range ids {
		f := &p.dosages.of[id]
		d.dates = append(d.dates, f.date)
		d.dateFilter |= 1 << (f.date & 63)
		if !f.lot {
			continue
		}
		if i == 0 || id != ids[i-1] {
			d.ids = append(d.ids, id)
			d.idFilter |= 1 << (id & 63)
		}
		if f.day != 0 {
			if d.n == 0 || f.day < d.first {
				d.first = f.day
			}
			d.last = max(d.last, f.day)
			d.n++
		}
	}
	return d
}

// doses is [compareDoses].
func (s *Session) doses(a, b *view) uint8 {
	x, y := s.dosesOf(a), s.dosesOf(b)
	shared := 0
	for _, id := range x.ids {
		if y.idFilter>>(id&63)&1 != 0 && slices.Contains(y.ids, id) {
			shared++
		}
	}
	switch {
	case shared > 0:
		return dosesOne - uint8(min(shared, maxSharedDoses)-1)
	case x.n < minDisjoint || y.n < minDisjoint || x.first > y.last || y.first > x.last:
		return 0
	}
	for _, date := range x.dates {
		if y.dateFilter>>(date&63)&1 != 0 && slices.Contains(y.dates, date) {
			return 0
		}
	}
	return dosesDisjoint
}
