package patient

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestParseDate(t *testing.T) {
	for _, c := range []struct {
		name, text string
		layout     DateLayout
		want       string // YYYYMMDD, "" unreadable
	}{
		{"ISO", "2026-03-14", "", "20260314"},
		{"ISO with time", "2026-03-14T22:30:00Z", "", "20260314"},
		{"HL7 day", "20260314", "", "20260314"},
		{"HL7 to the minute", "202603142230", "", "20260314"},
		{"HL7 to the second with zone", "20260314223000-0500", "", "20260314"},
		{"spaces around", "  2026-03-14 ", "", "20260314"},
		{"month only", "2026-03", "", "20260300"},
		{"HL7 month only", "202603", "", "20260300"},
		{"year only", "2026", "", "20260000"},
		{"day unknown, written as zeros", "20260300", "", "20260300"},
		{"mistyped month stays as written", "1843-81-15", "", "18438115"},
		{"no leap day that year", "1602-02-29", "", "16020229"},
		{"slashes are not ISO", "03/14/2026", "", ""},
		{"six digits that are no month", "031426", "", ""},
		{"letters", "14 March 2026", "", ""},
		{"letters behind", "2026-03-14x", "", ""},
		{"nothing", "", "", ""},
		{"WIC", "03142026", "MMDDYYYY", "20260314"},
		{"census", "03/14/2026", "MM/DD/YYYY", "20260314"},
		{"one digit", "3/4/2026", "M/D/YYYY", "20260304"},
		{"one digit does not fit two", "3/4/2026", "MM/DD/YYYY", ""},
		{"German", "14.03.2026", "DD.MM.YYYY", "20260314"},
		{"with a time behind", "03/14/2026 22:30", "MM/DD/YYYY", "20260314"},
		{"year and day first", "20261403", "YYYYDDMM", "20260314"},
		{"not of the layout", "2026-03-14", "MM/DD/YYYY", ""},
		{"too long for the layout", "031420261", "MMDDYYYY", ""},
	} {
		d := ParseDate(c.text, c.layout)
		assert.Equal(t, c.want, d.Compact(), c.name)
		assert.Equal(t, c.text, d.Text, c.name)
		assert.Equal(t, c.want != "", d.Known(), c.name)
	}
}

func TestDateParts(t *testing.T) {
	assert.True(t, ParseDate("2024-02-29", "").Full())
	assert.False(t, ParseDate("2023-02-29", "").Full(), "no such day")
	assert.False(t, ParseDate("2023-04-31", "").Full(), "April has thirty")
	assert.False(t, ParseDate("2023-04", "").Full(), "day unknown")
	assert.Zero(t, ParseDate("2023-02-29", "").Days())
	assert.Equal(t, 1, Date{Year: 1, Month: 1, Day: 1}.Days())
	assert.True(t, Date{}.IsZero())
	assert.False(t, Date{Text: "?"}.IsZero())
	assert.Equal(t, "2023-04", ParseDate("202304", "").String())
	assert.Equal(t, "2023", ParseDate("2023", "").String())
	assert.True(t, ParseDate("2024", "").after(ParseDate("2023-12-31", "")))
	assert.False(t, ParseDate("2023-12-31", "").after(ParseDate("2023", "")), "may be the same day")
}

func TestDaysAgreeWithTheStandardLibrary(t *testing.T) {
	first := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		day := rapid.IntRange(0, 3652058).Draw(t, "day")
		when := first.AddDate(0, 0, day)
		d := DateOf(when)
		assert.Equal(t, day+1, d.Days())
		back := ParseDate(d.Compact(), "")
		back.Text = ""
		assert.Equal(t, d, back)
		text, err := d.MarshalText()
		require.NoError(t, err)
		var again Date
		require.NoError(t, again.UnmarshalText(text))
		again.Text = ""
		assert.Equal(t, d, again)
	})
}

func TestInferDateLayout(t *testing.T) {
	for _, c := range []struct {
		name   string
		values []string
		want   DateLayout
		fits   int
	}{
		{"ISO with typing errors", []string{"1843-81-15", "1850-12-06", "1839-02-31", "1901-01-01", ""}, "", 2},
		{"SSA", []string{"19191204", "19210616"}, "", 2},
		{"WIC", []string{"10221985", "12042018", "01012019"}, "MMDDYYYY", 3},
		{"census", []string{"05/06/1994", "09/29/1994"}, "MM/DD/YYYY", 2},
		{"day first only when it must be", []string{"05/06/1994", "29/09/1994"}, "DD/MM/YYYY", 2},
		{"a tie is month first", []string{"05/06/1994"}, "MM/DD/YYYY", 1},
		{"one or two digits", []string{"5/6/1994", "10/12/1994"}, "M/D/YYYY", 2},
		{"dots", []string{"14.03.2026", "31.12.1999"}, "DD.MM.YYYY", 2},
		{"nothing", nil, "", 0},
		{"no dates", []string{"yes", "no"}, "", 0},
	} {
		layout, fits := InferDateLayout(c.values)
		assert.Equal(t, c.want, layout, c.name)
		assert.Equal(t, c.fits, fits, c.name)
	}
}

func TestDateLayoutValid(t *testing.T) {
	for _, l := range layouts {
		assert.True(t, l.Valid(), l)
	}
	for _, l := range []DateLayout{"MM/DD/YY", "YYYYY", "MMM/YYYY", "MDYYYY", "YYYY-MM-MM", "hello", "MM/DD", "YYYY1MM"} {
		assert.False(t, l.Valid(), l)
	}
}

func FuzzParseDate(f *testing.F) {
	f.Add("2026-03-14", "")
	f.Add("3/14/2026", "M/D/YYYY")
	f.Add("2026", "Y")
	f.Fuzz(func(t *testing.T, text, layout string) {
		d := ParseDate(text, DateLayout(layout))
		if len(d.Compact()) != 8 && d.Known() || d.Year > 9999 || d.Month > 99 || d.Day > 99 {
			t.Errorf("ParseDate gave impossible parts: %d %d %d", d.Year, d.Month, d.Day)
		}
	})
}
