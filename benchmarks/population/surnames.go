package population

// hispanicShares are how organizations write two surnames: both with a space,
// the first alone, hyphenated, joined, the second alone, the first as a middle
// name.
var (
	hispanicShares = []uint16{35, 35, 12, 5, 5, 8}
	hispanicTotal  = sum16(hispanicShares)
	hyphenShares   = []uint16{68, 12, 9, 6, 5} // A-B, A B, A, B, AB
)

// familyName writes the surname to c.family, in the spelling of the
// organization.
func (c *composer) familyName(p *person, f *family) {
	c.family = c.family[:0]
	first, second := c.written(&f.first), c.written(&f.second)
	switch f.form {
	case doubleName:
		style := int(c.org.hispanic)
		if c.d.is(percent(25)) {
			style = choose(&c.d, hispanicShares, hispanicTotal)
		}
		c.double(first, second, style)
	case hyphenName:
		switch choose(&c.d, hyphenShares, 100) {
		case 0:
			c.family = append(append(append(c.family, first...), '-'), second...)
		case 1:
			c.family = append(append(append(c.family, first...), ' '), second...)
		case 2:
			c.family = append(c.family, first...)
			c.tag(tagFamilyPart)
		case 3:
			c.family = append(c.family, second...)
			c.tag(tagFamilyPart)
		default:
			c.join(first, second)
		}
	case articleName:
		switch c.org.articles {
		case 0:
			c.family = append(append(c.family, "Al-"...), first...)
		case 1:
			c.family = append(append(c.family, "Al "...), first...)
		case 2:
			c.join("Al", first)
		default:
			c.family = append(c.family, first...)
			c.tag(tagFamilyPart)
		}
	default:
		c.single(first)
	}
}

func (c *composer) double(first, second string, style int) {
	switch style {
	case 0:
		c.family = append(append(append(c.family, first...), ' '), second...)
	case 1:
		c.family = append(c.family, first...)
		c.tag(tagFamilyPart)
	case 2:
		c.family = append(append(append(c.family, first...), '-'), second...)
	case 3:
		c.join(first, second)
	case 4:
		c.family = append(c.family, second...)
		c.tag(tagFamilyPart)
	default:
		c.middle = append(c.middle[:0], first...)
		c.family = append(c.family, second...)
		c.tag(tagFamilyInMiddle)
	}
}

// join writes two names as one word.
func (c *composer) join(first, second string) {
	c.family = append(c.family, first...)
	n := len(c.family)
	c.family = append(c.family, second...)
	if n < len(c.family) {
		c.family[n] = lower(c.family[n])
	}
	c.tag(tagFamilyJoined)
}

// single writes a surname whose particles and apostrophes organizations treat
// in their ways: O'Brien, OBrien, O Brien; De La Cruz, Delacruz.
func (c *composer) single(name string) {
	parted := false
	for i := range len(name) {
		parted = parted || name[i] == ' ' || name[i] == '\''
	}
	style := c.org.articles
	if !parted || style == 0 {
		c.family = append(c.family, name...)
		return
	}
	for i := range len(name) {
		switch x := name[i]; {
		case x == ' ' && style >= 2, x == '\'' && style != 3, x == '.':
		case x == '\'':
			c.family = append(c.family, ' ')
		default:
			c.family = append(c.family, x)
		}
	}
	if style >= 2 {
		c.tag(tagFamilyJoined)
	}
}
