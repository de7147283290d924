package table

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/match/patient"
)

// FuzzInternDate holds the ids of dates to those of their texts, in a dictionary
// that holds enough of them to know days by their number.
func FuzzInternDate(f *testing.F) {
	f.Add(uint16(1990), uint8(2), uint8(3))
	f.Add(uint16(0), uint8(2), uint8(3))
	f.Add(uint16(1879), uint8(12), uint8(31))
	f.Add(uint16(2079), uint8(15), uint8(31))
	f.Add(uint16(2080), uint8(0), uint8(0))
	f.Add(uint16(1843), uint8(81), uint8(15))
	f.Add(uint16(65535), uint8(255), uint8(255))
	quick, plain := newDict(), newDict()
	buf := make([]byte, 8)
	for i := range uint16(manyDates) {
		d := patient.Date{Year: 1900 + i, Month: 1, Day: 1}
		quick.internDate(d, buf)
		plain.intern(d.Compact())
	}
	f.Fuzz(func(t *testing.T, year uint16, month, day uint8) {
		for _, d := range []patient.Date{{Year: year, Month: month, Day: day}, {Year: 1880 + year%200, Month: month % 16, Day: day % 32}} {
			want := plain.intern(d.Compact())
			for range 2 { // met for the first time, and again
				require.Equal(t, want, quick.internDate(d, buf))
			}
			require.Equal(t, d.Compact(), quick.Value(want))
		}
	})
}

func TestInternDateAllocatesNothing(t *testing.T) {
	dict, buf, n := newDict(), make([]byte, 8), uint16(0)
	for y := range uint16(400) {
		dict.internDate(patient.Date{Year: 1800 + y, Month: 3, Day: 4}, buf)
	}
	require.Zero(t, testing.AllocsPerRun(100, func() {
		dict.internDate(patient.Date{Year: 1800 + n%400, Month: 3, Day: 4}, buf)
		n += 7
	}))
}
