package population

// doses writes what the record reports of the person's doses: those the feed
// gave, and some of the others again, as histories tell them.
func (c *composer) doses(p *person, m *message, all []dose) {
	limit := feedTable[m.feed].doses
	d := c.draw(kindRecord, recordKey(p, m.feed, m.seq), streamDoseNoise)
	n := 0
	from, to := m.from, m.to
	if to == 0 {
		from, to = p.born, m.day
	}
	// A practice tells of the latest, a school of the first that are required.
	begin, step := len(all)-1, -1
	if m.feed == feedSCHOOL || m.feed == feedVR || m.feed == feedHOSP {
		begin, step = 0, 1
	}
	for i := begin; i >= 0 && i < len(all) && n < limit; i += step {
		x := &all[i]
		if x.day < from || x.day > to {
			continue
		}
		given := x.feed == m.feed && (x.org == m.org || m.to == 0)
		switch {
		case m.feed == feedVR:
			given = false
			if x.feed != feedHOSP || !d.is(percent(50)) {
				continue
			}
		case given:
		case m.feed == feedHOSP, m.feed == feedPHARM, m.feed == feedMASS, !d.is(c.p[rateRereport]):
			continue
		}
		if n > 0 {
			c.batch.buffer = append(c.batch.buffer, ';')
		}
		if given {
			c.givenDose(x, m, &d)
			n++
		} else {
			n += c.toldDose(x, m, &d)
		}
		if i < 128 {
			c.seen[i/64] |= 1 << (i % 64)
		}
	}
	c.end(ColumnDoses)
}

// givenDose writes a dose as who gave it reports it. Claims have dates of their
// own; lots of events are typed by hand.
func (c *composer) givenDose(x *dose, m *message, d *draws) {
	b, v := c.batch, &vaccines[x.vaccine]
	b.buffer = append(append(b.buffer, v.cvx...), '|')
	b.buffer = append(appendDay(b.buffer, x.day), '|')
	begin := len(b.buffer)
	b.buffer = c.appendLot(b.buffer, x)
	if m.feed == feedMASS && d.is(percent(20)) {
		lot := append(c.spare[:0], b.buffer[begin:]...)
		lot, _ = misspell(d, lot, []int{nameKeyboard, nameOmission, nameOCR}[d.below(3)])
		b.buffer = append(b.buffer[:begin], lot...)
		c.spare = lot
	}
	b.buffer = append(append(b.buffer, '|'), v.mvx...)
	b.buffer = append(append(b.buffer, '|'), v.ndc...)
	b.buffer = append(b.buffer, '|')
}

// toldDose writes a dose as somebody else tells it, and returns how many that
// makes: combinations are often told by their parts.
func (c *composer) toldDose(x *dose, m *message, d *draws) int {
	v := &vaccines[x.vaccine]
	day := x.day
	off, first := c.p[rateDoseDateOff], c.p[rateDoseMonthFirst]
	switch at := chance(d.next() >> 32); {
	case at < off || m.feed == feedPLAN && at < off+percent(20):
		day += int32(1 + d.below(3))
		if d.below(2) == 0 {
			day = max(day-2*(day-x.day), 1)
		}
	case at >= certain-first:
		y, mo, _ := civil(day)
		day = dayOf(y, mo, 1)
	}
	if len(v.parts) > 0 && d.is(c.p[rateDoseSplit]) {
		for i, cvx := range v.parts {
			if i > 0 {
				c.batch.buffer = append(c.batch.buffer, ';')
			}
			c.historical(cvx, day, nil, d)
		}
		return len(v.parts)
	}
	cvx := v.cvx
	if d.is(c.p[rateDoseUnspecified]) {
		cvx = v.unspecified
	}
	lot := x
	if d.is(c.p[rateDoseLotMissing]) {
		lot = nil
	}
	c.historical(cvx, day, lot, d)
	return 1
}

func (c *composer) historical(cvx string, day int32, lot *dose, d *draws) {
	b := c.batch
	b.buffer = append(append(b.buffer, cvx...), '|')
	b.buffer = append(appendDay(b.buffer, day), '|')
	if lot != nil {
		b.buffer = c.appendLot(b.buffer, lot)
	}
	b.buffer = append(b.buffer, "|||Y"...)
}
