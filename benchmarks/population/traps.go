package population

// A Trap is a kind of pair, or of record, that matchers get wrong.
type Trap string

// The traps.
const (
	TrapPlaceholder          Trap = "placeholder"           // a placeholder and the child's own name
	TrapPlaceholderStrangers Trap = "placeholder_strangers" // two newborns of one surname, sex, day and hospital
	TrapPlaceholderTwin      Trap = "placeholder_twin"      // a placeholder and the twin, already named
	TrapPlaceholderAmbiguous Trap = "placeholder_ambiguous" // an unmarked placeholder that may be either twin's
	TrapPlaceholderSibling   Trap = "placeholder_sibling"   // a placeholder and an elder or younger sibling
	TrapPlaceholderMother    Trap = "placeholder_mother"    // a placeholder that holds the mother's name, and the mother
	TrapPlaceholderAlone     Trap = "placeholder_alone"     // a placeholder of whom nothing else is known
	TrapTwins                Trap = "twins"
	TrapSiblings             Trap = "siblings"
	TrapNamesakeParent       Trap = "namesake_parent" // parent and child of one name
	TrapNamesake             Trap = "namesake"        // strangers of one name and birthday
	TrapAdoption             Trap = "adoption"        // records before and after a sealed adoption
	TrapFalseFriend          Trap = "false_friend"    // a real name that looks like a placeholder
	TrapQuery                Trap = "query"           // a query without a given name, and the record of a twin
)

// A Verdict says what a matcher should make of a labeled pair.
type Verdict string

// The verdicts.
const (
	VerdictSame      Verdict = "same"
	VerdictDifferent Verdict = "different"
	VerdictAmbiguous Verdict = "ambiguous" // not to be decided: to be left apart, and shown to somebody
	VerdictAlone     Verdict = "alone"     // the record matches no other
	VerdictBarred    Verdict = "barred"    // the same person, whom policy forbids to link
	VerdictName      Verdict = "name"      // the given name is a name
)

// A RecordRef is the identity of a record.
type RecordRef struct {
	Source string
	ID     RecordID
}

// A Label is a labeled pair, or a labeled record: then B is zero.
type Label struct {
	Trap    Trap
	Verdict Verdict
	A, B    RecordRef
}

func (m *maker) ref(row int32) RecordRef {
	r := &m.batch.Rows[row]
	ref := RecordRef{ID: RecordID(r.bytes(ColumnRecordID)), Source: querySource}
	for f := range numFeeds {
		if string(r.bytes(ColumnSource)) == feedTable[f].name {
			ref.Source = feedTable[f].name
		}
	}
	return ref
}

func (m *maker) pair(t Trap, v Verdict, a, b int32) {
	if a >= 0 && b >= 0 {
		m.batch.Labels = append(m.batch.Labels, Label{t, v, m.ref(a), m.ref(b)})
	}
}

// label labels the traps of a household whose rows begin at one; found says
// which rows there are.
func (m *maker) label(h *household, begin int) {
	for i := range h.n {
		p, f := &h.people[i], &m.found[i]
		if f.rows == 0 {
			continue
		}
		m.labelPlaceholder(h, p, f)
		m.pair(TrapAdoption, VerdictBarred, f.before, f.after)
		if p.friend && f.named >= 0 {
			m.batch.Labels = append(m.batch.Labels, Label{Trap: TrapFalseFriend, Verdict: VerdictName, A: m.ref(f.named)})
		}
	}
	m.labelQueries(h, begin)
	siblings := false
	for i := range h.n {
		for j := i + 1; j < h.n; j++ {
			a, b := m.found[i].named, m.found[j].named
			switch h.relation(i, j) {
			case RelationTwin:
				m.pair(TrapTwins, VerdictDifferent, a, b)
			case RelationNamesakeParent:
				m.pair(TrapNamesakeParent, VerdictDifferent, a, b)
			case RelationSibling:
				if !siblings && a >= 0 && b >= 0 {
					siblings = true // one pair stands for the household
					m.pair(TrapSiblings, VerdictDifferent, a, b)
				}
			}
		}
	}
	if h.partner != 0 || h.trap != "" {
		m.labelPartner(h)
	}
}

func (m *maker) labelPlaceholder(h *household, p *person, f *found) {
	if f.placeholder < 0 {
		return
	}
	if f.named < 0 && f.rows == 1 {
		m.batch.Labels = append(m.batch.Labels, Label{Trap: TrapPlaceholderAlone, Verdict: VerdictAlone, A: m.ref(f.placeholder)})
	}
	unmarked := p.multiple > 1 && !p.placeholder.marked
	if !unmarked {
		m.pair(TrapPlaceholder, VerdictSame, f.placeholder, f.named)
	}
	for i := range h.n {
		o, g := &h.people[i], &m.found[i]
		switch {
		case o == p || g.rows == 0:
		case o.role == roleChild && o.twins != 0 && o.twins == p.twins:
			if unmarked && o.sex == p.sex {
				// What else tells them apart, birth order or number, may yet decide.
				m.pair(TrapPlaceholderAmbiguous, VerdictAmbiguous, f.placeholder, g.named)
				m.pair(TrapPlaceholderAmbiguous, VerdictAmbiguous, f.placeholder, f.named)
				continue
			}
			m.pair(TrapPlaceholderTwin, VerdictDifferent, f.placeholder, g.named)
		case o.role == roleChild && g.placeholder >= 0:
			m.pair(TrapPlaceholderSibling, VerdictDifferent, f.placeholder, g.placeholder)
		case o.role == roleChild:
			m.pair(TrapPlaceholderSibling, VerdictDifferent, f.placeholder, g.named)
		case o.role == roleMother:
			m.pair(TrapPlaceholderMother, VerdictDifferent, f.placeholder, g.named)
		}
	}
}

// labelQueries labels queries that cannot tell twins apart: whoever answers them
// should answer with both.
func (m *maker) labelQueries(h *household, begin int) {
	for i := range m.batch.Rows[begin:] {
		row := &m.batch.Rows[begin+i]
		if !row.truth.query || row.truth.twins == 0 || len(row.bytes(ColumnGivenName)) > 0 {
			continue
		}
		for j := range h.n {
			if o := &h.people[j]; o.twins == row.truth.twins && o.sex == h.people[row.truth.person&15].sex {
				m.pair(TrapQuery, VerdictAmbiguous, int32(begin+i), m.found[j].named)
			}
		}
	}
}

// labelPartner labels the pair a household makes with the one before it. The
// partner is made once more, to learn which records it has.
func (m *maker) labelPartner(h *household) {
	o := m.scratch
	m.build(o, h.partner>>4, true)
	theirs := &o.people[h.partner&15]
	mine := &m.found[h.n-1]
	given := m.history(o, theirs, m.given[:0])
	m.given = given
	m.messages = m.plan(o, theirs, given, m.messages[:0])
	for i := range m.messages {
		x := &m.messages[i]
		if x.role == asQuery || x.newborn != (h.trap == TrapPlaceholderStrangers) {
			continue
		}
		a := mine.named
		if x.newborn {
			a = mine.placeholder
		}
		if a < 0 {
			return
		}
		m.batch.Labels = append(m.batch.Labels, Label{h.trap, VerdictDifferent, m.ref(a), RecordRef{
			feedTable[x.feed].name, m.recordID(recordKey(theirs, x.feed, x.seq)),
		}})
		return
	}
}
