package population

// A role is what a person is in the household.
type role uint8

const (
	roleChild role = iota
	roleMother
	roleFather
	roleGrandmother
	roleAdult
)

// maxMembers bounds a household: five births, with triplets, and four adults.
const maxMembers = 16

// A person of the world, with everything that is true of them.
type person struct {
	id       uint64 // household and place in it; never shown in a record
	role     role
	sex      uint8 // 0 male, 1 female
	group    uint8
	culture  culture
	foreign  bool // born abroad
	recorded bool // has records; the others are known as parents only
	born     int32
	died     int32 // 0 is alive
	mother   int8  // place in the household, -1 none
	father   int8
	spouse   int8

	given, given2 givenName // given2 is a second given name, or a second syllable
	pair          pairing   // what given2 is
	western       givenName // what else people with a Chinese or Korean name are called
	middle        givenName
	suffix        string
	nick          word
	names         [4]nameSpell // the newest last
	numNames      int
	mononym       bool

	multiple uint8 // how many were born together; 1 is one
	order    uint8 // birth order among them
	twins    uint32

	change     changeKind
	changeDay  int32
	sealed     bool // the adoption's
	foster     [2]int32
	agency     int32
	custody    bool // lives in two homes
	abroadFrom int32

	hospital    int32
	placeholder placeholder
	refuser     bool
	friend      bool // a false friend: a real name like a placeholder
	namesake    bool // has the name of mother or father
}

// pairing says what the second given name of a person is.
type pairing uint8

const (
	noPair        pairing = iota
	twoGiven              // Maria Jose
	twoSyllables          // Wei Ling
	afterMuhammad         // Muhammad Karim
	middleWord            // Nguyen Thi Lan: a middle name of the culture
)

// A givenName is a name and its number in the tables, -1 where it is in none.
type givenName struct {
	word
	id int32
}

// A nameSpell is how somebody was called from a day on.
type nameSpell struct {
	from   int32
	given  givenName
	family family
	tag    Tag // what a record says that still has the name before
}

// changeKind is why a child's name changed.
type changeKind uint8

const (
	noChange changeKind = iota
	changePaternity
	changeSpelling
	changeAdoption
	changeCourt
)

// A spell is an address from a day on.
type spell struct {
	from int32
	address
}

// A home is the addresses of a household, the newest last.
type home struct {
	spells [10]spell
	n      int
}

// at is the address on a day: the first one also before it began.
func (h *home) at(day int32) *address {
	for i := h.n - 1; i > 0; i-- {
		if h.spells[i].from <= day {
			return &h.spells[i].address
		}
	}
	return &h.spells[0].address
}

// A household is a unit of the world. It is a function of the seed, the rates
// and its number alone.
type household struct {
	householdState
	people [maxMembers]person
}

// householdState is everything of a household but its people.
type householdState struct {
	id       uint64
	n        int
	children int // people[first:n] are children
	first    int
	group    uint8
	family   bool // it has children
	home     home
	second   home // the other parent's, where the children live in two
	married  bool
	medicaid bool
	partner  uint64 // of a trap with the household before it; 0 none
	trap     Trap
	twinned  uint32
}

// A world makes households. It is not safe for concurrent use.
type world struct {
	*Generator
	scratch *household // of a partner
}

// build makes household id. alone leaves out the traps it shares with another.
func (w *world) build(h *household, id uint64, alone bool) {
	h.householdState = householdState{id: id}
	d := w.draw(kindHousehold, id, streamHousehold)
	if !d.is(w.p[rateAdultsOnly]) {
		w.makeFamily(h, &d)
	} else {
		w.makeAdults(h, &d)
	}
	w.nameHousehold(h)
	w.moveHousehold(h)
	for i := range h.n {
		w.live(h, &h.people[i])
	}
	switch {
	case !h.family || h.children == 0:
	case id%2 == 0:
		w.awaitPartner(h)
	case !alone:
		w.meetPartner(h)
	}
}

// add adds a member.
func (h *household) add(r role, sex uint8, group uint8, born int32) *person {
	p := &h.people[h.n]
	*p = person{
		id: h.id<<4 | uint64(h.n), role: r, sex: sex, group: group, born: born, mother: -1, father: -1, spouse: -1, multiple: 1, order: 1,
	}
	h.n++
	return p
}

// makeAdults makes a household without children: one to three adults.
func (w *world) makeAdults(h *household, d *draws) {
	h.group = uint8(w.adultGroups.pick(d))
	age := func() int32 { return years(19) + int32(d.below(int(years(48)))) + int32(d.below(int(years(20)))) }
	first := age()
	one := h.add(roleAdult, uint8(d.below(2)), h.group, w.birthday(d, asOf-first-year, asOf-first))
	one.recorded = true
	if d.is(percent(55)) {
		near := max(years(19), first-years(6)+int32(d.below(int(years(12)))))
		group := h.group
		if d.is(percent(10)) {
			group = uint8(w.adultGroups.pick(d))
		}
		two := h.add(roleAdult, 1-one.sex, group, w.birthday(d, asOf-near-year, asOf-near))
		two.recorded = true
		if h.married = d.is(percent(75)); h.married {
			h.people[0].spouse, two.spouse = 1, 0
		}
		if d.is(percent(12)) { // a grown child or a lodger
			w.addGrown(h, d)
		}
	}
	for i := range h.n {
		h.people[i].foreign = d.is(w.p[rateImmigrantAdult])
	}
}

// addGrown adds a grown child of the first two, or a lodger.
func (w *world) addGrown(h *household, d *draws) {
	oldest := max(h.people[0].born, h.people[1].born) + years(20)
	if oldest > asOf-years(19) {
		return
	}
	p := h.add(roleAdult, uint8(d.below(2)), h.group, w.birthday(d, oldest, min(oldest+years(15), asOf-years(19))))
	p.recorded = true
	if d.is(percent(75)) {
		p.mother, p.father = 0, 1
		if h.people[0].sex == 0 {
			p.mother, p.father = 1, 0
		}
	}
}

// siblingShares are the weights of one to five births in a family.
var siblingShares = []uint16{27, 39, 21, 9, 4}

// makeFamily makes a family around a child, whose age is drawn first, so that
// the ages of all follow the preset.
func (w *world) makeFamily(h *household, d *draws) {
	h.family = true
	h.group = uint8(w.childGroups.pick(d))
	births := 1 + choose(d, siblingShares, 100)
	var at [5]int32
	pivot := d.below(births)
	if d.is(w.p[rateYoung]) {
		at[pivot] = w.birthday(d, asOf-6*year, asOf)
	} else {
		at[pivot] = w.birthday(d, asOf-19*year+5, asOf-6*year)
	}
	gap := func() int32 {
		days := int32(400 + d.below(550) + d.below(550))
		if d.is(percent(20)) {
			days += int32(d.below(2200))
		}
		return days
	}
	for i := pivot - 1; i >= 0; i-- {
		at[i] = at[i+1] - gap()
	}
	for i := pivot + 1; i < births; i++ {
		at[i] = at[i-1] + gap()
	}
	motherAge := years(18) + int32(d.below(int(years(11)))) + int32(d.below(int(years(9))))
	mother := h.add(roleMother, 1, h.group, w.birthday(d, at[0]-motherAge-year, at[0]-motherAge))
	mother.recorded = d.is(w.p[rateRegisteredMother])
	mother.foreign = d.is(w.p[rateImmigrantAdult])
	group := h.group
	if d.is(percent(12)) {
		group = uint8(w.childGroups.pick(d))
	}
	father := h.add(roleFather, 0, group, mother.born-years(7)+int32(d.below(int(years(9)))))
	h.married = !d.is(w.p[rateNonmarital])
	father.foreign = d.is(w.p[rateImmigrantAdult])
	lives := h.married || d.is(w.p[rateFatherPresent])
	father.recorded = lives && d.is(w.p[rateRegisteredFather])
	if h.married {
		mother.spouse, father.spouse = 1, 0
	}
	if d.is(w.p[rateMultigenerational]) {
		g := h.add(roleGrandmother, 1, h.group, mother.born-years(19)-int32(d.below(int(years(14)))))
		g.recorded = d.is(w.p[rateRegisteredGrandparent])
		g.foreign = mother.foreign || d.is(w.p[rateImmigrantAdult])
	}
	h.first = h.n
	custody := d.is(w.p[rateCustody])
	for i := range births {
		if at[i] <= asOf-19*year || at[i] > asOf {
			continue // grown up and gone, or not born yet
		}
		w.addBirth(h, d, at[i], custody)
	}
	h.children = h.n - h.first
}

// addBirth adds the children of one birth.
func (w *world) addBirth(h *household, d *draws, born int32, custody bool) {
	count := 1
	switch {
	case d.is(w.p[rateTriplets]):
		count = 3
	case d.is(w.p[rateTwins]):
		count = 2
	}
	if h.n+count > maxMembers {
		return
	}
	sex := uint8(0)
	if d.is(percent(48.8)) {
		sex = 1
	}
	foreign := d.is(w.p[rateImmigrantChild])
	if count > 1 {
		h.twinned++
	}
	for i := range count {
		s := sex
		if i > 0 && !d.is(w.p[rateTwinSameSex]) {
			s = 1 - sex
		}
		p := h.add(roleChild, s, h.group, born)
		p.recorded, p.foreign, p.custody = true, foreign, custody
		p.mother, p.father = 0, 1
		p.multiple, p.order = uint8(count), uint8(i+1)
		if count > 1 {
			p.twins = h.twinned
			if i > 0 && d.is(percent(.5)) && born < asOf {
				p.born++ // midnight lay between them
			}
		}
	}
}
