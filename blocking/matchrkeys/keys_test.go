package matchrkeys

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/antzucaro/matchr"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/idem-health/idem/blocking"
	"github.com/idem-health/idem/internal/soundex"
	"github.com/idem-health/idem/internal/testdata"
	"github.com/idem-health/idem/match/patient"
)

func TestKeys(t *testing.T) {
	for _, c := range []struct {
		value                            string
		metaphone, nysiis, phonex, sound []string
	}{
		{"SMITH", []string{"SM0", "XMT"}, []string{"SNAT"}, []string{"S530"}, []string{"S530"}},
		{"Schmidt", []string{"XMT", "SMT"}, []string{"SNAD"}, []string{"S530"}, []string{"S530"}}, // folded first
		{"Peña", []string{"PN"}, []string{"PAN"}, []string{"B500"}, []string{"P500"}},
		{"GARCIA LOPEZ", []string{"KRS", "KRX", "LPS"}, []string{"GARC", "LAP"}, []string{"G200", "L120"}, []string{"G620", "L120"}},
		{"DE LA CRUZ", []string{"KRS"}, []string{"CR"}, []string{"C620"}, []string{"C620"}}, // particles have no key
		{"SMITH SMITH", []string{"SM0", "XMT"}, []string{"SNAT"}, []string{"S530"}, []string{"S530"}},
		// Phonex loses the start of a name in Ng-, and is refused.
		{"NGUYEN", []string{"NKN"}, []string{"NGAYAN"}, nil, []string{"N250"}},
		{"NGO", []string{"NK"}, []string{"NG"}, nil, []string{"N200"}},
		// No Latin letters, digits, one letter, nothing: no key at all.
		{"王小明", nil, nil, nil, nil},
		{"Иванов", nil, nil, nil, nil},
		{"محمد", nil, nil, nil, nil},
		{"1JUDYSGIRL", nil, nil, nil, nil},
		{"X", nil, nil, nil, nil},
		{"", nil, nil, nil, nil},
		{"  ", nil, nil, nil, nil},
		{"SMITH 王", []string{"SM0", "XMT"}, []string{"SNAT"}, []string{"S530"}, []string{"S530"}},
		{"SS", []string{"S"}, []string{"S"}, nil, []string{"S000"}}, // Phonex drops each final S
	} {
		assert.Equal(t, c.metaphone, DoubleMetaphone(nil, c.value), "DoubleMetaphone(%q)", c.value)
		assert.Equal(t, c.nysiis, NYSIIS(nil, c.value), "NYSIIS(%q)", c.value)
		assert.Equal(t, c.phonex, Phonex(nil, c.value), "Phonex(%q)", c.value)
		assert.Equal(t, c.sound, Soundex(nil, c.value), "Soundex(%q)", c.value)
	}
}

func TestAppends(t *testing.T) {
	assert.Equal(t, []string{"S530", "S530"}, Soundex([]string{"S530"}, "SMYTHE"), "what was there is kept, and no reason to skip")
}

// TestWhatPhonexLoses shows why those codes are refused: without a first letter
// Nguyen and Mgaloblishvili fall among each other.
func TestWhatPhonexLoses(t *testing.T) {
	for _, word := range []string{"NGUYEN", "NDIAYE", "MGALOBLISHVILI", "MDLULI"} {
		assert.Equal(t, byte('5'), matchr.Phonex(word)[0], word)
		assert.Empty(t, Phonex(nil, word), word)
		assert.NotEmpty(t, NYSIIS(nil, word), "the other codes keep %s", word)
	}
}

// checkKeys holds what every key must be, whatever the value.
func checkKeys(t assert.TestingT, value string) {
	for _, f := range Funcs(patient.FieldFamily) {
		keys := f.Append(nil, value)
		seen := map[string]bool{}
		for _, k := range keys {
			assert.NotEmpty(t, strings.Trim(k, "0"), "%s of %q", f.Name, value)
			assert.LessOrEqual(t, len(k), 6)
			assert.False(t, seen[k], "%s of %q twice", f.Name, value)
			seen[k] = true
		}
		assert.Equal(t, keys, f.Append(nil, value))
	}
}

func TestKeysOfAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkKeys(t, rapid.OneOf(rapid.String(), rapid.StringMatching(`[A-Z]{1,12}( [A-Z]{1,8})?`),
			rapid.StringMatching(`[CGHKMNPSTWX]{1,10}`)).Draw(t, "value"))
	})
}

// TestNoShortWordPanics runs matchr over every word of two and three letters: it
// indexes its input by hand, and a panic of its would be ours.
func TestNoShortWordPanics(t *testing.T) {
	for i := range 26 * 26 * 26 {
		word := []byte{byte('A' + i%26), byte('A' + i/26%26), byte('A' + i/676)}
		for _, f := range Funcs(patient.FieldFamily) {
			f.Append(nil, string(word))
			f.Append(nil, string(word[:2]))
		}
	}
}

func FuzzKeys(f *testing.F) {
	for _, s := range []string{"SCHWARZENEGGER", "CZERNY", "WITZ", "XAVIER", "GHISLANE", "McCONNELL", "KNPHSCHEV"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkKeys(t, s) })
}

func surnames(t testing.TB) []string {
	var names []string
	for _, row := range testdata.Rows(t, "reference/surnames_20000.csv.gz")[1:] {
		names = append(names, row[0])
	}
	return names
}

// TestSoundexIsOurs holds the package comment's claim that both Soundex codes
// are one, and counts the names that have no key.
func TestSoundexIsOurs(t *testing.T) {
	names := surnames(t)
	without := map[string]int{}
	for _, name := range names {
		assert.Equal(t, soundex.Code(name), matchr.Soundex(name), name)
		for _, f := range Funcs(patient.FieldFamily) {
			if len(f.Append(nil, name)) == 0 {
				without[f.Name]++
			}
		}
	}
	for _, f := range Funcs(patient.FieldFamily) {
		t.Logf("%s: %d of %d names have no key", f.Name, without[f.Name], len(names))
		assert.Less(t, without[f.Name], len(names)/100)
	}
}

func TestRules(t *testing.T) {
	rules := Rules()
	require.Len(t, rules, 3)
	for _, r := range rules {
		assert.NoError(t, r.Validate())
	}
	text, err := json.Marshal(rules)
	require.NoError(t, err)
	again, err := blocking.ParseRules(text, Funcs(patient.FieldFamily)...)
	require.NoError(t, err)
	for i, r := range again {
		assert.Equal(t, rules[i].Name, r.Name)
		assert.Equal(t, rules[i].Funcs[0].Name, r.Funcs[0].Name)
		assert.NotEmpty(t, r.Funcs[0].Append(nil, "SMITH"))
	}
	_, err = blocking.ParseRules(text)
	assert.ErrorIs(t, err, blocking.ErrRule, "without the functions the rules cannot be read")
}

func BenchmarkKeys(b *testing.B) {
	names := surnames(b)
	for _, f := range Funcs(patient.FieldFamily) {
		b.Run(f.Name, func(b *testing.B) {
			b.ReportAllocs()
			var keys []string
			i := 0
			for b.Loop() {
				keys = f.Append(keys[:0], names[i%len(names)])
				i++
			}
		})
	}
}
