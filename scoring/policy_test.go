package scoring

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/idem-health/idem/match/patient"
)

// levelsOf makes a comparison vector from names of levels.
func levelsOf(t testing.TB, cs []Comparison, named map[string]string) Levels {
	t.Helper()
	levels := make(Levels, len(cs))
	seen := 0
	for i, c := range cs {
		name, ok := named[c.Name]
		if !ok {
			continue
		}
		seen++
		levels[i], ok = c.Level(name)
		require.True(t, ok, "%s has no level %s", c.Name, name)
	}
	require.Equal(t, len(named), seen, "unknown comparison")
	return levels
}

func presets(t *testing.T) []Policy {
	t.Helper()
	var ps []Policy
	for _, name := range []string{"generic", "iis", "aira-a", "aira-c"} {
		p, err := PolicyByName(name)
		require.NoError(t, err)
		assert.Equal(t, name, p.Name)
		ps = append(ps, p)
	}
	_, err := PolicyByName("iss")
	assert.ErrorContains(t, err, `no policy "iss"`)
	return ps
}

func TestPresetsAreData(t *testing.T) {
	ids := map[string]bool{}
	for _, p := range presets(t) {
		got, err := ParsePolicy(p.JSON())
		require.NoError(t, err)
		assert.Equal(t, p, got)
		assert.False(t, ids[p.ID()], "policy ids tell policies apart")
		ids[p.ID()] = true
		for _, cs := range [][]Comparison{nil, IISComparisons(), GenericComparisons(), allComparisons()} {
			_, err := p.Compile(cs)
			assert.NoError(t, err)
		}
		for _, name := range p.Comparisons() {
			_, ok := standardComparison(name)
			assert.True(t, ok, name)
		}
	}
}

func TestSwitches(t *testing.T) {
	p := IISPolicy()
	q, err := p.With("near", "off")
	require.NoError(t, err)
	assert.Equal(t, "on", p.Switches[0].Value, "the original keeps its value")
	assert.Equal(t, "off", q.Switches[0].Value)
	assert.NotEqual(t, p.ID(), q.ID())
	_, err = p.With("far", "off")
	assert.EqualError(t, err, `scoring: policy "iis" has no switch "far"`)
	_, err = p.With("near", "maybe")
	assert.EqualError(t, err, `scoring: policy "iis": switch "near" has no value "maybe"; it has on, off`)
}

func TestParsePolicySaysWhere(t *testing.T) {
	const head = `{"name": "x", "version": 1, "profile": "US", "comparisons": "iis", "thresholds": {"match": {"shipped_bits": 28, "fitted": 0.999}, "possible": {"shipped_bits": 20, "fitted": 0.5}}, `
	for _, c := range []struct{ name, json, want string }{
		{"unknown name at the top", head + `"rule": []}`, `top level: unknown name "rule", want one of name, version, profile, comparisons, resolve_newborns, thresholds, switches, macros, rules, proofs, conflicts`},
		{"other case", head + `"Rules": []}`, `top level: unknown name "Rules"`},
		{"unknown name far down", head + `"rules": [{"id": "a", "effect": "cap", "when": {"all": [{"level": {"off": "given"}}]}}]}`,
			`rules[0].when.all[0].level: unknown name "off", want one of of, in`},
		{"there twice", head + `"conflicts": {"hard": [], "hard": []}}`, `conflicts: name "hard" is there twice`},
		{"wrong type", head + `"rules": [{"id": 7}]}`, `rules.id: a JSON number is no value for it`},
		{"wrong cut", `{"name": "x", "version": 1, "profile": "US", "comparisons": "iis", "thresholds": {"match": {"shipped_bits": 28, "fitted": "best"}}}`,
			`a cut is a probability or "estimated-f1"`},
		{"cut out of range", `{"name": "x", "version": 1, "profile": "US", "comparisons": "iis", "thresholds": {"match": {"shipped_bits": 28, "fitted": 1.5}, "possible": {"shipped_bits": 20, "fitted": "estimated-f1"}}}`,
			`thresholds.match.fitted: 1.5 is no probability between 0 and 1`},
		{"cut below what is kept", `{"name": "x", "version": 1, "profile": "US", "comparisons": "iis", "thresholds": {"match": {"shipped_bits": 28, "fitted": 0.015}, "possible": {"shipped_bits": 20, "fitted": 0.015625}}}`,
			`thresholds.match.fitted: 0.015 is below 1/64: pairs as unlikely as that are not kept`},
		{"cut of possible below what is kept", `{"name": "x", "version": 1, "profile": "US", "comparisons": "iis", "thresholds": {"match": {"shipped_bits": 28, "fitted": 0.5}, "possible": {"shipped_bits": 20, "fitted": 0.001}}}`,
			`thresholds.possible.fitted: 0.001 is below 1/64`},
		{"unknown effect", head + `"rules": [{"id": "a", "effect": "lift", "when": {"ref": "x"}}]}`, `rules[0] "a": effect "lift" is none of floor, cap, veto`},
		{"proof of no cap", head + `"rules": [{"id": "a", "effect": "veto", "when": {"ref": "x"}}], "proofs": [{"id": "b", "lifts": ["a", "c"], "fitted": 0.9995, "when": {"ref": "x"}}]}`,
			`proofs[0] "b": lifts "a", which is no cap of the policy`},
		{"proof of even odds", head + `"proofs": [{"id": "b", "lifts": [], "fitted": 0.5, "when": {"ref": "x"}}]}`,
			`proofs[0] "b": fitted: 0.5 is no probability between .5 and 1`},
		{"id twice", head + `"rules": [{"id": "a", "effect": "cap", "when": {"ref": "x"}}, {"id": "a", "effect": "cap", "when": {"ref": "x"}}]}`, `id "a": is empty or there twice`},
		{"cut off", head, `top level`},
		{"more than one value", head + `"rules": []} {}`, `something follows the value`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ParsePolicy([]byte(c.json))
			assert.ErrorContains(t, err, c.want)
		})
	}
}

func TestCompileSaysWhere(t *testing.T) {
	p := GenericPolicy()
	p.Macros = append(p.Macros, Macro{"a", Ref("b")}, Macro{"b", Not(Ref("a"))}, Macro{"unused", In("colour", "exact")})
	p.Rules = []Rule{
		{ID: "spelling", Effect: Cap, When: All(In("given", "exact"), Any(In("family", "exat"), In("ssn", "missing")))},
		{ID: "empty", Effect: Cap, When: Expr{All: []Expr{}}},
		{ID: "nothing", Effect: Cap},
		{ID: "two", Effect: Cap, When: Expr{Ref: "a", Not: &Expr{Ref: "a"}}},
		{ID: "switch", Effect: Cap, When: SwitchIs("near", "on")},
		{ID: "macro", Effect: Cap, When: Ref("contact")},
		{ID: "many", Effect: Cap, When: AtLeast(3, In("sex", "exact"))},
	}
	_, err := p.Compile(IISComparisons())
	require.Error(t, err)
	for _, want := range []string{
		`rules[0] "spelling".when.all[1].any[0].level: comparison "family" has no level "exat"; it has missing, exact, part, slip, prefix, other, close, near, far, renamed, differs`,
		`rules[1] "empty".when.all: no conditions`,
		`rules[2] "nothing".when: a condition has exactly one of all, any, not, level, atleast, ref, switch; this has 0`,
		`rules[3] "two".when: a condition has exactly one of all, any, not, level, atleast, ref, switch; this has 2`,
		`rules[4] "switch".when.switch: unknown switch "near"`,
		`rules[5] "macro".when.ref: unknown macro "contact"`,
		`rules[6] "many".when.atleast: n is 3 of 1 conditions`,
		`goes round in a circle: a > b > a`,
		`"unused".when.level: unknown comparison "colour"`,
	} {
		assert.ErrorContains(t, err, want)
	}
}

// Macros that each refer several times to the next are compiled and evaluated
// once each: neither takes time or memory that doubles with every one.
func TestMacrosAreSharedNotCopied(t *testing.T) {
	p := GenericPolicy()
	const chain = 80
	for i := range chain {
		next := Ref(fmt.Sprint("m", i+1))
		p.Macros = append(p.Macros, Macro{fmt.Sprint("m", i), All(next, next, Any(next, Not(next)))})
	}
	p.Macros = append(p.Macros, Macro{fmt.Sprint("m", chain), In("sex", "differs")})
	p.Rules = []Rule{{ID: "chain", Effect: Cap, When: Ref("m0")}}
	p, err := ParsePolicy(p.JSON())
	require.NoError(t, err)
	cs := []Comparison{Sex()}
	compiled, err := p.Compile(cs)
	require.NoError(t, err)
	assert.True(t, compiled.Judge(Levels{plainDiffers}).Cap)
	assert.False(t, compiled.Judge(Levels{plainExact}).Cap)
	crosses, err := compileCrosses([]LabelledCross{{Name: "chain", When: Ref("m0")}}, p, cs)
	require.NoError(t, err)
	crosses.each(Levels{plainExact}, func(int) { t.Error("holds") })

	p.Macros = append(p.Macros, Macro{"m3", In("sex", "exact")})
	_, err = p.Compile(cs)
	assert.ErrorContains(t, err, `"m3": the name is empty or there twice`)
}

func TestCompileReadsTheModelsOwnComparisons(t *testing.T) {
	cs := []Comparison{Exact("team", patient.FieldSchool, RolePerson)}
	p := GenericPolicy()
	p.Rules = []Rule{{ID: "team", Effect: Veto, When: In("team", "differs")}, {ID: "nobody knows", Effect: Cap, When: In("phone", "missing")}}
	c, err := p.Compile(cs)
	require.NoError(t, err)
	v := c.Judge(Levels{plainDiffers})
	assert.Equal(t, []string{"team", "nobody knows"}, c.Reasons(v), "a comparison that is not there is missing")
}

func TestVerdictOrder(t *testing.T) {
	for _, c := range []struct {
		name string
		v    Verdict
		from [3]Decision // what becomes of no, possible, match
	}{
		{"nothing", Verdict{}, [3]Decision{No, Possible, Match}},
		{"floor", Verdict{Floor: true}, [3]Decision{Possible, Possible, Match}},
		{"cap", Verdict{Cap: true}, [3]Decision{No, Possible, Possible}},
		{"floor and cap", Verdict{Floor: true, Cap: true}, [3]Decision{Possible, Possible, Possible}},
		{"soft conflict", Verdict{Soft: true}, [3]Decision{No, Possible, Possible}},
		{"veto beats floor", Verdict{Floor: true, Veto: true}, [3]Decision{No, No, No}},
		{"hard conflict", Verdict{Floor: true, Hard: true}, [3]Decision{No, No, No}},
	} {
		for d, want := range c.from {
			assert.Equal(t, want, c.v.Apply(Decision(d)), c.name)
		}
	}
}

// plainHolds evaluates an expression as it is written: the twin of the compiled
// form.
func plainHolds(p *Policy, cs []Comparison, levels Levels, e *Expr) bool {
	eval := func(e *Expr) bool { return plainHolds(p, cs, levels, e) }
	count := func(of []Expr) int {
		n := 0
		for i := range of {
			if eval(&of[i]) {
				n++
			}
		}
		return n
	}
	switch {
	case e.All != nil:
		return count(e.All) == len(e.All)
	case e.Any != nil:
		return count(e.Any) > 0
	case e.Not != nil:
		return !eval(e.Not)
	case e.AtLeast != nil:
		return count(e.AtLeast.Of) >= e.AtLeast.N
	case e.Switch != nil:
		for _, s := range p.Switches {
			if s.Name == e.Switch.Name {
				return s.Value == e.Switch.Is
			}
		}
		return false
	case e.Ref != "":
		for i := range p.Macros {
			if p.Macros[i].Name == e.Ref {
				return eval(&p.Macros[i].When)
			}
		}
		return false
	}
	name := "missing"
	for i, c := range cs {
		if c.Name == e.Level.Of {
			name = c.Levels()[levels[i]]
		}
	}
	for _, in := range e.Level.In {
		if in == name {
			return true
		}
	}
	return false
}

func TestCompiledEqualsPlain(t *testing.T) {
	cs := allComparisons()
	for _, p := range presets(t) {
		compiled, err := p.Compile(cs)
		require.NoError(t, err)
		rapid.Check(t, func(t *rapid.T) {
			levels := make(Levels, len(cs))
			for i, c := range cs {
				levels[i] = uint8(rapid.IntRange(0, len(c.Levels())-1).Draw(t, c.Name))
			}
			fired := map[string]bool{}
			for _, id := range compiled.Reasons(compiled.Judge(levels)) {
				fired[id] = true
			}
			for i := range p.Rules {
				if got, want := fired[p.Rules[i].ID], plainHolds(&p, cs, levels, &p.Rules[i].When); got != want {
					t.Errorf("%s: %v, want %v", p.Rules[i].ID, got, want)
				}
			}
		})
	}
}

// TestGenericConflicts: members of one household are kept apart, a placeholder
// and the name the child gets are not.
func TestGenericConflicts(t *testing.T) {
	cs := GenericComparisons()
	p, err := GenericPolicy().Compile(cs)
	require.NoError(t, err)
	judge := func(named map[string]string) Verdict { return p.Judge(levelsOf(t, cs, named)) }
	twins := map[string]string{"given": "differs", "birth_date": "exact", "phone": "exact"}
	assert.True(t, judge(twins).Soft)
	assert.False(t, judge(twins).Hard)
	twins["given"] = "missing"
	assert.False(t, judge(twins).Soft, "a placeholder is no other name")
	twins["multiple"] = "conflict"
	assert.True(t, judge(twins).Hard)
	assert.Equal(t, []string{"birth-order"}, p.Reasons(judge(twins)))
	assert.True(t, judge(map[string]string{"birth_certificate": "differs"}).Hard)
}

func TestThresholds(t *testing.T) {
	match, possible := GenericPolicy().Thresholds.Fitted(Cuts{EstimatedF1: -OneBit})
	assert.Equal(t, -OneBit, match, "the model's own cut")
	assert.Equal(t, WeightOf(.1), possible)
	match, possible = GenericPolicy().Thresholds.Fitted(Cuts{EstimatedF1: -8 * OneBit})
	assert.Equal(t, match, possible, "possible never begins above match")
	match, possible = IISPolicy().Thresholds.Fitted(Cuts{})
	assert.Equal(t, WeightOf(.999), match)
	assert.Equal(t, Weight(0), possible)
}
