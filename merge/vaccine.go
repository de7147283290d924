package merge

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Vaccines is what dose-level deduplication must know of vaccine codes: which
// vaccine groups a CVX code belongs to, which codes name no formulation, and
// which CVX code a product's NDC stands for. It is immutable and safe for
// concurrent use.
//
// [RoutineVaccines] is built in; code sets change every month, so
// [ParseVaccineGroups] and [Vaccines.WithNDC] read the files of the CDC.
type Vaccines struct {
	codes map[string]vaccine
	ndc   map[string]string // 11 digits -> CVX
}

type vaccine struct {
	groups      []string // sorted
	unspecified bool
}

// routineGroups are plain facts of the CDC's table of vaccine groups (public
// domain, as of December 2025) for what is given in the United States: group,
// its CVX codes, and the codes among them that name no formulation.
var routineGroups = []struct{ group, codes, unspecified string }{
	{"DTAP", "01 20 22 28 50 102 106 107 110 120 130 132 146 170", "107"},
	{"POLIO", "02 10 89 110 120 130 132 146 170 195 324", "89"},
	{"HIB", "17 22 46 47 48 49 50 51 102 120 132 146 148 170", "17"},
	{"HepB", "08 42 43 44 45 51 102 104 110 132 146 189 193 220", "45"},
	{"HepA", "31 52 83 84 85 104 193", "31 85"},
	{"PneumoPCV", "100 109 133 152 177 215 216 327", "109 152"},
	{"PneumoPPV", "33 109", "109"},
	{"ROTAVIRUS", "74 116 119 122", "122"},
	{"MMR", "03 04 05 06 07 38 94", ""},
	{"VARICELLA", "21 94", ""},
	{"Td", "09 35 113 138 139 195 196", "139 196"},
	{"TDAP", "115", ""},
	{"HPV", "62 118 137 165", "137"},
	{"MENING", "32 103 108 114 136 147 148 203 316 328", "108 147"},
	{"MeningB", "162 163 164 316 328", "164"},
	{"FLU", "15 16 88 111 135 140 141 144 149 150 151 153 155 158 161 166 168 171 185 186 194 197 200 201 202 205 231 320 331 333", "88 151 194"},
	{"H1N1 flu", "125 126 127 128", "128"},
	{"COVID-19", "207 208 210 211 212 213 217 218 219 221 225 226 227 228 229 230 300 301 302 308 309 310 311 312 313 334", "213"},
	{"RSV", "303 304 305 306 307 314 315 326 332", "304 314 315"},
	{"ZOSTER", "121 187 188", "188"},
	{"RABIES", "18 40 90 175 176", "90"},
	{"Japanese encephalitis", "39 129 134", "129"},
	{"TYPHOID", "25 41 53 91 101", "91"},
	{"YELLOWFEVER", "37 183 184", "184"},
	{"cholera", "26 172 173 174", "26"},
	{"BCG", "19", ""},
}

// RoutineVaccines returns the built-in table: the vaccines of the routine
// schedules and for travel, without NDC codes.
func RoutineVaccines() *Vaccines { return routineVaccines }

var routineVaccines = func() *Vaccines {
	v := &Vaccines{codes: map[string]vaccine{}}
	for _, g := range routineGroups {
		unspecified := strings.Fields(g.unspecified)
		for cvx := range strings.FieldsSeq(g.codes) {
			v.add(cvx, g.group, slices.Contains(unspecified, cvx))
		}
	}
	return v
}()

func (v *Vaccines) add(cvx, group string, unspecified bool) {
	code := v.codes[cvx]
	if !slices.Contains(code.groups, group) {
		code.groups = append(slices.Clip(code.groups), group)
		slices.Sort(code.groups)
	}
	code.unspecified = code.unspecified || unspecified
	v.codes[cvx] = code
}

// Groups returns the vaccine groups of a CVX code, sorted; none if the code is
// not known.
func (v *Vaccines) Groups(cvx string) []string { return slices.Clone(v.codes[cvxCode(cvx)].groups) }

// Unspecified reports whether a CVX code names a vaccine without saying which
// formulation, as is proper for histories only.
func (v *Vaccines) Unspecified(cvx string) bool { return v.codes[cvxCode(cvx)].unspecified }

// CVX returns the CVX code of an NDC; false if the NDC is not known, is no NDC,
// or stood for several vaccines.
func (v *Vaccines) CVX(ndc string) (string, bool) {
	cvx, ok := v.ndc[ndcCode(ndc)]
	return cvx, ok && cvx != ""
}

// cvxCode is a CVX code of at least two digits, as CDC writes it; "" for what is
// none.
func cvxCode(s string) string {
	padded := strings.TrimSpace(s)
	s = strings.TrimLeft(padded, "0")
	switch {
	case s == "" || len(s) > 4 || !allDigits(s):
		return ""
	case len(s) > 1:
		return s
	case len(padded) > 1:
		return padded[len(padded)-2:] // it has its zero: nothing to allocate
	}
	return "0" + s
}

// ndcCode is an NDC as 11 digits, five for the labeler, four for the product
// and two for the package. With ten digits only the dashes say which of the
// parts lacks one.
func ndcCode(s string) string {
	s = strings.TrimSpace(s)
	parts := strings.Split(s, "-")
	switch {
	case len(parts) == 1 && len(s) == 11 && allDigits(s):
		return s
	case len(parts) != 3:
		return ""
	}
	var b strings.Builder
	for i, width := range [...]int{5, 4, 2} {
		p := parts[i]
		if p == "" || len(p) > width || !allDigits(p) {
			return ""
		}
		b.WriteString("00000"[:width-len(p)] + p)
	}
	return b.String()
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// ErrVaccineFile is what errors about code files wrap.
var ErrVaccineFile = errors.New("merge: vaccine code file")

// ParseVaccineGroups reads a table of vaccine groups: the file the CDC
// publishes (name|CVX|status|group|CVX of the group), or a CSV with a header
// that has the columns cvx and vaccine_group, and short or name for the name.
// A code is taken to name no formulation if its name says so.
func ParseVaccineGroups(data []byte) (*Vaccines, error) {
	rows, err := codeRows(data, 5, []string{"short|name", "cvx", "", "vaccine_group|group"})
	if err != nil {
		return nil, err
	}
	v := &Vaccines{codes: map[string]vaccine{}}
	for _, r := range rows {
		cvx, group := cvxCode(r.column[1]), strings.TrimSpace(r.column[3])
		if cvx == "" || group == "" {
			return nil, fmt.Errorf("%w: line %d: no CVX code or no group", ErrVaccineFile, r.line)
		}
		v.add(cvx, group, saysUnspecified(r.column[0]))
	}
	if len(v.codes) == 0 {
		return nil, fmt.Errorf("%w: no codes", ErrVaccineFile)
	}
	return v, nil
}

func saysUnspecified(name string) bool {
	name = strings.ToLower(name)
	return strings.Contains(name, "unspecified") || strings.Contains(name, "all formulations") ||
		slices.Contains(strings.FieldsFunc(name, func(r rune) bool { return r == ' ' || r == ',' }), "nos")
}

// WithNDC returns the table with the NDC codes of a file added: a file of units
// of use or of sale as the CDC publishes it, or a CSV with a header that has the
// columns ndc and cvx. Retired codes without a CVX code are left out, and so is
// an NDC that stands for two vaccines.
func (v *Vaccines) WithNDC(data []byte) (*Vaccines, error) {
	rows, err := codeRows(data, 0, []string{"ndc", "cvx"})
	if err != nil {
		return nil, err
	}
	added := map[string]string{}
	for ndc, cvx := range v.ndc {
		added[ndc] = cvx
	}
	for _, r := range rows {
		ndc, cvx := ndcCode(r.column[0]), cvxCode(r.column[1])
		if ndc == "" || cvx == "" {
			continue
		}
		if other, ok := added[ndc]; ok && other != cvx {
			cvx = ""
		}
		added[ndc] = cvx
	}
	if len(added) == 0 {
		return nil, fmt.Errorf("%w: no NDC codes", ErrVaccineFile)
	}
	return &Vaccines{codes: v.codes, ndc: added}, nil
}
