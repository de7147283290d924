package patient

import "encoding/binary"

// AppendContent appends the record's content as received, everything but its
// identity (Source, ID, Line), in a form in which no two different contents
// are equal. Two records of one identity with the same content are the same
// message sent twice.
func (r *Record) AppendContent(dst []byte) []byte {
	c := contentWriter{dst}
	c.date(r.Received)
	c.count(len(r.Names))
	for _, n := range r.Names {
		c.dst = append(c.dst, byte(n.Use))
		c.text(n.Full, n.Given, n.Middle, n.Family, n.Suffix)
	}
	c.date(r.BirthDate)
	c.text(r.BirthTime, r.Sex, r.MultipleBirth, r.BirthOrder, r.BirthPlace)
	c.text(r.Mother.Given, r.Mother.Family, r.Mother.Maiden)
	c.date(r.Mother.BirthDate)
	c.count(len(r.Guardians))
	for _, g := range r.Guardians {
		c.text(g.Relationship, g.Given, g.Family)
	}
	c.count(len(r.Addresses))
	for _, a := range r.Addresses {
		c.text(a.Number, a.Street, a.Unit, a.Line2, a.City, a.State, a.PostalCode, a.Country)
	}
	c.list(r.Phones)
	c.list(r.Emails)
	c.count(len(r.Identifiers))
	for _, id := range r.Identifiers {
		c.text(id.Authority, id.Type, id.Value)
	}
	c.text(r.BirthFacility, r.BirthCertificate, r.School.District, r.School.School, r.School.Grade, r.Occupation)
	c.date(r.Death)
	c.flags(r.Protected, r.Consent.NoAdd, r.Consent.AggregateOnly)
	c.count(len(r.Doses))
	for _, d := range r.Doses {
		c.text(d.CVX, d.MVX, d.NDC, d.Lot)
		c.date(d.Date)
		c.flags(d.Historical)
	}
	c.count(len(r.Attributes))
	for _, a := range r.Attributes {
		c.text(a.Name, a.Value)
	}
	return c.dst
}

// contentWriter writes length-prefixed values, so that they cannot run into
// each other.
type contentWriter struct{ dst []byte }

func (c *contentWriter) count(n int) { c.dst = binary.AppendUvarint(c.dst, uint64(n)) }

func (c *contentWriter) text(values ...string) {
	dst := c.dst
	for _, s := range values {
		dst = appendString(dst, s)
	}
	c.dst = dst
}

func (c *contentWriter) list(values []string) {
	c.count(len(values))
	c.text(values...)
}

func (c *contentWriter) date(d Date) {
	c.text(d.Text)
	c.count(int(d.Year))
	c.dst = append(c.dst, d.Month, d.Day)
}

func (c *contentWriter) flags(values ...bool) {
	for _, v := range values {
		b := byte(0)
		if v {
			b = 1
		}
		c.dst = append(c.dst, b)
	}
}
