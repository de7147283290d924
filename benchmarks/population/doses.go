package population

// A dose is one that was given.
type dose struct {
	vaccine uint8
	feed    feed
	org     int32
	day     int32
}

// maxDoses bounds what one person was given.
const maxDoses = 64

// history appends the doses a person was given, in the order of time.
func (w *world) history(h *household, p *person, dst []dose) []dose {
	// Twins go together: they draw alike, and now and then one is left out.
	key, refuses := p.id, p.refuser
	if p.twins != 0 {
		for i := h.first; i < h.n; i++ {
			if o := &h.people[i]; o.twins == p.twins && o.order == 1 {
				key, refuses = o.id, o.refuser
			}
		}
	}
	if refuses {
		return dst
	}
	last := asOf
	if p.died != 0 {
		last = p.died
	}
	if p.abroadFrom != 0 {
		last = p.abroadFrom
	}
	d := w.draw(kindPerson, key, streamDoses)
	n := len(dst)
	if p.role == roleChild {
		dst = w.childDoses(h, p, &d, dst, last)
	} else {
		dst = w.adultDoses(p, &d, dst, last)
	}
	if key != p.id {
		own := w.draw(kindPerson, p.id, streamDoses)
		kept := dst[:n]
		for _, x := range dst[n:] {
			if !own.is(percent(4)) {
				kept = append(kept, x)
			}
		}
		dst = kept
	}
	if len(dst)-n > maxDoses {
		dst = dst[:n+maxDoses]
	}
	// Nearly in order already: the seasons come after the schedule.
	for i := n + 1; i < len(dst); i++ {
		for j := i; j > n && dst[j].day < dst[j-1].day; j-- {
			dst[j], dst[j-1] = dst[j-1], dst[j]
		}
	}
	return dst
}

func (w *world) childDoses(h *household, p *person, d *draws, dst []dose, last int32) []dose {
	zip := w.zipAt(h, p, p.born)
	if !p.foreign && d.is(percent(82)) {
		dst = append(dst, dose{vaxHepB, feedHOSP, p.hospital, p.born + int32(d.below(2))})
	}
	giver := feedPED
	if d.is(percent(15)) {
		giver = feedLHD
	}
	org := w.orgAt(giver, d, zip)
	missed := uint32(0)
	for series := range 14 {
		if !d.is(w.p[rateDoseCoverage]) {
			missed |= 1 << series
		}
	}
	visit := visits{p: p, giver: giver, missed: missed, last: last}
	for i, s := range regimens[w.orgs[giver][org].regimen] {
		if i > 0 && i%6 == 0 && d.is(percent(8)) { // another practice from now on
			org = w.orgAt(giver, d, zip)
		}
		dst = visit.give(dst, d, s, org)
	}
	for _, s := range teens {
		dst = visit.give(dst, d, s, org)
	}
	if winter := dayOf(2023, 10, 1); p.born > winter && d.is(percent(50)) {
		visit.missed = 0
		dst = visit.give(dst, d, slot{vaxBeyfortus, 5, 60, 0}, org)
	}
	return w.seasonal(h.id, p, d, dst, last, giver, org, zip)
}

// later are products that came on the market after the schedule's first years:
// what was given before that.
func later(v uint8, day int32) uint8 {
	switch {
	case (v == vaxPCV15 || v == vaxPCV20) && day < dayOf(2022, 9, 1):
		return vaxPrevnar13
	case v == vaxPrevnar13 && day > dayOf(2023, 9, 1):
		return vaxPCV20
	case v == vaxVaxelis && day < dayOf(2021, 6, 1):
		return vaxPediarix
	case v == vaxMenveo && day < dayOf(2022, 1, 1):
		return vaxMenactra
	}
	return v
}

// visits are a child's visits to a practice: what is due at one age is given on
// one day, mostly.
type visits struct {
	p      *person
	giver  feed
	missed uint32 // the series that are
	last   int32
	age    int32 // of the visit that was drawn last, and its day
	day    int32
}

// give appends the dose of a slot, if it was given.
func (v *visits) give(dst []dose, d *draws, s slot, org int32) []dose {
	if s.age != v.age || d.is(percent(6)) {
		v.age = s.age
		v.day = v.p.born + s.age + int32(d.below(int(s.late)))
		if weekday := v.day % 7; weekday == 0 || weekday == 6 {
			v.day += 2
		}
	}
	if v.day > v.last || v.missed&(1<<s.series) != 0 {
		return dst
	}
	return append(dst, dose{later(s.vaccine, v.day), v.giver, org, v.day})
}

// seasonal adds influenza and COVID-19: often the same day for all children of
// a household.
func (w *world) seasonal(household uint64, p *person, d *draws, dst []dose, last int32, giver feed, org int32, zip int) []dose {
	likes := d.below(100) // how often the person goes
	pharmacy := w.orgAt(feedPHARM, d, zip)
	for y := max(2016, yearOf(p.born)); y < 2025; y++ {
		together := w.draw(kindHousehold, household<<8|uint64(y-2000), streamDoses)
		open := dayOf(y, 9, 5)
		day := open + int32(together.below(100))
		if !d.is(percent(50)) {
			day = open + int32(d.below(100))
		}
		if d.below(100) > likes || day < p.born+180 || day > last {
			continue
		}
		x := dose{fluProducts[d.below(len(fluProducts))], giver, org, day}
		if y < 2024 {
			x.vaccine = vaxFluQuad
		}
		if day-p.born > 5*year && (p.role != roleChild || d.is(percent(35))) {
			x.feed, x.org = feedPHARM, pharmacy
		}
		dst = append(dst, x)
	}
	begin := dayOf(2021, 3, 1)
	switch age := begin - p.born; {
	case age < 5*year-200:
		return dst
	case age < 12*year:
		begin = dayOf(2021, 11, 8)
	case age < 18*year:
		begin = dayOf(2021, 5, 15)
	}
	if d.below(100) > likes+30 {
		return dst
	}
	x := dose{vaccine: covidProducts[d.below(2)], day: begin + int32(d.below(120))}
	switch d.below(5) {
	case 0:
		x.feed, x.org = feedMASS, int32(d.below(feedTable[feedMASS].orgs))
	case 1:
		x.feed, x.org = feedLHD, w.orgAt(feedLHD, d, zip)
	default:
		x.feed, x.org = feedPHARM, pharmacy
	}
	for range 2 + d.below(2) {
		if x.day <= last {
			dst = append(dst, x)
		}
		x.day += 22 + int32(d.below(20))
	}
	if day := dayOf(2024, 9, 10) + int32(d.below(90)); d.below(200) < likes && day <= last {
		dst = append(dst, dose{covidRecent[d.below(2)], feedPHARM, pharmacy, day})
	}
	return dst
}

func (w *world) adultDoses(p *person, d *draws, dst []dose, last int32) []dose {
	zip := int(d.next() % numZIPs)
	pharmacy := w.orgAt(feedPHARM, d, zip)
	clinic := w.orgAt(feedPED, d, zip)
	age := asOf - p.born
	one := func(v uint8, f feed, org, from, within int32) {
		if day := from + int32(d.below(int(within))); day <= last && day > p.born+18*year {
			dst = append(dst, dose{v, f, org, day})
		}
	}
	if d.is(percent(60)) {
		one([]uint8{vaxBoostrix, vaxAdacel, vaxTenivac}[d.below(3)], feedPED, clinic, asOf-10*year, 10*year)
	}
	if d.is(percent(20)) {
		one(vaxTenivac, feedLHD, w.orgAt(feedLHD, d, zip), asOf-9*year, 9*year)
	}
	if age > 50*year && d.is(percent(45)) {
		from := asOf - int32(d.below(6*year))
		one(vaxShingrix, feedPHARM, pharmacy, from, 30)
		one(vaxShingrix, feedPHARM, pharmacy, from+80, 90)
	}
	if age > 65*year {
		if d.is(percent(55)) {
			one(vaxPCV20, feedPHARM, pharmacy, asOf-3*year, 3*year)
		}
		if d.is(percent(30)) {
			one(vaxArexvy, feedPHARM, pharmacy, dayOf(2023, 9, 1), 600)
		}
	}
	return w.seasonal(p.id>>4, p, d, dst, last, feedPED, clinic, zip)
}

// appendLot appends the lot number of a product that a provider gives out in a
// quarter of a year.
func (w *world) appendLot(dst []byte, x *dose) []byte {
	quarter := uint64(x.day / 91)
	d := w.draw(kindOrganization, uint64(x.vaccine)<<56|uint64(x.feed)<<48|uint64(x.org)<<24|quarter, streamLot)
	bits := d.next()
	for _, c := range []byte(vaccines[x.vaccine].lot) {
		if c == 'A' {
			dst = append(dst, "ABCDEFGHJKLMNPRSTUVWXYZ"[bits%23])
			bits /= 23
		} else {
			dst = append(dst, '0'+byte(bits%10))
			bits /= 10
		}
	}
	return dst
}
