package blocking

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idem-health/idem/internal/table"
	"github.com/idem-health/idem/match/patient"
)

func TestRuleJSON(t *testing.T) {
	const text = `[{"name":"sounds alike","keys":["family:soundex","birth_date:year"],"refine":["given:initial"]},
		{"name":"pairs of letters","funcs":["letter pairs"],"keys":["birth_date"]},
		{"name":"swapped","keys":["given","family"],"crosswise":true}]`
	rules, err := ParseRules([]byte(text), letterPairs)
	require.NoError(t, err)
	assert.Equal(t, []patient.Field{patient.FieldGiven, patient.FieldFamily, patient.FieldBirthDate}, rules[0].Fields())
	assert.Equal(t, []patient.Field{patient.FieldFamily, patient.FieldBirthDate}, rules[0].KeyFields())
	assert.Equal(t, []patient.Field{patient.FieldFamily, patient.FieldBirthDate}, rules[1].Fields())
	assert.Equal(t, []patient.Field{patient.FieldGiven, patient.FieldFamily, patient.FieldBirthDate}, Text(rules))
	data, err := json.Marshal(rules)
	require.NoError(t, err)
	assert.JSONEq(t, text, string(data))
	var one Rule
	require.NoError(t, json.Unmarshal([]byte(`{"name":"ssn","keys":["ssn"]}`), &one))
	assert.Equal(t, Rule{Name: "ssn", Keys: []patient.Column{{Field: patient.FieldSSN}}}, one)
}

func TestRuleFaults(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"unknown member":    {`[{"name":"x","keys":["ssn"],"key":1}]`, "key"},
		"unknown field":     {`[{"name":"x","keys":["shoe_size"]}]`, "shoe_size"},
		"unknown transform": {`[{"name":"x","keys":["family:loudex"]}]`, "loudex"},
		"unknown function":  {`[{"name":"x","funcs":["nysiis"]}]`, "nysiis"},
		"no name":           {`[{"keys":["ssn"]}]`, "no name"},
		"no key":            {`[{"name":"x","refine":["ssn"]}]`, "no key"},
		"crosswise":         {`[{"name":"x","keys":["given"],"crosswise":true}]`, "two keys"},
		"no array":          {`{}`, "invalid rule"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParseRules([]byte(c.text), letterPairs)
			require.ErrorIs(t, err, ErrRule)
			assert.ErrorContains(t, err, c.want)
		})
	}
}

func TestBuildFaults(t *testing.T) {
	b := table.NewBuilder(table.Spec{Text: []patient.Field{patient.FieldGiven}, Key: []patient.Field{patient.FieldBirthDate}})
	b.Add(&patient.Normalized{Given: "ANN", Birth: patient.Date{Year: 2020}})
	tab := b.Freeze(nil, 0, nil)
	build := func(rules ...Rule) error {
		_, err := Build(context.Background(), tab, rules, Options{AllPairs: -1})
		return err
	}
	given, year := Rule{Name: "given", Keys: columns(list("given"))}, Rule{Name: "year", Keys: columns(list("birth_date:year"))}
	require.NoError(t, build(given))
	require.NoError(t, build(Rule{Name: "a field no record has", Keys: columns(list("family:soundex"))}))
	assert.ErrorIs(t, build(given, given), ErrRule)
	err := build(year, Rule{Name: "nothing"})
	assert.ErrorContains(t, err, "keeps no values of column birth_date")
	assert.ErrorContains(t, err, "no key", "all faults at once")
	assert.ErrorIs(t, build(make([]Rule, MaxRules+1)...), ErrRule)
}

func TestBudgetNamesTheWorstRule(t *testing.T) {
	var records []*patient.Normalized
	for range 10 {
		records = append(records, &patient.Normalized{Given: "ANN", Family: "SMITH"})
	}
	records[0].Family = "JONES"
	tab, _ := freeze(records)
	rules := []Rule{{Name: "family", Keys: columns(list("family"))}, {Name: "given", Keys: columns(list("given"))}}
	_, err := Build(context.Background(), tab, rules, Options{AllPairs: -1, MaxPairs: 80})
	b, ok := errors.AsType[*BudgetError](err)
	require.True(t, ok)
	assert.Equal(t, &BudgetError{Pairs: 45 + 36, Max: 80, Rule: "given", RulePairs: 45}, b)
	assert.ErrorIs(t, err, ErrBudget)
	assert.ErrorContains(t, err, `rule "given" alone gives 45`)
	ix, err := Build(context.Background(), tab, rules, Options{AllPairs: -1, MaxPairs: 81})
	require.NoError(t, err)
	byRule, sum := ix.Estimate()
	assert.Equal(t, []int64{36, 45}, byRule)
	assert.Equal(t, int64(81), sum)
}

// A generic key is refined, then skipped, and both are reported by hashed key.
func TestLadderIsReported(t *testing.T) {
	var records []*patient.Normalized
	for i := range 12 {
		n := &patient.Normalized{Phones: []string{"3125550000"}, Given: "ANN"}
		if i >= 9 {
			n.Given = "BEA"
		}
		records = append(records, n)
	}
	records[0].Given = ""
	tab, _ := freeze(records)
	rules := []Rule{{Name: "phone", Keys: columns(list("phone")), Refine: columns(list("given"))}}
	ix, err := Build(context.Background(), tab, rules, Options{AllPairs: -1, MaxBlock: 3})
	require.NoError(t, err)
	s := ix.Reports()[0]
	assert.Equal(t, 12, s.Records)
	assert.Equal(t, []int{1, 1, 1, 8, 1}, []int{s.Refined, s.Unrefined, s.Skipped, s.SkippedRecords, s.Blocks}, "ANN is generic even with the phone, BEA is not")
	assert.Equal(t, 8, s.Generic[0].Records)
	assert.Equal(t, 1, s.Generic[0].Depth)
	assert.Equal(t, 3, s.Largest[0].Records)
	data, err := json.Marshal(ix.Ladder())
	require.NoError(t, err)
	assert.NotContains(t, string(data), "312555")

	// Frozen with wider bounds the block of BEA may not grow beyond them.
	l := ix.Ladder()
	l.Rules[0].Bounds = []int{100, 2}
	again, err := Build(context.Background(), tab, rules, Options{AllPairs: -1, Frozen: &l})
	require.NoError(t, err)
	assert.Equal(t, []int{1, 1, 1, 3}, []int{again.Reports()[0].Refined, again.Reports()[0].Skipped, again.Reports()[0].Outgrown, again.Reports()[0].OutgrownRecords})
	assert.Empty(t, visited(t, again))

	other := []Rule{{Name: "phone", Keys: columns(list("phone")), Refine: columns(list("family"))}}
	_, err = Build(context.Background(), tab, other, Options{AllPairs: -1, Frozen: &l})
	assert.ErrorIs(t, err, ErrLadder)
	_, err = Build(context.Background(), tab, []Rule{{Name: "new", Keys: columns(list("phone"))}}, Options{AllPairs: -1, Frozen: &l})
	assert.ErrorIs(t, err, ErrLadder)
}

func TestKeyText(t *testing.T) {
	var k Key
	require.NoError(t, k.UnmarshalText([]byte("00ff00000000000a")))
	assert.Equal(t, Key(0x00ff00000000000a), k)
	for _, bad := range []string{"", "ff", "0x0000000000000a", "zz00000000000000", "00ff00000000000a0"} {
		assert.Error(t, k.UnmarshalText([]byte(bad)), bad)
	}
}

// The parts of an address are taken from one address.
func TestAddressesAreNotMixed(t *testing.T) {
	home, work := patient.NormalAddress{Number: "1", Street: "OAK ST"}, patient.NormalAddress{Number: "2", Street: "ELM ST"}
	mixed := patient.NormalAddress{Number: "1", Street: "ELM ST"}
	tab, _ := freeze([]*patient.Normalized{
		{Given: "A", Addresses: []patient.NormalAddress{home, work}}, {Given: "B", Addresses: []patient.NormalAddress{work}}, {Given: "C", Addresses: []patient.NormalAddress{mixed}}})
	ix, err := Build(context.Background(), tab, []Rule{{Name: "address", Keys: columns(list("street_number", "street"))}}, Options{AllPairs: -1})
	require.NoError(t, err)
	got := visited(t, ix)
	require.Len(t, got, 1)
	for p := range got {
		assert.ElementsMatch(t, []int{0, 1}, []int{tab.Origin(int(p.i)), tab.Origin(int(p.j))})
	}
}

func TestKeysOfOneRowAreBounded(t *testing.T) {
	var many []string
	for i := range 20 {
		many = append(many, strings.Repeat("A", i+1))
	}
	tab, _ := freeze([]*patient.Normalized{{GivenAliases: many, Phones: many}, {GivenAliases: many, Phones: many}})
	ix, err := Build(context.Background(), tab, []Rule{{Name: "all", Keys: columns(list("given_alias", "phone"))}}, Options{AllPairs: -1})
	require.NoError(t, err)
	assert.Equal(t, 2, ix.Reports()[0].Truncated)
	assert.Len(t, visited(t, ix), 1)
}

func TestEachStops(t *testing.T) {
	tab, _ := freeze([]*patient.Normalized{{Given: "ANN"}, {Given: "ANN", Sex: 'F'}, {Given: "ANN", Sex: 'M'}})
	for _, o := range []Options{{}, {AllPairs: -1}} {
		ix, err := Build(context.Background(), tab, []Rule{{Name: "given", Keys: columns(list("given"))}}, o)
		require.NoError(t, err)
		calls := 0
		require.NoError(t, ix.Each(context.Background(), 0, 1, func(_, _ uint32, _ int, _ uint64) bool { calls++; return false }))
		assert.Equal(t, 1, calls)
		canceled, cancel := context.WithCancel(context.Background())
		cancel()
		assert.ErrorIs(t, ix.Each(canceled, 0, 1, func(_, _ uint32, _ int, _ uint64) bool { return true }), context.Canceled)
		assert.Error(t, ix.Each(context.Background(), 2, 2, nil))
	}
	canceled, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := Build(canceled, tab, []Rule{{Name: "given", Keys: columns(list("given"))}}, Options{AllPairs: -1})
	assert.ErrorIs(t, err, context.Canceled)
}

// Every column of the default rules is spelled right, and every rule is valid.
func TestDefaultRulesAreValid(t *testing.T) {
	for _, d := range slices.Concat(defaults, further) {
		assert.Len(t, columns(d.keys), len(d.keys), d.name)
		assert.Len(t, columns(d.refine), len(d.refine), d.name)
	}
	for _, n := range []int{1000, 1_000_000, 10_000_000} {
		all := Default(func(patient.Field) bool { return true }, n)
		assert.LessOrEqual(t, len(all), MaxRules)
		for _, r := range all {
			assert.NoError(t, r.Validate())
		}
		assert.Empty(t, Default(func(patient.Field) bool { return false }, n))
	}
	all := Catalogue(func(patient.Field) bool { return true })
	assert.LessOrEqual(t, len(all), MaxRules)
	names := map[string]bool{}
	for _, r := range all {
		assert.NoError(t, r.Validate())
		assert.False(t, names[r.Name], r.Name)
		names[r.Name] = true
	}
	none := Default(func(f patient.Field) bool { return f != patient.FieldPhone }, 1000)
	for _, r := range none {
		assert.NotContains(t, r.Fields(), patient.FieldPhone)
	}
}
