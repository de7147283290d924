package population

// birth writes birth date, sex, multiple birth and birth order.
func (c *composer) birth(h *household, p *person, m *message) {
	f, b := c.feed, c.batch
	switch {
	case c.d.is(f.birth):
		c.tag(tagBirthMissing)
	case m.feed == feedSCHOOL && c.d.is(percent(1)): // known by grade alone
		c.tag(tagBirthGrade)
		y, mo, _ := civil(p.born)
		if mo < 9 {
			mo = 1
		} else {
			mo = 9
		}
		b.buffer = c.appendDay(b.buffer, dayOf(y, mo, 1))
	case m.feed == feedPLAN && p.role == roleChild && c.d.is(c.p[rateSubscriber]):
		c.tag(tagSubscriber)
		b.buffer = c.appendDay(b.buffer, h.people[0].born)
	case c.noise.is(f.noiseDate):
		kind := c.dateErrors.pick(&c.noise)
		day := misdate(&c.noise, p.born, kind, c.relative(h, p))
		if day != p.born {
			c.tag(tagBirth + Tag(kind))
		}
		b.buffer = c.appendDay(b.buffer, day)
	default:
		b.buffer = c.appendDay(b.buffer, p.born)
	}
	c.end(ColumnBirthDate)
	c.birthTime(h, p, m)
	c.sex(p, m)
	if p.role == roleChild && c.d.is(f.multiple) {
		if p.multiple > 1 {
			b.buffer = append(b.buffer, 'Y')
		} else {
			b.buffer = append(b.buffer, 'N')
		}
	}
	c.end(ColumnMultipleBirth)
	if p.multiple > 1 && c.d.is(f.order) {
		order := p.order
		if m.newborn && p.placeholder.marked {
			order = p.placeholder.order
		}
		b.buffer = append(b.buffer, '0'+order)
	}
	c.end(ColumnBirthOrder)
}

// birthTime writes the time of birth, which only those who were there know:
// twins are minutes apart.
func (c *composer) birthTime(h *household, p *person, m *message) {
	if m.feed == feedVR && !p.foreign && c.d.is(percent(90)) || m.feed == feedHOSP && c.d.is(percent(40)) {
		d := c.draw(kindHousehold, h.id<<8|uint64(p.twins), streamMember)
		if p.twins == 0 {
			d = c.draw(kindPerson, p.id, streamMember)
		}
		minute := d.below(1380)
		for range p.order {
			minute += 1 + d.below(20)
		}
		for i := range h.n { // midnight between twins
			switch o := &h.people[i]; {
			case o.twins == 0 || o.twins != p.twins || o.born == p.born:
			case o.born > p.born:
				minute = 1425 + int(p.order)
			default:
				minute = 5 * int(p.order)
			}
		}
		c.batch.buffer = appendPadded(c.batch.buffer, minute/60, 2)
		c.batch.buffer = appendPadded(c.batch.buffer, minute%60, 2)
	}
	c.end(ColumnBirthTime)
}

func (c *composer) sex(p *person, m *message) {
	f, b, sex := c.feed, c.batch, p.sex
	switch {
	case c.d.is(f.sex) || m.newborn && c.d.is(percent(1)):
		c.tag(tagSexMissing)
		if c.d.is(percent(30)) {
			b.buffer = append(b.buffer, 'U')
		}
		c.end(ColumnSex)
	default:
		if c.noise.is(f.noiseSex) {
			c.tag(tagSexError)
			sex = 1 - sex
		}
		b.buffer = append(b.buffer, "MF"[sex])
		c.end(ColumnSex)
	}
}

// relative is the birthday of somebody of the household that one may be
// confused with.
func (c *composer) relative(h *household, p *person) int32 {
	o := &h.people[c.noise.below(h.n)]
	return o.born
}

// parents writes the mother and the guardian. A feed that has the children of
// two homes may know either parent.
func (c *composer) parents(h *household, p *person, m *message) {
	f, b := c.feed, c.batch
	child := p.role == roleChild
	known := child && !c.d.is(f.guardian)
	maiden := child && c.d.is(f.maiden)
	if !child || p.adopted(m.day) || p.fostered(m.day) {
		for col := ColumnMotherGiven; col <= ColumnMotherMaiden; col++ {
			c.end(col)
		}
		if known {
			c.otherGuardian(p)
		} else {
			c.end(ColumnGuardianGiven)
			c.end(ColumnGuardianFamily)
		}
		return
	}
	mother, father := &h.people[0], &h.people[1]
	birthFeed := m.feed == feedVR || m.feed == feedHOSP
	mothers := known && (birthFeed || c.d.is(percent(60)))
	if mothers {
		b.buffer = c.appendText(b.buffer, c.written(&mother.given.word))
	}
	c.end(ColumnMotherGiven)
	if mothers && c.d.is(percent(75)) {
		b.buffer = c.appendText(b.buffer, c.written(&mother.nameAt(m.day).family.first))
	}
	c.end(ColumnMotherFamily)
	if maiden {
		b.buffer = c.appendText(b.buffer, c.written(&mother.names[0].family.first))
	}
	c.end(ColumnMotherMaiden)
	if known {
		guardian := mother
		if m.feed == feedVR || !c.firstHome(p, m) || c.d.is(percent(20)) {
			guardian = father
		}
		b.buffer = c.appendText(b.buffer, c.written(&guardian.given.word))
		c.end(ColumnGuardianGiven)
		b.buffer = c.appendText(b.buffer, c.written(&guardian.nameAt(m.day).family.first))
		c.end(ColumnGuardianFamily)
		return
	}
	c.end(ColumnGuardianGiven)
	c.end(ColumnGuardianFamily)
}

// otherGuardian writes an adoptive or a foster parent.
func (c *composer) otherGuardian(p *person) {
	d := c.draw(kindPerson, p.id, streamPlace)
	given := c.newGiven(&d, 1, p.group, p.born-28*year)
	c.batch.buffer = c.appendText(c.batch.buffer, c.written(&given.word))
	c.end(ColumnGuardianGiven)
	f := p.current().family.first
	if p.change != changeAdoption {
		other, _ := c.newSurname(&d, p.group)
		f = other.first
	}
	c.batch.buffer = c.appendText(c.batch.buffer, c.written(&f))
	c.end(ColumnGuardianFamily)
}

// firstHome reports whether an organization knows the home the child shares
// with its mother; where a child has two, every second one knows the other.
func (c *composer) firstHome(p *person, m *message) bool {
	if !p.custody {
		return true
	}
	d := c.draw(kindPerson, p.id<<24|uint64(m.feed)<<16|uint64(m.org), streamStyle)
	return d.is(percent(55))
}

// identifiers writes the numbers of a person.
func (c *composer) identifiers(h *household, p *person, m *message) {
	c.ssn(h, p)
	b := c.batch
	if m.feed == feedPLAN || h.medicaid && (m.feed == feedPED || m.feed == feedLHD) && c.d.is(percent(25)) {
		owner := p.id
		if p.adopted(m.day) {
			owner |= 1 << 62
		}
		d := c.draw(kindPerson, owner, streamNumber)
		b.buffer = append(b.buffer, "ABCDEFGH"[d.below(8)])
		b.buffer = appendPadded(b.buffer, d.below(1e9), 9)
	}
	c.end(ColumnMedicaidID)
	switch m.feed {
	case feedHOSP, feedPED, feedLHD, feedPHARM:
		// A number lasts for a person and an organization; who is known twice
		// has two, and twins born together have neighbors.
		id := h.id<<20 | uint64(p.born)&0xfffff
		add := 0
		if m.feed != feedHOSP || p.multiple == 1 {
			id = p.id
		} else {
			add = int(p.order)
		}
		if m.seq == 1 && m.repeat {
			id |= 1 << 60
		}
		d := c.draw(kindOrganization, id^uint64(m.feed)<<56^mix64(uint64(m.org)), streamNumber)
		b.buffer = appendPadded(b.buffer, 1000000+d.below(8000000)+add, 7)
		c.end(ColumnMRN)
		c.put(ColumnMRNAuthority, c.org.authority)
	default:
		c.end(ColumnMRN)
		c.end(ColumnMRNAuthority)
	}
	if m.feed == feedVR || m.feed == feedHOSP && !m.newborn && c.d.is(percent(15)) {
		y, _, _ := civil(p.born)
		b.buffer = append(appendInt(b.buffer, y), '-')
		d := c.draw(kindPerson, p.id, streamPlace)
		d.next()
		b.buffer = appendPadded(b.buffer, d.below(1e7), 7)
	}
	c.end(ColumnBirthCertificate)
	if m.feed == feedVR && !p.foreign || m.feed == feedHOSP {
		org := p.hospital
		if m.feed == feedHOSP {
			org = m.org
		}
		b.buffer = c.appendText(b.buffer, c.hospitals[org])
	}
	c.end(ColumnBirthFacility)
}

// junkSSNs are numbers typed where there was none.
var junkSSNs = [...]string{"111111111", "123456789", "999999999", "109876543", "543210987", "000000000", "987654321", "222222222"}

func (c *composer) ssn(h *household, p *person) {
	missing := c.feed.ssn
	if p.role == roleChild && missing < percent(92) {
		missing = percent(92)
	}
	if c.d.is(missing) {
		c.end(ColumnSSN)
		return
	}
	b := c.batch
	switch {
	case c.noise.is(c.p[rateSSNJunk]):
		c.tag(tagSSNJunk)
		b.buffer = append(b.buffer, junkSSNs[c.noise.below(len(junkSSNs))]...)
	case c.noise.is(c.p[rateSSNShared]) && (p.spouse >= 0 || p.role == roleChild):
		c.tag(tagSSNShared)
		other := int8(0)
		if p.spouse >= 0 {
			other = p.spouse
		}
		b.buffer = c.appendSSN(b.buffer, h.people[other].id)
	default:
		b.buffer = c.appendSSN(b.buffer, p.id)
	}
	c.end(ColumnSSN)
}

func (g *Generator) appendSSN(dst []byte, id uint64) []byte {
	d := g.draw(kindPerson, id, streamNumber)
	d.next()
	area := 1 + d.below(898)
	if area >= 666 {
		area++
	}
	dst = appendPadded(dst, area, 3)
	dst = append(dst, '-')
	dst = appendPadded(dst, 1+d.below(99), 2)
	dst = append(dst, '-')
	return appendPadded(dst, 1+d.below(9999), 4)
}

var races = [numGroups]string{
	groupWhite: "White", groupHispanic: "Other Race", groupBlack: "Black or African American", groupAsian: "Asian",
	groupNative: "American Indian or Alaska Native", groupOther: "Other Race",
}

// others writes school, death, race and ethnicity.
func (c *composer) others(p *person, m *message) {
	b := c.batch
	if m.feed == feedSCHOOL {
		d := c.draw(kindPerson, p.id, streamStyle)
		b.buffer = appendPadded(b.buffer, d.below(1e9), 9)
		c.end(ColumnStudentID)
		b.buffer = append(b.buffer, "District "...)
		b.buffer = appendInt(b.buffer, 1+int(m.org)/4)
		c.end(ColumnDistrict)
		c.put(ColumnSchool, c.schools[m.org])
		grade := int(m.day-p.born)/year - 5
		if grade <= 0 {
			b.buffer = append(b.buffer, 'K')
		} else {
			b.buffer = appendInt(b.buffer, min(grade, 12))
		}
		c.end(ColumnGrade)
	} else {
		for col := ColumnStudentID; col <= ColumnGrade; col++ {
			c.end(col)
		}
	}
	if p.died != 0 && p.died <= m.day+60 && (m.feed == feedVR || m.feed == feedHOSP || c.d.is(percent(30))) {
		b.buffer = c.appendDay(b.buffer, p.died)
	}
	c.end(ColumnDeathDate)
	if m.feed == feedPHARM || c.d.is(percent(25)) {
		c.end(ColumnRace)
		c.end(ColumnEthnicity)
		return
	}
	c.put(ColumnRace, races[p.group])
	if p.group == groupHispanic {
		c.put(ColumnEthnicity, "Hispanic or Latino")
	} else {
		c.put(ColumnEthnicity, "Not Hispanic or Latino")
	}
}
