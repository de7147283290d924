package population

// A message is a record to be written: what an organization of a feed knew of a
// person on a day.
type message struct {
	feed     feed
	org      int32
	day      int32 // what it knows is as of this day
	received int32
	seq      uint8 // among the records of this person in this feed
	newborn  bool  // under a placeholder
	repeat   bool  // the feed has the person under another id as well
	role     messageRole
	from, to int32 // the doses it reports, by day; the whole history where to is 0
}

// messageRole is what a record is for, where a mode knows several.
type messageRole uint8

const (
	asRecord messageRole = iota
	asQuery
)

// ageClass is the column of the coverage table: younger children, older
// children, adults.
func (p *person) ageClass() int {
	switch {
	case p.role != roleChild:
		return 2
	case asOf-p.born < 6*year:
		return 0
	}
	return 1
}

// planRegistry appends the rows of a person where each feed has one: at least
// one row for everybody.
func (w *world) planRegistry(h *household, p *person, dst []message) []message {
	n := len(dst)
	d := w.draw(kindPerson, p.id, streamFeeds)
	class := p.ageClass()
	forced := p.placeholder.forced
	local := p.role == roleChild && !p.foreign
	u := chance(d.next() >> 32)
	for f := range numFeeds {
		covered := u
		if f != feedVR && (f != feedHOSP || d.is(percent(25))) {
			// A birth is known to both or to none of the first two, mostly.
			covered = chance(d.next() >> 32)
		}
		within := covered < w.feeds[f].covers[class]
		if f == feedHOSP && forced {
			within = true
		}
		if within {
			dst = w.addRow(h, p, f, &d, dst, local)
		}
	}
	if len(dst) == n {
		f := feedPED
		switch {
		case class == 2:
			f = []feed{feedPHARM, feedPHARM, feedPHARM, feedPED, feedPED, feedLHD}[d.below(6)]
		case local && (p.died != 0 || p.abroadFrom != 0):
			f = feedHOSP
		}
		dst = w.addRow(h, p, f, &d, dst, local)
	}
	return dst
}

// addRow adds the row of a feed, and perhaps a second one under another id.
func (w *world) addRow(h *household, p *person, f feed, d *draws, dst []message, local bool) []message {
	if (f == feedVR || f == feedHOSP) && !local {
		return dst
	}
	day := w.lastSeen(p, f, d)
	if day < p.born {
		return dst
	}
	m := message{feed: f, day: day, received: day + int32(d.below(8))}
	m.org = w.orgFor(h, p, f, d, day)
	x := &p.placeholder
	switch f {
	case feedVR:
		m.newborn = x.inVital
	case feedHOSP:
		m.newborn = x.forced || x.sent && !x.updated
	case feedPED:
		m.newborn = x.inClinic && p.role == roleChild && day-p.born < 300
	}
	dst = append(dst, m)
	if f == feedHOSP && x.transfer && x.secondOrg != m.org {
		second := m
		second.org, second.seq, second.newborn = x.secondOrg, 2, x.sent || x.forced
		dst = append(dst, second)
	}
	if d.is(w.p[rateDuplicateWithin]) {
		again := m
		again.seq, again.repeat = 1, true
		if back := int32(d.below(900)); f != feedVR && f != feedHOSP && again.day-back > p.born {
			again.day -= back
			again.received = again.day + int32(d.below(8))
		}
		if d.is(percent(50)) {
			again.org = w.orgFor(h, p, f, d, again.day)
		}
		if f == feedHOSP {
			again.newborn = x.sent || x.forced
		}
		dst = append(dst, again)
	} else if f == feedPHARM && d.is(w.p[rateDuplicateSameDay]) {
		again := m
		again.seq, again.repeat = 3, true
		dst = append(dst, again)
	}
	return dst
}

// lastSeen is the day on which a feed saw a person last; before the birth: never.
func (w *world) lastSeen(p *person, f feed, d *draws) int32 {
	end := asOf
	if p.died != 0 {
		end = min(end, p.died)
	}
	if p.abroadFrom != 0 {
		end = min(end, p.abroadFrom)
	}
	recent := func(within int) int32 {
		// Most were seen lately, some years ago.
		back := int32(d.below(within))
		if d.is(percent(30)) {
			back = int32(d.below(3 * within))
		}
		return max(end-back, min(p.born+int32(d.below(60)), end))
	}
	switch f {
	case feedVR:
		return min(p.born+2+int32(d.below(29)), asOf)
	case feedHOSP:
		if p.placeholder.sent && p.placeholder.updated {
			return min(p.born+2+int32(d.below(40)), end)
		}
		return min(p.born+int32(d.below(2)), asOf)
	case feedPED:
		return recent(500)
	case feedLHD:
		return recent(1200)
	case feedPHARM:
		return recent(900)
	case feedSCHOOL:
		if end-p.born < 4*year+180 {
			return -1
		}
		return end - int32(d.below(300))
	case feedPLAN:
		return recent(500)
	}
	return max(dayOf(2021, 4, 1)+int32(d.below(900)), p.born+180)
}

// orgFor is the organization of a feed that a person goes to.
func (w *world) orgFor(h *household, p *person, f feed, d *draws, day int32) int32 {
	if f == feedHOSP {
		return p.hospital
	}
	return w.orgAt(f, d, w.zipAt(h, p, day))
}

// planStream appends every message about a person, in the order of time: births
// and updates, every visit with its doses, rosters and claims.
func (w *world) planStream(h *household, p *person, doses []dose, dst []message) []message {
	d := w.draw(kindPerson, p.id, streamFeeds)
	n := len(dst)
	var seq [numFeeds]uint8
	add := func(f feed, org, day, received int32, newborn bool, from, to int32) {
		if day < p.born || day > asOf || seq[f] == 255 {
			return
		}
		dst = append(dst, message{feed: f, org: org, day: day, received: min(received, asOf+7), seq: seq[f], newborn: newborn, from: from, to: to})
		seq[f]++
	}
	if p.role == roleChild && !p.foreign {
		w.streamBirth(p, &d, add)
	}
	for _, x := range doses {
		if last := len(dst) - 1; last >= n && dst[last].day == x.day && dst[last].feed == x.feed && dst[last].org == x.org {
			continue // the same visit
		}
		if x.feed == feedHOSP || !d.is(w.p[rateArrives]) {
			continue
		}
		newborn := x.feed == feedPED && p.placeholder.inClinic && x.day-p.born < 120
		add(x.feed, x.org, x.day, x.day+int32(d.below(4)), newborn, x.day, x.day)
		if d.is(w.p[rateDuplicateSameDay]) {
			add(x.feed, x.org, x.day, x.day+1, newborn, x.day, x.day)
		}
	}
	for age := int32(5); age <= 17 && p.role == roleChild && p.died == 0; age += 6 {
		day := p.born + age*year + int32(d.below(200))
		if d.is(percent(60)) {
			add(feedSCHOOL, w.orgFor(h, p, feedSCHOOL, &d, day), day, day+14, false, 0, 0)
		}
	}
	if h.medicaid && d.is(percent(70)) && p.died == 0 {
		for day := max(p.born+60, asOf-6*year) + int32(d.below(year)); day < asOf; day += 2*year + int32(d.below(year)) {
			add(feedPLAN, w.orgFor(h, p, feedPLAN, &d, day), day, day+30, false, day-year, day)
		}
	}
	if len(dst) == n {
		f := feedPED
		day := asOf - int32(d.below(int(max(1, min(asOf-p.born, 2*year)))))
		add(f, w.orgFor(h, p, f, &d, day), day, day, false, 0, 0)
	}
	sortMessages(dst[n:])
	return dst
}

// streamBirth adds what hospitals and the vital records send about a birth.
func (w *world) streamBirth(p *person, d *draws, add func(f feed, org, day, received int32, newborn bool, from, to int32)) {
	x := &p.placeholder
	first := p.born + int32(d.below(2))
	add(feedHOSP, p.hospital, first, first, x.sent || x.forced, p.born, p.born+1)
	if x.transfer && x.secondOrg != p.hospital {
		day := first + 1 + int32(d.below(4))
		add(feedHOSP, x.secondOrg, day, day, x.sent || x.forced, -1, 1)
	}
	if x.sent && x.updated && !x.forced {
		day := first + 2 + int32(d.below(38))
		add(feedHOSP, p.hospital, day, day, false, p.born, p.born+1)
	}
	if d.is(percent(97)) {
		day := p.born + 2 + int32(d.below(29))
		add(feedVR, 0, day, day+int32(d.below(7)), x.inVital, p.born, p.born+1)
	}
}

// sortMessages sorts by day, then feed; there are few, and they are nearly in
// order.
func sortMessages(m []message) {
	for i := 1; i < len(m); i++ {
		for j := i; j > 0 && (m[j].received < m[j-1].received || m[j].received == m[j-1].received && m[j].feed < m[j-1].feed); j-- {
			m[j], m[j-1] = m[j-1], m[j]
		}
	}
}

// planCrosslink appends one row of a school and one of the registry for
// schoolchildren; rate crosslink.overlap of them are in both files.
func (w *world) planCrosslink(h *household, p *person, dst []message) []message {
	if p.role != roleChild || asOf-p.born < 5*year || p.died != 0 || p.abroadFrom != 0 {
		return dst
	}
	d := w.draw(kindPerson, p.id, streamFeeds)
	both := d.is(w.p[rateOverlap])
	school := both || d.is(percent(50))
	if school {
		day := asOf - int32(d.below(300))
		dst = append(dst, message{feed: feedSCHOOL, org: w.orgFor(h, p, feedSCHOOL, &d, day), day: day, received: asOf})
	}
	if both || !school {
		f := feedPED
		switch d.below(10) {
		case 0, 1:
			f = feedLHD
		case 2:
			f = feedPHARM
		}
		if day := w.lastSeen(p, f, &d); day >= p.born {
			dst = append(dst, message{feed: f, org: w.orgFor(h, p, f, &d, day), day: day, received: day})
		}
	}
	return dst
}

// planQuery appends the registry's rows and, for some people, a query: what a
// clinic or a pharmacy asks the registry for. Some ask for people it does not
// have.
func (w *world) planQuery(h *household, p *person, dst []message) []message {
	d := w.draw(kindPerson, p.id, streamQuery)
	asked := d.is(percent(25))
	absent := asked && d.is(w.p[rateQueryAbsent])
	if !absent {
		dst = w.planRegistry(h, p, dst)
	}
	if asked && p.died == 0 {
		f := feedPHARM
		if d.is(percent(50)) {
			f = feedPED
		}
		day := max(p.born+20, asOf-int32(d.below(60)))
		dst = append(dst, message{feed: f, org: w.orgFor(h, p, f, &d, day), day: day, received: day, seq: 200, role: asQuery, to: -1})
	}
	return dst
}
