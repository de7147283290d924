package soundex

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

func TestCode(t *testing.T) {
	for word, want := range map[string]string{
		// The worked examples of the National Archives.
		"WASHINGTON": "W252", "LEE": "L000", "GUTIERREZ": "G362", "PFISTER": "P236",
		"JACKSON": "J250", "TYMCZAK": "T522", "VANDEUSEN": "V532", "ASHCRAFT": "A261",
		// Knuth's.
		"EULER": "E460", "GAUSS": "G200", "HILBERT": "H416", "KNUTH": "K530", "LLOYD": "L300", "LUKASIEWICZ": "L222",
		"ROBERT": "R163", "RUPERT": "R163", "RUBIN": "R150", "HONEYMAN": "H555",
		// H and W between two letters of one digit, at the start and at the end.
		"SCHMIDT": "S530", "WHITE": "W300", "SHAH": "S000", "WU": "W000",
		// Only letters count.
		"O'BRIEN": "O165", "OBRIEN": "O165", "SMITH-JONES": "S532", "1SMITH": "S530",
		"": "", "123": "", "王": "", "'": "",
	} {
		assert.Equal(t, want, Code(word), word)
	}
}

// plain follows the published steps one after the other: code every letter,
// drop H and W, squeeze runs, drop vowels, keep the first letter and three digits.
func plain(s string) string {
	var letters []byte
	for _, c := range []byte(s) {
		if c >= 'A' && c <= 'Z' {
			letters = append(letters, c)
		}
	}
	if len(letters) == 0 {
		return ""
	}
	group := func(c byte) byte {
		for i, set := range []string{"BFPV", "CGJKQSXZ", "DT", "L", "MN", "R"} {
			if strings.IndexByte(set, c) >= 0 {
				return byte('1' + i)
			}
		}
		return '0'
	}
	coded := []byte{group(letters[0])}
	for _, c := range letters[1:] {
		if c != 'H' && c != 'W' {
			coded = append(coded, group(c))
		}
	}
	var squeezed []byte
	for i, d := range coded {
		if i == 0 || d != coded[i-1] {
			squeezed = append(squeezed, d)
		}
	}
	code := letters[:1:1]
	for _, d := range squeezed[1:] {
		if d != '0' {
			code = append(code, d)
		}
	}
	return string(append(code, "000"...)[:4])
}

func TestCodeEqualsPlain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[A-Z' ]{0,14}`).Draw(t, "word")
		assert.Equal(t, plain(s), Code(s))
	})
}

func FuzzCode(f *testing.F) {
	f.Add("SCHWARZHWHS")
	f.Fuzz(func(t *testing.T, s string) {
		if got, want := Code(s), plain(s); got != want {
			t.Errorf("Code(%q) = %q, want %q", s, got, want)
		}
	})
}

func TestAppendAllocatesNothing(t *testing.T) {
	buf := make([]byte, 0, 8)
	assert.Zero(t, testing.AllocsPerRun(100, func() { buf = Append(buf[:0], "WASHINGTON") }))
	assert.Equal(t, "W252", string(buf))
}

func BenchmarkAppend(b *testing.B) {
	buf := make([]byte, 0, 8)
	b.ReportAllocs()
	for b.Loop() {
		buf = Append(buf[:0], "WASHINGTON")
	}
}
