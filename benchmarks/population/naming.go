package population

// form is how the parts of a surname belong together.
type form uint8

const (
	singleName  form = iota
	doubleName       // paternal and maternal, as in Spanish: both are the surname
	hyphenName       // Smith-Jones
	articleName      // Al-Hassan
)

// A family is a surname: first is the one it is filed by.
type family struct {
	first, second word
	form          form
}

// newSurname draws a surname of a group: of the table, else of the group's
// endless tail.
func (w *world) newSurname(d *draws, group uint8) (family, culture) {
	if d.is(w.tail[group]) {
		n := w.tailSurname(d, group)
		return family{first: word{n, n}}, noCulture
	}
	s := &w.t.surnames[w.t.surnameBy[group].pick(d)]
	if s.culture != noCulture && group != groupAsian && s.culture != arabic {
		return family{first: s.word}, noCulture
	}
	f := family{first: s.word}
	if s.culture == arabic && d.is(percent(10)) {
		f.form = articleName
	}
	return f, s.culture
}

// nameHousehold names everybody of a household.
func (w *world) nameHousehold(h *household) {
	d := w.draw(kindHousehold, h.id, streamNames)
	if h.family {
		w.nameFamily(h, &d)
	} else {
		w.nameAdults(h, &d)
	}
}

func (w *world) nameAdults(h *household, d *draws) {
	for i := range h.n {
		p := &h.people[i]
		f, c := w.newSurname(d, p.group)
		if p.mother >= 0 {
			f = h.people[p.father].names[0].family
			c = h.people[p.father].culture
		}
		w.nameAdult(d, p, f, c)
	}
	if h.married {
		wife, husband := &h.people[0], &h.people[1]
		if wife.sex == 0 {
			wife, husband = husband, wife
		}
		w.marry(d, wife, husband, wife.born+years(21)+int32(d.below(int(years(12)))))
	}
}

// nameAdult gives an adult a given name and the surname they were born with.
func (w *world) nameAdult(d *draws, p *person, f family, c culture) {
	p.culture = c
	w.nameGiven(d, p)
	if p.group != groupHispanic && f.form == singleName && d.is(w.p[rateHyphen]) {
		second, _ := w.newSurname(d, p.group)
		f.second, f.form = second.first, hyphenName
	}
	p.mononym = p.foreign && d.is(w.p[rateMononym])
	p.setName(p.given, f)
}

// setName is the name at birth.
func (p *person) setName(g givenName, f family) {
	p.names[0] = nameSpell{from: p.born, given: g, family: f}
	p.numNames = 1
}

// rename gives a person another name from a day on. What is later than the day
// the world is seen has not happened.
func (p *person) rename(from int32, g givenName, f family, tag Tag) {
	if from < asOf && p.numNames < len(p.names) {
		p.names[p.numNames] = nameSpell{from, g, f, tag}
		p.numNames++
	}
}

// nameAt is the name on a day.
func (p *person) nameAt(day int32) *nameSpell {
	for i := p.numNames - 1; i > 0; i-- {
		if p.names[i].from <= day {
			return &p.names[i]
		}
	}
	return &p.names[0]
}

// current is the name that is legal today.
func (p *person) current() *nameSpell { return &p.names[p.numNames-1] }

// marry gives a wife her husband's surname, and perhaps her own again.
func (w *world) marry(d *draws, wife, husband *person, day int32) {
	if !d.is(w.p[rateMarriageChange]) {
		return
	}
	f := husband.names[0].family
	own := wife.names[0].family
	if d.is(percent(6)) && own.form == singleName && f.form == singleName {
		f.second, f.form = f.first, hyphenName
		f.first = own.first
	}
	wife.rename(day, wife.given, f, tagFamilyFormer)
	if d.is(w.p[rateDivorce]) && d.is(w.p[rateDivorceReverts]) {
		wife.rename(day+years(3)+int32(d.below(int(years(15)))), wife.given, own, tagFamilyFormer)
	}
}

func (w *world) nameFamily(h *household, d *draws) {
	mother, father := &h.people[0], &h.people[1]
	f, c := w.newSurname(d, mother.group)
	w.nameAdult(d, mother, f, c)
	f, c = w.newSurname(d, father.group)
	w.nameAdult(d, father, f, c)
	if d.is(percent(3)) {
		father.suffix = "Sr"
	}
	first := int32(0)
	for i := 2; i < h.n; i++ {
		if p := &h.people[i]; p.role == roleGrandmother {
			// The mother's mother, or the father's.
			f, c := mother.names[0].family, mother.culture
			if d.is(percent(45)) {
				f, c = father.names[0].family, father.culture
			}
			w.nameAdult(d, p, family{first: f.first}, c)
		}
	}
	if h.first < h.n {
		first = h.people[h.first].born
	}
	if h.married {
		w.marry(d, mother, father, first-200-int32(d.below(2000)))
	}
	w.nameChildren(h, d)
}

// nameChildren names the children: the surname by how the parents stand, the
// given name unlike those of the elder ones.
func (w *world) nameChildren(h *household, d *draws) {
	mother, father := &h.people[0], &h.people[1]
	half := h.children > 1 && d.is(w.p[rateHalfSiblings])
	halves := 1 + d.below(max(1, h.children-1))
	if half && h.people[h.first+halves-1].twins != 0 {
		half = false
	}
	other, _ := w.newSurname(d, h.group)
	at := d.below(100) // one decision for all children of a father
	both := d.is(w.p[rateDoubleSurname])
	for i := h.first; i < h.n; i++ {
		p := &h.people[i]
		p.culture = father.culture
		if p.culture == noCulture {
			p.culture = mother.culture
		}
		paternal := father.names[0].family
		if half && i < h.first+halves {
			paternal = other
			p.father = -1
		}
		maternal := mother.names[0].family
		f := paternal
		switch own := mother.nameAt(p.born).family; {
		case h.group == groupHispanic && both:
			f = family{first: paternal.first, second: maternal.first, form: doubleName}
		case h.married && p.father >= 0 && at < 94, !h.married && at < 75:
		case h.married && at < 98, !h.married && at < 82:
			f = family{first: own.first, second: paternal.first, form: hyphenName}
			if own.first == paternal.first {
				f = paternal
			}
		default:
			f = own
		}
		w.nameChild(d, h, p, f)
	}
}

func (w *world) nameChild(d *draws, h *household, p *person, f family) {
	if d.is(w.p[rateFalseFriend]) {
		w.befriend(d, p, &f)
	}
	switch {
	case p.friend && p.given.proper != "":
	case p.multiple > 1 && p.order > 1:
		w.nameTwin(d, h, p)
	case p.sex == 0 && p.father >= 0 && d.is(w.p[rateJunior]):
		father := &h.people[p.father]
		p.given, p.given2, p.pair, p.middle = father.given, father.given2, father.pair, father.middle
		p.suffix, p.namesake = "Jr", true
		if d.below(6) == 0 {
			p.suffix = "III"
			father.suffix = "Jr"
		}
		f = father.names[0].family
		w.nickname(d, p)
	case p.sex == 1 && d.is(w.p[rateMotherDaughter]):
		mother := &h.people[0]
		p.given, p.given2, p.pair, p.namesake = mother.given, mother.given2, mother.pair, true
		f = mother.nameAt(p.born).family
		w.nickname(d, p)
	default:
		for range 5 {
			w.nameGiven(d, p)
			if !h.taken(p) {
				break
			}
		}
	}
	p.setName(p.given, f)
}

// taken reports whether an elder sibling has the given name.
func (h *household) taken(p *person) bool {
	for i := h.first; i < h.n && &h.people[i] != p; i++ {
		if h.people[i].given.plain == p.given.plain {
			return true
		}
	}
	return false
}

// befriend gives a real name that looks like a placeholder.
func (w *world) befriend(d *draws, p *person, f *family) {
	names := falseFriends[d.below(len(falseFriends))]
	p.friend = true
	if names[0] != "" {
		p.given = givenName{word{names[0], names[0]}, -1}
	}
	if names[1] != "" {
		*f = family{first: word{names[1], names[1]}}
	}
}

// nameGiven draws given and middle names.
func (w *world) nameGiven(d *draws, p *person) {
	p.given2, p.pair, p.western, p.middle = givenName{}, noPair, givenName{}, givenName{}
	p.given = w.newGiven(d, p.sex, p.group, p.born)
	if d.is(w.p[rateMiddle]) {
		p.middle = w.newGiven(d, p.sex, p.group, p.born-years(20))
	}
	switch p.culture {
	case chinese, korean:
		if p.foreign || d.is(percent(40)) {
			w.nameSyllables(d, p)
		}
	case vietnamese:
		if p.foreign || d.is(percent(45)) {
			names := vietnameseGiven[p.sex]
			n := names[d.below(len(names))]
			p.given = givenName{word{n, n}, -1}
			p.pair, p.middle = middleWord, givenName{word{"Văn", "Van"}, -1}
			if p.sex == 1 {
				p.middle = givenName{word{"Thị", "Thi"}, -1}
			}
		}
	case indian, arabic:
		if p.foreign || d.is(percent(70)) {
			p.given = w.from(d, &w.t.own[p.sex][p.culture], p.group)
			if p.culture == arabic && p.sex == 0 && d.is(percent(15)) {
				p.given, p.given2, p.pair = givenName{word{"Muhammad", "Muhammad"}, -1}, p.given, afterMuhammad
			}
		}
	}
	if p.group == groupHispanic && d.is(w.p[rateTwoGiven]) {
		p.given2, p.pair = w.newGiven(d, p.sex, p.group, p.born-years(30)), twoGiven
		p.middle = givenName{}
		if p.sex == 1 && d.is(percent(25)) {
			p.given = givenName{word{"María", "Maria"}, -1}
		}
	}
	w.nickname(d, p)
}

func (w *world) nameSyllables(d *draws, p *person) {
	syllables := chineseSyllables
	if p.culture == korean {
		syllables = koreanSyllables
	}
	one, two := syllables[d.below(len(syllables))], syllables[d.below(len(syllables))]
	if d.is(w.p[rateAsianWestern]) {
		p.western = p.given
	}
	p.given, p.given2 = givenName{word{one, one}, -1}, givenName{word{two, two}, -1}
	p.pair, p.middle = twoSyllables, givenName{}
}

// nickname draws what a person is called for short.
func (w *world) nickname(d *draws, p *person) {
	p.nick = word{}
	if p.given.id < 0 {
		return
	}
	if nicks := w.t.given[p.given.id].nicks; len(nicks) > 0 {
		p.nick = nicks[d.below(len(nicks))]
	}
}

// newGiven draws a given name: of those given in the year of birth, of all
// there are, or a new spelling of one.
func (w *world) newGiven(d *draws, sex, group uint8, born int32) givenName {
	bin := min(max((yearOf(born)-firstBin)/5, 0), numBins-1)
	list := &w.t.born[bin][sex]
	switch at := d.below(100); {
	case at >= 97:
		return w.respell(d, w.from(d, list, group))
	case at >= 93:
		list = &w.t.rest[sex]
	}
	return w.from(d, list, group)
}

func (w *world) from(d *draws, list *givenList, group uint8) givenName {
	if len(list.ids) == 0 {
		return givenName{id: -1}
	}
	id := list.ids[list.by[group].pick(d)]
	return givenName{w.t.given[id].word, id}
}

// nameTwin names a twin after the eldest of them: by the same initial, a rhyme,
// or a name a letter apart, as the rates say.
func (w *world) nameTwin(d *draws, h *household, p *person) {
	elder := p
	for i := h.first; i < h.n; i++ {
		if o := &h.people[i]; o.twins == p.twins && o.order == 1 {
			elder = o
			break
		}
	}
	near, rhyme, initial := w.p[rateTwinNear], w.p[rateTwinRhyme], w.p[rateTwinInitial]
	like := func(tries int, fits func(a, b string) bool) {
		for range tries {
			w.nameGiven(d, p)
			if !h.taken(p) && fits(elder.given.plain, p.given.plain) {
				return
			}
		}
	}
	switch at := chance(d.next() >> 32); {
	case at < near && elder.sex == p.sex:
		w.nameGiven(d, p)
		p.given = neighbor(d, elder.given)
		p.nick = word{}
	case at < near+rhyme:
		like(24, func(a, b string) bool { return len(a) > 3 && len(b) > 3 && a[len(a)-3:] == b[len(b)-3:] })
	case at < near+rhyme+initial:
		like(24, func(a, b string) bool { return a != "" && b != "" && a[0] == b[0] })
	default:
		like(5, func(string, string) bool { return true })
	}
	if p.pair != middleWord && p.pair != twoGiven && d.is(w.p[rateTwinMiddle]) {
		p.middle = elder.middle
	}
	if h.taken(p) {
		p.given = neighbor(d, p.given)
	}
}

// neighbor is a name one letter away: Jayden, Hayden.
func neighbor(d *draws, g givenName) givenName {
	const initials = "BCDHJKLMNRST"
	b := []byte(g.plain)
	if len(b) == 0 {
		return g
	}
	for {
		c := initials[d.below(len(initials))]
		if c != b[0] {
			b[0] = c
			return givenName{word{string(b), string(b)}, -1}
		}
	}
}
