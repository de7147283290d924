package patient

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// reading is a case of a function that reads one kind of value.
type reading struct {
	name, raw string
	us        string // under US; "" dropped
	neutral   string
}

func check(t *testing.T, read func(string, bool) (string, IssueCode), cases []reading) {
	t.Helper()
	for _, c := range cases {
		us, issue := read(c.raw, true)
		assert.Equal(t, c.us, us, "US: %s", c.name)
		assert.Equal(t, us == "", issue != "" && issue != IssueRepaired, "US: %s: what is dropped has an issue", c.name)
		neutral, _ := read(c.raw, false)
		assert.Equal(t, c.neutral, neutral, "Neutral: %s", c.name)
	}
}

func TestPhone(t *testing.T) {
	check(t, phone, []reading{
		{"plain", "6162340100", "6162340100", "6162340100"},
		{"punctuation", "(616) 234-0100", "6162340100", "6162340100"},
		{"country code", "+1 616-234-0100", "6162340100", "6162340100"},
		{"extension", "616-234-0100 x12", "6162340100", "6162340100"},
		{"all nines", "9999999999", "", ""},
		{"counted", "123-456-7890", "", ""},
		{"film number", "6165550100", "", "6165550100"},
		{"exchange begins with 1", "5171923427", "", "5171923427"},
		{"area 911", "9112340100", "", "9112340100"},
		{"exchange 411", "6164110100", "", "6164110100"},
		{"seven digits", "2340100", "", "2340100"},
		{"a London number", "020 7946 0018", "", "02079460018"},
		{"a word", "unknown", "", ""},
	})
}

func TestSocialSecurity(t *testing.T) {
	check(t, socialSecurity, []reading{
		{"dashes", "786-77-6454", "786776454", "786776454"},
		{"a stray space", "540-12- 2324", "540122324", "540122324"},
		{"area 000", "000-12-3456", "", "000123456"},
		{"area 666", "666-12-3456", "", "666123456"},
		{"area 9xx", "912-11-8581", "", "912118581"},
		{"group 00", "786-00-6454", "", "786006454"},
		{"serial 0000", "786-77-0000", "", "786770000"},
		{"counted", "123-45-6789", "", ""},
		{"Woolworth's wallet", "078-05-1120", "", ""},
		{"six equal digits", "786-66-6666", "", "786666666"},
		{"all nines", "999999999", "", ""},
		{"an Australian number", "6988048", "", "6988048"},
		{"a word", "UNKNOWN", "", ""},
		{"dashes alone", "---", "", ""},
	})
}

func TestPostalCode(t *testing.T) {
	check(t, postalCode, []reading{
		{"ZIP", "48469", "48469", "48469"},
		{"ZIP+4", "48469-1234", "48469", "48469"},
		{"ZIP+4 without dash", "484691234", "48469", "484691234"},
		{"a digit lost", "5845", "5845", "5845"},
		{"a spreadsheet's number", "48469.0", "48469", "48469"},
		{"zeros", "00000", "", ""},
		{"nines", "99999", "", ""},
		{"three digits", "501", "", "501"},
		{"UK", "tq13 8df", "TQ13 8DF", "TQ13 8DF"},
		{"UK without space", "SW1Y5EW", "SW1Y 5EW", "SW1Y 5EW"},
		{"Canada", "K1A 0B1", "K1A0B1", "K1A0B1"},
		{"Australia", "2222", "2222", "2222"},
		{"a row that is a place", "55555", "55555", "55555"},
		{"a row that is none", "11111", "", "11111"},
		{"a word", "unk", "", ""},
	})
}

func TestEmail(t *testing.T) {
	check(t, email, []reading{
		{"plain", "Robert255@Smith.net", "robert255@smith.net", "robert255@smith.net"},
		{"link", "mailto:ana@clinic.org", "ana@clinic.org", "ana@clinic.org"},
		{"no host", "robert@", "", "robert@"},
		{"no sign", "robert.smith.net", "", "robert.smith.net"},
		{"none", "none@none.com", "", ""},
		{"declined", "declined", "", ""},
		{"two signs", "a@b@c.org", "", "a@b@c.org"},
	})
}

func TestRecordNumber(t *testing.T) {
	for _, c := range []struct{ name, raw, want string }{
		{"plain", "111", "111"},
		{"one figure", "8", "8"},
		{"padded", "000111", "111"},
		{"site and chart stay apart", "1-L18", "1-L18"},
		{"hyphen keeps 1-118 from 11-18", "1-118", "1-118"},
		{"spaces", " ab 12 ", "AB12"},
		{"nines", "99999", ""},
		{"zeros", "0000", ""},
		{"a word", "none", ""},
	} {
		got, _ := recordNumber(c.raw)
		assert.Equal(t, c.want, got, c.name)
	}
}

func TestDoseKey(t *testing.T) {
	for _, c := range []struct {
		name string
		dose string
		want string
	}{
		{"plain", "08|2026-03-01|X12", "08|20260301|X12"},
		{"one digit", "8|2026-03-01|X12", "08|20260301|X12"},
		{"three digits", "133|2026-03-01|C1", "133|20260301|C1"},
		{"lot by the word", "08|2026-03-01|Lot# x-12", "08|20260301|X12"},
		{"bought by the state", "08|2026-03-01|X12 (VFC)", "08|20260301|X12"},
		{"private", "08|2026-03-01|X12-P", "08|20260301|X12"},
		{"lot unknown", "08|2026-03-01|UNKNOWN", "08|20260301|"},
		{"no lot", "140|2025-09-10|", "140|20250910|"},
		{"historical counts alike", "08|2026-03-01|X12|||historical", "08|20260301|X12"},
		{"no vaccine", "998|2026-03-01|", ""},
		{"month alone", "08|2026-03|X12", ""},
		{"no kind", "|2026-03-01|X12", ""},
	} {
		d := parseDose(c.dose)
		assert.Equal(t, c.want, d.Key(), c.name)
	}
}

func TestBirthFacts(t *testing.T) {
	for raw, want := range map[string]byte{
		"F": 'F', "female": 'F', "m": 'M', "Male": 'M', "X": 'X', "U": 0, "": 0, "1": 0, "2": 0, "?": 0, "Unknown": 0,
	} {
		sex, _ := sexOf(raw)
		assert.Equal(t, want, sex, raw)
	}
	for raw, want := range map[string]Answer{
		"Y": Yes, "no": No, "1": No, "2": Yes, "3": Yes, "N;1": No, "N;2": Yes, "Y;2": Yes, "?": NotKnown, "": NotKnown,
	} {
		a, _ := multipleBirth(raw)
		assert.Equal(t, want, a, raw)
	}
	for raw, want := range map[string]uint8{"1": 1, "02": 2, "B": 2, "second": 2, "9": 0, "": 0, "Y": 0} {
		o, _ := birthOrder(raw)
		assert.Equal(t, want, o, raw)
	}
	for raw, want := range map[string]string{
		"2230": "2230", "22:30": "2230", "9:05": "0905", "905": "0905", "10:30 PM": "2230", "12:10 AM": "0010",
		"202603142230": "2230", "20260314223000-0500": "2230", "2026-03-14T22:30:00": "2230", "223015": "2230",
		"0000": "0000", "202603140000": "", "20260314": "", "25:00": "", "noon": "", "": "",
	} {
		m, _ := clockTime(raw)
		assert.Equal(t, want, clock(m), raw)
	}
}
