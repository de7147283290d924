package scoring

import (
	"slices"

	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/scoring/strsim"
)

// namesOp is what the comparisons of given, middle and family name look at
// beside their own field. All names share one dictionary.
type namesOp struct {
	facts *factTable[textFacts]

	given, middle, family              reader
	class, givenAlias                  reader
	familyAlias                        reader
	motherMaiden, motherFamily, guards reader
}

// A name is one of the names that comparisons look at together.
type name struct {
	id uint32
	textFacts
}

// namesView is what a view has of a namesOp.
type namesView struct {
	given, middle, family name
	unnamed               bool     // the given name is missing because it was a placeholder
	aliases               []uint64 // the canons of the patient's other given names
	families              []uint64 // of the other family names: the patient's, then the mother's and guardians'
	own                   int      // how many of these are the patient's
}

func (n *namesOp) bindNames(c *Comparer) {
	n.given, n.middle, n.family = c.reader(patient.FieldGiven), c.reader(patient.FieldMiddle), c.reader(patient.FieldFamily)
	for _, r := range []reader{n.given, n.middle, n.family} {
		if r.col != nil {
			n.facts = c.facts.text(r.col.Dict)
		}
	}
}

func (n *namesOp) bindGiven(o *bound, c *Comparer) {
	n.bindNames(c)
	n.class, n.givenAlias = c.reader(patient.FieldPlaceholderClass), c.reader(patient.FieldGivenAlias)
	// A middle name or an alias may be the other's given name.
	c.present(o, n.middle.col, n.givenAlias.col)
}

func (n *namesOp) bindFamily(c *Comparer) {
	n.bindNames(c)
	n.familyAlias, n.guards = c.reader(patient.FieldFamilyAlias), c.reader(patient.FieldGuardianFamily)
	n.motherMaiden, n.motherFamily = c.reader(patient.FieldMotherMaiden), c.reader(patient.FieldMotherFamily)
}

// names returns the names of a row.
func (s *Session) names(v *view) *namesView {
	x := &v.names
	if v.made&madeNames != 0 {
		return x
	}
	v.made |= madeNames
	n, row := &s.c.names, int(v.row-1)
	facts := n.facts.of
	g, m, f := n.given.id(row), n.middle.id(row), n.family.id(row)
	x.given, x.middle, x.family = name{g, facts[g]}, name{m, facts[m]}, name{f, facts[f]}
	x.unnamed = g == 0 && n.class.id(row) != 0
	x.aliases, x.families = x.aliases[:0], x.families[:0]
	for _, id := range n.givenAlias.ids(row) {
		x.aliases = append(x.aliases, facts[id].canon)
	}
	for _, id := range n.familyAlias.ids(row) {
		x.families = append(x.families, facts[id].canon)
	}
	x.own = len(x.families)
	for _, id := range [...]uint32{n.motherMaiden.id(row), n.motherFamily.id(row)} {
		if id != 0 {
			x.families = append(x.families, facts[id].canon)
		}
	}
	for _, id := range n.guards.ids(row) {
		x.families = append(x.families, facts[id].canon)
	}
	return x
}

// compareGivenPair is [compareGiven] for two given names with nothing beside them.
func compareGivenPair(a, b string) uint8 {
	return compareGiven(&givenView{Given: a}, &givenView{Given: b})
}

func compareFamilyPair(a, b string) uint8 {
	return compareFamily(&familyView{Family: a}, &familyView{Family: b})
}

func compareMiddlePair(a, b string) uint8 {
	return compareMiddle(&middleView{Middle: a}, &middleView{Middle: b})
}

// given is [compareGiven]: what the two given names say alone is one comparison
// of texts, which the middle and family names and the aliases may raise.
func (s *Session) given(o *bound, a, b *namesView) uint8 {
	g, h := &a.given, &b.given
	if g.id == 0 || h.id == 0 {
		return s.givenMissing(a, b)
	}
	if g.id == h.id || g.canon == h.canon {
		return givenExact
	}
	if g.canon == b.family.canon && h.canon == a.family.canon {
		s.swap = true
		return givenSwap
	}
	var alone uint8
	switch {
	case !g.bothPlain(&h.textFacts), g.roots&h.roots != 0:
		alone = s.remember(o, g.id, h.id)
	case !g.mayReach(&h.textFacts, cutFar):
		alone = givenDiffers
	case g.mayBeSlip(&h.textFacts):
		alone = s.remember(o, g.id, h.id)
	default:
		alone = givenDiffers - s.likeness(g.id, h.id)
	}
	switch {
	case alone == givenExact, s.writtenTogether(a, b), s.writtenTogether(b, a):
		return givenExact
	case alone == givenNickname:
		return givenNickname
	case s.swapped(a, b):
		s.swap = true
		return givenSwap
	case isMiddleName(g, &b.middle), isMiddleName(h, &a.middle):
		return givenMidswap
	case slices.Contains(b.aliases, g.canon), slices.Contains(a.aliases, h.canon):
		return givenAlias
	}
	return alone
}

// likeness grades the similarity of two names: 3 close, 2 near, 1 far, 0 none.
// They are the last levels of given and family names, tried when all else failed.
func (s *Session) likeness(x, y uint32) uint8 {
	value := s.c.names.facts.dict.Value
	switch alignment := strsim.Align(value(x), value(y)); {
	case alignment.AtLeast(nameClose):
		return 3
	case alignment.AtLeast(nameNear):
		return 2
	case alignment.AtLeast(nameFar):
		return 1
	}
	return 0
}

// mayBeSlip reports whether one of two words may be the other mistyped, or its
// beginning.
func (t *textFacts) mayBeSlip(u *textFacts) bool {
	return t.mayBeWithin(u, 2) || strsim.CommonHead(t.head, u.head) >= int(min(t.n, u.n, 4))
}

// givenMissing is [compareGivenMissing].
func (s *Session) givenMissing(a, b *namesView) uint8 {
	g, h := &a.given, &b.given
	switch {
	case g.id == 0 && !a.unnamed && isMiddleName(h, &a.middle),
		h.id == 0 && !b.unnamed && isMiddleName(g, &b.middle):
		return givenMidswap
	case g.id != 0 && slices.Contains(b.aliases, g.canon), h.id != 0 && slices.Contains(a.aliases, h.canon):
		return givenAlias
	}
	return 0
}

// isMiddleName is [isMiddle].
func isMiddleName(given, middle *name) bool {
	return middle.flag&factLong != 0 && given.id != 0 && given.canon == middle.canon
}

// writtenTogether is the function of that name; only where the lengths fit does
// it look at the letters.
func (s *Session) writtenTogether(a, b *namesView) bool {
	if a.middle.id == 0 || a.given.n+a.middle.n != b.given.n {
		return false
	}
	value := s.c.names.facts.dict.Value
	return writtenTogether(&givenView{Given: value(a.given.id), Middle: value(a.middle.id)}, &givenView{Given: value(b.given.id)})
}

// swapped is the function of that name.
func (s *Session) swapped(a, b *namesView) bool {
	if a.family.id == 0 || b.family.id == 0 ||
		!a.given.mayReach(&b.family.textFacts, cutSwap) || !a.family.mayReach(&b.given.textFacts, cutSwap) {
		return false
	}
	value := s.c.names.facts.dict.Value
	return swapped(&givenView{Given: value(a.given.id), Family: value(a.family.id)},
		&givenView{Given: value(b.given.id), Family: value(b.family.id)})
}

// family is [compareFamily]: what the two family names say alone, or that one of
// them is another family name of the other record where they are not alike.
func (s *Session) family(o *bound, a, b *namesView) uint8 {
	f, g := &a.family, &b.family
	if f.canon == g.canon {
		return familyExact
	}
	alone := familyDiffers
	switch {
	case !f.bothPlain(&g.textFacts), f.flag&g.flag&factVaries != 0:
		alone = s.remember(o, f.id, g.id)
	case !f.mayReach(&g.textFacts, cutFar):
	case f.mayBeSlip(&g.textFacts):
		alone = s.remember(o, f.id, g.id)
	default:
		if like := s.likeness(f.id, g.id); like > 0 {
			alone = familyRenamed - like
		}
	}
	if alone > familyPrefix && (anotherFamily(a, b) || anotherFamily(b, a)) {
		return familyOther
	}
	return alone
}

// anotherFamily is [otherFamily].
func anotherFamily(a, b *namesView) bool {
	if slices.Contains(b.families, a.family.canon) {
		return true
	}
	for _, f := range a.families[:a.own] {
		if slices.Contains(b.families[:b.own], f) {
			return true
		}
	}
	return false
}

// middle is [compareMiddle].
func (s *Session) middle(o *bound, a, b *namesView) uint8 {
	m, n := &a.middle, &b.middle
	if m.canon == n.canon {
		return middleExact
	}
	alone := middleDiffers
	if !unlikeMiddle(&m.textFacts, &n.textFacts) {
		alone = s.remember(o, m.id, n.id)
	}
	if alone > middleGiven && (isMiddleName(&a.given, n) || isMiddleName(&b.given, m)) {
		return middleGiven
	}
	return alone
}

// unlikeMiddle reports that two middle names surely are at the level "differs":
// two words too far apart for a slip, of which neither begins the other nor is a
// nickname, or a letter and a word that begins with another.
func unlikeMiddle(m, n *textFacts) bool {
	if m.roots&n.roots != 0 {
		return false
	}
	if m.bothPlain(n) {
		return !m.mayBeSlip(n)
	}
	const word = factPlain | factLetter
	return m.flag&word != 0 && n.flag&word != 0 && strsim.CommonHead(m.head, n.head) == 0
}
