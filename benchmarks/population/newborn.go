package population

// A convention is how a hospital names newborns.
type convention uint8

const (
	conventionGeneric convention = iota // BABY BOY
	conventionMother                    // 1WENDYSGIRL
	conventionJoined                    // GIRLMARIE
	conventionMiddle                    // GIRL, middle name MARIE
)

func (g *Generator) newConvention(d *draws) convention {
	if !d.is(g.p[rateDistinct]) {
		return conventionGeneric
	}
	return conventionMother + convention(choose(d, []uint16{50, 20, 30}, 100))
}

// A placeholder is what is drawn once for a newborn about the name the hospital
// sends.
type placeholder struct {
	sent      bool // the birth dose came under a placeholder
	updated   bool // and the name after it
	forced    bool // by a trap: it stays
	marked    bool // multiples: it says which
	order     uint8
	inVital   bool // the birth certificate has no given name either
	inClinic  bool // the practice keeps it for months
	transfer  bool // to a second hospital
	spanish   bool
	secondOrg int32
}

func (w *world) placehold(h *household, p *person, d *draws) {
	x := &p.placeholder
	x.sent = d.is(w.p[ratePlaceholder])
	x.updated = d.is(w.p[ratePlaceholderUpdate]) && p.died == 0
	x.marked = !d.is(w.p[rateUnmarked])
	x.order = p.order
	if p.multiple > 1 && d.is(w.p[rateOrderDisagrees]) {
		x.order = p.order%p.multiple + 1
	}
	x.inVital = d.is(w.p[ratePlaceholderVital])
	x.inClinic = d.is(w.p[ratePlaceholderClinic])
	x.transfer = d.is(w.p[rateTransfer])
	x.spanish = d.is(w.p[rateSpanish])
	if h.group == groupHispanic {
		x.spanish = x.spanish || d.is(w.p[rateSpanish].times(percent(200)))
	}
	x.secondOrg = int32(d.below(feedTable[feedHOSP].orgs))
}

// A placeholderForm is a name by sex. In it # stands for the order, and @ for
// the mother's given name.
type placeholderForm struct {
	male, female string
	weight       uint16
}

// The forms with weights after what was counted in public data, and in the
// published lists of registries.
var (
	singleForms = []placeholderForm{
		{"Boy", "Girl", 45}, {"Baby Boy", "Baby Girl", 22}, {"Baby", "Baby", 9}, {"MaleBaby", "FemaleBaby", 6}, {"BabyBoy", "BabyGirl", 12},
		{"BB", "BG", 5}, {"Baby B", "Baby G", 4}, {"InfantMale", "InfantFemale", 4}, {"Newborn", "Newborn", 2}, {"Newborn Boy", "Newborn Girl", 2},
		{"BabyNB", "BabyNB", 1}, {"MC", "FC", 1}, {"Male", "Female", 2}, {"Infant", "Infant", 1}, {"Inf", "Inf", 1}, {"XX", "XX", 1},
		{"Unnamed", "Unnamed", 1}, {"Not Named Yet", "Not Named Yet", 1}, {"TBD", "TBD", 1}, {"B/O @", "G/O @", 2}, {"BO", "GO", 1},
		{"Boy of @", "Girl of @", 2}, {"Infant of @", "Infant of @", 1}, {"BabyB @", "BabyG @", 6}, {"BBoy", "BGirl", 1},
		{"Baby Boy of @", "Baby Girl of @", 1}, {"NB", "NB", 1}, {"NBM", "NBF", 1},
	}
	multipleForms = []placeholderForm{
		{"Boy Twin #", "Girl Twin #", 12}, {"Twin #", "Twin #", 7}, {"Twin#", "Twin#", 4}, {"Baby #", "Baby #", 6}, {"Baby#", "Baby#", 4},
		{"Baby Boy #", "Baby Girl #", 14}, {"BabyBoy#", "BabyGirl#", 6}, {"BabyBoy #", "BabyGirl #", 8}, {"MaleTwin#", "FemaleTwin#", 4},
		{"BB#", "BG#", 4}, {"MC#", "FC#", 2}, {"Boy #", "Girl #", 8}, {"BoyTwin", "GirlTwin", 2}, {"#BabyBoy", "#BabyGirl", 2},
	}
	spanishForms = []placeholderForm{
		{"Nino", "Nina", 8}, {"Recien Nacido", "Recien Nacida", 8}, {"RN", "RN", 6}, {"Hijo de @", "Hija de @", 5}, {"Bebe", "Bebe", 4}, {"Varon", "Hembra", 2},
	}
	motherForms = []placeholderForm{
		{"@sboy", "@sgirl", 50}, {"@s Boy", "@s Girl", 20}, {"@ Boy", "@ Girl", 15}, {"@sBabyBoy", "@sBabyGirl", 15},
	}
	motherMultiples = []placeholderForm{
		{"#@sboy", "#@sgirl", 50}, {"@s Boy #", "@s Girl #", 25}, {"@ Boy #", "@ Girl #", 15}, {"#@sBabyBoy", "#@sBabyGirl", 10},
	}
	joinedForms     = []placeholderForm{{"Boy@", "Girl@", 80}, {"Baby@", "Baby@", 20}}
	joinedMultiples = []placeholderForm{{"Boy#@", "Girl#@", 90}, {"Baby#@", "Baby#@", 10}}
)

// formOf draws a form; own fixes the choice of a hospital that has one form.
func formOf(d *draws, forms []placeholderForm, own int) *placeholderForm {
	total := 0
	for i := range forms {
		total += int(forms[i].weight)
	}
	at := own % total
	if own < 0 {
		at = d.below(total)
	}
	for i := range forms {
		if at -= int(forms[i].weight); at < 0 {
			return &forms[i]
		}
	}
	return &forms[0]
}

// appendOrder writes the order among multiples as hospitals do.
func appendOrder(dst []byte, order uint8, style int) []byte {
	switch style {
	case 0, 1:
		return append(dst, 'A'+order-1)
	case 2:
		return append(dst, '0'+order)
	}
	return append(dst, []string{"I", "II", "III", "IV"}[(order-1)&3]...)
}

// placeholderName fills the composer's name with the placeholder that a
// hospital gives a newborn.
func (c *composer) placeholderName(p *person, mother *person, org *orgStyle, d *draws) {
	x := &p.placeholder
	own := -1
	if d.is(percent(70)) { // most hospitals have one form, and keep to it mostly
		own = int(org.own) + 3
	}
	forms := singleForms
	multiple := p.multiple > 1 && x.marked
	convention := org.convention
	if d.is(percent(10)) {
		convention = conventionGeneric
	}
	switch {
	case convention == conventionMother && multiple:
		forms = motherMultiples
	case convention == conventionMother:
		forms = motherForms
	case convention == conventionJoined && multiple:
		forms = joinedMultiples
	case convention == conventionJoined:
		forms = joinedForms
	case multiple:
		forms = multipleForms
	case x.spanish:
		forms, own = spanishForms, -1
	}
	form := formOf(d, forms, own)
	text := form.male
	if p.sex == 1 {
		text = form.female
	}
	style := int(org.own) % 4
	c.given = c.given[:0]
	for i := range len(text) {
		switch text[i] {
		case '#':
			s := style
			if i == 0 || convention != conventionGeneric {
				s = 2 // in front of a word only a digit reads well
			}
			c.given = appendOrder(c.given, x.order, s)
		case '@':
			c.given = append(c.given, mother.given.plain...)
		default:
			c.given = append(c.given, text[i])
		}
	}
	c.middle = c.middle[:0]
	if convention == conventionMiddle {
		c.middle = append(c.middle, mother.given.plain...)
	}
	c.gluePlaceholder(d)
}

// gluePlaceholder puts some placeholders where they do not belong: glued to the
// surname, or behind it.
func (c *composer) gluePlaceholder(d *draws) {
	switch {
	case d.is(c.p[rateGlued]):
		c.tag(tagGivenGlued)
		joined := append(c.spare[:0], c.given...)
		joined = append(joined, c.family...)
		joined = dropSpaces(joined)
		if d.is(percent(70)) {
			c.given = append(c.given[:0], joined...)
		} else {
			c.family = append(c.family[:0], joined...)
		}
		c.spare = joined
	case d.is(c.p[rateInFamily]):
		c.tag(tagFamilyPlaceholder)
		c.family = append(append(c.family, ' '), c.given...)
		c.given = c.given[:0]
		if d.is(percent(40)) {
			c.given = append(c.given, "NB"...)
		}
	}
}

func dropSpaces(b []byte) []byte {
	n := 0
	for _, c := range b {
		if c != ' ' {
			b[n] = c
			n++
		}
	}
	return b[:n]
}
