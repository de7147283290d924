package scoring

import (
	"github.com/idem-health/idem/internal/table"
	"github.com/idem-health/idem/match/patient"
	"github.com/idem-health/idem/scoring/strsim"
)

// given binds the comparison of given names. The filter settles two plain
// single-word names that differ when no other level than "differs" can hold:
// no nickname, no similarity straight or crosswise, no part played by middle
// names or aliases.
func (b *binder) given() func(i, j int) uint8 {
	given, middle, family := b.cell(patient.FieldGiven), b.cell(patient.FieldMiddle), b.cell(patient.FieldFamily)
	aliases, class := b.cell(patient.FieldGivenAlias), b.cell(patient.FieldPlaceholderClass)
	info := b.textInfoOf(given.col.Dict)
	f := givenFilter{names: given.col.Dict, info: info, far: strsim.NewJWCut(nameFar), swap: strsim.NewJWCut(nameSwap)}
	view := func(row int) *givenView {
		return &givenView{
			Given: given.text(row), Middle: middle.text(row), Family: family.text(row),
			Aliases: aliases.texts(row), Placeholder: class.id(row) != 0,
		}
	}
	return func(i, j int) uint8 {
		x, y := given.id(i), given.id(j)
		if x == y && x != 0 {
			return givenExact
		}
		if aliases.col == nil || aliases.none(i, j) {
			if x == 0 && y == 0 || (x == 0 || y == 0) && middle.id(i)|middle.id(j) == 0 {
				return 0
			}
			if x != 0 && y != 0 && f.differ(x, y, middle.id(i), middle.id(j), family.id(i), family.id(j)) {
				return givenDiffers
			}
		}
		return compareGiven(view(i), view(j))
	}
}

// givenFilter rejects pairs of given names that plainly differ.
type givenFilter struct {
	names     *table.Dict // shared by all names
	info      []textInfo
	far, swap *strsim.JWCut
}

// differ reports whether two different given names x and y, with these middle
// and family names, surely are at the level "differs".
func (f *givenFilter) differ(x, y, middleX, middleY, familyX, familyY uint32) bool {
	p, q := &f.info[x], &f.info[y]
	if p.flag&q.flag&infoPlain == 0 || mayReach(f.far, p, q) {
		return false
	}
	if (p.flag|q.flag)&infoNickname != 0 && patient.SameNickname(f.names.Value(x), f.names.Value(y)) {
		return false
	}
	if middleX|middleY != 0 {
		m, n := &f.info[middleX], &f.info[middleY]
		// A middle name may be the other's given name, or given and middle
		// written together may be: only lengths rule that out cheaply.
		if middleX != 0 && (m.flag&infoPlain == 0 && m.n > 1 || middleX == y || p.n+m.n == q.n) ||
			middleY != 0 && (n.flag&infoPlain == 0 && n.n > 1 || middleY == x || q.n+n.n == p.n) {
			return false
		}
	}
	if familyX == 0 || familyY == 0 {
		return true
	}
	s, t := &f.info[familyX], &f.info[familyY]
	return s.flag&t.flag&infoPlain != 0 && !(mayReach(f.swap, p, t) && mayReach(f.swap, s, q))
}

// family binds the comparison of family names.
func (b *binder) family() func(i, j int) uint8 {
	family, aliases := b.cell(patient.FieldFamily), b.cell(patient.FieldFamilyAlias)
	mother := []cell{b.cell(patient.FieldMotherMaiden), b.cell(patient.FieldMotherFamily)}
	guardian := b.cell(patient.FieldGuardianFamily)
	info := b.textInfoOf(family.col.Dict)
	far := strsim.NewJWCut(nameFar)
	view := func(row int) *familyView {
		v := &familyView{Family: family.text(row), Aliases: aliases.texts(row)}
		for _, c := range mother {
			if c.id(row) != 0 {
				v.Mother = append(v.Mother, c.text(row))
			}
		}
		v.Mother = append(v.Mother, guardian.texts(row)...)
		return v
	}
	alone := func(i, j int) bool {
		return aliases.none(i, j) && guardian.none(i, j) && mother[0].none(i, j) && mother[1].none(i, j)
	}
	return func(i, j int) uint8 {
		x, y := family.id(i), family.id(j)
		switch {
		case x == 0 || y == 0:
			return 0
		case x == y:
			return familyExact
		}
		p, q := &info[x], &info[y]
		if p.flag&q.flag&infoPlain != 0 && p.flag&q.flag&infoVaries == 0 && !mayReach(far, p, q) && alone(i, j) {
			return familyDiffers
		}
		return compareFamily(view(i), view(j))
	}
}

// middle binds the comparison of middle names.
func (b *binder) middle() func(i, j int) uint8 {
	middle, given := b.cell(patient.FieldMiddle), b.cell(patient.FieldGiven)
	return func(i, j int) uint8 {
		x, y := middle.id(i), middle.id(j)
		switch {
		case x == 0 || y == 0:
			return 0
		case x == y:
			return middleExact
		}
		return compareMiddle(&middleView{middle.text(i), given.text(i)}, &middleView{middle.text(j), given.text(j)})
	}
}

// address binds the comparison of whole addresses.
func (b *binder) address() func(i, j int) uint8 {
	parts := make([]cell, 0, 7)
	for _, f := range []patient.Field{
		patient.FieldStreetNumber, patient.FieldStreet, patient.FieldUnit, patient.FieldCity,
		patient.FieldState, patient.FieldPostalCode, patient.FieldInstitution,
	} {
		parts = append(parts, b.cell(f))
	}
	views := func(row int) []patient.NormalAddress {
		var out []patient.NormalAddress
		for k, c := range parts {
			for n, v := range c.texts(row) {
				if n == len(out) {
					out = append(out, patient.NormalAddress{})
				}
				switch k {
				case 0:
					out[n].Number = v
				case 1:
					out[n].Street = v
				case 2:
					out[n].Unit = v
				case 3:
					out[n].City = v
				case 4:
					out[n].State = v
				case 5:
					out[n].PostalCode = v
				default:
					out[n].Institution = v != ""
				}
			}
		}
		return out
	}
	return func(i, j int) uint8 {
		x, y := views(i), views(j)
		var found uint8
		for k := range x {
			for l := range y {
				found = better(found, compareAddress(&x[k], &y[l]))
			}
		}
		return found
	}
}

func (b *binder) guardian() func(i, j int) uint8 {
	given, family := b.cell(patient.FieldGuardianGiven), b.cell(patient.FieldGuardianFamily)
	return func(i, j int) uint8 {
		if given.id(i)|family.id(i) == 0 || given.id(j)|family.id(j) == 0 {
			return 0
		}
		return compareGuardian(&guardianView{given.texts(i), family.texts(i)}, &guardianView{given.texts(j), family.texts(j)})
	}
}

func (b *binder) guardianGiven() func(i, j int) uint8 {
	given, mother := b.cell(patient.FieldGuardianGiven), b.cell(patient.FieldMotherGiven)
	return func(i, j int) uint8 {
		if mother.id(i) != 0 && mother.id(j) != 0 || given.id(i) == 0 || given.id(j) == 0 {
			return 0
		}
		return best(given.texts(i), given.texts(j), compareGivenAlone)
	}
}

// A Frequencer looks up the value-frequency weights of a table's values. It is
// immutable and safe for concurrent use.
type Frequencer struct {
	cols    []*table.Col
	weights [][]Weight // by frequency term and id
}

// NewFrequencer binds a model's frequency terms to a table.
func NewFrequencer(m *Model, t *table.Table) *Frequencer {
	f := &Frequencer{}
	for i := range m.Frequencies {
		freq := &m.Frequencies[i]
		field := patient.FieldGiven
		for _, c := range m.Comparisons {
			if c.Name == freq.Comparison && c.Kind == KindFamily {
				field = patient.FieldFamily
			}
		}
		col := t.Column(field)
		f.cols = append(f.cols, col)
		if col == nil {
			f.weights = append(f.weights, nil)
			continue
		}
		w := make([]Weight, col.Dict.Len())
		for id := 1; id < len(w); id++ {
			w[id] = freq.Weight(col.Dict.Hash(uint32(id)))
		}
		f.weights = append(f.weights, w)
	}
	return f
}

// Weights returns the frequency weights of two rows that agree exactly; of two
// spellings that differ in spaces alone, the commoner one's.
func (f *Frequencer) Weights(i, j uint32) FrequencyWeights {
	var out FrequencyWeights
	for k, col := range f.cols {
		if col == nil {
			continue
		}
		x, y := col.ID(int(i)), col.ID(int(j))
		if x != 0 && y != 0 {
			out[k] = min(f.weights[k][x], f.weights[k][y])
		}
	}
	return out
}
