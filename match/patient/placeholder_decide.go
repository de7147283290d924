package patient

// decide turns what was read into a placeholder, or none.
func (r *reader) decide() Placeholder {
	if r.cores() == 0 && !(r.child && r.link) {
		return Placeholder{}
	}
	confidence := r.alone()
	switch unknown := !r.before.empty() || !r.after.empty(); {
	case r.mother != "":
		confidence = r.besideMother()
	case r.kin != "":
		confidence = r.besideFamily()
	case unknown && !r.glued:
		confidence = r.besideAnother()
	}
	if confidence == Unsure {
		return Placeholder{}
	}
	p := Placeholder{Class: Generic, Sex: r.sex(), Confidence: confidence}
	if !r.orders {
		p.Order = r.order
	}
	r.name(&p)
	return p
}

func (r *reader) sex() byte {
	switch {
	case r.boys > 0 && r.girls == 0:
		return 'M'
	case r.girls > 0 && r.boys == 0:
		return 'F'
	}
	return 0
}

// certainty grades the core words by themselves.
func (r *reader) certainty() uint8 {
	switch {
	case r.strong > 0 || r.medium > 1:
		return strong
	case r.medium > 0 || r.weak > 1 || r.weak > 0 && r.numbered:
		return medium
	}
	return weak
}

// alone grades a placeholder with no name beside it.
func (r *reader) alone() Confidence {
	switch r.certainty() {
	case strong:
		return Certain
	case medium:
		switch {
		case r.medium == 0 && !r.infant():
			return Unsure
		case r.medium == 0:
			return Probable // BEBE NINA, NINA 2
		case r.numbered || r.infant():
			return Certain
		}
		return Unsure
	}
	if r.newborn() && r.ctx.BirthHospital && !r.givenToo() {
		return Certain // a hospital's shorthand for a child that it delivered
	}
	if r.newborn() || r.link && r.infant() && r.weak > 0 {
		return Probable
	}
	return Unsure
}

// givenToo tells whether a word of the name is also given to children: NINA and
// BEBE are, NB, RN and VARON are not.
func (r *reader) givenToo() bool {
	for _, w := range r.words[:r.n] {
		switch w {
		case "NINA", "NINO", "NENA", "NENE", "BEBE", "BEBY", "BEBITA", "BEBITO":
			return true
		}
	}
	return false
}

// besideMother grades a placeholder beside the mother's given name.
func (r *reader) besideMother() Confidence {
	known := hasWord(r.ctx.MotherGiven, r.mother)
	switch c := r.certainty(); {
	case c == strong && known:
		return Certain
	case c == strong:
		return Probable
	case c == medium || r.child:
		if known && (r.link || r.possessive || r.numbered) {
			return Certain
		}
		if r.glued && r.possessive {
			return Probable // nobody is called JUDYSGIRL at any age
		}
		if !r.infant() {
			return Unsure // a child named after her mother: BABY RUTH
		}
		if known {
			return Certain
		}
		return Probable
	case r.link && r.infant() || r.newborn():
		return Probable
	}
	return Unsure
}

// besideFamily grades a placeholder beside a family name of the record.
func (r *reader) besideFamily() Confidence {
	switch c := r.certainty(); {
	case c == strong:
		if r.glued && !r.isKin(r.kin) && !(len(r.kin) > 4 && within1(r.kin, r.family)) {
			return Probable
		}
		return Certain
	case c == medium && (r.infant() || r.numbered):
		return Certain
	case r.newborn() || r.childOf() && r.infant():
		return Probable
	}
	return Unsure
}

// childOf tells whether the name begins with HIJO DE, RN DE: weak words that
// before OF are nobody's name (NINA DE JESUS may be one).
func (r *reader) childOf() bool {
	if !r.link {
		return false
	}
	switch r.words[0] {
	case "HIJO", "HIJA", "RN", "NB":
		return true
	}
	return false
}

// besideAnother grades a placeholder beside a name that nothing else in the
// record holds.
func (r *reader) besideAnother() Confidence {
	if r.before.to-r.before.from > 3 || r.after.to-r.after.from > 4 {
		return Unsure
	}
	c := r.certainty()
	switch {
	case r.link && (c >= medium || r.child):
		if r.infant() {
			return Certain
		}
		return Unsure
	case r.childOf() && r.infant():
		return Probable
	case c == strong:
		if r.doubled || r.medium > 1 || r.infant() {
			return Probable
		}
	case c == medium && r.medium == 0: // BEBE NINA SOFIA
		if r.newborn() {
			return Probable
		}
	case c == medium:
		possessive := !r.before.empty() && len(r.words[r.before.to-1]) > 3 && hasSuffixS(r.words[r.before.to-1])
		if r.newborn() || r.numbered || r.infant() && (possessive && r.boys+r.girls > 0 || r.lettered) {
			return Probable
		}
	case r.link && r.newborn():
		return Probable
	}
	return Unsure
}

func hasSuffixS(w string) bool { return w != "" && w[len(w)-1] == 'S' }

// name fills in whose names stand beside the placeholder, and the class that
// follows from them.
func (r *reader) name(p *Placeholder) {
	p.MotherGiven, p.Family = r.mother, r.wholeKin()
	switch {
	case p.MotherGiven != "":
	case p.Family == "":
		r.unknownNames(p)
	case r.link && r.ctx.MotherGiven == "":
		p.MotherGiven = once(r.text(r.after)) // HIJO DE MARIA LOPEZ
	}
	switch {
	case p.MotherGiven != "":
		p.Class = Composed
	case p.Family != "":
		p.Class = Fused
	}
}

// wholeKin is the family name of which a word was found.
func (r *reader) wholeKin() string {
	for _, family := range [...]string{r.family, r.ctx.Family, r.ctx.MotherFamily} {
		if r.kin != "" && hasWord(family, r.kin) {
			return family
		}
	}
	return r.kin
}

// unknownNames guesses whose an unknown name is: after OF, before 'S and after
// the placeholder the mother's; before it the family's, where that is missing
// (SMITH BABYBOY).
func (r *reader) unknownNames(p *Placeholder) {
	noFamily := r.family == "" && r.ctx.Family == ""
	mother := r.ctx.MotherGiven == ""
	switch {
	case !r.after.empty() && (r.link || !noFamily) && mother:
		p.MotherGiven = once(r.text(r.after))
		if r.link && r.after.to-r.after.from > 1 && noFamily {
			// BOY OF MARIA LOPEZ
			p.MotherGiven = r.words[r.after.from]
			p.Family = r.text(span{r.after.from + 1, r.after.to})
		}
	case !r.before.empty() && !noFamily && mother:
		p.MotherGiven = motherName(r.text(r.before))
	case !r.before.empty() && noFamily:
		p.Family = r.text(r.before)
	case !r.after.empty() && noFamily && !r.link:
		p.Family = r.text(r.after)
	}
}

// once leaves out a name that is there twice: BOY OF MARIA, and Maria again in
// the middle name's field.
func once(names string) string {
	if half := len(names) / 2; len(names)%2 == 1 && names[half] == ' ' && names[:half] == names[half+1:] {
		return names[:half]
	}
	return names
}

// text returns the words of a span as they stand in the given name.
func (r *reader) text(s span) string {
	if s.empty() {
		return ""
	}
	at := 0 // where word s.from begins: words are joined by at most one space
	for i := 0; i < s.from; i++ {
		at += len(r.words[i])
		if r.given[at] == ' ' {
			at++
		}
	}
	end := at
	for i := s.from; i < s.to; i++ {
		if end < len(r.given) && r.given[end] == ' ' {
			end++
		}
		end += len(r.words[i])
	}
	return r.given[at:end]
}
