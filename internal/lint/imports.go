package lint

import (
	"fmt"
	"slices"
	"strings"
)

// Module is the path of the library's module.
const Module = "github.com/idem-health/idem"

// A Package is what the rules need of one package, as `go list -json` gives it.
type Package struct {
	ImportPath   string
	Name         string
	Dir          string
	Doc          string
	GoFiles      []string
	Imports      []string
	TestImports  []string
	XTestImports []string
	Deps         []string // all packages linked, without those of tests
}

// rel is the package's path within the library's tree: "match", "internal/table",
// "benchmarks" and so on, or "." for the root.
func rel(importPath string) (string, bool) {
	if importPath == Module {
		return ".", true
	}
	return strings.CutPrefix(importPath, Module+"/")
}

// A layer is a part of the tree and the layers it may import. It may always
// import packages of its own layer.
type layer struct {
	tree  string   // a package, with everything below it that has no layer of its own
	allow []string // other layers' trees
}

// leaf is every internal package that has no layer of its own: sorting,
// folding, tables of nicknames and the like. A leaf knows no patient.
const leaf = "internal"

// layers is the picture of the packages as data:
//
//	match/patient <- internal/table <- blocking, scoring
//	match/patient <- merge
//	all of them   <- match <- benchmarks, examples
//
// blocking, scoring and merge do not import each other; string metrics import
// nothing of ours; what is outside the library sees public packages only.
var layers = []layer{
	{tree: "scoring/strsim"},
	{tree: leaf, allow: []string{"scoring/strsim"}},
	{tree: "match/patient", allow: []string{leaf, "scoring/strsim"}},
	{tree: "internal/table", allow: []string{"match/patient", leaf, "scoring/strsim"}},
	{tree: "blocking", allow: []string{"internal/table", "match/patient", leaf, "scoring/strsim"}},
	{tree: "blocking/bleveindex", allow: []string{"blocking", "match/patient", leaf}}, // not match: who imports that links no bleve
	{tree: "scoring", allow: []string{"internal/table", "match/patient", leaf, "scoring/strsim"}},
	{tree: "merge", allow: []string{"match/patient", leaf, "scoring/strsim"}},
	{tree: "match/ledger", allow: []string{leaf}},
	{tree: "match/store", allow: []string{"match/patient", leaf}},
	{tree: "match/intake", allow: []string{"match/patient", leaf}},
	{tree: "match/evaluate", allow: []string{leaf}},
	{tree: "match", allow: []string{
		"match/patient", "match/ledger", "match/store", "match/evaluate",
		"internal/table", "blocking", "scoring", "scoring/strsim", "merge", leaf,
	}},
	{tree: "internal/testdata"}, // imported by tests only
	{tree: "internal/lint"},     // imported by nobody
	{tree: "benchmarks/population", allow: []string{"match/patient", "scoring/strsim"}}, // strsim: the naive yardstick of its tests
	{tree: "benchmarks/meter"},
	{tree: "benchmarks", allow: append([]string{"benchmarks/population", "benchmarks/meter"}, public...)},
	{tree: "examples", allow: append([]string{"benchmarks/population", "benchmarks/meter"}, public...)}, // idem generate, idem's summary
}

// public lists the layers that the other modules of the repository may use:
// what any importer of the library has.
var public = []string{
	"match", "match/patient", "match/intake", "match/evaluate", "match/ledger", "match/store",
	"blocking", "blocking/bleveindex", "scoring", "scoring/strsim", "merge",
}

// layerOf finds the layer with the longest tree that holds the package.
func layerOf(relative string) *layer {
	best := -1
	for i, l := range layers {
		inside := relative == l.tree || strings.HasPrefix(relative, l.tree+"/")
		if inside && (best < 0 || len(l.tree) > len(layers[best].tree)) {
			best = i
		}
	}
	if best < 0 {
		return nil
	}
	return &layers[best]
}

// Directions reports every import that goes against the picture. Tests of the
// library may import what they need, but benchmarks and examples are held to
// public packages in their tests as well: they stand for a user.
func Directions(packages []Package) []string {
	var faults []string
	for _, p := range packages {
		name, ours := rel(p.ImportPath)
		if !ours {
			continue
		}
		from := layerOf(name)
		if from == nil {
			faults = append(faults, fmt.Sprintf("%s has no layer: give it a place in internal/lint", name))
			continue
		}
		imports := p.Imports
		if strings.HasPrefix(from.tree, "benchmarks") || from.tree == "examples" {
			imports = slices.Concat(p.Imports, p.TestImports, p.XTestImports)
		}
		for _, imported := range imports {
			target, ours := rel(imported)
			if !ours {
				continue
			}
			to := layerOf(target)
			if to == from && to.tree != "internal/lint" {
				continue
			}
			if to == nil || !slices.Contains(from.allow, to.tree) {
				faults = append(faults, fmt.Sprintf("%s must not import %s", name, target))
			}
		}
	}
	return sorted(faults)
}

// A foreign rule says which packages may import a module that is not ours.
type foreign struct {
	path     string
	code     []string // trees whose code may import it
	tests    []string // trees whose tests may import it besides; "." is everybody
	whyNot   string
	anywhere bool
}

// foreigners are the only modules the library may import at all.
var foreigners = []foreign{
	{
		path: "github.com/antzucaro/matchr", code: []string{"blocking/matchrkeys", "benchmarks"}, tests: []string{"."},
		whyNot: "matchr is GPL-2.0-or-later: only the opt-in adapter, tests and benchmarks may link it",
	},
	{
		path: "github.com/blevesearch/bleve/v2", code: []string{"blocking/bleveindex"}, tests: []string{"blocking/bleveindex"},
		whyNot: "bleve belongs to blocking/bleveindex alone",
	},
	{
		path: "github.com/blevesearch/bleve_index_api", code: []string{"blocking/bleveindex"}, tests: []string{"blocking/bleveindex"},
		whyNot: "bleve belongs to blocking/bleveindex alone",
	},
	{
		path: "github.com/blevesearch/scorch_segment_api/v2", code: []string{"blocking/bleveindex"}, tests: []string{"blocking/bleveindex"},
		whyNot: "bleve belongs to blocking/bleveindex alone",
	},
	{path: "golang.org/x/text", anywhere: true},
	{path: "github.com/stretchr/testify", tests: []string{"."}, whyNot: "testify is for tests"},
	{path: "pgregory.net/rapid", tests: []string{"."}, whyNot: "rapid is for tests"},
}

// Foreigners reports imports of modules that are not ours where they must not
// be. benchmarks and examples are modules of their own and may add what they
// need, but are held to the rules of the modules named here.
func Foreigners(packages []Package) []string {
	var faults []string
	for _, p := range packages {
		name, ours := rel(p.ImportPath)
		if !ours {
			continue
		}
		for _, imported := range p.Imports {
			faults = appendForeign(faults, name, imported, false)
		}
		for _, imported := range slices.Concat(p.TestImports, p.XTestImports) {
			faults = appendForeign(faults, name, imported, true)
		}
	}
	return sorted(faults)
}

func appendForeign(faults []string, name, imported string, test bool) []string {
	if _, ours := rel(imported); ours || standard(imported) {
		return faults
	}
	i := slices.IndexFunc(foreigners, func(f foreign) bool { return within(imported, f.path) })
	if i < 0 {
		if within(name, "benchmarks") || within(name, "examples") {
			return faults
		}
		return append(faults, fmt.Sprintf("%s must not import %s: it is not among the library's dependencies", name, imported))
	}
	f := foreigners[i]
	allowed := f.anywhere || slices.ContainsFunc(f.code, func(tree string) bool { return within(name, tree) })
	if test {
		allowed = allowed || slices.ContainsFunc(f.tests, func(tree string) bool { return tree == "." || within(name, tree) })
	}
	if allowed {
		return faults
	}
	return append(faults, fmt.Sprintf("%s must not import %s: %s", name, imported, f.whyNot))
}

// standard says whether a path is of the standard library: its first element
// has no dot.
func standard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}

func within(path, tree string) bool {
	return path == tree || strings.HasPrefix(path, tree+"/")
}

// Linked reports packages that link matchr, however far down: the claim of the
// README that who does not import the adapter links no GPL code.
func Linked(packages []Package) []string {
	var faults []string
	for _, p := range packages {
		name, ours := rel(p.ImportPath)
		if !ours || within(name, "benchmarks") || within(name, "blocking/matchrkeys") {
			continue
		}
		if slices.ContainsFunc(p.Deps, func(path string) bool { return within(path, "github.com/antzucaro/matchr") }) {
			faults = append(faults, fmt.Sprintf("%s links matchr", name))
		}
	}
	return sorted(faults)
}

// Comments reports packages without a package comment.
func Comments(packages []Package) []string {
	var faults []string
	for _, p := range packages {
		if len(p.GoFiles) > 0 && p.Doc == "" {
			faults = append(faults, fmt.Sprintf("%s has no package comment", p.ImportPath))
		}
	}
	return sorted(faults)
}

// A Requirement is one line of a go.mod.
type Requirement struct {
	Path     string
	Version  string
	Indirect bool
}

// Requirements reports direct requirements of the library that are not agreed
// upon, and a bleve other than the one version that resolves.
func Requirements(requirements []Requirement) []string {
	var faults []string
	for _, r := range requirements {
		if r.Path == "github.com/blevesearch/bleve/v2" && r.Version != "v2.6.1" {
			faults = append(faults, fmt.Sprintf("go.mod must require bleve v2.6.1 exactly, not %s", r.Version))
		}
		known := slices.ContainsFunc(foreigners, func(f foreign) bool { return f.path == r.Path })
		if !known && !r.Indirect {
			faults = append(faults, fmt.Sprintf("go.mod must not require %s directly", r.Path))
		}
	}
	return sorted(faults)
}

func sorted(faults []string) []string {
	slices.Sort(faults)
	return slices.Compact(faults)
}
