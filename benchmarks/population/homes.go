package population

import "math/bits"

// moveHousehold gives a household its addresses, from the birth of its eldest
// child, or from ten years ago, to now.
func (w *world) moveHousehold(h *household) {
	d := w.draw(kindHousehold, h.id, streamHome)
	begin := asOf - 10*year
	if h.family {
		begin = asOf
		for i := h.first; i < h.n; i++ {
			begin = min(begin, h.people[i].born)
		}
		begin -= 100
	}
	h.medicaid = d.is(percent(40))
	h.home.n = 1
	h.home.spells[0] = spell{begin, newAddress(&d, w.t.anyZIP(&d))}
	w.moveOn(h, &h.home, &d, begin)
	if h.family && h.children > 0 && h.people[h.first].custody {
		h.second.n = 1
		h.second.spells[0] = spell{begin, newAddress(&d, w.t.zipNear(&d, int(h.home.spells[0].zip)))}
		w.moveOn(h, &h.second, &d, begin)
	}
}

// moveOn adds the moves after the first address, year by year.
func (w *world) moveOn(h *household, home *home, d *draws, from int32) {
	for day := from; day < asOf && home.n < len(home.spells); day += year {
		if !d.is(w.moves(h, day)) {
			continue
		}
		old := &home.spells[home.n-1].address
		when := day + int32(d.below(year))
		if when >= asOf {
			return
		}
		home.spells[home.n] = spell{when, w.moved(d, old)}
		home.n++
	}
}

// moves is the chance of a move within the year after a day.
func (w *world) moves(h *household, day int32) chance {
	younger, older := false, false
	for i := h.first; h.family && i < h.n; i++ {
		switch age := day - h.people[i].born; {
		case age < 0:
		case age < 6*year:
			younger = true
		default:
			older = true
		}
	}
	switch {
	case younger && older:
		return w.p[rateMoveMixed]
	case younger:
		return w.p[rateMoveYoung]
	case older:
		return w.p[rateMoveSchool]
	}
	return w.p[rateMoveNone]
}

// moved draws the next address.
func (w *world) moved(d *draws, old *address) address {
	sameCounty, otherCounty, otherState := w.p[rateMoveSameCounty], w.p[rateMoveOtherCounty], w.p[rateMoveOtherState]
	at := chance(d.next() >> 32)
	switch {
	case old.state >= 0: // back, as often as not
		return newAddress(d, w.t.anyZIP(d))
	case at < sameCounty:
		return newAddress(d, w.t.zipNear(d, int(old.zip)))
	case at < sameCounty+otherCounty || at >= sameCounty+otherCounty+otherState:
		// Who goes abroad is not heard of there: the next address is the one
		// they come back to.
		return newAddress(d, w.t.anyZIP(d))
	}
	a := newAddress(d, 0)
	a.state = int8(d.below(len(otherStates)))
	a.zip = int16(d.below(len(w.t.places.other[0])))
	return a
}

// A phone is ten digits.
type phone [10]byte

// phoneAt is the number that a member gave on a day, and whether it has another
// one by now. Most give the household's; a number lasts until it is changed.
func (w *world) phoneAt(household uint64, member int, day int32) (p phone, former bool) {
	d := w.draw(kindHousehold, household<<4|uint64(member), streamPhone)
	who := 1 + member
	if d.is(w.p[ratePhoneShared]) {
		who = 0
		d = w.draw(kindHousehold, household<<4|15, streamPhone)
	}
	spell, former := 0, false
	for at := asOf - 20*year; at+year <= asOf; at += year {
		if d.is(w.p[ratePhoneChurn]) {
			if at+year <= day {
				spell++
			} else {
				former = true
			}
		}
	}
	return w.phoneNumber(household, who, spell), former
}

// phoneNumber is a number: a function of who has it and how many there were
// before, unless it was a stranger's before.
func (w *world) phoneNumber(household uint64, who, spell int) phone {
	d := w.draw(kindHousehold, household<<16|uint64(who)<<8|uint64(spell), streamNumber)
	// The numbers of second homes are of households beyond all others.
	if own := household & (1<<40 - 1); own > 0 && d.is(w.p[ratePhoneRecycled]) {
		stranger, _ := bits.Mul64(d.next(), own)
		d = w.draw(kindHousehold, stranger<<16, streamNumber)
		d.next()
	}
	return numberFrom(&d)
}

// numberFrom draws a number that the numbering plan allows: no service code,
// none of the exchange kept for films.
func numberFrom(d *draws) (p phone) {
	copy(p[:], areaCodes[d.below(len(areaCodes))])
	exchange := 200 + d.below(800)
	if exchange == 555 || exchange%100 == 11 {
		exchange++
	}
	line := d.below(10000)
	for i, n := range [...]int{exchange / 100, exchange / 10 % 10, exchange % 10, line / 1000, line / 100 % 10, line / 10 % 10, line % 10} {
		p[3+i] = '0' + byte(n)
	}
	return p
}
