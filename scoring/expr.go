package scoring

import (
	"fmt"
	"slices"
	"strings"
)

// An Expr is a condition on comparison levels, as data. Exactly one of its
// members is set; [All], [Any], [Not], [In], [AtLeast], [Ref] and [SwitchIs]
// make them. In JSON:
//
//	{"all": [{"level": {"of": "given", "in": ["exact", "nickname"]}}, {"ref": "corroborated"}]}
type Expr struct {
	All     []Expr       `json:"all,omitempty"`
	Any     []Expr       `json:"any,omitempty"`
	Not     *Expr        `json:"not,omitempty"`
	Level   *LevelTest   `json:"level,omitempty"`
	AtLeast *AtLeastTest `json:"atleast,omitempty"`
	Ref     string       `json:"ref,omitempty"` // a macro of the policy
	Switch  *SwitchTest  `json:"switch,omitempty"`
}

// A LevelTest holds where the comparison's level is one of those named. A
// comparison that a model does not have is at its level "missing".
type LevelTest struct {
	Of string   `json:"of"`
	In []string `json:"in"`
}

// An AtLeastTest holds where N or more of its conditions do.
type AtLeastTest struct {
	N  int    `json:"n"`
	Of []Expr `json:"of"`
}

// A SwitchTest holds where a switch of the policy has a value.
type SwitchTest struct {
	Name string `json:"name"`
	Is   string `json:"is"`
}

// All holds where all the conditions do.
func All(of ...Expr) Expr { return Expr{All: of} }

// Any holds where one of the conditions does.
func Any(of ...Expr) Expr { return Expr{Any: of} }

// Not holds where the condition does not.
func Not(e Expr) Expr { return Expr{Not: &e} }

// In holds where the comparison's level is one of those named.
func In(comparison string, levels ...string) Expr {
	return Expr{Level: &LevelTest{comparison, levels}}
}

// AtLeast holds where n or more of the conditions do.
func AtLeast(n int, of ...Expr) Expr { return Expr{AtLeast: &AtLeastTest{n, of}} }

// Ref holds where the macro of that name does.
func Ref(macro string) Expr { return Expr{Ref: macro} }

// SwitchIs holds where the switch has the value.
func SwitchIs(name, value string) Expr { return Expr{Switch: &SwitchTest{name, value}} }

// A node is a compiled expression.
type node struct {
	op         op
	comparison int    // opLevel
	set        uint32 // opLevel: bit l is level l
	n          int    // opAtLeast; opMacro: its number
	value      bool   // opConst
	kids       []node
}

type op uint8

const (
	opConst op = iota
	opLevel
	opNot
	opAtLeast
	opMacro
)

// holds evaluates the node, given which macros hold. "All" and "any" of n
// conditions are at least n and at least one of them.
func (e *node) holds(levels Levels, macros []bool) bool {
	switch e.op {
	case opMacro:
		return macros[e.n]
	case opLevel:
		return e.set>>levels[e.comparison]&1 == 1
	case opNot:
		return !e.kids[0].holds(levels, macros)
	case opAtLeast:
		n := 0
		for i := range e.kids {
			if e.kids[i].holds(levels, macros) {
				if n++; n >= e.n {
					return true
				}
			}
		}
		return false
	}
	return e.value
}

// conditions are the compiled expressions of one policy.
type conditions struct {
	macros []node // each refers to earlier ones alone
	of     []node
}

// each calls do with the number of every condition that holds, in order. Every
// macro is evaluated once, however often it is referred to.
func (c *conditions) each(levels Levels, do func(i int)) {
	var few [64]bool
	macros := few[:]
	if len(c.macros) > len(few) {
		macros = make([]bool, len(c.macros))
	}
	for i := range c.macros {
		macros[i] = c.macros[i].holds(levels, macros)
	}
	for i := range c.of {
		if c.of[i].holds(levels, macros) {
			do(i)
		}
	}
}

// An exprCompiler compiles the expressions of one policy against the
// comparisons of one model and collects every fault. Every macro is compiled
// once, before what refers to it.
type exprCompiler struct {
	policy      *Policy
	comparisons []Comparison
	numbers     map[string]int // of the policy's macros, by name
	compiled    map[int]int    // numbers of macros in done, by those in the policy; -1 of one being compiled
	open        []string       // macros being compiled, to show a circle
	done        []node
	faults      []string
}

func newExprCompiler(p *Policy, cs []Comparison) *exprCompiler {
	c := &exprCompiler{policy: p, comparisons: cs, numbers: map[string]int{}, compiled: map[int]int{}}
	for i, m := range p.Macros {
		if _, ok := c.numbers[m.Name]; !ok {
			c.numbers[m.Name] = i
		}
	}
	return c
}

func (c *exprCompiler) fault(at, format string, args ...any) {
	c.faults = append(c.faults, at+": "+fmt.Sprintf(format, args...))
}

func (c *exprCompiler) compile(e *Expr, at string) node {
	if n := e.members(); n != 1 {
		c.fault(at, "a condition has exactly one of all, any, not, level, atleast, ref, switch; this has %d", n)
		return node{}
	}
	switch {
	case e.All != nil:
		return node{op: opAtLeast, n: len(e.All), kids: c.list(e.All, at+".all")}
	case e.Any != nil:
		return node{op: opAtLeast, n: 1, kids: c.list(e.Any, at+".any")}
	case e.Not != nil:
		return node{op: opNot, kids: []node{c.compile(e.Not, at+".not")}}
	case e.Level != nil:
		return c.level(e.Level, at+".level")
	case e.AtLeast != nil:
		if e.AtLeast.N < 1 || e.AtLeast.N > len(e.AtLeast.Of) {
			c.fault(at+".atleast", "n is %d of %d conditions", e.AtLeast.N, len(e.AtLeast.Of))
		}
		return node{op: opAtLeast, n: e.AtLeast.N, kids: c.list(e.AtLeast.Of, at+".atleast.of")}
	case e.Switch != nil:
		return c.switchTest(e.Switch, at+".switch")
	}
	return c.ref(e.Ref, at+".ref")
}

// members counts the members that are set.
func (e *Expr) members() int {
	n := 0
	for _, set := range []bool{e.All != nil, e.Any != nil, e.Not != nil, e.Level != nil, e.AtLeast != nil, e.Ref != "", e.Switch != nil} {
		if set {
			n++
		}
	}
	return n
}

func (c *exprCompiler) list(of []Expr, at string) []node {
	if len(of) == 0 {
		c.fault(at, "no conditions")
	}
	kids := make([]node, len(of))
	for i := range of {
		kids[i] = c.compile(&of[i], fmt.Sprintf("%s[%d]", at, i))
	}
	return kids
}

func (c *exprCompiler) level(t *LevelTest, at string) node {
	i := slices.IndexFunc(c.comparisons, func(x Comparison) bool { return x.Name == t.Of })
	var spec Comparison
	if i >= 0 {
		spec = c.comparisons[i]
	} else if standard, ok := standardComparison(t.Of); ok {
		spec = standard
	} else {
		c.fault(at, "unknown comparison %q", t.Of)
		return node{}
	}
	if len(t.In) == 0 {
		c.fault(at, "no levels")
	}
	var set uint32
	for _, name := range t.In {
		l, ok := spec.Level(name)
		if !ok {
			c.fault(at, "comparison %q has no level %q; it has %s", t.Of, name, strings.Join(spec.Levels(), ", "))
		}
		set |= 1 << l
	}
	if i < 0 {
		return node{value: set&1 == 1}
	}
	return node{op: opLevel, comparison: i, set: set}
}

func (c *exprCompiler) switchTest(t *SwitchTest, at string) node {
	for _, s := range c.policy.Switches {
		if s.Name != t.Name {
			continue
		}
		if !slices.Contains(s.Values, t.Is) {
			c.fault(at, "switch %q has no value %q; it has %s", t.Name, t.Is, strings.Join(s.Values, ", "))
		}
		return node{value: s.Value == t.Is}
	}
	c.fault(at, "unknown switch %q", t.Name)
	return node{}
}

func (c *exprCompiler) ref(name, at string) node {
	i, ok := c.numbers[name]
	if !ok {
		c.fault(at, "unknown macro %q", name)
		return node{}
	}
	n := c.macro(i)
	if n < 0 {
		c.fault(at, "macro %q goes round in a circle: %s", name, strings.Join(append(c.open, name), " > "))
		return node{}
	}
	return node{op: opMacro, n: n}
}

// macro compiles the policy's macro i, unless that was done, and returns its
// number among the compiled; -1 if it is just being compiled.
func (c *exprCompiler) macro(i int) int {
	if n, ok := c.compiled[i]; ok {
		return n
	}
	m := &c.policy.Macros[i]
	c.compiled[i] = -1
	c.open = append(c.open, m.Name)
	compiled := c.compile(&m.When, fmt.Sprintf("macros[%d] %q.when", i, m.Name))
	c.open = c.open[:len(c.open)-1]
	c.done = append(c.done, compiled)
	c.compiled[i] = len(c.done) - 1
	return c.compiled[i]
}
