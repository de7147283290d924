package scoring

import (
	"math/bits"
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
	head  uint32
	n     uint8 // letters and other bytes but spaces, at most 255
	flag  uint8
}

const (
	factPlain    = 1 << iota // one word of ASCII letters and digits, two to thirty of them
	factNickname             // may stand for another given name
	factVaries               // may be the same as a family name that does not look like it
	factLong                 // two characters or more
	factLetter               // one ASCII letter or digit
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
	if roots := patient.NicknameRoots(v); len(roots) != 1 || roots[0] != v || strings.HasPrefix(v, "ABD") {
		t.flag |= factNickname
	}
	if patient.FamilyNameVaries(v) {
		t.flag |= factVaries
	}
	if utf8.RuneCountInString(v) > 1 {
		t.flag |= factLong
	}
	return t
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

// digitFacts is what is known of a distinct value of digits: how often each is
// there, as thermometers of six bits. Two strings within k edits have all but k
// of the longer one's digits in common.
type digitFacts struct {
	counts uint64
	number uint64 // the digits as a number
	days   int32  // of a whole date
	n      uint8  // how many digits; 0: not digits alone, or too many of one
	exact  bool   // the value agrees exactly with itself
}

const mostOfADigit = 6

func digitFactsOf(s string) digitFacts {
	d := digitFacts{exact: strings.Trim(s, " ") != ""}
	if len(s) == 0 || len(s) > 18 {
		return d
	}
	var counts [10]uint
	var bits, number uint64
	for i := range len(s) {
		c := s[i] - '0'
		if c > 9 || counts[c] == mostOfADigit {
			return d
		}
		bits |= 1 << (mostOfADigit*uint(c) + counts[c])
		counts[c]++
		number = number*10 + uint64(c)
	}
	d.counts, d.number, d.n = bits, number, uint8(len(s))
	return d
}

// dateFactsOf knows whole dates, written YYYYMMDD; of others nothing.
func dateFactsOf(s string) digitFacts {
	if len(s) != 8 || !wholeDate(s) {
		return digitFacts{}
	}
	d := digitFactsOf(s)
	d.days, d.exact = int32(dateOf(s).Days()), true
	return d
}

// mayBeWithin reports whether two values may be within k edits of each other.
func (d *digitFacts) mayBeWithin(e *digitFacts, k int) bool {
	return bits.OnesCount64(d.counts&e.counts) >= int(max(d.n, e.n))-k
}

// The settle functions give the level of two different values that are digits
// alone, if the digits they have in common decide it.

func settleNumber(x, y *digitFacts) (uint8, bool) { return nearDiffers, !x.mayBeWithin(y, 1) }

func settleSSN(x, y *digitFacts) (uint8, bool) { return ssnDiffers, !x.mayBeWithin(y, 2) }

// settlePhone knows numbers of ten digits.
func settlePhone(x, y *digitFacts) (uint8, bool) {
	const seven = 10_000_000
	return nearDiffers, x.n == 10 && y.n == 10 && !x.mayBeWithin(y, 1) && x.number%seven != y.number%seven
}

// settlePostalCode knows ZIP codes of five digits.
func settlePostalCode(x, y *digitFacts) (uint8, bool) {
	if x.n != 5 || y.n != 5 || x.mayBeWithin(y, 1) {
		return 0, false
	}
	if x.number/100 == y.number/100 {
		return postalArea, true
	}
	return postalDiffers, true
}

// settleBirthDate knows whole dates: two with no part in common, not within two
// edits and not neighbors differ.
func settleBirthDate(x, y *digitFacts) (uint8, bool) {
	if x.mayBeWithin(y, 2) || x.days-y.days == 1 || y.days-x.days == 1 ||
		x.number/10000 == y.number/10000 || x.number%10000 == y.number%10000 {
		return 0, false
	}
	return birthDiffers, true
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
