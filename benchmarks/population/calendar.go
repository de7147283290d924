package population

import "github.com/idem-health/idem/match/patient"

// Days are numbered from 1, the 1st of January of the year 1, which was a
// Monday; 0 is no day.

// dayOf is the number of a day.
func dayOf(y, m, d int) int32 {
	if m < 3 {
		y--
		m += 12
	}
	return int32(365*y + y/4 - y/100 + y/400 + (153*(m-3)+2)/5 + d - 306)
}

// civil is the date of a day (Hinnant's algorithm, for years after 1).
func civil(day int32) (y, m, d int) {
	z := int(day) + 305
	era := z / 146097
	doe := z % 146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	d = doy - (153*mp+2)/5 + 1
	m = mp + 3
	y = yoe + era*400
	if m > 12 {
		m -= 12
		y++
	}
	return y, m, d
}

func yearOf(day int32) int {
	y, _, _ := civil(day)
	return y
}

// asOf is the day on which the world is seen: 30 June 2025.
var asOf = dayOf(2025, 6, 30)

// year is a year in days, for ages.
const year = 365

func years(n float64) int32 { return int32(n * 365.25) }

// dateOf is the day as a record has it.
func dateOf(day int32) patient.Date {
	if day <= 0 {
		return patient.Date{}
	}
	y, m, d := civil(day)
	return patient.Date{Year: uint16(y), Month: uint8(m), Day: uint8(d)}
}

// appendDate appends YYYY-MM-DD.
func appendDate(dst []byte, y, m, d int) []byte {
	return append(dst, '0'+byte(y/1000), '0'+byte(y/100%10), '0'+byte(y/10%10), '0'+byte(y%10), '-',
		'0'+byte(m/10), '0'+byte(m%10), '-', '0'+byte(d/10), '0'+byte(d%10))
}

func appendDay(dst []byte, day int32) []byte {
	y, m, d := civil(day)
	return appendDate(dst, y, m, d)
}

// birthday draws a day of birth from lo to hi: fewer on weekends, when nothing
// is scheduled, and somewhat fewer in winter.
func (w *world) birthday(d *draws, lo, hi int32) int32 {
	if hi <= lo {
		return lo
	}
	day := lo + int32(d.below(int(hi-lo+1)))
	if late := day % 7; (late == 6 || late == 0) && !d.is(w.p[rateWeekend]) {
		if late == 0 {
			late = 7
		}
		day -= late - int32(1+d.below(5)) // Monday to Friday before
	}
	if d.is(percent(6)) {
		if _, m, _ := civil(day); m < 4 && day+182 <= hi {
			day += 182
		}
	}
	return max(day, lo)
}
