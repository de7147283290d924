package patient

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/idem-health/idem/internal/soundex"
)

// A Transform derives keys from one value of a field.
type Transform string

// The transforms. Those marked (set) may give several keys of one value; any
// gives none where the value has nothing of the kind.
const (
	Exact      Transform = ""           // the value itself
	Compact    Transform = "compact"    // without spaces: DE LA CRUZ as DELACRUZ
	Initial    Transform = "initial"    // first letter
	Prefix2    Transform = "prefix2"    // first two letters, spaces left out; nothing of a shorter value
	Prefix3    Transform = "prefix3"    // first three
	Prefix4    Transform = "prefix4"    // first four
	Prefix5    Transform = "prefix5"    // first five
	Prefix6    Transform = "prefix6"    // first six
	Soundex    Transform = "soundex"    // American Soundex of the whole name, particles left out
	Year       Transform = "year"       // of a date
	YearMonth  Transform = "yearmonth"  // of a date, both known
	MonthDay   Transform = "monthday"   // of a date, both known
	Digits     Transform = "digits"     // the digits in ascending order: one key for all transpositions
	Letters    Transform = "letters"    // letters and digits in ascending order
	Last4      Transform = "last4"      // last four letters or digits
	Last7      Transform = "last7"      // last seven: a phone without its area
	Token      Transform = "token"      // each word of two letters or more, particles left out (set)
	FirstToken Transform = "firsttoken" // first word
	LastToken  Transform = "lasttoken"  // last word of two letters or more that is no particle
	Root       Transform = "root"       // the full names a given name may stand for (set)
	Outward    Transform = "outward"    // postal district: the outward code of a UK postcode, else the first three
	District   Transform = "district"   // AUTHORITY of "AUTHORITY|NUMBER"
	Number     Transform = "number"     // NUMBER of "AUTHORITY|NUMBER"
	Day        Transform = "day"        // CVX|YYYYMMDD of a dose key, without the lot
)

var transforms = []Transform{
	Exact, Compact, Initial, Prefix2, Prefix3, Prefix4, Prefix5, Prefix6, Soundex, Year, YearMonth, MonthDay,
	Digits, Letters, Last4, Last7, Token, FirstToken, LastToken, Root, Outward, District, Number, Day,
}

// Transforms returns all transforms.
func Transforms() []Transform { return slices.Clone(transforms) }

// Set reports whether one value may give several keys.
func (t Transform) Set() bool { return t == Token || t == Root }

// A Column is a transform of a field: what blocking rules are made of. It is
// written "family:soundex", or "family" for the value itself.
type Column struct {
	Field     Field
	Transform Transform
}

// ErrUnknownColumn is what [ParseColumn] wraps.
var ErrUnknownColumn = errors.New("patient: unknown column")

// ParseColumn reads a column as [Column.String] writes it.
func ParseColumn(s string) (Column, error) {
	name, transform, _ := strings.Cut(s, ":")
	f, ok := FieldByName(name)
	if !ok {
		return Column{}, fmt.Errorf("%w: no field %q in %q", ErrUnknownColumn, name, s)
	}
	t := Transform(transform)
	if !slices.Contains(transforms, t) {
		return Column{}, fmt.Errorf("%w: no transform %q in %q", ErrUnknownColumn, transform, s)
	}
	return Column{f, t}, nil
}

// String returns field:transform, or the field alone.
func (c Column) String() string {
	if c.Transform == Exact {
		return c.Field.String()
	}
	return c.Field.String() + ":" + string(c.Transform)
}

// MarshalText writes [Column.String].
func (c Column) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads as [ParseColumn] does.
func (c *Column) UnmarshalText(text []byte) error {
	parsed, err := ParseColumn(string(text))
	if err == nil {
		*c = parsed
	}
	return err
}

// Set reports whether a record may have several keys of this column.
func (c Column) Set() bool { return c.Field.Set() || c.Transform.Set() }

// AppendKeys appends the keys that the transform makes of one normalised value
// of the column's field; none when the value gives no key. Keys are distinct.
func (c Column) AppendKeys(dst []string, value string) []string {
	if value == "" {
		return dst
	}
	switch c.Transform {
	case Token:
		return appendTokens(dst, value)
	case Root:
		roots := NicknameRoots(value)
		// Of MARY ANN, which is nobody's nickname, MARY decides.
		if first, _, more := strings.Cut(value, " "); more && len(roots) == 1 && roots[0] == value {
			roots = NicknameRoots(first)
		}
		return append(dst, roots...)
	}
	if key := c.key(value); key != "" {
		dst = append(dst, key)
	}
	return dst
}

// key is the one key of a transform that is no set.
func (c Column) key(v string) string {
	switch c.Transform {
	case Exact:
		return v
	case Compact:
		return compact(v)
	case Initial:
		_, n := utf8.DecodeRuneInString(v)
		return v[:n]
	case Prefix2, Prefix3, Prefix4, Prefix5, Prefix6:
		return prefix(compact(v), int(c.Transform[len("prefix")]-'0'))
	case Soundex:
		return soundex.Code(compact(withoutParticles(v)))
	case Year, YearMonth, MonthDay:
		return datePart(v, c.Transform)
	case Digits:
		return sorted(v, func(b byte) bool { return b >= '0' && b <= '9' })
	case Letters:
		return sorted(v, func(b byte) bool { return b != ' ' })
	case Last4:
		return suffix(compact(v), 4)
	case Last7:
		return suffix(compact(v), 7)
	case FirstToken:
		first, _, _ := strings.Cut(v, " ")
		return first
	case LastToken:
		return lastToken(v)
	case Outward:
		return outward(v)
	}
	return identifierPart(v, c.Transform)
}

// identifierPart takes an identifier or a dose key apart at its bars.
func identifierPart(v string, t Transform) string {
	first, rest, found := strings.Cut(v, "|")
	switch {
	case !found:
		return ""
	case t == District:
		return first
	case t == Number:
		return rest
	case t == Day:
		if i := strings.IndexByte(rest, '|'); i >= 0 {
			return v[:len(first)+1+i]
		}
	}
	return ""
}

// compact drops the spaces.
func compact(s string) string {
	if strings.IndexByte(s, ' ') < 0 {
		return s
	}
	return strings.ReplaceAll(s, " ", "")
}

// prefix returns the first n letters, or nothing where there are fewer.
func prefix(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	if n == 0 {
		return s
	}
	return ""
}

// suffix returns the last n letters, or nothing where there are fewer.
func suffix(s string, n int) string {
	i := len(s)
	for ; n > 0; n-- {
		if i == 0 {
			return ""
		}
		_, size := utf8.DecodeLastRuneInString(s[:i])
		i -= size
	}
	return s[i:]
}

// sorted returns the bytes of s that are wanted, ascending.
func sorted(s string, want func(byte) bool) string {
	b := make([]byte, 0, len(s))
	for i := range len(s) {
		if want(s[i]) {
			b = append(b, s[i])
		}
	}
	slices.Sort(b)
	return string(b)
}

// datePart takes a part of YYYYMMDD whose parts are known.
func datePart(v string, t Transform) string {
	if len(v) != 8 || v[:4] == "0000" {
		return ""
	}
	switch {
	case t == Year:
		return v[:4]
	case v[4:6] == "00":
		return ""
	case t == YearMonth:
		return v[:6]
	case v[6:] == "00":
		return ""
	}
	return v[4:]
}

// outward returns the district of a postal code.
func outward(v string) string {
	if out, _, ok := strings.Cut(v, " "); ok && isUKPostcode(v) {
		return out
	}
	return prefix(v, 3)
}

// particles are words of names that are hardly evidence alone. They stay in the
// name; tokens and codes leave them out.
var particles = map[string]bool{
	"DE": true, "LA": true, "LAS": true, "LOS": true, "LO": true, "LE": true, "LES": true, "EL": true, "DEL": true,
	"DELA": true, "DELLA": true, "DELLE": true, "DI": true, "DA": true, "DAS": true, "DO": true, "DOS": true, "DU": true,
	"DES": true, "D": true, "E": true, "Y": true, "I": true, "L": true, "O": true, "A": true,
	"VAN": true, "VON": true, "VOM": true, "DEN": true, "DER": true, "TEN": true, "TER": true, "TE": true, "ZU": true, "ZUM": true, "ZUR": true,
	"AL": true, "BIN": true, "IBN": true, "BINT": true, "BEN": true, "BAT": true, "ABU": true, "UM": true,
	"AF": true, "AV": true, "SAN": true, "SANTA": true, "ST": true, "MC": true, "MAC": true, "FITZ": true, "AP": true,
	"OF": true, "THE": true, "AND": true,
}

// Particle reports whether a folded word is a name particle (DE, VAN, AL, BIN,
// ST ...), which two unrelated names may well share.
func Particle(word string) bool { return particles[word] }

// withoutParticles drops leading particles while a word remains.
func withoutParticles(s string) string {
	for {
		first, rest, ok := strings.Cut(s, " ")
		if !ok || !particles[first] {
			return s
		}
		s = rest
	}
}

// appendTokens appends the distinct words of two letters or more that are no
// particles, or the longest word where all are.
func appendTokens(dst []string, v string) []string {
	start := len(dst)
	longest := ""
	for rest := v; rest != ""; {
		var word string
		word, rest, _ = strings.Cut(rest, " ")
		if len(word) > len(longest) {
			longest = word
		}
		if len(word) >= 2 && !particles[word] && !slices.Contains(dst[start:], word) {
			dst = append(dst, word)
		}
	}
	if len(dst) == start && len(longest) >= 2 {
		dst = append(dst, longest)
	}
	return dst
}

// lastToken returns the last of the tokens.
func lastToken(v string) string {
	for rest := v; rest != ""; {
		i := strings.LastIndexByte(rest, ' ')
		if word := rest[i+1:]; len(word) >= 2 && !particles[word] {
			return word
		}
		rest = rest[:max(i, 0)]
	}
	if i := strings.LastIndexByte(v, ' '); len(v)-i-1 >= 2 {
		return v[i+1:]
	}
	return ""
}

// isUKPostcode reports whether a folded value is a UK postcode in its usual
// form, "TQ13 8DF".
func isUKPostcode(v string) bool {
	out, in, ok := strings.Cut(v, " ")
	if !ok || len(in) != 3 || len(out) < 2 || len(out) > 4 {
		return false
	}
	return isLetter(out[0]) && hasDigit(out) && isDigit(in[0]) && isLetter(in[1]) && isLetter(in[2])
}

func isDigit(b byte) bool  { return b >= '0' && b <= '9' }
func isLetter(b byte) bool { return b >= 'A' && b <= 'Z' }

func hasDigit(s string) bool {
	for i := range len(s) {
		if isDigit(s[i]) {
			return true
		}
	}
	return false
}
