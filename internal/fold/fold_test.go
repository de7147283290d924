package fold

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

func TestWords(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"SMITH", "SMITH"},
		{"  Mary   Ann\t", "MARY ANN"},
		{"O'Brien", "OBRIEN"},
		{"O’Brien", "OBRIEN"},
		{"O`Brien", "OBRIEN"},
		{"O´Brien", "OBRIEN"},
		{"Kaʻiulani", "KAIULANI"},
		{"Smith-Jones", "SMITH JONES"},
		{"Smith, Babyboy #2", "SMITH BABYBOY 2"},
		{"García Márquez", "GARCIA MARQUEZ"},
		{"Muñoz", "MUNOZ"},
		{"Mun\u0303oz", "MUNOZ"},
		{"Åse Sørensen", "ASE SORENSEN"},
		{"Łukasz Wałęsa", "LUKASZ WALESA"},
		{"Groß", "GROSS"}, {"GROẞ", "GROSS"},
		{"Æsa Œuvre", "AESA OEUVRE"},
		{"Đorđe", "DORDE"},
		{"Þór Guðrún", "THOR GUDRUN"},
		{"İnci Işık", "INCI ISIK"},
		{"Nguyễn Thị Ánh", "NGUYEN THI ANH"},
		{"Ħal Ŧ Ŋuyen", "HAL T NGUYEN"},
		{"Əliyev", "ELIYEV"},
		{"ﬁona", "FIONA"},
		{"Ｊｏｈｎ", "JOHN"},
		{"Gal·la Novel·la", "GALLA NOVELLA"},
		{"Иванов Пётр", "ИВАНОВ ПЕТР"},
		{"Παπαδόπουλος", "ΠΑΠΑΔΟΠΟΥΛΟΣ"},
		{"مُحَمَّد", "محمد"},
		{"שָׁלוֹם", "שלום"},
		{"김민준", "김민준"},
		{norm.NFD.String("김민준"), "김민준"},
		{"田中 太郎", "田中 太郎"},
		{"がく", "がく"},
		{"प्रिया", "प्रिया"},
		{"BABY١", "BABY1"},
		{"Ma\u200bry\u200f \u202eAnn\u00ad", "MARY ANN"},
		{"Ma\x00ry\x07", "MARY"},
		{"Mary\u00a0Ann\u0085Lee", "MARY ANN LEE"},
		{"Z" + strings.Repeat("\u0301", 5000) + "oe", "ZOE"},
		{"प" + strings.Repeat("\u0941", 5000), "प" + strings.Repeat("\u0941", maxMarks)},
		{"Pe\xf1a", "PENA"}, // Latin-1
		{"Pe\ufffda", "PEA"},
		{"'", ""}, {"-", ""}, {"...", ""},
		{"D' Angelo", "D ANGELO"},
	} {
		assert.Equal(t, c.want, Words(c.in), "%q", c.in)
	}
}

// plain is the obvious version: decompose the whole string, then look at each
// rune.
func plain(s string) string {
	var text []rune
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			r = rune(s[i])
		}
		text = append(text, r)
		i += size
	}
	var out strings.Builder
	marks, between := 0, true
	put := func(r rune) {
		if t, ok := special(r); ok {
			if t != "'" {
				out.WriteString(t)
				marks, between = 0, false
			}
			return
		}
		switch {
		case r == '\'' || r == '`' || isDropped(r) && !unicode.IsSpace(r):
		case unicode.IsMark(r):
			if marks < maxMarks && !between {
				out.WriteRune(r)
				marks++
			}
		case unicode.IsDigit(r):
			out.WriteByte('0' + byte(digit(r)))
			marks, between = 0, false
		case unicode.IsLetter(r):
			out.WriteRune(unicode.ToUpper(r))
			marks, between = 0, false
		default:
			out.WriteByte(' ')
			marks, between = 0, true
		}
	}
	for _, r := range text {
		if _, ok := special(r); ok {
			put(r) // before decomposition: the acute accent falls into a space and a mark
			continue
		}
		for _, d := range decompose(r) {
			put(d)
		}
	}
	return norm.NFC.String(strings.Join(strings.Fields(out.String()), " "))
}

func decompose(r rune) string {
	if 0xac00 <= r && r <= 0xd7a3 {
		return string(r) // Hangul syllables stay whole
	}
	return norm.NFKD.String(string(r))
}

func check(t interface {
	Errorf(string, ...any)
}, s string) {
	got := Words(s)
	if want := plain(s); got != want {
		t.Errorf("Words(%q) = %q, want %q", s, got, want)
	}
	if again := Words(got); again != got {
		t.Errorf("Words(%q) = %q, and folded again %q", s, got, again)
	}
	if !utf8.ValidString(got) || strings.TrimSpace(got) != got || strings.Contains(got, "  ") {
		t.Errorf("Words(%q) = %q", s, got)
	}
	if appended := string(AppendWords([]byte("X"), s)); appended != "X"+got {
		t.Errorf("AppendWords(X, %q) = %q, want X%s", s, appended, got)
	}
}

func FuzzWords(f *testing.F) {
	for _, s := range []string{"Mary Ann", "O’Brien", "Groß", "김", "\u1112\u1161\u11ab", "が", "\xff\xe9", "a\u0345", "ŉ", "ǅ", "ß\u0301", "प\u0941 \u0941"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { check(t, s) })
}

func TestWordsProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { check(t, rapid.String().Draw(t, "s")) })
	// Every single rune, and every rune as part of a word.
	for r := rune(0); r < 0x20000; r++ {
		check(t, string(r))
		check(t, "A"+string(r)+"B")
	}
}

func TestFoldingIgnoresCaseAndComposition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOf(rapid.SampledFrom([]rune("aàâåäçéèêëñøłßæœđþóőúűŷžабвгёй -'é"))).Draw(t, "s")
		for _, same := range []string{norm.NFD.String(s), norm.NFC.String(s), strings.ToUpper(s), Words(s), "  " + s + "\n"} {
			if Words(same) != Words(s) {
				t.Errorf("Words(%q) = %q, but of %q %q", s, Words(s), same, Words(same))
			}
		}
	})
}

func TestWordsAllocates(t *testing.T) {
	assert.Zero(t, testing.AllocsPerRun(100, func() { Words("MARY ANN SMITH") }))
	assert.Zero(t, testing.AllocsPerRun(100, func() { Words("김민준") }), "folded already")
	assert.LessOrEqual(t, testing.AllocsPerRun(100, func() { Words("Mary Ann O'Brien") }), 1.0)
	assert.LessOrEqual(t, testing.AllocsPerRun(100, func() { Words("García Sørensen") }), 1.0)
}

func BenchmarkWords(b *testing.B) {
	for _, s := range []string{"GARCIA MARQUEZ", "Garcia Marquez", "García Márquez", "김민준"} {
		b.Run(s, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Words(s)
			}
		})
	}
}
