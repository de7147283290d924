package web

import (
	"context"
	"errors"
	"hash/maphash"
	"slices"
	"strings"
	"sync"

	"github.com/idem-health/idem/examples/iisserver/hl7"
	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/patient"
)

// errStaleMessage says that a message was overtaken by a later one.
var errStaleMessage = errors.New("web: a later state of the record is on file")

// An order is a dose added ('A'), corrected ('U') or deleted ('D').
type order struct {
	action byte
	dose   patient.Dose
}

func ordersOf(list []hl7.Order) []order {
	var orders []order
	for _, o := range list {
		if o.Given {
			orders = append(orders, order{o.Action, o.Dose})
		}
	}
	return orders
}

// file submits what a message says, together with what its sender said before:
// each message brings a dose, not the history, and a child that gets its name
// keeps the placeholder as a name it had.
func (s *Server) file(ctx context.Context, r *patient.Record, orders []order) error {
	key := match.Key{Source: r.Source, ID: r.ID}
	defer s.records.lock(key)()
	old, err := s.register.Record(ctx, key)
	switch {
	case errors.Is(err, ErrNotFound):
	case err != nil:
		return err
	case old.Received.Full() && r.Received.Full() && r.Received.Days() < old.Received.Days():
		if len(orders) == 0 {
			return errStaleMessage
		}
		*r = old // a late message still has its doses to tell
	default:
		combine(r, &old)
	}
	for _, o := range orders {
		r.Doses = o.apply(r.Doses)
	}
	_, err = s.register.Submit(ctx, r)
	return err
}

// combine adds to a record what it said before and says no more.
func combine(r, old *patient.Record) {
	for _, n := range old.Names {
		n := n
		if len(r.Names) > 0 && n.Use == patient.NameLegal && differs(n, r.Names[0]) {
			n.Use = patient.NameAlias
		}
		if !slices.ContainsFunc(r.Names, func(m patient.Name) bool { return !differs(m, n) }) {
			r.Names = append(r.Names, n)
		}
	}
	for _, id := range old.Identifiers {
		if !slices.Contains(r.Identifiers, id) {
			r.Identifiers = append(r.Identifiers, id)
		}
	}
	for _, p := range []struct{ now, before *string }{
		{&r.BirthCertificate, &old.BirthCertificate}, {&r.BirthFacility, &old.BirthFacility}, {&r.BirthOrder, &old.BirthOrder},
		{&r.MultipleBirth, &old.MultipleBirth}, {&r.Sex, &old.Sex}, {&r.Mother.Given, &old.Mother.Given},
		{&r.Mother.Family, &old.Mother.Family}, {&r.Mother.Maiden, &old.Mother.Maiden},
	} {
		if *p.now == "" {
			*p.now = *p.before
		}
	}
	r.Doses = append(slices.Clone(old.Doses), r.Doses...)
}

// differs compares the names themselves, whatever they were used for.
func differs(a, b patient.Name) bool {
	return !strings.EqualFold(a.Family, b.Family) || !strings.EqualFold(a.Given, b.Given) || !strings.EqualFold(a.Middle, b.Middle) ||
		!strings.EqualFold(a.Suffix, b.Suffix) || !strings.EqualFold(a.Full, b.Full)
}

// apply adds a dose once, corrects the one of the same vaccine and day, or deletes
// it.
func (o order) apply(doses []patient.Dose) []patient.Dose {
	same := func(d patient.Dose) bool {
		return strings.TrimLeft(d.CVX, "0") == strings.TrimLeft(o.dose.CVX, "0") && d.Date.Compact() == o.dose.Date.Compact()
	}
	i := slices.IndexFunc(doses, same)
	switch {
	case o.action == 'D':
		return slices.DeleteFunc(doses, func(d patient.Dose) bool { return same(d) && (o.dose.Lot == "" || d.Lot == o.dose.Lot) })
	case i < 0:
		return append(doses, o.dose)
	case o.action == 'U' || doses[i].Historical && !o.dose.Historical: // who gave it knows better
		doses[i] = o.dose
	}
	return doses
}

// keyed are locks by key.
type keyed struct{ stripes [256]sync.Mutex }

var stripeSeed = maphash.MakeSeed()

func (k *keyed) lock(key match.Key) (unlock func()) {
	m := &k.stripes[maphash.Comparable(stripeSeed, key)%256]
	m.Lock()
	return m.Unlock
}
