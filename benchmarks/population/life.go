package population

// live draws what happens to a person after birth: changes of name and of
// parents, foster care, death; and for a child the hospital and the placeholder.
func (w *world) live(h *household, p *person) {
	d := w.draw(kindPerson, p.id, streamEvents)
	p.refuser = d.is(w.p[rateRefuser])
	if p.foreign && d.is(w.p[rateJanuaryFirst]) {
		p.born = dayOf(yearOf(p.born), 1, 1)
		p.names[0].from = p.born
	}
	if p.role != roleChild {
		w.age(p, &d)
		return
	}
	p.hospital = w.hospitalOf(h, p)
	switch {
	case d.is(w.p[rateInfantDeath]):
		p.died = min(asOf, p.born+int32(d.below(40)*d.below(40)/40))
	case d.is(w.p[rateMovedOut]):
		p.abroadFrom = p.born + 5 + int32(d.below(25))
	}
	w.placehold(h, p, &d)
	if p.died == 0 {
		w.changeChild(h, p, &d)
	}
	if d.is(w.p[rateFoster]) && asOf-p.born > 200 {
		from := p.born + int32(d.below(int(asOf-p.born)))
		p.foster = [2]int32{from, from + 90 + int32(d.below(900))}
		p.agency = int32(d.below(numAgencies) * d.below(numAgencies) / numAgencies)
	}
}

// age lets an adult die.
func (w *world) age(p *person, d *draws) {
	p.hospital = -1
	chances := 0
	for limit := 50 * int32(year); limit < 90*year && asOf-p.born > limit; limit += 20 * year {
		chances++
	}
	for range chances {
		if d.is(w.p[rateAdultDeath]) {
			p.died = asOf - int32(d.below(6*year))
		}
	}
}

// hospitalOf is where a birth was: the same for twins, by where the mother
// lived.
func (w *world) hospitalOf(h *household, p *person) int32 {
	d := w.draw(kindHousehold, h.id<<20|uint64(p.born)&0xfffff, streamPlace)
	if p.order > 1 { // born after midnight, perhaps
		for i := h.first; i < h.n; i++ {
			if o := &h.people[i]; o.twins == p.twins && o.order == 1 {
				return o.hospital
			}
		}
	}
	return w.orgAt(feedHOSP, &d, w.zipAt(h, p, p.born))
}

// zipAt is the delivery area a person lives in on a day; somebody who moved to
// another state is still served where they came from.
func (w *world) zipAt(h *household, p *person, day int32) int {
	a := h.home.at(day)
	if a.state >= 0 {
		a = &h.home.spells[0].address
	}
	return int(a.zip)
}

// changeChild draws whether a child changes its name or its parents: once at
// most, mostly before its second birthday.
func (w *world) changeChild(h *household, p *person, d *draws) {
	for age := int32(0); age < 18; age++ {
		hazard := w.p[rateChangeLater]
		switch {
		case age == 0:
			hazard = w.p[rateChangeYear0]
		case age == 1:
			hazard = w.p[rateChangeYear1]
		case age < 5:
			hazard = w.p[rateChangeYear5]
		}
		if !d.is(hazard) {
			continue
		}
		day := p.born + age*year + 20 + int32(d.below(year-20))
		if day >= asOf {
			return
		}
		w.change(h, p, d, day)
		return
	}
}

func (w *world) change(h *household, p *person, d *draws, day int32) {
	now := p.names[0]
	mother := h.people[0].nameAt(p.born).family
	at := chance(d.next() >> 32)
	paternity, spelling, adoption := w.p[rateChangePaternity], w.p[rateChangeSpelling], w.p[rateChangeAdoption]
	p.changeDay = day
	switch {
	case at < paternity: // born under the mother's name
		p.change = changePaternity
		p.names[0].family = mother
		p.rename(day, now.given, now.family, tagFamilyFormer)
	case at < paternity+spelling:
		p.change = changeSpelling
		p.names[0].given = w.respell(d, now.given)
		p.rename(day, now.given, now.family, tagGivenFormer)
	case at < paternity+spelling+adoption:
		p.change = changeAdoption
		p.sealed = d.is(w.p[rateAdoptionSealed])
		f, _ := w.newSurname(d, h.group)
		given := now.given
		if d.is(w.p[rateAdoptionGiven]) {
			given = w.newGiven(d, p.sex, p.group, p.born)
			p.nick = word{}
		}
		p.rename(day, given, f, tagFamilyFormer)
	default:
		p.change = changeCourt
		f := mother
		if f == now.family {
			f, _ = w.newSurname(d, h.group)
		}
		p.rename(day, now.given, f, tagFamilyFormer)
	}
}

// numAgencies is how many agencies keep foster children.
const numAgencies = 60

// fostered reports whether a child is in foster care on a day.
func (p *person) fostered(day int32) bool { return day >= p.foster[0] && day < p.foster[1] }

// adopted reports whether a child has its second parents on a day.
func (p *person) adopted(day int32) bool { return p.change == changeAdoption && day >= p.changeDay }

// meetPartner draws whether a household is made to look like the one before it:
// newborns of one surname, sex, day and hospital, or namesakes of one birthday.
// Both are what chance brings about in a large registry; here they are known.
func (w *world) meetPartner(h *household) {
	d := w.draw(kindPair, h.id/2, streamTrap)
	strangers, namesake := d.is(w.p[rateTrapStrangers]), d.is(w.p[rateTrapNamesake])
	if !strangers && !namesake {
		return
	}
	if w.scratch == nil {
		w.scratch = &household{}
	}
	o := w.scratch
	w.build(o, h.id-1, true)
	if o.children == 0 {
		return
	}
	mine, theirs := &h.people[h.n-1], &o.people[o.n-1] // the youngest
	if mine.multiple > 1 || theirs.multiple > 1 || mine.change != noChange || theirs.change != noChange || theirs.foreign || mine.foreign {
		return
	}
	shift := theirs.born - mine.born
	if mine.died != 0 || mine.abroadFrom != 0 || asOf-theirs.born < 40 || h.people[0].born+years(15) > theirs.born {
		return
	}
	mine.born = theirs.born
	mine.names[0].from += shift
	mine.sex = theirs.sex
	if namesake {
		mine.given, mine.given2, mine.pair, mine.nick, mine.western = theirs.given, theirs.given2, theirs.pair, theirs.nick, theirs.western
		mine.names[0].given = theirs.given
		mine.names[0].family = theirs.names[0].family
		h.trap = TrapNamesake
	} else {
		mine.hospital = theirs.hospital
		mine.given = w.newGiven(&d, mine.sex, mine.group, mine.born)
		mine.names[0].given, mine.nick = mine.given, word{}
		mother := &h.people[0]
		mother.names, mother.numNames = o.people[0].names, o.people[0].numNames
		for i := range mother.numNames {
			mother.names[i].given = mother.given
		}
		h.trap = TrapPlaceholderStrangers
	}
	h.partner = theirs.id
	w.placehold(h, mine, &d)
	if h.trap == TrapPlaceholderStrangers {
		mine.placeholder = placeholder{sent: true, forced: true}
	}
}

// awaitPartner prepares the youngest child of a household for the trap that the
// household after it may set: both draw alike.
func (w *world) awaitPartner(h *household) {
	d := w.draw(kindPair, h.id/2, streamTrap)
	if d.is(w.p[rateTrapStrangers]) {
		h.people[h.n-1].placeholder = placeholder{sent: true, forced: true}
	}
}
