package match_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/blocking"
	"github.com/idem-health/idem/match"
	"github.com/idem-health/idem/match/patient"
)

func TestParseModelRefusesNonsense(t *testing.T) {
	records, _ := population(29, 1500)
	trained := dedupe(t, records, nil, match.Options{}).Model
	data, err := trained.JSON()
	require.NoError(t, err)
	again, err := match.ParseModel(data)
	require.NoError(t, err)
	written, err := again.JSON()
	require.NoError(t, err)
	require.Equal(t, string(data), string(written))
	require.Greater(t, len(trained.Ladder.Rules), 1)

	for _, c := range []struct {
		name, want string
		spoil      func(m *match.Model)
	}{
		{"format", "format 9, this version reads format 1", func(m *match.Model) { m.Format = 9 }},
		{"no weights", "scoring is missing", func(m *match.Model) { m.Scoring = nil }},
		{"no alternatives", "alternatives: 0", func(m *match.Model) {
			s := *m.Scoring
			s.Alternatives = nil
			m.Scoring = &s
		}},
		{"layout", "layouts[0]: ", func(m *match.Model) { m.Layouts = []patient.FieldLayout{{Field: "birth_date", Layout: "DDDD"}} }},
		{"rule twice", `rules[1]: "`, func(m *match.Model) { m.Rules = []blocking.Rule{m.Rules[0], m.Rules[0]} }},
		{"rule without a key", `"empty": it has no key`, func(m *match.Model) { m.Rules = []blocking.Rule{{Name: "empty"}} }},
		{"ladder of another rule", `ladder.rules[0] "other": there is no such rule`, func(m *match.Model) {
			m.Ladder.Rules = []blocking.Rung{{Rule: "other", Bounds: []int{1}}}
		}},
		{"rung twice", `": is there twice`, func(m *match.Model) { m.Ladder.Rules = []blocking.Rung{m.Ladder.Rules[0], m.Ladder.Rules[0]} }},
		{"negative bound", `": bounds[1]: -3 is no number of records`, func(m *match.Model) {
			m.Ladder.Rules = []blocking.Rung{{Rule: m.Ladder.Rules[0].Rule, Bounds: []int{4, -3}}}
		}},
		{"no bounds", `": bounds: are missing`, func(m *match.Model) {
			m.Ladder.Rules = []blocking.Rung{{Rule: m.Ladder.Rules[0].Rule}}
		}},
		{"keys beyond bounds", `": refined: 2 lists of keys for 1 bounds`, func(m *match.Model) {
			m.Ladder.Rules = []blocking.Rung{{Rule: m.Ladder.Rules[0].Rule, Bounds: []int{4}, Refined: make([][]blocking.Key, 2)}}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := *trained
			c.spoil(&m)
			data, err := m.JSON()
			require.NoError(t, err)
			_, err = match.ParseModel(data)
			assert.ErrorContains(t, err, c.want)
		})
	}
	for _, c := range []struct{ name, old, new, want string }{
		{"another case", `"format"`, `"Format"`, `top level: unknown name "Format"`},
		{"name twice", `"format": 1`, `"format": 1, "format": 1`, `name "format" is there twice`},
		{"name of the weights", `"same_pairs"`, `"same_pears"`, `scoring: unknown name "same_pears"`},
		{"null", `"format": 1`, `"format": null`, "format: null is no value for it"},
		{"profile without a name", `"name": "` + trained.Profile.Name + `"`, `"name": ""`, "profile.name: is empty"},
		{"unknown profile", `"name": "` + trained.Profile.Name + `"`, `"name": "Mars"`, "Mars"},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Contains(t, string(data), c.old)
			_, err := match.ParseModel([]byte(strings.Replace(string(data), c.old, c.new, 1)))
			assert.ErrorContains(t, err, c.want)
		})
	}
	_, err = match.ParseModel(append(data, " {}"...))
	assert.ErrorContains(t, err, "something follows the value")
}

// A model of a file that has no rule for its columns, so small that all its
// pairs are compared, says that it has none; one that says nothing is refused.
func TestModelWithoutRules(t *testing.T) {
	records := make([]patient.Record, 12)
	for i := range records {
		records[i].ID = string(rune('a' + i))
		records[i].SetField("sex", []string{"F", "M"}[i%2], "")
		records[i].SetField("city", []string{"Dayton", "Flint", "Ames"}[i%3], "")
	}
	trained := dedupe(t, records, nil, match.Options{}).Model
	trained.Rules, trained.Profile = nil, patient.Profile{}
	data, err := trained.JSON()
	require.NoError(t, err)
	again, err := match.ParseModel(data)
	require.NoError(t, err)
	assert.Empty(t, again.Rules)
	assert.Equal(t, patient.Neutral(), again.Profile, "what a profile without a name is")
	assert.Nil(t, trained.Rules, "the model itself is left as it is")

	require.Contains(t, string(data), ` "rules": [],`)
	for _, instead := range []string{"", ` "rules": null,`} {
		_, err = match.ParseModel([]byte(strings.Replace(string(data), ` "rules": [],`, instead, 1)))
		assert.ErrorContains(t, err, "rules: are missing; a model without any says so with []")
	}
}
