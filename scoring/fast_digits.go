package scoring

import (
	"math/bits"
	"strings"
)

// digitFacts is what is known of a distinct value of digits. Two strings within
// k edits have all but k of the longer one's digits in common.
type digitFacts struct {
	counts uint64 // how often each digit is there, as thermometers of six bits
	packed uint64 // the digits, four bits each, the last one lowest
	days   int32  // of a whole date
	n      uint8  // how many digits; 0: not digits alone, or too many in all or of one
	exact  bool   // the value agrees exactly with itself
}

const (
	mostDigits   = 16
	mostOfADigit = 6
)

func digitFactsOf(s string) digitFacts {
	d := digitFacts{exact: strings.Trim(s, " ") != ""}
	if len(s) == 0 || len(s) > mostDigits {
		return d
	}
	var counts [10]uint
	var seen, packed uint64
	for i := range len(s) {
		c := s[i] - '0'
		if c > 9 || counts[c] == mostOfADigit {
			return d
		}
		seen |= 1 << (mostOfADigit*uint(c) + counts[c])
		counts[c]++
		packed = packed<<4 | uint64(c)
	}
	d.counts, d.packed, d.n = seen, packed, uint8(len(s))
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

// packedEdits returns the optimal string alignment distance of two different
// values of as many digits each, packed, where it is 1 or 2; else 3.
//
// A common start and a common end stay as they are. What is left in between
// differs in its first and in its last digit, and either is to be edited.
func packedEdits(x, y uint64) int {
	differ := x ^ y
	low, high := uint(bits.TrailingZeros64(differ))&^3, uint(bits.Len64(differ)-1)&^3
	span := high/4 - low/4 + 1
	differ, x, y = differ>>low, x>>low, y>>low
	if span < mostDigits {
		x, y = x&(1<<(4*span)-1), y&(1<<(4*span)-1)
	}
	first, last := 4*(span-1), uint(0) // the places of the digits at the ends
	swapFirst := span >= 2 && digitAt(x, first) == digitAt(y, first-4) && digitAt(y, first) == digitAt(x, first-4)
	swapLast := span >= 2 && digitAt(x, last) == digitAt(y, last+4) && digitAt(y, last) == digitAt(x, last+4)
	inner := func(from, to uint) bool { return to <= from || differ>>from&(1<<(to-from)-1) == 0 }
	switch {
	case span == 1, span == 2 && swapFirst:
		return 1
	case span == 2,
		inner(4, first), // both ends replaced
		swapFirst && span >= 3 && inner(4, first-4),             // one end exchanged with its neighbor, the other replaced
		swapLast && span >= 3 && inner(8, first),                //
		swapFirst && swapLast && span >= 4 && inner(8, first-4), // both exchanged
		x>>4 == y&(1<<first-1), y>>4 == x&(1<<first-1):          // one end left out, the other put in
		return 2
	}
	return 3
}

func digitAt(packed uint64, place uint) uint64 { return packed >> place & 15 }

// editsOf is the distance of two different values, 3 for more than 2; ok is
// false when the digits do not tell it.
func editsOf(x, y *digitFacts) (n int, ok bool) {
	if !x.mayBeWithin(y, 2) {
		return 3, true
	}
	return packedEdits(x.packed, y.packed), x.n == y.n
}

// mayFollow reports whether one value may be the other's successor: their last
// digits follow each other then, 0 after 9.
func (d *digitFacts) mayFollow(e *digitFacts) bool {
	last := d.packed&15 + 10 - e.packed&15
	return d.n != e.n || d.n == 0 || last == 9 || last == 11 || last == 1 || last == 19
}

// The settle functions give the level of two different values that are digits
// alone, if these decide it.

func settleNumber(x, y *digitFacts) (uint8, bool) {
	n, ok := editsOf(x, y)
	if n == 1 {
		return nearNear, ok
	}
	return nearDiffers, ok
}

func settleSSN(x, y *digitFacts) (uint8, bool) {
	n, ok := editsOf(x, y)
	return [...]uint8{1: ssnOSA1, 2: ssnOSA2, 3: ssnDiffers}[n], ok
}

// settlePhone knows numbers of ten digits.
func settlePhone(x, y *digitFacts) (uint8, bool) {
	const seven = 1<<28 - 1
	if x.n != 10 || y.n != 10 {
		return 0, false
	}
	if x.packed&seven == y.packed&seven {
		return nearNear, true
	}
	return settleNumber(x, y)
}

// settlePostalCode knows codes of as many digits each, three or more, but for
// ZIP+4, of which five count.
func settlePostalCode(x, y *digitFacts) (uint8, bool) {
	const zip4 = 9
	if x.n != y.n || x.n < 3 || x.n == zip4 {
		return 0, false
	}
	area := 4 * (x.n - 3)
	switch level, _ := settleNumber(x, y); {
	case level == nearNear:
		return postalNear, true
	case x.packed>>area == y.packed>>area:
		return postalArea, true
	}
	return postalDiffers, true
}

// settleBirthDate is [compareBirthDate] of whole dates.
func settleBirthDate(x, y *digitFacts) (uint8, bool) {
	year := x.packed>>16 == y.packed>>16
	month, day := x.packed>>8&0xff == y.packed>>8&0xff, x.packed&0xff == y.packed&0xff
	n, _ := editsOf(x, y)
	switch {
	case year && x.packed>>8&0xff == y.packed&0xff && x.packed&0xff == y.packed>>8&0xff:
		return birthSwapped, true
	case x.days != 0 && y.days != 0 && (x.days-y.days == 1 || y.days-x.days == 1):
		return birthDay, true
	case n == 1:
		return birthDigit, true
	case month && day:
		return birthYear, true
	case year && month:
		return birthMonth, true
	case year && day:
		return birthTwo, true
	case n == 2:
		return birthOSA2, true
	case year:
		return birthSameYear, true
	}
	return birthYearsApart(x.year(), y.year()), true
}

// year is that of a date's eight digits.
func (d *digitFacts) year() uint16 {
	digits := func(i int) uint16 { return uint16(d.packed >> i & 0xf) }
	return digits(28)*1000 + digits(24)*100 + digits(20)*10 + digits(16)
}
