package patient

import (
	"slices"
	"strings"

	"github.com/idem-health/idem/internal/fold"
)

// nameOf parses a name through the cache of its kind. The result is valid until
// the next call for that kind.
func (z *Normalizer) nameOf(raw string, kind nameKind) *parsedName {
	c := &z.given
	if kind == familyName {
		c = &z.family
	}
	s, hit := c.find(raw)
	if !hit {
		s.value = parseName(s.key, kind)
	}
	return &s.value
}

// relativeGiven reads the given name of a mother or guardian.
func (z *Normalizer) relativeGiven(f Field, raw string) string {
	if raw == "" {
		return ""
	}
	p := z.nameOf(raw, givenName)
	if p.junk || p.class == Unnamed && len(p.words) > 1 || p.class == Test {
		z.issue(f, IssueJunk)
		return ""
	}
	return p.words
}

// relativeFamily reads the family name of a mother or guardian.
func (z *Normalizer) relativeFamily(f Field, raw string) string {
	if raw == "" {
		return ""
	}
	p := z.nameOf(raw, familyName)
	if p.junk {
		z.issue(f, IssueJunk)
	}
	if p.before != "" { // "SMITH, JUDY" in the family's field
		return p.before
	}
	return p.words
}

// parents reads the mother and the guardians. A guardian who is the mother
// stands in where there is no mother.
func (z *Normalizer) parents(n *Normalized, r *Record) {
	n.MotherGiven = z.relativeGiven(FieldMotherGiven, r.Mother.Given)
	n.MotherFamily = z.relativeFamily(FieldMotherFamily, r.Mother.Family)
	n.MotherMaiden = z.relativeFamily(FieldMotherMaiden, r.Mother.Maiden)
	for i := range r.Guardians {
		g := &r.Guardians[i]
		given := z.relativeGiven(FieldGuardianGiven, g.Given)
		family := z.relativeFamily(FieldGuardianFamily, g.Family)
		if given != "" {
			n.GuardianGiven = z.add(n.GuardianGiven, given, maxList, FieldGuardianGiven)
		}
		if family != "" {
			n.GuardianFamily = z.add(n.GuardianFamily, family, maxList, FieldGuardianFamily)
		}
		if isMother(g.Relationship) && (n.MotherGiven == "" || n.MotherGiven == given) {
			n.MotherGiven = given
			if n.MotherFamily == "" {
				n.MotherFamily = family
			}
		}
	}
	// The mother is among the guardians, even where the list is full.
	if n.MotherFamily != "" && !slices.Contains(n.GuardianFamily, n.MotherFamily) {
		n.GuardianFamily = append(n.GuardianFamily[:min(len(n.GuardianFamily), maxList-1)], n.MotherFamily)
	}
	slices.Sort(n.GuardianFamily)
}

func isMother(relationship string) bool {
	switch relationship {
	case "":
		return false
	case "MTH", "MOTHER", "Mother", "mother", "MOM":
		return true
	}
	switch fold.Words(cutRaw(relationship)) {
	case "MTH", "MOTHER", "MOM", "NATURAL MOTHER", "BIRTH MOTHER":
		return true
	}
	return false
}

// current returns which name is the current one: the first legal one, else the
// first newborn one, else the first; -1 without any.
func current(names []Name) int {
	best := -1
	for i := range names {
		switch use := names[i].Use; {
		case use == NameLegal:
			return i
		case best < 0 || use == NameNewborn && names[best].Use != NameNewborn:
			best = i
		}
	}
	return best
}

// names reads the current name and makes aliases of the others.
func (z *Normalizer) names(n *Normalized, r *Record) {
	c := current(r.Names)
	if c >= 0 {
		z.currentName(n, &r.Names[c])
	}
	for i := range r.Names {
		if i != c {
			z.otherName(n, &r.Names[i])
		}
	}
	if n.MotherGiven != "" && !slices.Contains(n.GuardianGiven, n.MotherGiven) {
		n.GuardianGiven = append(n.GuardianGiven[:min(len(n.GuardianGiven), maxList-1)], n.MotherGiven)
	}
	slices.Sort(n.GuardianGiven)
}

func (z *Normalizer) currentName(n *Normalized, name *Name) {
	given, family, plain := z.splitName(n, name)
	core := false
	if name.Middle != "" {
		p := z.nameOf(name.Middle, givenName)
		switch {
		case p.junk, p.class == Unnamed && len(p.words) > 1, p.class == Test:
			z.issue(FieldMiddle, IssueJunk)
		default:
			n.Middle, core = p.words, p.core
		}
	}
	if name.Suffix != "" {
		s, known := suffixField(name.Suffix)
		if !known {
			z.issue(FieldSuffix, IssueUnreadable)
		}
		if s != "" {
			n.Suffix = s
		}
	}
	if plain && !core { // nearly all: classified would find as much
		n.Given, n.Family = given, family
	} else {
		z.classified(n, given, family, core)
	}
	if name.Use == NameNewborn && n.Placeholder.Class == NotPlaceholder && n.Given != "" {
		// The sender says that the name is temporary, though it does not look so.
		n.Placeholder = Placeholder{Class: Generic, Confidence: Probable}
		n.Given = ""
		z.issue(FieldGiven, IssuePlaceholder)
	}
	// "MARY J" without a middle name: the initial is one.
	if i := len(n.Given) - 2; n.Middle == "" && i > 1 && n.Given[i] == ' ' && isLetter(n.Given[i+1]) {
		n.Given, n.Middle = n.Given[:i], n.Given[i+1:]
	}
}

// splitName returns the given and family words of the current name, from their
// fields or from the full name, and files suffix and aliases. plain says that
// there is a given name and that neither may be a placeholder.
func (z *Normalizer) splitName(n *Normalized, name *Name) (given, family string, plain bool) {
	plainFamily := name.Family == ""
	if name.Family != "" {
		p := z.nameOf(name.Family, familyName)
		family, plainFamily = p.words, p.plain && p.before == ""
		if p.junk {
			z.issue(FieldFamily, IssueJunk)
		}
		if p.before != "" { // "SMITH, JOHN" in the family's field
			family = p.before
			if name.Given == "" && name.Full == "" {
				given = p.words
				z.issue(FieldFamily, IssueRepaired)
			}
		}
		n.Suffix = p.suffix
		for _, a := range p.aliases {
			n.FamilyAliases = z.add(n.FamilyAliases, a, maxList, FieldFamilyAlias)
		}
	}
	if name.Given != "" {
		p := z.nameOf(name.Given, givenName)
		given, plain = p.words, p.plain && p.before == "" && plainFamily
		if p.junk {
			z.issue(FieldGiven, IssueJunk)
		}
		switch {
		case p.before == "" || p.before == family:
		case family == "": // "Smith, Babyboy" in the given name's field
			family = p.before
			z.issue(FieldGiven, IssueRepaired)
		default:
			n.FamilyAliases = z.add(n.FamilyAliases, p.before, maxList, FieldFamilyAlias)
		}
		z.file(n, p)
	}
	if name.Full != "" {
		given, family = z.fullName(n, name, given, family)
		plain = false
	}
	return given, family, plain
}

// file keeps the suffix and the aliases of a given or full name.
func (z *Normalizer) file(n *Normalized, p *parsedName) {
	if n.Suffix == "" {
		n.Suffix = p.suffix
	}
	for _, a := range p.aliases {
		if ph, _ := classify(a, "", placeholderContext{AgeDays: -1}); ph.Class == NotPlaceholder {
			n.GivenAliases = z.add(n.GivenAliases, a, maxList, FieldGivenAlias)
		}
	}
}

// fullName reads the full name, and the parts from it where none was sent.
func (z *Normalizer) fullName(n *Normalized, name *Name, given, family string) (string, string) {
	p := parseName(name.Full, wholeName)
	z.file(n, &p)
	words := p.words
	if p.before != "" {
		words = boundName(p.words + " " + p.before)
	}
	if isJunkName(words) {
		z.issue(FieldFullName, IssueJunk)
		return given, family
	}
	n.FullName = words
	switch {
	case given != "" || name.Given != "":
		return given, family
	case p.before != "":
		words = p.words
	case family == "" && name.Family == "":
		first, middle, last := splitWords(words)
		words, family = strings.TrimSpace(first+" "+middle), last
	default: // EMMA SMITH beside the family name SMITH
		rest, ok := strings.CutSuffix(words, " "+family)
		if !ok || family == "" {
			return given, family
		}
		words = rest
	}
	if family == "" {
		family = p.before
	}
	first, middle, more := strings.Cut(words, " ")
	// BABY BOY has no middle name.
	if ph, _ := classify(words, family, placeholderContext{AgeDays: -1}); !more || ph.Class != NotPlaceholder {
		return words, family
	}
	n.Middle = middle
	return first, family
}

// splitWords splits "JOHN Q DE LA CRUZ" into given, middle and family name with
// its particles. One word is a given name.
func splitWords(words string) (first, middle, last string) {
	first, rest, ok := strings.Cut(words, " ")
	if !ok {
		return words, "", ""
	}
	i := strings.LastIndexByte(rest, ' ') + 1
	for i > 0 {
		j := strings.LastIndexByte(rest[:i-1], ' ') + 1
		// A single letter before the family name is a middle initial.
		if w := rest[j : i-1]; len(w) < 2 || !particles[w] {
			break
		}
		i = j
	}
	return first, trimRightSpace(rest[:i]), rest[i:]
}

// classified settles the given and family name: a placeholder's given name is
// missing. middleCore says that the middle name is a placeholder's word.
func (z *Normalizer) classified(n *Normalized, given, family string, middleCore bool) {
	ctx := placeholderContext{
		MotherGiven: n.MotherGiven, MotherFamily: n.MotherFamily, Family: family,
		Sex: n.Sex, AgeDays: z.ageDays(n), BirthHospital: z.gaveBirthDose || bornAtSender(n),
		Single: n.Multiple == No && n.BirthOrder == 0,
	}
	if ctx.MotherFamily == "" {
		ctx.MotherFamily = n.MotherMaiden
	}
	p, parts := classify(given, family, ctx)
	if n.Middle != "" {
		p, parts = withMiddle(n, given, family, middleCore, ctx, p, parts)
	}
	n.Placeholder = p
	n.Placeholder.MotherGiven, n.Placeholder.Family = boundName(p.MotherGiven), boundName(p.Family)
	n.Given, n.Family = boundName(parts.Given), boundName(parts.Family)
	switch p.Class {
	case NotPlaceholder:
		return
	case Test:
		z.issue(FieldGiven, IssueTest)
	case Unnamed:
		z.issue(FieldGiven, IssueJunk)
	default:
		z.issue(FieldGiven, IssuePlaceholder)
	}
	n.Given = ""
}

// withMiddle reads a placeholder that goes on in the middle name: BABY / BOY,
// or BOY / MARIE, where MARIE is the mother.
func withMiddle(n *Normalized, given, family string, core bool, ctx placeholderContext,
	p Placeholder, parts placeholderParts) (Placeholder, placeholderParts) {
	if given == "" {
		if core { // the placeholder slipped into the middle name's field
			p, parts = classify(n.Middle, family, ctx)
			n.Middle = ""
		}
		return p, parts
	}
	if p.Class == NotPlaceholder && !core || p.Class == Unnamed || p.Class == Test {
		return p, parts
	}
	both, bothParts := classify(given+" "+n.Middle, family, ctx)
	switch {
	case p.Class == NotPlaceholder:
		// JUDY / GIRL names the mother; of ANNA / BOY only the middle is no name.
		if both.Class == Composed {
			p, parts = both, bothParts
		}
		n.Middle = ""
	case both.Class == Composed, both.Class == Generic && (core || len(n.Middle) == 1):
		p, parts = both, bothParts
		n.Middle = ""
	case core:
		n.Middle = ""
	case p.Class == Generic && len(n.Middle) > 1 && (ctx.MotherGiven == "" || ctx.MotherGiven == n.Middle):
		p.Class, p.MotherGiven = Composed, n.Middle
		n.Middle = ""
	}
	return p, parts
}

// ageDays returns the age when received, or as of the profile's date; -1 where
// it is not known.
func (z *Normalizer) ageDays(n *Normalized) int {
	now := n.Received
	if now.Year == 0 {
		now = z.rules.asOf
	}
	if !now.Full() || !n.Birth.Full() {
		return -1
	}
	return max(now.Days()-n.Birth.Days(), -1)
}

// bornAtSender reports whether a record number was given by the birth facility.
// The source is not asked: it is no evidence.
func bornAtSender(n *Normalized) bool {
	if n.BirthFacility == "" {
		return false
	}
	for _, id := range n.MRN {
		if authority, _, _ := strings.Cut(id, "|"); authority == n.BirthFacility {
			return true
		}
	}
	return false
}

// birthDoseDays is how old a newborn may be at its birth dose.
const birthDoseDays = 3

// gaveBirthDose reports whether a record's sender gave the child a dose in the
// days after birth, lot and all: who does that is the hospital of its birth.
func gaveBirthDose(birth Date, doses []Dose) bool {
	if !birth.Full() {
		return false
	}
	return slices.ContainsFunc(doses, func(d Dose) bool {
		if d.Historical || d.Lot == "" || !d.Date.Full() {
			return false
		}
		age := d.Date.Days() - birth.Days()
		return age >= 0 && age <= birthDoseDays
	})
}

// otherName makes aliases of a name that is not the current one.
func (z *Normalizer) otherName(n *Normalized, name *Name) {
	given, family := "", ""
	if name.Family != "" {
		if p := z.nameOf(name.Family, familyName); p.before != "" {
			family = p.before
		} else {
			family = p.words
		}
	}
	if name.Given != "" {
		given = z.nameOf(name.Given, givenName).words
	}
	if name.Full != "" && given == "" && family == "" {
		p := parseName(name.Full, wholeName)
		if s := suffixOf(p.words); s != "" {
			p.words, p.suffix = "", s // a suffix typed where the alias belongs
		}
		switch {
		case isJunkName(p.words):
		case p.before != "":
			given, family = p.words, p.before
		case name.Use == NameMaiden && strings.IndexByte(p.words, ' ') < 0:
			family = p.words
		default:
			first, _, last := splitWords(p.words)
			given, family = first, last
		}
		if n.Suffix == "" {
			n.Suffix = p.suffix
		}
	}
	if name.Use != NameMaiden && given != "" {
		p, parts := classify(given, family, placeholderContext{AgeDays: -1})
		given, family = boundName(parts.Given), boundName(parts.Family)
		if p.Class == NotPlaceholder && given != "" && given != n.Given {
			n.GivenAliases = z.add(n.GivenAliases, given, maxList, FieldGivenAlias)
		}
	}
	if family != "" && family != n.Family {
		n.FamilyAliases = z.add(n.FamilyAliases, family, maxList, FieldFamilyAlias)
	}
}

// reconcile fills what is missing by what a placeholder says, and marks
// contradictions. What was sent prevails.
func (z *Normalizer) reconcile(n *Normalized) {
	p := &n.Placeholder
	switch {
	case p.Sex == 0:
	case n.Sex == 0:
		n.Sex = p.Sex
	case n.Sex != p.Sex:
		z.issue(FieldSex, IssueConflict)
	}
	switch {
	case p.Order == 0 || p.Order > 8:
	case n.BirthOrder == 0:
		n.BirthOrder = p.Order
		if n.Multiple == NotKnown {
			n.Multiple = Yes
		}
	case n.BirthOrder != p.Order:
		z.issue(FieldBirthOrder, IssueConflict)
	}
	switch {
	case p.MotherGiven == "":
	case n.MotherGiven == "":
		n.MotherGiven = p.MotherGiven
		if !slices.Contains(n.GuardianGiven, p.MotherGiven) {
			n.GuardianGiven = append(n.GuardianGiven[:min(len(n.GuardianGiven), maxList-1)], p.MotherGiven)
			slices.Sort(n.GuardianGiven)
		}
	case !sameFirstWord(n.MotherGiven, p.MotherGiven):
		z.issue(FieldMotherGiven, IssueConflict)
	}
	switch {
	case p.Family == "" || p.Family == n.Family:
	case n.Family == "":
		n.Family = p.Family
	default:
		n.FamilyAliases = z.add(n.FamilyAliases, p.Family, maxList, FieldFamilyAlias)
	}
	if n.BirthOrder > 1 && n.Multiple != Yes {
		if n.Multiple == No {
			z.issue(FieldMultipleBirth, IssueConflict)
		}
		n.Multiple = Yes
	}
}

func sameFirstWord(a, b string) bool {
	a, _, _ = strings.Cut(a, " ")
	b, _, _ = strings.Cut(b, " ")
	return a == b
}
