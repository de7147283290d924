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
	n          int    // opAtLeast
	value      bool   // opConst
	kids       []node
}

type op uint8

const (
	opConst op = iota
	opLevel
	opNot
	opAtLeast
)

// holds evaluates the node. "All" and "any" of n conditions are at least n and
// at least one of them.
func (e *node) holds(levels Levels) bool {
	switch e.op {
	case opLevel:
		return e.set>>levels[e.comparison]&1 == 1
	case opNot:
		return !e.kids[0].holds(levels)
	case opAtLeast:
		n := 0
		for i := range e.kids {
			if e.kids[i].holds(levels) {
				if n++; n >= e.n {
					return true
				}
			}
		}
		return false
	}
	return e.value
}

// An exprCompiler compiles the expressions of one policy against the
// comparisons of one model and collects every fault.
type exprCompiler struct {
	policy      *Policy
	comparisons []Comparison
	open        []string // macros being compiled, to find circles
	faults      []string
}

// fault notes a fault, once: a macro is compiled at each of its uses.
func (c *exprCompiler) fault(at, format string, args ...any) {
	if f := at + ": " + fmt.Sprintf(format, args...); !slices.Contains(c.faults, f) {
		c.faults = append(c.faults, f)
	}
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
	if slices.Contains(c.open, name) {
		c.fault(at, "macro %q goes round in a circle: %s", name, strings.Join(append(c.open, name), " > "))
		return node{}
	}
	for i := range c.policy.Macros {
		m := &c.policy.Macros[i]
		if m.Name != name {
			continue
		}
		c.open = append(c.open, name)
		defer func() { c.open = c.open[:len(c.open)-1] }()
		return c.compile(&m.When, fmt.Sprintf("macros[%d] %q.when", i, name))
	}
	c.fault(at, "unknown macro %q", name)
	return node{}
}
