package lint

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// pure lists the trees whose results must be a function of their input alone:
// no clock, no files, no network, no unseeded randomness.
var pure = []string{"match/patient", "merge", "scoring", "blocking", "internal/table"}

// impure are standard packages that pure code has no use for.
var impure = []string{
	"os", "os/exec", "os/signal", "io/fs", "io/ioutil", "net", "net/http", "syscall", "log", "log/slog",
	"hash/maphash", // seeded at random per process
	"math/rand",    // seeded at random, and shared
	"crypto/rand",
}

// clock are the functions of package time that read or wait for the clock.
var clock = []string{"Now", "Since", "Until", "After", "AfterFunc", "Tick", "NewTicker", "NewTimer", "Sleep"}

// seeded are the names of math/rand/v2 that do not touch its global generator.
var seeded = []string{"New", "NewPCG", "NewChaCha8", "NewZipf", "Rand", "PCG", "ChaCha8", "Zipf", "Source"}

// Purity reports uses of the clock, of I/O and of unseeded random numbers in
// one file of the pure packages. name is the file's path within the repository.
// An index on disk has to do I/O and is left out.
func Purity(name string, file *ast.File) []string {
	dir := path.Dir(name)
	if strings.HasSuffix(name, "_test.go") || within(dir, "blocking/bleveindex") ||
		!slices.ContainsFunc(pure, func(tree string) bool { return within(dir, tree) }) {
		return nil
	}
	var faults []string
	local := map[string]string{} // local name -> import path
	for _, spec := range file.Imports {
		imported, _ := strconv.Unquote(spec.Path.Value)
		if slices.Contains(impure, imported) || within(dir, "merge") && (imported == "io" || imported == "bufio") {
			faults = append(faults, fmt.Sprintf("%s must not import %s", name, imported))
		}
		local[localName(spec, imported)] = imported
	}
	ast.Inspect(file, func(n ast.Node) bool {
		selector, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		qualifier, ok := selector.X.(*ast.Ident)
		if !ok {
			return true
		}
		switch imported := local[qualifier.Name]; {
		case imported == "time" && slices.Contains(clock, selector.Sel.Name),
			imported == "math/rand/v2" && !slices.Contains(seeded, selector.Sel.Name):
			faults = append(faults, fmt.Sprintf("%s must not use %s.%s", name, imported, selector.Sel.Name))
		}
		return true
	})
	return sorted(faults)
}

func localName(spec *ast.ImportSpec, imported string) string {
	if spec.Name != nil {
		return spec.Name.Name
	}
	if imported == "math/rand/v2" {
		return "rand"
	}
	return path.Base(imported)
}

// dataFile matches the public name of a file of the test data, with or without
// its folder.
var dataFile = regexp.MustCompile(`^(.*/)?(` +
	`dataset[1-4][ab]?\.csv|fake_1000\.csv|historical_50k\.csv\.gz|gen_(iis_)?100k\.csv\.gz|` +
	`shared_(census|ssa|wic)_[0-9_]+s0\.csv\.gz|worked_pairs\.jsonl|pairs\.jsonl\.gz|` +
	`nbs_(seed|test)\.csv|better_test\.csv|mn_junk_names_2018\.txt|placeholder_lexicon\.csv|` +
	`first_names_[0-9]+\.csv\.gz|surnames_[0-9]+\.csv\.gz|ssa_5y_top500\.csv\.gz|street_names\.csv\.gz)$`)

// DataNames reports where one directory's files name test data other than to
// look it up below IDEM_DATA: outside tests, in a package whose tests do not
// ask for that folder, or straight in a call of os, path or path/filepath.
// The benchmarks' table of data sets is the one place outside tests.
func DataNames(dir string, files map[string]*ast.File) []string {
	asks := false
	for _, file := range files {
		asks = asks || asksForData(file)
	}
	var faults []string
	for base, file := range files {
		name := path.Join(dir, base)
		if name == "benchmarks/data.go" || within(name, "internal/lint") {
			continue
		}
		direct := map[*ast.BasicLit]bool{}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				markDirect(direct, n)
			case *ast.BasicLit:
				if n.Kind != token.STRING {
					break
				}
				text, _ := strconv.Unquote(n.Value)
				if dataFile.MatchString(text) && (!asks || direct[n] || !strings.HasSuffix(base, "_test.go")) {
					faults = append(faults, fmt.Sprintf("%s names test data (%s) other than below IDEM_DATA", name, text))
				}
			}
			return true
		})
	}
	return sorted(faults)
}

// asksForData says whether a file reaches test data the agreed way: through
// package testdata, or through IDEM_DATA where internal packages are barred.
func asksForData(file *ast.File) bool {
	for _, spec := range file.Imports {
		if spec.Path.Value == strconv.Quote(Module+"/internal/testdata") {
			return true
		}
	}
	found := false
	ast.Inspect(file, func(n ast.Node) bool {
		literal, ok := n.(*ast.BasicLit)
		found = found || ok && literal.Value == `"IDEM_DATA"`
		return !found
	})
	return found
}

// markDirect notes the literals passed straight to a function that opens or
// builds a path.
func markDirect(direct map[*ast.BasicLit]bool, call *ast.CallExpr) {
	selector, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return
	}
	qualifier, ok := selector.X.(*ast.Ident)
	if !ok || !slices.Contains([]string{"os", "path", "filepath"}, qualifier.Name) {
		return
	}
	for _, argument := range call.Args {
		if literal, ok := argument.(*ast.BasicLit); ok {
			direct[literal] = true
		}
	}
}

// A forbidden text is one that ties the repository to a machine.
type forbidden struct {
	pattern *regexp.Regexp
	what    string
	except  []string // files that may hold it
}

var forbiddenTexts = []forbidden{
	{regexp.MustCompile(`(^|[^\w.)\]}/*])/(work|home|root|Users|tmp|mnt|var/tmp)/\w`), "an absolute path", nil},
	{regexp.MustCompile(`\.\./shared`), "the default data folder", []string{".ci/run"}},
	{regexp.MustCompile(`(?i)proxy\.golang\.org|sum\.golang\.org|goproxy\.(io|cn)|registry\.npmjs\.org|files\.pythonhosted\.org|artifactor[y]|nexus\.`), "a registry's host", nil},
	{regexp.MustCompile(`GO(PROXY|SUMDB|NOSUMDB|INSECURE)=`), "a setting of one machine's Go", nil},
	{regexp.MustCompile(`https?://(10\.\d|172\.(1[6-9]|2\d|3[01])\.|192\.168\.)`), "a private address", nil},
}

// Texts reports what ties a file to one machine. Files that are not text are
// passed over.
func Texts(name string, content []byte) []string {
	if bytes.IndexByte(content, 0) >= 0 {
		return nil
	}
	var faults []string
	for i, line := range bytes.Split(content, []byte("\n")) {
		for _, f := range forbiddenTexts {
			if f.pattern.Match(line) && !slices.Contains(f.except, name) {
				faults = append(faults, fmt.Sprintf("%s:%d holds %s", name, i+1, f.what))
			}
		}
	}
	return faults
}

// parse is parser.ParseFile with what the rules need.
func parse(name string, source any) (*ast.File, error) {
	return parser.ParseFile(token.NewFileSet(), name, source, parser.SkipObjectResolution)
}
