package scoring

import (
	"math/bits"
	"unicode/utf8"

	"github.com/idem-health/idem/match/patient"
)

// addressOp compares whole addresses.
type addressOp struct {
	zip   *bound // compares postal codes as an address does
	parts [addressParts]reader
}

// The parts of an address, in the order of addressOp.parts.
const (
	partNumber = iota
	partStreet
	partUnit
	partCity
	partState
	partPostalCode
	partInstitution
	addressParts
)

// addressView is one address of a row.
type addressView struct {
	id   [addressParts]uint32
	line lineFacts
}

// lineFacts is what is known of an address line, number and street: how often
// its letters and digits are there. Two lines within k edits have all but k of
// the longer one's in common.
type lineFacts struct {
	letters uint64 // bit x: letter A+x is there, bit 26+x: twice
	digits  uint64 // thermometers of six bits
	surplus uint8  // letters beyond the second of their kind
	others  uint8  // bytes that are neither letters nor digits nor spaces, and digits beyond the sixth
	n       uint8  // bytes but spaces; tooLong when the counts do not hold
}

const tooLong = 255

func (f *lineFacts) add(s string) {
	for i := range len(s) {
		c := s[i]
		switch {
		case c == ' ':
			continue
		case c >= 'A' && c <= 'Z':
			bit := uint64(1) << (c - 'A')
			switch {
			case f.letters&bit == 0:
				f.letters |= bit
			case f.letters&(bit<<26) == 0:
				f.letters |= bit << 26
			default:
				f.surplus++
			}
		case c >= '0' && c <= '9':
			shift := mostOfADigit * uint(c-'0')
			if have := f.digits >> shift & (1<<mostOfADigit - 1); have == 1<<mostOfADigit-1 {
				f.others++
			} else {
				f.digits |= (have + 1) << shift
			}
		case c >= utf8.RuneSelf:
			f.n = tooLong // edits are of characters, and these are bytes
			return
		default:
			f.others++
		}
		if f.n < tooLong {
			f.n++
		}
	}
}

// mayBeWithin reports whether two lines may be within k edits of each other.
// Lines whose counts do not hold always may be.
func (f *lineFacts) mayBeWithin(g *lineFacts, k int) bool {
	longer := max(f.n, g.n)
	common := bits.OnesCount64(f.letters&g.letters) + bits.OnesCount64(f.digits&g.digits) +
		int(min(f.surplus, g.surplus)) + int(min(f.others, g.others))
	return common >= int(longer)-k || longer == tooLong
}

func (d *addressOp) bind(o *bound, c *Comparer) {
	o.code = opAddress
	for k, field := range [...]patient.Field{
		patient.FieldStreetNumber, patient.FieldStreet, patient.FieldUnit, patient.FieldCity,
		patient.FieldState, patient.FieldPostalCode, patient.FieldInstitution,
	} {
		d.parts[k] = c.reader(field)
	}
	c.present(o, d.parts[partPostalCode].col)
	if col := d.parts[partPostalCode].col; col != nil {
		d.zip = &bound{code: opDigits, index: zipIndex, col: col, digit: c.facts.zips(col.Dict), settle: settleNumber,
			compare: func(a, b string) uint8 { return compareNumber(postalCode(a), postalCode(b)) }}
	}
}

// zipIndex tells what is remembered of postal codes from that of comparisons.
const zipIndex = 64

// addressesOf returns the addresses of a row.
func (s *Session) addressesOf(v *view) []addressView {
	if v.made&madeAddresses != 0 {
		return v.addresses
	}
	v.made |= madeAddresses
	d := &s.c.address
	v.addresses = v.addresses[:0]
	for k := range d.parts {
		for n, id := range d.parts[k].ids(int(v.row - 1)) {
			if n == len(v.addresses) {
				v.addresses = append(v.addresses, addressView{})
			}
			v.addresses[n].id[k] = id
		}
	}
	for n := range v.addresses {
		x := &v.addresses[n]
		x.line.add(d.parts[partNumber].value(x.id[partNumber]))
		x.line.add(d.parts[partStreet].value(x.id[partStreet]))
	}
	return v.addresses
}

// addresses returns the best level over all addresses of two rows.
func (s *Session) addresses(a, b *view) uint8 {
	var found uint8
	xs, ys := s.addressesOf(a), s.addressesOf(b)
	for k := range xs {
		for l := range ys {
			found = better(found, s.oneAddress(&xs[k], &ys[l]))
		}
	}
	return found
}

// oneAddress is [compareAddress], without the texts where the lines are too
// different to be near.
func (s *Session) oneAddress(a, b *addressView) uint8 {
	if a.id[partInstitution]|b.id[partInstitution] != 0 {
		return 0
	}
	zip := s.zipLevel(a.id[partPostalCode], b.id[partPostalCode])
	const mostEdits = 3
	switch {
	case a.id[partStreet] == 0 || b.id[partStreet] == 0:
		return compareAddressPlace(zip)
	case a.line.mayBeWithin(&b.line, mostEdits):
		x, y := s.c.address.whole(a), s.c.address.whole(b)
		return compareAddress(&x, &y)
	case zip == nearExact:
		return addressZip
	}
	return addressDiffers
}

// zipLevel compares two postal codes as [compareAddress] does.
func (s *Session) zipLevel(x, y uint32) uint8 {
	if x == 0 || y == 0 {
		return 0
	}
	return s.digitLevel(s.c.address.zip, x, y)
}

// whole returns an address as texts.
func (d *addressOp) whole(a *addressView) patient.NormalAddress {
	value := func(k int) string { return d.parts[k].value(a.id[k]) }
	return patient.NormalAddress{
		Number: value(partNumber), Street: value(partStreet), Unit: value(partUnit), City: value(partCity),
		State: value(partState), PostalCode: value(partPostalCode), Institution: a.id[partInstitution] != 0,
	}
}
