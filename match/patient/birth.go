package patient

import (
	"strings"

	"github.com/idem-health/idem/internal/fold"
)

// maxAge is the age in years above which a birth date is no patient's.
const maxAge = 120

// constantDate reports whether a date is a row of one figure or software's
// least or greatest date.
func constantDate(d Date) bool {
	switch {
	case d.Year >= 9990 || d.Year == 8888 || d.Year == 7777 || d.Year == 1:
		return true
	case d.Year == 1111:
		return d.Month == 11 && d.Day == 11
	}
	return false
}

// checkBirth returns what is left of a birth date, without its text.
func checkBirth(b, received Date, c rules) (Date, IssueCode) {
	if b.Year == 0 {
		if strings.TrimSpace(b.Text) == "" {
			return Date{}, ""
		}
		if isRun(digitsOf(cutRaw(b.Text))) || isJunkValue(fold.Words(cutRaw(b.Text))) {
			return Date{}, IssueJunk
		}
		return Date{}, IssueUnreadable
	}
	b, issue := checkDate(b)
	if b.Year == 0 || !c.birthDate {
		return b, issue
	}
	if b.Year == 1900 && b.Month == 1 && b.Day == 1 {
		return Date{}, IssueDefault
	}
	now := received
	if now.Year == 0 {
		now = c.asOf
	}
	if now.Year != 0 {
		if b.after(now) && !bornTonight(b, now) {
			return Date{}, IssueFuture
		}
		if now.after(Date{Year: b.Year + maxAge, Month: b.Month, Day: b.Day}) {
			return Date{}, IssueTooOld
		}
	}
	return b, issue
}

// checkDate drops constants. A day that the calendar has not stays as written:
// 19/06/1968 read month first is a month and day exchanged, and what is right
// in it is good evidence.
func checkDate(d Date) (Date, IssueCode) {
	d.Text = ""
	switch {
	case d.Year == 0:
		return Date{}, ""
	case constantDate(d):
		return Date{}, IssueJunk
	case d.possible():
		return d, ""
	}
	return d, IssueImpossible
}

// bornTonight allows the two hours between clocks: a message of the late
// evening may speak of the next day.
func bornTonight(b, received Date) bool {
	text := digitsOf(cutRaw(received.Text))
	if len(text) < 10 || text[:8] != received.Compact() || number(text[8:10]) < 22 {
		return false
	}
	days := received.Days()
	return days != 0 && b.Days() == days+1
}

// clockTime reads a time of day as minutes since midnight + 1, 0 if there is
// none. Midnight sharp in a time stamp means that nobody wrote the time down.
func clockTime(raw string) (t int16, readable bool) {
	s := strings.TrimSpace(cutRaw(raw))
	if s == "" {
		return 0, true
	}
	var h, m int
	stamp := false
	if i := strings.IndexByte(s, ':'); i > 0 {
		from := i
		for from > 0 && i-from < 2 && isDigit(s[from-1]) {
			from--
		}
		if from == i || leadingDigits(s[i+1:]) != 2 {
			return 0, false
		}
		h, m, stamp = number(s[from:i]), number(s[i+1:i+3]), from > 0
		switch tail := strings.ToUpper(s); {
		case strings.HasSuffix(tail, "PM") && h < 12:
			h += 12
		case strings.HasSuffix(tail, "AM") && h == 12:
			h = 0
		}
	} else {
		n := leadingDigits(s)
		switch {
		case n >= 12: // HL7: YYYYMMDDHHMM
			h, m, stamp = number(s[8:10]), number(s[10:12]), true
		case n == 8 && n == len(s): // a date alone
			return 0, true
		case n == 3 && n == len(s):
			h, m = number(s[:1]), number(s[1:3])
		case (n == 4 || n == 6) && n == len(s):
			h, m = number(s[:2]), number(s[2:4])
		default:
			return 0, false
		}
	}
	if h > 23 || m > 59 {
		return 0, false
	}
	if stamp && h == 0 && m == 0 {
		return 0, true
	}
	return int16(h*60 + m + 1), true
}

// sexOf reads the spellings of sex that leave no doubt. Codes such as 1 and 2
// mean different things to different senders.
func sexOf(raw string) (sex byte, issue IssueCode) {
	if len(raw) == 1 { // nearly all of them
		switch raw[0] {
		case 'F', 'f':
			return 'F', ""
		case 'M', 'm':
			return 'M', ""
		case 'X', 'x':
			return 'X', ""
		case 'U', 'u', ' ':
			return 0, ""
		}
	}
	switch w := fold.Words(cutRaw(raw)); w {
	case "F", "FEMALE", "FEM", "WOMAN", "GIRL", "FEMENINO", "MUJER":
		return 'F', ""
	case "M", "MALE", "MAN", "BOY", "MASCULINO", "HOMBRE":
		return 'M', ""
	case "X", "NONBINARY", "NON BINARY", "INTERSEX":
		return 'X', ""
	case "", "U", "UNK", "UNKNOWN", "NOT STATED", "UNDIFFERENTIATED", "A", "O", "OTHER", "N", "NOT KNOWN":
		return 0, ""
	}
	return 0, IssueUnreadable
}

// multipleBirth reads one or two values that say yes, no, or how many were
// born; any yes prevails.
func multipleBirth(raw string) (a Answer, issue IssueCode) {
	for piece := range strings.SplitSeq(cutRaw(raw), ";") {
		b, ok := oneMultiple(fold.Words(piece))
		switch {
		case !ok:
			issue = IssueUnreadable
		case a != NotKnown && b != NotKnown && a != b:
			a, issue = Yes, IssueConflict
		default:
			a = max(a, b)
		}
	}
	return a, issue
}

func oneMultiple(w string) (Answer, bool) {
	switch w {
	case "":
		return NotKnown, true
	case "Y", "YES", "TRUE", "T", "TWIN", "TWINS", "TRIPLET", "TRIPLETS", "MULTIPLE":
		return Yes, true
	case "N", "NO", "FALSE", "F", "SINGLE", "SINGLETON", "1", "0", "01":
		return No, true
	case "U", "UNK", "UNKNOWN":
		return NotKnown, true
	}
	if n, ok := smallNumber(w); ok && n >= 2 {
		return Yes, true
	}
	return NotKnown, false
}

// birthOrder reads 1 to 8, A to H or FIRST to THIRD.
func birthOrder(raw string) (order uint8, issue IssueCode) {
	w := fold.Words(cutRaw(raw))
	if n, ok := smallNumber(w); ok {
		return n, ""
	}
	switch w {
	case "", "0", "U", "UNK", "UNKNOWN":
		return 0, ""
	case "FIRST", "1ST", "ONE":
		return 1, ""
	case "SECOND", "2ND", "TWO":
		return 2, ""
	case "THIRD", "3RD", "THREE":
		return 3, ""
	}
	if len(w) == 1 && w[0] >= 'A' && w[0] <= 'H' {
		return w[0] - 'A' + 1, ""
	}
	return 0, IssueUnreadable
}

// smallNumber reads 1 to 8.
func smallNumber(w string) (uint8, bool) {
	if len(w) == 2 && w[0] == '0' {
		w = w[1:]
	}
	if len(w) == 1 && w[0] >= '1' && w[0] <= '8' {
		return w[0] - '0', true
	}
	return 0, false
}

// BirthFactsSwapped reports whether the multiple birth indicator holds a number
// and the birth order a yes or no: the two were exchanged, as printed in the
// appendix of the national guide.
func BirthFactsSwapped(multiple, order string) bool {
	if len(order) == 0 || len(multiple) == 0 {
		return false
	}
	if _, number := smallNumber(fold.Words(cutRaw(multiple))); !number {
		return false
	}
	switch fold.Words(cutRaw(order)) {
	case "Y", "YES", "N", "NO":
		return true
	}
	return false
}
