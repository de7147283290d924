package patient

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTransforms(t *testing.T) {
	for _, c := range []struct {
		transform Transform
		value     string
		want      []string
	}{
		{Exact, "SMITH", []string{"SMITH"}},
		{Compact, "DE LA CRUZ", []string{"DELACRUZ"}},
		{Initial, "JUDY", []string{"J"}},
		{Initial, "小明", []string{"小"}},
		{Prefix3, "JUDY", []string{"JUD"}},
		{Prefix4, "DE LA CRUZ", []string{"DELA"}},
		{Prefix6, "JUDY", nil},
		{Soundex, "SMITH", []string{"S530"}},
		{Soundex, "SMYTHE", []string{"S530"}},
		{Soundex, "DE LA CRUZ", []string{"C620"}},
		{Soundex, "王", nil},
		{Year, "20260314", []string{"2026"}},
		{YearMonth, "20260314", []string{"202603"}},
		{YearMonth, "20260014", nil},
		{MonthDay, "20260314", []string{"0314"}},
		{MonthDay, "20260300", nil},
		{Digits, "20260314", []string{"00122346"}},
		{Digits, "SMITH", nil},
		{Letters, "JUDY", []string{"DJUY"}},
		{Last7, "6162340100", []string{"2340100"}},
		{Last7, "340100", nil},
		{Last4, "6162340100", []string{"0100"}},
		{Token, "GARCIA DE LA CRUZ GARCIA", []string{"GARCIA", "CRUZ"}},
		{Token, "DE LA", []string{"DE"}},
		{Token, "J R", nil},
		{FirstToken, "MARY ANN", []string{"MARY"}},
		{LastToken, "THOMAS CLIFFORD OF CHUDLEIGH", []string{"CHUDLEIGH"}},
		{LastToken, "VAN", []string{"VAN"}},
		{Outward, "TQ13 8DF", []string{"TQ13"}},
		{Outward, "48469", []string{"484"}},
		{District, "HOSP|111", []string{"HOSP"}},
		{District, "|111", nil},
		{Number, "HOSP|111", []string{"111"}},
		{Number, "111", nil},
		{Day, "08|20260301|X12", []string{"08|20260301"}},
	} {
		got := Column{FieldGiven, c.transform}.AppendKeys(nil, c.value)
		assert.Equal(t, c.want, got, "%s of %s", c.transform, c.value)
	}
	for _, transform := range Transforms() {
		assert.Empty(t, Column{FieldGiven, transform}.AppendKeys(nil, ""), "%s of a missing value", transform)
	}
	bob := Column{FieldGiven, Root}.AppendKeys(nil, "BOB")
	assert.Subset(t, bob, Column{FieldGiven, Root}.AppendKeys(nil, "ROBERT"))
	assert.Equal(t, bob, Column{FieldGiven, Root}.AppendKeys(nil, "BOB LEE"))
}

func TestParseColumn(t *testing.T) {
	for f := FieldNone + 1; f < numFields; f++ {
		for _, transform := range Transforms() {
			c := Column{f, transform}
			back, err := ParseColumn(c.String())
			require.NoError(t, err)
			assert.Equal(t, c, back)
		}
	}
	for _, bad := range []string{"", "surname", "family:soundx", "family:soundex:x", ":soundex"} {
		_, err := ParseColumn(bad)
		assert.ErrorIs(t, err, ErrUnknownColumn, bad)
	}
	assert.True(t, Column{FieldPhone, Exact}.Set())
	assert.True(t, Column{FieldFamily, Token}.Set())
	assert.False(t, Column{FieldFamily, Soundex}.Set())
}

func TestFieldNames(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range Fields() {
		assert.NotEmpty(t, f.String())
		assert.False(t, seen[f.String()], f)
		seen[f.String()] = true
		back, ok := FieldByName(f.String())
		assert.True(t, ok)
		assert.Equal(t, f, back)
	}
	_, ok := FieldByName("")
	assert.False(t, ok)
}

// FuzzAppendKeys: keys are distinct, and derived from nothing but the value.
func FuzzAppendKeys(f *testing.F) {
	f.Add("DE LA CRUZ")
	f.Add("20260314")
	f.Add("HOSP|1|2")
	f.Fuzz(func(t *testing.T, value string) {
		for _, transform := range Transforms() {
			c := Column{FieldFamily, transform}
			keys := c.AppendKeys(nil, value)
			sortedKeys := slices.Compact(slices.Sorted(slices.Values(keys)))
			if len(sortedKeys) != len(keys) || slices.Contains(keys, "") || !transform.Set() && len(keys) > 1 {
				t.Errorf("%s: %q", transform, keys)
			}
		}
	})
}
