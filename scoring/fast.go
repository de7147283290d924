package scoring

import (
	"errors"
	"fmt"

	"github.com/idem-health/idem/internal/table"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/scoring/strsim"
)

// A Comparer compares rows of a table: the compiled form of [Reference], with
// the same result. Most pairs are settled by equality of ids or by the letter
// signatures of names that cannot be alike; only the others see the strings.
// It is immutable and safe for concurrent use.
type Comparer struct {
	specs     []Comparison
	space     *Space
	compare   []func(i, j int) uint8
	interplay interplay
	given     *table.Col // of the frequency terms
	family    *table.Col
}

// NewComparer binds comparisons to a table, which must hold their fields.
func NewComparer(cs []Comparison, t *table.Table) (*Comparer, error) {
	space, err := NewSpace(cs)
	if err != nil {
		return nil, err
	}
	c := &Comparer{specs: cs, space: space, interplay: newInterplay(cs),
		given: t.Column(patient.FieldGiven), family: t.Column(patient.FieldFamily)}
	b := binder{t: t, info: map[*table.Dict][]textInfo{}}
	for _, spec := range cs {
		f, err := b.bind(spec)
		if err != nil {
			return nil, err
		}
		c.compare = append(c.compare, f)
	}
	return c, nil
}

// Space returns the pattern space of the comparisons.
func (c *Comparer) Space() *Space { return c.space }

// Pattern compares two rows.
func (c *Comparer) Pattern(i, j uint32) Pattern {
	var buf [64]uint8
	levels := Levels(buf[:len(c.compare)])
	for k, f := range c.compare {
		levels[k] = f(int(i), int(j))
	}
	c.interplay.settle(levels)
	return c.space.Pattern(levels)
}

// A binder makes the comparison functions of one table.
type binder struct {
	t    *table.Table
	info map[*table.Dict][]textInfo
}

// textInfo is what the reject filter knows of a distinct value.
type textInfo struct {
	sign strsim.Signature
	head uint32
	n    uint8 // bytes, at most 255
	flag uint8
}

const (
	infoPlain    = 1 << iota // one word of ASCII letters and digits, two bytes or more
	infoNickname             // may stand for another given name
	infoVaries               // may be the same as a family name that does not look like it
)

// textInfoOf computes the filter's facts once for each value of a dictionary.
func (b *binder) textInfoOf(d *table.Dict) []textInfo {
	if info, ok := b.info[d]; ok {
		return info
	}
	info := make([]textInfo, d.Len())
	for id := 1; id < d.Len(); id++ {
		v := d.Value(uint32(id))
		t := textInfo{sign: strsim.Sign(v), head: strsim.Head(v), n: uint8(min(len(v), 255))}
		if plainWord(v) {
			t.flag |= infoPlain
		}
		if roots := patient.NicknameRoots(v); len(roots) != 1 || roots[0] != v {
			t.flag |= infoNickname
		}
		if patient.FamilyNameVaries(v) {
			t.flag |= infoVaries
		}
		info[id] = t
	}
	b.info[d] = info
	return info
}

func plainWord(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return len(s) >= 2 && len(s) <= 30
}

// mayReach reports whether two values may reach a similarity.
func mayReach(cut *strsim.JWCut, a, b *textInfo) bool {
	return cut.MayReach(a.sign, b.sign, strsim.CommonHead(a.head, b.head))
}

// ErrNoField is returned where a model compares a field that the records do not
// have: it was made from other records.
var ErrNoField = errors.New("the records have no")

// bind returns the function of one comparison.
func (b *binder) bind(spec Comparison) (func(i, j int) uint8, error) {
	k, ok := kinds[spec.Kind]
	if !ok {
		return nil, fmt.Errorf("scoring: comparison %q: unknown kind %q", spec.Name, spec.Kind)
	}
	switch spec.Kind {
	case KindCandidates:
		return func(int, int) uint8 { return 0 }, nil
	case KindSequential:
		return b.sequential(), nil
	}
	fields := spec.Fields()
	if len(fields) == 0 {
		return nil, fmt.Errorf("scoring: comparison %q: unknown field %q", spec.Name, spec.Field)
	}
	if b.t.Column(fields[0]) == nil {
		return nil, fmt.Errorf("scoring: comparison %q: %w %s", spec.Name, ErrNoField, fields[0])
	}
	if k.parameterized {
		return b.parameterized(spec, fields[0]), nil
	}
	return b.fixed(spec.Kind), nil
}

// parameterized binds the kinds that compare any one field.
func (b *binder) parameterized(spec Comparison, f patient.Field) func(i, j int) uint8 {
	switch spec.Kind {
	case KindText:
		return b.text(f)
	case KindNumber:
		return b.digits(f, compareNumber, settleNumber)
	}
	return b.values(f, compareExact)
}

// fixed binds the kinds whose fields are fixed.
func (b *binder) fixed(k Kind) func(i, j int) uint8 {
	switch k {
	case KindGiven:
		return b.given()
	case KindFamily:
		return b.family()
	case KindMiddle:
		return b.middle()
	case KindBirthDate:
		return b.birthDate()
	case KindSex:
		return b.values(patient.FieldSex, func(x, y string) uint8 { return compareSex(x[0], y[0]) })
	case KindSuffix:
		return b.values(patient.FieldSuffix, compareSuffix)
	case KindMultiple:
		return b.multiple()
	case KindSSN:
		return b.digits(patient.FieldSSN, compareSSN, settleSSN)
	case KindMedicaid:
		return b.digits(patient.FieldMedicaid, compareNumber, settleNumber)
	case KindMRN:
		return b.scoped(patient.FieldMRN)
	case KindStudentID:
		return b.scoped(patient.FieldStudentID)
	case KindBirthCertificate:
		return b.values(patient.FieldBirthCertificate, compareExact)
	case KindPhone:
		return b.digits(patient.FieldPhone, comparePhone, settlePhone)
	case KindPostalCode:
		return b.digits(patient.FieldPostalCode, comparePostalCode, settlePostalCode)
	case KindMotherGiven:
		return b.values(patient.FieldMotherGiven, compareGivenAlone)
	case KindMotherMaiden:
		return b.values(patient.FieldMotherMaiden, compareMaiden)
	case KindAddress:
		return b.address()
	case KindGuardian:
		return b.guardian()
	case KindGuardianGiven:
		return b.guardianGiven()
	case KindDoses:
		return b.doses()
	case KindPlaceholder:
		return b.placeholder()
	case KindBirthTime:
		return b.birthTime()
	}
	return b.death()
}

// A cell reads a text column that may be absent.
type cell struct{ col *table.Col }

func (b *binder) cell(f patient.Field) cell { return cell{b.t.Column(f)} }

func (c cell) id(row int) uint32 {
	if c.col == nil {
		return 0
	}
	return c.col.ID(row)
}

func (c cell) text(row int) string {
	if c.col == nil {
		return ""
	}
	return c.col.Dict.Value(c.col.ID(row))
}

// texts returns all values of a row, "" for the parts an address lacks.
func (c cell) texts(row int) []string {
	if c.col == nil {
		return nil
	}
	ids := c.col.Values(row)
	if len(ids) == 0 {
		return nil
	}
	out := make([]string, len(ids))
	for k, id := range ids {
		out[k] = c.col.Dict.Value(id)
	}
	return out
}

// none reports whether neither row has a value.
func (c cell) none(i, j int) bool {
	return c.col == nil || len(c.col.Values(i)) == 0 && len(c.col.Values(j)) == 0
}

// values binds a comparison of one field by a plain function, whose level 1 is
// equality.
func (b *binder) values(f patient.Field, compare func(a, b string) uint8) func(i, j int) uint8 {
	col := b.t.Column(f)
	return func(i, j int) uint8 {
		x, y := col.ID(i), col.ID(j)
		if x == y && x != 0 && !col.Several(i) && !col.Several(j) {
			return compare(col.Dict.Value(x), col.Dict.Value(x))
		}
		if col.Several(i) || col.Several(j) {
			return best(cell{col}.texts(i), cell{col}.texts(j), compare)
		}
		if x == 0 || y == 0 {
			return 0
		}
		return compare(col.Dict.Value(x), col.Dict.Value(y))
	}
}

// text binds a comparison by similarity, with the reject filter.
func (b *binder) text(f patient.Field) func(i, j int) uint8 {
	col := b.t.Column(f)
	info := b.textInfoOf(col.Dict)
	cut := strsim.NewJWCut(textSome)
	return func(i, j int) uint8 {
		if col.Several(i) || col.Several(j) {
			return best(cell{col}.texts(i), cell{col}.texts(j), compareText)
		}
		x, y := col.ID(i), col.ID(j)
		switch {
		case x == 0 || y == 0:
			return 0
		case x == y:
			return textExact
		}
		p, q := &info[x], &info[y]
		if p.flag&q.flag&infoPlain != 0 && !mayReach(cut, p, q) {
			return textDiffers
		}
		return compareText(col.Dict.Value(x), col.Dict.Value(y))
	}
}

// scoped binds a comparison of lists of AUTHORITY|NUMBER.
func (b *binder) scoped(f patient.Field) func(i, j int) uint8 {
	c := b.cell(f)
	return func(i, j int) uint8 {
		if c.id(i) == 0 || c.id(j) == 0 {
			return 0
		}
		return compareScoped(c.texts(i), c.texts(j))
	}
}

func (b *binder) sequential() func(i, j int) uint8 {
	ssn, mrn := b.cell(patient.FieldSSN), b.cell(patient.FieldMRN)
	return func(i, j int) uint8 {
		if (ssn.id(i) == 0 || ssn.id(j) == 0) && (mrn.id(i) == 0 || mrn.id(j) == 0) {
			return 0
		}
		return compareSequential(&sequentialView{ssn.text(i), mrn.texts(i)}, &sequentialView{ssn.text(j), mrn.texts(j)})
	}
}

func (b *binder) multiple() func(i, j int) uint8 {
	multiple, order := b.cell(patient.FieldMultipleBirth), b.cell(patient.FieldBirthOrder)
	view := func(row int) multipleView {
		v := multipleView{}
		switch multiple.text(row) {
		case "Y":
			v.Multiple = patient.Yes
		case "N":
			v.Multiple = patient.No
		}
		if s := order.text(row); s != "" {
			v.Order = s[0] - '0'
		}
		return v
	}
	return func(i, j int) uint8 {
		if multiple.id(i)|multiple.id(j)|order.id(i)|order.id(j) == 0 {
			return 0
		}
		return compareMultiple(view(i), view(j))
	}
}

func (b *binder) doses() func(i, j int) uint8 {
	c := b.cell(patient.FieldDoseKey)
	return func(i, j int) uint8 {
		if c.id(i) == 0 || c.id(j) == 0 {
			return 0
		}
		return compareDoses(c.texts(i), c.texts(j))
	}
}

func (b *binder) placeholder() func(i, j int) uint8 {
	c := b.cell(patient.FieldPlaceholderClass)
	grades := make([]uint8, c.col.Dict.Len())
	for id := range grades {
		grades[id] = placeholderGrade(patient.ParsePlaceholder(c.col.Dict.Value(uint32(id))))
	}
	return func(i, j int) uint8 { return comparePlaceholder(grades[c.id(i)], grades[c.id(j)]) }
}

func (b *binder) birthTime() func(i, j int) uint8 {
	c := b.cell(patient.FieldBirthTime)
	minutes := make([]int16, c.col.Dict.Len())
	for id := range minutes {
		if s := c.col.Dict.Value(uint32(id)); len(s) == 4 {
			digit := func(k int) int16 { return int16(s[k] - '0') }
			minutes[id] = (digit(0)*10+digit(1))*60 + digit(2)*10 + digit(3) + 1
		}
	}
	return func(i, j int) uint8 { return compareBirthTime(minutes[c.id(i)], minutes[c.id(j)]) }
}

func (b *binder) death() func(i, j int) uint8 {
	death, activity := b.cell(patient.FieldDeathDate), b.cell(patient.FieldActivity)
	return func(i, j int) uint8 {
		if death.id(i)|death.id(j) == 0 {
			return 0
		}
		return compareDeath(deathView{death.text(i), activity.text(i)}, deathView{death.text(j), activity.text(j)})
	}
}
