package population

// contact writes address, phone and e-mail as the organization knew them.
func (c *composer) contact(h *household, p *person, m *message) {
	c.address(h, p, m)
	c.phone(h, p, m)
	c.email(h, p, m)
}

// where is the address a record has, and whether it is today's.
func (c *composer) where(h *household, p *person, m *message) (a address, t Tag) {
	switch {
	case p.fostered(m.day):
		d := c.draw(kindPerson, p.id|1<<61, streamHome)
		return newAddress(&d, c.zipAt(h, p, m.day)), tagAddressFormer
	case p.adopted(m.day):
		d := c.draw(kindPerson, p.id, streamHome)
		return newAddress(&d, c.t.anyZIP(&d)), tagNone
	case p.change == changeAdoption:
		t = tagAddressFormer
	}
	home := &h.home
	if !c.firstHome(p, m) && h.second.n > 0 {
		home, t = &h.second, tagAddressOther
	}
	at := home.at(m.day)
	if at != &home.spells[home.n-1].address {
		t = tagAddressFormer
	}
	return *at, t
}

var junkAddresses = [...]string{"UNK", "UNKNOWN", "HOMELESS", "UNDOMICILED", "NONE", "UNK ADDRESS", "TRANSIENT", "XXX"}

func (c *composer) address(h *household, p *person, m *message) {
	b := c.batch
	if c.d.is(c.feed.address) {
		for col := ColumnAddress; col <= ColumnPostalCode; col++ {
			c.end(col)
		}
		return
	}
	junk, institution, box := c.p[rateAddressJunk], c.p[rateAddressInstitution], c.p[rateAddressBox]
	if m.feed == feedSCHOOL {
		institution = institution.times(certain * 4)
	}
	at := chance(c.d.next() >> 32)
	a, t := c.where(h, p, m)
	switch {
	case at < junk:
		c.tag(tagAddressJunk)
		b.buffer = append(b.buffer, junkAddresses[c.d.below(len(junkAddresses))]...)
		c.end(ColumnAddress)
		c.end(ColumnUnit)
	case at < junk+institution:
		// The larger, the oftener: the first holds a ninth of all.
		d := draws{mix64(uint64(c.d.below(35)*c.d.below(35)/35)*golden + 501)}
		a, t = newAddress(&d, c.t.anyZIP(&d)), tagAddressInstitution
		a.unit = 0
		c.street(&a)
	case at < junk+institution+box:
		t = tagAddressBox
		b.buffer = append(b.buffer, "PO Box "...)
		b.buffer = appendInt(b.buffer, 1+c.d.below(4000))
		c.end(ColumnAddress)
		c.end(ColumnUnit)
	default:
		c.street(&a)
	}
	if t != tagNone {
		c.tag(t)
	}
	c.area(&a)
}

// area writes city, state and ZIP code.
func (c *composer) area(a *address) {
	b, z := c.batch, c.t.area(a)
	b.buffer = c.appendText(b.buffer, z.city)
	c.end(ColumnCity)
	if a.state >= 0 {
		c.put(ColumnState, otherStates[a.state])
	} else {
		c.put(ColumnState, homeState)
	}
	n := len(b.buffer)
	b.buffer = append(b.buffer, z.code...)
	switch {
	case c.noise.is(c.feed.noiseZIP):
		c.tag(tagPostalCodeError)
		digit := n + 1 + c.noise.below(4)
		if c.noise.below(3) == 0 && b.buffer[digit] != b.buffer[digit-1] {
			b.buffer[digit], b.buffer[digit-1] = b.buffer[digit-1], b.buffer[digit]
		} else {
			b.buffer[digit] = '0' + (b.buffer[digit]-'0'+1+byte(c.noise.below(9)))%10
		}
	case c.d.is(c.p[rateZIP4]):
		b.buffer = append(b.buffer, '-')
		b.buffer = appendPadded(b.buffer, int(a.number)*7%10000, 4)
	case b.buffer[n] == '0' && c.d.is(c.p[rateZeroLost]):
		b.buffer = remove(b.buffer, n)
	}
	c.end(ColumnPostalCode)
}

// street writes number, street and unit. Where they stand and how types and
// ordinals are written is a matter of the organization and of chance; an error
// is something else, and is tagged.
func (c *composer) street(a *address) {
	b, o := c.batch, c.org
	n := len(b.buffer)
	wrong := c.noise.is(c.feed.noiseStreet)
	number := int(a.number)
	fault := -1
	if wrong {
		fault = c.noise.below(6)
		c.tag(tagStreetError)
	}
	if fault == 0 {
		number = number*10 + c.noise.below(10)
		if c.noise.below(2) == 0 && a.number > 9 {
			number = int(a.number) / 10
		}
	}
	b.buffer = appendInt(b.buffer, number)
	style := o.street
	if c.d.is(percent(15)) {
		style = uint8(c.d.below(3))
	}
	if fault == 5 {
		b.buffer = append(b.buffer, 'A'+byte(c.noise.below(4)))
	}
	b.buffer = append(b.buffer, ' ')
	if a.direction >= 0 && fault != 1 {
		if c.d.is(percent(20)) {
			b.buffer = append(append(b.buffer, longWays[a.direction]...), ' ')
		} else {
			b.buffer = append(append(b.buffer, directions[a.direction]...), ' ')
		}
	}
	begin := len(b.buffer)
	if a.street < 0 {
		b.buffer = c.ordinalStreet(-int(a.street))
	} else {
		b.buffer = append(b.buffer, streetFirst[a.street]...)
	}
	if fault >= 3 && fault < 5 {
		name := append(c.spare[:0], b.buffer[begin:]...)
		name, _ = misspell(&c.noise, name, []int{nameKeyboard, nameOmission, namePhonetic, nameTransposition}[c.noise.below(4)])
		b.buffer = append(b.buffer[:begin], name...)
		c.spare = name
	}
	kind := a.kind
	if fault == 2 {
		kind = uint8((int(kind) + 1 + c.noise.below(len(streetTypes)-1)) % len(streetTypes))
	}
	switch style {
	case 0:
		b.buffer = append(append(b.buffer, ' '), streetTypes[kind][1]...)
	case 1:
		b.buffer = append(append(b.buffer, ' '), streetTypes[kind][0]...)
	}
	c.unit(a, n)
}

// ordinalStreet appends 121st in one of its spellings.
func (c *composer) ordinalStreet(n int) []byte {
	if c.d.is(percent(25)) {
		return appendInt(c.batch.buffer, n)
	}
	return ordinal(c.batch.buffer, n)
}

// unit writes the unit: in its column, in the first line, or glued to the
// number. The street began at n.
func (c *composer) unit(a *address, n int) {
	b := c.batch
	var text [12]byte
	unit := text[:0]
	if a.unit > 0 {
		unit = appendInt(unit, int(a.unit))
		if a.floor != 0 {
			unit = append(unit, a.floor)
		}
	}
	switch at := c.d.below(100); {
	case len(unit) == 0 || at < 10: // none, or not told
		upperIf(b.buffer, n, c.org.upper)
		c.end(ColumnAddress)
	case at < 45:
		b.buffer = append(append(b.buffer, " Apt "...), unit...)
		upperIf(b.buffer, n, c.org.upper)
		c.end(ColumnAddress)
	case at < 52:
		b.buffer = append(append(b.buffer, " #"...), unit...)
		upperIf(b.buffer, n, c.org.upper)
		c.end(ColumnAddress)
	default:
		upperIf(b.buffer, n, c.org.upper)
		c.end(ColumnAddress)
		if at < 80 {
			b.buffer = append(b.buffer, "Apt "...)
		}
		b.buffer = append(b.buffer, unit...)
	}
	c.end(ColumnUnit)
}

func upperIf(b []byte, n int, upper bool) {
	if upper {
		upperFrom(b, n)
	}
}

func (c *composer) phone(h *household, p *person, m *message) {
	b := c.batch
	if c.d.is(c.feed.phone) {
		c.end(ColumnPhone)
		return
	}
	var number phone
	member := int(p.id & 15)
	if p.role == roleChild {
		member = 0 // the mother's
	}
	organization := c.p[ratePhoneOrganization]
	if m.feed == feedSCHOOL {
		organization = organization.times(certain * 4)
	}
	switch {
	case c.d.is(organization):
		c.tag(tagPhoneOrganization)
		number = c.publicNumber(m)
	case p.fostered(m.day):
		c.tag(tagPhoneOrganization)
		d := c.draw(kindOrganization, 1<<40|uint64(p.agency), streamNumber)
		number = numberFrom(&d)
	case p.adopted(m.day):
		number, _ = c.phoneAt(h.id|1<<40, 0, m.day)
	case !c.firstHome(p, m):
		number, _ = c.phoneAt(h.id|1<<41, 0, m.day)
	default:
		former := false
		if number, former = c.phoneAt(h.id, member, m.day); former {
			c.tag(tagPhoneFormer)
		}
	}
	if c.noise.is(c.feed.noisePhone) {
		c.tag(tagPhoneError)
		at := 3 + c.noise.below(7)
		if c.noise.below(3) == 0 && at < 9 && number[at] != number[at+1] {
			number[at], number[at+1] = number[at+1], number[at]
		} else {
			number[at] = '0' + (number[at]-'0'+1+byte(c.noise.below(9)))%10
		}
	}
	b.buffer = appendPhone(b.buffer, number, c.org.phone)
	c.end(ColumnPhone)
}

// publicNumber is the number of the organization itself, or of a shelter or
// clinic that gives its own to many.
func (c *composer) publicNumber(m *message) phone {
	if c.d.is(percent(60)) {
		return c.org.number
	}
	n := uint64(c.d.below(40) * c.d.below(40) / 40)
	d := c.draw(kindOrganization, 1<<41|n, streamNumber)
	return numberFrom(&d)
}

func appendPhone(dst []byte, p phone, style uint8) []byte {
	switch style {
	case 0:
		return append(dst, p[:]...)
	case 1:
		dst = append(append(dst, '('), p[:3]...)
		dst = append(append(dst, ") "...), p[3:6]...)
	case 2:
		dst = append(append(dst, p[:3]...), '.')
		dst = append(append(dst, p[3:6]...), '.')
		return append(dst, p[6:]...)
	case 3:
		dst = append(append(dst, "1-"...), p[:3]...)
		dst = append(append(dst, '-'), p[3:6]...)
	default:
		dst = append(append(dst, p[:3]...), '-')
		dst = append(dst, p[3:6]...)
	}
	return append(append(dst, '-'), p[6:]...)
}

// email writes the address of the family: made of the mother's name, or of the
// adult's.
func (c *composer) email(h *household, p *person, m *message) {
	b := c.batch
	if !c.d.is(c.feed.email) {
		c.end(ColumnEmail)
		return
	}
	owner := p
	if p.role == roleChild {
		owner = &h.people[0]
	}
	d := c.draw(kindPerson, owner.id, streamSpelling)
	n := len(b.buffer)
	b.buffer = append(b.buffer, owner.given.plain...)
	if d.below(2) == 0 {
		b.buffer = append(b.buffer, '.')
	}
	b.buffer = append(b.buffer, owner.names[0].family.first.plain...)
	kept := n
	for i := n; i < len(b.buffer); i++ {
		if x := b.buffer[i]; letter(x) || x == '.' {
			b.buffer[kept] = lower(x)
			kept++
		}
	}
	b.buffer = appendInt(b.buffer[:kept], d.below(1000))
	b.buffer = append(b.buffer, []string{"@example.com", "@example.net", "@example.org", "@mail.example"}[d.below(4)]...)
	c.end(ColumnEmail)
}
