package population

import (
	"unicode"
	"unicode/utf8"
)

// A composer writes records. Its buffers are used again for every record.
type composer struct {
	*world
	batch *Batch
	row   *Row
	d     draws // what the record says
	noise draws // what is wrong with it

	given, middle, family, spare []byte // the name, until it is written
	org                          *orgStyle
	feed                         *thresholds
	mixed                        bool
	american                     bool      // dates are written MM/DD/YYYY
	hidden                       uint64    // columns that are left out
	seen                         [2]uint64 // doses reported so far, by place in the person's history
}

func (c *composer) tag(t Tag) {
	c.batch.tags = append(c.batch.tags, t)
	c.row.truth.lastTag++
}

// end closes a column: what was appended since the last one is its value.
func (c *composer) end(col Column) {
	if c.hidden>>col&1 != 0 {
		c.batch.buffer = c.batch.buffer[:c.row.ends[col-1]]
	}
	c.row.ends[col] = uint32(len(c.batch.buffer))
}

// columns is the set of some columns.
func columns(list ...Column) (set uint64) {
	for _, c := range list {
		set |= 1 << c
	}
	return set
}

// What a query never says, and what a partial one leaves out.
var (
	notAsked = columns(ColumnAlias, ColumnBirthTime, ColumnMultipleBirth, ColumnBirthOrder, ColumnEmail, ColumnSSN, ColumnMRN, ColumnMRNAuthority,
		ColumnBirthCertificate, ColumnBirthFacility, ColumnDeathDate, ColumnRace, ColumnEthnicity, ColumnDoses)
	contactColumns = columns(ColumnAddress, ColumnUnit, ColumnCity, ColumnState, ColumnPostalCode, ColumnPhone)
	parentColumns  = columns(ColumnMotherGiven, ColumnMotherFamily, ColumnMotherMaiden, ColumnGuardianGiven, ColumnGuardianFamily)
	partials       = [...]uint64{
		columns(ColumnGivenName, ColumnMiddleName), columns(ColumnBirthDate), contactColumns | parentColumns,
		contactColumns | columns(ColumnSex), columns(ColumnMiddleName, ColumnSex) | parentColumns,
	}
)

// hide chooses what a query leaves out.
func (c *composer) hide(m *message) {
	if c.hidden = 0; m.role != asQuery {
		return
	}
	c.hidden = notAsked
	if c.d.is(c.p[rateQueryPartial]) {
		c.hidden |= partials[c.d.below(len(partials))]
	}
}

func (c *composer) put(col Column, s string) {
	c.batch.buffer = append(c.batch.buffer, s...)
	c.end(col)
}

// A RecordID is the id of a record: a number that every other record's differs
// from, mixed so that nothing of the person shows, in 13 characters.
type RecordID [13]byte

func (id RecordID) String() string { return string(id[:]) }

// querySource is the source of queries.
const querySource = "query"

// recordKey numbers the records of the world.
func recordKey(p *person, f feed, seq uint8) uint64 { return p.id<<12 | uint64(f)<<8 | uint64(seq) }

// recordID is the id of a record; mix64 is a bijection, so ids differ.
func (g *Generator) recordID(key uint64) (id RecordID) {
	const digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	x := mix64(key ^ g.idMask)
	for i := len(id) - 1; i >= 0; i-- {
		id[i] = digits[x&31]
		x >>= 5
	}
	return id
}

// compose writes the record of a message.
func (c *composer) compose(h *household, p *person, m *message, doses []dose) {
	b := c.batch
	b.Rows = append(b.Rows, Row{batch: b, begin: uint32(len(b.buffer))})
	c.row = &b.Rows[len(b.Rows)-1]
	key := recordKey(p, m.feed, m.seq)
	c.d, c.noise = c.draw(kindRecord, key, streamRecord), c.draw(kindRecord, key, streamNoise)
	c.org, c.feed = &c.orgs[m.feed][m.org], &c.feeds[m.feed]
	tags := uint32(len(b.tags))
	c.row.truth = truth{
		person: p.id, household: h.id, twins: p.twins, tags: tags, lastTag: tags,
		placeholder: m.newborn, separated: p.sealed && p.adopted(m.day), query: m.role == asQuery,
	}
	c.hide(m)
	if m.repeat {
		c.feed = &c.repeats[m.feed]
		c.tag(tagRepeated)
	}
	id := c.recordID(key)
	b.buffer = append(b.buffer, id[:]...)
	c.end(ColumnRecordID)
	if m.role == asQuery {
		c.put(ColumnSource, querySource)
	} else {
		c.put(ColumnSource, feedTable[m.feed].name)
	}
	c.american = c.mode == ModeCrosslink && m.feed == feedSCHOOL
	b.buffer = c.appendDay(b.buffer, m.received)
	c.end(ColumnReceived)
	c.names(h, p, m)
	c.birth(h, p, m)
	c.parents(h, p, m)
	c.contact(h, p, m)
	c.identifiers(h, p, m)
	c.others(p, m)
	c.doses(p, m, doses)
}

// appendDay appends a date as the file writes them: the roster of mode crosslink
// has a layout of its own, as another organization's file would.
func (c *composer) appendDay(dst []byte, day int32) []byte {
	if !c.american {
		return appendDay(dst, day)
	}
	y, m, d := civil(day)
	dst = append(appendPadded(dst, m, 2), '/')
	dst = append(appendPadded(dst, d, 2), '/')
	return appendPadded(dst, y, 4)
}

// appendName appends a name in the case of the organization.
func (c *composer) appendName(dst, name []byte) []byte {
	n := len(dst)
	dst = append(dst, name...)
	switch {
	case c.org.upper && !c.mixed:
		return upperFrom(dst, n)
	case c.mixed && !c.org.upper:
		for i := n; i < len(dst); i++ {
			if dst[i] < utf8.RuneSelf {
				dst[i] = lower(dst[i])
			}
		}
	}
	return dst
}

func (c *composer) appendText(dst []byte, name string) []byte {
	n := len(dst)
	dst = append(dst, name...)
	if c.org.upper && !c.mixed {
		return upperFrom(dst, n)
	}
	return dst
}

// upperFrom writes b[n:] in capitals.
func upperFrom(b []byte, n int) []byte {
	for i := n; i < len(b); i++ {
		switch x := b[i]; {
		case x >= 'a' && x <= 'z':
			b[i] = x - 'a' + 'A'
		case x >= utf8.RuneSelf:
			r, size := utf8.DecodeRune(b[i:])
			if u := unicode.ToUpper(r); u != r && utf8.RuneLen(u) == size {
				utf8.EncodeRune(b[i:], u)
			}
			i += size - 1
		}
	}
	return b
}

// written is a name as the organization can write it.
func (c *composer) written(w *word) string {
	if c.org.diacritics {
		return w.proper
	}
	return w.plain
}

// names writes given, middle and family name, suffix and alias.
func (c *composer) names(h *household, p *person, m *message) {
	c.mixed = c.d.is(c.p[rateMixedCase])
	spell := p.nameAt(c.knows(p, m))
	if now := p.current(); spell != now {
		for i := range p.numNames {
			if &p.names[i] == spell {
				c.tag(p.names[i+1].tag)
				break
			}
		}
	}
	mother := &h.people[0]
	if m.newborn {
		c.tag(tagGivenPlaceholder)
		f := mother.nameAt(m.day).family
		if !h.family {
			f = spell.family
		}
		c.middle = c.middle[:0]
		c.familyName(p, &f)
		c.placeholderName(p, mother, c.org, &c.d)
		if p.multiple > 1 && p.placeholder.marked && p.placeholder.order != p.order {
			c.tag(tagOrderDisagrees)
		}
	} else {
		c.givenName(p, m, spell)
		c.familyName(p, &spell.family)
		c.exchange(p)
	}
	alias := c.spare[:0]
	if !m.newborn {
		c.spoilNames(m)
		if p.western.plain != "" && c.d.is(percent(15)) {
			alias = append(append(append(alias, p.given.plain...), ' '), p.given2.plain...)
		} else if p.nick.plain != "" && c.d.is(percent(2)) {
			alias = append(alias, p.nick.plain...)
		}
	}
	buf := c.appendName(c.batch.buffer, c.given)
	c.batch.buffer = buf
	c.blanks()
	c.end(ColumnGivenName)
	c.batch.buffer = c.appendName(c.batch.buffer, c.middle)
	c.end(ColumnMiddleName)
	c.batch.buffer = c.appendName(c.batch.buffer, c.family)
	c.blanks()
	c.end(ColumnFamilyName)
	if p.suffix != "" && !m.newborn {
		if c.d.is(c.p[rateJuniorSuffix]) {
			c.batch.buffer = c.appendText(c.batch.buffer, p.suffix)
		} else {
			c.tag(tagSuffixMissing)
		}
	}
	c.end(ColumnSuffix)
	c.batch.buffer = c.appendName(c.batch.buffer, alias)
	c.end(ColumnAlias)
	c.spare = alias
}

// blanks adds what trailing keys leave behind.
func (c *composer) blanks() {
	switch at := chance(c.noise.next() >> 32); {
	case at < c.p[rateNoiseBlank]:
		c.batch.buffer = append(c.batch.buffer, "  "...)
	case at < c.p[rateNoiseBlank]+c.p[rateNoiseControl]:
		c.batch.buffer = append(c.batch.buffer, '\t')
	}
}

// knows is the day up to which an organization has heard of a change of name:
// for adults some time before the record.
func (c *composer) knows(p *person, m *message) int32 {
	if p.role == roleChild || p.numNames == 1 {
		return m.day
	}
	d := c.draw(kindPerson, p.id<<8|uint64(m.feed), streamSpelling)
	return m.day - int32(float64(d.below(3*year))*c.values[rateNameDelay])
}

func (c *composer) givenName(p *person, m *message, spell *nameSpell) {
	c.given, c.middle = c.given[:0], c.middle[:0]
	f := c.feed
	middle := p.middle.plain != "" && !c.d.is(f.middle)
	nick := c.nickChance(p, m)
	pair := p.pair
	if p.change == changeAdoption && spell == p.current() && spell.given.plain != p.given.plain {
		pair = noPair
	}
	switch {
	case c.d.is(f.first):
		c.tag(tagGivenMissing)
	case p.mononym:
		c.tag(tagGivenMononym)
		switch c.d.below(3) {
		case 0:
			c.given = append(c.given, c.written(&p.names[0].family.first)...)
		case 1:
			c.given = append(c.given, "FNU"...)
		default:
			c.given = append(c.given, "Unknown"...)
		}
		middle = false
	case pair == noPair && p.nick.plain != "" && c.d.is(nick):
		c.tag(tagGivenNickname)
		c.given = append(c.given, p.nick.plain...)
	case p.western.plain != "" && c.d.is(percent(55)):
		c.tag(tagGivenWestern)
		c.given = append(c.given, p.western.plain...)
		middle = false
	case pair == twoGiven || pair == twoSyllables || pair == afterMuhammad:
		c.pairedGiven(p, spell, pair)
		middle = middle && len(c.middle) == 0
	default:
		c.given = append(c.given, c.written(&spell.given.word)...)
		if pair == middleWord && c.d.is(percent(15)) {
			// The middle name of the culture is taken for a part of the first.
			c.given = append(append(c.given, ' '), c.written(&p.middle.word)...)
			middle = false
		}
	}
	if middle {
		c.middle = append(c.middle, c.written(&p.middle.word)...)
		if c.d.is(c.p[rateMiddleInitial]) {
			c.tag(tagMiddleInitial)
			c.middle = validPrefix(c.middle, 1)
			if len(c.middle) == 0 {
				c.middle = append(c.middle, p.middle.plain[0])
			}
		}
	}
}

func (c *composer) nickChance(p *person, m *message) chance {
	switch {
	case m.feed == feedSCHOOL:
		return c.p[rateNicknameSchool]
	case p.role != roleChild:
		return c.p[rateNicknameAdult]
	}
	return c.p[rateNicknameChild]
}

// pairedGiven writes a given name of two parts as organizations do.
func (c *composer) pairedGiven(p *person, spell *nameSpell, pair pairing) {
	one, two := c.written(&spell.given.word), c.written(&p.given2.word)
	at := c.d.below(100)
	switch {
	case pair == twoSyllables:
		style := c.org.asian
		if at < 20 {
			style = uint8(at % 4)
		}
		c.given = append(c.given, one...)
		switch style {
		case 0:
			c.given = append(append(c.given, ' '), two...)
		case 1:
			n := len(c.given)
			c.given = append(c.given, two...)
			c.given[n] = lower(c.given[n])
		case 2:
			c.given = append(append(c.given, '-'), two...)
		default:
			c.middle = append(c.middle, two...)
			c.tag(tagGivenPart)
		}
	case at < 45:
		c.given = append(append(append(c.given, one...), ' '), two...)
	case at < 65:
		c.given = append(c.given, one...)
		c.middle = append(c.middle, two...)
		c.tag(tagGivenPart)
	case at < 88 && pair == twoGiven:
		c.given = append(c.given, one...)
		c.tag(tagGivenPart)
	default:
		c.given = append(c.given, two...)
		c.tag(tagGivenSecond)
	}
}

// exchange swaps given and family name, where the order of the culture was
// taken for the other one.
func (c *composer) exchange(p *person) {
	if p.group == groupAsian && len(c.given) > 0 && c.d.is(c.p[rateAsianSwapped]) {
		c.given, c.family = c.family, c.given
		c.tag(tagNamesExchanged)
	}
}

// spoilNames makes the errors of the feed in the names.
func (c *composer) spoilNames(m *message) {
	n, f := &c.noise, c.feed
	if n.is(f.noiseGiven) {
		c.spoilName(&c.given, tagGiven)
	}
	if n.is(f.noiseFamily) {
		c.spoilName(&c.family, tagFamily)
	}
	if len(c.middle) > 0 && n.is(f.noiseMiddle) {
		c.spoilName(&c.middle, tagMiddle)
	}
	c.given = c.damage(c.given, tagGivenDamaged)
	c.family = c.damage(c.family, tagFamilyDamaged)
}

func (c *composer) spoilName(name *[]byte, base Tag) {
	kind := c.nameErrors.pick(&c.noise)
	switch {
	case kind == nameSwapFamily && base != tagMiddle && len(c.given) > 0 && len(c.family) > 0:
		c.given, c.family = c.family, c.given
		c.tag(base + nameSwapFamily)
		return
	case kind == nameSwapMiddle && base == tagGiven && len(c.middle) > 0:
		c.given, c.middle = c.middle, c.given
		c.tag(base + nameSwapMiddle)
		return
	}
	// A kind that finds nothing to spoil gives way to the commonest ones.
	for _, k := range [...]int{kind, namePhonetic, nameKeyboard, nameOmission} {
		spoiled, done := misspell(&c.noise, *name, k)
		if *name = spoiled; done {
			c.tag(base + Tag(k))
			return
		}
	}
}

// damage spoils letters with diacritics as wrong encodings do.
func (c *composer) damage(name []byte, t Tag) []byte {
	at := 0
	for at < len(name) && name[at] < utf8.RuneSelf {
		at++
	}
	if at == len(name) || !c.noise.is(c.p[rateEncodingDamage]) {
		return name
	}
	c.tag(t)
	r, size := utf8.DecodeRune(name[at:])
	tail := append(c.spare[:0], name[at+size:]...)
	if c.noise.below(2) == 0 || r > 0xff {
		name = append(name[:at], '?')
	} else { // read as Latin-1 and written as UTF-8 once more
		one, two := rune(name[at]), rune(name[at+1])
		name = utf8.AppendRune(utf8.AppendRune(name[:at], one), two)
	}
	name = append(name, tail...)
	c.spare = tail
	return name
}
