package patient

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestProfileJSON(t *testing.T) {
	for _, p := range []Profile{US(), Neutral(), {Name: "US", Off: []Shape{ShapePhone}, AsOf: Date{Year: 2026, Month: 3, Day: 1}}} {
		text, err := json.Marshal(p)
		require.NoError(t, err)
		var back Profile
		require.NoError(t, json.Unmarshal(text, &back), string(text))
		assert.Equal(t, p, back, string(text))
	}
	for _, bad := range []string{
		`{"name":"UK"}`, `{"name":"US","off":["zip"]}`, `{"name":"US","extra":1}`, `{"name":"US","as_of":"2026"}`, `{"name":"US","as_of":"soon"}`, `[]`,
	} {
		var p Profile
		assert.Error(t, json.Unmarshal([]byte(bad), &p), bad)
		assert.Equal(t, Profile{}, p, "an error changes nothing")
	}
	_, err := ProfileByName("us")
	assert.ErrorIs(t, err, ErrUnknownProfile)
	p, err := ProfileByName("US")
	require.NoError(t, err)
	assert.Equal(t, US(), p)
}

func TestCalibrate(t *testing.T) {
	sample := func(n int, fields ...string) []Record {
		var records []Record
		for range n {
			records = append(records, *record(t, fields...))
		}
		return records
	}
	good := []string{"phone", "6162340100", "ssn", "786-77-6454", "postal_code", "48469", "birth_date", "2018-04-05", "received", "2024-01-11", "email", "a@b.org"}
	british := []string{"phone", "02079460018", "ssn", "6988048", "postal_code", "401", "birth_date", "1843-81-15", "received", "2024-01-11", "email", "robert.smith.net"}

	p, notices := US().Calibrate(sample(100, good...))
	assert.Equal(t, US(), p)
	assert.Empty(t, notices)

	p, notices = US().Calibrate(sample(100, british...))
	assert.ElementsMatch(t, shapes[:], p.Off)
	assert.Len(t, notices, len(shapes))
	for _, notice := range notices {
		assert.NotContains(t, notice, "02079460018")
		assert.NotContains(t, notice, "1843")
	}
	has(t, first(Normalize(record(t, british...), p)), "calibrated", map[Field]string{
		FieldPhone: "02079460018", FieldSSN: "6988048", FieldPostalCode: "401", FieldBirthDate: "18438115",
	})

	p, _ = US().Calibrate(append(sample(96, good...), sample(4, british...)...))
	assert.Empty(t, p.Off, "4 % are errors")
	p, _ = US().Calibrate(append(sample(90, good...), sample(10, british...)...))
	assert.NotEmpty(t, p.Off, "10 % are a custom")
	p, _ = US().Calibrate(sample(10, british...))
	assert.Empty(t, p.Off, "too few to say")
	p, _ = US().Calibrate(sample(100, "phone", "9999999999", "ssn", "999999999"))
	assert.Empty(t, p.Off, "constants are junk, however many")
	p, notices = Neutral().Calibrate(sample(100, british...))
	assert.Equal(t, Neutral(), p)
	assert.Empty(t, notices)
}

func first(n Normalized, _ []Issue) Normalized { return n }

func TestAsOf(t *testing.T) {
	r := record(t, "birth_date", "2026-03-05")
	p := US()
	p.AsOf = Date{Year: 2026, Month: 3, Day: 1}
	n, issues := Normalize(r, p)
	assert.False(t, n.Birth.Known())
	assert.Equal(t, []Issue{{FieldBirthDate, IssueFuture}}, issues)
	assert.False(t, n.Received.Known(), "it is judged by, not taken for the day of receipt")
	r.SetField("received", "2026-03-06", "")
	n, _ = Normalize(r, p)
	assert.True(t, n.Birth.Known(), "the day of receipt prevails")
}

func TestIssuesHoldNoValues(t *testing.T) {
	_, issues := Normalize(record(t, "given_name", "BABYBOY", "phone", "9999999999", "birth_date", "1900-01-01"), US())
	text, err := json.Marshal(issues)
	require.NoError(t, err)
	assert.False(t, strings.Contains(string(text), "BABYBOY") || strings.Contains(string(text), "9999999999"))
	assert.Len(t, issues, 3)
}
