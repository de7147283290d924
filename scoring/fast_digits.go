package scoring

import (
	"math/bits"

	"github.com/idem-health/idem/internal/table"
	"github.com/idem-health/idem/match/patient"
)

// digitInfo is what the reject filter knows of a value of digits: how often
// each digit is there, as thermometers of six bits. Two strings within k edits
// have all but k of the longer one's digits in common.
type digitInfo struct {
	low, high uint64 // digits 0-4 and 5-9, six bits each
	number    uint64 // the digits as a number
	n         uint8  // how many digits; 0: not digits alone, or too many of one
}

func digitInfoOf(s string) digitInfo {
	var d digitInfo
	if len(s) == 0 || len(s) > 18 {
		return digitInfo{}
	}
	var counts [10]uint
	for i := range len(s) {
		c := s[i] - '0'
		if c > 9 || counts[c] == 6 {
			return digitInfo{}
		}
		bit := uint64(1) << (6*uint(c%5) + counts[c])
		if c < 5 {
			d.low |= bit
		} else {
			d.high |= bit
		}
		counts[c]++
		d.number = d.number*10 + uint64(c)
	}
	d.n = uint8(len(s))
	return d
}

// common counts the digits two values have in common.
func (d *digitInfo) common(e *digitInfo) int {
	return bits.OnesCount64(d.low&e.low) + bits.OnesCount64(d.high&e.high)
}

// mayBeWithin reports whether two values may be within k edits of each other.
func (d *digitInfo) mayBeWithin(e *digitInfo, k int) bool {
	return d.common(e) >= int(max(d.n, e.n))-k
}

// digits binds a comparison of digit strings. settle decides the level of two
// different values from the digits alone, or gives false.
func (b *binder) digits(f patient.Field, compare func(a, b string) uint8,
	settle func(x, y *digitInfo) (uint8, bool)) func(i, j int) uint8 {
	col := b.t.Column(f)
	info := make([]digitInfo, col.Dict.Len())
	for id := range info {
		info[id] = digitInfoOf(col.Dict.Value(uint32(id)))
	}
	slow := b.values(f, compare)
	return func(i, j int) uint8 {
		x, y := col.ID(i), col.ID(j)
		if x == y || col.Several(i) || col.Several(j) {
			return slow(i, j)
		}
		if x == 0 || y == 0 {
			return 0
		}
		if p, q := &info[x], &info[y]; p.n != 0 && q.n != 0 {
			if level, ok := settle(p, q); ok {
				return level
			}
		}
		return compare(col.Dict.Value(x), col.Dict.Value(y))
	}
}

func settleNumber(x, y *digitInfo) (uint8, bool) { return nearDiffers, !x.mayBeWithin(y, 1) }

func settleSSN(x, y *digitInfo) (uint8, bool) { return ssnDiffers, !x.mayBeWithin(y, 2) }

// settlePhone knows numbers of ten digits.
func settlePhone(x, y *digitInfo) (uint8, bool) {
	const seven = 10_000_000
	return nearDiffers, x.n == 10 && y.n == 10 && x.number%seven != y.number%seven && !x.mayBeWithin(y, 1)
}

// settlePostalCode knows ZIP codes of five digits.
func settlePostalCode(x, y *digitInfo) (uint8, bool) {
	if x.n != 5 || y.n != 5 || x.mayBeWithin(y, 1) {
		return 0, false
	}
	if x.number/100 == y.number/100 {
		return postalArea, true
	}
	return postalDiffers, true
}

// dateInfo is a whole birth date, ready to compare.
type dateInfo struct {
	digitInfo
	days  int32
	year  uint16
	parts uint16 // month * 100 + day
	whole bool
}

func dateInfoOf(s string) dateInfo {
	if len(s) != 8 || !wholeDate(s) {
		return dateInfo{}
	}
	d := dateInfo{digitInfo: digitInfoOf(s), days: int32(dateOf(s).Days())}
	d.year, d.parts = uint16(d.number/10000), uint16(d.number%10000)
	d.whole = d.n != 0
	return d
}

// birthDate binds the comparison of birth dates. Two whole dates with no part
// in common, not within two edits and not neighbors differ.
func (b *binder) birthDate() func(i, j int) uint8 {
	col := b.t.Column(patient.FieldBirthDate)
	info := make([]dateInfo, col.Dict.Len())
	for id := range info {
		info[id] = dateInfoOf(col.Dict.Value(uint32(id)))
	}
	return func(i, j int) uint8 { return compareDates(col, info, col.ID(i), col.ID(j)) }
}

func compareDates(col *table.Col, info []dateInfo, x, y uint32) uint8 {
	if x == 0 || y == 0 {
		return 0
	}
	p, q := &info[x], &info[y]
	if p.whole && q.whole {
		if x == y {
			return birthExact
		}
		if p.year != q.year && p.parts != q.parts && p.days-q.days != 1 && q.days-p.days != 1 && !p.mayBeWithin(&q.digitInfo, 2) {
			return birthDiffers
		}
	}
	return compareBirthDate(col.Dict.Value(x), col.Dict.Value(y))
}
