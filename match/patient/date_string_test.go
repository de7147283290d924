package patient

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestDateStringIsWhatFmtWrites(t *testing.T) {
	for _, d := range []Date{
		{}, {Month: 3}, {Year: 7}, {Year: 45, Month: 1}, {Year: 999, Month: 12, Day: 1}, {Year: 2026, Day: 9},
		{Year: 1843, Month: 81, Day: 15}, {Year: 9999, Month: 10, Day: 10}, {Year: 65535, Month: 255, Day: 255},
	} {
		want := ""
		switch {
		case d.Year == 0:
		case d.Day != 0:
			want = fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
		case d.Month != 0:
			want = fmt.Sprintf("%04d-%02d", d.Year, d.Month)
		default:
			want = fmt.Sprintf("%04d", d.Year)
		}
		assert.Equal(t, want, d.String())
	}
	d := Date{Year: 2026, Month: 3, Day: 9}
	assert.Equal(t, 1.0, testing.AllocsPerRun(100, func() { sinkString = d.String() }))
}

var sinkString string
