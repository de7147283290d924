package strictjson

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type named struct {
	Name string `json:"name"`
}

type thing struct {
	named
	Count  int            `json:"count"`
	Things []thing        `json:"things,omitempty"`
	Next   *thing         `json:"next,omitempty"`
	Sizes  map[string]int `json:"sizes,omitempty"`
	Raw    itself         `json:"raw"`
	hidden int
	Skip   int `json:"-"`
}

var _ = thing{}.hidden // there to be no name of the JSON

// itself reads its JSON itself.
type itself struct{ text string }

func (i *itself) UnmarshalJSON(data []byte) error {
	i.text = string(data)
	return nil
}

func TestUnmarshal(t *testing.T) {
	var got thing
	require.NoError(t, Unmarshal([]byte(` {"name": "a", "count": 2, "things": [{"count": 1}], "next": null, "sizes": {"any": 1}, "raw": {"x": null}} `), &got))
	assert.Equal(t, thing{named: named{"a"}, Count: 2, Things: []thing{{Count: 1}}, Sizes: map[string]int{"any": 1}, Raw: itself{`{"x": null}`}}, got)
	got = thing{}
	require.NoError(t, Unmarshal([]byte(`{"things": null, "sizes": null, "raw": null}`), &got))
}

func TestUnmarshalSaysWhere(t *testing.T) {
	for _, c := range []struct{ name, json, want string }{
		{"nothing", ``, "top level: unexpected EOF"},
		{"cut off", `{"things": [{`, "things[0]"},
		{"unknown name", `{"things": [{}, {"nmae": "x"}]}`, `things[1]: unknown name "nmae", want one of name, count, things, next, sizes, raw`},
		{"another case", `{"next": {"Name": "x"}}`, `next: unknown name "Name"`},
		{"name that is not JSON's", `{"Skip": 1}`, `unknown name "Skip"`},
		{"unexported", `{"hidden": 1}`, `unknown name "hidden"`},
		{"twice", `{"next": {"count": 1, "count": 1}}`, `next: name "count" is there twice`},
		{"twice where the type reads itself", `{"raw": {"a": 1, "a": 2}}`, `raw: name "a" is there twice`},
		{"null number", `{"things": [{"count": null}]}`, "things[0].count: null is no value for it"},
		{"null text", `{"name": null}`, "name: null is no value for it"},
		{"null element", `{"things": [null]}`, "things[0]: null is no value for it"},
		{"wrong type", `{"next": {"count": "x"}}`, "next.count: a JSON string is no value for it"},
		{"a second value", "{\n}\n {}", "line 3: something follows the value"},
		{"deep", strings.Repeat(`{"things":[`, 800), "nested deeper than 1000 values"},
		{"very deep", `{"raw":` + strings.Repeat("[", 200_000), "nested deeper than 1000 values"},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.ErrorContains(t, Unmarshal([]byte(c.json), &thing{}), c.want)
		})
	}
}

// FuzzUnmarshal: no input panics, and what is accepted encoding/json reads alike.
func FuzzUnmarshal(f *testing.F) {
	f.Add([]byte(`{"name": "a", "things": [{"next": {"sizes": {"b": 1}}}], "raw": [1, null]}`))
	f.Add([]byte(`{"things": null} []`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var strict, plain thing
		if Unmarshal(data, &strict) != nil {
			return
		}
		require.NoError(t, json.Unmarshal(data, &plain))
		assert.Equal(t, plain, strict)
	})
}
