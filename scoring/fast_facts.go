package scoring

import (
	"strings"
	"unicode/utf8"

	"github.com/idem-health/idem/internal/hash"
	"github.com/idem-health/idem/internal/table"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/scoring/strsim"
)

// textFacts is what is known of a distinct text: enough to see that two texts
// are the same but for spaces, or too different for any level but "differs".
type textFacts struct {
	sign  strsim.Signature
	canon uint64 // hash of the text without spaces; of an identifier, of its authority (0: none)
	roots uint64 // a bit for each name that the text may be a nickname or a spelling of; 0: of none
	head  uint32
	n     uint8 // letters and other bytes but spaces, at most 255
	flag  uint8
}

const (
	factPlain  = 1 << iota // one word of ASCII letters and digits, two to thirty of them
	factVaries             // may be the same as a family name that does not look like it
	factLong               // two characters or more
	factLetter             // one ASCII letter or digit
)

func textFactsOf(d *table.Dict, id uint32) textFacts {
	v := d.Value(id)
	t := textFacts{sign: strsim.Sign(v), canon: d.Hash(id), head: strsim.Head(v)}
	spaces := strings.Count(v, " ")
	if spaces > 0 {
		t.canon = hash.String(strings.ReplaceAll(v, " ", ""))
	}
	t.n = uint8(min(len(v)-spaces, 255))
	switch {
	case !plainWord(v):
	case len(v) == 1:
		t.flag |= factLetter
	default:
		t.flag |= factPlain
	}
	t.roots = rootsOf(v)
	if patient.FamilyNameVaries(v) {
		t.flag |= factVaries
	}
	if utf8.RuneCountInString(v) > 1 {
		t.flag |= factLong
	}
	return t
}

// rootsOf returns a filter of the names that a given name of one word may stand
// for: two names that share no bit are no nicknames or spellings of one.
func rootsOf(v string) (filter uint64) {
	for _, root := range patient.NicknameRoots(v) {
		filter |= 1 << (hash.String(root) & 63)
	}
	if strings.HasPrefix(v, "ABD") { // these are compared by their sound
		filter |= 1
	}
	return filter
}

// plainWord reports whether s is of ASCII letters and digits, thirty at most.
func plainWord(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return s != "" && len(s) <= 30
}

// authorityFactsOf knows of AUTHORITY|NUMBER the authority alone.
func authorityFactsOf(d *table.Dict, id uint32) textFacts {
	if authority, _, _ := strings.Cut(d.Value(id), "|"); authority != "" {
		return textFacts{canon: hash.String(authority)}
	}
	return textFacts{}
}

// bothPlain reports whether both texts are plain words.
func (t *textFacts) bothPlain(u *textFacts) bool { return t.flag&u.flag&factPlain != 0 }

// mayReach reports whether two texts may reach a similarity.
func (t *textFacts) mayReach(u *textFacts, cut *strsim.JWCut) bool {
	return cut.MayReach(t.sign, u.sign, strsim.CommonHead(t.head, u.head))
}

// mayBeWithin reports whether two plain words may be within k edits of each
// other: all but k of the longer one's letters are in common then.
func (t *textFacts) mayBeWithin(u *textFacts, k int) bool {
	return strsim.MaxMatches(t.sign, u.sign) >= int(max(t.n, u.n))-k
}

// A factTable has facts of every value of a dictionary, by id.
type factTable[T any] struct {
	dict *table.Dict
	of   []T
	make func(d *table.Dict, id uint32) T
}

// extend adds the facts of the values that the dictionary has got since.
func (f *factTable[T]) extend() {
	if grown := f.dict.Len(); len(f.of) == 0 {
		f.of = make([]T, 0, grown)
	}
	for id := len(f.of); id < f.dict.Len(); id++ {
		if id == 0 {
			f.of = append(f.of, *new(T)) // the missing value
			continue
		}
		f.of = append(f.of, f.make(f.dict, uint32(id)))
	}
}

// factTables holds the tables of a comparer, one for each dictionary and kind
// of facts.
type factTables struct {
	known map[factKey]extender
	list  []extender
}

// extend brings all tables up to date.
func (t *factTables) extend() {
	for _, f := range t.list {
		f.extend()
	}
}

type factKey struct {
	dict *table.Dict
	kind string
}

type extender interface{ extend() }

func newFactTables() factTables { return factTables{known: map[factKey]extender{}} }

func factsOf[T any](t *factTables, d *table.Dict, kind string, of func(d *table.Dict, id uint32) T) *factTable[T] {
	key := factKey{d, kind}
	if f, ok := t.known[key]; ok {
		return f.(*factTable[T])
	}
	f := &factTable[T]{dict: d, make: of}
	f.extend()
	t.known[key], t.list = f, append(t.list, f)
	return f
}

func (t *factTables) text(d *table.Dict) *factTable[textFacts] {
	return factsOf(t, d, "text", textFactsOf)
}

func (t *factTables) authority(d *table.Dict) *factTable[textFacts] {
	return factsOf(t, d, "authority", authorityFactsOf)
}

func (t *factTables) doses(d *table.Dict) *factTable[doseFacts] {
	return factsOf(t, d, "dose", doseFactsOf)
}

func (t *factTables) digits(d *table.Dict) *factTable[digitFacts] {
	return factsOf(t, d, "digits", ofValue(digitFactsOf))
}

func (t *factTables) dates(d *table.Dict) *factTable[digitFacts] {
	return factsOf(t, d, "date", ofValue(dateFactsOf))
}

// zips knows postal codes as [compareAddress] does: five digits of a ZIP+4.
func (t *factTables) zips(d *table.Dict) *factTable[digitFacts] {
	return factsOf(t, d, "zip", ofValue(func(v string) digitFacts { return digitFactsOf(postalCode(v)) }))
}

func (t *factTables) minutes(d *table.Dict) *factTable[int16] {
	return factsOf(t, d, "minutes", ofValue(minutesOf))
}

func (t *factTables) grades(d *table.Dict) *factTable[uint8] {
	return factsOf(t, d, "grade", ofValue(func(v string) uint8 { return placeholderGrade(patient.ParsePlaceholder(v)) }))
}

func ofValue[T any](of func(v string) T) func(d *table.Dict, id uint32) T {
	return func(d *table.Dict, id uint32) T { return of(d.Value(id)) }
}
