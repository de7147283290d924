package patient

import (
	"strconv"
	"time"
)

// A Date is a calendar date of which the month or day may be unknown (0).
// Text is the value as received; a value that could not be read has Text and
// no Year.
//
// Month and Day hold what was written, even where the calendar has no such day
// (1843-81-15 is a mistyped month, and its other parts are good evidence);
// [Date.Full] tells.
type Date struct {
	Text       string
	Year       uint16
	Month, Day uint8
}

// Known reports whether the year is known.
func (d Date) Known() bool { return d.Year != 0 }

// IsZero reports whether there is nothing at all, not even a text.
func (d Date) IsZero() bool { return d == Date{} }

// Full reports whether all parts are known and the calendar has that day.
func (d Date) Full() bool { return d.Year != 0 && d.Month != 0 && d.Day != 0 && d.possible() }

// possible reports whether the parts that are known can stand together.
func (d Date) possible() bool {
	switch {
	case d.Month > 12 || d.Day > 31:
		return false
	case d.Month == 0 || d.Day <= 28:
		return true
	case d.Month == 2:
		return d.Day == 29 && (d.Year == 0 || leap(int(d.Year)))
	case d.Month == 4 || d.Month == 6 || d.Month == 9 || d.Month == 11:
		return d.Day <= 30
	}
	return true
}

func leap(y int) bool { return y%4 == 0 && (y%100 != 0 || y%400 == 0) }

// Compact returns YYYYMMDD, 00 for a part not known, and "" without a year.
func (d Date) Compact() string {
	if d.Year == 0 {
		return ""
	}
	var buf [8]byte
	return string(d.AppendCompact(buf[:0]))
}

// AppendCompact appends [Date.Compact] to dst.
func (d Date) AppendCompact(dst []byte) []byte {
	if d.Year == 0 {
		return dst
	}
	y := int(d.Year) % 10000
	return append(dst, '0'+byte(y/1000), '0'+byte(y/100%10), '0'+byte(y/10%10), '0'+byte(y%10),
		'0'+d.Month/10%10, '0'+d.Month%10, '0'+d.Day/10%10, '0'+d.Day%10)
}

// Days returns the serial number of the day, 1 for 1 January of the year 1, and
// 0 unless the date is full. Differences of it are days.
func (d Date) Days() int {
	if !d.Full() {
		return 0
	}
	// Years start in March here, so that the leap day is the last of its year.
	y, m := int(d.Year), int(d.Month)
	if m < 3 {
		y--
		m += 12
	}
	return 365*y + y/4 - y/100 + y/400 + (153*(m-3)+2)/5 + int(d.Day) - 306
}

// String returns the date as YYYY-MM-DD, YYYY-MM or YYYY, or "" without a year.
func (d Date) String() string {
	var buf [16]byte
	return string(d.AppendString(buf[:0]))
}

// AppendString appends [Date.String] to dst.
func (d Date) AppendString(dst []byte) []byte {
	if d.Year == 0 {
		return dst
	}
	dst = appendPadded(dst, uint64(d.Year), 4)
	if d.Month != 0 || d.Day != 0 {
		dst = appendPadded(append(dst, '-'), uint64(d.Month), 2)
	}
	if d.Day != 0 {
		dst = appendPadded(append(dst, '-'), uint64(d.Day), 2)
	}
	return dst
}

// appendPadded appends a number with zeros before it, up to a width.
func appendPadded(dst []byte, n uint64, width int) []byte {
	for least := uint64(10); width > 1; width, least = width-1, least*10 {
		if n < least {
			dst = append(dst, '0')
		}
	}
	return strconv.AppendUint(dst, n, 10)
}

// MarshalText writes [Date.String], or the text as received where no date could
// be read of it.
func (d Date) MarshalText() ([]byte, error) {
	if d.Year == 0 {
		return []byte(d.Text), nil
	}
	return []byte(d.String()), nil
}

// UnmarshalText reads what [Date.MarshalText] wrote; it never fails.
func (d *Date) UnmarshalText(text []byte) error {
	*d = ParseDate(string(text), "")
	return nil
}

// DateOf returns the date of t in its location.
func DateOf(t time.Time) Date {
	y, m, day := t.Date()
	if y < 1 || y > 9999 {
		return Date{}
	}
	return Date{Year: uint16(y), Month: uint8(m), Day: uint8(day)}
}

// after reports whether d is surely later than e, as far as both are known.
func (d Date) after(e Date) bool {
	switch {
	case d.Year != e.Year || d.Month == 0 || e.Month == 0:
		return d.Year > e.Year
	case d.Month != e.Month || d.Day == 0 || e.Day == 0:
		return d.Month > e.Month
	}
	return d.Day > e.Day
}
