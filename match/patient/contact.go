package patient

import (
	"strings"

	"github.com/idem-health/idem/internal/fold"
)

// Each function of this file reads one kind of value. It returns the value, ""
// where it is dropped, and what is to be said of it. shape says whether the
// profile's shape rule is in force.

// phone reads a telephone number: its digits, without the country code 1 and
// without an extension.
func phone(raw string, shape bool) (string, IssueCode) {
	v := digitsOf(withoutExtension(cutRaw(raw)))
	if len(v) == 11 && v[0] == '1' {
		v = v[1:]
	}
	switch {
	case v == "" || isRun(v) || v == "1234567890" || v == "0123456789":
		return "", IssueJunk
	case shape && !nanp(v):
		return "", IssueShape
	}
	return cutBytes(v, 32), ""
}

// withoutExtension cuts "x12", "ext. 12" and "#12" off.
func withoutExtension(s string) string {
	digits := 0
	for i := range len(s) {
		switch c := s[i]; {
		case isDigit(c):
			digits++
		case digits >= 7 && (c == 'x' || c == 'X' || c == 'e' || c == 'E' || c == '#' || c == ';' || c == ','):
			return s[:i]
		}
	}
	return s
}

// nanp reports whether ten digits can be a number of the North American plan:
// area and exchange begin with 2 to 9 and are no N11; 555 is for films.
func nanp(v string) bool {
	return len(v) == 10 && v[0] >= '2' && v[1:3] != "11" && v[3] >= '2' && v[4:6] != "11" && v[3:6] != "555"
}

// digitsOf returns the ASCII digits of s, s itself where it is nothing else.
func digitsOf(s string) string {
	if leadingDigits(s) == len(s) {
		return s
	}
	b := make([]byte, 0, 16)
	for i := range len(s) {
		if isDigit(s[i]) {
			b = append(b, s[i])
		}
	}
	return string(b)
}

// isRun reports whether all bytes are the same, which is what is typed into a
// field that must not stay empty.
func isRun(s string) bool {
	for i := 1; i < len(s); i++ {
		if s[i] != s[0] {
			return false
		}
	}
	return s != ""
}

// alphanumeric returns the folded letters and digits of s without anything
// between, s itself where it is nothing else.
func alphanumeric(s string) string { return compact(fold.Words(s)) }

// opaque reads an identifier of which only letters and digits count.
func opaque(raw string) (string, IssueCode) {
	w := fold.Words(cutRaw(raw))
	v := boundText(compact(w))
	if v == "" || isFiller(v) || isJunkValue(w) || isJunkValue(v) {
		return "", IssueJunk
	}
	return v, ""
}

// isFiller reports whether an identifier is a row of one sign. A chart number
// may well be 8 or 111.
func isFiller(v string) bool { return isRun(v) && (len(v) >= 5 || v[0] == '0' || v[0] == 'X') }

// isJunkValue reports whether folded words say that there is no value.
func isJunkValue(words string) bool { return words != "" && !hasDigit(words) && isJunkName(words) }

// socialSecurity reads a social security number.
func socialSecurity(raw string, shape bool) (string, IssueCode) {
	v, issue := opaque(raw)
	switch {
	case issue != "":
		return "", issue
	case v == "123456789", v == "987654321", v == "078051120", v == "219099999":
		return "", IssueJunk
	case shape && !validSSN(v):
		return "", IssueShape
	}
	return v, ""
}

// validSSN applies the rules of issue: no area 000, 666 or 9xx, no group 00, no
// serial 0000; six equal digits in a row are somebody's finger.
func validSSN(v string) bool {
	if len(v) != 9 || leadingDigits(v) != 9 {
		return false
	}
	if v[:3] == "000" || v[:3] == "666" || v[0] == '9' || v[3:5] == "00" || v[5:] == "0000" {
		return false
	}
	for i := 0; i+6 <= len(v); i++ {
		if isRun(v[i : i+6]) {
			return false
		}
	}
	return true
}

// recordNumber reads a medical record or student number. Hyphens stay, since
// 1-118 and 11-18 are two charts; leading zeros of a plain number go, since
// senders pad to different widths.
func recordNumber(raw string) (string, IssueCode) {
	raw = cutRaw(raw)
	v, issue := opaque(raw)
	if issue != "" {
		return "", issue
	}
	if leadingDigits(v) == len(v) && strings.IndexByte(raw, '-') < 0 {
		if v = strings.TrimLeft(v, "0"); v == "" {
			return "", IssueJunk
		}
		return v, ""
	}
	if strings.IndexByte(raw, '-') < 0 {
		return v, ""
	}
	var b strings.Builder
	for piece := range strings.SplitSeq(raw, "-") {
		if p := alphanumeric(piece); p != "" {
			if b.Len() > 0 {
				b.WriteByte('-')
			}
			b.WriteString(p)
		}
	}
	return boundText(b.String()), ""
}

// postalCode reads a postal code: five digits of a ZIP code, a UK postcode as
// OUTWARD INWARD, anything else without spaces.
func postalCode(raw string, shape bool) (string, IssueCode) {
	w := fold.Words(cutRaw(raw))
	v := compact(w)
	digits := leadingDigits(v)
	switch {
	case v == "" || isJunkPostal(v, shape) || isJunkValue(w) || isJunkValue(v):
		return "", IssueJunk
	case digits == 5 && len(v) == 5:
		return v, ""
	case digits == len(v) && len(w) == 10 && w[5] == ' ', digits == 9 && len(v) == 9 && shape:
		if isJunkPostal(v[:5], shape) {
			return "", IssueJunk
		}
		return v[:5], ""
	case digits == 6 && len(w) == 7 && w[5:] == " 0": // 48469.0: a spreadsheet's number
		return v[:5], IssueRepaired
	case digits < len(v):
		if p := ukPostcode(v); p != "" {
			return p, ""
		}
		if len(v) == 6 && isCanadian(v) {
			return v, ""
		}
	case digits == 4 && len(v) == 4:
		// A digit is missing, the leading zero or another: as it is it stays one
		// edit from the right one.
		return v, ""
	}
	if shape {
		return "", IssueShape
	}
	return boundText(v), ""
}

// isJunkPostal reports whether a code is a filler: noughts, nines, or under the
// US rule another row of one figure that is nobody's ZIP code. 22222, 44444 and
// 55555 are places, as is 2222 in Australia.
func isJunkPostal(v string, us bool) bool {
	switch v {
	case "12345", "11111", "33333", "66666", "77777", "88888":
		return us
	}
	return isRun(v) && (v[0] == '0' || v[0] == '9' || len(v) > 5)
}

// ukPostcode writes a UK postcode with its space, or returns "".
func ukPostcode(v string) string {
	if len(v) < 5 || len(v) > 7 {
		return ""
	}
	if p := v[:len(v)-3] + " " + v[len(v)-3:]; isUKPostcode(p) {
		return p
	}
	return ""
}

func isCanadian(v string) bool {
	return isLetter(v[0]) && isDigit(v[1]) && isLetter(v[2]) && isDigit(v[3]) && isLetter(v[4]) && isDigit(v[5])
}

// email reads an e-mail address, in lower case.
func email(raw string, shape bool) (string, IssueCode) {
	v := strings.ToLower(strings.ToValidUTF8(strings.TrimSpace(cutRaw(raw)), ""))
	v = cutBytes(strings.TrimPrefix(v, "mailto:"), maxText)
	local, domain, ok := strings.Cut(v, "@")
	if v == "" || isJunkValue(fold.Words(v)) || junkLocal[local] || ok && junkDomain[domain] {
		return "", IssueJunk
	}
	dot := strings.IndexByte(domain, '.')
	if shape && (local == "" || dot <= 0 || domain[len(domain)-1] == '.' || strings.ContainsAny(v, " \t,;") || strings.Contains(domain, "@")) {
		return "", IssueShape
	}
	return v, ""
}

var junkLocal = map[string]bool{
	"none": true, "no": true, "noemail": true, "no.email": true, "no_email": true, "nomail": true, "unknown": true, "unk": true,
	"na": true, "n/a": true, "declined": true, "refused": true, "noreply": true, "test": true, "x": true, "xx": true, "xxx": true,
}

var junkDomain = map[string]bool{
	"none.com": true, "noemail.com": true, "nomail.com": true, "unknown.com": true, "example.com": true, "test.com": true,
	"email.none": true, "none.none": true,
}
