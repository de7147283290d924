package scoring

import (
	"encoding/binary"
	"slices"

	"github.com/idem-health/idem/internal/hash"
	"github.com/idem-health/idem/internal/table"
	"github.com/idem-health/idem/match/patient"
)

// peopleOp is what the comparisons of facts about a person and those around
// look at. The bit of a comparison that there is not is 0.
type peopleOp struct {
	multipleBit, guardianBit, placeholderBit, timeBit, deathBit, sequentialBit, doseBit uint64

	multiple, order               reader
	motherGiven                   reader
	guardianGiven, guardianFamily reader
	class, time                   reader
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

// personView is what a view has of a peopleOp.
type personView struct {
	multiple                      multipleView
	minutes                       int16
	grade                         uint8 // of the placeholder
	mother                        bool  // the mother's given name is known
	guardianGiven, guardianFamily []uint32
	ssn                           uint32
	mrn                           []uint32
	died, activity                uint32
}

// bind binds the kinds of fixed fields; either says that a value on one side
// alone may be at a level.
func (p *peopleOp) bind(o *bound, k Kind, t *table.Table, f *factTables) (either bool) {
	of := func(f patient.Field) reader { return reader{t.Column(f)} }
	switch k {
	case KindMultiple:
		o.code, p.multipleBit = opMultiple, o.bit
		p.multiple, p.order = of(patient.FieldMultipleBirth), of(patient.FieldBirthOrder)
		o.off, either = -1, true
	case KindGuardian:
		o.code, p.guardianBit = opGuardian, o.bit
		p.guardianGiven, p.guardianFamily = of(patient.FieldGuardianGiven), of(patient.FieldGuardianFamily)
		p.names = f.text(o.col.Dict)
		o.compare, o.text, o.off = compareGivenAlone, p.names, -1
	case KindDoses:
		o.code, p.doseBit = opDoses, o.bit
		p.doses, p.dosages = of(patient.FieldDoseKey), f.doses(o.col.Dict)
	case KindPlaceholder:
		o.code, p.placeholderBit = opPlaceholder, o.bit
		p.class, p.grades = of(patient.FieldPlaceholderClass), f.grades(o.col.Dict)
		o.off, either = -1, true
	case KindBirthTime:
		o.code, p.timeBit = opBirthTime, o.bit
		p.time, p.minutes = of(patient.FieldBirthTime), f.minutes(o.col.Dict)
		o.off = -1
	case KindDeath:
		o.code, p.deathBit = opDeath, o.bit
		p.died, p.activity = of(patient.FieldDeathDate), of(patient.FieldActivity)
		o.off, either = -1, true
	}
	return either
}

func (p *peopleOp) bindGuardianGiven(t *table.Table) {
	p.motherGiven = reader{t.Column(patient.FieldMotherGiven)}
}

func (p *peopleOp) bindSequential(o *bound, t *table.Table, f *factTables) {
	o.code, p.sequentialBit = opSequential, o.bit
	p.ssn, p.mrn = reader{t.Column(patient.FieldSSN)}, reader{t.Column(patient.FieldMRN)}
	if p.ssn.col != nil {
		p.numbers = f.digits(p.ssn.col.Dict)
	}
	if p.mrn.col != nil {
		p.authority = f.authority(p.mrn.col.Dict)
	}
}

func (p *peopleOp) gather(v *view, row int) {
	x := &v.person
	has := func(bit uint64, there bool) {
		if there {
			v.present |= bit
		}
	}
	if p.multipleBit != 0 {
		x.multiple = multipleOf(p.multiple.value(p.multiple.id(row)), p.order.value(p.order.id(row)))
		has(p.multipleBit, x.multiple.is())
	}
	x.mother = p.motherGiven.id(row) != 0
	if p.guardianBit != 0 {
		x.guardianGiven, x.guardianFamily = p.guardianGiven.ids(row), p.guardianFamily.ids(row)
		has(p.guardianBit, p.guardianGiven.id(row)|p.guardianFamily.id(row) != 0)
	}
	if p.placeholderBit != 0 {
		x.grade = p.grades.of[p.class.id(row)]
		has(p.placeholderBit, x.grade != 0)
	}
	if p.timeBit != 0 {
		x.minutes = p.minutes.of[p.time.id(row)]
		has(p.timeBit, x.minutes != 0)
	}
	if p.deathBit != 0 {
		x.died, x.activity = p.died.id(row), p.activity.id(row)
		has(p.deathBit, x.died != 0)
	}
	if p.sequentialBit != 0 {
		x.ssn, x.mrn = p.ssn.id(row), p.mrn.ids(row)
		has(p.sequentialBit, x.ssn != 0 || len(x.mrn) > 0)
	}
	v.doses.made = false
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
	return deathView{p.died.value(v.person.died), p.activity.value(v.person.activity)}
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
func (s *Session) sequential(a, b *view) uint8 {
	p := &s.c.people
	if x, y := a.person.ssn, b.person.ssn; x != 0 && y != 0 {
		d, e := &p.numbers.of[x], &p.numbers.of[y]
		if d.n == 0 || e.n == 0 {
			if consecutive(p.ssn.value(x), p.ssn.value(y)) {
				return sequentialYes
			}
		} else if d.n == e.n && (d.number-e.number == 1 || e.number-d.number == 1) {
			return sequentialYes
		}
	}
	for _, x := range a.person.mrn {
		for _, y := range b.person.mrn {
			authority := p.authority.of[x].canon
			if x != y && authority != 0 && authority == p.authority.of[y].canon && consecutive(p.mrn.value(x), p.mrn.value(y)) {
				return sequentialYes
			}
		}
	}
	return 0
}

// guardian is [compareGuardian].
func (s *Session) guardian(o *bound, a, b *view) uint8 {
	p, x, y := &s.c.people, &a.person, &b.person
	var given uint8
	for _, g := range x.guardianGiven {
		for _, h := range y.guardianGiven {
			given = better(given, s.valueLevel(o, g, h))
		}
	}
	family := false
	for _, f := range x.guardianFamily {
		family = family || f != 0 && slices.ContainsFunc(y.guardianFamily, func(g uint32) bool {
			return g != 0 && p.names.of[f].canon == p.names.of[g].canon
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
	made        bool
	ids         []uint32 // doses with a lot, each once
	dates       []uint64
	idFilter    uint64
	dateFilter  uint64
	first, last uint64 // of the doses with lots and whole dates
	n           int    // how many these are
}

func (p *peopleOp) dosesOf(v *view) *doseView {
	d := &v.doses
	if d.made {
		return d
	}
	*d = doseView{made: true, ids: d.ids[:0], dates: d.dates[:0]}
	for i, ids := 0, p.doses.ids(int(v.row-1)); i < len(ids); i++ {
		f := &p.dosages.of[ids[i]]
		d.dates = append(d.dates, f.date)
		d.dateFilter |= 1 << (f.date & 63)
		if !f.lot || i > 0 && ids[i] == ids[i-1] {
			continue
		}
		d.ids = append(d.ids, ids[i])
		d.idFilter |= 1 << (ids[i] & 63)
	}
	for _, id := range p.doses.ids(int(v.row - 1)) {
		f := &p.dosages.of[id]
		if !f.lot || f.day == 0 {
			continue
		}
		if d.n == 0 || f.day < d.first {
			d.first = f.day
		}
		d.last = max(d.last, f.day)
		d.n++
	}
	return d
}

// doses is [compareDoses].
func (s *Session) doses(_ *bound, a, b *view) uint8 {
	x, y := s.c.people.dosesOf(a), s.c.people.dosesOf(b)
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
