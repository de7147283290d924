package patient

import "slices"

// The methods of this file normalise one value alone, as [Normalizer.Apply] does
// in a record that holds nothing else: what became of one of several values
// cannot be read off the whole record. A test holds both equal.

// Phone returns a telephone number normalised; "" for junk.
func (z *Normalizer) Phone(raw string) string {
	if raw == "" {
		return ""
	}
	v, _ := phone(raw, z.rules.phone)
	return v
}

// Email returns an e-mail address normalised; "" for junk.
func (z *Normalizer) Email(raw string) string {
	v := z.fixed(&z.emails, FieldEmail, raw, readEmail)
	z.issues = z.issues[:0]
	return v
}

// Sex returns a sex normalised; 0 for what is none.
func (z *Normalizer) Sex(raw string) byte {
	sex, _ := sexOf(raw)
	return sex
}

// MultipleBirth returns a multiple birth indicator normalised.
func (z *Normalizer) MultipleBirth(raw string) Answer {
	a, _ := multipleBirth(raw)
	return a
}

// BirthOrder returns a birth order normalised; 0 for what is none.
func (z *Normalizer) BirthOrder(raw string) uint8 {
	order, _ := birthOrder(raw)
	return order
}

// Certificate returns the number of a birth certificate normalised; "" for junk.
func (z *Normalizer) Certificate(raw string) string {
	if raw == "" {
		return ""
	}
	v, _ := opaque(raw)
	return v
}

// Relative returns the names of a mother or guardian normalised; "" for junk.
func (z *Normalizer) Relative(given, family string) (string, string) {
	given, family = z.relativeGiven(FieldGuardianGiven, given), z.relativeFamily(FieldGuardianFamily, family)
	z.issues = z.issues[:0]
	return given, family
}

// Address returns an address normalised, and false for one of which nothing is
// left.
func (z *Normalizer) Address(a *Address) (NormalAddress, bool) {
	out := z.readAddress(a)
	z.issues = z.issues[:0]
	return out, out != NormalAddress{}
}

// Identifier returns an identifier of a known type normalised; "" for junk and
// for other types. birth is the birth date of its record, normalised, and
// district the one that a roster names.
func (z *Normalizer) Identifier(id *Identifier, birth Date, district string) string {
	_, v := z.identifier(id, birth, district)
	z.issues = z.issues[:0]
	return v
}

// Personal makes dst the normalised form of what r says of who the patient is
// and was at birth: all that [Normalizer.Apply] would but addresses, telephone
// numbers, e-mail addresses, doses and Activity, and identifiers unless they
// have a say in what the name means. Nothing is remarked.
func (z *Normalizer) Personal(dst *Normalized, r *Record) {
	z.personal(dst, r, r.BirthFacility != "" || slices.ContainsFunc(r.Identifiers, func(id Identifier) bool { return id.Type == "BR" }))
	z.issues = z.issues[:0]
}
