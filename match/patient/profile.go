package patient

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// A Profile says what normalisation takes for junk. It is data and part of a
// model's identity: two runs agree only under one profile. The zero value is
// [Neutral].
type Profile struct {
	Name string  `json:"name"`          // "US" or "Neutral"
	Off  []Shape `json:"off,omitempty"` // shape rules of it that are switched off
	// AsOf stands for the day of receipt where a record has none. Ages and
	// future dates are judged by it, never by the clock. Zero: not judged.
	AsOf Date `json:"as_of,omitzero"`
}

// A Shape names a rule on what a value must look like. Constants and runs
// (UNKNOWN, 999999999) are junk under any profile; shapes are a matter of the
// country and can be switched off.
type Shape string

// The shape rules of the US profile.
const (
	ShapeBirthDate  Shape = "birth_date"  // not after receipt, at most 120 years before it, not 1900-01-01
	ShapePhone      Shape = "phone"       // ten digits of the North American plan, no 555
	ShapePostalCode Shape = "postal_code" // ZIP code; a UK or Canadian postcode passes
	ShapeSSN        Shape = "ssn"         // nine digits with a valid area, group and serial
	ShapeEmail      Shape = "email"       // name@host.domain
)

// shapes lists them in the order in which they are reported.
var shapes = [...]Shape{ShapeBirthDate, ShapePhone, ShapePostalCode, ShapeSSN, ShapeEmail}

const (
	nameUS      = "US"
	nameNeutral = "Neutral"
)

// US returns the profile of US registries: the junk and shape rules of
// immunization information systems.
func US() Profile { return Profile{Name: nameUS} }

// Neutral returns the profile that drops constants and runs alone. Any other
// value is taken as it is, so that it suits data of any country.
func Neutral() Profile { return Profile{Name: nameNeutral} }

// ErrUnknownProfile is what an error about a profile wraps.
var ErrUnknownProfile = errors.New("patient: unknown profile")

// ProfileByName returns US() or Neutral() by name.
func ProfileByName(name string) (Profile, error) {
	p := Profile{Name: name}
	return p, p.Validate()
}

// Validate reports all names that are unknown.
func (p Profile) Validate() error {
	var errs []error
	if p.Name != nameUS && p.Name != nameNeutral && p.Name != "" {
		errs = append(errs, fmt.Errorf("%w: name %q is neither %s nor %s", ErrUnknownProfile, p.Name, nameUS, nameNeutral))
	}
	for _, s := range p.Off {
		if !slices.Contains(shapes[:], s) {
			errs = append(errs, fmt.Errorf("%w: no shape rule %q", ErrUnknownProfile, s))
		}
	}
	if !p.AsOf.IsZero() && !p.AsOf.Full() {
		errs = append(errs, fmt.Errorf("%w: as_of must be a full date", ErrUnknownProfile))
	}
	return errors.Join(errs...)
}

// UnmarshalJSON reads a profile and refuses unknown keys and names.
func (p *Profile) UnmarshalJSON(data []byte) error {
	type plain Profile
	var read plain
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&read); err != nil {
		return fmt.Errorf("patient: read profile: %w", err)
	}
	if err := Profile(read).Validate(); err != nil {
		return err
	}
	read.AsOf.Text = ""
	*p = Profile(read)
	return nil
}

// rule reports whether a shape rule is in force.
func (p Profile) rule(s Shape) bool { return p.Name == nameUS && !slices.Contains(p.Off, s) }

// rules is a profile ready to use.
type rules struct {
	us                                   bool
	birthDate, phone, postal, ssn, email bool
	asOf                                 Date
}

func (p Profile) compile() rules {
	return rules{
		us:        p.Name == nameUS,
		birthDate: p.rule(ShapeBirthDate), phone: p.rule(ShapePhone),
		postal: p.rule(ShapePostalCode), ssn: p.rule(ShapeSSN), email: p.rule(ShapeEmail),
		asOf: Date{Year: p.AsOf.Year, Month: p.AsOf.Month, Day: p.AsOf.Day},
	}
}

// Calibration bounds: a rule is judged on at least minCalibrate values, and is
// switched off where it would drop more than one in maxDropped.
const (
	minCalibrate = 20
	maxDropped   = 20
)

// A Calibration counts what the shape rules of a profile would do to the records
// it is shown. What it says does not depend on their order.
type Calibration struct {
	profile       Profile
	rules         rules
	seen, dropped [len(shapes)]int
}

// NewCalibration begins to count. Only the rules of profile US have an effect,
// so that it is cheap for any other.
func NewCalibration(p Profile) *Calibration {
	return &Calibration{profile: p, rules: p.compile()}
}

// Add counts the values of one record. It keeps none of them.
func (c *Calibration) Add(r *Record) {
	if !c.rules.us {
		return
	}
	c.rules.judge(r, func(s Shape, drop bool) {
		k := slices.Index(shapes[:], s)
		c.seen[k]++
		if drop {
			c.dropped[k]++
		}
	})
}

// Profile switches off the shape rules that would drop more than 5 % of what
// their field holds: such values are another country's, or synthetic, and no
// junk. It returns a notice for each rule switched off; a notice holds no value.
// Fields with fewer than 20 values are left alone.
func (c *Calibration) Profile() (Profile, []string) {
	p := c.profile
	p.Off = slices.Clone(p.Off)
	var notices []string
	for k, s := range shapes {
		if p.rule(s) && c.seen[k] >= minCalibrate && c.dropped[k]*maxDropped > c.seen[k] {
			p.Off = append(p.Off, s)
			notices = append(notices, fmt.Sprintf("profile %s: the shape rule %q would drop %d of %d values; it is switched off",
				p.Name, s, c.dropped[k], c.seen[k]))
		}
	}
	return p, notices
}

// Calibrate is a [Calibration] of a sample.
func (p Profile) Calibrate(sample []Record) (Profile, []string) {
	c := NewCalibration(p)
	for i := range sample {
		c.Add(&sample[i])
	}
	return c.Profile()
}

// judge tells what each shape rule would do to the record's values, switched
// off or not. Constants and runs do not count: they are junk anyhow.
func (c rules) judge(r *Record, report func(s Shape, drop bool)) {
	if b := r.BirthDate; b.Year != 0 && !constantDate(b) {
		left, _ := checkBirth(b, r.Received, rules{birthDate: true, asOf: c.asOf})
		report(ShapeBirthDate, left.Year == 0)
	}
	for _, v := range r.Phones {
		if _, issue := phone(v, true); v != "" && issue != IssueJunk {
			report(ShapePhone, issue == IssueShape)
		}
	}
	for i := range r.Addresses {
		if v := r.Addresses[i].PostalCode; v != "" {
			if _, issue := postalCode(v, true); issue != IssueJunk {
				report(ShapePostalCode, issue == IssueShape)
			}
		}
	}
	for _, id := range r.Identifiers {
		if id.Type != IDSocialSecurity || id.Value == "" {
			continue
		}
		if _, issue := socialSecurity(id.Value, true); issue != IssueJunk {
			report(ShapeSSN, issue == IssueShape)
		}
	}
	for _, v := range r.Emails {
		if _, issue := email(v, true); v != "" && issue != IssueJunk {
			report(ShapeEmail, issue == IssueShape)
		}
	}
}
