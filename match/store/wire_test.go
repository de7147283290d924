package store

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/idem-health/idem/match/patient"
)

// fill gives every field of a value something drawn, so that a field which the
// description leaves out is lost and noticed.
func fill(t *rapid.T, v reflect.Value, text *rapid.Generator[string]) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text.Draw(t, "text"))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, "flag"))
	case reflect.Uint8:
		v.SetUint(uint64(rapid.Uint8().Draw(t, "number")))
	case reflect.Uint16:
		v.SetUint(uint64(rapid.Uint16().Draw(t, "number")))
	case reflect.Int64:
		v.SetInt(0) // the line
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i), text)
		}
	case reflect.Slice:
		if n := rapid.IntRange(0, 3).Draw(t, "length"); n > 0 {
			v.Set(reflect.MakeSlice(v.Type(), n, n))
			for i := range n {
				fill(t, v.Index(i), text)
			}
		}
	default:
		panic(fmt.Sprint("a record has a ", v.Kind(), ": describe it, and draw it here"))
	}
}

// drawRecord draws a record of any content, bytes that are no text among it.
func drawRecord(t *rapid.T) patient.Record {
	text := rapid.OneOf(rapid.Just(""), rapid.StringN(0, 6, -1),
		rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 6), func(b []byte) string { return string(b) }),
		rapid.SampledFrom([]string{`"`, `\`, "\x00\x1f", "é", `{"base64":"`, "\u2028<&>"}))
	var r patient.Record
	fill(t, reflect.ValueOf(&r).Elem(), text)
	return r
}

func TestRecordsComeBackAsTheyWere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRecord(t)
		data := appendRecord(nil, &r)
		require.True(t, json.Valid(data), "%s", data)
		got, err := parseRecord(string(data))
		require.NoError(t, err, "%s", data)
		require.Equal(t, r, got)
		require.Equal(t, string(data), string(appendRecord(nil, &got)))
		require.Equal(t, r.Source, sourceOf(data))

		other := drawRecord(t)
		require.Equal(t, reflect.DeepEqual(r, other), string(data) == string(appendRecord(nil, &other)))
	})
}

func TestCanonicalForm(t *testing.T) {
	r := patient.Record{
		Source: "clinic", ID: "7", Line: 12, Received: patient.Date{Text: "2026-03-14", Year: 2026, Month: 3, Day: 14},
		Names:  []patient.Name{{Given: "Ana \"Nan\"", Family: "O\\Neil"}, {Use: patient.NameAlias, Full: "tab\there"}},
		Mother: patient.Parent{Maiden: "caf\xe9"}, Phones: []string{"", "555"}, Protected: true,
	}
	want := `{"source":"clinic","id":"7","received":{"text":"2026-03-14","year":2026,"month":3,"day":14},` +
		`"names":[{"given":"Ana \"Nan\"","family":"O\\Neil"},{"use":1,"full":"tab\u0009here"}],` +
		`"mother":{"maiden":{"base64":"Y2Fm6Q=="}},"phones":["","555"],"protected":true}`
	assert.Equal(t, want, string(appendRecord(nil, &r)))
	assert.Equal(t, `{}`, string(appendRecord(nil, &patient.Record{Line: 3})))
}

func TestOtherJSONIsRefused(t *testing.T) {
	for _, text := range []string{
		``, `{`, `[]`, `{} `, ` {}`, `{"id":"1","source":"x"}`, `{"other":"x"}`, `{"id":"1",}`, `{"id":"1"`, `{"id":"1}`,
		`{"id":"\n"}`, `{"id":"\u0041"}`, `{"id":1}`, `{"id":{"base64":"QQ=="}}`, `{"id":{"base64":"?"}}`, `{"id":"\`,
		`{"protected":false}`, `{"names":[]}`, `{"names":[{"use":300}]}`, `{"received":{"year":70000}}`, `{"phones":["1",]}`,
	} {
		_, err := parseRecord(text)
		assert.Error(t, err, "%s", text)
	}
}

func FuzzRecord(f *testing.F) {
	f.Add(`{"source":"clinic","id":"7","names":[{"given":"\"A\\\u0001"}],"doses":[{"cvx":"08","historical":true}]}`)
	f.Add(`{"id":{"base64":"/w=="},"consent":{"no_add":true}}`)
	f.Fuzz(func(t *testing.T, text string) {
		r, err := parseRecord(text)
		if err != nil {
			return
		}
		data := appendRecord(nil, &r)
		again, err := parseRecord(string(data))
		if err != nil || !reflect.DeepEqual(r, again) {
			t.Errorf("read %+v, then %+v, %v", r, again, err)
		}
	})
}
